"""What raw statuses come to, by default, by an operator's matrix and by a policy about debt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.billing.debts import Debts
from nornir_tasks.billing.states import DEFAULT_DEBT, effective_state, known_statuses, sonar_raw, splynx_raw
from nornir_tasks.contracts import BillingSystemType, DebtAction, DebtPolicy, RawStatus, ServiceState, StateRules

S = ServiceState
SONAR, SPLYNX = (StateRules(type, DEFAULT_DEBT[type]) for type in BillingSystemType)


def rules(base: StateRules, said: dict[str, ServiceState]) -> StateRules:
    return replace(base, status_map=said)


def state(raw: RawStatus, by: StateRules, days: int = 0) -> ServiceState:
    return effective_state(raw, by, days).state


def owing(by: StateRules, action: str, days: int = 0) -> StateRules:
    return replace(by, debt=DebtPolicy(DebtAction(action), days))


@pytest.mark.parametrize(
    ("name", "activates", "archived", "expected"),
    [
        ("Active", True, False, S.IN_SERVICE),
        ("VIP", True, False, S.IN_SERVICE),
        ("Active", True, True, S.TERMINATED),
        ("Delinquent Hold", False, False, S.SUSPENDED),
        ("Seasonal Suspend", False, False, S.SUSPENDED),
        ("Inactive", False, False, S.TERMINATED),
        ("Disconnected", False, False, S.TERMINATED),
        ("Cancelled", False, False, S.TERMINATED),
        ("Lead", False, False, S.PENDING),
        ("Hot Prospect", False, False, S.PENDING),
        ("Snowbird", False, False, S.UNKNOWN),
        ("status 77", False, False, S.UNKNOWN),
    ],
)
def test_sonar_states(name: str, activates: bool, archived: bool, expected: ServiceState) -> None:
    assert state(sonar_raw(name, activates, archived, False), SONAR) is expected


def test_the_operators_word_wins() -> None:
    assert state(sonar_raw("Snowbird", False, False, False), rules(SONAR, {"snowbird": S.SUSPENDED})) is S.SUSPENDED
    assert state(sonar_raw("Free", True, False, False), rules(SONAR, {"free": S.TERMINATED})) is S.TERMINATED
    assert state(splynx_raw("active", "frozen"), rules(SPLYNX, {"*/frozen": S.SUSPENDED})) is S.SUSPENDED
    assert state(splynx_raw("vip", "active"), rules(SPLYNX, {"vip/*": S.IN_SERVICE})) is S.IN_SERVICE
    both = {"active/stopped": S.TERMINATED, "*/stopped": S.PENDING}
    assert state(splynx_raw("active", "stopped"), rules(SPLYNX, both)) is S.TERMINATED


@pytest.mark.parametrize(
    ("customer", "service", "expected"),
    [
        ("active", "active", S.IN_SERVICE),
        ("Active", "ACTIVE", S.IN_SERVICE),
        ("blocked", "active", S.SUSPENDED),
        ("blocked", "stopped", S.SUSPENDED),
        ("active", "stopped", S.SUSPENDED),
        ("active", "pending", S.PENDING),
        ("blocked", "pending", S.PENDING),
        ("new", "active", S.PENDING),
        ("new", "pending", S.PENDING),
        ("disabled", "active", S.TERMINATED),
        ("disabled", "stopped", S.TERMINATED),
        ("active", "disabled", S.TERMINATED),
        ("active", "hidden", S.TERMINATED),
        ("new", "disabled", S.TERMINATED),
        ("active", "frozen", S.UNKNOWN),
        ("vip", "active", S.UNKNOWN),
        ("disabled", "frozen", S.UNKNOWN),
    ],
)
def test_splynx_states(customer: str, service: str, expected: ServiceState) -> None:
    assert state(splynx_raw(customer, service), SPLYNX) is expected


IN_DEBT = ((SONAR, sonar_raw("Active", True, False, True)), (SPLYNX, splynx_raw("blocked", "active")))


@pytest.mark.parametrize(("by", "raw"), IN_DEBT)
def test_debt_does_what_the_policy_says(by: StateRules, raw: RawStatus) -> None:
    assert state(raw, owing(by, "keep"), 999) is S.IN_SERVICE
    assert effective_state(raw, owing(by, "suspend")).source == "debt"
    assert [state(raw, owing(by, "grace", 14), days) for days in (0, 13, 14, 15)] == [S.IN_SERVICE] * 2 + [S.SUSPENDED] * 2


def test_debt_takes_nothing_back_that_ended_otherwise() -> None:
    keep = owing(SPLYNX, "keep")
    assert state(splynx_raw("blocked", "stopped"), keep) is S.SUSPENDED
    assert state(splynx_raw("blocked", "disabled"), keep) is S.TERMINATED
    # A status that does not activate was switched to in Sonar: only the matrix takes that back.
    assert state(sonar_raw("Delinquent Hold", False, False, True), owing(SONAR, "keep")) is S.SUSPENDED


def test_a_word_that_tells_the_debt_means_what_the_operator_says() -> None:
    assert state(splynx_raw("blocked", "active"), rules(SPLYNX, {"blocked/*": S.IN_SERVICE})) is S.IN_SERVICE
    # In Sonar the word is not the debt, so saying what Active means does not forgive it.
    said = rules(owing(SONAR, "suspend"), {"active": S.IN_SERVICE})
    assert state(sonar_raw("Active", True, False, True), said) is S.SUSPENDED


@given(
    st.sampled_from((SONAR, SPLYNX)), st.text(max_size=12), st.booleans() | st.none(), st.booleans(),
    st.sampled_from([DebtPolicy(action, 7) for action in DebtAction]), st.integers(0, 30),
)  # fmt: skip
def test_debt_only_ever_suspends_what_would_be_in_service(
    by: StateRules, word: str, activates: bool | None, delinquent: bool, debt: DebtPolicy, days: int
) -> None:
    raw = RawStatus(word, activates, False, delinquent)
    without = state(replace(raw, delinquent=False), by)
    assert state(raw, replace(by, debt=debt), days) in {without, S.SUSPENDED if without is S.IN_SERVICE else without}


def test_grace_counts_from_the_day_the_debt_was_first_seen() -> None:
    today = date(2026, 3, 1)
    raw = splynx_raw("blocked", "active")
    debts = Debts(owing(SPLYNX, "grace", 14), {"old": today - timedelta(days=14), "ahead": today + timedelta(days=3)}, today)
    assert [debts.state_of(raw, account) for account in ("old", "new", "ahead")] == [S.SUSPENDED, S.IN_SERVICE, S.IN_SERVICE]
    assert (debts.since(raw, "new"), debts.since(splynx_raw("active", "active"), "old")) == (today, None)


def test_every_known_status_has_a_default() -> None:
    for by in (SONAR, SPLYNX):
        assert all(state(raw, by) is not S.UNKNOWN for raw in known_statuses(by.type))
