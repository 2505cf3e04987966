"""Believable measurements of the past, for pictures and tests: an evening peak, a noisy line, a night without readings."""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nornir_tasks.monitoring.metrics import BY_KIND, Measured, MetricKind

if TYPE_CHECKING:
    from netbox_gam.models import GamDevice

ROWS_AT_ONCE = 5000


def busy(at: datetime) -> float:
    """How busy people are at a time of day, 0 to 1: least at five in the morning, most at nine in the evening."""
    hour = at.hour + at.minute / 60
    return 0.12 + 0.88 * math.exp(-(((hour - 21 + 12) % 24 - 12) ** 2) / 18) + 0.25 * math.exp(-((hour - 13) ** 2) / 14)


def times(start: datetime, end: datetime, step: timedelta, gap: tuple[float, float] = (0.55, 0.6)) -> Iterator[datetime]:
    """The times of readings, without those in a part of the range in which the shelf did not answer."""
    count = int((end - start) / step)
    for number in range(count):
        if not gap[0] < number / count < gap[1]:
            yield start + number * step


def of_device(at: datetime, endpoints: int, rng: random.Random) -> Measured:
    """Health of a shelf."""
    temperature = 38 + 5 * busy(at) + rng.gauss(0, 0.3)
    values = {
        "cpu_percent": max(2.0, 9 + 14 * busy(at) + rng.gauss(0, 3)),
        "temperature_c": round(temperature, 1),
        "fan_rpm": round(5200 + 60 * (temperature - 38) + rng.gauss(0, 25)),
        "uptime_seconds": float(int(at.timestamp()) % 9_000_000),
        "endpoints_up": float(endpoints - (rng.random() < 0.02)),
        "read_seconds": 0.18 + rng.expovariate(30),
    }
    return measured(MetricKind.DEVICE, "", at, values)


def of_traffic(kind: MetricKind, key: str, at: datetime, most_bps: float, rng: random.Random) -> Measured:
    """Traffic of a port or uplink; ``out`` is towards the endpoints on a port, ``in`` on an uplink."""
    down = most_bps * busy(at) * rng.uniform(0.75, 1.05)
    up = down * rng.uniform(0.08, 0.14)
    into, out = (down, up) if kind is MetricKind.ETHERNET else (up, down)
    values = {"in_bps": into, "out_bps": out, "in_errors_ps": 0.0, "out_errors_ps": 0.0, "endpoints": 1.0}
    values |= {
        "sfp_temperature_c": 41 + 3 * busy(at),
        "sfp_tx_dbm": -2.4 + rng.gauss(0, 0.03),
        "sfp_rx_dbm": -5.8 + rng.gauss(0, 0.05),
    }
    return measured(kind, key, at, values)


def of_endpoint(mac: str, at: datetime, phy: float, rng: random.Random) -> Measured:
    """Rates of an endpoint; the line is a little worse in the evening."""
    down = phy * (1 - 0.06 * busy(at)) + rng.gauss(0, phy * 0.012)
    usage = phy * 0.45 * busy(at) * rng.random() ** 2
    values = {
        "rx_phy_mbps": down,
        "tx_phy_mbps": down * 0.92,
        "rx_max_mbps": down * 0.78,
        "tx_max_mbps": down * 0.71,
        "rx_usage_mbps": usage,
        "tx_usage_mbps": usage * 0.1,
        "error_percent_down": max(0.0, rng.gauss(0.02, 0.02)),
        "error_percent_up": max(0.0, rng.gauss(0.015, 0.02)),
        "snr_down_db": 34 - 2 * busy(at) + rng.gauss(0, 0.3),
        "snr_up_db": 32 - 2 * busy(at) + rng.gauss(0, 0.3),
    }
    return measured(MetricKind.ENDPOINT, mac, at, values)


def measured(kind: MetricKind, key: str, at: datetime, values: dict[str, float]) -> Measured:
    """Values by name as a sample."""
    return Measured(kind, key, at, tuple(values.get(metric.name) for metric in BY_KIND[kind]))


def of_gam(gam: GamDevice, at: Iterable[datetime]) -> Iterator[Measured]:
    """Everything measured of a GAM and its ports, uplinks and endpoints."""
    from netbox_gam.models import Series

    rng = random.Random(gam.pk)
    ports = list(gam.ports.values_list("number", flat=True))
    macs = [str(mac).lower() for mac in gam.endpoints.values_list("mac_address", flat=True)]
    phys = {mac: rng.uniform(420, 1450) for mac in macs}
    uplinks = Series.objects.filter(gam_id=gam.pk, kind=MetricKind.ETHERNET).order_by("key").values_list("key", flat=True)[:1]
    names = list(uplinks) or ["10GigabitEthernet 1/1"]
    for moment in at:
        yield of_device(moment, len(macs), rng)
        for name in names:
            yield of_traffic(MetricKind.ETHERNET, name, moment, 80e6 * max(len(macs), 1), rng)
        for number in ports:
            yield of_traffic(MetricKind.PORT, str(number), moment, 90e6, rng)
        for mac in macs:
            yield of_endpoint(mac, moment, phys[mac], rng)


def fill(gams: Iterable[GamDevice], start: datetime, end: datetime, step: timedelta = timedelta(minutes=1)) -> int:
    """Store measurements of GAMs as polling would, and roll them up.

    :returns: samples stored
    """
    from netbox_gam.workflows import samples

    stored = 0
    rows: list[tuple[int, Measured]] = []
    for gam in gams:
        for sample in of_gam(gam, times(start, end, step)):
            rows.append((gam.pk, sample))
            if len(rows) >= ROWS_AT_ONCE:
                stored += samples.insert(rows)
                rows.clear()
    stored += samples.insert(rows)
    samples.roll_up(end + timedelta(minutes=10))
    return stored


def main() -> None:
    """Fill every GAM of the NetBox that the environment names: ``python -m development.history --hours 24``."""
    import django

    parser = argparse.ArgumentParser(prog="python -m development.history", description=(main.__doc__ or "").splitlines()[0])
    parser.add_argument("--hours", type=float, default=24)
    arguments = parser.parse_args()
    django.setup()

    from django.utils import timezone

    from netbox_gam.models import GamDevice

    now = timezone.now()
    print(fill(GamDevice.objects.all(), now - timedelta(hours=arguments.hours), now), "samples")


if __name__ == "__main__":
    main()
