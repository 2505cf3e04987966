"""Latest values for Prometheus: of GAMs, ports, uplinks and endpoints, and of polling itself, out of the database.

Names follow Prometheus' rules: ``netbox_gam_<thing>_<what>_<base unit>``; counters end with ``_total``; percentages are ratios.
Labels are ``gam`` (the device's name), ``site``, and ``port``, ``interface`` or ``mac``: nothing a person typed about a customer.

``prometheus_client`` writes the same format at about thirty times the cost (decision 21).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import django_rq
from django.conf import settings as django_settings
from django.db.models import Count
from django.utils import timezone
from redis.exceptions import RedisError

from .. import settings
from ..choices import AlarmSeverityChoices, AlarmStateChoices, EndpointStateChoices
from ..models import Alarm, DeviceState, EndpointState, EthernetState, GamDevice, MailItem, PortState
from . import mailing, polling_health, scheduling, telling

CHUNK = 2000
"""Lines handed to the web server at a time."""
Row = Sequence[Any]
Value = Callable[[Row], float | None]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. ``value`` takes a row of its table; None means there is none."""

    name: str
    help: str
    value: Value
    type: str = "gauge"


def _column(number: int, factor: float = 1) -> Value:
    if factor == 1:
        return lambda row: row[number]  # type: ignore[no-any-return]
    return lambda row: None if row[number] is None else row[number] * factor


def _yes(number: int) -> Value:
    return lambda row: None if row[number] is None else int(row[number])


def _of_sfp(name: str, number: int) -> Value:
    return lambda row: row[number].get(name) if row[number] else None


MEGA = 1_000_000

DEVICE_COLUMNS = (
    "gam_id", "reachable", "last_success", "seconds", "cpu_percent", "temperatures_c", "fans_rpm", "uptime_seconds",
    "flash_bytes", "flash_free_bytes", "profiles_used", "config_saved",
)  # fmt: skip
DEVICE = (
    Family("device_up", "Whether the GAM answered the last time it was asked", _yes(1)),
    Family("device_last_success_timestamp_seconds", "When it answered last", lambda row: row[2].timestamp() if row[2] else None),
    Family("device_read_duration_seconds", "How long the last reading took", _column(3)),
)
DEVICE_READ = (
    Family("device_cpu_ratio", "CPU load over 10 s", _column(4, 0.01)),
    Family("device_temperature_celsius", "The hottest sensor", lambda row: max((row[5] or {}).values(), default=None)),
    Family("device_fan_speed_rpm", "The slowest fan", lambda row: min(row[6] or (), default=None)),
    Family("device_uptime_seconds", "Time since it started", _column(7)),
    Family("device_flash_size_bytes", "Size of its flash", _column(8)),
    Family("device_flash_free_bytes", "What of it is free", _column(9)),
    Family("device_bandwidth_profiles_used", "Bandwidth profile slots in use", _column(10)),
    Family("device_config_saved", "Whether its configuration is saved", _yes(11)),
)
PORT_COLUMNS = (
    "gam_id", "number", "link_up", "endpoint_count", "in_octets", "out_octets", "in_errors", "out_errors", "in_bps", "out_bps",
)  # fmt: skip
ETHERNET_COLUMNS = (
    "gam_id", "name", "link_up", "speed_mbps", "in_octets", "out_octets", "in_errors", "out_errors", "in_bps", "out_bps", "sfp",
)  # fmt: skip


def _traffic(thing: str, first: int) -> tuple[Family, ...]:
    return (
        Family(f"{thing}_receive_bytes_total", "Octets the GAM received here", _column(first), "counter"),
        Family(f"{thing}_transmit_bytes_total", "Octets the GAM sent here", _column(first + 1), "counter"),
        Family(f"{thing}_receive_errors_total", "Frames received with errors", _column(first + 2), "counter"),
        Family(f"{thing}_transmit_errors_total", "Frames that could not be sent", _column(first + 3), "counter"),
        Family(f"{thing}_receive_bits_per_second", "Received traffic between the last two readings", _column(first + 4)),
        Family(f"{thing}_transmit_bits_per_second", "Sent traffic between the last two readings", _column(first + 5)),
    )


PORT = (
    Family("port_up", "Whether the G.hn port has link", _yes(2)),
    Family("port_endpoints", "Endpoints on the G.hn port", _column(3)),
    *_traffic("port", 4),
)
ETHERNET = (
    Family("ethernet_up", "Whether the uplink has link", _yes(2)),
    Family("ethernet_speed_bits_per_second", "Speed of the uplink", _column(3, MEGA)),
    *_traffic("ethernet", 4),
    Family("ethernet_sfp_temperature_celsius", "Temperature of the SFP", _of_sfp("temperature_c", 10)),
    Family("ethernet_sfp_transmit_power_dbm", "Transmit power of the SFP", _of_sfp("tx_power_dbm", 10)),
    Family("ethernet_sfp_receive_power_dbm", "Receive power of the SFP", _of_sfp("rx_power_dbm", 10)),
)
ENDPOINT_COLUMNS = (
    "gam_id", "mac", "detected_port", "configured_port", "present", "state", "rx_phy_mbps", "tx_phy_mbps", "rx_max_mbps",
    "tx_max_mbps", "rx_usage_mbps", "tx_usage_mbps", "error_percent_down", "error_percent_up", "snr_down_db", "snr_up_db",
    "uptime_seconds", "wire_length_m", "firmware_mismatch",
)  # fmt: skip


def _while_present(value: Value) -> Value:
    """What is stored of an endpoint that is not there is of the time it was."""
    return lambda row: value(row) if row[4] else None


ENDPOINT = (
    Family("endpoint_up", "Whether the endpoint is in service", lambda row: int(row[5] == EndpointStateChoices.OK)),
    *(
        Family(f"endpoint_{name}", words, _while_present(value))
        for name, words, value in (
            ("phy_down_bits_per_second", "PHY rate towards the endpoint", _column(6, MEGA)),
            ("phy_up_bits_per_second", "PHY rate from the endpoint", _column(7, MEGA)),
            ("usable_down_bits_per_second", "Usable rate towards the endpoint", _column(8, MEGA)),
            ("usable_up_bits_per_second", "Usable rate from the endpoint", _column(9, MEGA)),
            ("usage_down_bits_per_second", "Traffic towards the endpoint", _column(10, MEGA)),
            ("usage_up_bits_per_second", "Traffic from the endpoint", _column(11, MEGA)),
            ("errors_down_ratio", "Share of frames with errors towards the endpoint", _column(12, 0.01)),
            ("errors_up_ratio", "Share of frames with errors from the endpoint", _column(13, 0.01)),
            ("snr_down_decibels", "Signal-to-noise ratio towards the endpoint", _column(14)),
            ("snr_up_decibels", "Signal-to-noise ratio from the endpoint", _column(15)),
            ("uptime_seconds", "Time since the endpoint started", _column(16)),
            ("wire_length_meters", "Length of its line", _column(17)),
            ("firmware_mismatch", "Whether its firmware is not what the GAM carries", _yes(18)),
        )
    ),
)


def exposition(user: Any) -> Iterator[str]:
    """The page of metrics in Prometheus' text format 0.0.4, in parts; only GAMs the user may view.

    Everything is read before the first part, in a number of queries that does not depend on the number of GAMs.
    """
    labels = _gam_labels(user)
    tables, left_out = _tables(user, labels)
    own = list(_own(user, labels, left_out))
    return _lines(tables, own)


def _lines(tables: Iterable[tuple[Sequence[Family], list[tuple[str, Row]]]], own: Iterable[str]) -> Iterator[str]:
    yield "".join(own)
    for families, rows in tables:
        for family in families:
            yield _head(family.name, family.help, family.type)
            prefix = f"netbox_gam_{family.name}"
            for start in range(0, len(rows), CHUNK):
                values = ((labels, family.value(row)) for labels, row in rows[start : start + CHUNK])
                yield "".join([f"{prefix}{labels} {value}\n" for labels, value in values if value is not None])


def _head(name: str, words: str, kind: str = "gauge") -> str:
    return f"# HELP netbox_gam_{name} {words}\n# TYPE netbox_gam_{name} {kind}\n"


def escape(text: str) -> str:
    """A label's value as the format wants it."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _gam_labels(user: Any) -> dict[int, str]:
    """``gam="…",site="…"`` by GAM; two devices of one name at one site are told apart by number."""
    gams = GamDevice.objects.restrict(user, "view").order_by("pk")
    rows = list(gams.values_list("pk", "device__name", "device__site__name"))
    seen = Counter((name, site) for _pk, name, site in rows)
    named = ((pk, name if name and seen[name, site] == 1 else f"{name or 'GAM'} #{pk}", site) for pk, name, site in rows)
    return {pk: f'gam="{escape(name)}",site="{escape(site)}"' for pk, name, site in named}


Table = tuple[Sequence[Family], list[tuple[str, Row]]]


def _tables(user: Any, gams: dict[int, str]) -> tuple[list[Table], int]:
    """Rows with their labels, and how many endpoints were left out because there would be too many series."""
    visible = GamDevice.objects.restrict(user, "view").values("pk")
    # unrestricted: observed rows of GAMs that are
    devices = list(DeviceState.objects.filter(gam__in=visible).values_list(*DEVICE_COLUMNS))
    reachable = {row[0] for row in devices if row[1]}

    def read(model: Any, columns: Sequence[str], label: Callable[[Row], str]) -> list[tuple[str, Row]]:
        """Those of GAMs that answer: what is stored of others is old."""
        rows = model.objects.filter(gam__in=visible).order_by("pk").values_list(*columns)
        return [(f"{{{gams[row[0]]}{label(row)}}}", row) for row in rows if row[0] in reachable and row[0] in gams]

    of_devices = [(f"{{{gams[row[0]]}}}", row) for row in devices if row[0] in gams]
    tables: list[Table] = [
        (DEVICE, of_devices),
        (DEVICE_READ, [pair for pair in of_devices if pair[1][1]]),
        (PORT, read(PortState, PORT_COLUMNS, lambda row: f',port="{row[1]}"')),
        (ETHERNET, read(EthernetState, ETHERNET_COLUMNS, lambda row: f',interface="{escape(row[1])}"')),
    ]
    if not settings.metrics_endpoints():
        return tables, 0
    count = EndpointState.objects.filter(gam__in=reachable).count()
    series = sum(len(families) * len(rows) for families, rows in tables) + count * len(ENDPOINT)
    if series > settings.metrics_series_limit():
        return tables, count
    endpoints = read(EndpointState, ENDPOINT_COLUMNS, lambda row: f',port="{row[2] or row[3] or ""}",mac="{escape(row[1])}"')
    return [*tables, (ENDPOINT, endpoints)], 0


# ------------------------------------------------------------------------------------------------------------------------ itself


def _family(name: str, words: str, values: Iterable[tuple[str, float | None]]) -> str:
    lines = (f"netbox_gam_{name}{{{labels}}} {value}\n" if labels else f"netbox_gam_{name} {value}\n" for labels, value in values
             if value is not None)  # fmt: skip
    return _head(name, words) + "".join(lines)


def _own(user: Any, gams: dict[int, str], left_out: int) -> Iterator[str]:
    yield _family("metrics_endpoints_left_out", "Endpoints without series: there would be too many", [("", left_out)])
    yield from _alarms(user, gams)
    yield from _polling(timezone.now())
    yield _family("alarm_events_untold", "Alarm events that nobody was told of yet", [("", telling.backlog())])
    yield _family("mail_items_waiting", "Events in the outbox of mail groups", [("", mailing.waiting())])
    failing = MailItem.objects.filter(sent=None).exclude(error="").count()
    yield _family("mail_items_failing", "Of them, those a mail server did not take yet", [("", failing)])
    yield _queues()


def _alarms(user: Any, gams: dict[int, str]) -> Iterator[str]:
    """Alarms that stand and are not hidden, for users who may view alarms."""
    if not user.has_perm("netbox_gam.view_alarm"):
        return
    standing = Alarm.objects.restrict(user, "view").filter(suppressed=False).exclude(state=AlarmStateChoices.CLEARED)
    rows = [row for row in standing.order_by().values_list("gam", "severity").annotate(count=Count("pk")) if row[0] in gams]
    total: Counter[str] = Counter()
    for _gam, severity, count in rows:
        total[severity] += count
    words = {value: str(label).lower().replace(" ", "_") for value, label in dict(AlarmSeverityChoices).items()}
    yield _family(
        "alarms_standing", "Alarms that stand, of all GAMs", [(f'severity="{words[code]}"', total[code]) for code in words]
    )
    by_gam = [(f'{gams[gam]},severity="{words[severity]}"', count) for gam, severity, count in rows]
    yield _family("device_alarms_standing", "Alarms that stand, of a GAM that has any", by_gam)


def _polling(now: datetime) -> Iterator[str]:
    status = scheduling.status(cycles=5)
    cycle = status.last_cycle
    alive = sum(polling_health.is_alive(worker, now) for worker in status.workers)

    def age(moment: datetime | None) -> float | None:
        return None if moment is None else round((now - moment).total_seconds(), 3)

    yield _family("polling_scheduled", "GAMs that are polled", [("", status.scheduled)])
    yield _family("polling_overdue", "GAMs that are due and wait", [("", status.overdue)])
    yield _family("polling_backlog_age_seconds", "How long the oldest of them waits", [("", age(status.oldest_due) or 0)])
    yield _family("polling_backed_off", "GAMs that failed more than once and are asked less often", [("", status.backed_off)])
    yield _family("polling_leased", "GAMs that are being read", [("", status.leased)])
    yield _family("polling_workers", "Workers that serve the polling queue", [("", alive)])
    yield _family("polling_last_finished_age_seconds", "Time since a GAM was read last", [("", age(status.last_finished))])
    failing = [(f'kind="{escape(kind)}"', len(gams)) for kind, gams in sorted(status.failing.items())]
    yield _family("polling_failing", "GAMs that could not be read last time", failing)
    yield _family("polling_problems", "What keeps GAMs from being read in time", [("", len(polling_health.problems(status, now)))])
    yield _family(
        "polling_cycle_age_seconds", "Time since the last closed cycle began", [("", age(cycle.started) if cycle else None)]
    )
    lateness = (("0.5", "lateness_p50"), ("0.99", "lateness_p99"), ("1", "lateness_max"))
    values = [(f'quantile="{share}"', getattr(cycle, name)) for share, name in lateness] if cycle else []
    yield _family("polling_lateness_seconds", "Lateness of the GAMs that answered in the last closed cycle", values)
    yield _family("polling_cycle_read", "GAMs read in the last closed cycle", [("", cycle.read if cycle else None)])
    failed = sorted(cycle.failed.items()) if cycle else []
    yield _family("polling_cycle_failed", "Failures in the last closed cycle", [(f'kind="{escape(k)}"', n) for k, n in failed])
    sizes = [(f'resolution="{report.resolution}"', report.bytes) for report in polling_health.storage()]
    yield _family("storage_bytes", "Disk use of measurements", sizes)


def _queues() -> str:
    """Jobs that wait in the queues of the plugin; nothing while Redis is away."""
    names = [name for name in django_settings.RQ_QUEUES if name.startswith("netbox_gam.")]
    try:
        counts = [(f'queue="{name}"', django_rq.get_queue(name).count) for name in names]
    except (RedisError, OSError):
        counts = []
    return _family("queue_jobs", "Jobs that wait in a queue", counts)


def names() -> dict[str, frozenset[str]]:
    """Every exported name and its labels, for dashboards and alert rules to be checked against."""
    of_gam = frozenset({"gam", "site"})
    found = {f"netbox_gam_{family.name}": of_gam for family in (*DEVICE, *DEVICE_READ)}
    found |= {f"netbox_gam_{family.name}": of_gam | {"port"} for family in PORT}
    found |= {f"netbox_gam_{family.name}": of_gam | {"interface"} for family in ETHERNET}
    found |= {f"netbox_gam_{family.name}": of_gam | {"port", "mac"} for family in ENDPOINT}
    bare = (
        "metrics_endpoints_left_out", "alarm_events_untold", "mail_items_waiting", "mail_items_failing", "polling_scheduled",
        "polling_overdue", "polling_backlog_age_seconds", "polling_backed_off", "polling_leased", "polling_workers",
        "polling_last_finished_age_seconds", "polling_problems", "polling_cycle_age_seconds", "polling_cycle_read",
    )  # fmt: skip
    labelled = {
        "alarms_standing": {"severity"}, "device_alarms_standing": {"gam", "site", "severity"}, "polling_failing": {"kind"},
        "polling_lateness_seconds": {"quantile"}, "polling_cycle_failed": {"kind"}, "storage_bytes": {"resolution"},
        "queue_jobs": {"queue"},
    }  # fmt: skip
    found |= {f"netbox_gam_{name}": frozenset() for name in bare}
    return found | {f"netbox_gam_{name}": frozenset(labels) for name, labels in labelled.items()}


__all__ = ("exposition", "names")
