"""What holds for every snapshot and every NetBox: order does not matter, nothing is deleted, absence needs completeness."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_tasks.contracts import BillingSnapshot, Comparison, FindingKind, IntentView, ServiceState
from nornir_tasks.reconcile import ABSENCE_KINDS, compare_snapshot, match_services
from tests.nornir_tasks.reconcile.strategies import intents, snapshots

PER_SERVICE = frozenset(
    {
        FindingKind.ACTIVE_NOT_ON_NETWORK,
        FindingKind.INACTIVE_ON_NETWORK,
        FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT,
        FindingKind.MAC_MISMATCH,
        FindingKind.SERIAL_MISMATCH,
        FindingKind.PLAN_MISMATCH,
        FindingKind.UNKNOWN_STATUS,
    }
)
randoms = st.randoms(use_true_random=False)


def shuffled(random: Any, items: tuple[Any, ...]) -> tuple[Any, ...]:
    found = list(items)
    random.shuffle(found)
    return tuple(found)


def told(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(finding.kind, finding.fingerprint, finding.title) for finding in comparison.findings]


@given(snapshots(), intents(), randoms)
@settings(max_examples=100, deadline=None)
def test_order_of_services_subscribers_and_endpoints_does_not_matter(
    snapshot: BillingSnapshot, intent: IntentView, random: Any
) -> None:
    other = replace(snapshot, services=shuffled(random, snapshot.services), orphans=shuffled(random, snapshot.orphans))
    view = replace(intent, subscribers=shuffled(random, intent.subscribers), endpoints=shuffled(random, intent.endpoints))
    first, second = compare_snapshot(snapshot, intent, all_systems_read=True), compare_snapshot(other, view, all_systems_read=True)
    assert told(first) == told(second)
    assert first.matches == second.matches
    assert first.plan_map == second.plan_map


@given(snapshots(), intents(), st.sampled_from(["", "a", "b"]), st.booleans())
@settings(max_examples=100, deadline=None)
def test_absence_needs_a_complete_snapshot_of_the_same_scope(
    snapshot: BillingSnapshot, intent: IntentView, before: str, all_read: bool
) -> None:
    comparison = compare_snapshot(snapshot, intent, previous_scope=before, all_systems_read=all_read)
    assert comparison.conclusive == (snapshot.complete and before in ("", snapshot.scope))
    kinds = {finding.kind for finding in comparison.findings}
    if not comparison.conclusive:
        assert not kinds & ABSENCE_KINDS
        assert FindingKind.SOURCE_INCOMPLETE in kinds
    else:
        assert FindingKind.SOURCE_INCOMPLETE not in kinds
    if not all_read:
        assert FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER not in kinds


@given(snapshots(), intents())
@settings(max_examples=100, deadline=None)
def test_a_service_has_at_most_one_finding_and_none_when_disputed(snapshot: BillingSnapshot, intent: IntentView) -> None:
    comparison = compare_snapshot(snapshot, intent, all_systems_read=True)
    about = [finding.external_id for finding in comparison.findings if finding.kind in PER_SERVICE]
    assert len(about) == len(set(about))
    disputed = {
        service["service"]
        for finding in comparison.findings
        if finding.kind in (FindingKind.AMBIGUOUS_KEY, FindingKind.MULTIPLE_SERVICES)
        for service in finding.billing["services"]
    }
    assert not disputed & set(about)


@given(snapshots(), intents())
@settings(max_examples=100, deadline=None)
def test_every_service_is_matched_or_not_and_nobody_is_matched_twice(snapshot: BillingSnapshot, intent: IntentView) -> None:
    matching = match_services(snapshot.services, intent)
    ids = [m.service.external_id for m in matching.matches] + [s.external_id for s in matching.unmatched]
    assert sorted(ids) == sorted(service.external_id for service in snapshot.services)
    places = [(m.subscriber_key, m.endpoint_key) for m in matching.matches]
    assert len(places) == len(set(places))
    subscribers = [m.subscriber_key for m in matching.matches if m.subscriber_key is not None]
    assert len(subscribers) == len(set(subscribers))


@given(snapshots(complete=True), intents())
@settings(max_examples=200, deadline=None)
def test_an_empty_snapshot_only_asks_questions(snapshot: BillingSnapshot, intent: IntentView) -> None:
    empty = replace(snapshot, services=(), orphans=())
    comparison = compare_snapshot(empty, intent, all_systems_read=True)
    assert comparison.matches == ()
    # No kind tells anybody to cut somebody off because a service is missing.
    assert {f.kind for f in comparison.findings} <= {FindingKind.STALE_LINK, FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER}


@given(snapshots(complete=True), intents())
@settings(max_examples=100, deadline=None)
def test_only_a_living_no_of_billing_cuts_somebody_off(snapshot: BillingSnapshot, intent: IntentView) -> None:
    states = {service.external_id: service.state for service in snapshot.services}
    status = {subscriber.key: subscriber.status for subscriber in intent.subscribers}
    for finding in compare_snapshot(snapshot, intent, all_systems_read=True).findings:
        if finding.kind is FindingKind.INACTIVE_ON_NETWORK:
            assert states[finding.external_id] in (ServiceState.SUSPENDED, ServiceState.TERMINATED)
            assert finding.subscriber_key is not None
            assert status[finding.subscriber_key] == "active"


@given(snapshots(), intents())
@settings(max_examples=150, deadline=None)
def test_findings_are_plain_json_with_a_rule_and_a_next_step(snapshot: BillingSnapshot, intent: IntentView) -> None:
    for finding in compare_snapshot(snapshot, intent, all_systems_read=True).findings:
        json.dumps([finding.billing, finding.intent, finding.actual])
        assert len(finding.fingerprint) == 64
        assert finding.rule.endswith(".")
        assert finding.title.endswith(".")


@given(snapshots(), intents())
@settings(max_examples=150, deadline=None)
def test_fingerprints_do_not_hang_on_volatile_values(snapshot: BillingSnapshot, intent: IntentView) -> None:
    later = replace(
        snapshot,
        taken_at=snapshot.taken_at.replace(year=2027),
        services=tuple(replace(s, version="9", email="new@example.org", evidence={"online": True}) for s in snapshot.services),
    )
    moved = replace(
        intent,
        subscribers=tuple(
            replace(s, key=s.key + 1000, endpoint_key=None if s.endpoint_key is None else s.endpoint_key + 1000)
            for s in intent.subscribers
        ),
        endpoints=tuple(
            replace(e, key=e.key + 1000, subscriber_key=None if e.subscriber_key is None else e.subscriber_key + 1000)
            for e in intent.endpoints
        ),
        other_links=frozenset(key + 1000 for key in intent.other_links),
    )
    first, second = compare_snapshot(snapshot, intent, all_systems_read=True), compare_snapshot(later, moved, all_systems_read=True)
    assert {f.fingerprint for f in first.findings} == {f.fingerprint for f in second.findings}
