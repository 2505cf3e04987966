"""The life of a subscriber's service. Each verb changes intent and makes its plan; :mod:`service_verbs` says what each one changes.

A verb first says what it would do (:class:`Wish`), which needs no shelf; wishes of one GAM are then carried out by one change plan.
Page, bulk action, REST, command, event rule and finding rule all come here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dcim.models import Interface
from django.core.exceptions import ValidationError
from ipam.models import VLAN

from nornir_tasks.contracts import ShelfConfig

from ..exceptions import InvalidState, WorkflowError
from ..models import BandwidthPlan, ChangeBatch, ChangePlan, Endpoint, GamDevice, GamPort, Subscriber
from . import drift, drift_decisions, intent, provisioning, service_verbs, suspension
from .change_log import isolated, together
from .saving import in_words
from .service_verbs import VLAN_FIELDS, Wish, local_plan, place_of

__all__ = ("NEEDS", "VERBS", "Wish", "carry_out", "local_plan", "place_of", "run", "wish")

BY_NAME: Mapping[str, Callable[..., Wish]] = {
    "activate": service_verbs.activate,
    "suspend": service_verbs.suspend,
    "resume": service_verbs.resume,
    "terminate": service_verbs.terminate,
    "change_plan": service_verbs.change_plan,
    "change_vlan": service_verbs.change_vlan,
    "move_port": service_verbs.move_port,
    "replace_endpoint": service_verbs.replace_endpoint,
    "rename": service_verbs.rename,
    "plan": service_verbs.plan,
}
VERBS = tuple(BY_NAME)
NEEDS: Mapping[str, tuple[str, ...]] = {
    "change_plan": ("bandwidth_plan",),
    "move_port": ("port",),
    "replace_endpoint": ("endpoint",),
    "rename": ("name",),
}
"""What a verb must be given."""
TAKES: Mapping[str, tuple[str, ...]] = {**NEEDS, "activate": ("endpoint", "bandwidth_plan"), "change_vlan": VLAN_FIELDS}
"""What a verb may be given; the others take nothing."""
RELATED: Mapping[str, Any] = {
    "endpoint": Endpoint, "bandwidth_plan": BandwidthPlan, "port": GamPort, "vlan": VLAN, "outer_vlan": VLAN, "nni": Interface,
}  # fmt: skip


def wish(
    verb: str, subscriber: Subscriber, *, refresh: bool = True, policies: suspension.Policies | None = None, **given: Any
) -> Wish:
    """What a verb would do; see the function of that name in :mod:`service_verbs`. Changes nothing.

    :param refresh: read the subscriber again first; not needed where it was read just now
    :param policies: for suspending, where they were looked up already
    :param given: what the verb takes, see :data:`TAKES`
    :raises InvalidState: no such verb, it takes something else, or the subscriber's status does not allow it
    """
    check(verb, given)
    if refresh:
        # A job may have waited for its turn since it was read.
        subscriber.refresh_from_db()
    more = {"policies": policies} if verb == "suspend" else {}
    return BY_NAME[verb](subscriber, **given, **more)


def check(verb: str, given: Mapping[str, Any]) -> None:
    """Whether a verb is one, and is given what it needs and nothing it does not take.

    :raises InvalidState: naming what is wrong
    """
    if verb not in BY_NAME:
        raise InvalidState(f"There is no verb {verb!r}.", next_step=f"Use one of {', '.join(VERBS)}.")
    unknown = sorted(set(given) - set(TAKES.get(verb, ())))
    if unknown:
        takes = ", ".join(TAKES.get(verb, ())) or "nothing"
        raise InvalidState(f"“{verb}” does not take {unknown[0]!r}.", next_step=f"It takes {takes}.")
    missing = [name for name in NEEDS.get(verb, ()) if name not in given]
    if missing:
        raise InvalidState(f"“{verb}” needs {missing[0]!r}.")


def run(verb: str, subscriber: Subscriber, *, user: Any, **given: Any) -> ChangePlan:
    """Carry out a verb by name.

    :raises InvalidState: as of :func:`wish`
    :raises WorkflowError: as of :func:`carry_out`
    """
    return carry_out([wish(verb, subscriber, **given)], user=user)


def stored(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a verb is given, as plain types for a job: objects by primary key."""
    return {name: value.pk if name in RELATED and value is not None else value for name, value in given.items()}


def loaded(given: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of :func:`stored`.

    :raises WorkflowError: an object is gone
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        found[name] = value
        if name in RELATED and value is not None:
            found[name] = RELATED[name].objects.filter(pk=value).first()
            if found[name] is None:
                raise WorkflowError(f"{RELATED[name]._meta.verbose_name} {value} is gone.", next_step="Start again.")
    return found


def activate(
    subscriber: Subscriber, *, user: Any, endpoint: Endpoint | None = None, bandwidth_plan: BandwidthPlan | None = None
) -> ChangePlan:
    """Put a pending, suspended or terminated subscriber into service."""
    return run("activate", subscriber, user=user, endpoint=endpoint, bandwidth_plan=bandwidth_plan)


def suspend(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """Cut an active subscriber off, as the suspension policy says."""
    return run("suspend", subscriber, user=user)


def resume(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """Give a suspended subscriber back exactly what it had."""
    return run("resume", subscriber, user=user)


def terminate(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """Take the service off the shelf for good."""
    return run("terminate", subscriber, user=user)


def change_plan(subscriber: Subscriber, bandwidth_plan: BandwidthPlan | None, *, user: Any) -> ChangePlan:
    """Give a subscriber another speed; None is unthrottled."""
    return run("change_plan", subscriber, user=user, bandwidth_plan=bandwidth_plan)


def plan(subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """The plan that brings the shelf to what NetBox says of this subscriber, without changing what it says."""
    return run("plan", subscriber, user=user)


def carry_out(
    wishes: Sequence[Wish],
    *,
    user: Any,
    reason: str = "",
    changed: Sequence[intent.Entry] = (),
    actual: ShelfConfig | None = None,
    batch: ChangeBatch | None = None,
    held: Held | None = None,
) -> ChangePlan:
    """Read the GAM that all these wishes are about, then change intent and store one plan for them in one transaction.

    A plan that breaks a rule changes nothing.

    :param reason: in the place of the wishes' own
    :param changed: what was changed for it already
    :param actual: what the GAM was just read to have
    :param batch: what the plan is a part of
    :param held: as of :func:`hold`, where it was done for several GAMs in the same transaction
    :raises WorkflowError: the shelf could not be read, or every rule the result would break
    """
    gam = wishes[0].gam
    reason = reason or "; ".join(item.reason for item in wishes)
    actual = actual or provisioning.read_shelf(gam)
    entries: list[intent.Entry] = list(changed)
    with together(), isolated():
        held = held or hold([item.subscriber for item in wishes])
        held.expect_unchanged(wishes)
        for item in wishes:
            try:
                entries += change_intent(item, actual)
            except ValidationError as error:
                raise WorkflowError(f"{item.reason}: {in_words(error)}") from None
        subscribers = [item.subscriber for item in wishes]
        facts: dict[str, Any] = {"intent": entries, "batch": batch, "waiting": held.waiting}
        return provisioning.make_plan(gam, subscribers, actual, user=user, reason=reason, **facts)


@dataclass(frozen=True)
class Held:
    """Subscribers, locked until the end of the transaction. ``stored``: by key, when each was last changed.

    ``waiting``: their plans that nothing came of yet, locked too.
    """

    stored: Mapping[int, datetime | None]
    waiting: Sequence[ChangePlan]

    def expect_unchanged(self, wishes: Iterable[Wish]) -> None:
        """Reading a shelf takes seconds, and saving writes the whole subscriber.

        What somebody changed meanwhile would be lost, and the wish was made for what was there before.

        :raises InvalidState: a subscriber was changed since the wish was made
        """
        for item in wishes:
            subscriber = item.subscriber
            if self.stored.get(subscriber.pk) != subscriber.last_updated:
                raise InvalidState(f"{subscriber} was changed while {item.gam} was read.", next_step="Look at it, then try again.")


def hold(subscribers: Sequence[Subscriber]) -> Held:
    """Lock subscribers, and the plans of them that wait, until the end of the transaction."""
    return Held(intent.lock_subscribers([item.pk for item in subscribers]), intent.waiting_plans(subscribers))


def change_intent(wish: Wish, actual: ShelfConfig) -> list[intent.Entry]:
    """Change in NetBox what a wish is about, in the caller's transaction, after :func:`hold`.

    :param actual: what the GAM was just read to have
    :raises ValidationError: naming field and value
    """
    subscriber = wish.subscriber
    entries: list[intent.Entry] = []
    for obj, values in wish.first:
        entries += intent.change(obj, message=wish.reason, **values)
    return entries + intent.change(subscriber, message=wish.reason, **wish.values(actual))


def adopt(gam: GamDevice, name: str, *, user: Any) -> Subscriber:
    """Take one subscriber into NetBox as its shelf has it now, with its endpoint; where NetBox said otherwise the shelf is right.

    What the shelf lacks is nothing to adopt: nobody is terminated by it.

    :raises InvalidState: the shelf has no such subscriber, or a change plan of it waits
    :raises WorkflowError: the shelf could not be read, or NetBox cannot hold what it has
    """
    subscriber = Subscriber.objects.filter(gam=gam, name=name).first()
    waiting = intent.waiting_for(subscriber) if subscriber else None
    if waiting is not None:
        raise InvalidState(f"Change plan {waiting} of {name} waits.", next_step="Apply or cancel it first.")
    config = provisioning.read_shelf(gam)
    if all(item.name != name for item in config.subscribers):
        raise InvalidState(
            f"{gam} has no subscriber {name!r}.", next_step="“Plan” puts it there as NetBox has it; “Terminate” ends it."
        )
    try:
        drift_decisions.adopt_config(gam, config, macs=set(), names={name}, message=f"Adopted from {gam} by {user}")
    except ValidationError as error:
        raise WorkflowError(f"{gam} has what NetBox cannot hold: {in_words(error)}", next_step="Correct the shelf.") from None
    drift.note_config(gam, config)
    return Subscriber.objects.get(gam=gam, name=name)
