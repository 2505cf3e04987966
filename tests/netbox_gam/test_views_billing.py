"""Pages of billing systems, plans, links, runs and findings."""

from __future__ import annotations

from decimal import Decimal
from unittest.mock import patch

from core.models import Job, ObjectType
from django.urls import reverse
from users.models import ObjectPermission
from utilities.testing import TestCase, disable_warnings, post_data

from netbox_gam.credentials import seal
from netbox_gam.models import BillingCheck, BillingLink, BillingPlan, BillingSystem, BillingWrite, Finding, SyncRun, WriteBackState
from netbox_gam.workflows import connection_check
from nornir_tasks.contracts import CheckState, ConnectionCheck

from . import factories
from .view_cases import GamViewTestCases


class BillingSystemViewTest(GamViewTestCases.NamedViewTestCase):
    model = BillingSystem
    # The form takes and the database holds JSON; core compares text.
    validation_excluded_fields = ("options", "token")

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.billing_system(name=f"System {name}") for name in "ABC")
        cls.form_data = {
            "name": "System X",
            "type": "splynx",
            "url": "https://splynx.example.net",
            "auth": "signature",
            "api_key": "env:GAM_KEY",
            "api_secret": "env:GAM_SECRET",
            "verify_tls": True,
            "enabled": True,
            "interval": 30,
            "full_interval": 600,
            "options": '{"page_size": 50}',
        }
        cls.bulk_edit_data = {"interval": 120, "enabled": False, "description": "together"}
        cls.csv_data = (
            "name,type,url,auth,token,api_key,api_secret,enabled,options",
            'System 1,sonar,https://a.example,bearer,env:GAM_T,,,true,"{""page_size"": 10}"',
            "System 2,sonar,https://b.example,,env:GAM_T,,,,",
            "System 3,splynx,https://c.example,basic,,env:GAM_K,env:GAM_S,false,",
        )
        cls.csv_update_data = ("id,interval", f"{first.pk},10", f"{second.pk},20", f"{third.pk},30")

    def test_options_that_are_no_object_are_refused(self):
        self.add_permissions("netbox_gam.add_billingsystem")
        response = self.client.post(self._get_url("add"), post_data({**self.form_data, "options": "[1]"}))
        self.assertContains(response, "A JSON object is needed.")


class BillingPlanViewTest(GamViewTestCases.NamedViewTestCase):
    model = BillingPlan

    @classmethod
    def setUpTestData(cls):
        system, plan = factories.billing_system(name="Sonar"), factories.plan(name="Fast")
        first, second, third = (factories.billing_plan(system, name=f"Tariff {name}") for name in "ABC")
        cls.form_data = {
            "system": system.pk,
            "external_id": "77",
            "name": "Tariff X",
            "download_kbps": 102_400,
            "upload_kbps": 20_480,
            "price": Decimal("39.90"),
            "bandwidth_plan": plan.pk,
        }
        cls.bulk_edit_data = {"bandwidth_plan": plan.pk, "description": "together"}
        cls.csv_data = (
            "system,external_id,name,download_kbps,upload_kbps,bandwidth_plan",
            "Sonar,1001,Tariff 1,100000,20000,Fast",
            "Sonar,1002,Tariff 2,,,",
            "Sonar,1003,Tariff 3,50000,10000,",
        )
        cls.csv_update_data = ("id,name", f"{first.pk},One", f"{second.pk},Two", f"{third.pk},Three")


class BillingLinkViewTest(GamViewTestCases.NamelessViewTestCase):
    model = BillingLink

    @classmethod
    def setUpTestData(cls):
        system = factories.billing_system(name="Sonar")
        first, second, third = (factories.billing_link(system) for _ in range(3))
        subscriber = factories.subscriber(name="linked")
        cls.form_data = {
            "system": system.pk,
            "entity": "account_service",
            "external_id": "9.9",
            "account_id": "9",
            "subscriber": subscriber.pk,
            "match_reason": "manual",
        }
        cls.bulk_edit_data = {"account_id": "12", "description": "together"}
        cls.csv_data = (
            "system,entity,external_id,subscriber",
            "Sonar,account_service,1000.1,linked",
            "Sonar,account_service,1000.2,linked",
            "Sonar,internet_service,1000.1,linked",
        )
        cls.csv_update_data = ("id,account_id", f"{first.pk},1", f"{second.pk},2", f"{third.pk},3")


class BillingWriteViewTest(GamViewTestCases.RecordViewTestCase):
    model = BillingWrite

    @classmethod
    def setUpTestData(cls):
        for _ in range(3):
            factories.billing_write()


class WriteBackTabTest(TestCase):
    user_permissions = ("netbox_gam.view_billingsystem",)

    def test_says_what_is_never_written_and_shows_the_preview_of_visible_subscribers_only(self):
        system, hidden = factories.billing_system(write_back_fields={"service_state": "4"}), factories.subscriber()
        row = {"account": "1042", "subscriber": hidden.pk, "value": "service_state", "field": "4", "before": "", "after": "pending"}
        preview = {"fields": system.write_back_fields, "writes": 1, "linked": 1, "not_there": 0, "rows": [row]}
        WriteBackState.objects.create(system=system, preview=preview, previewed_at=factories.MOMENT)
        url = reverse("plugins:netbox_gam:billingsystem_write_back", kwargs={"pk": system.pk})
        response = self.client.get(url)
        for text in ("Never a status, a service, an address", "Sonar charges you", "Preview"):
            self.assertContains(response, text)
        for text in ("1042", "Switch on", "Save and preview"):
            self.assertNotContains(response, text)
        self.add_permissions("netbox_gam.view_subscriber", "netbox_gam.write_back_billingsystem")
        response = self.client.get(url)
        for text in ("1042", hidden.name, "Switch on", "Save and preview"):
            self.assertContains(response, text)

    def test_choosing_takes_its_own_permission_for_that_system(self):
        mine, other = factories.billing_system(), factories.billing_system()
        self.add_permissions("netbox_gam.change_billingsystem")
        data = {"do": "preview", "service_state": "4"}
        with disable_warnings("django.request"):
            for system in (mine, other):
                url = reverse("plugins:netbox_gam:billingsystem_choose_write_back", kwargs={"pk": system.pk})
                self.assertEqual(self.client.post(url, data).status_code, 403)
        permission = ObjectPermission.objects.create(name="mine", actions=["write_back"], constraints={"pk": mine.pk})
        permission.users.add(self.user)
        permission.object_types.add(ObjectType.objects.get_for_model(BillingSystem))
        answers = []
        for system in (mine, other):
            url = reverse("plugins:netbox_gam:billingsystem_choose_write_back", kwargs={"pk": system.pk})
            with disable_warnings("django.request"):
                answers.append(self.client.post(url, data).status_code)
        self.assertEqual(answers, [302, 404])
        self.assertEqual([job.name for job in Job.objects.all()], ["Preview writing back"])
        self.assertEqual(BillingSystem.objects.exclude(write_back_fields={}).get(), mine)

    def test_a_wrong_field_is_named(self):
        self.add_permissions("netbox_gam.view_billingsystem", "netbox_gam.write_back_billingsystem")
        system = factories.billing_system()
        url = reverse("plugins:netbox_gam:billingsystem_choose_write_back", kwargs={"pk": system.pk})
        response = self.client.post(url, {"do": "preview", "service_state": "account_status_id"}, follow=True)
        self.assertContains(response, "account_status_id")
        system.refresh_from_db()
        self.assertEqual(system.write_back_fields, {})


class SyncRunViewTest(GamViewTestCases.RecordViewTestCase):
    model = SyncRun

    @classmethod
    def setUpTestData(cls):
        system = factories.billing_system()
        for hour in (1, 2, 3):
            factories.sync_run(system, started=factories.MOMENT.replace(hour=hour))

    def test_page_shows_counts_timings_and_problems(self):
        self.add_permissions("netbox_gam.view_syncrun")
        run = factories.sync_run(problems=["page 7 of accounts: HTTP 500"])
        response = self.client.get(run.get_absolute_url())
        for text in ("Accounts", "12", "1.5 s", "page 7 of accounts: HTTP 500", "2.0 s"):
            self.assertContains(response, text)


class FindingViewTest(GamViewTestCases.RecordViewTestCase):
    model = Finding

    @classmethod
    def setUpTestData(cls):
        system = factories.billing_system()
        for _ in range(3):
            factories.finding(system)

    def test_page_marks_what_differs(self):
        self.add_permissions("netbox_gam.view_finding")
        response = self.client.get(Finding.objects.first().get_absolute_url())
        page = response.content.decode()
        self.assertEqual(page.count("The sides differ"), 2)
        self.assertIn("00:0e:d8:00:00:02", page)


class BillingSystemPageTest(TestCase):
    user_permissions = ("netbox_gam.view_billingsystem",)

    def test_never_reconciled_says_what_to_do(self):
        system = factories.billing_system()
        self.assertContains(self.client.get(system.get_absolute_url()), "Never reconciled. Press Reconcile.")

    def test_last_run_only_for_those_who_may_view_runs(self):
        system = factories.billing_system()
        run = factories.sync_run(system)
        self.assertNotContains(self.client.get(system.get_absolute_url()), run.get_absolute_url())
        self.add_permissions("netbox_gam.view_syncrun")
        self.assertContains(self.client.get(system.get_absolute_url()), run.get_absolute_url())

    def test_services_tab(self):
        service = factories.billed_service(name="Dual Services")
        url = reverse("plugins:netbox_gam:billingsystem_services", kwargs={"pk": service.system.pk})
        self.assertContains(self.client.get(service.system.get_absolute_url()), url)
        response = self.client.get(url)
        self.assertContains(response, "Dual Services")
        self.assertContains(response, service.macs[0])


class ConnectionTabTest(TestCase):
    user_permissions = ("netbox_gam.view_billingsystem",)

    def page(self, system):
        return self.client.get(reverse("plugins:netbox_gam:billingsystem_connection", kwargs={"pk": system.pk}))

    def test_never_checked_says_what_to_do(self):
        self.assertContains(self.page(factories.billing_system()), "Never checked. Press Check Connection")

    def test_what_failed_comes_first_with_what_to_do(self):
        system = factories.billing_system(token=seal("canary"))
        target = "netbox_gam.workflows.connection_check.gateway.check_connection"
        missing = "In Splynx, tick “Inventory: Items (view)” on the API key."
        found = [
            ConnectionCheck("login", CheckState.OK, "the API accepts the key"),
            ConnectionCheck("inventory_items", CheckState.FAILED, "Splynx refused: no permission", missing, ("P3",)),
        ]
        with patch(target, return_value=found):
            data = connection_check.check(system)
            again = connection_check.check(system)
        self.assertEqual(data, again)
        self.assertEqual((data["checks"], data["ok"], data["failed"]), (2, 1, 1))
        self.assertIn(missing, data["problems"][0])
        page = self.page(system).content.decode()
        self.assertLess(page.index("Inventory items"), page.index("the API accepts the key"))
        self.assertIn(missing, page)
        self.assertEqual(BillingCheck.objects.get().worst, "failed")
