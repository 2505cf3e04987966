"""What charts, REST and CSV show of one object over a range of time, with the alarms and changes that fall into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.models import ObjectChange
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from nornir_tasks.monitoring.metrics import BY_KIND, BY_LABEL, Metric, MetricKind

from ..choices import ChangePlanStatusChoices
from ..exceptions import WorkflowError
from ..models import Alarm, ChangePlan, Endpoint, GamDevice, GamPort, Series, Subscriber
from . import samples
from .samples import Points, Resolution

MAX_POINTS = 1500
"""Points of a series in one answer: more than a screen has columns for."""
MAX_RANGE = timedelta(days=5 * 366)
MAX_MARKS = 200
"""Alarms, and changes, in one answer: the latest."""
RAW_SECONDS = 60
"""The usual time between two samples."""
COARSER = {Resolution.RAW: Resolution.FIVE_MINUTES, Resolution.FIVE_MINUTES: Resolution.HOUR, Resolution.HOUR: Resolution.DAY}
KINDS: dict[type, tuple[MetricKind, ...]] = {
    GamDevice: (MetricKind.DEVICE, MetricKind.ETHERNET),
    GamPort: (MetricKind.PORT,),
    Endpoint: (MetricKind.ENDPOINT,),
    Subscriber: (MetricKind.ENDPOINT, MetricKind.PORT),
}
"""What is measured of each kind of object."""

Measurable = GamDevice | GamPort | Endpoint | Subscriber


class WrongRange(WorkflowError):
    """A range of time or resolution that cannot be answered; ``parameter`` names which."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that is measured: where its samples are, and what it is called. ``interval`` in seconds, of polling."""

    gam_id: int
    gam: str
    interval: int
    kind: MetricKind
    key: str


@dataclass(frozen=True, slots=True)
class SourceSeries:
    """The curves of one source; ``metrics`` are those asked for that have a value."""

    source: Source
    metrics: tuple[Metric, ...]
    points: Points


@dataclass(frozen=True, slots=True)
class Measurements:
    """The answer: every source at one resolution."""

    start: datetime
    end: datetime
    resolution: Resolution
    series: tuple[SourceSeries, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A level drawn beside a curve, such as the speed that was sold; in the metric's unit."""

    metric: Metric
    value: float
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened. ``until`` is None for a moment, and for an alarm that stands."""

    kind: str
    at: datetime
    until: datetime | None
    title: str
    color: str
    url: str


def labels_of(model: type) -> tuple[str, ...]:
    """Labels of the metrics there are of a kind of object, in the catalogue's order."""
    return tuple(metric.label for kind in KINDS[model] for metric in BY_KIND[kind])


def read(
    item: Measurable,
    start: datetime,
    end: datetime,
    *,
    user: Any,
    labels: Sequence[str] = (),
    resolution: Resolution | None = None,
) -> Measurements:
    """Everything measured of an object from ``start`` to before ``end``, of what the user may see.

    :param labels: metrics wanted (``endpoint.rx_phy_mbps``); all when empty
    :param resolution: the finest that fits the range when None
    :raises WrongRange: nothing between start and end, or more points than :data:`MAX_POINTS`
    """
    check_range(start, end, resolution)
    wanted = {BY_LABEL[label] for label in labels or labels_of(type(item))}
    sources = [source for source in sources_of(item, user) if any(metric.kind is source.kind for metric in wanted)]
    chosen = resolution or samples.resolution_for(start, end)
    found = _read_all(sources, start, end, chosen)
    while _longest(found) > MAX_POINTS:
        if resolution or chosen not in COARSER:
            raise WrongRange("resolution", too_many(chosen, _longest(found)))
        chosen = COARSER[chosen]
        found = _read_all(sources, start, end, chosen)
    series = tuple(
        SourceSeries(
            source,
            tuple(metric for metric in BY_KIND[source.kind] if metric in wanted and metric.name in points.curves),
            points,
        )
        for source, points in zip(sources, found, strict=True)
    )
    return Measurements(start, end, chosen, series)


def check_range(start: datetime, end: datetime, resolution: Resolution | None) -> None:
    """Refuse what cannot be answered before anything is read.

    :raises WrongRange: naming the parameter and what is wrong with it
    """
    if start >= end:
        raise WrongRange("end", _("%(end)s is not after the start, %(start)s.") % {"start": iso(start), "end": iso(end)})
    if end - start > MAX_RANGE:
        message = _("From %(start)s it is more than %(days)s days to the end.") % {"start": iso(start), "days": MAX_RANGE.days}
        raise WrongRange("start", message)
    if resolution:
        # Raw samples come as often as a shelf is polled: whether there are too many of them only reading tells for sure.
        step = samples.SECONDS.get(resolution, RAW_SECONDS)
        if (points := int((end - start).total_seconds() / step)) > MAX_POINTS:
            raise WrongRange("resolution", too_many(resolution, points))


def too_many(resolution: Resolution, points: int) -> str:
    """Why a resolution does not fit a range."""
    return _(
        "%(resolution)s gives %(points)s points in this range, and %(most)s are the most: shorten it, or ask for less fine."
    ) % {
        "resolution": resolution,
        "points": points,
        "most": MAX_POINTS,
    }


def iso(at: datetime) -> str:
    """A time in UTC as ISO 8601, to the second or finer where it has a fraction: ``2026-03-01T12:00:00Z``."""
    stamp = at.timestamp()
    utc = datetime.fromtimestamp(stamp, tz=UTC)
    return utc.isoformat(timespec="milliseconds" if utc.microsecond >= 1000 else "seconds").replace("+00:00", "Z")


def _read_all(sources: Sequence[Source], start: datetime, end: datetime, resolution: Resolution) -> list[Points]:
    return [samples.series(source.gam_id, source.kind, source.key, start, end, resolution) for source in sources]


def _longest(found: Sequence[Points]) -> int:
    return max((len(points.at) for points in found), default=0)


# --------------------------------------------------------------------------------------------------------------------- sources


def sources_of(item: Measurable, user: Any) -> list[Source]:
    """What is measured of an object. An endpoint that was moved was measured on each of its GAMs that the user may see."""
    if isinstance(item, GamDevice):
        keys = Series.objects.filter(gam_id=item.pk, kind=MetricKind.ETHERNET)  # unrestricted: of a GAM that may be viewed
        uplinks = [_source(item, MetricKind.ETHERNET, key) for key in keys.order_by("key").values_list("key", flat=True)]
        return [_source(item, MetricKind.DEVICE, ""), *uplinks]
    if isinstance(item, GamPort):
        return [_source(item.gam, MetricKind.PORT, str(item.number))]
    endpoint = item if isinstance(item, Endpoint) else item.endpoint
    found = _sources_of_endpoint(endpoint, user) if endpoint else []
    if isinstance(item, Subscriber) and (port := item.port or (endpoint and endpoint.port)):
        found.append(_source(port.gam, MetricKind.PORT, str(port.number)))
    return found


def _sources_of_endpoint(endpoint: Endpoint, user: Any) -> list[Source]:
    mac = str(endpoint.mac_address).lower()
    measured_on = Series.objects.filter(kind=MetricKind.ENDPOINT, key=mac).values("gam_id")
    others = GamDevice.objects.restrict(user, "view").filter(pk__in=measured_on).select_related("device")
    gams = {gam.pk: gam for gam in others.order_by("pk")}
    if endpoint.gam_id:
        gams[endpoint.gam_id] = endpoint.gam
    # The GAM it is on now comes last, and is drawn as the main line.
    return [_source(gam, MetricKind.ENDPOINT, mac) for gam in sorted(gams.values(), key=lambda gam: gam.pk == endpoint.gam_id)]


def _source(gam: GamDevice, kind: MetricKind, key: str) -> Source:
    return Source(gam.pk, str(gam), gam.polling_interval, kind, key)


def thresholds_of(item: Measurable, user: Any) -> list[Threshold]:
    """The speed sold, beside the usable rates of an endpoint or subscriber; empty where there is none or it may not be seen."""
    subscriber = item if isinstance(item, Subscriber) else None
    if isinstance(item, Endpoint):
        seen = Subscriber.objects.restrict(user, "view").filter(endpoint=item)
        subscriber = seen.select_related("bandwidth_plan").first()
    plan = subscriber.bandwidth_plan if subscriber else None
    if plan is None or plan.unthrottled:
        return []
    sold = (
        ("endpoint.rx_max_mbps", plan.downstream_kbps, _("Sold down")),
        ("endpoint.tx_max_mbps", plan.upstream_kbps, _("Sold up")),
    )
    return [Threshold(BY_LABEL[label], kbps / 1000, str(title)) for label, kbps, title in sold if kbps]


# ----------------------------------------------------------------------------------------------------------------------- marks


def marks_of(item: Measurable, start: datetime, end: datetime, user: Any) -> list[Mark]:
    """Alarms and changes of an object in a range of time that the user may see, oldest first; the latest 200 of each."""
    marks = _alarm_marks(item, start, end, user) + _plan_marks(item, start, end, user)
    endpoint = item.endpoint if isinstance(item, Subscriber) else item
    if isinstance(endpoint, Endpoint):
        marks += _endpoint_marks(endpoint, start, end, user)
    return sorted(marks, key=lambda mark: mark.at)


def _alarm_marks(item: Measurable, start: datetime, end: datetime, user: Any) -> list[Mark]:
    alarms = Alarm.objects.restrict(user, "view").filter(_alarms_of(item), raised__lt=end)
    alarms = alarms.filter(Q(cleared__gte=start) | Q(cleared=None)).order_by("-raised")[:MAX_MARKS]
    return [
        Mark(
            "alarm",
            alarm.raised,
            alarm.cleared,
            f"{alarm.get_severity_display()}: {alarm.entity} {alarm.text or alarm.condition}".replace("  ", " "),
            alarm.get_severity_color() or "red",
            alarm.get_absolute_url(),
        )
        for alarm in alarms
    ]


def _alarms_of(item: Measurable) -> Q:
    if isinstance(item, GamDevice):
        return Q(gam=item)
    if isinstance(item, GamPort):
        return Q(port=item)
    if isinstance(item, Endpoint):
        return Q(endpoint=item)
    return Q(endpoint=item.endpoint_id) if item.endpoint_id else Q(pk=None)


def _plan_marks(item: Measurable, start: datetime, end: datetime, user: Any) -> list[Mark]:
    plans = ChangePlan.objects.restrict(user, "view").filter(
        _plans_of(item), status=ChangePlanStatusChoices.APPLIED, finished__gte=start, finished__lt=end
    )
    return [
        Mark("change", plan.finished, None, str(plan), "blue", plan.get_absolute_url())
        for plan in plans.order_by("-finished").distinct()[:MAX_MARKS]
    ]


def _plans_of(item: Measurable) -> Q:
    if isinstance(item, GamDevice):
        return Q(gam=item)
    if isinstance(item, GamPort):
        return Q(subscribers__port=item) | Q(subscribers__endpoint__port=item)
    if isinstance(item, Endpoint):
        return Q(subscribers__endpoint=item)
    return Q(subscribers=item)


def _endpoint_marks(endpoint: Endpoint, start: datetime, end: datetime, user: Any) -> list[Mark]:
    """First seen, and moves between GAMs and ports, from the change log."""
    changes: QuerySet[ObjectChange] = ObjectChange.objects.restrict(user, "view").filter(
        changed_object_type=ContentType.objects.get_for_model(Endpoint),
        changed_object_id=endpoint.pk,
        time__gte=start,
        time__lt=end,
    )
    marks = []
    for change in changes.order_by("-time")[:MAX_MARKS]:
        before, after = change.prechange_data or {}, change.postchange_data or {}
        moved = [name for name in ("gam", "port") if before.get(name) != after.get(name)]
        if not before:
            marks.append(Mark("change", change.time, None, _("First known"), "blue", change.get_absolute_url()))
        elif after and moved:
            title = _("Moved to another GAM") if "gam" in moved else _("Moved to another port")
            marks.append(Mark("change", change.time, None, title, "blue", change.get_absolute_url()))
    return marks
