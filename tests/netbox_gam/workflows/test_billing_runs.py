"""Runs by schedule, of changes only, rehearsed, cancelled and abandoned; and what is applied by rule. Billing is the stand-ins'."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

from core.models import Job, ObjectChange
from django.test import TestCase
from django.utils import timezone

from netbox_gam import jobs
from netbox_gam.exceptions import InvalidState, WorkflowError
from netbox_gam.models import BilledService, BillingLink, BillingSystem, Finding, Subscriber, SyncRun
from netbox_gam.workflows import billing_events, billing_schedule, catching_up, reconciliation, sync_runs
from netbox_gam.workflows.locks import exclusive

from .. import factories
from .test_billing_events import EventTestCase


class RunTests(EventTestCase):
    """With both stand-ins, each read whole twice before."""

    def somebody(self, kind: str) -> int:
        """An active customer in order."""
        troubled = {item.key for item in self.town.expectations}
        return next(
            p.number
            for p in self.town.people
            if p.system == kind and p.status == "active" and not p.trap and not {str(p.number), *p.macs, p.ipv4} & troubled
        )

    def everything(self) -> dict[str, Any]:
        return {
            "picture": self.picture(),
            "seen": dict(Finding.objects.values_list("pk", "last_seen")),
            "read": dict(BilledService.objects.values_list("pk", "read_at")),
            "links": BillingLink.objects.count(),
            "changes": ObjectChange.objects.exclude(changed_object_type__model="syncrun").count(),
        }

    def test_a_dry_run_says_what_it_would_do_and_stores_nothing_else(self) -> None:
        number = self.somebody("sonar")
        self.billing.set_person(number, status="suspended")
        newcomer = self.billing.add_person("sonar", name="Nova New")
        before = self.everything()
        report = reconciliation.reconcile(self.systems["sonar"], user=self.user, dry_run=True)
        self.assertEqual(self.everything(), before)
        self.assertEqual((report.run.status, report.run.kind, report.opened), ("rehearsed", "dry_run", 2))
        titles = report.run.outcome["would_open"]
        self.assertEqual(len(titles), report.opened, titles)
        self.assertEqual(report.run.outcome["arrived"], 1)
        self.assertFalse(Subscriber.objects.filter(full_name="Nova New").exists())
        self.assertFalse(report.run.cursor)
        for name in ("read", "link", "compare"):
            self.assertIn(name, report.run.timings)
        real = reconciliation.reconcile(self.systems["sonar"], user=self.user)
        self.assertEqual((real.opened, real.arrived), (report.opened, 1))
        opened = Finding.objects.filter(sync_run=real.run, title__in=titles, state="open")
        self.assertEqual(opened.count(), len(titles), f"{newcomer.number} {titles}")

    def test_what_changed_is_read_and_nothing_else(self) -> None:
        for kind in ("sonar", "splynx"):
            system, number = self.systems[kind], self.somebody(kind)
            self.billing.set_person(number, status="suspended")
            self.billing.clear_requests()
            report = catching_up.catch_up(system, user=self.user)
            run = report.run
            self.assertEqual((run.status, run.kind, run.problems), ("caught_up", "changes", []))
            # All customers of the stand-in carry the same time until one is changed, and so are within the overlap.
            self.assertEqual((report.opened, report.services == 1), (1, kind == "sonar"), report.services)
            found = Finding.objects.get(sync_run=run, state="open", first_seen__gte=run.started)
            self.assertTrue(found.external_id.startswith(f"{number}."))
            self.assertEqual(set(run.timings), {"ask", "read", "compare"})
            self.assertNotEqual(run.cursor, {})
            self.billing.set_person(number, status="active")
            again = catching_up.catch_up(system, user=self.user)
            self.assertEqual((again.opened, again.resolved, again.services), (0, 1, 1))

    def test_another_mac_leads_to_its_account(self) -> None:
        number = self.somebody("sonar")
        self.billing.set_person(number, macs=("02:00:00:00:aa:01",))
        report = catching_up.catch_up(self.systems["sonar"], user=self.user)
        self.assertEqual(report.services, 1)
        self.assertEqual(BilledService.objects.get(account_id=str(number)).macs, ["02:00:00:00:aa:01"])

    def test_a_run_of_changes_that_fails_is_begun_again_where_it_began(self) -> None:
        system, number = self.systems["splynx"], self.somebody("splynx")
        before = catching_up.cursor_of(system)
        self.billing.set_person(number, status="suspended")
        self.billing.set_mode("splynx", maintenance=True)
        with self.assertRaises(WorkflowError):
            catching_up.catch_up(system, user=self.user)
        self.assertEqual(catching_up.cursor_of(system), before)
        self.billing.reset_modes()
        self.assertEqual(catching_up.catch_up(system, user=self.user).opened, 1)

    def test_too_many_changes_are_read_with_everything_else(self) -> None:
        for person in [p for p in self.town.people if p.system == "sonar" and not p.trap][:4]:
            self.billing.set_person(person.number, phone="5550100")
        with patch.object(catching_up, "MOST", 3):
            report = catching_up.catch_up(self.systems["sonar"], user=self.user)
        self.assertEqual((report.run.status, report.run.kind), ("completed", "full"))

    def test_a_run_of_changes_that_would_cut_off_too_many_is_held(self) -> None:
        linked = set(BillingLink.objects.filter(subscriber__status="active").values_list("account_id", flat=True))
        people = [p for p in self.town.people if p.system == "sonar" and str(p.number) in linked]
        for person in people:
            self.billing.set_person(person.number, status="suspended")
        before = self.picture()
        report = catching_up.catch_up(self.systems["sonar"], user=self.user)
        self.assertEqual(report.run.status, "held", report.run.problems)
        after = self.picture()
        self.assertEqual(after["services"], before["services"])
        self.assertEqual(Finding.objects.get(kind="source_incomplete", state="open").billing_values["status"], "held")
        self.assertEqual(reconciliation.reconcile(self.systems["sonar"], user=self.user).run.status, "held")

    def test_cancelled_between_two_requests(self) -> None:
        system = self.systems["sonar"]
        before, seen = self.picture(), []

        def progress(report: Any) -> None:
            seen.append(report)
            run = SyncRun.objects.filter(system=system).first()
            assert run is not None
            self.assertEqual(run.progress["done"], 1)
            # As another process would, which does not have the lock.
            with patch.object(sync_runs, "try_exclusive", self.locked):
                sync_runs.cancel(run, user=self.user)

        with patch.object(sync_runs, "LOOK_EVERY_SECONDS", 0.0):
            report = reconciliation.reconcile(system, user=self.user, on_progress=progress)
        self.assertEqual((report.run.status, len(seen)), ("cancelled", 1))
        self.assertEqual(self.picture(), before)
        with self.assertRaises(InvalidState):
            sync_runs.cancel(report.run, user=self.user)

    @staticmethod
    def locked(*arguments: Any) -> Any:
        from contextlib import nullcontext

        return nullcontext(False)


class ScheduleTests(TestCase):
    """Without a billing system: what is due, and what a dead worker leaves behind."""

    def setUp(self) -> None:
        self.system = factories.billing_system(interval=60, full_interval=1440)
        self.now = timezone.now()

    def ran(self, minutes: float, **values: Any) -> SyncRun:
        return factories.sync_run(self.system, **{"started": self.now - timedelta(minutes=minutes), "cursor": {"x": "1"}, **values})

    def due(self) -> list[str]:
        return [kind for system, kind in billing_schedule.due(self.now) if system == self.system]

    def test_the_first_run_is_a_persons(self) -> None:
        self.assertEqual(self.due(), [])
        self.ran(500, status="failed")
        self.assertEqual(self.due(), [])

    def test_changes_in_between_and_everything_once_a_day(self) -> None:
        self.ran(50)
        self.assertEqual(self.due(), [])
        self.ran(70)
        SyncRun.objects.filter(started__gt=self.now - timedelta(minutes=60)).delete()
        self.assertEqual(self.due(), ["changes"])
        self.ran(67, status="caught_up", kind="changes")
        self.assertEqual(self.due(), ["changes"])
        SyncRun.objects.filter(status="completed").update(started=self.now - timedelta(minutes=1420))
        self.assertEqual(self.due(), ["full"])

    def test_without_a_cursor_everything_is_read(self) -> None:
        self.ran(70, cursor={})
        self.assertEqual(self.due(), ["full"])

    def test_a_dry_run_is_none(self) -> None:
        self.ran(70)
        self.ran(5, status="rehearsed", kind="dry_run")
        self.assertEqual(self.due(), ["changes"])

    def test_a_disabled_system_is_left_alone(self) -> None:
        self.ran(70)
        BillingSystem.objects.update(enabled=False)
        self.assertEqual(self.due(), [])

    def test_jitter_stays_the_same_and_within_a_tenth(self) -> None:
        run = self.ran(0)
        at = billing_schedule.next_run(self.system)
        self.assertEqual(at, billing_schedule.next_run(self.system))
        assert at is not None
        self.assertLessEqual(abs((at - run.started).total_seconds() - 3600), 360)

    def test_a_run_whose_worker_died_is_ended_and_started_again(self) -> None:
        self.ran(600)
        dead = self.ran(20, status="running", finished=None)
        self.assertTrue(billing_schedule.is_due())
        self.assertEqual(jobs.start_due_reconciliations(), 1)
        dead.refresh_from_db()
        self.assertEqual((dead.status, dead.outcome), ("failed", {"abandoned": True}))
        self.assertEqual(Job.objects.filter(name=jobs.ReconcileJob.name).count(), 1)
        self.assertEqual(jobs.start_due_reconciliations(), 0, "one is on its way")

    def test_a_run_that_runs_is_left_alone(self) -> None:
        run = self.ran(20, status="running", finished=None)
        with patch.object(sync_runs, "try_exclusive", RunTests.locked):
            self.assertEqual(sync_runs.end_abandoned(), 0)
        with exclusive(sync_runs.LOCK, self.system.pk, label="x"):
            sync_runs.begin(self.system, "full")
        run.refresh_from_db()
        self.assertEqual(run.status, "failed", "whoever has the lock knows that nobody runs")

    def test_a_dead_run_can_be_cancelled(self) -> None:
        run = self.ran(20, status="running", finished=None)
        sync_runs.cancel(run, user="somebody")
        run.refresh_from_db()
        self.assertEqual(run.status, "cancelled")

    def test_a_lost_job_does_not_hold_up_the_next(self) -> None:
        self.ran(70)
        self.assertEqual(jobs.start_due_reconciliations(), 1)
        Job.objects.filter(name=jobs.ReconcileJob.name).update(created=self.now - timedelta(hours=1), job_id=factories_uuid())
        self.assertEqual(jobs.start_due_reconciliations(), 1)

    def test_events_nobody_was_woken_for_are_due(self) -> None:
        factories.billing_event(self.system, state="waiting", due_at=self.now, account_id="7")
        self.assertFalse(billing_events.is_due(late=timedelta(minutes=1)))
        self.assertTrue(billing_events.is_due(late=timedelta(0)))

    def test_an_event_without_an_account_never_is(self) -> None:
        factories.billing_event(self.system, state="waiting", due_at=self.now, account_id="")
        self.assertFalse(billing_events.is_due(late=timedelta(0)))
        self.assertEqual(billing_events.process_pending(), {"done": 0, "failed": 0})


def factories_uuid() -> Any:
    import uuid

    return uuid.uuid4()
