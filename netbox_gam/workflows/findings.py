"""Findings: stored from a comparison, decided by people. Only accepting one changes intent and makes a change plan."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from nornir_tasks.contracts import BillingService, Comparison, FindingDraft, FindingKind, ServiceState

from ..choices import ChangePlanStatusChoices, FindingStateChoices, SubscriberStatusChoices, SyncRunStatusChoices
from ..exceptions import InvalidState, WorkflowError
from ..models import (
    BandwidthPlan,
    BilledService,
    BillingPlan,
    BillingSystem,
    ChangePlan,
    Endpoint,
    Finding,
    FindingRule,
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


UNDECIDED: dict[str, Any] = {
    "state": FindingStateChoices.OPEN, "ignored_until": None, "followed_rule": None, "decided": None, "change_plan": None
}  # fmt: skip
"""A finding that waits for a decision."""

OF_ONE_SERVICE = (
    FindingKind.ACTIVE_NOT_ON_NETWORK,
    FindingKind.INACTIVE_ON_NETWORK,
    FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT,
    FindingKind.MAC_MISMATCH,
    FindingKind.SERIAL_MISMATCH,
    FindingKind.PLAN_MISMATCH,
    FindingKind.UNKNOWN_STATUS,
    FindingKind.IP_MISMATCH,
    FindingKind.VLAN_MISMATCH,
    FindingKind.SPEED_ON_SHELF,
    FindingKind.LIVE_WHILE_OFF,
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


def store_stale(system: BillingSystem, run: SyncRun, drafts: Sequence[FindingDraft], *, at: datetime) -> StoredFindings:
    """Store that links of some subscribers lead nowhere; findings about others stay as they are."""
    report = StoredFindings()
    subscribers = [draft.subscriber_key for draft in drafts]
    scope = Finding.objects.filter(system=system, kind=FindingKind.STALE_LINK, subscriber_id__in=subscribers)
    _store_side(system, run, drafts, at, report, resolve=False, scope=scope)
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
    # What a rule was held for is settled by a person or by the rule, not by a comparison.
    stored = (Finding.objects.filter(system=owner) if scope is None else scope).exclude(kind=FindingKind.RULE_HELD)
    known = {finding.fingerprint: finding for finding in stored.select_related("change_plan")}
    for draft in drafts:
        finding = known.get(draft.fingerprint)
        if finding is None:
            _create(owner, run, draft, at)
            report.opened += 1
        elif _came_back(finding):
            # What was gone meanwhile is new to the rules; what was accepted in vain is not tried again at once.
            again = {"taken_up_at": None} if finding.state == FindingStateChoices.RESOLVED else {}
            update(finding, message=f"Found again by {run}", **UNDECIDED, **again)
            report.reopened += 1
        else:
            report.standing += 1
    current = {draft.fingerprint for draft in drafts}
    _read_again([(known[draft.fingerprint], draft) for draft in drafts if draft.fingerprint in known])
    Finding.objects.filter(system=owner, fingerprint__in=current).update(last_seen=at, sync_run=run)
    gone = [finding for fingerprint, finding in known.items() if fingerprint not in current] if resolve else []
    for finding in gone:
        report.resolved += update(finding, message=f"No longer found by {run}", state=FindingStateChoices.RESOLVED)


def _read_again(standing: Sequence[tuple[Finding, FindingDraft]]) -> None:
    """Values and times as they were read now. They are evidence, no decision: nothing for the change log."""
    changed = []
    for finding, draft in standing:
        values = {
            "title": draft.title[:300],
            "subscriber_id": draft.subscriber_key,
            "endpoint_id": draft.endpoint_key,
            "billing_values": dict(draft.billing),
            "intent_values": dict(draft.intent),
            "actual_values": dict(draft.actual),
            "read_times": dict(draft.read_at),
        }
        if any(getattr(finding, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(finding, name, value)
            changed.append(finding)
    names = ["title", "subscriber", "endpoint", "billing_values", "intent_values", "actual_values", "read_times"]
    Finding.objects.bulk_update(changed, names, batch_size=500)


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
        read_times=dict(draft.read_at),
        rule=draft.rule[:300],
        first_seen=at,
        last_seen=at,
        sync_run=run,
    )


def _came_back(finding: Finding) -> bool:
    """Resolved, ignored until by now, or accepted with a change plan that ended, and still there: somebody has to look again."""
    if finding.state == FindingStateChoices.RESOLVED or _is_over(finding):
        return True
    waiting = (ChangePlanStatusChoices.PLANNED, ChangePlanStatusChoices.APPLYING)
    accepted = finding.state == FindingStateChoices.ACCEPTED
    return accepted and (finding.change_plan is None or finding.change_plan.status not in waiting)


def _is_over(finding: Finding) -> bool:
    return (
        finding.state == FindingStateChoices.IGNORED
        and finding.ignored_until is not None
        and finding.ignored_until <= timezone.now()
    )


def reopen_ignored() -> int:
    """Open again what was ignored until a date that is over."""
    over = Finding.objects.filter(state=FindingStateChoices.IGNORED, ignored_until__lte=timezone.now())
    return sum(update(finding, message="The date it was ignored until is over", **UNDECIDED) for finding in over)


def accept(finding: Finding, *, user: Any, rule: FindingRule | None = None) -> ChangePlan:
    """Decide that billing is right: change intent accordingly and make the change plan.

    :param rule: which decided it in the user's place
    :raises InvalidState: the finding is decided already, or its kind has to be put right elsewhere
    :raises WorkflowError: what stands in the way of the change
    """
    _expect_open(finding)
    actions: dict[str, Callable[[Finding, Any], ChangePlan]] = {
        FindingKind.ACTIVE_NOT_ON_NETWORK: _put_into_service,
        FindingKind.INACTIVE_ON_NETWORK: _cut_off,
        FindingKind.PLAN_MISMATCH: _change_plan,
        FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER: _suspend_unpaid,
        FindingKind.VLAN_MISMATCH: _push,
        FindingKind.SPEED_ON_SHELF: _push,
        FindingKind.LIVE_WHILE_OFF: _push,
    }
    action = actions.get(finding.kind)
    if action is None:
        raise InvalidState(
            f"“{finding.get_kind_display()}” cannot be settled by a change on a GAM.",
            next_step="Put it right in the billing system or in NetBox; the next run resolves it. Or ignore it.",
        )
    made = action(finding, user)
    update(
        finding, message=f"Accepted by {_words(user, rule)}", state=FindingStateChoices.ACCEPTED, change_plan=made, **_decided(rule)
    )
    return made


def _decided(rule: FindingRule | None) -> dict[str, Any]:
    return {"followed_rule": rule, "decided": timezone.now()}


def _words(user: Any, rule: FindingRule | None) -> str:
    return f"{user}, by rule {rule}" if rule else str(user)


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
    if subscriber.status == SubscriberStatusChoices.ACTIVE:
        return _push(finding, user)
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


def _push(finding: Finding, user: Any) -> ChangePlan:
    """NetBox is right already: bring the shelf to it."""
    return services.plan(_subscriber_of(finding), user=user)


def _change_plan(finding: Finding, user: Any) -> ChangePlan:
    return services.change_plan(_subscriber_of(finding), _billed_plan(finding), user=user)


def ignore(
    finding: Finding, *, user: Any, comment: str = "", until: datetime | None = None, rule: FindingRule | None = None
) -> None:
    """Do not raise this difference again while its values stay the same, or before a date.

    :param until: from then on it is open again, if it still is there; None for as long as its values stay the same
    :param rule: which decided it in the user's place
    :raises InvalidState: it is decided already
    :raises WorkflowError: the date is over
    """
    _expect_open(finding)
    if until is not None and until <= timezone.now():
        raise WorkflowError(f"until {until:%Y-%m-%d %H:%M} is over already.", next_step="Choose a date to come.")
    values: dict[str, Any] = {"comments": f"{finding.comments}\n\n{comment}".strip()} if comment else {}
    values |= {"state": FindingStateChoices.IGNORED, "ignored_until": until, **_decided(rule)}
    update(finding, message=f"Ignored by {_words(user, rule)}", **values)


def reopen(finding: Finding, *, user: Any) -> None:
    """Take a decision back.

    :raises InvalidState: it is open, or its change plan is being applied
    """
    if finding.state == FindingStateChoices.OPEN:
        raise InvalidState("The finding is open.")
    if finding.change_plan is not None and finding.change_plan.status == ChangePlanStatusChoices.APPLYING:
        raise InvalidState("Its change plan is being applied.", next_step="Wait for it to end.")
    update(finding, message=f"Reopened by {user}", **{**UNDECIDED, "change_plan": finding.change_plan})
