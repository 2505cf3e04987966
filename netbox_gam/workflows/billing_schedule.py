"""When a billing system is read again. Only the runs themselves are kept, so no schedule can die with a worker."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from ..choices import SyncRunKindChoices as Kind
from ..choices import SyncRunStatusChoices as Status
from ..models import BillingSystem, SyncRun
from .catching_up import cursor_of
from .sync_runs import ABANDONED

JITTER = 0.1
"""Share of the interval by which a run may be earlier or later, so that systems of one interval do not stay in step."""


def due(now: datetime | None = None) -> Iterator[tuple[BillingSystem, str]]:
    """Enabled systems whose next run is due, and what kind of run.

    The first run is left to a person, who looks at what it finds.
    """
    now = now or timezone.now()
    for system in BillingSystem.objects.filter(enabled=True):
        at = next_run(system)
        if at is not None and at <= now:
            yield system, kind_of_next(system, now)


def is_due() -> bool:
    """Whether there may be something to start or to end."""
    return SyncRun.objects.filter(status=Status.RUNNING).exists() or next(due(), None) is not None


def next_run(system: BillingSystem) -> datetime | None:
    """When a system is read next; None where nobody has reconciled it yet. One that lost its worker is due at once."""
    runs = SyncRun.objects.filter(system=system).exclude(kind=Kind.DRY_RUN)
    last = runs.first()
    if last is None or not runs.filter(status=Status.COMPLETED).exists():
        return None
    if last.status == Status.FAILED and last.outcome.get(ABANDONED):
        return last.finished or last.started
    # The same for everybody who asks about this run.
    factor = random.Random(f"{system.pk} {last.pk}").uniform(1 - JITTER, 1 + JITTER)
    return last.started + timedelta(minutes=system.interval) * factor


def kind_of_next(system: BillingSystem, now: datetime) -> str:
    """A full run where the last one is older than the full interval, or where changes cannot be asked for."""
    last = SyncRun.objects.filter(system=system, status=Status.COMPLETED).first()
    if last is None or not cursor_of(system):
        return Kind.FULL
    # Half an interval early rather than half an interval late.
    limit = timedelta(minutes=max(0.0, system.full_interval - system.interval / 2))
    return Kind.FULL if now - last.started >= limit else Kind.CHANGES


__all__ = ("due", "is_due", "kind_of_next", "next_run")
