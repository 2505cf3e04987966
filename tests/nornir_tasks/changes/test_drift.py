"""Drift: no differences exactly where a plan has nothing to do, and silence about what was not read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given

from nornir_tasks.changes.diff import compute_changes
from nornir_tasks.changes.drift import compare_config, compare_ports, compare_reading
from nornir_tasks.changes.planner import plan_shelf
from nornir_tasks.changes.slots import plan_slots
from nornir_tasks.changes.state import apply_all
from nornir_tasks.contracts import (
    ChangeKind,
    DeviceReading,
    Difference,
    DriftKind,
    DriftObject,
    EndpointConfig,
    EndpointReading,
    IsolationMode,
    PortIntent,
    PortReading,
    ProfileConfig,
    ShelfConfig,
    SubscriberConfig,
    Transport,
)
from tests.nornir_tasks.strategies import cli_configs

AT = datetime(2026, 3, 1, tzinfo=UTC)
MAC, OTHER = "00:0e:d8:00:00:01", "00:0e:d8:00:00:02"
FAST = ProfileConfig("Fast", 100, 20)
SHELF = ShelfConfig((FAST,), (EndpointConfig("ep", MAC, 3),), (SubscriberConfig("ada", 100, "ep", profile="Fast"),))


def reading(*endpoints: EndpointReading, incomplete: frozenset[str] = frozenset()) -> DeviceReading:
    return DeviceReading("gam", AT, endpoints=endpoints, incomplete=incomplete)


def seen(**values: object) -> EndpointReading:
    given = {"mac": MAC, "configured_id": 1, "name": "ep", "configured_port": 3, "subscriber_name": "ada", "profile_name": "Fast"}
    return EndpointReading(**(given | values))  # type: ignore[arg-type]


def keys(differences: tuple[Difference, ...]) -> list[str]:
    return [item.key for item in differences]


@given(cli_configs())
def test_a_shelf_does_not_differ_from_itself(config: ShelfConfig) -> None:
    assert compare_config(config, config) == ()


@given(cli_configs(), cli_configs())
def test_no_difference_means_nothing_to_do_and_the_other_way_round(actual: ShelfConfig, desired: ShelfConfig) -> None:
    placed = plan_slots(actual, desired)
    changes = compute_changes(actual, placed.desired)
    found = [item for item in compare_config(desired, actual) if item.kind is not DriftKind.UNEXPECTED]
    plans = [change for change in changes if change.kind is not ChangeKind.PROFILE]
    assert bool(found) == bool(plans)
    assert len(set(keys(tuple(found)))) == len(found), "keys are unique"


@given(cli_configs(), cli_configs())
def test_what_was_planned_and_done_leaves_only_the_unexpected(actual: ShelfConfig, desired: ShelfConfig) -> None:
    plan = plan_shelf("gam", Transport.JSONRPC, actual, desired)
    if plan.violations:
        return
    after = apply_all(actual, [step.change for step in plan.steps])
    assert {item.kind for item in compare_config(desired, after)} <= {DriftKind.UNEXPECTED}


def test_the_three_kinds_with_their_values() -> None:
    actual = ShelfConfig(
        (FAST, ProfileConfig("Slow", 10, 2)),
        (EndpointConfig("ep", MAC, 4), EndpointConfig("stray", OTHER, 7)),
        (SubscriberConfig("bob", 200, "stray", profile="Slow"),),
    )
    found = {item.key: item for item in compare_config(SHELF, actual)}
    assert set(found) == {
        f"endpoint:{MAC}:port",
        f"endpoint:{OTHER}:unexpected",
        "subscriber:ada:missing",
        "subscriber:bob:unexpected",
    }
    moved = found[f"endpoint:{MAC}:port"]
    assert (moved.kind, moved.intent, moved.actual, moved.port) == (DriftKind.MISALIGNED, "3", "4", 4)
    assert found["subscriber:bob:unexpected"].port == 7


def test_speeds_are_told_with_their_rates_and_equal_rates_are_no_difference() -> None:
    profiles = FAST, ProfileConfig("Slow", 10, 2)
    slower = replace(SHELF, profiles=profiles, subscribers=(replace(SHELF.subscribers[0], profile="Slow"),))
    (found,) = compare_config(SHELF, slower)
    assert (found.field, found.intent, found.actual) == ("bandwidth profile", "Fast (100/20 Mbit/s)", "Slow (10/2 Mbit/s)")
    named = replace(SHELF, profiles=(replace(FAST, name="Gold"),), subscribers=(replace(SHELF.subscribers[0], profile="Gold"),))
    assert compare_config(SHELF, named) == ()


def test_a_poll_that_shows_what_is_wanted_has_no_differences() -> None:
    found, scope = compare_reading(SHELF, reading(seen()), (FAST,))
    assert found == ()
    assert scope.covers(DriftObject.SUBSCRIBER, "ada", "endpoint")
    assert not scope.covers(DriftObject.SUBSCRIBER, "ada", "VLAN"), "a poll does not read VLANs"


def test_a_poll_shows_another_port_name_and_speed() -> None:
    changed = seen(name="renamed", configured_port=5, profile_name="")
    found, _ = compare_reading(SHELF, reading(changed), (FAST,))
    assert keys(found) == [f"endpoint:{MAC}:name", f"endpoint:{MAC}:port", "subscriber:ada:bandwidth profile"]
    assert (found[2].intent, found[2].actual) == ("Fast (100/20 Mbit/s)", "unthrottled")


def test_a_poll_of_endpoints_that_were_not_read_says_nothing() -> None:
    found, scope = compare_reading(SHELF, DeviceReading("gam", AT), (FAST,))
    assert found == ()
    assert not scope.covers(DriftObject.ENDPOINT, MAC, "port")


def test_what_is_absent_from_an_incomplete_reading_is_not_missing() -> None:
    found, scope = compare_reading(SHELF, reading(incomplete=frozenset({"endpoints"})), (FAST,))
    assert found == ()
    assert not scope.covers(DriftObject.ENDPOINT, MAC, "")
    found, _ = compare_reading(SHELF, reading(), (FAST,))
    assert keys(found) == [f"endpoint:{MAC}:missing", "subscriber:ada:missing"]


def test_a_profile_whose_rates_are_not_known_says_nothing_about_the_speed() -> None:
    found, scope = compare_reading(SHELF, reading(seen(profile_name="Unheard")), (FAST,))
    assert found == ()
    assert not scope.covers(DriftObject.SUBSCRIBER, "ada", "bandwidth profile")


def test_a_subscriber_on_another_endpoint_is_misaligned_not_missing() -> None:
    shelf = replace(SHELF, endpoints=(*SHELF.endpoints, EndpointConfig("two", OTHER, 4)))
    here, there = seen(subscriber_name=""), seen(mac=OTHER, configured_id=2, name="two", configured_port=4)
    found, _ = compare_reading(shelf, reading(here, there), (FAST,))
    (item,) = found
    assert (item.key, item.intent, item.actual) == ("subscriber:ada:endpoint", MAC, OTHER)


def test_settings_of_ports_that_were_read() -> None:
    wanted = [PortIntent(1, True, "isolated"), PortIntent(2, True, "isolated"), PortIntent(3, False, "isolated")]
    ports = (
        PortReading(1, 10, enabled=False, isolation=IsolationMode.UPLINK),
        PortReading(2, 11, enabled=None, isolation=IsolationMode.ISOLATED),
    )
    found, scope = compare_ports(wanted, ports)
    assert keys(found) == ["port:1:enabled", "port:1:isolation"]
    assert scope.covers(DriftObject.PORT, "1", "enabled")
    assert not scope.covers(DriftObject.PORT, "3", "enabled")
    assert compare_ports(wanted, None)[0] == ()
