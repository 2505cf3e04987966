"""Configuration-mode commands. Each parses its words and returns what is to be done, so that nothing changes on a bad line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import ghn_commands
from .cli_output import Output
from .command_log import CommandKind
from .config import VlanInterface
from .refusals import RefusedText
from .words import Word, incomplete, invalid, keyword, number, vlan_list

if TYPE_CHECKING:
    from .cli import CliSession

type Run = Callable[["CliSession", list[Word]], Output]


def _then(action: Callable[[], None]) -> Output:
    return Output(then=action)


def _nothing() -> Output:
    return Output()


def _discard[K](table: dict[K, Any], key: K) -> None:
    table.pop(key, None)


def _end(session: CliSession, words: list[Word]) -> Output:
    session.mode, session.selected = "exec", ()
    return _nothing()


def _exit(session: CliSession, words: list[Word]) -> Output:
    session.mode = "exec" if session.mode == "config" else "config"
    session.selected = ()
    return _nothing()


def _hostname(session: CliSession, words: list[Word]) -> Output:
    name = words[0].text
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]{0,62}", name):
        raise invalid(words[0])
    return _then(lambda: setattr(session.shelf.running, "hostname", name))


def _no_hostname(session: CliSession, words: list[Word]) -> Output:
    return _then(lambda: setattr(session.shelf.running, "hostname", ""))


def _system_text(field: str) -> Run:
    return lambda session, words: _then(lambda: setattr(session.shelf.running, field, words[0].text if words else ""))


def _line(words: list[Word]) -> str:
    return " ".join(f'"{word.text}"' if word.quoted else word.text for word in words)


def _kept(prefix: str) -> Run:
    def run(session: CliSession, words: list[Word]) -> Output:
        line = f"{prefix} {_line(words)}".strip()
        return _then(lambda: session.shelf.running.globals.__setitem__(line, line))

    return run


def _dropped(prefix: str) -> Run:
    def run(session: CliSession, words: list[Word]) -> Output:
        line = f"{prefix} {_line(words)}".strip()

        def drop() -> None:
            kept = session.shelf.running.globals
            for key in [key for key in kept if key == line or key.startswith(line + " ")]:
                del kept[key]

        return _then(drop)

    return run


def _username(session: CliSession, words: list[Word]) -> Output:
    texts = [word.text for word in words]
    if len(texts) < 4 or texts[1] != "privilege" or texts[3] != "password":
        raise incomplete() if len(texts) < 4 else invalid(words[1])
    how = keyword(words[4], ["none", "encrypted", "unencrypted"]) if len(words) > 4 else ""
    if not how or (how != "none" and len(words) < 6):
        raise incomplete()
    if how == "encrypted":
        return _then(lambda: None)
    return _then(lambda: session.shelf.users.__setitem__(texts[0], "" if how == "none" else texts[5]))


def _no_username(session: CliSession, words: list[Word]) -> Output:
    return _then(lambda: _discard(session.shelf.users, words[0].text))


def _ghn(what: str, negate: bool) -> Run:
    function = ghn_commands.unconfigure if negate else ghn_commands.configure
    return lambda session, words: _then(function(session.shelf, what, words))


def _ghn_port(negate: bool) -> Run:
    return lambda session, words: _then(ghn_commands.configure_port(session.shelf, words, negate))


def _interface(session: CliSession, words: list[Word]) -> Output:
    kind = words[0].text
    names = tuple(f"{kind} 1/{member}" for member in _members(words[1]))
    if not names or any(name not in session.shelf.identity.interfaces for name in names):
        raise invalid(words[1])
    session.mode, session.selected = "config-if", names
    session.vlan = 0
    return _nothing()


def _members(word: Word) -> tuple[int, ...]:
    if word.text == "*":
        return ()
    switch, slash, ports = word.text.partition("/")
    if switch != "1" or not slash:
        raise invalid(word)
    return vlan_list(Word(ports, word.column))


def _interface_vlan(session: CliSession, words: list[Word]) -> Output:
    vid = number(words[0], 1, 4095)

    def enter() -> None:
        session.shelf.running.vlan_interfaces.setdefault(vid, VlanInterface())
        session.mode, session.vlan, session.selected = "config-if-vlan", vid, ()

    if vid in session.shelf.running.vlan_interfaces:
        enter()
        return _nothing()
    return _then(enter)


def _no_interface_vlan(session: CliSession, words: list[Word]) -> Output:
    vid = number(words[0], 1, 4095)
    return _then(lambda: _discard(session.shelf.running.vlan_interfaces, vid))


def _vlan(session: CliSession, words: list[Word]) -> Output:
    vlan_list(words[0])
    return _then(lambda: None)


# ------------------------------------------------------------------------------------------------------ interface blocks


def _each(session: CliSession, change: Callable[[str], None]) -> Output:
    def run() -> None:
        for name in session.selected:
            change(name)

    return _then(run)


def _switchport(field: str) -> Run:
    def run(session: CliSession, words: list[Word]) -> Output:
        value: object = words[-1].text
        if field in ("native", "access"):
            value = number(words[-1], 1, 4095)
        elif field == "allowed" and words[-1].text not in ("all", "none"):
            if words[-1].text.count(",") >= 12:
                raise RefusedText("Too many VLAN ranges")
            vlan_list(words[-1])

        def change(name: str) -> None:
            port = session.shelf.running.switchports.get(name)
            if port is None:
                raise RefusedText("VLAN membership of G.hn ports is managed by the G.hn agent")
            setattr(port, field, value)

        return _each(session, change)

    return run


def _shutdown(down: bool) -> Run:
    def run(session: CliSession, words: list[Word]) -> Output:
        def change(name: str) -> None:
            running = session.shelf.running
            target = running.switchports.get(name) or running.ports[int(name.rpartition("/")[2])]
            target.shutdown = down

        return _each(session, change)

    return run


def _ip_address(session: CliSession, words: list[Word]) -> Output:
    address = "dhcp" if words[0].text.lower() == "dhcp" else words[0].text
    if address != "dhcp" and (len(words) < 2 or not all(re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", word.text) for word in words[:2])):
        raise incomplete() if len(words) < 2 else invalid(words[0])
    mask = words[1].text if len(words) > 1 and address != "dhcp" else ""
    vid = session.vlan
    return _then(lambda: session.shelf.running.vlan_interfaces.__setitem__(vid, VlanInterface(address, mask)))


def _no_ip_address(session: CliSession, words: list[Word]) -> Output:
    vid = session.vlan
    return _then(lambda: session.shelf.running.vlan_interfaces.__setitem__(vid, VlanInterface()))


type Definition = tuple[str, Run, CommandKind]

KEPT = (
    "banner", "clock", "ntp", "radius-server", "tacacs-server", "aaa", "logging", "controller announcement", "json notification",
    "ip route", "ip igmp", "ip name-server", "ip dhcp", "snmp-server community", "snmp-server host", "snmp-server access",
    "snmp-server user", "snmp-server view", "snmp-server engine-id", "snmp-server security-to-group", "lldp", "spanning-tree",
    "ghn vectorboost", "ghn notch", "ghn subscriber-model",
)  # fmt: skip
"""Lines that are stored and printed back as they came, without a meaning here."""

GLOBAL: list[Definition] = [
    ("end", _end, "read"),
    ("exit", _exit, "read"),
    ("hostname <name>", _hostname, "write"),
    ("no hostname", _no_hostname, "write"),
    ("snmp-server contact <text>", _system_text("contact"), "write"),
    ("no snmp-server contact", _system_text("contact"), "write"),
    ("snmp-server location <text>", _system_text("location"), "write"),
    ("no snmp-server location", _system_text("location"), "write"),
    ("username ...", _username, "write"),
    ("no username <name>", _no_username, "write"),
    ("vlan <list>", _vlan, "write"),
    ("no vlan <list>", _vlan, "write"),
    ("interface G.hn|10GigabitEthernet|GigabitEthernet <list>", _interface, "read"),
    ("interface vlan <id>", _interface_vlan, "write"),
    ("no interface vlan <id>", _no_interface_vlan, "write"),
    ("ghn port ...", _ghn_port(False), "write"),
    ("no ghn port ...", _ghn_port(True), "write"),
    *((f"ghn {what} ...", _ghn(what, False), "write") for what in ghn_commands.KINDS),
    *((f"no ghn {what} ...", _ghn(what, True), "write") for what in ghn_commands.KINDS),
    *((f"{prefix} ...", _kept(prefix), "write") for prefix in KEPT),
    *((f"no {prefix} ...", _dropped(prefix), "write") for prefix in KEPT),
]

INTERFACE: list[Definition] = [
    ("switchport mode access|trunk|hybrid", _switchport("mode"), "write"),
    ("switchport trunk|hybrid native vlan <id>", _switchport("native"), "write"),
    ("switchport trunk|hybrid allowed vlan <list>", _switchport("allowed"), "write"),
    ("switchport access vlan <id>", _switchport("access"), "write"),
    ("shutdown", _shutdown(True), "write"),
    ("no shutdown", _shutdown(False), "write"),
]

VLAN: list[Definition] = [
    ("ip address ...", _ip_address, "write"),
    ("no ip address", _no_ip_address, "write"),
]
