"""GAMs, G.hn ports and endpoints over REST and GraphQL."""

from __future__ import annotations

from datetime import timedelta

from netbox_gam.models import Endpoint, GamDevice, GamPort
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.base import PluginAPIViewTestCases


class GamDeviceTest(PluginAPIViewTestCases.APIViewTestCase):
    model = GamDevice
    graphql_base_name = "gam_device"
    brief_fields = ["description", "device", "display", "id", "name", "url"]
    bulk_update_data = {"polling_interval": 300, "transport": "jsonrpc", "description": "x"}
    bulk_update_invalid_data = {"polling_interval": 1}

    @classmethod
    def setUpTestData(cls) -> None:
        cls.gams = [builders.gam(number) for number in (1, 2, 3)]
        cls.create_data = [
            {"device": builders.device(number).pk, "hardware_model": "GAM-12-M", "ssh_port": 2200 + number} for number in (4, 5, 6)
        ]

    def test_carries_what_an_external_inventory_needs(self) -> None:
        builders.permit(self.user, GamDevice, "view")
        factories.device_state(self.gams[0], uptime_seconds=5_000_000_000)
        data = self.client.get(self._get_detail_url(self.gams[0]), **self.header).data
        self.assertEqual(data["name"], "gam-1")
        self.assertEqual(data["management_address"], "192.0.2.1")
        self.assertEqual(data["site"]["slug"], "depot")
        self.assertEqual(data["role"]["name"], "G.hn access multiplexer")
        self.assertEqual(data["status"], {"value": "active", "label": "Active"})
        self.assertEqual((data["ssh_port"], data["http_port"], data["https"], data["snmp_port"]), (22, 80, False, 161))
        self.assertEqual(data["observed"]["firmware"], "GAM-12/24-C_1.8.1")
        self.assertEqual(data["observed"]["uptime_seconds"], 5_000_000_000)
        self.assertIs(data["observed"]["reachable"], True)

    def test_never_read_is_null(self) -> None:
        builders.permit(self.user, GamDevice, "view")
        self.assertIsNone(self.client.get(self._get_detail_url(self.gams[1]), **self.header).data["observed"])

    def test_device_without_address_and_override(self) -> None:
        builders.permit(self.user, GamDevice, "view", "change")
        url = self._get_detail_url(self.gams[0])
        response = self.client.patch(url, {"address_source": "oob"}, format="json", **self.header)
        self.assertEqual(response.data["management_address"], "")
        response = self.client.patch(url, {"address_source": "override"}, format="json", **self.header)
        self.assertHttpStatus(response, 400)
        self.assertIn("address_override", response.data)

    def test_a_device_is_one_gam(self) -> None:
        builders.permit(self.user, GamDevice, "add")
        response = self.client.post(
            self._get_list_url(), {"device": self.gams[0].device_id, "hardware_model": "GAM-12-M"}, format="json", **self.header
        )
        self.assertHttpStatus(response, 400)
        self.assertEqual(response.data["device"], ["This device is a GAM already."])

    def test_same_device_may_be_sent_again(self) -> None:
        builders.permit(self.user, GamDevice, "change")
        data = {"device": self.gams[0].device_id, "hardware_model": "GAM-12-M", "description": "same"}
        self.assertHttpStatus(self.client.put(self._get_detail_url(self.gams[0]), data, format="json", **self.header), 200)


class GamPortTest(PluginAPIViewTestCases.APIViewTestCase):
    model = GamPort
    graphql_base_name = "gam_port"
    brief_fields = ["description", "display", "gam", "id", "interface", "number", "url"]
    bulk_update_data = {"enabled": False, "medium": "siso"}
    bulk_update_invalid_data = {"medium": "coax"}

    @classmethod
    def setUpTestData(cls) -> None:
        gam = builders.gam(1)
        for number in (1, 2, 3):
            factories.port(gam, number)
        cls.create_data = [
            {"gam": gam.pk, "interface": builders.interface(gam, number).pk, "number": number, "medium": "mimo"}
            for number in (4, 5, 6)
        ]

    def test_an_interface_is_one_port(self) -> None:
        builders.permit(self.user, GamPort, "add")
        port = GamPort.objects.get(number=1)
        data = {"gam": port.gam_id, "interface": port.interface_id, "number": 9, "medium": "mimo"}
        response = self.client.post(self._get_list_url(), data, format="json", **self.header)
        self.assertHttpStatus(response, 400)
        self.assertEqual(response.data["interface"], ["This interface is a G.hn port already."])

    def test_a_number_is_one_port(self) -> None:
        builders.permit(self.user, GamPort, "add")
        response = self.client.post(self._get_list_url(), self.create_data[0] | {"number": 1}, format="json", **self.header)
        self.assertHttpStatus(response, 400)
        self.assertIn("This GAM already has a G.hn port of that number.", str(response.data))


class EndpointTest(PluginAPIViewTestCases.APIViewTestCase):
    model = Endpoint
    brief_fields = ["description", "display", "id", "mac_address", "name", "url"]
    create_data = [{"mac_address": f"00:0E:D8:00:01:0{number}", "name": f"new-{number}"} for number in (4, 5, 6)]
    bulk_update_data = {"model": "G1001-M", "status": "retired"}
    bulk_update_invalid_data = {"status": "lost"}

    @classmethod
    def setUpTestData(cls) -> None:
        cls.gams = [builders.gam(1), builders.gam(2)]
        cls.endpoints = [builders.endpoint(number, gam=cls.gams[0]) for number in (1, 2, 3)]

    def test_observed_is_where_it_was_detected(self) -> None:
        builders.permit(self.user, Endpoint, "view")
        endpoint = self.endpoints[0]
        url = self._get_detail_url(endpoint)
        self.assertIsNone(self.client.get(url, **self.header).data["observed"])
        factories.endpoint_state(endpoint, gam=self.gams[0], present=False, state="notDetected", detected_port=None)
        self.assertIs(self.client.get(url, **self.header).data["observed"]["present"], False)
        factories.endpoint_state(endpoint, gam=self.gams[1], detected_port=4, read_at=builders.NOW - timedelta(minutes=1))
        observed = self.client.get(url, **self.header).data["observed"]
        self.assertEqual((observed["gam"], observed["detected_port"], observed["state"]), (self.gams[1].pk, 4, "ok"))
        self.assertEqual((observed["rx_phy_mbps"], observed["tx_phy_mbps"]), (812, 640))

    def test_a_mac_address_is_one_endpoint(self) -> None:
        builders.permit(self.user, Endpoint, "add")
        response = self.client.post(self._get_list_url(), {"mac_address": "00-0e-d8-00-00-01"}, format="json", **self.header)
        self.assertHttpStatus(response, 400)
        self.assertEqual(set(response.data), {"mac_address"})

    def test_what_is_no_mac_address_is_refused(self) -> None:
        builders.permit(self.user, Endpoint, "add")
        for value in ("00:0E:D8", "<html>", 7, None, []):
            with self.subTest(value):
                response = self.client.post(self._get_list_url(), {"mac_address": value}, format="json", **self.header)
                self.assertHttpStatus(response, 400)
                self.assertEqual(set(response.data), {"mac_address"})
