"""What is usual for an endpoint: its PHY rates over its own last week, worked out once a day from the hourly roll-ups.

Kept as one row per GAM, so that evaluating a batch reads them with the rule states.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import connection

from nornir_tasks.monitoring.metrics import BY_KIND, MetricKind

from ..models import AlarmRule, RuleState
from .alarm_facts import USUAL_KEY
from .samples import TABLES, Resolution

FALLING = "check.phy_falling"
WEEK = timedelta(days=7)
EVERY = timedelta(days=1)
LEAST_HOURS = 24
"""Endpoints seen for fewer hours have nothing usual yet."""
MOST_GAMS = 500
"""Renewed by one call, which bounds its time."""


def refresh(now: datetime) -> int:
    """Work out anew what is older than a day; nothing while no rule asks for it.

    :returns: how many GAMs
    """
    if not AlarmRule.objects.filter(enabled=True, watches=FALLING).exists():
        return 0
    due = _due(now)
    if not due:
        return 0
    usual = _usual(due, now)
    rows = [RuleState(gam_id=gam, rule=None, key=USUAL_KEY, since=now, data=usual.get(gam, {})) for gam in due]
    RuleState.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["gam", "rule", "key"], update_fields=["since", "data"]
    )
    return len(due)


def _due(now: datetime) -> list[int]:
    from ..models import GamDevice

    fresh = RuleState.objects.filter(rule=None, key=USUAL_KEY, since__gt=now - EVERY).values("gam_id")
    gams = GamDevice.objects.filter(polling_enabled=True).exclude(pk__in=fresh)
    return list(gams.order_by("pk").values_list("pk", flat=True)[:MOST_GAMS])


def _usual(gams: list[int], now: datetime) -> dict[int, dict[str, list[float | None]]]:
    """By GAM and MAC address: median over the week's hours of the rates down and up."""
    names = [metric.name for metric in BY_KIND[MetricKind.ENDPOINT]]
    down, up = names.index("rx_phy_mbps") + 1, names.index("tx_phy_mbps") + 1
    table = TABLES[Resolution.HOUR].name
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.gam_id, s.key, percentile_cont(0.5) WITHIN GROUP (ORDER BY r.mean[{down}]),"  # noqa: S608
            f" percentile_cont(0.5) WITHIN GROUP (ORDER BY r.mean[{up}])"
            f" FROM netbox_gam_series s JOIN {table} r ON r.series_id = s.id"
            " WHERE s.kind = %s AND s.gam_id = ANY(%s) AND r.at >= %s AND r.at < %s"
            " GROUP BY s.gam_id, s.key HAVING count(*) >= %s",
            (str(MetricKind.ENDPOINT), gams, now - WEEK, now, LEAST_HOURS),
        )
        found: dict[int, dict[str, list[float | None]]] = defaultdict(dict)
        for gam, mac, rate_down, rate_up in cursor.fetchall():
            found[gam][mac] = [rate_down, rate_up]
    return found
