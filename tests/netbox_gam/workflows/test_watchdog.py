"""A recurring job whose worker or queue died is scheduled again; one that is on its way is left alone."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import django_rq
from core.choices import JobStatusChoices as Status
from core.models import Job
from django.test import TestCase
from django.utils import timezone
from rq.job import JobStatus

from netbox_gam import jobs
from netbox_gam.workflows import watchdog

NAME = jobs.HousekeepingJob.name


class WatchdogTests(TestCase):
    def setUp(self) -> None:
        self.queue = django_rq.get_queue("default")
        Job.objects.filter(name=NAME).delete()

    def row(self, status: str, *, minutes: float = 10, **values: Any) -> Job:
        job = Job.objects.create(name=NAME, status=status, job_id=uuid.uuid4(), queue_name="default", interval=1440, **values)
        Job.objects.filter(pk=job.pk).update(created=timezone.now() - timedelta(minutes=minutes))
        return job

    def task(self, job: Job, status: JobStatus, *, heard: float = 0) -> None:
        task = self.queue.create_job(print, job_id=str(job.job_id), status=status)
        task.last_heartbeat = timezone.now() - timedelta(seconds=heard)
        task.save()
        self.addCleanup(task.delete)

    def lost(self) -> list[int]:
        return [job.pk for job in watchdog.lost_jobs([NAME])]

    def test_what_no_queue_knows_is_lost(self) -> None:
        rows = [self.row(status) for status in (Status.STATUS_RUNNING, Status.STATUS_SCHEDULED, Status.STATUS_PENDING)]
        self.row(Status.STATUS_COMPLETED)
        self.row(Status.STATUS_PENDING, minutes=1)
        self.assertEqual(sorted(self.lost()), sorted(row.pk for row in rows))

    def test_what_is_on_its_way_is_left_alone(self) -> None:
        self.task(self.row(Status.STATUS_RUNNING, started=timezone.now() - timedelta(minutes=9)), JobStatus.STARTED, heard=20)
        self.task(self.row(Status.STATUS_SCHEDULED), JobStatus.SCHEDULED)
        self.task(self.row(Status.STATUS_PENDING), JobStatus.QUEUED)
        self.assertEqual(self.lost(), [])

    def test_a_worker_that_fell_silent_is_dead(self) -> None:
        job = self.row(Status.STATUS_RUNNING, started=timezone.now() - timedelta(minutes=9))
        self.task(job, JobStatus.STARTED, heard=300)
        self.assertEqual(self.lost(), [job.pk])

    def test_what_failed_before_it_began_is_lost(self) -> None:
        job = self.row(Status.STATUS_PENDING)
        self.task(job, JobStatus.FAILED)
        self.assertEqual(self.lost(), [job.pk])

    def test_the_daily_job_is_scheduled_again_once(self) -> None:
        dead = self.row(Status.STATUS_RUNNING)
        with patch.object(django_rq, "get_queue", return_value=self.queue):
            with self.assertLogs("netbox.plugins.netbox_gam.watchdog", "WARNING"):
                self.assertEqual(jobs.revive_recurring(), 1)
            self.assertEqual(jobs.revive_recurring(), 0)
        dead.refresh_from_db()
        self.assertEqual((dead.status, bool(dead.completed)), (Status.STATUS_ERRORED, True))
        self.assertIn("started again", dead.error)
        self.assertEqual(Job.objects.filter(name=NAME, status__in=Status.ENQUEUED_STATE_CHOICES).count(), 1)
