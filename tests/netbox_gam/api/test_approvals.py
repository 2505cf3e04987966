"""Approval rules and maintenance windows over REST and GraphQL."""

from __future__ import annotations

from netbox_gam.models import ApprovalRule, MaintenanceWindow
from tests.netbox_gam import factories
from tests.netbox_gam.base import PluginAPIViewTestCases


class ApprovalRuleTest(PluginAPIViewTestCases.APIViewTestCase):
    model = ApprovalRule
    brief_fields = ["description", "display", "enabled", "id", "name", "url"]
    create_data = [{"name": f"New {number}", "min_subscribers": 5, "actions": ["remove"]} for number in (1, 2, 3)]
    bulk_update_data = {"min_gams": 4, "description": "x"}
    bulk_update_invalid_data = {"actions": ["nonsense"]}

    @classmethod
    def setUpTestData(cls) -> None:
        for number in (1, 2, 3):
            factories.approval_rule(name=f"Rule {number}")


class MaintenanceWindowTest(PluginAPIViewTestCases.APIViewTestCase):
    model = MaintenanceWindow
    brief_fields = ["description", "display", "enabled", "id", "name", "url"]
    create_data = [{"name": f"New {number}", "days": ["sat"], "opens": "01:00", "closes": "04:00"} for number in (1, 2, 3)]
    validation_excluded_fields = ["opens", "closes"]
    bulk_update_data = {"time_zone": "Europe/Berlin", "description": "x"}
    bulk_update_invalid_data = {"time_zone": "Europe/Atlantis"}

    @classmethod
    def setUpTestData(cls) -> None:
        for number in (1, 2, 3):
            factories.maintenance_window(name=f"Night {number}")
