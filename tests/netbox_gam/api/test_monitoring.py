"""Alarms and alarm rules over REST and GraphQL."""

from __future__ import annotations

from django.urls import reverse

from netbox_gam.models import Alarm, AlarmRule
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.api.cases import RecordTestCases
from tests.netbox_gam.base import PluginAPIViewTestCases


class AlarmTest(RecordTestCases.RecordAPITestCase):
    model = Alarm
    brief_fields = ["condition", "description", "display", "gam", "id", "severity", "state", "url"]
    written_by_plugin = {"state": "cleared", "severity": "nr", "text": "Nothing"}

    @classmethod
    def setUpTestData(cls) -> None:
        gam = builders.gam(1)
        for number in (1, 2, 3):
            builders.alarm(number, gam)


class AlarmRuleTest(PluginAPIViewTestCases.APIViewTestCase):
    model = AlarmRule
    brief_fields = ["description", "display", "enabled", "id", "name", "url"]
    create_data = [
        {"name": f"New {number}", "watches": "device.cpu_percent", "operator": "ge", "threshold": 90, "severity": "mn"}
        for number in (1, 2, 3)
    ]
    bulk_update_data = {"threshold": 60, "description": "x"}
    bulk_update_invalid_data = {"severity": "bad"}

    @classmethod
    def setUpTestData(cls) -> None:
        AlarmRule.objects.all().delete()
        for number in (1, 2, 3):
            factories.alarm_rule(name=f"Rule {number}")

    def test_preview(self) -> None:
        rule = AlarmRule.objects.first()
        url = reverse("plugins-api:netbox_gam-api:alarmrule-preview", kwargs={"pk": rule.pk})
        self.assertEqual(self.client.get(url, **self.header).status_code, 403)
        builders.permit(self.user, AlarmRule, "view")
        answer = self.client.get(url, **self.header).data
        self.assertEqual((answer["count"], answer["resolution"], answer["raises"]), (0, "1h", []))
