"""Whose an unknown endpoint could be, with the reason. Only said, never done: a person chooses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..choices import SubscriberStatusChoices
from ..models import Arrival, BilledService, BillingLink, BillingSystem, EndpointState, Subscriber

MOST = 10


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A subscriber an endpoint could belong to. Without ``subscriber`` the reason says what to do first."""

    subscriber: Subscriber | None
    reason: str


def suggestions(arrival: Arrival, *, user: Any) -> list[Suggestion]:
    """Whose the endpoint could be, the best reason first; subscribers and services the user may see only."""
    subscribers = Subscriber.objects.restrict(user, "view")
    found: dict[int, Suggestion] = {}
    others: list[Suggestion] = []
    for suggestion in (
        *_its_own(arrival, subscribers),
        *_by_billing(arrival, user, subscribers),
        *_by_port(arrival, subscribers),
        *_by_order(arrival, subscribers),
        *_by_address(arrival, subscribers),
    ):
        if suggestion.subscriber is None:
            others.append(suggestion)
        elif suggestion.subscriber.pk in found:
            before = found[suggestion.subscriber.pk]
            found[suggestion.subscriber.pk] = Suggestion(before.subscriber, f"{before.reason}; {suggestion.reason}")
        else:
            found[suggestion.subscriber.pk] = suggestion
    return [*found.values(), *others][:MOST]


def _its_own(arrival: Arrival, subscribers: Any) -> Iterator[Suggestion]:
    for subscriber in subscribers.filter(endpoint=arrival.endpoint):
        yield Suggestion(subscriber, f"it is this endpoint's subscriber, {subscriber.get_status_display().lower()}")


def _by_billing(arrival: Arrival, user: Any, subscribers: Any) -> Iterator[Suggestion]:
    """Who is billed for a device of this MAC address."""
    systems = BillingSystem.objects.restrict(user, "view")
    billed = BilledService.objects.filter(system__in=systems, macs__contains=[arrival.endpoint.mac]).select_related("system")
    for service in billed[:MOST]:
        links = BillingLink.objects.filter(system_id=service.system_id, entity=service.entity, external_id=service.external_id)
        linked = subscribers.filter(billing_links__in=links).first()
        if linked is not None:
            yield Suggestion(linked, f"{service.system} has this MAC address at {service.name}")
        else:
            yield Suggestion(None, f"{service.system} has this MAC address at {service.name}, who is no subscriber here: reconcile")


def _by_port(arrival: Arrival, subscribers: Any) -> Iterator[Suggestion]:
    """Who was served on that port by an endpoint that is gone."""
    if arrival.port is None:
        return
    gone = EndpointState.objects.filter(gam_id=arrival.gam_id, present=False, configured_port=arrival.port.number)
    served = subscribers.filter(endpoint__in=gone.values("endpoint")).exclude(endpoint=arrival.endpoint)
    for subscriber in served.select_related("endpoint")[:MOST]:
        yield Suggestion(subscriber, f"port {arrival.port.number} served it, and its endpoint {subscriber.endpoint} is gone")


def _by_order(arrival: Arrival, subscribers: Any) -> Iterator[Suggestion]:
    """Who is ordered on this shelf and has no endpoint yet."""
    ordered = subscribers.filter(gam_id=arrival.gam_id, endpoint=None, status=SubscriberStatusChoices.PENDING)
    for subscriber in ordered[:MOST]:
        yield Suggestion(subscriber, "ordered on this GAM, without an endpoint yet")


def _by_address(arrival: Arrival, subscribers: Any) -> Iterator[Suggestion]:
    """Who is ordered at the address of the shelf's site."""
    lines = [line.strip() for line in arrival.gam.device.site.physical_address.splitlines() if line.strip()]
    if not lines:
        return
    ordered = subscribers.filter(service_address__istartswith=lines[0], endpoint=None, status=SubscriberStatusChoices.PENDING)
    for subscriber in ordered.exclude(gam__isnull=False)[:MOST]:
        yield Suggestion(subscriber, f"its service address {subscriber.service_address} is that of the site")
