"""Events in any order, any number of times, forged ones among them and a worker that dies: as the ordered stream ends.

``NETBOX_GAM_EVENT_CAMPAIGN=FILE`` asks for 10,000 events and writes the figures to FILE.
"""

from __future__ import annotations

import hmac
import http.server
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import TestCase
from django.urls import reverse

from development.fake_billing.testing import RunningBilling, running_billing
from development.seed import seed
from development.town import Town
from development.town_builder import build_town
from netbox_gam import gateway, jobs
from netbox_gam.context import acting_as
from netbox_gam.exceptions import NotAllowed, WorkflowError
from netbox_gam.models import BilledService, BillingEvent, BillingLink, BillingSystem, ChangePlan, Finding, Subscriber
from netbox_gam.targets import billing_target
from netbox_gam.workflows import billing_events, reconciliation
from netbox_gam.workflows.findings import OF_ONE_SERVICE

from .. import factories
from .bulk_town import write_town

REPORT = os.environ.get("NETBOX_GAM_EVENT_CAMPAIGN")
"""File for the figures of the whole campaign; without it a small one is run."""

CHANGES, EVENTS = (6000, 10_000) if REPORT else (60, 80)
SEED = 3
ACTIONS = ("active", "suspended", "terminated", "pending")


@dataclass(frozen=True)
class Delivery:
    """A webhook as it came: the system's kind, body and headers. ``forged``: it is none."""

    system: str
    body: bytes
    kind: str
    signature: str = ""
    forged: bool = False


@contextmanager
def catcher() -> Iterator[tuple[str, list[Delivery]]]:
    """A receiver that keeps what the stand-ins send: its address and what came."""
    caught: list[Delivery] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.reply()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            system = self.path.strip("/")
            caught.append(Delivery(system, body, self.headers["Content-Type"], self.headers.get("X-Splynx-Signature", "")))
            self.reply()

        def reply(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Nothing is logged."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", caught
    finally:
        server.shutdown()
        server.server_close()


class EventTestCase(TestCase):
    town: Town

    @classmethod
    def setUpTestData(cls) -> None:
        cls.town = build_town(7, 10, endpoints=(20, 30)) if REPORT else build_town(7, 6)
        seed(cls.town, "http://127.0.0.1:9", "http://127.0.0.1:9")
        cls.user = get_user_model().objects.get(username="admin")
        with acting_as(cls.user):
            write_town(cls.town)
        accounts = cls.town.accounts
        for kind, name in (("sonar", "sonar_webhook_path_secret"), ("splynx", "splynx_hook_secret")):
            system = BillingSystem.objects.get(type=kind)
            system.webhook_secret, system.options = accounts[name], {"requests_per_minute": 100_000, "retries": 0}
            system.save()

    def setUp(self) -> None:
        super().setUp()
        jobs._Woken.not_before = float("inf")
        self.addCleanup(setattr, jobs._Woken, "not_before", 0.0)
        self.enterContext(acting_as(self.user))
        self.billing: RunningBilling = self.enterContext(running_billing(self.town))
        for kind, url in (("sonar", self.billing.sonar_url), ("splynx", self.billing.splynx_url)):
            BillingSystem.objects.filter(type=kind).update(url=url)
        for system in (*BillingSystem.objects.all(), *BillingSystem.objects.all()):
            reconciliation.reconcile(system, user=self.user)
        self.systems = {system.type: system for system in BillingSystem.objects.all()}

    def deliver(self, item: Delivery) -> int:
        """POST it as the billing system would."""
        system = self.systems[item.system]
        if item.system == "sonar":
            secret = item.signature or self.town.accounts["sonar_webhook_path_secret"]
            url = reverse("plugins-api:netbox_gam-api:billing_webhook_secret", args=(system.pk, secret))
            return self.client.post(url, item.body, content_type=item.kind).status_code
        url = reverse("plugins-api:netbox_gam-api:billing_webhook", args=(system.pk,))
        return self.client.post(url, item.body, content_type=item.kind, headers={"X-Splynx-Signature": item.signature}).status_code

    def change_people(self, changes: int, *, enough: int = 0) -> list[Delivery]:
        """Clerks change customers' records; what the stand-ins send about it, in order."""
        pick = random.Random(SEED)
        people = [person.number for person in self.town.people if not person.trap]
        plans = [plan.key for plan in self.town.plans if plan.key.startswith("home")]
        with catcher() as (url, caught):
            self.billing.register_hook("sonar", f"{url}/sonar")
            self.billing.register_hook("splynx", f"{url}/splynx")
            self.billing.flush_hooks()
            for number in range(changes):
                if pick.random() < 0.5:
                    self.billing.set_person(pick.choice(people), status=pick.choice(ACTIONS))
                else:
                    self.billing.set_person(pick.choice(people), plan=pick.choice(plans))
                if number % 20 == 0:
                    self.billing.flush_hooks()
                if enough and len(caught) >= enough:
                    break
            self.billing.flush_hooks()
            return list(caught)

    def picture(self) -> dict[str, Any]:
        """Everything events may lead to."""
        return {
            "services": set(BilledService.objects.values_list("system", "external_id", "state", "raw_status", "plan_id")),
            "findings": set(
                Finding.objects.filter(kind__in=OF_ONE_SERVICE)
                .exclude(state="resolved")
                .values_list("system", "fingerprint", "state")
            ),
            "links": set(BillingLink.objects.values_list("system", "external_id", "subscriber__name")),
            "subscribers": Counter(Subscriber.objects.values_list("name", "status")),
            "change plans": ChangePlan.objects.count(),
        }


class EventCampaign(EventTestCase):
    def test_any_order_any_number_of_times_ends_as_the_ordered_stream(self) -> None:
        ordered = self.change_people(CHANGES, enough=EVENTS)
        self.assertGreaterEqual(len(ordered), EVENTS if REPORT else 40)
        before = self.picture()
        point = transaction.savepoint()
        for item in ordered:
            self.assertEqual(self.deliver(item), 200)
        billing_events.process_pending()
        wanted = self.picture()
        transaction.savepoint_rollback(point)
        self.assertEqual(self.picture(), before)
        self.assertNotEqual(wanted, before)

        pick = random.Random(SEED)
        stream = [*ordered * 3, *(self.forge(item) for item in pick.sample(ordered, len(ordered) // 4))]
        pick.shuffle(stream)
        answers = self.stormy(stream, pick)
        self.assertEqual(billing_events.process_pending()["failed"], 0)

        forged = sum(item.forged for item in stream)
        lost = BillingEvent.objects.filter(state="waiting").count()
        wrong = {name: len(set(wanted[name]) ^ set(after)) for name, after in self.picture().items() if wanted[name] != after}
        counted = sum(BillingEvent.objects.filter(state="refused").values_list("deliveries", flat=True))
        kept = sum(BillingEvent.objects.exclude(state="refused").values_list("deliveries", flat=True))
        figures = {
            "events": len(ordered),
            "deliveries": len(stream),
            "forged": forged,
            "forged_taken": forged - counted,
            "not_kept": len(stream) - forged - kept,
            "lost": lost,
            "otherwise": wrong,
            "p95_ms": round(sorted(answers)[int(len(answers) * 0.95)] * 1000, 1),
        }
        if REPORT:
            Path(REPORT).write_text(json.dumps(figures, indent=2))
        self.assertEqual((wrong, lost, counted, kept), ({}, 0, forged, len(stream) - forged), figures)
        # The third witness: a full run finds nothing that the events left undone.
        for system in self.systems.values():
            report = reconciliation.reconcile(system, user=self.user)
            if report.run.status == "held":
                reconciliation.release_feed(report.run, user=self.user)
        after = self.picture()
        self.assertEqual(after["services"], wanted["services"])
        self.assertLessEqual(wanted["links"], after["links"], "accounts that share a device are linked by full runs only")
        shared = {
            service["account"]
            for values in Finding.objects.filter(kind__in=("ambiguous_key", "multiple_services")).values_list(
                "billing_values", flat=True
            )
            for service in values["services"]
        }
        new = {fingerprint for _, fingerprint, _ in after["findings"] ^ wanted["findings"]}
        ids = Finding.objects.filter(fingerprint__in=new).values_list("external_id", flat=True)
        self.assertLessEqual({id.split(".")[0] for id in ids}, shared, "what a full run finds, events had found")

    def stormy(self, stream: list[Delivery], pick: random.Random) -> list[float]:
        """Deliver everything while the worker works now and then, dies in the middle, and billing is away for a while."""
        seconds = []
        pauses = set(pick.sample(range(len(stream)), 12))
        for number, item in enumerate(stream):
            begin = time.perf_counter()
            status = self.deliver(item)
            seconds.append(time.perf_counter() - begin)
            self.assertEqual(status, 403 if item.forged else 200)
            if number in pauses:
                self.work_badly(pick.choice(("well", "dies", "away")))
        return seconds

    def work_badly(self, how: str) -> None:
        if how == "away":
            self.billing.set_mode("sonar", fault="error_page")
            billing_events.process_pending()
            self.billing.reset_modes()
        elif how == "dies":
            # A worker that is killed takes its transaction and its lock along.
            with (
                patch("netbox_gam.workflows.findings.store_some", side_effect=KeyboardInterrupt),
                self.assertRaises(KeyboardInterrupt),
            ):
                self.make_due()
                if not BillingEvent.objects.filter(state="waiting").exists():
                    raise KeyboardInterrupt
                billing_events.process_pending()
        else:
            billing_events.process_pending()
        self.make_due()

    def make_due(self) -> None:
        """The time that a failed event waits goes by."""
        from django.utils import timezone

        BillingEvent.objects.filter(state="waiting").update(due_at=timezone.now())

    def forge(self, item: Delivery) -> Delivery:
        """Somebody who does not know the secret says the same, or signs with another."""
        if item.system == "sonar":
            return Delivery("sonar", item.body, item.kind, "demo-sonar-hook-guessed", forged=True)
        return Delivery("splynx", item.body, item.kind, hmac.new(b"guessed", item.body, "sha1").hexdigest(), forged=True)


class WorkingOffTests(EventTestCase):
    def event(self, number: int) -> BillingEvent:
        """A stored event about a Sonar account."""
        body = json.dumps({"event": "account.status", "object_id": number, "current": {"id": number}}).encode()
        self.assertEqual(self.deliver(Delivery("sonar", body, "application/json")), 200)
        return BillingEvent.objects.get(account_id=str(number))

    def somebody(self) -> int:
        """An active Sonar customer in order."""
        troubled = {item.key for item in self.town.expectations}
        return next(
            p.number
            for p in self.town.people
            if p.system == "sonar" and p.status == "active" and not p.trap and not {str(p.number), *p.macs, p.ipv4} & troubled
        )

    def test_a_suspension_becomes_a_finding_and_no_change(self) -> None:
        number = self.somebody()
        self.billing.set_person(number, status="suspended")
        event = self.event(number)
        self.assertEqual(billing_events.process_pending(), {"done": 1, "failed": 0})
        event.refresh_from_db()
        self.assertEqual(event.state, "done", event.outcome)
        self.assertIn("1 findings opened", event.outcome)
        finding = Finding.objects.get(external_id__startswith=f"{number}.", state="open")
        self.assertEqual((finding.kind, finding.subscriber.status), ("inactive_on_network", "active"))
        self.assertFalse(ChangePlan.objects.exists())

    def test_a_service_with_another_id_takes_the_findings_of_the_old_one_along(self) -> None:
        number = next(p.number for p in self.town.people if p.system == "splynx" and p.status == "active" and not p.trap and p.macs)
        old = BilledService.objects.get(account_id=str(number)).external_id
        factories.finding(self.systems["splynx"], kind="active_not_on_network", external_id=old, entity="internet_service")
        self.billing.set_person(number, status="terminated")
        body = json.dumps(self.envelope(number)).encode()
        signature = hmac.new(self.town.accounts["splynx_hook_secret"].encode(), body, "sha1").hexdigest()
        self.assertEqual(self.deliver(Delivery("splynx", body, "application/json", signature)), 200)
        self.assertEqual(billing_events.process_pending(), {"done": 1, "failed": 0})
        self.assertNotEqual(BilledService.objects.get(account_id=str(number)).external_id, old)
        self.assertFalse(Finding.objects.filter(external_id=old, state="open").exists())

    def test_what_is_linked_does_not_depend_on_which_successors_were_ever_read(self) -> None:
        number = next(p.number for p in self.town.people if p.system == "splynx" and p.status == "active" and not p.trap and p.macs)
        mine = BillingLink.objects.filter(system=self.systems["splynx"], account_id=str(number))
        before = mine.get()
        for status in ("terminated", "active", "pending", "terminated"):
            self.billing.set_person(number, status=status)
            snapshot = gateway.fetch_accounts(billing_target(self.systems["splynx"]), [str(number)])
            reconciliation.refresh(self.systems["splynx"], snapshot)
            (service,) = snapshot.services
            link = mine.get()
            self.assertEqual(
                (link.pk, link.match_reason, link.external_id), (before.pk, before.match_reason, service.external_id), status
            )

    def envelope(self, number: int) -> dict[str, Any]:
        """What Splynx sends about a customer."""
        data = {"model": "models\\Customers", "action": "edit", "date": "2026-03-01", "time": "00:05:12", "customer_id": number}
        return {"type": "event", "data": {**data, "attributes": {"id": number}}}

    def test_an_equal_body_may_be_another_change_of_the_same_second(self) -> None:
        number, moment = self.somebody(), "2026-03-01T00:00:04+00:00"
        body = json.dumps(
            {"event": "account.status", "object_id": number, "current": {"id": number, "updated_at": moment}}
        ).encode()
        again = Delivery("sonar", body, "application/json")
        self.deliver(again)
        event = BillingEvent.objects.get(account_id=str(number))
        for seconds, state in ((0.5, "waiting"), (3, "done")):
            read_at = event.received_at + timedelta(seconds=seconds)
            BillingEvent.objects.update(state="done", processed_at=read_at)
            self.deliver(again)
            event.refresh_from_db()
            self.assertEqual(event.state, state, f"the customer was read {seconds} s later")

    def test_a_body_without_a_time_is_never_taken_for_a_repetition(self) -> None:
        event = self.event(self.somebody())
        hour = timedelta(hours=1)
        BillingEvent.objects.update(state="done", received_at=event.received_at - 2 * hour, processed_at=event.received_at - hour)
        self.event(int(event.account_id))
        event.refresh_from_db()
        self.assertEqual((event.state, event.deliveries), ("waiting", 2))

    def test_one_that_comes_again_while_it_is_worked_off_is_worked_off_again(self) -> None:
        event = self.event(self.somebody())
        read = reconciliation.refresh

        def meanwhile(*arguments: Any, **more: Any) -> Any:
            BillingEvent.objects.filter(pk=event.pk, deliveries=1).update(deliveries=2)
            return read(*arguments, **more)

        with patch("netbox_gam.workflows.reconciliation.refresh", side_effect=meanwhile) as refresh:
            billing_events.process_pending()
        self.assertEqual(refresh.call_count, 2)
        event.refresh_from_db()
        self.assertEqual(event.state, "done")

    def test_only_the_customer_is_asked_for(self) -> None:
        self.event(self.somebody())
        self.billing.clear_requests()
        billing_events.process_pending()
        self.assertLess(len(self.billing.requests("sonar")), 20)
        self.assertEqual(self.billing.requests("splynx"), [])

    def test_a_billing_system_that_is_away_delays_and_loses_nothing(self) -> None:
        event = self.event(self.somebody())
        self.billing.set_mode("sonar", fault="error_page")
        self.assertEqual(billing_events.process_pending(), {"done": 0, "failed": 1})
        event.refresh_from_db()
        self.assertEqual((event.state, event.attempts), ("waiting", 1))
        self.assertGreater(event.due_at, event.received_at)
        self.assertIn("failed", event.outcome)

    def test_while_a_run_is_under_way_events_wait(self) -> None:
        self.event(self.somebody())
        from contextlib import contextmanager as manager

        from netbox_gam.exceptions import Busy

        @manager
        def busy(*arguments: Any, **more: Any) -> Iterator[None]:
            raise Busy("somebody reconciles")
            yield

        with patch("netbox_gam.workflows.billing_events.exclusive", busy):
            self.assertEqual(billing_events.process_pending(), {"done": 0, "failed": 0})
        self.assertEqual(billing_events.process_pending(), {"done": 1, "failed": 0})

    def test_an_account_that_is_gone_ends_nothing(self) -> None:
        states = Counter(Subscriber.objects.values_list("name", "status"))
        self.event(987_654)
        self.assertEqual(billing_events.process_pending(), {"done": 1, "failed": 0})
        self.assertEqual(Counter(Subscriber.objects.values_list("name", "status")), states)

    def test_replay_takes_the_permission_and_something_to_replay(self) -> None:
        self.event(self.somebody())
        billing_events.process_pending()
        sonar = self.systems["sonar"]
        nobody = get_user_model().objects.create_user("nobody")
        with self.assertRaises(NotAllowed):
            billing_events.replay(sonar, user=nobody, events=[1])
        with self.assertRaises(WorkflowError):
            billing_events.replay(sonar, user=self.user)
        self.assertEqual(billing_events.replay(sonar, user=self.user, since=BillingEvent.objects.first().received_at), 1)
        self.assertEqual(billing_events.process_pending(), {"done": 1, "failed": 0})
