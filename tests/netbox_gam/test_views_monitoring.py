"""Pages of alarms and alarm rules."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from netbox_gam.models import Alarm, AlarmEvent, AlarmRule
from netbox_gam.workflows import alarms

from . import factories
from .view_cases import GamViewTestCases


class AlarmViewTest(GamViewTestCases.RecordViewTestCase):
    model = Alarm

    @classmethod
    def setUpTestData(cls):
        gam = factories.gam()
        for _ in range(3):
            factories.alarm(gam)

    def test_page_shows_the_history(self):
        alarm = alarms.raise_alarm(factories.gam(), key="k", condition="hot", severity="mj", text="Very hot.")
        self.add_permissions("netbox_gam.view_alarm")
        self.assertContains(self.client.get(alarm.get_absolute_url()), "Very hot.")

    def test_shelving_asks_until_when_and_needs_its_permission(self):
        alarm = Alarm.objects.first()
        url = reverse("plugins:netbox_gam:alarm_shelve", kwargs={"pk": alarm.pk})
        until = (timezone.localtime() + timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S")
        self.assertHttpStatus(self.client.post(url, {"until": until}), 403)
        self.add_permissions("netbox_gam.view_alarm", "netbox_gam.shelve_alarm")
        self.assertContains(self.client.get(url), "until")
        self.assertContains(self.client.post(url, {"until": "2001-01-01 00:00:00"}), "not in the future")
        self.assertHttpStatus(self.client.post(url, {"until": until}), 302)
        alarm.refresh_from_db()
        self.assertEqual(alarm.state, "shelved")
        self.assertEqual(AlarmEvent.objects.get(alarm=alarm).user, self.user)
        self.client.post(reverse("plugins:netbox_gam:alarm_unshelve", kwargs={"pk": alarm.pk}))
        alarm.refresh_from_db()
        self.assertEqual(alarm.state, "raised")

    def test_many_are_shelved_for_a_day(self):
        self.add_permissions("netbox_gam.view_alarm", "netbox_gam.shelve_alarm")
        pks = list(Alarm.objects.values_list("pk", flat=True))
        self.client.post(reverse("plugins:netbox_gam:alarm_bulk_shelve"), {"pk": pks})
        self.assertEqual(Alarm.objects.filter(state="shelved").count(), len(pks))
        self.client.post(reverse("plugins:netbox_gam:alarm_bulk_unshelve"), {"pk": pks})
        self.assertEqual(Alarm.objects.filter(state="raised").count(), len(pks))


class AlarmRuleViewTest(GamViewTestCases.NamedViewTestCase):
    model = AlarmRule

    @classmethod
    def setUpTestData(cls):
        AlarmRule.objects.all().delete()
        first, second, third = (factories.alarm_rule(name=f"Rule {name}") for name in "ABC")
        cls.form_data = {
            "name": "Rule X", "enabled": True, "watches": "device.cpu_percent", "operator": "ge", "threshold": 90.0,
            "clear_threshold": 80.0, "raise_seconds": 60, "clear_seconds": 60, "severity": "mn",
        }  # fmt: skip
        cls.bulk_edit_data = {"threshold": 65.0, "description": "together"}
        cls.csv_data = (
            "name,watches,operator,threshold",
            "Rule 1,device.cpu_percent,ge,90",
            "Rule 2,check.clock,ge,5",
            "Rule 3,check.plan_rate,le,80",
        )
        cls.csv_update_data = ("id,threshold", f"{first.pk},71.5", f"{second.pk},72.5", f"{third.pk},73.5")

    def test_a_clear_threshold_on_the_wrong_side_is_refused_in_words(self):
        self.add_permissions("netbox_gam.add_alarmrule")
        response = self.client.post(self._get_url("add"), {**self.form_data, "clear_threshold": 95})
        self.assertContains(response, "must be below the threshold 90")

    def test_preview_of_a_stored_rule(self):
        self.add_permissions("netbox_gam.view_alarmrule")
        rule = AlarmRule.objects.first()
        page = self.client.get(reverse("plugins:netbox_gam:alarmrule_preview", kwargs={"pk": rule.pk}))
        self.assertContains(page, "0 alarms")

    def test_preview_of_a_form_that_is_not_saved(self):
        url = reverse("plugins:netbox_gam:alarmrule_try")
        self.assertHttpStatus(self.client.post(url, self.form_data), 403)
        self.add_permissions("netbox_gam.view_alarmrule", "netbox_gam.add_alarmrule")
        self.assertContains(self.client.post(url, self.form_data), "0 alarms")
        self.assertContains(self.client.post(url, {**self.form_data, "threshold": "hot"}), "Enter a number")
        self.assertContains(self.client.post(url, {**self.form_data, "watches": "check.clock"}), "no history of this check")
        self.assertFalse(AlarmRule.objects.filter(name="Rule X").exists())
        self.assertContains(self.client.get(self._get_url("add")), url)
