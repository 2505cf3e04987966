"""Who is read when: leases of GAMs to batches, intervals, back-off, the record of every cycle.

All of it lives in PostgreSQL. The queue only carries the token of a batch, so a queue that is lost loses nothing: the leases run
out and the GAMs are handed out again.
"""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from .. import settings
from ..exceptions import NotAllowed
from ..models import DeviceState, GamDevice, PollCycle, PollSchedule, PollWorker

CYCLE_SECONDS = 60
WATCHED_SECONDS = 10
WATCH_LASTS_SECONDS = 60
WORKER_ALIVE_SECONDS = 20
GATHER_SECONDS = 2.0
"""How long due GAMs may wait for others, so that a batch is worth its overhead."""
CLOSE_AFTER_SECONDS = 120
KEEP_CYCLES_DAYS = 14
SLOWEST = 10


@dataclass(frozen=True, slots=True)
class Batch:
    """GAMs leased to one batch under a token."""

    token: uuid.UUID
    gams: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How reading one GAM went, for its schedule. ``kind``: of the failure, empty when it was read."""

    gam: int
    seconds: float
    kind: str = ""


@dataclass
class BatchReport:
    """What one batch did. ``phases``: seconds by phase."""

    started: datetime
    outcomes: list[Outcome] = field(default_factory=list)
    samples: int = 0
    phases: dict[str, float] = field(default_factory=dict)
    worker: str = ""


# ------------------------------------------------------------------------------------------------------------------- who is due


def follow_devices() -> None:
    """Give every GAM with polling on a row, at a moment of its own within its interval; take away those of others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO netbox_gam_pollschedule (gam_id, next_due, wanted, claimed, failures, last_seconds)"
            " SELECT g.id, now() + make_interval(secs => mod(abs(hashint8(g.id)::bigint), g.polling_interval)), false, false, 0, 0"
            " FROM netbox_gam_gamdevice g LEFT JOIN netbox_gam_pollschedule s ON s.gam_id = g.id"
            " WHERE g.polling_enabled AND s.gam_id IS NULL ON CONFLICT DO NOTHING"
        )
        cursor.execute(
            "DELETE FROM netbox_gam_pollschedule s WHERE NOT EXISTS"
            " (SELECT FROM netbox_gam_gamdevice g WHERE g.id = s.gam_id AND g.polling_enabled)"
        )


def request_poll(gams: Iterable[GamDevice], *, user: Any = None) -> int:
    """Have GAMs read at once, before all others; how many that concerns. One that is being read now is read again after it.

    :raises NotAllowed: the user may not poll one of them
    """
    chosen = list(gams)
    for gam in chosen if user is not None else ():
        if not user.has_perm("netbox_gam.poll_gamdevice", gam):
            raise NotAllowed(f"Polling {gam} takes the permission to poll it.")
    return PollSchedule.objects.filter(gam__in=chosen).update(wanted=True, next_due=timezone.now())


def request_poll_from(gam_ids: Iterable[int], *, not_within_seconds: float) -> int:
    """Have GAMs read soon on a hint (a trap); how many were brought forward.

    One that was begun just now is read again when that long has passed: what the hint tells of may have come after it was read.
    """
    soonest = Greatest(Now(), F("last_started") + timedelta(seconds=not_within_seconds))
    rows = PollSchedule.objects.filter(gam_id__in=list(gam_ids), wanted=False)
    being_read = Q(next_due__lte=F("last_started"))
    return rows.filter(being_read | Q(next_due__gt=soonest)).update(wanted=True, next_due=soonest)


def watch(gam: GamDevice) -> None:
    """Somebody looks at the GAM: read it every few seconds, for the next minute."""
    now = timezone.now()
    soon = now + timedelta(seconds=WATCHED_SECONDS)
    PollSchedule.objects.filter(gam=gam).update(watched_until=now + timedelta(seconds=WATCH_LASTS_SECONDS))
    PollSchedule.objects.filter(gam=gam, next_due__gt=soon, failures=0).update(next_due=soon)


def lease(limit: int, *, doubtful_limit: int = 1) -> list[Batch]:
    """Take on GAMs that are due, at most ``limit`` batches of them; the caller hands the tokens to workers.

    GAMs that did not answer last time, or were slow, go into batches of their own, of which no more than ``doubtful_limit`` are
    under way at a time: they keep no worker from the others.
    """
    now = timezone.now()
    rows = PollSchedule.objects.all()
    due = rows.filter(next_due__lte=now).filter(Q(leased_until=None) | Q(leased_until__lt=now))
    doubtful = Q(failures__gt=0) | Q(last_seconds__gt=settings.slow_seconds())
    batches = _leases(due.exclude(doubtful), limit, now)
    under_way = rows.filter(doubtful, leased_until__gt=now).values("lease").distinct().count()
    return batches + _leases(due.filter(doubtful), min(limit - len(batches), doubtful_limit - under_way), now)


def _leases(rows: Any, limit: int, now: datetime) -> list[Batch]:
    size = settings.poll_batch_size()
    batches: list[Batch] = []
    while len(batches) < limit and _worth_it(rows, now, size):
        batch = _lease(rows, size, now)
        if batch is None:
            break
        batches.append(batch)
    return batches


def _worth_it(rows: Any, now: datetime, size: int) -> bool:
    """Whether due GAMs have waited long enough, are enough, or are asked for."""
    if rows.filter(Q(wanted=True) | Q(next_due__lte=now - timedelta(seconds=GATHER_SECONDS))).exists():
        return True
    return bool(rows.count() >= size)


def _lease(rows: Any, size: int, now: datetime) -> Batch | None:
    token = uuid.uuid4()
    until = now + timedelta(seconds=settings.lease_seconds())
    with transaction.atomic():
        chosen = list(
            rows.order_by("-wanted", "next_due").select_for_update(skip_locked=True).values_list("gam_id", flat=True)[:size]
        )
        if not chosen:
            return None
        PollSchedule.objects.filter(gam_id__in=chosen).update(lease=token, leased_until=until, claimed=False)
    return Batch(token, tuple(chosen))


def release(batch: Batch) -> None:
    """Give GAMs back that could not be handed to a worker."""
    PollSchedule.objects.filter(lease=batch.token, claimed=False).update(lease=None, leased_until=None)


def claim(token: uuid.UUID) -> dict[int, datetime]:
    """Begin a batch: the GAMs that are still its own, and when each was due. Empty when its lease ran out or it began before."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.lease_seconds())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE netbox_gam_pollschedule SET claimed = true, leased_until = %s, last_started = %s"
            " WHERE lease = %s AND NOT claimed AND leased_until > %s RETURNING gam_id, next_due",
            (until, now, token, now),
        )
        return dict(cursor.fetchall())


def lease_now(gams: Iterable[int]) -> tuple[uuid.UUID, set[int]]:
    """Take on GAMs outside the schedule, for somebody who waits for it: the lease, and those that a batch is reading already."""
    token, now = uuid.uuid4(), timezone.now()
    wanted = sorted(set(gams))
    with transaction.atomic():
        rows = PollSchedule.objects.filter(gam_id__in=wanted).order_by("gam_id").select_for_update()
        busy = {row.gam_id for row in rows if row.claimed and row.leased_until and row.leased_until > now}
        PollSchedule.objects.filter(gam_id__in=set(wanted) - busy).update(
            lease=token, claimed=True, last_started=now, leased_until=now + timedelta(seconds=settings.poll_deadline_seconds() + 30)
        )
    return token, busy


def end_lease(token: uuid.UUID) -> None:
    """Give back whatever a lease still holds."""
    PollSchedule.objects.filter(lease=token).update(lease=None, leased_until=None, claimed=False)


def finish(token: uuid.UUID, outcomes: Sequence[Outcome]) -> None:
    """End the leases of GAMs and say when they are due again.

    The next time lies on the GAM's own grid (its interval, shifted by its own share of it), so a fleet that was late or away
    spreads over the interval again by itself. One that fails waits twice as long each time, up to the cap.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE netbox_gam_pollschedule s SET
                lease = NULL, leased_until = NULL, claimed = false, last_finished = statement_timestamp(), last_seconds = o.seconds,
                wanted = CASE WHEN s.next_due > s.last_started THEN s.wanted ELSE false END,
                failures = CASE WHEN o.ok THEN 0 ELSE least(s.failures + 1, 1000) END,
                next_due = CASE
                    WHEN s.next_due > s.last_started AND s.wanted THEN s.next_due
                    WHEN o.ok AND s.watched_until > statement_timestamp()
                        THEN statement_timestamp() + make_interval(secs => %(watched)s)
                    ELSE to_timestamp(
                        (floor((extract(epoch FROM statement_timestamp())::float8 - o.phase) / o.step) + 1) * o.step + o.phase) END
            FROM (
                SELECT r.gam, r.seconds, r.ok, (mod(abs(hashint8(r.gam)::bigint), g.polling_interval))::float8 AS phase,
                    CASE WHEN r.ok THEN g.polling_interval::float8 ELSE least(
                        g.polling_interval * power(2, least(x.failures, 10)), greatest(g.polling_interval, %(cap)s)) END AS step
                FROM unnest(%(gams)s::bigint[], %(seconds)s::float8[], %(oks)s::bool[]) AS r (gam, seconds, ok)
                JOIN netbox_gam_gamdevice g ON g.id = r.gam
                JOIN netbox_gam_pollschedule x ON x.gam_id = r.gam
            ) AS o
            WHERE s.gam_id = o.gam AND s.lease = %(token)s
            """,
            {
                "gams": [outcome.gam for outcome in outcomes],
                "seconds": [outcome.seconds for outcome in outcomes],
                "oks": [not outcome.kind for outcome in outcomes],
                "cap": settings.backoff_cap_seconds(),
                "watched": WATCHED_SECONDS,
                "token": token,
            },
        )


# ----------------------------------------------------------------------------------------------------------------------- cycles


def cycle_of(at: datetime) -> datetime:
    """Begin of the cycle a moment belongs to."""
    return at.replace(second=0, microsecond=0)


def note_batch(report: BatchReport, due: Mapping[int, datetime]) -> None:
    """Add a batch to the row of its cycle.

    :param due: when each of its GAMs was due
    """
    lateness = [
        max(0.0, (report.started - due[outcome.gam]).total_seconds())
        for outcome in report.outcomes
        if not outcome.kind and outcome.gam in due
    ]
    with transaction.atomic():
        PollCycle.objects.bulk_create([PollCycle(started=cycle_of(report.started))], ignore_conflicts=True)
        row = PollCycle.objects.select_for_update().get(started=cycle_of(report.started))
        row.batches += 1
        row.read += sum(1 for outcome in report.outcomes if not outcome.kind)
        for outcome in report.outcomes:
            if outcome.kind:
                row.failed[outcome.kind] = row.failed.get(outcome.kind, 0) + 1
        row.samples += report.samples
        row.lateness = [*row.lateness, *lateness]
        for name, seconds in report.phases.items():
            row.phases[name] = round(row.phases.get(name, 0) + seconds, 3)
        slowest = [*row.slowest, *([outcome.gam, round(outcome.seconds, 2)] for outcome in report.outcomes if not outcome.kind)]
        row.slowest = sorted(slowest, key=lambda pair: -pair[1])[:SLOWEST]
        row.workers = sorted({*row.workers, report.worker} - {""})
        row.save()


def close_cycles(now: datetime | None = None) -> int:
    """Work out the lateness of cycles that are over, and forget old ones; how many were closed."""
    now = now or timezone.now()
    closed = 0
    for row in PollCycle.objects.filter(closed=False, started__lt=now - timedelta(seconds=CLOSE_AFTER_SECONDS)):
        row.lateness_p50, row.lateness_p99, row.lateness_max = lateness_figures(row.lateness)
        row.closed, row.lateness = True, []
        row.save()
        closed += 1
    PollCycle.objects.filter(started__lt=now - timedelta(days=KEEP_CYCLES_DAYS)).delete()
    return closed


def lateness_figures(seconds: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """Median, 99th percentile and greatest of some lateness."""
    if not seconds:
        return None, None, None
    if len(seconds) == 1:
        return seconds[0], seconds[0], seconds[0]
    return statistics.median(seconds), statistics.quantiles(seconds, n=100, method="inclusive")[98], max(seconds)


# ---------------------------------------------------------------------------------------------------------------------- workers


def worker_seen(name: str, started: datetime, *, leader: bool) -> None:
    """A worker process says that it is there; ones not heard of for a day are forgotten."""
    now = timezone.now()
    values: dict[str, Any] = {"started": started, "seen": now} | ({"leader_at": now} if leader else {})
    PollWorker.objects.update_or_create(name=name, defaults=values)
    PollWorker.objects.filter(seen__lt=now - timedelta(days=1)).delete()


def workers_alive(now: datetime | None = None) -> int:
    """How many worker processes said lately that they are there."""
    now = now or timezone.now()
    return PollWorker.objects.filter(seen__gt=now - timedelta(seconds=WORKER_ALIVE_SECONDS)).count()


# ----------------------------------------------------------------------------------------------------------------------- status


@dataclass(frozen=True, slots=True)
class PollingStatus:
    """How polling goes, for a page, a program or an alarm. Lateness in seconds, of the last cycle that is over."""

    scheduled: int
    overdue: int
    oldest_due: datetime | None
    leased: int
    workers: tuple[PollWorker, ...]
    last_cycle: PollCycle | None
    cycles: tuple[PollCycle, ...]
    failing: dict[str, tuple[int, ...]]
    backed_off: int
    last_finished: datetime | None


def status(cycles: int = 60) -> PollingStatus:
    """How polling goes now. ``failing``: ids of GAMs that could not be read whole last time, by kind of failure."""
    now = timezone.now()
    rows = PollSchedule.objects.all()
    overdue = rows.filter(next_due__lt=now, lease=None)
    failing: dict[str, tuple[int, ...]] = {}
    failed = DeviceState.objects.filter(reachable=False, gam__poll_schedule__isnull=False)
    for kind, gam in failed.order_by("gam_id").values_list("failure_kind", "gam_id"):
        failing[kind] = (*failing.get(kind, ()), gam)
    slow = DeviceState.objects.filter(reachable=True, problems__contains=[{"kind": "timeout"}], gam__poll_schedule__isnull=False)
    if partly := tuple(slow.order_by("gam_id").values_list("gam_id", flat=True)):
        failing["timeout"] = (*failing.get("timeout", ()), *partly)
    recent = tuple(PollCycle.objects.order_by("-started")[:cycles])
    return PollingStatus(
        scheduled=rows.count(),
        overdue=overdue.count(),
        oldest_due=overdue.order_by("next_due").values_list("next_due", flat=True).first(),
        leased=rows.filter(leased_until__gt=now).count(),
        workers=tuple(PollWorker.objects.filter(seen__gt=now - timedelta(minutes=10))),
        last_cycle=next((cycle for cycle in recent if cycle.closed), None),
        cycles=recent,
        failing=failing,
        backed_off=rows.filter(failures__gt=1).count(),
        last_finished=rows.aggregate(last=Max("last_finished"))["last"],
    )
