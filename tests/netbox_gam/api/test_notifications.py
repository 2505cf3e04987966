"""Mail groups over REST."""

from __future__ import annotations

from django.core import mail
from django.urls import reverse

from netbox_gam.models import MailGroup
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.base import PluginAPIViewTestCases


class MailGroupTest(PluginAPIViewTestCases.APIViewTestCase):
    model = MailGroup
    brief_fields = ["description", "display", "enabled", "id", "name", "url"]
    create_data = [
        {"name": f"New {number}", "addresses": ["a@example.org"], "minimum_severity": "mj", "quiet_days": ["sat", "sun"]}
        for number in (1, 2, 3)
    ]
    bulk_update_data = {"digest_minutes": 10, "description": "x"}
    bulk_update_invalid_data = {"addresses": ["nonsense"]}

    @classmethod
    def setUpTestData(cls) -> None:
        for number in (1, 2, 3):
            factories.mail_group(name=f"Group {number}")

    def test_test_mail(self) -> None:
        group = MailGroup.objects.first()
        url = reverse("plugins-api:netbox_gam-api:mailgroup-test", kwargs={"pk": group.pk})
        builders.permit(self.user, MailGroup, "view", "add", "change")
        self.assertEqual(self.client.post(url, **self.header).status_code, 403)
        builders.permit(self.user, MailGroup, "test")
        answer = self.client.post(url, **self.header)
        self.assertEqual((answer.status_code, answer.data["ok"]), (200, True))
        self.assertEqual(len(mail.outbox), 1)
