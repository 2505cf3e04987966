"""Rollouts against a shelf that is a script: every way a download, a restart and a worker can fail, on a clock of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.test import TestCase

from netbox_gam.choices import AlarmSourceChoices
from netbox_gam.exceptions import InvalidState, NotAllowed, WorkflowError
from netbox_gam.models import Alarm, FirmwareImage, FirmwareRollout, FirmwareUpgrade, GamDevice
from netbox_gam.workflows import alarms, firmware, firmware_quiet, provisioning
from netbox_gam.workflows.firmware import RolloutOptions
from nornir_tasks.contracts import (
    DeviceReading,
    EndpointReading,
    Failure,
    FirmwareView,
    ShelfConfig,
    SubscriberConfig,
    TargetResult,
)
from nornir_tasks.errors import ErrorKind
from nornir_tasks.gam.firmware import UPLOAD_WORDS, Upload

from .. import factories

OLD, NEW = "GAM-12/24-C_v1.5.4", "GAM-12/24-C_v1.8.2"
START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
CONFIG = ShelfConfig(subscribers=(SubscriberConfig("ada", 100),))
MACS = ("00:0e:d8:00:00:01", "00:0e:d8:00:00:02")
SILENT = Failure(ErrorKind.UNREACHABLE, "no connection")


class Killed(BaseException):
    """The worker dies: nothing after this point of it happens."""


class Shelf:
    """A shelf as the gateway shows it. Times are of the test's clock."""

    def __init__(self, bench: FirmwareBench) -> None:
        self.bench = bench
        self.active, self.alternate, self.upload = OLD, OLD, "none"
        self.saved, self.config = True, CONFIG
        self.away_until: datetime | None = None
        self.ready_at: datetime | None = None
        self.away_for = timedelta(minutes=4)
        self.sent: list[str] = []
        self.mismatched: set[str] = set()
        self.endpoints = list(MACS)
        self.fate = "success"
        self.boots = NEW
        self.auto: bool | None = True
        self.kill: tuple[str, str] | None = None
        self.refuses: Failure | None = None

    def answer(self, verb: str, **arguments: Any) -> TargetResult[Any]:
        now = self.bench.now
        if self.ready_at is not None and now >= self.ready_at:
            self.ready_at, self.upload = None, self.fate
            self.alternate = NEW if self.fate == "success" else self.alternate
        if self.away_until is not None and now < self.away_until:
            return TargetResult("gam", failure=SILENT)
        if verb != "look":
            self.bench.dies(self, verb, "before")
            self.sent.append(verb)
        value = getattr(self, f"_{verb}")(**arguments)
        if verb != "look":
            self.bench.dies(self, verb, "after")
        return value if isinstance(value, TargetResult) else TargetResult("gam", value=value)

    def _look(self, *, config: bool = False) -> FirmwareView:
        more = {"config": self.config, "saved": self.saved, "unsaved": () if self.saved else ("subscriber ada: VLAN 100 -> 101",)}
        return FirmwareView(self.active, self.alternate, "24791", self.upload, self.auto, **(more if config else {}))

    def _download(self, *, url: str, deadline: float) -> Any:
        if self.refuses:
            return TargetResult("gam", failure=self.refuses)
        if self.bench.gam.transport == "ssh":
            return self._swap(deadline=deadline)
        self.upload, self.ready_at = "inProgress", self.bench.now + timedelta(seconds=40)
        return "null"

    def _swap(self, *, deadline: float) -> Any:
        if self.refuses:
            return TargetResult("gam", failure=self.refuses)
        self.away_until, self.upload = self.bench.now + self.away_for, "none"
        self.active, self.alternate = self.boots, self.active
        self.mismatched = set(self.endpoints)
        return "null"

    def _upgrade_endpoints(self, *, endpoints: list[tuple[str, int]]) -> dict[str, str]:
        self.mismatched -= {mac for mac, _ in endpoints}
        return {mac: "null" for mac, _ in endpoints}

    def reading(self) -> DeviceReading:
        rows = [
            EndpointReading(mac, number, detected_port=number, model="G1001-C", firmware_mismatch=mac in self.mismatched)
            for number, mac in enumerate(self.endpoints, 1)
        ]
        return DeviceReading("gam", self.bench.now, endpoints=tuple(rows))


class FirmwareBench(TestCase):
    """One GAM of JSON-RPC, a planned rollout over it, and a clock."""

    transport = "jsonrpc"

    @classmethod
    def setUpTestData(cls) -> None:
        cls.user = get_user_model().objects.create_superuser("ops")
        cls.image = factories.firmware_image()
        cls.gam = factories.gam(address="192.0.2.10", transport=cls.transport)
        factories.device_state(cls.gam, firmware=OLD, images=[{"slot": "active", "version": OLD, "revision": "24791"}])

    def setUp(self) -> None:
        self.now = START
        self.shelf = Shelf(self)
        self.enterContext(patch("netbox_gam.gateway.firmware", self.answer))
        self.enterContext(patch("netbox_gam.gateway.poll", self.poll))

    def shelf_of(self, target: Any) -> Shelf:
        return self.shelf

    def answer(self, target: Any, verb: str, **arguments: Any) -> TargetResult[Any]:
        return self.shelf_of(target).answer(verb, **arguments)

    def poll(self, targets: Any) -> list[TargetResult[DeviceReading]]:
        shelf = self.shelf_of(targets[0])
        if shelf.away_until is not None and self.now < shelf.away_until:
            return [TargetResult("gam", failure=SILENT)]
        return [TargetResult("gam", value=shelf.reading())]

    def dies(self, shelf: Shelf, verb: str, moment: str) -> None:
        if shelf.kill == (verb, moment):
            shelf.kill = None
            raise Killed

    def begin(self, **options: Any) -> FirmwareUpgrade:
        rollout = firmware.plan(self.image, [self.gam], RolloutOptions(**options), user=self.user)
        firmware.start(rollout, user=self.user)
        FirmwareUpgrade.objects.filter(rollout=rollout, next_look__isnull=False).update(next_look=self.now)
        return rollout.upgrades.get()

    def pass_time(self, minutes: float, upgrade: FirmwareUpgrade | None = None, until: str = "") -> None:
        """Let time go by from look to look, as the pacemaker would."""
        end = self.now + timedelta(minutes=minutes)
        while True:
            for pk in firmware.due(self.now):
                firmware.claim([pk], self.now)
                with contextlib.suppress(Killed):
                    firmware.carry_on(pk, now=self.now)
            if upgrade is not None:
                upgrade.refresh_from_db()
                if upgrade.status == until:
                    return
            if firmware.due(self.now):
                continue
            looks = FirmwareUpgrade.objects.filter(next_look__gt=self.now).order_by("next_look").values_list("next_look", flat=True)
            if not looks or looks[0] > end:
                self.now = end
                return
            self.now = looks[0]

    def run_to_end(self, upgrade: FirmwareUpgrade, minutes: float = 180) -> FirmwareUpgrade:
        self.pass_time(minutes, upgrade, until="done")
        upgrade.refresh_from_db()
        upgrade.rollout.refresh_from_db()
        return upgrade

    def assert_ended(self, upgrade: FirmwareUpgrade, status: str, *words: str) -> None:
        self.assertEqual(upgrade.status, status, f"{upgrade.error} {upgrade.journal}")
        for word in words:
            self.assertIn(word, f"{upgrade.error} {upgrade.next_step}")
        self.assertIsNone(upgrade.next_look)


class GoodTests(FirmwareBench):
    def test_download_restart_and_endpoints_end_well(self) -> None:
        upgrade = self.begin()
        self.pass_time(1, upgrade, until="downloading")
        self.assertEqual(self.shelf.sent, ["download"])
        self.pass_time(10, upgrade, until="away")
        self.assertEqual(self.shelf.sent, ["download", "swap"])
        self.assertEqual((upgrade.from_version, upgrade.endpoints_before), (OLD, list(MACS)))
        with self.assertRaisesMessage(InvalidState, "being upgraded"):
            firmware_quiet.refuse_writing(self.gam, firmware_quiet.going_on([self.gam.pk]).get(self.gam.pk))
        self.pass_time(10, upgrade, until="verifying")
        self.shelf.mismatched = set()
        self.run_to_end(upgrade)
        self.assert_ended(upgrade, "done")
        self.assertEqual(upgrade.rollout.status, "completed")
        self.assertEqual((upgrade.endpoints_back, upgrade.endpoints_mismatched, upgrade.endpoints_told), (2, 0, []))
        self.assertEqual([entry["sent"] for entry in upgrade.journal if "sent" in entry], [lines for _, lines in upgrade.lines])
        firmware_quiet.refuse_writing(self.gam, firmware_quiet.going_on([self.gam.pk]).get(self.gam.pk))

    def test_endpoints_are_told_at_once_where_the_shelf_does_not_upgrade_them(self) -> None:
        self.shelf.auto = False
        upgrade = self.run_to_end(self.begin())
        self.assert_ended(upgrade, "done")
        self.assertEqual(self.shelf.sent, ["download", "swap", "upgrade_endpoints"])
        self.assertEqual(upgrade.endpoints_told, sorted(MACS))
        self.assertLess(upgrade.finished - upgrade.back, timedelta(minutes=3))

    def test_endpoints_that_do_not_follow_by_themselves_are_told_after_half_of_the_time(self) -> None:
        upgrade = self.run_to_end(self.begin(endpoint_minutes=20))
        self.assert_ended(upgrade, "done")
        self.assertGreaterEqual(upgrade.finished - upgrade.back, timedelta(minutes=10))

    def test_nothing_is_restarted_outside_the_window(self) -> None:
        with patch("django.utils.timezone.now", lambda: START):
            upgrade = self.begin(not_before=START + timedelta(minutes=20), not_after=START + timedelta(hours=4))
        self.pass_time(19)
        self.assertEqual(self.shelf.sent, ["download"])
        upgrade.refresh_from_db()
        self.assertEqual(upgrade.status, "downloaded")
        self.pass_time(5, upgrade, until="away")
        self.assertEqual(self.shelf.sent, ["download", "swap"])

    def test_a_window_that_is_over_pauses_and_a_later_one_resumes(self) -> None:
        with patch("django.utils.timezone.now", lambda: START):
            upgrade = self.begin(not_before=START + timedelta(seconds=5), not_after=START + timedelta(seconds=30))
        self.shelf.saved = True
        self.pass_time(20)
        rollout = FirmwareRollout.objects.get()
        self.assertEqual((rollout.status, self.shelf.sent), ("paused", ["download"]))
        self.assertIn("window is over", rollout.error)
        with self.assertRaisesMessage(InvalidState, "later"):
            firmware.resume(rollout, user=self.user)
        with patch("django.utils.timezone.now", lambda: self.now):
            firmware.resume(rollout, user=self.user, not_after=self.now + timedelta(hours=5))
        self.pass_time(5, upgrade, until="away")
        self.assertEqual(upgrade.status, "away")

    def test_what_the_other_partition_has_already_is_not_downloaded_again(self) -> None:
        self.shelf.alternate = NEW
        self.run_to_end(self.begin())
        self.assertEqual(self.shelf.sent[:1], ["swap"])

    def test_a_gam_that_was_upgraded_meanwhile_is_done(self) -> None:
        upgrade = self.begin()
        self.shelf.active = NEW
        self.assert_ended(self.run_to_end(upgrade), "done")
        self.assertEqual(self.shelf.sent, [])


class SshTests(FirmwareBench):
    transport = "ssh"

    def test_the_command_line_downloads_and_restarts_in_one_go(self) -> None:
        upgrade = self.begin()
        self.assertEqual(upgrade.sends, {"swap": [f"firmware upgrade {self.image.source_url}"]})
        self.assertIn("command line cannot download only", " ".join(upgrade.warnings))
        self.shelf.auto = None
        self.assert_ended(self.run_to_end(upgrade), "done")
        self.assertEqual(self.shelf.sent[0], "download")
        self.assertNotIn("swap", self.shelf.sent)

    def test_its_refusals_name_what_to_do(self) -> None:
        self.shelf.refuses = Failure(ErrorKind.REJECTED, "Firmware download failed: errCrc")
        upgrade = self.run_to_end(self.begin(), minutes=5)
        self.assert_ended(upgrade, "failed", "errCrc", "checksum")


class FaultTests(FirmwareBench):
    """Every fault ends in what is true: failed with the old image, or a person is called."""

    def test_every_kind_of_failed_download(self) -> None:
        for status in (item for item in Upload if item.failed):
            with self.subTest(status=status):
                FirmwareRollout.objects.all().delete()
                self.shelf = Shelf(self)
                self.shelf.fate = status.value
                upgrade = self.run_to_end(self.begin(), minutes=5)
                self.assert_ended(upgrade, "failed", UPLOAD_WORDS[status][0], UPLOAD_WORDS[status][1])
                self.assertEqual((upgrade.rollout.status, self.shelf.sent), ("paused", ["download"]))
                self.assertIn(UPLOAD_WORDS[status][0], upgrade.rollout.error)

    def test_a_refused_download(self) -> None:
        self.shelf.refuses = Failure(ErrorKind.REJECTED, "busy", "Wait.")
        self.assert_ended(self.run_to_end(self.begin(), minutes=5), "failed", "busy")

    def test_a_download_that_never_ends(self) -> None:
        upgrade = self.begin()
        self.pass_time(1, upgrade, until="downloading")
        self.shelf.ready_at = None
        self.assert_ended(self.run_to_end(upgrade, minutes=30), "failed", "did not end within 20 minutes")

    def test_a_download_of_another_version(self) -> None:
        upgrade = self.begin()
        self.pass_time(1, upgrade, until="downloading")
        self.shelf.ready_at, self.shelf.upload, self.shelf.alternate = None, "success", "GAM-12/24-C_v1.7.0"
        self.assert_ended(self.run_to_end(upgrade, minutes=5), "failed", "1.7.0")

    def test_an_unsaved_configuration_is_not_restarted_away(self) -> None:
        self.shelf.saved = False
        upgrade = self.run_to_end(self.begin(), minutes=10)
        self.assert_ended(upgrade, "failed", "not saved", "VLAN 100 -> 101")
        self.assertNotIn("swap", self.shelf.sent)

    def test_a_change_plan_that_needs_attention_comes_first(self) -> None:
        factories.change_plan(self.gam, status="needs_attention")
        self.assert_ended(self.run_to_end(self.begin(), minutes=10), "failed", "Needs attention")
        self.assertNotIn("swap", self.shelf.sent)

    def test_a_shelf_that_does_not_come_back_calls_for_a_person(self) -> None:
        self.shelf.away_for = timedelta(days=1)
        upgrade = self.run_to_end(self.begin(), minutes=40)
        self.assert_ended(upgrade, "needs_attention", "did not come back within 20 minutes", "power")
        alarm = Alarm.objects.get(gam=self.gam)
        self.assertEqual((alarm.condition, alarm.severity, alarm.state), ("needs attention", "cr", "raised"))
        self.assertEqual(upgrade.rollout.status, "paused")
        firmware.release(upgrade, user=self.user)
        alarm.refresh_from_db()
        self.assertEqual((upgrade.status, alarm.state), ("failed", "cleared"))

    def test_a_shelf_that_comes_back_with_the_old_version(self) -> None:
        self.shelf.boots = OLD
        self.assert_ended(self.run_to_end(self.begin(), minutes=40), "failed", "came back with the version it had")

    def test_a_shelf_that_comes_back_with_a_version_nobody_asked_for(self) -> None:
        self.shelf.boots = "GAM-12/24-C_v1.6.0"
        self.assert_ended(self.run_to_end(self.begin(), minutes=40), "needs_attention", "1.6.0")

    def test_a_shelf_that_comes_back_with_another_configuration(self) -> None:
        upgrade = self.begin()
        self.pass_time(10, upgrade, until="away")
        self.shelf.config = ShelfConfig()
        self.assert_ended(self.run_to_end(upgrade, minutes=40), "needs_attention", "another configuration", "backup")

    def test_endpoints_that_do_not_come_back_and_those_that_do_not_follow(self) -> None:
        upgrade = self.begin(upgrade_endpoints=False, endpoint_minutes=30)
        self.pass_time(10, upgrade, until="away")
        self.shelf.endpoints = [MACS[1]]
        self.assert_ended(self.run_to_end(upgrade), "needs_attention", f"not back: {MACS[0]}", f"another firmware: {MACS[1]}")
        self.assertEqual((upgrade.endpoints_back, upgrade.endpoints_mismatched), (1, 1))
        self.assertNotIn("upgrade_endpoints", self.shelf.sent)

    def test_a_silent_shelf_is_given_five_minutes_before_anything_is_begun(self) -> None:
        upgrade = self.begin()
        self.shelf.away_until = self.now + timedelta(minutes=4)
        self.pass_time(6, upgrade, until="downloading")
        self.assertEqual(upgrade.status, "downloading")
        FirmwareRollout.objects.all().delete()
        self.shelf = Shelf(self)
        self.shelf.away_until = self.now + timedelta(days=1)
        self.assert_ended(self.run_to_end(self.begin(), minutes=10), "failed", "cannot be read")
        self.assertEqual(self.shelf.sent, [])

    def test_rules_are_checked_against_the_shelf_itself_before_anything_is_sent(self) -> None:
        upgrade = self.begin()
        self.shelf.active = "GAM-12/24-C_v1.9.0"
        self.assert_ended(self.run_to_end(upgrade, minutes=5), "failed", "downgrade")
        self.assertEqual(self.shelf.sent, [])

    def test_an_address_that_is_taken_away_is_told(self) -> None:
        upgrade = self.begin()
        GamDevice.objects.update(address_source="override", address_override="")
        self.assert_ended(self.run_to_end(upgrade, minutes=5), "failed", "No management address")


class KilledTests(FirmwareBench):
    """A worker that dies around anything it sends: the next one finds out from the shelf, and nothing is restarted twice."""

    def killed(self, verb: str, moment: str) -> FirmwareUpgrade:
        self.shelf.kill = (verb, moment)
        self.shelf.auto = False
        upgrade = self.run_to_end(self.begin())
        self.assertIsNone(self.shelf.kill, "it was killed")
        return upgrade

    def test_before_and_after_the_download_is_sent(self) -> None:
        for moment, downloads in (("before", 1), ("after", 1)):
            with self.subTest(moment=moment):
                FirmwareRollout.objects.all().delete()
                self.shelf = Shelf(self)
                upgrade = self.killed("download", moment)
                self.assert_ended(upgrade, "done")
                self.assertEqual(self.shelf.sent.count("download"), downloads)

    def test_after_the_restart_was_sent(self) -> None:
        upgrade = self.killed("swap", "after")
        self.assert_ended(upgrade, "done")
        self.assertEqual(self.shelf.sent.count("swap"), 1)

    def test_before_the_restart_was_sent_it_is_not_sent_by_guess(self) -> None:
        upgrade = self.killed("swap", "before")
        self.assert_ended(upgrade, "failed", "has not done so", "Try again")
        self.assertEqual((self.shelf.sent.count("swap"), self.shelf.active), (0, OLD))
        firmware.retry(upgrade, user=self.user)
        firmware.resume(upgrade.rollout, user=self.user)
        FirmwareUpgrade.objects.update(next_look=self.now)
        self.assert_ended(self.run_to_end(upgrade), "done")

    def test_around_telling_endpoints(self) -> None:
        for moment, told in (("before", 1), ("after", 1)):
            with self.subTest(moment=moment):
                FirmwareRollout.objects.all().delete()
                self.shelf = Shelf(self)
                upgrade = self.killed("upgrade_endpoints", moment)
                self.assert_ended(upgrade, "done")
                self.assertEqual(self.shelf.sent.count("upgrade_endpoints"), told)

    def test_while_nothing_is_sent(self) -> None:
        """A look that dies while it only reads changes nothing: every status is looked at again."""
        upgrade = self.begin()
        self.shelf.auto = False
        real, counts = self.shelf.answer, {"looks": 0}

        def sometimes(verb: str, **arguments: Any) -> TargetResult[Any]:
            counts["looks"] += 1
            if counts["looks"] % 3 == 0 and verb == "look":
                raise Killed
            return real(verb, **arguments)

        self.shelf.answer = sometimes  # type: ignore[method-assign]
        self.assert_ended(self.run_to_end(upgrade), "done")
        self.assertEqual(self.shelf.sent, ["download", "swap", "upgrade_endpoints"])

    def test_a_claim_is_taken_over_when_its_worker_is_dead(self) -> None:
        upgrade = self.begin()
        firmware.claim([upgrade.pk], self.now)
        self.assertEqual(firmware.due(self.now), [])
        self.assertEqual(firmware.due(self.now + timedelta(minutes=2)), [upgrade.pk])


class WaveTests(FirmwareBench):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.gams = [factories.gam(f"shelf-{n}", address=f"192.0.2.{20 + n}", transport="jsonrpc") for n in range(4)]
        for gam in cls.gams:
            factories.device_state(gam, firmware=OLD, images=[{"slot": "active", "version": OLD, "revision": "24791"}])

    def setUp(self) -> None:
        super().setUp()
        self.shelves = {str(gam): Shelf(self) for gam in self.gams}
        for shelf in self.shelves.values():
            shelf.auto = False

    def shelf_of(self, target: Any) -> Shelf:
        return self.shelves[target.name]

    def begin_all(self, **options: Any) -> FirmwareRollout:
        rollout = firmware.plan(self.image, self.gams, RolloutOptions(**{"wave_sizes": (1, 2), **options}), user=self.user)
        firmware.start(rollout, user=self.user)
        FirmwareUpgrade.objects.filter(next_look__isnull=False).update(next_look=self.now)
        return rollout

    def statuses(self, rollout: FirmwareRollout) -> list[str]:
        rollout.refresh_from_db()
        return list(rollout.upgrades.order_by("pk").values_list("status", flat=True))

    def sent(self) -> list[list[str]]:
        return [shelf.sent for shelf in self.shelves.values()]

    def test_waves_follow_each_other_and_downloads_go_first(self) -> None:
        rollout = self.begin_all()
        self.assertEqual(list(rollout.upgrades.order_by("pk").values_list("wave", flat=True)), [1, 2, 2, 3])
        self.pass_time(2)
        self.assertEqual(self.statuses(rollout), ["away", "downloaded", "downloaded", "downloaded"])
        self.pass_time(60)
        self.assertEqual(self.statuses(rollout), ["done"] * 4)
        self.assertEqual(rollout.status, "completed")
        self.assertEqual(self.sent(), [["download", "swap", "upgrade_endpoints"]] * 4)

    def test_without_download_first_a_wave_downloads_when_it_begins(self) -> None:
        rollout = self.begin_all(download_first=False)
        self.pass_time(2)
        self.assertEqual(self.sent()[1:], [[], [], []])
        self.pass_time(60)
        self.assertEqual(self.statuses(rollout), ["done"] * 4)

    def test_a_failure_pauses_and_a_person_resumes(self) -> None:
        self.shelves["shelf-1"].boots = OLD
        rollout = self.begin_all()
        self.pass_time(60)
        self.assertEqual(self.statuses(rollout), ["done", "failed", "done", "downloaded"])
        self.assertEqual((rollout.status, rollout.wave), ("paused", 2))
        self.assertIn("shelf-1: It came back with the version it had", rollout.error)
        firmware.resume(rollout, user=self.user)
        FirmwareUpgrade.objects.filter(next_look__isnull=False).update(next_look=self.now)
        self.pass_time(60)
        self.assertEqual(self.statuses(rollout), ["done", "failed", "done", "done"])
        self.assertEqual(rollout.status, "completed")

    def test_tolerated_failures_do_not_pause(self) -> None:
        self.shelves["shelf-1"].boots = OLD
        rollout = self.begin_all(tolerated_failures=1)
        self.pass_time(60)
        self.assertEqual(self.statuses(rollout), ["done", "failed", "done", "done"])

    def test_pausing_and_cancelling_follow_what_was_begun_to_its_end(self) -> None:
        rollout = self.begin_all()
        self.pass_time(2)
        firmware.pause(rollout, user=self.user)
        self.pass_time(30)
        self.assertEqual(self.statuses(rollout), ["done", "downloaded", "downloaded", "downloaded"])
        firmware.cancel(rollout, user=self.user)
        self.assertEqual(self.statuses(rollout), ["done", "cancelled", "cancelled", "cancelled"])
        with self.assertRaises(InvalidState):
            firmware.resume(rollout, user=self.user)

    def test_one_gam_is_in_one_rollout_at_a_time(self) -> None:
        self.begin_all()
        with self.assertRaisesMessage(WorkflowError, "is part of rollout"):
            firmware.plan(self.image, self.gams[:1], RolloutOptions(), user=self.user)


class PlanTests(FirmwareBench):
    def refused(self, words: str, call: Callable[[], object], error: type[WorkflowError] = WorkflowError) -> None:
        with self.assertRaisesMessage(error, words):
            call()
        self.assertEqual(FirmwareRollout.objects.count(), 0)

    def test_every_gam_that_does_not_fit_is_named_and_nothing_is_stored(self) -> None:
        small = factories.gam("small", model="GAM-8-MX")
        unread = factories.gam("unread")
        factories.device_state(small, firmware="GAM-4/8-M_v1.5.4")
        gams = [self.gam, small, unread]
        with self.assertRaises(WorkflowError) as caught:
            firmware.plan(self.image, gams, RolloutOptions(), user=self.user)
        self.assertIn("small: family GAM-4/8-M", str(caught.exception))
        self.assertIn("unread: version", str(caught.exception))
        self.assertNotIn(f"{self.gam}:", str(caught.exception))
        self.assertEqual(FirmwareRollout.objects.count(), 0)

    def test_old_endpoints_are_known_from_the_last_reading(self) -> None:
        factories.device_state(factories.gam(), firmware="")
        port = factories.port(self.gam)
        factories.endpoint_state(factories.endpoint(port, model="G1000-C"), model="G1000-C")
        self.gam.observed.firmware = "GAM-12/24-C_v1.4.0"
        self.gam.observed.save()
        self.refused("(next: 1.5.1)", lambda: firmware.plan(self.image, [self.gam], RolloutOptions(), user=self.user))

    def test_options_that_make_no_sense(self) -> None:
        later = datetime.now(UTC) + timedelta(days=1)
        for options, words in (
            ({"not_before": later, "not_after": later}, "ends before it begins"),
            ({"not_after": START}, "over already"),
            ({"wave_sizes": (1, 0)}, "each must be 1 or more"),
        ):
            self.refused(words, lambda o=options: firmware.plan(self.image, [self.gam], RolloutOptions(**o), user=self.user))
        self.refused("No GAM", lambda: firmware.plan(self.image, [], RolloutOptions(), user=self.user))

    def test_planning_sends_nothing_and_shows_what_will_be(self) -> None:
        rollout = firmware.plan(self.image, [self.gam], RolloutOptions(), user=self.user)
        self.assertEqual(self.shelf.sent, [])
        upgrade = rollout.upgrades.get()
        self.assertEqual([phase for phase, _ in upgrade.lines], ["download", "swap"])
        self.assertIn(self.image.source_url, upgrade.sends["download"][0])
        self.assertEqual(firmware.due(), [], "nothing goes on before a person starts it")

    def test_starting_takes_the_permission_for_the_rollout_and_for_every_gam(self) -> None:
        from core.models import ObjectType
        from users.models import ObjectPermission

        rollout = firmware.plan(self.image, [self.gam], RolloutOptions(), user=self.user)
        clerk = get_user_model().objects.create_user("clerk")
        with self.assertRaisesMessage(NotAllowed, "permission to upgrade"):
            firmware.start(rollout, user=clerk)
        for model, constraints in ((FirmwareRollout, None), (GamDevice, {"device__name": "another"})):
            permission = ObjectPermission.objects.create(name=model.__name__, actions=["upgrade"], constraints=constraints)
            permission.object_types.add(ObjectType.objects.get_for_model(model))
            permission.users.add(clerk)
        clerk = get_user_model().objects.get(pk=clerk.pk)
        with self.assertRaisesMessage(NotAllowed, str(self.gam)):
            firmware.start(rollout, user=clerk)
        ObjectPermission.objects.filter(name="GamDevice").update(constraints={"device__name": str(self.gam)})
        clerk = get_user_model().objects.get(pk=clerk.pk)
        firmware.start(rollout, user=clerk)
        self.assertEqual(rollout.status, "running")

    def test_an_image_in_use_cannot_be_deleted(self) -> None:
        from django.db.models import ProtectedError

        firmware.plan(self.image, [self.gam], RolloutOptions(), user=self.user)
        with self.assertRaises(ProtectedError):
            FirmwareImage.objects.get().delete()


class QuietTests(FirmwareBench):
    def test_alarms_of_a_restart_on_purpose_are_put_aside_and_others_are_not(self) -> None:
        upgrade = self.begin()
        self.now = datetime.now(UTC)
        FirmwareUpgrade.objects.update(next_look=self.now)
        self.pass_time(10, upgrade, until="away")
        unreachable = {"condition": "unreachable", "severity": "cr", "source": AlarmSourceChoices.POLLING}
        aside = alarms.raise_alarm(self.gam, key="a", text="no connection", **unreachable)
        loud = alarms.raise_alarm(self.gam, key="b", condition="hightemp", severity="cr", source=AlarmSourceChoices.SHELF)
        self.assertEqual((aside.state, aside.shelved_until), ("shelved", upgrade.quiet_until))
        self.assertEqual(aside.text, "Firmware upgrade: no connection")
        self.assertEqual(loud.state, "raised")
        self.assertEqual([event.announce for event in aside.events.all()], [False])
        self.shelf.auto = False
        self.run_to_end(upgrade)
        self.assert_ended(upgrade, "done")
        alarms.sweep()
        aside.refresh_from_db()
        self.assertEqual(aside.state, "raised", "what still stands afterwards is told")
        self.assertEqual(aside.events.last().announce, True)
        another = alarms.raise_alarm(self.gam, key="c", entity="x", **unreachable)
        self.assertEqual(another.state, "raised")

    def test_change_plans_wait_for_the_upgrade(self) -> None:
        upgrade = self.begin()
        self.pass_time(10, upgrade, until="away")
        plan = factories.change_plan(self.gam, transport="jsonrpc")
        with self.assertRaisesMessage(InvalidState, "being upgraded"):
            provisioning.apply_plan(plan, user=self.user)
