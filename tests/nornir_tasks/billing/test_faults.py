"""Billing systems that misbehave over HTTP: a named error or an incomplete snapshot, never a wrong conclusion."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from development.fake_billing.testing import RunningBilling, running_billing
from development.town_builder import SONAR, SPLYNX, build_town
from nornir_tasks.billing import ReadCancelledError, check_connection, fetch_snapshot
from nornir_tasks.billing.http import AnswerError
from nornir_tasks.billing.sonar import SonarClient
from nornir_tasks.billing.splynx import SplynxClient
from nornir_tasks.contracts import BillingSnapshot, CheckState, FindingKind, Progress
from nornir_tasks.errors import BillingError, ErrorKind
from nornir_tasks.reconcile import ABSENCE_KINDS, check, compare_snapshot
from tests.nornir_tasks.billing.support import FakeClock, town_intent, town_target

SYSTEMS = (SONAR, SPLYNX)
CUSTOMERS = {SONAR: "accounts", SPLYNX: "customers"}
SERVICES = {SONAR: "account_services", SPLYNX: "internet-services"}
OWN_SERVICES = {SONAR: "account_services", SPLYNX: "internet_services"}


@pytest.fixture(scope="module")
def town_billing() -> Iterator[RunningBilling]:
    with running_billing(build_town(3)) as running:
        yield running


@pytest.fixture
def billing(town_billing: RunningBilling) -> Iterator[RunningBilling]:
    yield town_billing
    town_billing.reset_modes()
    town_billing.clear_requests()


def read(billing: RunningBilling, system: str, **options: Any) -> BillingSnapshot:
    return fetch_snapshot(town_target(billing, system, **options), clock=FakeClock())


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_page_that_fails_in_the_middle_voids_absence_only(billing: RunningBilling, system: str) -> None:
    whole = read(billing, system)
    billing.set_mode(system, failing_page={"collection": SERVICES[system], "page": 2})
    snapshot = read(billing, system, page_size=10)
    assert not snapshot.complete
    assert any(problem.startswith(OWN_SERVICES[system]) for problem in snapshot.problems)
    assert 0 < len(snapshot.services) < len(whole.services)
    comparison = compare_snapshot(snapshot, town_intent(billing.town, system), all_systems_read=True)
    kinds = {finding.kind for finding in comparison.findings}
    assert not comparison.conclusive
    assert FindingKind.SOURCE_INCOMPLETE in kinds
    assert not kinds & ABSENCE_KINDS
    assert check(snapshot, whole.counts, {}).held


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("position", [0, 1, 2, 3, 4, 5])
def test_a_failure_of_any_collection_voids_the_snapshot(billing: RunningBilling, system: str, position: int) -> None:
    names = {
        SONAR: ("accounts", "account_statuses", "services", "addresses", "inventory_items", "ip_assignments"),
        SPLYNX: ("customers", "internet-services", "tariffs", "online", "items", "items"),
    }
    page = 1 if system == SONAR or position != 1 else 2
    billing.set_mode(system, failing_page={"collection": names[system][position], "page": page})
    snapshot = read(billing, system, page_size=30)
    assert not snapshot.complete
    assert snapshot.problems
    comparison = compare_snapshot(snapshot, town_intent(billing.town, system), all_systems_read=True)
    assert not {finding.kind for finding in comparison.findings} & ABSENCE_KINDS


@pytest.mark.parametrize("system", SYSTEMS)
def test_html_instead_of_json_is_named(billing: RunningBilling, system: str) -> None:
    billing.set_mode(system, html=True)
    with pytest.raises(BillingError) as caught:
        read(billing, system)
    assert caught.value.kind is ErrorKind.UNPARSEABLE
    assert "HTTP 200, text/html" in caught.value.message
    assert "<" not in caught.value.message
    assert caught.value.next_step


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_rate_limit_is_waited_out(billing: RunningBilling, system: str) -> None:
    billing.set_mode(system, rate_limited=3)
    clock = FakeClock()
    assert fetch_snapshot(town_target(billing, system), clock=clock).complete
    assert sum(clock.slept) >= 3 * 0.5


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_rate_limit_without_end_is_an_error(billing: RunningBilling, system: str) -> None:
    billing.set_mode(system, rate_limited=-1)
    with pytest.raises(BillingError) as caught:
        read(billing, system)
    assert caught.value.kind is ErrorKind.RATE_LIMITED
    assert len(billing.requests(system)) == 5


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_that_never_answers_times_out(billing: RunningBilling, system: str) -> None:
    billing.set_mode(system, slow_seconds=2.0)
    with pytest.raises(BillingError) as caught:
        read(billing, system, read_seconds=0.1, retries=1)
    assert caught.value.kind is ErrorKind.TIMEOUT


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_deadline_ends_a_reading_and_keeps_what_came(billing: RunningBilling, system: str) -> None:
    snapshot = read(billing, system, page_size=1, requests_per_minute=60, deadline_seconds=20)
    assert not snapshot.complete
    assert any("not finished within 20 seconds" in problem for problem in snapshot.problems)


@pytest.mark.parametrize("system", SYSTEMS)
def test_rows_that_move_between_pages_void_the_snapshot(billing: RunningBilling, system: str) -> None:
    billing.set_mode(system, shifting=True)
    assert not read(billing, system, page_size=10).complete


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("share", [0.4, 0.0])
def test_a_feed_that_shrank_is_held_by_the_guard(billing: RunningBilling, system: str, share: float) -> None:
    before = read(billing, system)
    assert not check(before, {}, {}).held
    assert not check(before, before.counts, {"suspend": 1}).held
    billing.set_mode(system, feed_share=share)
    after = read(billing, system)
    assert after.complete
    verdict = check(after, before.counts, {})
    assert verdict.held
    assert any(f"shrank from {before.counts['billed_services']}" in reason for reason in verdict.reasons)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_customer_who_arrives_while_reading_is_read_too(system: str) -> None:
    with running_billing(build_town(4, shelves=2)) as billing:
        arrived: list[int] = []

        def arrive(report: Progress) -> None:
            if report.done == 1:
                arrived.append(billing.add_person(system, macs=["00:0e:d8:77:00:01"]).number)

        snapshot = fetch_snapshot(town_target(billing, system), on_progress=arrive, clock=FakeClock())
    assert snapshot.complete, snapshot.problems
    (newcomer,) = (service for service in snapshot.services if service.account_id == str(arrived[0]))
    assert newcomer.macs == ("00:0e:d8:77:00:01",)


def test_sonar_counts_that_never_fit_void_the_snapshot(billing: RunningBilling, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = SonarClient.counts
    monkeypatch.setattr(
        SonarClient, "counts", lambda self, names: {n: c + (n == "accounts") for n, c in counts(self, names).items()}
    )
    snapshot = read(billing, SONAR)
    assert not snapshot.complete
    assert [problem.split(":")[0] for problem in snapshot.problems] == ["accounts"]
    assert "Sonar counts" in snapshot.problems[0]


@pytest.mark.parametrize("collection", ["tariffs", "customers", "internet_services", "inventory_items"])
def test_splynx_pages_that_lose_a_row_void_the_snapshot(
    billing: RunningBilling, monkeypatch: pytest.MonkeyPatch, collection: str
) -> None:
    pages = SplynxClient._pages

    def lossy(self: SplynxClient, name: str, table: dict[str, Any], count: int, query: Any) -> None:
        pages(self, name, table, count, query)
        if name == collection:
            table.popitem()

    monkeypatch.setattr(SplynxClient, "_pages", lossy)
    snapshot = read(billing, SPLYNX)
    assert not snapshot.complete
    assert any(problem.startswith(f"{collection}: ") and "Splynx counted" in problem for problem in snapshot.problems)


def test_splynx_that_cannot_do_in_is_asked_status_by_status(billing: RunningBilling, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = read(billing, SPLYNX)
    collect = SplynxClient.collect

    def without_in(self: SplynxClient, name: str, table: dict[str, Any], query: Any = None) -> None:
        if name == "internet_services" and query is None:
            raise AnswerError(ErrorKind.REJECTED, "internet_services: no IN here", status=500)
        collect(self, name, table, query)

    monkeypatch.setattr(SplynxClient, "collect", without_in)
    snapshot = read(billing, SPLYNX)
    assert snapshot.complete
    assert snapshot.services == plain.services


def test_graphql_errors_beside_full_data_are_errors(billing: RunningBilling) -> None:
    billing.set_mode(SONAR, partial_errors=True)
    with pytest.raises(BillingError) as caught:
        read(billing, SONAR)
    assert caught.value.kind is ErrorKind.REJECTED
    assert "Internal server error" in caught.value.message


def test_sonar_application_firewall_is_an_auth_error(billing: RunningBilling) -> None:
    billing.set_mode(SONAR, blocked=True)
    with pytest.raises(BillingError) as caught:
        read(billing, SONAR)
    assert caught.value.kind is ErrorKind.AUTH
    assert "allow-list" in caught.value.next_step


def test_collections_without_page_info_are_read_to_the_end(billing: RunningBilling) -> None:
    plain = read(billing, SONAR)
    billing.set_mode(SONAR, without_page_info=["inventory_items", "contacts"])
    snapshot = read(billing, SONAR, page_size=7)
    assert snapshot.complete
    assert snapshot.services == plain.services


def test_a_smaller_page_than_asked_for_is_followed(billing: RunningBilling) -> None:
    plain = read(billing, SONAR)
    billing.set_mode(SONAR, max_page_size=5, without_page_info=["phone_numbers"])
    snapshot = read(billing, SONAR)
    assert snapshot.complete
    assert snapshot.services == plain.services


def test_a_role_that_suddenly_sees_less_changes_the_scope(billing: RunningBilling) -> None:
    before = read(billing, SONAR)
    billing.set_mode(SONAR, hidden_collections=["inventory_items", "inventory_model_field_data"])
    after = read(billing, SONAR)
    comparison = compare_snapshot(after, town_intent(billing.town, SONAR), previous_scope=before.scope, all_systems_read=True)
    assert after.complete
    assert after.scope != before.scope
    assert not comparison.conclusive
    assert not {finding.kind for finding in comparison.findings} & ABSENCE_KINDS
    assert FindingKind.SOURCE_INCOMPLETE in {finding.kind for finding in comparison.findings}


def test_a_partner_restriction_changes_the_scope(billing: RunningBilling) -> None:
    before = read(billing, SPLYNX)
    billing.set_mode(SPLYNX, partner_only=2)
    after = read(billing, SPLYNX)
    assert after.scope != before.scope
    assert check(after, before.counts, {}).held


def test_a_module_that_is_off_is_no_error(billing: RunningBilling) -> None:
    off = read(billing, SPLYNX)
    billing.set_mode(SPLYNX, acs_module=True)
    on = read(billing, SPLYNX)
    assert off.complete
    assert on.complete
    assert "acs_devices" not in off.counts
    assert on.counts["acs_devices"] > 0
    assert on.scope != off.scope


def test_splynx_in_maintenance_says_so_in_its_own_words(billing: RunningBilling) -> None:
    billing.set_mode(SPLYNX, maintenance=True)
    with pytest.raises(BillingError) as caught:
        read(billing, SPLYNX)
    assert caught.value.kind is ErrorKind.REJECTED
    assert "Internal server error (HTTP 500, INTERNAL_ERROR)" in caught.value.message


def test_basic_without_unsecure_access_names_the_tick_box(billing: RunningBilling) -> None:
    with pytest.raises(BillingError) as caught:
        fetch_snapshot(town_target(billing, SPLYNX, "basic"), clock=FakeClock())
    assert caught.value.kind is ErrorKind.AUTH
    assert "UNSECURE_ACCESS_DISABLED" in caught.value.message
    assert "Unsecure access" in caught.value.next_step


def test_an_expired_token_is_renewed_on_the_way(billing: RunningBilling) -> None:
    billing.set_mode(SPLYNX, token_seconds=0)
    with pytest.raises(BillingError) as caught:
        fetch_snapshot(town_target(billing, SPLYNX, "token"), clock=FakeClock())
    assert caught.value.kind is ErrorKind.AUTH
    log = billing.requests(SPLYNX)
    assert [(r.method, r.path.rpartition("/admin/")[2].split("/")[0]) for r in log][:4] == [
        ("POST", "auth"),
        ("GET", "api"),
        ("GET", "auth"),
        ("GET", "api"),
    ]


def test_a_token_is_given_back(billing: RunningBilling) -> None:
    assert fetch_snapshot(town_target(billing, SPLYNX, "token"), clock=FakeClock()).complete
    assert billing.requests(SPLYNX)[-1].method == "DELETE"


@pytest.mark.parametrize("system", SYSTEMS)
def test_cancelling_stops_between_two_requests(billing: RunningBilling, system: str) -> None:
    seen: list[Progress] = []
    with pytest.raises(ReadCancelledError):
        fetch_snapshot(town_target(billing, system), on_progress=seen.append, cancelled=lambda: len(seen) >= 2, clock=FakeClock())
    assert [report.done for report in seen] == [1, 2]


@pytest.mark.parametrize("system", SYSTEMS)
def test_nothing_is_ever_written(billing: RunningBilling, system: str) -> None:
    read(billing, system)
    log = billing.requests(system)
    assert log
    if system == SONAR:
        assert all(request.detail.startswith("query ") for request in log)
    else:
        assert {request.method for request in log} <= {"GET", "HEAD"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_planted_passwords_go_nowhere(billing: RunningBilling, system: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    target = town_target(billing, system)
    snapshot = read(billing, system)
    comparison = compare_snapshot(snapshot, town_intent(billing.town, system), all_systems_read=True)
    billing.set_mode(system, failing_page={"collection": CUSTOMERS[system], "page": 2})
    broken = read(billing, system, page_size=10)
    texts = [repr(snapshot), repr(comparison), repr(broken), repr(target), caplog.text]
    dumps = [pickle.dumps(snapshot), pickle.dumps(comparison), pickle.dumps(broken)]
    credential = target.credential
    for secret in filter(None, ("CANARY", credential.token, credential.secret, credential.key)):
        assert not [text for text in texts if secret in text]
        assert not [dump for dump in dumps if secret.encode() in dump]


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_connection_check_names_each_collection(billing: RunningBilling, system: str) -> None:
    checks = {item.name: item for item in check_connection(town_target(billing, system), clock=FakeClock())}
    assert checks["login"].ok
    assert not checks["transport"].ok
    assert "https" in checks["transport"].next_step
    assert checks[CUSTOMERS[system]].ok
    assert "visible" in checks[CUSTOMERS[system]].detail
    assert not [item for item in checks.values() if item.state is CheckState.FAILED]


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_connection_check_says_what_fails(billing: RunningBilling, system: str) -> None:
    billing.set_mode(system, html=True)
    checks = check_connection(town_target(billing, system), clock=FakeClock())
    assert [item.name for item in checks if not item.ok] == ["transport", "login"]
    assert checks[-1].next_step
