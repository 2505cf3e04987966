"""Change plans: made from the shelf's state, shown, applied to that state only, read back, saved; undone when a step fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from nornir_tasks.contracts import (
    ApplyOutcome,
    ApplyResult,
    Change,
    ChangeAction,
    ChangeKind,
    DeviceTarget,
    FieldDiff,
    PlannedStep,
    ShelfConfig,
    ShelfPlan,
    SkippedTarget,
    StepEvent,
    Transport,
)
from nornir_tasks.plan_codec import from_json, to_json

from .. import gateway
from ..choices import AlarmSeverityChoices, AlarmSourceChoices, ChangePlanStatusChoices, StepStateChoices, SubscriberStatusChoices
from ..exceptions import InvalidState, WorkflowError
from ..models import ChangePlan, ChangeStep, GamDevice, Subscriber
from ..targets import device_target
from . import alarms, backup_store, drift, shelf_services
from . import intent as intents
from .desired import desired_config
from .firmware_quiet import refuse_writing
from .locks import exclusive
from .saving import update

WAIT_SECONDS = 120.0
"""How long a job waits for another one to finish with the same GAM."""

type OnEvent = Callable[[StepEvent], None]

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


def target_of(gam: GamDevice) -> DeviceTarget:
    """The target of a GAM.

    :raises WorkflowError: why it cannot be talked to
    """
    target = device_target(gam)
    if isinstance(target, SkippedTarget):
        raise WorkflowError(f"{target.name} cannot be reached: {target.reason}")
    return target


def read_shelf(gam: GamDevice) -> ShelfConfig:
    """The running configuration of a GAM, read now, and compared with intent on the way.

    :raises WorkflowError: with the device's failure and its next step
    """
    result = gateway.read_config(target_of(gam))
    if result.failure is not None or result.value is None:
        failure = result.failure
        raise WorkflowError(f"{gam} could not be read: {failure.message if failure else 'no answer'}", next_step=_step_of(failure))
    drift.note_config(gam, result.value)
    shelf_services.remember(gam, result.value)
    return result.value


def _step_of(failure: Any) -> str:
    return str(failure.next_step) if failure else ""


def make_plan(
    gam: GamDevice,
    subscribers: Sequence[Subscriber],
    actual: ShelfConfig,
    *,
    user: Any,
    reason: str,
    intent: Sequence[intents.Entry] = (),
) -> ChangePlan:
    """Store the change plan that brings ``gam`` from ``actual`` to what these subscribers should have. Sends nothing.

    :param intent: what was changed in NetBox for it, given back if the plan comes to nothing
    :raises WorkflowError: every rule the result would break; a plan of one of them waits together with others
    """
    wanted, removals = desired_config(list(subscribers), actual)
    shelf_plan = gateway.plan(target_of(gam), actual, wanted, removals, reason)
    if shelf_plan.violations:
        lines = "; ".join(f"{v.subject} {v.field} {v.value}: {v.rule}" for v in shelf_plan.violations)
        raise WorkflowError(f"{reason} is not possible: {lines}")
    return store_plan(gam, shelf_plan, subscribers, user=user, reason=reason, intent=intent)


@transaction.atomic
def store_plan(
    gam: GamDevice,
    shelf_plan: ShelfPlan,
    subscribers: Sequence[Subscriber],
    *,
    user: Any,
    reason: str,
    intent: Sequence[intents.Entry] = (),
    notes: Sequence[str] = (),
) -> ChangePlan:
    """Write a computed plan and its steps to the database. It takes the place of plans of the same subscribers that wait.

    :param notes: what it does not do, and what it leads to, for whoever looks at it
    :raises InvalidState: such a plan waits together with others
    """
    status = ChangePlanStatusChoices.PLANNED if shelf_plan.steps else ChangePlanStatusChoices.NOTHING_TO_DO
    if shelf_plan.violations:
        status = ChangePlanStatusChoices.INVALID
    change_plan = ChangePlan(
        gam=gam,
        status=status,
        reason=reason[:300],
        requested_by=user,
        transport=shelf_plan.transport,
        state_hash=shelf_plan.state_hash,
        violations=[{"subject": v.subject, "field": v.field, "value": v.value, "rule": v.rule} for v in shelf_plan.violations],
        interrupts=list(shelf_plan.interrupts),
        notes=list(notes),
    )
    change_plan.save()
    change_plan.subscribers.set(subscribers)
    entries = intents.supersede(change_plan, list(intent), subscribers)
    if entries:
        ChangePlan.objects.filter(pk=change_plan.pk).update(intent=entries)
        change_plan.intent = entries
    for step in shelf_plan.steps:
        _store_step(change_plan, step)
    return change_plan


def _store_step(change_plan: ChangePlan, step: PlannedStep) -> None:
    ChangeStep(
        change_plan=change_plan,
        index=step.index,
        action=step.change.action,
        kind=step.change.kind,
        name=step.change.name,
        why=step.change.reason[:300],
        diff=[{"field": d.field, "before": d.before, "after": d.after} for d in step.diff],
        sends=list(step.sends),
        undo_sends=list(step.undo_sends),
        before=to_json(step.change.before),
        after=to_json(step.change.after),
    ).save()


def load_plan(change_plan: ChangePlan, target: DeviceTarget) -> ShelfPlan:
    """The stored plan as the contract that was shown."""
    return ShelfPlan(
        target=target.name,
        transport=Transport(change_plan.transport),
        state_hash=change_plan.state_hash,
        steps=tuple(_load_step(step) for step in change_plan.steps.order_by("index")),
        interrupts=tuple(change_plan.interrupts),
    )


def _load_step(step: ChangeStep) -> PlannedStep:
    kind = ChangeKind(step.kind)
    change = Change(ChangeAction(step.action), kind, step.name, from_json(kind, step.before), from_json(kind, step.after), step.why)
    diff = tuple(FieldDiff(item["field"], item["before"], item["after"]) for item in step.diff)
    return PlannedStep(step.index, change, tuple(step.sends), tuple(step.undo_sends), diff)


def apply_plan(change_plan: ChangePlan, *, user: Any, on_event: OnEvent | None = None) -> ChangePlan:
    """Write a change plan to its GAM, exactly as shown, or not at all.

    Every step is stored before it is sent. The outcome is in ``change_plan.status``; a device that refuses is an outcome, not
    an exception.

    :param on_event: told of every journal entry after it was stored
    :raises InvalidState: the plan was applied, cancelled or broke a rule, or its GAM waits for a person
    :raises Busy: another job writes to this GAM
    """
    gam = change_plan.gam
    with exclusive("gam", gam.pk, label=f"GAM {gam}"):
        change_plan.refresh_from_db()
        _check_may_apply(change_plan, on_event)
        target = target_of(gam)
        if target.transport != change_plan.transport:
            raise InvalidState(
                f"The plan was made for {change_plan.transport}, the GAM is on {target.transport} now.", next_step="Plan again."
            )
        shelf_plan = load_plan(change_plan, target)
        _begin(change_plan, user)
        result = gateway.apply(target, shelf_plan, _Journal(change_plan, on_event))
        _store_result(change_plan, result.value, result.failure)
    return change_plan


def plan_and_apply(
    gam: GamDevice | None, make: Callable[[], ChangePlan], *, user: Any, on_event: OnEvent | None = None
) -> ChangePlan:
    """Make a plan and apply it at once, as the only writer of the GAM from reading to saving; waits for its turn.

    :param make: makes the plan; what it raises passes
    :raises Busy: the turn did not come in time
    """
    if gam is None:
        return make()
    with exclusive("gam", gam.pk, label=f"GAM {gam}", wait_seconds=WAIT_SECONDS):
        recover_abandoned(gam, on_event=on_event)
        change_plan = make()
        if change_plan.status == ChangePlanStatusChoices.PLANNED:
            apply_plan(change_plan, user=user, on_event=on_event)
    return change_plan


@transaction.atomic
def _begin(change_plan: ChangePlan, user: Any) -> None:
    """From here on the plan cannot be cancelled."""
    status = ChangePlan.objects.select_for_update().values_list("status", flat=True).get(pk=change_plan.pk)
    if status != ChangePlanStatusChoices.PLANNED:
        raise InvalidState(f"Change plan {change_plan} was dropped at the last moment.", next_step="Make a new plan.")
    update(change_plan, message=f"Apply by {user}", status=ChangePlanStatusChoices.APPLYING, started=timezone.now())


def _check_may_apply(change_plan: ChangePlan, on_event: OnEvent | None) -> None:
    if change_plan.status != ChangePlanStatusChoices.PLANNED:
        words = change_plan.get_status_display()
        raise InvalidState(f"Change plan {change_plan} is “{words}” and cannot be applied.", next_step="Make a new plan.")
    refuse_writing(change_plan.gam)
    recover_abandoned(change_plan.gam, on_event=on_event)
    blocking = ChangePlan.objects.filter(gam=change_plan.gam, status=ChangePlanStatusChoices.NEEDS_ATTENTION).first()
    if blocking:
        raise InvalidState(
            f"GAM {change_plan.gam} waits for a person: {blocking} could not be undone with certainty.",
            next_step="Look at the shelf, then cancel that plan to release it.",
        )


def recover_abandoned(gam: GamDevice, *, on_event: OnEvent | None = None) -> list[ChangePlan]:
    """Finish or undo plans whose worker died. Called with the GAM's lock held: whoever was applying them is gone.

    How far a plan got is found out from the shelf; where that cannot be told, the plan needs attention.
    """
    abandoned = list(ChangePlan.objects.filter(gam=gam, status=ChangePlanStatusChoices.APPLYING).order_by("started"))
    for change_plan in abandoned:
        target = target_of(gam)
        result = gateway.recover(target, load_plan(change_plan, target), _Journal(change_plan, on_event))
        _store_result(change_plan, result.value, result.failure)
    return abandoned


class _Journal:
    """Stores what happens to a plan before it happens on the wire."""

    def __init__(self, change_plan: ChangePlan, on_event: OnEvent | None) -> None:
        self.change_plan = change_plan
        self.steps = {step.index: step for step in change_plan.steps.all()}
        self.on_event = on_event

    def __call__(self, event: StepEvent) -> None:
        if event.config:
            backup_store.keep_before(self.change_plan, event.config)
        step = self.steps.get(event.index)
        if step is not None and event.state is not None:
            step.state = event.state
            step.sent = list(event.sent) or step.sent
            step.answer = event.answered or step.answer
            step.error = event.failure.message if event.failure else step.error
            now = event.at or timezone.now()
            step.started = step.started or now
            step.finished = None if event.state == "sending" else now
            ChangeStep.objects.filter(pk=step.pk).update(
                state=step.state, sent=step.sent, answer=step.answer, error=step.error, started=step.started, finished=step.finished
            )
        if self.on_event is not None:
            self.on_event(event)


@transaction.atomic
def _store_result(change_plan: ChangePlan, result: ApplyResult | None, failure: Any) -> None:
    """Write the outcome, raise or clear the alarm that goes with it, and settle what was terminated."""
    outcome = result.outcome if result else _outcome_without_result(change_plan)
    failure = failure or (result.failure if result else None)
    problems = [f"{failure.message} {failure.next_step}".strip()] if failure else []
    if outcome in CAME_TO_NOTHING:
        problems += intents.take_back(change_plan, message=f"Given back: change plan {change_plan} ended {outcome}")
    update(
        change_plan,
        message=f"Outcome: {outcome}",
        status=STATUS_BY_OUTCOME[outcome],
        finished=timezone.now(),
        verified=bool(result and result.verified),
        saved=bool(result and result.saved),
        difference=list(result.difference) if result else [],
        error="\n".join(problems),
    )
    if outcome == ApplyOutcome.NEEDS_ATTENTION:
        alarms.raise_alarm(
            change_plan.gam,
            key=f"change-plan:{change_plan.pk}",
            condition="needs attention",
            severity=AlarmSeverityChoices.CRITICAL,
            source=AlarmSourceChoices.PROVISIONING,
            text=f"Change plan {change_plan} could not be undone with certainty.",
        )
    if outcome in (ApplyOutcome.APPLIED, ApplyOutcome.NOTHING_TO_DO):
        shelf_services.applied(change_plan)
        _settle(change_plan)


def _outcome_without_result(change_plan: ChangePlan) -> ApplyOutcome:
    """A device that failed as a whole: nothing was written if no step got as far as being sent."""
    touched = change_plan.steps.exclude(state=StepStateChoices.PLANNED).exists()
    return ApplyOutcome.NEEDS_ATTENTION if touched else ApplyOutcome.FAILED


def _settle(change_plan: ChangePlan) -> None:
    """What follows once the shelf is as wanted: endpoints are configured, terminated subscribers let go of theirs."""
    for subscriber in change_plan.subscribers.select_related("endpoint"):
        if subscriber.status == SubscriberStatusChoices.TERMINATED:
            update(subscriber, message=f"Removed by change plan {change_plan}", endpoint=None, port=None, vlan=None)
        elif subscriber.endpoint_id:
            update(
                subscriber.endpoint, message=f"Configured by change plan {change_plan}", status="configured", gam=change_plan.gam
            )


@transaction.atomic
def cancel(change_plan: ChangePlan, *, user: Any) -> None:
    """Drop a plan that was not applied, or release a GAM whose plan needed attention, after a person looked.

    NetBox says again what it said before the plan; where a shelf that needed attention differs from that, drift shows it.

    :raises InvalidState: the plan is being applied or has ended otherwise
    """
    change_plan.status = ChangePlan.objects.select_for_update().values_list("status", flat=True).get(pk=change_plan.pk)
    allowed = (ChangePlanStatusChoices.PLANNED, ChangePlanStatusChoices.INVALID, ChangePlanStatusChoices.NEEDS_ATTENTION)
    if change_plan.status not in allowed:
        raise InvalidState(f"Change plan {change_plan} is “{change_plan.get_status_display()}” and cannot be cancelled.")
    alarms.clear_alarm(change_plan.gam, key=f"change-plan:{change_plan.pk}")
    left = intents.take_back(change_plan, message=f"Given back: {user} cancelled change plan {change_plan}")
    update(
        change_plan,
        message=f"Cancelled by {user}",
        status=ChangePlanStatusChoices.CANCELLED,
        finished=timezone.now(),
        error="\n".join([*filter(None, [change_plan.error]), *left]),
    )
