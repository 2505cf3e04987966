"""The schema dump is what NetBox's own migrations make."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from development import schema
from development.services import Services


def test_the_dump_restores_and_no_migration_is_missing(tmp_path: Path) -> None:
    if not schema.dump_path().exists():
        pytest.fail(f"no dump for NetBox {version('netbox')}: run make schema and commit it")
    with Services.start(tmp_path) as services:
        assert schema.is_empty(services.database)
        assert schema.restore(services.database)
        assert not schema.is_empty(services.database)
        env = services.env | {"NETBOX_GAM_WITHOUT_PLUGIN": "1"}
        command = [sys.executable, "-m", "netbox", "migrate", "--check"]
        checked = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_dump_of_the_restored_schema_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Services.start(tmp_path / "one") as services:
        schema.restore(services.database)
        first = schema.dump(services, "netbox")
    monkeypatch.setattr(schema, "dump_path", lambda: tmp_path / "dump.sql.gz")
    (tmp_path / "dump.sql.gz").write_bytes(first)
    with Services.start(tmp_path / "two") as services:
        assert schema.restore(services.database)
        assert schema.dump(services, "netbox") == first


def test_a_version_without_dump_is_told_from_one_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "FOLDER", tmp_path)
    assert schema.restore({"NAME": "unused"}) is False


def test_the_template_is_made_once(tmp_path: Path) -> None:
    with Services.start(tmp_path) as services:
        name = schema.template(services)
        assert schema.template(services) == name
        with schema.connect(services.database, name) as connection:
            assert connection.execute("SELECT count(*) > 300 FROM django_migrations").fetchone() == (True,)
