"""Recurring jobs of the plugin that NetBox would not run again, because a worker or Redis died in the middle.

NetBox schedules a recurring job at the end of its last run, and leaves it alone while any row of it is not completed. A worker that
was killed, or a queue that was lost, leaves such a row for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import django_rq
from core.choices import JobStatusChoices
from core.models import Job
from django.utils import timezone

log = logging.getLogger("netbox.plugins.netbox_gam.watchdog")

GRACE_SECONDS = 120
"""A job may be this late, or this long on its way into the queue."""
WORDS = "The worker that ran this job, or the queue it waited in, is gone. It was started again."


def lost_jobs(names: Iterable[str], now: datetime | None = None) -> list[Job]:
    """Jobs of these names that are not completed and that no queue or worker knows any more.

    :raises redis.exceptions.RedisError: Redis does not answer, so that nothing can be said
    """
    now = now or timezone.now()
    before = now - timedelta(seconds=GRACE_SECONDS)
    rows = Job.objects.filter(name__in=list(names), status__in=JobStatusChoices.ENQUEUED_STATE_CHOICES, created__lt=before)
    return [job for job in rows if _is_lost(job, before)]


def _is_lost(job: Job, before: datetime) -> bool:
    queue = django_rq.get_queue(job.queue_name or "default")
    task = queue.fetch_job(str(job.job_id))
    if task is None:
        return True
    if job.status != JobStatusChoices.STATUS_RUNNING:
        # Queued or scheduled in Redis as well, or failed there before NetBox heard of it.
        return bool(task.is_failed or task.is_canceled or task.is_finished)
    if task.is_started and task.last_heartbeat is not None:
        return _aware(task.last_heartbeat) < before
    return bool(task.is_failed or task.is_canceled or task.is_finished) and (job.started or job.created) < before


def is_silent(task: Any, now: datetime | None = None) -> bool:
    """Whether the worker of a running RQ job has not been heard of for so long that it is gone."""
    before = (now or timezone.now()) - timedelta(seconds=GRACE_SECONDS)
    return task.last_heartbeat is None or _aware(task.last_heartbeat) < before


def _aware(moment: datetime) -> datetime:
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)


def give_up(job: Job) -> None:
    """Say of a lost job that it ended, so that it can be scheduled again."""
    log.warning("%s (job %s) was %s and is lost", job.name, job.pk, job.status)
    Job.objects.filter(pk=job.pk, status=job.status).update(
        status=JobStatusChoices.STATUS_ERRORED, error=WORDS, completed=timezone.now()
    )
