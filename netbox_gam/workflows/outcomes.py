"""What writing change plans came to: stored, an alarm raised where a person has to look, and what follows from success."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from nornir_tasks.contracts import ApplyOutcome, ApplyResult, TargetResult

from ..choices import AlarmSeverityChoices, AlarmSourceChoices, ChangePlanStatusChoices, StepStateChoices, SubscriberStatusChoices
from ..models import ChangePlan, Subscriber
from . import alarms, shelf_services
from . import intent as intents
from .change_log import together
from .saving import note, update

STATUS_BY_OUTCOME = {
    ApplyOutcome.APPLIED: ChangePlanStatusChoices.APPLIED,
    ApplyOutcome.NOTHING_TO_DO: ChangePlanStatusChoices.NOTHING_TO_DO,
    ApplyOutcome.STALE: ChangePlanStatusChoices.STALE,
    ApplyOutcome.ROLLED_BACK: ChangePlanStatusChoices.ROLLED_BACK,
    ApplyOutcome.FAILED: ChangePlanStatusChoices.FAILED,
    ApplyOutcome.NEEDS_ATTENTION: ChangePlanStatusChoices.NEEDS_ATTENTION,
}
CAME_TO_NOTHING = (ApplyOutcome.STALE, ApplyOutcome.ROLLED_BACK, ApplyOutcome.FAILED)
"""Outcomes that leave the shelf as it was, so that NetBox goes back to what it said before."""
AS_WANTED = (ApplyOutcome.APPLIED, ApplyOutcome.NOTHING_TO_DO)


@together()
def store(results: Sequence[tuple[ChangePlan, TargetResult[ApplyResult]]]) -> None:
    """Write what became of change plans that were being applied, all of it or nothing."""
    links = ChangePlan.subscribers.through.objects.filter(changeplan__in=[change_plan.pk for change_plan, _ in results])
    # Settling and giving back change subscribers plan by plan; who plans a batch meanwhile locks them by key.
    intents.lock_subscribers(links.values("subscriber_id"))
    as_wanted = [change_plan for change_plan, result in results if _store_one(change_plan, result) in AS_WANTED]
    if as_wanted:
        shelf_services.applied(as_wanted)
        _settle(as_wanted)
    for change_plan, _ in results:
        # What was loaded to apply it is as old as that.
        change_plan._prefetched_objects_cache = {}


def _store_one(change_plan: ChangePlan, result: TargetResult[ApplyResult]) -> ApplyOutcome:
    came_to = result.value
    outcome = came_to.outcome if came_to else _outcome_without_result(change_plan)
    failure = result.failure or (came_to.failure if came_to else None)
    problems = [f"{failure.message} {failure.next_step}".strip()] if failure else []
    if outcome in CAME_TO_NOTHING:
        problems += intents.take_back(change_plan, message=f"Given back: change plan {change_plan} ended {outcome}")
    note(
        change_plan,
        message=f"Outcome: {outcome}",
        status=STATUS_BY_OUTCOME[outcome],
        finished=timezone.now(),
        verified=bool(came_to and came_to.verified),
        saved=bool(came_to and came_to.saved),
        difference=list(came_to.difference) if came_to else [],
        error="\n".join(problems),
    )
    if outcome == ApplyOutcome.NEEDS_ATTENTION:
        _raise_alarm(change_plan)
    return outcome


def _outcome_without_result(change_plan: ChangePlan) -> ApplyOutcome:
    """A device that failed as a whole: nothing was written if no step got as far as being sent."""
    touched = change_plan.steps.exclude(state=StepStateChoices.PLANNED).exists()
    return ApplyOutcome.NEEDS_ATTENTION if touched else ApplyOutcome.FAILED


def _raise_alarm(change_plan: ChangePlan) -> None:
    alarms.raise_alarm(
        change_plan.gam,
        key=f"change-plan:{change_plan.pk}",
        condition="needs attention",
        severity=AlarmSeverityChoices.CRITICAL,
        source=AlarmSourceChoices.PROVISIONING,
        text=f"Change plan {change_plan} could not be undone with certainty.",
    )


def _settle(change_plans: Sequence[ChangePlan]) -> None:
    """What follows once shelves are as wanted: endpoints are configured, terminated subscribers let go of theirs."""
    for change_plan in change_plans:
        # Somebody may have changed a subscriber since its plan was begun with.
        change_plan._prefetched_objects_cache.pop("subscribers", None)
    fresh = Subscriber.objects.select_related("endpoint").prefetch_related("tags")
    prefetch_related_objects(list(change_plans), Prefetch("subscribers", queryset=fresh))
    for change_plan in change_plans:
        for subscriber in change_plan.subscribers.all():
            _settle_one(change_plan, subscriber)


def _settle_one(change_plan: ChangePlan, subscriber: Subscriber) -> None:
    if subscriber.status == SubscriberStatusChoices.TERMINATED:
        gone: dict[str, Any] = {"endpoint": None, "port": None, "vlan": None, "before_suspension": None}
        update(subscriber, message=f"Removed by change plan {change_plan}", **gone)
        return
    if subscriber.status == SubscriberStatusChoices.ACTIVE and subscriber.before_suspension is not None:
        note(subscriber, message=f"Resumed by change plan {change_plan}", before_suspension=None)
    if subscriber.endpoint_id:
        words = f"Configured by change plan {change_plan}"
        update(subscriber.endpoint, message=words, status="configured", gam_id=change_plan.gam_id)
