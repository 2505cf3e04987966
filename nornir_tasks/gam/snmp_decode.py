"""Rows of a GAM's SNMP tables to readings. Pure: no network, and whatever the rows hold, nothing is raised.

A value that makes no sense costs that value alone and leaves a problem naming table, column and row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..contracts import (
    AlarmReading,
    AlarmSeverity,
    EndpointReading,
    EndpointState,
    EthernetReading,
    IsolationMode,
    Medium,
    PortReading,
    SfpReading,
    SystemFacts,
)
from . import alarms
from .catalog import ENDPOINT_MODELS, MAX_ENDPOINTS
from .oids import IFINDEX_GHN, IMAGE_ACTIVE, IMAGE_ALTERNATE, Oid
from .snmp_values import Row, decode_shelf_uptime

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
POWER_STATES: dict[int, str] = {0: "active", 1: "standby", 2: "not present"}
MAX_PERCENT = 100
MAX_RPM = 100_000
MAX_MBPS = 100_000
MAX_TENTHS_C = 2_000
MAX_WIRE_M = 10_000
MAX_SYSUPTIME = 2**32 - 1

_FIRMWARE = re.compile(r"firmware (\S+)")
_SERIAL_IN_LABEL = re.compile(r"^[^,]+,[^,]+,([^,]+),[^,]*$")


def decode_system(
    system: Row, board: Row, *, images: Rows, temperatures: Rows, fans: Rows, power: Rows, led: Rows
) -> SystemFacts | None:
    """Identity and health. None when neither the board's type nor its serial number could be read: that is no identity."""
    model, serial = board.text("type"), board.text("serial")
    if not model and not serial:
        return None
    for column, text in (("type", model), ("serial", serial)):
        if not text and not board.values.get(column):
            board.note(column, "the shelf gave no value")
    return SystemFacts(
        model=model,
        serial=serial,
        base_mac=board.mac("mac"),
        hardware_version=board.text("hardware_version"),
        firmware=_image(images, IMAGE_ACTIVE) or _firmware_of(system),
        firmware_alternate=_image(images, IMAGE_ALTERNATE),
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


def decode_ports(config: Rows, status: Rows, interfaces: Rows) -> tuple[PortReading, ...]:
    """G.hn ports in order, joined by ifIndex. A row of ``interfaces`` holds the columns of both IF-MIB tables."""
    ports: list[PortReading] = []
    for index in sorted({*config, *status}):
        number = index[0] - IFINDEX_GHN
        if number < 1:
            continue
        configured = config.get(index) or Row("portConfig", str(index[0]), {})
        live = status.get(index) or Row("portStatus", str(index[0]), {})
        interface = interfaces.get(index) or Row("ifTable", str(index[0]), {})
        enabled = live.truth("enabled")
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
                **_counters(interface),
            )
        )
    return tuple(ports)


def decode_ethernet(interfaces: Rows, sfps: Rows) -> tuple[EthernetReading, ...]:
    """Uplinks and MGMT in ifIndex order; every interface given must be one of them."""
    return tuple(
        EthernetReading(
            name=row.text("name"),
            if_index=index[0],
            link_up=_up(row, "oper_status"),
            speed_mbps=row.integer("high_speed", high=MAX_MBPS) or None,
            sfp=_sfp(sfps[index]) if index in sfps else None,
            **_counters(row),
        )
        for index, row in sorted(interfaces.items())
    )


def decode_endpoints(
    by_id: Rows, by_mac: Rows, detail_by_id: Rows, detail_by_mac: Rows, config: Rows
) -> tuple[EndpointReading, ...]:
    """All endpoints by MAC, configured or not: the table by MAC also has those the shelf does not know.

    Where both tables have a row, its values come from the table by id, and from the one by MAC what that lacks. A row without a
    usable MAC in the table by id takes the one of its configuration; without any it is left out and noted.
    """
    found: dict[str, EndpointReading] = {}
    for index, row in by_id.items():
        mac = row.mac("mac") or _configured_mac(config, index)
        if not mac:
            row.note("mac", "the endpoint has no usable MAC address and was left out")
            continue
        twin = _mac_index(mac)
        detail = detail_by_id.get(index) or detail_by_mac.get(twin)
        found[mac] = _endpoint(mac, _merged(row, by_mac.get(twin)), detail, configured_id=index[0])
    for octets, row in by_mac.items():
        seen = _index_mac(octets)
        if seen is None:
            row.note("mac", "the row's index is not a MAC address")
        elif seen not in found:
            found[seen] = _endpoint(seen, row, detail_by_mac.get(octets), configured_id=row.integer("id", high=MAX_ENDPOINTS) or 0)
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
                occurred=_occurred(row),
                description=description,
            )
        )
    return tuple(readings)


# ---------------------------------------------------------------------------------------------------------- parts of the above


def _endpoint(mac: str, row: Row, detail: Row | None, *, configured_id: int) -> EndpointReading:
    detail = detail or Row("endpointDetail", row.index, {})
    alive = detail.truth("alive")

    def rate(column: str) -> int | None:
        return detail.integer(column, high=MAX_MBPS) if alive is not False else None

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
        serial=_endpoint_serial(detail),
        firmware=detail.text("firmware"),
        firmware_mismatch=row.truth("firmware_mismatch") or False,
        alive=alive,
        uptime_seconds=detail.endpoint_uptime("uptime") if alive is not False else None,
        wire_length_m=detail.integer("wire_length_m", high=MAX_WIRE_M) or None,
        rx_phy_mbps=rate("rx_phy_mbps"),
        tx_phy_mbps=rate("tx_phy_mbps"),
        rx_max_mbps=rate("rx_max_mbps"),
        tx_max_mbps=rate("tx_max_mbps"),
        rx_usage_mbps=rate("rx_usage_mbps"),
        tx_usage_mbps=rate("tx_usage_mbps"),
    )


def _endpoint_model(row: Row, detail: Row) -> str:
    """The model by its number; by the names the shelf gives where the number says "unknown" or is new."""
    known = {number: name for number, name in ENDPOINT_MODELS.items() if name != "unknown"}
    number = row.values.get("model_type")
    if isinstance(number, int) and number in known:
        return known[number]
    return row.text("model_text") or detail.text("device_name")


def _endpoint_serial(detail: Row) -> str:
    """The serial number out of ``ASY-2103-20,R12,01124908,23284`` (assembly, revision, serial, build); zeros mean none."""
    text = detail.text("serial")
    if not text.strip("0"):
        return ""
    labelled = _SERIAL_IN_LABEL.match(text)
    return labelled.group(1).strip() if labelled else text


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


def _image(images: Rows, which: int) -> str:
    row = images.get((which,))
    return row.text("version") if row else ""


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
    return {name: row.integer(name) for name in ("in_octets", "out_octets", "in_errors", "out_errors")}


def _occurred(row: Row) -> str:
    """When an alarm was raised: the shelf's text, or ISO 8601 from RFC 2579 DateAndTime (two octets of year, optional zone)."""
    value = row.values.get("occurred")
    if not isinstance(value, bytes) or len(value) not in (8, 11) or value.isascii():
        return row.text("occurred")
    try:
        stamp = datetime(int.from_bytes(value[:2]), *value[2:7])
        zone = f"{chr(value[8])}{value[9]:02d}:{value[10]:02d}" if len(value) == 11 else ""
        return datetime.fromisoformat(stamp.isoformat() + zone).isoformat()
    except ValueError:
        row.note("occurred", f"{value.hex(' ')} is not a date and time")
        return ""
