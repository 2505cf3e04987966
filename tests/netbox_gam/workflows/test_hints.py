"""A datagram of a shelf has it read early; whatever else comes is counted and ignored. Real sockets on loopback."""

from __future__ import annotations

import io
import socket
from datetime import timedelta
from unittest.mock import patch

from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import TestCase
from django.utils import timezone

from netbox_gam.management.commands import gam_listen
from netbox_gam.models import GamDevice, PollSchedule
from netbox_gam.workflows import scheduling
from netbox_gam.workflows.hints import Hints, plain

from .. import factories

SYSLOG = b"<134>1 2026-01-01T00:00:00Z gam - - - - link down"


class HintTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.gam = factories.gam(address="127.0.0.1")
        cls.other = factories.gam(address="192.0.2.9")
        scheduling.follow_devices()

    def setUp(self) -> None:
        PollSchedule.objects.update(next_due=timezone.now() + timedelta(seconds=50))
        self.hints = Hints()
        self.hints.learn()

    def wanted(self) -> list[int]:
        return list(PollSchedule.objects.filter(wanted=True).values_list("gam_id", flat=True))

    def test_the_sender_is_read_early_and_once(self) -> None:
        for _ in range(3):
            self.hints.take("127.0.0.1", SYSLOG)
        self.assertEqual(self.hints.flush(), 1)
        self.assertEqual(self.wanted(), [self.gam.pk])
        self.hints.take("127.0.0.1", SYSLOG)
        self.assertEqual(self.hints.flush(), 0)
        self.assertEqual((self.hints.counts.syslog, self.hints.counts.polls), (4, 1))

    def test_unknown_senders_and_garbage_are_counted_and_ignored(self) -> None:
        self.hints.take("198.51.100.1", SYSLOG)
        self.hints.take("127.0.0.1", b"\x00\xffgarbage")
        self.assertEqual(self.hints.flush(), 0)
        self.assertEqual(self.wanted(), [])
        self.assertEqual((self.hints.counts.unknown, self.hints.counts.garbage), (1, 1))
        self.assertIn("1 of unknown senders, 1 not understood", str(self.hints.counts))

    def test_gams_that_are_not_polled_are_unknown(self) -> None:
        GamDevice.objects.filter(pk=self.gam.pk).update(polling_enabled=False)
        self.hints.learn()
        self.hints.take("127.0.0.1", SYSLOG)
        self.assertEqual(self.hints.counts.unknown, 1)

    def test_an_address_of_its_own_is_known_and_a_name_is_not(self) -> None:
        GamDevice.objects.filter(pk=self.gam.pk).update(address_source="override", address_override="2001:DB8::7")
        GamDevice.objects.filter(pk=self.other.pk).update(address_source="override", address_override="shelf.example.net")
        self.hints.learn()
        self.hints.take("2001:db8::7", SYSLOG)
        self.assertEqual((self.hints.counts.unknown, self.hints.counts.syslog), (0, 1))

    def test_hints_wait_for_the_database(self) -> None:
        self.hints.take("127.0.0.1", SYSLOG)
        with patch.object(scheduling, "request_poll_from", side_effect=OperationalError), self.assertRaises(OperationalError):
            self.hints.flush()
        self.assertEqual(self.hints.flush(), 1)

    def test_addresses_have_one_spelling(self) -> None:
        self.assertEqual(plain("::ffff:192.0.2.1"), "192.0.2.1")
        self.assertEqual(plain("FE80::1%eth0"), "fe80::1")

    def test_the_number_of_statements_is_the_same_for_any_number_of_gams(self) -> None:
        for address in ("127.0.0.1", "192.0.2.9"):
            self.hints.take(address, SYSLOG)
        with self.assertNumQueries(1):
            self.assertEqual(self.hints.flush(), 2)
        with self.assertNumQueries(1):
            self.hints.learn()


class ListenTests(TestCase):
    def test_what_comes_by_the_wire_has_the_gam_read(self) -> None:
        gam = factories.gam(address="127.0.0.1")
        scheduling.follow_devices()
        PollSchedule.objects.update(next_due=timezone.now() + timedelta(seconds=50))
        command, turns = gam_listen.Command(stdout=io.StringIO()), iter((False, True))
        free = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        opened = gam_listen.open_socket("127.0.0.1", port, "--syslog-port")
        self.addCleanup(opened.close)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as shelf, patch.object(gam_listen, "TICK_SECONDS", 0.2):
            shelf.sendto(SYSLOG, ("127.0.0.1", port))
            command.listen([opened], Hints(), lambda: next(turns))
        self.assertTrue(PollSchedule.objects.get(gam=gam).wanted)

    def test_wrong_options_are_named(self) -> None:
        with self.assertRaisesMessage(CommandError, "nothing to listen for"):
            call_command("gam_listen", "--trap-port", "0", "--syslog-port", "0")
        with self.assertRaisesMessage(CommandError, "--trap-port is 70000"):
            call_command("gam_listen", "--trap-port", "70000")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            with self.assertRaisesMessage(CommandError, f"--trap-port {port} on 127.0.0.1"):
                call_command("gam_listen", "--address", "127.0.0.1", "--trap-port", str(port), "--syslog-port", "0")
