"""Hypothesis strategies: billing snapshots and NetBox views that share few keys, so that they collide often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from nornir_tasks.contracts import (
    BillingPlan,
    BillingService,
    BillingSnapshot,
    IntentEndpoint,
    IntentPlan,
    IntentSubscriber,
    IntentView,
    OrphanDevice,
    ServiceState,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MACS = [f"00:0e:d8:00:00:0{n}" for n in range(1, 6)] + ["02:00:5e:00:00:01"]
SERIALS = ["S1", "S2", "S3"]
LOGINS = ["", "unit1", "unit2", "c3"]
HOSTS = ["100.64.0.1", "100.64.0.2"]
PLANS = (
    IntentPlan(1, "100M", 100_000, 50_000),
    IntentPlan(2, "250M", 250_000, 250_000),
    IntentPlan(3, "1G", 1_000_000, 1_000_000, True),
)
BILLED = (
    BillingPlan("31", "Home 100", 102_400, 51_200),
    BillingPlan("32", "Home 250", 250_000, 250_000),
    BillingPlan("33", "Legacy 75", 75_000, 37_500),
    BillingPlan("34", "Broken", None, None),
)
ENTITY = "internet_service"


def few(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Up to two of the values."""
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


@st.composite
def snapshots(draw: st.DrawFn, complete: bool | None = None) -> BillingSnapshot:
    """A snapshot of up to eight services of few accounts; complete or not, unless said."""
    services: list[BillingService] = []
    for number in range(draw(st.integers(0, 8))):
        account = str(draw(st.integers(1, 5)))
        services.append(
            BillingService(
                entity=ENTITY,
                external_id=f"{account}.{number}",
                account_id=account,
                name=f"Customer {account}",
                state=draw(st.sampled_from(ServiceState)),
                raw_status="some status",
                plan_id=draw(st.sampled_from([plan.external_id for plan in BILLED] + [None])),
                macs=draw(few(MACS)),
                serials=draw(few(SERIALS)),
                login=draw(st.sampled_from(LOGINS)),
                ipv4=draw(few(HOSTS)),
                replaces=draw(st.sampled_from([(), (f"{account}.99",)])),
            )
        )
    orphans = tuple(
        OrphanDevice(str(n), draw(st.sampled_from(MACS)), draw(st.sampled_from(["", *SERIALS])), "address 1", draw(st.booleans()))
        for n in range(draw(st.integers(0, 2)))
    )
    return BillingSnapshot(
        "isp",
        NOW,
        draw(st.booleans()) if complete is None else complete,
        draw(st.sampled_from(["a", "b"])),
        tuple(services),
        BILLED,
        orphans,
    )


@st.composite
def intents(draw: st.DrawFn) -> IntentView:
    """Up to five endpoints and five subscribers, with links into the snapshots' ids."""
    macs = draw(st.lists(st.sampled_from(MACS[:5]), unique=True))
    endpoints = [
        IntentEndpoint(key, mac, f"e{key}", draw(st.sampled_from(["", *SERIALS])), "gam-1", 1, None, draw(st.booleans()))
        for key, mac in enumerate(macs, start=1)
    ]
    free = draw(st.permutations([endpoint.key for endpoint in endpoints]))
    subscribers = []
    for at in range(draw(st.integers(0, 5))):
        links: Any = draw(st.lists(st.tuples(st.integers(1, 5), st.sampled_from([0, 1, 2, 3, 99])), max_size=2, unique=True))
        subscribers.append(
            IntentSubscriber(
                key=100 + at,
                name=draw(st.sampled_from(["Unit1", "Unit2", f"N{at}"])),
                status=draw(st.sampled_from(["pending", "active", "suspended", "terminated"])),
                gam="gam-1",
                endpoint_key=free[at] if at < len(free) and draw(st.booleans()) else None,
                plan_key=draw(st.sampled_from([1, 2, 3, None])),
                links=tuple((ENTITY, f"{account}.{number}") for account, number in links),
                ipv4=draw(few(HOSTS)),
            )
        )
    owners = {s.endpoint_key: s.key for s in subscribers if s.endpoint_key is not None}
    if draw(st.booleans()):
        endpoints = [replace(endpoint, subscriber_key=owners.get(endpoint.key)) for endpoint in endpoints]
    other = draw(st.sets(st.sampled_from([s.key for s in subscribers]), max_size=1)) if subscribers else set()
    return IntentView(tuple(subscribers), tuple(endpoints), PLANS, draw(st.sampled_from([{}, {"33": 1}])), frozenset(other))
