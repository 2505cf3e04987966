"""Secrets of the command line: from the environment and from a YAML file, for shelves NetBox names without them.

The file::

    default:
      username: admin
      password: env:GAM_PASSWORD          # or file:/run/secrets/gam, or the text itself
      snmp: {version: "2c", community: "file:/run/secrets/community"}
    profiles:                             # by the names of credential and SNMP profiles in NetBox
      core: {snmp: {version: "3", username: poller, auth_protocol: SHA256, auth_key: "env:AUTH", priv_protocol: AES, priv_key: "env:PRIV"}}
    devices:                              # by the name of the device
      gam-elm-street: {username: admin, password: "env:ELM_PASSWORD"}

What a device says overrides its profiles, and those the default.
"""  # noqa: E501 - a line of YAML

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from .contracts import Login, SnmpCredential
from .errors import RuleViolation

ENVIRONMENT = {
    "GAM_USERNAME": ("username",),
    "GAM_PASSWORD": ("password",),
    "GAM_SNMP_COMMUNITY": ("snmp", "community"),
    "GAM_SNMP_USERNAME": ("snmp", "username"),
    "GAM_SNMP_AUTH_PROTOCOL": ("snmp", "auth_protocol"),
    "GAM_SNMP_AUTH_KEY": ("snmp", "auth_key"),
    "GAM_SNMP_PRIV_PROTOCOL": ("snmp", "priv_protocol"),
    "GAM_SNMP_PRIV_KEY": ("snmp", "priv_key"),
}
"""Environment variables and what of the default they set. A GAM_SNMP_USERNAME makes it SNMP version 3."""

_LOGIN = frozenset({"username", "password"})
_SNMP = frozenset({"version", "community", "username", "auth_protocol", "auth_key", "priv_protocol", "priv_key"})
_SECTIONS = frozenset({"default", "profiles", "devices"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """Settings by section, references resolved. Never shown."""

    default: Mapping[str, Any] = field(default_factory=dict, repr=False)
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    devices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)

    def for_device(self, row: Mapping[str, Any]) -> tuple[Login, SnmpCredential]:
        """The secrets of a GamDevice as NetBox's REST API shows it."""
        names = [str((row.get(key) or {}).get("name", "")) for key in ("credential_profile", "snmp_profile")]
        layers = [self.default, *(self.profiles.get(name, {}) for name in names), self.devices.get(str(row.get("name")), {})]
        return _login(layers), _snmp(layers)

    def candidates(self) -> tuple[list[Login], list[SnmpCredential]]:
        """Every login and SNMP credential there is, the default first: what to try on a shelf nobody knows yet."""
        layered = [[self.default], *([self.default, profile] for profile in self.profiles.values())]
        return list(dict.fromkeys(map(_login, layered))), list(dict.fromkeys(map(_snmp, layered)))


def load_credentials(path: str | None, environment: Mapping[str, str]) -> Credentials:
    """Credentials of a file (if any) and the environment, which overrides the file's default.

    :raises RuleViolation: the file cannot be read, names something unknown, or a reference leads nowhere; never with a secret
    """
    content = _read(path) if path else {}
    _known("credentials file", content, _SECTIONS)
    default = _entry("default", content.get("default") or {}, environment)
    for name, keys in ENVIRONMENT.items():
        if name in environment:
            part = default.setdefault("snmp", {}) if len(keys) == 2 else default
            part[keys[-1]] = environment[name]
    if default.get("snmp", {}).get("username") and "version" not in default["snmp"]:
        default["snmp"]["version"] = "3"
    return Credentials(
        default=default,
        profiles={name: _entry(f"profiles.{name}", entry, environment) for name, entry in (content.get("profiles") or {}).items()},
        devices={name: _entry(f"devices.{name}", entry, environment) for name, entry in (content.get("devices") or {}).items()},
    )


def _read(path: str) -> dict[str, Any]:
    try:
        content = YAML(typ="safe").load(Path(path))
    except OSError as error:
        raise RuleViolation("credentials file", path, f"cannot be read: {error.strerror}") from error
    except YAMLError as error:
        # The error's own text quotes the file.
        mark = getattr(error, "problem_mark", None)
        raise RuleViolation("credentials file", path, f"is not YAML{f', line {mark.line + 1}' if mark else ''}") from None
    if not isinstance(content, dict):
        raise RuleViolation("credentials file", path, "must be a mapping of default, profiles and devices")
    return content


def _entry(where: str, entry: Any, environment: Mapping[str, str]) -> dict[str, Any]:
    _known(where, entry, _LOGIN | {"snmp"})
    snmp = entry.get("snmp") or {}
    _known(f"{where}.snmp", snmp, _SNMP)
    resolved: dict[str, Any] = {key: _resolve(f"{where}.{key}", entry[key], environment) for key in entry if key != "snmp"}
    if snmp:
        resolved["snmp"] = {key: _resolve(f"{where}.snmp.{key}", snmp[key], environment) for key in snmp}
    return resolved


def _known(where: str, entry: Any, keys: frozenset[str]) -> None:
    if not isinstance(entry, dict):
        raise RuleViolation(where, type(entry).__name__, "must be a mapping")
    unknown = sorted(map(str, entry.keys() - keys))
    if unknown:
        raise RuleViolation(where, ", ".join(unknown), f"unknown; there are {', '.join(sorted(keys))}")


def _resolve(where: str, value: Any, environment: Mapping[str, str]) -> str:
    """The text behind ``env:NAME`` and ``file:PATH``; anything else stands for itself."""
    text = str(value)
    kind, colon, name = text.partition(":")
    if not colon or kind not in ("env", "file"):
        return text
    if kind == "env":
        if name not in environment:
            raise RuleViolation(where, text, "the environment has no such variable")
        return environment[name]
    try:
        return Path(name).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleViolation(where, text, f"cannot be read: {type(error).__name__}") from None


def _login(layers: list[Any]) -> Login:
    merged: dict[str, Any] = {}
    for layer in layers:
        merged.update({key: layer[key] for key in _LOGIN if key in layer})
    return Login(**merged)


def _snmp(layers: list[Any]) -> SnmpCredential:
    """The last layer that says anything about SNMP, whole: half of one credential and half of another is none."""
    settings = [layer["snmp"] for layer in layers if layer.get("snmp")]
    return SnmpCredential(**settings[-1]) if settings else SnmpCredential()
