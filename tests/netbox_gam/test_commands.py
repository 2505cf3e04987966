"""The management commands: each starts its job, shows it to its end, and names what was wrong in what it was given."""

from __future__ import annotations

import io
import json
from typing import Any
from unittest.mock import patch

from core.models import Job
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import TestCase

from netbox_gam.management.commands import _base
from netbox_gam.models import BillingSystem, ChangePlan, CredentialProfile, Finding, Subscriber
from netbox_gam.workflows import services

from . import factories
from .test_jobs import QUEUES, WorkerMixin
from .workflows.town import COPPER_SHELF, SSH_SHELF, TownTestCase

COMMANDS: dict[str, list[str]] = {
    "gam_discover": ["192.0.2.1"],
    "gam_poll": [],
    "gam_reconcile": ["Main"],
    "gam_check_billing": ["Main"],
    "gam_apply": ["1"],
    "gam_provision": ["suspend", "C1"],
    "gam_rotate_secrets": [],
}


class CommandMixin(WorkerMixin):
    """Runs commands while a worker works."""

    def command(self, name: str, *words: str, user: str = "admin") -> str:
        """A command that does not wait, or that fails before it starts a job; gives its output."""
        out = io.StringIO()
        with self.captureOnCommitCallbacks(execute=True):  # type: ignore[attr-defined]
            call_command(name, *words, "--user", user, stdout=out)
        return out.getvalue()

    def followed(self, name: str, *words: str) -> str:
        """A command that waits; the worker gets its turn whenever the command sleeps. Gives its output, also of one that fails."""
        out = io.StringIO()
        self.output = out

        def let_the_worker_work(_: float) -> None:
            callbacks, self.pending.callbacks = list(self.pending.callbacks), []
            for callback in callbacks:
                callback()
            with self.no_request():
                self.run_rq_jobs(*QUEUES)

        with Pending(self) as self.pending, patch.object(_base.time, "sleep", let_the_worker_work):
            call_command(name, *words, "--user", "admin", stdout=out)
        return out.getvalue()

    def data(self, output: str) -> dict[str, Any]:
        """The JSON at the end of a command's output."""
        found: dict[str, Any] = json.loads(output[output.index("{\n") :])
        return found


class Pending:
    """What waits for a commit that never comes inside a test."""

    def __init__(self, case: Any) -> None:
        self.case = case
        self.callbacks: list[Any] = []

    def __enter__(self) -> Pending:
        from django.db import transaction

        self.patched = patch.object(transaction, "on_commit", lambda call, *args, **kwargs: self.callbacks.append(call))
        self.patched.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.patched.stop()


class ArgumentTests(CommandMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        get_user_model().objects.create_superuser("admin")

    def assert_refused(self, words: str, name: str, *arguments: str, user: str = "admin") -> None:
        with self.assertRaises(CommandError) as caught:
            self.command(name, *arguments, user=user)
        self.assertIn(words, str(caught.exception))
        self.assertFalse(Job.objects.exists(), "a command that was wrong starts nothing")

    def test_the_user_must_exist(self) -> None:
        factories.billing_system(name="Main")
        for name, words in COMMANDS.items():
            with self.subTest(name):
                self.assert_refused("no user 'nobody'", name, *words, user="nobody")

    def test_the_user_must_be_given(self) -> None:
        for name, words in COMMANDS.items():
            with self.subTest(name), self.assertRaisesMessage(CommandError, "--user"):
                call_command(name, *words)

    def test_what_is_named_must_exist(self) -> None:
        factories.subscriber(name="twin", gam=factories.gam("gam-1"))
        factories.subscriber(name="twin", gam=factories.gam("gam-2"))
        for words, name, *arguments in (
            ("credential profile 'nope'", "gam_discover", "192.0.2.1", "--credentials", "nope"),
            ("SNMP profile 'nope'", "gam_discover", "192.0.2.1", "--snmp", "nope"),
            ("site 'nope'", "gam_discover", "192.0.2.1", "--site", "nope"),
            ("VLAN pool 'nope'", "gam_discover", "192.0.2.1", "--vlan-pool", "nope"),
            ("GAM nope, nowhere", "gam_poll", "gam-1", "nope", "nowhere"),
            ("billing system 'nope'", "gam_reconcile", "nope"),
            ("billing system ''", "gam_reconcile", ""),
            ("change plan 12", "gam_apply", "12"),
            ("0 subscribers are named 'nope'", "gam_provision", "suspend", "nope"),
            ("2 subscribers are named 'twin'", "gam_provision", "suspend", "twin"),
            ("0 subscribers are named 'twin' on GAM 'gam-3'", "gam_provision", "suspend", "twin", "--gam", "gam-3"),
            ("bandwidth plan 'nope'", "gam_provision", "change_plan", "twin", "--gam", "gam-1", "--bandwidth-plan", "nope"),
        ):
            with self.subTest(words):
                self.assert_refused(words, name, *arguments)

    def test_what_cannot_be_is_refused_before_it_runs(self) -> None:
        for words, name, *arguments in (
            ("explode", "gam_provision", "explode", "twin"),
            ("telnet", "gam_discover", "192.0.2.1", "--transport", "telnet"),
            ("twelve", "gam_apply", "twelve"),
            ("many", "gam_discover", "192.0.2.1", "--ssh-port", "many"),
            ("ranges", "gam_discover"),
        ):
            with self.subTest(words):
                self.assert_refused(words, name, *arguments)

    def test_not_waiting_prints_the_jobs_number(self) -> None:
        factories.gam("gam-1")
        output = self.command("gam_poll", "gam-1", "--no-wait")
        job = Job.objects.get()
        self.assertEqual(output, f"Job {job.pk} started.\n")
        self.assertEqual((job.status, job.user.username), ("pending", "admin"))

    def test_a_job_nobody_works_on_says_which_queue_to_listen_on(self) -> None:
        with patch.object(_base, "POLL_SECONDS", 0.01), self.assertRaises(CommandError) as caught:
            self.command("gam_poll", "--timeout", "0.05")
        self.assertIn("still pending", str(caught.exception))
        self.assertIn("netbox_gam.poll", str(caught.exception))

    def test_rotating_secrets(self) -> None:
        profile = CredentialProfile.objects.create(name="a", password="canary-6611")
        before = profile.password
        output = self.command("gam_rotate_secrets")
        profile.refresh_from_db()
        self.assertNotEqual(profile.password, before)
        self.assertEqual(json.loads(output)["CredentialProfile"], 1)
        self.assertNotIn("canary-6611", output)


class RunTests(CommandMixin, TownTestCase):
    def test_discovering(self) -> None:
        shelf = self.town.shelves[COPPER_SHELF]
        output = self.followed(
            "gam_discover", shelf.address, "--credentials", "Field", "--snmp", "v2c read", "--vlan-pool", "Subscribers",
            "--ssh-port", str(self.ports.ssh), "--http-port", str(self.ports.http), "--snmp-port", str(self.ports.snmp),
        )  # fmt: skip
        data = self.data(output)
        self.assertEqual((data["gams"], data["created"], data["failures"]), (1, 0, {}))
        self.assertTrue(output.startswith("1/1 "), output[:80])

    def test_polling_all_and_some(self) -> None:
        self.assertEqual(self.data(self.followed("gam_poll"))["reachable"], 4)
        one = self.data(self.followed("gam_poll", self.town.shelves[SSH_SHELF].name))
        self.assertEqual((one["polled"], one["reachable"]), (1, 1))

    def test_reconciling(self) -> None:
        self.start_billing()
        data = self.data(self.followed("gam_reconcile", "Sonar"))
        self.assertEqual(data["status"], "completed")
        self.assertEqual(data["opened"], Finding.objects.count())

    def test_a_job_that_fails_fails_the_command_with_its_words(self) -> None:
        BillingSystem.objects.filter(name="Sonar").update(token="env:GAM_NOWHERE")
        with self.assertRaises(CommandError) as caught:
            self.followed("gam_reconcile", "Sonar")
        job = Job.objects.get()
        self.assertIn(f"Job {job.pk} failed", str(caught.exception))
        self.assertIn("GAM_NOWHERE", str(caught.exception))
        self.assertIn('"next_step"', self.output.getvalue())

    def test_provisioning_plans_and_applying_writes(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        planned = self.data(self.followed("gam_provision", "suspend", subscriber.name))
        self.assertEqual((planned["status"], self.all_writes()), ("planned", []))
        applied = self.data(self.followed("gam_apply", str(planned["change_plan"])))
        self.assertEqual((applied["status"], applied["verified"], applied["saved"]), ("applied", True, True))
        self.assertEqual(self.running_subscriber(SSH_SHELF, subscriber.name).vlan, 4094)
        resumed = self.followed("gam_provision", "resume", subscriber.name, "--gam", str(subscriber.gam), "--apply")
        self.assertEqual(self.data(resumed)["status"], "applied")
        self.assertIn("verify_startup", resumed)
        self.assertEqual(Subscriber.objects.get(pk=subscriber.pk).status, "active")

    def test_applying_what_cannot_be_applied_fails_the_command(self) -> None:
        plan = services.suspend(self.active_subscriber(SSH_SHELF), user=self.user)
        ChangePlan.objects.filter(pk=plan.pk).update(status="cancelled")
        with self.assertRaisesMessage(CommandError, "cannot be applied"):
            self.followed("gam_apply", str(plan.pk))
        self.assertEqual(self.all_writes(), [])
