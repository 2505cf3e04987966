"""Leases, intervals, back-off, cycles: every GAM is read when it is due, by one batch at a time, whatever dies."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from netbox_gam.exceptions import NotAllowed
from netbox_gam.models import GamDevice, PollCycle, PollSchedule, PollWorker
from netbox_gam.workflows import scheduling
from netbox_gam.workflows.scheduling import Outcome

from .. import factories


class SchedulingTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.gams = [factories.gam() for _ in range(6)]
        scheduling.follow_devices()

    def rows(self) -> list[PollSchedule]:
        return list(PollSchedule.objects.order_by("gam_id"))

    def make_due(self, *gams: GamDevice, seconds: float = 5) -> None:
        rows = PollSchedule.objects.filter(gam__in=gams or self.gams)
        rows.update(next_due=timezone.now() - timedelta(seconds=seconds), leased_until=None, lease=None)

    def test_rows_follow_the_devices_and_begin_spread_over_the_interval(self) -> None:
        now = timezone.now()
        self.assertEqual([row.gam_id for row in self.rows()], sorted(gam.pk for gam in self.gams))
        self.assertTrue(all(-5 < (row.next_due - now).total_seconds() < 60 for row in self.rows()))
        self.assertGreater(len({row.next_due.second for row in self.rows()}), 1)
        GamDevice.objects.filter(pk=self.gams[0].pk).update(polling_enabled=False)
        scheduling.follow_devices()
        scheduling.follow_devices()
        self.assertEqual(len(self.rows()), 5)

    def test_what_is_due_is_leased_once(self) -> None:
        PollSchedule.objects.update(next_due=timezone.now() + timedelta(seconds=50))
        self.make_due(*self.gams[:4])
        (batch,) = scheduling.lease(5)
        self.assertEqual(set(batch.gams), {gam.pk for gam in self.gams[:4]})
        self.assertEqual(scheduling.lease(5), [])

    def test_a_lease_is_claimed_once(self) -> None:
        self.make_due()
        (batch,) = scheduling.lease(5)
        self.assertEqual(set(scheduling.claim(batch.token)), set(batch.gams))
        self.assertEqual(scheduling.claim(batch.token), {})
        self.assertEqual(scheduling.claim(uuid.uuid4()), {})

    def test_a_lease_that_ran_out_is_handed_out_again_and_the_old_batch_does_nothing(self) -> None:
        self.make_due()
        (lost,) = scheduling.lease(5)
        PollSchedule.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        self.assertEqual(scheduling.claim(lost.token), {})
        (again,) = scheduling.lease(5)
        self.assertEqual(set(again.gams), set(lost.gams))
        scheduling.finish(lost.token, [Outcome(gam, 1.0) for gam in lost.gams])
        self.assertTrue(all(row.lease == again.token for row in self.rows()))

    def test_what_could_not_be_handed_over_is_given_back(self) -> None:
        self.make_due()
        (batch,) = scheduling.lease(5)
        scheduling.release(batch)
        self.assertEqual(len(scheduling.lease(5)), 1)

    def test_doubtful_gams_keep_nobody_waiting(self) -> None:
        PollSchedule.objects.filter(gam=self.gams[0]).update(failures=2)
        PollSchedule.objects.filter(gam=self.gams[1]).update(last_seconds=12)
        self.make_due()
        healthy, doubtful = scheduling.lease(5)
        self.assertEqual(set(doubtful.gams), {self.gams[0].pk, self.gams[1].pk})
        self.assertEqual(len(healthy.gams), 4)
        PollSchedule.objects.filter(gam=self.gams[2]).update(failures=1)
        self.make_due(self.gams[2])
        self.assertEqual(scheduling.lease(5), [], "one batch of them at a time")
        self.assertEqual(len(scheduling.lease(5, doubtful_limit=2)), 1)

    def test_due_gams_wait_a_moment_for_others(self) -> None:
        self.make_due(seconds=0.1)
        self.assertEqual(scheduling.lease(5), [])
        PollSchedule.objects.filter(gam=self.gams[0]).update(wanted=True)
        self.assertEqual(len(scheduling.lease(5)), 1)

    def test_the_next_time_is_on_the_gams_own_grid(self) -> None:
        self.make_due()
        (batch,) = scheduling.lease(5)
        scheduling.claim(batch.token)
        before = timezone.now()
        scheduling.finish(batch.token, [Outcome(gam, 0.4) for gam in batch.gams])
        after = timezone.now()
        first = {row.gam_id: row.next_due for row in self.rows()}
        self.assertTrue(all(before < due <= after + timedelta(seconds=60) for due in first.values()))
        self.make_due()
        (batch,) = scheduling.lease(5)
        scheduling.claim(batch.token)
        scheduling.finish(batch.token, [Outcome(gam, 0.4) for gam in batch.gams])
        for row in self.rows():
            self.assertEqual((row.next_due - first[row.gam_id]).total_seconds() % 60, 0, "same second of the interval")
            self.assertEqual((row.lease, row.claimed, row.failures, row.last_seconds), (None, False, 0, 0.4))

    def test_a_gam_that_does_not_answer_is_asked_ever_less_often_up_to_the_cap(self) -> None:
        gam = self.gams[0]
        waits = []
        for _ in range(8):
            self.make_due(gam)
            (batch,) = scheduling.lease(1)
            scheduling.claim(batch.token)
            scheduling.finish(batch.token, [Outcome(gam.pk, 6.0, "unreachable")])
            waits.append((PollSchedule.objects.get(gam=gam).next_due - timezone.now()).total_seconds())
        self.assertEqual(PollSchedule.objects.get(gam=gam).failures, 8)
        self.assertLessEqual(waits[0], 60)
        self.assertTrue(all(wait <= 300 for wait in waits))
        self.make_due(gam)
        (batch,) = scheduling.lease(1)
        scheduling.claim(batch.token)
        scheduling.finish(batch.token, [Outcome(gam.pk, 0.5)])
        row = PollSchedule.objects.get(gam=gam)
        self.assertEqual(row.failures, 0)
        self.assertLessEqual((row.next_due - timezone.now()).total_seconds(), 60)

    def test_somebody_asks_for_one_while_it_is_read(self) -> None:
        gam = self.gams[0]
        self.make_due(gam)
        (batch,) = scheduling.lease(1)
        scheduling.claim(batch.token)
        self.assertEqual(scheduling.request_poll([gam]), 1)
        self.assertEqual(scheduling.lease(1), [])
        scheduling.finish(batch.token, [Outcome(gam.pk, 0.5)])
        self.assertEqual([batch.gams for batch in scheduling.lease(1)], [(gam.pk,)])

    def test_asking_takes_the_permission(self) -> None:
        user = get_user_model().objects.create_user("nobody")
        with self.assertRaises(NotAllowed):
            scheduling.request_poll(self.gams[:1], user=user)

    def test_a_hint_is_not_taken_twice_in_a_row(self) -> None:
        PollSchedule.objects.update(next_due=timezone.now() + timedelta(seconds=50))
        gam = self.gams[0].pk
        self.assertEqual(scheduling.request_poll_from([gam], not_within_seconds=10), 1)
        self.assertEqual(scheduling.request_poll_from([gam], not_within_seconds=10), 0, "wanted already")

    def test_a_hint_right_after_a_reading_has_it_read_again_a_little_later(self) -> None:
        now, gam = timezone.now(), self.gams[0]
        PollSchedule.objects.update(wanted=False, last_started=now, next_due=now + timedelta(seconds=50))
        self.assertEqual(scheduling.request_poll_from([gam.pk], not_within_seconds=10), 1)
        self.assertAlmostEqual((PollSchedule.objects.get(gam=gam).next_due - now).total_seconds(), 10, delta=1)
        PollSchedule.objects.update(wanted=False, next_due=now + timedelta(seconds=5))
        self.assertEqual(scheduling.request_poll_from([gam.pk], not_within_seconds=10), 0, "read soon anyhow")

    def test_a_hint_during_a_reading_outlives_it(self) -> None:
        gam = self.gams[0]
        self.make_due(gam)
        (batch,) = scheduling.lease(1)
        scheduling.claim(batch.token)
        self.assertEqual(scheduling.request_poll_from([gam.pk], not_within_seconds=10), 1)
        scheduling.finish(batch.token, [Outcome(gam.pk, 0.5)])
        row = PollSchedule.objects.get(gam=gam)
        self.assertTrue(row.wanted)
        self.assertLessEqual((row.next_due - timezone.now()).total_seconds(), 10)

    def test_a_watched_gam_is_read_every_ten_seconds(self) -> None:
        gam = self.gams[0]
        PollSchedule.objects.update(next_due=timezone.now() + timedelta(seconds=50))
        scheduling.watch(gam)
        row = PollSchedule.objects.get(gam=gam)
        self.assertLessEqual((row.next_due - timezone.now()).total_seconds(), 10)
        self.make_due(gam)
        (batch,) = scheduling.lease(1)
        scheduling.claim(batch.token)
        scheduling.finish(batch.token, [Outcome(gam.pk, 0.5)])
        self.assertLessEqual((PollSchedule.objects.get(gam=gam).next_due - timezone.now()).total_seconds(), 10)

    def test_a_lease_for_somebody_who_waits_leaves_out_what_is_being_read(self) -> None:
        self.make_due(self.gams[0])
        (batch,) = scheduling.lease(1)
        scheduling.claim(batch.token)
        token, busy = scheduling.lease_now(gam.pk for gam in self.gams[:3])
        self.assertEqual(busy, {self.gams[0].pk})
        self.assertEqual(PollSchedule.objects.filter(lease=token).count(), 2)
        self.make_due_only_time()
        self.assertFalse({pk for one in scheduling.lease(5) for pk in one.gams} & {gam.pk for gam in self.gams[:3]})
        scheduling.end_lease(token)
        self.assertFalse(PollSchedule.objects.filter(lease=token).exists())

    def make_due_only_time(self) -> None:
        PollSchedule.objects.update(next_due=timezone.now() - timedelta(seconds=5))

    def test_a_cycle_adds_its_batches_up_and_is_closed_with_its_lateness(self) -> None:
        started = timezone.now() - timedelta(minutes=5)
        due = {gam.pk: started - timedelta(seconds=number) for number, gam in enumerate(self.gams)}
        report = scheduling.BatchReport(started, [Outcome(gam.pk, 0.5) for gam in self.gams[:4]], 80, {"read": 1.0}, "a:1")
        scheduling.note_batch(report, due)
        failed = [Outcome(self.gams[4].pk, 6, "unreachable"), Outcome(self.gams[5].pk, 9, "timeout")]
        scheduling.note_batch(scheduling.BatchReport(started, failed, 0, {"read": 2.5}, "b:2"), due)
        self.assertEqual(scheduling.close_cycles(), 1)
        self.assertEqual(scheduling.close_cycles(), 0)
        row = PollCycle.objects.get()
        self.assertEqual((row.batches, row.read, row.samples, row.failed), (2, 4, 80, {"unreachable": 1, "timeout": 1}))
        self.assertEqual((row.lateness_p50, row.lateness_max, row.lateness), (1.5, 3.0, []))
        self.assertEqual((row.phases, row.workers), ({"read": 3.5}, ["a:1", "b:2"]))

    def test_status_says_what_is_wrong(self) -> None:
        self.make_due(self.gams[0], seconds=90)
        factories.device_state(self.gams[1], reachable=False, failure_kind="auth")
        slow = [{"where": "endpoints", "message": "reading took longer than the limit of 20 s", "kind": "timeout"}]
        factories.device_state(self.gams[2], problems=slow)
        scheduling.worker_seen("host:1", timezone.now(), leader=True)
        found = scheduling.status()
        self.assertEqual((found.scheduled, found.failing), (6, {"auth": (self.gams[1].pk,), "timeout": (self.gams[2].pk,)}))
        self.assertGreaterEqual(found.overdue, 1)
        self.assertEqual([worker.name for worker in found.workers], ["host:1"])
        self.assertEqual(scheduling.workers_alive(), 1)
        PollWorker.objects.update(seen=timezone.now() - timedelta(minutes=1))
        self.assertEqual(scheduling.workers_alive(), 0)

    def test_statements_do_not_grow_with_the_batch(self) -> None:
        counts = []
        for gams in (self.gams[:2], self.gams):
            self.make_due(*gams)
            (batch,) = scheduling.lease(1)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                due = scheduling.claim(batch.token)
                outcomes = [Outcome(gam, 0.5) for gam in batch.gams]
                scheduling.finish(batch.token, outcomes)
                scheduling.note_batch(scheduling.BatchReport(timezone.now(), outcomes), due)
            counts.append(len(queries))
            PollSchedule.objects.update(next_due=timezone.now() + timedelta(seconds=50))
        self.assertEqual(counts[0], counts[1])
