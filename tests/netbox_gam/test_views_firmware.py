"""Pages of firmware images, rollouts and upgrades, and of which GAM runs what."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

from core.models import ObjectType
from django.core.management import CommandError, call_command
from django.test import TestCase as DjangoTestCase
from django.urls import reverse
from django.utils import timezone
from users.models import ObjectPermission, User
from utilities.testing import TestCase

from netbox_gam import filtersets, tables
from netbox_gam.models import FirmwareImage, FirmwareRollout, FirmwareUpgrade, GamDevice
from netbox_gam.workflows import firmware

from . import factories
from .base import FilterSetTests
from .test_tables import GamTableCases
from .view_cases import GamViewTestCases

OLD = "GAM-12/24-C_v1.5.4"


class FirmwareImageViewTest(GamViewTestCases.NamelessViewTestCase):
    model = FirmwareImage

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.firmware_image(version=f"1.{minor}.0") for minor in (5, 6, 7))
        name = "gam12-24_coax_1_9_0_r30000.mfip"
        cls.form_data = {
            "family": "GAM-12/24-C", "version": "1.9.0", "revision": 30000, "file_name": name,
            "source_url": f"tftp://192.0.2.1/{name}", "size_bytes": 31457280, "sha256": "a" * 64, "md5": "b" * 32,
            "hardware_models": ["GAM-12-C"], "minimum_version": "1.5.1",
        }  # fmt: skip
        cls.bulk_edit_data = {"minimum_version": "1.5.1", "description": "together"}
        cls.csv_data = (
            "family,version,file_name,source_url,hardware_models",
            'GAM-4/8-C,1.8.1,a.mfip,https://x.example/a.mfip,"GAM-4-CX,GAM-8-CX"',
            "GAM-4/8-M,1.8.1,b.mfip,https://x.example/b.mfip,",
            "GAM-4/8-M,1.8.2,c.mfip,https://x.example/c.mfip,",
        )
        cls.csv_update_data = ("id,minimum_version", f"{first.pk},1.1.0", f"{second.pk},1.2.0", f"{third.pk},1.3.0")

    def test_everything_that_contradicts_the_file_is_named(self):
        self.add_permissions("netbox_gam.add_firmwareimage")
        data = {**self.form_data, "family": "GAM-4/8-M", "version": "1.8.0", "source_url": "tftp://192.0.2.1/other.mfip"}
        page = self.client.post(self._get_url("add"), data)
        for words in ("is of family GAM-12/24-C", "is version 1.9.0", "does not end in the file name", "Not of family GAM-4/8-M"):
            self.assertContains(page, words)
        page = self.client.post(self._get_url("add"), {**self.form_data, "source_url": "http://u:hunter2@host/x.mfip"})
        self.assertContains(page, "must not hold a user name or password")
        self.assertFalse(FirmwareImage.objects.filter(version__in=("1.8.0", "1.9.0")).exists())


class FirmwareRolloutViewTest(GamViewTestCases.RecordViewTestCase):
    model = FirmwareRollout

    @classmethod
    def setUpTestData(cls):
        for _ in range(3):
            factories.firmware_rollout()


class FirmwareUpgradeViewTest(GamViewTestCases.RecordViewTestCase):
    model = FirmwareUpgrade

    @classmethod
    def setUpTestData(cls):
        rollout = factories.firmware_rollout(upgrades=0)
        note = {"at": "2026-03-01T12:00:00+00:00", "note": "Downloaded."}
        sent = {"at": "2026-03-01T12:01:00+00:00", "phase": "swap", "sent": ["firmware swap"], "answer": None}
        for _ in range(3):
            factories.firmware_upgrade(rollout, journal=[note, sent], warnings=["Mind the gap."])

    def test_the_page_shows_what_will_be_sent_and_what_was(self):
        self.add_permissions("netbox_gam.view_firmwareupgrade")
        page = self.client.get(FirmwareUpgrade.objects.first().get_absolute_url())
        for words in ("firmware upgrade https://files.example.org", "Downloaded.", "no answer", "Mind the gap."):
            self.assertContains(page, words)


class FirmwareImageFilterSetTest(FilterSetTests, DjangoTestCase):
    queryset = FirmwareImage.objects.all()
    filterset = filtersets.FirmwareImageFilterSet

    @classmethod
    def setUpTestData(cls):
        factories.firmware_image(hardware_models=["GAM-12-C"])
        factories.firmware_image(family="GAM-4/8-M", minimum_version="1.5.1")
        factories.firmware_image(version="1.5.1", description="step")

    def test_filters(self):
        for query, number in (
            ({"family": ["GAM-12/24-C"]}, 2),
            ({"hardware_models": ["GAM-12-C"]}, 1),
            ({"q": "coax_1_5_1"}, 1),
            ({"version": ["1.8.2"]}, 2),
        ):
            self.assertEqual(self.filterset(query, self.queryset).qs.count(), number, query)


class FirmwareRolloutFilterSetTest(FilterSetTests, DjangoTestCase):
    queryset = FirmwareRollout.objects.all()
    filterset = filtersets.FirmwareRolloutFilterSet
    ignore_fields = ("upgrades",)

    @classmethod
    def setUpTestData(cls):
        cls.gam = factories.gam()
        for status in ("planned", "running", "paused"):
            made = factories.firmware_rollout(status=status, wave_sizes=[2], upgrades=0)
        factories.firmware_upgrade(made, cls.gam)

    def test_filters(self):
        image = FirmwareImage.objects.get()
        for query, number in (
            ({"status": ["planned", "running"]}, 2),
            ({"gam_id": [self.gam.pk]}, 1),
            ({"image_id": [image.pk]}, 3),
            ({"wave_sizes": 2}, 3),
            ({"wave_sizes": 3}, 0),
        ):
            self.assertEqual(self.filterset(query, self.queryset).qs.count(), number, query)


class FirmwareUpgradeFilterSetTest(FilterSetTests, DjangoTestCase):
    queryset = FirmwareUpgrade.objects.all()
    filterset = filtersets.FirmwareUpgradeFilterSet
    ignore_fields = ("sends", "warnings", "journal", "endpoints_before", "endpoints_told")

    @classmethod
    def setUpTestData(cls):
        rollout = factories.firmware_rollout(upgrades=0)
        for status, transport in (("planned", "ssh"), ("done", "jsonrpc"), ("failed", "ssh")):
            factories.firmware_upgrade(rollout, status=status, transport=transport, from_version=OLD)
        factories.firmware_upgrade(factories.firmware_rollout(upgrades=0))

    def test_filters(self):
        rollout = FirmwareRollout.objects.order_by("pk").first()
        gam = rollout.upgrades.first().gam
        for query, number in (
            ({"status": ["done", "failed"]}, 2),
            ({"transport": ["jsonrpc"]}, 1),
            ({"rollout_id": [rollout.pk]}, 3),
            ({"gam": [gam.device.name]}, 1),
        ):
            self.assertEqual(self.filterset(query, self.queryset).qs.count(), number, query)


class FirmwareImageTableTest(GamTableCases.GamTableTestCase):
    table = tables.FirmwareImageTable


class FirmwareRolloutTableTest(GamTableCases.GamTableTestCase):
    table = tables.FirmwareRolloutTable


class FirmwareUpgradeTableTest(GamTableCases.GamTableTestCase):
    table = tables.FirmwareUpgradeTable


def permit(user: User, model: type, *actions: str, **constraints: object) -> None:
    permission = ObjectPermission.objects.create(name=f"{model.__name__} {actions}", actions=list(actions))
    permission.constraints = constraints or None
    permission.save()
    permission.object_types.add(ObjectType.objects.get_for_model(model))
    permission.users.add(user)


class FirmwareVerbsTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.image = factories.firmware_image()
        cls.gams = [factories.gam(f"gam-{name}", address=f"192.0.2.{number}") for number, name in enumerate("ab", 1)]
        for gam in cls.gams:
            images = [{"slot": "active", "version": OLD}, {"slot": "alternate", "version": "GAM-12/24-C_v1.5.1"}]
            factories.device_state(gam, firmware=OLD, images=images)

    def url(self, name: str, instance: object) -> str:
        return reverse(f"plugins:netbox_gam:{name}", kwargs={"pk": instance.pk})

    def test_planning_needs_its_permission_and_offers_only_gams_one_may_upgrade(self):
        url = self.url("firmwareimage_roll_out", self.image)
        permit(self.user, FirmwareImage, "view")
        self.assertNotContains(self.client.get(self.image.get_absolute_url()), url)
        self.assertHttpStatus(self.client.get(url), 403)
        permit(self.user, FirmwareImage, "upgrade")
        self.assertContains(self.client.get(self.image.get_absolute_url()), url)
        permit(self.user, GamDevice, "view")
        permit(self.user, GamDevice, "upgrade", device__name="gam-a")
        data = {
            "gams": [gam.pk for gam in self.gams], "wave_sizes": "1", "tolerated_failures": 0, "away_minutes": 20,
            "endpoint_minutes": 60,
        }  # fmt: skip
        self.assertContains(self.client.post(url, data), "Select a valid choice")
        self.assertEqual(FirmwareRollout.objects.count(), 0)
        self.client.post(url, {**data, "gams": [self.gams[0].pk]})
        rollout = FirmwareRollout.objects.get()
        self.assertEqual([row.gam for row in rollout.upgrades.all()], [self.gams[0]])

    def test_rules_that_are_broken_are_shown_in_the_form(self):
        wrong = factories.firmware_image(family="GAM-4/8-C")
        permit(self.user, FirmwareImage, "upgrade")
        permit(self.user, GamDevice, "view", "upgrade")
        data = {"gams": [self.gams[0].pk], "wave_sizes": "x", "tolerated_failures": 0, "away_minutes": 20, "endpoint_minutes": 60}
        url = self.url("firmwareimage_roll_out", wrong)
        self.assertContains(self.client.post(url, data), "“x” is not a number of GAMs")
        page = self.client.post(url, {**data, "wave_sizes": ""})
        self.assertContains(page, "an image of family GAM-4/8-C does not run on it")
        self.assertEqual(FirmwareRollout.objects.count(), 0)

    def test_each_verb_of_a_rollout_takes_the_permission_with_the_object(self):
        rollout = firmware.plan(self.image, self.gams, firmware.RolloutOptions(), user=self.user)
        other = factories.firmware_rollout(upgrades=0)
        permit(self.user, FirmwareRollout, "view")
        page = self.client.get(rollout.get_absolute_url())
        for verb in ("start", "pause", "resume", "cancel"):
            self.assertHttpStatus(self.client.post(self.url(f"firmwarerollout_{verb}", rollout)), 403)
            self.assertNotContains(page, self.url(f"firmwarerollout_{verb}", rollout))
        permit(self.user, FirmwareRollout, "upgrade", pk=rollout.pk)
        self.assertHttpStatus(self.client.post(self.url("firmwarerollout_start", other)), 404)
        self.assertHttpStatus(self.client.post(self.url("firmwarerollout_start", rollout)), 403)
        permit(self.user, GamDevice, "upgrade")
        page = self.client.post(self.url("firmwarerollout_start", rollout), follow=True)
        self.assertContains(page, "Running")
        rollout.refresh_from_db()
        self.assertEqual((rollout.status, rollout.started_by), ("running", self.user))
        for verb, status in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
            self.client.post(self.url(f"firmwarerollout_{verb}", rollout))
            rollout.refresh_from_db()
            self.assertEqual(rollout.status, status)
        page = self.client.post(self.url("firmwarerollout_start", rollout), follow=True)
        self.assertContains(page, "is “Cancelled”")

    def test_resuming_asks_for_a_window_and_one_that_is_over_needs_it(self):
        rollout = firmware.plan(self.image, self.gams, firmware.RolloutOptions(), user=self.user)
        FirmwareRollout.objects.filter(pk=rollout.pk).update(status="paused", not_after=timezone.now() - timedelta(hours=1))
        url = self.url("firmwarerollout_resume", rollout)
        self.assertHttpStatus(self.client.get(url), 403)
        permit(self.user, FirmwareRollout, "view", "upgrade")
        permit(self.user, GamDevice, "upgrade")
        self.assertContains(self.client.get(url), "Not after")
        self.assertContains(self.client.post(url, {}, follow=True), "The window of this rollout is over")
        self.assertContains(self.client.post(url, {"not_after": "soon"}), "Enter a valid date/time")
        backwards = {"not_before": "2099-02-01 00:00", "not_after": "2099-01-01 00:00"}
        self.assertContains(self.client.post(url, backwards, follow=True), "ends before it begins")
        rollout.refresh_from_db()
        self.assertEqual(rollout.status, "paused")
        self.assertContains(self.client.post(url, {"not_after": "2099-01-01 06:00"}, follow=True), "Running")
        rollout.refresh_from_db()
        self.assertEqual((rollout.status, timezone.localtime(rollout.not_after).year), ("running", 2099))

    def test_progress_names_only_what_one_may_view(self):
        rollout = firmware.plan(self.image, self.gams, firmware.RolloutOptions(), user=self.user)
        url = self.url("firmwarerollout_progress", rollout)
        self.assertHttpStatus(self.client.get(url), 403)
        permit(self.user, FirmwareRollout, "view")
        self.assertContains(self.client.get(url), "No GAM of this rollout that you may view")
        permit(self.user, FirmwareUpgrade, "view", gam__device__name="gam-a")
        page = self.client.get(url)
        self.assertContains(page, "gam-a")
        self.assertNotContains(page, "gam-b")

    def test_retry_and_release_take_the_permission(self):
        upgrade = factories.firmware_upgrade(
            factories.firmware_rollout(self.image, upgrades=0, status="paused"), self.gams[0], status="needs_attention"
        )
        for verb in ("retry", "release"):
            self.assertHttpStatus(self.client.post(self.url(f"firmwareupgrade_{verb}", upgrade)), 403)
        permit(self.user, FirmwareUpgrade, "view", "upgrade")
        self.assertHttpStatus(self.client.post(self.url("firmwareupgrade_release", upgrade)), 403)
        permit(self.user, GamDevice, "upgrade")
        for verb, status in (("release", "failed"), ("retry", "planned")):
            self.client.post(self.url(f"firmwareupgrade_{verb}", upgrade))
            upgrade.refresh_from_db()
            self.assertEqual(upgrade.status, status)

    def test_versions_of_the_fleet(self):
        url = reverse("plugins:netbox_gam:firmware_fleet")
        self.assertHttpStatus(self.client.get(url), 403)
        endpoint = factories.endpoint(factories.port(self.gams[0]))
        factories.endpoint_state(endpoint, firmware_mismatch=True)
        permit(self.user, GamDevice, "view", device__name="gam-a")
        page = self.client.get(url)
        for words in ("gam-a", OLD, "GAM-12/24-C_v1.5.1"):
            self.assertContains(page, words)
        self.assertNotContains(page, "gam-b")
        self.assertEqual(page.context["table"].rows[0].record.mismatch_count, 1)

    def test_the_command_starts_and_shows(self):
        rollout = firmware.plan(self.image, self.gams, firmware.RolloutOptions(), user=self.user)
        out = StringIO()
        call_command("gam_firmware", rollout.pk, stdout=out)
        self.assertIn("1 gam-a: Planned", out.getvalue())
        with self.assertRaisesMessage(CommandError, "permission"):
            call_command("gam_firmware", rollout.pk, "--start", user=self.user.username, stdout=out)
        User.objects.filter(pk=self.user.pk).update(is_superuser=True)
        call_command("gam_firmware", rollout.pk, "--start", user=self.user.username, stdout=out)
        self.assertIn("Running, wave 1", out.getvalue())
        with self.assertRaisesMessage(CommandError, "no user"):
            call_command("gam_firmware", rollout.pk, "--pause", stdout=out)
        with self.assertRaisesMessage(CommandError, "no firmware rollout"):
            call_command("gam_firmware", 0, stdout=out)
