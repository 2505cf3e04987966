"""Putting a new shelf in the place of a dead one: intent moves over, and one change plan gives the new shelf everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from nornir_tasks.contracts import EndpointConfig, ProfileConfig, ShelfConfig, SubscriberConfig
from nornir_tasks.errors import ErrorKind

from .. import gateway
from ..choices import SubscriberStatusChoices as Status
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import ChangePlan, ConfigBackup, Endpoint, GamDevice, GamPort, Subscriber
from . import backups, intent, provisioning, transports
from .desired import desired_config, endpoint_of
from .saving import in_words

SILENT = (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT)

type Own = ProfileConfig | EndpointConfig | SubscriberConfig


def replace_shelf(old: GamDevice, new: GamDevice, *, user: Any, confirmed: bool = False) -> ChangePlan:
    """Move everything of a dead GAM to its successor in NetBox, and plan what gives it to the new shelf. Sends nothing.

    Descriptions and names come from the newest backup of the old shelf, everything else from NetBox. A plan that comes to
    nothing gives everything back to the old GAM.

    :param confirmed: the old shelf may still answer
    :raises NotAllowed: the user may not replace one of the two
    :raises InvalidState: why the two do not fit, or the old shelf still answers
    :raises WorkflowError: the new shelf could not be read, or every rule the result would break
    """
    require_replace(user, old, new)
    _check_fit(old, new)
    if not confirmed:
        _expect_dead(old)
    before = _last_known(old)
    actual = provisioning.read_shelf(new)
    reason = f"Replace {old} by {new}"
    try:
        with transaction.atomic():
            entries = _move(old, new, message=f"{reason}, by {user}")
            subscribers = list(
                Subscriber.objects.filter(gam=new, status__in=(Status.ACTIVE, Status.SUSPENDED))
                .select_related("endpoint__port", "port", "bandwidth_plan", "vlan", "outer_vlan", "nni")
                .order_by("pk")
            )
            wanted = _wanted(new, subscribers, before, actual)
            _expect_empty(new, actual, wanted)
            shelf_plan = transports.computed(
                provisioning.target_of(new),
                new,
                subscribers,
                actual,
                lambda now: (_wanted(new, subscribers, before, now), ()),
                reason,
            )
            provisioning.refuse_violations(shelf_plan, reason)
            notes = _left_behind(old, before, wanted)
            return provisioning.store_plan(new, shelf_plan, subscribers, user=user, reason=reason, intent=entries, notes=notes)
    except ValidationError as error:
        raise WorkflowError(f"{reason}: {in_words(error)}") from None


# ---------------------------------------------------------------------------------------------------------------------- checks


def require_replace(user: Any, *gams: GamDevice) -> None:
    """
    :raises NotAllowed: the user may not replace one of them, or put it in another one's place
    """
    for gam in gams:
        if user is None or not user.has_perm("netbox_gam.replace_gamdevice", gam):
            raise NotAllowed(f"Replacing takes the permission to replace {gam}.")


def _check_fit(old: GamDevice, new: GamDevice) -> None:
    """The successor is another shelf of the same kind with enough ports, and nobody is on it in NetBox."""
    if old.pk == new.pk:
        raise InvalidState(f"{new} cannot take its own place.", next_step="Choose another GAM.")
    if new.subscribers.exists() or new.endpoints.exists():
        raise InvalidState(f"{new} has subscribers or endpoints of its own in NetBox.", next_step="Choose one that has none.")
    theirs, own = old.catalog, new.catalog
    if theirs and own and theirs.coax != own.coax:
        raise InvalidState(
            f"{old} is a {theirs.name}, {new} a {own.name}: one is coax, the other copper.",
            next_step="Choose one of the same kind.",
        )
    if old.subscriber_model != new.subscriber_model:
        words = f"{old} is {old.get_subscriber_model_display()}, {new} is {new.get_subscriber_model_display()}."
        raise InvalidState(words, next_step=f"Set the subscriber model of {new} to that of {old}.")
    missing = sorted(_used_ports(old) - set(new.ports.values_list("number", flat=True)))
    if missing:
        words = ", ".join(str(number) for number in missing)
        raise InvalidState(f"{new} has no G.hn port {words}, which {old} uses.", next_step="Poll it first, or choose a larger one.")
    uplinks = _uplinks(old) - set(new.device.interfaces.values_list("name", flat=True))
    if uplinks:
        raise InvalidState(f"{new} has no interface {', '.join(sorted(uplinks))}.", next_step="Add the interface to its device.")


def _used_ports(gam: GamDevice) -> set[int]:
    of_endpoints = Endpoint.objects.filter(gam=gam, port__isnull=False).values_list("port__number", flat=True)
    of_subscribers = Subscriber.objects.filter(gam=gam, port__isnull=False).values_list("port__number", flat=True)
    return {*of_endpoints, *of_subscribers}


def _uplinks(gam: GamDevice) -> set[str]:
    return set(Subscriber.objects.filter(gam=gam, nni__isnull=False).values_list("nni__name", flat=True))


def _expect_dead(old: GamDevice) -> None:
    """Only silence is death: a shelf that refuses a login, or says what nobody understands, serves its customers all the same.

    :raises InvalidState: it answers
    """
    failure = gateway.read_config(provisioning.target_of(old)).failure
    if failure is not None and failure.kind in SILENT:
        return
    words = f" ({failure.message})" if failure else ""
    raise InvalidState(
        f"{old} still answers{words}, so its customers would be on two shelves.",
        next_step="Disconnect it, or confirm that it is to be replaced all the same.",
    )


def _expect_empty(new: GamDevice, actual: ShelfConfig, wanted: ShelfConfig) -> None:
    """
    :raises InvalidState: the new shelf serves somebody already
    """
    macs = {item.mac for item in wanted.endpoints}
    names = {item.name for item in wanted.subscribers}
    strangers = [f"subscriber {item.name}" for item in actual.subscribers if item.name not in names]
    strangers += [f"endpoint {item.name}" for item in actual.endpoints if item.mac not in macs]
    if strangers:
        shown = ", ".join(strangers[:5]) + (f" and {len(strangers) - 5} more" if len(strangers) > 5 else "")
        raise InvalidState(
            f"{new} is not empty: it has {shown}.", next_step="Take that off the shelf first, or choose another one."
        )


# ---------------------------------------------------------------------------------------------------------------------- moving


def _last_known(old: GamDevice) -> ShelfConfig | None:
    newest = ConfigBackup.objects.filter(gam=old).select_related("text").order_by("-last_seen", "-pk").first()
    return backups.parsed(newest) if newest else None


def _move(old: GamDevice, new: GamDevice, *, message: str) -> list[intent.Entry]:
    """Endpoints, subscribers, pool and default uplink become the successor's."""
    ports = {port.number: port for port in GamPort.objects.filter(gam=new)}
    uplinks = {item.name: item for item in new.device.interfaces.all()}
    entries: list[intent.Entry] = []
    values: dict[str, Any] = {}
    if new.vlan_pool_id is None and old.vlan_pool_id is not None:
        values["vlan_pool"] = old.vlan_pool
    if new.default_nni_id is None and old.default_nni_id is not None and old.default_nni.name in uplinks:
        values["default_nni"] = uplinks[old.default_nni.name]
    if values:
        entries += intent.change(new, message=message, **values)
    for endpoint in Endpoint.objects.filter(gam=old).select_related("port").order_by("pk"):
        port = ports[endpoint.port.number] if endpoint.port_id else None
        entries += intent.change(endpoint, message=message, gam=new, port=port)
    for subscriber in Subscriber.objects.filter(gam=old).exclude(status=Status.TERMINATED).order_by("pk"):
        port = ports[subscriber.port.number] if subscriber.port_id else None
        nni = uplinks[subscriber.nni.name] if subscriber.nni_id else None
        entries += intent.change(subscriber, message=message, gam=new, port=port, nni=nni)
    return entries


def _wanted(new: GamDevice, subscribers: Sequence[Subscriber], before: ShelfConfig | None, actual: ShelfConfig) -> ShelfConfig:
    """All the new shelf shall have, named and described as on the old one."""
    reference = before if before is not None else actual
    wanted, _ = desired_config(list(subscribers), reference)
    served = {item.mac for item in wanted.endpoints}
    idle = Endpoint.objects.filter(gam=new, status="configured").select_related("port").order_by("pk")
    others = [endpoint_of(item, reference) for item in idle if item.mac not in served]
    return ShelfConfig(
        tuple(_without_id(item) for item in wanted.profiles),
        tuple(_without_id(item) for item in (*wanted.endpoints, *others)),
        tuple(_without_id(item) for item in wanted.subscribers),
        actual.subscriber_model,
        actual.default_nni,
    )


def _without_id[T: Own](item: T) -> T:
    return replace(item, id=0)


def _left_behind(old: GamDevice, before: ShelfConfig | None, wanted: ShelfConfig) -> list[str]:
    """What the old shelf had that NetBox does not know, and what nobody moves."""
    if before is None:
        return [f"There is no backup of {old}: descriptions, and what NetBox does not know of it, are not taken over."]
    names = {item.name for item in wanted.subscribers}
    macs = {item.mac for item in wanted.endpoints}
    notes = [f"Not taken over, unknown to NetBox: subscriber {name}" for name in _names(before.subscribers) if name not in names]
    notes += [f"Not taken over, unknown to NetBox: endpoint {item.name}" for item in before.endpoints if item.mac not in macs]
    return [*notes, "Not taken over: management, users and settings of ports; compare with the backup of the old shelf."]


def _names(items: Iterable[Own]) -> list[str]:
    return [item.name for item in items]


__all__ = ("replace_shelf", "require_replace")
