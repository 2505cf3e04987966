"""Values of billing systems, made plain at the edge: ids, numbers, flags, dates, MAC and IP lists.

Splynx 4 sends every value as a string, a 2025 Splynx sends integers, Sonar sends ids either way (seen in published responses and
clients). Rows are cut down to a list of allowed fields first, so that passwords never get further than the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Any

from ..errors import RuleViolation
from ..gam.rules import canonical_mac

type Row = dict[str, Any]
"""One row of a collection, allowed fields only."""


def pick(row: object, allowed: Iterable[str]) -> Row:
    """The allowed fields of a row.

    :raises ValueError: it is no object, or has no id
    """
    if not isinstance(row, Mapping):
        raise ValueError(f"a row is {type(row).__name__}, not an object")
    kept = {name: row[name] for name in allowed if name in row}
    if not ident(kept.get("id")):
        raise ValueError("a row has no id")
    return kept


def ident(value: object) -> str:
    """An id as text; empty for none, which both systems also write as 0 or an empty string."""
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    return "" if text == "0" else text


def words(value: object) -> str:
    """Text on one line without surrounding space; empty for null and for anything that is no text or number."""
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def whole(value: object) -> int | None:
    """A whole number; None when there is none."""
    try:
        return int(str(value).strip())
    except ValueError:
        return None


def money(value: object) -> Decimal | None:
    """A price; None when there is none."""
    try:
        return Decimal(str(value).strip()) if value is not None else None
    except InvalidOperation:
        return None


def flag(value: object) -> bool:
    """A yes or no: true, 1, "1", "true"."""
    return value is True or str(value).strip().lower() in ("1", "true")


def day(value: object) -> str:
    """An ISO date; empty for none, which Splynx writes as 0000-00-00."""
    try:
        return date.fromisoformat(words(value)[:10]).isoformat()
    except ValueError:
        return ""


def mac_list(value: object) -> tuple[str, ...]:
    """Canonical MAC addresses out of a list split by comma, semicolon or space, each once, in order.

    What is no MAC of a device (other text, all zero, broadcast, multicast) is left out. Trailing dots, which migration scripts
    append to make bar codes unique, do not count.
    """
    found: dict[str, None] = {}
    for part in re.split(r"[,;\s]+", value if isinstance(value, str) else ""):
        try:
            found[canonical_mac(part.rstrip("."))] = None
        except RuleViolation:
            continue
    return tuple(found)


def host_list(value: object) -> tuple[str, ...]:
    """IPv4 host addresses out of a comma or space separated list; prefixes shorter than /32 and IPv6 are left out."""
    found: dict[str, None] = {}
    for part in re.split(r"[,;\s]+", value if isinstance(value, str) else ""):
        try:
            host = IPv4Address(part) if "/" not in part else _single(IPv4Network(part, strict=False))
        except (AddressValueError, ValueError):
            continue
        if host is not None and int(host):
            found[str(host)] = None
    return tuple(found)


def _single(network: IPv4Network) -> IPv4Address | None:
    return network.network_address if network.prefixlen == 32 else None


def in_order(ids: Iterable[str]) -> list[str]:
    """Ids in ascending order, numbers as numbers."""
    return sorted(ids, key=id_key)


def id_key(value: str) -> tuple[int, str]:
    """Sort key of an id."""
    return (int(value) if value.isdecimal() else 0, value)
