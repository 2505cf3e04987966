"""Observed state and samples: written in bulk from readings, never change-logged. What was not read stays as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone

from nornir_tasks.contracts import DeviceReading, EndpointReading, Failure, PortReading, SystemFacts
from nornir_tasks.contracts import EndpointState as ReadState

from ..models import DeviceSample, DeviceState, Endpoint, EndpointSample, EndpointState, GamDevice, PortSample, PortState

ABSENT = (ReadState.NOT_DETECTED,)
SYSTEM_FIELDS = ("firmware", "sys_name", "uptime_seconds", "cpu_percent", "temperatures_c", "fans_rpm", "power_supplies", "led")
PORT_FIELDS = ("read_at", "link_up", "enabled", "endpoint_count", "in_octets", "out_octets")
RATE_FIELDS = ("rx_phy_mbps", "tx_phy_mbps", "rx_max_mbps", "tx_max_mbps")
ENDPOINT_FIELDS = (
    "endpoint",
    "read_at",
    "present",
    "state",
    "configured_port",
    "detected_port",
    "subscriber_name",
    "profile_name",
    "model",
    "serial",
    "firmware",
    "firmware_mismatch",
    "uptime_seconds",
    "wire_length_m",
    *RATE_FIELDS,
)


def store_failure(gam: GamDevice, failure: Failure, *, seconds: float = 0) -> None:
    """A GAM could not be read: say so, and leave everything observed before as it was."""
    now = timezone.now()
    _upsert(
        DeviceState,
        [
            DeviceState(
                gam=gam,
                reachable=False,
                last_attempt=now,
                failure_kind=failure.kind,
                failure_message=failure.message,
                seconds=seconds,
            )
        ],
        ("gam",),
        ("reachable", "last_attempt", "failure_kind", "failure_message", "seconds"),
    )


def store(gam: GamDevice, reading: DeviceReading, *, seconds: float = 0) -> int:
    """Store a reading section by section; a section that was not read changes nothing.

    :returns: how many samples were written
    """
    samples = _store_system(gam, reading, seconds)
    if reading.ports is not None:
        samples += _store_ports(gam, reading.ports, reading.taken_at)
    if reading.endpoints is not None:
        samples += _store_endpoints(gam, reading.endpoints, reading.taken_at, whole="endpoints" not in reading.incomplete)
    return samples


def _upsert(model: Any, rows: list[Any], unique: Iterable[str], update: Iterable[str]) -> None:
    if rows:
        model.objects.bulk_create(rows, update_conflicts=True, unique_fields=list(unique), update_fields=list(update))


def _insert(model: Any, rows: list[Any]) -> int:
    """Samples of the same moment come twice when a job is retried: the second is dropped."""
    return len(model.objects.bulk_create(rows, ignore_conflicts=True))


def _store_system(gam: GamDevice, reading: DeviceReading, seconds: float) -> int:
    at = reading.taken_at
    row = DeviceState(
        gam=gam,
        reachable=True,
        last_attempt=at,
        last_success=at,
        seconds=seconds,
        problems=[{"where": problem.where, "message": problem.message, "kind": problem.kind} for problem in reading.problems],
    )
    fields = ["reachable", "last_attempt", "last_success", "failure_kind", "failure_message", "problems", "seconds"]
    if reading.system is not None:
        _fill_system(row, reading.system)
        fields += SYSTEM_FIELDS
    if reading.ethernet is not None:
        row.ethernet = [asdict(port) for port in reading.ethernet]
        fields.append("ethernet")
    _upsert(DeviceState, [row], ("gam",), fields)
    if reading.system is None:
        return 0
    hottest = max(row.temperatures_c.values(), default=None)
    sample = DeviceSample(gam=gam, at=at, cpu_percent=row.cpu_percent, temperature_c=hottest, uptime_seconds=row.uptime_seconds)
    return _insert(DeviceSample, [sample])


def _fill_system(row: DeviceState, system: SystemFacts) -> None:
    row.firmware, row.sys_name, row.led = system.firmware, system.sys_name, system.led
    row.uptime_seconds, row.cpu_percent = system.uptime_seconds, system.cpu_10s_percent
    row.temperatures_c, row.power_supplies = dict(system.temperatures_c), dict(system.power_supplies)
    row.fans_rpm = list(system.fans_rpm)


def _store_ports(gam: GamDevice, ports: tuple[PortReading, ...], at: datetime) -> int:
    rows = [
        PortState(
            gam=gam,
            number=port.number,
            read_at=at,
            link_up=port.link_up,
            enabled=port.enabled,
            endpoint_count=len(port.endpoint_macs),
            in_octets=port.in_octets,
            out_octets=port.out_octets,
        )
        for port in ports
    ]
    _upsert(PortState, rows, ("gam", "number"), PORT_FIELDS)
    samples = [PortSample(gam=gam, number=p.number, at=at, in_octets=p.in_octets, out_octets=p.out_octets) for p in ports]
    return _insert(PortSample, samples)


def _store_endpoints(gam: GamDevice, endpoints: tuple[EndpointReading, ...], at: datetime, *, whole: bool) -> int:
    known = {endpoint.mac: endpoint for endpoint in Endpoint.objects.filter(mac_address__in=[item.mac for item in endpoints])}
    rows = [_endpoint_row(gam, item, known.get(item.mac), at) for item in endpoints]
    _upsert(EndpointState, rows, ("gam", "mac"), ENDPOINT_FIELDS)
    if whole:
        # Unknown endpoints vanish from the shelf's tables when unplugged: they are absent now, not unread.
        gone = EndpointState.objects.filter(gam=gam, present=True).exclude(mac__in=[row.mac for row in rows])
        gone.update(present=False, state=ReadState.NOT_DETECTED, detected_port=None, read_at=at)
    samples = [
        EndpointSample(gam=gam, mac=row.mac, at=at, **{name: getattr(row, name) for name in RATE_FIELDS})
        for row in rows
        if row.present
    ]
    return _insert(EndpointSample, samples)


def _endpoint_row(gam: GamDevice, item: EndpointReading, endpoint: Endpoint | None, at: datetime) -> EndpointState:
    copied = {name: getattr(item, name) for name in ENDPOINT_FIELDS if name not in ("endpoint", "read_at", "present")}
    present = item.detected_port is not None and item.state not in ABSENT
    return EndpointState(gam=gam, mac=item.mac, endpoint=endpoint, read_at=at, present=present, **copied)
