"""Applying, verifying, saving and undoing plans on simulated shelves that misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.plugins.runners import SerialRunner

from nornir_tasks.changes.planner import plan_shelf
from nornir_tasks.changes.state import apply_all, differences, sayable
from nornir_tasks.changes.state_hash import state_hash
from nornir_tasks.connections.json_rpc import json_rpc_options
from nornir_tasks.contracts import (
    ApplyOutcome,
    ApplyResult,
    ChangeKind,
    EndpointConfig,
    ProfileConfig,
    ShelfConfig,
    ShelfPlan,
    StepEvent,
    StepState,
    SubscriberConfig,
    Transport,
)
from nornir_tasks.drivers.base import GamDriver
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.gam.catalog import BY_NAME
from nornir_tasks.gam.platform import PLATFORM, scrapli_options
from nornir_tasks.tasks.backup import backup
from nornir_tasks.tasks.provision import Patience, apply_plan, provision, recover_plan
from tests.nornir_tasks.drivers.conftest import Bench, make_bench

MODEL = BY_NAME["GAM-12-C"]
QUICK = Patience(reconnects=40, reconnect_seconds=0.05, saves=3, save_seconds=0.01, settle_seconds=0.05)
WISH = ShelfConfig(
    (ProfileConfig("1G", 1080, 1080),),
    (EndpointConfig("ep3", "00:0e:d8:00:00:03", 3),),
    (
        SubscriberConfig("c", 200, "ep3", profile="1G"),
        SubscriberConfig("a", 4094, "ep1", profile="100M", description="first floor"),
    ),
)


@pytest.fixture(params=list(Transport), ids=str)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    yield from make_bench(request.param)


@pytest.fixture
def driver(bench: Bench) -> Iterator[GamDriver]:
    with bench.driver() as opened:
        yield opened


class Book:
    """A journal that keeps its entries, and may act or raise when one comes."""

    def __init__(self, react: Callable[[StepEvent], None] | None = None) -> None:
        self.entries: list[StepEvent] = []
        self.react = react

    def __call__(self, entry: StepEvent) -> None:
        self.entries.append(entry)
        if self.react is not None:
            self.react(entry)

    @property
    def phases(self) -> list[str]:
        return [entry.phase for entry in self.entries]

    def states(self, phase: str = "step") -> list[tuple[int, StepState | None]]:
        return [(entry.index, entry.state) for entry in self.entries if entry.phase == phase]


def plan_for(driver: GamDriver, wish: ShelfConfig = WISH, removals: tuple[tuple[ChangeKind, str], ...] = ()) -> ShelfPlan:
    plan = plan_shelf("gam-1", driver.transport, driver.read_running(), wish, removals, MODEL, "test")
    assert plan.violations == ()
    return plan


def untouched(bench: Bench, result: ApplyResult, before: ShelfConfig) -> None:
    """The shelf is what it was, in running and in startup, read over a new session."""
    bench.faults(clear=True)
    with bench.driver() as driver:
        assert differences(before, driver.read_running()) == ()
        assert differences(sayable(before), sayable(driver.read_startup())) == ()
    assert result.saved is False
    assert result.verified is False


def test_apply_writes_verifies_and_saves(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_running()
    plan = plan_for(driver)
    journal = Book()
    result = apply_plan(driver, plan, journal, QUICK)
    assert (result.outcome, result.saved, result.verified, result.difference) == (ApplyOutcome.APPLIED, True, True, ())
    assert result.sent == tuple(text for step in plan.steps for text in step.sends)
    expected = apply_all(before, [step.change for step in plan.steps])
    running = driver.read_running()
    assert differences(expected, running) == ()
    assert result.state_hash_after == state_hash(running)
    assert journal.phases == ["reread", "original", *["step"] * 8, "verify", "save", "verify_startup", "done"]
    if bench.target.transport is Transport.SSH:
        assert bench.written() == [*result.sent, "copy running-config startup-config"]
    bench.on_shelf(lambda shelf: shelf.reboot())
    bench.on_shelf(lambda shelf: setattr(shelf, "down_until", 0.0))
    driver.open()
    assert differences(sayable(running), sayable(driver.read_running())) == ()


def test_second_time_writes_nothing(bench: Bench, driver: GamDriver) -> None:
    apply_plan(driver, plan_for(driver), Book(), QUICK)
    written = len(bench.written())
    again = plan_for(driver)
    assert again.steps == ()
    journal = Book()
    result = apply_plan(driver, again, journal, QUICK)
    assert result.outcome is ApplyOutcome.NOTHING_TO_DO
    assert journal.phases == ["done"]
    assert len(bench.written()) == written


def test_every_step_is_recorded_before_it_is_sent(bench: Bench, driver: GamDriver) -> None:
    seen: list[tuple[int, int]] = []

    def react(entry: StepEvent) -> None:
        if entry.phase == "step" and entry.state is StepState.SENDING:
            seen.append((entry.index, len(bench.written())))

    apply_plan(driver, plan_for(driver), Book(react), QUICK)
    assert seen == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_a_journal_that_cannot_store_stops_everything(bench: Bench, driver: GamDriver) -> None:
    def react(entry: StepEvent) -> None:
        if entry.phase == "step" and entry.index == 1:
            raise OSError("database is gone")

    before = driver.read_running()
    plan = plan_for(driver)
    with pytest.raises(OSError, match="database is gone"):
        apply_plan(driver, plan, Book(react), QUICK)
    assert len(bench.written()) == 1
    result = recover_plan(driver, plan, Book(), QUICK)
    assert result.outcome is ApplyOutcome.ROLLED_BACK
    untouched(bench, result, before)


def test_stale_plan_writes_nothing_and_says_what_changed(bench: Bench, driver: GamDriver) -> None:
    plan = plan_for(driver)
    bench.on_shelf(lambda shelf: setattr(shelf.running.subscribers[1], "vlan", 777))
    result = apply_plan(driver, plan, Book(), QUICK)
    assert result.outcome is ApplyOutcome.STALE
    assert any("VLAN was 100, is 777" in line for line in result.difference)
    assert bench.written() == []


def test_moved_id_is_stale_where_the_id_is_in_the_line(bench: Bench, driver: GamDriver) -> None:
    plan = plan_for(driver)

    def move(shelf) -> None:  # type: ignore[no-untyped-def]
        subscriber = shelf.running.subscribers.pop(1)
        shelf.running.subscribers[9] = subscriber
        subscriber.id = 9

    bench.on_shelf(move)
    result = apply_plan(driver, plan, Book(), QUICK)
    if bench.target.transport is Transport.SSH:
        assert result.outcome is ApplyOutcome.STALE
        assert "would now be 'ghn subscriber 1 name" in result.difference[0]
        assert bench.written() == []
    else:
        assert result.outcome is ApplyOutcome.APPLIED


def test_refused_step_is_undone(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_running()
    plan = plan_for(driver)
    # the last step in canonical order refers to the subscriber that has the description "first floor"
    bench.faults(refuse={'"c"': "Database is locked"})
    journal = Book()
    result = apply_plan(driver, plan, journal, QUICK)
    assert result.outcome is ApplyOutcome.ROLLED_BACK
    assert result.failure is not None
    assert result.failure.kind is ErrorKind.REJECTED
    assert "Database is locked" in result.failure.message
    undone = [entry for entry in journal.entries if entry.phase == "undo" and entry.state is StepState.UNDONE]
    done = [entry for entry in journal.entries if entry.phase == "step" and entry.state is StepState.DONE]
    assert [entry.index for entry in undone] == [entry.index for entry in reversed(done)]
    assert [entry.sent for entry in undone] == [plan.steps[entry.index].undo_sends for entry in undone]
    assert result.state_hash_after == plan.state_hash
    untouched(bench, result, before)


def test_lost_write_is_found_by_reading_back(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_running()
    bench.faults(lose=["4094"])
    result = apply_plan(driver, plan_for(driver), Book(), QUICK)
    assert result.outcome is ApplyOutcome.ROLLED_BACK
    assert any("VLAN expected 4094, found 100" in line for line in result.difference)
    untouched(bench, result, before)


def test_reboot_in_the_middle_loses_the_running_change_and_that_is_verified(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_running()
    bench.faults(reboot_after_writes=2)
    journal = Book()
    result = apply_plan(driver, plan_for(driver), journal, QUICK)
    assert result.outcome is ApplyOutcome.ROLLED_BACK
    assert result.failure is not None
    assert result.failure.kind in (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT)
    assert {state for _, state in journal.states("undo")} == {StepState.SKIPPED}
    untouched(bench, result, before)


def test_reboot_that_loses_what_somebody_else_had_not_saved_needs_attention(bench: Bench, driver: GamDriver) -> None:
    bench.on_shelf(lambda shelf: setattr(shelf.running.subscribers[1], "description", "unsaved"))
    bench.faults(reboot_after_writes=1)
    wish = replace(WISH, subscribers=WISH.subscribers[:1])
    result = apply_plan(driver, plan_for(driver, wish), Book(), QUICK)
    assert result.outcome is ApplyOutcome.NEEDS_ATTENTION
    assert "subscriber 'a': description expected unsaved, found first floor" in result.difference


def test_dropped_session_is_reopened_to_undo() -> None:
    for bench in make_bench(Transport.SSH):
        with bench.driver() as driver:
            before = driver.read_running()
            plan = plan_for(driver)

            def react(entry: StepEvent, bench: Bench = bench) -> None:
                if entry.phase == "step" and entry.index == 2 and entry.state is StepState.SENDING:
                    bench.faults(disconnect_after=1)

            journal = Book(react)
            result = apply_plan(driver, plan, journal, QUICK)
            assert result.outcome is ApplyOutcome.ROLLED_BACK
            assert result.failure is not None
            assert result.failure.kind is ErrorKind.UNREACHABLE
            assert [index for index, state in journal.states("undo") if state is StepState.UNDONE][-2:] == [1, 0]
            untouched(bench, result, before)


def test_busy_save_is_tried_again_a_few_times(bench: Bench, driver: GamDriver) -> None:
    bench.faults(busy_saves=2)
    assert apply_plan(driver, plan_for(driver), Book(), QUICK).outcome is ApplyOutcome.APPLIED


def test_save_that_stays_busy_is_undone(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_running()
    bench.faults(busy_saves=50)
    result = apply_plan(driver, plan_for(driver), Book(), QUICK)
    assert result.outcome is ApplyOutcome.ROLLED_BACK
    assert result.failure is not None
    assert "in progress" in result.failure.message
    untouched(bench, result, before)


def test_save_that_is_acknowledged_and_not_done_is_found(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_running()
    save = "copy running-config startup-config" if bench.target.transport is Transport.SSH else "icfg.control.copy.set"
    bench.faults(lose=[save])
    result = apply_plan(driver, plan_for(driver), Book(), QUICK)
    assert result.outcome is ApplyOutcome.ROLLED_BACK
    assert any(line.startswith("startup: ") for line in result.difference)
    untouched(bench, result, before)


def test_startup_that_cannot_be_read_is_said(bench: Bench, driver: GamDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    before = driver.read_running()

    def unreadable() -> ShelfConfig:
        raise DeviceError(ErrorKind.UNSUPPORTED, "no such method")

    monkeypatch.setattr(driver, "read_startup", unreadable)
    result = apply_plan(driver, plan_for(driver), Book(), QUICK)
    assert (result.outcome, result.difference) == (ApplyOutcome.APPLIED, ("startup could not be read: no such method",))
    bench.faults(busy_saves=50)
    back = replace(WISH, profiles=(), endpoints=(), subscribers=(before.subscribers[0],))
    result = apply_plan(driver, plan_for(driver, back), Book(), QUICK)
    assert result.outcome is ApplyOutcome.NEEDS_ATTENTION
    assert "startup: a save was tried and cannot be checked" in result.difference


def test_save_that_nobody_answers_but_was_done_counts(bench: Bench, driver: GamDriver) -> None:
    """The connection is lost while the shelf writes its flash."""
    original = driver.save

    def save_and_lose() -> str:
        original()
        bench.on_shelf(lambda shelf: [listener() for listener in list(shelf.listeners)])
        raise DeviceError(ErrorKind.TIMEOUT, "no answer within the time limit")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver, "save", save_and_lose)
        result = apply_plan(driver, plan_for(driver), Book(), QUICK)
    assert (result.outcome, result.saved) == (ApplyOutcome.APPLIED, True)
    with bench.driver() as other:
        assert differences(sayable(other.read_running()), sayable(other.read_startup())) == ()


def test_garbage_while_rereading_writes_nothing(bench: Bench, driver: GamDriver) -> None:
    plan = plan_for(driver)
    bench.faults(garbage=[str(bench.target.transport)])
    result = apply_plan(driver, plan, Book(), QUICK)
    assert result.outcome is ApplyOutcome.FAILED
    assert result.failure is not None
    assert result.failure.kind is ErrorKind.UNPARSEABLE
    assert bench.written() == []


def test_garbage_after_writing_is_outwaited_and_undone(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_running()
    protocol = str(bench.target.transport)

    def react(entry: StepEvent) -> None:
        if entry.phase == "verify":
            bench.faults(garbage=[protocol])
            bench.fleet._loop.call_soon_threadsafe(bench.fleet._loop.call_later, 0.5, bench.shelf.faults.clear)

    result = apply_plan(driver, plan_for(driver), Book(react), QUICK)
    assert result.outcome is ApplyOutcome.ROLLED_BACK
    untouched(bench, result, before)


def test_undo_that_is_refused_needs_attention(bench: Bench, driver: GamDriver) -> None:
    plan = plan_for(driver)
    bench.faults(refuse={'"c"': "Database is locked", "no ghn": "Write protected", ".del": "Write protected"})
    result = apply_plan(driver, plan, Book(), QUICK)
    assert result.outcome is ApplyOutcome.NEEDS_ATTENTION
    assert any("Write protected" in line for line in result.difference)
    bench.faults(clear=True)
    assert differences(driver.read_startup(), driver.read_startup()) == ()


@pytest.mark.parametrize("died_at", ["before", "middle", "verify", "save", "after"])
def test_recovering_a_plan_whose_worker_died(bench: Bench, driver: GamDriver, died_at: str) -> None:
    before = driver.read_running()
    plan = plan_for(driver)

    class Killed(Exception):
        pass

    def react(entry: StepEvent) -> None:
        first = died_at == "before" and entry.phase == "step" and entry.state is StepState.SENDING
        middle = died_at == "middle" and entry.phase == "step" and entry.index == 2 and entry.state is StepState.DONE
        if first or middle or entry.phase == died_at or (died_at == "after" and entry.phase == "verify_startup"):
            raise Killed

    with pytest.raises(Killed):
        apply_plan(driver, plan, Book(react), QUICK)
    with bench.driver() as other:
        result = recover_plan(other, plan, Book(), QUICK)
        if died_at in ("before", "middle"):
            assert result.outcome is ApplyOutcome.ROLLED_BACK
            assert differences(before, other.read_running()) == ()
        else:
            assert (result.outcome, result.saved) == (ApplyOutcome.APPLIED, True)
            assert differences(apply_all(before, [step.change for step in plan.steps]), other.read_running()) == ()
        assert differences(sayable(other.read_running()), sayable(other.read_startup())) == ()


def test_recovering_a_plan_of_sets_of_which_none_was_made(bench: Bench, driver: GamDriver) -> None:
    plan = plan_for(driver, ShelfConfig(subscribers=(replace(WISH.subscribers[1], endpoint=None),)))
    result = recover_plan(driver, plan, Book(), QUICK)
    assert (result.outcome, result.difference) == (ApplyOutcome.ROLLED_BACK, ("found after 0 of 1 steps",))
    assert bench.written() == []


def test_recovering_a_step_of_two_lines_of_which_one_was_sent() -> None:
    for bench in make_bench(Transport.SSH):
        with bench.driver() as driver:
            before = driver.read_running()
            plan = plan_for(driver, ShelfConfig(subscribers=(replace(WISH.subscribers[1], endpoint=None),)))
            assert len(plan.steps[0].sends) == 2
            driver.apply(plan.steps[0].sends[:1])
            result = recover_plan(driver, plan, Book(), QUICK)
            assert result.outcome is ApplyOutcome.ROLLED_BACK
            assert result.sent == ("ghn subscriber 1 vid 100",)
            untouched(bench, result, before)


def test_recovering_a_shelf_nobody_recognises_writes_nothing(bench: Bench, driver: GamDriver) -> None:
    plan = plan_for(driver)
    driver.apply(plan.steps[0].sends)
    bench.on_shelf(lambda shelf: setattr(shelf.running.subscribers[1], "vlan", 777))
    written = bench.written()
    result = recover_plan(driver, plan, Book(), QUICK)
    assert result.outcome is ApplyOutcome.NEEDS_ATTENTION
    assert bench.written() == written


def test_plan_with_violations_is_refused(bench: Bench, driver: GamDriver) -> None:
    wish = ShelfConfig(subscribers=(SubscriberConfig("x", 3841),))
    plan = plan_shelf("gam-1", driver.transport, driver.read_running(), wish, (), MODEL)
    result = apply_plan(driver, plan, Book(), QUICK)
    assert result.outcome is ApplyOutcome.FAILED
    assert "x: vlan 3841" in result.difference[0]
    assert bench.written() == []


def test_only_json_rpc_can_say_double_tags() -> None:
    wish = ShelfConfig(
        subscribers=(SubscriberConfig("b", 1409, "ep2", double_tag=True, outer_vlan=120, nni="10GigabitEthernet 1/1", trunk=True),)
    )
    for bench in make_bench(Transport.JSONRPC):
        with bench.driver() as driver:
            result = apply_plan(driver, plan_for(driver, wish), Book(), QUICK)
            assert result.outcome is ApplyOutcome.APPLIED
            written = bench.on_shelf(lambda shelf: shelf.running.subscribers[2])
            assert (written.double_tags, written.outer, written.nni, written.trunk) == (True, 120, "10GigabitEthernet 1/1", True)
            assert plan_for(driver, wish).steps == ()


def nornir_for(bench: Bench) -> Nornir:
    """A host as the inventory makes them."""
    target = bench.target
    ssh = target.transport is Transport.SSH
    host = Host(
        "gam-1",
        hostname=target.address,
        username=target.login.username,
        password=target.login.password,
        platform=PLATFORM,
        port=target.ssh_port if ssh else target.http_port,
        data={"target": target},
        connection_options={
            "scrapli": ConnectionOptions(extras=scrapli_options(target)),
            "json_rpc": ConnectionOptions(extras=json_rpc_options(target)),
        },
    )
    ConnectionPluginRegister.auto_register()
    inventory = Inventory(Hosts({"gam-1": host}), Groups(), Defaults())
    return Nornir(inventory=inventory, runner=SerialRunner(), config=Config())


def test_as_nornir_task_on_a_shelf_that_reboots(bench: Bench) -> None:
    """The host's connection is opened again until the shelf is back."""
    with bench.driver() as driver:
        before, plan = driver.read_running(), plan_for(driver)
    bench.faults(reboot_after_writes=2)
    done = nornir_for(bench).run(task=provision, plan=plan, journal=Book(), patience=QUICK)["gam-1"][0]
    assert not done.failed, done.exception
    assert done.result.outcome is ApplyOutcome.ROLLED_BACK
    untouched(bench, done.result, before)


def test_as_nornir_tasks(bench: Bench) -> None:
    with bench.driver() as driver:
        plan = plan_for(driver)
    nornir = nornir_for(bench)
    done = nornir.run(task=provision, plan=plan, journal=Book(), patience=QUICK)["gam-1"][0]
    assert not done.failed, done.exception
    assert done.changed
    assert done.result.outcome is ApplyOutcome.APPLIED
    text = nornir.run(task=backup)["gam-1"][0]
    assert 'name "ep3"' in text.result
    assert nornir.inventory.hosts["gam-1"].connections == {}


def test_line_that_takes_effect_after_the_deadline_is_undone(bench: Bench) -> None:
    """The session is given up, the shelf does the line a moment later: reading at once would have found nothing to undo."""
    protocol = str(bench.target.transport)

    def slow_down(text: str) -> None:
        late = "4094" in text
        bench.shelf.faults.change({"slow": {protocol: 1.0} if late else {}})

    with bench.driver(limits={"connect": 2.0, "operation": 0.5}) as driver:
        before = driver.read_running()
        plan = plan_for(driver)
        index = next(step.index for step in plan.steps if "4094" in step.sends[0])
        bench.on_shelf(lambda shelf: setattr(shelf, "arriving", slow_down))

        def react(entry: StepEvent) -> None:
            if entry.state is StepState.FAILED:
                bench.faults(slow={})

        journal = Book(react)
        result = apply_plan(driver, plan, journal, replace(QUICK, settle_seconds=1.0))
        assert result.outcome is ApplyOutcome.ROLLED_BACK
        assert result.failure is not None
        assert result.failure.kind is ErrorKind.TIMEOUT
        assert (index, StepState.UNDONE) in journal.states("undo")
    untouched(bench, result, before)


def test_undo_that_is_disturbed_is_begun_again(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_running()
    plan = plan_for(driver)
    bench.faults(refuse={'"c"': "Database is locked"})
    disturbed: list[int] = []

    def react(entry: StepEvent) -> None:
        if entry.phase == "undo" and entry.state is StepState.SENDING and not disturbed:
            disturbed.append(entry.index)
            bench.faults(disconnect_after=1)

    journal = Book(react)
    result = apply_plan(driver, plan, journal, QUICK)
    assert disturbed
    assert result.outcome is ApplyOutcome.ROLLED_BACK
    untouched(bench, result, before)


def test_lost_undo_is_found_and_made_again(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_running()
    plan = plan_for(driver)
    bench.faults(refuse={'"c"': "Database is locked"})

    lost: list[int] = []

    def react(entry: StepEvent) -> None:
        if entry.phase == "undo" and entry.state is StepState.SENDING and not lost:
            lost.append(entry.index)
            bench.faults(lose=["ghn"])
        elif lost and entry.index != lost[0]:
            bench.faults(clear=True)

    result = apply_plan(driver, plan, Book(react), QUICK)
    assert lost
    assert result.outcome is ApplyOutcome.ROLLED_BACK
    untouched(bench, result, before)


def test_undo_that_is_refused_says_what_is_left_on_the_shelf(bench: Bench, driver: GamDriver) -> None:
    before = driver.read_running()
    plan = plan_for(driver)
    bench.faults(refuse={'"c"': "Database is locked", "no ghn": "Write protected", ".del": "Write protected"})
    result = apply_plan(driver, plan, Book(), QUICK)
    assert result.outcome is ApplyOutcome.NEEDS_ATTENTION
    left = differences(before, driver.read_running())
    assert left
    assert set(left) <= set(result.difference)


def test_nonsense_instead_of_startup_is_read_again(bench: Bench, driver: GamDriver) -> None:
    protocol = str(bench.target.transport)

    def react(entry: StepEvent) -> None:
        if entry.phase == "verify_startup":
            bench.faults(garbage=[protocol])
            bench.fleet._loop.call_soon_threadsafe(bench.fleet._loop.call_later, 0.3, bench.shelf.faults.clear)

    result = apply_plan(driver, plan_for(driver), Book(react), QUICK)
    assert (result.outcome, result.saved) == (ApplyOutcome.APPLIED, True)


def test_unknown_state_is_told_object_by_object(bench: Bench, driver: GamDriver) -> None:
    plan = plan_for(driver)
    driver.apply(plan.steps[0].sends)
    bench.on_shelf(lambda shelf: setattr(shelf.running.subscribers[1], "vlan", 777))
    result = recover_plan(driver, plan, Book(), QUICK)
    assert result.outcome is ApplyOutcome.NEEDS_ATTENTION
    assert "bandwidth profile '1G' is as planned" in result.difference
    assert "subscriber 'a': VLAN expected 4094, found 777" in result.difference
    assert "endpoint 'ep3' is as before" in result.difference


def test_shelf_changed_by_hand_between_plan_and_apply_is_sent_nothing(bench: Bench, driver: GamDriver) -> None:
    """Whatever was changed, the plan's own objects or others."""
    for change in (
        lambda shelf: setattr(shelf.running.subscribers[1], "description", "by hand"),
        lambda shelf: setattr(shelf.running.profiles[2], "ds", 999),
        lambda shelf: shelf.drop("endpoint", 2),
    ):
        plan = plan_for(driver)
        bench.on_shelf(change)
        before = driver.read_running()
        result = apply_plan(driver, plan, Book(), QUICK)
        assert result.outcome is ApplyOutcome.STALE
        assert result.difference
        assert bench.written() == []
        assert differences(before, driver.read_running()) == ()
