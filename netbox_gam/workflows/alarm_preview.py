"""What a rule would have raised over the last days, from measurements that were kept. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from nornir_tasks.monitoring.alarm_checks import CHECKS
from nornir_tasks.monitoring.alarm_rules import NORMAL, Direction, Limits, Verdict, advance
from nornir_tasks.monitoring.metrics import BY_KIND, BY_LABEL, MetricKind

from ..choices import AlarmTransitionChoices
from ..models import AlarmEvent, AlarmRule, GamDevice
from . import alarm_facts, samples
from .alarm_facts import ScopedRule
from .samples import TABLES, Resolution
from .scope import Scope
from .scope import places as places_of

LONGEST_SECONDS = 5
"""A preview is on a page somebody waits for."""
MOST_OBJECTS = 100
"""Objects looked at in detail, the worst first."""
MOST_SHOWN = 50
FINE = timedelta(days=2)
"""Up to this 5-minute means are looked at, hourly ones beyond."""


@dataclass(frozen=True, slots=True)
class Raise:
    """One alarm there would have been. ``cleared`` None: it would stand."""

    gam: GamDevice
    object: str
    raised: datetime
    cleared: datetime | None = None


@dataclass
class Preview:
    """What a rule would have raised. ``note`` says what the figures do not: no history, or not all of it looked at."""

    since: datetime
    until: datetime
    resolution: str = ""
    raises: list[Raise] = field(default_factory=list)
    objects: int = 0
    note: str = ""

    @property
    def count(self) -> int:
        """How many alarms there would have been."""
        return len(self.raises)

    @property
    def shown(self) -> list[Raise]:
        """The latest of them."""
        return sorted(self.raises, key=lambda item: item.raised, reverse=True)[:MOST_SHOWN]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the values of a check or metric are kept: metrics of one kind, and how they make the value."""

    kind: MetricKind
    metrics: tuple[str, ...]
    value: Callable[[Sequence[float | None]], float | None]
    sql: str


def _one(values: Sequence[float | None]) -> float | None:
    return values[0]


def _greatest(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _ratio(values: Sequence[float | None]) -> float | None:
    first, second = values
    if first is None or second is None or not max(first, second):
        return None
    return min(first, second) / max(first, second) * 100


_CHECKS = {
    "check.coax_endpoints": _Source(MetricKind.PORT, ("endpoints",), _one, "{0}"),
    "check.errors": _Source(MetricKind.ENDPOINT, ("error_percent_down", "error_percent_up"), _greatest, "greatest({0}, {1})"),
    "check.phy_asymmetry": _Source(
        MetricKind.ENDPOINT, ("rx_phy_mbps", "tx_phy_mbps"), _ratio, "least({0}, {1}) / nullif(greatest({0}, {1}), 0) * 100"
    ),
}


def preview(rule: AlarmRule, since: timedelta = timedelta(days=7), *, gams: Any = None, scope: ScopedRule | None = None) -> Preview:
    """What a rule, stored or not, would have raised.

    :param gams: queryset of the GAMs the user may see; all of them otherwise
    :param scope: the rule's scope, where it is not stored
    """
    until = timezone.now()
    found = Preview(until - since, until)
    visible = GamDevice.objects.all() if gams is None else gams
    scope = scope or (alarm_facts.scoped_rules(AlarmRule.objects.filter(pk=rule.pk))[0] if rule.pk else ScopedRule(rule))
    places = places_of(visible)
    covered = [pk for pk, place in places.items() if scope.scope.covers(place)]
    source = _source(rule.watches)
    if source is None:
        return _from_history(rule, found, covered)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", (f"{LONGEST_SECONDS * 1000}",))
            _from_samples(rule.limits, source, found, covered, FINE if since <= FINE else None)
    except OperationalError:
        found.note = f"That took longer than {LONGEST_SECONDS} seconds. Choose a narrower scope."
    return found


def preview_unsaved(rule: AlarmRule, *, sites: Any, roles: Any, tags: Any, gams: Any) -> Preview:
    """As :func:`preview`, for a rule that is being edited.

    :param sites: its scope as chosen, like ``roles`` and ``tags``
    """
    scope = ScopedRule(rule, Scope(*(frozenset(item.pk for item in chosen) for chosen in (sites, roles, tags))))
    return preview(rule, gams=gams, scope=scope)


def _source(label: str) -> _Source | None:
    if label in CHECKS:
        return _CHECKS.get(label)
    metric = BY_LABEL[label]
    return _Source(metric.kind, (metric.name,), _one, "{0}")


def _from_samples(limits: Limits, source: _Source, found: Preview, gams: list[int], fine: timedelta | None) -> None:
    resolution = Resolution.FIVE_MINUTES if fine else Resolution.HOUR
    found.resolution = str(resolution)
    names = [metric.name for metric in BY_KIND[source.kind]]
    value = source.sql.format(*(f"mean[{names.index(name) + 1}]" for name in source.metrics))
    beyond, worst = (">=", f"max({value}) DESC") if limits.direction is Direction.AT_LEAST else ("<=", f"min({value})")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.gam_id, s.key FROM netbox_gam_series s JOIN {TABLES[resolution].name} r ON r.series_id = s.id"  # noqa: S608
            f" WHERE s.kind = %s AND s.gam_id = ANY(%s) AND r.at >= %s AND r.at < %s AND {value} {beyond} %s"
            f" GROUP BY s.gam_id, s.key ORDER BY {worst} NULLS LAST LIMIT %s",
            (str(source.kind), gams, found.since, found.until, limits.threshold, MOST_OBJECTS + 1),
        )
        bad = cursor.fetchall()
    if len(bad) > MOST_OBJECTS:
        found.note = f"Only the {MOST_OBJECTS} worst objects were looked at: it would have raised more."
    chosen = bad[:MOST_OBJECTS]
    by_pk = GamDevice.objects.select_related("device").in_bulk({gam for gam, _ in chosen})
    for gam, key in chosen:
        points = samples.series(gam, source.kind, key, found.since, found.until, resolution)
        curves = [points.curves[name].mean if name in points.curves else [None] * len(points.at) for name in source.metrics]
        values = [source.value(row) for row in zip(*curves, strict=True)]
        raises = _replay(limits, points.at, values)
        found.raises += [Raise(by_pk[gam], key, raised, cleared) for raised, cleared in raises]
        found.objects += bool(raises)


def _replay(limits: Limits, times: Sequence[datetime], values: Sequence[float | None]) -> list[tuple[datetime, datetime | None]]:
    """The rule engine over what was kept."""
    state, raises = NORMAL, list[tuple[datetime, datetime | None]]()
    for at, value in zip(times, values, strict=True):
        state, verdict = advance(state, limits, value, at)
        if verdict is Verdict.RAISE:
            raises.append((at, None))
        elif verdict is Verdict.CLEAR:
            raises[-1] = (raises[-1][0], at)
    return raises


def _from_history(rule: AlarmRule, found: Preview, gams: list[int]) -> Preview:
    """Of what no measurement is kept: what alarms of that condition there were, whatever the thresholds."""
    events = AlarmEvent.objects.filter(
        gam__in=gams, at__gte=found.since, transition=AlarmTransitionChoices.RAISED, alarm__condition=rule.condition
    )
    rows = list(events.select_related("alarm__gam__device").order_by("-at")[:1000])
    found.raises = [Raise(event.alarm.gam, event.alarm.entity, event.at) for event in rows]
    found.objects = len({event.alarm_id for event in rows})
    found.note = (
        "No measurements are kept of this check. These are the alarms it did raise."
        if rows
        else "There is no history of this check: no measurements are kept of it, and it raised no alarm."
    )
    return found
