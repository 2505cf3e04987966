"""``gam poll --json`` of recorded walks, replayed by snmpsim: what the recording has appears, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from development import snmprec
from development.simulator.mib_device import STALE
from development.simulator.state import SimShelf
from development.town_builder import build_town
from nornir_tasks import cli
from nornir_tasks.gam import oids
from nornir_tasks.gam.oids import Oid, Table

SECTIONS = ("system", "ports", "ethernet", "endpoints", "alarms", "alarm_log")
SYSTEM = (1, 3, 6, 1, 2, 1, 1)
IF_MIBS = ((1, 3, 6, 1, 2, 1, 2), (1, 3, 6, 1, 2, 1, 31))


def shelf() -> SimShelf:
    return SimShelf(build_town(7, 3).shelves[0])


def under(lines: list[snmprec.Line], *bases: Oid) -> list[snmprec.Line]:
    return [line for line in lines if any(line[0][: len(base)] == base for base in bases)]


def cell(table: Table, column: str, *index: int) -> Oid:
    return (*table.column(column), *index)


def quirks(lines: list[snmprec.Line]) -> dict[Oid, tuple[str, str]]:
    """A recording with what real shelves were seen to do, and what nobody should do."""
    values = {name: (tag, value) for name, tag, value in lines}
    values[oids.BOARD.oids["uptime_text"]] = ("4x", (b"53d 14:24:1" + STALE).hex())
    values[oids.BOARD.oids["serial"]] = ("4", "0" * 63)
    del values[oids.SYSTEM.oids["uptime"]]
    first = oids.IFINDEX_GHN + 1
    for column in ("in_octets", "out_octets"):
        del values[cell(oids.IFX, column, first)]
    values[cell(oids.IF_OLD, "in_octets", first)] = ("65", str(2**32 - 5))
    values[cell(oids.SFP, "tx_bias_ma", first + 12)] = ("4", "0.8864 +")
    values[cell(oids.SFP, "rx_power_dbm", first + 12)] = ("4", "-3.6041 ++")
    values[cell(oids.PORT_STATUS, "enabled", first)] = ("2", "77")
    values[(*oids.PORT_STATUS.entry, 999, first)] = ("2", "1")
    for name in [name for name in values if name[: len(oids.ENDPOINT_FRAMES_BY_MAC.entry)] == oids.ENDPOINT_FRAMES_BY_MAC.entry]:
        del values[name]
    return values


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    lines = snmprec.record(shelf())
    values = quirks(lines)
    recordings = {
        "whole": snmprec.text(lines),
        "quirks": snmprec.text([(name, *value) for name, value in values.items()]),
        "interfaces": snmprec.text(under(lines, SYSTEM, *IF_MIBS)),
        "ghn": snmprec.text(under(lines, SYSTEM, oids.GHN)),
        "bare": snmprec.text(under(lines, oids.BOARD.oids["type"], oids.BOARD.oids["serial"])),
    }
    try:
        with snmprec.replayed(recordings) as served:
            yield served
    except snmprec.NoSnmpsim as problem:
        pytest.skip(str(problem))


def polled(port: int, community: str, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    code = cli.main(["poll", "--json", "--address", "127.0.0.1", "--port", str(port), "--community", community, *more])
    (result,) = json.loads(capsys.readouterr().out)
    assert (code, result["ok"]) == (0, True), result
    reading: dict[str, Any] = result["value"]
    return reading


def present(reading: dict[str, Any]) -> set[str]:
    return {section for section in SECTIONS if reading[section] is not None}


@pytest.mark.parametrize("reader", ["gufo", "pysnmp"])
def test_a_whole_walk_is_read_whole(port: int, reader: str, capsys: pytest.CaptureFixture[str]) -> None:
    reading = polled(port, "whole", capsys, "--reader", reader)
    there = shelf()
    assert present(reading) == set(SECTIONS)
    assert reading["problems"] == []
    assert (reading["system"]["model"], reading["system"]["serial"]) == (there.identity.model.name, there.identity.serial)
    assert [one["mac"] for one in reading["endpoints"]] == sorted(view.mac for view in there.views())
    assert len(reading["ports"]) == there.identity.model.ports
    assert [row["index"] for row in reading["alarm_log"]] == [row.number for row in there.alarms.log]
    assert reading["system"]["temperatures_c"].keys() == {"Intake#1", "Intake#2", "Exhaust#1", "Exhaust#2", "CPU"}


def test_quirks_cost_their_own_value(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    reading = polled(port, "quirks", capsys)
    assert present(reading) == set(SECTIONS)
    assert (reading["system"]["uptime_seconds"], reading["system"]["serial"]) == (4_631_040, "")
    first, second = reading["ports"][:2]
    assert (first["in_octets"], first["out_octets"] is not None, first["counter_bits"]) == (2**32 - 5, True, 32)
    assert second["counter_bits"] == 64
    assert reading["ethernet"][0]["sfp"]["flagged"] == {"tx_bias_ma": "warning", "rx_power_dbm": "alarm"}
    assert {one["frames_down"] for one in reading["endpoints"]} == {None}
    noted = {problem["where"] for problem in reading["problems"]}
    assert "portStatus.enabled.1000001" in noted
    assert noted <= {"portStatus.enabled.1000001", "ifXTable.in_octets", "ifXTable.out_octets"}


def test_only_interfaces(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    reading = polled(port, "interfaces", capsys)
    assert present(reading) == {"system", "ports", "ethernet"}
    assert (reading["system"]["model"], reading["system"]["serial"]) == ("GAM-12-C", "")
    assert [one["name"] for one in reading["ethernet"]][-1] == "GigabitEthernet 1/1"
    assert {one["medium"] for one in reading["ports"]} == {None}


def test_only_ghn(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert present(polled(port, "ghn", capsys)) == {"system", "ports", "endpoints"}


def test_only_the_board(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    reading = polled(port, "bare", capsys)
    assert present(reading) == {"system"}
    assert reading["system"]["serial"] == shelf().identity.serial


def test_an_address_and_names_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["poll", "--address", "127.0.0.1", "cellar-1"]) == cli.EXIT_USAGE
    assert "either an address or names" in capsys.readouterr().err
