"""A private PostgreSQL for one command: found among the installed ones, started on a Unix socket, thrown away afterwards."""

from __future__ import annotations

import glob
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from development.processes import Guarded
from development.urls import socket_database

MINIMUM = 15
USER = "netbox"
# Directory + "/.s.PGSQL.5432" has to fit in sockaddr_un (104 bytes on macOS, 108 on Linux).
LONGEST_DIRECTORY = 80
BIN_DIRECTORIES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat and its kin
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
# Nothing here outlives the command, so nothing needs to survive a power cut.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "shared_buffers": "128MB",
    "max_connections": "150",
    "jit": "off",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class PostgresMissing(Exception):
    """No usable PostgreSQL; the message is one line saying what to install."""


def version(bin_directory: Path) -> int:
    """Major version of the server in a directory, 0 where there is none that runs."""
    try:
        out = subprocess.run([bin_directory / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", out.stdout)
    return int(match[1]) if match else 0


def candidates() -> list[tuple[int, Path]]:
    """``(major version, bin directory)`` of every installed server that is new enough, newest first."""
    found = [Path(path) for pattern in BIN_DIRECTORIES for path in glob.glob(pattern)]
    if on_path := shutil.which("postgres"):
        # A link on PATH points at the real directory, where initdb and the rest are.
        found.append(Path(on_path).resolve().parent)
    usable = {(version(path), path.resolve()) for path in found if (path / "initdb").exists()}
    return sorted((entry for entry in usable if entry[0] >= MINIMUM), reverse=True)


def apt_install(packages: list[str], reason: str) -> bool:
    """Install Debian packages, saying so; False where this user cannot."""
    apt = shutil.which("apt-get")
    prefix: list[str] = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if not sudo or subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode:
            return False
        prefix = [sudo, "-n"]
    if not apt:
        return False
    print(f"Installing {', '.join(packages)} with apt-get: {reason}.", flush=True)
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", apt, "-qq", "-o", "Dpkg::Use-Pty=0"]
    subprocess.run([*quiet, "update"], check=False, stdout=subprocess.DEVNULL)
    install = subprocess.run(
        [*quiet, "install", "--yes", "--no-install-recommends", *packages], check=False, stdout=subprocess.DEVNULL
    )
    return install.returncode == 0


def find() -> Path:
    """Bin directory of the newest usable server, installing one where that is possible."""
    usable = candidates()
    if not usable and apt_install(["postgresql"], f"NetBox needs PostgreSQL {MINIMUM} or later and none was found"):
        usable = candidates()
    if not usable:
        raise PostgresMissing(
            f"No PostgreSQL {MINIMUM}+ found: install it (Debian: apt install postgresql; macOS: brew install postgresql@17), "
            "or set NETBOX_GAM_DATABASE_URL to a database you may create others beside."
        )
    return usable[0][1]


def unprivileged() -> tuple[int, int] | None:
    """``(uid, gid)`` to run the server as; None keeps this process's own. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise PostgresMissing("PostgreSQL refuses to run as root and there is no user 'postgres' or 'nobody' to run it as: add one.")


def scratch_directory(user: tuple[int, int] | None) -> Path:
    """A new private directory with a short path that ``user`` owns and can reach."""
    for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108  mkdtemp makes it private
        reachable = user is None or all(folder.stat().st_mode & 0o001 for folder in (Path(parent), *Path(parent).parents))
        if reachable and os.access(parent, os.W_OK) and len(parent) + 24 < LONGEST_DIRECTORY:
            path = Path(tempfile.mkdtemp(prefix="netbox-gam-", dir=parent))
            if user:
                os.chown(path, *user)
            return path
    raise PostgresMissing("No temporary directory with a short path that the database's user can reach: set TMPDIR to one.")


def initialise(bin_directory: Path, directory: Path, user: tuple[int, int] | None) -> None:
    """Make the cluster in ``directory``/data."""
    locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
    options = ["--no-sync", "--auth=trust", f"--username={USER}", "--encoding=UTF8", f"--locale={locale}"]
    ids: dict[str, Any] = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": locale}
    run = partial(subprocess.run, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    done = run([bin_directory / "initdb", *options, "-D", directory / "data"], **ids)
    if done.returncode:
        raise PostgresMissing(f"initdb of {bin_directory} failed: {done.stderr.strip() or done.stdout.strip()}")


def wait_until_ready(server: Guarded, directory: Path, log: Path) -> None:
    """Wait for the server to answer and check that it can do natural sorting."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with psycopg.connect(socket_database(str(directory), "postgres", USER)) as connection:
                icu = connection.execute("SELECT count(*) FROM pg_collation WHERE collprovider = 'i'").fetchone()
            break
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise PostgresMissing(f"PostgreSQL did not start; its last words: {log.read_text()[-800:]}") from None
            time.sleep(0.05)
    if not icu or not icu[0]:
        raise PostgresMissing("This PostgreSQL was built without ICU, which NetBox's natural sorting needs: install one with it.")


def start(log: Path, database: str) -> tuple[Guarded, Path, str]:
    """Start a server; return it, its private directory (also for other sockets) and the URL of ``database``, which is empty."""
    bin_directory = find()
    user = unprivileged()
    directory = scratch_directory(user)
    try:
        initialise(bin_directory, directory, user)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    server = Guarded(
        [bin_directory / "postgres", "-D", directory / "data", "-k", directory, *settings],
        cwd=directory,
        log=log,
        stop_signal=signal.SIGINT,
        user=user,
        cleanup=[directory],
    )
    try:
        wait_until_ready(server, directory, log)
        with psycopg.connect(socket_database(str(directory), "postgres", USER), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    except BaseException:
        server.stop()
        raise
    return server, directory, socket_database(str(directory), database, USER)
