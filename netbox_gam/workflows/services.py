"""The life of a subscriber's service: activate, suspend, resume, change plan, terminate. Each changes intent and makes its plan.

A verb first says what it would do (:class:`Wish`), which needs no shelf; wishes of one GAM are then carried out by one change plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from nornir_tasks.contracts import ShelfConfig

from ..choices import SubscriberStatusChoices as Status
from ..exceptions import InvalidState, WorkflowError
from ..models import BandwidthPlan, ChangeBatch, ChangePlan, Endpoint, GamDevice, Subscriber
from . import intent, provisioning, vlans
from .saving import in_words

VERBS = ("activate", "suspend", "resume", "terminate", "change_plan", "plan")


@dataclass(frozen=True)
class Wish:
    """What a verb asks of one subscriber.

    ``values``: the fields to change, given the shelf's configuration as read; it may raise :class:`WorkflowError`.
    """

    subscriber: Subscriber
    gam: GamDevice
    reason: str
    values: Callable[[ShelfConfig], dict[str, Any]]


def wish(
    verb: str, subscriber: Subscriber, *, endpoint: Endpoint | None = None, bandwidth_plan: BandwidthPlan | None = None
) -> Wish:
    """What a verb would do; see the functions of that name. Changes nothing.

    :raises InvalidState: no such verb, or the subscriber's status does not allow it
    """
    verbs: dict[str, Callable[[], Wish]] = {
        "activate": lambda: _activate(subscriber, endpoint, bandwidth_plan),
        "suspend": lambda: _suspend(subscriber),
        "resume": lambda: _resume(subscriber),
        "terminate": lambda: _terminate(subscriber),
        "change_plan": lambda: _change_plan(subscriber, bandwidth_plan),
        "plan": lambda: _plan(subscriber),
    }
    if verb not in verbs:
        raise InvalidState(f"There is no verb {verb!r}.", next_step=f"Use one of {', '.join(VERBS)}.")
    # A job may have waited for its turn since it was read.
    subscriber.refresh_from_db()
    return verbs[verb]()


def run(verb: str, subscriber: Subscriber, *, user: Any, bandwidth_plan: BandwidthPlan | None = None) -> ChangePlan:
    """Carry out a verb by name; see the functions of that name.

    :raises InvalidState: no such verb, or the subscriber's status does not allow it
    """
    return carry_out([wish(verb, subscriber, bandwidth_plan=bandwidth_plan)], user=user)


def activate(
    subscriber: Subscriber, *, user: Any, endpoint: Endpoint | None = None, bandwidth_plan: BandwidthPlan | None = None
) -> ChangePlan:
    """Put a pending, suspended or terminated subscriber into service: endpoint, plan, VLAN, status, and the plan for the shelf.

    :raises InvalidState: already active, or what is missing to become so
    """
    return carry_out([wish("activate", subscriber, endpoint=endpoint, bandwidth_plan=bandwidth_plan)], user=user)


def _activate(subscriber: Subscriber, endpoint: Endpoint | None, bandwidth_plan: BandwidthPlan | None) -> Wish:
    _expect(subscriber, Status.PENDING, Status.SUSPENDED, Status.TERMINATED, verb="activate")
    endpoint = endpoint or subscriber.endpoint
    gam = place_of(subscriber, endpoint)
    if gam is None or (endpoint is None and subscriber.port_id is None):
        raise InvalidState(f"{subscriber} has no endpoint.", next_step="Choose the endpoint it is to be served by, then activate.")

    def values(actual: ShelfConfig) -> dict[str, Any]:
        found: dict[str, Any] = {"status": Status.ACTIVE, "gam": gam, "endpoint": endpoint}
        if bandwidth_plan is not None:
            found["bandwidth_plan"] = local_plan(bandwidth_plan, actual)
        if not subscriber.vlan_id:
            if gam.vlan_pool is None:
                raise InvalidState(f"{gam} has no VLAN pool.", next_step="Give the GAM a VLAN pool, or the subscriber a VLAN.")
            avoid = frozenset() if gam.vlan_pool.mode == "shared" else frozenset(item.vlan for item in actual.subscribers)
            found["vlan"] = vlans.allocate(gam.vlan_pool, avoid=avoid)
        return found

    return Wish(subscriber, gam, f"Activate {subscriber}", values)


def suspend(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """Cut an active subscriber off, to the walled-garden VLAN; everything needed to resume stays in NetBox."""
    return carry_out([wish("suspend", subscriber)], user=user)


def _suspend(subscriber: Subscriber) -> Wish:
    _expect(subscriber, Status.ACTIVE, verb="suspend")
    return Wish(subscriber, _gam_of(subscriber), f"Suspend {subscriber}", lambda _: {"status": Status.SUSPENDED})


def resume(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """Give a suspended subscriber back exactly what it had; one adopted while suspended gets a VLAN of the pool."""
    return carry_out([wish("resume", subscriber)], user=user)


def _resume(subscriber: Subscriber) -> Wish:
    _expect(subscriber, Status.SUSPENDED, verb="resume")
    if not subscriber.vlan_id:
        return _activate(subscriber, None, None)
    return Wish(subscriber, _gam_of(subscriber), f"Resume {subscriber}", lambda _: {"status": Status.ACTIVE})


def terminate(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """Take the service off the shelf for good; the endpoint stays configured, the VLAN is freed once that is verified."""
    return carry_out([wish("terminate", subscriber)], user=user)


def _terminate(subscriber: Subscriber) -> Wish:
    _expect(subscriber, Status.ACTIVE, Status.SUSPENDED, verb="terminate")
    return Wish(subscriber, _gam_of(subscriber), f"Terminate {subscriber}", lambda _: {"status": Status.TERMINATED})


def change_plan(subscriber: Subscriber, bandwidth_plan: BandwidthPlan | None, *, user: Any) -> ChangePlan:
    """Give a subscriber another speed; None is unthrottled."""
    return carry_out([wish("change_plan", subscriber, bandwidth_plan=bandwidth_plan)], user=user)


def _change_plan(subscriber: Subscriber, bandwidth_plan: BandwidthPlan | None) -> Wish:
    _expect(subscriber, Status.ACTIVE, Status.SUSPENDED, verb="change the plan of")
    words = bandwidth_plan.name if bandwidth_plan else "unthrottled"

    def values(actual: ShelfConfig) -> dict[str, Any]:
        return {"bandwidth_plan": local_plan(bandwidth_plan, actual) if bandwidth_plan else None}

    return Wish(subscriber, _gam_of(subscriber), f"Plan of {subscriber} to {words}", values)


def plan(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """The plan that brings the shelf to what NetBox says of this subscriber, without changing what it says."""
    return carry_out([wish("plan", subscriber)], user=user)


def _plan(subscriber: Subscriber) -> Wish:
    return Wish(subscriber, _gam_of(subscriber), f"Push {subscriber}", lambda _: {})


def local_plan(wanted: BandwidthPlan, actual: ShelfConfig) -> BandwidthPlan:
    """The plan of the same sold speed whose rates the shelf has a profile for already, else ``wanted``.

    A shelf has 14 slots; shelves set up by hand carry the same product with their own overhead.
    """
    present = {(profile.downstream_mbps, profile.upstream_mbps) for profile in actual.profiles}
    if wanted.unthrottled or (wanted.downstream_rate_mbps, wanted.upstream_rate_mbps) in present:
        return wanted
    same = BandwidthPlan.objects.filter(
        unthrottled=False, downstream_kbps=wanted.downstream_kbps, upstream_kbps=wanted.upstream_kbps
    )
    return next((plan for plan in same if (plan.downstream_rate_mbps, plan.upstream_rate_mbps) in present), wanted)


def _expect(subscriber: Subscriber, *allowed: str, verb: str) -> None:
    if subscriber.status not in allowed:
        raise InvalidState(f"{subscriber} is {subscriber.get_status_display().lower()}: there is nothing to {verb}.")


def place_of(subscriber: Subscriber, endpoint: Endpoint | None = None) -> GamDevice | None:
    """The GAM a subscriber is, or would be, served by."""
    endpoint = endpoint or subscriber.endpoint
    return subscriber.gam or (endpoint.gam if endpoint else None)


def _gam_of(subscriber: Subscriber) -> GamDevice:
    if subscriber.gam is None:
        raise InvalidState(f"{subscriber} is on no GAM.", next_step="Choose its endpoint and activate it.")
    return subscriber.gam


def carry_out(
    wishes: Sequence[Wish],
    *,
    user: Any,
    reason: str = "",
    changed: Sequence[intent.Entry] = (),
    actual: ShelfConfig | None = None,
    batch: ChangeBatch | None = None,
) -> ChangePlan:
    """Read the GAM that all these wishes are about, then change intent and store one plan for them in one transaction.

    A plan that breaks a rule changes nothing.

    :param reason: in the place of the wishes' own
    :param changed: what was changed for it already
    :param actual: what the GAM was just read to have
    :param batch: what the plan is a part of
    :raises WorkflowError: the shelf could not be read, or every rule the result would break
    """
    gam = wishes[0].gam
    reason = reason or "; ".join(item.reason for item in wishes)
    actual = actual or provisioning.read_shelf(gam)
    entries: list[intent.Entry] = list(changed)
    with transaction.atomic():
        for item in wishes:
            try:
                entries += intent.change(item.subscriber, message=item.reason, **item.values(actual))
            except ValidationError as error:
                raise WorkflowError(f"{item.reason}: {in_words(error)}") from None
        subscribers = [item.subscriber for item in wishes]
        return provisioning.make_plan(gam, subscribers, actual, user=user, reason=reason, intent=entries, batch=batch)
