"""What people decide about drift: push intent to the shelf, adopt what the shelf has, or accept the difference for a while."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from nornir_tasks.contracts import ChangeKind, IsolationMode, ShelfConfig

from .. import gateway
from ..choices import DriftKindChoices, DriftObjectChoices, DriftStateChoices
from ..exceptions import InvalidState, WorkflowError
from ..models import ChangePlan, Drift, GamDevice, GamPort
from . import adoption, drift, provisioning, transports
from .desired import Removal
from .saving import in_words, update


def compare(gam: GamDevice) -> dict[str, Any]:
    """Read the running configuration of a GAM now and compare it with intent.

    :returns: how many differences stand
    :raises WorkflowError: it could not be read
    """
    provisioning.read_shelf(gam)
    standing = Drift.objects.filter(gam=gam).exclude(state=DriftStateChoices.RESOLVED)
    return {"open": standing.filter(state=DriftStateChoices.OPEN).count(), "accepted": standing.exclude(state="open").count()}


# -------------------------------------------------------------------------------------------------------------------------- push


def push(records: Sequence[Drift], *, user: Any) -> ChangePlan:
    """The change plan that gives a shelf what NetBox says about the objects of these differences, made from a read of now.

    What is unexpected on the shelf is removed by it. Nothing else of the shelf is touched.

    :param records: standing differences of one GAM
    :raises InvalidState: one is resolved, or is about a setting of a port, which no plan can write
    :raises WorkflowError: the shelf could not be read, or every rule the result would break
    """
    gam = _gam_of(records)
    _expect_standing(records)
    if any(record.object_kind == DriftObjectChoices.PORT for record in records):
        raise InvalidState(
            "Settings of ports are not written by change plans.", next_step="Set it on the shelf, adopt it, or accept it."
        )
    actual = provisioning.read_shelf(gam)
    reason = f"Drift of {gam}: " + ", ".join(sorted({f"{record.object_kind} {record.name}" for record in records}))
    with transaction.atomic():
        intent = drift.intents_of([gam.pk])[gam.pk]
        names = {item.name for item in _only(drift.everything_wanted(intent, actual), records).subscribers}
        subscribers = [item for item in intent.subscribers if item.name in names]

        def wish(shelf: ShelfConfig) -> tuple[ShelfConfig, Sequence[Removal]]:
            wanted = _only(drift.everything_wanted(intent, shelf), records)
            return wanted, _removals(shelf, wanted, records)

        shelf_plan = transports.computed(provisioning.target_of(gam), gam, subscribers, actual, wish, reason[:300])
        provisioning.refuse_violations(shelf_plan, reason, next_step="Correct NetBox, or adopt what the shelf has.")
        made = provisioning.store_plan(gam, shelf_plan, subscribers, user=user, reason=reason)
        for record in records:
            update(record, message=f"Pushed by {user}", change_plan=made)
    return made


def _only(wanted: ShelfConfig, records: Iterable[Drift]) -> ShelfConfig:
    """The part of what a shelf should have that some differences are about."""
    names = {record.name for record in records if record.object_kind == DriftObjectChoices.SUBSCRIBER}
    macs = {record.name for record in records if record.object_kind == DriftObjectChoices.ENDPOINT}
    subscribers = tuple(item for item in wanted.subscribers if item.name in names)
    served = {item.endpoint for item in subscribers}
    limits = {item.profile for item in subscribers}
    return ShelfConfig(
        tuple(item for item in wanted.profiles if item.name in limits),
        tuple(item for item in wanted.endpoints if item.mac in macs or item.name in served),
        subscribers,
        wanted.subscriber_model,
        wanted.default_nni,
    )


def _removals(actual: ShelfConfig, wanted: ShelfConfig, records: Iterable[Drift]) -> list[Removal]:
    """What the shelf has and shall not have any more, as it is named there."""
    unexpected = {(record.object_kind, record.name) for record in records if record.kind == DriftKindChoices.UNEXPECTED}
    kept = {item.name for item in wanted.subscribers}
    found: list[Removal] = [
        (ChangeKind.SUBSCRIBER, item.name)
        for item in actual.subscribers
        if (DriftObjectChoices.SUBSCRIBER, item.name) in unexpected and item.name not in kept
    ]
    macs = {item.mac for item in wanted.endpoints}
    found += [
        (ChangeKind.ENDPOINT, item.name)
        for item in actual.endpoints
        if (DriftObjectChoices.ENDPOINT, item.mac) in unexpected and item.mac not in macs
    ]
    return found


# ------------------------------------------------------------------------------------------------------------------------- adopt


def adopt(records: Sequence[Drift], *, user: Any) -> dict[str, Any]:
    """What the shelf has of the objects of these differences, read now, becomes intent. Always whole objects.

    Afterwards a push of the same objects has nothing to do; where NetBox cannot hold what the shelf has, nothing is changed.

    :param records: standing differences of one GAM
    :returns: how many objects were adopted
    :raises InvalidState: one is resolved, or an endpoint serves somebody elsewhere
    :raises WorkflowError: the shelf could not be read, or what NetBox cannot hold
    """
    gam = _gam_of(records)
    _expect_standing(records)
    message = f"Adopted from {gam} by {user}"
    of_ports = [record for record in records if record.object_kind == DriftObjectChoices.PORT]
    macs = {record.name for record in records if record.object_kind == DriftObjectChoices.ENDPOINT}
    names = {record.name for record in records if record.object_kind == DriftObjectChoices.SUBSCRIBER}
    config = provisioning.read_shelf(gam) if macs or names else None
    try:
        with transaction.atomic():
            for record in of_ports:
                _adopt_port(record, message)
            if config is not None:
                adopt_config(gam, config, macs=macs, names=names, message=message)
    except ValidationError as error:
        raise WorkflowError(
            f"{gam} has what NetBox cannot hold: {in_words(error)}", next_step="Put it right on the shelf."
        ) from None
    if config is not None:
        drift.note_config(gam, config)
    return {"adopted": len(of_ports) + len(macs) + len(names)}


@transaction.atomic
def adopt_config(gam: GamDevice, config: ShelfConfig, *, macs: set[str], names: set[str], message: str) -> None:
    """Take some objects of a configuration into intent, and make sure that they are there as on the shelf.

    :raises WorkflowError: NetBox cannot hold what the shelf has; nothing is changed
    """
    adoption.overwrite(gam, config, macs=macs, names=names, message=message)
    wanted = drift.everything_wanted(drift.intents_of([gam.pk])[gam.pk], config)
    left = [item for item in gateway.compare_config(wanted, config) if item.name in macs or item.name in names]
    if left:
        words = "; ".join(f"{item.object} {item.name} {item.field or item.kind}: {item.actual or 'not set'}" for item in left)
        raise WorkflowError(f"NetBox cannot hold what {gam} has: {words}", next_step="Push instead, or accept the difference.")


def _adopt_port(record: Drift, message: str) -> None:
    port: GamPort | None = record.port
    if port is None:
        raise InvalidState(f"{record.gam} has no port {record.name} in NetBox any more.")
    if record.field == "enabled":
        update(port, message=message, enabled=record.actual_value == "yes")
    else:
        update(port, message=message, isolation_mode=IsolationMode(record.actual_value))
    update(record, message=message, state=DriftStateChoices.RESOLVED, resolved=timezone.now())


# ------------------------------------------------------------------------------------------------------------------------ accept


def accept(record: Drift, *, user: Any, reason: str, until: datetime) -> None:
    """Leave a difference as it is until a date, for a reason. It opens again when one of its values changes, or the date passes.

    :raises InvalidState: it is not open
    :raises WorkflowError: no reason, or a date that has passed
    """
    record.refresh_from_db()
    if record.state != DriftStateChoices.OPEN:
        raise InvalidState(f"It is {record.get_state_display().lower()}: there is nothing to accept.")
    if not reason.strip():
        raise WorkflowError("A difference is accepted for a reason.", next_step="Say why it may stay.")
    if until <= timezone.now():
        raise WorkflowError(f"{until:%Y-%m-%d %H:%M} has passed.", next_step="Choose a date to come.")
    update(
        record,
        message=f"Accepted by {user}",
        state=DriftStateChoices.ACCEPTED,
        reason=reason.strip()[:300],
        accepted_until=until,
        accepted_by=user,
    )


def reopen(record: Drift, *, user: Any) -> None:
    """Take an acceptance back.

    :raises InvalidState: it was not accepted
    """
    record.refresh_from_db()
    if record.state != DriftStateChoices.ACCEPTED:
        raise InvalidState(f"It is {record.get_state_display().lower()}: there is no acceptance to take back.")
    update(record, message=f"Reopened by {user}", state=DriftStateChoices.OPEN, accepted_until=None, accepted_by=None)


def _gam_of(records: Sequence[Drift]) -> GamDevice:
    if len({record.gam_id for record in records}) != 1:
        raise InvalidState("Differences of one GAM at a time.", next_step="Choose differences of one GAM.")
    return records[0].gam


def _expect_standing(records: Iterable[Drift]) -> None:
    for record in records:
        record.refresh_from_db()
        if record.state == DriftStateChoices.RESOLVED:
            raise InvalidState(f"“{record}” is resolved: the shelf and NetBox agree.")
