"""Change plans that wait: applied by themselves at a time somebody set, and given up when they have waited too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from .. import settings
from ..choices import ChangePlanStatusChoices as Status
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import ChangePlan
from . import intent, provisioning, windows
from .saving import note


def schedule(change_plans: Sequence[ChangePlan], *, user: Any, at: datetime | None = None) -> datetime:
    """Let waiting plans be applied by themselves, as the user, all at the same time.

    :param at: from when on; None is when the next maintenance window opens, of all GAMs together
    :returns: when that will be
    :raises NotAllowed: the user may not apply one of them
    :raises InvalidState: one does not wait any more, the time is over, or a GAM has no maintenance window
    """
    now = timezone.now()
    for change_plan in change_plans:
        if not user.has_perm("netbox_gam.apply_changeplan", change_plan):
            raise NotAllowed(f"You may not apply {change_plan}.")
    if not change_plans:
        raise InvalidState("There is no plan that waits.")
    at = at or windows.next_for([item.gam for item in change_plans], now)
    if at is None:
        raise InvalidState("Not every GAM has a maintenance window.", next_step="Add one, or choose a time.")
    if at < now - timedelta(minutes=1):
        raise InvalidState(f"{at:%Y-%m-%d %H:%M} UTC is over.", next_step="Choose a time that is still to come.")
    _set(change_plans, f"Scheduled by {user} for {at:%Y-%m-%d %H:%M} UTC", scheduled_for=at, scheduled_by=user)
    return at


def unschedule(change_plans: Sequence[ChangePlan], *, user: Any) -> None:
    """Let plans wait for a person again.

    :raises InvalidState: one does not wait any more
    """
    _set(change_plans, f"Schedule taken back by {user}", scheduled_for=None, scheduled_by=None)


@transaction.atomic
def _set(change_plans: Sequence[ChangePlan], message: str, **values: Any) -> None:
    keys = [item.pk for item in change_plans]
    plans = list(ChangePlan.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    for change_plan in plans:
        if change_plan.status != Status.PLANNED:
            raise InvalidState(f"Change plan {change_plan} is “{change_plan.get_status_display()}” and does not wait.")
    note(*plans, message=message, **values)


def is_due() -> bool:
    """Whether there is something for :func:`take_due` or :func:`expire`."""
    return _due(timezone.now()).exists() or _expired(timezone.now()).exists()


def _due(now: datetime) -> Any:
    return ChangePlan.objects.filter(status=Status.PLANNED, scheduled_for__lte=now)


@transaction.atomic
def take_due(now: datetime | None = None) -> list[ChangePlan]:
    """Plans whose time has come. Each is taken once, whoever else looks at the same time: it is not scheduled any more then."""
    due = list(
        _due(now or timezone.now()).select_for_update(skip_locked=True, of=("self",)).select_related("scheduled_by", "batch")
    )
    for change_plan in due:
        ChangePlan.objects.filter(pk=change_plan.pk).update(scheduled_for=None)
    return due


def _expired(now: datetime) -> Any:
    days = settings.plan_expiry_days()
    if not days:
        return ChangePlan.objects.none()
    scheduled = Q(scheduled_for__gt=now)
    return ChangePlan.objects.filter(status__in=intent.WAITING, created__lt=now - timedelta(days=days)).exclude(scheduled)


def expire(now: datetime | None = None) -> int:
    """Give up plans that waited longer than the setting says; NetBox says again what it said before. How many."""
    count = 0
    for change_plan in _expired(now or timezone.now()):
        try:
            provisioning.give_up(change_plan, intent.WAITING, message="Waited too long", status=Status.EXPIRED)
            count += 1
        except WorkflowError:
            continue  # somebody was faster
    return count
