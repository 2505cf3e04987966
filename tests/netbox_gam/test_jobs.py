"""The background jobs, run by a real RQ worker from the plugin's own queues."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import django_rq
from core.models import Job, ObjectChange
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import TestCase
from netbox.context import current_request
from utilities.testing.mixins import RQQueueTestMixin

from netbox_gam import jobs
from netbox_gam.exceptions import NotAllowed
from netbox_gam.models import (
    Alarm,
    BandwidthPlan,
    BillingSystem,
    ChangePlan,
    CredentialProfile,
    DeviceState,
    Finding,
    GamDevice,
    SnmpProfile,
    Subscriber,
    SyncRun,
    VlanPool,
)
from netbox_gam.workflows import locks, polling, provisioning, services
from nornir_tasks.contracts import Progress

from . import factories
from .workflows.town import COPPER_SHELF, JSONRPC_SHELF, SSH_SHELF, TownTestCase

QUEUES = ("netbox_gam.poll", "netbox_gam.provision", "netbox_gam.billing")
SECONDS = 20


class WorkerMixin(RQQueueTestMixin):
    """Enqueues and runs jobs as web and worker do: what is enqueued on commit, and nobody's request in the worker."""

    rq_queue_names = (*QUEUES, "default")

    def setUp(self) -> None:
        super().setUp()
        # A worker tells a lot; what matters is in the jobs' own logs.
        self.enterContext(patch.object(logging.getLogger(), "handlers", [logging.NullHandler()]))  # type: ignore[attr-defined]

    @contextmanager
    def no_request(self) -> Iterator[None]:
        token = current_request.set(None)
        try:
            yield
        finally:
            current_request.reset(token)

    def enqueue(self, job: Any, *args: Any, **kwargs: Any) -> Job:
        """Start a job; it waits in its queue."""
        with self.captureOnCommitCallbacks(execute=True):  # type: ignore[attr-defined]
            started: Job = job.start(*args, **kwargs)
        return started

    def work(self, job: Job) -> Job:
        """Let a worker do what waits in the plugin's queues."""
        with self.no_request():
            self.run_rq_jobs(*QUEUES)
        job.refresh_from_db()
        return job

    def run_job(self, job: Any, *args: Any, **kwargs: Any) -> Job:
        """Start a job and let a worker do it."""
        return self.work(self.enqueue(job, *args, **kwargs))

    def log_of(self, job: Job) -> str:
        """The messages in a job's log."""
        return "\n".join(entry["message"] for entry in job.log_entries)


class QueueTests(WorkerMixin, TestCase):
    """What is put where, and what is in it."""

    def setUp(self) -> None:
        super().setUp()
        self.user = get_user_model().objects.create_superuser("operator")

    def start_each(self) -> dict[str, Job]:
        gam = factories.gam("gam-1")
        subscriber, plan = factories.subscriber(), factories.plan()
        change_plan, finding, system = factories.change_plan(gam), factories.finding(), factories.billing_system()
        chosen = {
            "credential_profile": factories.credential_profile(password="canary-password"),
            "snmp_profile": factories.snmp_profile(community="canary-community"),
            "site": gam.device.site,
            "vlan_pool": factories.pool(),
        }
        self.known = {value.pk for value in (gam, subscriber, plan, change_plan, finding, system, *chosen.values())}
        return {
            "discover": self.enqueue(jobs.DiscoverJob, self.user, ranges=["192.0.2.0/30"], ssh_port=2222, **chosen),
            "poll": self.enqueue(jobs.PollJob, self.user, gams=[gam]),
            "reconcile": self.enqueue(jobs.ReconcileJob, self.user, system=system),
            "check": self.enqueue(jobs.CheckConnectionJob, self.user, system=system),
            "service": self.enqueue(jobs.ServiceJob, self.user, subscriber=subscriber, verb="activate", bandwidth_plan=plan),
            "apply": self.enqueue(jobs.ApplyJob, self.user, change_plan=change_plan),
            "accept": self.enqueue(jobs.AcceptFindingJob, self.user, finding=finding, apply=True),
        }

    def test_each_goes_to_its_queue_with_its_time_limit_and_the_user(self) -> None:
        wanted = {
            "discover": ("netbox_gam.poll", 3600),
            "poll": ("netbox_gam.poll", 900),
            "reconcile": ("netbox_gam.billing", 3600),
            "check": ("netbox_gam.billing", 600),
            "service": ("netbox_gam.provision", 900),
            "apply": ("netbox_gam.provision", 900),
            "accept": ("netbox_gam.provision", 900),
        }
        for name, job in self.start_each().items():
            with self.subTest(name):
                queued = django_rq.get_queue(job.queue_name).fetch_job(str(job.job_id))
                self.assertEqual((job.queue_name, queued.timeout), wanted[name])
                self.assertEqual((job.user, job.status), (self.user, "pending"))

    def test_arguments_are_ids_and_plain_values_only(self) -> None:
        for name, job in self.start_each().items():
            with self.subTest(name):
                queued = django_rq.get_queue(job.queue_name).fetch_job(str(job.job_id))
                arguments = {key: value for key, value in queued.kwargs.items() if key not in ("job", "job_id")}
                self.assertNotIn("canary", json.dumps(arguments))
                for key, value in arguments.items():
                    for plain in value.values() if isinstance(value, dict) else (value,):
                        self.assertIsInstance(plain, int | str | bool | list | None, key)
                    if key.endswith(("pk", "_id")) and value is not None:
                        self.assertIn(value, self.known)

    def test_jobs_stand_at_their_objects(self) -> None:
        objects = {name: type(job.object).__name__ for name, job in self.start_each().items()}
        wanted = {"discover": "NoneType", "poll": "GamDevice", "reconcile": "BillingSystem", "service": "Subscriber"}
        self.assertEqual(objects, wanted | {"check": "BillingSystem", "apply": "ChangePlan", "accept": "NoneType"})

    def test_several_gams_are_polled_by_one_job_at_no_object(self) -> None:
        job = self.enqueue(jobs.PollJob, self.user, gams=[factories.gam(), factories.gam()])
        self.assertIsNone(job.object)

    def test_no_gams_chosen_polls_none_and_not_all(self) -> None:
        factories.gam()
        with patch.object(polling, "poll", wraps=polling.poll) as poll:
            job = self.run_job(jobs.PollJob, self.user, gams=[])
        self.assertEqual(list(poll.call_args.args[0]), [])
        self.assertEqual((job.status, job.data["polled"]), ("completed", 0))

    def test_progress_is_in_the_database_while_the_job_runs(self) -> None:
        seen: list[tuple[str, dict[str, Any], list[str]]] = []

        def look(_: Any, *, on_progress: Any) -> polling.PollReport:
            for done in (1, 2, 3):
                on_progress(Progress(done, 3, f"gam-{done}", ok=done != 2, message="timeout" if done == 2 else ""))
                job = Job.objects.get(name="Poll GAMs")
                seen.append((job.status, job.data, [entry["message"] for entry in job.log_entries]))
            return polling.PollReport(polled=3)

        with patch.object(polling, "poll", look), patch.object(jobs, "SAVE_EVERY_SECONDS", 0):
            job = self.run_job(jobs.PollJob, self.user)
        self.assertEqual([status for status, _, _ in seen], ["running"] * 3)
        self.assertEqual([data for _, data, _ in seen], [{"done": done, "total": 3} for done in (1, 2, 3)])
        self.assertEqual(seen[1][2], ["1/3 gam-1", "2/3 gam-2 timeout"])
        self.assertEqual([entry["level"] for entry in job.log_entries], ["info", "warning", "info"])
        self.assertEqual((job.data["polled"], job.data["done"]), (3, 3))

    def test_progress_is_saved_at_most_every_second(self) -> None:
        def hurry(_: Any, *, on_progress: Any) -> polling.PollReport:
            for done in range(1, 501):
                on_progress(Progress(done, 500, f"gam-{done}"))
            return polling.PollReport()

        with patch.object(polling, "poll", hurry), patch.object(jobs, "SAVE_EVERY_SECONDS", 3600):
            with patch.object(Job, "save", autospec=True, side_effect=Job.save) as save:
                job = self.run_job(jobs.PollJob, self.user)
            saves = [call for call in save.call_args_list if call.kwargs.get("update_fields") == ["log_entries", "data"]]
        self.assertEqual(len(saves), 1)
        self.assertEqual(len(job.log_entries), 500)

    def test_what_was_deleted_meanwhile_is_a_failure_that_says_so(self) -> None:
        for name, job in self.start_each().items():
            if name == "poll":
                continue
            with self.subTest(name):
                for model in (Finding, ChangePlan, Subscriber, GamDevice, BillingSystem, CredentialProfile):
                    model.objects.all().delete()
                self.work(job)
                self.assertEqual(job.status, "failed", job.error)
                self.assertIn("does not exist any more", job.data["error"])
                self.assertIn("does not exist any more", self.log_of(job))

    def test_an_error_nobody_thought_of_is_errored_with_a_traceback(self) -> None:
        with patch.object(polling, "poll", side_effect=ZeroDivisionError("oh")):
            job = self.run_job(jobs.PollJob, self.user)
        self.assertEqual(job.status, "errored")
        self.assertIn("ZeroDivisionError", job.error)
        self.assertIn("Traceback", self.log_of(job))


class JobTests(WorkerMixin, TownTestCase):
    """Every job against real shelves and billing systems."""

    def setUp(self) -> None:
        super().setUp()
        self.operator = get_user_model().objects.create_superuser("operator")
        self.before = ObjectChange.objects.count()

    def own_changes(self) -> list[ObjectChange]:
        """Change log entries since the start of the test; all of them must be the operator's."""
        found = list(ObjectChange.objects.order_by("pk")[self.before :])
        self.assertEqual({change.user_name for change in found} - {"operator"}, set())
        return found

    def activated(self, index: int = SSH_SHELF, *, apply: bool = True, **values: Any) -> tuple[Subscriber, Job]:
        subscriber = self.pending_subscriber(index, **values)
        self.before = ObjectChange.objects.count()
        plan = BandwidthPlan.objects.get(name="100M")
        job = self.run_job(jobs.ServiceJob, self.operator, subscriber=subscriber, verb="activate", apply=apply, bandwidth_plan=plan)
        subscriber.refresh_from_db()
        return subscriber, job

    # ------------------------------------------------------------------------------------------------------------- reading

    def test_discovery_of_what_is_known_writes_nothing(self) -> None:
        address = self.town.shelves[COPPER_SHELF].address
        job = self.run_job(
            jobs.DiscoverJob,
            self.operator,
            ranges=[address],
            credential_profile=CredentialProfile.objects.get(),
            snmp_profile=SnmpProfile.objects.get(version="2c"),
            vlan_pool=VlanPool.objects.get(),
            ssh_port=self.ports.ssh,
            http_port=self.ports.http,
            snmp_port=self.ports.snmp,
        )
        self.assertEqual(job.status, "completed", self.log_of(job))
        self.assertEqual((job.data["addresses"], job.data["gams"], job.data["created"]), (1, 1, 0))
        self.assertEqual(job.data["failures"], {})
        self.assertIn("1/1", self.log_of(job))
        self.assertEqual(self.own_changes(), [])
        self.assertEqual(self.all_writes(), [])

    def test_a_range_nobody_can_read_fails_the_job(self) -> None:
        job = self.run_job(jobs.DiscoverJob, self.operator, ranges=["10.0.0.300"])
        self.assertEqual(job.status, "failed")
        self.assertIn("10.0.0.300", job.data["error"])
        self.assertIn("10.0.0.300", self.log_of(job))

    def test_a_profile_that_cannot_be_opened_fails_the_job_with_the_next_step(self) -> None:
        profile = factories.credential_profile(name="Elsewhere", password="env:GAM_NOWHERE")
        job = self.run_job(
            jobs.DiscoverJob, self.operator, ranges=[self.town.shelves[SSH_SHELF].address], credential_profile=profile
        )
        self.assertEqual(job.status, "failed")
        self.assertIn("GAM_NOWHERE", job.data["error"])
        self.assertEqual(job.data["next_step"], "Set it for web and worker.")
        self.assertIn("Set it for web and worker.", self.log_of(job))

    def test_polling(self) -> None:
        gam = self.gam(SSH_SHELF)
        DeviceState.objects.filter(gam=gam).delete()
        job = self.run_job(jobs.PollJob, self.operator, gams=[gam])
        self.assertEqual((job.status, job.object), ("completed", gam))
        self.assertEqual((job.data["polled"], job.data["reachable"], job.data["failures"]), (1, 1, {}))
        self.assertTrue(DeviceState.objects.get(gam=gam).reachable)

    def test_an_unreachable_gam_completes_the_job_warns_and_raises_an_alarm(self) -> None:
        self.break_shelf(SSH_SHELF, dropped=["snmp"])
        with patch.object(polling.gateway.settings, "poll_deadline_seconds", lambda: 5.0):
            job = self.run_job(jobs.PollJob, self.operator, gams=[self.gam(SSH_SHELF)])
        name = self.town.shelves[SSH_SHELF].name
        self.assertEqual(job.status, "completed")
        self.assertIn(name, job.data["failures"])
        self.assertIn("warning", {entry["level"] for entry in job.log_entries})
        self.assertTrue(Alarm.objects.filter(gam=self.gam(SSH_SHELF), condition="unreachable", state="raised").exists())
        self.assertEqual(list(self.own_changes()), [], "what polling does to alarms is in their history, not in the change log")

    def test_reconciling(self) -> None:
        self.start_billing()
        system = BillingSystem.objects.get(type="sonar")
        job = self.run_job(jobs.ReconcileJob, self.operator, system=system)
        run = SyncRun.objects.get()
        self.assertEqual(job.status, "completed", self.log_of(job))
        self.assertEqual((job.data["run"], job.data["status"]), (run.pk, "completed"))
        self.assertEqual(sum(job.data["by_kind"].values()), Finding.objects.count())
        self.assertTrue({"syncrun", "finding", "billinglink"} <= {c.changed_object_type.model for c in self.own_changes()})
        self.assertEqual(self.all_writes(), [])

    def test_a_billing_system_that_is_down_fails_the_job_and_keeps_the_run(self) -> None:
        system = BillingSystem.objects.get(type="sonar")
        BillingSystem.objects.filter(pk=system.pk).update(url="http://127.0.0.1:9", token="env:GAM_NOWHERE")
        job = self.run_job(jobs.ReconcileJob, self.operator, system=system)
        self.assertEqual(job.status, "failed")
        self.assertIn("could not be read", job.data["error"])
        self.assertTrue(job.data["next_step"])
        self.assertEqual(SyncRun.objects.get().status, "failed")
        self.assertEqual(Finding.objects.get().kind, "source_incomplete")

    # ------------------------------------------------------------------------------------------------------------- writing

    def test_activating_plans_applies_and_logs_every_line(self) -> None:
        for index in (SSH_SHELF, JSONRPC_SHELF):
            with self.subTest(shelf=self.town.shelves[index].name):
                subscriber, job = self.activated(index, name=f"new-{index}")
                self.assertEqual(job.status, "completed", self.log_of(job))
                plan = ChangePlan.objects.get(pk=job.data["change_plan"])
                self.assertEqual((job.data["status"], job.data["verified"], job.data["saved"]), ("applied", True, True))
                self.assertEqual((plan.requested_by, job.object), (self.operator, subscriber))
                for step in plan.steps.all():
                    for line in step.sends if index == SSH_SHELF else ():
                        self.assertIn(line, self.log_of(job))
                changed = {change.changed_object_type.model for change in self.own_changes()}
                self.assertTrue({"subscriber", "changeplan"} <= changed, changed)
                self.assertEqual(self.running_subscriber(index, subscriber.name).vlan, subscriber.vlan.vid)

    def test_all_changes_of_a_job_belong_together(self) -> None:
        self.activated()
        self.assertEqual(len({change.request_id for change in self.own_changes()}), 1)

    def test_without_apply_nothing_is_sent(self) -> None:
        subscriber, job = self.activated(apply=False)
        self.assertEqual((job.status, job.data["status"]), ("completed", "planned"))
        self.assertEqual(self.all_writes(), [])
        again = self.run_job(jobs.ApplyJob, self.operator, change_plan=ChangePlan.objects.get(pk=job.data["change_plan"]))
        self.assertEqual((again.status, again.data["status"], again.data["saved"]), ("completed", "applied", True))
        self.assertIsNotNone(self.running_subscriber(SSH_SHELF, subscriber.name))

    def test_applying_twice_fails_with_the_next_step(self) -> None:
        _, job = self.activated()
        writes = self.all_writes()
        again = self.run_job(jobs.ApplyJob, self.operator, change_plan=ChangePlan.objects.get(pk=job.data["change_plan"]))
        self.assertEqual((again.status, again.data["next_step"]), ("failed", "Make a new plan."))
        self.assertIn("cannot be applied", again.data["error"])
        self.assertIn("cannot be applied", self.log_of(again))
        self.assertEqual(self.all_writes(), writes)

    def test_a_verb_that_leads_nowhere_fails_and_changes_nothing(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        job = self.run_job(jobs.ServiceJob, self.operator, subscriber=subscriber, verb="resume", apply=True)
        self.assertEqual(job.status, "failed")
        self.assertIn(f"{subscriber} is active", job.data["error"])
        self.assertEqual(self.own_changes(), [])
        self.assertFalse(ChangePlan.objects.exists())

    def test_a_plan_that_did_not_end_well_fails_the_job_and_says_where_to_look(self) -> None:
        self.break_shelf(SSH_SHELF, refuse={"vid 4094": "Invalid G.hn data VLAN id"})
        subscriber = self.active_subscriber(SSH_SHELF)
        job = self.run_job(jobs.ServiceJob, self.operator, subscriber=subscriber, verb="suspend", apply=True)
        plan = ChangePlan.objects.get()
        self.assertEqual((job.status, plan.status), ("failed", "rolled_back"))
        self.assertEqual((job.data["change_plan"], job.data["status"], job.data["saved"]), (plan.pk, "rolled_back", False))
        self.assertIn("Invalid G.hn data VLAN id", job.data["error"])
        self.assertIn("change plan's page", job.data["next_step"])

    def test_an_unreachable_shelf_fails_the_job_before_intent_changes(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        self.break_shelf(SSH_SHELF, dropped=["ssh"])
        job = self.run_job(jobs.ServiceJob, self.operator, subscriber=subscriber, verb="suspend", apply=True)
        self.assertEqual(job.status, "failed")
        self.assertIn("could not be read", job.data["error"])
        self.assertTrue(job.data["next_step"])
        subscriber.refresh_from_db()
        self.assertEqual(subscriber.status, "active")

    def test_whoever_may_not_apply_cannot_apply_at_once(self) -> None:
        clerk = get_user_model().objects.create_user("clerk")
        subscriber = self.active_subscriber(SSH_SHELF)
        with self.assertRaises(NotAllowed):
            self.enqueue(jobs.ServiceJob, clerk, subscriber=subscriber, verb="suspend", apply=True)
        self.assertFalse(Job.objects.exists())
        waiting = self.enqueue(jobs.ServiceJob, self.operator, subscriber=subscriber, verb="suspend", apply=True)
        get_user_model().objects.filter(pk=self.operator.pk).update(is_superuser=False)
        job = self.work(waiting)
        self.assertEqual(job.status, "failed", self.log_of(job))
        self.assertIn("permission to apply", job.data["error"])
        self.assertEqual(self.all_writes(), [])

    def test_accepting_a_finding(self) -> None:
        self.start_billing()
        for system in BillingSystem.objects.all():
            self.run_job(jobs.ReconcileJob, self.operator, system=system)
        finding = Finding.objects.filter(kind="active_not_on_network", endpoint__isnull=False, subscriber__isnull=False).first()
        job = self.run_job(jobs.AcceptFindingJob, self.operator, finding=finding, apply=True)
        self.assertEqual(job.status, "completed", self.log_of(job))
        finding.refresh_from_db()
        self.assertEqual((finding.state, finding.change_plan_id), ("accepted", job.data["change_plan"]))
        self.assertEqual(finding.change_plan.status, "applied")
        again = self.run_job(jobs.AcceptFindingJob, self.operator, finding=finding, apply=True)
        self.assertEqual((again.status, again.data["next_step"]), ("failed", "Reopen it first."))


class TurnTests(WorkerMixin, TownTestCase):
    """Jobs for one GAM wait for each other."""

    @contextmanager
    def somebody_else_writes(self, gam: GamDevice) -> Iterator[threading.Event]:
        """Another worker holds the GAM until the event is set."""
        holding, release = threading.Event(), threading.Event()

        def hold() -> None:
            try:
                with locks.exclusive("gam", gam.pk, label="GAM"):
                    holding.set()
                    release.wait(SECONDS)
            finally:
                connections.close_all()

        thread = threading.Thread(target=hold, daemon=True)
        thread.start()
        self.assertTrue(holding.wait(SECONDS))
        try:
            yield release
        finally:
            release.set()
            thread.join(SECONDS)

    def test_a_job_waits_for_the_one_before_it(self) -> None:
        subscriber, waits = self.active_subscriber(SSH_SHELF), []
        with self.somebody_else_writes(self.gam(SSH_SHELF)) as release:

            def wait(seconds: float) -> None:
                self.assertEqual(self.writes(SSH_SHELF), [], "nothing is written before its turn")
                waits.append(seconds)
                release.set()
                sleep(seconds)

            sleep = locks.time.sleep
            with patch.object(locks.time, "sleep", wait):
                job = self.run_job(jobs.ServiceJob, self.user, subscriber=subscriber, verb="suspend", apply=True)
        self.assertTrue(waits)
        self.assertEqual((job.status, job.data["status"]), ("completed", "applied"), self.log_of(job))

    def test_a_job_whose_turn_does_not_come_fails_and_leaves_everything(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        with self.somebody_else_writes(self.gam(SSH_SHELF)), patch.object(provisioning, "WAIT_SECONDS", 0):
            job = self.run_job(jobs.ServiceJob, self.user, subscriber=subscriber, verb="suspend", apply=True)
        self.assertEqual(job.status, "failed")
        self.assertIn("being worked on by another job", job.data["error"])
        self.assertIn("try again", job.data["next_step"])
        subscriber.refresh_from_db()
        self.assertEqual((subscriber.status, self.all_writes()), ("active", []))

    def test_a_job_sees_what_was_decided_while_it_waited(self) -> None:
        """Somebody suspends while a push of the same subscriber waits: the push must not bring the service back."""
        subscriber = self.active_subscriber(SSH_SHELF)

        @contextmanager
        def after_a_suspension(*args: Any, **kwargs: Any) -> Iterator[None]:
            provisioning.exclusive = locks.exclusive
            plan = services.suspend(Subscriber.objects.get(pk=subscriber.pk), user=self.user)
            self.assertEqual(provisioning.apply_plan(plan, user=self.user).status, "applied")
            yield

        with patch.object(provisioning, "exclusive", after_a_suspension):
            job = self.run_job(jobs.ServiceJob, self.user, subscriber=subscriber, verb="plan", apply=True)
        self.assertEqual(job.status, "completed", self.log_of(job))
        self.assertEqual(self.running_subscriber(SSH_SHELF, subscriber.name).vlan, 4094)
        self.assertEqual(job.data["status"], "nothing_to_do")

    def test_other_gams_do_not_wait(self) -> None:
        subscriber = self.active_subscriber(JSONRPC_SHELF)
        with self.somebody_else_writes(self.gam(SSH_SHELF)), patch.object(provisioning, "WAIT_SECONDS", 0):
            job = self.run_job(jobs.ServiceJob, self.user, subscriber=subscriber, verb="suspend", apply=True)
        self.assertEqual(job.status, "completed", self.log_of(job))
