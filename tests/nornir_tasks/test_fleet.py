"""The public interface against simulated shelves: what is read is what the shelves are, and bad answers are named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from pysnmp.proto.api import v2c

import nornir_tasks
from development.simulator.state import SimShelf
from development.simulator.testing import RunningFleet, running_fleet
from development.town_builder import build_town
from nornir_tasks import cli
from nornir_tasks.connections.snmp_hub import get_hub
from nornir_tasks.contracts import (
    ApplyOutcome,
    DeviceReading,
    DeviceTarget,
    DiscoveryOutcome,
    EndpointState,
    Login,
    ProfileConfig,
    Progress,
    ShelfConfig,
    SnmpCredential,
    StepEvent,
    TargetResult,
    Transport,
)
from nornir_tasks.errors import ErrorKind
from nornir_tasks.gam.catalog import BY_NAME
from nornir_tasks.testing import SnmpAgent, serving

from .fake_netbox import TOKEN, FakeNetBox, gam_device
from .fake_netbox import serving as serving_netbox

TOWN = build_town(11)
ADDRESSES = "127.0.77.1"
QUICK = {"snmp_timeout": 1.0, "snmp_retries": 1.0, "connect": 5.0, "operation": 5.0}
STATES = (
    EndpointState.NOT_DETECTED,
    EndpointState.OK,
    EndpointState.QUARANTINED_WRONG_PORT,
    EndpointState.QUARANTINED_UNKNOWN_MAC,
)


@pytest.fixture(scope="module")
def fleet() -> Iterator[RunningFleet]:
    with running_fleet(TOWN, base=ADDRESSES) as running:
        yield running


@pytest.fixture
def mended(fleet: RunningFleet) -> Iterator[RunningFleet]:
    """The fleet; faults a test switches on are switched off after it."""
    yield fleet
    for shelf in fleet.fleet.shelves.values():
        fleet.call(shelf.faults.clear)


def by_transport(fleet: RunningFleet, transport: Transport) -> DeviceTarget:
    return next(target for target in fleet.targets if target.transport is transport)


def snmp_v3(fleet: RunningFleet) -> DeviceTarget:
    return next(target for target in fleet.targets if target.snmp.version == "3")


def poll_one(target: DeviceTarget) -> TargetResult[DeviceReading]:
    (result,) = nornir_tasks.poll([replace(target, limits=QUICK)])
    return result


def switch(fleet: RunningFleet, name: str, **faults: object) -> None:
    fleet.call(partial(fleet.shelf(name).faults.change, faults))


def expected_endpoints(shelf: SimShelf) -> dict[str, tuple[int, EndpointState, int | None, str]]:
    return {
        view.mac: (view.id, STATES[view.state], view.detected_port or None, view.subscriber.name if view.subscriber else "")
        for view in shelf.views()
    }


# ------------------------------------------------------------------------------------------------------------------- reading


def test_every_shelf_is_read_as_it_is(fleet: RunningFleet) -> None:
    threads: set[int] = set()

    def on_progress(_progress: Progress) -> None:
        threads.add(threading.get_ident())

    results = nornir_tasks.poll(fleet.targets, on_progress=on_progress)
    assert [result.name for result in results] == [shelf.name for shelf in TOWN.shelves]
    for result, town_shelf in zip(results, TOWN.shelves, strict=True):
        reading = result.value
        assert reading is not None, result.failure
        assert reading.system is not None and reading.ports is not None and reading.ethernet is not None
        assert reading.endpoints is not None and reading.alarms is not None
        assert (reading.problems, reading.incomplete) == ((), frozenset())
        assert (reading.system.model, reading.system.serial) == (town_shelf.model, town_shelf.serial)
        assert (reading.system.base_mac, reading.system.location) == (town_shelf.base_mac, town_shelf.location)
        model = BY_NAME[town_shelf.model]
        assert [port.number for port in reading.ports] == list(range(1, model.ports + 1))
        assert [one.name for one in reading.ethernet] == [*model.uplink_interfaces, model.mgmt_interface]
        shelf = fleet.shelf(town_shelf.name)
        seen = {one.mac: (one.configured_id, one.state, one.detected_port, one.subscriber_name) for one in reading.endpoints}
        assert seen == fleet.call(partial(expected_endpoints, shelf))
        assert len(reading.alarms) == fleet.call(lambda shelf=shelf: len(shelf.alarms.active))  # type: ignore[misc]
    assert threads == {threading.get_ident()}


def test_configurations_are_read_by_either_transport(fleet: RunningFleet) -> None:
    results = nornir_tasks.read(fleet.targets)
    for result, town_shelf in zip(results, TOWN.shelves, strict=True):
        assert result.value is not None, result.failure
        assert {one.name for one in result.value.subscribers} == {service.name for service in town_shelf.services}
        assert {one.mac for one in result.value.endpoints} == {one.mac for one in town_shelf.endpoints if one.configured}


def test_a_backup_is_the_running_configuration(fleet: RunningFleet) -> None:
    target = by_transport(fleet, Transport.SSH)
    (result,) = nornir_tasks.backup([target])
    town_shelf = next(shelf for shelf in TOWN.shelves if shelf.name == target.name)
    assert result.value is not None
    assert f"ghn subscriber {town_shelf.services[0].id} " in result.value


def test_the_command_line_backs_up_a_shelf_of_netbox(
    fleet: RunningFleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = by_transport(fleet, Transport.SSH)
    monkeypatch.setenv("GAM_USERNAME", target.login.username)
    monkeypatch.setenv("GAM_PASSWORD", target.login.password)
    row = gam_device(1, target.name, target.address, ssh_port=target.ssh_port)
    with serving_netbox(FakeNetBox(lists={"plugins/gam/gam-devices": [row]})) as netbox:
        assert cli.main(["backup", target.name, "--netbox", netbox.url, "--token", TOKEN]) == 0
    out = capsys.readouterr().out
    assert "ghn subscriber " in out
    assert all(password not in out for password in fleet.shelf(target.name).users.values() if password)


# -------------------------------------------------------------------------------------------------------------- bad answers


def test_a_shelf_that_does_not_answer_is_unreachable(mended: RunningFleet) -> None:
    target = mended.targets[0]
    switch(mended, target.name, dropped="snmp")
    failure = poll_one(target).failure
    assert failure is not None
    assert (failure.kind, failure.next_step != "") == (ErrorKind.UNREACHABLE, True)
    assert target.address in failure.message


def test_a_shelf_that_answers_garbage_is_named_and_gives_nothing(mended: RunningFleet) -> None:
    target = mended.targets[0]
    switch(mended, target.name, garbage="snmp")
    failure = poll_one(target).failure
    assert failure is not None
    assert (failure.kind, "is not SNMP" in failure.message) == (ErrorKind.UNPARSEABLE, True)


def test_half_tables_are_problems_and_never_empty_sections(mended: RunningFleet) -> None:
    target = next(target for target in mended.targets if target.model == "GAM-12-C")
    whole = poll_one(target).value
    switch(mended, target.name, half="snmp")
    half = poll_one(target).value
    assert whole is not None and half is not None
    for section in ("ports", "ethernet", "endpoints", "alarms"):
        was, now = getattr(whole, section), getattr(half, section)
        assert now is None or len(now) == len(was) or section in half.incomplete


def test_a_slow_shelf_is_a_timeout_and_costs_no_other(mended: RunningFleet) -> None:
    slow, other = mended.targets[:2]
    switch(mended, slow.name, slow={"snmp": 0.2})
    first, second = nornir_tasks.poll([slow, other], deadline=1.5)
    assert second.ok
    if first.ok:
        assert first.value is not None
        assert any(problem.kind is ErrorKind.TIMEOUT for problem in first.value.problems)
    else:
        assert first.failure is not None and first.failure.kind is ErrorKind.TIMEOUT


@pytest.mark.parametrize("change", [{"auth_key": "wrong-key-wrong"}, {"priv_key": "wrong-key-wrong"}, {"username": "nobody"}])
def test_wrong_v3_credentials_are_refused_also_beside_right_ones(fleet: RunningFleet, change: dict[str, str]) -> None:
    target = snmp_v3(fleet)
    wrong = replace(target, name="wrong", snmp=replace(target.snmp, **change))  # type: ignore[arg-type]
    right, refused = nornir_tasks.poll([replace(target, limits=QUICK), replace(wrong, limits=QUICK)])
    assert right.ok
    assert refused.failure is not None
    assert refused.failure.kind is ErrorKind.AUTH
    assert "wrong-key" not in repr(refused)


def test_a_shelf_replaced_at_its_address_is_read_at_once() -> None:
    first, second = (shelf for shelf in TOWN.shelves if shelf.snmp_v3)
    second = replace(second, index=first.index, name=first.name, address=first.address)
    with running_fleet([first], accounts=TOWN.accounts, base="127.0.78.1") as fleet:
        target, port = fleet.targets[0], fleet.ports.snmp
        before = poll_one(target)
    with running_fleet([second], accounts=TOWN.accounts, base="127.0.78.1", snmp=port):
        after = poll_one(target)
    assert before.value is not None and before.value.system is not None
    assert after.value is not None and after.value.system is not None, after.failure
    assert (before.value.system.serial, after.value.system.serial) == (first.serial, second.serial)


def test_many_addresses_do_not_stay_in_memory_and_reading_goes_on(fleet: RunningFleet) -> None:
    target = fleet.targets[0]
    assert poll_one(target).ok
    get_hub().retire_engines()
    assert poll_one(target).ok


# ---------------------------------------------------------------------------------------------------------------- discovery


def template(fleet: RunningFleet, **changes: object) -> DeviceTarget:
    target = replace(by_transport(fleet, Transport.SSH), name="", address="", limits=QUICK)
    return replace(target, **changes)  # type: ignore[arg-type]


def test_discovery_finds_the_fleet_and_says_what_else_there_is(fleet: RunningFleet) -> None:
    printer = SnmpAgent(
        {
            (1, 3, 6, 1, 2, 1, 1, 1, 0): v2c.OctetString(b"Printer 5"),
            (1, 3, 6, 1, 2, 1, 1, 2, 0): v2c.ObjectIdentifier((1, 3, 6, 1, 4, 1, 11)),
        },
        community=TOWN.accounts["snmp_community"],
    )
    last = len(TOWN.shelves)
    with serving(printer):
        results = nornir_tasks.discover([f"127.0.77.1-{last + 1}", f"127.0.0.1:{printer.port}"], template(fleet))
    found = {result.name: result.value for result in results}
    assert len(found) == last + 2
    for number, town_shelf in enumerate(TOWN.shelves, start=1):
        one = found[f"127.0.77.{number}"]
        assert one is not None and one.reading.system is not None
        assert (one.outcome, one.reading.system.serial, one.snmp_used, one.login_used) == (
            DiscoveryOutcome.GAM, town_shelf.serial, 0, 0,
        )  # fmt: skip
        assert one.config is not None
        assert {subscriber.name for subscriber in one.config.subscribers} == {service.name for service in town_shelf.services}
    silent, other = found[f"127.0.77.{last + 1}"], found[f"127.0.0.1:{printer.port}"]
    assert silent is not None and other is not None
    assert (silent.outcome, silent.reading.system) == (DiscoveryOutcome.SILENT, None)
    assert (other.outcome, other.detail) == (DiscoveryOutcome.NOT_A_GAM, "answers SNMP but is not a GAM: Printer 5")
    assert other.address == "127.0.0.1"


def test_discovery_tries_credentials_in_turn_and_says_which_worked(fleet: RunningFleet) -> None:
    target = snmp_v3(fleet)
    (result,) = nornir_tasks.discover(
        [target.address],
        template(fleet),
        snmp=[SnmpCredential(community="n0t-this-one"), target.snmp],
        logins=[Login("admin", "n0t-this-one"), target.login],
    )
    assert result.value is not None
    assert (result.value.outcome, result.value.snmp_used, result.value.login_used) == (DiscoveryOutcome.GAM, 1, 1)
    assert "n0t-this-one" not in repr(result)


def test_discovery_without_a_login_that_works_still_reads_the_shelf(fleet: RunningFleet) -> None:
    target = fleet.targets[0]
    (result,) = nornir_tasks.discover([target.address], template(fleet, login=Login("admin", "wrong")))
    assert result.value is not None
    assert (result.value.outcome, result.value.config, result.value.login_used) == (DiscoveryOutcome.GAM, None, None)
    assert result.value.detail.startswith("the configuration could not be read: ")


def test_a_refused_credential_is_an_outcome_of_its_own(fleet: RunningFleet) -> None:
    target = snmp_v3(fleet)
    wrong = replace(target.snmp, auth_key="wrong-key-wrong")
    (result,) = nornir_tasks.discover([target.address], template(fleet, snmp=wrong))
    assert result.value is not None
    assert (result.value.outcome, result.value.detail) == (
        DiscoveryOutcome.DENIED, "SNMP refused the credential: Wrong SNMP PDU digest",
    )  # fmt: skip
    assert result.value.reading.sources == {}


# ------------------------------------------------------------------------------------------------------------------ writing


@pytest.mark.parametrize("transport", list(Transport))
def test_a_plan_is_applied_and_journalled_in_this_thread(fleet: RunningFleet, transport: Transport) -> None:
    target = by_transport(fleet, transport)
    before = nornir_tasks.read([target])[0].value
    assert before is not None
    desired = ShelfConfig(profiles=(ProfileConfig("Trial", 33, 22),))
    plan = nornir_tasks.plan(target.name, transport, before, desired, (), BY_NAME[target.model], "trial")
    events: list[StepEvent] = []
    threads: set[int] = set()

    def on_event(event: StepEvent) -> None:
        threads.add(threading.get_ident())
        events.append(event)

    (result,) = nornir_tasks.apply([(target, plan)], on_event=on_event)
    assert result.value is not None, result.failure
    assert (result.value.outcome, result.value.saved, result.value.verified) == (ApplyOutcome.APPLIED, True, True)
    assert threads == {threading.get_ident()}
    assert events[-1].phase == "done"
    after = nornir_tasks.read([target])[0].value
    assert after is not None
    assert "Trial" in {profile.name for profile in after.profiles}


def test_a_journal_that_fails_writes_nothing(fleet: RunningFleet) -> None:
    target = by_transport(fleet, Transport.SSH)
    before = nornir_tasks.read([target])[0].value
    assert before is not None
    plan = nornir_tasks.plan(target.name, target.transport, before, ShelfConfig(profiles=(ProfileConfig("Never", 44, 11),)))

    def on_event(event: StepEvent) -> None:
        if event.phase == "step":
            raise RuntimeError("no database")

    (result,) = nornir_tasks.apply([(target, plan)], on_event=on_event)
    assert result.failure is not None
    assert (result.failure.kind, "no database" in result.failure.message) == (ErrorKind.INCOMPLETE, True)
    assert nornir_tasks.read([target])[0].value == before
