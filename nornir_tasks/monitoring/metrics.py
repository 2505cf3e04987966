"""What is measured of a GAM over time: where every sample, chart, rule and exported value takes its names and units from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MetricKind(StrEnum):
    """What a metric is measured of. The key of a series: empty, port number, interface name (``10G 1/1``), MAC address."""

    DEVICE = "device"
    PORT = "port"
    ETHERNET = "ethernet"
    ENDPOINT = "endpoint"


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured value. ``unit`` is ``%``, ``°C``, ``rpm``, ``s``, ``bit/s``, ``/s``, ``Mbit/s``, ``dBm``, ``dB`` or empty."""

    kind: MetricKind
    name: str
    title: str
    unit: str = ""

    @property
    def label(self) -> str:
        """``endpoint.rx_phy_mbps``: unique over all kinds."""
        return f"{self.kind}.{self.name}"


_D, _P, _U, _E = MetricKind.DEVICE, MetricKind.PORT, MetricKind.ETHERNET, MetricKind.ENDPOINT
METRICS: tuple[Metric, ...] = (
    Metric(_D, "cpu_percent", "CPU load over 10 s", "%"),
    Metric(_D, "temperature_c", "Hottest sensor", "°C"),
    Metric(_D, "fan_rpm", "Slowest fan", "rpm"),
    Metric(_D, "uptime_seconds", "Uptime", "s"),
    Metric(_D, "endpoints_up", "Endpoints in service"),
    Metric(_D, "read_seconds", "Time to read the shelf", "s"),
    Metric(_P, "in_bps", "Traffic from the endpoints", "bit/s"),
    Metric(_P, "out_bps", "Traffic to the endpoints", "bit/s"),
    Metric(_P, "in_errors_ps", "Receive errors", "/s"),
    Metric(_P, "out_errors_ps", "Transmit errors", "/s"),
    Metric(_P, "endpoints", "Endpoints on the port"),
    Metric(_U, "in_bps", "Traffic in", "bit/s"),
    Metric(_U, "out_bps", "Traffic out", "bit/s"),
    Metric(_U, "in_errors_ps", "Receive errors", "/s"),
    Metric(_U, "out_errors_ps", "Transmit errors", "/s"),
    Metric(_U, "sfp_temperature_c", "SFP temperature", "°C"),
    Metric(_U, "sfp_tx_dbm", "SFP transmit power", "dBm"),
    Metric(_U, "sfp_rx_dbm", "SFP receive power", "dBm"),
    Metric(_E, "rx_phy_mbps", "PHY rate down", "Mbit/s"),
    Metric(_E, "tx_phy_mbps", "PHY rate up", "Mbit/s"),
    Metric(_E, "rx_max_mbps", "Usable rate down", "Mbit/s"),
    Metric(_E, "tx_max_mbps", "Usable rate up", "Mbit/s"),
    Metric(_E, "rx_usage_mbps", "Usage down", "Mbit/s"),
    Metric(_E, "tx_usage_mbps", "Usage up", "Mbit/s"),
    Metric(_E, "error_percent_down", "Errors down", "%"),
    Metric(_E, "error_percent_up", "Errors up", "%"),
    Metric(_E, "snr_down_db", "SNR down", "dB"),
    Metric(_E, "snr_up_db", "SNR up", "dB"),
)
"""In the order they are stored in: new ones are only ever appended to their kind."""

BY_KIND: Mapping[MetricKind, tuple[Metric, ...]] = {
    kind: tuple(metric for metric in METRICS if metric.kind is kind) for kind in MetricKind
}
BY_LABEL: Mapping[str, Metric] = {metric.label: metric for metric in METRICS}


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one thing at one time: ``values`` in the order of ``BY_KIND[kind]``, None where there was no value."""

    kind: MetricKind
    key: str
    at: datetime
    values: tuple[float | None, ...]

    def get(self, name: str) -> float | None:
        """The value of a metric by its name.

        :raises KeyError: no such metric of this kind
        """
        return self.values[_POSITION[self.kind][name]]


_POSITION = {kind: {metric.name: at for at, metric in enumerate(metrics)} for kind, metrics in BY_KIND.items()}
