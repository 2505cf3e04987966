"""Both SNMP readers on simulated shelves: the same reading, only the plan asked, the same errors, v2c and v3."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

import nornir_tasks
from development.simulator.fleet import Fleet
from development.simulator.snmp_codec import GETBULK, GETNEXT
from development.simulator.state import SimShelf
from development.simulator.testing import RunningFleet, running_fleet
from development.simulator.variants import Variants
from development.simulator.world import Clock
from development.town_builder import build_town
from nornir_tasks.connections import snmp_choice, snmp_gufo
from nornir_tasks.connections.snmp_choice import open_reader
from nornir_tasks.contracts import DeviceReading, DeviceTarget, SnmpCredential
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.gam import oids, read_plan
from nornir_tasks.gam.oids import Oid
from nornir_tasks.tasks.poll import read_shelf

TOWN = build_town(7, 14)
READERS = ("gufo", "pysnmp")
QUICK = {"timeout": 0.5, "retries": 2}


class StoppedClock(Clock):
    """Time stands still, so that two readings find the same counters."""

    def now(self) -> float:
        return 1_790_000_000.0


@pytest.fixture(scope="module")
def fleet() -> Iterator[RunningFleet]:
    chosen = [TOWN.shelves[0], TOWN.shelves[1], TOWN.shelves[2], next(shelf for shelf in TOWN.shelves if shelf.snmp_v3)]
    shelves = [
        SimShelf(
            replace(one, address=f"127.0.79.{at}"),
            clock=StoppedClock(),
            variants=Variants(readonly_community=TOWN.accounts["snmp_community"], vlan_rows_in_ifmib=True, syslog_size=10_000),
        )
        for at, one in enumerate(chosen, 1)
    ]
    for shelf in shelves:
        for number in range(10_000):
            shelf.say(5, f"LINK-UPDOWN: Interface 10GigabitEthernet 1/2, changed state {number}.", shelf.clock.now())
    with running_fleet(Fleet(shelves, TOWN.accounts)) as running:
        yield running


@pytest.fixture(autouse=True)
def mended(fleet: RunningFleet) -> Iterator[None]:
    yield
    for shelf in fleet.fleet.shelves.values():
        fleet.call(shelf.faults.clear)


@pytest.fixture(params=["2c", "3"])
def target(request: pytest.FixtureRequest, fleet: RunningFleet) -> DeviceTarget:
    return next(one for one in fleet.targets if one.snmp.version == request.param)


def read(target: DeviceTarget, reader: str, **options: Any) -> DeviceReading:
    credential = options.pop("credential", target.snmp)
    opened = open_reader(target.address, target.snmp_port, credential, reader=reader, **{**QUICK, **options})
    return read_shelf(opened, target.name, alarm_log=True)


def test_both_give_the_same_reading_value_by_value(fleet: RunningFleet) -> None:
    for target in fleet.targets:
        first, second = (replace(read(target, reader), taken_at=None) for reader in READERS)  # type: ignore[arg-type]
        assert first == second
        assert not first.problems
        assert len(first.sources) == 6


@pytest.mark.parametrize("reader", READERS)
def test_nothing_outside_the_plan_is_asked_and_never_two_at_once(fleet: RunningFleet, target: DeviceTarget, reader: str) -> None:
    log = fleet.shelf(target.name).log
    fleet.call(lambda: (log.snmp_asked.clear(), setattr(log, "snmp_most_in_flight", 0)))
    fleet.call(partial(fleet.shelf(target.name).faults.change, {"slow": {"snmp": 0.002}}))
    assert not read(target, reader, timeout=2).problems
    asked = fleet.call(lambda: list(log.snmp_asked))
    plan = set(read_plan.columns())
    walked = [step.walked for step in read_plan.WALKED]

    def planned(name: Oid) -> bool:
        return any(name[:length] in plan for length in range(8, len(name) + 1)) or name == snmp_gufo.ANCHOR

    assert [name for one in asked for name in one.names if not planned(name)] == []
    for one in asked:
        if one.kind in (GETBULK, GETNEXT):
            (start,) = one.names
            assert any(start[: len(base)] == base for base in walked)
    # A GETBULK overshoots the end of what is walked, into the columns behind it; but never so far.
    seen = {name for one in asked for name in one.answered}
    assert not [name for name in seen if name[: len(SYSLOG)] == SYSLOG]
    interfaces = {name[-1] for name in seen if name[:7] == (1, 3, 6, 1, 2, 1, 2) or name[:8] == (1, 3, 6, 1, 2, 1, 31, 1)}
    assert interfaces and min(interfaces) > oids.IFINDEX_GHN
    assert len(asked) < 120
    assert log.snmp_most_in_flight == 1


SYSLOG = (*oids.GAM, 37)


@pytest.mark.parametrize("reader", READERS)
def test_lost_requests_are_repeated(fleet: RunningFleet, target: DeviceTarget, reader: str) -> None:
    shelf = fleet.shelf(target.name)
    before = shelf.log.snmp_requests
    opened = open_reader(target.address, target.snmp_port, target.snmp, reader=reader, timeout=0.3, retries=4)
    fleet.call(lambda: shelf.faults.dropped.add("snmp"))
    fleet.call(lambda: asyncio.get_running_loop().call_later(0.5, shelf.faults.dropped.discard, "snmp"))
    assert opened.get([oids.SYSTEM.oids["uptime"]])
    assert shelf.log.snmp_requests >= before + 3


@pytest.mark.parametrize("reader", READERS)
def test_a_truncating_shelf_is_read_whole(fleet: RunningFleet, target: DeviceTarget, reader: str) -> None:
    shelf = fleet.shelf(target.name)
    whole = read(target, reader)
    fleet.call(lambda: setattr(shelf.variants, "max_response", 600))
    try:
        small = read(target, reader)
    finally:
        fleet.call(lambda: setattr(shelf.variants, "max_response", 1472))
    assert replace(small, taken_at=whole.taken_at) == whole


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("change", [{"username": "nobody"}, {"auth_key": "wrong-key-wrong"}, {"priv_key": "wrong-key-wrong"}])
def test_wrong_v3_credentials_are_refused(fleet: RunningFleet, reader: str, change: dict[str, str]) -> None:
    target = next(one for one in fleet.targets if one.snmp.version == "3")
    with pytest.raises(DeviceError) as caught:
        read(target, reader, credential=replace(target.snmp, **change), retries=1)
    assert caught.value.kind is ErrorKind.AUTH
    assert "wrong-key" not in repr(caught.value)


@pytest.mark.parametrize("reader", READERS)
def test_a_reboot_between_requests_is_followed(fleet: RunningFleet, reader: str) -> None:
    target = next(one for one in fleet.targets if one.snmp.version == "3")
    opened = open_reader(target.address, target.snmp_port, target.snmp, reader=reader, **QUICK)
    assert opened.get([oids.SYSTEM.oids["uptime"]])
    shelf = fleet.shelf(target.name)
    fleet.call(lambda: setattr(shelf, "boots", shelf.boots + 1))
    assert opened.get([oids.SYSTEM.oids["uptime"]])


@pytest.mark.parametrize("reader", READERS)
def test_another_engine_at_the_address_is_found_at_once(fleet: RunningFleet, reader: str) -> None:
    target = next(one for one in fleet.targets if one.snmp.version == "3")
    assert read(target, reader).system
    snmp_gufo._engine_ids[target.address, target.snmp_port] = b"\x80\x00\x4e\x7f\x03another"
    assert read(target, reader).system


@pytest.mark.parametrize("reader", READERS)
def test_a_slow_shelf_ends_at_the_deadline(fleet: RunningFleet, target: DeviceTarget, reader: str) -> None:
    fleet.call(partial(fleet.shelf(target.name).faults.change, {"slow": {"snmp": 0.2}}))
    try:
        reading = read(target, reader, timeout=1, deadline=1.0)
    except DeviceError as error:
        assert error.kind in (ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE)
    else:
        assert any(problem.kind is ErrorKind.TIMEOUT for problem in reading.problems)


@pytest.mark.parametrize("reader", READERS)
def test_a_later_poll_reads_only_what_is_new_in_the_log(fleet: RunningFleet, target: DeviceTarget, reader: str) -> None:
    rows = [row.number for row in fleet.shelf(target.name).alarms.log]
    (result,) = nornir_tasks.poll([target], reader=reader, alarm_log={target.name: rows[-1] - 1})
    assert result.value is not None and result.value.alarm_log is not None
    assert [row.index for row in result.value.alarm_log] == rows[-1:]
    (result,) = nornir_tasks.poll([target], reader=reader, alarm_log={target.name: rows[-1]})
    assert result.value is not None
    assert result.value.alarm_log == ()


def test_what_gufo_cannot_do_is_left_to_pysnmp() -> None:
    credential = SnmpCredential(version="3", username="u", auth_protocol="SHA", auth_key="12345678", priv_protocol="AES256")
    credential = replace(credential, priv_key="12345678")
    assert not snmp_gufo.can_read(credential)
    assert type(open_reader("127.0.0.1", 1, credential)).__name__ == "PysnmpReader"
    with pytest.raises(ValueError, match="gufo"):
        open_reader("127.0.0.1", 1, credential, reader="gufo")


def test_without_gufo_pysnmp_reads(fleet: RunningFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snmp_choice, "gufo_installed", lambda: False)
    target = fleet.targets[0]
    assert type(open_reader(target.address, target.snmp_port, target.snmp)).__name__ == "PysnmpReader"
    assert read(target, "auto").system
