"""Lists: every column sorts and renders, and more rows do not cost more queries."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from utilities.testing import TableTestCases, TestCase

from netbox_gam import models, tables, views

from . import factories


class GamTableCases:
    """Inside a class, so that the runner does not take the base for a test."""

    class GamTableTestCase(TableTestCases.StandardTableTestCase):
        """As core's, with the rows the list view shows, whose counts depend on who looks."""

        @classmethod
        def get_queryset_sources(cls):
            request = RequestFactory().get("/")
            request.user = AnonymousUser()
            sources = [
                (name, view().get_queryset(request))
                for name, view in vars(views).items()
                if isinstance(view, type) and cls.is_queryset_source_view(view)
            ]
            assert sources, f"{cls.table.__name__} is on no list"
            return sources


class EmptyTableTests(TestCase):
    def test_an_empty_list_says_what_to_do_next(self):
        lists = {table for name, table in vars(tables).items() if name.endswith("Table")}
        self.assertTrue(lists)
        # NetBox writes "No … found" where a table has no words of its own.
        silent = [table.__name__ for table in lists if "empty_text" not in vars(table.Meta)]
        self.assertEqual(silent, [])


class AlarmRuleTableTest(GamTableCases.GamTableTestCase):
    table = tables.AlarmRuleTable


class FindingRuleTableTest(GamTableCases.GamTableTestCase):
    table = tables.FindingRuleTable


class MailGroupTableTest(GamTableCases.GamTableTestCase):
    table = tables.MailGroupTable


class AlarmTableTest(GamTableCases.GamTableTestCase):
    table = tables.AlarmTable


class ArrivalTableTest(GamTableCases.GamTableTestCase):
    table = tables.ArrivalTable


class DriftTableTest(GamTableCases.GamTableTestCase):
    table = tables.DriftTable


class BandwidthPlanTableTest(GamTableCases.GamTableTestCase):
    table = tables.BandwidthPlanTable


class BilledServiceTableTest(TableTestCases.StandardTableTestCase):
    table = tables.BilledServiceTable
    queryset_sources = (("services of a billing system", models.BilledService.objects.all()),)


class BillingLinkTableTest(GamTableCases.GamTableTestCase):
    table = tables.BillingLinkTable


class BillingPlanTableTest(GamTableCases.GamTableTestCase):
    table = tables.BillingPlanTable


class BillingSystemTableTest(GamTableCases.GamTableTestCase):
    table = tables.BillingSystemTable


class ChangeBatchTableTest(GamTableCases.GamTableTestCase):
    table = tables.ChangeBatchTable


class ChangePlanTableTest(GamTableCases.GamTableTestCase):
    table = tables.ChangePlanTable


class ChangeStepTableTest(GamTableCases.GamTableTestCase):
    table = tables.ChangeStepTable


class CredentialProfileTableTest(GamTableCases.GamTableTestCase):
    table = tables.CredentialProfileTable


class EndpointTableTest(GamTableCases.GamTableTestCase):
    table = tables.EndpointTable


class FindingTableTest(GamTableCases.GamTableTestCase):
    table = tables.FindingTable


class GamDeviceTableTest(GamTableCases.GamTableTestCase):
    table = tables.GamDeviceTable


class GamPortTableTest(GamTableCases.GamTableTestCase):
    table = tables.GamPortTable


class SnmpProfileTableTest(GamTableCases.GamTableTestCase):
    table = tables.SnmpProfileTable


class SubscriberTableTest(GamTableCases.GamTableTestCase):
    table = tables.SubscriberTable


class SyncRunTableTest(GamTableCases.GamTableTestCase):
    table = tables.SyncRunTable


class BillingWriteTableTest(GamTableCases.GamTableTestCase):
    table = tables.BillingWriteTable


class VlanPoolTableTest(GamTableCases.GamTableTestCase):
    table = tables.VlanPoolTable


def served(gam, index):
    """A subscriber with an endpoint that was read, on a port of its own."""
    port = factories.port(gam, index)
    factories.port_state(port)
    endpoint = factories.endpoint(port)
    factories.endpoint_state(endpoint)
    subscriber = factories.subscriber(endpoint, vlan=factories.vlan(), bandwidth_plan=factories.plan())
    factories.finding(endpoint=endpoint, subscriber=subscriber)
    factories.alarm(gam, endpoint=endpoint)
    factories.billing_link(subscriber=subscriber)
    plan = factories.change_plan(gam, batch=factories.change_batch(plans=0))
    factories.billing_write(subscriber=subscriber)
    plan = factories.change_plan(gam)
    plan.subscribers.add(subscriber)


class ListQueriesTest(TestCase):
    """All columns shown, a list of many rows takes as many queries as one of few."""

    MODELS = (
        "alarm",
        "bandwidthplan",
        "billinglink",
        "billingplan",
        "billingsystem",
        "changebatch",
        "billingwrite",
        "changeplan",
        "changestep",
        "endpoint",
        "finding",
        "gamdevice",
        "gamport",
        "subscriber",
        "syncrun",
    )

    def setUp(self):
        super().setUp()
        self.user.is_superuser = True
        self.user.save()

    def grow(self, count):
        for _ in range(count):
            gam = factories.gam(credential_profile=factories.credential_profile(), vlan_pool=factories.pool())
            factories.device_state(gam)
            for index in (1, 2):
                served(gam, index)
            factories.sync_run(models.BillingSystem.objects.last())

    def queries(self, model):
        table = getattr(tables, f"{next(m.__name__ for m in self.classes() if m._meta.model_name == model)}Table")
        columns = ",".join(table.base_columns)
        url = f"{reverse(f'plugins:netbox_gam:{model}_list')}?include_columns={columns}&per_page=100"
        with CaptureQueriesContext(
            connection,
        ) as captured:
            self.assertHttpStatus(self.client.get(url), 200)
        return len(captured)

    @staticmethod
    def classes():
        return [getattr(models, name) for name in models.__all__]

    def test_more_rows_do_not_take_more_queries(self):
        self.grow(1)
        for model in self.MODELS:
            self.queries(model)
        few = {model: self.queries(model) for model in self.MODELS}
        self.grow(3)
        many = {model: self.queries(model) for model in self.MODELS}
        self.assertEqual(few, many)
