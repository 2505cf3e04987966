"""What the shelf and the customers' sessions say, beside billing and NetBox; what was not read says nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.contracts import (
    FindingDraft,
    FindingKind,
    IntentEndpoint,
    IntentSubscriber,
    IntentView,
    ServiceState,
    ShelfService,
)
from nornir_tasks.reconcile import compare_snapshot
from tests.nornir_tasks.reconcile.test_compare import MAC, endpoint, link, service, snapshot, subscriber

from .strategies import PLANS

K, S = FindingKind, ServiceState
READ = "2026-03-01T11:55:00+00:00"
RIGHT = ShelfService(120, 108, 54, READ)
UNREAD = {"shelf_read": "", "on_shelf": None}


def served(**values: Any) -> IntentSubscriber:
    fixed = {"vlan": 120, "downstream_mbps": 108, "upstream_mbps": 54, "shelf_read": READ, "on_shelf": RIGHT, "links": link()}
    return subscriber(**{**fixed, **values})


def found(one: IntentSubscriber, billed: Any = None, *, seen: IntentEndpoint | None = None) -> list[FindingDraft]:
    view = IntentView((one,), (seen or endpoint(),), PLANS, suspended_vlan=4090, read_at="2026-03-01T12:00:00+00:00")
    return list(compare_snapshot(snapshot(billed or service()), view, all_systems_read=True).findings)


def kinds(*args: Any, **values: Any) -> list[FindingKind]:
    return [item.kind for item in found(*args, **values)]


def test_a_service_that_is_as_it_should_be_on_the_shelf_has_no_finding() -> None:
    assert kinds(served()) == []
    assert kinds(served(**UNREAD)) == []


def test_a_service_that_its_shelf_does_not_have_is_not_on_the_network() -> None:
    (item,) = found(served(on_shelf=None))
    assert item.kind is K.ACTIVE_NOT_ON_NETWORK
    assert item.actual["on_shelf"] is False and "gam-1 has no such service" in item.title


def test_another_vlan_on_the_shelf() -> None:
    (item,) = found(served(on_shelf=replace(RIGHT, vlan=7)))
    assert (item.kind, item.intent["vlan"], item.actual["vlan"]) == (K.VLAN_MISMATCH, 120, 7)
    assert kinds(served(vlan=None, on_shelf=replace(RIGHT, vlan=7))) == []


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((108, 54), []),
        ((106, 53), []),
        ((54, 54), [K.SPEED_ON_SHELF]),
        ((None, None), [K.SPEED_ON_SHELF]),
        ((108, 20), [K.SPEED_ON_SHELF]),
    ],
)
def test_another_limit_on_the_shelf(limits: tuple[int | None, int | None], expected: list[FindingKind]) -> None:
    assert kinds(served(on_shelf=ShelfService(120, *limits, READ))) == expected


@pytest.mark.parametrize(
    ("state", "status", "vlan", "expected"),
    [
        (S.SUSPENDED, "suspended", 120, [K.LIVE_WHILE_OFF]),
        (S.SUSPENDED, "suspended", 4090, []),
        (S.TERMINATED, "terminated", 4090, [K.LIVE_WHILE_OFF]),
        (S.SUSPENDED, "active", 120, [K.INACTIVE_ON_NETWORK]),
        (S.SUSPENDED, "pending", 120, []),
    ],
)
def test_a_service_that_is_off_and_served(state: ServiceState, status: str, vlan: int, expected: list[FindingKind]) -> None:
    assert kinds(served(status=status, on_shelf=replace(RIGHT, vlan=vlan)), service(state=state)) == expected


def test_traffic_tells_only_where_the_shelf_was_not_read() -> None:
    off, busy = service(state=S.SUSPENDED), replace(endpoint(), traffic_mbps=40)
    assert kinds(served(status="suspended", **UNREAD), off, seen=busy) == [K.LIVE_WHILE_OFF]
    assert kinds(served(status="suspended", **UNREAD), off, seen=replace(busy, traffic_mbps=1)) == []
    assert kinds(served(status="suspended", on_shelf=replace(RIGHT, vlan=4090)), off, seen=busy) == []


def test_a_session_with_another_address_than_the_static_one() -> None:
    billed = service(ipv4=("100.64.8.1",), evidence={"static_ipv4": ["100.64.8.1"], "session_ipv4": ["100.96.0.9"]})
    (item,) = found(served(), billed)
    assert (item.kind, item.billing["ipv4"], item.actual["ipv4"]) == (K.IP_MISMATCH, ["100.64.8.1"], ["100.96.0.9"])
    other = replace(billed, evidence={"static_ipv4": ["100.64.8.1"], "session_ipv4": ["100.96.7.7"]})
    assert found(served(), other)[0].fingerprint == item.fingerprint
    both = replace(billed, evidence={"static_ipv4": ["100.64.8.1"], "session_ipv4": ["100.96.0.9", "100.64.8.1"]})
    assert kinds(served(), both) == []


def test_each_side_says_when_it_was_read() -> None:
    (item,) = found(served(on_shelf=replace(RIGHT, vlan=7)), seen=replace(endpoint(), seen_at="2026-03-01T11:59:00+00:00"))
    assert item.read_at["actual"] == "2026-03-01T11:59:00+00:00"
    assert item.read_at["intent"] == "2026-03-01T12:00:00+00:00" and item.read_at["billing"]
    assert item.actual["mac"] == MAC


@given(
    st.sampled_from(["active", "suspended", "terminated", "pending"]),
    st.sampled_from([S.IN_SERVICE, S.SUSPENDED, S.TERMINATED]),
    st.one_of(st.none(), st.builds(ShelfService, st.sampled_from([120, 7, 4090]), st.sampled_from([None, 54, 108]), st.just(54))),
)
def test_a_service_has_one_finding_at_most_and_the_same_one_each_time(
    status: str, state: ServiceState, shelf: ShelfService | None
) -> None:
    one = served(status=status, on_shelf=shelf)
    first, again = found(one, service(state=state)), found(one, service(state=state))
    assert len(first) <= 1 and first == again
