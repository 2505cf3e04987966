"""Bandwidth plans, VLAN pools and subscribers over REST and GraphQL."""

from __future__ import annotations

from netbox_gam.models import BandwidthPlan, Subscriber, SuspensionPolicy, VlanPool
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.base import PluginAPIViewTestCases


class BandwidthPlanTest(PluginAPIViewTestCases.APIViewTestCase):
    model = BandwidthPlan
    brief_fields = ["description", "display", "id", "name", "url"]
    create_data = [{"name": f"Fibre{number}", "downstream_kbps": number * 100_000, "upstream_kbps": 20_000} for number in (4, 5, 6)]
    bulk_update_data = {"overhead_percent": 6, "description": "x"}
    bulk_update_invalid_data = {"overhead_percent": 99}

    @classmethod
    def setUpTestData(cls) -> None:
        for number in (1, 2, 3):
            builders.bandwidth_plan(number)

    def test_rates_on_the_shelf(self) -> None:
        builders.permit(self.user, BandwidthPlan, "view")
        data = self.client.get(self._get_detail_url(BandwidthPlan.objects.get(name="plan-1")), **self.header).data
        self.assertEqual((data["downstream_rate_mbps"], data["upstream_rate_mbps"]), (108, 22))
        data = self.client.get(self._get_detail_url(builders.bandwidth_plan(4, unthrottled=True)), **self.header).data
        self.assertEqual((data["downstream_rate_mbps"], data["upstream_rate_mbps"]), (None, None))


class VlanPoolTest(PluginAPIViewTestCases.APIViewTestCase):
    model = VlanPool
    brief_fields = ["description", "display", "id", "name", "url"]
    bulk_update_data = {"first_vid": 100, "last_vid": 200}
    bulk_update_invalid_data = {"first_vid": 4095}

    @classmethod
    def setUpTestData(cls) -> None:
        group = factories.vlan_group()
        for number in (1, 2, 3):
            VlanPool.objects.create(name=f"Pool {number}", vlan_group=group)
        cls.create_data = [{"name": f"New {number}", "vlan_group": group.pk, "mode": "per_subscriber"} for number in (4, 5)]
        cls.create_data.append({"name": "Shared", "vlan_group": group.pk, "mode": "shared", "shared_vlan": factories.vlan(50).pk})

    def test_reserved_vlan_is_named(self) -> None:
        builders.permit(self.user, VlanPool, "add")
        data = self.create_data[2] | {"shared_vlan": factories.vlan(1).pk}
        response = self.client.post(self._get_list_url(), data, format="json", **self.header)
        self.assertHttpStatus(response, 400)
        self.assertIn("1:", str(response.data["shared_vlan"]))


class SuspensionPolicyTest(PluginAPIViewTestCases.APIViewTestCase):
    model = SuspensionPolicy
    brief_fields = ["description", "display", "id", "name", "url"]
    bulk_update_data = {"description": "together"}
    bulk_update_invalid_data = {"mode": "nonsense"}

    @classmethod
    def setUpTestData(cls) -> None:
        slow = builders.bandwidth_plan(1)
        for _ in range(3):
            factories.suspension_policy()
        sites = [factories.suspension_policy().site_id for _ in range(2)]
        SuspensionPolicy.objects.filter(site__in=sites).delete()
        cls.create_data = [
            {"name": "For all", "mode": "walled_garden", "vid": 4000},
            {"name": "Site 1", "mode": "throttle", "bandwidth_plan": slow.pk, "site": sites[0]},
            {"name": "Site 2", "mode": "removal", "site": sites[1]},
        ]


class SubscriberTest(PluginAPIViewTestCases.APIViewTestCase):
    model = Subscriber
    brief_fields = ["description", "display", "id", "name", "url"]
    bulk_update_data = {"service_address": "1 Main Street", "tagged": True}
    bulk_update_invalid_data = {"email": "nobody"}

    @classmethod
    def setUpTestData(cls) -> None:
        cls.gam = builders.gam(1)
        cls.plan = builders.bandwidth_plan(1)
        cls.endpoints = [builders.endpoint(number, gam=cls.gam) for number in range(1, 6)]
        for number in (1, 2, 3):
            builders.subscriber(
                number, remapped_vid=100 + number, allowed_vids=[200 + number], service_address=f"{number} High Street"
            )
        cls.create_data = [
            {"name": "pending"},
            {"name": "placed", "gam": cls.gam.pk, "endpoint": cls.endpoints[0].pk, "bandwidth_plan": cls.plan.pk},
            {
                "name": "active",
                "status": "active",
                "gam": cls.gam.pk,
                "endpoint": cls.endpoints[1].pk,
                "vlan": factories.vlan(100).pk,
                "allowed_vids": [300, 301],
                "poe_mode": "disable",
            },
        ]

    def test_an_endpoint_serves_one_subscriber(self) -> None:
        builders.permit(self.user, Subscriber, "add")
        builders.subscriber(9, gam=self.gam, endpoint=self.endpoints[4])
        response = self.client.post(
            self._get_list_url(),
            {"name": "second", "gam": self.gam.pk, "endpoint": self.endpoints[4].pk},
            format="json",
            **self.header,
        )
        self.assertHttpStatus(response, 400)
        self.assertEqual(response.data["endpoint"], ["This endpoint serves another subscriber."])

    def test_rules_of_the_shelf_name_field_and_value(self) -> None:
        builders.permit(self.user, Subscriber, "add")
        for data, field, value in (
            ({"name": "what?"}, "name", "what?"),
            ({"name": "x", "remapped_vid": 2}, "remapped_vid", "2"),
            ({"name": "x", "allowed_vids": [100, 4094]}, "allowed_vids", "4094"),
            ({"name": "x", "status": "gone"}, "status", "gone"),
            ({"name": "x", "bandwidth_plan": 987654}, "bandwidth_plan", "987654"),
        ):
            with self.subTest(field):
                response = self.client.post(self._get_list_url(), data, format="json", **self.header)
                self.assertHttpStatus(response, 400)
                self.assertEqual(set(response.data), {field})
                self.assertIn(value, str(response.data[field]))

    def test_active_needs_a_place(self) -> None:
        builders.permit(self.user, Subscriber, "add")
        response = self.client.post(self._get_list_url(), {"name": "x", "status": "active"}, format="json", **self.header)
        self.assertHttpStatus(response, 400)
        self.assertIn("gam", response.data)
