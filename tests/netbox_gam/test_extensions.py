"""What the plugin adds to NetBox's own pages: tabs, panels, search, the dashboard, the menu."""

from __future__ import annotations

from django.test import RequestFactory
from django.urls import reverse
from netbox.search.backends import search_backend
from tenancy.models import Tenant
from users.models import User
from utilities.testing import TestCase, disable_warnings

from netbox_gam.dashboard import FleetHealthWidget, fleet_counts
from netbox_gam.models import CredentialProfile, Endpoint, Subscriber

from . import factories


class TabsTest(TestCase):
    user_permissions = ("dcim.view_device", "dcim.view_interface", "tenancy.view_tenant")

    @classmethod
    def setUpTestData(cls):
        cls.port = factories.port()
        cls.endpoint = factories.endpoint(cls.port)
        factories.endpoint_state(cls.endpoint)
        cls.tenant = Tenant.objects.create(name="Riverside", slug="riverside")
        cls.subscriber = factories.subscriber(cls.endpoint, tenant=cls.tenant)
        cls.bare = factories.device()

    def test_show_what_belongs_to_the_object(self):
        self.add_permissions("netbox_gam.view_endpoint", "netbox_gam.view_subscriber")
        for owner, view, shown in (
            (self.port.gam.device, "dcim:device_gam", self.endpoint),
            (self.port.interface, "dcim:interface_gam", self.endpoint),
            (self.tenant, "tenancy:tenant_gam", self.subscriber),
        ):
            with self.subTest(view=view):
                url = reverse(view, kwargs={"pk": owner.pk})
                self.assertContains(self.client.get(owner.get_absolute_url()), f'href="{url}"')
                self.assertContains(self.client.get(url), shown.get_absolute_url())

    def test_hide_where_there_is_nothing_to_show(self):
        self.add_permissions("netbox_gam.view_endpoint")
        url = reverse("dcim:device_gam", kwargs={"pk": self.bare.pk})
        self.assertNotContains(self.client.get(self.bare.get_absolute_url()), f'href="{url}"')

    def test_hide_what_may_not_be_viewed(self):
        device = self.port.gam.device
        url = reverse("dcim:device_gam", kwargs={"pk": device.pk})
        self.assertNotContains(self.client.get(device.get_absolute_url()), f'href="{url}"')
        other = factories.endpoint()
        self.add_permissions("netbox_gam.view_endpoint")
        permission = self.user.object_permissions.get(actions__contains=["view"], object_types__model="endpoint")
        permission.constraints = {"pk": other.pk}
        permission.save()
        self.assertNotContains(self.client.get(device.get_absolute_url()), f'href="{url}"')
        self.assertNotContains(self.client.get(url), self.endpoint.get_absolute_url())


class PanelsTest(TestCase):
    user_permissions = ("dcim.view_device", "dcim.view_interface")

    def test_device_and_interface_lead_to_the_gam(self):
        port = factories.port()
        endpoint = factories.endpoint(port)
        factories.device_state(port.gam, reachable=False)
        pages = (port.gam.device.get_absolute_url(), port.interface.get_absolute_url())
        for page, link in zip(pages, (port.gam, port), strict=True):
            self.assertNotContains(self.client.get(page), link.get_absolute_url())
        self.add_permissions("netbox_gam.view_gamdevice", "netbox_gam.view_gamport")
        self.assertContains(self.client.get(pages[0]), "Unreachable")
        self.assertContains(self.client.get(pages[1]), port.get_absolute_url())
        self.assertNotContains(self.client.get(pages[1]), endpoint.get_absolute_url())
        self.add_permissions("netbox_gam.view_endpoint")
        self.assertContains(self.client.get(pages[1]), endpoint.get_absolute_url())

    def test_a_device_that_is_an_endpoint(self):
        device = factories.device()
        endpoint = factories.endpoint(device=device)
        self.add_permissions("netbox_gam.view_endpoint")
        self.assertContains(self.client.get(device.get_absolute_url()), endpoint.get_absolute_url())


class DashboardTest(TestCase):
    def figures(self) -> dict[str, int]:
        user = User.objects.get(pk=self.user.pk)  # anew: a user remembers the permissions of before
        return {str(figure["label"]): figure["count"] for figure in fleet_counts(user)}

    def test_counts_only_what_one_may_view(self):
        port = factories.port()
        factories.device_state(port.gam, reachable=False)
        factories.endpoint_state(factories.endpoint(port), state="quarantinedWrongPort")
        factories.alarm(port.gam)
        factories.alarm(port.gam, state="cleared")
        factories.finding()
        factories.change_plan(port.gam)
        self.assertEqual(self.figures(), {})
        self.add_permissions("netbox_gam.view_gamdevice")
        self.assertEqual(self.figures(), {"GAMs": 1, "GAMs unreachable": 1})
        for model in ("endpoint", "alarm", "finding", "changeplan"):
            self.add_permissions(f"netbox_gam.view_{model}")
        figures = self.figures()
        self.assertEqual((figures["Endpoints quarantined"], figures["Alarms standing"]), (1, 1))
        self.assertEqual((figures["Findings open"], figures["Change plans waiting"]), (1, 1))

    def test_every_figure_leads_to_a_list_of_as_many(self):
        self.user.is_superuser = True
        port = factories.port()
        factories.device_state(port.gam, reachable=False)
        factories.endpoint_state(factories.endpoint(port), state="quarantinedUnknownMAC")
        factories.alarm(port.gam)
        self.user.save()
        for figure in fleet_counts(self.user):
            with self.subTest(figure=figure["label"]):
                response = self.client.get(figure["url"])
                self.assertEqual(len(response.context["table"].rows), figure["count"])

    def test_renders(self):
        request = RequestFactory().get("/")
        request.user = self.user
        self.assertIn("Nothing you may view", FleetHealthWidget().render(request))


class SearchTest(TestCase):
    def found(self, text: str) -> set:
        return {result.object for result in search_backend.search(text, user=self.user)}

    def test_finds_by_mac_name_and_serial_but_not_by_secret(self):
        self.user.is_superuser = True
        self.user.save()
        endpoint = factories.endpoint(mac_address="00:0E:D8:19:97:E6", serial="EP-77")
        subscriber = factories.subscriber(full_name="Grace Hopper")
        profile = factories.credential_profile(name="Fleet", password="env:GAM_VERY_OWN")
        for model, rows in ((Endpoint, [endpoint]), (Subscriber, [subscriber]), (CredentialProfile, [profile])):
            search_backend.cache(rows)
            self.assertTrue(model.objects.exists())
        self.assertIn(endpoint, self.found("00:0e:d8:19:97:e6"))
        self.assertIn(endpoint, self.found("EP-77"))
        self.assertIn(subscriber, self.found("hopper"))
        self.assertIn(profile, self.found("fleet"))
        self.assertEqual(self.found("GAM_VERY_OWN"), set())


class MenuTest(TestCase):
    def test_shows_only_what_one_may_view(self):
        self.assertNotContains(self.client.get("/"), "/plugins/gam/")
        self.add_permissions("netbox_gam.view_alarm")
        page = self.client.get("/")
        self.assertContains(page, "/plugins/gam/alarms/")
        self.assertNotContains(page, "/plugins/gam/gam-devices/")

    def test_every_list_renders_empty_and_says_what_to_do(self):
        self.user.is_superuser = True
        self.user.save()
        for name in ("gam-devices", "endpoints", "subscribers", "findings", "change-plans", "billing-systems", "vlan-pools"):
            with self.subTest(name=name), disable_warnings("django.request"):
                response = self.client.get(f"/plugins/gam/{name}/")
                self.assertHttpStatus(response, 200)
                self.assertGreater(len(str(response.context["table"].empty_text).split()), 6)
