"""Lists cost the same number of queries however long they are."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from utilities.testing import APITestCase

from netbox_gam import models
from tests.netbox_gam.api import builders

MODELS = (
    models.Alarm,
    models.Arrival,
    models.BandwidthPlan,
    models.BillingLink,
    models.BillingPlan,
    models.BillingSystem,
    models.BillingWrite,
    models.ChangeBatch,
    models.ChangePlan,
    models.ChangeStep,
    models.ConfigBackup,
    models.CredentialProfile,
    models.Drift,
    models.Endpoint,
    models.Finding,
    models.GamDevice,
    models.GamPort,
    models.SnmpProfile,
    models.Subscriber,
    models.SuspensionPolicy,
    models.SyncRun,
    models.VlanPool,
)


class QueryCountTest(APITestCase):
    """The same request with two and with five of everything."""

    def setUp(self) -> None:
        super().setUp()
        self.user.is_superuser = True
        self.user.save()
        for number in (1, 2):
            builders.everything(number)

    def queries(self, ask: Any) -> list[str]:
        """The SQL of one request, after one to warm what is cached."""
        ask()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ask()
        # NetBox notes at most once a minute when a token was used last.
        return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith('UPDATE "users_token"')]

    def assert_same(self, requests: dict[str, Any]) -> None:
        """Compare every request before and after there is more of everything."""
        before = {name: self.queries(ask) for name, ask in requests.items()}
        for number in (3, 4, 5):
            builders.everything(number)
        for name, ask in requests.items():
            with self.subTest(name):
                after = self.queries(ask)
                self.assertEqual(len(before[name]), len(after), "\n".join(sql[:200] for sql in after))

    def get(self, model: Any, parameters: str) -> Any:
        url = reverse(f"plugins-api:netbox_gam-api:{model._meta.model_name}-list")

        def ask() -> None:
            response = self.client.get(f"{url}?{parameters}", **self.header)
            self.assertHttpStatus(response, 200)
            self.assertGreaterEqual(len(response.data["results"]), 2)

        return ask

    def test_rest(self) -> None:
        self.assert_same(
            {
                f"{model.__name__} {parameters}": self.get(model, parameters)
                for model in MODELS
                for parameters in ("", "brief=1", "fields=id,display")
            }
        )

    def test_rest_gam_fields_one_by_one(self) -> None:
        names = ("name", "status", "site", "role", "management_address", "observed")
        self.assert_same({name: self.get(models.GamDevice, f"fields={name}") for name in names})

    def test_graphql(self) -> None:
        queries = {
            "gams": "{gam_device_list{id display device{name} observed{reachable} ports{id display} subscribers{name}}}",
            "ports": "{gam_port_list{id display interface{name} gam{id display} endpoints{mac_address}}}",
            "endpoints": "{endpoint_list{id display gam{display} port{display} subscriber{name} observed{state}}}",
            "subscribers": "{subscriber_list{id gam{display} endpoint{display} bandwidth_plan{downstream_rate_mbps} vlan{vid}}}",
            "links": "{billing_link_list{id display system{name} subscriber{name}}}",
            "runs": "{sync_run_list{id display findings{title}}}",
            "findings": "{finding_list{id display system{name} change_plan{display steps{name}}}}",
            "plans": "{change_plan_list{id display gam{display} steps{display} subscribers{name} requested_by{username}}}",
            "batches": "{change_batch_list{id display change_plans{display gam{display}}}}",
            "alarms": "{alarm_list{id display gam{display} endpoint{display}}}",
            "backups": "{configuration_backup_list{id display gam{display} requested_by{username} change_plans{display}}}",
            "drift": "{drift_list{id display gam{display} port{display} change_plan{display}}}",
            "arrivals": "{arrival_list{id display gam{display} endpoint{display} subscriber{name}}}",
            "devices": "{device_list{id gam_device{hardware_model display}}}",
            "interfaces": "{interface_list{id gam_port{number medium display}}}",
        }

        def asking(query: str) -> Any:
            def ask() -> None:
                response = self.client.post(reverse("graphql"), {"query": query}, format="json", **self.header)
                self.assertNotIn("errors", response.json())

            return ask

        self.assert_same({name: asking(query) for name, query in queries.items()})
