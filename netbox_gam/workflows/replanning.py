"""Planning again what came to nothing: the same change, from the shelf as it is now, as a new plan to be looked at."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ..choices import ChangePlanStatusChoices as Status
from ..choices import DriftStateChoices
from ..exceptions import InvalidState
from ..models import ChangePlan, Drift
from . import drift_decisions, intent, provisioning

ENDED_IN_NOTHING = (Status.STALE, Status.ROLLED_BACK, Status.FAILED, Status.CANCELLED, Status.EXPIRED)


def replan(change_plan: ChangePlan, *, user: Any) -> ChangePlan:
    """Make a plan for the same change again, from a read of now. Sends nothing.

    :raises InvalidState: it has not ended in nothing, or what it changed in NetBox is not as it was then
    :raises WorkflowError: the shelf could not be read, or every rule the result would break
    """
    change_plan.refresh_from_db()
    if change_plan.status not in ENDED_IN_NOTHING:
        words = change_plan.get_status_display().lower()
        raise InvalidState(f"Change plan {change_plan} is {words}: there is nothing to plan again.")
    pushed = list(Drift.objects.filter(change_plan=change_plan).exclude(state=DriftStateChoices.RESOLVED))
    if pushed:
        return drift_decisions.push(pushed, user=user)
    subscribers = list(change_plan.subscribers.all())
    if not subscribers:
        raise InvalidState(f"Change plan {change_plan} is about no subscriber.", next_step="Make it again where it was made.")
    actual = provisioning.read_shelf(change_plan.gam)
    with transaction.atomic():
        entries = intent.make_again(change_plan, message=f"Planned again by {user}")
        for subscriber in subscribers:
            subscriber.refresh_from_db()
        made = provisioning.make_plan(change_plan.gam, subscribers, actual, user=user, reason=change_plan.reason, intent=entries)
        intent.hand_over(change_plan, made)
    return made
