"""Mails to groups, through a real mail server on loopback: at once, digests, storms, servers that are away or refuse."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from io import StringIO
from typing import Any
from unittest.mock import patch

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings

from netbox_gam.exceptions import NotAllowed
from netbox_gam.models import Alarm, AlarmEvent, MailGroup, MailItem
from netbox_gam.workflows import mailing, telling

from .. import factories
from .test_telling import alarms, builders, raised

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PASSWORD = "canary-mail-password"
MINUTE = timedelta(minutes=1)


class Server:
    """What an SMTP server got, and what it refuses."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refused: set[str] = set()
        self.answer = "250 2.0.0 Ok: queued as 4711"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


def refuse(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    """Repeats the password, as some servers' debug mode does."""
    words = f"535 5.7.8 bad credentials {data.password.decode()}"
    return AuthResult(success=False, handled=False, message=words)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mailer(port: int, **options: Any) -> Iterator[None]:
    default = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5, **options},
    }
    with override_settings(MAILERS={"default": default}, SERVER_EMAIL="gam@example.org"):
        yield


@contextmanager
def smtp(**kwargs: Any) -> Iterator[Server]:
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=free_port(), **kwargs)
    controller.start()
    try:
        with mailer(controller.port):
            yield server
    finally:
        controller.stop()


class MailTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.gam = factories.gam(device=factories.device("gam-north", at=factories.site("Hill")))

    def tell(self, now: datetime = NOW) -> None:
        telling.tell(now)

    def send(self, now: datetime = NOW) -> mailing.MailReport:
        return mailing.send_mail(now)

    def test_one_mail_at_once_with_text_html_and_link(self):
        factories.mail_group(addresses=["a@example.org", "b@example.org"], time_zone="Europe/Berlin")
        alarm = raised(self.gam, raised=NOW, entity="G.hn-1", service_affecting=True)
        self.tell()
        config = {**settings.PLUGINS_CONFIG["netbox_gam"], "link_base_url": "https://netbox.example.org/"}
        with smtp() as server, override_settings(PLUGINS_CONFIG={"netbox_gam": config}):
            report = self.send()
            self.assertEqual(self.send().mails, 0)
        self.assertEqual((report.mails, report.items, report.waiting), (1, 1, 0))
        (mail,) = server.mails
        self.assertEqual((mail["To"], mail["From"]), ("a@example.org, b@example.org", "gam@example.org"))
        self.assertEqual(mail["Subject"].strip(), "[GAM] Major alarm raised: G.hn port serves no endpoint (gam-north G.hn-1)")
        text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        link = f"https://netbox.example.org{alarm.get_absolute_url()}"
        for words in ("No endpoint", "Raised 2026-03-02 13:00:00 CET", "Affects service", "What to do: Check the power", link):
            self.assertIn(words, text)
            self.assertIn(words, html)

    def test_what_a_shelf_says_cannot_break_out(self):
        factories.mail_group(subject_prefix="")
        alarms.raise_alarm(
            self.gam, key="k", condition="outage", severity="mj", text="<script>x</script>", entity="G\r\nBcc: evil@example.org"
        )
        self.tell()
        with smtp() as server:
            self.send()
        (mail,) = server.mails
        self.assertIsNone(mail["Bcc"])
        self.assertNotIn("<script>", mail.get_body(("html",)).get_content())

    def test_a_digest_by_site_and_shelf_with_pairs_folded(self):
        factories.mail_group(digest_minutes=15)
        south = factories.gam(device=factories.device("gam-south", at=factories.site("Vale")))
        raised(self.gam, "a")
        alarms.clear_alarm(self.gam, key="a")
        raised(self.gam, "b", "mn")
        raised(south, "c", "cr")
        self.tell()
        with smtp() as server:
            self.assertEqual(self.send().mails, 0)
            self.assertEqual(self.send(NOW + 15 * MINUTE).items, 4)
        (mail,) = server.mails
        self.assertEqual(mail["Subject"], "[GAM] 3 alarms: 2 standing, 1 raised and cleared")
        text = mail.get_body(("plain",)).get_content()
        self.assertLess(text.index("== Hill: gam-north =="), text.index("== Vale: gam-south =="))
        self.assertEqual(text.count("alarm raised and cleared"), 1)
        self.assertEqual(text.count("== "), 2)

    def test_quiet_hours_hold_all_but_what_breaks_through(self):
        factories.mail_group(quiet_from="22:00", quiet_to="06:00", time_zone="Europe/Berlin")
        night = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
        raised(self.gam, "a", "mj")
        raised(self.gam, "b", "cr")
        raised(self.gam, "c", "mn")
        self.tell(night)
        with smtp() as server:
            self.assertEqual(self.send(night).items, 1)
            self.assertIn("Critical", server.mails[0]["Subject"])
            self.assertEqual(self.send(datetime(2026, 3, 3, 4, 59, tzinfo=UTC)).mails, 0)
            morning = self.send(datetime(2026, 3, 3, 5, 0, tzinfo=UTC))
        self.assertEqual((morning.mails, morning.items), (1, 2))

    def test_a_storm_is_put_together_and_limited(self):
        factories.mail_group(hourly_limit=8)
        for number in range(120):
            raised(self.gam, f"k{number}")
        self.tell()
        with smtp() as server:
            self.assertEqual((self.send().mails, len(server.mails)), (5, 5))
            self.assertEqual(mailing.waiting(), 0)
            for minute in range(1, 60):
                raised(self.gam, f"later{minute}")
                self.tell(NOW + minute * MINUTE)
                self.send(NOW + minute * MINUTE)
            within = len(server.mails)
            self.send(NOW + 75 * MINUTE)
        self.assertLessEqual(within, 8)
        self.assertEqual(MailItem.objects.filter(sent=None).count(), 0)
        self.assertEqual(server.mails[4]["Subject"], "[GAM] 116 alarms: 116 standing")
        self.assertIn("and 66 more", server.mails[4].get_body(("plain",)).get_content())

    def test_a_server_that_is_away_loses_and_doubles_nothing(self):
        factories.mail_group()
        raised(self.gam, "a")
        raised(self.gam, "b")
        self.tell()
        with mailer(free_port()):
            report = self.send()
            self.assertEqual((report.mails, report.failed, report.waiting), (0, 1, 2))
            self.assertIn("Check SERVER, PORT", report.error)
            self.send(NOW + 3 * MINUTE)
        times = []
        with smtp() as server:
            for minute in range(3, 10):
                times.append(self.send(NOW + minute * MINUTE).mails)
        self.assertEqual((sum(times), len(server.mails)), (2, 2))
        self.assertEqual(len({mail["Message-ID"] for mail in server.mails}), 2)

    def test_retries_wait_longer_each_time(self):
        group = factories.mail_group()
        raised(self.gam)
        self.tell()
        now, waits = NOW, []
        with smtp() as server:
            server.answer = "451 4.3.0 Try again later"
            for _ in range(9):
                self.assertEqual(self.send(now).failed, 1)
                item = MailItem.objects.get(group=group)
                waits.append(round((item.due - now) / MINUTE))
                now = item.due
            self.assertEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60])
            self.assertEqual((item.attempts, "Try again later" in item.error), (9, True))
            server.answer = "250 Ok"
            self.assertEqual(self.send(now).mails, 1)

    def test_a_sender_that_dies_after_the_send_repeats_one_mail_under_its_id(self):
        factories.mail_group()
        raised(self.gam, "a")
        raised(self.gam, "b")
        self.tell()
        real = mailing.deliver

        def die(message: Any) -> Any:
            real(message)
            raise SystemExit

        with smtp() as server:
            with patch.object(mailing, "deliver", die), self.assertRaises(SystemExit):
                self.send()
            self.send()
        ids = [mail["Message-ID"] for mail in server.mails]
        self.assertEqual((len(ids), len(set(ids)), ids[0] == ids[1]), (3, 2, True))

    def test_a_refused_address_does_not_keep_the_others_from_it(self):
        factories.mail_group(addresses=["gone@example.org", "here@example.org"])
        raised(self.gam)
        self.tell()
        with smtp() as server:
            server.refused = {"gone@example.org"}
            self.assertEqual(self.send().mails, 1)
            self.assertEqual(MailItem.objects.get().error, "Refused: gone@example.org: 550 5.1.1 No such user here")
            self.assertEqual(self.send(NOW + 60 * MINUTE).mails, 0)

    def test_what_nobody_is_to_hear_any_more_is_forgotten(self):
        group, gone = factories.mail_group(), factories.mail_group()
        raised(self.gam)
        self.tell()
        gone.delete()
        MailGroup.objects.filter(pk=group.pk).update(enabled=False)
        self.assertEqual((self.send().given_up, MailItem.objects.count()), (2, 0))
        factories.mail_group()
        raised(self.gam, "b")
        self.tell()
        Alarm.objects.all().delete()
        self.assertEqual((self.send().given_up, MailItem.objects.count()), (1, 0))
        self.assertGreater(AlarmEvent.objects.count(), 0)

    def test_command(self):
        factories.mail_group()
        raised(self.gam)
        out = StringIO()
        with smtp() as server:
            call_command("gam_tell", stdout=out)
        self.assertIn("1 events told", out.getvalue())
        self.assertEqual(len(server.mails), 1)
        raised(self.gam, "b")
        with mailer(free_port()), self.assertRaisesMessage(CommandError, "could not be sent"):
            call_command("gam_tell", stdout=out)


class TestMailTests(TestCase):
    def setUp(self) -> None:
        self.group = factories.mail_group(addresses=["a@example.org", "gone@example.org"])
        self.user = get_user_model().objects.create_user("tester")

    def test_permission_per_object(self):
        other = factories.mail_group()
        builders.permit(self.user, MailGroup, "test", constraints={"pk": self.group.pk})
        with self.assertRaises(NotAllowed):
            mailing.send_test(other, user=self.user)
        with smtp():
            self.assertTrue(mailing.send_test(self.group, user=self.user).ok)

    def test_the_servers_words(self):
        builders.permit(self.user, MailGroup, "test")
        with smtp() as server:
            answer = mailing.send_test(self.group, user=self.user)
            self.assertEqual(answer.words, "Taken for a@example.org, gone@example.org: 250 2.0.0 Ok: queued as 4711")
            server.refused = {"gone@example.org"}
            answer = mailing.send_test(self.group, user=self.user)
            self.assertEqual((answer.ok, "Refused: gone@example.org: 550" in answer.words), (False, True))
            server.answer = "554 5.7.1 Spam"
            self.assertIn("554 5.7.1 Spam", mailing.send_test(self.group, user=self.user).words)

    def test_no_password_in_any_answer(self):
        builders.permit(self.user, MailGroup, "test")
        server = Server()
        controller = Controller(
            server, hostname="127.0.0.1", port=free_port(), authenticator=refuse, auth_require_tls=False, auth_required=True
        )
        controller.start()
        try:
            with mailer(controller.port, username="gam", password=PASSWORD):
                answer = mailing.send_test(self.group, user=self.user)
        finally:
            controller.stop()
        self.assertIn("refused the login: 535", answer.words)
        self.assertNotIn(PASSWORD, answer.words)
        leaky = smtplib.SMTPAuthenticationError(535, f"nope {PASSWORD}".encode())
        with mailer(1, username="gam", password=PASSWORD), patch("smtplib.SMTP", side_effect=leaky):
            answer = mailing.send_test(self.group, user=self.user)
        self.assertEqual((answer.ok, PASSWORD in answer.words, "********" in answer.words), (False, False, True))

    def test_netbox_without_a_mail_server(self):
        builders.permit(self.user, MailGroup, "test")
        with mailer(25, host=None):
            self.assertIn("Set EMAIL", mailing.send_test(self.group, user=self.user).words)
