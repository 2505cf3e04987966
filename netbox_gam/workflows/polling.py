"""Polling: every GAM read once, what was seen stored, alarms raised and cleared. Unreachable is a state, not an error."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from nornir_tasks.contracts import Failure, Progress, TargetResult
from nornir_tasks.errors import ErrorKind

from .. import gateway, settings
from ..models import GamDevice
from ..targets import device_targets
from . import after_reading, alarms, observed, scheduling
from .observation import Observation

type OnProgress = Callable[[Progress], None]
RELATED = (
    "device__site",
    "device__role",
    "device__primary_ip4",
    "device__primary_ip6",
    "device__oob_ip",
    "credential_profile",
    "snmp_profile",
)


@dataclass
class PollReport:
    """What one round of polling came to. ``busy``: GAMs that a batch was reading at that moment."""

    polled: int = 0
    reachable: int = 0
    samples: int = 0
    endpoints: int = 0
    unknown_endpoints: int = 0
    busy: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain types, for job data and the command line."""
        return dict(vars(self))


def poll(gams: Iterable[GamDevice] | None = None, *, on_progress: OnProgress | None = None) -> PollReport:
    """Read the given GAMs, or all with polling on, now, and store what was seen. One that a batch is reading is left to it."""
    chosen = list(gams if gams is not None else GamDevice.objects.filter(polling_enabled=True).select_related(*RELATED))
    report = PollReport(polled=len(chosen))
    token, busy = scheduling.lease_now(gam.pk for gam in chosen)
    for gam in chosen:
        if gam.pk in busy:
            report.busy.append(str(gam))
    free = [gam for gam in chosen if gam.pk not in busy]
    observations: list[Observation] = []
    try:
        observations = read(free, on_progress=on_progress)
        stored = store(observations)
        after_reading.follow(observations, stored)
        _fill(stored, observations, report)
    finally:
        scheduling.finish(token, outcomes(observations))
        scheduling.end_lease(token)
    return report


def poll_batch(token: uuid.UUID, *, worker: str = "") -> scheduling.BatchReport | None:
    """Read the GAMs of a batch and store what was seen; None when nothing of it is left to do."""
    started = timezone.now()
    due = scheduling.claim(token)
    if not due:
        return None
    report = scheduling.BatchReport(started, worker=worker)
    clock = time.perf_counter()
    observations = read(GamDevice.objects.filter(pk__in=due).select_related(*RELATED), deadline=settings.cycle_deadline_seconds())
    report.phases["read"] = time.perf_counter() - clock
    clock = time.perf_counter()
    stored = store(observations)
    report.phases["store"] = time.perf_counter() - clock
    clock = time.perf_counter()
    after_reading.follow(observations, stored)
    report.phases["compare"] = time.perf_counter() - clock
    report.outcomes, report.samples = outcomes(observations), stored.samples
    scheduling.finish(token, report.outcomes)
    scheduling.note_batch(report, due)
    return report


def read(gams: Iterable[GamDevice], *, deadline: float | None = None, on_progress: OnProgress | None = None) -> list[Observation]:
    """Read some GAMs, each within its deadline; one that cannot even be tried has a failure that says why."""
    chosen = list(gams)
    by_pk = {gam.pk: gam for gam in chosen}
    targets, skipped = device_targets(chosen)
    observations = [
        Observation(gam, TargetResult(str(gam), failure=Failure(ErrorKind.UNREACHABLE, reason.reason)), timezone.now())
        for gam, reason in skipped
    ]
    places = observed.log_places(by_pk)
    known = {target.name: places[pk] for target in targets if (pk := target.device_id or 0) in places}
    results = gateway.poll(targets, on_progress, deadline=deadline, log_places=known)
    for target, result in zip(targets, results, strict=True):
        at = result.value.taken_at if result.value is not None else timezone.now()
        observations.append(Observation(by_pk[target.device_id or 0], result, at))
    return observations


def store(observations: Sequence[Observation]) -> observed.StoreReport:
    """Store what came of reading some GAMs, and follow their alarms."""
    stored = observed.store_batch(observations)
    alarms.evaluate([item for item in observations if item.gam.pk not in stored.not_stored])
    return stored


def outcomes(observations: Iterable[Observation]) -> list[scheduling.Outcome]:
    """What schedules need to know."""
    return [scheduling.Outcome(item.gam.pk, item.result.seconds, _kind(item)) for item in observations]


def _kind(item: Observation) -> str:
    """Why a GAM counts as not read: its failure, or that it was too slow to be read whole. Empty when it was read."""
    if item.reading is None:
        return _failure(item).kind
    return ErrorKind.TIMEOUT if any(problem.kind is ErrorKind.TIMEOUT for problem in item.reading.problems) else ""


def _failure(item: Observation) -> Failure:
    return item.result.failure or Failure(ErrorKind.INCOMPLETE, "No reading and no failure was returned.")


def _fill(stored: observed.StoreReport, observations: Iterable[Observation], report: PollReport) -> None:
    report.samples, report.endpoints, report.unknown_endpoints = stored.samples, stored.endpoints, stored.unknown_endpoints
    for item in observations:
        if item.gam.pk in stored.not_stored:
            report.failures[str(item.gam)] = f"could not be stored: {stored.not_stored[item.gam.pk]}"
        elif item.reading is None:
            failure = _failure(item)
            report.failures[str(item.gam)] = f"{failure.message} [{failure.kind}]"
        else:
            report.reachable += 1
            if item.reading.problems:
                report.problems[str(item.gam)] = [f"{problem.where}: {problem.message}" for problem in item.reading.problems]
