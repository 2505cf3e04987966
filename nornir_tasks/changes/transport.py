"""Which way a plan goes when the shelf's own transport cannot express it. Pure.

The rule: a plan goes over the transport its GAM is set to. One that needs what the command line has no words for goes over JSON-RPC
if the GAM allows that, as a whole and with the reason on it; else it is refused, and says what to do. Never half over one and half
over the other, and never by itself where nobody allowed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..contracts import ShelfPlan, SubscriberConfig, Violation
from ..gam.commands import NO_WORDS, ONLY_JSONRPC
from .state import FIELD_WORDS, value_text

NAMED = 3
"""How many features a reason names before it only counts."""


def features_of(subscriber: SubscriberConfig) -> Mapping[str, str]:
    """What of a service only JSON-RPC can express, or read back, or restore once it is removed: value by field."""
    plain = SubscriberConfig(subscriber.name, subscriber.vlan)
    return {
        field: value_text(getattr(subscriber, field))
        for field in ONLY_JSONRPC
        if getattr(subscriber, field) != getattr(plain, field)
    }


def needs(services: Iterable[SubscriberConfig]) -> tuple[Violation, ...]:
    """What keeps these services, as they are when in service, from being written over the command line."""
    return tuple(
        Violation(service.name, field, value, NO_WORDS) for service in services for field, value in features_of(service).items()
    )


def fallback_reason(plan: ShelfPlan, *, allowed: bool) -> str:
    """Why a plan is made over JSON-RPC instead; empty when it stays, or may not."""
    if not allowed or not plan.lacking or set(plan.lacking) != set(plan.violations):
        return ""
    words = list(dict.fromkeys(f"{FIELD_WORDS.get(one.field, one.field)} of {one.subject}" for one in plan.lacking))
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return f"The command line cannot express {', '.join(words[:NAMED])}{more}"


def refused(plan: ShelfPlan, problem: str = "") -> ShelfPlan:
    """The plan with what to do in each violation that only its transport is to blame for.

    :param problem: why JSON-RPC, which was allowed, could not be used; empty when it was not allowed
    """
    if not plan.lacking:
        return plan
    way = (
        f"JSON-RPC was tried and failed: {problem}"
        if problem
        else "let plans of this GAM fall back to JSON-RPC, or set its transport to JSON-RPC"
    )
    told = {one: replace(one, rule=f"{one.rule}; {way}") for one in plan.lacking}
    return replace(plan, violations=tuple(told.get(one, one) for one in plan.violations), lacking=tuple(told.values()))
