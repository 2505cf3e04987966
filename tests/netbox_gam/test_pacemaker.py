"""The pacemaker: hands out what is due, one of all workers at a time, and loses nothing when the queue is away."""

from __future__ import annotations

import os
import threading
import uuid
from datetime import timedelta
from unittest.mock import patch

import django_rq
import psycopg
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from netbox_gam import batches, pacemaker
from netbox_gam.models import PollSchedule, PollWorker
from netbox_gam.pacemaker import QUEUE, WRITING_QUEUE, Pacemaker
from netbox_gam.workflows import locks, polling, scheduling

from . import factories


class PacemakerTests(TransactionTestCase):
    def setUp(self) -> None:
        self.queue = django_rq.get_queue(QUEUE)
        self.queue.empty()
        self.addCleanup(self.queue.empty)
        self.gams = [factories.gam() for _ in range(3)]
        scheduling.follow_devices()
        PollSchedule.objects.update(next_due=timezone.now() - timedelta(seconds=5))
        self.pacemaker = Pacemaker()

    def tokens(self) -> list[str]:
        return [job.args[0] for job in self.queue.jobs if job.func_name == "netbox_gam.batches.poll_batch"]

    def test_what_is_due_goes_to_the_queue_as_one_token(self) -> None:
        self.pacemaker.tick()
        (token,) = self.tokens()
        self.assertEqual(PollSchedule.objects.filter(lease=uuid.UUID(token)).count(), 3)
        self.assertIn("netbox_gam.batches.roll_up", [job.func_name for job in self.queue.jobs])
        self.assertEqual(PollWorker.objects.get().name, self.pacemaker.name)
        self.assertIsNotNone(PollWorker.objects.get().leader_at)
        self.pacemaker.tick()
        self.assertEqual(self.tokens(), [token], "leased GAMs are not handed out again")

    def test_nothing_of_a_gam_but_its_token_is_in_the_queue(self) -> None:
        self.pacemaker.tick()
        for job in self.queue.jobs:
            self.assertLessEqual(len(job.args), 1)
            self.assertEqual(job.kwargs, {})

    def test_due_upgrades_go_to_the_writing_queue_once_and_only_of_what_runs(self) -> None:
        writing = django_rq.get_queue(WRITING_QUEUE)
        writing.empty()
        self.addCleanup(writing.empty)
        now = timezone.now()
        rollouts = {status: factories.firmware_rollout(status=status, upgrades=0) for status in ("running", "paused", "planned")}
        wanted = []
        for gam, (rollout, status, look) in zip(
            self.gams, (("running", "planned", now), ("paused", "planned", now), ("paused", "away", now)), strict=True
        ):
            row = factories.firmware_upgrade(rollouts[rollout], gam, status=status, next_look=look)
            if (rollout, status) != ("paused", "planned"):
                wanted.append(row.pk)
        factories.firmware_upgrade(rollouts["running"], factories.gam(), status="planned", next_look=now + timedelta(hours=1))
        self.pacemaker.tick()
        handed = [job.args[0] for job in writing.jobs if job.func_name == "netbox_gam.batches.upgrade_firmware"]
        self.assertEqual(sorted(handed), sorted(wanted), "waiting ones of a running rollout, and what was begun")
        self.pacemaker._upgraded = float("-inf")
        self.pacemaker.tick()
        self.assertEqual(len(writing.jobs), len(handed), "claimed: nobody hands them out again within a minute")
        with patch("netbox_gam.workflows.firmware.carry_on") as carry_on:
            batches.upgrade_firmware(handed[0])
        carry_on.assert_called_once_with(handed[0])

    def test_a_queue_that_is_away_costs_nothing_however_many_batches_were_leased(self) -> None:
        PollSchedule.objects.filter(gam=self.gams[0]).update(failures=1)
        with patch.object(type(self.queue), "enqueue", side_effect=RedisAway("gone")), self.assertRaises(RedisAway):
            self.pacemaker.tick()
        self.assertFalse(PollSchedule.objects.filter(lease__isnull=False).exists())

    def test_a_queue_that_is_away_costs_nothing(self) -> None:
        with patch.object(type(self.queue), "enqueue", side_effect=RedisAway("gone")), self.assertRaises(RedisAway):
            self.pacemaker.tick()
        self.assertFalse(PollSchedule.objects.filter(lease__isnull=False).exists())
        self.pacemaker.tick()
        self.assertEqual(len(self.tokens()), 1)

    def test_a_queue_that_was_wiped_is_filled_again_when_the_leases_run_out(self) -> None:
        self.pacemaker.tick()
        self.queue.empty()
        PollSchedule.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        self.pacemaker.tick()
        self.assertEqual(len(self.tokens()), 1)

    def test_a_full_queue_gets_no_more(self) -> None:
        for _ in range(pacemaker.QUEUED_PER_WORKER):
            self.queue.enqueue(batches.roll_up)
        self.pacemaker.tick()
        self.assertEqual(self.tokens(), [])

    def test_another_one_leads(self) -> None:
        parameters = {
            key: value for key, value in connection.get_connection_params().items() if key in ("dbname", "user", "host", "port")
        }
        with psycopg.connect(**parameters) as other:
            other.execute("SELECT pg_advisory_lock(%s, %s)", (locks._NAMESPACE, locks._key("pacemaker", 0)))
            self.assertEqual(self.pacemaker.tick(), 0)
            self.assertEqual(self.tokens(), [])
            self.assertIsNone(PollWorker.objects.get().leader_at)
            other.execute("SELECT pg_advisory_unlock_all()")
        self.pacemaker.tick()
        self.assertEqual(len(self.tokens()), 1)

    def test_a_fork_waits_for_the_end_of_a_tick(self) -> None:
        order: list[str] = []
        inside, go_on = threading.Event(), threading.Event()

        def tick() -> int:
            inside.set()
            go_on.wait(5)
            order.append("tick ended")
            self.pacemaker._stop.set()
            return 0

        with patch.object(self.pacemaker, "tick", tick), patch.object(pacemaker, "TICK_SECONDS", 0.01):
            # Hooks cannot be taken off again, so they are called here as a fork would.
            with patch.object(os, "register_at_fork") as hooks:
                self.pacemaker.start()
            before, after = hooks.call_args.kwargs["before"], hooks.call_args.kwargs["after_in_parent"]
            inside.wait(5)
            threading.Timer(0.2, go_on.set).start()
            before()
            order.append("forked")
            after()
        self.assertEqual(order, ["tick ended", "forked"])
        hooks.call_args.kwargs["after_in_child"]()
        self.assertTrue(self.pacemaker.busy.acquire(blocking=False), "the child's lock is its own")

    def test_only_a_worker_of_the_queue_has_one(self) -> None:
        for words, wanted in (
            (["netbox", "rqworker", QUEUE], True),
            (["netbox", "rqworker", "default"], False),
            (["netbox", "runserver"], False),
        ):
            with (
                self.subTest(words=words),
                patch("sys.argv", words),
                patch.object(pacemaker, "_pacemaker", None),
                patch.object(Pacemaker, "start") as start,
            ):
                pacemaker.start_in_worker()
                self.assertEqual(start.called, wanted)

    def test_a_batch_reads_what_is_leased_to_it_once(self) -> None:
        self.pacemaker.tick()
        (token,) = self.tokens()
        with patch.object(polling, "read", return_value=[]) as read:
            batches.poll_batch(token)
            batches.poll_batch(token)
        self.assertEqual(read.call_count, 1)
        self.assertEqual({gam.pk for gam in read.call_args.args[0]}, {gam.pk for gam in self.gams})
