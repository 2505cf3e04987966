"""Pages of GAMs, G.hn ports and endpoints."""

from __future__ import annotations

from dcim.models import Interface
from django.urls import reverse
from utilities.testing import TestCase, post_data

from netbox_gam.models import Endpoint, GamDevice, GamPort

from . import factories
from .view_cases import GamViewTestCases


class GamDeviceViewTest(GamViewTestCases.NamelessViewTestCase):
    model = GamDevice

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.gam() for _ in range(3))
        device = factories.device(model="GAM-24-M")
        login, snmp, pool = factories.credential_profile(), factories.snmp_profile(), factories.pool()
        cls.form_data = {
            "device": device.pk,
            "hardware_model": "GAM-24-M",
            "subscriber_model": "portAware",
            "transport": "jsonrpc",
            "address_source": "override",
            "address_override": "192.0.2.7",
            "ssh_port": 2022,
            "http_port": 8080,
            "snmp_port": 1161,
            "https": True,
            "https_verify": False,
            "credential_profile": login.pk,
            "snmp_profile": snmp.pk,
            "vlan_pool": pool.pk,
            "default_nni": Interface.objects.get(device=device, name="10GigabitEthernet 1/1").pk,
            "polling_enabled": False,
            "polling_interval": 300,
            "zero_touch": "apply",
            "description": "in the cellar",
        }
        cls.bulk_edit_data = {"transport": "jsonrpc", "credential_profile": login.pk, "polling_interval": 120}
        names = [factories.device().name for _ in range(3)]
        cls.csv_data = (
            "device,hardware_model,transport,credential_profile,default_nni,polling_enabled",
            f"{names[0]},GAM-12-C,ssh,{login.name},10GigabitEthernet 1/1,true",
            f"{names[1]},GAM-12-C,,,,",
            f"{names[2]},GAM-12-C,jsonrpc,,,false",
        )
        cls.csv_update_data = ("id,ssh_port", f"{first.pk},2022", f"{second.pk},2023", f"{third.pk},2024")

    def test_import_takes_the_defaults_for_what_is_missing(self):
        self.add_permissions("netbox_gam.add_gamdevice", "dcim.view_device")
        name = factories.device().name
        data = {"data": f"device,hardware_model\n{name},GAM-12-C", "format": "csv", "csv_delimiter": "auto"}
        self.assertHttpStatus(self.client.post(self._get_url("bulk_import"), data), 302)
        made = GamDevice.objects.get(device__name=name)
        self.assertEqual((made.polling_enabled, made.https_verify, made.ssh_port, made.transport), (True, True, 22, "ssh"))


class GamPortViewTest(GamViewTestCases.NamelessViewTestCase):
    model = GamPort

    @classmethod
    def setUpTestData(cls):
        gam = factories.gam()
        first, second, third = (factories.port(gam, index) for index in (1, 2, 3))
        interface = Interface.objects.get(device=gam.device, name="G.hn 1/4")
        cls.form_data = {
            "gam": gam.pk,
            "interface": interface.pk,
            "number": 4,
            "medium": "coax",
            "enabled": False,
            "isolation_mode": "community",
        }
        cls.bulk_edit_data = {"isolation_mode": "community", "description": "together"}
        cls.csv_data = (
            "gam,interface,number,medium,enabled",
            f"{gam.device.name},G.hn 1/5,5,coax,true",
            f"{gam.device.name},G.hn 1/6,6,coax,",
            f"{gam.device.name},G.hn 1/7,7,coax,false",
        )
        cls.csv_update_data = ("id,description", f"{first.pk},one", f"{second.pk},two", f"{third.pk},three")


class EndpointViewTest(GamViewTestCases.NamedViewTestCase):
    model = Endpoint
    # A name may be missing and MAC addresses have two notations, which core's comparison does not know.
    validation_excluded_fields = ("mac_address",)

    @classmethod
    def setUpTestData(cls):
        port = factories.port()
        first, second, third = (factories.endpoint(port, name=f"ep {name}") for name in "ABC")
        cls.form_data = {
            "mac_address": "00:0E:D8:AA:00:01",
            "name": "ep-x",
            "status": "configured",
            "gam": port.gam.pk,
            "port": port.pk,
            "model": "G1001-C",
            "serial": "X1",
        }
        cls.bulk_edit_data = {"status": "retired", "description": "together"}
        cls.csv_data = (
            "mac_address,name,status,gam,port",
            f"00:0E:D8:AA:01:01,ep-1,configured,{port.gam.device.name},1",
            "000ed8aa0102,,,,",
            f"00-0E-D8-AA-01-03,ep-3,retired,{port.gam.device.name},",
        )
        cls.csv_update_data = ("id,serial", f"{first.pk},S1", f"{second.pk},S2", f"{third.pk},S3")

    def test_a_full_port_is_refused_in_words(self):
        self.add_permissions("netbox_gam.add_endpoint", "netbox_gam.view_gamport", "netbox_gam.view_gamdevice")
        port = factories.port(factories.gam(model="GAM-12-M"))
        factories.endpoint(port, model="G1001-M")
        data = {"mac_address": factories.mac(), "status": "configured", "gam": port.gam.pk, "port": port.pk}
        response = self.client.post(self._get_url("add"), post_data(data))
        self.assertContains(response, "already has its 1 endpoint(s)")


class GamDevicePageTest(TestCase):
    user_permissions = ("netbox_gam.view_gamdevice", "netbox_gam.view_gamport", "netbox_gam.view_endpoint")

    def setUp(self):
        super().setUp()
        self.gam = factories.gam("gam-cellar", address="192.0.2.9")
        self.port = factories.port(self.gam, 3)

    def page(self) -> str:
        response = self.client.get(self.gam.get_absolute_url())
        self.assertHttpStatus(response, 200)
        return response.content.decode()

    def test_never_read_says_what_to_do(self):
        self.assertIn("Never read. Press Poll", self.page())

    def test_health_of_a_reading(self):
        factories.device_state(self.gam)
        page = self.page()
        for text in ("GAM-12/24-C_1.8.1", "41.5 °C", "5200 rpm", "1 d 1 h", "12:00:00"):
            self.assertIn(text, page)

    def test_unreachable_says_why_and_what_next(self):
        factories.device_state(self.gam, reachable=False, failure_kind="auth", failure_message="the login was refused")
        page = self.page()
        for text in ("Login refused", "the login was refused", "Check the credential profile"):
            self.assertIn(text, page)

    def test_face_plate_links_to_ports_and_marks_quarantine(self):
        factories.port_state(self.port)
        lost = factories.endpoint(self.port)
        factories.endpoint_state(lost, state="quarantinedWrongPort", configured_port=1, detected_port=3)
        page = self.page()
        self.assertIn(f'<a href="{self.port.get_absolute_url()}" aria-label="G.hn 1/3, needs attention', page)

    def test_endpoint_page_says_that_it_is_on_another_port(self):
        endpoint = factories.endpoint(self.port)
        factories.endpoint_state(endpoint, state="quarantinedWrongPort", detected_port=5)
        response = self.client.get(endpoint.get_absolute_url())
        self.assertContains(response, "another port than its own")
        self.assertContains(response, "↓ 812 / ↑ 640 Mbit/s")

    def test_endpoint_page_hides_readings_of_gams_one_may_not_view(self):
        endpoint = factories.endpoint(self.port)
        factories.endpoint_state(endpoint)
        self.remove_permissions("netbox_gam.view_gamdevice")
        self.assertContains(self.client.get(endpoint.get_absolute_url()), "Not seen on any GAM yet")

    def test_tabs_count_only_what_one_may_view(self):
        factories.alarm(self.gam)
        self.assertNotIn(reverse("plugins:netbox_gam:gamdevice_alarms", kwargs={"pk": self.gam.pk}), self.page())
        self.add_permissions("netbox_gam.view_alarm", "netbox_gam.view_changeplan")
        factories.change_plan(self.gam)
        for tab in ("alarms", "changeplans"):
            url = reverse(f"plugins:netbox_gam:gamdevice_{tab}", kwargs={"pk": self.gam.pk})
            self.assertIn(url, self.page())
            self.assertHttpStatus(self.client.get(url), 200)
