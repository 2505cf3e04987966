"""SNMP values and tables to readings: what a real shelf says, and what nothing sensible could say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.contracts import EndpointState, ReadProblem
from nornir_tasks.errors import ErrorKind
from nornir_tasks.gam import oids, snmp_decode
from nornir_tasks.gam.oids import Oid, Table
from nornir_tasks.gam.snmp_decode import EndpointTables
from nornir_tasks.gam.snmp_values import Row, Value, decode_mac, decode_shelf_uptime, decode_text, group_row, table_rows


def row(**values: Value) -> Row:
    return Row("table", "7", values, [])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (b"53d 14:24:1", 4_631_040),
        (b"53d 14:24:1\x00\x07", 4_631_040),
        (b"0d 00:01:23", 60),
        (b"1234d 00:00", 1234 * 86400),
        (b"53 days", None),
        (b"", None),
        (b"<html>", None),
        (5, None),
    ],
)
def test_the_shelfs_cut_uptime_is_read_to_the_minute(text: Value, seconds: int | None) -> None:
    assert decode_shelf_uptime(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (b"4 days, 23h 13m 1s", 429_181),
        (b"12 days, 2h 18m 33s", 1_045_113),
        (b"1 day, 0h 0m 5s", 86_405),
        (b"2h 18m 33s", 8_313),
        (b"59s", 59),
    ],
)
def test_endpoint_uptimes(text: bytes, seconds: int) -> None:
    one = row(uptime=text)
    assert one.endpoint_uptime("uptime") == seconds
    assert not one.problems


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        (b"33.840", (33.84, "")),
        (b"-2.0321", (-2.0321, "")),
        (b"0.8864 +", (0.8864, "warning")),
        (b"-3.6041 ++", (-3.6041, "alarm")),
        (b"-40 --", (-40.0, "alarm")),
        (b"", (None, "")),
    ],
)
def test_module_diagnostics_carry_a_mark(text: bytes, measured: tuple[float | None, str]) -> None:
    assert row(rx=text).measurement("rx") == measured


def test_a_bad_value_costs_itself_and_is_named() -> None:
    one = row(
        rx=b"n/a", mac=b"four", uptime=b"long ago", state=9, cpu=101, port=7, text=b"\xff\xfe", macs=b"00:0E:D8:19:97:E6, junk"
    )
    assert one.measurement("rx") == (None, "")
    assert one.mac("mac") == ""
    assert one.endpoint_uptime("uptime") is None
    assert one.one_of("state", {0: "a", 1: "b"}) is None
    assert one.integer("cpu", high=100) is None
    assert one.port("port") is None
    assert one.text("text") == ""
    assert one.macs("macs") == ("00:0e:d8:19:97:e6",)
    assert one.problems == [
        ReadProblem("table.rx.7", "'n/a' is not a number"),
        ReadProblem("table.mac.7", "'four' is not a MAC address"),
        ReadProblem("table.uptime.7", "'long ago' is not a time like '4 days, 23h 13m 1s'"),
        ReadProblem("table.state.7", "9 is none of 0, 1"),
        ReadProblem("table.cpu.7", "101 is not a number from 0 to 100"),
        ReadProblem("table.port.7", "7 is not the ifIndex of a port"),
        ReadProblem("table.text.7", "'\\xff\\xfe' is not text"),
        ReadProblem("table.macs.7", "'junk' is not a MAC address"),
    ]


def test_macs_from_octets_and_from_text() -> None:
    assert decode_mac(bytes.fromhex("000ed81997e6")) == "00:0e:d8:19:97:e6"
    assert decode_mac(b"00-0E-D8-19-97-E6") == "00:0e:d8:19:97:e6"
    assert decode_mac(bytes(6)) == ""
    assert decode_mac(b"000ed81997e6") is None


def test_text_ends_at_the_first_zero_octet() -> None:
    assert decode_text(b" GAM-12-C \x00\xff") == "GAM-12-C"
    assert decode_text(b"a\x07b") is None


def test_rows_keep_only_their_own_table_and_columns() -> None:
    table = Table("t", (1, 3), {"a": 1, "b": 2})
    walked: list[tuple[Oid, Value]] = [
        ((1, 3, 1, 5), 1),
        ((1, 3, 2, 5), 2),
        ((1, 3, 3, 5), 3),
        ((1, 3, 1), 4),
        ((1, 4, 1, 5), 5),
        ((1, 3, 1, 5, 6), 7),
    ]
    rows = table_rows(table, walked, [])
    assert {index: one.values for index, one in rows.items()} == {(5,): {"a": 1, "b": 2}}


def test_half_a_table_is_noted_once_per_column() -> None:
    problems: list[ReadProblem] = []
    table = Table("t", (1, 3), {"a": 1, "b": 2, "c": 3})
    rows = table_rows(table, [((1, 3, 1, 5), 1), ((1, 3, 1, 6), 1), ((1, 3, 2, 5), 1)], problems)
    assert list(rows) == [(5,), (6,)]
    assert problems == [ReadProblem("t.b", "no value in 1 of 2 rows: 6", ErrorKind.INCOMPLETE)]


def test_an_endpoint_in_both_tables_is_one_and_takes_what_is_missing_from_the_other() -> None:
    octets = (0, 14, 216, 25, 151, 230)
    by_id = {(3,): Row("endpointById", "3", {"mac": bytes(octets), "state": 2}, [])}
    by_mac = {octets: Row("endpointByMac", "m", {"state": 1, "name": b"from the other"}, [])}
    (endpoint,) = snmp_decode.decode_endpoints(by_id, by_mac, EndpointTables(), {})
    assert (endpoint.configured_id, endpoint.name, endpoint.state) == (3, "from the other", EndpointState.QUARANTINED_WRONG_PORT)


def test_a_dead_endpoint_has_no_rates() -> None:
    octets = (0, 14, 216, 25, 151, 230)
    detail = {octets: Row("d", "m", {"alive": 2, "rx_phy_mbps": 1805, "uptime": b"1s"}, [])}
    by_mac = {octets: Row("b", "m", {"state": 0}, [])}
    (endpoint,) = snmp_decode.decode_endpoints({}, by_mac, EndpointTables(detail_by_mac=detail), {})
    assert (endpoint.alive, endpoint.rx_phy_mbps, endpoint.uptime_seconds) == (False, None, None)


def test_a_row_without_mac_takes_its_configurations_or_is_left_out() -> None:
    problems: list[ReadProblem] = []
    by_id = {
        (1,): Row("endpointById", "1", {"mac": b"?", "state": 1}, problems),
        (2,): Row("endpointById", "2", {"state": 1}, problems),
    }
    config = {(1,): Row("endpointConfig", "1", {"mac": b"00:0E:D8:00:00:01"}, problems)}
    assert [e.mac for e in snmp_decode.decode_endpoints(by_id, {}, EndpointTables(), config)] == ["00:0e:d8:00:00:01"]
    assert [problem.where for problem in problems] == ["endpointById.mac.1", "endpointById.mac.2"]


values = st.one_of(st.integers(-(2**70), 2**70), st.binary(max_size=80), st.lists(st.integers(0, 2**32), max_size=8).map(tuple))


def rows_of(table: Table) -> st.SearchStrategy[dict[Oid, Row]]:
    index = st.tuples(*[st.one_of(st.integers(0, 400), st.just(1_000_012), st.integers(0, 2**32))] * table.index_length)
    cells = st.dictionaries(st.sampled_from(sorted(table.columns)), values)
    return st.dictionaries(index, cells, max_size=4).map(
        lambda found: {at: Row(table.name, ".".join(map(str, at)), row, []) for at, row in found.items()}
    )


INTERFACE = Table("interface", (1,), {**oids.IF.columns, **oids.IFX.columns, **oids.IF_OLD.columns, "counter_bits": 99})


@given(rows_of(oids.PORT_CONFIG), rows_of(oids.PORT_STATUS), rows_of(oids.PORT_DETAIL), rows_of(INTERFACE))
def test_no_port_tables_raise(config: Any, status: Any, detail: Any, interfaces: Any) -> None:
    numbers = [port.number for port in snmp_decode.decode_ports(config, status, detail, interfaces)]
    known = {**config, **status, **detail}
    if known:
        assert numbers == sorted({index[0] - 1_000_000 for index in known if index[0] > 1_000_000})


@given(rows_of(INTERFACE), rows_of(oids.SFP), rows_of(oids.ETHERNET_STATUS))
def test_no_ethernet_tables_raise(interfaces: Any, sfps: Any, status: Any) -> None:
    assert len(snmp_decode.decode_ethernet(interfaces, sfps, status)) == len(interfaces)


@given(
    rows_of(oids.ENDPOINT_BY_ID),
    rows_of(oids.ENDPOINT_BY_MAC),
    rows_of(oids.ENDPOINT_DETAIL_BY_ID),
    rows_of(oids.ENDPOINT_DETAIL_BY_MAC),
    rows_of(oids.ENDPOINT_CONFIG),
    rows_of(oids.ENDPOINT_ETHERNET_BY_ID),
    rows_of(oids.ENDPOINT_POE_BY_ID),
    rows_of(oids.ENDPOINT_FRAMES_BY_MAC),
    rows_of(oids.ENDPOINT_UPGRADE_BY_MAC),
)
def test_no_endpoint_tables_raise(
    by_id: Any, by_mac: Any, detail_id: Any, detail_mac: Any, config: Any, links: Any, poe: Any, frames: Any, upgrade: Any
) -> None:
    tables = EndpointTables(
        detail_by_id=detail_id,
        detail_by_mac=detail_mac,
        ethernet_by_id=links,
        poe_by_id=poe,
        frames_by_mac=frames,
        upgrade_by_mac=upgrade,
    )
    endpoints = snmp_decode.decode_endpoints(by_id, by_mac, tables, config)
    assert len({endpoint.mac for endpoint in endpoints}) == len(endpoints) <= len(by_id) + len(by_mac)
    left_out = [one for one in by_id.values() for p in one.problems if "left out" in p.message]
    unusable = [one for one in by_mac.values() for p in one.problems if "index" in p.message]
    assert len(endpoints) >= (1 if len(by_id) + len(by_mac) > len(left_out) + len(unusable) else 0)


@given(rows_of(oids.ACTIVE_ALARM))
def test_no_alarm_table_raises_and_what_is_left_out_is_noted(table: Any) -> None:
    alarms = snmp_decode.decode_alarms(table)
    noted = sum(any("left out" in problem.message for problem in one.problems) for one in table.values())
    assert len(alarms) + noted == len(table)
    assert all(len(alarm.uuid) == 32 for alarm in alarms)


@given(rows_of(oids.ALARM_LOG))
def test_no_alarm_log_raises_and_what_is_left_out_is_noted(table: Any) -> None:
    log = snmp_decode.decode_alarm_log(table)
    noted = sum(any("left out" in problem.message for problem in one.problems) for one in table.values())
    assert len(log) + noted == len(table)


@given(
    st.dictionaries(
        st.sampled_from([oid for group in (oids.SYSTEM, oids.BOARD, oids.MORE) for oid in group.oids.values()]), values
    ),
    rows_of(oids.IMAGE), rows_of(oids.FILE), rows_of(oids.TEMPERATURE), rows_of(oids.FAN), rows_of(oids.POWER), rows_of(oids.LED),
)  # fmt: skip
def test_no_system_values_raise(scalars: Any, images: Any, files: Any, temperatures: Any, fans: Any, power: Any, led: Any) -> None:
    problems: list[ReadProblem] = []
    facts = snmp_decode.decode_system(
        group_row(oids.SYSTEM, scalars, problems),
        group_row(oids.BOARD, scalars, problems),
        group_row(oids.MORE, scalars, problems),
        images=images,
        files=files,
        temperatures=temperatures,
        fans=fans,
        power=power,
        led=led,
    )
    assert facts is None or facts.model or facts.serial
