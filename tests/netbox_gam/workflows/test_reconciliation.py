"""Reconciliation with the fakes over real HTTP: every planted difference and nothing else; a broken feed concludes nothing."""

from __future__ import annotations

from collections import Counter

from netbox_gam.exceptions import InvalidState, WorkflowError
from netbox_gam.models import BilledService, BillingLink, BillingPlan, BillingSystem, ChangePlan, Finding, Subscriber, SyncRun
from netbox_gam.workflows import findings, provisioning, reconciliation

from .town import TownTestCase

NOBODYS = "endpoint_without_subscriber"


class ReconciliationTests(TownTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.billing = self.start_billing()

    def run_all(self) -> dict[str, reconciliation.ReconciliationReport]:
        return {system.type: reconciliation.reconcile(system, user=self.user) for system in BillingSystem.objects.order_by("name")}

    def snapshot(self) -> Counter[tuple[str, str]]:
        differences = Finding.objects.exclude(kind="source_incomplete")
        return Counter((finding.fingerprint, finding.state) for finding in differences)

    def test_every_planted_difference_is_found_and_nothing_else(self) -> None:
        self.run_all()
        found = Counter((item.system.type if item.system else "", item.kind) for item in Finding.objects.select_related("system"))
        wanted = Counter(("" if item.kind == NOBODYS else item.system, item.kind) for item in self.town.expectations)
        self.assertEqual(found, wanted)

    def test_findings_carry_values_of_each_side_and_where_they_were_read(self) -> None:
        self.run_all()
        for finding in Finding.objects.filter(kind__in=("plan_mismatch", "mac_mismatch", "active_not_on_network")):
            self.assertTrue(finding.billing_values and finding.rule and finding.title and finding.sync_run, finding)
            self.assertTrue(finding.endpoint and finding.actual_values, finding)

    def test_customers_arrive_as_pending_subscribers_without_a_service(self) -> None:
        adopted = Subscriber.objects.count()
        report = self.run_all()
        arrived = Subscriber.objects.filter(status="pending")
        self.assertEqual(arrived.count(), sum(item.arrived for item in report.values()))
        self.assertEqual(Subscriber.objects.count(), adopted + arrived.count())
        self.assertFalse(arrived.exclude(gam=None, endpoint=None, vlan=None).exists())
        self.assertFalse(arrived.filter(billing_links=None).exists())
        self.assertEqual(self.all_writes(), [])

    def test_a_second_run_changes_nothing(self) -> None:
        self.run_all()
        self.run_all()
        state, links, people = self.snapshot(), BillingLink.objects.count(), Subscriber.objects.count()
        changes = self.changes_besides_runs()
        self.run_all()
        self.assertEqual((self.snapshot(), BillingLink.objects.count(), Subscriber.objects.count()), (state, links, people))
        self.assertEqual(self.changes_besides_runs(), changes)

    def changes_besides_runs(self) -> int:
        from core.models import ObjectChange

        return ObjectChange.objects.exclude(changed_object_type__model="syncrun").count()

    def test_a_page_that_fails_in_the_middle_concludes_nothing_from_absence(self) -> None:
        self.run_all()
        before = self.snapshot()
        services = BilledService.objects.count()
        self.billing.set_mode("sonar", failing_page={"collection": "account_services", "page": 1})
        self.billing.set_mode("splynx", failing_page={"collection": "internet-services", "page": 1})
        for system in BillingSystem.objects.all():
            try:
                report = reconciliation.reconcile(system, user=self.user)
            except WorkflowError:
                self.assertEqual(SyncRun.objects.first().status, "failed")
            else:
                self.assertIn(report.run.status, ("incomplete", "failed"))
                self.assertTrue(report.run.problems)
        after = self.snapshot()
        self.assertEqual({key: after[key] for key in before}, before, "nothing is resolved")
        self.assertEqual(BilledService.objects.count(), services, "the last complete snapshot is kept")

    def test_html_instead_of_json_fails_the_run_with_a_next_step(self) -> None:
        self.billing.set_mode("sonar", html=True)
        sonar = BillingSystem.objects.get(type="sonar")
        with self.assertRaisesMessage(WorkflowError, "could not be read"):
            reconciliation.reconcile(sonar, user=self.user)
        run = SyncRun.objects.get(system=sonar)
        self.assertEqual(run.status, "failed")
        self.assertTrue(run.problems)
        self.assertEqual(Finding.objects.get().kind, "source_incomplete")
        self.assertFalse(BillingPlan.objects.exists() or BillingLink.objects.exists())

    def test_an_empty_or_shrunk_feed_is_held_whole(self) -> None:
        self.run_all()
        before, links = self.snapshot(), BillingLink.objects.count()
        for share in (0.0, 0.4):
            self.billing.set_mode("sonar", feed_share=share)
            report = reconciliation.reconcile(BillingSystem.objects.get(type="sonar"), user=self.user)
            self.assertEqual(report.run.status, "held", share)
            self.assertTrue(report.run.problems)
        self.assertEqual((self.snapshot(), BillingLink.objects.count()), (before, links))
        self.assertFalse(ChangePlan.objects.exists())

    def test_a_credential_that_sees_less_than_before_resolves_and_forgets_nothing(self) -> None:
        self.run_all()
        self.run_all()
        before, services = self.snapshot(), BilledService.objects.count()
        self.billing.set_mode("splynx", partner_only=2)
        report = reconciliation.reconcile(BillingSystem.objects.get(type="splynx"), user=self.user)
        after = self.snapshot()
        self.assertEqual({key: after[key] for key in before}, before, report.run.problems)
        self.assertEqual(BilledService.objects.count(), services)

    def test_a_system_nobody_has_read_yet_settles_nothing_for_services_nobody_pays_for(self) -> None:
        self.run_all()
        self.run_all()
        open_ones = Finding.objects.filter(kind=NOBODYS, state="open").count()
        self.assertGreater(open_ones, 0)
        BillingSystem.objects.create(name="New", type="sonar", url="http://127.0.0.1:9", auth="bearer", token="unread")
        self.run_all_but("New")
        self.assertEqual(Finding.objects.filter(kind=NOBODYS, state="open").count(), open_ones)

    def run_all_but(self, name: str) -> None:
        for system in BillingSystem.objects.exclude(name=name).order_by("name"):
            reconciliation.reconcile(system, user=self.user)

    def test_a_difference_that_is_gone_resolves_its_finding_and_one_that_returns_reopens_it(self) -> None:
        self.run_all()
        finding = Finding.objects.filter(kind="inactive_on_network", system__type="sonar").first()
        number = int(finding.external_id.split(".")[0])
        was = self.billing.person(number).status
        self.billing.set_person(number, status="active")
        self.run_all()
        finding.refresh_from_db()
        self.assertEqual(finding.state, "resolved")
        self.billing.set_person(number, status=was)
        self.run_all()
        finding.refresh_from_db()
        self.assertEqual(finding.state, "open")

    def test_a_wrong_token_fails_with_the_kind_and_keeps_the_token_out_of_every_record(self) -> None:
        sonar = BillingSystem.objects.get(type="sonar")
        sonar.token = "canary-token-4711"
        sonar.save()
        with self.assertRaises(WorkflowError) as caught:
            reconciliation.reconcile(sonar, user=self.user)
        run = SyncRun.objects.get(system=sonar)
        self.assertNotIn("canary-token-4711", f"{caught.exception} {run.problems} {run.counts}")
        self.assertIn("auth", str(run.problems))


class DecisionTests(TownTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.billing = self.start_billing()
        for system in BillingSystem.objects.all():
            reconciliation.reconcile(system, user=self.user)

    def test_accepting_each_changeable_kind_converges(self) -> None:
        kinds = ("active_not_on_network", "inactive_on_network", "plan_mismatch")
        for finding in Finding.objects.filter(kind__in=kinds):
            plan = findings.accept(finding, user=self.user)
            self.assertTrue(plan.steps.exists(), finding)
            provisioning.apply_plan(plan, user=self.user)
            self.assertEqual((plan.status, plan.saved), ("applied", True), f"{finding}: {plan.error} {plan.difference}")
        for system in BillingSystem.objects.all():
            reconciliation.reconcile(system, user=self.user)
        self.assertEqual(set(Finding.objects.filter(kind__in=kinds).values_list("state", flat=True)), {"resolved"})

    def test_a_kind_no_change_can_settle_says_where_to_settle_it(self) -> None:
        finding = Finding.objects.filter(kind="mac_mismatch").first()
        with self.assertRaises(InvalidState) as caught:
            findings.accept(finding, user=self.user)
        self.assertIn("billing system", caught.exception.next_step)
        finding.refresh_from_db()
        self.assertEqual(finding.state, "open")

    def test_ignored_stays_ignored_while_it_is_the_same_and_can_be_reopened(self) -> None:
        finding = Finding.objects.filter(kind="inactive_on_network").first()
        findings.ignore(finding, user=self.user, comment="agreed with the customer")
        reconciliation.reconcile(finding.system, user=self.user)
        finding.refresh_from_db()
        self.assertEqual(finding.state, "ignored")
        self.assertIn("agreed with the customer", finding.comments)
        with self.assertRaises(InvalidState):
            findings.accept(finding, user=self.user)
        findings.reopen(finding, user=self.user)
        finding.refresh_from_db()
        self.assertEqual(finding.state, "open")

    def test_accepting_when_the_shelf_cannot_be_read_leaves_the_finding_open(self) -> None:
        finding = Finding.objects.filter(kind="inactive_on_network", subscriber__gam=self.gam(0)).first()
        self.break_shelf(0, dropped=["ssh"])
        with self.assertRaises(WorkflowError):
            findings.accept(finding, user=self.user)
        finding.refresh_from_db()
        self.assertEqual((finding.state, finding.change_plan), ("open", None))
        finding.subscriber.refresh_from_db()
        self.assertEqual(finding.subscriber.status, "active")
