"""The verbs over REST: each asks for its own permission, with the object, and starts what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import MagicMock, patch

from core.models import Job
from dcim.models import Site
from django.urls import reverse
from utilities.testing import APITestCase, disable_warnings

from netbox_gam import jobs, models
from netbox_gam.exceptions import InvalidState, NotAllowed
from netbox_gam.workflows import alarms, change_batches, drift_decisions, findings, onboarding, provisioning
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders


@dataclass
class Verb:
    """One verb: its path below the object, the permission it needs, what it calls and with what besides the user."""

    path: str
    instance: Any
    permission: str
    owner: Any
    function: str
    body: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        name = self.instance._meta.model_name
        return reverse(f"plugins-api:netbox_gam-api:{name}-{self.path}", kwargs={"pk": self.instance.pk})

    @property
    def starts_job(self) -> bool:
        return self.function == "start"


class VerbTest(APITestCase):
    """Every verb of one object."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.gam, cls.bandwidth_plan, cls.system = builders.gam(1), builders.bandwidth_plan(2), builders.system(1)
        cls.subscriber, cls.finding = builders.subscriber(1, gam=cls.gam), builders.finding(1, cls.system)
        cls.drift, cls.arrival = factories.drift(cls.gam), factories.arrival(cls.gam, kind="moved")
        cls.batch = factories.change_batch()
        cls.change_plan, cls.alarm = builders.change_plan(1, cls.gam), builders.alarm(1, cls.gam)

    def setUp(self) -> None:
        super().setUp()
        gam, subscriber, system, other = self.gam, self.subscriber, self.system, self.bandwidth_plan
        finding, change_plan, alarm = self.finding, self.change_plan, self.alarm
        drift, arrival = self.drift, self.arrival
        until = builders.NOW + timedelta(days=1)
        self.verbs = [
            Verb("poll", gam, "poll", jobs.PollJob, "start", {}, {"gams": [gam]}),
            *(
                Verb(
                    name,
                    subscriber,
                    "provision",
                    jobs.ServiceJob,
                    "start",
                    {},
                    {"subscriber": subscriber, "verb": name, "apply": False},
                )
                for name in ("activate", "suspend", "resume", "terminate", "plan")
            ),
            Verb(
                "change-plan",
                subscriber,
                "provision",
                jobs.ServiceJob,
                "start",
                {"bandwidth_plan": other.pk, "apply": True},
                {"subscriber": subscriber, "verb": "change_plan", "apply": True, "bandwidth_plan": other},
            ),
            Verb("apply", change_plan, "apply", jobs.ApplyJob, "start", {}, {"change_plan": change_plan}),
            Verb("cancel", change_plan, "apply", provisioning, "cancel"),
            Verb("replan", change_plan, "apply", jobs.ReplanJob, "start", {}, {"change_plan": change_plan}),
            Verb("apply", self.batch, "apply", jobs.ApplyBatchJob, "start", {}, {"batch": self.batch}),
            Verb("replan", self.batch, "apply", jobs.ReplanBatchJob, "start", {}, {"batch": self.batch}),
            Verb("cancel", self.batch, "apply", change_batches, "cancel_batch"),
            Verb("reconcile", system, "reconcile", jobs.ReconcileJob, "start", {}, {"system": system, "kind": "full"}),
            Verb("check-connection", system, "reconcile", jobs.CheckConnectionJob, "start", {}, {"system": system}),
            Verb("accept", finding, "decide", jobs.AcceptFindingJob, "start", {"apply": True}, {"finding": finding, "apply": True}),
            Verb(
                "ignore", finding, "decide", findings, "ignore", {"comment": "Moved out"}, {"comment": "Moved out", "until": None}
            ),
            Verb("reopen", finding, "decide", findings, "reopen"),
            Verb("acknowledge", alarm, "acknowledge", alarms, "acknowledge"),
            Verb("shelve", alarm, "shelve", alarms, "shelve", {"until": until.isoformat()}, {"until": until}),
            Verb("unshelve", alarm, "shelve", alarms, "unshelve"),
            Verb("compare", gam, "compare", jobs.CompareJob, "start", {}, {"gam": gam}),
            Verb("push", drift, "push", jobs.PushDriftJob, "start", {"apply": True}, {"records": [drift], "apply": True}),
            Verb("adopt", drift, "adopt", jobs.AdoptDriftJob, "start", {}, {"records": [drift]}),
            Verb(
                "accept",
                drift,
                "accept",
                drift_decisions,
                "accept",
                {"reason": "Lab", "until": until.isoformat()},
                {"reason": "Lab", "until": until},
            ),
            Verb("reopen", drift, "accept", drift_decisions, "reopen"),
            Verb("follow", arrival, "follow", jobs.FollowArrivalJob, "start", {}, {"arrival": arrival, "apply": False}),
            Verb("leave", arrival, "leave", onboarding, "leave", {"note": "Spare"}, {"note": "Spare"}),
        ]

    def call(self, verb: Verb, **patched: Any) -> tuple[Any, MagicMock]:
        """POST, with what the verb calls replaced; the answer and the replacement."""
        job = Job(pk=1, name="A job", status="pending", created=builders.NOW, job_id="00000000-0000-0000-0000-000000000001")
        with (
            patch.object(verb.owner, verb.function, **({"return_value": job} | patched)) as called,
            disable_warnings("django.request"),
        ):
            return self.client.post(verb.url, verb.body, format="json", **self.header), called

    def each(self) -> Any:
        """Every verb, as a subtest, starting without permissions."""
        for verb in self.verbs:
            with self.subTest(f"{verb.instance._meta.model_name} {verb.path}"):
                self.user.object_permissions.all().delete()
                builders.permit(self.user, models.BandwidthPlan, "view")
                if verb.body.get("apply"):
                    builders.permit(self.user, models.ChangePlan, "apply")
                yield verb

    def test_other_permissions_do_not_do(self) -> None:
        for verb in self.each():
            builders.permit(self.user, type(verb.instance), "view", "add", "change", "delete")
            response, called = self.call(verb)
            self.assertHttpStatus(response, 403)
            called.assert_not_called()

    def test_permission_for_another_object_does_not_do(self) -> None:
        for verb in self.each():
            builders.permit(self.user, type(verb.instance), "view", "add", "change")
            builders.permit(self.user, type(verb.instance), verb.permission, constraints={"pk": 0})
            response, called = self.call(verb)
            self.assertHttpStatus(response, 404)
            called.assert_not_called()

    def test_the_permission_alone_does(self) -> None:
        for verb in self.each():
            builders.permit(self.user, type(verb.instance), verb.permission, constraints={"pk": verb.instance.pk})
            response, called = self.call(verb)
            if verb.starts_job:
                self.assertHttpStatus(response, 202)
                self.assertEqual((response.data["name"], response.data["status"]["value"]), ("A job", "pending"))
                called.assert_called_once_with(self.user, **verb.arguments)
            else:
                self.assertHttpStatus(response, 200)
                called.assert_called_once_with(verb.instance, user=self.user, **verb.arguments)
                # No more than its identity, without the permission to view it.
                self.assertNotIn("comments", response.data)
                self.assertEqual(response.data["id"], verb.instance.pk)

    def test_who_may_view_gets_the_whole_object(self) -> None:
        for verb in self.each():
            if not verb.starts_job:
                builders.permit(self.user, type(verb.instance), verb.permission, "view")
                response, _ = self.call(verb)
                self.assertIn("comments", response.data)

    def test_anonymous_and_read_only_tokens_do_not_do(self) -> None:
        for verb in self.each():
            builders.permit(self.user, type(verb.instance), verb.permission)
            with disable_warnings("django.request"):
                self.assertHttpStatus(self.client.post(verb.url, verb.body, format="json"), 403)
            self.token.write_enabled = False
            self.token.save()
            response, called = self.call(verb)
            self.token.write_enabled = True
            self.token.save()
            self.assertHttpStatus(response, 403)
            called.assert_not_called()

    def test_reading_a_verb_is_no_way_to_do_it(self) -> None:
        for verb in self.each():
            builders.permit(self.user, type(verb.instance), "view", verb.permission)
            with disable_warnings("django.request"):
                self.assertHttpStatus(self.client.get(verb.url, **self.header), 405)

    def test_what_cannot_be_done_is_a_conflict_with_a_next_step(self) -> None:
        for verb in self.each():
            builders.permit(self.user, type(verb.instance), verb.permission)
            response, _ = self.call(verb, side_effect=InvalidState("It is applied already.", next_step="Make a new plan."))
            self.assertHttpStatus(response, 409)
            self.assertEqual(response.data, {"detail": "It is applied already.", "next_step": "Make a new plan."})
            response, _ = self.call(verb, side_effect=NotAllowed("Not on this GAM."))
            self.assertHttpStatus(response, 403)
            self.assertEqual(response.data["detail"], "Not on this GAM.")

    def test_body_is_checked(self) -> None:
        by_path = {verb.path: verb for verb in reversed(self.verbs)}
        for path, body, named in (
            ("activate", {"apply": "perhaps"}, "apply"),
            ("change-plan", {}, "bandwidth_plan"),
            ("change-plan", {"bandwidth_plan": 987654}, "bandwidth_plan"),
            ("change-plan", {"bandwidth_plan": "fast"}, "bandwidth_plan"),
            ("accept", {"apply": []}, "apply"),
            ("ignore", {"comment": {"a": 1}}, "comment"),
        ):
            verb = by_path[path]
            with self.subTest(path, body=body):
                builders.permit(self.user, type(verb.instance), verb.permission)
                response, called = self.call(Verb(verb.path, verb.instance, verb.permission, verb.owner, verb.function, body))
                self.assertHttpStatus(response, 400)
                self.assertEqual(set(response.data), {named})
                called.assert_not_called()

    def test_bandwidth_plan_must_be_one_the_user_may_view(self) -> None:
        verb = next(verb for verb in self.verbs if verb.path == "change-plan")
        builders.permit(self.user, models.Subscriber, "provision")
        response, called = self.call(verb)
        self.assertHttpStatus(response, 400)
        self.assertIn(str(self.bandwidth_plan.pk), str(response.data["bandwidth_plan"]))
        called.assert_not_called()

    def test_jobs_are_enqueued_for_the_user(self) -> None:
        for verb in self.each():
            if verb.starts_job:
                builders.permit(self.user, type(verb.instance), verb.permission)
                response = self.client.post(verb.url, verb.body, format="json", **self.header)
                self.assertHttpStatus(response, 202)
                job = Job.objects.get(pk=response.data["id"])
                self.assertEqual(job.user, self.user)
                self.assertTrue(job.queue_name.startswith("netbox_gam."))


class FleetVerbTest(APITestCase):
    """Verbs of no single object: discover, and poll for several."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.gams = [builders.gam(number, polling_enabled=number != 3) for number in (1, 2, 3)]
        cls.site = Site.objects.get()
        cls.credential = models.CredentialProfile.objects.create(name="Field")
        cls.discover_url = reverse("plugins-api:netbox_gam-api:gamdevice-discover")
        cls.poll_url = reverse("plugins-api:netbox_gam-api:gamdevice-poll-many")

    def post(self, url: str, body: Any, start: str) -> tuple[Any, MagicMock]:
        """POST with the job's start replaced."""
        job = Job(pk=1, name="A job", status="pending", created=builders.NOW, job_id="00000000-0000-0000-0000-000000000001")
        with patch.object(getattr(jobs, start), "start", return_value=job) as called, disable_warnings("django.request"):
            return self.client.post(url, body, format="json", **self.header), called

    def test_discover_needs_its_permission(self) -> None:
        builders.permit(self.user, models.GamDevice, "view", "add", "change", "poll")
        response, called = self.post(self.discover_url, {"ranges": ["192.0.2.0/24"]}, "DiscoverJob")
        self.assertHttpStatus(response, 403)
        called.assert_not_called()

    def test_discover(self) -> None:
        builders.permit(self.user, models.GamDevice, "discover")
        builders.permit(self.user, Site, "view")
        builders.permit(self.user, models.CredentialProfile, "view")
        ranges = ["192.0.2.0/24", "198.51.100.1-9", "203.0.113.7:16161", "2001:db8::/120", "gam1.example.net"]
        body = {"ranges": ranges, "site": self.site.pk, "credential_profile": self.credential.pk, "ssh_port": 2222}
        response, called = self.post(self.discover_url, body, "DiscoverJob")
        self.assertHttpStatus(response, 202)
        called.assert_called_once_with(
            self.user,
            ranges=ranges,
            site=self.site,
            credential_profile=self.credential,
            transport="ssh",
            ssh_port=2222,
            http_port=80,
            https=False,
            snmp_port=161,
        )

    def test_discover_names_what_it_cannot_use(self) -> None:
        builders.permit(self.user, models.GamDevice, "discover")
        for body, field_name, value in (
            ({}, "ranges", "required"),
            ({"ranges": []}, "ranges", "empty"),
            ({"ranges": ["192.0.2.0/24", "192.0.2.300"]}, "ranges", "192.0.2.300"),
            ({"ranges": ["192.0.2.9-192.0.2.1"]}, "ranges", "192.0.2.9-192.0.2.1"),
            ({"ranges": ["192.0.2.1-2001:db8::1"]}, "ranges", "192.0.2.1-2001:db8::1"),
            ({"ranges": ["two words"]}, "ranges", "two words"),
            ({"ranges": ["10.0.0.0/8"]}, "ranges", "10.0.0.0/8"),
            ({"ranges": "192.0.2.0/24"}, "ranges", "str"),
            ({"ranges": ["192.0.2.1"], "transport": "telnet"}, "transport", "telnet"),
            ({"ranges": ["192.0.2.1"], "ssh_port": 70000}, "ssh_port", "65535"),
            # It exists, but the user may not view it.
            ({"ranges": ["192.0.2.1"], "credential_profile": self.credential.pk}, "credential_profile", str(self.credential.pk)),
        ):
            with self.subTest(body):
                response, called = self.post(self.discover_url, body, "DiscoverJob")
                self.assertHttpStatus(response, 400)
                self.assertEqual(set(response.data), {field_name})
                self.assertIn(value, str(response.data[field_name]))
                called.assert_not_called()

    def test_poll_some(self) -> None:
        builders.permit(self.user, models.GamDevice, "poll", constraints={"pk__in": [self.gams[0].pk, self.gams[2].pk]})
        response, called = self.post(self.poll_url, {"ids": [self.gams[0].pk, self.gams[2].pk]}, "PollJob")
        self.assertHttpStatus(response, 202)
        called.assert_called_once_with(self.user, gams=[self.gams[0], self.gams[2]])

    def test_poll_names_those_it_may_not(self) -> None:
        builders.permit(self.user, models.GamDevice, "view", "add")
        builders.permit(self.user, models.GamDevice, "poll", constraints={"pk": self.gams[0].pk})
        response, called = self.post(self.poll_url, {"ids": [gam.pk for gam in self.gams]}, "PollJob")
        self.assertHttpStatus(response, 400)
        self.assertEqual(len(response.data["ids"]), 2)
        self.assertIn(str(self.gams[1].pk), response.data["ids"][0])
        called.assert_not_called()

    def test_poll_all_is_all_that_are_polled_and_allowed(self) -> None:
        builders.permit(self.user, models.GamDevice, "poll", constraints={"pk__gt": self.gams[0].pk})
        response, called = self.post(self.poll_url, {}, "PollJob")
        self.assertHttpStatus(response, 202)
        called.assert_called_once_with(self.user, gams=[self.gams[1]])

    def test_poll_needs_its_permission(self) -> None:
        builders.permit(self.user, models.GamDevice, "view", "add", "change", "discover")
        response, called = self.post(self.poll_url, {}, "PollJob")
        self.assertHttpStatus(response, 403)
        called.assert_not_called()
