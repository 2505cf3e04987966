"""Starts demos as a person at a terminal would, and finds whatever they leave behind."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MARK = "NETBOX_GAM_E2E_MARK"
TICK_SECONDS = 0.1


def clean_environment() -> dict[str, str]:
    """This process's environment without what the tests' own servers put there."""
    hidden = ("NETBOX_", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}


def processes(mark: str) -> dict[int, str]:
    """Every process with the mark in its environment, and its command."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        # Processes end while one looks at them.
        with contextlib.suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return found


def wait_until[T](ask: Callable[[], T], seconds: float, what: str) -> T:
    """Ask until the answer is true.

    :raises TimeoutError: naming what was waited for
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(TICK_SECONDS)


class Demo:
    """A demo in a state directory of its own, at a terminal of its own; every process it starts carries its mark."""

    def __init__(self, *words: str, terminal: bool = False, env: dict[str, str] | None = None) -> None:
        self.mark = f"{MARK}={uuid.uuid4()}"
        self._folder = tempfile.TemporaryDirectory(prefix="netbox-gam-e2e-")
        self.state = Path(self._folder.name) / "demo"
        # PostgreSQL runs as another user where this one is root.
        os.chmod(self._folder.name, 0o755)  # noqa: S103
        name, _, value = self.mark.partition("=")
        self.text = ""
        self._master, slave = pty.openpty() if terminal else os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "development.demo", "--state", str(self.state), *words],
            cwd=ROOT,
            env=clean_environment() | {name: value, "COLUMNS": "200"} | (env or {}),
            stdin=slave if terminal else subprocess.DEVNULL,
            stdout=slave,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=self._take_terminal if terminal else None,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @staticmethod
    def _take_terminal() -> None:
        """Make the terminal the session's own, so that its Ctrl-C reaches the demo as a signal."""
        import fcntl
        import termios

        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def _read(self) -> None:
        # A terminal whose other side is closed answers with an error.
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 65536):
                self.text += data.decode(errors="replace")

    @property
    def plain(self) -> str:
        """What it said, without colours and cursor movements."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.text)

    def file(self, name: str, seconds: float) -> dict[str, Any]:
        """A JSON file of the state directory, once it is there.

        :raises TimeoutError: it does not come, with the demo's last words
        """

        def read() -> dict[str, Any] | None:
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
                found: dict[str, Any] = json.loads((self.state / name).read_text())
                return found
            if self.process.poll() is not None:
                raise TimeoutError(f"the demo ended with {self.process.returncode}: {self.plain[-1500:]}")
            return None

        try:
            return wait_until(read, seconds, name) or {}
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.plain[-1500:]}") from None

    def type(self, text: bytes) -> None:
        """Type at its terminal."""
        os.write(self._master, text)

    def wait(self, seconds: float) -> int:
        """Its exit status once it has ended by itself."""
        status = self.process.wait(seconds)
        self._reader.join(5)
        return status

    def left_behind(self, seconds: float = 20) -> dict[int, str]:
        """Processes of this demo that are still there after so many seconds; empty as soon as there are none."""
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: not processes(self.mark), seconds, "its processes to end")
        return processes(self.mark)

    def close(self) -> None:
        """End it, however it is, and remove its files."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        for pid in self.left_behind():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(5)
        os.close(self._master)
        self._folder.cleanup()
