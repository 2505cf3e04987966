"""Child processes that end with the command that started them: on return, on Ctrl-C, on SIGTERM and on SIGKILL."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

GUARD = Path(__file__).with_name("guard.py")


class Guarded:
    """A running command. Use as a context manager, or call :meth:`stop`; forgetting both is safe.

    :param argv: the command; its first word is looked up on PATH
    :param log: file its output is appended to; None inherits this process's
    :param stop_signal: what asks the command to end in order
    :param grace: seconds it gets for that before it and its descendants are killed
    :param user: ``(uid, gid)`` to run it as, only where this process is root
    :param cleanup: directories removed once it has ended, however it ended
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        log: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace: float = 10.0,
        user: tuple[int, int] | None = None,
        cleanup: Sequence[Path] = (),
    ) -> None:
        life_read, self._life = os.pipe()
        status_read, status_write = os.pipe()
        spec: dict[str, Any] = {
            "argv": [str(word) for word in argv],
            "life": life_read,
            "status": status_write,
            "stop_signal": int(stop_signal),
            "grace": grace,
            "user": user,
            "cleanup": [str(path) for path in cleanup],
        }
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(log.open("ab")) if log else None
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), json.dumps(spec)],
                env=None if env is None else dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                pass_fds=(life_read, status_write),
            )
        os.close(life_read)
        os.close(status_write)
        # A forked worker holding a copy of the write end would keep the command alive after this process.
        os.register_at_fork(after_in_child=self._forget)
        with os.fdopen(status_read) as status:
            line = status.readline()
        if not line:
            self.stop()
            raise OSError(f"could not start {spec['argv'][0]}")
        self.pid = int(line)

    def _forget(self) -> None:
        if self._life >= 0:
            with contextlib.suppress(OSError):
                os.close(self._life)
            self._life = -1

    def poll(self) -> int | None:
        """Exit status of the command, None while it runs."""
        return self._guard.poll()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the command to end by itself and return its exit status."""
        return self._guard.wait(timeout)

    def stop(self) -> int:
        """Ask the command to end, wait until it and its descendants have, and return its exit status."""
        self._forget()
        return self._guard.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
