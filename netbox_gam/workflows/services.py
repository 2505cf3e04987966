"""The life of a subscriber's service: activate, suspend, resume, change plan, terminate. Each changes intent and makes its plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from nornir_tasks.contracts import ShelfConfig

from ..choices import SubscriberStatusChoices as Status
from ..exceptions import InvalidState, WorkflowError
from ..models import BandwidthPlan, ChangePlan, Endpoint, GamDevice, Subscriber
from . import provisioning, vlans
from .saving import in_words, update

VERBS = ("activate", "suspend", "resume", "terminate", "change_plan", "plan")


def run(verb: str, subscriber: Subscriber, *, user: Any, bandwidth_plan: BandwidthPlan | None = None) -> ChangePlan:
    """Carry out a verb by name; see the functions of that name.

    :raises InvalidState: no such verb, or the subscriber's status does not allow it
    """
    verbs: dict[str, Callable[[], ChangePlan]] = {
        "activate": lambda: activate(subscriber, user=user, bandwidth_plan=bandwidth_plan),
        "suspend": lambda: suspend(subscriber, user=user),
        "resume": lambda: resume(subscriber, user=user),
        "terminate": lambda: terminate(subscriber, user=user),
        "change_plan": lambda: change_plan(subscriber, bandwidth_plan, user=user),
        "plan": lambda: plan(subscriber, user=user),
    }
    if verb not in verbs:
        raise InvalidState(f"There is no verb {verb!r}.", next_step=f"Use one of {', '.join(VERBS)}.")
    return verbs[verb]()


def activate(
    subscriber: Subscriber, *, user: Any, endpoint: Endpoint | None = None, bandwidth_plan: BandwidthPlan | None = None
) -> ChangePlan:
    """Put a pending, suspended or terminated subscriber into service: endpoint, plan, VLAN, status, and the plan for the shelf.

    :raises InvalidState: already active, or what is missing to become so
    """
    _expect(subscriber, Status.PENDING, Status.SUSPENDED, Status.TERMINATED, verb="activate")
    endpoint = endpoint or subscriber.endpoint
    gam = place_of(subscriber, endpoint)
    if gam is None or (endpoint is None and subscriber.port_id is None):
        raise InvalidState(f"{subscriber} has no endpoint.", next_step="Choose the endpoint it is to be served by, then activate.")

    def intent(actual: ShelfConfig) -> dict[str, Any]:
        values: dict[str, Any] = {"status": Status.ACTIVE, "gam": gam, "endpoint": endpoint}
        if bandwidth_plan is not None:
            values["bandwidth_plan"] = local_plan(bandwidth_plan, actual)
        if not subscriber.vlan_id:
            if gam.vlan_pool is None:
                raise InvalidState(f"{gam} has no VLAN pool.", next_step="Give the GAM a VLAN pool, or the subscriber a VLAN.")
            avoid = frozenset() if gam.vlan_pool.mode == "shared" else frozenset(item.vlan for item in actual.subscribers)
            values["vlan"] = vlans.allocate(gam.vlan_pool, avoid=avoid)
        return values

    return _change(subscriber, gam, intent, user=user, reason=f"Activate {subscriber}")


def suspend(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """Cut an active subscriber off, to the walled-garden VLAN; everything needed to resume stays in NetBox."""
    _expect(subscriber, Status.ACTIVE, verb="suspend")
    return _change(
        subscriber, _gam_of(subscriber), lambda _: {"status": Status.SUSPENDED}, user=user, reason=f"Suspend {subscriber}"
    )


def resume(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """Give a suspended subscriber back exactly what it had."""
    _expect(subscriber, Status.SUSPENDED, verb="resume")
    return activate_again(subscriber, user=user)


def activate_again(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """The plan that puts a subscriber back on its own VLAN; one adopted while suspended gets a VLAN of the pool."""
    if not subscriber.vlan_id:
        return activate(subscriber, user=user)
    return _change(subscriber, _gam_of(subscriber), lambda _: {"status": Status.ACTIVE}, user=user, reason=f"Resume {subscriber}")


def terminate(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """Take the service off the shelf for good; the endpoint stays configured, the VLAN is freed once that is verified."""
    _expect(subscriber, Status.ACTIVE, Status.SUSPENDED, verb="terminate")
    gam = _gam_of(subscriber)
    return _change(subscriber, gam, lambda _: {"status": Status.TERMINATED}, user=user, reason=f"Terminate {subscriber}")


def change_plan(subscriber: Subscriber, bandwidth_plan: BandwidthPlan | None, *, user: Any) -> ChangePlan:
    """Give a subscriber another speed; None is unthrottled."""
    _expect(subscriber, Status.ACTIVE, Status.SUSPENDED, verb="change the plan of")
    words = bandwidth_plan.name if bandwidth_plan else "unthrottled"
    reason = f"Plan of {subscriber} to {words}"

    def intent(actual: ShelfConfig) -> dict[str, Any]:
        return {"bandwidth_plan": local_plan(bandwidth_plan, actual) if bandwidth_plan else None}

    return _change(subscriber, _gam_of(subscriber), intent, user=user, reason=reason)


def plan(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """The plan that brings the shelf to what NetBox says of this subscriber, without changing what it says."""
    # A job may have waited for its turn since it was read.
    subscriber.refresh_from_db()
    return _change(subscriber, _gam_of(subscriber), lambda _: {}, user=user, reason=f"Push {subscriber}")


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
    subscriber.refresh_from_db()
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


def _change(
    subscriber: Subscriber, gam: GamDevice, intent: Callable[[ShelfConfig], dict[str, Any]], *, user: Any, reason: str
) -> ChangePlan:
    """Read the shelf, then change intent and store the plan in one transaction; a plan that breaks a rule changes nothing.

    :raises WorkflowError: the shelf could not be read, or every rule the result would break
    """
    actual = provisioning.read_shelf(gam)
    with transaction.atomic():
        try:
            update(subscriber, message=reason, **intent(actual))
        except ValidationError as error:
            raise WorkflowError(f"{reason}: {in_words(error)}") from None
        made, shelf_plan = provisioning.make_plan(gam, [subscriber], actual, user=user, reason=reason)
        if shelf_plan.violations:
            lines = "; ".join(f"{v.subject} {v.field} {v.value}: {v.rule}" for v in shelf_plan.violations)
            raise WorkflowError(f"{reason} is not possible: {lines}")
    return made
