"""Billing systems, billing plans, links, runs and findings over REST and GraphQL."""

from __future__ import annotations

from decimal import Decimal

from netbox_gam.credentials import open_secret
from netbox_gam.models import BillingLink, BillingPlan, BillingSystem, BillingWrite, Finding, SyncRun
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.api.cases import RecordTestCases
from tests.netbox_gam.base import PluginAPIViewTestCases


class BillingSystemTest(PluginAPIViewTestCases.APIViewTestCase):
    model = BillingSystem
    brief_fields = ["description", "display", "id", "name", "url"]
    create_data = [
        {"name": "Sonar", "type": "sonar", "server_url": "https://isp.example.net", "auth": "bearer", "token": "t0ken"},
        {
            "name": "Splynx",
            "type": "splynx",
            "server_url": "https://splynx.example.net",
            "auth": "signature",
            "api_key": "key",
            "api_secret": "s3cret",
        },
        {"name": "Other", "type": "sonar", "server_url": "https://o.example.net", "token": "t0ken", "options": {"page_size": 50}},
    ]
    bulk_update_data = {"interval": 30, "enabled": False}
    bulk_update_invalid_data = {"interval": 1}
    # "url" of the API is the object's own address; the server's is checked below.
    validation_excluded_fields = ["token", "api_key", "api_secret", "server_url"]

    @classmethod
    def setUpTestData(cls) -> None:
        for number in (1, 2, 3):
            builders.system(number)

    def test_server_url(self) -> None:
        builders.permit(self.user, BillingSystem, "add", "view")
        response = self.client.post(self._get_list_url(), self.create_data[1], format="json", **self.header)
        self.assertHttpStatus(response, 201)
        system = BillingSystem.objects.get(pk=response.data["id"])
        self.assertEqual((system.url, response.data["server_url"]), ("https://splynx.example.net",) * 2)
        self.assertIn("/billing-systems/", response.data["url"])
        self.assertEqual((open_secret(system.api_key), open_secret(system.api_secret)), ("key", "s3cret"))
        self.assertEqual([response.data[f"has_{name}"] for name in ("token", "api_key", "api_secret")], [False, True, True])

    def test_authentication_must_fit_the_type(self) -> None:
        builders.permit(self.user, BillingSystem, "add")
        response = self.client.post(self._get_list_url(), self.create_data[0] | {"auth": "basic"}, format="json", **self.header)
        self.assertHttpStatus(response, 400)
        self.assertEqual(set(response.data), {"auth"})

    def test_options_must_be_an_object(self) -> None:
        builders.permit(self.user, BillingSystem, "add")
        response = self.client.post(self._get_list_url(), self.create_data[0] | {"options": [1]}, format="json", **self.header)
        self.assertHttpStatus(response, 400)
        self.assertEqual(set(response.data), {"options"})


class BillingPlanTest(PluginAPIViewTestCases.APIViewTestCase):
    model = BillingPlan
    brief_fields = ["description", "display", "external_id", "id", "name", "url"]
    bulk_update_data = {"download_kbps": 5000, "description": "x"}
    bulk_update_invalid_data = {"download_kbps": -1}

    @classmethod
    def setUpTestData(cls) -> None:
        system = builders.system(1)
        for number in (1, 2, 3):
            builders.billing_plan(number, system)
        cls.create_data = [
            {"system": system.pk, "external_id": str(number), "name": f"Tariff {number}", "price": Decimal("19.9000")}
            for number in (4, 5, 6)
        ]
        cls.create_data[0]["bandwidth_plan"] = builders.bandwidth_plan(1).pk

    def test_an_id_is_one_plan(self) -> None:
        builders.permit(self.user, BillingPlan, "add")
        response = self.client.post(self._get_list_url(), self.create_data[0] | {"external_id": "1"}, format="json", **self.header)
        self.assertHttpStatus(response, 400)
        self.assertIn("This billing system already has a plan of that ID.", str(response.data))


class BillingLinkTest(PluginAPIViewTestCases.APIViewTestCase):
    model = BillingLink
    brief_fields = ["description", "display", "entity", "external_id", "id", "system", "url"]
    bulk_update_data = {"match_reason": "manual", "account_id": "77"}
    bulk_update_invalid_data = {"entity": ""}

    @classmethod
    def setUpTestData(cls) -> None:
        system = builders.system(1)
        subscribers = [builders.subscriber(number) for number in (1, 2, 3)]
        for number, subscriber in enumerate(subscribers, start=1):
            builders.billing_link(number, system, subscriber)
        cls.create_data = [
            {"system": system.pk, "entity": "internet_service", "external_id": str(number), "subscriber": subscribers[0].pk}
            for number in (4, 5, 6)
        ]


class SyncRunTest(RecordTestCases.RecordAPITestCase):
    model = SyncRun
    brief_fields = ["description", "display", "id", "started", "status", "system", "url"]
    written_by_plugin = {"status": "failed", "complete": False, "counts": {}}

    @classmethod
    def setUpTestData(cls) -> None:
        system = builders.system(1)
        for number in (1, 2, 3):
            builders.sync_run(number, system)


class BillingWriteTest(RecordTestCases.RecordAPITestCase):
    model = BillingWrite
    brief_fields = ["account_id", "description", "display", "id", "state", "url", "value"]
    written_by_plugin = {"state": "sent", "after": "terminated", "field": "status"}

    @classmethod
    def setUpTestData(cls) -> None:
        system = builders.system(1)
        for number in (1, 2, 3):
            factories.billing_write(system, account_id=str(number))


class FindingTest(RecordTestCases.RecordAPITestCase):
    model = Finding
    brief_fields = ["description", "display", "id", "kind", "state", "title", "url"]
    written_by_plugin = {"state": "ignored", "title": "Nothing", "billing_values": {}}

    @classmethod
    def setUpTestData(cls) -> None:
        system = builders.system(1)
        for number in (1, 2, 3):
            builders.finding(number, system)
