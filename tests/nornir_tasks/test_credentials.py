"""Secrets of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from nornir_tasks.contracts import Login, SnmpCredential
from nornir_tasks.credentials import Credentials, load_credentials
from nornir_tasks.errors import RuleViolation

FILE = """
default:
  username: admin
  password: env:DEFAULT_PASSWORD
  snmp: {community: "file:%s"}
profiles:
  v3: {snmp: {version: "3", username: poller, auth_protocol: SHA256, auth_key: "env:AUTH", priv_protocol: AES, priv_key: 12345678}}
  north: {username: north}
devices:
  gam-1: {password: "one:two"}
"""
ENVIRONMENT = {"DEFAULT_PASSWORD": "p4ssword", "AUTH": "authauth"}
V3 = SnmpCredential("3", community="public", username="poller", auth_protocol="SHA256", auth_key="authauth", priv_protocol="AES",
                    priv_key="12345678")  # fmt: skip


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    (tmp_path / "community").write_text("c0mmunity\n")
    (tmp_path / "secrets.yml").write_text(FILE % (tmp_path / "community"))
    return load_credentials(str(tmp_path / "secrets.yml"), ENVIRONMENT)


def test_a_device_overrides_its_profiles_and_those_the_default(credentials: Credentials) -> None:
    plain = {"name": "gam-9", "credential_profile": None, "snmp_profile": None}
    assert credentials.for_device(plain) == (Login("admin", "p4ssword"), SnmpCredential(community="c0mmunity"))
    profiled = {"name": "gam-1", "credential_profile": {"name": "north"}, "snmp_profile": {"name": "v3"}}
    assert credentials.for_device(profiled) == (Login("north", "one:two"), V3)


def test_everything_there_is_is_tried_on_an_unknown_shelf(credentials: Credentials) -> None:
    assert credentials.candidates() == (
        [Login("admin", "p4ssword"), Login("north", "p4ssword")],
        [SnmpCredential(community="c0mmunity"), V3],
    )


def test_without_anything_the_factory_defaults_are_tried() -> None:
    assert load_credentials(None, {}).candidates() == ([Login()], [SnmpCredential()])


def test_the_environment_alone_is_enough() -> None:
    environment = {"GAM_USERNAME": "ops", "GAM_PASSWORD": "x", "GAM_SNMP_COMMUNITY": "town"}
    assert load_credentials(None, environment).candidates() == ([Login("ops", "x")], [SnmpCredential(community="town")])
    v3 = {"GAM_SNMP_USERNAME": "u", "GAM_SNMP_AUTH_PROTOCOL": "SHA", "GAM_SNMP_AUTH_KEY": "12345678"}
    assert load_credentials(None, v3).candidates()[1] == [
        SnmpCredential(version="3", username="u", auth_protocol="SHA", auth_key="12345678")
    ]


def test_nothing_is_shown(credentials: Credentials) -> None:
    assert "p4ssword" not in repr(credentials) and "authauth" not in repr(credentials)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("default: {user: admin, password: hunter2}", "default 'user': unknown; there are password, snmp, username"),
        ("default: {snmp: {key: hunter2}}", "default.snmp 'key': unknown"),
        ("devices: {gam-1: hunter2}", "devices.gam-1 'str': must be a mapping"),
        ("logins: {}", "credentials file 'logins': unknown; there are default, devices, profiles"),
        ("default: {password: 'env:NOWHERE'}", "default.password 'env:NOWHERE': the environment has no such variable"),
        ("default: {password: 'file:/nonexistent/x'}", "default.password 'file:/nonexistent/x': cannot be read"),
        ("default: [hunter2\n  x: {", "is not YAML, line"),
        ("hunter2", "must be a mapping of default, profiles and devices"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_is(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "secrets.yml"
    path.write_text(text)
    with pytest.raises(RuleViolation) as caught:
        load_credentials(str(path), {})
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(RuleViolation, match=r"'/nonexistent\.yml': cannot be read: No such file"):
        load_credentials("/nonexistent.yml", {})
