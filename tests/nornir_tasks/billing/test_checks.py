"""The connection check: what it finds, what it says when something is wrong, and that it tries what the documentation says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from development.fake_billing.testing import RunningBilling, running_billing
from development.town_builder import SONAR, SPLYNX, build_town
from nornir_tasks.billing import check_connection
from nornir_tasks.billing.check_tools import Checks
from nornir_tasks.billing.http import Answer
from nornir_tasks.contracts import CheckState, ConnectionCheck, Progress
from tests.nornir_tasks.billing.support import FakeClock, town_target

SYSTEMS = (SONAR, SPLYNX)
CUSTOMERS = {SONAR: "accounts", SPLYNX: "customers"}
TABLE = Path(__file__).parents[3] / "docs" / "dev" / "billing-assumptions.md"
ROW = re.compile(r"^\| (?P<number>[SP]\d+) \| .+ \| (?P<check>[^|]+) \|$", re.M)


@pytest.fixture(scope="module")
def town_billing() -> Iterator[RunningBilling]:
    with running_billing(build_town(3)) as running:
        yield running


@pytest.fixture
def billing(town_billing: RunningBilling) -> Iterator[RunningBilling]:
    yield town_billing
    town_billing.reset_modes()
    town_billing.clear_requests()


def checked(billing: RunningBilling, system: str, *fields: str) -> dict[str, ConnectionCheck]:
    target = replace(town_target(billing, system), write_fields=fields)
    return {item.name: item for item in check_connection(target, clock=FakeClock())}


def test_what_is_assumed_is_tried_or_the_documentation_says_why_not(billing: RunningBilling) -> None:
    rows = {match["number"]: match["check"] for match in ROW.finditer(TABLE.read_text())}
    assert len(rows) == TABLE.read_text().count("\n| S") + TABLE.read_text().count("\n| P")
    found = {**checked(billing, SONAR, "4"), **checked(billing, SPLYNX, "netbox_id")}
    for number, words in rows.items():
        named = set(re.findall(r"`(\w+)`", words))
        assert named & set(found) or words.startswith("none"), f"{number}: {words}"
        assert named <= set(found), f"{number} names a check that does not exist"
    assert {number for item in found.values() for number in item.assumes} <= set(rows)


@pytest.mark.parametrize("system", SYSTEMS)
def test_it_reads_only_and_little(billing: RunningBilling, system: str) -> None:
    billing.clear_requests()
    checked(billing, system)
    requests = billing.requests(system)
    assert 10 < len(requests) < 40
    methods = {request.method for request in requests}
    assert methods <= ({"POST"} if system == SONAR else {"GET", "HEAD", "OPTIONS"})


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("fault", ["html", "unauthorized", "rate_limited", "error_page", "redirect", "truncated"])
def test_a_fault_of_the_wire_is_named_and_ends_the_rest(billing: RunningBilling, system: str, fault: str) -> None:
    billing.set_mode(system, fault=fault, fault_times=-1, redirect_to="http://192.0.2.1")
    checks = checked(billing, system)
    assert list(checks) == ["settings", "transport", "login"]
    assert checks["login"].state is CheckState.FAILED
    assert checks["login"].detail and checks["login"].next_step


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_collection_that_may_not_be_read_is_named_with_where_to_allow_it(billing: RunningBilling, system: str) -> None:
    billing.set_mode(system, fault="unauthorized", fault_after=2, fault_times=1)
    checks = checked(billing, system)
    name = CUSTOMERS[system]
    assert checks[name].state is CheckState.FAILED
    assert ("role of the token's user read accounts" if system == SONAR else "Customers: Customer (view)") in checks[name].next_step
    others = [item for item in checks.values() if item.name != name]
    assert not [item for item in others if item.state is CheckState.FAILED]


def test_an_undocumented_status_is_a_warning(billing: RunningBilling) -> None:
    found = checked(billing, SPLYNX)["services_of_all"]
    assert (found.state, found.assumes) == (CheckState.WARNING, ("P1",))
    assert "status_map" in found.next_step


def test_no_secret_is_told(billing: RunningBilling) -> None:
    for system in SYSTEMS:
        target = town_target(billing, system)
        told = repr(check_connection(target, clock=FakeClock()))
        for secret in filter(None, (target.credential.token, target.credential.secret, target.credential.key)):
            assert secret not in told


@pytest.mark.parametrize(
    ("date", "state"),
    [(formatdate(usegmt=True), CheckState.OK), (formatdate(0, usegmt=True), CheckState.WARNING), ("soon", CheckState.WARNING)],
)
def test_the_clocks_are_compared(date: str, state: CheckState) -> None:
    told: list[Progress] = []
    checks = Checks(told.append)
    checks.clock(Answer(200, {"date": date}, b""))
    assert [item.state for item in checks.done] == [state]
    assert [(report.name, report.ok) for report in told] == [("clock", True)]


@pytest.mark.parametrize(("system", "there", "missing"), [(SONAR, "4", "99"), (SPLYNX, "netbox_id", "nobody_made_it")])
def test_what_is_written_back_to_is_there_and_the_right_is_named(
    billing: RunningBilling, system: str, there: str, missing: str
) -> None:
    assert checked(billing, system, there)["write_back"].ok
    found = checked(billing, system, there, missing)["write_back"]
    assert found.state is CheckState.FAILED
    assert missing in found.detail
    assert there in found.next_step
    assert "write_back" not in checked(billing, system)
