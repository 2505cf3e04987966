"""What is wrong with polling as a whole, and what to do about it: for the status page, REST and whoever watches from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from ..models import GamDevice, PollWorker
from . import samples
from .scheduling import CLOSE_AFTER_SECONDS, WORKER_ALIVE_SECONDS, PollingStatus

LATE_SECONDS = 5.0
"""Lateness (99th percentile) from which more workers are worth it."""
NOBODY_LEADS_SECONDS = 30
WAITS_TOO_LONG_SECONDS = 120
CYCLES_NOT_CLOSED_SECONDS = CLOSE_AFTER_SECONDS + 480
STORAGE_CACHED_SECONDS = 60
START_A_WORKER = "netbox rqworker high default low netbox_gam.poll netbox_gam.provision netbox_gam.billing"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps GAMs from being read in time. ``command``: what to type, where that is the answer."""

    message: str
    next_step: str
    command: str = ""


def storage() -> list[samples.StorageReport]:
    """Disk use of measurements, looked up once a minute however many pages are open."""
    reports: list[samples.StorageReport] = cache.get_or_set("netbox_gam.storage", samples.storage, STORAGE_CACHED_SECONDS)
    return reports


def is_alive(worker: PollWorker, now: datetime | None = None) -> bool:
    """Whether a worker was heard of lately."""
    return worker.seen > (now or timezone.now()) - timedelta(seconds=WORKER_ALIVE_SECONDS)


def leads(worker: PollWorker, now: datetime | None = None) -> bool:
    """Whether a worker handed out work lately. Workers take turns; several may have."""
    since = (now or timezone.now()) - timedelta(seconds=NOBODY_LEADS_SECONDS)
    return worker.leader_at is not None and worker.leader_at > since


def problems(status: PollingStatus, now: datetime | None = None) -> list[Problem]:
    """What is wrong, the cause before its consequences; empty when all is well."""
    return list(_problems(status, now or timezone.now()))


def _problems(status: PollingStatus, now: datetime) -> Iterator[Problem]:
    alive = [worker for worker in status.workers if is_alive(worker, now)]
    if not alive:
        if status.scheduled or GamDevice.objects.filter(polling_enabled=True).exists():
            yield Problem(
                "No worker serves the queue netbox_gam.poll: nothing is read by schedule.",
                "Start one, on this machine or another.",
                START_A_WORKER,
            )
        return
    if not any(leads(worker, now) for worker in alive) and min(worker.started for worker in alive) < now - timedelta(seconds=60):
        yield Problem(
            "Workers are there, and none of them hands out work.",
            "See their log for lines of the pacemaker: most often Redis or a database session hangs.",
        )
    yield from _too_slow(status, now)


def _too_slow(status: PollingStatus, now: datetime) -> Iterator[Problem]:
    waits = (now - status.oldest_due).total_seconds() if status.oldest_due else 0.0
    cycle = status.last_cycle
    if waits > WAITS_TOO_LONG_SECONDS:
        yield Problem(
            f"{status.overdue} GAMs wait to be read, the oldest for {waits:.0f} s.",
            "Start more workers, or raise the polling interval of GAMs. Right after an outage this passes.",
            START_A_WORKER,
        )
    elif cycle is not None and cycle.lateness_p99 is not None and cycle.lateness_p99 > LATE_SECONDS:
        yield Problem(
            f"One in a hundred GAMs was read more than {cycle.lateness_p99:.0f} s late in the last cycle.",
            "Start one more worker if that stays so.",
            START_A_WORKER,
        )
    open_cycles = [row.started for row in status.cycles if not row.closed]
    if open_cycles and min(open_cycles) < now - timedelta(seconds=CYCLES_NOT_CLOSED_SECONDS):
        yield Problem(
            "Measurements were not rolled up for a while.",
            "Look for failed tasks of the queue netbox_gam.poll under Admin, Background Tasks; the workers' log says why.",
        )
