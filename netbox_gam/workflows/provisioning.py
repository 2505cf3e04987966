"""Change plans: made from the shelf's state, shown, applied to that state only, read back, saved; undone when a step fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from nornir_tasks.contracts import (
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
    TargetResult,
    Transport,
)
from nornir_tasks.plan_codec import from_json, to_json

from .. import gateway
from ..choices import ChangePlanStatusChoices
from ..exceptions import Busy, InvalidState, Waits, WorkflowError
from ..models import ChangeBatch, ChangePlan, ChangeStep, ConfigBackup, FirmwareUpgrade, GamDevice, Subscriber
from ..targets import device_target
from . import alarms, approval, backup_store, drift, journal, outcomes, shelf_services, transports
from . import intent as intents
from .change_log import add, together
from .desired import Removal, desired_config
from .firmware_quiet import going_on, refuse_writing
from .journal import Journal, OnEvent
from .locks import exclusive
from .saving import create_linked, note, update

log = logging.getLogger("netbox.plugins.netbox_gam.provisioning")

WAIT_SECONDS = 120.0
"""How long a job waits for another one to finish with the same GAM."""

OWN_FIELDS = tuple(field.attname for field in ChangePlan._meta.concrete_fields if not field.is_relation)

type Refuse = Callable[[ChangePlan, WorkflowError], None]
"""Told of a plan that is not begun with, and why."""


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
    return note_reading(gam, gateway.read_config(target_of(gam)))


def note_reading(gam: GamDevice, result: TargetResult[ShelfConfig]) -> ShelfConfig:
    """Take in what reading a GAM's running configuration came to.

    :raises WorkflowError: with the device's failure and its next step
    """
    config = config_of(gam, result)
    note_configs({gam: config})
    return config


def config_of(gam: GamDevice, result: TargetResult[ShelfConfig]) -> ShelfConfig:
    """The configuration that was read.

    :raises WorkflowError: with the device's failure and its next step
    """
    if result.failure is not None or result.value is None:
        failure = result.failure
        raise WorkflowError(f"{gam} could not be read: {failure.message if failure else 'no answer'}", next_step=_step_of(failure))
    return result.value


def note_configs(read: Mapping[GamDevice, ShelfConfig]) -> None:
    """Compare running configurations that were just read with intent, and remember what services they have."""
    drift.note_configs({gam.pk: config for gam, config in read.items()})
    shelf_services.remember(read)


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
    batch: ChangeBatch | None = None,
    waiting: Sequence[ChangePlan] | None = None,
) -> ChangePlan:
    """Store the change plan that brings ``gam`` from ``actual`` to what these subscribers should have. Sends nothing.

    :param intent: what was changed in NetBox for it, given back if the plan comes to nothing
    :param waiting: as of :func:`intent.waiting_plans`, where they were looked up already
    :raises WorkflowError: every rule the result would break; a plan of one of them waits together with others
    """
    waiting = intents.waiting_plans(subscribers) if waiting is None else waiting
    shelf_plan = compute(gam, subscribers, actual, reason=reason, intent=intent, waiting=waiting)
    refuse_violations(shelf_plan, reason)
    facts: dict[str, Any] = {"intent": intent, "batch": batch, "waiting": waiting}
    return store_plan(gam, shelf_plan, subscribers, user=user, reason=reason, **facts)


def refuse_violations(shelf_plan: ShelfPlan, reason: str, *, next_step: str = "") -> None:
    """
    :raises WorkflowError: every rule that a plan would break
    """
    if shelf_plan.violations:
        lines = "; ".join(f"{v.subject} {v.field} {v.value}: {v.rule}" for v in shelf_plan.violations)
        raise WorkflowError(f"{reason} is not possible: {lines}", next_step=next_step)


def compute(
    gam: GamDevice,
    subscribers: Sequence[Subscriber],
    actual: ShelfConfig,
    *,
    reason: str,
    waiting: Sequence[ChangePlan],
    intent: Sequence[intents.Entry] = (),
) -> ShelfPlan:
    """The steps that bring ``gam`` from ``actual`` to what these subscribers should have, or every rule that would break.

    :param waiting: as of :func:`intent.waiting_plans`
    """
    people = list(subscribers)
    changed = intents.so_far(intent, intents.of_these(waiting, people))
    renames, put_aside = intents.renames(changed), intents.put_aside(changed)

    def wish(shelf: ShelfConfig) -> tuple[ShelfConfig, Sequence[Removal]]:
        wanted, removals = desired_config(people, shelf, renames)
        return wanted, (*removals, *_put_aside(wanted, shelf, put_aside))

    return transports.computed(target_of(gam), gam, people, actual, wish, reason, renames=renames)


def _put_aside(wanted: ShelfConfig, actual: ShelfConfig, macs: frozenset[str]) -> tuple[Removal, ...]:
    """Endpoints that another one has replaced, as the shelf calls them; not those that serve somebody again."""
    serving = {item.mac for item in wanted.endpoints}
    return tuple((ChangeKind.ENDPOINT, item.name) for item in actual.endpoints if item.mac in macs and item.mac not in serving)


@together()
def store_plan(
    gam: GamDevice,
    shelf_plan: ShelfPlan,
    subscribers: Sequence[Subscriber],
    *,
    user: Any,
    reason: str,
    intent: Sequence[intents.Entry] = (),
    notes: Sequence[str] = (),
    batch: ChangeBatch | None = None,
    waiting: Sequence[ChangePlan] | None = None,
) -> ChangePlan:
    """Write a computed plan and its steps to the database. It takes the place of plans of the same subscribers that wait.

    :param notes: what it does not do, and what it leads to, for whoever looks at it
    :param waiting: as of :func:`intent.waiting_plans`, where they were looked up already
    :raises InvalidState: such a plan waits together with others
    """
    waiting = intents.waiting_plans(subscribers) if waiting is None else waiting
    older = intents.of_these(waiting, subscribers)
    intents.refuse_others(older, subscribers)
    status = ChangePlanStatusChoices.PLANNED if shelf_plan.steps else ChangePlanStatusChoices.NOTHING_TO_DO
    if shelf_plan.violations:
        status = ChangePlanStatusChoices.INVALID
    change_plan = ChangePlan(
        gam=gam,
        batch=batch,
        status=status,
        reason=reason[:300],
        requested_by=user,
        intent=intents.so_far(intent, older),
        transport=shelf_plan.transport,
        transport_reason=shelf_plan.transport_reason[:300],
        state_hash=shelf_plan.state_hash,
        violations=[asdict(violation) for violation in shelf_plan.violations],
        warnings=[asdict(warning) for warning in shelf_plan.warnings],
        interrupts=list(shelf_plan.interrupts),
        notes=list(notes),
    )
    create_linked(change_plan, subscribers=subscribers)
    intents.supersede(change_plan, older)
    add([_step_row(change_plan, step) for step in shelf_plan.steps])
    return change_plan


def _step_row(change_plan: ChangePlan, step: PlannedStep) -> ChangeStep:
    return ChangeStep(
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
    )


def load_plan(change_plan: ChangePlan, target: DeviceTarget) -> ShelfPlan:
    """The stored plan as the contract that was shown."""
    return ShelfPlan(
        target=target.name,
        transport=Transport(change_plan.transport),
        state_hash=change_plan.state_hash,
        steps=tuple(_load_step(step) for step in sorted(change_plan.steps.all(), key=lambda step: step.index)),
        interrupts=tuple(change_plan.interrupts),
        transport_reason=change_plan.transport_reason,
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
    for problem in apply_plans([change_plan], user=user, on_event=on_event).values():
        raise problem
    return change_plan


def apply_plans(
    change_plans: Iterable[ChangePlan],
    *,
    user: Any,
    on_event: OnEvent | None = None,
    on_done: Callable[[ChangePlan, WorkflowError | None], None] | None = None,
) -> dict[int, WorkflowError]:
    """As :func:`apply_plan` for plans of different GAMs at the same time, so many of one site as the settings say.

    :param on_done: told of every plan that has an outcome, or why it was not begun with
    :returns: by the plan's key, why it was not begun with
    """
    refused: dict[int, WorkflowError] = {}
    with ExitStack() as stack:

        def refuse(change_plan: ChangePlan, error: WorkflowError) -> None:
            locks[change_plan.pk].close()
            refused[change_plan.pk] = error
            if on_done:
                on_done(change_plan, error)

        plans = {change_plan.pk: change_plan for change_plan in change_plans}
        locks = {pk: stack.enter_context(ExitStack()) for pk in plans}
        for pk, change_plan in plans.items():
            try:
                locks[pk].enter_context(exclusive("gam", change_plan.gam_id, label=f"GAM {change_plan.gam}"))
            except Busy as error:
                refuse(change_plan, error)
        begun = _begin([plan for pk, plan in plans.items() if pk not in refused], user, on_event, refuse)

        def settle(results: Sequence[TargetResult[ApplyResult]]) -> None:
            outcomes.store([(begun[result.name].change_plan, result) for result in results])
            for change_plan in (begun[result.name].change_plan for result in results):
                locks[change_plan.pk].close()
                if on_done:
                    on_done(change_plan, None)

        gateway.apply(
            [(one.target, one.shelf_plan) for one in begun.values()],
            on_events=lambda events: journal.store([(begun[event.target].journal, event) for event in events]),
            on_results=settle,
        )
    return refused


@dataclass(frozen=True)
class _Begun:
    """A plan that is being written."""

    change_plan: ChangePlan
    target: DeviceTarget
    shelf_plan: ShelfPlan
    journal: Journal


@dataclass(frozen=True)
class _Known:
    """What is to be known of GAMs before plans are written to them, read once for all with their locks held."""

    policy: approval.Policy
    upgrades: Mapping[int, FirmwareUpgrade]
    abandoned: frozenset[int]
    """GAMs with a plan whose worker died."""
    waiting: Mapping[int, ChangePlan]
    """By GAM, the plan that needs attention."""
    backups: Mapping[int, ConfigBackup]
    """By GAM, the configuration that was seen last."""

    @classmethod
    def load(cls, gams: Iterable[int]) -> _Known:
        """As it is now."""
        keys = list(gams)
        statuses = (ChangePlanStatusChoices.APPLYING, ChangePlanStatusChoices.NEEDS_ATTENTION)
        plans = list(ChangePlan.objects.filter(gam__in=keys, status__in=statuses))
        abandoned = frozenset(plan.gam_id for plan in plans if plan.status == ChangePlanStatusChoices.APPLYING)
        waiting = {plan.gam_id: plan for plan in plans if plan.status == ChangePlanStatusChoices.NEEDS_ATTENTION}
        return cls(approval.Policy.load(), going_on(keys), abandoned, waiting, backup_store.newest_of(keys))


def _begin(plans: Sequence[ChangePlan], user: Any, on_event: OnEvent | None, refuse: Refuse) -> dict[str, _Begun]:
    """Check which plans may be written, with their GAMs' locks held; from here on those cannot be cancelled. By target's name."""
    plans = _read_again(plans, refuse)
    known = _Known.load(plan.gam_id for plan in plans)
    begun: dict[str, _Begun] = {}
    for change_plan in plans:
        try:
            one = _prepare(change_plan, known, on_event, begun)
        except WorkflowError as error:
            refuse(change_plan, error)
        else:
            begun[one.target.name] = one
    marked = _mark_applying([one.change_plan for one in begun.values()], user)
    for name, one in list(begun.items()):
        if one.change_plan.pk not in marked:
            words = f"Change plan {one.change_plan} was dropped at the last moment."
            refuse(begun.pop(name).change_plan, InvalidState(words, next_step="Make a new plan."))
    return begun


def _read_again(plans: Sequence[ChangePlan], refuse: Refuse) -> list[ChangePlan]:
    """Plans as they are now. Only their own fields: what was loaded with them of the GAM is as old as the caller's query."""
    rows = {row["id"]: row for row in ChangePlan.objects.filter(pk__in=[plan.pk for plan in plans]).values(*OWN_FIELDS)}
    there = []
    for change_plan in plans:
        if change_plan.pk not in rows:
            refuse(change_plan, InvalidState(f"Change plan {change_plan} was deleted.", next_step="Make a new plan."))
            continue
        for name, value in rows[change_plan.pk].items():
            setattr(change_plan, name, value)
        change_plan._prefetched_objects_cache = {}
        there.append(change_plan)
    prefetch_related_objects(there, "steps", "subscribers", "tags")
    return there


def _prepare(change_plan: ChangePlan, known: _Known, on_event: OnEvent | None, others: Mapping[str, _Begun]) -> _Begun:
    """What it takes to write a plan.

    :raises WorkflowError: why it may not be written
    """
    if any(one.change_plan.gam_id == change_plan.gam_id for one in others.values()):
        raise Busy(f"GAM {change_plan.gam} is being written to by another plan.", next_step="Apply this one afterwards.")
    _check_may_apply(change_plan, known, on_event)
    target = transports.target_for(change_plan, target_of(change_plan.gam))
    if target.name in others:
        target = replace(target, name=f"{target.name}#{change_plan.gam_id}")
    its_journal = Journal(change_plan, on_event, known.backups.get(change_plan.gam_id))
    return _Begun(change_plan, target, load_plan(change_plan, target), its_journal)


def plan_and_apply(
    gam: GamDevice | None, make: Callable[[], ChangePlan], *, user: Any, on_event: OnEvent | None = None
) -> ChangePlan:
    """Make a plan and apply it at once, as the only writer of the GAM from reading to saving; waits for its turn.

    A plan that needs a second person or a window is made and goes on waiting: its status says so.

    :param make: makes the plan; what it raises passes
    :raises Busy: the turn did not come in time
    """
    if gam is None:
        return make()
    with exclusive("gam", gam.pk, label=f"GAM {gam}", wait_seconds=WAIT_SECONDS):
        recover_abandoned(gam, on_event=on_event)
        change_plan = make()
        if change_plan.status == ChangePlanStatusChoices.PLANNED:
            try:
                apply_plan(change_plan, user=user, on_event=on_event)
            except Waits as error:
                log.info("%s waits: %s", change_plan, error)
    return change_plan


@together()
def _mark_applying(plans: Sequence[ChangePlan], user: Any) -> set[int]:
    """Say that plans are being applied; the keys of those that still wait to be."""
    keys = [plan.pk for plan in plans]
    locked = ChangePlan.objects.select_for_update().filter(pk__in=keys, status=ChangePlanStatusChoices.PLANNED).order_by("pk")
    marked = set(locked.values_list("pk", flat=True))
    begun = [change_plan for change_plan in plans if change_plan.pk in marked]
    note(*begun, message=f"Apply by {user}", status=ChangePlanStatusChoices.APPLYING, started=timezone.now())
    return marked


def _check_may_apply(change_plan: ChangePlan, known: _Known, on_event: OnEvent | None) -> None:
    if change_plan.status != ChangePlanStatusChoices.PLANNED:
        words = change_plan.get_status_display()
        raise InvalidState(f"Change plan {change_plan} is “{words}” and cannot be applied.", next_step="Make a new plan.")
    gam = change_plan.gam_id
    approval.check(change_plan, known.policy)
    refuse_writing(change_plan.gam, known.upgrades.get(gam))
    blocking = known.waiting.get(gam)
    if gam in known.abandoned:
        recovered = recover_abandoned(change_plan.gam, on_event=on_event)
        blocking = blocking or next((one for one in recovered if one.status == ChangePlanStatusChoices.NEEDS_ATTENTION), None)
    if blocking:
        raise InvalidState(
            f"GAM {change_plan.gam} waits for a person: {blocking} could not be undone with certainty.",
            next_step="Look at the shelf, then release it on that plan's page.",
        )


def recover_abandoned(gam: GamDevice, *, on_event: OnEvent | None = None) -> list[ChangePlan]:
    """Finish or undo plans whose worker died. Called with the GAM's lock held: whoever was applying them is gone.

    How far a plan got is found out from the shelf; where that cannot be told, the plan needs attention.
    """
    abandoned = list(ChangePlan.objects.filter(gam=gam, status=ChangePlanStatusChoices.APPLYING).order_by("started"))
    for change_plan in abandoned:
        # Whatever the GAM is set to now: what was begun one way is finished or undone that way.
        target = replace(target_of(gam), transport=Transport(change_plan.transport))
        result = gateway.recover(target, load_plan(change_plan, target), Journal(change_plan, on_event))
        outcomes.store([(change_plan, result)])
    return abandoned


def cancel(change_plan: ChangePlan, *, user: Any) -> None:
    """Drop a plan that was not applied; NetBox says again what it said before the plan.

    :raises InvalidState: the plan is being applied or has ended otherwise
    """
    if change_plan.status == ChangePlanStatusChoices.NEEDS_ATTENTION:
        raise InvalidState(
            f"Change plan {change_plan} cannot be cancelled: part of it may be on the shelf.", next_step="Release it."
        )
    give_up(change_plan, intents.WAITING, message=f"Cancelled by {user}")


def release(change_plan: ChangePlan, *, user: Any) -> None:
    """Let a GAM be written to again whose plan needed attention, after a person looked at the shelf.

    NetBox says again what it said before the plan; where the shelf differs from that, drift shows it.

    :raises InvalidState: the plan does not need attention
    """
    give_up(change_plan, (ChangePlanStatusChoices.NEEDS_ATTENTION,), message=f"Released by {user}")
    alarms.clear_alarm(change_plan.gam, key=f"change-plan:{change_plan.pk}")


@transaction.atomic
def give_up(
    change_plan: ChangePlan, allowed: Sequence[str], *, message: str, status: str = ChangePlanStatusChoices.CANCELLED
) -> None:
    """End a plan that nothing came of, and give back what it changed in NetBox.

    :param allowed: statuses it may be in
    :raises InvalidState: it is in another one
    """
    change_plan.status = ChangePlan.objects.select_for_update().values_list("status", flat=True).get(pk=change_plan.pk)
    if change_plan.status not in allowed:
        raise InvalidState(f"Change plan {change_plan} is “{change_plan.get_status_display()}”: that is not possible any more.")
    left = intents.take_back(change_plan, message=f"Given back: {message}, change plan {change_plan}")
    update(
        change_plan,
        message=message,
        status=status,
        finished=timezone.now(),
        error="\n".join([*filter(None, [change_plan.error]), *left]),
    )
