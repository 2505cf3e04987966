"""What a service is on its shelf, beside what NetBox says of it. Pure; a shelf whose configuration was not read says nothing."""

from __future__ import annotations

from ..contracts import IntentEndpoint, IntentSubscriber, ShelfService

SUSPENDED, TERMINATED = "suspended", "terminated"
THROTTLE, REMOVAL = "throttle", "removal"
TRAFFIC_MBPS = 1
"""What an endpoint that is cut off may carry at most: in the walled garden somebody opens a page now and then."""


def is_other_vlan(subscriber: IntentSubscriber, found: ShelfService) -> bool:
    """Whether an active service is in another VLAN than NetBox says; not so where NetBox does not say."""
    return subscriber.vlan is not None and found.vlan != subscriber.vlan


def is_other_limit(subscriber: IntentSubscriber, found: ShelfService, tolerance_percent: float) -> bool:
    """Whether a service has another limit than its plan; shelves set up by hand have an overhead of their own."""
    return _is_other(subscriber.downstream_mbps, found.downstream_mbps, tolerance_percent) or _is_other(
        subscriber.upstream_mbps, found.upstream_mbps, tolerance_percent
    )


def _is_other(wanted: int | None, has: int | None, tolerance_percent: float) -> bool:
    if not wanted or not has:
        return bool(wanted) != bool(has)
    return abs(has - wanted) * 100.0 / wanted > tolerance_percent


def is_live_while_off(
    subscriber: IntentSubscriber, endpoint: IntentEndpoint | None, suspended_vlan: int | None, tolerance_percent: float
) -> bool:
    """Whether a suspended or terminated subscriber is served all the same.

    By the shelf's configuration where it was read; where it was not, by the traffic of a suspended subscriber's endpoint, unless
    that is only throttled.
    """
    if subscriber.status not in (SUSPENDED, TERMINATED):
        return False
    if subscriber.shelf_read:
        found = subscriber.on_shelf
        if found is None or subscriber.status == TERMINATED or subscriber.suspension == REMOVAL:
            return found is not None
        if subscriber.suspension == THROTTLE:
            return is_other_limit(subscriber, found, tolerance_percent)
        return found.vlan != (subscriber.garden or suspended_vlan)
    busy = endpoint is not None and endpoint.seen and (endpoint.traffic_mbps or 0) > TRAFFIC_MBPS
    return busy and subscriber.status == SUSPENDED and subscriber.suspension != THROTTLE
