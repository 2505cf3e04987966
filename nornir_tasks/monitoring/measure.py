"""From a reading, and the counters of the one before it, to what was measured. Pure.

A counter becomes a rate only where that is certain: None, rather than a guess, for a first reading, after a restart, when the clock
went back, and where the result would be more than the port can carry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..contracts import DeviceReading, EndpointReading, EndpointState, EthernetReading, PortReading
from .metrics import BY_KIND, Measured, MetricKind

LONGEST_GAP_SECONDS = 6 * 3600.0
"""A mean over more than this says nothing about either end of it."""
FASTEST_PORT_BPS = 10e9
"""Bound of a rate where the port's own speed is not known: the fastest port of any GAM."""
TOLERANCE = 1.1
"""Counters are read a little before or after the moment the reading is dated."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Counters of one thing as last read: values by name, how wide they are, and the shelf's uptime then, where it was read."""

    at: datetime
    values: Mapping[str, int | None] = field(default_factory=dict)
    uptime_seconds: int | None = None
    bits: int = 64


type Before = Mapping[tuple[MetricKind, str], Counters]

COUNTER_FIELDS: Mapping[str, str] = {
    "in_octets": "in_bps",
    "out_octets": "out_bps",
    "in_errors": "in_errors_ps",
    "out_errors": "out_errors_ps",
}
"""Counter of a port to the metric its rate is stored as."""
BITS_PER_OCTET = 8


def measure(reading: DeviceReading, before: Before, *, seconds: float | None = None) -> tuple[Measured, ...]:
    """Everything measured of one GAM at the time of its reading; sections that were not read give nothing.

    :param before: counters of the reading before, by kind and key
    :param seconds: how long the reading took
    """
    return (*_device(reading, seconds), *_ports(reading, before), *_ethernet(reading, before), *_endpoints(reading))


def counters(reading: DeviceReading) -> dict[tuple[MetricKind, str], Counters]:
    """The counters of a reading, to be handed to :func:`measure` with the next one."""
    uptime = reading.system.uptime_seconds if reading.system else None
    found = {}
    for port in reading.ports or ():
        found[MetricKind.PORT, str(port.number)] = _counters(port, reading.taken_at, uptime)
    for interface in reading.ethernet or ():
        found[MetricKind.ETHERNET, interface.name] = _counters(interface, reading.taken_at, uptime)
    return found


def rate(name: str, now: Counters, before: Counters | None, *, highest: float) -> float | None:
    """Per second what a counter counted between two readings; None where that is not certain.

    :param highest: more than this cannot be
    """
    value, last = now.values.get(name), before.values.get(name) if before else None
    if before is None or value is None or last is None:
        return None
    seconds = (now.at - before.at).total_seconds()
    if not 0 < seconds <= LONGEST_GAP_SECONDS or _restarted(now, before, seconds):
        return None
    counted = value - last
    if counted < 0:
        # A counter of 64 bits outlives the shelf: one that is lower now was reset, one of 32 bits may have come round.
        if now.bits != 32 or before.bits != 32 or last >= 2**32:
            return None
        counted += 2**32
    found = counted / seconds
    return found if found <= highest * TOLERANCE else None


def _restarted(now: Counters, before: Counters, seconds: float) -> bool:
    """Whether the shelf booted in between, by its uptime."""
    if now.uptime_seconds is None:
        return False
    if before.uptime_seconds is not None and now.uptime_seconds < before.uptime_seconds:
        # sysUpTime comes round after 497 days; then it is about as young as the time that passed, as after a restart.
        return True
    return now.uptime_seconds < seconds - 1


def _counters(port: PortReading | EthernetReading, at: datetime, uptime: int | None) -> Counters:
    return Counters(at, {name: getattr(port, name) for name in COUNTER_FIELDS}, uptime, port.counter_bits)


def _measured(kind: MetricKind, key: str, at: datetime, values: Mapping[str, float | None]) -> Measured:
    return Measured(kind, key, at, tuple(values.get(metric.name) for metric in BY_KIND[kind]))


def _device(reading: DeviceReading, seconds: float | None) -> Iterable[Measured]:
    values: dict[str, float | None] = {"read_seconds": seconds}
    if reading.system is not None:
        system = reading.system
        values |= {
            "cpu_percent": system.cpu_10s_percent,
            "temperature_c": max(system.temperatures_c.values(), default=None),
            "fan_rpm": min(system.fans_rpm, default=None),
            "uptime_seconds": system.uptime_seconds,
        }
    if reading.endpoints is not None:
        values["endpoints_up"] = sum(1 for item in reading.endpoints if item.state is EndpointState.OK)
    yield _measured(MetricKind.DEVICE, "", reading.taken_at, values)


def _rates(port: PortReading | EthernetReading, reading: DeviceReading, last: Counters | None) -> dict[str, float | None]:
    uptime = reading.system.uptime_seconds if reading.system else None
    now = _counters(port, reading.taken_at, uptime)
    speed = getattr(port, "speed_mbps", None)
    highest = speed * 1e6 if speed else FASTEST_PORT_BPS
    found: dict[str, float | None] = {}
    for counter, metric in COUNTER_FIELDS.items():
        octets = counter.endswith("octets")
        value = rate(counter, now, last, highest=highest / BITS_PER_OCTET)
        found[metric] = value * BITS_PER_OCTET if octets and value is not None else value
    return found


def _ports(reading: DeviceReading, before: Before) -> Iterable[Measured]:
    for port in reading.ports or ():
        key = str(port.number)
        values = _rates(port, reading, before.get((MetricKind.PORT, key)))
        yield _measured(MetricKind.PORT, key, reading.taken_at, values | {"endpoints": len(port.endpoint_macs)})


def _ethernet(reading: DeviceReading, before: Before) -> Iterable[Measured]:
    for interface in reading.ethernet or ():
        values = _rates(interface, reading, before.get((MetricKind.ETHERNET, interface.name)))
        if interface.sfp is not None:
            values |= {
                "sfp_temperature_c": interface.sfp.temperature_c,
                "sfp_tx_dbm": interface.sfp.tx_power_dbm,
                "sfp_rx_dbm": interface.sfp.rx_power_dbm,
            }
        yield _measured(MetricKind.ETHERNET, interface.name, reading.taken_at, values)


ENDPOINT_METRICS = tuple(metric.name for metric in BY_KIND[MetricKind.ENDPOINT])


def _endpoints(reading: DeviceReading) -> Iterable[Measured]:
    for endpoint in reading.endpoints or ():
        if present(endpoint):
            values = tuple(getattr(endpoint, name) for name in ENDPOINT_METRICS)
            yield Measured(MetricKind.ENDPOINT, endpoint.mac, reading.taken_at, values)


def present(endpoint: EndpointReading) -> bool:
    """Whether the shelf sees the endpoint on a port."""
    return endpoint.detected_port is not None and endpoint.state is not EndpointState.NOT_DETECTED
