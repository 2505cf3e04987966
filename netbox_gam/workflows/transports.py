"""Which way a change plan goes: over its GAM's own transport, or over JSON-RPC where only that can express it and it is allowed.

The rule itself is in ``nornir_tasks.changes.transport``; here the shelf is read again the other way, because what one transport
does not show it cannot compare either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from nornir_tasks.contracts import ChangeKind, DeviceTarget, ShelfConfig, ShelfPlan, SubscriberConfig, Transport

from .. import gateway
from ..exceptions import InvalidState
from ..models import ChangePlan, GamDevice

type Wish = Callable[[ShelfConfig], tuple[ShelfConfig, Sequence[tuple[ChangeKind, str]]]]
"""What a shelf should have and what has to go, given what it has."""


def computed(
    target: DeviceTarget, gam: GamDevice, subscribers: Iterable[Any], actual: ShelfConfig, wish: Wish, reason: str
) -> ShelfPlan:
    """The steps that bring ``gam`` from ``actual`` to what is wished, and the transport they go over.

    Violations of a plan that JSON-RPC could make say how to let it, or why it could not be used.

    :param subscribers: those the plan is about
    :param actual: as read over the GAM's own transport
    """
    facts: dict[str, Any] = {"firmware": _firmware(gam), "services": [_in_service(item) for item in subscribers]}
    shelf_plan = gateway.plan(target, actual, *wish(actual), reason, **facts)
    why = gateway.fallback_reason(shelf_plan, allowed=gam.json_rpc_fallback)
    if not why:
        return gateway.refused_by_transport(shelf_plan)
    other = replace(target, transport=Transport.JSONRPC)
    result = gateway.read_config(other)
    if result.value is None:
        problem = result.failure.message if result.failure else "no answer"
        return gateway.refused_by_transport(shelf_plan, problem)
    return replace(gateway.plan(other, result.value, *wish(result.value), reason, **facts), transport_reason=why)


def target_for(change_plan: ChangePlan, target: DeviceTarget) -> DeviceTarget:
    """The target as the plan was made for it.

    :raises InvalidState: the GAM was set to another transport since, or does not allow the other one any more
    """
    if target.transport == change_plan.transport:
        return target
    if not change_plan.transport_reason:
        raise InvalidState(
            f"The plan was made for {change_plan.transport}, the GAM is on {target.transport} now.", next_step="Plan again."
        )
    if not change_plan.gam.json_rpc_fallback:
        raise InvalidState(
            f"The plan goes over {change_plan.transport}, and {change_plan.gam} does not allow that any more.",
            next_step="Allow the fallback to JSON-RPC on the GAM, or cancel the plan.",
        )
    return replace(target, transport=Transport(change_plan.transport))


def _firmware(gam: GamDevice) -> str:
    """What the GAM runs, as last read; empty when it never was."""
    try:
        return str(gam.observed.firmware)
    except ObjectDoesNotExist:
        return ""


def _in_service(subscriber: Any) -> SubscriberConfig:
    """A service with what decides about its transport, as NetBox has it whatever its status."""
    return SubscriberConfig(
        name=subscriber.name,
        vlan=subscriber.vlan.vid if subscriber.vlan_id else 0,
        port=subscriber.port.number if subscriber.port_id else None,
        trunk=subscriber.trunk,
        double_tag=subscriber.double_tagged,
        outer_vlan=subscriber.outer_vlan.vid if subscriber.outer_vlan_id else None,
        nni=subscriber.nni.name if subscriber.nni_id else None,
    )
