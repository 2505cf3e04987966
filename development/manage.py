"""``python -m development.manage COMMAND ...``: any ``netbox`` command against a prepared throw-away database.

For ``makemigrations netbox_gam``, ``shell``, ``check``, ``runserver`` and the like. Inside ``development.services run -- bash`` it
uses that shell's servers and keeps what is in their database.
"""

from __future__ import annotations

import subprocess
import sys

from development import schema
from development.postgres import PostgresMissing
from development.services import STATE, Services

# What needs no plugin tables, and must work while the plugin's migrations are still to be written.
WITHOUT_MIGRATE = {"makemigrations", "check", "sqlmigrate", "migrate", "help", "version", "spectacular"}


def main() -> int:
    """Prepare the database as far as the command needs it, run the command, return its exit status."""
    command = sys.argv[1:] or ["help"]
    try:
        with Services.start(STATE / "manage") as services:
            if command[0] not in WITHOUT_MIGRATE:
                schema.prepare(services)
            elif schema.is_empty(services.database):
                schema.restore(services.database)
            return subprocess.run([sys.executable, "-m", "netbox", *command], env=services.env, check=False).returncode
    except PostgresMissing as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
