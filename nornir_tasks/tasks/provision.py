"""Writing a change plan to a shelf: re-read, write step by step, read back, save; or undo, and verify that too.

Each entry of the journal is stored before the next thing happens on the wire, so that a worker killed at any point leaves behind
what it was about to do; :func:`recover_plan` then finishes or undoes it. Startup is only ever overwritten by a running
configuration that was read back and is as planned.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from nornir.core.task import Result, Task

from ..changes.planner import known_inverse
from ..changes.state import KIND_WORDS, apply_all, apply_to, differences, field_diffs, find, sayable, settle
from ..changes.state_hash import state_hash
from ..contracts import (
    ApplyOutcome,
    ApplyResult,
    Change,
    Failure,
    ShelfConfig,
    ShelfPlan,
    StepEvent,
    StepState,
)
from ..drivers.base import GamDriver
from ..drivers.choose import driver_for_host
from ..errors import DeviceError, ErrorKind, RuleViolation
from ..gam.redaction import redact

type Journal = Callable[[StepEvent], None]
"""Stores an entry and returns when it is stored. Raising stops the apply: what cannot be recorded is not done. It is called from
the thread that applies, so a caller with a database of its own hands entries to the thread that owns the connection and waits."""

_UNANSWERED = (ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE)
"""Failures that leave open whether what was sent takes effect, now or a little later."""

_UNREAD = "the shelf could not be read"

_ANSWER_LIMIT = 4000
"""Characters of an answer that are kept in the journal."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a shelf that is busy or went away. A shelf needs some minutes to boot."""

    reconnects: int = 12
    reconnect_seconds: float = 15.0
    saves: int = 4
    save_seconds: float = 5.0
    settle_seconds: float = 10.0
    """How long a line that nobody answered may still take effect."""
    undos: int = 3
    """How often undoing is begun again after it was disturbed."""


class _Stop(Exception):
    """Applying ends here, and what was done has to be undone."""

    def __init__(self, failure: Failure | None, difference: Sequence[str] = ()) -> None:
        super().__init__(failure.message if failure else "; ".join(difference))
        self.failure = failure
        self.difference = tuple(difference)


def _failure(problem: DeviceError) -> Failure:
    return Failure(problem.kind, redact(problem.message), problem.next_step)


@dataclass(slots=True)
class _Apply:
    """One application of a plan. ``original``: what the shelf had; ``startup``: what it would have booted with, None unreadable."""

    driver: GamDriver
    plan: ShelfPlan
    journal: Journal
    patience: Patience
    original: ShelfConfig = field(default_factory=ShelfConfig)
    startup: ShelfConfig | None = None
    sent: list[str] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)
    save_tried: bool = False
    notes: list[str] = field(default_factory=list)

    # ------------------------------------------------------------------------------------------------------- journal

    def note(
        self,
        phase: str,
        index: int = -1,
        state: StepState | None = None,
        sent: Sequence[str] = (),
        answered: str = "",
        failure: Failure | None = None,
    ) -> None:
        """Store one entry; returns when it is stored."""
        self.journal(
            StepEvent(
                self.plan.target,
                phase,
                index,
                state,
                tuple(redact(text) for text in sent),
                redact(answered)[:_ANSWER_LIMIT],
                failure,
                datetime.now(UTC),
            )
        )

    def result(self, outcome: ApplyOutcome, **values: object) -> ApplyResult:
        """The result, after the closing entry."""
        result = replace(ApplyResult(self.plan.target, outcome, sent=tuple(self.sent)), **values)  # type: ignore[arg-type]
        result = replace(result, difference=(*result.difference, *self.notes))
        self.note("done", answered=outcome, failure=result.failure)
        return result

    # --------------------------------------------------------------------------------------------------------- steps

    def stale(self) -> tuple[str, ...]:
        """Re-read the shelf; what differs from what the plan was made for, in words."""
        self.note("reread")
        self.original = self.driver.read_running()
        self.startup = self.read_startup()
        found = state_hash(self.original)
        if found != self.plan.state_hash:
            return (*self.moved_objects(), f"state {found[:12]} instead of {self.plan.state_hash[:12]}")
        return self.moved_ids()

    def hand_out(self) -> None:
        """Give whoever keeps the journal the text of what is about to be changed, where the shelf gives it."""
        text = self.original.raw
        if not text:
            try:
                text = self.driver.backup()
            except DeviceError as problem:
                if problem.kind is not ErrorKind.UNSUPPORTED:
                    raise
                return
        self.journal(StepEvent(self.plan.target, "original", at=datetime.now(UTC), config=text))

    def read_startup(self) -> ShelfConfig | None:
        """The startup configuration, None where the shelf does not give it (which is said in the result)."""
        try:
            return self.driver.read_startup()
        except DeviceError as problem:
            if problem.kind is not ErrorKind.UNSUPPORTED:
                raise
            words = f"startup could not be read: {problem.message}"
            if words not in self.notes:
                self.notes.append(words)
            return None

    def moved_objects(self) -> tuple[str, ...]:
        """Which of the plan's own objects are no longer what the plan starts from."""
        found: list[str] = []
        seen: set[tuple[str, str]] = set()
        for step in self.plan.steps:
            change = step.change
            name = change.before.name if change.before is not None else change.name
            if (change.kind, name) in seen:
                continue
            seen |= {(change.kind, name), (change.kind, change.name)}
            present = find(self.original, change.kind, name)
            found += [
                f"{change.kind} {name!r}: {diff.field} was {diff.before or 'not set'}, is {diff.after or 'not set'}"
                for diff in field_diffs(change.before, present)
            ]
        return tuple(found) or ("something the plan does not touch has changed",)

    def moved_ids(self) -> tuple[str, ...]:
        """Lines that would now be others, because an object has another id than when the plan was made."""
        config = self.original
        for step in self.plan.steps:
            try:
                sends = self.driver.render(step.change, config)
                config = apply_to(config, step.change)
            except (DeviceError, RuleViolation, KeyError) as problem:
                return (f"step {step.index} can no longer be made: {problem}",)
            if sends != step.sends:
                return (f"step {step.index} would now be {' / '.join(sends)!r} instead of {' / '.join(step.sends)!r}",)
        return ()

    def write(self) -> None:
        """Send every step, each recorded before it is sent.

        :raises _Stop: at the first failure
        """
        for step in self.plan.steps:
            self.note("step", step.index, StepState.SENDING, step.sends)
            self.begun.append(step.index)
            self.sent += step.sends
            try:
                answer = self.driver.apply(step.sends)
            except DeviceError as problem:
                self.note("step", step.index, StepState.FAILED, step.sends, failure=_failure(problem))
                raise _Stop(_failure(problem)) from problem
            self.note("step", step.index, StepState.DONE, step.sends, answer)

    def verify(self) -> ShelfConfig:
        """Read back; the running configuration.

        :raises _Stop: when it is not as planned
        """
        self.note("verify")
        expected = apply_all(self.original, [step.change for step in self.plan.steps])
        try:
            running = self.driver.read_running()
        except DeviceError as problem:
            raise _Stop(_failure(problem)) from problem
        difference = differences(expected, running)
        if difference:
            raise _Stop(Failure(ErrorKind.REJECTED, "the shelf did not take over what it acknowledged"), difference)
        return running

    def save(self, running: ShelfConfig) -> None:
        """Copy running to startup and read startup back.

        :raises _Stop: when it is refused or startup is not what was saved
        """
        self.note("save")
        self.save_tried = True
        try:
            answer = self.save_patiently()
            self.note("verify_startup", answered=answer)
            startup = self.read_startup()
        except DeviceError as problem:
            if problem.kind not in (*_UNANSWERED, ErrorKind.UNPARSEABLE):
                raise _Stop(_failure(problem)) from problem
            startup = self.startup_after_silence(running, problem)
        difference = differences(sayable(running), sayable(startup)) if startup is not None else ()
        if difference:
            words = Failure(ErrorKind.REJECTED, "startup is not what was saved")
            raise _Stop(words, [f"startup: {line}" for line in difference])

    def startup_after_silence(self, running: ShelfConfig, silence: DeviceError) -> ShelfConfig:
        """Startup after a save nobody answered in words that make sense, which may well have been done: writing flash is slow.

        :raises _Stop: when the shelf does not come back as it was, or its startup cannot be read
        """
        try:
            self.settle(silence.kind in _UNANSWERED)
            difference = differences(running, self.reconnect_and_read())
            startup = self.read_startup()
        except DeviceError as problem:
            raise _Stop(_failure(problem)) from problem
        if difference or startup is None:
            raise _Stop(_failure(silence), difference)
        return startup

    def save_patiently(self) -> str:
        """Save; a shelf that is busy with its files is asked again a few times."""
        for attempt in range(1, self.patience.saves + 1):
            try:
                return self.driver.save()
            except DeviceError as problem:
                self.note("save", answered=problem.message, failure=_failure(problem))
                if attempt == self.patience.saves or problem.kind is not ErrorKind.REJECTED:
                    raise
                time.sleep(self.patience.save_seconds)
        raise AssertionError("unreachable: saves is at least 1")

    # ---------------------------------------------------------------------------------------------------------- undo

    def undo(self, reason: _Stop) -> ApplyResult:
        """Take back what was begun, in reverse, and make sure that the shelf is what it was; begun again when disturbed."""
        unanswered = reason.failure is not None and reason.failure.kind in _UNANSWERED
        left: tuple[str, ...] = ()
        for _ in range(self.patience.undos):
            sent = len(self.sent)
            problem = self.undo_once(unanswered)
            if problem is None:
                left = self.left_over()
                if not left or len(self.sent) == sent:
                    break
                continue
            self.note("undo", failure=_failure(problem) if isinstance(problem, DeviceError) else None)
            unanswered = isinstance(problem, DeviceError) and problem.kind in _UNANSWERED
            left = (f"undoing failed: {redact(str(problem))}", *self.left_over(unanswered))
            if any(line.startswith(_UNREAD) for line in left):
                break
        if left:
            return self.result(ApplyOutcome.NEEDS_ATTENTION, difference=(*reason.difference, *left), failure=reason.failure)
        return self.result(
            ApplyOutcome.ROLLED_BACK,
            difference=reason.difference,
            failure=reason.failure,
            state_hash_after=self.plan.state_hash,
        )

    def undo_once(self, unanswered: bool) -> DeviceError | RuleViolation | KeyError | None:
        """Undo each step that is still in effect; what went wrong."""
        try:
            self.settle(unanswered)
            current = self.reconnect_and_read()
            for index in reversed(self.begun):
                current = self.undo_step(index, current)
            self.note("verify_undo")
        except (DeviceError, RuleViolation, KeyError) as problem:
            return problem
        return None

    def settle(self, unanswered: bool = True) -> None:
        """Let a line that nobody answered take effect: a busy shelf may do it after its session is gone.

        Reading at once would find it not done, and it would be done after that was said.
        """
        if unanswered:
            self.driver.close()
            time.sleep(self.patience.settle_seconds)

    def reconnect_and_read(self) -> ShelfConfig:
        """The running configuration, over a new session if the old one is gone.

        :raises DeviceError: when the shelf does not come back
        """
        try:
            return self.driver.read_running()
        except DeviceError as problem:
            last = problem
        for _ in range(self.patience.reconnects):
            try:
                self.driver.open()
                return self.driver.read_running()
            except DeviceError as problem:
                last = problem
                if problem.kind is ErrorKind.AUTH:
                    break
            time.sleep(self.patience.reconnect_seconds)
        raise last

    def undo_step(self, index: int, current: ShelfConfig) -> ShelfConfig:
        """Undo one step on a shelf with ``current``, unless it never took effect or is already undone."""
        step = self.plan.steps[index]
        before = apply_all(self.original, [s.change for s in self.plan.steps[:index]])
        inverse = known_inverse(step.change, before, apply_to(before, step.change))
        if _already(inverse, current):
            if index not in self.undone:
                self.note("undo", index, StepState.SKIPPED)
            return current
        sends = self.driver.render(_from_present(inverse, current), current)
        self.note("undo", index, StepState.SENDING, sends)
        self.sent += sends
        answer = self.driver.apply(sends)
        self.undone.add(index)
        self.note("undo", index, StepState.UNDONE, sends, answer)
        return apply_to(current, _from_present(inverse, current))

    def left_over(self, unanswered: bool = False) -> tuple[str, ...]:
        """What differs from before, in words: running, and startup where a save was tried; or that it could not be read."""
        try:
            self.settle(unanswered)
            left = list(differences(self.original, self.reconnect_and_read()))
            if self.save_tried:
                left += self.startup_left_over()
        except DeviceError as problem:
            return (f"{_UNREAD}: {redact(problem.message)}",)
        return tuple(left)

    def startup_left_over(self) -> list[str]:
        startup = self.read_startup()
        if startup is None or self.startup is None:
            return ["startup: a save was tried and cannot be checked"]
        return [f"startup: {line}" for line in differences(sayable(self.startup), sayable(startup))]


def _already(change: Change, config: ShelfConfig) -> bool:
    """Whether ``config`` is as if ``change`` had been made."""
    if change.after is None:
        return change.before is None or find(config, change.kind, change.before.name) is None
    present = find(config, change.kind, change.after.name)
    renamed = change.before is not None and change.before.name != change.after.name
    if renamed and change.before is not None and find(config, change.kind, change.before.name) is not None:
        return False
    return present is not None and not field_diffs(change.after, settle(change.after, present))


def _from_present(change: Change, config: ShelfConfig) -> Change:
    """``change`` starting from what is on the shelf, which after a half-made step is neither before nor after."""
    if change.before is None:
        return change
    present = find(config, change.kind, change.before.name)
    return replace(change, before=present) if present is not None else change


def apply_plan(driver: GamDriver, plan: ShelfPlan, journal: Journal, patience: Patience | None = None) -> ApplyResult:
    """Write ``plan`` to the shelf of an open ``driver``.

    Never raises for the shelf's sake: how it ended is the result's outcome. A plan without steps writes and reads nothing.
    STALE, FAILED: nothing was written. ROLLED_BACK: running is what it was and startup was not changed, both verified.
    NEEDS_ATTENTION: that could not be verified; ``difference`` says what is different. Where the transport cannot read startup
    back, ``verified`` is about running alone and ``difference`` says so.

    :param journal: see :data:`Journal`; what it raises ends the apply without another word to the shelf and reaches the caller
    """
    work = _Apply(driver, plan, journal, patience or Patience())
    if plan.violations:
        words = tuple(f"{v.subject}: {v.field} {v.value}: {v.rule}" for v in plan.violations)
        return work.result(ApplyOutcome.FAILED, difference=words, failure=Failure(ErrorKind.REJECTED, "the plan breaks rules"))
    if not plan.steps:
        return work.result(ApplyOutcome.NOTHING_TO_DO, verified=True, state_hash_after=plan.state_hash)
    try:
        stale = work.stale()
        if not stale:
            work.hand_out()
    except DeviceError as problem:
        return work.result(ApplyOutcome.FAILED, failure=_failure(problem))
    if stale:
        return work.result(ApplyOutcome.STALE, difference=stale, state_hash_after=state_hash(work.original))
    try:
        work.write()
        running = work.verify()
        work.save(running)
    except _Stop as reason:
        return work.undo(reason)
    return work.result(ApplyOutcome.APPLIED, saved=True, verified=True, state_hash_after=state_hash(running))


def recover_plan(driver: GamDriver, plan: ShelfPlan, journal: Journal, patience: Patience | None = None) -> ApplyResult:
    """Finish or undo a plan whose worker died. ``driver`` is open; its session is given up while the shelf settles.

    Which steps took effect is found out from the shelf: undoing the first k of them, in thought, must lead to the state the plan
    was made for. All of them: save and be done. Some: undo those. Neither: NEEDS_ATTENTION, nothing is written.
    """
    work = _Apply(driver, plan, journal, patience or Patience())
    try:
        work.note("reread")
        work.settle()
        current = work.reconnect_and_read()
        work.startup = work.read_startup()
        found = _steps_done(plan, current)
        if found is None:
            words = ("the shelf is neither before, nor in the middle of, nor after the plan",)
            return work.result(ApplyOutcome.NEEDS_ATTENTION, difference=(*words, *_strangers(plan, current)))
        done, complete = found
        work.original = _undone(plan, current, done)
        if complete and done and done == len(plan.steps):
            work.save(work.verify())
            return work.result(ApplyOutcome.APPLIED, saved=True, verified=True, state_hash_after=state_hash(current))
    except DeviceError as problem:
        words = (f"{_UNREAD}: {redact(problem.message)}",)
        return work.result(ApplyOutcome.NEEDS_ATTENTION, difference=words, failure=_failure(problem))
    except _Stop as reason:
        work.begun = list(range(len(plan.steps)))
        return work.undo(reason)
    work.begun = list(range(done))
    return work.undo(_Stop(None, [f"found after {done} of {len(plan.steps)} steps"]))


def _steps_done(plan: ShelfPlan, current: ShelfConfig) -> tuple[int, bool] | None:
    """How many of the plan's first steps ``current`` contains, and whether completely; None when it fits no number.

    Not completely: the last of them was made in part, or acknowledged and not made.
    """
    loose: int | None = None
    for done in range(len(plan.steps), -1, -1):
        try:
            original = _undone(plan, current, done)
            if state_hash(original) != plan.state_hash:
                continue
            expected = apply_all(original, [step.change for step in plan.steps[:done]])
        except (KeyError, RuleViolation):
            continue
        if not differences(expected, current):
            return done, True
        loose = done if loose is None else loose
    return None if loose is None else (loose, False)


def _undone(plan: ShelfPlan, current: ShelfConfig, done: int) -> ShelfConfig:
    for step in reversed(plan.steps[:done]):
        current = apply_to(current, _from_present(step.change.inverse(), current))
    return current


def _strangers(plan: ShelfPlan, current: ShelfConfig) -> tuple[str, ...]:
    """Per step of the plan what the shelf has: as planned, as before, or what differs from the plan."""
    found: list[str] = []
    for step in plan.steps:
        change = step.change
        word = f"{KIND_WORDS[change.kind]} {change.name!r}"
        if _already(change, current):
            found.append(f"{word} is as planned")
        elif _already(change.inverse(), current):
            found.append(f"{word} is as before")
        else:
            wanted = change.after or change.before
            present = find(current, change.kind, change.name)
            diffs = field_diffs(wanted, settle(wanted, present)) if wanted is not None and present is not None else ()
            lines = [f"{word}: {d.field} expected {d.before or 'none'}, found {d.after or 'none'}" for d in diffs]
            found += lines or [f"{word} is missing on the shelf"]
    return tuple(found)


def provision(task: Task, plan: ShelfPlan, journal: Journal, patience: Patience | None = None) -> Result:
    """Nornir task: :func:`apply_plan` on the host's own connection; ``result`` is the :class:`ApplyResult`.

    ``changed`` is set when something was written. A shelf that cannot even be logged in to raises, through Nornir.
    """
    with driver_for_host(task.host, task.nornir.config) as driver:
        outcome = apply_plan(driver, plan, journal, patience)
    return Result(host=task.host, result=outcome, changed=bool(outcome.sent))


def recover(task: Task, plan: ShelfPlan, journal: Journal, patience: Patience | None = None) -> Result:
    """Nornir task: :func:`recover_plan` on the host's own connection; ``result`` is the :class:`ApplyResult`."""
    with driver_for_host(task.host, task.nornir.config) as driver:
        outcome = recover_plan(driver, plan, journal, patience)
    return Result(host=task.host, result=outcome, changed=bool(outcome.sent))
