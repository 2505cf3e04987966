"""Rules: off by default, as their owner and as confirmed, within limits, held by the guard. And findings ignored until a date."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

from core.models import ObjectChange
from django.contrib.auth import get_user_model
from django.test import TestCase
from django.utils import timezone

from netbox_gam.exceptions import InvalidState, NotAllowed, WorkflowError
from netbox_gam.models import BillingLink, Finding, Subscriber
from netbox_gam.workflows import finding_rules, findings
from tests.netbox_gam import factories


class RuleTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        users = get_user_model().objects
        cls.owner = users.create_superuser("owner")
        cls.nobody = users.create_user("nobody")
        cls.system = factories.billing_system()
        cls.gam = factories.gam()

    def findings(self, count: int, **values: Any) -> list[Finding]:
        """Findings, each about an active subscriber of its own."""
        made = []
        for _ in range(count):
            served = factories.endpoint(gam=self.gam)
            subscriber = factories.subscriber(served, status="active", vlan=factories.vlan())
            made.append(factories.finding(self.system, subscriber=subscriber, endpoint=served, first_seen=timezone.now(), **values))
        return made

    def rule(self, *, confirmed: bool = True, **values: Any) -> Any:
        rule = factories.finding_rule(**{"enabled": True, "action": "ignore", "kinds": ["mac_mismatch"], **values})
        if confirmed:
            finding_rules.confirm(rule, user=self.owner)
        return rule

    def states(self) -> list[str]:
        return sorted(Finding.objects.exclude(kind="rule_held").values_list("state", flat=True))

    def test_a_rule_that_is_off_or_that_nobody_confirmed_does_nothing(self) -> None:
        self.findings(2, kind="mac_mismatch")
        self.rule(enabled=False)
        self.assertEqual(finding_rules.follow_rules(self.system).ignored, 0)
        self.rule(confirmed=False)
        report = finding_rules.follow_rules(self.system)
        self.assertEqual((report.ignored, len(report.problems)), (0, 1))
        self.assertEqual(self.states(), ["open", "open"])

    def test_it_ignores_in_its_owners_name_within_its_limits(self) -> None:
        self.findings(5, kind="mac_mismatch")
        rule = self.rule(run_limit=2, hourly_limit=3)
        report = finding_rules.follow_rules(self.system)
        self.assertEqual((report.ignored, report.waiting), (2, 3))
        self.assertEqual(finding_rules.follow_rules(self.system).ignored, 1)
        self.assertEqual(finding_rules.follow_rules(self.system).ignored, 0)
        decided = Finding.objects.filter(followed_rule=rule)
        self.assertEqual(decided.count(), 3)
        changes = ObjectChange.objects.filter(changed_object_id=decided[0].pk, changed_object_type__model="finding")
        self.assertEqual(changes.get().user_name, "owner")

    def test_a_rule_that_was_changed_acts_for_nobody(self) -> None:
        self.findings(1, kind="plan_mismatch")
        rule = self.rule()
        rule.kinds = ["mac_mismatch", "plan_mismatch"]
        rule.save()
        self.assertEqual(finding_rules.follow_rules(self.system).ignored, 0)

    def test_an_owner_who_may_not_decide_any_more_decides_nothing(self) -> None:
        self.findings(1, kind="mac_mismatch")
        rule = self.rule()
        rule.acts_as = self.nobody
        rule.save()
        report = finding_rules.follow_rules(self.system)
        self.assertEqual(report.ignored, 0)
        self.assertIn("may not decide", report.problems[0])
        with self.assertRaises(NotAllowed):
            finding_rules.confirm(rule, user=self.nobody)

    def test_the_scope_and_the_first_rule_by_name_count(self) -> None:
        self.findings(1, kind="mac_mismatch")
        elsewhere = self.rule(name="A elsewhere", confirmed=False)
        elsewhere.sites.add(factories.site("elsewhere"))
        finding_rules.confirm(elsewhere, user=self.owner)
        here = self.rule(name="B here")
        finding_rules.follow_rules(self.system)
        self.assertEqual(Finding.objects.get().followed_rule, here)

    def test_accepting_is_planned_or_applied_as_the_rule_says_and_its_owner_may(self) -> None:
        self.findings(1, kind="plan_mismatch")
        with patch.object(findings, "accept") as accept, patch.object(finding_rules.provisioning, "plan_and_apply") as apply:
            unconfirmed = self.rule(action="apply", kinds=["plan_mismatch"], confirmed=False)
            self.assertEqual(finding_rules.follow_rules(self.system, user=self.owner).planned, 1)
            apply.assert_not_called()
            finding_rules.confirm(unconfirmed, user=self.owner)
            self.assertEqual(finding_rules.follow_rules(self.system).applied, 1)
            self.assertEqual(apply.call_args.kwargs["user"], self.owner)
            accept.assert_called_once()

    def test_a_mass_of_cut_offs_is_held_until_a_person_releases_exactly_those(self) -> None:
        held = self.findings(6, kind="inactive_on_network")
        rule = self.rule(action="plan", kinds=["inactive_on_network"])
        with patch.object(findings, "accept") as accept:
            for _ in range(2):
                report = finding_rules.follow_rules(self.system)
                self.assertEqual(len(report.held), 1)
            accept.assert_not_called()
            said = Finding.objects.get(kind="rule_held")
            self.assertEqual(said.state, "open")
            self.assertIn("6 of 6 active subscribers", said.title)
            rule.refresh_from_db()
            with self.assertRaises(NotAllowed):
                finding_rules.release(rule, user=self.nobody)
            self.assertEqual(finding_rules.release(rule, user=self.owner), 6)
            self.assertEqual(finding_rules.follow_rules(self.system).planned, 6)
            self.assertEqual({call.args[0] for call in accept.call_args_list}, set(held))
            said.refresh_from_db()
            self.assertEqual(said.state, "resolved")
            with self.assertRaises(InvalidState):
                finding_rules.release(rule, user=self.owner)
            self.findings(6, kind="inactive_on_network")
            self.assertEqual(len(finding_rules.follow_rules(self.system).held), 1, "others are judged anew")

    def test_switching_a_held_rule_off_settles_its_finding(self) -> None:
        self.findings(6, kind="inactive_on_network")
        rule = self.rule(action="plan", kinds=["inactive_on_network"])
        finding_rules.follow_rules(self.system)
        rule.refresh_from_db()
        rule.enabled = False
        rule.save()
        finding_rules.follow_rules(self.system)
        self.assertEqual(Finding.objects.get(kind="rule_held").state, "resolved")

    def test_a_preview_says_what_and_how_many_and_changes_nothing(self) -> None:
        self.findings(7, kind="inactive_on_network")
        self.findings(1, kind="plan_mismatch", state="resolved")
        factories.finding(self.system, kind="plan_mismatch", first_seen=timezone.now() - timedelta(days=40))
        rule = factories.finding_rule(kinds=["inactive_on_network", "plan_mismatch"])
        found = finding_rules.preview(rule)
        self.assertEqual((found.count, found.cut_offs, found.busiest_day), (8, 7, 8))
        self.assertIn("7 of 8", found.hold)
        self.assertEqual(self.states().count("open"), 8)

    def test_ignored_until_a_date_and_not_a_day_longer(self) -> None:
        (finding,) = self.findings(1, kind="mac_mismatch")
        with self.assertRaises(WorkflowError):
            findings.ignore(finding, user=self.owner, until=timezone.now() - timedelta(hours=1))
        findings.ignore(finding, user=self.owner, until=timezone.now() + timedelta(days=1))
        self.assertEqual(findings.reopen_ignored(), 0)
        Finding.objects.update(ignored_until=timezone.now() - timedelta(minutes=1))
        self.assertEqual(findings.reopen_ignored(), 1)
        finding.refresh_from_db()
        self.assertEqual((finding.state, finding.ignored_until, finding.decided), ("open", None, None))
        self.assertFalse(BillingLink.objects.exists())
        self.assertEqual(Subscriber.objects.get().status, "active")
