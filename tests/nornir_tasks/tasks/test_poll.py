"""A whole reading of one shelf, and what becomes of it when parts cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.contracts import (
    AlarmReading,
    AlarmSeverity,
    EndpointState,
    FirmwareImage,
    IsolationMode,
    Medium,
    ReadProblem,
    SfpReading,
    SubscriberModel,
    SystemFacts,
)
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.gam import oids
from nornir_tasks.tasks.poll import read_shelf
from nornir_tasks.testing import ENDPOINT_MAC, UNKNOWN_MAC, RecordedReader, recorded_shelf

OCTETS = tuple(bytes.fromhex(ENDPOINT_MAC.replace(":", "")))
SLOW = DeviceError(ErrorKind.TIMEOUT, "SNMP stopped answering (waited 6 s)")


def test_a_healthy_shelf_is_read_completely() -> None:
    reading = read_shelf(RecordedReader(recorded_shelf()), "shelf-1")
    assert (reading.name, reading.problems, reading.incomplete) == ("shelf-1", (), frozenset())
    assert reading.sources == dict.fromkeys(("system", "ports", "ethernet", "endpoints", "alarms"), "snmp")
    assert reading.taken_at.tzinfo is not None


def test_system_facts() -> None:
    assert read_shelf(RecordedReader(recorded_shelf()), "s").system == SystemFacts(
        model="GAM-12-C",
        serial="01234567",
        base_mac="00:0e:d8:1a:85:b2",
        hardware_version="ASY-2100-25,R09",
        firmware="GAM-12/24-C_v1.5.4",
        firmware_alternate="GAM-12/24-C_v1.5.4",
        sys_name="shelf-1",
        location="basement",
        object_id="1.3.6.1.4.1.20095.2000.1.14",
        uptime_seconds=4_631_099,
        cpu_100ms_percent=72,
        cpu_1s_percent=76,
        cpu_10s_percent=76,
        temperatures_c={"Intake#1": 16.9, "Intake#2": 14.8, "Exhaust#1": 14.2, "Exhaust#2": 12.0, "CPU": 18.5},
        fans_rpm=(9299, 9165, 9433, 9433),
        power_supplies={"Main power supply": "active", "Redundant power supply": "not present"},
        led="green, solid, normal indication",
        images=(
            FirmwareImage("boot", "RedBoot", "version 1_4-23440"),
            FirmwareImage("active", "linux", "GAM-12/24-C_v1.5.4"),
            FirmwareImage("alternate", "linux.bk", "GAM-12/24-C_v1.5.4"),
        ),
        subscriber_model=SubscriberModel.ENDPOINT_AWARE,
    )


def test_ports_and_uplinks() -> None:
    reading = read_shelf(RecordedReader(recorded_shelf()), "s")
    assert reading.ports is not None
    assert [port.number for port in reading.ports] == list(range(1, 13))
    last = reading.ports[-1]
    assert (last.if_index, last.name, last.mac) == (1000012, "C#", "00:0e:d8:1a:85:d5")
    assert (last.medium, last.isolation, last.enabled, last.link_up) == (Medium.COAX, IsolationMode.ISOLATED, True, True)
    assert (last.endpoint_macs, last.in_octets, last.out_octets) == ((ENDPOINT_MAC,), 12000, 2**40 + 12)
    assert (reading.ports[0].link_up, reading.ports[0].endpoint_macs) == (False, ())
    assert reading.ethernet is not None
    assert [(one.name, one.if_index, one.link_up, one.speed_mbps) for one in reading.ethernet] == [
        ("10GigabitEthernet 1/1", 1000013, True, 10000),
        ("10GigabitEthernet 1/2", 1000014, False, 10000),
        ("GigabitEthernet 1/1", 1000015, True, 1000),
    ]
    assert reading.ethernet[1].sfp is None
    assert reading.ethernet[0].sfp == SfpReading(
        vendor="OEM",
        part_number="SFP-10G-LR",
        serial="A1234",
        temperature_c=33.84,
        voltage_v=3.291,
        tx_bias_ma=0.8864,
        tx_power_dbm=-2.0321,
        rx_power_dbm=-3.6041,
        flagged={"tx_bias_ma": "warning", "rx_power_dbm": "alarm"},
    )


def test_endpoints_known_and_unknown() -> None:
    reading = read_shelf(RecordedReader(recorded_shelf()), "s")
    assert reading.endpoints is not None
    known, unknown = reading.endpoints
    assert (known.mac, known.configured_id, known.name, known.serial, known.model) == (
        ENDPOINT_MAC, 1, "Positron_1997E6", "01124908", "G1001-C",
    )  # fmt: skip
    assert (known.configured_port, known.detected_port, known.state, known.alive) == (12, 12, EndpointState.OK, True)
    assert (known.subscriber_name, known.profile_name, known.uptime_seconds, known.wire_length_m) == ("C#", "500M", 429_181, None)
    assert (known.rx_phy_mbps, known.tx_phy_mbps, known.rx_max_mbps, known.tx_max_mbps) == (1805, 1744, 1410, 1362)
    assert (unknown.mac, unknown.configured_id, unknown.configured_port, unknown.detected_port) == (UNKNOWN_MAC, 0, None, 4)
    assert (unknown.state, unknown.model, unknown.serial) == (EndpointState.QUARANTINED_UNKNOWN_MAC, "G1002-C+", "")
    assert unknown.firmware_mismatch


def test_alarms() -> None:
    assert read_shelf(RecordedReader(recorded_shelf()), "s").alarms == (
        AlarmReading(
            uuid="000102030405060708090a0b0c0d0e0f",
            entity="G.hn-12",
            condition="outage",
            severity=AlarmSeverity.MAJOR,
            service_affecting=True,
            occurred="2024-11-27T17:03:21-05:00",
            description="G.hn port serves no endpoint",
        ),
        AlarmReading(
            uuid="101112131415161718191a1b1c1d1e1f",
            entity="CPE-1",
            condition="hwmismatch",
            severity=AlarmSeverity.MAJOR,
            service_affecting=False,
            occurred="2024-11-27T17:03:21-05:00",
            description="Endpoint model is unknown or not supported",
        ),
    )


def test_a_table_that_fails_costs_its_section_and_names_it() -> None:
    reading = read_shelf(RecordedReader(recorded_shelf(), {oids.ACTIVE_ALARM.entry: SLOW}), "s")
    assert reading.alarms is None
    assert "alarms" not in reading.sources
    assert reading.problems == (ReadProblem("activeAlarm", SLOW.message, ErrorKind.TIMEOUT),)
    assert reading.endpoints


def test_without_the_table_of_unknown_endpoints_the_section_is_incomplete() -> None:
    reading = read_shelf(RecordedReader(recorded_shelf(), {oids.ENDPOINT_BY_MAC.entry: SLOW}), "s")
    assert [endpoint.mac for endpoint in reading.endpoints or ()] == [ENDPOINT_MAC]
    assert reading.incomplete == {"endpoints"}
    assert reading.endpoints is not None
    assert reading.endpoints[0].rx_phy_mbps == 1805


def test_an_older_firmware_without_tables_by_mac_is_read_by_id() -> None:
    values = {oid: value for oid, value in recorded_shelf().items() if oid[: len(oids.GHN) + 2] != (*oids.GHN, 3, 30)}
    reading = read_shelf(RecordedReader(values), "s")
    assert [(endpoint.mac, endpoint.rx_phy_mbps) for endpoint in reading.endpoints or ()] == [(ENDPOINT_MAC, 1805)]
    assert (reading.problems, reading.incomplete) == ((), frozenset())


def test_an_endpoint_only_its_port_knows_makes_the_section_incomplete() -> None:
    values = recorded_shelf()
    values[(*oids.PORT_STATUS.column("endpoint_macs"), oids.IFINDEX_GHN + 3)] = b"00:0E:D8:00:00:09"
    reading = read_shelf(RecordedReader(values), "s")
    assert reading.incomplete == {"endpoints"}
    assert [problem.message for problem in reading.problems] == [
        "listed at a port, but in no table of endpoints: 00:0e:d8:00:00:09"
    ]


def test_after_two_timeouts_the_rest_is_not_tried() -> None:
    failing = {oids.ENDPOINT_BY_ID.entry: SLOW, oids.ENDPOINT_BY_MAC.entry: SLOW}
    reading = read_shelf(RecordedReader(recorded_shelf(), failing), "s")
    assert (reading.endpoints, reading.alarms) == (None, None)
    assert [problem.where for problem in reading.problems] == ["endpointById", "endpointByMac", "activeAlarm"]
    assert "had stopped answering" in reading.problems[-1].message


def test_no_endpoints_is_an_empty_section_and_no_view_is_none() -> None:
    values = {oid: value for oid, value in recorded_shelf().items() if oid[: len(oids.GHN) + 1] != (*oids.GHN, 3)}
    assert read_shelf(RecordedReader(values), "s").endpoints == ()
    without = {oid: value for oid, value in recorded_shelf().items() if oid[: len(oids.GHN)] != oids.GHN}
    reading = read_shelf(RecordedReader(without), "s")
    assert reading.endpoints is None
    assert [port.number for port in reading.ports or ()] == list(range(1, 13))
    assert reading.incomplete == {"ports"}
    assert {problem.where for problem in reading.problems} == {"endpoints", "ports"}
    assert all(problem.kind is ErrorKind.INCOMPLETE for problem in reading.problems)


def test_half_the_ports_are_not_taken_for_all() -> None:
    values = recorded_shelf()
    for table in (oids.PORT_CONFIG, oids.PORT_STATUS):
        for number in range(7, 13):
            for column in table.columns:
                values.pop((*table.column(column), oids.IFINDEX_GHN + number), None)
    reading = read_shelf(RecordedReader(values), "s")
    assert [port.number for port in reading.ports or ()] == [1, 2, 3, 4, 5, 6]
    assert reading.incomplete == {"ports"}
    assert "only 6 of 12 G.hn ports" in reading.problems[0].message


def test_modems_of_ports_are_read() -> None:
    ports = read_shelf(RecordedReader(recorded_shelf()), "s").ports or ()
    assert [port.usable_mbps for port in ports] == [0] * 11 + [1362]
    assert {(port.hardware, port.serial, port.uptime_seconds) for port in ports} == {("DCP962C", "", 4631299)}
    assert {port.firmware for port in ports} == {"POS-GAM-HE-P2MP SPIRIT.v7_10_r713+7_positron_24260"}


def test_ports_of_which_only_the_modem_was_recorded_appear() -> None:
    values = recorded_shelf()
    for table in (oids.PORT_CONFIG, oids.PORT_STATUS):
        for column in table.columns:
            for number in range(1, 13):
                values.pop((*table.column(column), oids.IFINDEX_GHN + number), None)
    reading = read_shelf(RecordedReader(values), "s")
    assert [(port.number, port.enabled, port.medium) for port in reading.ports or ()][-1] == (12, True, None)
    assert reading.incomplete == {"ports"}


def test_one_bad_value_costs_only_itself() -> None:
    values = recorded_shelf()
    values[(*oids.ENDPOINT_BY_MAC.column("state"), *OCTETS)] = b"<html>"
    values[(*oids.TEMPERATURE.column("tenths"), 5)] = 99999
    reading = read_shelf(RecordedReader(values), "s")
    assert reading.endpoints is not None and reading.system is not None
    assert (reading.endpoints[0].state, reading.endpoints[0].rx_phy_mbps) == (EndpointState.UNKNOWN, 1805)
    assert "CPU" not in reading.system.temperatures_c and len(reading.system.temperatures_c) == 4
    assert [problem.where for problem in reading.problems] == ["temperature.tenths.5", "endpointById.state.1"]


def test_half_a_table_without_any_error_is_a_problem() -> None:
    values = recorded_shelf()
    octets = tuple(bytes.fromhex(UNKNOWN_MAC.replace(":", "")))
    del values[(*oids.ENDPOINT_BY_MAC.column("state"), *octets)]
    reading = read_shelf(RecordedReader(values), "s")
    assert [endpoint.state for endpoint in reading.endpoints or ()] == [EndpointState.OK, EndpointState.UNKNOWN]
    assert [(problem.where, problem.kind) for problem in reading.problems] == [("endpointByMac.state", ErrorKind.INCOMPLETE)]


def test_what_is_not_a_gam_is_said_in_its_own_words() -> None:
    values = {oids.SYSTEM.oids["description"]: b"Linux box", oids.SYSTEM.oids["object_id"]: (1, 3, 6, 1, 4, 1, 8072, 3, 2, 10)}
    with pytest.raises(DeviceError, match="not a GAM: Linux box") as caught:
        read_shelf(RecordedReader(values), "printer")
    assert caught.value.kind is ErrorKind.UNSUPPORTED


CELLS = sorted(recorded_shelf())


@given(
    st.dictionaries(st.sampled_from(CELLS), st.one_of(st.binary(max_size=70), st.integers(-(2**64), 2**64))),
    st.integers(0, len(CELLS)),
)
def test_whatever_a_gam_answers_gives_a_reading(garbage: dict[tuple[int, ...], int | bytes], kept: int) -> None:
    identity = {oids.SYSTEM.oids["object_id"]: recorded_shelf()[oids.SYSTEM.oids["object_id"]]}
    values = {**dict(sorted(recorded_shelf().items())[:kept]), **garbage, **identity}
    reading = read_shelf(RecordedReader(values), "s")
    assert set(reading.sources) == {
        section for section in ("system", "ports", "ethernet", "endpoints", "alarms") if getattr(reading, section) is not None
    }
    assert all(problem.where and problem.message for problem in reading.problems)
