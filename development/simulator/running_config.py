"""Configuration as text: rendering as ``show running-config`` prints it, and reading such a text back."""

from __future__ import annotations

import base64

from . import ghn_commands
from .config import DeviceConfig
from .identity import Identity
from .state import SimShelf


def _head(shelf: SimShelf, config: DeviceConfig) -> list[str]:
    out = [f"hostname {config.hostname}"] if config.hostname else []
    for user, password in shelf.users.items():
        secret = f"encrypted {base64.b64encode(password.encode()).decode()}" if password else "none"
        out.append(f"username {user} privilege 15 password {secret}")
    out += ["!", "vlan 1", "!"]
    if config.contact:
        out.append(f'snmp-server contact "{config.contact}"')
    if config.location:
        out.append(f'snmp-server location "{config.location}"')
    return out + list(config.globals.values())


def _interfaces(identity: Identity, config: DeviceConfig) -> list[str]:
    out = []
    for name in sorted(
        (*identity.model.ghn_interfaces, *config.switchports), key=lambda text: (text.split()[0], int(text.rpartition("/")[2]))
    ):
        out += ["!", f"interface {name}"]
        port = config.switchports.get(name)
        if port is None:
            continue
        if port.mode == "access":
            out += [f" switchport access vlan {port.access}"] if port.access != 1 else []
        else:
            out += [f" switchport mode {port.mode}", f" switchport {port.mode} native vlan {port.native}"]
            out.append(f" switchport {port.mode} allowed vlan {port.allowed}")
        if port.shutdown:
            out.append(" shutdown")
    for vid, interface in sorted(config.vlan_interfaces.items()):
        out += ["!", f"interface vlan {vid}"]
        if interface.address:
            out.append(f" ip address {interface.address} {interface.mask}".rstrip())
    return out


def render(shelf: SimShelf, config: DeviceConfig, feature: str = "") -> str:
    """The configuration as text, without the "Building configuration" line. ``feature`` may limit it to ``ghn`` lines."""
    ghn = ghn_commands.lines(shelf, config)
    if feature == "ghn":
        return "\n".join([*ghn, "!", "end"])
    return "\n".join([*_head(shelf, config), *ghn, *_interfaces(shelf.identity, config), "!", "end"])


def parse(shelf: SimShelf, text: str) -> DeviceConfig:
    """The configuration a text describes, started from the factory's, with the rules and syntax of ``shelf``.

    The shelf itself is not changed.

    :raises SyntaxProblem: a line that is no configuration command
    :raises Refused: a value the shelf would refuse
    """
    from .cli import CliSession

    kept = shelf.running, shelf._uid
    shelf.running = shelf.default_config()
    try:
        CliSession(shelf, "config").replay(text.splitlines())
        return shelf.running
    finally:
        shelf.running, shelf._uid = kept
