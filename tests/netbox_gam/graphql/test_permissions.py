"""GraphQL shows only what the user may view: lists, relations, and the fields added to NetBox's own types."""

from __future__ import annotations

from typing import Any

from dcim.models import Device, Interface
from django.urls import reverse
from tenancy.models import Tenant
from utilities.testing import APITestCase

from netbox_gam import models
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.api.builders import permit


class GraphQLPermissionTest(APITestCase):
    """As a user without rights but those a test gives."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.gams = [builders.gam(number) for number in (1, 2)]
        cls.ports = [factories.port(gam, 1) for gam in cls.gams]
        cls.tenant = Tenant.objects.create(name="Tenant", slug="tenant")
        cls.subscribers = [builders.subscriber(number, tenant=cls.tenant, gam=cls.gams[number - 1]) for number in (1, 2)]
        cls.plain_device = builders.device(9)
        cls.endpoint = builders.endpoint(1, gam=cls.gams[0])
        factories.device_state(cls.gams[0], uptime_seconds=5_000_000_000)
        factories.endpoint_state(cls.endpoint, gam=cls.gams[0])

    def ask(self, query: str) -> Any:
        response = self.client.post(reverse("graphql"), {"query": query}, format="json", **self.header)
        self.assertHttpStatus(response, 200)
        self.assertNotIn("errors", response.json())
        return response.json()["data"]

    def test_gam_device_of_a_device(self) -> None:
        permit(self.user, Device, "view")
        query = "{device_list{name gam_device{hardware_model display}}}"
        self.assertEqual(
            {row["name"]: row["gam_device"] for row in self.ask(query)["device_list"]}, dict.fromkeys(("gam-1", "gam-2", "gam-9"))
        )
        permit(self.user, models.GamDevice, "view", constraints={"pk": self.gams[0].pk})
        self.assertEqual(
            {row["name"]: row["gam_device"] for row in self.ask(query)["device_list"]},
            {"gam-1": {"hardware_model": "GAM-12-M", "display": "gam-1"}, "gam-2": None, "gam-9": None},
        )
        one = self.ask(f"{{device(id: {self.gams[1].device_id}){{gam_device{{id}}}}}}")
        self.assertIsNone(one["device"]["gam_device"])

    def test_gam_port_of_an_interface(self) -> None:
        permit(self.user, Interface, "view")
        query = '{interface_list(filters: {name: {exact: "G.hn 1/1"}}){id gam_port{number medium display}}}'
        self.assertEqual([row["gam_port"] for row in self.ask(query)["interface_list"]], [None, None, None])
        permit(self.user, models.GamPort, "view", constraints={"gam": self.gams[1].pk})
        self.assertEqual(
            {row["id"]: row["gam_port"] for row in self.ask(query)["interface_list"]},
            {
                str(self.ports[0].interface_id): None,
                str(self.plain_device.interfaces.get(name="G.hn 1/1").pk): None,
                str(self.ports[1].interface_id): {"number": 1, "medium": "mimo", "display": "gam-2 G.hn 1/1"},
            },
        )

    def test_gam_subscribers_of_a_tenant(self) -> None:
        permit(self.user, Tenant, "view")
        query = "{tenant_list{name gam_subscribers{name status gam{display}}}}"
        self.assertEqual(self.ask(query)["tenant_list"], [{"name": "Tenant", "gam_subscribers": []}])
        permit(self.user, models.Subscriber, "view", constraints={"name": "sub-2"})
        # The GAM needs a permission of its own.
        expected = {"name": "sub-2", "status": "pending", "gam": None}
        self.assertEqual(self.ask(query)["tenant_list"][0]["gam_subscribers"], [expected])
        permit(self.user, models.GamDevice, "view")
        expected["gam"] = {"display": "gam-2"}
        self.assertEqual(self.ask(query)["tenant_list"][0]["gam_subscribers"], [expected])

    def test_extensions_go_both_ways(self) -> None:
        for model in (Device, Interface, Tenant, models.GamDevice, models.GamPort, models.Subscriber):
            permit(self.user, model, "view")
        query = "{device_list{name gam_device{subscribers{name tenant{gam_subscribers{name}}} device{gam_device{id}}}}}"
        rows = {row["name"]: row["gam_device"] for row in self.ask(query)["device_list"]}
        self.assertEqual(rows["gam-1"]["device"]["gam_device"]["id"], str(self.gams[0].pk))
        self.assertEqual(
            rows["gam-1"]["subscribers"], [{"name": "sub-1", "tenant": {"gam_subscribers": [{"name": "sub-1"}, {"name": "sub-2"}]}}]
        )

    def test_relations_are_restricted(self) -> None:
        permit(self.user, models.GamDevice, "view", constraints={"pk": self.gams[0].pk})
        query = """{gam_device_list{id display device{name} ports{number} endpoints{name} subscribers{name}
                    observed{firmware uptime_seconds}}}"""
        self.assertEqual(
            self.ask(query)["gam_device_list"],
            [
                {
                    "id": str(self.gams[0].pk),
                    "display": "gam-1",
                    "device": None,
                    "ports": [],
                    "endpoints": [],
                    "subscribers": [],
                    "observed": {"firmware": "GAM-12/24-C_1.8.1", "uptime_seconds": 5_000_000_000},
                }
            ],
        )
        permit(self.user, models.Subscriber, "view", constraints={"name": "sub-2"})
        self.assertEqual(self.ask(query)["gam_device_list"][0]["subscribers"], [])
        permit(self.user, models.Subscriber, "view")
        self.assertEqual(self.ask(query)["gam_device_list"][0]["subscribers"], [{"name": "sub-1"}])

    def test_observed_state_has_no_way_in_of_its_own(self) -> None:
        query = "{__schema{queryType{fields{name}}}}"
        names = {field["name"] for field in self.ask(query)["__schema"]["queryType"]["fields"]}
        self.assertLess({"gam_device", "gam_device_list", "endpoint", "endpoint_list"}, names)
        self.assertEqual({name for name in names if "state" in name or "sample" in name or "billed" in name}, set())

    def test_nothing_without_permission(self) -> None:
        for name in ("gam_device", "gam_port", "endpoint", "subscriber"):
            with self.subTest(name):
                self.assertEqual(self.ask(f"{{{name}_list{{id display}}}}")[f"{name}_list"], [])

    def test_observed_endpoint(self) -> None:
        permit(self.user, models.Endpoint, "view")
        rows = self.ask("{endpoint_list{display mac_address gam{id} observed{state detected_port rx_phy_mbps}}}")["endpoint_list"]
        self.assertEqual(
            rows,
            [
                {
                    "display": "ep-1 (00:0E:D8:00:00:01)",
                    "mac_address": "00:0E:D8:00:00:01",
                    "gam": None,
                    "observed": [{"state": "ok", "detected_port": 1, "rx_phy_mbps": 812}],
                }
            ],
        )
