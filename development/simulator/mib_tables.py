"""The tables of the OID tree: base, columns, rows. Column numbers are the vendor's; comments say what a walk showed."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nornir_tasks.gam.catalog import ENDPOINT_MODELS, IFINDEX_BASE

from . import running_config, texts
from .alarms import CONDITIONS
from .config import NO_NNI, Endpoint, Profile, Subscriber
from .identity import BOARD, CHIPSET, alarm_name, descr_name
from .snmp_codec import Oid, counter32, counter64, integer, octets, oid, ticks, truth, unsigned
from .state import OK, EndpointView, SimShelf
from .world import ZONE

GAM = "1.3.6.1.4.1.20095.2001"
GHN = f"{GAM}.143.1"
MODEL_NUMBERS = {name: number for number, name in ENDPOINT_MODELS.items()}
STALE = b"\x00\x7f\xe8\x1b\x04\xb2"
"""What stands behind the uptime text in its buffer."""
MODES = {"coax": 0, "mimo": 1, "siso": 2}
POE = {"disable": 0, "enable": 1, "force": 2}

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


def _scalars(base: str, values: dict[int, Callable[[], bytes]]) -> Spec:
    columns = {number: (lambda row, read=read: read()) for number, read in values.items()}
    return base, columns, lambda: [((0,), True)]


def _fixed(rows: Iterable[tuple[Oid, Any]]) -> Callable[[], list[tuple[Oid, Any]]]:
    kept = sorted(rows, key=lambda pair: pair[0])
    return lambda: kept


def tables(shelf: SimShelf) -> list[Spec]:
    """All tables of a shelf."""
    return [
        *_system(shelf), *_interfaces(shelf), *_entity(shelf), *_lldp(shelf), *_sysutil(shelf), *_firmware(shelf), *_files(shelf),
        *_ports(shelf), *_syslog(shelf), *_ghn_config(shelf), *_ghn_ports(shelf), *_ghn_status(shelf), *_alarms(shelf),
    ]  # fmt: skip


# --------------------------------------------------------------------------------------------------------- standard MIBs


def _system(shelf: SimShelf) -> list[Spec]:
    who = lambda: shelf.identity  # noqa: E731 - the firmware, and so the identity, changes on an upgrade
    engine = bytes.fromhex("80004e7f03" + shelf.identity.base_mac.replace(":", ""))
    return [
        _scalars(
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
        _scalars(
            "1.3.6.1.6.3.10.2.1",
            {1: lambda: octets(engine), 2: lambda: integer(shelf.boots), 3: lambda: integer(int(shelf.uptime)), 4: lambda: integer(1500)},
        ),
        _scalars(f"{GAM}.47.1.2.1", {1: lambda: integer(2), 2: lambda: integer(2), 3: lambda: integer(1)}),
        _scalars(f"{GAM}.49.1.2.1", {1: lambda: integer(1)}),
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
    rows = [((v,), Interface(v, f"VLAN {v:4d}", f"VLAN {v:4d}", True, 0, 1500, who.base_mac)) for v in vlans]
    for at, name in enumerate(who.interfaces, 1):
        ghn, ten = name.startswith("G.hn"), name.startswith("10G")
        mbps = 2500 if ghn else 10_000 if ten else 1000
        index = IFINDEX_BASE + at
        rows.append(((index,), Interface(index, name, descr_name(name), False, mbps, 2014 if ghn else 2048, who.mac(at))))
    return rows


def _interfaces(shelf: SimShelf) -> list[Spec]:
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
        _scalars("1.3.6.1.2.1.2", {1: lambda: integer(len(_interface_rows(shelf)))}),
        ("1.3.6.1.2.1.2.2.1", table, rows),
        ("1.3.6.1.2.1.31.1.1.1", extended, rows),
    ]


def _entity(shelf: SimShelf) -> list[Spec]:
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
    return [("1.3.6.1.2.1.47.1.1.1.1", columns, _fixed([((1,), True)]))]


def _lldp(shelf: SimShelf) -> list[Spec]:
    who = shelf.identity
    ports = _fixed(((at,), (at, name)) for at, name in enumerate(who.interfaces, 1))
    columns: dict[int, Callable[[Any], bytes]] = {
        2: lambda row: integer(7),
        3: lambda row: octets(f"{row[0]:02d}"),
        4: lambda row: octets(row[1]),
    }
    return [
        _scalars(
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


# ------------------------------------------------------------------------------------------------------- system, firmware


def uptime_octets(shelf: SimShelf) -> bytes:
    """Uptime as the shelf gives it: cut after eleven characters, not terminated, stale octets behind."""
    return texts.days(shelf.uptime, "short").encode()[:11] + STALE


def _sysutil(shelf: SimShelf) -> list[Spec]:
    base, who = f"{GAM}.24.1", shelf.identity
    sensors = _fixed(((at,), at - 1) for at in range(1, len(texts.SENSORS) + 1))
    supplies = _fixed([((1, 1), (0, "Main power supply")), ((1, 2), (2, "Redundant power supply"))])
    return [
        _scalars(
            f"{base}.2.1",
            {
                1: lambda: octets(shelf.running.hostname),
                2: lambda: octets(shelf.running.contact),
                3: lambda: octets(shelf.running.location),
            },
        ),
        _scalars(f"{base}.2.2", {1: lambda: octets(texts.long_time(shelf.clock.now())), 2: lambda: octets("%a %b  %e %H:%M:%S %Y")}),
        _scalars(f"{base}.3.1", {at: (lambda at=at: unsigned(texts.cpu(shelf)[at - 1])) for at in (1, 2, 3)}),
        (f"{base}.3.2.1", {3: lambda row: integer(row[0]), 4: lambda row: octets(row[1])}, supplies),
        (f"{base}.3.3.1", {2: lambda row: octets(texts.led(shelf))}, _fixed([((1,), True)])),
        _scalars(f"{base}.3.4", {1: lambda: octets(uptime_octets(shelf))}),
        _scalars(
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
        (f"{base}.3.8.1", {2: lambda at: integer(texts.fans(shelf)[at])}, _fixed(((at,), at) for at in range(len(texts.fans(shelf))))),
        (f"{base}.4.1.1", {2: lambda row: integer(0)}, _fixed([((1,), True)])),
    ]


def _firmware(shelf: SimShelf) -> list[Spec]:
    base = f"{GAM}.28.1"

    def images() -> list[tuple[Oid, tuple[str, str, str, str]]]:
        who = shelf.identity
        return [
            ((0,), ("RedBoot", "version 1_4-23440", "2022-06-01T09:12:44-04:00", "")),
            ((1,), ("linux", who.software, who.build_date, str(who.revision))),
            ((2,), ("linux.bk", shelf.running_image_alternate, who.build_date, str(who.revision))),
        ]

    image: dict[int, Callable[[Any], bytes]] = {3 + at: (lambda row, at=at: octets(row[at])) for at in range(4)}
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
        _scalars(f"{base}.3.2", {1: lambda: integer(0)}),
        (f"{base}.3.3.1", switch, _fixed([((1,), True)])),
        _scalars(f"{base}.4.1", {1: lambda: truth(False)}),
        _scalars(f"{base}.4.2", {1: lambda: truth(False), 2: lambda: integer(0), 3: lambda: octets("")}),
    ]


def _files(shelf: SimShelf) -> list[Spec]:
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
        _scalars(
            f"{base}.3.1",
            {
                1: lambda: unsigned(2),
                2: lambda: unsigned(sum(sizes())),
                3: lambda: unsigned(119_287_808),
                4: lambda: unsigned(89_419_776),
            },
        ),
        (f"{base}.3.2.1", files, _fixed([((1,), ("default-config", 0, "r-")), ((2,), ("startup-config", 1, "rw"))])),
        _scalars(f"{base}.3.3", {1: lambda: integer(shelf.copy_status)}),
        _scalars(f"{base}.4.1", {1: lambda: integer(0)}),
        _scalars(
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


# ------------------------------------------------------------------------------------------------------ Ethernet ports


def _ports(shelf: SimShelf) -> list[Spec]:
    who = shelf.identity
    rows = _fixed(((IFINDEX_BASE + at,), name) for at, name in enumerate(who.interfaces, 1))
    uplinks = _fixed(((who.model.if_index(name),), name) for name in who.model.uplink_interfaces)

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


def _syslog(shelf: SimShelf) -> list[Spec]:
    columns: dict[int, Callable[[Any], bytes]] = {
        3: lambda row: integer(row.level),
        4: lambda row: date_and_time(row.time),
        5: lambda row: octets(row.text),
    }
    return [(f"{GAM}.37.1.3.1.1", columns, lambda: [((1, row.id), row) for row in shelf.syslog])]


# ------------------------------------------------------------------------------------------------------------------ G.hn


def _if_index(shelf: SimShelf, port: int) -> int:
    return IFINDEX_BASE + port if port else 0


def _nni(shelf: SimShelf, name: str) -> int:
    return 0 if name == NO_NNI else shelf.identity.model.if_index(name)


def _ghn_config(shelf: SimShelf) -> list[Spec]:
    running = lambda: shelf.running  # noqa: E731 - the running configuration is replaced as a whole on a reboot
    base = f"{GHN}.2"
    endpoint: dict[int, Callable[[Endpoint], bytes]] = {
        10: lambda row: unsigned(row.id),
        20: lambda row: mac_octets(row.mac or "00:00:00:00:00:00"),
        25: lambda row: integer(2),
        26: lambda row: integer(2),
        30: lambda row: octets(row.name),
        40: lambda row: octets(row.description),
        50: lambda row: integer(_if_index(shelf, row.port)),
        55: lambda row: truth(row.auto_port),
        60: lambda row: truth(row.allow_mgmt),
        10000: lambda row: unsigned(0),
    }
    profile: dict[int, Callable[[Profile], bytes]] = {
        10: lambda row: unsigned(row.id),
        20: lambda row: unsigned(row.uid),
        30: lambda row: octets(row.name),
        40: lambda row: octets(row.description),
        50: lambda row: unsigned(row.ds),
        60: lambda row: unsigned(row.us),
        10000: lambda row: unsigned(0),
    }
    subscriber = _subscriber_columns(shelf)

    def editor(columns: dict[int, Callable[[Any], bytes]], kind: str, row: Callable[[], Any]) -> Spec:
        return f"{base}.{kind}", columns, lambda: [((0,), row())]

    def next_id(table: dict[int, Any], high: int) -> int:
        return next((ident for ident in range(1, high + 1) if ident not in table), 0)

    return [
        _scalars(
            f"{base}.5",
            {
                10: lambda: integer(0 if running().subscriber_model == "endpointAware" else 1),
                20: lambda: integer(_nni(shelf, running().default_nni)),
                30: lambda: truth(running().auto_fw_upgrade),
                40: lambda: unsigned(running().shelf_seed),
            },
        ),
        _port_config(shelf),
        (f"{base}.20.1", endpoint, lambda: [((ident,), item) for ident, item in sorted(running().endpoints.items())]),
        editor(endpoint, "21", lambda: Endpoint(next_id(running().endpoints, 384))),
        (f"{base}.30.1", profile, lambda: [((ident,), item) for ident, item in sorted(running().profiles.items())]),
        editor(profile, "31", lambda: Profile(next_id(running().profiles, 15))),
        (f"{base}.40.1", subscriber, lambda: [((ident,), item) for ident, item in sorted(running().subscribers.items())]),
        editor(subscriber, "41", lambda: Subscriber(next_id(running().subscribers, 384))),
    ]


def _subscriber_columns(shelf: SimShelf) -> dict[int, Callable[[Subscriber], bytes]]:
    def name_of(table: dict[int, Any], ident: int) -> bytes:
        return octets(table[ident].name if ident in table else "")

    columns: dict[int, Callable[[Subscriber], bytes]] = {
        10: lambda row: unsigned(row.id),
        20: lambda row: unsigned(row.uid),
        30: lambda row: octets(row.name),
        40: lambda row: octets(row.description),
        50: lambda row: unsigned(row.endpoint_id),
        55: lambda row: name_of(shelf.running.endpoints, row.endpoint_id),
        70: lambda row: unsigned(row.profile_id),
        75: lambda row: name_of(shelf.running.profiles, row.profile_id),
        90: lambda row: unsigned(row.vlan),
        100: lambda row: truth(row.tagged),
        110: lambda row: unsigned(row.remapped),
        120: lambda row: unsigned(row.port2),
        170: lambda row: truth(row.trunk),
        180: lambda row: integer(_if_index(shelf, row.port)),
        190: lambda row: truth(row.double_tags),
        200: lambda row: integer(_nni(shelf, row.nni)),
        210: lambda row: unsigned(row.outer),
        220: lambda row: integer(POE[row.poe]),
        10000: lambda row: unsigned(0),
    }
    for at in range(4):
        columns[130 + 10 * at] = lambda row, at=at: octets(bitmaps(row.allowed)[at])
    return columns


def _port_config(shelf: SimShelf) -> Spec:
    def vlans(number: int) -> list[bytes]:
        used = {2, 4094, *(view.subscriber.vlan for view in shelf.views() if view.subscriber and view.detected_port == number)}
        return bitmaps(used)

    columns: dict[int, Callable[[int], bytes]] = {
        30: lambda number: octets(shelf.running.ports[number].name),
        40: lambda number: mac_octets(shelf.identity.ghn_mac(number)),
        50: lambda number: integer(MODES[shelf.running.ports[number].mode]),
        60: lambda number: integer(0),
        71: lambda number: integer(shelf.running.ports[number].isolation),
        72: lambda number: unsigned(shelf.running.ports[number].community),
    }
    for at in range(4):
        columns[80 + 10 * at] = lambda number, at=at: octets(vlans(number)[at])
        columns[120 + 10 * at] = lambda number: octets(bytes(128))
    return f"{GHN}.2.10.1", columns, _fixed(((IFINDEX_BASE + n,), n) for n in range(1, shelf.identity.model.ports + 1))


def _ghn_ports(shelf: SimShelf) -> list[Spec]:
    letter = "C" if shelf.identity.model.coax else "M"
    rows = _fixed(((IFINDEX_BASE + n,), n) for n in range(1, shelf.identity.model.ports + 1))

    def there(number: int) -> list[EndpointView]:
        return [view for view in shelf.views() if view.detected_port == number]

    def outage(number: int, affecting: bool) -> bytes:
        name = alarm_name(shelf.identity.model.ghn_interface(number))
        causes = [alarm.cause for alarm in shelf.alarms.active.values() if alarm.cause.entity == name]
        return truth(any(cause.condition == "outage" and cause.service_affecting == affecting for cause in causes))

    brief: dict[int, Callable[[int], bytes]] = {
        20: lambda number: truth(not shelf.running.ports[number].shutdown),
        30: lambda number: mac_octets(shelf.identity.ghn_mac(number)),
        40: lambda number: octets(",".join(view.mac.upper() for view in there(number))[:287]),
        50: lambda number: outage(number, False),
        60: lambda number: outage(number, True),
        70: lambda number: truth(False),
    }
    detailed: dict[int, Callable[[int], bytes]] = {
        30: lambda number: octets(f"GAM-{letter}"),
        40: lambda number: octets("DCP962C"),
        50: lambda number: octets(texts.NO_SERIAL),
        60: lambda number: octets(texts.days(max(0, shelf.uptime - 60 + number))),
        70: lambda number: octets("POS-GAM-HE-P2MP SPIRIT.v7_10_r713+7_positron_24260"),
        80: lambda number: unsigned(max((view.cpe.tx_max for view in there(number) if view.cpe), default=0)),
        90: lambda number: integer(0),
        100: lambda number: unsigned(0),
        105: lambda number: unsigned(0),
    }

    def counted(at: int, divide: int = 1) -> Callable[[int], bytes]:
        return lambda number: counter64(
            shelf.traffic.read(shelf.identity.model.ghn_interface(number), shelf.clock.now())[at] // divide
        )  # fmt: skip

    statistics: dict[int, Callable[[int], bytes]] = {
        10: lambda number: integer(1),
        20: counted(0),
        30: counted(1),
        40: counted(0, 800),
        50: counted(1, 800),
        60: counted(2),
    }
    return [
        (f"{GHN}.3.10.10.1", brief, rows),
        (f"{GHN}.3.10.20.1", detailed, rows),
        (f"{GHN}.4.10.20.1", {10: lambda number: truth(False)}, rows),
        (f"{GHN}.5.10.10.1", statistics, rows),
        _scalars(f"{GHN}.3.40", {10: lambda: integer(0)}),
    ]


def _ghn_status(shelf: SimShelf) -> list[Spec]:
    def by_id() -> list[tuple[Oid, EndpointView]]:
        return sorted((((view.id,), view) for view in shelf.views() if view.id), key=lambda pair: pair[0])

    def by_mac() -> list[tuple[Oid, EndpointView]]:
        return [(mac_index(view.mac), view) for view in shelf.views()]

    def ethernet(rows: Callable[[], list[tuple[Oid, EndpointView]]]) -> Callable[[], list[tuple[Oid, EndpointView]]]:
        return lambda: [((*index, at), view) for index, view in rows() if view.cpe for at in range(1, view.cpe.ethernet_ports + 1)]

    specs: list[Spec] = []
    for part, rows in ((20, by_id), (30, by_mac)):
        specs += [
            (f"{GHN}.3.{part}.10.1", _brief_columns(shelf), rows),
            (f"{GHN}.3.{part}.20.1", _detailed_columns(shelf), rows),
            (f"{GHN}.3.{part}.30.1", _ethernet_columns(), ethernet(rows)),
            (
                f"{GHN}.3.{part}.40.1",
                {10: lambda view: octets("Ready: initial status"), 20: lambda view: integer(0), 30: lambda view: integer(0)},
                rows,
            ),
            (f"{GHN}.3.{part}.50.1", _poe_columns(), rows),
            (f"{GHN}.4.{part}.10.1", {10: lambda view: truth(False), 20: lambda view: truth(False)}, rows),
            (f"{GHN}.4.{part}.20.1", {10: lambda view: truth(False), 20: lambda view: truth(False)}, rows),
            (f"{GHN}.5.{part}.10.1", _endpoint_counters(shelf), ethernet(rows)),
            (f"{GHN}.5.{part}.20.1", _frame_counters(shelf), rows),
        ]
    return specs


def _brief_columns(shelf: SimShelf) -> dict[int, Callable[[EndpointView], bytes]]:
    def of(view: EndpointView, part: str, field: str, default: Any) -> Any:
        item = getattr(view, part)
        return getattr(item, field) if item else default

    return {
        10: lambda view: mac_octets(view.mac),
        20: lambda view: unsigned(view.id),
        25: lambda view: octets(of(view, "endpoint", "name", "")),
        30: lambda view: integer(_if_index(shelf, of(view, "endpoint", "port", 0))),
        35: lambda view: truth(of(view, "endpoint", "auto_port", False)),
        40: lambda view: integer(_if_index(shelf, view.detected_port)),
        50: lambda view: unsigned(of(view, "subscriber", "id", 0)),
        55: lambda view: octets(of(view, "subscriber", "name", "")),
        60: lambda view: unsigned(of(view, "subscriber", "uid", 0)),
        70: lambda view: unsigned(of(view, "profile", "id", 0)),
        75: lambda view: octets(of(view, "profile", "name", "")),
        80: lambda view: unsigned(of(view, "profile", "uid", 0)),
        90: lambda view: integer(view.state),
        100: lambda view: integer(MODEL_NUMBERS.get(of(view, "cpe", "model", ""), 255)),
        110: lambda view: octets(of(view, "cpe", "model", "")),
        120: lambda view: truth(of(view, "cpe", "firmware_mismatch", False)),
    }


def _detailed_columns(shelf: SimShelf) -> dict[int, Callable[[EndpointView], bytes]]:
    def number(field: str) -> Callable[[EndpointView], bytes]:
        return lambda view: unsigned(getattr(view.cpe, field) if view.cpe else 0)

    def text(read: Callable[[Any], str]) -> Callable[[EndpointView], bytes]:
        return lambda view: octets(read(view.cpe) if view.cpe else "")

    return {
        10: lambda view: mac_octets(view.mac),
        20: lambda view: truth(view.cpe),
        30: text(lambda cpe: cpe.model),
        40: text(lambda cpe: "DCP962C"),
        50: lambda view: octets(texts.device_serial(view)),
        60: text(lambda cpe: texts.days(shelf.clock.now() - cpe.booted_at)),
        70: text(lambda cpe: cpe.firmware),
        80: number("rx_max"),
        90: lambda view: integer(1 if view.cpe and view.cpe.copper else 0),
        100: number("wire_length_m"),
        105: lambda view: unsigned(round(view.cpe.wire_length_m * 3.2808) if view.cpe else 0),
        110: number("rx_phy"),
        120: number("tx_phy"),
        130: lambda view: unsigned(1 if view.cpe and view.cpe.copper else 0),
        140: lambda view: unsigned(1 if view.cpe and view.cpe.copper else 0),
        150: number("rx_max"),
        160: number("tx_max"),
        170: lambda view: unsigned(int(shelf.usage(view)[0])),
        180: lambda view: unsigned(int(shelf.usage(view)[1])),
    }


def _ethernet_columns() -> dict[int, Callable[[EndpointView], bytes]]:
    def up(view: EndpointView) -> bool:
        return bool(view.cpe and view.cpe.ethernet_up)

    return {
        10: lambda view: truth(view.cpe),
        15: lambda view: integer(1),
        20: lambda view: truth(up(view)),
        30: lambda view: truth(up(view)),
        40: lambda view: integer(3 if up(view) else 0),
    }


def _poe_columns() -> dict[int, Callable[[EndpointView], bytes]]:
    def feeds(view: EndpointView) -> bool:
        return bool(view.cpe and view.cpe.model.endswith("+"))

    return {
        10: lambda view: unsigned(1 if feeds(view) else 0),
        15: lambda view: truth(feeds(view) and view.subscriber and view.subscriber.poe != "disable"),
        20: lambda view: integer(1 if feeds(view) else 2),
        **{column: (lambda view: integer(2)) for column in (30, 40, 50, 60)},
    }


def _endpoint_counters(shelf: SimShelf) -> dict[int, Callable[[EndpointView], bytes]]:
    def counted(at: int, divide: int = 1) -> Callable[[EndpointView], bytes]:
        return lambda view: counter64(shelf.traffic.read(f"cpe {view.mac}", shelf.clock.now())[at] // divide)

    return {10: lambda view: integer(1), 20: counted(1), 30: counted(0), 40: counted(1, 800), 50: counted(0, 800), 60: counted(2)}


def _frame_counters(shelf: SimShelf) -> dict[int, Callable[[EndpointView], bytes]]:
    def counted(at: int, divide: int) -> Callable[[EndpointView], bytes]:
        return lambda view: unsigned(shelf.traffic.read(f"cpe {view.mac}", shelf.clock.now())[at] // divide % 2**32)

    def percent(view: EndpointView) -> bytes:
        return unsigned(0 if view.state == OK and view.cpe and view.cpe.rx_phy >= 400 else 3 if view.cpe else 0)

    return {
        10: counted(1, 800),
        20: counted(1, 250),
        30: percent,
        40: lambda view: unsigned(0),
        1010: counted(0, 800),
        1020: counted(0, 250),
        1030: percent,
        1040: lambda view: unsigned(0),
    }


# ---------------------------------------------------------------------------------------------------------------- alarms


def _alarms(shelf: SimShelf) -> list[Spec]:
    common: dict[int, Callable[[Any], bytes]] = {
        2: lambda row: integer(row.cause.if_index),
        3: lambda row: octets(row.uuid),
        4: lambda row: octets(row.cause.entity),
        5: lambda row: integer(CONDITIONS[row.cause.condition]),
    }
    # Columns 6-9 (software fault file, line, module, hardware fault id) gave nothing on the walked shelf.
    active = common | {
        10: lambda row: integer(row.cause.severity),
        11: lambda row: truth(row.cause.service_affecting),
        12: lambda row: date_and_time(row.occurred),
    }
    log = common | {
        10: lambda row: integer(row.state),
        11: lambda row: integer(row.cause.severity),
        12: lambda row: truth(row.cause.service_affecting),
        13: lambda row: date_and_time(row.occurred),
        14: lambda row: date_and_time(row.reported),
    }
    return [
        (f"{GAM}.145.1.3.1.1", active, lambda: sorted((((alarm.number,), alarm) for alarm in shelf.alarms.active.values()), key=lambda pair: pair[0])),
        (f"{GAM}.145.1.3.2.1", log, lambda: [((row.number,), row) for row in shelf.alarms.log]),
        _scalars(f"{GAM}.145.1.4.1", {1: lambda: truth(False)}),
    ]
