"""Releasing a held feed in part: chosen services are read again and compared, the rest stays held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from nornir_tasks.contracts import BillingSnapshot, FindingKind, ServiceState
from nornir_tasks.errors import BillingError

from .. import gateway
from ..choices import FindingStateChoices, HeldChangeChoices, SyncRunStatusChoices
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import BilledService, Finding, HeldService, SyncRun
from ..targets import billing_target
from . import findings, reconciliation
from .held import CHANGES
from .locks import exclusive

BATCH_ACCOUNTS = 50
WORSE = {HeldChangeChoices.SUSPEND: {HeldChangeChoices.TERMINATE, HeldChangeChoices.MISSING}, HeldChangeChoices.TERMINATE: set()}
"""What a service may not have become since somebody looked at it."""


@dataclass
class Released:
    """What releasing a part came to."""

    services: int = 0
    findings: int = 0
    left: list[str] = field(default_factory=list)


def release_part(run: SyncRun, *, user: Any, services: Sequence[int] = (), sites: Sequence[int] = ()) -> Released:
    """Believe a held feed for some services. Their accounts are read again, compared, and become findings; nothing is changed.

    An account is released as a whole. One that has become worse than what was looked at stays held and is named.

    :param services: keys of held services
    :param sites: keys of sites, for all services there
    :raises NotAllowed: the user may not release this run
    :raises InvalidState: the run is not held, or not the latest one any more
    :raises WorkflowError: nothing was chosen, or the billing system could not be read
    """
    if not user.has_perm("netbox_gam.release_syncrun", run):
        raise NotAllowed(f"You may not release {run}.")
    _check(run)
    waiting = HeldService.objects.filter(run=run, released=None)
    chosen = waiting.filter(pk__in=services) | waiting.filter(site_id__in=sites)
    accounts = sorted(set(chosen.values_list("account_id", flat=True)))
    if not accounts:
        raise WorkflowError("Nothing that is still held was chosen.", next_step="Choose services or a site, then release.")
    report = Released()
    with exclusive("billing_system", run.system_id, label=f"Billing system {run.system}"):
        for start in range(0, len(accounts), BATCH_ACCOUNTS):
            batch = accounts[start : start + BATCH_ACCOUNTS]
            try:
                snapshot = gateway.fetch_accounts(billing_target(run.system), batch)
            except BillingError as error:
                raise WorkflowError(
                    f"{run.system} could not be read: {error}",
                    next_step="Release again once it answers; what was released stays so.",
                ) from None
            with transaction.atomic():
                _release(run, snapshot, waiting.filter(account_id__in=batch), user, report)
    return report


def _check(run: SyncRun) -> None:
    if run.status != SyncRunStatusChoices.HELD:
        raise InvalidState(f"The run {run} was not held.", next_step="Release a run whose status is held.")
    later = SyncRun.objects.filter(system=run.system, started__gt=run.started)
    if later.filter(status__in=(SyncRunStatusChoices.COMPLETED, SyncRunStatusChoices.HELD)).exists():
        raise InvalidState("A later run has ended, so this one says nothing any more.", next_step="Look at the latest run.")


def _release(run: SyncRun, snapshot: BillingSnapshot, rows: QuerySet[HeldService], user: Any, report: Released) -> None:
    now = {(service.entity, id): service.state for service in snapshot.services for id in (service.external_id, *service.replaces)}
    worse = {row.account_id for row in rows if _became(now.get((row.entity, row.external_id))) in WORSE.get(row.change, ())}
    report.left += [f"{row} has become worse; look at the next run" for row in rows if row.account_id in worse]
    going = [row for row in rows if row.account_id not in worse]
    believed = replace(snapshot, services=tuple(item for item in snapshot.services if item.account_id not in worse))
    if believed.services:
        reconciliation.refresh(run.system, believed)
    gone = [row for row in going if (row.entity, row.external_id) not in now]
    if gone:
        _miss(run, believed, gone)
    HeldService.objects.filter(pk__in=[row.pk for row in going]).update(released=timezone.now(), released_by=str(user)[:150])
    report.services += len(going)
    kinds = (FindingKind.INACTIVE_ON_NETWORK, FindingKind.STALE_LINK)
    about = Finding.objects.filter(system=run.system, kind__in=kinds, state=FindingStateChoices.OPEN)
    report.findings += about.filter(subscriber_id__in=[row.subscriber_id for row in going]).count()


def _became(state: ServiceState | None) -> str:
    return HeldChangeChoices.MISSING if state is None else CHANGES.get(state, "")


def _miss(run: SyncRun, snapshot: BillingSnapshot, gone: Sequence[HeldService]) -> None:
    """Services that are really not there any more: their links are stale."""
    keys = {row.subscriber_id for row in gone}
    view = reconciliation.intent_view(run.system)
    narrowed = replace(view, subscribers=tuple(item for item in view.subscribers if item.key in keys))
    comparison = gateway.compare(replace(snapshot, complete=True, scope=""), narrowed, previous_scope="", all_systems_read=False)
    stale = [item for item in comparison.findings if item.kind is FindingKind.STALE_LINK and item.subscriber_key in keys]
    findings.store_stale(run.system, run, stale, at=snapshot.taken_at)
    ids = [row.external_id for row in gone]
    BilledService.objects.filter(system=run.system, external_id__in=ids).delete()
