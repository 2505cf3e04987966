"""NetBox's empty schema, kept as a dump because making it by NetBox's migrations takes minutes and restoring it a second.

``make schema`` (``python -m development.schema``) makes ``development/schema/netbox-<version>.sql.gz`` by running those migrations,
without the plugin, in an empty database. :func:`prepare` restores it where the installed NetBox is of that version and always runs
``migrate`` afterwards, so a missing or outdated dump costs time, never correctness. What it arrives at with the plugin's migrations
is kept in ``.state/schema`` for the next time, under a name that changes with any of the migrations.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from development.postgres import PostgresMissing, find
from development.services import ROOT, STATE, Services

FOLDER = Path(__file__).with_name("schema")
# Any fixed moment: the dump must be the same whenever it is made.
MOMENT = "2026-01-01 00:00:00+00"
# What differs between the versions of pg_dump, or is unknown to older servers.
NOT_IN_THE_DUMP = re.compile(r"^(--.*|\\(un)?restrict .*|SET transaction_timeout = 0;|)\n", re.MULTILINE)


def dump_path() -> Path:
    """Where the dump for the installed NetBox is, whether or not it exists."""
    return FOLDER / f"netbox-{version('netbox')}.sql.gz"


def connect(database: dict[str, Any], name: str | None = None, *, autocommit: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect to a ``DATABASES`` entry, or to another database of its server."""
    wanted = {"dbname": name or database["NAME"], "user": database["USER"], "password": database["PASSWORD"]}
    wanted |= {"host": database["HOST"], "port": database["PORT"]} | database.get("OPTIONS", {})
    return psycopg.connect(**{key: value for key, value in wanted.items() if value}, autocommit=autocommit)


def is_empty(database: dict[str, Any]) -> bool:
    """Whether no migration was ever run in the database."""
    with connect(database) as connection:
        row = connection.execute("SELECT to_regclass('public.django_migrations')").fetchone()
    return row is None or row[0] is None


def restore(database: dict[str, Any], path: Path | None = None) -> bool:
    """Fill an empty database from a dump, by default that of the installed NetBox; False if there is none."""
    path = path or dump_path()
    if not path.exists():
        return False
    script = gzip.decompress(path.read_bytes())
    with connect(database) as connection:
        connection.execute(script)
    return True


def migrate(env: dict[str, str], *, verbosity: int = 0) -> None:
    """Run ``netbox migrate``; its errors are shown and raise ``CalledProcessError``."""
    command = [sys.executable, "-m", "netbox", "migrate", "--no-input", f"--verbosity={verbosity}"]
    subprocess.run(command, env=env, check=True)


def migrate_with_progress(env: dict[str, str]) -> None:
    """Run all of NetBox's migrations, showing on one line how far it is."""
    print(f"Running all migrations of NetBox {version('netbox')} in an empty database, which takes minutes.", flush=True)
    command = [sys.executable, "-u", "-m", "netbox", "migrate", "--no-input"]
    begin, done, last = time.monotonic(), 0, ""
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("  Applying "):
                done, last = done + 1, line.split()[1].removesuffix("...")
                if sys.stdout.isatty() or done % 50 == 0:
                    end = "\r" if sys.stdout.isatty() else "\n"
                    print(f"  {done} migrations, {time.monotonic() - begin:.0f} s, {last:60.60}", end=end, flush=True)
    print(f"  {done} migrations in {time.monotonic() - begin:.0f} s{'':60}")
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def migrated_path() -> Path:
    """Where the dump with the plugin's migrations applied is kept; another path whenever a migration or NetBox is another."""
    digest = hashlib.sha256(version("netbox").encode())
    for path in [dump_path(), *sorted((ROOT / "netbox_gam" / "migrations").glob("*.py"))]:
        digest.update(path.name.encode() + (path.read_bytes() if path.exists() else b""))
    return STATE / "schema" / f"{digest.hexdigest()[:16]}.sql.gz"


def prepare(services: Services) -> None:
    """Bring the services' database to the state of the installed NetBox and plugin."""
    kept = migrated_path()
    fresh = is_empty(services.database)
    if fresh and not restore(services.database, kept) and not restore(services.database):
        migrate_with_progress(services.env)
    migrate(services.env)
    if fresh and not kept.exists():
        keep(services, kept)


def keep(services: Services, path: Path) -> None:
    """Keep the database as the dump for the next time, and only that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("*.sql.gz"):
        old.unlink(missing_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        draft.write_bytes(dump(services, services.database["NAME"]))
        draft.rename(path)
    except (PostgresMissing, subprocess.CalledProcessError) as error:
        # Without a pg_dump for this server, the migrations are run again the next time.
        print(f"Not kept for the next time: {error}", flush=True)


def template(services: Services) -> str:
    """Name of a database prepared for copying test databases from; made if absent."""
    name = f"netbox_gam_template_{migrated_path().name.partition('.')[0]}"
    draft = f"{name}_draft"
    with connect(services.database, autocommit=True) as connection:
        # Two test runs at once on one server: one makes the template, the other waits for it.
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(draft)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
        # The runner runs migrate once more on each copy, so what was kept needs none here.
        target = services.using(draft)
        if not restore(target.database, migrated_path()):
            prepare(target)
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name)))
    return name


def dump(services: Services, database: str) -> bytes:
    """The database as SQL that any PostgreSQL from 15 on takes in one go; the same bytes for the same schema."""
    connection = services.database
    command = [str(find() / "pg_dump"), "--no-owner", "--no-privileges", "--no-comments", "--inserts", "--rows-per-insert=200"]
    target = ["--host", connection["HOST"], "--username", connection["USER"], "--dbname", database]
    if connection["PORT"]:
        target += ["--port", connection["PORT"]]
    env = services.env | ({"PGPASSWORD": connection["PASSWORD"]} if connection["PASSWORD"] else {})
    text = subprocess.run([*command, *target], env=env, capture_output=True, text=True, check=True).stdout
    return gzip.compress(NOT_IN_THE_DUMP.sub("", text).encode(), compresslevel=9, mtime=0)


def set_timestamps(database: dict[str, Any]) -> None:
    """Replace every point in time in the database, such as when a migration was applied, by the same one."""
    with connect(database) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'timestamp with time zone'"
            " AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')"
        ).fetchall()
        for table, column in columns:
            names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
            update = sql.SQL("UPDATE {table} SET {column} = %s WHERE {column} IS NOT NULL").format(**names)
            connection.execute(update, [MOMENT])


def make() -> Path:
    """Migrate an empty database and write the dump; returns its path."""
    name = "netbox_schema"
    with Services.start(STATE / "schema") as services:
        with connect(services.database, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        target = services.using(name)
        migrate_with_progress(target.env | {"NETBOX_GAM_WITHOUT_PLUGIN": "1"})
        set_timestamps(target.database)
        FOLDER.mkdir(exist_ok=True)
        path = dump_path()
        path.write_bytes(dump(services, name))
    return path


if __name__ == "__main__":
    written = make()
    print(f"{written}: {written.stat().st_size} bytes")
