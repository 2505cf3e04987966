"""Findings: stored from a comparison, decided by people. Only accepting one changes intent and makes a change plan."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from nornir_tasks.contracts import BillingService, Comparison, FindingDraft, FindingKind, ServiceState

from ..choices import ChangePlanStatusChoices, FindingStateChoices, SubscriberStatusChoices, SyncRunStatusChoices
from ..exceptions import InvalidState
from ..models import (
    BandwidthPlan,
    BilledService,
    BillingPlan,
    BillingSystem,
    ChangePlan,
    Endpoint,
    Finding,
    GamDevice,
    Subscriber,
    SyncRun,
)
from . import services
from .saving import create, update


@dataclass
class StoredFindings:
    """What storing a run's findings came to."""

    opened: int = 0
    reopened: int = 0
    standing: int = 0
    resolved: int = 0


def store(system: BillingSystem, run: SyncRun, comparison: Comparison, *, at: datetime, all_systems_read: bool) -> StoredFindings:
    """Create new findings, keep standing ones, resolve those that are gone.

    A comparison that is not conclusive left findings out, so it resolves none. A subscriber nobody pays for is no billing system's
    finding: every system's run finds the same one, and only a run after every system was read can tell that it is gone.
    """
    report = StoredFindings()
    own, shared = [], []
    for draft in comparison.findings:
        if draft.kind is FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER:
            shared.append(replace(draft, fingerprint=_nobodys(draft)))
        else:
            own.append(draft)
    _store_side(system, run, own, at, report, resolve=comparison.conclusive)
    _store_side(None, run, shared, at, report, resolve=comparison.conclusive and all_systems_read)
    return report


OF_ONE_SERVICE = (
    FindingKind.ACTIVE_NOT_ON_NETWORK,
    FindingKind.INACTIVE_ON_NETWORK,
    FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT,
    FindingKind.MAC_MISMATCH,
    FindingKind.SERIAL_MISMATCH,
    FindingKind.PLAN_MISMATCH,
    FindingKind.UNKNOWN_STATUS,
)
"""Kinds that one service's own record, NetBox and the network tell without knowing of any other service."""


def store_some(
    system: BillingSystem,
    run: SyncRun,
    comparison: Comparison,
    services: Sequence[BillingService],
    *,
    at: datetime,
    former: Collection[str] = (),
) -> StoredFindings:
    """As :func:`store`, after only these services were read: findings about others stay as they are.

    :param former: ids of services that these have replaced, or that are gone: findings about them are resolved
    """
    report = StoredFindings()
    ids = [service.external_id for service in services]
    own = [item for item in comparison.findings if item.kind in OF_ONE_SERVICE and item.external_id in ids]
    scope = Finding.objects.filter(system=system, kind__in=OF_ONE_SERVICE, external_id__in=[*ids, *former])
    _store_side(system, run, own, at, report, resolve=True, scope=scope)
    return report


def doubt_feed(system: BillingSystem, run: SyncRun) -> bool:
    """Keep the one finding that says why a system's feed is not believed; a run that can be believed resolves it.

    :returns: whether it was opened by this run
    """
    at = run.finished or run.started
    title = f"{system} is not believed, the run {run.get_status_display().lower()}: {(run.problems or ['no reason given'])[0]}"
    previous = SyncRun.objects.filter(system=system, status=SyncRunStatusChoices.COMPLETED).exclude(pk=run.pk).first()
    before = previous.counts if previous else {}
    changed = {name: f"{before.get(name, 0)} → {count}" for name, count in run.counts.items() if before.get(name, 0) != count}
    values = {
        "title": title[:300],
        "billing_values": {"status": run.status, "problems": run.problems, "changed": changed},
        "last_seen": at,
        "sync_run": run,
    }
    fingerprint = hashlib.sha256(f"{FindingKind.SOURCE_INCOMPLETE}:feed".encode()).hexdigest()
    finding = Finding.objects.filter(system=system, fingerprint=fingerprint).first()
    if finding is None:
        kind, rule = FindingKind.SOURCE_INCOMPLETE, "Nothing is concluded from a reading that failed, is incomplete or is held."
        first = {"kind": kind, "rule": rule, "fingerprint": fingerprint, "first_seen": at}
        create(Finding, message=f"Found by {run}", system=system, **first, **values)
        return True
    returned = finding.state == FindingStateChoices.RESOLVED
    if returned:
        values["state"] = FindingStateChoices.OPEN
    update(finding, message=f"Found again by {run}", **values)
    return returned


def _nobodys(draft: FindingDraft) -> str:
    return hashlib.sha256(f"{draft.kind}:{draft.subscriber_key}".encode()).hexdigest()


def _store_side(
    owner: BillingSystem | None,
    run: SyncRun,
    drafts: Sequence[FindingDraft],
    at: datetime,
    report: StoredFindings,
    *,
    resolve: bool,
    scope: QuerySet[Finding] | None = None,
) -> None:
    """Store the findings of one side. ``scope``: those that could be resolved; all of the owner's when None."""
    known = {finding.fingerprint: finding for finding in (Finding.objects.filter(system=owner) if scope is None else scope)}
    for draft in drafts:
        finding = known.get(draft.fingerprint)
        if finding is None:
            _create(owner, run, draft, at)
            report.opened += 1
        elif _came_back(finding):
            update(finding, message=f"Found again by {run}", state=FindingStateChoices.OPEN, change_plan=None)
            report.reopened += 1
        else:
            report.standing += 1
    current = {draft.fingerprint for draft in drafts}
    Finding.objects.filter(system=owner, fingerprint__in=current).update(last_seen=at, sync_run=run)
    gone = [finding for fingerprint, finding in known.items() if fingerprint not in current] if resolve else []
    for finding in gone:
        report.resolved += update(finding, message=f"No longer found by {run}", state=FindingStateChoices.RESOLVED)


def _create(system: BillingSystem | None, run: SyncRun, draft: FindingDraft, at: datetime) -> Finding:
    return create(
        Finding,
        message=f"Found by {run}",
        system=system,
        kind=draft.kind,
        title=draft.title[:300],
        fingerprint=draft.fingerprint,
        entity=draft.entity,
        external_id=draft.external_id,
        subscriber_id=draft.subscriber_key,
        endpoint_id=draft.endpoint_key,
        billing_values=dict(draft.billing),
        intent_values=dict(draft.intent),
        actual_values=dict(draft.actual),
        rule=draft.rule[:300],
        first_seen=at,
        last_seen=at,
        sync_run=run,
    )


def _came_back(finding: Finding) -> bool:
    """Resolved, or accepted with a change plan that ended, and still there: somebody has to look again."""
    if finding.state == FindingStateChoices.RESOLVED:
        return True
    waiting = (ChangePlanStatusChoices.PLANNED, ChangePlanStatusChoices.APPLYING)
    accepted = finding.state == FindingStateChoices.ACCEPTED
    return accepted and (finding.change_plan is None or finding.change_plan.status not in waiting)


def accept(finding: Finding, *, user: Any) -> ChangePlan:
    """Decide that billing is right: change intent accordingly and make the change plan.

    :raises InvalidState: the finding is decided already, or its kind has to be put right elsewhere
    :raises WorkflowError: what stands in the way of the change
    """
    _expect_open(finding)
    actions: dict[str, Callable[[Finding, Any], ChangePlan]] = {
        FindingKind.ACTIVE_NOT_ON_NETWORK: _put_into_service,
        FindingKind.INACTIVE_ON_NETWORK: _cut_off,
        FindingKind.PLAN_MISMATCH: _change_plan,
        FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER: _suspend_unpaid,
    }
    action = actions.get(finding.kind)
    if action is None:
        raise InvalidState(
            f"“{finding.get_kind_display()}” cannot be settled by a change on a GAM.",
            next_step="Put it right in the billing system or in NetBox; the next run resolves it. Or ignore it.",
        )
    made = action(finding, user)
    update(finding, message=f"Accepted by {user}", state=FindingStateChoices.ACCEPTED, change_plan=made)
    return made


def place_of(finding: Finding) -> GamDevice | None:
    """The GAM that accepting the finding would write to."""
    return services.place_of(finding.subscriber, finding.endpoint) if finding.subscriber else None


def _expect_open(finding: Finding) -> None:
    finding.refresh_from_db()
    if finding.state != FindingStateChoices.OPEN:
        raise InvalidState(f"The finding is {finding.get_state_display().lower()} already.", next_step="Reopen it first.")


def _subscriber_of(finding: Finding) -> Subscriber:
    if finding.subscriber is None:
        raise InvalidState("The finding names no subscriber.", next_step="Reconcile again, so that it is linked.")
    return finding.subscriber


def _billed(finding: Finding) -> BilledService:
    """The service at billing as the last complete snapshot has it.

    :raises InvalidState: it is not there any more
    """
    row = BilledService.objects.filter(system=finding.system, entity=finding.entity, external_id=finding.external_id).first()
    if row is None:
        raise InvalidState(
            f"{finding.system} has no {finding.entity} {finding.external_id} any more.", next_step="Reconcile again."
        )
    return row


def _billed_plan(finding: Finding) -> BandwidthPlan:
    """The bandwidth plan the billed plan stands for.

    :raises InvalidState: the service has no plan at billing, or it is not mapped
    """
    plan_id = _billed(finding).plan_id
    mapped = BillingPlan.objects.filter(system=finding.system, external_id=plan_id).select_related("bandwidth_plan").first()
    if mapped is None or mapped.bandwidth_plan is None:
        raise InvalidState(
            f"The plan {str(mapped) if mapped else plan_id!r} is not mapped to a bandwidth plan.",
            next_step="Map it on the billing plan's page, then accept again.",
        )
    return mapped.bandwidth_plan


def _put_into_service(finding: Finding, user: Any) -> ChangePlan:
    subscriber = _subscriber_of(finding)
    endpoint: Endpoint | None = finding.endpoint or subscriber.endpoint
    plan = _billed_plan(finding)
    if subscriber.status == SubscriberStatusChoices.SUSPENDED and subscriber.vlan_id:
        return services.resume(subscriber, user=user)
    return services.activate(subscriber, user=user, endpoint=endpoint, bandwidth_plan=plan)


def _cut_off(finding: Finding, user: Any) -> ChangePlan:
    subscriber = _subscriber_of(finding)
    if _billed(finding).state == ServiceState.TERMINATED:
        return services.terminate(subscriber, user=user)
    return services.suspend(subscriber, user=user)


def _suspend_unpaid(finding: Finding, user: Any) -> ChangePlan:
    return services.suspend(_subscriber_of(finding), user=user)


def _change_plan(finding: Finding, user: Any) -> ChangePlan:
    return services.change_plan(_subscriber_of(finding), _billed_plan(finding), user=user)


def ignore(finding: Finding, *, user: Any, comment: str = "") -> None:
    """Do not raise this difference again while its values stay the same."""
    _expect_open(finding)
    values = {"comments": f"{finding.comments}\n\n{comment}".strip()} if comment else {}
    update(finding, message=f"Ignored by {user}", state=FindingStateChoices.IGNORED, **values)


def reopen(finding: Finding, *, user: Any) -> None:
    """Take a decision back.

    :raises InvalidState: it is open, or its change plan is being applied
    """
    if finding.state == FindingStateChoices.OPEN:
        raise InvalidState("The finding is open.")
    if finding.change_plan is not None and finding.change_plan.status == ChangePlanStatusChoices.APPLYING:
        raise InvalidState("Its change plan is being applied.", next_step="Wait for it to end.")
    update(finding, message=f"Reopened by {user}", state=FindingStateChoices.OPEN)
