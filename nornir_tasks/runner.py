"""Running one task against many GAMs: a fresh Nornir per batch, one result per target, and never an exception per device.

The devices are worked on in threads, but everything the caller gets to see (progress, journal entries) is delivered in the
calling thread, which may therefore use its own database connection.
"""

from __future__ import annotations

import concurrent.futures
import logging
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from nornir.core import Nornir
from nornir.core.configuration import Config, LoggingConfig
from nornir.core.inventory import Host
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

from .connections import json_rpc
from .connections.snmp import CONNECTION_NAME, SnmpConnection
from .contracts import DeviceTarget, Failure, Progress, StepEvent, StepState, TargetResult
from .errors import DeviceError, ErrorKind, GamError
from .gam import platform
from .inventory import targets_inventory

log = logging.getLogger(__name__)

type Journal = Callable[[StepEvent], None]
"""Called by a task before each thing it sends; returns once the entry is stored, raises if it could not be."""

DEFAULT_WORKERS = 20
DEFAULT_DEADLINE = 120.0
TURN_SECONDS = 0.0005
ENTRIES_AT_ONCE = 8
STORE_SECONDS = 0.01
"""Journal entries are stored so many at a time, and none later than that: a device waits for each."""
DELIVER_AT_ONCE = 10
DELIVER_SECONDS = 0.25
"""Results are handed over so many at a time, and none later than that: storing several at once costs little more than one."""
STOP_SECONDS = 10.0
"""How long a batch that was interrupted waits for the devices being worked on, so that nothing is sent after it returned."""


def run_batch(
    task: Callable[..., Result],
    targets: Sequence[DeviceTarget],
    *,
    task_args_by_target: Mapping[str, Mapping[str, Any]] | None = None,
    workers: int = DEFAULT_WORKERS,
    deadline: float = DEFAULT_DEADLINE,
    on_progress: Callable[[Progress], None] | None = None,
    on_event: Callable[[StepEvent], None] | None = None,
    on_events: Callable[[Sequence[StepEvent]], None] | None = None,
    cancel: threading.Event | None = None,
    prepare: Callable[[Host], None] | None = None,
    on_results: Callable[[Sequence[TargetResult[Any]]], None] | None = None,
    places: Mapping[str, str] | None = None,
    per_place: int = 0,
) -> list[TargetResult[Any]]:
    """Run a Nornir task against every target and return one result per target, in the order of the targets.

    :param task: gets the Nornir task and the keyword arguments of its target; also ``journal`` with ``on_event(s)``
    :param deadline: seconds one device may take. After that it may not begin its first step, though finish or undo a change it
        began; after as long again it is given up
    :param on_progress: called in this thread after every target
    :param on_event: called in this thread for every journal entry, while the device waits; what it raises is raised in the task
    :param on_events: in its place, called with the entries that several devices wait for. When it raises, none of them counts as
        stored, and it is called with each by itself
    :param cancel: when set, nothing more is started and no change is begun
    :param prepare: called with every host before the task, to put more on it than its target has
    :param on_results: called in this thread with results as they come, those that come close together at once; ``on_progress``
        hears of a target afterwards
    :param places: where a target is, by its name; ``per_place`` of one place are worked on at a time, 0: no such limit
    :raises ValueError: two targets have the same name
    """
    if not targets:
        return []
    limited = [replace(target, limits={"deadline": deadline, **target.limits}) for target in targets]
    batch = _Batch(
        workers=max(1, min(workers, len(limited))),
        limits={target.name: target.limits["deadline"] for target in limited},
        on_progress=on_progress,
        on_events=on_events or (_alone(on_event) if on_event else None),
        at_once=ENTRIES_AT_ONCE if on_events else 1,
        on_results=on_results,
        cancel=cancel or threading.Event(),
        gates=_gates(places or {}, per_place),
    )
    nornir = _nornir(limited, batch, prepare)
    arguments = task_args_by_target or {}

    def one_device(nornir_task: Task) -> Result:
        name = nornir_task.host.name
        more = {"journal": batch.journal_of(name)} if batch.on_events else {}
        try:
            return task(nornir_task, **arguments.get(name, {}), **more)
        except GamError as error:
            # Expected failures are results; Nornir would log them as errors, with a traceback.
            return Result(nornir_task.host, failed=True, exception=error)

    with _short_turns():
        nornir.run(task=one_device, name=getattr(task, "__name__", "task"))
    return [batch.results[target.name] for target in limited]


def _nornir(targets: Sequence[DeviceTarget], batch: _Batch, prepare: Callable[[Host], None] | None) -> Nornir:
    _register_connections()
    nornir = Nornir(targets_inventory(targets), config=Config(logging=LoggingConfig(enabled=False)), runner=batch)
    if prepare:
        for host in nornir.inventory.hosts.values():
            prepare(host)
    return nornir


def _alone(on_event: Callable[[StepEvent], None]) -> Callable[[Sequence[StepEvent]], None]:
    """For a caller that stores one entry at a time, and so is given one at a time."""
    return lambda events: on_event(*events)


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let threads take shorter turns: the calling thread, which stores what devices wait for, waits for its turn every time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, TURN_SECONDS))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _gates(places: Mapping[str, str], per_place: int) -> dict[str, threading.Semaphore]:
    """By target, what it has to pass before it is begun with."""
    if not per_place:
        return {}
    by_place = {place: threading.Semaphore(per_place) for place in set(places.values())}
    return {name: by_place[place] for name, place in places.items()}


def _register_connections() -> None:
    """Make connections and platform known to Nornir and scrapli: scrapli's by its entry points, the project's own by name."""
    ConnectionPluginRegister.auto_register()
    platform.register()
    json_rpc.register()
    ConnectionPluginRegister.register(CONNECTION_NAME, SnmpConnection)


@dataclass
class _Done:
    """A worker has finished with a host."""

    name: str
    outcome: MultiResult


@dataclass
class _Entry:
    """A worker waits until a journal entry is stored."""

    event: StepEvent
    stored: concurrent.futures.Future[None] = field(default_factory=concurrent.futures.Future)


@dataclass
class _Batch:
    """Nornir runner of one batch: works on hosts in a pool of threads and drains their messages in the calling thread."""

    workers: int
    limits: Mapping[str, float]
    on_progress: Callable[[Progress], None] | None
    on_events: Callable[[Sequence[StepEvent]], None] | None
    at_once: int
    on_results: Callable[[Sequence[TargetResult[Any]]], None] | None
    cancel: threading.Event
    gates: Mapping[str, threading.Semaphore]
    results: dict[str, TargetResult[Any]] = field(default_factory=dict)
    _messages: queue.Queue[_Done | _Entry] = field(default_factory=queue.Queue)
    _started: dict[str, float] = field(default_factory=dict)
    _journal_failures: dict[str, BaseException] = field(default_factory=dict)
    _closed: threading.Event = field(default_factory=threading.Event)
    _changing: set[str] = field(default_factory=set)
    _lively: float = field(default_factory=time.monotonic)
    _entries: list[_Entry] = field(default_factory=list)
    _store_at: float = 0.0
    _undelivered: list[TargetResult[Any]] = field(default_factory=list)
    _deliver_at: float = 0.0
    _delivered: int = 0

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """Nornir's entry point."""
        answers = AggregatedResult(task.name)
        pool = concurrent.futures.ThreadPoolExecutor(self.workers, thread_name_prefix="gam")
        waiting = {host.name: pool.submit(self._work, task.copy(), host) for host in hosts}
        try:
            while len(self.results) < len(hosts):
                message = self._next_message()
                if isinstance(message, _Entry):
                    self._take(message)
                elif isinstance(message, _Done) and message.name not in self.results:
                    answers[message.name] = message.outcome
                    self._finish(message.name, self._result(message.name, message.outcome))
                self._store_entries()
                self._give_up(waiting)
                self._deliver(len(hosts))
        except BaseException:
            self._stop(pool, waiting.values())
            raise
        self._stop(pool, ())
        return answers

    def journal_of(self, name: str) -> Journal:
        """The journal of one host, for its task."""

        def journal(event: StepEvent) -> None:
            if self._closed.is_set() or name in self.results:
                raise DeviceError(ErrorKind.INCOMPLETE, "the job was stopped before this could be recorded", target=name)
            if event.phase == "step" and event.state is StepState.SENDING and name not in self._changing:
                self._refuse_late_change(name)
                self._changing.add(name)
            entry = _Entry(event)
            self._messages.put(entry)
            self._await(entry, name)

        return journal

    def _refuse_late_change(self, name: str) -> None:
        """Only before the first step: a change that was begun is safer finished or undone than left in the middle."""
        if self.cancel.is_set():
            raise DeviceError(ErrorKind.INCOMPLETE, "the job was cancelled before anything was sent", target=name)
        if time.monotonic() > self._started[name] + self.limits[name]:
            raise DeviceError(ErrorKind.TIMEOUT, f"nothing was sent: reading took all of the {self.limits[name]:g} s", target=name)

    def _await(self, entry: _Entry, name: str) -> None:
        while not entry.stored.done():
            concurrent.futures.wait([entry.stored], timeout=1.0)
            if self._closed.is_set() and not entry.stored.done():
                raise DeviceError(ErrorKind.INCOMPLETE, "the job was stopped before this could be recorded", target=name)
        failure = entry.stored.exception()
        if failure is not None:
            self._journal_failures[name] = failure
            raise failure

    def _work(self, task: Task, host: Host) -> None:
        with self.gates.get(host.name) or nullcontext():
            self._work_on(task, host)

    def _work_on(self, task: Task, host: Host) -> None:
        if self.cancel.is_set() or self._closed.is_set():
            return
        self._started[host.name] = time.monotonic()
        try:
            outcome = task.start(host)
        finally:
            _close_connections(host)
        self._messages.put(_Done(host.name, outcome))

    def _next_message(self) -> _Done | _Entry | None:
        running = [self._started[name] + 2 * self.limits[name] for name in self._running()]
        patience = min(running, default=self._lively + 2 * max(self.limits.values()))
        if self._undelivered:
            patience = min(patience, self._deliver_at)
        if self._entries:
            patience = min(patience, self._store_at)
        try:
            message = self._messages.get(timeout=min(1.0, max(0.01, patience - time.monotonic())))
        except queue.Empty:
            return None
        self._lively = time.monotonic()
        return message

    def _running(self) -> list[str]:
        return [name for name in list(self._started) if name not in self.results]

    def _take(self, entry: _Entry) -> None:
        if not self._entries:
            self._store_at = time.monotonic() + STORE_SECONDS
        self._entries.append(entry)

    def _store_entries(self) -> None:
        """Store what devices wait for: once there are enough of them, the first has waited long enough, or all of them wait."""
        enough = len(self._entries) >= min(self.at_once, len(self._running()))
        if self._entries and (enough or time.monotonic() >= self._store_at):
            entries, self._entries = self._entries, []
            self._store(entries)

    def _store(self, entries: Sequence[_Entry]) -> None:
        """Deliver journal entries; what the caller raises goes to the waiting device, unless it is meant to end the program."""
        try:
            if self.on_events:
                self.on_events([entry.event for entry in entries])
        except Exception as error:
            # Raised again in the thread of the device that waits for this entry, once it is clear which one's it is.
            if len(entries) > 1:
                for entry in entries:
                    self._store([entry])
            else:
                entries[0].stored.set_exception(error)
        else:
            for entry in entries:
                entry.stored.set_result(None)

    def _give_up(self, waiting: Mapping[str, concurrent.futures.Future[None]]) -> None:
        """Give up devices far over their deadline, and those not started when cancelled or when every worker hangs."""
        now = time.monotonic()
        for name in self._running():
            if now > self._started[name] + 2 * self.limits[name]:
                self._finish(name, self._failed(name, ErrorKind.TIMEOUT, f"not done after {2 * self.limits[name]:g} s; given up"))
        hung = not self._running() and now > self._lively + 2 * max(self.limits.values())
        if self.cancel.is_set() or hung:
            reason = "not started: the job was cancelled" if self.cancel.is_set() else "not started: all workers hang"
            for name, future in waiting.items():
                # A worker that was free when the job was cancelled took it and left it.
                left = future.done() and name not in self._started
                if name not in self.results and (left or future.cancel()):
                    self._finish(name, self._failed(name, ErrorKind.INCOMPLETE, reason))

    def _finish(self, name: str, result: TargetResult[Any]) -> None:
        self.results[name] = result
        if not self._undelivered:
            self._deliver_at = time.monotonic() + DELIVER_SECONDS
        self._undelivered.append(result)

    def _deliver(self, total: int) -> None:
        """Hand over results: all there are, once there are enough of them, the first has waited long enough, or no more come."""
        waits = len(self._undelivered) < DELIVER_AT_ONCE and time.monotonic() < self._deliver_at and len(self.results) < total
        if not self._undelivered or (self.on_results and waits):
            return
        results, self._undelivered = self._undelivered, []
        if self.on_results:
            self.on_results(results)
        for result in results:
            self._delivered += 1
            if self.on_progress:
                message = result.failure.message if result.failure else ""
                self.on_progress(Progress(self._delivered, total, result.name, result.ok, message))

    def _stop(self, pool: concurrent.futures.ThreadPoolExecutor, waiting: Any) -> None:
        """End the batch: refuse every further journal entry, start nothing more, and wait a little for what runs."""
        self._closed.set()
        pool.shutdown(wait=False, cancel_futures=True)
        while not self._messages.empty():
            message = self._messages.get_nowait()
            if isinstance(message, _Entry):
                self._entries.append(message)
        for entry in self._entries:
            entry.stored.set_exception(DeviceError(ErrorKind.INCOMPLETE, "the job was stopped before this could be recorded"))
        concurrent.futures.wait(waiting, timeout=STOP_SECONDS)

    def _result(self, name: str, outcome: MultiResult) -> TargetResult[Any]:
        answer = outcome[0]
        seconds = time.monotonic() - self._started[name]
        if not answer.failed:
            return TargetResult(name, value=answer.result, seconds=seconds)
        return TargetResult(name, failure=self._failure(name, answer), seconds=seconds)

    def _failure(self, name: str, answer: Result) -> Failure:
        error = answer.exception
        if isinstance(error, GamError):
            return Failure(error.kind, error.message, error.next_step)
        if error is not None and error is self._journal_failures.get(name):
            message = f"the journal could not be written, so nothing more was sent ({type(error).__name__}: {error})"
            return Failure(ErrorKind.INCOMPLETE, message, "Look into the log of the worker and the database, then try again.")
        if isinstance(error, OSError):
            return Failure(ErrorKind.UNREACHABLE, f"{type(error).__name__}: {error}")
        message = f"unexpected {type(error).__name__}: {error}" if error else str(answer.result)
        return Failure(ErrorKind.UNPARSEABLE, message, "This is a defect; report it with the traceback in the log.")

    def _failed(self, name: str, kind: ErrorKind, message: str) -> TargetResult[Any]:
        error = DeviceError(kind, message)
        seconds = time.monotonic() - self._started[name] if name in self._started else 0.0
        return TargetResult(name, failure=Failure(kind, error.message, error.next_step), seconds=seconds)


def _close_connections(host: Host) -> None:
    """Close every connection of a host, whatever became of its task; a connection that is gone already has nothing to say."""
    for name in list(host.connections):
        try:
            host.close_connection(name)
        except Exception as error:
            # The task's result stands; what a library says of a session that is being given up changes nothing.
            log.debug("%s: closing %s: %s: %s", host.name, name, type(error).__name__, error)
