"""Telling: event rules with a real receiver and worker, notifications, the outbox; nothing twice, nothing lost."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from core.models import ObjectType
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection, connections
from django.test import TestCase, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django_rq import get_queue
from extras.models import EventRule, Notification, NotificationGroup, Subscription, Tag, Webhook
from redis.exceptions import ConnectionError as RedisConnectionError
from utilities.testing.mixins import RQQueueTestMixin

from netbox_gam.models import Alarm, AlarmEvent, EventRuleItem, GamDevice, MailItem, PollSchedule
from netbox_gam.pacemaker import Pacemaker
from netbox_gam.workflows import alarms, telling

from .. import factories
from ..api import builders

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TYPES = list(telling.EVENT_TYPES.values())


def raised(gam: GamDevice, key: str = "k", severity: str = "mj", **values: Any) -> Alarm:
    """An alarm that people are to be told of."""
    return alarms.raise_alarm(gam, key=key, condition="outage", severity=severity, text="No endpoint", **values)


@contextmanager
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook receiver on loopback: its address, and what it got."""
    got: list[dict[str, Any]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def event_rule(action: Any, action_type: str = "webhook", **values: Any) -> EventRule:
    rule = EventRule.objects.create(
        name=f"Rule {action_type}",
        event_types=TYPES,
        action_type=action_type,
        action_object_type=ContentType.objects.get_for_model(action) if action else None,
        action_object_id=action.pk if action else None,
        **values,
    )
    rule.object_types.set([ObjectType.objects.get_for_model(Alarm)])
    return rule


class EventRuleTests(RQQueueTestMixin, TestCase):
    def test_a_webhook_gets_one_event_for_each_transition_even_of_one_portion(self):
        gam = factories.gam("gam-north")
        with receiver() as (url, got):
            event_rule(Webhook.objects.create(name="hook", payload_url=url, http_method="POST"))
            raised(gam)
            raised(gam, severity="cr")
            alarms.clear_alarm(gam, key="k")
            with self.captureOnCommitCallbacks(execute=True):
                self.assertEqual(telling.tell().for_rules, 3)
                self.assertEqual(telling.tell().for_rules, 0)
            self.run_rq_jobs()
        self.assertEqual([item["event"] for item in got], TYPES)
        told = [item["data"]["event"] for item in got]
        self.assertEqual([item["transition"] for item in told], ["raised", "changed", "cleared"])
        self.assertEqual([item["severity"] for item in told], ["mj", "cr", "cr"])
        self.assertEqual(len({item["id"] for item in told}), 3)
        self.assertEqual({item["data"]["gam"]["display"] for item in got}, {"gam-north"})

    def test_conditions_see_the_transition_and_a_broken_rule_holds_up_nobody(self):
        gam, group = factories.gam(), NotificationGroup.objects.create(name="noc")
        user = get_user_model().objects.create_user("noc")
        group.users.add(user)
        factories.mail_group()
        rule = event_rule(group, "notification", conditions={"attr": "event.severity", "value": "cr"})
        raised(gam, "a", "mj")
        raised(gam, "b", "cr")
        telling.tell()
        self.assertEqual([str(row.event_type) for row in Notification.objects.filter(user=user)], ["netbox_gam.alarm_raised"])
        EventRule.objects.filter(pk=rule.pk).update(conditions={"attr": "event.severity", "op": "nonsense", "value": "cr"})
        raised(gam, "c", "cr")
        with self.assertLogs("netbox.plugins.netbox_gam.telling", "ERROR"):
            report = telling.tell()
        self.assertEqual((report.events, report.failed), (1, 1))
        self.assertEqual((telling.backlog(), MailItem.objects.count()), (0, 3))

    def test_polling_as_action_asks_for_the_next_turn(self):
        gam = factories.gam()
        PollSchedule.objects.create(gam=gam, next_due=NOW + timedelta(days=9999))
        event_rule(None, "netbox_gam.poll")
        raised(gam)
        telling.tell()
        self.assertTrue(PollSchedule.objects.get().wanted)


class QueueAwayTests(RQQueueTestMixin, TransactionTestCase):
    """Without a transaction around it, as in a worker."""

    def test_what_could_not_be_queued_is_queued_later_and_once(self):
        with receiver() as (url, got):
            event_rule(Webhook.objects.create(name="hook", payload_url=url, http_method="POST"))
            factories.mail_group()
            gam = factories.gam()
            raised(gam)
            alarms.clear_alarm(gam, key="k")
            away = patch("rq.queue.Queue.enqueue_call", side_effect=RedisConnectionError("away"))
            with away, self.assertRaises(RedisConnectionError):
                telling.tell()
            self.assertEqual((telling.backlog(), MailItem.objects.count(), EventRuleItem.objects.count()), (0, 2, 2))
            self.assertTrue(telling.is_due())
            self.assertEqual((telling.tell().for_rules, telling.tell().for_rules), (2, 0))
            self.run_rq_jobs()
        self.assertEqual([item["data"]["event"]["transition"] for item in got], ["raised", "cleared"])

    def test_a_worker_that_dies_before_queueing_loses_nothing(self):
        with receiver() as (url, got):
            event_rule(Webhook.objects.create(name="hook", payload_url=url, http_method="POST"))
            raised(factories.gam())
            with patch.object(telling, "_tell_event_rules", side_effect=SystemExit), self.assertRaises(SystemExit):
                telling.tell()
            telling.tell()
            self.run_rq_jobs()
        self.assertEqual(len(got), 1)


class SubscriptionTests(TestCase):
    def test_subscribers_of_alarm_and_gam_are_notified_where_they_may_view(self):
        gam = factories.gam()
        may, may_not = (get_user_model().objects.create_user(name) for name in ("may", "may-not"))
        builders.permit(may, Alarm, "view")
        for user in (may, may_not):
            Subscription.objects.create(user=user, object=gam)
        raised(gam)
        self.assertEqual(telling.tell().notifications, 1)
        note = Notification.objects.get()
        self.assertEqual((note.user, note.event_type, note.object), (may, "netbox_gam.alarm_raised", Alarm.objects.get()))
        Notification.objects.update(read=NOW)
        alarms.clear_alarm(gam, key="k")
        telling.tell()
        note = Notification.objects.get()
        self.assertEqual((note.event_type, note.read), ("netbox_gam.alarm_cleared", None))
        self.assertEqual(str(note.event), "GAM alarm cleared")


class OutboxTests(TestCase):
    def told(self, group: Any) -> list[str]:
        telling.tell(NOW)
        rows = MailItem.objects.filter(group=group).order_by("pk").values_list("event__alarm__key", "event__transition")
        return [f"{key} {transition}" for key, transition in rows]

    def test_severity_service_and_transitions(self):
        gam = factories.gam()
        major = factories.mail_group(minimum_severity="mj")
        affecting = factories.mail_group(only_service_affecting=True)
        quiet = factories.mail_group(tell_cleared=False)
        off = factories.mail_group(enabled=False)
        raised(gam, "minor", "mn", service_affecting=True)
        raised(gam, "major", "mj")
        alarms.clear_alarm(gam, key="major")
        self.assertEqual(self.told(major), ["major raised", "major cleared"])
        self.assertEqual(self.told(affecting), ["minor raised"])
        self.assertEqual(self.told(quiet), ["minor raised", "major raised"])
        self.assertEqual(self.told(off), [])

    def test_who_heard_of_the_raise_hears_how_it_goes_on(self):
        gam, group = factories.gam(), factories.mail_group(minimum_severity="mj")
        raised(gam, "k", "mj")
        telling.tell(NOW)
        raised(gam, "k", "mn")
        alarms.clear_alarm(gam, key="k")
        raised(gam, "other", "mn")
        self.assertEqual(self.told(group), ["k raised", "k changed", "k cleared"])

    def test_scope_by_site_role_and_tag_of_gam_or_device(self):
        north, south = (factories.gam(device=factories.device(at=factories.site(name))) for name in ("north", "south"))
        tag = Tag.objects.create(name="core", slug="core")
        by_site, by_role, by_tag = (factories.mail_group() for _ in range(3))
        by_site.sites.add(north.device.site)
        by_role.roles.add(factories.gam().device.role)
        by_tag.scope_tags.add(tag)
        south.device.tags.add(tag)
        raised(north, "north")
        raised(south, "south")
        self.assertEqual(self.told(by_site), ["north raised"])
        self.assertEqual(self.told(by_tag), ["south raised"])
        self.assertEqual(len(self.told(by_role)), sum(gam.device.role == by_role.roles.get() for gam in (north, south)))

    def test_due_at_once_with_the_digest_or_after_quiet_hours(self):
        gam = factories.gam()
        at_once = factories.mail_group()
        digest = factories.mail_group(digest_minutes=15)
        night = factories.mail_group(quiet_from="10:00", quiet_to="14:00", breakthrough_severity="cr")
        raised(gam, "a", "mj")
        raised(gam, "b", "cr")
        telling.tell(NOW)
        due = {
            group.pk: list(MailItem.objects.filter(group=group).order_by("pk").values_list("due", "together"))
            for group in (at_once, digest, night)
        }
        later = NOW + timedelta(minutes=15)
        self.assertEqual(due[at_once.pk], [(NOW, False)] * 2)
        self.assertEqual(due[digest.pk], [(later, True)] * 2)
        self.assertEqual(due[night.pk], [(NOW + timedelta(hours=2), True), (NOW, False)])

    def test_nothing_that_is_not_announced_and_nothing_of_alarms_that_are_gone(self):
        gam, group = factories.gam(), factories.mail_group()
        alarm = raised(gam)
        AlarmEvent.objects.update(announce=False)
        self.assertEqual(self.told(group), [])
        AlarmEvent.objects.update(announce=True)
        Alarm.objects.filter(pk=alarm.pk).delete()
        self.assertEqual(self.told(group), [])
        self.assertEqual(telling.backlog(), 0)

    def test_statements_do_not_depend_on_the_number_of_events(self):
        counts = []
        for number in (1, 20):
            for _ in range(number):
                raised(factories.gam())
            factories.mail_group()
            telling.tell()  # caches of content types
            for gam in GamDevice.objects.all()[:number]:
                raised(gam, f"n{number}")
            with CaptureQueriesContext(
                connection,
            ) as queries:
                self.assertEqual(telling.tell().events, number)
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])


class NothingTwiceTests(TransactionTestCase):
    """With several connections, as workers have them."""

    def raise_some(self, number: int) -> None:
        gam = factories.gam()
        for index in range(number):
            raised(gam, f"k{index}")

    def test_two_tellers_at_once(self):
        factories.mail_group()
        self.raise_some(30)
        reports: list[telling.TellReport] = []
        start = threading.Barrier(2)

        def work() -> None:
            try:
                start.wait(timeout=10)
                reports.append(telling.tell())
            finally:
                connections.close_all()

        with patch.object(telling, "PORTION", 4):
            threads = [threading.Thread(target=work) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=60)
        self.assertEqual(sum(report.events for report in reports), 30)
        self.assertEqual(sum(report.mail_items for report in reports), 30)
        self.assertEqual((telling.backlog(), MailItem.objects.count()), (0, 30))

    def test_a_teller_that_dies_in_the_middle_has_told_nothing(self):
        factories.mail_group()
        self.raise_some(10)
        portions = []

        def die(happenings: Any) -> int:
            portions.append(len(happenings))
            if len(portions) == 2:
                raise SystemExit
            return 0

        dies = patch.object(telling, "_notify_subscribers", die)
        with patch.object(telling, "PORTION", 4), dies, self.assertRaises(SystemExit):
            telling.tell()
        self.assertEqual((telling.backlog(), MailItem.objects.count()), (6, 4))
        self.assertEqual(telling.tell().events, 6)
        self.assertEqual(MailItem.objects.values("event").distinct().count(), 10)

    def test_one_at_a_time(self):
        with telling.try_exclusive("telling", 0):
            found: list[Any] = []

            def work() -> None:
                try:
                    found.append(telling.run())
                finally:
                    connections.close_all()

            thread = threading.Thread(target=work)
            thread.start()
            thread.join(timeout=30)
        self.assertEqual(found, [None])


class PacemakerTests(RQQueueTestMixin, TestCase):
    rq_queue_names = ("netbox_gam.poll", "default")

    def test_it_has_people_told_when_there_is_something_to_tell(self):
        factories.mail_group()
        with self.captureOnCommitCallbacks(execute=True):
            Pacemaker()._look_after(1e9)
        before = self.queued()
        raised(factories.gam())
        with self.captureOnCommitCallbacks(execute=True):
            Pacemaker()._look_after(1e9)
        self.assertEqual((before, self.queued()), (0, 1))
        self.run_rq_jobs("netbox_gam.poll")
        self.assertEqual((telling.backlog(), len(mail.outbox)), (0, 1))

    def queued(self) -> int:
        return sum(job.func_name.endswith(".tell") for job in get_queue("netbox_gam.poll").jobs)
