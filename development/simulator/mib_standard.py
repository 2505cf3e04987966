"""Standard MIBs of a shelf: system, IF-MIB, ENTITY-MIB, LLDP, and the SNMP engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nornir_tasks.gam.catalog import IFINDEX_BASE

from .identity import BOARD, descr_name
from .mib_values import GAM, Spec, fixed, mac_octets, scalars
from .snmp_codec import Oid, counter32, counter64, integer, octets, oid, ticks, truth, unsigned
from .state import SimShelf


def system(shelf: SimShelf) -> list[Spec]:
    """system group, SNMP engine, and whether HTTP and SSH are on."""
    who = lambda: shelf.identity  # noqa: E731 - the firmware, and so the identity, changes on an upgrade
    engine = bytes.fromhex("80004e7f03" + shelf.identity.base_mac.replace(":", ""))
    return [
        scalars(
            "1.3.6.1.2.1.1",
            {
                1: lambda: octets(f"{who().system}, firmware {who().software}"),
                2: lambda: oid(tuple(map(int, who().object_id.split(".")))),
                3: lambda: ticks(shelf.uptime),
                4: lambda: octets(shelf.running.contact),
                5: lambda: octets(shelf.running.hostname),
                6: lambda: octets(shelf.running.location),
                7: lambda: integer(3),
            },
        ),
        scalars(
            "1.3.6.1.6.3.10.2.1",
            {
                1: lambda: octets(engine),
                2: lambda: integer(shelf.boots),
                3: lambda: integer(int(shelf.uptime)),
                4: lambda: integer(1500),
            },
        ),
        scalars(f"{GAM}.47.1.2.1", {1: lambda: integer(2), 2: lambda: integer(2), 3: lambda: integer(1)}),
        scalars(f"{GAM}.49.1.2.1", {1: lambda: integer(1)}),
    ]


@dataclass(frozen=True, slots=True)
class Interface:
    """A row of IF-MIB."""

    index: int
    name: str
    descr: str
    vlan: bool
    mbps: int
    mtu: int
    mac: str


def _interface_rows(shelf: SimShelf) -> list[tuple[Oid, Interface]]:
    who = shelf.identity
    vlans = range(1, 4096) if shelf.variants.vlan_rows_in_ifmib else sorted({1, *shelf.running.vlan_interfaces})
    rows: list[tuple[Oid, Interface]] = [
        ((v,), Interface(v, f"VLAN {v:4d}", f"VLAN {v:4d}", True, 0, 1500, who.base_mac)) for v in vlans
    ]
    for at, name in enumerate(who.interfaces, 1):
        ghn, ten = name.startswith("G.hn"), name.startswith("10G")
        mbps = 2500 if ghn else 10_000 if ten else 1000
        index = IFINDEX_BASE + at
        rows.append(((index,), Interface(index, name, descr_name(name), False, mbps, 2014 if ghn else 2048, who.mac(at))))
    return rows


def interfaces(shelf: SimShelf) -> list[Spec]:
    """ifTable and ifXTable with counters that count."""

    def up(row: Interface) -> bool:
        return row.vlan or shelf.link_up(row.name)

    def shut(row: Interface) -> bool:
        port = shelf.running.switchports.get(row.name)
        return not row.vlan and (port.shutdown if port else shelf.running.ports[row.index - IFINDEX_BASE].shutdown)

    def count(at: int, divide: int = 1, bits: int = 64) -> Callable[[Interface], bytes]:
        encode = counter64 if bits == 64 else counter32
        return lambda row: encode(0 if row.vlan else shelf.traffic.read(row.name, shelf.clock.now())[at] // divide)

    def zero(bits: int = 32) -> Callable[[Interface], bytes]:
        value = counter64(0) if bits == 64 else counter32(0)
        return lambda row: value

    table: dict[int, Callable[[Interface], bytes]] = {
        1: lambda row: integer(row.index),
        2: lambda row: octets(row.descr),
        3: lambda row: integer(135 if row.vlan else 6),
        4: lambda row: integer(row.mtu),
        5: lambda row: unsigned(min(row.mbps * 1_000_000, 2**32 - 1)),
        6: lambda row: mac_octets(row.mac),
        7: lambda row: integer(2 if shut(row) else 1),
        8: lambda row: integer(1 if up(row) else 2),
        9: lambda row: ticks(0),
        10: count(0, bits=32),
        11: count(0, 800, 32),
        13: zero(),
        14: count(2, bits=32),
        15: zero(),
        16: count(1, bits=32),
        17: count(1, 800, 32),
        19: zero(),
        20: zero(),
    }
    extended: dict[int, Callable[[Interface], bytes]] = {
        1: lambda row: octets(row.name),
        **dict.fromkeys((2, 3, 4, 5), zero()),
        6: count(0),
        7: count(0, 800),
        **dict.fromkeys((8, 9), zero(64)),
        10: count(1),
        11: count(1, 800),
        **dict.fromkeys((12, 13), zero(64)),
        14: lambda row: integer(2),
        15: lambda row: unsigned(row.mbps),
        16: lambda row: truth(False),
        17: lambda row: truth(not row.vlan),
        18: lambda row: octets(row.descr),
        19: lambda row: ticks(0),
    }
    rows = lambda: _interface_rows(shelf)  # noqa: E731
    return [
        scalars("1.3.6.1.2.1.2", {1: lambda: integer(len(_interface_rows(shelf)))}),
        ("1.3.6.1.2.1.2.2.1", table, rows),
        ("1.3.6.1.2.1.31.1.1.1", extended, rows),
    ]


def entity(shelf: SimShelf) -> list[Spec]:
    """ENTITY-MIB: one chassis."""
    # Model and serial here are the chip's board and the MAC: whoever takes them for the shelf's is wrong.
    columns: dict[int, Callable[[Any], bytes]] = {
        2: lambda row: octets(shelf.identity.system),
        3: lambda row: oid((0, 0)),
        4: lambda row: integer(0),
        5: lambda row: integer(3),
        6: lambda row: integer(-1),
        7: lambda row: octets(shelf.identity.system),
        8: lambda row: octets(""),
        9: lambda row: octets(shelf.identity.software),
        10: lambda row: octets(shelf.identity.software),
        11: lambda row: octets(f"System MAC: {shelf.identity.base_mac.replace(':', '-')}"),
        12: lambda row: octets(""),
        13: lambda row: octets(BOARD),
        16: lambda row: truth(False),
    }
    return [("1.3.6.1.2.1.47.1.1.1.1", columns, fixed([((1,), True)]))]


def lldp(shelf: SimShelf) -> list[Spec]:
    """The local side of LLDP."""
    who = shelf.identity
    ports = fixed(((at,), (at, name)) for at, name in enumerate(who.interfaces, 1))
    columns: dict[int, Callable[[Any], bytes]] = {
        2: lambda row: integer(7),
        3: lambda row: octets(f"{row[0]:02d}"),
        4: lambda row: octets(row[1]),
    }
    return [
        scalars(
            "1.0.8802.1.1.2.1.3",
            {
                1: lambda: integer(4),
                2: lambda: octets(who.base_mac.upper().replace(":", "-")),
                3: lambda: octets(shelf.running.hostname),
                4: lambda: octets(f"{shelf.identity.software} {shelf.identity.build_date}"),
                5: lambda: octets(b"\x20"),
                6: lambda: octets(b"\x20"),
            },
        ),
        ("1.0.8802.1.1.2.1.3.7.1", columns, ports),
    ]
