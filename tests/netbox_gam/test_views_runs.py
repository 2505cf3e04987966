"""The page of a run: progress while it runs, phases and outcome afterwards; cancelling and dry runs by permission."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from django.urls import reverse
from redis.exceptions import ConnectionError as RedisDown
from utilities.testing import TestCase as NetBoxTestCase
from utilities.testing import disable_warnings

from netbox_gam import jobs
from netbox_gam.models import SyncRun
from netbox_gam.ui.panels.runs import phases_of

from . import factories


class RunPage(NetBoxTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.run_ = factories.sync_run(
            status="running", finished=None, progress={"done": 3, "total": 13, "message": "services: 7 read"}
        )
        self.page = self.run_.get_absolute_url()

    def ended(self, **values: Any) -> None:
        SyncRun.objects.filter(pk=self.run_.pk).update(**{"status": "completed", "progress": {}, **values})

    def test_a_running_run_shows_how_far_it_is(self) -> None:
        self.add_permissions("netbox_gam.view_syncrun")
        response = self.client.get(self.page)
        self.assertContains(response, f'hx-get="{self.page}progress/"')
        self.assertContains(response, "3 of 13 done")
        self.assertNotContains(response, f"{self.page}cancel/")
        body = self.client.get(f"{self.page}progress/")
        self.assertContains(body, "services: 7 read")
        self.assertNotIn("HX-Refresh", body)
        self.ended()
        self.assertEqual(self.client.get(f"{self.page}progress/")["HX-Refresh"], "true")
        self.assertNotContains(self.client.get(self.page), "progress/")

    def test_progress_takes_the_right_to_see_the_run(self) -> None:
        with disable_warnings("django.request"):
            self.assertEqual(self.client.get(f"{self.page}progress/").status_code, 403)

    def test_cancelling_takes_its_own_permission(self) -> None:
        self.add_permissions("netbox_gam.view_syncrun", "netbox_gam.change_syncrun", "netbox_gam.release_syncrun")
        with disable_warnings("django.request"):
            self.assertEqual(self.client.post(f"{self.page}cancel/").status_code, 403)
        self.run_.refresh_from_db()
        self.assertFalse(self.run_.cancel_requested)
        self.add_permissions("netbox_gam.cancel_syncrun")
        self.assertContains(self.client.get(self.page), f"{self.page}cancel/")
        response = self.client.post(f"{self.page}cancel/", follow=True)
        self.assertContains(response, "ends before its next request")
        self.run_.refresh_from_db()
        self.assertTrue(self.run_.cancel_requested)
        self.assertContains(self.client.post(f"{self.page}cancel/", follow=True), "has ended")

    def test_cancelling_over_rest(self) -> None:
        url = reverse("plugins-api:netbox_gam-api:syncrun-cancel", args=(self.run_.pk,))
        with disable_warnings("django.request"):
            self.assertEqual(self.client.post(url).status_code, 403)
        self.add_permissions("netbox_gam.cancel_syncrun", "netbox_gam.view_syncrun")
        answer = self.client.post(url)
        self.assertEqual((answer.status_code, answer.json()["cancel_requested"]), (200, True))

    def test_phases_and_outcome_of_one_that_has_ended(self) -> None:
        self.add_permissions("netbox_gam.view_syncrun")
        outcome = {
            "services": 40,
            "opened": 2,
            "resolved": 0,
            "would_open": ["<b>Ada</b> is not on the network"],
            "would_resolve": [],
        }
        self.ended(status="rehearsed", kind="dry_run", timings={"read": 3.0, "link": 1.0}, outcome=outcome)
        response = self.client.get(self.page)
        self.assertContains(response, "width: 75.00%")
        self.assertContains(response, "&lt;b&gt;Ada&lt;/b&gt; is not on the network")
        for words in ("Would open", "Would resolve", "Services read", "Dry run", "Rehearsed"):
            self.assertContains(response, words)

    def test_shares_are_of_all_there_is(self) -> None:
        self.assertEqual(phases_of({}), [])
        self.assertEqual([phase["share"] for phase in phases_of({"read": 0.0})], ["0.00"])
        self.assertAlmostEqual(sum(float(phase["share"]) for phase in phases_of({"a": 1, "b": 2, "c": 4})), 100, delta=0.05)


class DryRunButton(NetBoxTestCase):
    def test_it_takes_the_permission_to_reconcile(self) -> None:
        system = factories.billing_system()
        page = system.get_absolute_url()
        self.add_permissions("netbox_gam.view_billingsystem")
        with disable_warnings("django.request"):
            self.assertEqual(self.client.post(f"{page}dry-run/").status_code, 403)
        self.add_permissions("netbox_gam.reconcile_billingsystem")
        self.assertContains(self.client.get(page), f"{page}dry-run/")
        self.client.post(f"{page}dry-run/")
        job = system.jobs.get(name=jobs.ReconcileJob.name)
        self.assertEqual(job.user, self.user)


class ReceiverWithoutRedis(NetBoxTestCase):
    def test_it_is_asked_before_what_needs_redis(self) -> None:
        system = factories.billing_system(webhook_secret="hush")
        url = reverse("plugins-api:netbox_gam-api:billing_webhook_secret", args=(system.pk, "hush"))
        body = {"event": "account.status", "object_id": 7}
        jobs._Woken.not_before = 0.0
        with (
            patch("netbox.middleware.get_config", side_effect=RedisDown("down")),
            patch("netbox_gam.jobs.get_queue", side_effect=RedisDown("down")),
        ):
            with self.assertRaises(RedisDown):
                self.client.get(reverse("plugins:netbox_gam:billingsystem_list"))
            self.assertEqual(self.client.post(url, body, content_type="application/json").status_code, 200)
            self.assertEqual(self.client.head(url).status_code, 200)
        self.assertEqual(system.events.get().account_id, "7")

    def test_hosts_that_are_not_allowed_are_refused_as_elsewhere(self) -> None:
        url = reverse("plugins-api:netbox_gam-api:billing_webhook", args=(1,))
        with (
            self.settings(ALLOWED_HOSTS=["netbox.example.net"]),
            disable_warnings("django.security.DisallowedHost"),
        ):
            self.assertEqual(self.client.head(url, headers={"host": "elsewhere.example.net"}).status_code, 400)
