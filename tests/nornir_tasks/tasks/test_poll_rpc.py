"""JSON-RPC as second reader: when it is asked, what it gives, and that no answer makes it raise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nornir_tasks
from development.simulator.testing import RunningFleet, running_fleet
from development.town_builder import build_town
from nornir_tasks.connections.json_rpc import JsonRpcClient
from nornir_tasks.contracts import DeviceReading, DeviceTarget, TargetResult, Transport
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.gam import rpc_reading
from nornir_tasks.tasks import poll_rpc

QUICK = {"snmp_timeout": 0.3, "snmp_retries": 0.0, "connect": 2.0, "operation": 5.0}


@pytest.fixture(scope="module")
def fleet() -> Iterator[RunningFleet]:
    with running_fleet(build_town(7, 3), base="127.0.80.1") as running:
        yield running


@pytest.fixture
def target(fleet: RunningFleet) -> Iterator[DeviceTarget]:
    found = replace(fleet.targets[0], transport=Transport.JSONRPC, limits=QUICK)
    yield found
    fleet.call(fleet.shelf(found.name).faults.clear)


def poll(target: DeviceTarget, **options: Any) -> TargetResult[DeviceReading]:
    (result,) = nornir_tasks.poll([target], **options)
    return result


def close_snmp(fleet: RunningFleet, target: DeviceTarget) -> None:
    fleet.call(partial(fleet.shelf(target.name).faults.change, {"dropped": "snmp"}))


def test_where_snmp_gives_everything_jsonrpc_is_not_asked(fleet: RunningFleet, target: DeviceTarget) -> None:
    before = len(fleet.shelf(target.name).log.select(via="jsonrpc"))
    assert poll(target).ok
    assert len(fleet.shelf(target.name).log.select(via="jsonrpc")) == before


def test_where_snmp_is_closed_jsonrpc_reads_the_same_shelf(fleet: RunningFleet, target: DeviceTarget) -> None:
    by_snmp = poll(target).value
    close_snmp(fleet, target)
    found = poll(target).value
    assert found is not None and by_snmp is not None
    assert found.sources == dict.fromkeys(poll_rpc.SECTIONS, "jsonrpc")
    assert [(problem.where, problem.kind) for problem in found.problems] == [("snmp", ErrorKind.UNREACHABLE)]
    assert found.system is not None and by_snmp.system is not None
    for name in ("model", "serial", "base_mac", "hardware_version", "firmware", "sys_name"):
        assert getattr(found.system, name) == getattr(by_snmp.system, name)
    same = ("mac", "configured_id", "name", "configured_port", "detected_port", "state", "model", "serial", "rx_phy_mbps", "alive")
    for one, other in zip(found.endpoints or (), by_snmp.endpoints or (), strict=True):
        assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
    for one, other in zip(found.ports or (), by_snmp.ports or (), strict=True):
        assert (one.number, one.if_index, one.name, one.mac, one.medium, one.link_up) == (
            other.number, other.if_index, other.name, other.mac, other.medium, other.link_up,
        )  # fmt: skip
    ethernet = [(one.name, one.if_index, one.speed_mbps) for one in found.ethernet or ()]
    assert ethernet == [(one.name, one.if_index, one.speed_mbps) for one in by_snmp.ethernet or ()]
    assert [one.uuid for one in found.alarms or ()] == [one.uuid for one in by_snmp.alarms or ()]


def test_a_shelf_written_to_by_ssh_is_not_asked_over_jsonrpc_unless_told(fleet: RunningFleet, target: DeviceTarget) -> None:
    close_snmp(fleet, target)
    by_ssh = replace(target, transport=Transport.SSH)
    failure = poll(by_ssh).failure
    assert failure is not None and failure.kind is ErrorKind.UNREACHABLE
    assert poll(by_ssh, jsonrpc=True).ok


def test_where_both_are_closed_snmps_error_stands(fleet: RunningFleet, target: DeviceTarget) -> None:
    close_snmp(fleet, target)
    failure = poll(replace(target, http_port=1)).failure
    assert failure is not None
    assert (failure.kind, "no SNMP answer" in failure.message) == (ErrorKind.UNREACHABLE, True)


def test_snr_is_measured_on_demand_only(target: DeviceTarget) -> None:
    quiet = poll(target).value
    found = poll(target, snr=True).value
    assert quiet is not None and found is not None
    assert {one.snr_down_db for one in quiet.endpoints or ()} == {None}
    ports = [one.detected_port for one in found.endpoints or () if one.alive]
    for one in found.endpoints or ():
        assert (one.snr_down_db is not None) == bool(one.alive and ports.count(one.detected_port) == 1)
    assert found.sources["snr"] == "jsonrpc"


@pytest.mark.parametrize(
    ("answer", "snr"),
    [
        ({"MaxSnr": 41, "Noise": -128}, (41.0, None)),
        ({"RxSnr": "40.5 dB", "TxSnr": 38}, (40.5, 38.0)),
        ([{"key": 1, "val": {"SnrDown": 40, "SnrUp": 39}}], (40.0, 39.0)),
        ({"Snr": 1e9}, (None, None)),
        ({"Snr": True}, (None, None)),
        ({"Result": "done"}, (None, None)),
        (None, (None, None)),
        ("snr 40", (None, None)),
    ],
)
def test_signal_measurements_of_unknown_shape(answer: object, snr: tuple[float | None, float | None]) -> None:
    assert rpc_reading.decode_snr(answer) == snr


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=12), inner, max_size=4)),
    max_leaves=12,
)
FIELDS = (
    "MacAddress", "ConfEndpointId", "ConfPortIfIndex", "State", "ModelType", "Alive", "SerialNumber", "Uptime", "RxPhyRate", "Link",
    "Speed", "UUID", "CondType", "Severity", "BoardType", "BoardSerial", "SystemUptime", "PortMode", "Rfc5517Mode", "SFPVendorName",
)  # fmt: skip
keys = st.one_of(st.sampled_from(["G.hn 1/1", "10G 1/1", "00:0e:d8:19:97:e6"]), anything)
structs = st.dictionaries(st.sampled_from(FIELDS), anything, max_size=8)
answers = st.one_of(anything, structs, st.lists(st.fixed_dictionaries({"key": keys, "val": structs}), max_size=3))


class Saying(JsonRpcClient):
    """A client whose shelf answers what it is told."""

    def __init__(self, answers: list[Any]) -> None:
        super().__init__("http://127.0.0.1:1", "", "")
        self._answers = answers
        self._calls = 0

    def call(self, method: str, *params: Any) -> Any:
        self._calls += 1
        answer = self._answers[self._calls % len(self._answers)]
        if answer == "error":
            raise DeviceError(ErrorKind.UNSUPPORTED, "Method not found")
        return answer


@given(st.lists(st.one_of(answers, st.just("error")), min_size=1, max_size=12))
def test_whatever_a_shelf_answers_gives_a_reading_or_a_typed_error(said: list[Any]) -> None:
    try:
        reading = poll_rpc.read_sections(Saying(said), "shelf")
    except DeviceError:
        return
    assert set(reading.sources) == {section for section in poll_rpc.SECTIONS if getattr(reading, section) is not None}
    assert all(problem.where and problem.message for problem in reading.problems)
