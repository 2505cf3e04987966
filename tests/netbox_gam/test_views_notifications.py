"""Pages of mail groups."""

from __future__ import annotations

from datetime import time

from django.core import mail
from django.urls import reverse

from netbox_gam.models import MailGroup

from . import factories
from .view_cases import GamViewTestCases


class MailGroupViewTest(GamViewTestCases.NamedViewTestCase):
    model = MailGroup

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.mail_group(name=f"Group {name}") for name in "ABC")
        cls.form_data = {
            "name": "Group X", "enabled": True, "addresses": "a@example.org,b@example.org", "minimum_severity": "mj",
            "tell_raised": True, "tell_cleared": True, "time_zone": "Europe/Berlin", "quiet_from": time(22),
            "quiet_to": time(6), "quiet_days": ["mon", "tue"], "breakthrough_severity": "cr", "digest_minutes": 15,
            "hourly_limit": 20, "subject_prefix": "[GAM]",
        }  # fmt: skip
        cls.bulk_edit_data = {"digest_minutes": 5, "description": "together"}
        cls.csv_data = (
            "name,addresses,minimum_severity,quiet_days",
            "Group 1,a@example.org b@example.org,mj,",
            'Group 2,a@example.org,mn,"mon,tue"',
            "Group 3,a@example.org,,",
        )
        cls.csv_update_data = ("id,digest_minutes", f"{first.pk},1", f"{second.pk},2", f"{third.pk},3")

    def test_every_bad_address_is_named(self):
        self.add_permissions("netbox_gam.add_mailgroup")
        data = {**self.form_data, "addresses": "ok@example.org\nnonsense\nalso@bad@bad\nOK@example.org\nevil@x.org\rBcc:y"}
        page = self.client.post(self._get_url("add"), data)
        for words in ("“nonsense” is not", "“also@bad@bad” is not", "“ok@example.org” is there twice", "“Bcc:y” is not"):
            self.assertContains(page, words)
        self.assertFalse(MailGroup.objects.filter(name="Group X").exists())

    def test_quiet_hours_that_make_no_sense_are_refused_in_words(self):
        self.add_permissions("netbox_gam.add_mailgroup")
        never = self.client.post(self._get_url("add"), {**self.form_data, "quiet_to": time(22)})
        self.assertContains(never, "never end")
        half = self.client.post(self._get_url("add"), {**self.form_data, "quiet_to": ""})
        self.assertContains(half, "a beginning and an end")

    def test_test_mail_needs_its_permission_and_says_what_came_of_it(self):
        group = MailGroup.objects.first()
        url = reverse("plugins:netbox_gam:mailgroup_test", kwargs={"pk": group.pk})
        self.add_permissions("netbox_gam.view_mailgroup")
        self.assertNotContains(self.client.get(group.get_absolute_url()), url)
        self.assertHttpStatus(self.client.post(url), 403)
        self.assertEqual(mail.outbox, [])
        self.add_permissions("netbox_gam.test_mailgroup")
        self.assertContains(self.client.get(group.get_absolute_url()), url)
        page = self.client.post(url, follow=True)
        self.assertContains(page, "Taken for noc@example.org")
        self.assertEqual([message.to for message in mail.outbox], [["noc@example.org"]])
        self.assertIn("This is a test", mail.outbox[0].body)
