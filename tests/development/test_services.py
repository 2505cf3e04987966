"""The servers of the demo and the tests: they start, they are apart, and they end with the command however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from development import postgres
from development.processes import Guarded
from development.services import ROOT, Services

# Ignores being asked to end, and leaves a child that does too.
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
print(os.getpid(), flush=True)
time.sleep(99)
"""


@pytest.fixture(autouse=True)
def own_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about private servers, also where others are configured."""
    monkeypatch.delenv("NETBOX_GAM_DATABASE_URL", raising=False)
    monkeypatch.delenv("NETBOX_GAM_REDIS_URL", raising=False)


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether something comes to hold within a generous time limit."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    """Whether a process exists and is more than a zombie waiting to be read."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_two_instances_side_by_side(tmp_path: Path) -> None:
    with Services.start(tmp_path / "one") as one, Services.start(tmp_path / "two") as two:
        assert one.database["HOST"] != two.database["HOST"]
        for services, name in ((one, "one"), (two, "two")):
            with psycopg.connect(host=services.database["HOST"], user="netbox", dbname="netbox") as connection:
                connection.execute("CREATE TABLE mine (name text)")
                connection.execute("INSERT INTO mine VALUES (%s)", [name])
            with redis.Redis.from_url(services.tasks_redis) as client:
                assert client.keys() == []
                client.set("name", name)
        directories = [Path(one.database["HOST"]), Path(two.database["HOST"])]
        assert all(directory.stat().st_mode & 0o077 == 0 for directory in directories)
        assert one.env["NETBOX_GAM_SECRET_KEY"] != two.env["NETBOX_GAM_SECRET_KEY"]
    assert not any(directory.exists() for directory in directories)
    with Services.start(tmp_path / "one") as again:
        assert again.env["NETBOX_GAM_SECRET_KEY"] == one.env["NETBOX_GAM_SECRET_KEY"]
        assert (tmp_path / "one" / "keys.json").stat().st_mode & 0o077 == 0


def test_a_command_inside_uses_the_outer_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Services.start(tmp_path / "outer") as outer:
        monkeypatch.setenv("NETBOX_GAM_DATABASE_URL", outer.env["NETBOX_GAM_DATABASE_URL"])
        monkeypatch.setenv("NETBOX_GAM_REDIS_URL", outer.env["NETBOX_GAM_REDIS_URL"])
        with Services.start(tmp_path / "inner") as inner:
            assert (inner.database, inner.tasks_redis) == (outer.database, outer.tasks_redis)
        with psycopg.connect(host=outer.database["HOST"], user="netbox", dbname="netbox") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_servers_end_with_the_command(tmp_path: Path, number: signal.Signals) -> None:
    script = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from development.services import Services
        with Services.start(Path(sys.argv[1])) as services:
            directory = services.database["HOST"]
            pid = Path(directory, "data", "postmaster.pid").read_text().split()[0]
            print(directory, pid, flush=True)
            time.sleep(99)
    """)
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        directory, pid = process.stdout.readline().split()
        assert alive(int(pid))
        process.send_signal(number)
    assert eventually(lambda: not alive(int(pid)))
    assert eventually(lambda: not Path(directory).exists())


def test_a_stubborn_command_and_its_orphans_are_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Guarded([sys.executable, "-c", STUBBORN], log=log, grace=0.1):
        assert eventually(lambda: len(log.read_text().split()) == 2)
        pids = [int(word) for word in log.read_text().split()]
        assert all(map(alive, pids))
    assert not any(map(alive, pids))


def test_exit_status_and_cleanup(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = Guarded([sys.executable, "-c", "raise SystemExit(7)"], cleanup=[scratch])
    assert command.wait(20) == 7
    assert not scratch.exists()


def test_a_missing_command_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no-such-command"):
        Guarded(["no-such-command"], log=tmp_path / "log")


def test_no_postgresql_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres, "candidates", list)
    monkeypatch.setattr(postgres, "apt_install", lambda packages, reason: False)
    with pytest.raises(postgres.PostgresMissing, match=r"No PostgreSQL 15\+ found: install it") as caught, Services.start(tmp_path):
        pass
    assert "\n" not in str(caught.value)


def test_something_else_called_postgres_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, words in (("postgres", "echo 'postgres (PostgreSQL) 14.9'"), ("initdb", "true")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{words}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(postgres, "BIN_DIRECTORIES", ())
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert postgres.candidates() == []
