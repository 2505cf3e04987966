"""Observed state: written in bulk from readings, never change-logged. What was not read stays as it was."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from django.db import DataError, IntegrityError, connection, models, transaction

from nornir_tasks.contracts import DeviceReading, EndpointReading, EthernetReading, Failure, PortReading, TargetResult
from nornir_tasks.contracts import EndpointState as ReadState
from nornir_tasks.errors import ErrorKind
from nornir_tasks.monitoring.measure import Counters, measure, present
from nornir_tasks.monitoring.metrics import Measured, MetricKind

from ..models import DeviceState, Endpoint, EndpointState, EthernetState, GamDevice, PortState
from . import samples, sightings
from .observation import Observation

log = logging.getLogger("netbox.plugins.netbox_gam.polling")

BIGGEST = 2**63 - 1
DEVICE_ALWAYS = ("reachable", "last_attempt", "last_success", "failure_kind", "failure_message", "problems", "seconds", "sources")
DEVICE_FAILED = ("reachable", "last_attempt", "failure_kind", "failure_message", "seconds")
SYSTEM_FIELDS = (
    "firmware", "sys_name", "uptime_seconds", "cpu_percent", "temperatures_c", "fans_rpm", "power_supplies", "led", "images",
    "files", "flash_bytes", "flash_free_bytes", "clock", "profiles_used", "config_saved",
)  # fmt: skip
COUNTER_FIELDS = ("in_octets", "out_octets", "in_errors", "out_errors")
PORT_FIELDS = (
    "read_at", "link_up", "enabled", "endpoint_count", "outage", "outage_service_affecting", *COUNTER_FIELDS, "counter_bits",
    "in_bps", "out_bps", "firmware", "uptime_seconds", "usable_mbps",
)  # fmt: skip
ETHERNET_FIELDS = (
    "read_at", "link_up", "enabled", "speed_mbps", "full_duplex", *COUNTER_FIELDS, "counter_bits", "in_bps", "out_bps", "sfp",
)  # fmt: skip
COPIED_FROM_ENDPOINT = (
    "state", "configured_port", "detected_port", "subscriber_name", "profile_name", "model", "serial", "firmware",
    "firmware_mismatch", "uptime_seconds", "wire_length_m", "rx_phy_mbps", "tx_phy_mbps", "rx_max_mbps", "tx_max_mbps",
    "rx_usage_mbps", "tx_usage_mbps", "error_percent_down", "error_percent_up", "snr_down_db", "snr_up_db", "alive", "hardware",
    "assembly", "revision", "upgrade",
)  # fmt: skip
ENDPOINT_FIELDS = ("endpoint", "read_at", "present", *COPIED_FROM_ENDPOINT, "ethernet", "poe")


@dataclass
class StoreReport:
    """What storing a batch came to. ``not_stored``: GAMs whose reading the database refused, and why."""

    stored: int = 0
    samples: int = 0
    endpoints: int = 0
    unknown_endpoints: int = 0
    not_stored: dict[int, str] = field(default_factory=dict)


def store(gam: GamDevice, reading: DeviceReading, *, seconds: float = 0) -> int:
    """Store one reading section by section; a section that was not read changes nothing.

    :returns: how many samples were written
    """
    result = TargetResult(reading.name, value=reading, seconds=seconds)
    return store_batch([Observation(gam, result, reading.taken_at)]).samples


def note_endpoints(gam: GamDevice, reading: DeviceReading) -> None:
    """Record endpoints a reading is the first to show, without storing what was observed."""
    item = Observation(gam, TargetResult(reading.name, value=reading), reading.taken_at)
    sightings.note([(item, reading)], _known_endpoints([reading]))


def store_batch(observations: Sequence[Observation]) -> StoreReport:
    """Store what came of a batch of GAMs, readings and failures, in a number of statements that does not depend on its size.

    Fills ``measured`` of each observation. A reading the database refuses costs that GAM alone.
    """
    report = StoreReport()
    try:
        with transaction.atomic():
            _store_all(observations, report)
    except (DataError, IntegrityError, ValueError) as error:
        if len(observations) == 1:
            gam = observations[0].gam
            log.error("The reading of %s could not be stored: %s", gam, error)
            return StoreReport(not_stored={gam.pk: f"{type(error).__name__}: {error}"})
        return _one_by_one(observations)
    return report


def _one_by_one(observations: Sequence[Observation]) -> StoreReport:
    whole = StoreReport()
    for observation in observations:
        part = store_batch([observation])
        for name in ("stored", "samples", "endpoints", "unknown_endpoints"):
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
        whole.not_stored |= part.not_stored
    return whole


def _store_all(observations: Sequence[Observation], report: StoreReport) -> None:
    read = [(item, item.reading) for item in observations if item.reading is not None]
    gams = [item.gam.pk for item, _ in read]
    last = list(DeviceState.objects.filter(gam_id__in=gams).values_list("gam_id", "uptime_seconds", "firmware"))
    uptimes = {gam: uptime for gam, uptime, _ in last}
    before = _counters_before(gams, uptimes)
    for item, reading in read:
        item.measured = measure(reading, before.get(item.gam.pk, {}), seconds=item.result.seconds)
    known = _known_endpoints(reading for _, reading in read)
    known |= sightings.note(read, known)
    sightings.note_firmware(read, {gam: firmware for gam, _, firmware in last})
    _store_devices(observations)
    _store_log_places(read, uptimes)
    _store_ports(read)
    _store_ethernet(read)
    _store_endpoints(read, known)
    report.samples = samples.record(observations)
    report.stored = len(observations)
    for _, reading in read:
        report.endpoints += len(reading.endpoints or ())
        report.unknown_endpoints += sum(1 for endpoint in reading.endpoints or () if not endpoint.configured_id)


# ------------------------------------------------------------------------------------------------------------ what was before


def _counters_before(gams: Sequence[int], uptimes: Mapping[int, int | None]) -> dict[int, dict[tuple[MetricKind, str], Counters]]:
    """Counters as stored, by GAM, kind and key."""
    found: dict[int, dict[tuple[MetricKind, str], Counters]] = {}
    for model, kind, key in ((PortState, MetricKind.PORT, "number"), (EthernetState, MetricKind.ETHERNET, "name")):
        rows: Any = model.objects.filter(gam_id__in=gams)  # type: ignore[attr-defined]
        for gam, name, at, bits, *values in rows.values_list("gam_id", key, "read_at", "counter_bits", *COUNTER_FIELDS):
            counted = Counters(at, dict(zip(COUNTER_FIELDS, values, strict=True)), uptimes.get(gam), bits)
            found.setdefault(gam, {})[kind, str(name)] = counted
    return found


def _known_endpoints(readings: Iterable[DeviceReading]) -> dict[str, Endpoint]:
    macs = {item.mac for reading in readings for item in reading.endpoints or ()}
    return {endpoint.mac: endpoint for endpoint in Endpoint.objects.filter(mac_address__in=macs)}


# ------------------------------------------------------------------------------------------------------------------------ rows


def _upsert(model: type[models.Model], rows: list[Any], unique: Sequence[str], update: Iterable[str]) -> None:
    """One statement. Of rows with the same key the last counts: PostgreSQL refuses to update a row twice in one statement."""
    if rows:
        key = attrgetter(*(model._meta.get_field(name).attname for name in unique))
        model._default_manager.bulk_create(  # type: ignore[attr-defined]
            list({key(row): row for row in rows}.values()),
            update_conflicts=True,
            unique_fields=list(unique),
            update_fields=list(update),
        )


def _store_devices(observations: Sequence[Observation]) -> None:
    """Three upserts at most: failures, readings with and without their system section, which change different columns."""
    failed = [_failed_row(item) for item in observations if item.reading is None]
    _upsert(DeviceState, failed, ("gam",), DEVICE_FAILED)
    read = [(item, item.reading) for item in observations if item.reading is not None]
    whole = [_device_row(item, reading) for item, reading in read if reading.system is not None]
    _upsert(DeviceState, whole, ("gam",), (*DEVICE_ALWAYS, *SYSTEM_FIELDS))
    partial = [_device_row(item, reading) for item, reading in read if reading.system is None]
    _upsert(DeviceState, partial, ("gam",), DEVICE_ALWAYS)


def _store_log_places(read: Sequence[tuple[Observation, DeviceReading]], uptimes: Mapping[int, int | None]) -> None:
    """How far every alarm log was read; forgotten when a shelf restarted, because its rows may be numbered anew."""
    places: dict[int, int | None] = {}
    for item, reading in read:
        last, now = uptimes.get(item.gam.pk), reading.system.uptime_seconds if reading.system else None
        if last is not None and now is not None and now < last:
            places[item.gam.pk] = None
        elif reading.alarm_log:
            places[item.gam.pk] = max(row.index for row in reading.alarm_log)
    if places:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE netbox_gam_devicestate d SET alarm_log_index = p.place"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS p (gam, place) WHERE d.gam_id = p.gam",
                (list(places), list(places.values())),
            )


def log_places(gams: Iterable[int]) -> dict[int, int]:
    """The newest row of the alarm log that was read, by GAM; those whose log was not read yet are left out."""
    rows = DeviceState.objects.filter(gam_id__in=list(gams), alarm_log_index__isnull=False)
    return dict(rows.values_list("gam_id", "alarm_log_index"))


def _failed_row(item: Observation) -> DeviceState:
    failure = item.result.failure or Failure(ErrorKind.INCOMPLETE, "No reading and no failure was returned.")
    return DeviceState(
        gam=item.gam,
        reachable=False,
        last_attempt=item.at,
        failure_kind=failure.kind,
        failure_message=_clean(failure.message),
        seconds=item.result.seconds,
    )


def _device_row(item: Observation, reading: DeviceReading) -> DeviceState:
    row = DeviceState(
        gam=item.gam,
        reachable=True,
        last_attempt=reading.taken_at,
        last_success=reading.taken_at,
        seconds=item.result.seconds,
        problems=[
            {"where": _clean(problem.where), "message": _clean(problem.message), "kind": problem.kind}
            for problem in reading.problems
        ],
        sources=dict(reading.sources),
    )
    system = reading.system
    if system is not None:
        row.firmware, row.sys_name = (
            _text(DeviceState, "firmware", system.firmware),
            _text(DeviceState, "sys_name", system.sys_name),
        )
        row.led, row.fans_rpm = _text(DeviceState, "led", system.led), list(system.fans_rpm)
        row.uptime_seconds, row.cpu_percent = system.uptime_seconds, system.cpu_10s_percent
        row.temperatures_c, row.power_supplies = _json(system.temperatures_c), _json(system.power_supplies)
        row.images, row.files = _json(system.images), _json(system.files)
        row.flash_bytes, row.flash_free_bytes = system.flash_bytes, system.flash_free_bytes
        row.clock = system.clock.replace(tzinfo=system.clock.tzinfo or UTC) if system.clock else None
        row.profiles_used, row.config_saved = system.profiles_used, system.config_saved
    return row


def _store_ports(read: Sequence[tuple[Observation, DeviceReading]]) -> None:
    rows = [_port_row(item, port, reading.taken_at) for item, reading in read for port in reading.ports or ()]
    _upsert(PortState, rows, ("gam", "number"), PORT_FIELDS)


def _port_row(item: Observation, port: PortReading, at: datetime) -> PortState:
    return PortState(
        gam_id=item.gam.pk,
        number=port.number,
        read_at=at,
        link_up=port.link_up,
        enabled=port.enabled,
        endpoint_count=len(port.endpoint_macs),
        outage=port.outage,
        outage_service_affecting=port.outage_service_affecting,
        firmware=_text(PortState, "firmware", port.firmware),
        uptime_seconds=port.uptime_seconds,
        usable_mbps=port.usable_mbps,
        **_counter_values(item, port, MetricKind.PORT, str(port.number)),
    )


def _store_ethernet(read: Sequence[tuple[Observation, DeviceReading]]) -> None:
    rows = [_ethernet_row(item, port, reading.taken_at) for item, reading in read for port in reading.ethernet or ()]
    _upsert(EthernetState, rows, ("gam", "name"), ETHERNET_FIELDS)


def _ethernet_row(item: Observation, port: EthernetReading, at: datetime) -> EthernetState:
    return EthernetState(
        gam_id=item.gam.pk,
        name=_text(EthernetState, "name", port.name),
        read_at=at,
        link_up=port.link_up,
        enabled=port.enabled,
        speed_mbps=port.speed_mbps,
        full_duplex=port.full_duplex,
        sfp=_json(port.sfp),
        **_counter_values(item, port, MetricKind.ETHERNET, port.name),
    )


def _counter_values(item: Observation, port: PortReading | EthernetReading, kind: MetricKind, key: str) -> dict[str, Any]:
    measured = next((one for one in item.measured if one.kind is kind and one.key == key), None)
    values: dict[str, Any] = {name: _big(getattr(port, name)) for name in COUNTER_FIELDS}
    return values | {"counter_bits": port.counter_bits, "in_bps": _get(measured, "in_bps"), "out_bps": _get(measured, "out_bps")}


def _get(measured: Measured | None, name: str) -> float | None:
    return measured.get(name) if measured else None


def _store_endpoints(read: Sequence[tuple[Observation, DeviceReading]], known: dict[str, Endpoint]) -> None:
    sections = [(item, reading, reading.endpoints) for item, reading in read if reading.endpoints is not None]
    rows = [
        _endpoint_row(item.gam, endpoint, known.get(endpoint.mac), reading.taken_at)
        for item, reading, endpoints in sections
        for endpoint in endpoints
    ]
    _upsert(EndpointState, rows, ("gam", "mac"), ENDPOINT_FIELDS)
    # Unknown endpoints vanish from the shelf's tables when unplugged: they are absent now, not unread.
    whole = {item.gam.pk: reading.taken_at for item, reading, _ in sections if "endpoints" not in reading.incomplete}
    seen = {(row.gam_id, row.mac) for row in rows}
    present_rows = EndpointState.objects.filter(gam_id__in=whole, present=True)
    gone = [pk for pk, gam, mac in present_rows.values_list("pk", "gam_id", "mac") if (gam, mac) not in seen]
    if gone:
        EndpointState.objects.filter(pk__in=gone).update(
            present=False, state=ReadState.NOT_DETECTED, detected_port=None, read_at=max(whole.values())
        )


def _endpoint_row(gam: GamDevice, item: EndpointReading, endpoint: Endpoint | None, at: datetime) -> EndpointState:
    copied = {name: getattr(item, name) for name in COPIED_FROM_ENDPOINT}
    for name, value in copied.items():
        if isinstance(value, str):
            copied[name] = _text(EndpointState, name, value)
    return EndpointState(
        gam_id=gam.pk,
        mac=item.mac,
        endpoint=endpoint,
        read_at=at,
        present=present(item),
        ethernet=_json(item.ethernet),
        poe=_json(item.poe),
        **copied,
    )


def _json(value: Any) -> Any:
    """Dataclasses and what they are made of as JSON that PostgreSQL can hold."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Mapping):
        return {_clean(str(name)): _json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    return _json(asdict(value)) if is_dataclass(value) and not isinstance(value, type) else value


def _clean(text: str) -> str:
    """Text PostgreSQL can hold."""
    return text.replace("\0", "")


def _text(model: type[models.Model], name: str, value: str) -> str:
    """Text that fits its column: a shelf may say more than its manual has it say."""
    longest = model._meta.get_field(name).max_length
    return _clean(str(value))[:longest]


def _big(value: int | None) -> int | None:
    """A counter PostgreSQL can hold; one in the upper half of 64 bits is left out, which costs its rate."""
    return value if value is None or value <= BIGGEST else None
