"""Intent on probation: what a change plan changed in NetBox is given back when the shelf did not get it.

A verb changes intent and makes the plan in one transaction. Until the plan is applied, NetBox is ahead of the shelf. A plan that
ends otherwise (cancelled, expired, stale, failed, rolled back) gives back what it changed, so that NetBox never claims what the
shelf does not have; what somebody changed in the meantime stays as that person left it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from ipam.models import VLAN

from ..choices import ChangePlanStatusChoices as Status
from ..choices import EndpointStatusChoices
from ..exceptions import InvalidState
from ..models import Arrival, ChangePlan, Drift, Endpoint, Finding, GamDevice, Subscriber
from . import vlans
from .saving import in_words, update

type Entry = dict[str, Any]
"""One object's change: ``model``, ``pk``, ``name``, and its fields ``before`` and ``after``, relations by primary key."""

MODELS: dict[str, type[Any]] = {"subscriber": Subscriber, "endpoint": Endpoint, "gamdevice": GamDevice}
WAITING = (Status.PLANNED, Status.INVALID)
"""Plans that nothing came of yet."""
NOT_THERE_YET = (*WAITING, Status.APPLYING, Status.NEEDS_ATTENTION)
"""Statuses in which NetBox is, or may be, ahead of the shelf."""


def change(obj: Any, /, *, message: str, **values: Any) -> list[Entry]:
    """Change fields of a subscriber or endpoint, and say what that was, for the plan that is to bring it to the shelf.

    :returns: no entry when nothing differs
    :raises ValidationError: naming field and value
    """
    before = _fields(obj, values)
    update(obj, message=message, **values)
    after = _fields(obj, values)
    changed = [name for name in before if before[name] != after[name]]
    if not changed:
        return []
    return [
        {
            "model": obj._meta.model_name,
            "pk": obj.pk,
            "name": str(obj),
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        }
    ]


def _fields(obj: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: obj._meta.get_field(name).value_from_object(obj) for name in names}


def lock_subscribers(keys: Iterable[Any]) -> dict[int, datetime | None]:
    """Lock subscribers until the end of the transaction; when each was last changed. Everybody locks them in the same order."""
    locked = Subscriber.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    return dict(locked.values_list("pk", "last_updated"))


def waiting_plans(subscribers: Iterable[Subscriber]) -> list[ChangePlan]:
    """Plans of any of these subscribers that nothing came of yet, the newest first, locked until the end of the transaction."""
    keys = [item.pk for item in subscribers]
    with_them = ChangePlan.objects.filter(subscribers__in=keys).values("pk")
    waiting = ChangePlan.objects.filter(pk__in=with_them, status__in=WAITING).prefetch_related("subscribers")
    return list(waiting.select_for_update().order_by("-pk"))


def of_these(waiting: Iterable[ChangePlan], subscribers: Iterable[Subscriber]) -> list[ChangePlan]:
    """Those of :func:`waiting_plans` that are about one of these subscribers and wait still."""
    keys = {item.pk for item in subscribers}
    return [plan for plan in waiting if plan.status in WAITING and any(item.pk in keys for item in plan.subscribers.all())]


def so_far(entries: Iterable[Entry], older: Iterable[ChangePlan]) -> list[Entry]:
    """What a plan changes together with older ones that it takes the place of, the newest first."""
    found = list(entries)
    for plan in older:
        found = _joined(plan.intent, found)
    return found


def refuse_others(older: Iterable[ChangePlan], subscribers: Iterable[Subscriber]) -> None:
    """
    :raises InvalidState: a plan that waits is about other subscribers too, so that no other can take its place
    """
    keys = {item.pk for item in subscribers}
    for plan in older:
        if any(item.pk not in keys for item in plan.subscribers.all()):
            raise InvalidState(
                f"A service of this change waits in change plan {plan}, together with others.",
                next_step="Apply or cancel that one first.",
            )


def supersede(change_plan: ChangePlan, older: Iterable[ChangePlan]) -> None:
    """Let a plan take the place of older ones of the same subscribers: there is never more than one of a service.

    The new plan was made from what NetBox says now, so it holds what the old ones would have done; with :func:`so_far` it also
    gives back, should it come to that, what they had changed.
    """
    for plan in older:
        update(plan, message=f"Superseded by {change_plan}", status=Status.SUPERSEDED, superseded_by=change_plan)
        hand_over(plan, change_plan)


def renames(entries: Iterable[Entry]) -> dict[str, str]:
    """By the name NetBox has of a subscriber now, the one its shelf has."""
    named = [entry for entry in entries if entry["model"] == "subscriber" and "name" in entry["after"]]
    return {entry["after"]["name"]: entry["before"]["name"] for entry in named}


def put_aside(entries: Iterable[Entry]) -> frozenset[str]:
    """MAC addresses of endpoints that were configured and are not to be any more."""
    keys = [
        entry["pk"]
        for entry in entries
        if entry["model"] == "endpoint" and entry["before"].get("status") == EndpointStatusChoices.CONFIGURED
    ]
    return frozenset(item.mac for item in Endpoint.objects.filter(pk__in=keys)) if keys else frozenset()


def hand_over(old: ChangePlan, new: ChangePlan) -> None:
    """What waited for one plan waits for another from now on."""
    for model in (Finding, Arrival, Drift):
        model.objects.filter(change_plan=old).update(change_plan=new)


def _joined(older: list[Entry], newer: list[Entry]) -> list[Entry]:
    """Two changes one after the other as one. What was changed by somebody else in between counts as where the newer began."""
    latest = {(entry["model"], entry["pk"]): entry for entry in newer}
    # In the order they were changed in: given back from the last to the first, each finds what it needs free again.
    found: dict[tuple[str, Any], Entry] = {}
    for entry in older:
        key = (entry["model"], entry["pk"])
        later = latest.pop(key, None)
        if later is None:
            found[key] = entry
            continue
        before, after = dict(entry["before"]), dict(entry["after"])
        for name, value in later["after"].items():
            if name not in after or after[name] != later["before"][name]:
                before[name] = later["before"][name]
            after[name] = value
        names = [name for name in after if after[name] != before[name]]
        found[key] = {**later, "before": {name: before[name] for name in names}, "after": {name: after[name] for name in names}}
    return [entry for entry in (found | latest).values() if entry["after"]]


@transaction.atomic
def take_back(change_plan: ChangePlan, *, message: str) -> list[str]:
    """Give the fields that a plan changed what they had before, as far as they still are as the plan left them.

    :returns: what could not be given back and why, in words
    """
    return _move(list(reversed(change_plan.intent)), "after", "before", message)


@transaction.atomic
def make_again(change_plan: ChangePlan, *, message: str) -> list[Entry]:
    """Change intent once more as a plan had changed it that came to nothing.

    :returns: the entries for the plan to be made
    :raises InvalidState: something is not any more as the plan had found it
    """
    left = _given_out(change_plan) or _move(change_plan.intent, "before", "after", message)
    if left:
        raise InvalidState(
            f"{change_plan} cannot be planned again: {'; '.join(left)}.", next_step="Start from the subscriber's page."
        )
    return list(change_plan.intent)


def _given_out(change_plan: ChangePlan) -> list[str]:
    """VLANs that were the plan's to give, and are another subscriber's by now."""
    found = []
    for entry in change_plan.intent:
        vlan = VLAN.objects.filter(pk=entry["after"].get("vlan")).first() if entry["model"] == "subscriber" else None
        subscriber = Subscriber.objects.filter(pk=entry["pk"]).first() if vlan else None
        if vlan and subscriber and subscriber.vlan_id != vlan.pk and vlans.is_given_out(vlan, besides=subscriber):
            found.append(f"{entry['name']}: VLAN {vlan.vid} was given to somebody else")
    return found


def _move(entries: Iterable[Entry], there: str, here: str, message: str) -> list[str]:
    """Set the fields of entries; what does not fit yet is tried again after the others, until nothing moves any more."""
    left, waiting = [], list(entries)
    while waiting:
        refused: list[tuple[Entry, str]] = []
        for entry in waiting:
            changed, refusal = _move_one(entry, there, here, message)
            left += changed
            if refusal:
                refused.append((entry, refusal))
        if len(refused) == len(waiting):
            return left + [refusal for _, refusal in refused]
        waiting = [entry for entry, _ in refused]
    return left


def _move_one(entry: Entry, there: str, here: str, message: str) -> tuple[list[str], str]:
    """Set one object's fields, as far as they are as they are expected.

    :returns: what somebody changed and so stays, and why NetBox does not take the rest
    """
    obj: Any = MODELS[entry["model"]].objects.select_for_update().filter(pk=entry["pk"]).first()
    if obj is None:
        return [f"{entry['name']} is gone"], ""
    now = _fields(obj, entry[there])
    changed = [name for name, value in entry[there].items() if now[name] not in (value, entry[here][name])]
    words = [f"{entry['name']}: {name} was changed to {now[name]!r} in the meantime" for name in changed]
    values = {obj._meta.get_field(name).attname: entry[here][name] for name in entry[here] if name not in changed}
    try:
        with transaction.atomic():
            update(obj, message=message, **values)
    except ValidationError as error:
        return words, f"{entry['name']}: {in_words(error)}"
    return words, ""


def waiting_for(subscriber: Subscriber, plans: QuerySet[ChangePlan] | None = None) -> ChangePlan | None:
    """The plan that is to bring what NetBox says of a subscriber to the shelf, if it has not got there yet.

    :param plans: among these; all by default
    """
    among = ChangePlan.objects.all() if plans is None else plans
    return among.filter(subscribers=subscriber, status__in=NOT_THERE_YET).order_by("-pk").first()
