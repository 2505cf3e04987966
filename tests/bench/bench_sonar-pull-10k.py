"""Requests in the busiest minute of a full pull of 10,000 Sonar accounts, which may be 400, beside a client without pacing."""

from __future__ import annotations

import time
from datetime import datetime

from development.bench import Measurement
from development.fake_billing.testing import RunningBilling, running_billing
from development.town_builder import SONAR, build_town
from nornir_tasks.billing import fetch_snapshot
from nornir_tasks.contracts import BillingCredential, BillingSystemType, BillingTarget

ACCOUNTS = 10_000
SHELVES, ENDPOINTS = 500, (64, 64)
LIMIT = 400


def measure() -> Measurement:
    """Pull with the client's own pace, then as fast as it goes."""
    town = build_town(7, SHELVES, endpoints=ENDPOINTS)
    with running_billing(town) as billing:
        accounts, ours, seconds, requests = pull(billing)
        _, theirs, fast, _ = pull(billing, requests_per_minute=100_000)
    return Measurement(
        value=ours,
        unit="requests in the busiest 60 seconds",
        peer="same client without pacing",
        peer_value=theirs,
        conditions=f"{accounts} accounts, default options, {requests} requests in {seconds:.0f} s ({fast:.0f} s unpaced);"
        f" Sonar's limit is {LIMIT} a minute",
    )


def pull(billing: RunningBilling, **options: float) -> tuple[int, int, float, int]:
    """Accounts read, requests in the busiest minute, seconds, requests."""
    credential = BillingCredential("bearer", token=billing.town.accounts["sonar_token"])
    target = BillingTarget(SONAR, BillingSystemType.SONAR, billing.sonar_url, credential, options=options)
    billing.clear_requests()
    begin = time.monotonic()
    snapshot = fetch_snapshot(target)
    seconds = time.monotonic() - begin
    if not snapshot.complete:
        raise RuntimeError(f"not complete: {snapshot.problems}")
    return (
        snapshot.counts["accounts"],
        busiest([item.at for item in billing.requests(SONAR)]),
        seconds,
        len(billing.requests(SONAR)),
    )


def busiest(moments: list[str]) -> int:
    """Most requests in any 60 seconds, to the second."""
    seconds = sorted(datetime.fromisoformat(moment).timestamp() for moment in moments)
    start = most = 0
    for end, moment in enumerate(seconds):
        while seconds[start] <= moment - 60:
            start += 1
        most = max(most, end - start + 1)
    return most
