"""Values and shapes the tables of the OID tree share."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from nornir_tasks.gam.catalog import IFINDEX_BASE

from .snmp_codec import Oid, octets
from .world import ZONE

GAM = "1.3.6.1.4.1.20095.2001"
GHN = f"{GAM}.143.1"

type Spec = tuple[str, dict[int, Callable[[Any], bytes]], Callable[[], list[tuple[Oid, Any]]]]


def mac_octets(mac: str) -> bytes:
    """A MAC address as six octets."""
    return octets(bytes.fromhex(mac.replace(":", "")))


def mac_index(mac: str) -> Oid:
    """A MAC address as six sub-identifiers (fixed length, so no count in front)."""
    return tuple(bytes.fromhex(mac.replace(":", "")))


def date_and_time(at: float) -> bytes:
    """DateAndTime of eight octets, without zone (so in the walked alarm log)."""
    when = datetime.fromtimestamp(at, ZONE)
    return octets(struct.pack(">HBBBBBB", when.year, when.month, when.day, when.hour, when.minute, when.second, 0))


def bitmaps(vlans: Iterable[int]) -> list[bytes]:
    """Four bitmaps of 128 octets, least significant bit first inside each octet."""
    whole = bytearray(512)
    for vlan in vlans:
        whole[vlan >> 3] |= 1 << (vlan & 7)
    return [bytes(whole[at : at + 128]) for at in range(0, 512, 128)]


def scalars(base: str, values: dict[int, Callable[[], bytes]]) -> Spec:
    """A group of scalars: one row with index 0."""

    def getter(read: Callable[[], bytes]) -> Callable[[Any], bytes]:
        return lambda row: read()

    return base, {number: getter(read) for number, read in values.items()}, lambda: [((0,), True)]


def part(read: Callable[[Any], list[bytes]], place: int) -> Callable[[Any], bytes]:
    """A getter of one of several octet strings that belong together (VLAN bitmaps)."""
    return lambda row: octets(read(row)[place])


def fixed(rows: Iterable[tuple[Oid, Any]]) -> Callable[[], list[tuple[Oid, Any]]]:
    """Rows that never change."""
    kept = sorted(rows, key=lambda pair: pair[0])
    return lambda: kept


def if_index(port: int) -> int:
    """ifIndex of a G.hn port number, 0 for none."""
    return IFINDEX_BASE + port if port else 0
