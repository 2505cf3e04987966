"""The ``ghn …`` lines of configuration mode: endpoints, subscribers, bandwidth profiles and ports.

Keywords are the vendor CLI guide's; ``poe`` is from a running configuration of newer firmware. What a line says is applied as a
whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .config import NO_NNI, Kind
from .identity import cli_name, json_name
from .refusals import Refused
from .rules import MISSING, normal_mac
from .state import SimShelf
from .words import Word, incomplete, invalid, keyword, number, vlan_list

type Changes = dict[str, Any]
type Reader = Callable[[SimShelf, Word], Changes]

KINDS: dict[str, Kind] = {"endpoint": "endpoint", "subscriber": "subscriber", "bw-profile": "profile"}
HIGHEST: dict[str, int] = {"endpoint": 384, "subscriber": 384, "bw-profile": 15}


def _text(field: str) -> Reader:
    return lambda shelf, word: {field: word.text}


def _number(field: str, low: int, high: int) -> Reader:
    return lambda shelf, word: {field: number(word, low, high)}


def _number_or(field: str, other: str, low: int, high: int) -> Reader:
    def read(shelf: SimShelf, word: Word) -> Changes:
        if not word.text.isdigit():
            keyword(word, [other])
            return {field: 0}
        return {field: number(word, low, high)}

    return read


def _mac(shelf: SimShelf, word: Word) -> Changes:
    try:
        return {"mac": normal_mac(word.text)}
    except Refused:
        raise invalid(word) from None


def _port(shelf: SimShelf, word: Word) -> Changes:
    if word.text.isdigit():
        return {"port": number(word, 1, shelf.identity.model.ports), "auto_port": False}
    chosen = keyword(word, ["unassigned", "auto"])
    return {"port": 0, "auto_port": chosen == "auto"}


def _allowed(shelf: SimShelf, word: Word) -> Changes:
    if word.text[:1].isdigit():
        return {"allowed": vlan_list(word)}
    keyword(word, ["none"])
    return {"allowed": ()}


def _poe(shelf: SimShelf, word: Word) -> Changes:
    return {"poe": keyword(word, ["disable", "enable", "force"])}


def _nni(shelf: SimShelf, word: Word) -> Changes:
    return {"nni": NO_NNI if word.text.lower() == "none" else cli_name(word.text)}


FLAGS: dict[str, dict[str, Changes]] = {
    "endpoint": {"allow-management-access": {"allow_mgmt": True}},
    "subscriber": {"tagged": {"tagged": True}, "untagged": {"tagged": False}, "trunk-mode": {"trunk": True}},
    "bw-profile": {},
}
VALUES: dict[str, dict[str, Reader]] = {
    "endpoint": {"name": _text("name"), "mac-address": _mac, "description": _text("description"), "port": _port},
    "subscriber": {
        "name": _text("name"),
        "description": _text("description"),
        "endpoint": _number("endpoint_id", 1, 384),
        "vid": _number("vlan", 1, 4095),
        "remapped-vid": _number_or("remapped", "none", 1, 4095),
        "bw-profile": _number_or("profile_id", "unthrottled", 1, 15),
        "allowed-vlan": _allowed,
        "port2-vid": _number_or("port2", "none", 1, 4095),
        "poe": _poe,
    },
    "bw-profile": {
        "name": _text("name"),
        "description": _text("description"),
        "rate-downstream": _number("ds", 0, 100_000),
        "rate-upstream": _number("us", 0, 100_000),
        "service-limit-level": _number("service_limit", 1, 4),
    },
}
INVENTED: dict[str, Reader] = {"double-tag-vid": _number("outer", 1, 4095), "nni": _nni}
"""Keywords nobody has seen; accepted only by shelves whose variant prints them."""


def _attributes(shelf: SimShelf, what: str, words: list[Word]) -> Changes:
    flags, values = dict(FLAGS[what]), dict(VALUES[what])
    if what == "subscriber":
        if shelf.variants.unknown_keywords:
            values |= INVENTED
        else:
            del flags["trunk-mode"]
    changes: Changes = {}
    at = 0
    while at < len(words):
        name = keyword(words[at], [*flags, *values])
        if name in flags:
            changes |= flags[name]
            at += 1
            continue
        if at + 1 >= len(words):
            raise incomplete()
        changes |= values[name](shelf, words[at + 1])
        at += 2
    if "outer" in changes:
        changes["double_tags"] = True
    return changes


def configure(shelf: SimShelf, what: str, words: list[Word]) -> Callable[[], None]:
    """``ghn {endpoint|subscriber|bw-profile} <n> …``: parse now, apply when called.

    :param words: what follows the kind, beginning with the number
    :raises SyntaxProblem: the line is wrong; the returned function raises ``Refused`` when the values are
    """
    if not words:
        raise incomplete()
    ident = number(words[0], 1, HIGHEST[what])
    changes = _attributes(shelf, what, words[1:])
    if not changes and ident not in shelf.running.table(KINDS[what]):
        raise incomplete()
    return lambda: shelf.put(KINDS[what], ident, changes)


def unconfigure(shelf: SimShelf, what: str, words: list[Word]) -> Callable[[], None]:
    """``no ghn {endpoint|subscriber|bw-profile} <n> [port|endpoint]``: parse now, apply when called. :raises SyntaxProblem:"""
    if not words:
        raise incomplete()
    ident = number(words[0], 1, HIGHEST[what])
    if len(words) > 2:
        raise invalid(words[2])
    if len(words) == 1:
        return lambda: shelf.drop(KINDS[what], ident)
    part = keyword(words[1], {"endpoint": ["port"], "subscriber": ["endpoint"], "bw-profile": []}[what])
    changes: Changes = {"port": 0, "auto_port": False} if part == "port" else {"endpoint_id": 0}

    def clear() -> None:
        if ident not in shelf.running.table(KINDS[what]):
            raise Refused(MISSING[KINDS[what]])
        shelf.put(KINDS[what], ident, changes)

    return clear


def configure_port(shelf: SimShelf, words: list[Word], negate: bool) -> Callable[[], None]:
    """``[no] ghn port <n> [mode {mimo|siso}] [name N] [shutdown]``: parse now, apply when called. :raises SyntaxProblem:"""
    if len(words) < 2:
        raise incomplete()
    port = shelf.running.ports[number(words[0], 1, shelf.identity.model.ports)]
    changes: Changes = {}
    at = 1
    while at < len(words):
        name = keyword(words[at], ["shutdown", "name"] if negate else ["mode", "name", "shutdown"])
        if name == "shutdown" or negate:
            changes["shutdown" if name == "shutdown" else "name"] = (not negate) if name == "shutdown" else ""
            at += 1
            continue
        if at + 1 >= len(words):
            raise incomplete()
        changes[name] = keyword(words[at + 1], ["mimo", "siso"]) if name == "mode" else words[at + 1].text
        at += 2

    def apply() -> None:
        if "mode" in changes and shelf.identity.model.coax:
            raise Refused(37)
        name = changes.get("name", "")
        if len(name) > 31:
            raise Refused(5)
        if name and any(other.name == name for other in shelf.running.ports.values() if other is not port):
            raise Refused(19)
        for field, value in changes.items():
            setattr(port, field, value)

    return apply


def _tail(pairs: list[tuple[str, object, bool]]) -> str:
    return "".join(f" {name} {value}" if value != "" else f" {name}" for name, value, shown in pairs if shown)


def lines(shelf: SimShelf, config: Any) -> list[str]:
    """The ``ghn`` lines of a configuration, attributes in the order real shelves print them."""
    out = []
    for port in config.ports.values():
        default = str(shelf.identity.model.default_medium)
        tail = _tail(
            [
                ("mode", port.mode, port.mode != default),
                ("name", f'"{port.name}"', bool(port.name)),
                ("shutdown", "", port.shutdown),
            ]
        )
        if tail:
            out.append(f"ghn port {port.number}{tail}")
    for _, item in sorted(config.profiles.items()):
        if item.id == 1 and (item.ds, item.us, item.description) == (10, 10, ""):
            continue
        tail = _tail(
            [
                ("service-limit-level", item.service_limit, item.service_limit > 0),
                ("description", f'"{item.description}"', bool(item.description)),
            ]
        )
        out.append(f'ghn bw-profile {item.id} name "{item.name}" rate-downstream {item.ds} rate-upstream {item.us}{tail}')
    for _, item in sorted(config.endpoints.items()):
        where = item.port or ("auto" if item.auto_port else "unassigned")
        tail = _tail(
            [("description", f'"{item.description}"', bool(item.description)), ("allow-management-access", "", item.allow_mgmt)]
        )
        out.append(f'ghn endpoint {item.id} name "{item.name}" mac-address {item.mac} port {where}{tail}')
    out.extend(_subscriber_line(shelf, item) for _, item in sorted(config.subscribers.items()))
    return out


def _subscriber_line(shelf: SimShelf, item: Any) -> str:
    variants = shelf.variants
    return f'ghn subscriber {item.id} name "{item.name}" vid {item.vlan}' + _tail(
        [
            ("tagged", "", item.tagged),
            ("remapped-vid", item.remapped, bool(item.remapped)),
            ("endpoint", item.endpoint_id, bool(item.endpoint_id)),
            ("bw-profile", item.profile_id or "unthrottled", True),
            ("allowed-vlan", ",".join(map(str, item.allowed)), bool(item.allowed)),
            ("port2-vid", item.port2, bool(item.port2)),
            ("double-tag-vid", item.outer, variants.unknown_keywords and item.double_tags),
            ("nni", f'"{json_name(item.nni)}"', variants.unknown_keywords and item.nni != NO_NNI),
            ("trunk-mode", "", variants.unknown_keywords and item.trunk),
            ("poe", item.poe, variants.poe_lines == "always" or item.poe != "enable"),
            ("description", f'"{item.description}"', bool(item.description)),
        ]
    )
