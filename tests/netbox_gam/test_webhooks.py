"""Where billing systems call: what is answered, what is stored, what is refused, and what is never kept."""

from __future__ import annotations

import hmac
import json
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from django.test import TestCase
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisDown
from utilities.testing import TestCase as NetBoxTestCase

from netbox_gam import jobs
from netbox_gam.models import BillingEvent, BillingSystem

from . import factories

SECRET = "canary-hook-secret-5150"
PASSWORD = "canary-subscriber-password-77"


def sonar_body(**more: Any) -> bytes:
    current = {"id": 1042, "account_status_id": 4, "updated_at": "2026-03-01T00:00:04+00:00", "password": PASSWORD}
    return json.dumps({"event": "account.status", "object_id": 1042, "current": current, **more}).encode()


def splynx_envelope(**data: Any) -> dict[str, Any]:
    attributes = {"id": "9120", "customer_id": "3261", "status": "stopped", "password": PASSWORD}
    envelope = {"model": "models\\common\\customers\\ServicesInternet", "action": "edit", "attributes": attributes, **data}
    return {"type": "event", "call": "", "data": envelope}


class Receiving(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.sonar = factories.billing_system(name="Sonar", type="sonar", auth="bearer", token="t", webhook_secret=SECRET)
        keys = {"api_key": "k", "api_secret": "s", "token": ""}
        self.splynx = factories.billing_system(name="Splynx", type="splynx", auth="signature", webhook_secret=SECRET, **keys)
        jobs._Woken.not_before = float("inf")
        self.addCleanup(setattr, jobs._Woken, "not_before", 0.0)

    def url(self, system: BillingSystem, secret: str = "") -> str:
        if secret:
            return reverse("plugins-api:netbox_gam-api:billing_webhook_secret", args=(system.pk, secret))
        return reverse("plugins-api:netbox_gam-api:billing_webhook", args=(system.pk,))

    def post_sonar(self, body: bytes, secret: str = SECRET, **extra: Any) -> int:
        return self.client.post(self.url(self.sonar, secret), body, content_type="application/json", **extra).status_code

    def post_splynx(self, body: bytes, *, signature: str = "", kind: str = "application/json") -> int:
        right = hmac.new(SECRET.encode(), body, "sha1").hexdigest()
        headers = {"X-Splynx-Signature": signature or right}
        return self.client.post(self.url(self.splynx), body, content_type=kind, headers=headers).status_code

    def states(self) -> list[tuple[str, str, str, int]]:
        return list(BillingEvent.objects.order_by("pk").values_list("state", "entity", "account_id", "deliveries"))

    def test_sonar_asks_with_head_and_gets_200(self) -> None:
        self.assertEqual(self.client.head(self.url(self.sonar, SECRET)).status_code, 200)

    def test_an_event_is_stored_and_answered_with_200(self) -> None:
        self.assertEqual(self.post_sonar(sonar_body()), 200)
        self.assertEqual(self.states(), [("waiting", "account", "1042", 1)])

    def test_splynx_json_and_form_are_read_alike(self) -> None:
        form = {
            "type": "event",
            "data[model]": "models\\common\\customers\\ServicesInternet",
            "data[action]": "edit",
            "data[attributes][id]": "9120",
            "data[attributes][customer_id]": "3261",
        }
        self.assertEqual(self.post_splynx(json.dumps(splynx_envelope()).encode()), 200)
        self.assertEqual(self.post_splynx(urlencode(form).encode(), kind="application/x-www-form-urlencoded"), 200)
        self.assertEqual(self.states(), [("waiting", "internet_service", "3261", 1)] * 2)

    def test_pings_and_reads_are_passed_over(self) -> None:
        self.assertEqual(self.post_splynx(b'{"type": "ping"}'), 200)
        self.assertEqual(self.post_splynx(json.dumps(splynx_envelope(action="get_list")).encode()), 200)
        self.assertEqual({state for state, *_ in self.states()}, {"passed"})

    def test_equal_deliveries_are_one_row(self) -> None:
        for _ in range(3):
            self.post_sonar(sonar_body())
        self.assertEqual(self.states(), [("waiting", "account", "1042", 3)])

    def test_forged_ones_are_refused_and_counted_without_their_content(self) -> None:
        for number in range(4):
            self.assertEqual(self.post_sonar(sonar_body(object_id=number), secret="guessed"), 403)
        self.assertEqual(self.client.post(self.url(self.sonar), sonar_body(), content_type="application/json").status_code, 403)
        self.assertEqual(self.post_splynx(b'{"type": "event"}', signature="0" * 40), 403)
        counted = dict(BillingEvent.objects.filter(state="refused").values_list("system__name", "deliveries"))
        self.assertEqual(counted, {"Sonar": 5, "Splynx": 1})
        self.assertFalse(BillingEvent.objects.exclude(state="refused").exists())

    def test_a_tampered_body_is_refused(self) -> None:
        body = json.dumps(splynx_envelope()).encode()
        signature = hmac.new(SECRET.encode(), body, "sha1").hexdigest()
        self.assertEqual(self.post_splynx(body.replace(b"3261", b"3262"), signature=signature), 403)

    def test_a_source_that_is_not_listed_is_refused(self) -> None:
        BillingSystem.objects.filter(pk=self.sonar.pk).update(options={"webhook_sources": ["203.0.113.0/24"]})
        self.assertEqual(self.post_sonar(sonar_body(), REMOTE_ADDR="198.51.100.7"), 403)
        self.assertEqual(self.post_sonar(sonar_body(), REMOTE_ADDR="203.0.113.9"), 200)

    def test_what_cannot_be_read_is_refused_as_such(self) -> None:
        for body in (b"", b"[]", b"{", b'{"event": ""}', b"\xff\xfe"):
            self.assertEqual(self.post_sonar(body), 400, body)

    def test_too_long_a_body_is_refused(self) -> None:
        self.assertEqual(self.post_sonar(b"x" * (1024 * 1024 + 1)), 413)
        self.assertFalse(BillingEvent.objects.exists())

    def test_no_secret_no_webhooks(self) -> None:
        BillingSystem.objects.filter(pk=self.sonar.pk).update(webhook_secret="")
        self.assertEqual(self.post_sonar(sonar_body()), 404)
        self.assertEqual(self.client.get(self.url(self.sonar, SECRET)).status_code, 405)

    def test_nothing_but_known_plain_members_is_kept(self) -> None:
        with self.assertLogs("root", "DEBUG") as logs:
            __import__("logging").getLogger("root").debug("start")
            self.post_sonar(sonar_body(note=PASSWORD, api_token=PASSWORD))
            self.post_splynx(json.dumps(splynx_envelope(extra={"secret": PASSWORD})).encode())
            self.post_sonar(sonar_body(object_id=7), secret=PASSWORD)
            self.post_sonar(b"{")
            self.client.get(self.url(self.sonar, SECRET))
        rows = str(list(BillingEvent.objects.values()))
        for canary in (PASSWORD, SECRET):
            self.assertNotIn(canary, rows)
            self.assertNotIn(canary, "".join(logs.output))
        self.assertEqual(BillingEvent.objects.filter(entity="account").get().kept["current"]["account_status_id"], 4)

    def test_without_redis_an_event_is_stored_all_the_same(self) -> None:
        jobs._Woken.not_before = 0.0
        with patch("netbox_gam.jobs.get_queue", side_effect=RedisDown("down")):
            self.assertEqual(self.post_sonar(sonar_body()), 200)
        self.assertEqual(self.states(), [("waiting", "account", "1042", 1)])
        with patch("netbox_gam.jobs.get_queue") as queue:
            self.post_sonar(sonar_body(object_id=7))
        self.assertFalse(queue.called, "for a while nobody waits for Redis again")


class EventsPage(NetBoxTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.system = factories.billing_system(name="Sonar", type="sonar", auth="bearer", token="t", webhook_secret=SECRET)
        for number in range(3):
            factories.billing_event(self.system, account_id=str(number))
        jobs._Woken.not_before = float("inf")
        self.addCleanup(setattr, jobs._Woken, "not_before", 0.0)

    def replay(self, **data: Any) -> Any:
        return self.client.post(f"{self.system.get_absolute_url()}replay/", data, follow=True)

    def waiting(self) -> int:
        return BillingEvent.objects.filter(state="waiting").count()

    def test_the_log_is_shown_and_says_nothing_of_the_secret(self) -> None:
        self.add_permissions("netbox_gam.view_billingsystem")
        response = self.client.get(f"{self.system.get_absolute_url()}events/")
        self.assertContains(response, "account.status")
        self.assertNotContains(response, SECRET)
        self.assertNotContains(response, "replay/")
        self.assertNotContains(self.client.get(self.system.get_absolute_url()), SECRET)

    def test_replay_takes_its_own_permission(self) -> None:
        self.add_permissions("netbox_gam.view_billingsystem", "netbox_gam.change_billingsystem")
        self.assertEqual(self.replay(pk=BillingEvent.objects.first().pk).status_code, 403)
        self.assertEqual(self.waiting(), 0)

    def test_one_many_or_a_time_span(self) -> None:
        self.add_permissions("netbox_gam.view_billingsystem", "netbox_gam.replay_billingsystem")
        self.replay(pk=BillingEvent.objects.first().pk)
        self.assertEqual(self.waiting(), 1)
        self.replay(since="2026-03-01T00:00:00", until="2026-03-02T00:00:00")
        self.assertEqual(self.waiting(), 3)

    def test_a_span_that_is_no_moment_and_nothing_chosen_are_explained(self) -> None:
        self.add_permissions("netbox_gam.view_billingsystem", "netbox_gam.replay_billingsystem")
        self.assertContains(self.replay(since="yesterday"), "not a date and time")
        self.assertContains(self.replay(), "Nothing to replay was named")
        self.assertEqual(self.waiting(), 0)

    def test_replay_over_rest(self) -> None:
        url = reverse("plugins-api:netbox_gam-api:billingsystem-replay-events", args=(self.system.pk,))
        self.assertEqual(self.client.post(url, {}, content_type="application/json").status_code, 403)
        self.add_permissions("netbox_gam.replay_billingsystem")
        keys = list(BillingEvent.objects.values_list("pk", flat=True))[:2]
        answer = self.client.post(url, json.dumps({"events": keys}), content_type="application/json")
        self.assertEqual((answer.status_code, answer.json()), (200, {"waiting": 2}))
