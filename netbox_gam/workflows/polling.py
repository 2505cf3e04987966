"""Polling: every GAM read once, what was seen stored, alarms raised and cleared. Unreachable is a state, not an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from nornir_tasks.contracts import DeviceReading, Failure, Progress, TargetResult
from nornir_tasks.errors import ErrorKind

from .. import gateway
from ..models import GamDevice
from ..targets import device_targets
from . import alarms, observed
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
    """What one round of polling came to."""

    polled: int = 0
    reachable: int = 0
    samples: int = 0
    endpoints: int = 0
    unknown_endpoints: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain types, for job data and the command line."""
        return dict(vars(self))


def poll(gams: Iterable[GamDevice] | None = None, *, on_progress: OnProgress | None = None) -> PollReport:
    """Read the given GAMs, or all with polling on, and store what was seen."""
    chosen = list(gams if gams is not None else GamDevice.objects.filter(polling_enabled=True).select_related(*RELATED))
    by_pk = {gam.pk: gam for gam in chosen}
    targets, skipped = device_targets(chosen)
    report = PollReport(polled=len(chosen))
    for gam, reason in skipped:
        _store_unreadable(gam, Failure(ErrorKind.UNREACHABLE, reason.reason), report)
    for target, result in zip(targets, gateway.poll(targets, on_progress), strict=True):
        store_result(by_pk[target.device_id or 0], result, report)
    return report


def store_result(gam: GamDevice, result: TargetResult[DeviceReading], report: PollReport) -> None:
    """Store one GAM's reading, or that it could not be read."""
    if result.failure is not None or result.value is None:
        failure = result.failure or Failure(ErrorKind.INCOMPLETE, "No reading and no failure was returned.")
        _store_unreadable(gam, failure, report, seconds=result.seconds)
        return
    reading = result.value
    observation = Observation(gam, result, reading.taken_at)
    report.samples += observed.store_batch([observation]).samples
    alarms.evaluate([observation])
    report.reachable += 1
    report.endpoints += len(reading.endpoints or ())
    report.unknown_endpoints += sum(1 for item in reading.endpoints or () if not item.configured_id)
    if reading.problems:
        report.problems[str(gam)] = [f"{problem.where}: {problem.message}" for problem in reading.problems]


def _store_unreadable(gam: GamDevice, failure: Failure, report: PollReport, *, seconds: float = 0) -> None:
    failed: TargetResult[DeviceReading] = TargetResult(str(gam), failure=failure, seconds=seconds)
    observation = Observation(gam, failed, timezone.now())
    observed.store_batch([observation])
    alarms.evaluate([observation])
    report.failures[str(gam)] = f"{failure.message} [{failure.kind}]"
