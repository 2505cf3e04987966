"""The whole way: stand-ins over HTTP, snapshot, comparison, and exactly the differences that were planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from development.fake_billing.testing import RunningBilling, running_billing
from development.town_builder import SONAR, SPLYNX, build_town
from nornir_tasks.billing import fetch_snapshot
from nornir_tasks.contracts import BillingSnapshot, Comparison, FindingDraft, FindingKind, IntentView
from nornir_tasks.reconcile import compare_snapshot
from tests.nornir_tasks.billing.support import FakeClock, town_intent, town_target

SYSTEMS = (SONAR, SPLYNX)


@pytest.fixture(scope="module", params=[1, 7])
def billing(request: pytest.FixtureRequest) -> Iterator[RunningBilling]:
    with running_billing(build_town(request.param)) as running:
        yield running


def read(billing: RunningBilling, system: str, **options: Any) -> BillingSnapshot:
    return fetch_snapshot(town_target(billing, system, **options), clock=FakeClock())


def finding_key(finding: FindingDraft, intent: IntentView, snapshot: BillingSnapshot) -> str:
    """The key of the expectation a finding answers: a person's number, a MAC or an address."""
    match finding.kind:
        case FindingKind.DUPLICATE_IP:
            return str(finding.billing["ipv4"])
        case FindingKind.AMBIGUOUS_KEY:
            return str(finding.billing["value"])
        case FindingKind.EQUIPMENT_WITHOUT_ACCOUNT:
            return str(finding.billing["mac"])
        case FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER:
            return next(endpoint.mac for endpoint in intent.endpoints if endpoint.key == finding.endpoint_key)
        case FindingKind.PLAN_UNMAPPED:
            return str(finding.billing["services"][0]).split(".")[0]
        case _:
            return next(s.account_id for s in snapshot.services if s.external_id == finding.external_id)


@pytest.mark.parametrize("system", SYSTEMS)
def test_exactly_the_planted_differences_are_found(billing: RunningBilling, system: str) -> None:
    intent, snapshot = town_intent(billing.town, system), read(billing, system)
    assert snapshot.complete, snapshot.problems
    comparison = compare_snapshot(snapshot, intent, all_systems_read=True)
    assert comparison.conclusive
    found = Counter((finding.kind.value, finding_key(finding, intent, snapshot)) for finding in comparison.findings)
    planted = Counter((item.kind, item.key) for item in billing.town.expectations if item.system == system)
    assert found == planted
    assert len(planted) >= 20


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_second_run_with_links_stored_finds_the_same(billing: RunningBilling, system: str) -> None:
    intent = town_intent(billing.town, system)
    first = compare_snapshot(read(billing, system), intent, all_systems_read=True)
    linked = with_links(intent, first)
    snapshot = read(billing, system)
    second = compare_snapshot(snapshot, linked, previous_scope=snapshot.scope, all_systems_read=True)
    assert {f.fingerprint for f in second.findings} == {f.fingerprint for f in first.findings}
    assert {m.reason for m in second.matches if m.subscriber_key} == {"link"}
    assert {m.service.external_id for m in second.matches} == {m.service.external_id for m in first.matches}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_active_town_customer_in_order_is_matched(billing: RunningBilling, system: str) -> None:
    troubled = {item.key for item in billing.town.expectations}
    comparison = compare_snapshot(read(billing, system), town_intent(billing.town, system))
    matched = {match.service.account_id for match in comparison.matches if match.subscriber_key is not None}
    clean = {
        str(person.number)
        for person in billing.town.people
        if person.system == system and person.status == "active" and not {str(person.number), *person.macs} & troubled
    }
    assert clean
    assert clean <= matched


def test_a_recurring_plan_becomes_an_internet_plan_by_option(billing: RunningBilling) -> None:
    intent = town_intent(billing.town, SONAR)
    snapshot = read(billing, SONAR, recurring_plans={"Flat Internet 100": [100_000, 50_000]})
    comparison = compare_snapshot(snapshot, intent, all_systems_read=True)
    person = next(p for p in billing.town.people if p.trap == "recurring_plan")
    match = next(m for m in comparison.matches if m.service.account_id == str(person.number))
    assert match.subscriber_key is not None
    unclaimed = {finding_key(f, intent, snapshot) for f in comparison.findings if f.kind is FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER}
    assert not unclaimed & set(person.macs)


@pytest.mark.parametrize("types", ["string", "integer"])
@pytest.mark.parametrize("auth", ["signature", "token", "basic"])
def test_splynx_reads_the_same_in_both_type_modes_and_with_every_login(billing: RunningBilling, types: str, auth: str) -> None:
    plain = read(billing, SPLYNX)
    billing.set_mode(SPLYNX, types=types, unsecure_access=auth == "basic")
    try:
        snapshot = fetch_snapshot(town_target(billing, SPLYNX, auth), clock=FakeClock())
    finally:
        billing.reset_modes()
    assert replace(snapshot, taken_at=plain.taken_at) == plain


@pytest.mark.parametrize("ids", ["string", "int", "mixed"])
def test_sonar_ids_read_the_same_however_they_are_written(billing: RunningBilling, ids: str) -> None:
    plain = read(billing, SONAR)
    billing.set_mode(SONAR, ids=ids)
    try:
        snapshot = read(billing, SONAR)
    finally:
        billing.reset_modes()
    assert replace(snapshot, taken_at=plain.taken_at) == plain


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("page_size", [3, 10_000])
def test_page_size_changes_nothing(billing: RunningBilling, system: str, page_size: int) -> None:
    plain, paged = read(billing, system), read(billing, system, page_size=page_size)
    assert replace(paged, taken_at=plain.taken_at) == plain


def with_links(intent: IntentView, comparison: Comparison) -> IntentView:
    """NetBox after the matches of a comparison were stored."""
    links: dict[int, list[tuple[str, str]]] = {}
    for match in comparison.matches:
        if match.subscriber_key is not None:
            links.setdefault(match.subscriber_key, []).append((match.service.entity, match.service.external_id))
    subscribers = tuple(replace(s, links=tuple(links.get(s.key, ()))) for s in intent.subscribers)
    return replace(intent, subscribers=subscribers)
