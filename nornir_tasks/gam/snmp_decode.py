"""Rows of a GAM's SNMP tables to readings. Pure: no network, and whatever the rows hold, nothing is raised.

A value that makes no sense costs that value alone and leaves a problem naming table, column and row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from ..contracts import (
    AlarmChange,
    AlarmLogReading,
    AlarmReading,
    AlarmSeverity,
    ConfigFile,
    EndpointEthernet,
    EndpointReading,
    EndpointState,
    EthernetReading,
    FirmwareImage,
    IsolationMode,
    Medium,
    PoeReading,
    PortReading,
    SfpReading,
    SubscriberModel,
    SystemFacts,
)
from . import alarms
from .catalog import ENDPOINT_MODELS, MAX_ENDPOINTS, MODELS, find_model
from .oids import IFINDEX_GHN, IMAGE_SLOTS, PRODUCTS, Oid
from .snmp_values import Row, decode_clock, decode_shelf_uptime

type Rows = Mapping[Oid, Row]

MEDIA: dict[int, Medium | None] = {0: Medium.COAX, 1: Medium.MIMO, 2: Medium.SISO, 255: None}
ISOLATION_MODES: dict[int, IsolationMode] = {
    1: IsolationMode.ISOLATED,
    2: IsolationMode.COMMUNITY,
    3: IsolationMode.UPLINK,
    4: IsolationMode.STACKING,
    5: IsolationMode.STACKING_ISOLATED,
}
ENDPOINT_STATES: dict[int, EndpointState] = {
    0: EndpointState.NOT_DETECTED,
    1: EndpointState.OK,
    2: EndpointState.QUARANTINED_WRONG_PORT,
    3: EndpointState.QUARANTINED_UNKNOWN_MAC,
}
SUBSCRIBER_MODELS: dict[int, SubscriberModel] = {0: SubscriberModel.ENDPOINT_AWARE, 1: SubscriberModel.PORT_AWARE}
ALARM_CHANGES: dict[int, AlarmChange] = {
    0: AlarmChange.RAISED,
    1: AlarmChange.CLEARED,
    2: AlarmChange.CHANGED,
    3: AlarmChange.TRANSIENT,
}
LINK_SPEEDS: dict[int, int | None] = {0: None, 1: 10, 2: 100, 3: 1000, 4: 2500, 5: 5000, 6: 10_000}
"""Mbit/s by the vendor's enumeration."""
POE_MODES: dict[int, str] = {0: "802.3af", 1: "802.3at", 2: ""}
POWER_STATES: dict[int, str] = {0: "active", 1: "standby", 2: "not present"}
MAX_PERCENT = 100
MAX_RPM = 100_000
MAX_MBPS = 100_000
MAX_TENTHS_C = 2_000
MAX_WIRE_M = 10_000
MAX_SYSUPTIME = 2**32 - 1
MAX_ETHERNET_PORT = 64

_FIRMWARE = re.compile(r"firmware (\S+)")
_LABEL = re.compile(r"^([^,]*),([^,]*),([^,]+),[^,]*$")
_KNOWN_MODELS = {number: name for number, name in ENDPOINT_MODELS.items() if name != "unknown"}
_NOTHING = Row("", "", {})


def decode_system(
    system: Row, board: Row, more: Row, *, images: Rows, files: Rows, temperatures: Rows, fans: Rows, power: Rows, led: Rows,
    profiles_used: int | None = None,
) -> SystemFacts | None:  # fmt: skip
    """Identity and health. None when nothing tells which shelf it is.

    A shelf that does not show its board is known by what sysDescr or sysObjectID say of the model; it has no serial number then.
    """
    model, serial = board.text("type"), board.text("serial")
    for column, text in (("type", model), ("serial", serial)):
        if not text and not board.values.get(column):
            board.note(column, "the shelf gave no value")
    model = model or _model_of(system)
    # 63 zeros stand for "none", as on G.hn ports.
    serial = serial if serial.strip("0") else ""
    if not model and not serial:
        return None
    return SystemFacts(
        model=model,
        serial=serial,
        base_mac=board.mac("mac"),
        hardware_version=board.text("hardware_version"),
        firmware=_version(images, "active") or _firmware_of(system),
        firmware_alternate=_version(images, "alternate"),
        sys_name=system.text("name"),
        location=system.text("location"),
        contact=system.text("contact"),
        object_id=decode_object_id(system),
        uptime_seconds=_shelf_uptime(system, board),
        cpu_100ms_percent=board.integer("cpu_100ms", high=MAX_PERCENT),
        cpu_1s_percent=board.integer("cpu_1s", high=MAX_PERCENT),
        cpu_10s_percent=board.integer("cpu_10s", high=MAX_PERCENT),
        temperatures_c=_temperatures(temperatures),
        fans_rpm=tuple(rpm for row in fans.values() if (rpm := row.integer("rpm", high=MAX_RPM)) is not None),
        power_supplies=_power_supplies(power),
        led=next((_led(row) for row in led.values()), ""),
        images=_images(images),
        files=_files(files),
        flash_bytes=more.integer("flash_bytes"),
        flash_free_bytes=more.integer("flash_free_bytes"),
        clock=_clock(more),
        subscriber_model=more.one_of("subscriber_model", SUBSCRIBER_MODELS),
        profiles_used=profiles_used,
    )


def decode_object_id(system: Row) -> str:
    """sysObjectID as dotted text; empty when it is none."""
    value = system.values.get("object_id")
    if value is None:
        return ""
    if not isinstance(value, tuple):
        system.note("object_id", "not an object identifier")
        return ""
    return ".".join(map(str, value))


def decode_ports(config: Rows, status: Rows, detail: Rows, interfaces: Rows) -> tuple[PortReading, ...]:
    """G.hn ports in order, joined by ifIndex. A row of ``interfaces`` holds the columns of both IF-MIB tables."""
    ports: list[PortReading] = []
    for index in sorted({*config, *status, *detail} or {index for index, row in interfaces.items() if is_ghn(row)}):
        number = index[0] - IFINDEX_GHN
        if number < 1:
            continue
        configured = config.get(index, _NOTHING)
        live = status.get(index, _NOTHING)
        modem = detail.get(index, _NOTHING)
        interface = interfaces.get(index, _NOTHING)
        enabled = live.truth("enabled")
        affecting, harmless = live.truth("outage_sa"), live.truth("outage_nsa")
        ports.append(
            PortReading(
                number=number,
                if_index=index[0],
                name=configured.text("name"),
                mac=live.mac("mac") or configured.mac("mac"),
                medium=configured.one_of("medium", MEDIA),
                enabled=_up(interface, "admin_status") if enabled is None else enabled,
                isolation=configured.one_of("isolation", ISOLATION_MODES),
                link_up=_up(interface, "oper_status"),
                endpoint_macs=live.macs("endpoint_macs"),
                outage=None if affecting is None and harmless is None else bool(affecting or harmless),
                outage_service_affecting=affecting,
                hardware=modem.text("hardware"),
                serial=split_label(modem.text("serial"))[2],
                firmware=modem.text("firmware"),
                uptime_seconds=modem.endpoint_uptime("uptime"),
                usable_mbps=modem.integer("usable_mbps", high=MAX_MBPS),
                **_counters(interface),
            )
        )
    return tuple(ports)


def is_ghn(interface: Row) -> bool:
    """Whether an interface is a G.hn port by its name (``G.hn 1/7``) or its description (``Port G.hn-7``)."""
    return interface.text("name").startswith("G.hn") or interface.text("description").startswith("Port G.hn")


def decode_ethernet(interfaces: Rows, sfps: Rows, status: Rows) -> tuple[EthernetReading, ...]:
    """Uplinks and MGMT in ifIndex order; every interface given must be one of them."""
    return tuple(
        EthernetReading(
            name=row.text("name") or row.text("description"),
            if_index=index[0],
            link_up=_up(row, "oper_status"),
            speed_mbps=_speed(row),
            sfp=_sfp(sfps[index]) if index in sfps else None,
            enabled=_up(row, "admin_status"),
            full_duplex=status[index].truth("full_duplex") if index in status else None,
            **_counters(row),
        )
        for index, row in sorted(interfaces.items())
    )


@dataclass(frozen=True, slots=True)
class EndpointTables:
    """The tables about endpoints besides the brief status, by the shelf's id and by MAC, with rows by index."""

    detail_by_id: Rows = field(default_factory=dict)
    detail_by_mac: Rows = field(default_factory=dict)
    ethernet_by_id: Rows = field(default_factory=dict)
    ethernet_by_mac: Rows = field(default_factory=dict)
    upgrade_by_id: Rows = field(default_factory=dict)
    upgrade_by_mac: Rows = field(default_factory=dict)
    poe_by_id: Rows = field(default_factory=dict)
    poe_by_mac: Rows = field(default_factory=dict)
    frames_by_id: Rows = field(default_factory=dict)
    frames_by_mac: Rows = field(default_factory=dict)


def decode_endpoints(by_id: Rows, by_mac: Rows, tables: EndpointTables, config: Rows) -> tuple[EndpointReading, ...]:
    """All endpoints by MAC, configured or not: the table by MAC also has those the shelf does not know.

    Where both tables have a row, its values come from the table by id, and from the one by MAC what that lacks. A row without a
    usable MAC in the table by id takes the one of its configuration; without any it is left out and noted.
    """
    found: dict[str, EndpointReading] = {}
    links_by_id, links_by_mac = _by_endpoint(tables.ethernet_by_id), _by_endpoint(tables.ethernet_by_mac)

    def more(index: Oid, twin: Oid) -> _More:
        return _More(
            tables.detail_by_id.get(index) or tables.detail_by_mac.get(twin, _NOTHING),
            tables.upgrade_by_id.get(index) or tables.upgrade_by_mac.get(twin, _NOTHING),
            tables.poe_by_id.get(index) or tables.poe_by_mac.get(twin, _NOTHING),
            tables.frames_by_id.get(index) or tables.frames_by_mac.get(twin, _NOTHING),
            links_by_id.get(index) or links_by_mac.get(twin, []),
        )

    for index, row in by_id.items():
        mac = row.mac("mac") or _configured_mac(config, index)
        if not mac:
            row.note("mac", "the endpoint has no usable MAC address and was left out")
            continue
        twin = _mac_index(mac)
        found[mac] = _endpoint(mac, _merged(row, by_mac.get(twin)), more(index, twin), configured_id=index[0])
    for octets, row in by_mac.items():
        seen = _index_mac(octets)
        if seen is None:
            row.note("mac", "the row's index is not a MAC address")
        elif seen not in found:
            ident = row.integer("id", high=MAX_ENDPOINTS) or 0
            found[seen] = _endpoint(seen, row, more((), octets), configured_id=ident)
    return tuple(found[mac] for mac in sorted(found))


def decode_alarms(rows: Rows) -> tuple[AlarmReading, ...]:
    """Active alarms in table order. A row without a UUID cannot be followed from poll to poll; it is left out and noted."""
    readings: list[AlarmReading] = []
    for row in rows.values():
        uuid = row.values.get("uuid")
        if not isinstance(uuid, bytes) or len(uuid) != 16:
            row.note("uuid", "not 16 octets; the alarm was left out")
            continue
        condition, description = row.one_of("condition", alarms.CONDITIONS) or ("other", "")
        entity = row.text("entity") or alarms.entity_name(row.integer("if_index") or 0)
        readings.append(
            AlarmReading(
                uuid=uuid.hex(),
                entity=entity,
                condition=condition,
                severity=row.one_of("severity", alarms.SEVERITIES) or AlarmSeverity.NOT_REPORTED,
                service_affecting=row.truth("service_affecting") or False,
                occurred=_time_text(row, "occurred"),
                description=description,
            )
        )
    return tuple(readings)


def decode_alarm_log(rows: Rows) -> tuple[AlarmLogReading, ...]:
    """Rows of the alarm log, oldest first. A row without UUID or without a known state is left out and noted."""
    readings: list[AlarmLogReading] = []
    for index, row in rows.items():
        uuid = row.values.get("uuid")
        change = row.one_of("state", ALARM_CHANGES)
        if not isinstance(uuid, bytes) or len(uuid) != 16:
            row.note("uuid", "not 16 octets; the row of the log was left out")
            continue
        if change is None:
            row.note("state", "no known state; the row of the log was left out")
            continue
        condition, _ = row.one_of("condition", alarms.CONDITIONS) or ("other", "")
        readings.append(
            AlarmLogReading(
                index=index[0],
                uuid=uuid.hex(),
                entity=row.text("entity") or alarms.entity_name(row.integer("if_index") or 0),
                condition=condition,
                severity=row.one_of("severity", alarms.SEVERITIES) or AlarmSeverity.NOT_REPORTED,
                service_affecting=row.truth("service_affecting") or False,
                change=change,
                occurred=_time_text(row, "occurred"),
                reported=_time_text(row, "reported"),
            )
        )
    return tuple(readings)


# ---------------------------------------------------------------------------------------------------------- parts of the above


class _More(NamedTuple):
    """What the other tables have about one endpoint; a table without a row for it is an empty row."""

    detail: Row
    upgrade: Row
    poe: Row
    frames: Row
    links: Sequence[Row]


def _endpoint(mac: str, row: Row, more: _More, *, configured_id: int) -> EndpointReading:
    detail = more.detail
    alive = detail.truth("alive")
    # Of an endpoint that is not there the shelf keeps the last values in every table but the brief one.
    live = detail if alive is not False else _NOTHING
    links, frames, poe = (more.links, more.frames, more.poe) if alive is not False else ((), _NOTHING, _NOTHING)
    assembly, revision, serial = split_label(detail.text("serial"))
    state = row.one_of("state", ENDPOINT_STATES)
    return EndpointReading(
        mac=mac,
        configured_id=configured_id,
        name=row.text("name"),
        configured_port=row.port("configured_port"),
        auto_port=row.truth("auto_port") or False,
        detected_port=row.port("detected_port"),
        state=EndpointState.UNKNOWN if state is None else state,
        subscriber_name=row.text("subscriber_name"),
        profile_name=row.text("profile_name"),
        model=_endpoint_model(row, detail),
        serial=serial,
        firmware=detail.text("firmware"),
        firmware_mismatch=row.truth("firmware_mismatch") or False,
        alive=alive,
        uptime_seconds=live.endpoint_uptime("uptime"),
        wire_length_m=live.integer("wire_length_m", high=MAX_WIRE_M) or None,
        rx_phy_mbps=live.integer("rx_phy_mbps", high=MAX_MBPS),
        tx_phy_mbps=live.integer("tx_phy_mbps", high=MAX_MBPS),
        rx_max_mbps=live.integer("rx_max_mbps", high=MAX_MBPS),
        tx_max_mbps=live.integer("tx_max_mbps", high=MAX_MBPS),
        rx_usage_mbps=live.integer("rx_usage_mbps", high=MAX_MBPS),
        tx_usage_mbps=live.integer("tx_usage_mbps", high=MAX_MBPS),
        hardware=detail.text("hardware"),
        assembly=assembly,
        revision=revision,
        ethernet=tuple(_endpoint_ethernet(link) for link in links),
        poe=_poe(poe),
        upgrade=more.upgrade.text("status"),
        error_percent_down=_percent(frames, "error_percent_down"),
        error_percent_up=_percent(frames, "error_percent_up"),
        frames_down=frames.integer("frames_down"),
        frames_up=frames.integer("frames_up"),
    )


def _endpoint_ethernet(row: Row) -> EndpointEthernet:
    return EndpointEthernet(
        number=int(row.index.rpartition(".")[2]),
        link_up=row.truth("link_up"),
        full_duplex=row.truth("full_duplex"),
        speed_mbps=row.one_of("speed", LINK_SPEEDS),
    )


def _by_endpoint(rows: Rows) -> dict[Oid, list[Row]]:
    """Rows whose index is an endpoint's and an Ethernet port's number, by endpoint."""
    found: dict[Oid, list[Row]] = {}
    for index, row in rows.items():
        if row.truth("valid") is not False:
            found.setdefault(index[:-1], []).append(row)
    return found


def _poe(row: Row) -> PoeReading | None:
    """None where the endpoint feeds no port (port 0)."""
    port = row.integer("port", high=MAX_ETHERNET_PORT)
    if not port:
        return None
    return PoeReading(
        port=port, enabled=row.truth("enabled"), mode=row.one_of("mode", POE_MODES) or "", overload=row.truth("overload")
    )


def _percent(row: Row, column: str) -> float | None:
    value = row.integer(column, high=MAX_PERCENT)
    return None if value is None else float(value)


def _endpoint_model(row: Row, detail: Row) -> str:
    """The model by its number; by the names the shelf gives where the number says "unknown" or is new."""
    number = row.values.get("model_type")
    if isinstance(number, int) and number in _KNOWN_MODELS:
        return _KNOWN_MODELS[number]
    return row.text("model_text") or detail.text("device_name")


def split_label(text: str) -> tuple[str, str, str]:
    """Assembly, revision and serial number out of ``ASY-2103-20,R12,01124908,23284``; zeros mean none."""
    if not text.strip("0"):
        return "", "", ""
    labelled = _LABEL.match(text)
    if labelled is None:
        return "", "", text
    assembly, revision, serial = (part.strip() for part in labelled.groups())
    return assembly, revision, serial


def _merged(row: Row, other: Row | None) -> Row:
    if other is None:
        return row
    return Row(row.table, row.index, {**other.values, **row.values}, row.problems)


def _configured_mac(config: Rows, index: Oid) -> str:
    return config[index].mac("mac") if index in config else ""


def _mac_index(mac: str) -> Oid:
    return tuple(bytes.fromhex(mac.replace(":", "")))


def _index_mac(index: Oid) -> str | None:
    if len(index) != 6 or not any(index) or any(not 0 <= arc <= 255 for arc in index):
        return None
    return bytes(index).hex(":")


def _version(images: Rows, slot: str) -> str:
    return next((row.text("version") for index, row in images.items() if IMAGE_SLOTS.get(index[0]) == slot), "")


def _images(images: Rows) -> tuple[FirmwareImage, ...]:
    return tuple(
        FirmwareImage(
            slot=IMAGE_SLOTS.get(index[0], str(index[0])),
            name=row.text("name"),
            version=row.text("version"),
            built=row.text("built"),
            revision=row.text("revision"),
        )
        for index, row in images.items()
    )


def _files(files: Rows) -> tuple[ConfigFile, ...]:
    return tuple(
        ConfigFile(
            name=name,
            size_bytes=row.integer("size_bytes"),
            modified=row.text("modified"),
            attributes=row.text("attributes"),
        )
        for row in files.values()
        if (name := row.text("name"))
    )


def _clock(more: Row) -> datetime | None:
    text = more.text("clock")
    clock = decode_clock(text) if text else None
    if text and clock is None:
        more.note("clock", f"{text[:60]!r} is not a time like 'Mon Dec  2 15:02:21 2024'")
    return clock


def _model_of(system: Row) -> str:
    """The model by the first word of sysDescr, or by sysObjectID where only one model has it."""
    described = find_model(system.text("description").partition(" ")[0])
    if described:
        return described.name
    value = system.values.get("object_id")
    if not isinstance(value, tuple) or value[:-1] != PRODUCTS:
        return ""
    models = [model.name for model in MODELS if value[-1] in model.object_ids]
    return models[0] if len(models) == 1 else ""


def _firmware_of(system: Row) -> str:
    found = _FIRMWARE.search(system.text("description"))
    return found.group(1) if found else ""


def _shelf_uptime(system: Row, board: Row) -> int | None:
    """sysUpTime where it is answered: the shelf's own text loses its seconds."""
    ticks = system.integer("uptime", high=MAX_SYSUPTIME)
    if ticks is not None:
        return ticks // 100
    text = board.values.get("uptime_text")
    seconds = decode_shelf_uptime(text) if text is not None else None
    if text is not None and seconds is None:
        board.note("uptime_text", "not a time like '53d 14:24:1'")
    return seconds


def _temperatures(rows: Rows) -> dict[str, float]:
    readings: dict[str, float] = {}
    for row in rows.values():
        tenths = row.integer("tenths", low=-MAX_TENTHS_C, high=MAX_TENTHS_C)
        if tenths is not None:
            readings[row.text("name") or f"sensor {row.index}"] = tenths / 10
    return readings


def _power_supplies(rows: Rows) -> dict[str, str]:
    readings: dict[str, str] = {}
    for row in rows.values():
        state = row.one_of("state", POWER_STATES)
        if state is not None:
            readings[row.text("text") or f"power supply {row.index}"] = state
    return readings


def _led(row: Row) -> str:
    return row.text("text").removeprefix("System LED:").strip().rstrip(".")


def _sfp(row: Row) -> SfpReading:
    flagged: dict[str, str] = {}
    measured: dict[str, float | None] = {}
    for column in ("temperature_c", "voltage_v", "tx_bias_ma", "tx_power_dbm", "rx_power_dbm"):
        measured[column], mark = row.measurement(column)
        if mark:
            flagged[column] = mark
    return SfpReading(
        vendor=row.text("vendor"),
        part_number=row.text("part_number"),
        serial=row.text("serial"),
        flagged=flagged,
        **measured,
    )


def _up(row: Row, column: str) -> bool | None:
    """IF-MIB status: 1 is up; 3 to 7 are kinds of not up; 4 is unknown."""
    return row.one_of(column, {1: True, 2: False, 3: False, 4: None, 5: False, 6: False, 7: False})


def _counters(row: Row) -> dict[str, Any]:
    """Counters of an interface: 64 bits where ifXTable has them, else the old 32-bit ones."""
    return {
        "in_octets": row.integer("in_octets"),
        "out_octets": row.integer("out_octets"),
        "in_errors": row.integer("in_errors"),
        "out_errors": row.integer("out_errors"),
        "in_discards": row.integer("in_discards"),
        "out_discards": row.integer("out_discards"),
        "counter_bits": 32 if row.values.get("counter_bits") == 32 else 64,
    }


def _speed(row: Row) -> int | None:
    """Mbit/s from ifHighSpeed, or from ifSpeed, whose highest value means "more than that"."""
    speed = row.integer("high_speed", high=MAX_MBPS)
    if speed is None:
        bits = row.integer("speed_bps")
        speed = None if bits is None or bits >= 2**32 - 1 else bits // 1_000_000
    return speed or None


def _time_text(row: Row, column: str) -> str:
    """When an alarm was raised or reported: text, or ISO 8601 from RFC 2579 DateAndTime (two octets of year, optional zone)."""
    value = row.values.get(column)
    if not isinstance(value, bytes) or len(value) not in (8, 11) or value.isascii():
        return row.text(column)
    try:
        stamp = datetime(int.from_bytes(value[:2]), *value[2:7])
        zone = f"{chr(value[8])}{value[9]:02d}:{value[10]:02d}" if len(value) == 11 else ""
        return datetime.fromisoformat(stamp.isoformat() + zone).isoformat()
    except ValueError:
        row.note(column, f"{value.hex(' ')} is not a date and time")
        return ""
