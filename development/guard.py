"""Runs one command and ends it, with all its descendants, as soon as the process that asked for it is gone.

Started by :mod:`development.processes` as ``python -I -S guard.py JSON``; standard library only, because it runs without site
packages. The life line is the read end of a pipe whose write end only the asking process holds: however that process ends, also
by SIGKILL, the kernel closes its end and the guard reads end-of-file. Two Linux extras close the remaining gaps: the command gets
PR_SET_PDEATHSIG in case the guard itself is killed, and the guard is the reaper of orphans in case the command leaves some.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def prctl(option: int, value: int) -> None:
    """Linux's prctl(2); elsewhere nothing happens and the life line alone does the work."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def start(spec: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own, as ``spec["user"]`` ([uid, gid]) if given."""
    user = spec["user"]

    def prepare() -> None:
        if user:
            uid, gid = user
            os.setgroups([gid])
            os.setgid(gid)
            os.setuid(uid)
        # After setuid: a change of credentials clears the parent-death signal.
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return subprocess.Popen(spec["argv"], stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=prepare)


def children() -> list[int]:
    """Process ids of the guard's children, orphans handed to it included (Linux; elsewhere empty)."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    with contextlib.suppress(OSError):
        return [int(pid) for pid in path.read_text().split()]
    return []


def kill_rest(group: int) -> None:
    """Kill what is left of the command's process group, then orphans until there are none."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    for _ in range(50):
        rest = children()
        if not rest:
            return
        for pid in rest:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.02)


def main() -> int:
    """Guard the command until it ends or the life line breaks; its exit status is the guard's."""
    spec = json.loads(sys.argv[1])
    # A terminal's Ctrl-C goes to the whole foreground group; the guard outlives it to stop the command in order.
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)

    command = start(spec)
    os.write(spec["status"], f"{command.pid}\n".encode())
    os.close(spec["status"])
    while command.poll() is None:
        ready, _, _ = select.select([spec["life"], wake_read], [], [])
        if wake_read in ready:
            os.read(wake_read, 4096)
        if spec["life"] in ready:
            command.send_signal(spec["stop_signal"])
            with contextlib.suppress(subprocess.TimeoutExpired):
                command.wait(spec["grace"])
            break
    kill_rest(command.pid)
    status = command.wait()
    for path in spec["cleanup"]:
        shutil.rmtree(path, ignore_errors=True)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
