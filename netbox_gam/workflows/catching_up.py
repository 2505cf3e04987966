"""Between full runs only what changed is read: which accounts did, then those, as after an event. Full runs see what is gone.

A run that is cut off stores nothing of its cursor, so that the next one begins where this one began.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from nornir_tasks.contracts import BillingSnapshot, Progress
from nornir_tasks.errors import BillingError

from .. import gateway
from ..choices import SyncRunKindChoices, SyncRunStatusChoices
from ..exceptions import InvalidState, WorkflowError
from ..models import BillingSystem, SyncRun
from ..targets import billing_target
from . import findings, reconciliation, sync_runs
from .locks import exclusive
from .reconciliation import Clock, ReconciliationReport
from .sync_runs import OnProgress

BATCH = 50
MOST = 500
"""More changed accounts than these are read with everything else, by a full run."""


def catch_up(system: BillingSystem, *, user: Any = None, on_progress: OnProgress | None = None) -> ReconciliationReport:
    """Read what changed since the last run and compare that; everything, where so much changed that it is quicker.

    :raises InvalidState: there is no full run to go on from
    :raises Busy: another run of this system is under way
    :raises WorkflowError: something could not be read; the run is kept as failed, and nothing of it is stored
    """
    cursor = cursor_of(system)
    if not cursor:
        raise InvalidState(f"{system} was never read whole.", next_step="Reconcile it once.")
    with exclusive(sync_runs.LOCK, system.pk, label=f"Billing system {system}"):
        run = sync_runs.begin(system, SyncRunKindChoices.CHANGES)
        watch, clock = sync_runs.Watch(run, on_progress), Clock()
        try:
            target = billing_target(system)
            changed = gateway.fetch_changed(target, cursor, most=MOST, cancelled=watch.cancelled)
            clock.lap("ask")
            snapshot = None if changed.too_many else _read(target, changed.ids, watch)
        except (BillingError, WorkflowError) as error:
            return reconciliation.not_read(system, run, error, clock, cancelled=watch.cancelled(), doubt=False)
        clock.lap("read")
        if snapshot is not None and not watch.cancelled():
            with transaction.atomic():
                return _store(system, run, snapshot, dict(changed.cursor), clock)
        ended = SyncRunStatusChoices.CANCELLED if watch.cancelled() else SyncRunStatusChoices.INCOMPLETE
        why = [] if watch.cancelled() else [f"more than {MOST} accounts changed: everything is read instead"]
        reconciliation.finish(run, ended, problems=why, timings=clock.timings)
        if watch.cancelled():
            return ReconciliationReport(run)
        return reconciliation.reconcile(system, user=user, on_progress=on_progress)


def cursor_of(system: BillingSystem) -> dict[str, str]:
    """Where the next reading of changes begins; empty when a full run has to come first."""
    done = (SyncRunStatusChoices.COMPLETED, SyncRunStatusChoices.CAUGHT_UP)
    cursor = SyncRun.objects.filter(system=system, status__in=done).values_list("cursor", flat=True).first()
    return dict(cursor or {})


def _read(target: Any, ids: Sequence[str], watch: sync_runs.Watch) -> BillingSnapshot | None:
    """All of these accounts, batch by batch; None when it was cancelled in between."""
    whole: BillingSnapshot | None = None
    batches = [ids[at : at + BATCH] for at in range(0, len(ids), BATCH)] or [()]
    for done, batch in enumerate(batches, start=1):
        if watch.cancelled():
            return None
        part = gateway.fetch_accounts(target, batch)
        whole = replace(part, services=whole.services + part.services, taken_at=whole.taken_at) if whole else part
        watch.progress(Progress(done, len(batches), target.name, True, f"{min(done * BATCH, len(ids))} of {len(ids)} accounts"))
    return whole


def _store(
    system: BillingSystem, run: SyncRun, snapshot: BillingSnapshot, cursor: dict[str, str], clock: Clock
) -> ReconciliationReport:
    """Compare what was read, unless it would cut off too many at once."""
    report = ReconciliationReport(run, services=len(snapshot.services))
    snapshot = replace(snapshot, counts={"changed_services": len(snapshot.services)}, cursor={})
    held, pending = reconciliation.reasons_to_hold_some(system, snapshot)
    if held:
        timings = clock.lap("guard")
        reconciliation.finish(run, SyncRunStatusChoices.HELD, snapshot=snapshot, problems=held, timings=timings, pending=pending)
        report.opened += findings.doubt_feed(system, run)
        return report
    refreshed = reconciliation.refresh(system, snapshot, run)
    if refreshed is not None:
        report.linked, report.arrived = refreshed.linked, refreshed.arrived
        report.opened, report.resolved = refreshed.opened, refreshed.resolved
    reconciliation.finish(
        run,
        SyncRunStatusChoices.CAUGHT_UP,
        snapshot=snapshot,
        problems=[],
        timings=clock.lap("compare"),
        outcome=report.outcome(),
        cursor=cursor,
    )
    return report
