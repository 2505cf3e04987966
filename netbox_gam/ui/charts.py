"""Which charts a page has, in words that ``static/netbox_gam/charts.js`` draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nornir_tasks.monitoring.metrics import BY_LABEL

from ..models import Endpoint, GamDevice, GamPort, Subscriber
from ..workflows.measurements import Measurable


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its metrics share a unit and an axis.

    :param mirrored: the second metric is drawn downwards from zero, as traffic is
    :param each: a chart for each source, such as each uplink
    :param most: end of the axis where there is one, such as 100 %
    :param from_zero: whether the axis begins at zero
    """

    name: str
    title: Any
    metrics: tuple[str, ...]
    mirrored: bool = False
    each: bool = False
    most: float | None = None
    from_zero: bool = True

    def __post_init__(self) -> None:
        units = {BY_LABEL[label].unit for label in self.metrics}
        if len(units) != 1:
            raise ValueError(f"The chart {self.name} mixes units: {sorted(units)}")

    def as_json(self) -> dict[str, Any]:
        """For the page's script; with title and unit of each metric."""
        metrics = [{"label": label, "title": str(BY_LABEL[label].title)} for label in self.metrics]
        return {**asdict(self), "title": str(self.title), "metrics": metrics, "unit": BY_LABEL[self.metrics[0]].unit}


ENDPOINT_CHARTS = (
    Chart("usable", gettext_lazy("Usable rate"), ("endpoint.rx_max_mbps", "endpoint.tx_max_mbps")),
    Chart("usage", gettext_lazy("Usage"), ("endpoint.rx_usage_mbps", "endpoint.tx_usage_mbps"), mirrored=True),
    Chart("phy", gettext_lazy("PHY rate"), ("endpoint.rx_phy_mbps", "endpoint.tx_phy_mbps")),
    Chart("errors", gettext_lazy("Errors"), ("endpoint.error_percent_down", "endpoint.error_percent_up")),
    Chart("snr", gettext_lazy("Signal to noise"), ("endpoint.snr_down_db", "endpoint.snr_up_db"), from_zero=False),
)
PORT_TRAFFIC = Chart("port-traffic", gettext_lazy("Port traffic"), ("port.out_bps", "port.in_bps"), mirrored=True)
CHARTS: Mapping[type, tuple[Chart, ...]] = {
    GamDevice: (
        Chart("uplink", gettext_lazy("Uplink traffic"), ("ethernet.in_bps", "ethernet.out_bps"), mirrored=True, each=True),
        Chart("endpoints", gettext_lazy("Endpoints in service"), ("device.endpoints_up",)),
        Chart("temperature", gettext_lazy("Hottest sensor"), ("device.temperature_c",), from_zero=False),
        Chart("cpu", gettext_lazy("CPU load"), ("device.cpu_percent",), most=100),
        Chart("fan", gettext_lazy("Slowest fan"), ("device.fan_rpm",), from_zero=False),
        Chart("optics", gettext_lazy("Optical power"), ("ethernet.sfp_rx_dbm", "ethernet.sfp_tx_dbm"), each=True, from_zero=False),
        Chart("uplink-errors", gettext_lazy("Uplink errors"), ("ethernet.in_errors_ps", "ethernet.out_errors_ps"), each=True),
        Chart("reading", gettext_lazy("Time to read the shelf"), ("device.read_seconds",)),
    ),
    GamPort: (
        PORT_TRAFFIC,
        Chart("port-errors", gettext_lazy("Port errors"), ("port.out_errors_ps", "port.in_errors_ps"), mirrored=True),
        Chart("port-endpoints", gettext_lazy("Endpoints on the port"), ("port.endpoints",)),
    ),
    Endpoint: ENDPOINT_CHARTS,
    Subscriber: (*ENDPOINT_CHARTS[:2], PORT_TRAFFIC, *ENDPOINT_CHARTS[2:]),
}
# Lowest colour names of marks on a page to what they mean, for the legend.
LEGEND = (
    ("red", gettext_lazy("Critical alarm")),
    ("orange", gettext_lazy("Major alarm")),
    ("yellow", gettext_lazy("Minor alarm")),
    ("blue", gettext_lazy("Change")),
)
# Name in the address, seconds, seconds between refreshes (0: never), what a button says, and what it says to a screen reader.
RANGES = (
    ("1h", 3600, 30, gettext_lazy("1 h"), gettext_lazy("Last hour")),
    ("6h", 6 * 3600, 60, gettext_lazy("6 h"), gettext_lazy("Last 6 hours")),
    ("24h", 86400, 300, gettext_lazy("24 h"), gettext_lazy("Last 24 hours")),
    ("7d", 7 * 86400, 0, gettext_lazy("7 d"), gettext_lazy("Last 7 days")),
    ("30d", 30 * 86400, 0, gettext_lazy("30 d"), gettext_lazy("Last 30 days")),
    ("1y", 365 * 86400, 0, gettext_lazy("1 y"), gettext_lazy("Last year")),
)
DEFAULT_RANGE = "24h"
_API_NAMES = {GamDevice: "gamdevice", GamPort: "gamport", Endpoint: "endpoint", Subscriber: "subscriber"}


def panel_of(item: Measurable, library_url: str) -> dict[str, Any]:
    """What the panel's template and script need for an object. Reads no measurement: the script does, when the page stands."""
    return {
        "ranges": [{"name": name, "label": label, "title": title} for name, _seconds, _refresh, label, title in RANGES],
        "legend": [{"color": color, "title": title} for color, title in LEGEND],
        "data_url": data_url(item),
        "settings": {
            "url": data_url(item),
            "library": library_url,
            "charts": [chart.as_json() for chart in CHARTS[type(item)]],
            "ranges": {name: {"seconds": seconds, "refresh": refresh} for name, seconds, refresh, _label, _title in RANGES},
            "range": DEFAULT_RANGE,
            "timeZone": timezone.get_current_timezone_name(),
            "words": words(),
            "nextStep": next_step(item),
        },
    }


def data_url(item: Measurable) -> str:
    """Where REST answers with an object's measurements."""
    return reverse(f"plugins-api:netbox_gam-api:{_API_NAMES[type(item)]}-measurements", kwargs={"pk": item.pk})


def next_step(item: Measurable) -> str:
    """What to do where there are no measurements yet."""
    if isinstance(item, Subscriber) and not (item.endpoint_id or item.port_id):
        return _("Give the subscriber an endpoint: its measurements are shown here.")
    gam = item if isinstance(item, GamDevice) else item.gam
    if gam is None and isinstance(item, Subscriber) and item.endpoint:
        gam = item.endpoint.gam
    if gam is None:
        return _("Assign a GAM: this is measured by polling it.")
    if not gam.polling_enabled:
        return str(format_lazy(_("Polling of {gam} is off: edit the GAM to turn it on."), gam=gam))
    return str(format_lazy(_("Poll {gam}, and see that a worker runs for the queue netbox_gam.poll."), gam=gam))


def words() -> dict[str, str]:
    """What the script says, in the user's language."""
    return {
        "loading": _("Loading …"),
        "failed": _("The measurements could not be loaded."),
        "retry": _("Try again"),
        "empty": _("No measurements in this range."),
        "never": _("No measurements yet."),
        "longer": _("Choose a longer range, or:"),
        "low": _("low"),
        "high": _("high"),
        "p95": _("95 %"),
        "mean": _("mean"),
        "latest": _("latest"),
        "raw": _("every sample"),
        "5m": _("5-minute values"),
        "1h": _("hourly values"),
        "1d": _("daily values"),
        "alarm": _("Alarm"),
        "change": _("Change"),
        "standing": _("standing"),
        "order": _("The end must be after the start."),
        "chart": _("Chart"),
        "marks": _("Alarms and changes in this range"),
    }
