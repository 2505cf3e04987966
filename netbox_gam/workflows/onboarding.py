"""Onboarding: endpoints that appear where NetBox does not have them. A known one is planned, an unknown one waits for a person.

Nothing is assigned without a person or the exact MAC address of an endpoint whose service is ordered. Polling records arrivals in
bulk; planning needs the shelf's configuration and is done by a job of the provisioning queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from extras.choices import JournalEntryKindChoices
from extras.models import JournalEntry

from nornir_tasks.contracts import EndpointReading, ShelfConfig
from nornir_tasks.contracts import EndpointState as ReadState

from .. import settings
from ..choices import ArrivalKindChoices as Kind
from ..choices import ArrivalStateChoices as State
from ..choices import ChangePlanStatusChoices as PlanStatus
from ..choices import SubscriberStatusChoices as Status
from ..choices import ZeroTouchChoices
from ..exceptions import Busy, InvalidState, WorkflowError
from ..models import Arrival, ChangePlan, Endpoint, GamPort, Subscriber
from . import intent, provisioning, services, transports
from .desired import Removal, endpoint_of
from .locks import try_exclusive
from .observation import Observation
from .saving import in_words, update
from .service_verbs import place_on

TRY_AGAIN = timedelta(minutes=10)
"""What could not be planned is tried again after this long."""
AT_ONCE = 50
"""Arrivals worked off in one job; the next one takes the rest."""
OVER = (State.SETTLED, State.GONE)
ORDERED = (Status.PENDING, Status.ACTIVE)
WAITING_PLANS = (PlanStatus.PLANNED, PlanStatus.APPLYING)
WRITTEN = (
    "gam", "port", "kind", "state", "since", "settled", "note", "decided_by", "subscriber", "change_plan", "last_updated",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sight:
    """One endpoint of a reading that may be an arrival."""

    gam: int
    item: EndpointReading
    at: datetime


# -------------------------------------------------------------------------------------------------------------- after a reading


def follow(observations: Sequence[Observation]) -> int:
    """Record arrivals of a batch of readings, and end those that are settled or gone; how many wait for planning.

    One statement where nobody arrives and nobody waits; never more for more GAMs.
    """
    read = {item.gam.pk: item.reading for item in observations if item.reading is not None and item.reading.endpoints is not None}
    open_ones = Arrival.objects.filter(gam__in=list(read)).exclude(state__in=OVER)
    waiting = {arrival.endpoint.mac: arrival for arrival in open_ones.select_related("endpoint", "port", "change_plan")}
    sights: dict[str, _Sight] = {}
    present: dict[int, dict[str, EndpointReading]] = {}
    for gam, reading in read.items():
        present[gam] = {item.mac: item for item in reading.endpoints or ()}
        sights |= {mac: _Sight(gam, item, reading.taken_at) for mac, item in present[gam].items() if _arrives(item)}
    changed = _arrived(sights, waiting)
    for mac, arrival in waiting.items():
        reading = read[arrival.gam_id]
        if mac not in sights and _has_ended(arrival, present[arrival.gam_id].get(mac), whole="endpoints" not in reading.incomplete):
            arrival.settled = reading.taken_at
            changed.append(arrival)
    now = timezone.now()
    for arrival in changed:
        arrival.last_updated = now
    if changed:
        Arrival.objects.bulk_create(changed, update_conflicts=True, unique_fields=["endpoint"], update_fields=WRITTEN)
    return sum(1 for arrival in changed if arrival.kind == Kind.KNOWN and arrival.state == State.WAITING)


def _arrives(item: EndpointReading) -> bool:
    unknown = not item.configured_id and item.detected_port is not None
    return unknown or item.state == ReadState.QUARANTINED_WRONG_PORT


def _has_ended(arrival: Arrival, item: EndpointReading | None, *, whole: bool) -> bool:
    """Whether an arrival that is none any more is over, and how: settled on the shelf, or no longer seen."""
    if item is not None and item.configured_id and item.state == ReadState.OK:
        arrival.state = State.SETTLED
        return True
    if (item is None and whole) or (item is not None and item.detected_port is None and item.alive is not True):
        arrival.state = State.GONE
        return True
    return False


def _arrived(sights: Mapping[str, _Sight], waiting: Mapping[str, Arrival]) -> list[Arrival]:
    """Arrivals that are new, or not where or what they were."""
    if not sights:
        return []
    endpoints = Endpoint.objects.filter(mac_address__in=list(sights)).select_related("subscriber", "port", "gam__device")
    gams = {sight.gam for sight in sights.values()}
    ports = {(port.gam_id, port.number): port for port in GamPort.objects.filter(gam__in=gams)}
    changed = []
    for endpoint in endpoints:
        sight = sights[endpoint.mac]
        port = ports.get((sight.gam, sight.item.detected_port)) if sight.item.detected_port else None
        kind, note = _kind(endpoint, sight, port)
        arrival = waiting.get(endpoint.mac)
        here = (sight.gam, port.pk if port else None, kind)
        if arrival is not None and (arrival.gam_id, arrival.port_id, arrival.kind) == here:
            continue
        subscriber = getattr(endpoint, "subscriber", None)
        if arrival is None:
            arrival = Arrival(endpoint=endpoint, created=sight.at)
        arrival.gam_id, arrival.port_id, arrival.kind = here
        arrival.state, arrival.since, arrival.settled, arrival.note = State.WAITING, sight.at, None, note
        arrival.decided_by = arrival.change_plan = None
        arrival.subscriber = subscriber
        changed.append(arrival)
    return changed


def _kind(endpoint: Endpoint, sight: _Sight, port: GamPort | None) -> tuple[str, str]:
    """What an arrival is, and what a person should know of it."""
    if sight.item.state == ReadState.QUARANTINED_WRONG_PORT:
        return Kind.MOVED, ""
    subscriber = getattr(endpoint, "subscriber", None)
    if subscriber is None:
        return Kind.UNKNOWN, ""
    if subscriber.gam_id not in (None, sight.gam) or endpoint.gam_id not in (None, sight.gam):
        return Kind.UNKNOWN, f"It serves {subscriber} on another GAM."
    if subscriber.status not in ORDERED:
        return Kind.UNKNOWN, f"It belongs to {subscriber}, which is {subscriber.get_status_display().lower()}."
    if endpoint.port_id and port is not None and endpoint.port_id != port.pk:
        return Kind.MOVED, f"The service of {subscriber} is ordered for port {endpoint.port.number}."
    return Kind.KNOWN, ""


# ------------------------------------------------------------------------------------------------------------------- zero touch


def due(now: datetime | None = None) -> QuerySet[Arrival]:
    """Known arrivals whose service is to be planned: not tried yet, or so long ago that it is tried again."""
    now = now or timezone.now()
    fresh = Q(note="") | Q(last_updated__lt=now - TRY_AGAIN)
    waiting = Arrival.objects.filter(fresh, kind=Kind.KNOWN, state=State.WAITING, change_plan=None)
    return waiting.exclude(gam__zero_touch=ZeroTouchChoices.OFF).order_by("since")


def zero_touch_user() -> Any:
    """The user that plans are applied as without anybody asking; None when none is configured, or it is not active."""
    name = settings.zero_touch_user()
    return get_user_model().objects.filter(username=name, is_active=True).first() if name else None


def work_off() -> dict[str, int]:
    """Plan what is due, and apply it where the GAM says so and the configured user may. A second run finds nothing to do.

    :returns: how many were planned, settled, and not possible
    """
    user = zero_touch_user()
    counts = {"planned": 0, "settled": 0, "failed": 0}
    for pk in list(due().values_list("pk", flat=True)[:AT_ONCE]):
        with try_exclusive("arrival", pk) as free:
            arrival = due().filter(pk=pk).select_related("gam__device", "endpoint", "subscriber").first() if free else None
            if arrival is not None:
                _plan_known(arrival, user)
                counts[{State.PLANNED: "planned", State.SETTLED: "settled"}.get(arrival.state, "failed")] += 1
    return counts


def _plan_known(arrival: Arrival, user: Any) -> None:
    subscriber = arrival.subscriber
    if subscriber is None:
        update(arrival, message="Zero touch", kind=Kind.UNKNOWN)
        return
    waits = ChangePlan.objects.filter(subscribers=subscriber, status__in=WAITING_PLANS).first()
    if waits is not None:
        update(arrival, message="Zero touch", state=State.PLANNED, change_plan=waits)
        return
    made: list[ChangePlan] = []

    def make() -> ChangePlan:
        made.append(_plan_for(subscriber, arrival.endpoint, user=user))
        return made[0]

    try:
        may_apply = arrival.gam.zero_touch == ZeroTouchChoices.APPLY and user is not None
        if may_apply and user.has_perm("netbox_gam.apply_changeplan"):
            provisioning.plan_and_apply(arrival.gam, make, user=user)
        else:
            make()
    except Busy:
        return
    except WorkflowError as error:
        _note_plan(arrival, made[0] if made else None, str(error))
    else:
        _note_plan(arrival, made[0])


def _note_plan(arrival: Arrival, change_plan: ChangePlan | None, problem: str = "") -> None:
    """Write down what came of planning: waits to be applied, done, or why not."""
    values: dict[str, Any] = {"change_plan": change_plan, "note": problem[:300]}
    if change_plan is not None:
        change_plan.refresh_from_db()
        if change_plan.status in (PlanStatus.APPLIED, PlanStatus.NOTHING_TO_DO):
            values |= {"state": State.SETTLED, "settled": timezone.now()}
        elif change_plan.status in WAITING_PLANS or change_plan.finished is None:
            values["state"] = State.PLANNED
        else:
            values["note"] = (problem or change_plan.error or str(change_plan.get_status_display()))[:300]
    update(arrival, message="Zero touch", **values)
    if change_plan is not None and change_plan.requested_by is None and arrival.subscriber is not None:
        words = f"Zero touch: {arrival.endpoint} appeared on {arrival.port or arrival.gam}, change plan {change_plan} was made."
        JournalEntry(assigned_object=arrival.subscriber, kind=JournalEntryKindChoices.KIND_INFO, comments=words).save()
    # A failure may read the same as the last one: its time counts all the same.
    Arrival.objects.filter(pk=arrival.pk).update(last_updated=timezone.now())


def _plan_for(subscriber: Subscriber, endpoint: Endpoint, *, user: Any, changed: Sequence[intent.Entry] = ()) -> ChangePlan:
    """The plan that puts a subscriber's service on an endpoint, whatever the service's state.

    :param changed: what was changed in NetBox for it already
    :raises WorkflowError: what stands in the way
    """
    subscriber.refresh_from_db()
    verb = "activate" if subscriber.status in (Status.PENDING, Status.TERMINATED) else "replace_endpoint"
    wish = services.wish(verb, subscriber, endpoint=endpoint)
    return services.carry_out([wish], user=user, changed=changed)


# -------------------------------------------------------------------------------------------------------------- people's decisions


def assign(arrival: Arrival, subscriber: Subscriber, *, user: Any) -> ChangePlan:
    """Say whose endpoint it is: the subscriber's service is put on it, by a change plan. One it had before is let go of.

    :raises InvalidState: the arrival is over, or the endpoint serves somebody else
    :raises WorkflowError: what stands in the way
    """
    _expect_open(arrival)
    owner = getattr(arrival.endpoint, "subscriber", None)
    if owner is not None and owner.pk != subscriber.pk:
        raise InvalidState(f"{arrival.endpoint} belongs to {owner}.", next_step=f"Terminate or move {owner} first.")
    if subscriber.gam_id not in (None, arrival.gam_id):
        raise InvalidState(f"{subscriber} is on {subscriber.gam}.", next_step="Terminate it there, or move it first.")
    made = _plan_for(subscriber, arrival.endpoint, user=user)
    _decided(arrival, made, user, f"Assigned to {subscriber}", subscriber=subscriber)
    return made


def follow_move(arrival: Arrival, *, user: Any) -> ChangePlan:
    """Say that an endpoint moved: the port it is seen on becomes its port in NetBox, and a change plan tells the shelf.

    :raises InvalidState: it is not on a wrong port
    :raises WorkflowError: the port has its endpoint already, or what else stands in the way
    """
    _expect_open(arrival)
    endpoint = arrival.endpoint
    if arrival.kind != Kind.MOVED or arrival.port is None:
        raise InvalidState(f"{endpoint} is not on a wrong port.")
    subscriber = getattr(endpoint, "subscriber", None)
    with transaction.atomic():
        try:
            changed = intent.change(endpoint, message=f"Moved, says {user}", **place_on(arrival.port))
        except ValidationError as error:
            raise WorkflowError(
                f"{endpoint} cannot be on {arrival.port}: {in_words(error)}",
                next_step="Move or retire the port's own endpoint.",
            ) from None
        if subscriber is not None and subscriber.status != Status.TERMINATED:
            made = _plan_for(subscriber, endpoint, user=user, changed=changed)
        else:
            made = _plan_endpoint(endpoint, user=user, changed=changed)
        _decided(arrival, made, user, f"Moved to {arrival.port}")
    return made


def _plan_endpoint(endpoint: Endpoint, *, user: Any, changed: Sequence[intent.Entry]) -> ChangePlan:
    """The plan for an endpoint that serves nobody."""
    gam = endpoint.gam
    if gam is None:
        raise InvalidState(f"{endpoint} is on no GAM.")
    actual = provisioning.read_shelf(gam)
    reason = f"Move {endpoint}"

    def wish(shelf: ShelfConfig) -> tuple[ShelfConfig, Sequence[Removal]]:
        return ShelfConfig(endpoints=(endpoint_of(endpoint, shelf),)), ()

    shelf_plan = transports.computed(provisioning.target_of(gam), gam, [], actual, wish, reason)
    provisioning.refuse_violations(shelf_plan, reason)
    return provisioning.store_plan(gam, shelf_plan, [], user=user, reason=reason, intent=changed)


def leave(arrival: Arrival, *, user: Any, note: str = "") -> None:
    """Leave it as it is: an unknown endpoint stays without service; one on a wrong port is to be put back by somebody on site.

    It comes back to the queue when it appears on another port.

    :raises InvalidState: it is over
    """
    _expect_open(arrival)
    words = note.strip() or ("To be put back on its port." if arrival.kind == Kind.MOVED else "Left as it is.")
    update(arrival, message=f"Left by {user}", state=State.LEFT, note=words[:300], decided_by=user)


def _decided(arrival: Arrival, made: ChangePlan, user: Any, words: str, **values: Any) -> None:
    done = made.status == PlanStatus.NOTHING_TO_DO
    state = {"state": State.SETTLED, "settled": timezone.now()} if done else {"state": State.PLANNED}
    update(arrival, message=words, note=words, decided_by=user, change_plan=made, **state, **values)


def _expect_open(arrival: Arrival) -> None:
    arrival.refresh_from_db()
    if arrival.state in OVER:
        raise InvalidState(f"{arrival} is {arrival.get_state_display().lower()}: there is nothing to decide.")
