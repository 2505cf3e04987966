"""The physical world, alarms, counters, and what a reboot loses."""

from __future__ import annotations

import pytest

from development.simulator import alarms as al
from development.simulator.refusals import Refused, RefusedText
from development.simulator.state import NOT_DETECTED, OK, UNKNOWN_MAC, WRONG_PORT, Rebooting, SimShelf

from .conftest import town_shelf


def states(shelf: SimShelf) -> dict[str, int]:
    """State by last octet of the MAC."""
    return {view.mac[-2:]: view.state for view in shelf.views()}


def test_states_of_the_seeded_shelf(shelf: SimShelf) -> None:
    assert states(shelf) == {"01": OK, "02": OK, "03": OK, "04": NOT_DETECTED, "05": WRONG_PORT, "06": UNKNOWN_MAC}


def test_endpoints_without_subscriber_have_the_default_profile(shelf: SimShelf) -> None:
    profiles = {view.mac[-2:]: view.profile.name if view.profile else None for view in shelf.views()}
    assert profiles["01"] == "100M"
    assert profiles["02"] is None
    assert profiles["03"] == profiles["06"] == "Default BW Profile"


def test_endpoints_move_vanish_and_come_back(shelf: SimShelf) -> None:
    shelf.move("00:0e:d8:19:97:01", 9)
    shelf.unplug("00:0e:d8:19:97:02")
    shelf.plug("00:0e:d8:aa:aa:aa", 3)
    assert (states(shelf)["01"], states(shelf)["02"], states(shelf)["aa"]) == (WRONG_PORT, NOT_DETECTED, UNKNOWN_MAC)
    shelf.move("00:0e:d8:19:97:01", 1)
    assert states(shelf)["01"] == OK
    with pytest.raises(Refused):
        shelf.move("00:0e:d8:19:97:01", 13)
    with pytest.raises(KeyError):
        shelf.unplug("00:0e:d8:ff:ff:ff")


def test_raise_and_clear_share_one_uuid(shelf: SimShelf) -> None:
    shelf.unplug("00:0e:d8:19:97:01")
    raised = {alarm.cause.condition: alarm for alarm in shelf.alarms.active.values() if alarm.cause.entity in ("CPE-1", "G.hn-1")}
    assert set(raised) == {"los", "outage"}
    assert raised["los"].cause.severity == al.MAJOR
    assert raised["los"].cause.service_affecting
    shelf.plug("00:0e:d8:19:97:01", 1)
    rows = [row for row in shelf.alarms.log if row.uuid == raised["los"].uuid]
    assert [row.state for row in rows] == [al.RAISING, al.CLEARING]
    assert not [alarm for alarm in shelf.alarms.active.values() if alarm.cause.entity == "CPE-1"]


def test_alarms_without_subscriber_are_minor(shelf: SimShelf) -> None:
    missing = next(
        alarm.cause for alarm in shelf.alarms.active.values() if alarm.cause.entity == "CPE-4" and alarm.cause.condition == "los"
    )
    assert (missing.severity, missing.service_affecting) == (al.MINOR, False)


def test_same_events_same_uuids() -> None:
    books = []
    for _ in range(2):
        shelf = SimShelf(town_shelf())
        shelf.unplug("00:0e:d8:19:97:01")
        books.append([row.uuid for row in shelf.alarms.log])
    assert books[0] == books[1]
    assert len(set(books[0])) == len(books[0])


def test_firmware_mismatch_and_uplink_alarms(shelf: SimShelf) -> None:
    shelf.set_link("10GigabitEthernet 1/2", False)
    conditions = {(alarm.cause.entity, alarm.cause.condition) for alarm in shelf.alarms.active.values()}
    assert {("CPE-2", "swrevmismat"), ("CPE-5", "portmismatch"), ("10G 1/2", "linkdown")} <= conditions
    assert any(row.text == "LINK-UPDOWN: Interface 10GigabitEthernet 1/2, changed state to down." for row in shelf.syslog)


def test_counters_count_with_the_clock_and_stop_with_the_service(shelf: SimShelf) -> None:
    key = "cpe 00:0e:d8:19:97:01"
    first = shelf.traffic.read(key, shelf.clock.now())
    shelf.clock.advance(100)
    second = shelf.traffic.read(key, shelf.clock.now())
    view = next(view for view in shelf.views() if view.id == 1)
    down, up = shelf.usage(view)
    assert second[0] - first[0] == pytest.approx(down * 125_000 * 100, rel=0.01)
    assert second[1] - first[1] == pytest.approx(up * 125_000 * 100, rel=0.01)
    shelf.drop("subscriber", 1)
    shelf.changed()
    third = shelf.traffic.read(key, shelf.clock.now())
    shelf.clock.advance(100)
    assert shelf.traffic.read(key, shelf.clock.now()) == third


def test_a_bad_line_loses_rate_and_gains_errors(shelf: SimShelf) -> None:
    shelf.decay("00:0e:d8:19:97:01", 0.1)
    shelf.clock.advance(60)
    assert shelf.cpes["00:0e:d8:19:97:01"].rx_phy == 170
    assert shelf.traffic.read("G.hn 1/1", shelf.clock.now())[2] > 100


def test_usage_never_exceeds_the_profile(shelf: SimShelf) -> None:
    shelf.put("profile", 2, {"ds": 10, "us": 10})
    shelf.changed()
    assert max(shelf.usage(next(view for view in shelf.views() if view.id == 1))) <= 10


def test_unsaved_configuration_is_lost_on_reboot(shelf: SimShelf) -> None:
    shelf.put("subscriber", 9, {"name": "kept", "vlan": 300})
    shelf.save()
    shelf.put("subscriber", 10, {"name": "lost", "vlan": 301})
    uids = {item.name: item.uid for item in shelf.running.subscribers.values()}
    shelf.reboot()
    assert [item.name for item in shelf.running.subscribers.values()] == ["C1001", "C1002", "kept"]
    assert {item.name: item.uid for item in shelf.running.subscribers.values()}["kept"] != uids["kept"]
    assert not shelf.up
    shelf.clock.advance(1)
    assert shelf.up
    assert shelf.uptime < 2


def test_faults_of_the_gate(shelf: SimShelf) -> None:
    def add(ident: int) -> None:
        shelf.execute("ssh", "admin", f"add {ident}", lambda: shelf.put("profile", ident, {"name": f"p{ident}"}))

    shelf.faults.change({"refuse": "add 5", "lose": ["add 6"], "reboot_after_writes": 2})
    with pytest.raises(RefusedText):
        add(5)
    add(6)
    assert 6 not in shelf.running.profiles
    with pytest.raises(Rebooting):
        add(7)
    assert shelf.boots == 2
    assert 7 not in shelf.running.profiles
    assert [entry.answer for entry in shelf.log.writes] == ["Injected refusal", "", ""]


def test_busy_saves_run_out(shelf: SimShelf) -> None:
    shelf.faults.change({"busy_saves": 2})
    for _ in range(2):
        with pytest.raises(RefusedText):
            shelf.save()
    shelf.save()
    assert shelf.copy_status == 1


@pytest.mark.parametrize("wanted", [{"slow": {"telnet": 1}}, {"dropped": ["x"]}, {"nonsense": 1}])
def test_unknown_faults_are_refused(shelf: SimShelf, wanted: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wanted))):
        shelf.faults.change(wanted)


def test_passwords_do_not_reach_the_log(shelf: SimShelf) -> None:
    shelf.execute("ssh", "admin", "username bob privilege 5 password unencrypted hunter2", lambda: None)
    assert "hunter2" not in shelf.log.writes[0].command
