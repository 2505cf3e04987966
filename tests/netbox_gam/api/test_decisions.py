"""Finding rules over REST and GraphQL."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from netbox_gam.models import FindingRule
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.base import PluginAPIViewTestCases


class FindingRuleTest(PluginAPIViewTestCases.APIViewTestCase):
    model = FindingRule
    brief_fields = ["action", "description", "display", "enabled", "id", "name", "url"]
    create_data = [{"name": f"New {number}", "kinds": ["plan_mismatch"], "action": "plan"} for number in (1, 2, 3)]
    bulk_update_data = {"run_limit": 4, "description": "x"}
    bulk_update_invalid_data = {"kinds": ["nonsense"]}

    @classmethod
    def setUpTestData(cls) -> None:
        for number in (1, 2, 3):
            factories.finding_rule(name=f"Rule {number}")

    def url(self, verb: str) -> str:
        return reverse(f"plugins-api:netbox_gam-api:findingrule-{verb}", kwargs={"pk": FindingRule.objects.first().pk})

    def test_preview(self) -> None:
        finding = factories.finding(kind="inactive_on_network", first_seen=timezone.now())
        self.assertEqual(self.client.get(self.url("preview"), **self.header).status_code, 403)
        builders.permit(self.user, FindingRule, "view")
        self.assertEqual(self.client.get(self.url("preview"), **self.header).data["count"], 0)
        builders.permit(self.user, type(finding), "view")
        answer = self.client.get(self.url("preview"), **self.header).data
        self.assertEqual((answer["count"], answer["cut_offs"], answer["findings"]), (1, 1, [finding.pk]))

    def test_confirm_and_release(self) -> None:
        rule = FindingRule.objects.first()
        self.assertEqual(self.client.post(self.url("confirm"), **self.header).status_code, 403)
        self.assertEqual(self.client.post(self.url("release"), **self.header).status_code, 403)
        self.add_permissions("netbox_gam.decide_finding")
        builders.permit(self.user, FindingRule, "view", "confirm", "release")
        answer = self.client.post(self.url("confirm"), **self.header)
        self.assertEqual((answer.data["acts_as"]["username"], answer.data["is_confirmed"]), (self.user.username, True))
        self.assertEqual(self.client.post(self.url("release"), **self.header).status_code, 409)
        FindingRule.objects.filter(pk=rule.pk).update(held="too many")
        self.assertEqual(self.client.post(self.url("release"), **self.header).data["held"], "")

    def test_who_it_acts_as_cannot_be_written(self) -> None:
        builders.permit(self.user, FindingRule, "view", "change")
        rule = FindingRule.objects.first()
        url = reverse("plugins-api:netbox_gam-api:findingrule-detail", kwargs={"pk": rule.pk})
        self.client.patch(url, {"acts_as": self.user.pk, "confirmed": rule.digest()}, format="json", **self.header)
        rule.refresh_from_db()
        self.assertEqual((rule.acts_as, rule.confirmed), (None, ""))
