"""Approval: bound to the state of the shelf and to the lines, by somebody other than who asked; and what else must be so to apply.

An approval is of one change plan as it is. A plan never changes after it was made, and one that is planned again is another plan,
so an approval ends with its plan; should the stored lines differ from the approved ones nevertheless, it does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from nornir_tasks.contracts import ApprovalDemands, ChangeExtent, ChangeRule

from .. import gateway
from ..choices import ChangePlanStatusChoices as Status
from ..exceptions import InvalidState, NeedsApproval, NotAllowed, OutsideWindow
from ..models import ApprovalRule, ChangePlan, ChangeStep, GamDevice
from .saving import note
from .scope import RELATIONS, Place, Scope, places, scope_of
from .windows import Windows, enabled_windows, open_until, opens_next


def digest(change_plan: ChangePlan) -> str:
    """What is approved of a plan: state and lines, as a fingerprint."""
    steps = [(step.sends, step.undo_sends) for step in change_plan.steps.order_by("index")]
    return gateway.approval_digest(f"gam {change_plan.gam_id}", change_plan.transport, change_plan.state_hash, steps)


def is_approved(change_plan: ChangePlan) -> bool:
    """Whether somebody approved the plan exactly as it is stored."""
    return bool(change_plan.approved_digest) and change_plan.approved_digest == digest(change_plan)


def approve(change_plans: Iterable[ChangePlan], *, user: Any) -> int:
    """Approve plans that wait, as they are; all of them or none. How many were approved.

    :raises NotAllowed: the user asked for one of them, or may not approve it
    :raises InvalidState: one does not wait any more
    """
    approved = 0
    with transaction.atomic():
        keys = [item.pk for item in change_plans]
        for change_plan in ChangePlan.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"):
            _check_approver(change_plan, user)
            if not is_approved(change_plan):
                values = {"approved_by": user, "approved_at": timezone.now(), "approved_digest": digest(change_plan)}
                note(change_plan, message=f"Approved by {user}", **values)
                approved += 1
    return approved


def _check_approver(change_plan: ChangePlan, user: Any) -> None:
    if not user.has_perm("netbox_gam.approve_changeplan", change_plan):
        raise NotAllowed(f"You may not approve {change_plan}.")
    if change_plan.status != Status.PLANNED:
        words = change_plan.get_status_display()
        raise InvalidState(f"Change plan {change_plan} is “{words}”: there is nothing to approve.")
    if change_plan.requested_by_id == user.pk:
        raise NotAllowed(f"You asked for {change_plan} yourself.", next_step="Let somebody else look at it and approve it.")


@dataclass(frozen=True)
class Policy:
    """The enabled rules and windows, loaded once for many plans."""

    rules: Sequence[tuple[Scope, ChangeRule]]
    windows: Windows

    @classmethod
    def load(cls) -> Policy:
        """As they are now; without rules nothing else is read."""
        found = list(ApprovalRule.objects.filter(enabled=True).prefetch_related(*RELATIONS))
        return cls([(scope_of(rule), _rule_of(rule)) for rule in found], enabled_windows() if found else [])

    def demands(self, change_plan: ChangePlan, extent: ChangeExtent, place: Place, moment: datetime) -> ApprovalDemands:
        """What they demand of a plan that is applied at a moment."""
        rules = [rule for scope, rule in self.rules if scope.covers(place)]
        return gateway.approval_demands(rules, extent, window_open=open_until(self.windows, place, moment) is not None)


def _rule_of(rule: ApprovalRule) -> ChangeRule:
    return ChangeRule(
        name=rule.name,
        min_subscribers=rule.min_subscribers,
        min_gams=rule.min_gams,
        min_interrupted=rule.min_interrupted,
        actions=frozenset(rule.actions or ()),
        kinds=frozenset(rule.kinds or ()),
        outside_windows=rule.outside_windows,
        second_person=rule.second_person,
        needs_window=rule.needs_window,
    )


def extent_of(change_plan: ChangePlan) -> ChangeExtent:
    """How much a plan changes, together with everything its batch ever was to change: parts of it are not smaller changes."""
    plans = ChangePlan.objects.filter(pk=change_plan.pk)
    if change_plan.batch_id:
        plans = ChangePlan.objects.filter(batch=change_plan.batch_id).exclude(status=Status.SUPERSEDED)
    steps = ChangeStep.objects.filter(change_plan=change_plan).values_list("action", "kind")
    return ChangeExtent(
        subscribers=plans.exclude(subscribers=None).values("subscribers").distinct().count(),
        gams=plans.values("gam").distinct().count(),
        interrupted=sum(len(names) for names in plans.values_list("interrupts", flat=True)),
        actions=frozenset(action for action, _ in steps),
        kinds=frozenset(kind for _, kind in steps),
    )


def demands_of(change_plan: ChangePlan, *, policy: Policy | None = None, moment: datetime | None = None) -> ApprovalDemands:
    """What the rules demand of a plan, were it applied at a moment, now by default."""
    policy = policy or Policy.load()
    if not policy.rules:
        return ApprovalDemands()
    place = places(GamDevice.objects.filter(pk=change_plan.gam_id))[change_plan.gam_id]
    return policy.demands(change_plan, extent_of(change_plan), place, moment or timezone.now())


def check(change_plan: ChangePlan, policy: Policy | None = None) -> None:
    """Refuse to apply what still needs a second person, or a window that is not open. Only an approval of these lines is one.

    :param policy: as it is now, loaded by default
    :raises NeedsApproval: somebody else has to approve it first
    :raises OutsideWindow: no maintenance window of the GAM is open
    """
    if change_plan.approved_digest and not is_approved(change_plan):
        raise NeedsApproval(
            f"{change_plan} is not what {change_plan.approved_by} approved.", next_step="Plan again, and have that approved."
        )
    policy, moment = policy or Policy.load(), timezone.now()
    found = demands_of(change_plan, policy=policy, moment=moment)
    if found.second_person and not is_approved(change_plan):
        raise NeedsApproval(
            f"{change_plan} needs a second person: {', '.join(found.second_person)}.",
            next_step="Let somebody other than who asked for it approve it, then apply.",
        )
    place = places(GamDevice.objects.filter(pk=change_plan.gam_id))[change_plan.gam_id] if found.window else None
    if place is not None and not open_until(policy.windows, place, moment):
        opens = opens_next(policy.windows, place, moment)
        words = f"the next one opens {opens:%Y-%m-%d %H:%M} UTC" if opens else "there is none"
        raise OutsideWindow(
            f"{change_plan} may be applied in a maintenance window only ({', '.join(found.window)}); {words}.",
            next_step="Schedule it for the next window." if opens else "Add a maintenance window for this GAM.",
        )
