"""One case of each kind of finding, and the cases next to it that are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from nornir_tasks.contracts import (
    BillingPlan,
    BillingService,
    BillingSnapshot,
    Comparison,
    FindingKind,
    IntentEndpoint,
    IntentPlan,
    IntentSubscriber,
    IntentView,
    OrphanDevice,
    ServiceState,
)
from nornir_tasks.reconcile import GuardLimits, check, compare_snapshot
from nornir_tasks.reconcile.plans import is_same_speed, nearest_plan
from tests.nornir_tasks.reconcile.strategies import BILLED, ENTITY, NOW, PLANS

K, S = FindingKind, ServiceState
MAC, OTHER, ROUTER = "00:0e:d8:00:00:01", "00:0e:d8:00:00:02", "02:00:5e:00:00:09"


def service(account: str = "7", number: str = "1", **values: Any) -> BillingService:
    """An active service of 100 Mbit/s on the first endpoint."""
    fixed: dict[str, Any] = {"name": "Ilse Brandt", "state": S.IN_SERVICE, "raw_status": "active", "plan_id": "31", "macs": (MAC,)}
    return BillingService(entity=ENTITY, external_id=f"{account}.{number}", account_id=account, **{**fixed, **values})


def snapshot(*services: BillingService, **values: Any) -> BillingSnapshot:
    fixed: dict[str, Any] = {"system": "isp", "taken_at": NOW, "complete": True, "scope": "a", "plans": BILLED}
    return BillingSnapshot(services=services, **{**fixed, **values})


def endpoint(key: int = 1, mac: str = MAC, serial: str = "S1", seen: bool = True) -> IntentEndpoint:
    return IntentEndpoint(key, mac, f"e{key}", serial, "gam-1", key, seen=seen)


def subscriber(key: int = 11, endpoint_key: int | None = 1, **values: Any) -> IntentSubscriber:
    fixed: dict[str, Any] = {"name": f"unit{key}", "status": "active", "gam": "gam-1", "plan_key": 1}
    return IntentSubscriber(key=key, endpoint_key=endpoint_key, **{**fixed, **values})


def view(*subscribers: IntentSubscriber, endpoints: tuple[IntentEndpoint, ...] | None = None, **values: Any) -> IntentView:
    return IntentView(subscribers, (endpoint(), endpoint(2, OTHER, "S2")) if endpoints is None else endpoints, PLANS, **values)


def compare(shot: BillingSnapshot, intent: IntentView, **more: Any) -> Comparison:
    return compare_snapshot(shot, intent, **{"all_systems_read": True, **more})


def kinds(shot: BillingSnapshot, intent: IntentView, **more: Any) -> list[FindingKind]:
    return [finding.kind for finding in compare(shot, intent, **more).findings]


def link(id: str = "7.1") -> tuple[tuple[str, str], ...]:
    return ((ENTITY, id),)


def test_a_customer_in_order_has_no_finding() -> None:
    assert kinds(snapshot(service()), view(subscriber())) == []


@pytest.mark.parametrize("subscribers", [(), (subscriber(status="pending"),), (subscriber(status="suspended"),)])
def test_active_not_on_network(subscribers: tuple[IntentSubscriber, ...]) -> None:
    (finding,) = compare(snapshot(service()), view(*subscribers)).findings
    assert finding.kind is K.ACTIVE_NOT_ON_NETWORK
    assert (finding.external_id, finding.endpoint_key, finding.actual["mac"]) == ("7.1", 1, MAC)
    assert finding.title.endswith("Accept to provision the service.")


@pytest.mark.parametrize(
    ("state", "status", "expected"),
    [
        (S.SUSPENDED, "active", [K.INACTIVE_ON_NETWORK]),
        (S.TERMINATED, "active", [K.INACTIVE_ON_NETWORK]),
        (S.SUSPENDED, "suspended", []),
        (S.TERMINATED, "suspended", []),
        (S.TERMINATED, "terminated", []),
        (S.PENDING, "active", []),
        (S.UNKNOWN, "active", [K.UNKNOWN_STATUS]),
        (S.UNKNOWN, "suspended", [K.UNKNOWN_STATUS]),
    ],
)
def test_states_against_the_network(state: ServiceState, status: str, expected: list[FindingKind]) -> None:
    assert kinds(snapshot(service(state=state)), view(subscriber(status=status))) == expected


@pytest.mark.parametrize("state", [S.SUSPENDED, S.TERMINATED, S.PENDING])
def test_who_is_not_in_service_and_not_on_the_network_is_fine(state: ServiceState) -> None:
    assert kinds(snapshot(service(state=state)), view()) == []
    assert kinds(snapshot(service(state=state, macs=())), view()) == []


@pytest.mark.parametrize("values", [{"macs": ()}, {"macs": ("00:0e:d8:00:00:05",)}, {"macs": (), "serials": ("S9",)}])
def test_subscriber_without_endpoint(values: Mapping[str, Any]) -> None:
    assert kinds(snapshot(service(**values)), view()) == [K.SUBSCRIBER_WITHOUT_ENDPOINT]


def test_a_login_is_enough_where_subscribers_have_ports_instead_of_endpoints() -> None:
    assert kinds(snapshot(service(macs=(), login="UNIT11")), view(subscriber(endpoint_key=None))) == []


def test_a_linked_subscriber_without_endpoint_gets_the_free_one_that_billing_names() -> None:
    comparison = compare(snapshot(service()), view(subscriber(endpoint_key=None, status="pending", links=link())))
    assert [(m.reason, m.subscriber_key, m.endpoint_key) for m in comparison.matches] == [("link", 11, 1)]
    assert [finding.kind for finding in comparison.findings] == [K.ACTIVE_NOT_ON_NETWORK]


def test_endpoint_without_subscriber_needs_all_systems_and_nobody_else_owning_it() -> None:
    shot, lonely = snapshot(service(macs=(OTHER,))), subscriber()
    other = subscriber(12, 2)
    assert kinds(shot, view(lonely, other)) == [K.ENDPOINT_WITHOUT_SUBSCRIBER]
    assert kinds(shot, view(lonely, other), all_systems_read=False) == []
    assert kinds(shot, view(lonely, other, other_links=frozenset({11}))) == []
    assert kinds(shot, view(replace(lonely, status="suspended"), other)) == []


def test_mac_mismatch() -> None:
    assert kinds(snapshot(service(macs=(OTHER,), serials=("S1",))), view(subscriber())) == [K.MAC_MISMATCH]
    assert kinds(snapshot(service(macs=("00:0e:d8:00:00:05",), serials=("S1",))), view(subscriber())) == [K.MAC_MISMATCH]
    assert kinds(snapshot(service(macs=(ROUTER,), serials=("S1",))), view(subscriber())) == [K.MAC_MISMATCH]
    assert kinds(snapshot(service(macs=(ROUTER, MAC))), view(subscriber())) == []


def test_a_routers_mac_at_billing_is_no_mismatch() -> None:
    assert kinds(snapshot(service(macs=(ROUTER,), login="unit11")), view(subscriber())) == []
    assert kinds(snapshot(service(macs=(ROUTER,))), view(subscriber(links=link()))) == []
    assert kinds(snapshot(service(macs=("00:0e:d8:00:00:05",))), view(subscriber(links=link()))) == [K.MAC_MISMATCH]


def test_serial_mismatch() -> None:
    assert kinds(snapshot(service(serials=("S9",))), view(subscriber())) == [K.SERIAL_MISMATCH]
    assert kinds(snapshot(service(serials=("S9", "s1 "))), view(subscriber())) == []
    assert kinds(snapshot(service(serials=("S9",))), view(subscriber(), endpoints=(endpoint(serial=""),))) == []


def test_serials_of_other_equipment_are_no_mismatch() -> None:
    acs = service(serials=("R1",), evidence={"acs_serials": ["R1"]})
    assert kinds(snapshot(acs), view(subscriber())) == []
    devices = [{"macs": [MAC], "serials": []}, {"macs": [ROUTER], "serials": ["R1"]}]
    beside = service(macs=(MAC, ROUTER), serials=("R1",), evidence={"devices": devices})
    assert kinds(snapshot(beside), view(subscriber())) == []


@pytest.mark.parametrize(
    ("billed", "plan_key", "expected"),
    [
        ("31", 1, []),
        ("31", 2, [K.PLAN_MISMATCH]),
        ("32", 1, [K.PLAN_MISMATCH]),
        ("31", None, [K.PLAN_MISMATCH]),
        ("33", 1, [K.PLAN_UNMAPPED]),
        ("34", 1, [K.PLAN_UNMAPPED]),
        (None, 1, []),
    ],
)
def test_plans(billed: str | None, plan_key: int | None, expected: list[FindingKind]) -> None:
    assert kinds(snapshot(service(plan_id=billed)), view(subscriber(plan_key=plan_key))) == expected


def test_the_operators_plan_map_wins() -> None:
    assert kinds(snapshot(service(plan_id="33")), view(subscriber(), plan_map={"33": 1})) == []
    assert kinds(snapshot(service(plan_id="31")), view(subscriber(), plan_map={"31": 2})) == [K.PLAN_MISMATCH]
    assert kinds(snapshot(service(plan_id="33")), view(subscriber(), plan_map={"33": 99})) == [K.PLAN_UNMAPPED]


def test_an_unmapped_plan_is_told_once() -> None:
    shot = snapshot(service(plan_id="33"), service("8", plan_id="33", macs=(OTHER,)))
    (finding,) = compare(shot, view(subscriber(), subscriber(12, 2))).findings
    assert finding.kind is K.PLAN_UNMAPPED
    assert finding.billing["services"] == ["7.1", "8.1"]


@pytest.mark.parametrize(
    ("down", "up", "tolerance", "expected"),
    [
        (100_000, 50_000, 0, 1),
        (102_400, 51_200, 0, 1),
        (104_000, 50_000, 5, 1),
        (110_000, 50_000, 5, None),
        (100_000, 60_000, 5, None),
        (None, 50_000, 5, None),
        (1_000_000, 1_000_000, 5, 3),
    ],
)
def test_plans_map_by_speed_in_both_directions(down: int | None, up: int, tolerance: float, expected: int | None) -> None:
    assert nearest_plan(BillingPlan("1", "x", down, up), PLANS, tolerance) == expected


def test_no_limit_is_as_good_as_a_gigabit() -> None:
    giga, limited = PLANS[2], IntentPlan(9, "1G limited", 1_000_000, 1_000_000)
    assert is_same_speed(giga, None, 5)
    assert is_same_speed(limited, None, 5)
    assert is_same_speed(giga, limited, 5)
    assert not is_same_speed(PLANS[0], None, 5)
    assert not is_same_speed(giga, PLANS[0], 5)


def test_ambiguous_key_is_one_finding_and_suppresses_the_rest() -> None:
    shot = snapshot(service(), service("8", plan_id="32"))
    comparison = compare(shot, view(subscriber()))
    (finding,) = comparison.findings
    assert finding.kind is K.AMBIGUOUS_KEY
    assert (finding.billing["key"], finding.billing["value"], finding.endpoint_key) == ("mac", MAC, 1)
    assert comparison.matches == ()


def test_a_stored_link_outlives_a_rivals_claim() -> None:
    comparison = compare(snapshot(service(), service("8")), view(subscriber(links=link())))
    assert [(m.service.external_id, m.reason) for m in comparison.matches] == [("7.1", "link")]
    assert [finding.kind for finding in comparison.findings] == [K.AMBIGUOUS_KEY]


def test_equipment_used_again_belongs_to_the_living_service() -> None:
    shot = snapshot(service(state=S.TERMINATED), service("8"))
    comparison = compare(shot, view(subscriber()))
    assert [m.service.external_id for m in comparison.matches] == ["8.1"]
    assert comparison.findings == ()


def test_several_former_owners_of_an_endpoint_in_use_are_ambiguous() -> None:
    shot = snapshot(service(state=S.TERMINATED), service("8", state=S.TERMINATED))
    assert kinds(shot, view(subscriber())) == [K.AMBIGUOUS_KEY]
    assert kinds(shot, view()) == []


def test_two_endpoints_of_one_service_are_ambiguous_unless_one_is_in_use() -> None:
    both = snapshot(service(macs=(MAC, OTHER)))
    assert kinds(both, view()) == [K.AMBIGUOUS_KEY]
    assert kinds(both, view(subscriber())) == []


def test_a_login_on_two_shelves_is_ambiguous() -> None:
    shot = snapshot(service(macs=(), login="unit11"))
    assert kinds(shot, view(subscriber(), subscriber(12, 2, name="Unit11"))) == [K.AMBIGUOUS_KEY]


def test_multiple_services_of_one_account() -> None:
    comparison = compare(snapshot(service(), service(number="2", additional=True)), view(subscriber()))
    assert [finding.kind for finding in comparison.findings] == [K.MULTIPLE_SERVICES]
    assert [m.service.external_id for m in comparison.matches] == ["7.1"]
    assert kinds(snapshot(service(), service(number="2", state=S.SUSPENDED)), view(subscriber())) == []


def test_duplicate_ip() -> None:
    pair = (service(ipv4=("100.64.0.1",)), service("8", macs=(OTHER,), ipv4=("100.64.0.1",)))
    both = view(subscriber(), subscriber(12, 2))
    (finding,) = compare(snapshot(*pair), both).findings
    assert (finding.kind, finding.billing["ipv4"]) == (K.DUPLICATE_IP, "100.64.0.1")
    leases = [replace(item, evidence={"static_ipv4": []}) for item in pair]
    assert kinds(snapshot(*leases), both) == []
    assert kinds(snapshot(pair[0], replace(pair[1], state=S.TERMINATED)), view(subscriber())) == []


def test_stale_link() -> None:
    linked = subscriber(links=link("5.9"))
    assert kinds(snapshot(), view(linked)) == [K.STALE_LINK]
    assert kinds(snapshot(), view(linked), previous_scope="other") == [K.SOURCE_INCOMPLETE]
    assert kinds(snapshot(complete=False, problems=("accounts: no",)), view(linked)) == [K.SOURCE_INCOMPLETE]


def test_a_link_to_a_replaced_service_is_followed() -> None:
    comparison = compare(snapshot(service(number="2", macs=(), replaces=("7.1",))), view(subscriber(links=link())))
    assert [(m.reason, m.subscriber_key) for m in comparison.matches] == [("link", 11)]
    assert comparison.findings == ()


def test_a_new_service_of_the_same_account_supersedes_the_link() -> None:
    assert kinds(snapshot(service(number="2")), view(subscriber(links=link()))) == []
    assert kinds(snapshot(service("8")), view(subscriber(links=link()))) == [K.STALE_LINK]


@pytest.mark.parametrize(
    ("device", "seen", "expected"),
    [
        (OrphanDevice("1", MAC, "", "stock 2"), True, [K.EQUIPMENT_WITHOUT_ACCOUNT]),
        (OrphanDevice("1", "", "S1", "stock 2"), True, [K.EQUIPMENT_WITHOUT_ACCOUNT]),
        (OrphanDevice("1", MAC, "", "stock 2"), False, []),
        (OrphanDevice("1", MAC, "", "address 3", at_address=True), False, [K.EQUIPMENT_WITHOUT_ACCOUNT]),
        (OrphanDevice("1", "00:0e:d8:00:00:07", "", "address 3", at_address=True), True, [K.EQUIPMENT_WITHOUT_ACCOUNT]),
        (OrphanDevice("1", ROUTER, "", "address 3", at_address=True), True, []),
        (OrphanDevice("1", "00:0e:d8:00:00:07", "", "van 3"), True, []),
    ],
)
def test_equipment_without_account(device: OrphanDevice, seen: bool, expected: list[FindingKind]) -> None:
    shot = snapshot(orphans=(device,))
    assert kinds(shot, view(endpoints=(endpoint(seen=seen),))) == expected
    assert kinds(replace(shot, complete=False), view(endpoints=(endpoint(seen=seen),))) == [K.SOURCE_INCOMPLETE]


def test_equipment_that_a_service_claims_is_not_without_account() -> None:
    assert kinds(snapshot(service(), orphans=(OrphanDevice("1", MAC),)), view(subscriber())) == []


def test_keys_come_in_order() -> None:
    intent = view(
        subscriber(links=link(), name="a"),
        subscriber(12, 2, name="b"),
        subscriber(13, 3, name="c"),
        subscriber(14, 4, name="login"),
        subscriber(15, 5, name="e", ipv4=("100.64.0.1",)),
        endpoints=tuple(endpoint(n, f"00:0e:d8:00:00:0{n}", f"S{n}") for n in range(1, 6)),
    )
    full = service(serials=("S2",), macs=("00:0e:d8:00:00:03",), login="login", ipv4=("100.64.0.1",))
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("link", {}),
        ("serial", {"external_id": "7.2"}),
        ("mac", {"serials": ()}),
        ("login", {"macs": ()}),
        ("ip", {"login": ""}),
    )
    for at, (reason, change) in enumerate(steps):
        full = replace(full, **change)
        (match,) = compare(snapshot(full), intent).matches
        assert (match.reason, match.subscriber_key, match.endpoint_key) == (reason, 11 + at, 1 + at)
    assert compare(snapshot(replace(full, ipv4=())), intent).matches == ()


# ------------------------------------------------------------------------------------------------------------------- guard


def counted(**counts: int) -> BillingSnapshot:
    return snapshot(*(service(str(n)) for n in range(100)), counts=counts)


@pytest.mark.parametrize(
    ("shot", "before", "pending", "said"),
    [
        (counted(accounts=100), {"accounts": 100}, {"suspend": 5}, ""),
        (counted(accounts=95), {"accounts": 100}, {}, ""),
        (counted(accounts=94), {"accounts": 100}, {}, "accounts shrank from 100 to 94, by 6.0 % (at most 5 % or 50)"),
        (counted(accounts=9_940), {"accounts": 10_000}, {}, "accounts shrank from 10000 to 9940"),
        (counted(), {"accounts": 10}, {}, "accounts shrank from 10 to 0"),
        (counted(accounts=8), {"accounts": 10}, {}, ""),
        (counted(customers_online=1), {"customers_online": 900}, {}, ""),
        (counted(), {}, {"suspend": 6, "terminate": 5}, "11 of 100 services would be suspended or terminated at once, 11.0 %"),
        (snapshot(), {}, {}, "has no internet service at all"),
        (snapshot(service(), complete=False, problems=("accounts page 3: no answer",)), {}, {}, "accounts page 3: no answer"),
    ],
)
def test_guard(shot: BillingSnapshot, before: dict[str, int], pending: dict[str, int], said: str) -> None:
    verdict = check(shot, before, pending)
    assert verdict.held == bool(said)
    assert said in " ".join(verdict.reasons)


def test_guard_limits_are_the_operators() -> None:
    assert check(counted(accounts=90), {"accounts": 100}, {}, GuardLimits(shrink_percent=20)).held is False
    assert check(counted(), {}, {"suspend": 2}, GuardLimits(cut_tolerated=0, cut_percent=1)).held is True
