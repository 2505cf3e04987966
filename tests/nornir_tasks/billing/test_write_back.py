"""Back to billing: what may be written at all, what is decided, and the wire with everything that can go wrong on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from development.fake_billing.sonar_data import NETBOX_FIELD_ID
from development.fake_billing.testing import RunningBilling, running_billing
from development.town_builder import SONAR, SPLYNX, build_town
from nornir_tasks.billing import write_back as rules
from nornir_tasks.billing.writer import BillingWriter
from nornir_tasks.contracts import AccountReading, AccountWrite, BackSource, BackValue, BillingSystemType, WriteOutcome
from nornir_tasks.errors import BillingError, ErrorKind, RuleViolation
from tests.nornir_tasks.billing.support import FakeClock, town_target

FIELD = {SONAR: str(NETBOX_FIELD_ID), SPLYNX: "netbox_id"}
SYSTEMS = (SONAR, SPLYNX)


@pytest.fixture(scope="module")
def town_billing() -> Iterator[RunningBilling]:
    with running_billing(build_town(3)) as running:
        yield running


@pytest.fixture
def billing(town_billing: RunningBilling) -> Iterator[RunningBilling]:
    yield town_billing
    town_billing.reset_modes()
    town_billing.clear_requests()


# ----------------------------------------------------------------------------------------------------------------- what may be


@pytest.mark.parametrize(
    ("type", "fields", "named"),
    [
        (BillingSystemType.SONAR, {"status": "4"}, "status"),
        (BillingSystemType.SONAR, {"service_state": "account_status_id"}, "account_status_id"),
        (BillingSystemType.SONAR, {"service_state": "4", "place": "4"}, "taken by another"),
        (BillingSystemType.SPLYNX, {"service_state": "status"}, "status"),
        (BillingSystemType.SPLYNX, {"service_state": "note"}, "note"),
        (BillingSystemType.SPLYNX, {"place": "a[b]"}, "a\\[b\\]"),
        (BillingSystemType.SPLYNX, {"place": 7}, "7"),
    ],
)
def test_a_mapping_that_is_not_allowed_is_refused_by_name(type: BillingSystemType, fields: Any, named: str) -> None:
    with pytest.raises(RuleViolation, match=named):
        rules.check_fields(type, fields)


@pytest.mark.parametrize("name", ["updateAccount", "disconnectAccount", "createIpAssignment", "addServiceToAccount"])
def test_no_other_mutation_can_be_sent(name: str) -> None:
    with pytest.raises(RuleViolation, match=name):
        rules.allow_mutation(name, {"entity_type": "Account"})


@pytest.mark.parametrize(
    "values",
    [
        {"entity_type": "Address", "entity_id": 1, "custom_field_data": []},
        {"entity_type": "Account", "entity_id": 1, "account_status_id": 2},
    ],
)
def test_a_mutation_carries_custom_fields_of_an_account_only(values: dict[str, Any]) -> None:
    with pytest.raises(RuleViolation):
        rules.allow_mutation("updateEntityCustomFields", values)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("admin/customers/customer/7/internet-services--9", {"additional_attributes": {"x": "1"}}),
        ("admin/customers/customer/0", {"additional_attributes": {"x": "1"}}),
        ("admin/customers/customer/7", {"additional_attributes": {"x": "1"}, "status": "active"}),
        ("admin/customers/customer/7", {"additional_attributes": {"status": "active"}}),
    ],
)
def test_a_put_carries_additional_attributes_of_a_customer_only(path: str, body: dict[str, Any]) -> None:
    with pytest.raises(RuleViolation):
        rules.allow_put(path, body)


# ----------------------------------------------------------------------------------------------------------------------- decide


def source(name: str, state: str = "active", **more: str) -> BackSource:
    return BackSource(name, state, more.get("link", f"https://nb/{name}"), more.get("place", "gam 1"), more.get("last_change", ""))


def test_an_account_with_several_services_names_each() -> None:
    assert rules.account_values([source("a")])[BackValue.SERVICE_STATE] == "active"
    both = rules.account_values([source("b", "suspended"), source("a")])
    assert both[BackValue.SERVICE_STATE] == "a: active; b: suspended"
    assert both[BackValue.LAST_CHANGE] == ""
    assert len(rules.account_values([source("x" * 31, place="y" * 400)])[BackValue.PLACE]) == rules.LONGEST


def test_only_what_differs_is_written_and_nothing_is_emptied() -> None:
    fields = {BackValue.SERVICE_STATE: "4", BackValue.PLACE: "5", BackValue.LAST_CHANGE: "6", BackValue.NETBOX_LINK: rules.NOTE}
    reading = AccountReading("1", "v", {"4": "active", "5": "elsewhere", "6": "kept"})
    assert rules.decide(fields, reading, rules.account_values([source("a")])) == {BackValue.PLACE: "gam 1"}


WRITE = AccountWrite("1", "v1", {"4": "old"}, {"4": "new"}, "text", "netbox-key")


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (None, (WriteOutcome.CHANGED, {}, False)),
        (AccountReading("1", "v1", {"4": "old"}), (None, {"4": "new"}, True)),
        (AccountReading("1", "v2", {"4": "old"}), (WriteOutcome.CHANGED, {}, False)),
        (AccountReading("1", "v1", {"4": "clerk's"}), (WriteOutcome.CHANGED, {}, False)),
        (AccountReading("1", "v2", {"4": "new"}), (None, {}, True)),
        (AccountReading("1", "v2", {"4": "new"}, frozenset({"netbox-key"})), (WriteOutcome.ALREADY, {}, False)),
    ],
)
def test_what_is_left_to_send(now: AccountReading | None, verdict: Any) -> None:
    assert rules.judge(WRITE, now) == verdict


# --------------------------------------------------------------------------------------------------------------------- the wire


def person_of(billing: RunningBilling, system: str, position: int = 0) -> int:
    return sorted(person.number for person in billing.town.people if person.system == system and not person.trap)[position]


def writer(billing: RunningBilling, system: str, **options: Any) -> BillingWriter:
    return BillingWriter(town_target(billing, system, **options), [FIELD[system]], clock=None if options else FakeClock())


def wish(billing: RunningBilling, system: str, text: str, position: int = 0) -> AccountWrite:
    account = str(person_of(billing, system, position))
    with writer(billing, system) as opened:
        read = opened.read([account])[account]
    before = {FIELD[system]: read.values.get(FIELD[system], "")}
    return AccountWrite(account, read.version, before, {FIELD[system]: text})


def stands(billing: RunningBilling, system: str, write: AccountWrite) -> str:
    with writer(billing, system) as opened:
        return opened.read([write.account_id])[write.account_id].values.get(FIELD[system], "")


def sent(billing: RunningBilling, system: str) -> int:
    return sum(item.method == "PUT" or item.detail.startswith("mutation") for item in billing.requests(system))


@pytest.mark.parametrize("system", SYSTEMS)
def test_written_once_and_then_it_stands_there(billing: RunningBilling, system: str) -> None:
    write = wish(billing, system, "active")
    with writer(billing, system) as opened:
        assert opened.write(write) is WriteOutcome.WRITTEN
        assert opened.write(write) is WriteOutcome.ALREADY
        assert opened.read()[write.account_id].values[FIELD[system]] == "active"
    assert sent(billing, system) == 1


@pytest.mark.parametrize("system", SYSTEMS)
def test_an_account_a_clerk_changed_since_is_left_alone(billing: RunningBilling, system: str) -> None:
    write = wish(billing, system, "never", 1)
    billing.set_person(int(write.account_id), name="Somebody Else")
    with writer(billing, system) as opened:
        assert opened.write(write) is WriteOutcome.CHANGED
        assert opened.write(replace(write, account_id="987654321")) is WriteOutcome.CHANGED
    assert sent(billing, system) == 0


FAULTS = {
    "unauthorized": ErrorKind.AUTH,
    "rate_limited": ErrorKind.RATE_LIMITED,
    "html": ErrorKind.UNPARSEABLE,
    "error_page": ErrorKind.UNPARSEABLE,
    "truncated": ErrorKind.UNPARSEABLE,
    "late": ErrorKind.TIMEOUT,
}
DONE = {"late", "truncated"}
"""Faults of the answer: what was asked for was done."""


# Splynx answers a PUT without a body, which cannot be cut.
@pytest.mark.parametrize(("system", "fault"), [(s, f) for s in SYSTEMS for f in FAULTS if (s, f) != (SPLYNX, "truncated")])
def test_a_fault_is_one_attempt_and_the_next_one_looks_first(billing: RunningBilling, system: str, fault: str) -> None:
    write = wish(billing, system, f"after {fault}", 2 + list(FAULTS).index(fault))
    opened = BillingWriter(town_target(billing, system, read_seconds=0.3, retries=0), [FIELD[system]])
    with opened:
        # The account is read first, and then written.
        billing.set_mode(system, fault=fault, fault_after=1, fault_times=1, stall_seconds=0.6)
        with pytest.raises(BillingError) as caught:
            opened.write(write)
        assert caught.value.kind is FAULTS[fault]
        billing.set_mode(system, fault="")
        assert (stands(billing, system, write) == f"after {fault}") == (fault in DONE)
        assert opened.write(write) is (WriteOutcome.ALREADY if fault in DONE else WriteOutcome.WRITTEN)
    assert stands(billing, system, write) == f"after {fault}"
    town = billing.town.accounts
    for secret in (town["sonar_token"], town["splynx_secret"]):
        assert secret not in str(caught.value)


def notes(billing: RunningBilling, account: str) -> list[Any]:
    server = billing._server
    return [row for row in server.hooks.store.written["notes"] if str(row["noteable_id"]) == account]


@pytest.mark.parametrize("fault", ["", "late", "truncated"])
def test_a_note_is_made_once_whatever_became_of_the_answer(billing: RunningBilling, fault: str) -> None:
    write = replace(wish(billing, SONAR, "", 12), before={}, after={}, note="service state: active", note_key=f"netbox-{fault}-1")
    with BillingWriter(town_target(billing, SONAR, read_seconds=0.3, retries=0), ["4"]) as opened:
        if fault:
            billing.set_mode(SONAR, fault=fault, fault_after=1, fault_times=1, stall_seconds=0.6)
            with pytest.raises(BillingError):
                opened.write(write)
        else:
            assert opened.write(write) is WriteOutcome.WRITTEN
        assert opened.write(write) is WriteOutcome.ALREADY
    found = [row["message"] for row in notes(billing, write.account_id) if write.note_key in row["message"]]
    assert found == [f"service state: active\n[{write.note_key}]"]


def test_a_custom_field_nobody_made_is_refused_in_sonars_words(billing: RunningBilling) -> None:
    write = replace(wish(billing, SONAR, "x", 13), after={"99": "x"}, before={})
    with writer(billing, SONAR) as opened, pytest.raises(BillingError, match="No CustomField with id 99") as caught:
        opened.write(write)
    assert caught.value.kind is ErrorKind.REJECTED
