"""Quirks of real shelves, one test each: through a whole reading where it shows there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.contracts import DeviceReading, EndpointReading, EndpointState, PortReading
from nornir_tasks.gam import oids, snmp_decode
from nornir_tasks.gam.oids import Oid, Table
from nornir_tasks.gam.snmp_decode import EndpointTables
from nornir_tasks.gam.snmp_values import Row, cell_rows, decode_clock, decode_vlan_bitmaps, table_rows
from nornir_tasks.tasks.poll import read_shelf
from nornir_tasks.testing import ENDPOINT_MAC, UNKNOWN_MAC, RecordedReader, recorded_shelf

KNOWN = tuple(bytes.fromhex(ENDPOINT_MAC.replace(":", "")))
UNKNOWN = tuple(bytes.fromhex(UNKNOWN_MAC.replace(":", "")))
FIRST, LAST = oids.IFINDEX_GHN + 1, oids.IFINDEX_GHN + 12


def cell(table: Table, column: str, *index: int) -> Oid:
    return (*table.column(column), *index)


def reading(changes: dict[Oid, Any], *, without: tuple[Oid, ...] = ()) -> DeviceReading:
    """The recorded shelf with some values changed, and whole subtrees taken away."""
    values = {**recorded_shelf(), **changes}
    kept = {name: value for name, value in values.items() if not any(name[: len(base)] == base for base in without)}
    return read_shelf(RecordedReader(kept), "shelf", alarm_log=True)


def port(found: DeviceReading, number: int) -> PortReading:
    return next(one for one in found.ports or () if one.number == number)


def endpoint(found: DeviceReading, mac: str) -> EndpointReading:
    return next(one for one in found.endpoints or () if one.mac == mac)


def test_the_uptime_text_is_cut_with_stale_octets_behind() -> None:
    text = b"53d 14:24:1\x00\x7f\xe8\x1b\x04\xb2"
    found = reading({oids.BOARD.oids["uptime_text"]: text}, without=(oids.SYSTEM.oids["uptime"],))
    assert found.system is not None
    assert found.system.uptime_seconds == 4_631_040
    assert found.problems == ()


def test_sysuptime_is_preferred_to_the_text() -> None:
    found = reading({oids.BOARD.oids["uptime_text"]: b"rubbish"})
    assert found.system is not None
    assert (found.system.uptime_seconds, found.problems) == (4_631_099, ())


def test_optical_readings_carry_flags() -> None:
    (found, *_) = reading({}).ethernet or ()
    assert found.sfp is not None
    assert (found.sfp.tx_bias_ma, found.sfp.rx_power_dbm) == (0.8864, -3.6041)
    assert found.sfp.flagged == {"tx_bias_ma": "warning", "rx_power_dbm": "alarm"}


def test_sixty_three_zeros_are_no_serial_number() -> None:
    found = reading({oids.BOARD.oids["serial"]: b"0" * 63})
    assert endpoint(found, UNKNOWN_MAC).serial == ""
    assert found.system is not None
    assert (found.system.model, found.system.serial) == ("GAM-12-C", "")


def test_an_endpoint_that_is_not_alive_keeps_stale_values_that_are_not_believed() -> None:
    alive = {cell(oids.ENDPOINT_DETAIL_BY_MAC, "alive", *KNOWN): 2, cell(oids.ENDPOINT_DETAIL_BY_ID, "alive", 1): 2}
    stale = {
        cell(oids.ENDPOINT_FRAMES_BY_MAC, "error_percent_down", *KNOWN): 7,
        cell(oids.ENDPOINT_ETHERNET_BY_MAC, "valid", *KNOWN, 1): 1,
        cell(oids.ENDPOINT_ETHERNET_BY_MAC, "link_up", *KNOWN, 1): 1,
    }
    gone = endpoint(reading({**alive, **stale}), ENDPOINT_MAC)
    assert gone.alive is False
    assert (gone.rx_phy_mbps, gone.tx_max_mbps, gone.uptime_seconds, gone.wire_length_m) == (None, None, None, None)
    assert (gone.error_percent_down, gone.frames_up, gone.ethernet, gone.poe) == (None, None, (), None)
    assert (gone.serial, gone.name, gone.state) == ("01124908", "Positron_1997E6", EndpointState.OK)


def test_vlan_bitmaps_have_the_least_significant_bit_first() -> None:
    first = bytearray(128)
    first[0] = 0b0000_0100
    first[12] = 0b0001_0000
    last = bytearray(128)
    last[127] = 0b1000_0000
    assert decode_vlan_bitmaps(bytes(first), b"", b"", bytes(last)) == (2, 100, 4095)
    assert decode_vlan_bitmaps() == ()


@given(st.sets(st.integers(0, 4095)))
def test_vlan_bitmaps_give_back_what_went_in(vlans: set[int]) -> None:
    whole = bytearray(512)
    for vlan in vlans:
        whole[vlan // 8] |= 1 << vlan % 8
    assert decode_vlan_bitmaps(*(bytes(whole[at : at + 128]) for at in range(0, 512, 128))) == tuple(sorted(vlans))


def test_row_editors_are_not_taken_for_rows() -> None:
    """The editors of endpoints, profiles and subscribers (``.21``, ``.31``, ``.41``) lie right behind their tables."""
    editors = {(*oids.GHN, 2, editor, column, 0): 2 for editor in (21, 31, 41) for column in (10, 20, 30, 10000)}
    profiles = {cell(oids.PROFILE, "id", number): number for number in (1, 2, 5)}
    found = reading({**editors, **profiles})
    assert found.system is not None
    assert found.system.profiles_used == 3
    assert len(found.endpoints or ()) == 2
    walked = [((*oids.PROFILE.column("id"), 1), 1), *editors.items()]
    assert list(table_rows(oids.PROFILE, walked, [])) == [(1,)]


def test_a_port_lists_its_endpoints_as_text() -> None:
    listed = b"00:0E:D8:19:97:E6,00:0e:d8:1c:95:08, junk"
    found = reading({cell(oids.PORT_STATUS, "endpoint_macs", LAST): listed})
    assert port(found, 12).endpoint_macs == (ENDPOINT_MAC, UNKNOWN_MAC)
    assert [problem.where for problem in found.problems] == [f"portStatus.endpoint_macs.{LAST}"]


def test_without_64_bit_counters_the_old_ones_say_how_wide_they_are() -> None:
    old = {cell(oids.IF_OLD, "in_octets", oids.IFINDEX_GHN + n): 2**32 - n for n in range(1, 16)}
    old |= {cell(oids.IF_OLD, "out_octets", oids.IFINDEX_GHN + n): n for n in range(1, 16)}
    found = reading(old, without=(oids.IFX.column("in_octets"), oids.IFX.column("out_octets")))
    assert (port(found, 1).in_octets, port(found, 1).counter_bits) == (2**32 - 1, 32)
    assert {one.counter_bits for one in (*(found.ports or ()), *(found.ethernet or ()))} == {32}
    assert {one.counter_bits for one in reading(old).ports or ()} == {64}
    assert found.problems == ()


OLD_FIRMWARE = (
    oids.PORT_STATUS.column("outage_sa"),
    oids.PORT_STATUS.column("outage_nsa"),
    oids.ENDPOINT_BY_MAC.column("firmware_mismatch"),
    oids.ENDPOINT_BY_ID.column("firmware_mismatch"),
    oids.ENDPOINT_DETAIL_BY_MAC.column("hardware"),
    oids.IMAGE.column("revision"),
    oids.FILE.entry,
)


@pytest.mark.parametrize("column", OLD_FIRMWARE)
def test_a_column_older_firmware_lacks_costs_nothing_else(column: Oid) -> None:
    found, whole = reading({}, without=(column,)), reading({})
    assert found.problems == ()
    assert (len(found.ports or ()), len(found.endpoints or ())) == (12, 2)
    assert found.ethernet == whole.ethernet
    assert found.alarms == whole.alarms


def test_columns_newer_firmware_adds_cost_nothing() -> None:
    more: dict[Oid, Any] = {}
    for table, index in ((oids.PORT_STATUS, (FIRST,)), (oids.ENDPOINT_BY_MAC, KNOWN), (oids.ACTIVE_ALARM, (1,))):
        for column in (1, 15, 25_000):
            if column not in table.columns.values():
                more[(*table.entry, column, *index)] = b"new"
    found, whole = reading(more), reading({})
    assert (found.ports, found.endpoints, found.alarms, found.problems) == (whole.ports, whole.endpoints, whole.alarms, ())


def test_rows_with_index_zero_or_of_another_length_are_no_ports_and_no_endpoints() -> None:
    more: dict[Oid, Any] = {
        cell(oids.PORT_STATUS, "enabled", 0): 1,
        cell(oids.ENDPOINT_BY_MAC, "mac", 0, 0, 0, 0, 0, 0): bytes(6),
        (*oids.ENDPOINT_BY_MAC.column("mac"), 0): b"",
    }
    found = reading(more)
    assert [one.number for one in found.ports or ()] == list(range(1, 13))
    assert {one.mac for one in found.endpoints or ()} == {ENDPOINT_MAC, UNKNOWN_MAC}


def test_a_shelf_that_hides_its_board_is_known_by_its_description() -> None:
    found = reading({}, without=(oids.BOARD.oids["type"], oids.BOARD.oids["serial"]))
    assert found.system is not None
    assert (found.system.model, found.system.serial) == ("GAM-12-C", "")
    assert {problem.where for problem in found.problems} == {"board.type.0", "board.serial.0"}


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Mon Dec  2 15:02:21 2024", "2024-12-02T15:02:21"),
        ("Mon Dec 12 15:02:21 2024", "2024-12-12T15:02:21"),
        ("1970-01-01T03:03:14+00:00", "1970-01-01T03:03:14"),
        ("Mon Foo  2 15:02:21 2024", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_the_shelfs_clock(text: str, iso: str | None) -> None:
    clock = decode_clock(text)
    assert (clock.isoformat() if clock else None) == iso


@given(st.text(max_size=40))
def test_no_clock_raises(text: str) -> None:
    clock = decode_clock(text)
    assert clock is None or clock.tzinfo is None


def test_error_percentages_frames_and_poe_of_an_endpoint() -> None:
    rows: list[tuple[Table, dict[str, Any]]] = [
        (oids.ENDPOINT_FRAMES_BY_MAC, {"frames_up": 5, "error_percent_up": 3, "frames_down": 9, "error_percent_down": 101}),
        (oids.ENDPOINT_POE_BY_MAC, {"port": 1, "enabled": 1, "mode": 1, "overload": 2}),
        (oids.ENDPOINT_UPGRADE_BY_MAC, {"status": b"Ready: initial status"}),
    ]
    changes = {cell(table, column, *UNKNOWN): value for table, row in rows for column, value in row.items()}
    found = reading(changes)
    one = endpoint(found, UNKNOWN_MAC)
    assert (one.frames_up, one.frames_down, one.error_percent_up, one.error_percent_down) == (5, 9, 3.0, None)
    assert one.poe is not None
    assert (one.poe.port, one.poe.enabled, one.poe.mode, one.poe.overload) == (1, True, "802.3at", False)
    assert one.upgrade == "Ready: initial status"
    assert [problem.where.partition(".")[0] for problem in found.problems] == ["endpointFramesByMac"]


def test_an_endpoint_port_that_is_not_valid_is_left_out() -> None:
    links = cell_rows(
        oids.ENDPOINT_ETHERNET_BY_MAC,
        {(*KNOWN, 1): {10: 1, 20: 1, 30: 1, 40: 3}, (*KNOWN, 2): {10: 2, 20: 1, 30: 1, 40: 3}},
        [],
    )
    by_mac = {KNOWN: Row("endpointByMac", "m", {"state": 1}, [])}
    (one,) = snmp_decode.decode_endpoints({}, by_mac, EndpointTables(ethernet_by_mac=links), {})
    assert [(link.number, link.link_up, link.full_duplex, link.speed_mbps) for link in one.ethernet] == [(1, True, True, 1000)]
