"""Whatever goes wrong, wherever: a shelf ends as planned and saved, or as it was and unsaved, and the result says which."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from nornir_tasks.changes.state import apply_all, differences, sayable
from nornir_tasks.contracts import ApplyOutcome, ApplyResult, ShelfConfig, ShelfPlan, StepEvent, StepState, Transport
from nornir_tasks.drivers.base import GamDriver
from nornir_tasks.tasks.provision import apply_plan, recover_plan
from tests.nornir_tasks.drivers.conftest import Bench, make_bench
from tests.nornir_tasks.tasks.test_provision import QUICK, Book, plan_for

type Trouble = Callable[[Bench], None]

TROUBLES: dict[str, Trouble] = {
    "refused": lambda bench: bench.faults(refuse={"ghn": "Database is locked"}),
    "lost": lambda bench: bench.faults(lose=["ghn"]),
    "rebooted": lambda bench: bench.faults(reboot_after_writes=1),
    "cut off": lambda bench: bench.on_shelf(lambda shelf: [listener() for listener in list(shelf.listeners)]),
    "garbage": lambda bench: bench.faults(garbage=[str(bench.target.transport)]),
}
STEPS = 4


@pytest.fixture(params=list(Transport), ids=str)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    yield from make_bench(request.param)


@pytest.mark.parametrize("index", range(STEPS))
@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_at_any_step(bench: Bench, trouble: str, index: int) -> None:
    with bench.driver() as driver:
        before = driver.read_running()
        plan = plan_for(driver)
        assert len(plan.steps) == STEPS
        begun: list[int] = []

        def react(entry: StepEvent) -> None:
            if entry.phase == "step" and entry.state is StepState.SENDING:
                begun.append(entry.index)
                if entry.index == index:
                    TROUBLES[trouble](bench)
            elif entry.phase == "step" or entry.phase == "verify":
                bench.faults(clear=True)

        result = apply_plan(driver, plan, Book(react), QUICK)
    in_the_end(bench, result, plan, before)
    if result.outcome is ApplyOutcome.ROLLED_BACK:
        assert begun[-1] >= index


@pytest.mark.parametrize("index", range(STEPS))
@pytest.mark.parametrize("trouble", ["rebooted", "cut off", "garbage"])
def test_worker_killed_while_in_trouble(bench: Bench, trouble: str, index: int) -> None:
    """The journal's entry is stored, the line is sent, something happens, and the worker is gone."""

    class Killed(Exception):
        pass

    with bench.driver() as driver:
        before = driver.read_running()
        plan = plan_for(driver)

        def react(entry: StepEvent) -> None:
            if entry.phase == "step" and entry.index == index and entry.state is StepState.SENDING:
                TROUBLES[trouble](bench)
            elif entry.phase == "step" and entry.index == index:
                raise Killed

        with pytest.raises(Killed):
            apply_plan(driver, plan, Book(react), QUICK)
    bench.faults(clear=True)
    bench.on_shelf(lambda shelf: setattr(shelf, "down_until", 0.0))
    with bench.driver() as driver:
        in_the_end(bench, recover_plan(driver, plan, Book(), QUICK), plan, before)


def in_the_end(bench: Bench, result: ApplyResult, plan: ShelfPlan, before: ShelfConfig) -> None:
    """The shelf, asked over a new session, agrees with the result."""
    bench.faults(clear=True)
    with bench.driver() as driver:
        running, startup = _both(driver)
    expected = {
        ApplyOutcome.APPLIED: apply_all(before, [step.change for step in plan.steps]),
        ApplyOutcome.ROLLED_BACK: before,
    }[result.outcome]
    assert differences(expected, running) == ()
    assert differences(sayable(expected), sayable(startup)) == ()
    assert result.saved is (result.outcome is ApplyOutcome.APPLIED)


def _both(driver: GamDriver) -> tuple[ShelfConfig, ShelfConfig]:
    return driver.read_running(), driver.read_startup()
