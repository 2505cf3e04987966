"""The third side of a comparison: what shelves have of services and what their endpoints carry, beside what they should have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils import timezone

from nornir_tasks.contracts import IntentEndpoint, IntentSubscriber, IntentView, ShelfService

from .. import settings
from ..choices import SubscriberStatusChoices
from ..models import BandwidthPlan, EndpointState, ShelfServiceState, Subscriber


def complete(view: IntentView) -> IntentView:
    """The view with what is known of the network, in four queries. Shelves whose configuration was never read say nothing."""
    return replace(
        view,
        subscribers=tuple(_subscribers(view.subscribers)),
        endpoints=tuple(_endpoints(view.endpoints)),
        suspended_vlan=settings.suspended_vlan(),
        read_at=timezone.now().isoformat(),
    )


def _subscribers(subscribers: tuple[IntentSubscriber, ...]) -> Iterator[IntentSubscriber]:
    services, read = _on_shelves()
    rates = {plan.pk: (plan.downstream_rate_mbps, plan.upstream_rate_mbps) for plan in BandwidthPlan.objects.all()}
    homes = {row[0]: row[1:] for row in _homes()}
    for item in subscribers:
        gam, vlan, double_tagged, suspension, garden, throttle = homes.get(item.key, NOWHERE)
        if gam is None:
            yield item
            continue
        suspended = item.status == SubscriberStatusChoices.SUSPENDED
        down, up = rates.get((throttle if suspended else None) or item.plan_key or 0, (None, None))
        active = item.status == SubscriberStatusChoices.ACTIVE
        yield replace(
            item,
            # Of double tagged services the shelf's VLAN means another thing.
            vlan=vlan if active and not double_tagged else None,
            garden=garden if suspended else None,
            suspension=suspension if suspended else "",
            downstream_mbps=down,
            upstream_mbps=up,
            shelf_read=read.get(gam, ""),
            on_shelf=services.get((gam, item.name)),
        )


NOWHERE: tuple[Any, ...] = (None, None, False, "", None, None)


def _homes() -> Iterator[tuple[Any, ...]]:
    """Key, GAM, VLAN ID, double tagged, how suspended, walled-garden VLAN ID, plan throttled to."""
    rows = Subscriber.objects.exclude(gam=None)
    names = ("pk", "gam_id", "vlan__vid", "double_tagged", "suspension_mode", "suspended_vid", "throttle_plan_id")
    return rows.values_list(*names).iterator(chunk_size=5000)


def _on_shelves() -> tuple[dict[tuple[int, str], ShelfService], dict[int, str]]:
    """Services by GAM and name, and when each GAM's configuration was read."""
    services: dict[tuple[int, str], ShelfService] = {}
    read: dict[int, str] = {}
    rows = ShelfServiceState.objects.values_list("gam_id", "name", "vlan", "downstream_mbps", "upstream_mbps", "read_at")
    for gam, name, vlan, down, up, at in rows.iterator(chunk_size=5000):
        moment = at.isoformat()
        services[gam, name] = ShelfService(vlan, down, up, moment)
        read[gam] = max(read.get(gam, ""), moment)
    return services, read


def _endpoints(endpoints: tuple[IntentEndpoint, ...]) -> Iterator[IntentEndpoint]:
    rows = EndpointState.objects.values_list("mac", "present", "read_at", "rx_usage_mbps", "tx_usage_mbps")
    # An endpoint that was moved has a row on each of its shelves; the one that sees it comes last.
    seen = {mac: (at, down, up) for mac, _, at, down, up in rows.order_by("present", "read_at").iterator(chunk_size=5000)}
    for item in endpoints:
        found = seen.get(item.mac)
        if found is None:
            yield item
            continue
        at, down, up = found
        rates = [rate for rate in (down, up) if rate is not None]
        yield replace(item, seen_at=at.isoformat(), traffic_mbps=max(rates) if rates and item.seen else None)
