"""The town, read by the real clients and compared by the real comparison, yields what was planted and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from development.fake_billing.testing import RunningBilling, running_billing
from development.town import Town
from development.town_builder import SONAR, SPLYNX, build_town, plan_catalogue
from nornir_tasks.billing import fetch_snapshot
from nornir_tasks.contracts import (
    BillingCredential,
    BillingSystemType,
    BillingTarget,
    Comparison,
    FindingDraft,
    FindingKind,
    IntentEndpoint,
    IntentPlan,
    IntentSubscriber,
    IntentView,
)
from nornir_tasks.reconcile.compare import compare_snapshot

BY_MAC = (FindingKind.AMBIGUOUS_KEY, FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER, FindingKind.EQUIPMENT_WITHOUT_ACCOUNT)


def target(billing: RunningBilling, system: str) -> BillingTarget:
    accounts = billing.town.accounts
    if system == SONAR:
        credential = BillingCredential("bearer", token=accounts["sonar_token"])
        return BillingTarget("Sonar", BillingSystemType.SONAR, billing.sonar_url, credential)
    credential = BillingCredential("signature", key=accounts["splynx_key"], secret=accounts["splynx_secret"])
    return BillingTarget("Splynx", BillingSystemType.SPLYNX, billing.splynx_url, credential)


def intent(town: Town, system: str) -> IntentView:
    """NetBox after discovery of that system's shelves: a plugged, known endpoint's serial has been read, others' have not."""
    plans = tuple(IntentPlan(key, name, down, up) for key, (name, down, up) in enumerate(plan_catalogue(town), start=1))
    plan_keys = {plan.name: plan.key for plan in plans}
    endpoints: list[IntentEndpoint] = []
    subscribers: list[IntentSubscriber] = []
    for shelf in town.shelves:
        if (system == SONAR) != bool(shelf.index % 2):
            continue
        keys = {}
        for endpoint in shelf.endpoints:
            known = endpoint.configured and endpoint.plugged_port is not None
            item = IntentEndpoint(
                key=1000 + len(endpoints),
                mac=endpoint.mac,
                name=endpoint.name,
                serial=endpoint.serial if known else "",
                gam=shelf.name,
                port=endpoint.port,
                seen=endpoint.plugged_port is not None,
            )
            keys[endpoint.name] = len(endpoints)
            endpoints.append(item)
        for service in shelf.services:
            at = keys[service.endpoint]
            key = 5000 + len(subscribers)
            endpoints[at] = replace(endpoints[at], subscriber_key=key)
            plan = plan_keys[service.profile] if service.profile else None
            subscribers.append(IntentSubscriber(key, service.name, "active", shelf.name, endpoints[at].key, plan))
    return IntentView(subscribers=tuple(subscribers), endpoints=tuple(endpoints), plans=plans)


def compared(billing: RunningBilling, system: str) -> tuple[Comparison, IntentView]:
    view = intent(billing.town, system)
    snapshot = fetch_snapshot(target(billing, system))
    assert snapshot.complete, snapshot.problems
    return compare_snapshot(snapshot, view, all_systems_read=True), view


def key_of(finding: FindingDraft, view: IntentView) -> str:
    """What an expectation calls the subject of a finding."""
    if finding.kind in BY_MAC:
        return next(endpoint.mac for endpoint in view.endpoints if endpoint.key == finding.endpoint_key)
    if finding.kind is FindingKind.DUPLICATE_IP:
        return str(finding.billing["ipv4"])
    if finding.kind is FindingKind.PLAN_UNMAPPED:
        (service,) = finding.billing["services"]
        return str(service).split(".")[0]
    return finding.external_id.split(".")[0]


@pytest.mark.parametrize("system", [SONAR, SPLYNX])
def test_exactly_what_was_planted_is_found(billing: RunningBilling, system: str) -> None:
    result, view = compared(billing, system)
    found = Counter((finding.kind.value, key_of(finding, view)) for finding in result.findings)
    planted = Counter((e.kind, e.key) for e in billing.town.expectations if e.system == system)
    assert found == planted


def test_string_typed_splynx_says_the_same(billing: RunningBilling) -> None:
    numbers, _ = compared(billing, SPLYNX)
    billing.set_mode("splynx", types="string", acs_module=True)
    strings, _ = compared(billing, SPLYNX)
    assert [f.fingerprint for f in strings.findings] == [f.fingerprint for f in numbers.findings]


@pytest.mark.parametrize("system", [SONAR, SPLYNX])
def test_no_secret_of_a_row_gets_into_a_snapshot(billing: RunningBilling, system: str) -> None:
    assert "CANARY" not in repr(fetch_snapshot(target(billing, system)))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("shelves", [2, 10, 13])
def test_other_towns(seed: int, shelves: int) -> None:
    with running_billing(build_town(seed, shelves)) as other:
        for system in (SONAR, SPLYNX):
            test_exactly_what_was_planted_is_found(other, system)
