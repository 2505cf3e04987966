"""Following a shelf's alarms: whatever it does, what stands is what is active."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.contracts import AlarmChange, AlarmLogReading, AlarmReading, AlarmSeverity, DeviceReading
from nornir_tasks.monitoring.alarm_follow import Happened, Standing, Step, follow, occurred, transients

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
alarms = st.lists(
    st.builds(
        AlarmReading,
        uuid=st.sampled_from("abcdef"),
        entity=st.sampled_from(("CPE-1", "CPE-2", "G.hn-1")),
        condition=st.sampled_from(("los", "outage")),
        severity=st.sampled_from(AlarmSeverity),
        service_affecting=st.booleans(),
    ),
    max_size=6,
).map(tuple)


def reading(active: tuple[AlarmReading, ...] | None, **values: object) -> DeviceReading:
    return DeviceReading("x", NOW, alarms=active, **values)  # type: ignore[arg-type]


def apply(standing: list[Standing], steps: tuple[Step, ...]) -> list[Standing]:
    """What stands after the steps."""
    left = {item.uuid: item for item in standing}
    for step in steps:
        if step.standing:
            del left[step.standing.uuid]
    for step in steps:
        if step.alarm:
            said = step.alarm
            assert said.uuid not in left
            left[said.uuid] = Standing(said.uuid, said.entity, said.condition, str(said.severity), said.service_affecting)
    return list(left.values())


@given(st.lists(alarms, max_size=6))
def test_what_stands_is_what_is_active(tables: list[tuple[AlarmReading, ...]]) -> None:
    standing: list[Standing] = []
    for active in tables:
        standing = apply(standing, follow(standing, reading(active), known=True))
        wanted = {item.uuid: item for item in active}
        assert {item.uuid for item in standing} == set(wanted)
        for item in standing:
            said = wanted[item.uuid]
            assert (item.entity, item.condition, item.severity) == (said.entity, said.condition, str(said.severity))
        assert follow(standing, reading(active), known=True) == ()


@given(alarms)
def test_a_restart_is_no_news(active: tuple[AlarmReading, ...]) -> None:
    standing = apply([], follow([], reading(active), known=True))
    renamed = tuple(
        AlarmReading("new" + item.uuid, item.entity, item.condition, item.severity, item.service_affecting)
        for item in {item.uuid: item for item in active}.values()
    )
    happened = {step.happened for step in follow(standing, reading(renamed), known=True)}
    assert happened <= {Happened.RENAMED, Happened.CHANGED}
    if len({(item.entity, item.condition) for item in renamed}) == len(renamed):
        assert happened <= {Happened.RENAMED}


@given(alarms, alarms)
def test_what_was_not_read_clears_nothing(before: tuple[AlarmReading, ...], after: tuple[AlarmReading, ...]) -> None:
    standing = apply([], follow([], reading(before), known=True))
    assert follow(standing, reading(None), known=True) == ()
    partly = follow(standing, reading(after, incomplete=frozenset({"alarms"})), known=True)
    used = {item.uuid for item in after}
    assert all(step.standing and step.standing.uuid in used for step in partly if step.happened is Happened.CLEARED)


def row(uuid: str, change: AlarmChange = AlarmChange.TRANSIENT) -> AlarmLogReading:
    return AlarmLogReading(1, uuid, "System", "restart", AlarmSeverity.NOT_ALARMED, True, change)


def test_transients_are_told_once_and_those_at_first_sight_are_old() -> None:
    steps, seen = transients(reading((), alarm_log=(row("a"),)), None)
    assert (steps, seen) == ((), ("a",))
    steps, seen = transients(reading((), alarm_log=(row("a"), row("b"), row("c", AlarmChange.RAISED))), seen)
    assert [step.alarm.uuid for step in steps if step.alarm] == ["b"]
    steps, seen = transients(reading((), alarm_log=()), seen)
    assert (steps, seen) == ((), ("a", "b"))
    assert transients(reading((), alarm_log=(row("b"),)), seen)[0] == ()
    assert transients(reading(()), seen) == ((), None)


def test_a_shelfs_time_is_believed_only_where_it_can_be_true() -> None:
    minute = timedelta(minutes=1)
    assert occurred((NOW - minute).isoformat(), NOW, known=True) == NOW - minute
    assert occurred((NOW + minute).isoformat(), NOW, known=True) == NOW
    for text in ("", "soon", "1970-01-01T00:10:00+00:00", "2026-03-01T11:59:00", (NOW + timedelta(days=40)).isoformat()):
        assert occurred(text, NOW, known=True) == NOW
    old = (NOW - timedelta(days=3)).isoformat()
    assert occurred(old, NOW, known=True) == NOW
    assert occurred(old, NOW, known=False) == NOW - timedelta(days=3)
