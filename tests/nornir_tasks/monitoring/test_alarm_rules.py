"""The rule engine, and what hides behind what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.monitoring.alarm_checks import clock_off_minutes
from nornir_tasks.monitoring.alarm_parents import SAME_AS, Node, parents
from nornir_tasks.monitoring.alarm_rules import NORMAL, Direction, Limits, Phase, RuleState, Verdict, advance
from nornir_tasks.monitoring.metrics import MetricKind

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
limits = st.builds(
    Limits,
    direction=st.just(Direction.AT_LEAST),
    threshold=st.just(60.0),
    clear=st.sampled_from((None, 50.0)),
    raise_after=st.sampled_from((0.0, 60.0, 150.0)),
    clear_after=st.sampled_from((0.0, 60.0, 150.0)),
)
values = st.lists(st.one_of(st.none(), st.sampled_from((40.0, 50.0, 55.0, 60.0, 70.0))), max_size=30)


def run(rule: Limits, given_values: list[float | None], sign: int = 1) -> list[tuple[int, Verdict]]:
    state, found = NORMAL, []
    for index, value in enumerate(given_values):
        state, verdict = advance(state, rule, value if value is None else sign * value, START + timedelta(minutes=index))
        if verdict is not Verdict.NOTHING:
            found.append((index, verdict))
    return found


@given(limits, values)
def test_raise_and_clear_alternate_and_keep_their_durations(rule: Limits, seen: list[float | None]) -> None:
    verdicts = run(rule, seen)
    assert [verdict for _, verdict in verdicts] == [Verdict.RAISE, Verdict.CLEAR] * (len(verdicts) // 2) + (
        [Verdict.RAISE] if len(verdicts) % 2 else []
    )
    for index, verdict in verdicts:
        wait = int((rule.raise_after if verdict is Verdict.RAISE else rule.clear_after) // 60)
        known = [value for value in seen[index - wait : index + 1] if value is not None]
        right = rule.bad if verdict is Verdict.RAISE else rule.good
        assert known
        assert all(right(value) for value in known)


@given(limits, values)
def test_missing_values_and_old_ones_conclude_nothing(rule: Limits, seen: list[float | None]) -> None:
    state = NORMAL
    for index, value in enumerate(seen):
        at = START + timedelta(minutes=index)
        state, _ = advance(state, rule, value, at)
        assert advance(state, rule, None, at) == (state, Verdict.NOTHING)
        assert advance(state, rule, float("nan"), at) == (state, Verdict.NOTHING)
        if state.since is not None:
            assert advance(state, rule, 70.0, state.since - timedelta(seconds=1)) == (state, Verdict.NOTHING)


@given(limits, values)
def test_at_most_is_the_mirror_of_at_least(rule: Limits, seen: list[float | None]) -> None:
    clear = None if rule.clear is None else -rule.clear
    mirror = Limits(Direction.AT_MOST, -rule.threshold, clear, rule.raise_after, rule.clear_after)
    assert run(mirror, seen, -1) == run(rule, seen)


def test_it_goes_on_from_what_was_stored() -> None:
    rule = Limits(Direction.AT_LEAST, 60, None, 120, 120)
    stored = RuleState(Phase.PENDING, START)
    assert advance(stored, rule, 60, START + timedelta(seconds=120))[1] is Verdict.RAISE
    assert advance(RuleState(Phase.RAISED), rule, 10, START)[0] == RuleState(Phase.CLEARING, START)


nodes = st.lists(
    st.builds(
        Node,
        id=st.uuids(),
        condition=st.sampled_from(
            ("unreachable", "outage", "los", "endpoint_lost", "plan_rate", "wrong_port", "linkdown", *SAME_AS)
        ),
        severity=st.sampled_from(("mn", "mj")),
        kind=st.sampled_from((None, *MetricKind)),
        key=st.sampled_from(("", "1", "2")),
        port=st.sampled_from((None, 1, 2)),
        rule=st.booleans(),
        age=st.integers(0, 99),
    ),
    max_size=10,
)


@given(nodes)
def test_a_parent_is_always_visible_and_something_is(standing: list[Node]) -> None:
    hidden = parents(standing)
    assert all(parent not in hidden for parent in hidden.values())
    assert not standing or len(hidden) < len(standing)


@given(st.integers(-104, 104), st.floats(0, 7))
def test_quarters_of_an_hour_do_not_count(quarters: int, minutes: float) -> None:
    clock = START + timedelta(minutes=quarters * 15 + minutes)
    assert abs(clock_off_minutes(clock, START) - minutes) < 0.01 or abs(quarters) == 104


def test_a_clock_that_was_never_set_is_years_off() -> None:
    assert clock_off_minutes(datetime(1970, 1, 2), START) > 1e6
