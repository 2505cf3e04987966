"""What each verb of a service changes. Nothing is changed here: a verb says what it would do, :mod:`services` carries it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nornir_tasks.contracts import ShelfConfig
from nornir_tasks.errors import RuleViolation
from nornir_tasks.gam import rules

from ..choices import EndpointStatusChoices, SubscriberModelChoices
from ..choices import SubscriberStatusChoices as Status
from ..exceptions import InvalidState
from ..models import BandwidthPlan, Endpoint, GamDevice, GamPort, Subscriber
from . import suspension, vlans

VLAN_FIELDS = (
    "vlan", "tagged", "remapped_vid", "port2_vid", "allowed_vids", "trunk", "double_tagged", "outer_vlan", "nni",
)  # fmt: skip
"""What :func:`change_vlan` may be given."""

type Change = tuple[Any, dict[str, Any]]
"""An object and the fields it gets."""


@dataclass(frozen=True)
class Wish:
    """What a verb asks of one subscriber.

    ``values``: the fields to change, given the shelf's configuration as read; it may raise :class:`WorkflowError`.
    ``first``: endpoints that change before the subscriber does.
    """

    subscriber: Subscriber
    gam: GamDevice
    reason: str
    values: Callable[[ShelfConfig], dict[str, Any]]
    first: Sequence[Change] = ()


def _nothing(_: ShelfConfig) -> dict[str, Any]:
    return {}


# --------------------------------------------------------------------------------------------------------------- in and out


def activate(subscriber: Subscriber, *, endpoint: Endpoint | None = None, bandwidth_plan: BandwidthPlan | None = None) -> Wish:
    """Into service: endpoint, plan, VLAN, status. For pending, suspended and terminated ones."""
    _expect(subscriber, Status.PENDING, Status.SUSPENDED, Status.TERMINATED, verb="activate")
    endpoint = endpoint or subscriber.endpoint
    gam = place_of(subscriber, endpoint)
    if gam is None or (endpoint is None and subscriber.port_id is None):
        raise InvalidState(f"{subscriber} has no endpoint.", next_step="Choose the endpoint it is to be served by, then activate.")

    def values(actual: ShelfConfig) -> dict[str, Any]:
        found: dict[str, Any] = {
            **suspension.in_service(subscriber, actual),
            "status": Status.ACTIVE,
            "gam": gam,
            "endpoint": endpoint,
        }
        if bandwidth_plan is not None:
            found["bandwidth_plan"] = local_plan(bandwidth_plan, actual)
        if not subscriber.vlan_id:
            if gam.vlan_pool is None:
                raise InvalidState(f"{gam} has no VLAN pool.", next_step="Give the GAM a VLAN pool, or the subscriber a VLAN.")
            avoid = frozenset() if gam.vlan_pool.mode == "shared" else frozenset(item.vlan for item in actual.subscribers)
            found["vlan"] = vlans.allocate(gam.vlan_pool, avoid=avoid)
        return found

    return Wish(subscriber, gam, f"Activate {subscriber}", values)


def suspend(subscriber: Subscriber, *, policies: suspension.Policies | None = None) -> Wish:
    """Cut off, in the way the policy says on this day; everything needed to resume stays in NetBox.

    :param policies: where they were looked up already
    """
    _expect(subscriber, Status.ACTIVE, verb="suspend")

    def values(actual: ShelfConfig) -> dict[str, Any]:
        found = suspension.cut_off(subscriber, suspension.policy_for(subscriber, policies), actual)
        if found["throttle_plan"] is not None:
            found["throttle_plan"] = local_plan(found["throttle_plan"], actual)
        return found

    return Wish(subscriber, _gam_of(subscriber), f"Suspend {subscriber}", values)


def resume(subscriber: Subscriber) -> Wish:
    """Back to exactly what it had; one adopted from the walled garden gets a VLAN of the pool."""
    _expect(subscriber, Status.SUSPENDED, verb="resume")
    if not subscriber.vlan_id:
        return activate(subscriber)

    def values(actual: ShelfConfig) -> dict[str, Any]:
        return {**suspension.in_service(subscriber, actual), "status": Status.ACTIVE}

    return Wish(subscriber, _gam_of(subscriber), f"Resume {subscriber}", values)


def terminate(subscriber: Subscriber) -> Wish:
    """Off the shelf for good; the endpoint stays configured, the VLAN is freed once that is verified."""
    _expect(subscriber, Status.ACTIVE, Status.SUSPENDED, verb="terminate")
    values = {**suspension.IN_SERVICE, "status": Status.TERMINATED}
    return Wish(subscriber, _gam_of(subscriber), f"Terminate {subscriber}", lambda _: values)


def plan(subscriber: Subscriber) -> Wish:
    """Nothing in NetBox: the shelf is brought to what it says."""
    return Wish(subscriber, _gam_of(subscriber), f"Push {subscriber}", _nothing)


# ------------------------------------------------------------------------------------------------------------ what is served


def change_plan(subscriber: Subscriber, *, bandwidth_plan: BandwidthPlan | None) -> Wish:
    """Another speed; None is unthrottled. While suspended it is that of the day of resuming."""
    _expect(subscriber, Status.ACTIVE, Status.SUSPENDED, verb="change the plan of")
    words = bandwidth_plan.name if bandwidth_plan else "unthrottled"

    def values(actual: ShelfConfig) -> dict[str, Any]:
        return {"bandwidth_plan": local_plan(bandwidth_plan, actual) if bandwidth_plan else None}

    return Wish(subscriber, _gam_of(subscriber), f"Plan of {subscriber} to {words}", values)


def change_vlan(subscriber: Subscriber, **given: Any) -> Wish:
    """Other VLAN settings: those given of :data:`VLAN_FIELDS`, the others stay. No double tagging means no outer VLAN."""
    _expect(subscriber, Status.ACTIVE, Status.SUSPENDED, verb="change the VLAN of")
    unknown = sorted(set(given) - set(VLAN_FIELDS))
    if unknown or not given:
        raise InvalidState(
            f"{unknown[0]!r} is no VLAN setting." if unknown else "No VLAN setting is given.",
            next_step=f"Give one of {', '.join(VLAN_FIELDS)}.",
        )
    if given.get("double_tagged") is False:
        given.setdefault("outer_vlan", None)
    words = ", ".join(f"{name} {_in_words(value)}" for name, value in given.items())
    return Wish(subscriber, _gam_of(subscriber), f"VLAN of {subscriber}: {words}", lambda _: given)


def _in_words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(getattr(value, "vid", value)) if value is not None else "none"


def rename(subscriber: Subscriber, *, name: str) -> Wish:
    """Another name, which is the key on the shelf and the DHCP option 82 remote id; the plan says so."""
    _expect(subscriber, Status.ACTIVE, Status.SUSPENDED, verb="rename on a shelf")
    gam, name = _gam_of(subscriber), name.strip()
    if name == subscriber.name:
        raise InvalidState(f"It is {subscriber} already.")
    try:
        rules.valid_name("name", name)
    except RuleViolation as violation:
        raise InvalidState(f"name {name!r}: {violation.rule}") from None

    def values(actual: ShelfConfig) -> dict[str, Any]:
        if any(item.name == name for item in actual.subscribers):
            raise InvalidState(f"{gam} has another subscriber {name!r} already.", next_step="Choose another name.")
        return {"name": name}

    return Wish(subscriber, gam, f"Rename {subscriber} to {name}", values)


# ------------------------------------------------------------------------------------------------------------- where it is


def move_port(subscriber: Subscriber, *, port: GamPort) -> Wish:
    """To another port of the same GAM: of its endpoint, or of the service itself on a port aware GAM."""
    _expect(subscriber, Status.ACTIVE, Status.SUSPENDED, verb="move")
    gam = _gam_of(subscriber)
    if port.gam_id != gam.pk:
        raise InvalidState(
            f"Port {port} is on {port.gam}, {subscriber} is on {gam}.",
            next_step=f"Terminate it on {gam}, then activate it with its endpoint on {port.gam}: each is a plan of its own.",
        )
    reason = f"Move {subscriber} to port {port.number}"
    if gam.subscriber_model == SubscriberModelChoices.PORT_AWARE and not subscriber.endpoint_id:
        return Wish(subscriber, gam, reason, lambda _: {"port": port})
    if subscriber.endpoint is None:
        raise InvalidState(f"{subscriber} has no endpoint that could move.", next_step="Give it one with “Replace Endpoint”.")
    return Wish(subscriber, gam, reason, _nothing, [(subscriber.endpoint, place_on(port))])


def place_on(port: GamPort) -> dict[str, Any]:
    """The fields of an endpoint that is on a port."""
    return {"gam": port.gam, "port": port, "auto_port": False}


def replace_endpoint(subscriber: Subscriber, *, endpoint: Endpoint) -> Wish:
    """Another endpoint takes over, on the port of the old one unless it has its own; the old one is a spare afterwards.

    The subscriber's name stays, and with it the DHCP option 82 remote id.
    """
    _expect(subscriber, Status.ACTIVE, Status.SUSPENDED, verb="replace the endpoint of")
    gam, old = _gam_of(subscriber), subscriber.endpoint
    if old is not None and old.pk == endpoint.pk:
        return Wish(subscriber, gam, f"Serve {subscriber} by {endpoint}", _nothing)
    _expect_free(endpoint, subscriber, gam)
    first: list[Change] = []
    place: dict[str, Any] = {"gam": gam}
    if endpoint.port is None and not endpoint.auto_port:
        port = old.port if old is not None else None
        place |= {"port": port, "auto_port": port is None}
    if old is not None:
        first.append((old, {"status": EndpointStatusChoices.DISCOVERED, "port": None, "auto_port": False}))
    first.append((endpoint, place))
    reason = f"Serve {subscriber} by {endpoint}" + (f" instead of {old}" if old else "")
    return Wish(subscriber, gam, reason, lambda _: {"endpoint": endpoint}, first)


def _expect_free(endpoint: Endpoint, subscriber: Subscriber, gam: GamDevice) -> None:
    owner = getattr(endpoint, "subscriber", None)
    if owner is not None:
        raise InvalidState(f"{endpoint} serves {owner}.", next_step=f"Terminate {owner}, or give it another endpoint first.")
    if endpoint.status == EndpointStatusChoices.RETIRED:
        raise InvalidState(f"{endpoint} is retired.", next_step="Set it to discovered if it is in use again.")
    if endpoint.gam_id not in (None, gam.pk):
        raise InvalidState(
            f"{endpoint} is on {endpoint.gam}, {subscriber} is on {gam}.", next_step=f"Take the endpoint off {endpoint.gam} first."
        )
    if subscriber.port_id:
        raise InvalidState(f"{subscriber} is bound to {subscriber.port}, not to an endpoint.", next_step="Move the port instead.")


# ---------------------------------------------------------------------------------------------------------------- shared


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
