"""From counters to rates: certain or None, never negative, never more than the port carries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.contracts import (
    DeviceReading,
    EndpointReading,
    EndpointState,
    EthernetReading,
    PortReading,
    SfpReading,
    SystemFacts,
)
from nornir_tasks.monitoring.measure import Counters, counters, measure, rate
from nornir_tasks.monitoring.metrics import BY_KIND, METRICS, MetricKind

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def reading(at: datetime = AT, octets: int | None = 0, uptime: int | None = 100_000, bits: int = 64) -> DeviceReading:
    return DeviceReading(
        name="a",
        taken_at=at,
        system=SystemFacts("GAM-12-C", "1", uptime_seconds=uptime, cpu_10s_percent=7, temperatures_c={"a": 20.5, "b": 30.0}),
        ports=(PortReading(3, 1_000_003, in_octets=octets, out_octets=octets, counter_bits=bits),),
        ethernet=(EthernetReading("10G 1/1", 1_000_013, speed_mbps=1000, in_octets=octets, sfp=SfpReading(rx_power_dbm=-3.6)),),
        endpoints=(
            EndpointReading("00:0e:d8:00:00:01", 1, detected_port=3, state=EndpointState.OK, rx_phy_mbps=1805),
            EndpointReading("00:0e:d8:00:00:02", 2, state=EndpointState.NOT_DETECTED, rx_phy_mbps=9),
        ),
    )


def in_bps(now: DeviceReading, before: DeviceReading) -> float | None:
    return next(item for item in measure(now, counters(before)) if item.kind is MetricKind.PORT).get("in_bps")


def test_values_stand_in_the_order_of_the_catalogue() -> None:
    found = measure(reading(), {}, seconds=0.5)
    assert [(item.kind, item.key) for item in found] == [
        (MetricKind.DEVICE, ""),
        (MetricKind.PORT, "3"),
        (MetricKind.ETHERNET, "10G 1/1"),
        (MetricKind.ENDPOINT, "00:0e:d8:00:00:01"),
    ]
    assert all(len(item.values) == len(BY_KIND[item.kind]) for item in found)
    device, port, ethernet, endpoint = found
    assert (device.get("cpu_percent"), device.get("temperature_c"), device.get("endpoints_up")) == (7, 30.0, 1)
    assert (device.get("read_seconds"), device.get("fan_rpm")) == (0.5, None)
    assert (port.get("in_bps"), ethernet.get("sfp_rx_dbm"), endpoint.get("rx_phy_mbps")) == (None, -3.6, 1805)


def test_names_are_unique() -> None:
    assert len({metric.label for metric in METRICS}) == len(METRICS)


def test_a_rate_is_bits_per_second() -> None:
    assert in_bps(reading(AT + MINUTE, 7_500_000, 100_060), reading()) == pytest.approx(1_000_000)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (reading(AT, 100), "the same moment"),
        (reading(AT - MINUTE, 100), "the clock went back"),
        (reading(AT + MINUTE, 100, 30), "the shelf restarted"),
        (reading(AT + MINUTE, None, 100_060), "not read"),
        (reading(AT + timedelta(hours=7), 100, 125_200), "too long ago"),
        (reading(AT + MINUTE, 10**15, 100_060), "more than a port carries"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_certain_is_none(now: DeviceReading, why: str) -> None:
    assert in_bps(now, reading()) is None, why


def test_a_lower_counter_of_64_bits_was_reset_and_one_of_32_came_round() -> None:
    high = 2**32 - 1_000
    assert in_bps(reading(AT + MINUTE, 500, 100_060), reading(octets=high)) is None
    assert in_bps(reading(AT + MINUTE, 500, 100_060, bits=32), reading(octets=high, bits=32)) == pytest.approx(1500 * 8 / 60)


def test_a_section_that_was_not_read_measures_nothing() -> None:
    found = measure(replace(reading(), ports=None, ethernet=None, endpoints=None, system=None), {})
    assert [item.kind for item in found] == [MetricKind.DEVICE]
    assert set(found[0].values) == {None}


@given(
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(-10_000, 10_000),
    st.one_of(st.none(), st.integers(0, 10**8)),
    st.one_of(st.none(), st.integers(0, 10**8)),
    st.sampled_from([32, 64]),
)
def test_never_negative_never_more_than_fits(
    last: int, value: int, seconds: int, uptime_before: int | None, uptime: int | None, bits: int
) -> None:
    before = Counters(AT, {"in_octets": last}, uptime_before, bits)
    now = Counters(AT + timedelta(seconds=seconds), {"in_octets": value}, uptime, bits)
    found = rate("in_octets", now, before, highest=1e9)
    assert found is None or 0 <= found <= 1.1e9
