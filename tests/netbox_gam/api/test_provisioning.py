"""Change plans and change steps over REST and GraphQL."""

from __future__ import annotations

from django.urls import reverse

from netbox_gam.models import ChangeBatch, ChangePlan, ChangeStep
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.api.cases import RecordTestCases


class ChangeBatchTest(RecordTestCases.RecordAPITestCase):
    model = ChangeBatch
    brief_fields = ["description", "display", "id", "reason", "source", "url"]
    written_by_plugin = {"reason": "Mine", "problems": []}

    @classmethod
    def setUpTestData(cls) -> None:
        for _ in range(3):
            factories.change_batch()


class ChangePlanTest(RecordTestCases.RecordAPITestCase):
    model = ChangePlan
    brief_fields = ["description", "display", "id", "reason", "status", "url"]
    written_by_plugin = {"status": "applied", "verified": True, "reason": "Mine"}

    @classmethod
    def setUpTestData(cls) -> None:
        gam = builders.gam(1)
        cls.plans = [builders.change_plan(number, gam) for number in (1, 2, 3)]
        for index in (2, 0, 1):
            factories.change_step(cls.plans[0], index)

    def test_one_alone_shows_its_steps_in_order(self) -> None:
        builders.permit(self.user, ChangePlan, "view")
        builders.permit(self.user, ChangeStep, "view")
        steps = self.client.get(self._get_detail_url(self.plans[0]), **self.header).data["steps"]
        self.assertEqual([step["index"] for step in steps], [0, 1, 2])
        self.assertEqual(steps[0]["sends"], ["configure terminal", "subscriber sub-1", "vlan 117", "end"])
        listed = self.client.get(self._get_list_url(), **self.header).data["results"][0]
        self.assertNotIn("steps", listed)

    def test_steps_need_their_own_permission(self) -> None:
        builders.permit(self.user, ChangePlan, "view")
        url = self._get_detail_url(self.plans[0])
        self.assertEqual(self.client.get(url, **self.header).data["steps"], [])
        builders.permit(self.user, ChangeStep, "view", constraints={"index": 1})
        self.assertEqual([step["index"] for step in self.client.get(url, **self.header).data["steps"]], [1])


class ChangeStepTest(RecordTestCases.RecordAPITestCase):
    model = ChangeStep
    brief_fields = ["action", "description", "display", "id", "index", "kind", "name", "state", "url"]
    written_by_plugin = {"state": "done", "sends": [], "answer": "OK"}

    @classmethod
    def setUpTestData(cls) -> None:
        gam = builders.gam(1)
        cls.plans = [builders.change_plan(number, gam) for number in (1, 2)]
        for index in (0, 1, 2):
            factories.change_step(cls.plans[0], index)
        factories.change_step(cls.plans[1], 0)

    def test_steps_of_one_plan(self) -> None:
        builders.permit(self.user, ChangeStep, "view")
        url = reverse("plugins-api:netbox_gam-api:changestep-list")
        found = self.client.get(f"{url}?change_plan_id={self.plans[0].pk}", **self.header).data
        self.assertEqual([step["index"] for step in found["results"]], [0, 1, 2])
        self.assertEqual(found["results"][0]["change_plan"]["id"], self.plans[0].pk)
