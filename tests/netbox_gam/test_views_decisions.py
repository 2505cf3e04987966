"""Pages of finding rules, of deciding many findings, of a held feed and of revenue."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from utilities.testing import TestCase

from netbox_gam.models import Finding, FindingRule, HeldService

from . import factories
from .view_cases import GamViewTestCases


class FindingRuleViewTest(GamViewTestCases.NamedViewTestCase):
    model = FindingRule

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.finding_rule(name=f"Rule {name}") for name in "ABC")
        system = factories.billing_system(name="Sonar")
        cls.form_data = {
            "name": "Rule X", "enabled": True, "kinds": ["inactive_on_network", "plan_mismatch"], "system": system.pk,
            "action": "plan", "run_limit": 5, "hourly_limit": 7,
        }  # fmt: skip
        cls.bulk_edit_data = {"run_limit": 3, "description": "together"}
        cls.csv_data = (
            "name,kinds,action,system",
            "Rule 1,mac_mismatch,ignore,Sonar",
            'Rule 2,"plan_mismatch,inactive_on_network",plan,',
            "Rule 3,plan_mismatch,,",
        )
        cls.csv_update_data = ("id,run_limit", f"{first.pk},1", f"{second.pk},2", f"{third.pk},3")

    def test_a_kind_no_change_settles_can_only_be_ignored(self):
        self.add_permissions("netbox_gam.add_findingrule")
        page = self.client.post(self._get_url("add"), {**self.form_data, "kinds": ["mac_mismatch"]})
        self.assertContains(page, "can only be ignored")
        self.assertFalse(FindingRule.objects.filter(name="Rule X").exists())

    def test_preview_of_a_form_shows_only_findings_the_user_may_view(self):
        finding = factories.finding(kind="inactive_on_network", first_seen=timezone.now(), title="Ilse does not pay")
        self.add_permissions("netbox_gam.view_findingrule", "netbox_gam.view_billingsystem")
        url = reverse("plugins:netbox_gam:findingrule_try")
        self.assertContains(self.client.post(url, {**self.form_data, "system": ""}), "0 findings")
        self.add_permissions("netbox_gam.view_finding")
        page = self.client.post(url, {**self.form_data, "system": ""})
        self.assertContains(page, finding.title)
        self.assertContains(page, "1 cut-off")

    def test_confirming_needs_its_permission_and_those_of_what_the_rule_does(self):
        rule = factories.finding_rule(action="apply")
        url = reverse("plugins:netbox_gam:findingrule_confirm", kwargs={"pk": rule.pk})
        self.add_permissions("netbox_gam.view_findingrule")
        self.assertHttpStatus(self.client.post(url), 403)
        self.add_permissions("netbox_gam.confirm_findingrule", "netbox_gam.decide_finding")
        self.assertHttpStatus(self.client.post(url), 403)
        self.add_permissions("netbox_gam.apply_changeplan")
        self.assertContains(self.client.post(url, follow=True), "acts in your name now")
        rule.refresh_from_db()
        self.assertEqual((rule.acts_as, rule.is_confirmed), (self.user, True))
        rule.kinds = ["plan_mismatch"]
        rule.save()
        self.assertFalse(rule.is_confirmed)
        self.assertContains(self.client.get(rule.get_absolute_url()), "was changed since")


class DecidingPagesTest(TestCase):
    user_permissions = ("netbox_gam.view_finding", "netbox_gam.decide_finding")

    @classmethod
    def setUpTestData(cls):
        cls.system = factories.billing_system(name="Sonar")
        cls.findings = [factories.finding(cls.system, kind="mac_mismatch") for _ in range(2)]
        gam = factories.gam()
        cls.at_site = factories.finding(None, kind="plan_mismatch", endpoint=factories.endpoint(gam=gam))
        cls.site = gam.device.site

    def url(self, name: str) -> str:
        return reverse(f"plugins:netbox_gam:finding_{name}")

    def test_groups_count_and_lead_to_their_findings(self):
        page = self.client.get(self.url("list"))
        self.assertContains(page, "?kind=mac_mismatch")
        self.assertContains(page, f"?site_id={self.site.pk}")
        self.assertContains(page, f"?system_id={self.system.pk}")
        narrowed = self.client.get(self.url("list"), {"site_id": self.site.pk})
        self.assertContains(narrowed, self.at_site.title)
        self.assertNotContains(narrowed, self.findings[0].title)
        nowhere = self.client.get(self.url("list"), {"site_id": "null"})
        self.assertNotContains(nowhere, self.at_site.title)

    def test_ignoring_many_says_what_became_of_each(self):
        gone = factories.finding(self.system, state="resolved")
        until = timezone.localtime(timezone.now() + timedelta(days=3))
        data = {"pk": [item.pk for item in (*self.findings, gone)], "until": f"{until:%Y-%m-%dT%H:%M}", "comment": "Moving house"}
        page = self.client.post(self.url("bulk_ignore"), data)
        self.assertContains(page, "2 of 3 findings were decided")
        self.assertContains(page, "is resolved already")
        for finding in self.findings:
            finding.refresh_from_db()
            self.assertEqual((finding.state, f"{timezone.localtime(finding.ignored_until):%H:%M}"), ("ignored", f"{until:%H:%M}"))
            self.assertIn("Moving house", finding.comments)
        page = self.client.post(self.url("bulk_reopen"), {"pk": [item.pk for item in self.findings]})
        self.assertContains(page, "2 of 2 findings were decided")
        self.findings[0].refresh_from_db()
        self.assertEqual((self.findings[0].state, self.findings[0].ignored_until), ("open", None))

    def test_a_date_that_is_over_is_refused(self):
        one = self.findings[0]
        url = reverse("plugins:netbox_gam:finding_ignore", kwargs={"pk": one.pk})
        self.assertContains(self.client.get(url), "for as long as their values stay the same")
        self.assertContains(self.client.post(url, {"until": "2020-01-01 00:00"}), "not in the future")
        page = self.client.post(self.url("bulk_ignore"), {"pk": [one.pk], "until": "2020-01-01T00:00"})
        self.assertContains(page, "0 of 1 finding")
        one.refresh_from_db()
        self.assertEqual(one.state, "open")


class HeldPageTest(TestCase):
    user_permissions = ("netbox_gam.view_syncrun", "netbox_gam.view_subscriber")

    def test_the_diff_by_site_and_releasing_a_part_of_it(self):
        run = factories.sync_run(status="held")
        gam = factories.gam()
        subscriber = factories.subscriber(gam=gam, name="sold")
        values = {"entity": "account_service", "external_id": "7.1", "account_id": "7", "name": "Ilse Brandt", "change": "suspend"}
        row = HeldService.objects.create(run=run, subscriber=subscriber, site=gam.device.site, **values)
        url = reverse("plugins:netbox_gam:syncrun_held", kwargs={"pk": run.pk})
        page = self.client.get(url)
        self.assertContains(page, "Ilse Brandt")
        self.assertNotContains(page, "Release Selected")
        part = reverse("plugins:netbox_gam:syncrun_release_part", kwargs={"pk": run.pk})
        self.assertHttpStatus(self.client.post(part, {"pk": row.pk}), 403)
        self.add_permissions("netbox_gam.release_syncrun")
        self.assertContains(self.client.get(url), "Release this site")
        self.assertContains(self.client.post(part, {"pk": row.pk}, follow=True), "Release part of billing feed")


class RevenuePageTest(TestCase):
    user_permissions = ("netbox_gam.view_subscriber", "netbox_gam.view_finding")

    @classmethod
    def setUpTestData(cls):
        gam = factories.gam()
        system = factories.billing_system()
        speed = factories.plan(name="100M")
        factories.billing_plan(system, external_id="31", price="29.90", bandwidth_plan=speed)
        live = factories.endpoint(gam=gam)
        factories.endpoint_state(live)
        values = {"vlan": factories.vlan(), "bandwidth_plan": speed, "status": "active"}
        factories.subscriber(live, name="=unpaid", **values)
        dark = factories.subscriber(factories.endpoint(gam=gam), name="unserved", **values)
        link = factories.billing_link(system, subscriber=dark)
        factories.billed_service(system, external_id=link.external_id, plan_id="31")
        busy = factories.endpoint(gam=gam)
        factories.endpoint_state(busy, rx_usage_mbps=40)
        factories.subscriber(busy, name="suspended", status="suspended")
        factories.finding(system, kind="vlan_mismatch", subscriber=dark, external_id=link.external_id)
        factories.finding(system, kind="speed_on_shelf", subscriber=dark, state="ignored")

    def url(self, **query: str) -> str:
        return reverse("plugins:netbox_gam:revenue", query=query)

    def test_it_takes_all_three_permissions(self):
        self.assertHttpStatus(self.client.get(self.url()), 403)
        self.assertHttpStatus(self.client.get(reverse("plugins-api:netbox_gam-api:revenue")), 403)

    def test_numbers_money_and_lines(self):
        self.add_permissions("netbox_gam.view_billingsystem")
        self.assertContains(self.client.get(self.url()), "29.90 a month")
        self.assertContains(self.client.get(self.url(**{"class": "unpaid"})), "=unpaid")
        answer = self.client.get(reverse("plugins-api:netbox_gam-api:revenue")).json()
        self.assertEqual(answer["counts"], {"unpaid": 1, "unserved": 1, "speed": 0, "vlan": 1, "suspended_traffic": 1})
        self.assertEqual(answer["total_monthly"], 89.7)

    def test_csv_is_no_formula_and_holds_only_what_the_user_may_view(self):
        self.add_permissions("netbox_gam.view_billingsystem")
        text = b"".join(self.client.get(self.url(export="1")).streaming_content).decode()
        self.assertIn("unpaid,'=unpaid,", text)
        self.assertEqual(len(text.splitlines()), 5)
        self.remove_permissions("netbox_gam.view_subscriber")
        self.add_constrained("unserved")
        text = b"".join(self.client.get(self.url(export="1")).streaming_content).decode()
        self.assertEqual({line.split(",")[1] for line in text.splitlines()[1:]}, {"unserved"})
        self.assertContains(self.client.get(self.url()), "shown to those who may view every subscriber")

    def add_constrained(self, name: str) -> None:
        from core.models import ObjectType
        from users.models import ObjectPermission

        from netbox_gam.models import Subscriber

        permission = ObjectPermission.objects.create(name="one", actions=["view"], constraints={"name": name})
        permission.users.add(self.user)
        permission.object_types.add(ObjectType.objects.get_for_model(Subscriber))


class FindingsOfTest(TestCase):
    """What a finding says of its decision."""

    def test_a_finding_says_when_each_side_was_read(self):
        self.add_permissions("netbox_gam.view_finding")
        finding = factories.finding(read_times={"billing": "2026-03-01T12:00:00+00:00"})
        self.assertContains(self.client.get(finding.get_absolute_url()), "2026-03-01 12:00")
        self.assertEqual(Finding.objects.get().read_times, finding.read_times)
