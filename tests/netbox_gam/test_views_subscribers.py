"""Pages of bandwidth plans, VLAN pools and subscribers."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.urls import reverse
from tenancy.models import Tenant
from utilities.testing import TestCase, post_data

from netbox_gam.models import BandwidthPlan, Subscriber, SuspensionPolicy, VlanPool

from . import factories
from .view_cases import GamViewTestCases


class BandwidthPlanViewTest(GamViewTestCases.NamedViewTestCase):
    model = BandwidthPlan

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.plan(name=f"Plan {name}") for name in "ABC")
        cls.form_data = {"name": "Plan X", "downstream_kbps": 250_000, "upstream_kbps": 50_000, "overhead_percent": Decimal("6.0")}
        cls.bulk_edit_data = {"upstream_kbps": 30_000, "description": "together"}
        cls.csv_data = (
            "name,downstream_kbps,upstream_kbps,overhead_percent,unthrottled",
            "Plan 1,50000,10000,,",
            "Plan 2,100000,20000,6.5,false",
            "Plan 3,,,,true",
        )
        cls.csv_update_data = ("id,upstream_kbps", f"{first.pk},11000", f"{second.pk},12000", f"{third.pk},13000")

    def test_a_speed_the_shelf_cannot_do_is_refused_in_words(self):
        self.add_permissions("netbox_gam.add_bandwidthplan")
        data = {"name": "Too fast", "downstream_kbps": 0, "upstream_kbps": 1000, "overhead_percent": "8.0"}
        data["downstream_shelf_mbps"] = 5000
        response = self.client.post(self._get_url("add"), post_data(data))
        self.assertHttpStatus(response, 200)
        self.assertIn("downstream_shelf_mbps", response.context["form"].errors)

    def test_page_shows_the_limit_on_the_shelf(self):
        self.add_permissions("netbox_gam.view_bandwidthplan")
        response = self.client.get(factories.plan().get_absolute_url())
        self.assertContains(response, "↓ 108 / ↑ 22 Mbit/s")


class VlanPoolViewTest(GamViewTestCases.NamedViewTestCase):
    model = VlanPool

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.pool(name=f"Pool {name}") for name in "ABC")
        group = factories.vlan_group("Homes")
        shared = factories.vlan(500, group)
        cls.form_data = {
            "name": "Pool X",
            "vlan_group": group.pk,
            "mode": "shared",
            "first_vid": 400,
            "last_vid": 600,
            "shared_vlan": shared.pk,
        }
        cls.bulk_edit_data = {"first_vid": 150, "description": "together"}
        cls.csv_data = (
            "name,vlan_group,mode,first_vid,last_vid,shared_vlan",
            "Pool 1,Homes,per_subscriber,100,200,",
            "Pool 2,Homes,,,,",
            "Pool 3,Homes,shared,400,600,500",
        )
        cls.csv_update_data = ("id,last_vid", f"{first.pk},180", f"{second.pk},181", f"{third.pk},182")

    def test_page_shows_how_much_is_taken(self):
        self.add_permissions("netbox_gam.view_vlanpool", "ipam.view_vlan")
        pool = factories.pool()
        for vid in (100, 101, 250):
            factories.vlan(vid, pool.vlan_group)
        self.assertContains(self.client.get(pool.get_absolute_url()), "2 of 100 VLAN IDs are taken")


class SuspensionPolicyViewTest(GamViewTestCases.NamedViewTestCase):
    model = SuspensionPolicy

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.suspension_policy(name=f"Policy {name}") for name in "ABC")
        slow = factories.plan(name="Slow")
        cls.form_data = {"name": "Policy X", "mode": "throttle", "bandwidth_plan": slow.pk}
        cls.bulk_edit_data = {"description": "together"}
        factories.billing_system(name="Main")
        cls.csv_data = (
            "name,system,site,mode,vid,bandwidth_plan",
            "Policy 1,,,walled_garden,4090,",
            "Policy 2,Main,,throttle,,Slow",
            "Policy 3,Main,Policy A,removal,,",
        )
        cls.csv_update_data = ("id,description", f"{first.pk},a", f"{second.pk},b", f"{third.pk},c")

    def test_what_does_not_go_together_is_named(self):
        slow, fast = factories.plan(), factories.plan(unthrottled=True)
        for values, field in (
            ({"mode": "throttle"}, "bandwidth_plan"),
            ({"mode": "throttle", "bandwidth_plan": fast}, "bandwidth_plan"),
            ({"mode": "removal", "bandwidth_plan": slow}, "bandwidth_plan"),
            ({"mode": "removal", "vid": 4000}, "vid"),
            ({"mode": "walled_garden", "vid": 3840}, "vid"),
        ):
            with self.subTest(values), self.assertRaises(ValidationError) as caught:
                SuspensionPolicy(name="x", **values).full_clean()
            self.assertEqual(list(caught.exception.message_dict), [field])

    def test_the_form_asks_for_what_the_mode_needs(self):
        self.add_permissions("netbox_gam.view_suspensionpolicy", "netbox_gam.add_suspensionpolicy")
        url = reverse("plugins:netbox_gam:suspensionpolicy_add")
        for mode, shown, hidden in (("walled_garden", "id_vid", "id_bandwidth_plan"), ("throttle", "id_bandwidth_plan", "id_vid")):
            response = self.client.get(f"{url}?mode={mode}")
            self.assertContains(response, f'id="{shown}"')
            self.assertNotContains(response, f'id="{hidden}"')


class SubscriberViewTest(GamViewTestCases.NamedViewTestCase):
    model = Subscriber

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.subscriber(name=f"sub {name}") for name in "ABC")
        port = factories.port()
        spare, other = factories.endpoint(port), factories.endpoint(port)
        plan, group = factories.plan(), factories.vlan_group("Homes")
        vlan = factories.vlan(117, group)
        factories.vlan(117, factories.vlan_group("Elsewhere"))
        Tenant.objects.create(name="Town", slug="town")
        cls.form_data = {
            "name": "sub-x",
            "full_name": "Grace Example",
            "status": "active",
            "email": "grace@example.net",
            "phone": "+49 30 1234567",
            "service_address": "1 Cellar Street",
            "gam": port.gam.pk,
            "endpoint": spare.pk,
            "bandwidth_plan": plan.pk,
            "vlan": vlan.pk,
            "tagged": True,
            "remapped_vid": 217,
            "allowed_vids": [300, 301],
            "trunk": False,
            "double_tagged": False,
        }
        cls.bulk_edit_data = {"bandwidth_plan": plan.pk, "description": "together"}
        gam = port.gam.device.name
        cls.csv_data = (
            "name,full_name,status,tenant,gam,endpoint,bandwidth_plan,vlan_group,vlan,allowed_vids",
            f'sub-1,One,active,Town,{gam},{other.mac_address},{plan.name},Homes,117,"10,20-22"',
            "sub-2,Two,pending,,,,,,,",
            "sub-3,,,,,,,,,",
        )
        cls.csv_update_data = ("id,full_name", f"{first.pk},One", f"{second.pk},Two", f"{third.pk},Three")

    def post_data_of(self, **changes):
        return post_data({**self.form_data, "allowed_vids": "300,301", **changes})

    def test_create_object_with_permission(self):
        self.form_data = {**self.form_data, "allowed_vids": "300,301"}
        self.validation_excluded_fields = ["allowed_vids"]
        super().test_create_object_with_permission()

    def test_create_object_with_constrained_permission(self):
        self.form_data = {**self.form_data, "allowed_vids": "300,301"}
        self.validation_excluded_fields = ["allowed_vids"]
        super().test_create_object_with_constrained_permission()

    def test_edit_object_with_permission(self):
        self.form_data = {**self.form_data, "allowed_vids": "300,301"}
        self.validation_excluded_fields = ["allowed_vids"]
        super().test_edit_object_with_permission()

    def test_edit_object_with_constrained_permission(self):
        self.form_data = {**self.form_data, "allowed_vids": "300,301"}
        self.validation_excluded_fields = ["allowed_vids"]
        super().test_edit_object_with_constrained_permission()

    def test_active_without_a_place_is_refused_in_words(self):
        self.add_permissions("netbox_gam.add_subscriber")
        response = self.client.post(self._get_url("add"), self.post_data_of(gam="", endpoint=""))
        self.assertContains(response, "An active subscriber needs this.")

    def test_import_with_a_bad_row_writes_nothing_and_names_it(self):
        self.add_permissions("netbox_gam.add_subscriber")
        before = Subscriber.objects.count()
        data = {"data": "name,status\ngood,pending\nbad,nonsense", "format": "csv", "csv_delimiter": "auto"}
        response = self.client.post(self._get_url("bulk_import"), data)
        self.assertContains(response, "Record 2")
        self.assertEqual(Subscriber.objects.count(), before)


class SubscriberPageTest(TestCase):
    user_permissions = ("netbox_gam.view_subscriber", "netbox_gam.view_gamdevice")

    def test_service_and_place_in_words(self):
        port = factories.port()
        endpoint = factories.endpoint(port)
        factories.endpoint_state(endpoint)
        subscriber = factories.subscriber(
            endpoint,
            vlan=factories.vlan(117),
            outer_vlan=factories.vlan(2000),
            double_tagged=True,
            remapped_vid=217,
            bandwidth_plan=factories.plan(),
        )
        response = self.client.get(subscriber.get_absolute_url())
        for text in ("2000/117/(217)", "↓ 108 / ↑ 22 Mbit/s", "↓ 812 / ↑ 640 Mbit/s", "Untagged"):
            self.assertContains(response, text)

    def test_list_shows_what_is_observed(self):
        endpoint = factories.endpoint(factories.port())
        factories.endpoint_state(endpoint, rx_phy_mbps=977)
        subscriber = factories.subscriber(endpoint)
        response = self.client.get("/plugins/gam/subscribers/")
        self.assertContains(response, subscriber.name)
        self.assertContains(response, "977 Mbit/s")
