"""One side of the comparison bench in a process of its own: ``python -m tests.bench.compare_side ours|diffsync COUNT``.

Prints one line of JSON: seconds, peak memory, what was found. Both sides get the same services and the same NetBox side.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from datetime import UTC, datetime
from typing import Any

from nornir_tasks.contracts import (
    BillingPlan,
    BillingService,
    BillingSnapshot,
    IntentEndpoint,
    IntentPlan,
    IntentSubscriber,
    IntentView,
    ServiceState,
)
from nornir_tasks.reconcile import compare_snapshot

SEED = 11
SPEEDS = ((100_000, 50_000), (250_000, 250_000), (500_000, 500_000), (1_000_000, 1_000_000))
WRONG = 50
"""One service in this many has each kind of difference."""


def data(count: int) -> tuple[BillingSnapshot, IntentView]:
    """``count`` billed services and NetBox's side: in order but for planted differences of six kinds, 2 % each."""
    pick = random.Random(SEED)
    services, subscribers, endpoints = [], [], []
    for number in range(count):
        mac = f"00:0e:d8:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        plan, kind = pick.randrange(len(SPEEDS)), pick.randrange(WRONG)
        state, status = ServiceState.IN_SERVICE, "active"
        billed_plan, macs, serial = plan, (mac,), f"{10_000_000 + number}"
        if kind == 0:
            billed_plan = (plan + 1) % len(SPEEDS)
        elif kind == 1:
            state = ServiceState.SUSPENDED
        elif kind == 2:
            status = "pending"
        elif kind == 3:
            macs = (f"00:0e:d8:ff:{number >> 8 & 255:02x}:{number & 255:02x}",)
        elif kind == 4:
            macs, serial = (), ""
        services.append(
            BillingService(
                "internet_service",
                f"{number}.1",
                str(number),
                f"Customer {number}",
                state,
                state.value,
                plan_id=str(billed_plan),
                macs=macs,
                serials=(serial,) if serial else (),
                login=f"{number:06d}_1",
                ipv4=(f"100.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255}",),
            )
        )
        endpoints.append(
            IntentEndpoint(number, mac, f"e{number}", f"{10_000_000 + number}", f"gam-{number % 1500}", 1, number, seen=True)
        )
        subscribers.append(IntentSubscriber(number, f"C{number}", status, f"gam-{number % 1500}", number, plan))
    plans = tuple(BillingPlan(str(key), f"P{key}", down, up) for key, (down, up) in enumerate(SPEEDS))
    snapshot = BillingSnapshot("billing", datetime(2026, 1, 1, tzinfo=UTC), True, "scope", tuple(services), plans)
    intent_plans = tuple(IntentPlan(key, f"P{key}", down, up) for key, (down, up) in enumerate(SPEEDS))
    return snapshot, IntentView(tuple(subscribers), tuple(endpoints), intent_plans)


def ours(snapshot: BillingSnapshot, intent: IntentView) -> dict[str, int]:
    """Billing, NetBox and network compared; findings by kind."""
    found = compare_snapshot(snapshot, intent, previous_scope="scope", all_systems_read=True).findings
    counts: dict[str, int] = {}
    for item in found:
        counts[item.kind.value] = counts.get(item.kind.value, 0) + 1
    return counts


def diffsync(snapshot: BillingSnapshot, intent: IntentView) -> dict[str, int]:
    """The same three sides as DiffSync adapters keyed by MAC, the only key all sides have: two diffs of two."""
    from diffsync import Adapter, DiffSyncModel

    class Service(DiffSyncModel):
        _modelname = "service"
        _identifiers = ("mac",)
        _attributes = ("active", "plan")
        mac: str
        active: bool
        plan: str

    class Side(Adapter):
        service = Service
        top_level = ("service",)

    billing, wanted, network = Side(), Side(), Side()
    for service in snapshot.services:
        active = service.state is ServiceState.IN_SERVICE
        for mac in service.macs:
            billing.add(Service(mac=mac, active=active, plan=service.plan_id or ""))
    macs = {endpoint.key: endpoint for endpoint in intent.endpoints}
    for subscriber in intent.subscribers:
        endpoint = macs[subscriber.endpoint_key or 0]
        active = subscriber.status == "active"
        wanted.add(Service(mac=endpoint.mac, active=active, plan=str(subscriber.plan_key)))
        network.add(Service(mac=endpoint.mac, active=endpoint.seen, plan=str(subscriber.plan_key)))
    summaries = (billing.diff_to(wanted).summary(), wanted.diff_to(network).summary())
    return {name: sum(summary[name] for summary in summaries) for name in ("create", "update", "delete")}


def main() -> None:
    """Make the data, measure one side, print."""
    side: Any = {"ours": ours, "diffsync": diffsync}[sys.argv[1]]
    snapshot, intent = data(int(sys.argv[2]))
    begin = time.perf_counter()
    found = side(snapshot, intent)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "found": found}))


if __name__ == "__main__":
    main()
