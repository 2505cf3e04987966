"""Pages of the configuration safe, and replacing a GAM."""

from __future__ import annotations

from core.models import Job, ObjectChange
from django.urls import reverse
from utilities.testing import TestCase, disable_warnings

from netbox_gam.models import ConfigBackup, ConfigBackupState

from . import factories
from .base import PluginURLs
from .view_cases import GamViewTestCases


class ConfigBackupViewTest(GamViewTestCases.RecordViewTestCase):
    model = ConfigBackup

    @classmethod
    def setUpTestData(cls):
        gam = factories.gam()
        for _ in range(3):
            factories.config_backup(gam)


class ConfigBackupPagesTest(PluginURLs, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.gam = factories.gam()
        cls.first = factories.config_backup(cls.gam, "hostname a\nusername admin password encrypted AAAA\nend\n")
        cls.second = factories.config_backup(cls.gam, "hostname b\nusername admin password encrypted AAAA\nend\n")
        cls.third = factories.config_backup(cls.gam, "hostname b\nusername admin password encrypted BBBB\nend\n")

    def text(self, url: str) -> str:
        response = self.client.get(url)
        self.assertHttpStatus(response, 200)
        return response.content.decode()

    def diff(self, left: ConfigBackup, against: object) -> str:
        return reverse("plugins:netbox_gam:configbackup_diff", args=[left.pk]) + f"?against={against}"

    def test_a_backup_is_shown_masked_with_the_others_to_compare_with(self):
        self.add_permissions("netbox_gam.view_configbackup")
        page = self.text(self.first.get_absolute_url())
        self.assertIn("encrypted ********", page)
        self.assertNotIn("AAAA", page)
        self.assertIn(self.diff(self.first, self.third.pk), page)
        self.assertNotIn(reverse("plugins:netbox_gam:configbackup_restore", args=[self.first.pk]), page)
        self.add_permissions("netbox_gam.restore_configbackup")
        page = self.text(self.first.get_absolute_url())
        self.assertIn(reverse("plugins:netbox_gam:configbackup_restore", args=[self.first.pk]), page)

    def test_two_beside_each_other(self):
        self.add_permissions("netbox_gam.view_configbackup")
        page = self.text(self.diff(self.second, self.first.pk))
        self.assertRegex(page, r'<tr class="changed">\s*<td class="number">1</td><td class="left">.*hostname a</td>')
        self.assertIn("+hostname b", self.text(self.diff(self.second, self.first.pk) + "&view=unified"))
        self.assertIn("blanked values only", self.text(self.diff(self.second, "newest")))
        with disable_warnings("django.request"):
            for against in (0, "x", factories.config_backup().pk):
                self.assertHttpStatus(self.client.get(self.diff(self.first, against)), 404)

    def test_the_tab_of_a_gam_says_when_and_why_not(self):
        self.add_permissions("netbox_gam.view_gamdevice", "netbox_gam.view_configbackup")
        ConfigBackupState.objects.create(gam=self.gam, next_due=self.first.taken, tried=self.first.taken, error="it is dark")
        page = self.text(reverse("plugins:netbox_gam:gamdevice_backups", args=[self.gam.pk]))
        self.assertIn("it is dark", page)
        self.assertIn("Every 24 hours", page)
        self.assertNotIn(reverse("plugins:netbox_gam:gamdevice_backup", args=[self.gam.pk]), page)
        other = factories.gam()
        self.assertIn("No backups yet", self.text(reverse("plugins:netbox_gam:gamdevice_backups", args=[other.pk])))

    def test_replacing_asks_for_the_successor_and_starts_a_job(self):
        other = factories.gam()
        url = reverse("plugins:netbox_gam:gamdevice_replace", args=[self.gam.pk])
        self.add_permissions("netbox_gam.view_gamdevice")
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.get(url), 403)
        self.add_permissions("netbox_gam.replace_gamdevice")
        self.assertIn("port by port", self.text(url))
        self.assertHttpStatus(self.client.post(url, {"successor": self.gam.pk}), 200)
        self.assertEqual(Job.objects.count(), 0)
        self.assertHttpStatus(self.client.post(url, {"successor": other.pk}), 302)
        job = Job.objects.get()
        self.assertEqual((job.name, job.user), ("Replace GAM", self.user))

    def test_the_change_log_holds_no_text(self):
        self.add_permissions("netbox_gam.view_configbackup", "netbox_gam.change_configbackup")
        url = reverse("plugins:netbox_gam:configbackup_edit", args=[self.first.pk])
        self.assertHttpStatus(self.client.post(url, {"description": "Before the storm"}), 302)
        logged = str(list(ObjectChange.objects.values("prechange_data", "postchange_data")))
        self.assertIn("Before the storm", logged)
        for word in ("hostname", "AAAA", "encrypted"):
            self.assertNotIn(word, logged)
