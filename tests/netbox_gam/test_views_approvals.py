"""Pages of approval rules and maintenance windows."""

from __future__ import annotations

from datetime import time

from netbox_gam.models import ApprovalRule, MaintenanceWindow

from . import factories
from .view_cases import GamViewTestCases


class ApprovalRuleViewTest(GamViewTestCases.NamedViewTestCase):
    model = ApprovalRule

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.approval_rule(name=f"Rule {name}") for name in "ABC")
        cls.form_data = {
            "name": "Rule X", "enabled": True, "min_subscribers": 10, "actions": ["set", "remove"], "kinds": ["subscriber"],
            "second_person": True, "needs_window": False,
        }  # fmt: skip
        cls.bulk_edit_data = {"min_gams": 3, "description": "together"}
        cls.csv_data = (
            "name,min_subscribers,actions,needs_window",
            "Rule 1,10,remove,true",
            'Rule 2,,"set,remove",false',
            "Rule 3,5,,false",
        )
        cls.csv_update_data = ("id,min_gams", f"{first.pk},1", f"{second.pk},2", f"{third.pk},3")

    def test_a_rule_that_demands_nothing_is_refused(self):
        self.add_permissions("netbox_gam.add_approvalrule")
        page = self.client.post(self._get_url("add"), {**self.form_data, "second_person": ""})
        self.assertContains(page, "demands nothing")
        self.assertFalse(ApprovalRule.objects.filter(name="Rule X").exists())


class MaintenanceWindowViewTest(GamViewTestCases.NamedViewTestCase):
    model = MaintenanceWindow

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.maintenance_window(name=f"Night {name}") for name in "ABC")
        cls.form_data = {
            "name": "Night X", "enabled": True, "days": ["sat", "sun"], "opens": time(23), "closes": time(4),
            "time_zone": "Europe/Berlin",
        }  # fmt: skip
        cls.bulk_edit_data = {"time_zone": "Europe/Vienna", "description": "together"}
        cls.csv_data = (
            "name,days,opens,closes,time_zone",
            'Night 1,"mon,tue",01:00,04:00,UTC',
            "Night 2,wed,01:00,04:00,Europe/Berlin",
            "Night 3,thu,22:00,02:00,UTC",
        )
        cls.csv_update_data = ("id,closes", f"{first.pk},03:00", f"{second.pk},03:30", f"{third.pk},05:00")

    def test_a_time_zone_that_does_not_exist_is_named(self):
        self.add_permissions("netbox_gam.add_maintenancewindow")
        page = self.client.post(self._get_url("add"), {**self.form_data, "time_zone": "Europe/Atlantis"})
        self.assertContains(page, "Europe/Atlantis")
