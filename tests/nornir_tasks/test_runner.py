"""Running a task on many devices: results, threads, journal, deadlines."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import Result, Task

from nornir_tasks import runner
from nornir_tasks.contracts import DeviceTarget, Login, Progress, StepEvent, StepState, TargetResult
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.runner import Journal, run_batch

TARGETS = [DeviceTarget(name=f"gam{number}", address=f"127.0.1.{number}") for number in (3, 1, 2)]


def name_of(task: Task) -> Result:
    return Result(task.host, task.host.name)


def test_results_come_in_the_order_of_the_targets_with_progress_in_this_thread() -> None:
    threads: set[int] = set()
    seen: list[Progress] = []

    def on_progress(progress: Progress) -> None:
        threads.add(threading.get_ident())
        seen.append(progress)

    results = run_batch(name_of, TARGETS, on_progress=on_progress)
    assert [(result.name, result.value, result.ok) for result in results] == [
        (name, name, True) for name in ("gam3", "gam1", "gam2")
    ]
    assert threads == {threading.get_ident()}
    assert [(progress.done, progress.total) for progress in seen] == [(1, 3), (2, 3), (3, 3)]
    assert {progress.name for progress in seen} == {"gam1", "gam2", "gam3"}


def test_results_that_come_close_together_are_handed_over_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "DELIVER_SECONDS", 60)
    targets = [DeviceTarget(name=f"gam{number}", address=f"127.0.1.{number}") for number in range(12)]
    last = threading.Barrier(len(targets))
    groups: list[list[str]] = []
    progress: list[int] = []

    def task(task: Task) -> Result:
        last.wait(10)
        return Result(task.host)

    def on_results(results: Sequence[TargetResult[Any]]) -> None:
        assert len(progress) == sum(map(len, groups)), "progress is told once results are stored"
        groups.append([result.name for result in results])

    run_batch(task, targets, workers=12, on_results=on_results, on_progress=lambda one: progress.append(one.done))
    assert sorted(name for group in groups for name in group) == sorted(target.name for target in targets)
    assert list(map(len, groups)) == [runner.DELIVER_AT_ONCE, 2]
    assert progress == list(range(1, 13))


def test_a_result_does_not_wait_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "DELIVER_SECONDS", 0.01)
    stored = threading.Event()

    def task(task: Task) -> Result:
        assert task.host.name != "gam1" or stored.wait(10), "gam1 ends after another one's result was handed over"
        return Result(task.host)

    results = run_batch(task, TARGETS, on_results=lambda _: stored.set())
    assert all(result.ok for result in results)


def entry_of(name: str) -> StepEvent:
    return StepEvent(name, "step", 0, StepState.SENDING)


def test_entries_that_devices_wait_for_are_stored_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "STORE_SECONDS", 60)
    all_there = threading.Barrier(len(TARGETS))
    groups: list[list[str]] = []

    def task(task: Task, journal: Journal) -> Result:
        all_there.wait(10)
        journal(entry_of(task.host.name))
        assert groups, "went on before its entry was stored"
        return Result(task.host)

    def on_events(events: Sequence[StepEvent]) -> None:
        groups.append(sorted(event.target for event in events))

    assert all(result.ok for result in run_batch(task, TARGETS, on_events=on_events))
    assert groups == [["gam1", "gam2", "gam3"]]


def test_what_cannot_be_stored_of_one_device_stops_that_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "STORE_SECONDS", 60)
    asked: list[list[str]] = []

    def task(task: Task, journal: Journal) -> Result:
        journal(entry_of(task.host.name))
        return Result(task.host)

    def on_events(events: Sequence[StepEvent]) -> None:
        asked.append(sorted(event.target for event in events))
        if any(event.target == "gam1" for event in events):
            raise OSError("disk full")

    results = {result.name: result for result in run_batch(task, TARGETS, on_events=on_events)}
    assert {name for name, result in results.items() if result.ok} == {"gam2", "gam3"}
    failure = results["gam1"].failure
    assert failure is not None and "disk full" in failure.message and failure.kind is ErrorKind.INCOMPLETE
    assert ["gam1"] in asked, "asked for by itself"


def test_one_device_alone_does_not_wait_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "STORE_SECONDS", 60)

    def task(task: Task, journal: Journal) -> Result:
        for _ in range(3):
            journal(entry_of(task.host.name))
        return Result(task.host)

    (result,) = run_batch(task, TARGETS[:1], on_events=lambda _: None)
    assert result.ok and result.seconds < 30


def test_no_targets_no_results() -> None:
    assert run_batch(name_of, []) == []


def test_a_name_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'gam3' is in the batch twice"):
        run_batch(name_of, [TARGETS[0], TARGETS[0]])


def test_each_target_gets_its_own_arguments() -> None:
    def task(task: Task, word: str = "none") -> Result:
        return Result(task.host, word)

    results = run_batch(task, TARGETS, task_args_by_target={"gam1": {"word": "one"}})
    assert [result.value for result in results] == ["none", "one", "none"]


def test_one_failure_is_one_result(caplog: pytest.LogCaptureFixture) -> None:
    def task(task: Task) -> Result:
        if task.host.name == "gam1":
            raise DeviceError(ErrorKind.AUTH, "refused", next_step="ask")
        if task.host.name == "gam2":
            raise ConnectionRefusedError(111, "Connection refused")
        if task.host.name == "gam3":
            raise ZeroDivisionError("division by zero")
        raise AssertionError

    results = {result.name: result.failure for result in run_batch(task, TARGETS)}
    assert [failure.kind for failure in results.values() if failure] == [
        ErrorKind.UNPARSEABLE,
        ErrorKind.AUTH,
        ErrorKind.UNREACHABLE,
    ]
    refused, defect = results["gam1"], results["gam3"]
    assert refused and (refused.message, refused.next_step) == ("refused", "ask")
    assert defect and defect.message == "unexpected ZeroDivisionError: division by zero"
    assert "ZeroDivisionError" in caplog.text
    assert "refused" not in caplog.text.replace("Connection refused", "")


class FakeConnection:
    """Counts itself, and fails to close on demand."""

    open_now: set[str] = set()
    broken = False

    def open(self, hostname: str | None, *_args: Any, **_options: Any) -> None:
        self.connection = hostname or ""
        FakeConnection.open_now.add(self.connection)

    def close(self) -> None:
        FakeConnection.open_now.discard(self.connection)
        if self.broken:
            raise EOFError("gone already")


@pytest.mark.parametrize("broken", [False, True])
def test_connections_are_closed_also_of_failed_hosts(broken: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeConnection, "broken", broken)
    monkeypatch.setitem(ConnectionPluginRegister.available, "fake", FakeConnection)

    def task(task: Task) -> Result:
        assert task.host.get_connection("fake", task.nornir.config) in FakeConnection.open_now
        raise DeviceError(ErrorKind.REJECTED, "no")

    assert not any(result.ok for result in run_batch(task, TARGETS))
    assert FakeConnection.open_now == set()


def test_secrets_are_on_the_host_and_in_no_repr() -> None:
    seen: list[str] = []

    def task(task: Task) -> Result:
        seen.append(f"{task.host!r} {task!r} {task.params!r} {task.host['target']!r} {task.nornir.inventory.hosts!r}")
        return Result(task.host, task.host.password)

    target = DeviceTarget(name="gam", address="127.0.0.1", login=Login("admin", "s3cret"))
    assert run_batch(task, [target])[0].value == "s3cret"
    assert "s3cret" not in seen[0]


def event(phase: str = "step", state: StepState | None = StepState.SENDING) -> StepEvent:
    return StepEvent("gam1", phase, 0, state)


def test_a_device_waits_until_its_journal_entry_is_stored_in_this_thread() -> None:
    order: list[tuple[str, int]] = []

    def task(task: Task, journal: Journal) -> Result:
        order.append(("ask", threading.get_ident()))
        journal(event())
        order.append(("send", threading.get_ident()))
        return Result(task.host, "sent")

    def store(entry: StepEvent) -> None:
        assert entry == event()
        order.append(("store", threading.get_ident()))

    (result,) = run_batch(task, [TARGETS[1]], on_event=store)
    assert result.value == "sent"
    assert [what for what, _ in order] == ["ask", "store", "send"]
    assert order[1][1] == threading.get_ident() != order[0][1] == order[2][1]


def test_a_journal_that_cannot_be_written_stops_that_device_before_it_sends() -> None:
    sent: list[str] = []

    def task(task: Task, journal: Journal) -> Result:
        journal(StepEvent(task.host.name, "step", 0, StepState.SENDING))
        sent.append(task.host.name)
        return Result(task.host, "sent")

    def store(entry: StepEvent) -> None:
        if entry.target == "gam1":
            raise RuntimeError("database is gone")

    results = {result.name: result for result in run_batch(task, TARGETS, on_event=store)}
    assert sorted(sent) == ["gam2", "gam3"]
    failure = results["gam1"].failure
    assert failure and failure.kind is ErrorKind.INCOMPLETE
    assert failure.message == "the journal could not be written, so nothing more was sent (RuntimeError: database is gone)"
    assert results["gam2"].ok and results["gam3"].ok


def test_over_its_deadline_a_device_begins_no_change() -> None:
    def task(task: Task, journal: Journal) -> Result:
        threading.Event().wait(0.12)
        journal(event())
        return Result(task.host, "sent")

    (result,) = run_batch(task, [TARGETS[0]], deadline=0.1, on_event=lambda _entry: None)
    assert result.failure and (result.failure.kind, result.failure.message) == (
        ErrorKind.TIMEOUT, "nothing was sent: reading took all of the 0.1 s",
    )  # fmt: skip


def test_over_its_deadline_a_device_finishes_the_change_it_began() -> None:
    def task(task: Task, journal: Journal) -> Result:
        journal(event())
        threading.Event().wait(0.12)
        journal(event())
        return Result(task.host, "sent")

    assert run_batch(task, [TARGETS[0]], deadline=0.1, on_event=lambda _entry: None)[0].value == "sent"


def test_a_device_that_hangs_is_given_up_and_can_record_nothing_more() -> None:
    release, ended = threading.Event(), threading.Event()
    refused: list[DeviceError] = []

    def task(task: Task, journal: Journal) -> Result:
        if task.host.name == "gam1":
            release.wait(20)
            try:
                journal(event("undo"))
            except DeviceError as error:
                refused.append(error)
            ended.set()
        return Result(task.host, "done")

    results = {result.name: result for result in run_batch(task, TARGETS, deadline=0.1, on_event=lambda _entry: None)}
    release.set()
    assert ended.wait(5)
    assert results["gam2"].ok and results["gam3"].ok
    failure = results["gam1"].failure
    assert failure and (failure.kind, failure.message) == (ErrorKind.TIMEOUT, "not done after 0.2 s; given up")
    assert "stopped" in refused[0].message


def test_when_every_worker_hangs_the_rest_is_not_waited_for() -> None:
    release = threading.Event()

    def task(task: Task) -> Result:
        release.wait(20)
        return Result(task.host, None)

    results = run_batch(task, TARGETS, workers=1, deadline=0.1)
    release.set()
    assert [result.failure.message for result in results if result.failure] == [
        "not done after 0.2 s; given up", "not started: all workers hang", "not started: all workers hang",
    ]  # fmt: skip


def test_cancelling_starts_nothing_more_and_begins_no_change() -> None:
    cancel = threading.Event()

    def task(task: Task, journal: Journal) -> Result:
        cancel.set()
        journal(event())
        return Result(task.host, "sent")

    results = run_batch(task, TARGETS, workers=1, cancel=cancel, on_event=lambda _entry: None)
    assert [result.failure.message for result in results if result.failure] == [
        "the job was cancelled before anything was sent",
        "not started: the job was cancelled",
        "not started: the job was cancelled",
    ]


class Interrupt(BaseException):
    """Stands for Ctrl-C or a job's time limit."""


def test_an_interrupted_caller_leaves_nobody_sending() -> None:
    recorded = threading.Event()
    all_begun = threading.Barrier(len(TARGETS))
    told: list[str] = []

    def task(task: Task, journal: Journal) -> Result:
        all_begun.wait(30)
        if task.host.name == "gam3":
            return Result(task.host, None)
        recorded.wait(30)
        try:
            journal(event())
        except DeviceError as error:
            told.append(error.message)
        return Result(task.host, None)

    def on_progress(_progress: Progress) -> None:
        threading.Timer(0.05, recorded.set).start()
        raise Interrupt

    with pytest.raises(Interrupt):
        run_batch(task, TARGETS, on_progress=on_progress, on_event=lambda _entry: None)
    assert told == ["the job was stopped before this could be recorded"] * 2
