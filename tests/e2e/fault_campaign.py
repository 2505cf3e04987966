"""The fault campaign: seeded cases of one plan each on simulated shelves that fail, and what has to be true afterwards.

A case is a plan, and strikes: what goes wrong, and at which line or journal entry. The plan is applied over real SSH or HTTP by a
process of its own; one that was killed is followed by another one that recovers. The peer gets the same lines and strikes.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from development.simulator.cli import CliSession
from development.simulator.command_log import CommandLog, Entry
from development.simulator.state import SimShelf
from development.simulator.testing import RunningFleet, running_fleet
from development.simulator.variants import Variants
from development.town import TownEndpoint, TownProfile, TownService, TownShelf
from nornir_tasks.changes.planner import plan_shelf
from nornir_tasks.changes.state import apply_all, differences, sayable
from nornir_tasks.contracts import (
    ApplyOutcome,
    ApplyResult,
    ChangeAction,
    ChangeKind,
    DeviceTarget,
    EndpointConfig,
    ProfileConfig,
    ShelfConfig,
    ShelfPlan,
    SubscriberConfig,
    Transport,
)
from nornir_tasks.drivers.choose import driver_for_target
from nornir_tasks.gam.catalog import BY_NAME
from nornir_tasks.gam.parsers import parse_config

from .fault_worker import apply_or_recover, send_and_hope

MODEL = BY_NAME["GAM-12-C"]
SLOW_SECONDS = 1.4
"""Longer than the worker's deadline."""
GARBAGE_SECONDS = 0.3
CASE_SECONDS = 90
STEP_KINDS = [(kind, action) for kind in ChangeKind for action in ChangeAction]
EFFECTS = ("drop", "garbage", "refuse", "lose", "reboot", "slow")
KILLS = ("before send", "after send", "before save", "after save", "in undo", "after undo line")
FAULTS = (*EFFECTS, *(f"kill {point}" for point in KILLS))


@dataclass(frozen=True)
class Strike:
    """What goes wrong at the ``nth`` (from 1) of: write, save, running, startup (a line arrives); written, saved (it was done);
    step, save!, undo (the journal's entry before it was stored). ``lasting``: until the case is over."""

    on: str
    nth: int
    effect: str
    lasting: bool = False


@dataclass(frozen=True)
class Case:
    """One case, made from its number alone. ``unsaved``: somebody else's change that is not in startup."""

    number: int
    kind: ChangeKind
    action: ChangeAction
    fault: str
    transport: Transport
    strikes: tuple[Strike, ...]
    wish: ShelfConfig
    removals: tuple[tuple[ChangeKind, str], ...]
    unsaved: bool


@dataclass
class Verdict:
    """How a case ended: its claim, and what is wrong with it."""

    case: Case
    claim: str
    problems: list[str] = field(default_factory=list)
    result: ApplyResult | None = None
    struck: int = 0


def town_shelf(index: int) -> TownShelf:
    """A shelf with something of every kind that is in use and something that is not."""
    endpoints = [TownEndpoint(f"00:0e:d8:00:{index:02x}:{n:02x}", f"s{n}", "G1001-C", n, n, f"ep{n}") for n in range(1, 6)]
    endpoints.append(TownEndpoint(f"00:0e:d8:00:{index:02x}:09", "s9", "G1001-C", 9, 9, "", configured=False))
    profiles = (TownProfile(2, "100M", 108, 54), TownProfile(3, "300M", 324, 54), TownProfile(4, "spare", 55, 55))
    services = (
        TownService(1, "a", "ep1", 100, "100M", "first floor"),
        TownService(2, "b", "ep2", 101, "300M"),
        TownService(3, "c", "ep3", 102, None, "shop", tagged=True),
    )
    return TownShelf(
        index, f"gam-{index}", "GAM-12-C", f"{index:08d}", f"00:0e:d8:10:{index:02x}:00", "1.5.4", "cellar",
        f"127.0.89.{index}", endpoints=tuple(endpoints), profiles=profiles, services=services,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- cases


def make_case(number: int, seed: int = 1) -> Case:
    """The case of that number: step kinds and faults in turn, the rest by chance."""
    dice = random.Random(f"{seed}/{number}")
    kind, action = STEP_KINDS[number % len(STEP_KINDS)]
    fault = FAULTS[number // len(STEP_KINDS) % len(FAULTS)]
    wish, removals = ShelfConfig(), set()
    others = [step for step in STEP_KINDS if step != (kind, action)]
    for step in [(kind, action), *dice.sample(others, dice.randrange(3))]:
        wish, removals = _wish(dice, *step, wish, removals)
    transport = Transport.JSONRPC if dice.random() < 0.3 else Transport.SSH
    return Case(number, kind, action, fault, transport, _strikes(dice, fault), wish, tuple(sorted(removals)), dice.random() < 0.1)


def _wish(dice: random.Random, kind: ChangeKind, action: ChangeAction, wish: ShelfConfig, removals: set[Any]) -> tuple[Any, Any]:
    rate = dice.randrange(400, 900)
    match kind, action:
        case ChangeKind.PROFILE, ChangeAction.REMOVE:
            return wish, removals | {(kind, "spare")}
        case ChangeKind.ENDPOINT, ChangeAction.REMOVE:
            return wish, removals | {(kind, "ep5")}
        case ChangeKind.SUBSCRIBER, ChangeAction.REMOVE:
            return wish, removals | {(kind, "c")}
        case ChangeKind.PROFILE, ChangeAction.ADD:
            return replace(wish, profiles=(*wish.profiles, ProfileConfig("new", rate, rate))), removals
        case ChangeKind.PROFILE, _:
            return replace(wish, profiles=(*wish.profiles, ProfileConfig("300M", rate + 500, 60))), removals
        case ChangeKind.ENDPOINT, ChangeAction.ADD:
            return replace(wish, endpoints=(*wish.endpoints, EndpointConfig("ep9", "00:0e:d8:00:ff:09", 9))), removals
        case ChangeKind.ENDPOINT, _:
            port = dice.choice([6, 7, 8])
            return replace(wish, endpoints=(*wish.endpoints, EndpointConfig("ep4", "00:0e:d8:00:ff:04", port))), removals
        case _, ChangeAction.ADD:
            new = SubscriberConfig("d", dice.randrange(200, 900), "ep4", profile="100M", description=dice.choice(["", "top"]))
            return replace(wish, subscribers=(*wish.subscribers, new)), removals
    new = SubscriberConfig("a", dice.choice([4094, 777]), "ep1", profile=dice.choice(["100M", "300M"]), description="attic")
    return replace(wish, subscribers=(*wish.subscribers, new)), removals


def _strikes(dice: random.Random, fault: str) -> tuple[Strike, ...]:
    nth = dice.choice([1, 1, 1, 2, 2, 3])
    lasting = dice.random() < 0.15
    if fault.startswith("kill "):
        first = {
            "kill before send": Strike("step", nth, "kill"),
            "kill after send": Strike(dice.choice(["write", "written"]), nth, "kill"),
            "kill before save": Strike("save!", 1, "kill"),
            "kill after save": Strike(dice.choice(["save", "saved"]), 1, "kill"),
            "kill in undo": Strike("undo", dice.choice([1, 1, 2]), "kill"),
            "kill after undo line": Strike("undone", 1, "kill"),
        }[fault]
        strikes = [first]
        if "undo" in fault:
            strikes.append(Strike("save", 1, "refuse", lasting=True))
        elif dice.random() < 0.4:
            strikes.append(_effect(dice, dice.choice(EFFECTS), nth, lasting=False))
        return tuple(strikes)
    strikes = [_effect(dice, fault, nth, lasting)]
    if dice.random() < 0.35:
        strikes.append(_effect(dice, dice.choice(EFFECTS), nth + 1, lasting=False))
    return tuple(strikes)


def _effect(dice: random.Random, effect: str, nth: int, lasting: bool) -> Strike:
    if effect in ("refuse", "lose"):
        on = dice.choice(["write", "write", "save"])
    elif effect in ("drop", "reboot"):
        on = dice.choice(["write", "written", "written", "running", "save", "saved", "startup"])
    else:
        on = dice.choice(["write", "write", "running", "save", "startup"])
    if on in ("save", "saved"):
        nth = 1
    elif on == "startup":
        nth = dice.choice([1, 2])
    elif on == "running":
        nth = dice.choice([1, 2, 2, 3])
    return Strike(on, nth, effect, lasting)


# ----------------------------------------------------------------------------------------------------------- the trouble


class Trouble:
    """Makes the strikes of a case happen on a shelf. Its methods but :meth:`entry` run in the shelf's thread."""

    def __init__(self, shelf: SimShelf, case: Case) -> None:
        self.shelf, self.case = shelf, case
        self.counts: Counter[str] = Counter()
        self.struck: list[Strike] = []
        self.victim: int | None = None
        self.undoing = False
        self._at_once: list[str] = []

    def entry(self, phase: str, state: str) -> bool:
        """Whether the worker is to be killed at this journal entry."""
        self.undoing |= phase == "undo"
        what = {"step": "step", "undo": "undo"}.get(phase) if state == "sending" else "save!" if phase == "save" else None
        return what is not None and any(self._count(what))

    def _count(self, what: str) -> list[Strike]:
        self.counts[what] += 1
        found = [s for s in self.case.strikes if s.on == what and s.nth == self.counts[what] and s not in self.struck]
        self.struck += found
        return found

    def arriving(self, text: str) -> None:
        """A line or a request body arrives."""
        what = kind_of_line(text)
        if what:
            for strike in self._count(what):
                self.strike(strike, text)

    def done(self, entry: Entry) -> None:
        """A command was done, refused, or swallowed."""
        for name in self._at_once:
            setattr(self.shelf.faults, name, {} if name == "refuse" else [])
        self._at_once = []
        if entry.kind == "read":
            return
        for strike in self._count("saved" if entry.kind == "save" else "written"):
            self.strike(strike, entry.command)
        if self.undoing and entry.kind == "write":
            for strike in self._count("undone"):
                self.strike(strike, entry.command)

    def strike(self, strike: Strike, text: str) -> None:
        """Do it."""
        faults = self.shelf.faults
        protocol = str(self.case.transport)
        match strike.effect:
            case "kill":
                if self.victim is not None:
                    os.kill(self.victim, signal.SIGKILL)
            case "drop" if strike.on in ("written", "saved"):
                self._cut()
            case "drop":
                faults.disconnect_after = 1
            case "garbage":
                faults.garbage = {protocol}
                if not strike.lasting:
                    self._later(GARBAGE_SECONDS, lambda: setattr(faults, "garbage", set()))
            case "refuse":
                key = "" if strike.lasting else faults_key(text)
                words = ["copy", "icfg.control.copy.set"] if strike.on == "save" else [key]
                faults.refuse = dict.fromkeys(words, "Database is locked")
                self._at_once += [] if strike.lasting else ["refuse"]
            case "lose":
                faults.lose = ["copy "] if strike.on == "save" and protocol == "ssh" else [faults_key(text)]
                self._at_once += [] if strike.lasting else ["lose"]
            case "reboot":
                self.shelf.reboot()
            case "slow":
                faults.slow = {protocol: SLOW_SECONDS}
                self._later(0.01 if not strike.lasting else SLOW_SECONDS * 3, lambda: setattr(faults, "slow", {}))

    def _cut(self) -> None:
        for listener in list(self.shelf.listeners):
            listener()

    def _later(self, seconds: float, action: Any) -> None:
        asyncio.get_running_loop().call_later(seconds, action)

    @property
    def slowed(self) -> bool:
        """Whether a line may still be waiting to be done."""
        return any(strike.effect == "slow" for strike in self.struck)


def kind_of_line(text: str) -> str:
    """write, save, running, startup, or nothing that counts."""
    if text.startswith("{"):
        method = str(json.loads(text).get("method", ""))
        if method == "icfg.control.copy.set":
            return "save"
        if "startupConfig" in text:
            return "startup"
        return "running" if method.endswith("global.get") else "write" if method.rpartition(".")[2] in ("set", "add", "del") else ""
    first = text.strip()
    if first.startswith("copy "):
        return "save"
    if first.startswith("show startup"):
        return "startup"
    return "running" if first.startswith("show running") else "write" if first.startswith(("ghn ", "no ghn ")) else ""


def faults_key(text: str) -> str:
    """What the simulator's faults find this one command by: it records calls as method and parameters."""
    if not text.startswith("{"):
        return text
    body = json.loads(text)
    return f"{body['method']} {json.dumps(body.get('params', []))}"


# --------------------------------------------------------------------------------------------------------------- running


class Ground:
    """One shelf that runs case after case."""

    def __init__(self, fleet: RunningFleet, shelf: SimShelf, folder: Path) -> None:
        self.fleet, self.shelf, self.folder = fleet, shelf, folder
        self.base = fleet.call(shelf.startup.copy)
        self.context = multiprocessing.get_context("forkserver")

    def reset(self, case: Case) -> Trouble:
        """The shelf as it was at first, with the trouble of a case."""

        def run() -> Trouble:
            shelf = self.shelf
            shelf.arriving = None
            shelf.faults.clear()
            for listener in list(shelf.listeners):
                listener()
            shelf.startup = self.base.copy()
            shelf.load_startup()
            shelf.down_until = 0.0
            if case.unsaved:
                shelf.running.subscribers[2].description = "not saved"
            shelf.log = CommandLog()
            shelf.changed()
            return Trouble(shelf, case)

        return self.fleet.call(run)

    def arm(self, trouble: Trouble) -> None:
        """From now on the strikes count."""

        def run() -> None:
            self.shelf.log = CommandLog()
            self.shelf.arriving = trouble.arriving
            self.shelf.log.watchers.append(trouble.done)

        self.fleet.call(run)

    def disarm(self, trouble: Trouble) -> None:
        """Nothing is wrong any more, and what was waiting has been done."""

        def run() -> None:
            self.shelf.arriving = None
            self.shelf.log.watchers.clear()
            self.shelf.faults.clear()

        self.fleet.call(run)
        if trouble.slowed:
            time.sleep(SLOW_SECONDS + 0.2)

    def truth(self) -> tuple[ShelfConfig, ShelfConfig]:
        """Running and startup as the shelf itself prints them, without any wire."""

        def run() -> tuple[str, str]:
            log, self.shelf.log = self.shelf.log, CommandLog()
            try:
                session = CliSession(self.shelf)
                return session.run("show running-config").text, session.run("show startup-config").text
            finally:
                self.shelf.log = log

        running, startup = self.fleet.call(run)
        return parse_config(running), parse_config(startup)

    def changes(self) -> list[str]:
        """What was written, as the shelf received it."""
        return self.fleet.call(lambda: [entry.command for entry in self.shelf.log.select("write")])

    def target(self, transport: Transport) -> DeviceTarget:
        """How to reach the shelf."""
        return replace(self.fleet.target(self.shelf), transport=transport)

    def plan(self, case: Case) -> ShelfPlan:
        """The plan of a case, for the shelf as it is."""
        with driver_for_target(self.target(case.transport)) as driver:
            actual = driver.read_running()
        macs = {endpoint.name: endpoint.mac for endpoint in actual.endpoints}
        endpoints = tuple(replace(e, mac=macs.get(e.name, e.mac)) for e in case.wish.endpoints)
        wish = replace(case.wish, endpoints=endpoints)
        return plan_shelf(self.shelf.name, case.transport, actual, wish, case.removals, MODEL, "campaign")

    def work(self, trouble: Trouble, function: Any, *arguments: Any) -> tuple[Any, ...] | None:
        """Run in a process of its own; what it sends last, None when it was killed."""
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=function, args=(theirs, *arguments), daemon=True)
        process.start()
        theirs.close()
        trouble.victim = process.pid
        message: tuple[Any, ...] | None = None
        deadline = time.monotonic() + CASE_SECONDS
        with suppress(EOFError, ConnectionError, BrokenPipeError):
            while ours.poll(max(0.0, deadline - time.monotonic())):
                message = ours.recv()
                if message[0] != "entry":
                    break
                if trouble.entry(message[1], message[3]):
                    process.kill()
                    message = None
                    break
                message = None
                ours.send("go on")
        trouble.victim = None
        if message is None and time.monotonic() >= deadline:
            process.kill()
            message = ("hung",)
        process.join()
        ours.close()
        return message

    def run(self, case: Case) -> Verdict:
        """One case from beginning to end."""
        trouble = self.reset(case)
        plan = self.plan(case)
        if plan.violations or not plan.steps:
            return Verdict(case, "no plan", [f"the case makes no plan: {plan.violations}"])
        (old, old_startup), journal = self.truth(), self.folder / f"{case.number}.jsonl"
        self.arm(trouble)
        arguments = (self.target(case.transport), plan, str(journal))
        message = self.work(trouble, apply_or_recover, "apply", *arguments)
        for _ in range(3):
            if message is not None:
                break
            message = self.work(trouble, apply_or_recover, "recover", *arguments)
        self.disarm(trouble)
        entries = [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
        result = message[1] if message is not None and message[0] == "result" else None
        claim = _claim(message, entries)
        problems = judge(claim, result, plan, (old, old_startup), self.truth(), self.changes())
        problems += sent_as_approved(plan, self.changes())
        return Verdict(case, claim, [f"{line} [{trouble.struck}]" for line in problems], result, len(trouble.struck))

    def run_peer(self, case: Case) -> Verdict:
        """The same lines and strikes with a plain script."""
        trouble = self.reset(case)
        plan = self.plan(case)
        old, old_startup = self.truth()
        self.arm(trouble)
        lines = [line for step in plan.steps for line in step.sends]
        message = self.work(trouble, send_and_hope, self.target(case.transport), lines)
        self.disarm(trouble)
        applied = message is not None and message[0] == "claimed" and message[1]
        claim = ApplyOutcome.APPLIED if applied else ApplyOutcome.ROLLED_BACK
        return Verdict(case, claim, judge(claim, None, plan, (old, old_startup), self.truth()))


def _claim(message: tuple[Any, ...] | None, entries: list[Any]) -> str:
    """What NetBox would say: the result, or, without one, whether a step got as far as being sent."""
    if message is not None and message[0] == "result":
        return str(message[1].outcome)
    if message is not None and message[0] == "hung":
        return "hung"
    touched = any(entry[0] == "step" for entry in entries)
    return ApplyOutcome.NEEDS_ATTENTION if touched else ApplyOutcome.FAILED


# --------------------------------------------------------------------------------------------------------------- judging


def judge(
    claim: str,
    result: ApplyResult | None,
    plan: ShelfPlan,
    before: tuple[ShelfConfig, ShelfConfig],
    after: tuple[ShelfConfig, ShelfConfig],
    sent: Sequence[str] = (),
) -> list[str]:
    """What is wrong with a claim about a shelf; ``before`` and ``after`` are running and startup, ``sent`` what it was told.

    Failed and stale claim that nothing was sent. Such a shelf may have rebooted by itself, which loses what others had not saved.
    """
    (old, old_startup), (running, startup) = before, after
    new = apply_all(old, [step.change for step in plan.steps])
    problems: list[str] = []
    if differences(sayable(old_startup), sayable(startup)) and differences(sayable(new), sayable(startup)):
        problems.append(f"startup holds a state nobody verified: {differences(sayable(new), sayable(startup))}")
    if claim == ApplyOutcome.APPLIED:
        problems += [f"claimed applied: {line}" for line in differences(new, running)]
        problems += [f"claimed saved: {line}" for line in differences(sayable(new), sayable(startup))]
    elif claim in (ApplyOutcome.FAILED, ApplyOutcome.STALE):
        problems += [f"claimed {claim}: was sent {text}" for text in sent]
        if differences(old_startup, running):
            problems += [f"claimed {claim}: {line}" for line in differences(old, running)]
        problems += [f"claimed {claim}: startup: {line}" for line in differences(sayable(old_startup), sayable(startup))]
    elif claim == ApplyOutcome.ROLLED_BACK:
        problems += [f"claimed {claim}: {line}" for line in differences(old, running)]
        problems += [f"claimed {claim}: startup: {line}" for line in differences(sayable(old_startup), sayable(startup))]
    elif claim == ApplyOutcome.NEEDS_ATTENTION:
        if result is not None:
            problems += _untold(result, differences(old, running))
    else:
        problems.append(f"ended as {claim}")
    return problems


def _untold(result: ApplyResult, truth: Iterable[str]) -> list[str]:
    """What is different and not said, unless it is said that the shelf could not be read."""
    if any("could not be read" in line or "neither before" in line for line in result.difference):
        return []
    return [f"not told: {line}" for line in truth if line not in result.difference]


def sent_as_approved(plan: ShelfPlan, changes: Sequence[str]) -> list[str]:
    """Every line the shelf received is one that was approved: the steps' own in order, then of inverses, last step first."""
    steps = [[faults_key(text) for text in step.sends] for step in plan.steps]
    inverses = [[faults_key(text) for text in step.undo_sends] for step in plan.steps]
    forward = [text for step in steps for text in step]
    allowed = {text for texts in inverses for text in texts}
    problems = []
    for text in changes:
        # a slow shelf does a line late, after others
        if forward and text == forward[0]:
            forward.pop(0)
        elif text not in allowed:
            problems.append(f"sent and not approved: {text}")
    return problems


def run(
    cases: Sequence[Case], shelves: int = 6, peer: bool = False, progress: Callable[[Verdict], None] | None = None
) -> list[Verdict]:
    """All cases, a few shelves at a time; with ``peer`` what a plain script makes of them."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["tests.e2e.fault_worker"])
    made = [SimShelf(town_shelf(n + 1), password="old&new pass", variants=Variants(boot_seconds=0.2)) for n in range(shelves)]
    waiting = iter(cases)
    lock, verdicts = threading.Lock(), []

    def serve(ground: Ground) -> None:
        while True:
            with lock:
                case = next(waiting, None)
            if case is None:
                return
            verdict = ground.run_peer(case) if peer else ground.run(case)
            with lock:
                verdicts.append(verdict)
                if progress is not None:
                    progress(verdict)

    with tempfile.TemporaryDirectory() as folder, running_fleet(made) as fleet, ThreadPoolExecutor(shelves) as pool:
        for done in [pool.submit(serve, Ground(fleet, shelf, Path(folder))) for shelf in made]:
            done.result()
    return sorted(verdicts, key=lambda verdict: verdict.case.number)
