"""Runs of a billing system: begun, followed, cancelled, and ended when their worker died. The lock of the system is what counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from nornir_tasks.contracts import Progress

from ..choices import SyncRunKindChoices as Kind
from ..choices import SyncRunStatusChoices as Status
from ..exceptions import InvalidState
from ..models import BillingSystem, SyncRun
from .locks import try_exclusive
from .saving import create, update

type OnProgress = Callable[[Progress], None]

LOCK = "billing_system"
LOOK_EVERY_SECONDS = 1.0
ABANDONED = "abandoned"
"""Member of the outcome of a run whose worker died."""

WORKER_DIED = "The worker that did this run is gone. What was read is discarded; the next run begins anew."


def begin(system: BillingSystem, kind: str) -> SyncRun:
    """A new run. Called with the system's lock held, so that a run that is still called running has lost its worker."""
    for run in SyncRun.objects.filter(system=system, status=Status.RUNNING):
        _give_up(run)
    return create(SyncRun, message="Started", system=system, kind=kind, started=timezone.now())


def end_abandoned() -> int:
    """End the runs of all systems whose worker died; how many there were."""
    ended = 0
    for run in SyncRun.objects.filter(status=Status.RUNNING).select_related("system"):
        with try_exclusive(LOCK, run.system_id) as free:
            if free:
                run.refresh_from_db()
                ended += run.status == Status.RUNNING and _give_up(run)
    return ended


def _give_up(run: SyncRun) -> bool:
    status = Status.CANCELLED if run.cancel_requested else Status.FAILED
    values = {"problems": [*run.problems, WORKER_DIED], "outcome": {ABANDONED: True}, "progress": {}}
    return update(run, message="The worker is gone", status=status, finished=timezone.now(), **values)


def cancel(run: SyncRun, *, user: Any) -> None:
    """Have a running run end before its next request. What it read is discarded.

    :raises InvalidState: it is not running
    """
    run.refresh_from_db()
    if run.status != Status.RUNNING:
        raise InvalidState(f"The run {run} has ended: {run.get_status_display().lower()}.")
    update(run, message=f"Cancelled by {user}", cancel_requested=True)
    with try_exclusive(LOCK, run.system_id) as free:
        if free:
            # Nobody is at work with the system who would notice.
            _give_up(run)


class Watch:
    """Keeps a run's progress in the database, and looks there whether it was cancelled; both at most once a second."""

    def __init__(self, run: SyncRun, on_progress: OnProgress | None) -> None:
        self.run, self.on_progress = run, on_progress
        self._told = self._looked = -1e9
        self._cancelled = False

    def progress(self, report: Progress) -> None:
        """One collection or batch was read."""
        if self._due("_told") or report.done == report.total:
            values = {"done": report.done, "total": report.total, "message": report.message}
            SyncRun.objects.filter(pk=self.run.pk).update(progress=values)
        if self.on_progress is not None:
            self.on_progress(report)

    def cancelled(self) -> bool:
        """Whether somebody wants the run to end."""
        if not self._cancelled and self._due("_looked"):
            self._cancelled = SyncRun.objects.filter(pk=self.run.pk, cancel_requested=True).exists()
        return self._cancelled

    def _due(self, name: str) -> bool:
        now = time.monotonic()
        if now - getattr(self, name) < LOOK_EVERY_SECONDS:
            return False
        setattr(self, name, now)
        return True


__all__ = ("ABANDONED", "LOCK", "Kind", "OnProgress", "Watch", "begin", "cancel", "end_abandoned")
