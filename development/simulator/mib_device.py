"""The vendor's tables about the box itself: health, firmware, files, Ethernet ports, optics, syslog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nornir_tasks.gam.catalog import IFINDEX_BASE

from . import running_config, texts
from .firmware import STATUSES
from .identity import BOARD, CHIPSET
from .mib_values import GAM, Spec, date_and_time, fixed, mac_octets, part, scalars
from .snmp_codec import Oid, integer, octets, truth, unsigned
from .state import SimShelf

STALE = b"\x00\x7f\xe8\x1b\x04\xb2"
"""What stands behind the uptime text in its buffer."""


def uptime_octets(shelf: SimShelf) -> bytes:
    """Uptime as the shelf gives it: cut after eleven characters, not terminated, stale octets behind."""
    return texts.days(shelf.uptime, "short").encode()[:11] + STALE


def sysutil(shelf: SimShelf) -> list[Spec]:
    """Names, load, supplies, LED, uptime, board, temperatures, fans."""
    base, who = f"{GAM}.24.1", shelf.identity
    sensors = fixed(((at,), at - 1) for at in range(1, len(texts.SENSORS) + 1))
    supplies = fixed([((1, 1), (0, "Main power supply")), ((1, 2), (2, "Redundant power supply"))])
    return [
        scalars(
            f"{base}.2.1",
            {
                1: lambda: octets(shelf.running.hostname),
                2: lambda: octets(shelf.running.contact),
                3: lambda: octets(shelf.running.location),
            },
        ),
        scalars(f"{base}.2.2", {1: lambda: octets(texts.long_time(shelf.clock.now())), 2: lambda: octets("%a %b  %e %H:%M:%S %Y")}),
        scalars(
            f"{base}.3.1",
            {
                1: lambda: unsigned(texts.cpu(shelf)[0]),
                2: lambda: unsigned(texts.cpu(shelf)[1]),
                3: lambda: unsigned(texts.cpu(shelf)[2]),
            },
        ),
        (f"{base}.3.2.1", {3: lambda row: integer(row[0]), 4: lambda row: octets(row[1])}, supplies),
        (f"{base}.3.3.1", {2: lambda row: octets(texts.led(shelf))}, fixed([((1,), True)])),
        scalars(f"{base}.3.4", {1: lambda: octets(uptime_octets(shelf))}),
        scalars(
            f"{base}.3.5",
            {
                1: lambda: mac_octets(who.base_mac),
                3: lambda: octets(who.serial),
                4: lambda: octets(who.model.name),
                5: lambda: octets(who.hardware_version),
                6: lambda: integer(24),
                7: lambda: integer(-1),
                8: lambda: octets("w25q512"),
                9: lambda: octets("gpy111"),
            },
        ),
        (
            f"{base}.3.7.1",
            {2: lambda at: octets(texts.SENSORS[at]), 3: lambda at: integer(round(texts.temperatures(shelf)[at] * 10))},
            sensors,
        ),
        (
            f"{base}.3.8.1",
            {2: lambda at: integer(texts.fans(shelf)[at])},
            fixed(((at,), at) for at in range(len(texts.fans(shelf)))),
        ),
        (f"{base}.4.1.1", {2: lambda row: integer(0)}, fixed([((1,), True)])),
    ]


def firmware(shelf: SimShelf) -> list[Spec]:
    """Images, upload status, chip and board."""
    base = f"{GAM}.28.1"

    def images() -> list[tuple[Oid, tuple[str, str, str, str]]]:
        who = shelf.identity
        return [
            ((0,), ("RedBoot", "version 1_4-23440", "2022-06-01T09:12:44-04:00", "")),
            ((1,), ("linux", who.software, who.build_date, str(who.revision))),
            ((2,), ("linux.bk", shelf.firmware.alternate, who.build_date, str(who.revision))),
        ]

    image: dict[int, Callable[[Any], bytes]] = {3 + at: part(lambda row: [text.encode() for text in row], at) for at in range(4)}
    image |= {7: lambda row: octets("w25q512"), 8: lambda row: octets("gpy111")}
    switch: dict[int, Callable[[Any], bytes]] = {
        2: lambda row: octets(CHIPSET + " "),
        3: lambda row: octets(BOARD),
        4: lambda row: unsigned(len(shelf.identity.interfaces)),
        5: lambda row: octets(shelf.identity.product),
        6: lambda row: octets(shelf.identity.software),
        7: lambda row: octets(shelf.identity.build_date),
    }
    return [
        (f"{base}.3.1.1", image, images),
        scalars(f"{base}.3.2", {1: lambda: integer(STATUSES.index(shelf.firmware.status))}),
        (f"{base}.3.3.1", switch, fixed([((1,), True)])),
        scalars(f"{base}.4.1", {1: lambda: truth(False)}),
        scalars(f"{base}.4.2", {1: lambda: truth(False), 2: lambda: integer(0), 3: lambda: octets("")}),
    ]


def files(shelf: SimShelf) -> list[Spec]:
    """Flash files and the copy status."""
    base = f"{GAM}.101.1"

    def sizes() -> tuple[int, int]:
        return len(running_config.render(shelf, shelf.default_config())), len(running_config.render(shelf, shelf.startup))

    files: dict[int, Callable[[Any], bytes]] = {
        2: lambda row: octets(row[0]),
        3: lambda row: unsigned(sizes()[row[1]]),
        4: lambda row: octets("1970-01-01 00:00:00"),
        5: lambda row: octets(row[2]),
    }
    return [
        scalars(
            f"{base}.3.1",
            {
                1: lambda: unsigned(2),
                2: lambda: unsigned(sum(sizes())),
                3: lambda: unsigned(119_287_808),
                4: lambda: unsigned(89_419_776),
            },
        ),
        (f"{base}.3.2.1", files, fixed([((1,), ("default-config", 0, "r-")), ((2,), ("startup-config", 1, "rw"))])),
        scalars(f"{base}.3.3", {1: lambda: integer(shelf.copy_status)}),
        scalars(f"{base}.4.1", {1: lambda: integer(0)}),
        scalars(
            f"{base}.4.2",
            {
                1: lambda: truth(False),
                2: lambda: integer(0),
                3: lambda: octets(""),
                4: lambda: integer(0),
                5: lambda: octets(""),
                6: lambda: truth(False),
            },
        ),
    ]


def ports(shelf: SimShelf) -> list[Spec]:
    """Port configuration and status, SFPs, optical readings."""
    who = shelf.identity
    rows = fixed(((IFINDEX_BASE + at,), name) for at, name in enumerate(who.interfaces, 1))
    uplinks = fixed(((who.model.if_index(name),), name) for name in who.model.uplink_interfaces)

    def ghn(name: str) -> bool:
        return name.startswith("G.hn")

    def pick(name: str, for_ghn: int, for_uplink: int, for_mgmt: int) -> bytes:
        return integer(for_ghn if ghn(name) else for_uplink if name.startswith("10G") else for_mgmt)

    def isolation(name: str) -> int:
        port = shelf.running.switchports.get(name)
        return port.isolation if port else shelf.running.ports[int(name.rpartition("/")[2])].isolation

    def shut(name: str) -> bool:
        port = shelf.running.switchports.get(name)
        return port.shutdown if port else shelf.running.ports[int(name.rpartition("/")[2])].shutdown

    def sfp(text: str) -> Callable[[str], bytes]:
        return lambda name: octets(text if name.startswith("10G") else "")

    def ddmi(at: int) -> Callable[[str], bytes]:
        return lambda name: octets(texts.ddmi(shelf, name)[at])

    config: dict[int, Callable[[str], bytes]] = {
        2: lambda name: truth(shut(name)),
        3: lambda name: pick(name, 6, 8, 5),
        5: lambda name: pick(name, 0, 1, 0),
        7: lambda name: pick(name, 2014, 2048, 2048),
        11: lambda name: integer(isolation(name)),
    }
    status: dict[int, Callable[[str], bytes]] = {
        2: lambda name: truth(shelf.link_up(name)),
        3: lambda name: truth(shelf.link_up(name)),
        4: lambda name: truth(name.startswith("10G")),
        5: lambda name: pick(name, 4, 6, 3) if shelf.link_up(name) else integer(0),
        6: lambda name: pick(name, 0, 7, 0),
        7: sfp("FS"),
        8: sfp("SFP-10GLR-31"),
        9: sfp("A"),
        10: lambda name: octets(f"S{who.serial}{name[-1]}" if name.startswith("10G") else ""),
    }
    optics: dict[int, Callable[[str], bytes]] = {
        4: sfp("FS"),
        5: sfp("SFP-10GLR-31"),
        6: lambda name: octets(f"S{who.serial}{name[-1]}"),
        7: sfp("A"),
        8: sfp("2023-04-11"),
        **{1003 + 5 * at: ddmi(at) for at in range(5)},
    }
    return [(f"{GAM}.11.1.2.1.1", config, rows), (f"{GAM}.11.1.3.1.1", status, rows), (f"{GAM}.121.1.3.2.1", optics, uplinks)]


def syslog(shelf: SimShelf) -> list[Spec]:
    """The syslog ring."""
    columns: dict[int, Callable[[Any], bytes]] = {
        3: lambda row: integer(row.level),
        4: lambda row: date_and_time(row.time),
        5: lambda row: octets(row.text),
    }
    return [(f"{GAM}.37.1.3.1.1", columns, lambda: [((1, row.id), row) for row in shelf.syslog])]
