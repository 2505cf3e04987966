"""Measurements over time: recorded by polling, rolled up, read by charts, rules and programs.

Tables (partitioned by time, see the migration): raw samples as measured, and roll-ups to 5 minutes, 1 hour and 1 day with mean,
low, high and 95th percentile. A row holds all metrics of one thing at one time, in the order of ``metrics.BY_KIND``. The 95th
percentile at 5 minutes is of the samples; at 1 hour and 1 day it is of the 5-minute means, as traffic is billed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from nornir_tasks.monitoring.metrics import BY_KIND, Measured, MetricKind

from .. import settings
from ..models import DirtyBucket, Series
from . import partitions
from .locks import try_exclusive
from .observation import Observation
from .partitions import PartitionedTable


class Resolution(StrEnum):
    """How fine measurements are kept."""

    RAW = "raw"
    FIVE_MINUTES = "5m"
    HOUR = "1h"
    DAY = "1d"


SECONDS = {Resolution.FIVE_MINUTES: 300, Resolution.HOUR: 3600, Resolution.DAY: 86400}
TABLES = {
    Resolution.RAW: PartitionedTable("netbox_gam_sample", 1),
    Resolution.FIVE_MINUTES: PartitionedTable("netbox_gam_rollup_5m", 7),
    Resolution.HOUR: PartitionedTable("netbox_gam_rollup_1h", 28),
    Resolution.DAY: PartitionedTable("netbox_gam_rollup_1d", 364),
}
FINEST_FOR = (
    (timedelta(hours=6), Resolution.RAW),
    (timedelta(days=4), Resolution.FIVE_MINUTES),
    (timedelta(days=50), Resolution.HOUR),
)
"""Longest range drawn at a resolution: none gives more than about 1,200 points."""
GRACE = timedelta(seconds=90)
"""How long after its end a bucket waits for stragglers before it is first computed."""
SERIES_AT_ONCE = 5000
"""Series rolled up by one statement, which bounds what PostgreSQL has to hold."""
FUTURE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric over time. At raw resolution all four are the same."""

    mean: list[float | None]
    low: list[float | None]
    high: list[float | None]
    p95: list[float | None]


@dataclass(frozen=True, slots=True)
class Points:
    """What was measured of one thing in a range of time: a curve per metric that has any value, all as long as ``at``."""

    resolution: Resolution
    at: list[datetime]
    curves: dict[str, Curve]


@dataclass
class RollupReport:
    """What one roll-up came to: buckets and rows computed per resolution."""

    buckets: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StorageReport:
    """Disk use of measurements. ``forecast_bytes`` is what it comes to when every retention is used up, at today's rate."""

    resolution: str
    bytes: int
    rows: int
    oldest: datetime | None
    retention_days: int
    forecast_bytes: int | None


# ------------------------------------------------------------------------------------------------------------------- recording


def record(observations: Iterable[Observation]) -> int:
    """Store what was measured, in a fixed number of statements; what is stored already stays as it is.

    :returns: how many samples were new
    """
    return insert([(item.gam.pk, measured) for item in observations for measured in item.measured])


def insert(rows: Sequence[tuple[int, Measured]]) -> int:
    """Store measurements of GAMs by their primary keys; too old or too far ahead of now ones are left out. See :func:`record`."""
    now = timezone.now()
    oldest = now - timedelta(days=settings.retention_days(Resolution.RAW))
    rows = [row for row in rows if oldest < row[1].at < now + FUTURE]
    if not rows:
        return 0
    partitions.ensure(TABLES[Resolution.RAW], {measured.at for _, measured in rows})
    with transaction.atomic():
        ids = series_ids({(gam, str(measured.kind), measured.key) for gam, measured in rows})
        found = [ids[gam, str(measured.kind), measured.key] for gam, measured in rows]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO netbox_gam_sample (series_id, at, values) SELECT s, a, v::real[]"
                " FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS t (s, a, v) ON CONFLICT DO NOTHING",
                (found, [measured.at for _, measured in rows], [_array(measured.values) for _, measured in rows]),
            )
            inserted: int = cursor.rowcount
        _mark(Resolution.FIVE_MINUTES, {_bucket(measured.at, 300) for _, measured in rows})
    return inserted


def series_ids(wanted: set[tuple[int, str, str]]) -> dict[tuple[int, str, str], int]:
    """Ids of series by GAM, kind and key; made where there are none yet."""
    known = _known_series({gam for gam, _, _ in wanted})
    if lacking := wanted - known.keys():
        rows = [Series(gam_id=gam, kind=kind, key=key) for gam, kind, key in sorted(lacking)]
        Series.objects.bulk_create(rows, ignore_conflicts=True)
        known = _known_series({gam for gam, _, _ in wanted})
    return known


def _known_series(gams: set[int]) -> dict[tuple[int, str, str], int]:
    rows = Series.objects.filter(gam_id__in=gams).values_list("gam_id", "kind", "key", "pk")
    return {(gam, kind, key): pk for gam, kind, key, pk in rows}


def _array(values: Iterable[float | None]) -> str:
    return "{" + ",".join("NULL" if value is None else repr(value) for value in values) + "}"


def _bucket(at: datetime, seconds: int) -> datetime:
    stamp = int(at.timestamp())
    return datetime.fromtimestamp(stamp - stamp % seconds, UTC)


def _mark(resolution: Resolution, buckets: Iterable[datetime]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO netbox_gam_dirtybucket (resolution, at, version) SELECT %s, a, 1 FROM unnest(%s::timestamptz[]) AS t (a)"
            " ON CONFLICT (resolution, at) DO UPDATE SET version = netbox_gam_dirtybucket.version + 1",
            (str(resolution), sorted(buckets)),
        )


# ------------------------------------------------------------------------------------------------------------------- rolling up

_FROM_RAW = """
    SELECT s.series_id, v.i, count(v.v) AS n, avg(v.v) AS mean, min(v.v) AS low, max(v.v) AS high,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY v.v) AS p95
    FROM netbox_gam_sample s, unnest(s.values) WITH ORDINALITY AS v (v, i)
    WHERE s.at >= %(start)s AND s.at < %(end)s AND s.series_id > %(above)s AND s.series_id <= %(upto)s
    GROUP BY s.series_id, v.i
"""
_FROM_FIVE_MINUTES = """
    SELECT s.series_id, v.i, sum(s.n) FILTER (WHERE v.mean IS NOT NULL) AS n,
           sum(v.mean * s.n) / nullif(sum(s.n) FILTER (WHERE v.mean IS NOT NULL), 0) AS mean,
           min(v.low) AS low, max(v.high) AS high, percentile_cont(0.95) WITHIN GROUP (ORDER BY v.mean) AS p95
    FROM netbox_gam_rollup_5m s, unnest(s.mean, s.low, s.high) WITH ORDINALITY AS v (mean, low, high, i)
    WHERE s.at >= %(start)s AND s.at < %(end)s AND s.series_id > %(above)s AND s.series_id <= %(upto)s
    GROUP BY s.series_id, v.i
"""
_STORE = """
    INSERT INTO {table} (series_id, at, n, mean, low, high, p95)
    SELECT series_id, %(start)s, coalesce(max(n), 0), array_agg(mean ORDER BY i), array_agg(low ORDER BY i),
           array_agg(high ORDER BY i), array_agg(p95 ORDER BY i)
    FROM ({source}) AS g GROUP BY series_id
    ON CONFLICT (series_id, at) DO UPDATE
    SET n = excluded.n, mean = excluded.mean, low = excluded.low, high = excluded.high, p95 = excluded.p95
"""
_ONE = """
    SELECT %(start)s::timestamptz, array_agg(mean ORDER BY i), array_agg(low ORDER BY i), array_agg(high ORDER BY i),
           array_agg(p95 ORDER BY i)
    FROM ({source}) AS g GROUP BY series_id
"""
RUNNING_BUCKETS = 3
"""Buckets at the end of a chart that may not be rolled up yet: the one that is running, and those waiting for their turn."""
_COARSER = {Resolution.FIVE_MINUTES: (Resolution.HOUR, Resolution.DAY)}


def roll_up(now: datetime | None = None) -> RollupReport:
    """Compute every bucket that has ended and got samples since it was last computed. One worker at a time; others do nothing.

    A worker that dies in the middle leaves its bucket marked, and computing it again gives the same rows.
    """
    now = now or timezone.now()
    report = RollupReport()
    with try_exclusive("rollup", 0) as free:
        if not free:
            return report
        for resolution, seconds in SECONDS.items():
            ended = now - timedelta(seconds=seconds) - GRACE
            marks = DirtyBucket.objects.filter(resolution=str(resolution), at__lte=ended).order_by("at")
            for at, version in list(marks.values_list("at", "version")):
                rows = _roll_up_bucket(resolution, at, version)
                report.buckets[str(resolution)] = report.buckets.get(str(resolution), 0) + 1
                report.rows[str(resolution)] = report.rows.get(str(resolution), 0) + rows
    return report


def _roll_up_bucket(resolution: Resolution, start: datetime, version: int) -> int:
    partitions.ensure(TABLES[resolution], [start])
    source = _FROM_RAW if resolution is Resolution.FIVE_MINUTES else _FROM_FIVE_MINUTES
    statement = _STORE.format(table=TABLES[resolution].name, source=source)
    end = start + timedelta(seconds=SECONDS[resolution])
    rows = 0
    last = Series.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for above in range(0, last, SERIES_AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"start": start, "end": end, "above": above, "upto": above + SERIES_AT_ONCE})
            rows += cursor.rowcount
    with transaction.atomic():
        for coarser in _COARSER.get(resolution, ()):
            _mark(coarser, [_bucket(start, SECONDS[coarser])])
        # A sample that came meanwhile has raised the version: the bucket stays marked.
        DirtyBucket.objects.filter(resolution=str(resolution), at=start, version=version).delete()
    return rows


# ---------------------------------------------------------------------------------------------------------------------- reading


def resolution_for(start: datetime, end: datetime) -> Resolution:
    """The finest resolution that gives a range a readable number of points and is still kept at its begin."""
    now = timezone.now()
    for longest, resolution in FINEST_FOR:
        kept = start >= now - timedelta(days=settings.retention_days(resolution)) - timedelta(minutes=10)
        if end - start <= longest and kept:
            return resolution
    return Resolution.DAY if start < now - timedelta(days=settings.retention_days(Resolution.HOUR)) else _coarse(start, end)


def _coarse(start: datetime, end: datetime) -> Resolution:
    return Resolution.HOUR if end - start <= FINEST_FOR[-1][0] else Resolution.DAY


def series(gam_id: int, kind: MetricKind, key: str, start: datetime, end: datetime, resolution: Resolution | None = None) -> Points:
    """What was measured of one thing from ``start`` to before ``end``, at the resolution that suits the range unless told."""
    resolution = resolution or resolution_for(start, end)
    columns = "values, values, values, values" if resolution is Resolution.RAW else "mean, low, high, p95"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT at, {columns} FROM {TABLES[resolution].name}"  # noqa: S608
            " WHERE series_id = (SELECT id FROM netbox_gam_series WHERE gam_id = %s AND kind = %s AND key = %s)"
            " AND at >= %s AND at < %s ORDER BY at",
            (gam_id, str(kind), key, start, end),
        )
        rows = cursor.fetchall()
    rows += _running(gam_id, kind, key, rows[-1][0] if rows else None, start, end, resolution)
    return Points(resolution, [row[0] for row in rows], _curves(kind, rows))


def _running(
    gam_id: int, kind: MetricKind, key: str, last: datetime | None, start: datetime, end: datetime, resolution: Resolution
) -> list[tuple[Any, ...]]:
    """Buckets of one series that are not rolled up yet, the one that is still running among them, as if they were."""
    if resolution is Resolution.RAW:
        return []
    seconds = SECONDS[resolution]
    now = timezone.now()
    newest = _bucket(min(end, now), seconds)
    first = max(_bucket(start, seconds), newest - timedelta(seconds=seconds * (RUNNING_BUCKETS - 1)))
    if last is not None:
        first = max(first, last + timedelta(seconds=seconds))
    if first > newest or newest >= end:
        return []
    found = Series.objects.filter(gam_id=gam_id, kind=str(kind), key=key).values_list("pk", flat=True).first()
    source = _FROM_RAW if resolution is Resolution.FIVE_MINUTES else _FROM_FIVE_MINUTES
    rows: list[tuple[Any, ...]] = []
    for number in range(int((newest - first).total_seconds()) // seconds + 1):
        at = first + timedelta(seconds=seconds * number)
        values = {"start": at, "end": at + timedelta(seconds=seconds), "above": (found or 0) - 1, "upto": found or 0}
        with connection.cursor() as cursor:
            cursor.execute(_ONE.format(source=source), values)
            rows += cursor.fetchall()
    return rows


def _curves(kind: MetricKind, rows: list[tuple[Any, ...]]) -> dict[str, Curve]:
    curves = {}
    for place, metric in enumerate(BY_KIND[kind]):
        columns = [[row[column][place] if place < len(row[column]) else None for row in rows] for column in range(1, 5)]
        if any(value is not None for value in columns[0]):
            curves[metric.name] = Curve(*columns)
    return curves


# ---------------------------------------------------------------------------------------------------------------------- keeping


def make_partitions(now: datetime | None = None) -> None:
    """Make the partitions of now and the next spans."""
    for table in TABLES.values():
        partitions.make_ahead(table, now or timezone.now())


def expire(now: datetime | None = None) -> dict[str, int]:
    """Drop what is older than its retention, whole partitions at a time.

    :returns: partitions dropped per resolution
    """
    now = now or timezone.now()
    return {
        str(resolution): len(partitions.drop_before(table, now - timedelta(days=settings.retention_days(resolution))))
        for resolution, table in TABLES.items()
    }


def storage(now: datetime | None = None) -> list[StorageReport]:
    """Disk use per resolution, and what it comes to."""
    now = now or timezone.now()
    return [_storage(resolution, table, now) for resolution, table in TABLES.items()]


def _storage(resolution: Resolution, table: PartitionedTable, now: datetime) -> StorageReport:
    size, rows = partitions.size_bytes(table)
    oldest = _oldest(table)
    retention = settings.retention_days(resolution)
    days = max((now - oldest).total_seconds() / 86400, 0.0) if oldest else 0.0
    # Under an hour of history says nothing about a day.
    forecast = int(size / min(days, retention) * retention) if days > 1 / 24 else None
    return StorageReport(str(resolution), size, rows, oldest, retention, forecast)


def _oldest(table: PartitionedTable) -> datetime | None:
    for name, _start in partitions.partitions(table):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT min(at) FROM "{name}"')  # noqa: S608
            found: datetime | None = cursor.fetchone()[0]
        if found:
            return found
    return None
