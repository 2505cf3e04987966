"""Diff, slots, state and planner, as properties over whole configurations and by example."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nornir_tasks.changes.diff import Removal, change_diffs, compute_changes, interrupted
from nornir_tasks.changes.planner import plan_shelf
from nornir_tasks.changes.slots import cheapest_way_out, look, plan_slots
from nornir_tasks.changes.state import apply_all, apply_to, differences, find, objects
from nornir_tasks.changes.state_hash import state_hash
from nornir_tasks.contracts import (
    Change,
    ChangeAction,
    ChangeKind,
    EndpointConfig,
    FieldDiff,
    ProfileConfig,
    ShelfConfig,
    SubscriberConfig,
    Transport,
)
from nornir_tasks.gam.catalog import MAX_PROFILES
from nornir_tasks.gam.commands import render
from nornir_tasks.gam.parsers import parse_config
from nornir_tasks.gam.rules import BUILTIN_PROFILE, check_config
from tests.nornir_tasks.strategies import COPPER, MODEL, cli_configs, rpc_configs, transitions

type Transition = tuple[ShelfConfig, ShelfConfig, tuple[Removal, ...]]

common = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
EP1 = EndpointConfig("ep1", "00:0e:d8:00:00:01", 1, id=1)
EP2 = EndpointConfig("ep2", "00:0e:d8:00:00:02", 2, id=2)
P100 = ProfileConfig("100M", 108, 54, id=2)
SHELF = ShelfConfig(
    profiles=(P100, BUILTIN_PROFILE),
    endpoints=(EP1, EP2),
    subscribers=(SubscriberConfig("a", 10, "ep1", profile="100M", id=1), SubscriberConfig("b", 11, "ep2", id=2)),
)


@common
@given(transitions(rpc_configs()))
def test_applying_the_changes_gives_what_was_wished(case: Transition) -> None:
    actual, desired, removals = case
    plan = plan_shelf("gam", Transport.JSONRPC, actual, desired, removals, MODEL)
    if plan.violations:
        return
    result = apply_all(actual, [step.change for step in plan.steps])
    wished = plan_slots(actual, desired, removals).desired
    for kind in ChangeKind:
        for item in objects(wished, kind):
            present = find(result, kind, item.name)
            assert present is not None
            if isinstance(item, EndpointConfig) and item.auto_port and isinstance(present, EndpointConfig) and present.port:
                present = replace(present, port=None, auto_port=True)
            assert present == item
    for kind, name in removals:
        renamed = {step.change.after.name for step in plan.steps if step.change.before and step.change.after}
        assert find(result, kind, name) is None or name in renamed
    again = plan_shelf("gam", Transport.JSONRPC, result, desired, removals, MODEL)
    assert again.steps == ()
    assert again.violations == ()
    assert again.state_hash == state_hash(result)


@common
@given(transitions(cli_configs()))
def test_every_step_obeys_the_rules_and_its_inverse_restores(case: Transition) -> None:
    actual, desired, removals = case
    plan = plan_shelf("gam", Transport.JSONRPC, actual, desired, removals, MODEL)
    states = [actual]
    for step in plan.steps:
        states.append(apply_to(states[-1], step.change))
        assert check_config(states[-1], MODEL) == ()
    for step, before, after in zip(reversed(plan.steps), reversed(states[:-1]), reversed(states[1:]), strict=True):
        restored = apply_to(after, step.change.inverse())
        assert differences(before, restored) == ()
        assert state_hash(restored) == state_hash(before)


def test_endpoints_that_swap_their_devices_never_have_the_same_one() -> None:
    swapped = replace(SHELF, endpoints=(replace(EP1, mac=EP2.mac), replace(EP2, mac=EP1.mac)))
    plan = plan_shelf("gam", Transport.SSH, SHELF, swapped, (), MODEL)
    assert plan.violations == ()
    states = [SHELF]
    for step in plan.steps:
        states.append(apply_to(states[-1], step.change))
    assert [check_config(state, MODEL) for state in states] == [()] * 4, "three steps"
    assert differences(swapped, states[-1]) == ()


@common
@given(transitions(cli_configs()))
def test_lines_do_what_the_plan_says(case: Transition) -> None:
    """The lines, read back by the parser, lead to the same configuration; the undo lines lead back."""
    actual, desired, removals = case
    plan = plan_shelf("gam", Transport.SSH, actual, desired, removals, MODEL)
    if plan.violations:
        return
    start = _as_text(actual)
    body = [line for step in plan.steps for line in step.sends]
    undo = [line for step in reversed(plan.steps) for line in step.undo_sends]
    expected = apply_all(actual, [step.change for step in plan.steps])
    assert _parsed([*start, *body]) == replace(expected, raw="")
    assert _parsed([*start, *body, *undo]) == replace(actual, raw="")


def _as_text(config: ShelfConfig) -> list[str]:
    empty = ShelfConfig(profiles=(BUILTIN_PROFILE,))
    lines: list[str] = []
    for kind in ChangeKind:
        for item in objects(config, kind):
            if item != BUILTIN_PROFILE:
                change = Change(ChangeAction.ADD, kind, item.name, after=item)
                lines += render(change, empty)
                empty = apply_to(empty, change)
    return lines


def _parsed(lines: list[str]) -> ShelfConfig:
    return replace(parse_config("\n".join(["hostname x", *lines, "end"])), raw="")


@given(cli_configs(), st.randoms(use_true_random=False))
def test_hash_ignores_ids_and_order_only(config: ShelfConfig, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(config.subscribers)
    random.shuffle(shuffled)
    assert state_hash(replace(config, subscribers=tuple(replace(s, id=0) for s in shuffled), raw="x")) == state_hash(config)
    if config.subscribers:
        first = config.subscribers[0]
        other = replace(first, vlan=3 if first.vlan != 3 else 4)
        assert state_hash(replace(config, subscribers=(other, *config.subscribers[1:]))) != state_hash(config)


def test_what_is_not_named_stays() -> None:
    wish = ShelfConfig(subscribers=(replace(SHELF.subscribers[0], vlan=4094, id=0),))
    changes = compute_changes(SHELF, wish)
    assert [(c.action, c.kind, c.name) for c in changes] == [("set", "subscriber", "a")]
    assert change_diffs(changes[0]) == (FieldDiff("VLAN", "10", "4094"),)
    assert apply_all(SHELF, changes).endpoints == SHELF.endpoints
    assert compute_changes(SHELF, ShelfConfig()) == ()


def test_order_of_adding_and_removing() -> None:
    wish = ShelfConfig(
        profiles=(ProfileConfig("50M", 54, 54),),
        endpoints=(EndpointConfig("new", "00:0e:d8:00:00:03", 3),),
        subscribers=(SubscriberConfig("c", 12, "new", profile="50M"),),
    )
    removals = (
        (ChangeKind.PROFILE, "100M"),
        (ChangeKind.ENDPOINT, "ep1"),
        (ChangeKind.SUBSCRIBER, "a"),
        (ChangeKind.SUBSCRIBER, "nobody"),
    )
    plan = plan_shelf("gam", Transport.SSH, SHELF, wish, removals, MODEL, "test")
    assert [line for step in plan.steps for line in step.sends] == [
        "no ghn subscriber 1",
        "no ghn endpoint 1",
        "no ghn bw-profile 2",
        'ghn bw-profile 2 name "50M" rate-downstream 54 rate-upstream 54',
        'ghn endpoint 1 name "new" mac-address 00:0e:d8:00:00:03 port 3',
        'ghn subscriber 1 name "c" vid 12 endpoint 1 bw-profile 2',
    ]
    assert plan.interrupts == ("a",)
    assert plan.steps[0].change.reason == "test"


def test_endpoint_given_from_one_subscriber_to_another() -> None:
    wish = ShelfConfig(subscribers=(SubscriberConfig("c", 12, "ep1"),))
    assert plan_shelf("gam", Transport.SSH, SHELF, wish, (), MODEL).violations[0].field == "endpoint"
    plan = plan_shelf("gam", Transport.SSH, SHELF, wish, ((ChangeKind.SUBSCRIBER, "a"),), MODEL)
    assert [step.change.action for step in plan.steps] == ["remove", "add"]


def test_two_subscribers_swap_their_endpoints() -> None:
    a, b = SHELF.subscribers
    wish = ShelfConfig(subscribers=(replace(a, endpoint="ep2"), replace(b, endpoint="ep1")))
    plan = plan_shelf("gam", Transport.SSH, SHELF, wish, (), MODEL)
    assert [line for step in plan.steps for line in step.sends] == [
        "no ghn subscriber 1 endpoint",
        "ghn subscriber 2 endpoint 1",
        "ghn subscriber 1 endpoint 2",
    ]
    assert plan.interrupts == ("a", "b")


def test_two_copper_endpoints_swap_their_ports() -> None:
    wish = ShelfConfig(endpoints=(replace(EP1, port=2), replace(EP2, port=1)))
    plan = plan_shelf("gam", Transport.SSH, replace(SHELF, subscribers=()), wish, (), COPPER)
    assert [line for step in plan.steps for line in step.sends] == [
        "ghn endpoint 1 port unassigned",
        "ghn endpoint 2 port 1",
        "ghn endpoint 1 port 2",
    ]


def test_known_mac_under_another_name_is_renamed() -> None:
    wish = ShelfConfig(
        endpoints=(EndpointConfig("house 7", EP1.mac, 1),), subscribers=(replace(SHELF.subscribers[0], endpoint="house 7"),)
    )
    plan = plan_shelf("gam", Transport.SSH, SHELF, wish, (), MODEL)
    assert [step.sends for step in plan.steps] == [('ghn endpoint 1 name "house 7"',)]
    assert plan.steps[0].undo_sends == ('ghn endpoint 1 name "ep1"',)
    result = apply_all(SHELF, [step.change for step in plan.steps])
    assert result.subscribers[0].endpoint == "house 7"
    assert plan.interrupts == ()


def test_auto_port_is_satisfied_by_the_port_it_locked_to() -> None:
    wish = ShelfConfig(endpoints=(replace(EP1, port=None, auto_port=True),))
    assert compute_changes(SHELF, wish) == ()


def test_slots_are_shared_by_rate_and_never_the_builtin_one() -> None:
    profiles = (ProfileConfig("Gold", 108, 54), ProfileConfig("Slow", 10, 10), ProfileConfig("Slower", 10, 10))
    subscribers = (SubscriberConfig("x", 20, profile="Gold"), SubscriberConfig("y", 20, profile="Slower"))
    wish = ShelfConfig(profiles, (), subscribers)
    slots = plan_slots(SHELF, wish)
    assert slots.reused == {"Gold": "100M", "Slower": "Slow"}
    assert [p.name for p in slots.desired.profiles] == ["Slow"]
    assert [s.profile for s in slots.desired.subscribers] == ["100M", "Slow"]


def full_shelf(**changes: int) -> ShelfConfig:
    profiles = [ProfileConfig(f"p{n:02}", changes.get(f"p{n:02}", 100 + n), 50, id=n) for n in range(2, 16)]
    subscribers = [SubscriberConfig(f"s{n:02}", 10, profile=f"p{n:02}", id=n) for n in range(2, 16)]
    return ShelfConfig((BUILTIN_PROFILE, *profiles), (), tuple(subscribers))


def test_full_slots_name_the_cheapest_way_out() -> None:
    wish = ShelfConfig((ProfileConfig("New", 999, 999),))
    plan = plan_shelf("gam", Transport.SSH, full_shelf(), wish, (), MODEL)
    assert plan.steps == ()
    assert [v.subject for v in plan.violations] == ["New"]
    assert plan.violations[0].rule == (
        "all 15 profile slots of the shelf are used; "
        "merge p02 into p03, which has 103/50 instead of 102/50 Mbit/s (1 subscriber moves)"
    )
    far = replace(full_shelf(), profiles=(BUILTIN_PROFILE, *(ProfileConfig(f"p{n:02}", n * 50, 50, id=n) for n in range(2, 16))))
    assert "move the 1 subscriber of p02" in cheapest_way_out(far)
    assert "merge p02 into p03" in cheapest_way_out(full_shelf(p02=103))
    unused = replace(full_shelf(), subscribers=full_shelf().subscribers[1:])
    assert "remove an unused one: p02" in cheapest_way_out(unused)
    lines = ["no ghn bw-profile 2", 'ghn bw-profile 2 name "New" rate-downstream 999 rate-upstream 999']
    asked = plan_shelf("gam", Transport.SSH, unused, wish, ((ChangeKind.PROFILE, "p02"),), MODEL)
    assert [line for step in asked.steps for line in step.sends] == lines
    freed = plan_shelf("gam", Transport.SSH, unused, wish, (), MODEL, "Activate x")
    assert [line for step in freed.steps for line in step.sends] == lines
    assert [step.change.reason for step in freed.steps] == [
        "nobody uses this profile and all slots are taken: its slot is needed",
        "Activate x",
    ]


def test_an_unused_profile_stays_while_there_is_room_or_it_is_wanted() -> None:
    roomy = replace(full_shelf(), profiles=full_shelf().profiles[:-1], subscribers=full_shelf().subscribers[1:-1])
    assert plan_slots(roomy, ShelfConfig((ProfileConfig("New", 999, 999),))).freed == ()
    unused = replace(full_shelf(), subscribers=full_shelf().subscribers[1:])
    both = ShelfConfig((ProfileConfig("New", 999, 999), ProfileConfig("p02", 102, 50)))
    assert "all 15 profile slots" in plan_slots(unused, both).violations[0].rule


RATES = st.sampled_from((50, 100, 102, 104, 110, 200, 500))


@st.composite
def crowded(draw: st.DrawFn) -> tuple[ShelfConfig, ShelfConfig]:
    """A shelf with 0-14 profiles of which some serve nobody, and a wish for up to five more speeds."""
    count = draw(st.integers(0, 14))
    rates = draw(st.lists(st.tuples(RATES, RATES), min_size=count, max_size=count))
    profiles = tuple(ProfileConfig(f"p{n:02}", *pair, id=n) for n, pair in enumerate(rates, 2))
    names = st.sampled_from([None, *(profile.name for profile in profiles)])
    held = draw(st.lists(names, max_size=30))
    subscribers = tuple(SubscriberConfig(f"s{n:03}", 10, profile=name, id=n) for n, name in enumerate(held, 1))
    speeds = draw(st.lists(st.tuples(RATES, RATES), max_size=5, unique=True))
    wish = ShelfConfig(
        tuple(ProfileConfig(f"new {down}/{up}", down, up) for down, up in speeds),
        (),
        tuple(SubscriberConfig(f"n{n}", 10, profile=f"new {down}/{up}") for n, (down, up) in enumerate(speeds)),
    )
    return ShelfConfig((BUILTIN_PROFILE, *profiles), (), subscribers), wish


@common
@given(crowded())
def test_slots_never_exceed_15_and_only_what_nobody_uses_is_freed(case: tuple[ShelfConfig, ShelfConfig]) -> None:
    actual, wish = case
    plan = plan_shelf("gam", Transport.SSH, actual, wish, (), MODEL)
    if plan.violations:
        known = {(p.downstream_mbps, p.upstream_mbps) for p in actual.profiles[1:]}
        new = {(p.downstream_mbps, p.upstream_mbps) for p in wish.profiles} - known
        reusable = sum(p.name in look(actual).unused for p in actual.profiles)
        assert len(new) > MAX_PROFILES - len(actual.profiles), "refused although there is room"
        assert reusable < 14
        return
    state = actual
    for step in plan.steps:
        state = apply_to(state, step.change)
        assert len(state.profiles) <= MAX_PROFILES
    served = {item.name: item.profile for item in state.subscribers}
    assert all(served[item.name] == item.profile for item in actual.subscribers)
    present = {item.name: (item.downstream_mbps, item.upstream_mbps) for item in state.profiles}
    for profile, subscriber in zip(wish.profiles, wish.subscribers, strict=True):
        assert present[served[subscriber.name] or ""] == (profile.downstream_mbps, profile.upstream_mbps)
    if any(step.change.after is None for step in plan.steps):
        assert len(state.profiles) == MAX_PROFILES, "freed more than was needed"


@common
@given(crowded())
def test_a_merge_makes_nobody_slower_and_the_first_is_the_cheapest(case: tuple[ShelfConfig, ShelfConfig]) -> None:
    shelf, _ = case
    use = look(shelf)
    assert use.headroom == MAX_PROFILES - sum(bool(use.users[p.name]) for p in shelf.profiles[1:]) - 1
    for merge in use.merges:
        assert merge.moves == sum(s.profile == merge.leave.name for s in shelf.subscribers) > 0
        assert merge.leave.downstream_mbps <= merge.into.downstream_mbps <= merge.leave.downstream_mbps * 1.05
        assert merge.leave.upstream_mbps <= merge.into.upstream_mbps <= merge.leave.upstream_mbps * 1.05
        assert use.merges[0].moves <= merge.moves
        moved = tuple(replace(s, profile=merge.into.name) if s.profile == merge.leave.name else s for s in shelf.subscribers)
        assert merge.leave.name in look(replace(shelf, subscribers=moved)).unused


def test_violations_stop_a_plan_but_not_for_what_others_broke_before() -> None:
    broken = replace(SHELF, subscribers=(*SHELF.subscribers, SubscriberConfig("odd", 3841, id=9)))
    fine = plan_shelf("gam", Transport.SSH, broken, ShelfConfig(subscribers=(replace(SHELF.subscribers[0], vlan=12),)), (), MODEL)
    assert len(fine.steps) == 1
    for wish, field in (
        (ShelfConfig(subscribers=(SubscriberConfig("new", 3841),)), "vlan"),
        (ShelfConfig(subscribers=(SubscriberConfig("new", 10, profile="none such"),)), "profile"),
        (ShelfConfig(endpoints=(EndpointConfig("new", "00:0e:d8:00:00:09", 13),)), "port"),
        (ShelfConfig(profiles=(replace(BUILTIN_PROFILE, downstream_mbps=20),)), "profile"),
    ):
        plan = plan_shelf("gam", Transport.SSH, SHELF, wish, (), MODEL)
        assert plan.steps == ()
        assert field in {v.field for v in plan.violations}


def test_builtin_profile_stays_and_contradictions_are_named() -> None:
    plan = plan_shelf("gam", Transport.SSH, SHELF, ShelfConfig(), ((ChangeKind.PROFILE, BUILTIN_PROFILE.name),), MODEL)
    assert "built-in" in plan.violations[0].rule
    plan = plan_shelf("gam", Transport.SSH, SHELF, ShelfConfig(endpoints=(EP1,)), ((ChangeKind.ENDPOINT, "ep1"),), MODEL)
    assert "same time" in plan.violations[0].rule


@pytest.mark.parametrize(
    ("field", "value"), [("trunk", True), ("double_tag", True), ("outer_vlan", 20), ("nni", "10G 1/1")]
)  # fmt: skip
def test_what_the_command_line_cannot_say(field: str, value: object) -> None:
    wish = ShelfConfig(subscribers=(replace(SHELF.subscribers[0], **{"double_tag": True, "outer_vlan": 20} | {field: value}),))
    plan = plan_shelf("gam", Transport.SSH, SHELF, wish, (), MODEL)
    assert plan.steps == ()
    assert field in {v.field for v in plan.violations}
    assert all("has no words" in v.rule for v in plan.violations)
    assert len(plan_shelf("gam", Transport.JSONRPC, SHELF, wish, (), MODEL).steps) == 1


def test_what_could_not_be_put_back_is_not_removed_over_ssh() -> None:
    lines = ["hostname x", *_as_text(SHELF), "end"]
    lines[-2] += " double-tag-vid 120"
    shelf = parse_config("\n".join(lines))
    gone = ((ChangeKind.SUBSCRIBER, "b"),)
    plan = plan_shelf("gam", Transport.SSH, shelf, ShelfConfig(), gone, MODEL)
    assert plan.steps == ()
    assert plan.violations[0].value == "double-tag-vid 120"
    assert len(plan_shelf("gam", Transport.JSONRPC, shelf, ShelfConfig(), gone, MODEL).steps) == 1
    suspended = ShelfConfig(subscribers=(replace(SHELF.subscribers[1], vlan=4094),))
    assert len(plan_shelf("gam", Transport.SSH, shelf, suspended, (), MODEL).steps) == 1


def test_interruptions() -> None:
    def change(**fields: object) -> Change:
        before = SHELF.subscribers[0]
        return Change(ChangeAction.SET, ChangeKind.SUBSCRIBER, "a", before, replace(before, **fields))

    assert interrupted(SHELF, [change(profile=None, description="x")]) == ()
    assert interrupted(SHELF, [change(vlan=20)]) == ("a",)
    moved = Change(ChangeAction.SET, ChangeKind.ENDPOINT, "ep2", EP2, replace(EP2, port=3))
    assert interrupted(SHELF, [moved]) == ("b",)


def test_differences_in_words() -> None:
    other = replace(SHELF, endpoints=(replace(EP1, port=3),), subscribers=(*SHELF.subscribers, SubscriberConfig("c", 9)))
    assert differences(SHELF, other) == (
        "endpoint 'ep1': port expected 1, found 3",
        "endpoint 'ep2' is missing on the shelf",
        "subscriber 'c' is on the shelf and was not expected",
    )
