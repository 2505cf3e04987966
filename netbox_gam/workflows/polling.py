"""Polling: every GAM read once, what was seen stored, alarms raised and cleared. Unreachable is a state, not an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from nornir_tasks.contracts import AlarmReading, DeviceReading, EndpointReading, Failure, Progress, TargetResult
from nornir_tasks.errors import ErrorKind
from nornir_tasks.gam.alarms import CONDITIONS

from .. import gateway
from ..choices import AlarmSeverityChoices, AlarmSourceChoices
from ..models import Endpoint, GamDevice
from ..targets import device_targets
from . import alarms, observed
from .observation import Observation

type OnProgress = Callable[[Progress], None]
CONDITION_WORDS = dict(CONDITIONS.values())
UNREACHABLE_KEY = "polling:unreachable"
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
    with transaction.atomic():
        report.samples += observed.store(gam, reading, seconds=result.seconds)
        alarms.clear_alarm(gam, key=UNREACHABLE_KEY)
        follow_alarms(gam, reading)
    report.reachable += 1
    report.endpoints += len(reading.endpoints or ())
    report.unknown_endpoints += sum(1 for item in reading.endpoints or () if not item.configured_id)
    if reading.problems:
        report.problems[str(gam)] = [f"{problem.where}: {problem.message}" for problem in reading.problems]


def _store_unreadable(gam: GamDevice, failure: Failure, report: PollReport, *, seconds: float = 0) -> None:
    failed: TargetResult[DeviceReading] = TargetResult(str(gam), failure=failure, seconds=seconds)
    observed.store_batch([Observation(gam, failed, timezone.now())])
    report.failures[str(gam)] = f"{failure.message} [{failure.kind}]"
    alarms.raise_alarm(
        gam,
        key=UNREACHABLE_KEY,
        condition="unreachable",
        severity=AlarmSeverityChoices.MAJOR,
        source=AlarmSourceChoices.POLLING,
        text=f"{failure.message} {failure.next_step}"[:300],
    )


def follow_alarms(gam: GamDevice, reading: DeviceReading) -> None:
    """Raise what the shelf raises, by UUID, and clear what it no longer has; nothing when its alarms were not read."""
    if reading.alarms is None:
        return
    endpoints = _endpoints_by_id(reading.endpoints or ())
    for item in reading.alarms:
        alarms.raise_alarm(
            gam,
            key=item.uuid,
            entity=item.entity,
            endpoint=endpoints.get(item.entity),
            condition=item.condition,
            severity=str(item.severity),
            service_affecting=item.service_affecting,
            text=(item.description or CONDITION_WORDS.get(item.condition, ""))[:300],
            raised=_time_of(item),
        )
    if "alarms" in reading.incomplete:
        return
    current = {item.uuid for item in reading.alarms}
    for key, alarm in alarms.standing(gam).items():
        if alarm.source == AlarmSourceChoices.SHELF and key not in current:
            alarms.clear_alarm(gam, key=key)


def _endpoints_by_id(readings: tuple[EndpointReading, ...]) -> dict[str, Endpoint]:
    """Endpoints by the name their alarms have on the shelf, ``CPE-<id>``."""
    ids = {item.mac: item.configured_id for item in readings if item.configured_id}
    return {f"CPE-{ids[item.mac]}": item for item in Endpoint.objects.filter(mac_address__in=ids)}


def _time_of(item: AlarmReading) -> datetime | None:
    """When the shelf says it came up; None where its clock was never set (1970) or it does not say."""
    try:
        moment = parse_datetime(item.occurred)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) and moment.year > 2000 else None
