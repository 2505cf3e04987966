"""Batches: what was asked for together is planned, shown, applied and dropped together, with one change plan per GAM."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nornir_tasks.contracts import Progress, ShelfConfig, SkippedTarget, TargetResult

from .. import gateway
from ..choices import BatchSourceChoices
from ..choices import ChangePlanStatusChoices as Status
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import ChangeBatch, ChangePlan, GamDevice, Subscriber
from ..targets import RELATED, device_target
from . import approval, provisioning, replanning, services, suspension
from .change_log import together
from .drift import SUBSCRIBER_RELATED
from .journal import OnEvent
from .saving import create_linked, update

type OnProgress = Callable[[Progress], None]
type Problem = dict[str, str]
"""``subject`` (a GAM or a subscriber) and ``problem``, in words."""


def wishes_of(verb: str, subscribers: Iterable[Subscriber], **given: Any) -> tuple[list[services.Wish], list[Problem]]:
    """What a verb would do for each of some subscribers, and why it would not for the others."""
    wishes, problems = [], []
    keys = [item.pk for item in subscribers]
    policies = suspension.all_policies() if verb == "suspend" else None
    fresh = Subscriber.objects.select_related(*SUBSCRIBER_RELATED, "gam__device").prefetch_related("tags").in_bulk(keys)
    for subscriber in (fresh[key] for key in keys if key in fresh):
        try:
            wishes.append(services.wish(verb, subscriber, refresh=False, policies=policies, **given))
        except WorkflowError as error:
            problems.append({"subject": str(subscriber), "problem": str(error)})
    return wishes, problems


def plan_batch(
    wishes: Sequence[services.Wish],
    *,
    user: Any,
    reason: str,
    source: str = BatchSourceChoices.SELECTION,
    problems: Sequence[Problem] = (),
    on_progress: OnProgress | None = None,
) -> ChangeBatch:
    """Read the GAMs that wishes are about, at the same time, and make one plan for each. Sends nothing.

    What stands in the way at one GAM (it does not answer, a rule of the shelf) keeps its wishes from being planned, and nobody
    else's; it is in the batch's ``problems``.

    :param problems: what is known to be impossible already
    :raises InvalidState: there is nothing to plan
    """
    if not wishes:
        words = "; ".join(f"{item['subject']}: {item['problem']}" for item in problems[:5])
        raise InvalidState(f"{reason}: there is nothing to plan. {words}".strip())
    by_gam: dict[int, list[services.Wish]] = defaultdict(list)
    for item in wishes:
        by_gam[item.gam.pk].append(item)
    readings = read_gams(list(GamDevice.objects.select_related(*RELATED, "observed").filter(pk__in=by_gam)), on_progress)
    batch = ChangeBatch(reason=reason[:300], source=source, requested_by=user, problems=list(problems))
    batch._changelog_message = f"Asked for by {user}"
    with together():
        create_linked(batch)
        held = services.hold([item.subscriber for item in wishes])
        found = [problem for one in readings for problem in one.plan(by_gam, batch, user, held)]
        if found:
            update(batch, message="Not everything could be planned", problems=[*batch.problems, *found])
    return batch


@dataclass(frozen=True)
class Read:
    """What reading one GAM came to."""

    gam: GamDevice
    result: TargetResult[ShelfConfig] | None = None
    skipped: str = ""

    def config(self) -> ShelfConfig:
        """The configuration that was read.

        :raises WorkflowError: why it was not
        """
        if self.result is None:
            raise WorkflowError(f"{self.gam} cannot be reached: {self.skipped}")
        return provisioning.config_of(self.gam, self.result)

    def plan(self, by_gam: dict[int, list[services.Wish]], batch: ChangeBatch, user: Any, held: services.Held) -> list[Problem]:
        """Make the GAM's plan; what stands in the way of it."""
        wishes = [replace(item, gam=self.gam) for item in by_gam[self.gam.pk]]
        try:
            actual = self.config()
            for item in wishes:
                item.subscriber.gam = self.gam
            services.carry_out(wishes, user=user, actual=actual, batch=batch, reason=batch.reason, held=held)
        except WorkflowError as error:
            names = ", ".join(item.subscriber.name for item in wishes)
            return [{"subject": f"{self.gam} ({names})", "problem": str(error)}]
        return []


def read_gams(gams: Sequence[GamDevice], on_progress: OnProgress | None = None) -> list[Read]:
    """Read the running configurations of GAMs at the same time, and take in what they say."""
    targets, skipped = {}, []
    for gam in gams:
        target = device_target(gam, name=f"{gam.device}#{gam.pk}")
        if isinstance(target, SkippedTarget):
            skipped.append(Read(gam, skipped=target.reason))
        else:
            targets[gam] = target
    results = gateway.read_configs(list(targets.values()), on_progress)
    read = [Read(gam, result) for gam, result in zip(targets, results, strict=True)]
    provisioning.note_configs({one.gam: one.result.value for one in read if one.result and one.result.value is not None})
    return skipped + read


@dataclass
class Applied:
    """What applying a batch came to: plans by status, and what could not be begun with."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    problems: list[Problem] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For a job's data."""
        return {**self.counts, "problems": self.problems}


def apply_batch(
    batch: ChangeBatch,
    *,
    user: Any,
    only: Sequence[int] | None = None,
    may_apply: Callable[[ChangePlan], None] | None = None,
    on_event: OnEvent | None = None,
    on_progress: OnProgress | None = None,
) -> Applied:
    """Write the waiting plans of a batch to their GAMs at the same time, each exactly as shown, or not at all.

    :param only: keys of the plans that are meant; None is all that wait
    :param may_apply: raises :class:`WorkflowError` for a plan the user may not apply
    :raises InvalidState: none of its plans waits
    """
    waiting = batch.change_plans.filter(status=Status.PLANNED)
    waiting = waiting if only is None else waiting.filter(pk__in=only)
    plans = list(waiting.select_related("requested_by", *(f"gam__{name}" for name in RELATED)).order_by("pk"))
    if not plans:
        raise InvalidState(f"Batch {batch} has no plan that waits.", next_step="Plan again what came to nothing.")
    report = Applied()

    def done(change_plan: ChangePlan, problem: WorkflowError | None) -> None:
        if problem is None:
            report.counts[change_plan.status] += 1
        else:
            report.problems.append({"subject": str(change_plan.gam), "problem": str(problem)})
        if on_progress:
            ended = sum(report.counts.values()) + len(report.problems)
            words = str(problem) if problem else change_plan.get_status_display()
            well = problem is None and change_plan.status in (Status.APPLIED, Status.NOTHING_TO_DO)
            on_progress(Progress(ended, len(plans), str(change_plan.gam), well, str(words)))

    allowed = []
    for change_plan in plans:
        try:
            if may_apply:
                may_apply(change_plan)
        except WorkflowError as error:
            done(change_plan, error)
        else:
            allowed.append(change_plan)
    provisioning.apply_plans(allowed, user=user, on_event=on_event, on_done=done)
    return report


def waiting_plans_of(batch: ChangeBatch) -> list[ChangePlan]:
    """The plans of a batch that wait.

    :raises InvalidState: none does
    """
    plans = list(batch.change_plans.filter(status=Status.PLANNED).select_related("gam__device").order_by("pk"))
    if not plans:
        raise InvalidState(f"Batch {batch} has no plan that waits.")
    return plans


def approve_batch(batch: ChangeBatch, *, user: Any) -> int:
    """Approve the plans of a batch that wait, as they are: all of them or none. How many were.

    :raises NotAllowed: the user asked for one of them, or may not approve it
    :raises InvalidState: none of its plans waits
    """
    return approval.approve(waiting_plans_of(batch), user=user)


def cancel_batch(batch: ChangeBatch, *, user: Any) -> int:
    """Drop the plans of a batch that wait; NetBox says again what it said before. How many were dropped.

    :raises NotAllowed: the user may not cancel one of them; none is dropped then
    :raises InvalidState: none of its plans waits
    """
    plans = waiting_plans_of(batch)
    for change_plan in plans:
        if not user.has_perm("netbox_gam.cancel_changeplan", change_plan):
            raise NotAllowed(f"You may not cancel {change_plan}.")
    for change_plan in plans:
        provisioning.cancel(change_plan, user=user)
    return len(plans)


def replan_batch(batch: ChangeBatch, *, user: Any, on_progress: OnProgress | None = None) -> ChangeBatch:
    """Plan again what of a batch came to nothing, from the shelves as they are now, in the same batch.

    :raises InvalidState: nothing of it came to nothing
    """
    plans = list(batch.change_plans.filter(status__in=replanning.ENDED_IN_NOTHING).order_by("pk"))
    if not plans:
        raise InvalidState(f"Nothing of batch {batch} came to nothing.")
    problems: list[Problem] = []
    for done, change_plan in enumerate(plans, start=1):
        try:
            made = replanning.replan(change_plan, user=user)
            update(made, message=f"Planned again by {user}", batch=batch)
            update(change_plan, message=f"Planned again as {made}", batch=None)
        except WorkflowError as error:
            problems.append({"subject": str(change_plan.gam), "problem": str(error)})
        if on_progress:
            on_progress(Progress(done, len(plans), str(change_plan.gam), not problems, ""))
    update(batch, message=f"Planned again by {user}", problems=problems)
    return batch
