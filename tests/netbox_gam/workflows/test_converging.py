"""From a difference to a shelf without one: by rules and jobs over SSH and JSON-RPC, and by a held feed released in part."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from core.models import Job
from django.utils import timezone

from netbox_gam import jobs
from netbox_gam.models import BillingSystem, ChangePlan, Finding, HeldService, Subscriber, SyncRun
from netbox_gam.models.decisions import ACCEPTABLE
from netbox_gam.workflows import finding_rules, findings, provisioning, reconciliation, release, rule_guard

from .. import factories
from ..test_jobs import QUEUES, WorkerMixin
from .town import COPPER_SHELF, JSONRPC_SHELF, SHELVES, SSH_SHELF, TownTestCase

OTHER_SHELF = 2


class ConvergingTests(WorkerMixin, TownTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.billing = self.start_billing()
        for _ in range(2):
            self.run_all()

    def run_all(self) -> list[SyncRun]:
        return [reconciliation.reconcile(system, user=self.user).run for system in BillingSystem.objects.order_by("name")]

    def clean(self, index: int) -> list[Subscriber]:
        """Active subscribers of a shelf with whom all is well, those with a limit first."""
        troubled = Finding.objects.exclude(subscriber=None).values("subscriber")
        served = Subscriber.objects.filter(gam=self.gam(index), status="active", bandwidth_plan__isnull=False)
        return list(served.exclude(billing_links=None).exclude(pk__in=troubled).order_by("bandwidth_plan__unthrottled", "name"))

    def number_of(self, subscriber: Subscriber) -> int:
        return int(subscriber.billing_links.get().account_id)

    # ------------------------------------------------------------------------------------------------------------- by rule

    def test_rules_settle_every_kind_that_a_change_can_settle(self) -> None:
        self.plant()
        self.run_all()
        wanted = Counter(self.acceptable().filter(state="open").values_list("kind", flat=True))
        self.assertEqual(set(wanted), set(ACCEPTABLE))
        rule = factories.finding_rule(enabled=True, action="apply", kinds=sorted(ACCEPTABLE), run_limit=1000, hourly_limit=1000)
        finding_rules.confirm(rule, user=self.user)
        self.follow()
        rule.refresh_from_db()
        self.assertIn("it would cut off", rule.held)
        self.assertEqual(self.all_writes(), [])
        rule_guard.release(rule, user=self.user)
        self.follow()
        # Of the other system so many are cut off within an hour; the rest goes on in the next.
        Finding.objects.exclude(taken_up_at=None).update(taken_up_at=timezone.now() - timedelta(minutes=61))
        self.follow()
        self.run_all()
        left = self.acceptable().exclude(state="resolved")
        jobs_failed = Job.objects.filter(name="Accept finding").exclude(status="completed").values_list("data", "error")
        self.assertEqual((list(left.values_list("kind", "title", "state")), list(jobs_failed)), ([], []))
        plans = ChangePlan.objects.filter(findings__followed_rule=rule).distinct()
        self.assertEqual(set(plans.values_list("status", "verified", "saved")), {("applied", True, True)})
        self.assertTrue(all(self.is_saved(index) for index in range(SHELVES)))

    def plant(self) -> None:
        """What somebody did on the shelves behind everybody's back, over both transports."""
        for index, kinds in (
            (SSH_SHELF, "limit vlan"),
            (JSONRPC_SHELF, "live vlan"),
            (COPPER_SHELF, "plan"),
            (OTHER_SHELF, "plan live"),
        ):
            for subscriber, kind in zip(self.clean(index), kinds.split(), strict=False):
                if kind == "limit":
                    self.on_shelf(index, subscriber.name, profile_id=0)
                elif kind == "vlan":
                    self.on_shelf(index, subscriber.name, vlan=self.vlan_of(index, subscriber.name) + 1)
                elif kind == "plan":
                    self.billing.set_person(self.number_of(subscriber), plan=self.other_plan(subscriber))
                else:
                    self.billing.set_person(self.number_of(subscriber), status="suspended")
                    Subscriber.objects.filter(pk=subscriber.pk).update(status="suspended")
            provisioning.read_shelf(self.gam(index))

    def other_plan(self, subscriber: Subscriber) -> str:
        """A plan that the customer does not pay for."""
        has = self.billing.person(self.number_of(subscriber)).plan
        return next(plan.key for plan in self.town.plans if plan.key.startswith("home") and plan.key != has)

    def vlan_of(self, index: int, name: str) -> int:
        return int(self.running_subscriber(index, name).vlan)

    def on_shelf(self, index: int, name: str, **values: Any) -> None:
        """Change a service on the shelf, running and startup."""

        def change() -> None:
            shelf = self.shelf(index)
            for config in (shelf.running, shelf.startup):
                key = next(key for key, item in config.subscribers.items() if item.name == name)
                config.subscribers[key] = replace(config.subscribers[key], **values)

        self.fleet.call(change)

    def acceptable(self) -> Any:
        return Finding.objects.filter(kind__in=ACCEPTABLE)

    def follow(self) -> None:
        """Follow the rules for both systems, and let a worker do what that begins."""
        for system in BillingSystem.objects.order_by("name"):
            with self.captureOnCommitCallbacks(execute=True):
                jobs.follow_rules(system)
            with self.no_request():
                self.run_rq_jobs(*QUEUES)

    # ------------------------------------------------------------------------------------------------------------- in part

    def test_a_held_feed_released_in_part_leaves_the_others_as_they_are(self) -> None:
        system = BillingSystem.objects.get(type="sonar")
        about = Subscriber.objects.filter(status="active", billing_links__system=system).distinct()
        troubled = Finding.objects.exclude(subscriber=None).values("subscriber")
        chosen = list(about.exclude(pk__in=troubled).order_by("name"))
        for subscriber in chosen:
            self.billing.set_person(self.number_of(subscriber), status="suspended")
        run = reconciliation.reconcile(system, user=self.user).run
        self.assertEqual(run.status, "held")
        self.assertEqual(set(HeldService.objects.values_list("subscriber", flat=True)), {item.pk for item in chosen})
        first = next(item for item in chosen if item.gam == self.gam(JSONRPC_SHELF))
        one = HeldService.objects.get(subscriber=first)
        report = release.release_part(run, user=self.user, services=[one.pk])
        self.assertEqual((report.services, report.findings, report.left), (1, 1, []))
        opened = Finding.objects.filter(kind="inactive_on_network", state="open", subscriber__in=chosen)
        self.assertEqual([finding.subscriber for finding in opened], [first])
        self.assertEqual(self.all_writes(), [], "a finding is no change")
        plan = findings.accept(opened.get(), user=self.user)
        provisioning.apply_plan(plan, user=self.user)
        self.assertEqual((plan.status, plan.verified, plan.saved), ("applied", True, True), plan.error)
        self.assertEqual(reconciliation.reconcile(system, user=self.user).run.status, "held")
        others = Subscriber.objects.filter(pk__in=[item.pk for item in chosen if item != first])
        self.assertEqual(set(others.values_list("status", flat=True)), {"active"})
        self.assertFalse(Finding.objects.filter(kind="inactive_on_network", subscriber__in=others).exists())
        self.assertEqual([index for index in range(SHELVES) if self.writes(index)], [JSONRPC_SHELF])
