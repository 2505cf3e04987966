"""Rules: off by default, as their owner and as confirmed, within limits, held by the guard. And findings ignored until a date."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

from core.models import ObjectChange
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import TestCase
from django.utils import timezone

from netbox_gam import gateway
from netbox_gam.exceptions import InvalidState, NotAllowed, WorkflowError
from netbox_gam.models import BillingLink, Finding, FindingRule, Subscriber
from netbox_gam.workflows import finding_rules, findings, rule_guard
from tests.netbox_gam import factories


class RuleTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        users = get_user_model().objects
        cls.owner = users.create_superuser("owner")
        cls.nobody = users.create_user("nobody")
        cls.system = factories.billing_system()
        cls.gam = factories.gam()

    def setUp(self) -> None:
        super().setUp()
        self.begun: list[tuple[Any, Finding, Any]] = []

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

    def follow(self, user: Any = None) -> Any:
        """Follow the rules; what is begun is kept, and begun no more than that."""

        def start(rule: Any, finding: Finding, user: Any) -> None:
            self.begun.append((rule, finding, user))

        return finding_rules.follow_rules(self.system, start=start, user=user)

    def states(self) -> list[str]:
        return sorted(Finding.objects.exclude(kind="rule_held").values_list("state", flat=True))

    def test_a_rule_that_is_off_or_that_nobody_confirmed_does_nothing(self) -> None:
        self.findings(2, kind="mac_mismatch")
        self.rule(enabled=False)
        self.assertEqual(self.follow().ignored, 0)
        self.rule(confirmed=False)
        report = self.follow()
        self.assertEqual((report.ignored, len(report.problems)), (0, 1))
        self.assertEqual(self.states(), ["open", "open"])

    def test_it_ignores_in_its_owners_name_within_its_limits(self) -> None:
        self.findings(5, kind="mac_mismatch")
        rule = self.rule(run_limit=2, hourly_limit=3)
        report = self.follow()
        self.assertEqual((report.ignored, report.waiting), (2, 3))
        self.assertEqual(self.follow().ignored, 1)
        self.assertEqual(self.follow().ignored, 0)
        decided = Finding.objects.filter(followed_rule=rule)
        self.assertEqual(decided.count(), 3)
        changes = ObjectChange.objects.filter(changed_object_id=decided[0].pk, changed_object_type__model="finding")
        self.assertEqual(changes.get().user_name, "owner")

    def test_a_rule_that_was_changed_acts_for_nobody(self) -> None:
        self.findings(1, kind="plan_mismatch")
        rule = self.rule()
        rule.kinds = ["mac_mismatch", "plan_mismatch"]
        rule.save()
        self.assertEqual(self.follow().ignored, 0)

    def test_an_owner_who_may_not_decide_any_more_decides_nothing(self) -> None:
        self.findings(1, kind="mac_mismatch")
        rule = self.rule()
        rule.acts_as = self.nobody
        rule.save()
        report = self.follow()
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
        self.follow()
        self.assertEqual(Finding.objects.get().followed_rule, here)

    def test_accepting_is_planned_or_applied_as_the_rule_says_and_its_owner_may(self) -> None:
        (finding,) = self.findings(1, kind="plan_mismatch")
        rule = self.rule(action="apply", kinds=["plan_mismatch"], confirmed=False)
        report = self.follow(self.nobody)
        self.assertEqual((report.planning, report.applying, self.begun), (1, 0, [(rule, finding, self.nobody)]))
        finding_rules.confirm(rule, user=self.owner)
        self.taken_up(16)
        report = self.follow()
        self.assertEqual((report.planning, report.applying, self.begun[1:]), (0, 1, [(rule, finding, self.owner)]))

    def taken_up(self, minutes: int) -> None:
        """What was taken up was so long ago."""
        at = timezone.now() - timedelta(minutes=minutes)
        Finding.objects.exclude(taken_up_at=None).update(taken_up_at=at)

    def test_a_finding_is_taken_up_once_and_again_when_it_is_still_open(self) -> None:
        self.findings(2, kind="plan_mismatch")
        self.findings(1, kind="plan_mismatch", state="ignored")
        self.rule(action="apply", kinds=["plan_mismatch"], hourly_limit=2)
        self.assertEqual([self.follow().applying for _ in range(2)], [2, 0])
        self.taken_up(16)
        self.assertEqual(self.follow().applying, 2, "they count already")

    def test_what_a_rule_does_not_say_any_more_is_not_accepted(self) -> None:
        (finding,) = self.findings(1, kind="plan_mismatch")
        rule = self.rule(action="apply", kinds=["plan_mismatch"])
        other = factories.finding_rule(enabled=True, action="apply", kinds=["vlan_mismatch"])
        off = factories.finding_rule(enabled=False, action="apply", kinds=["plan_mismatch"])
        for stale, user in ((other, self.owner), (off, self.owner), (rule, self.nobody)):
            with self.assertRaises(InvalidState):
                finding_rules.accept(finding, stale, user=user)
        rule.acts_as = self.nobody
        rule.save()
        with self.assertRaises(NotAllowed):
            finding_rules.accept(finding, rule, user=self.nobody)
        with patch.object(findings, "accept") as accept:
            finding_rules.confirm(rule, user=self.owner)
            finding_rules.accept(finding, rule, user=self.owner)
        accept.assert_called_once_with(finding, user=self.owner, rule=rule)

    def test_of_cut_offs_that_come_one_by_one_so_many_go_on_within_an_hour(self) -> None:
        self.assertEqual(gateway.most_cut_offs(0), 5)
        self.rule(name="A", action="apply", kinds=["inactive_on_network"], run_limit=100, hourly_limit=100)
        self.rule(name="B", action="apply", kinds=["live_while_off", "plan_mismatch"], run_limit=100, hourly_limit=100)
        for _ in range(4):
            self.findings(1, kind="inactive_on_network")
            self.findings(1, kind="live_while_off")
            self.follow()
        self.assertEqual(len(self.begun), 5, "both rules together")
        said = Finding.objects.get(kind="rule_held")
        self.assertEqual((said.state, said.system, said.billing_values), ("open", self.system, {"waiting": 3}))
        self.findings(1, kind="plan_mismatch")
        self.assertEqual(self.follow().applying, 1, "what is no cut-off goes on")
        Finding.objects.exclude(taken_up_at=None).update(state="accepted")
        self.taken_up(61)
        self.assertEqual(self.follow().applying, 3)
        said.refresh_from_db()
        self.assertEqual(said.state, "resolved")

    def test_of_many_services_a_tenth_and_at_most_so_many(self) -> None:
        self.assertEqual([gateway.most_cut_offs(count) for count in (10, 50, 100, 200, 10_000)], [5, 5, 10, 20, 25])

    def test_a_mass_of_cut_offs_is_held_until_a_person_releases_exactly_those(self) -> None:
        held = self.findings(6, kind="inactive_on_network")
        rule = self.rule(action="plan", kinds=["inactive_on_network"])
        for _ in range(2):
            self.assertEqual(len(self.follow().held), 1)
        self.assertEqual(self.begun, [])
        said = Finding.objects.get(kind="rule_held")
        self.assertEqual(said.state, "open")
        self.assertIn("6 of 6 active subscribers", said.title)
        rule.refresh_from_db()
        with self.assertRaises(NotAllowed):
            rule_guard.release(rule, user=self.nobody)
        self.assertEqual(rule_guard.release(rule, user=self.owner), 6)
        self.assertEqual(self.follow().planning, 6)
        self.assertEqual({finding for _, finding, _ in self.begun}, set(held))
        said.refresh_from_db()
        self.assertEqual(said.state, "resolved")
        with self.assertRaises(InvalidState):
            rule_guard.release(rule, user=self.owner)
        self.findings(6, kind="inactive_on_network")
        self.assertEqual(len(self.follow().held), 1, "others are judged anew")

    def test_switching_a_held_rule_off_settles_its_finding(self) -> None:
        self.findings(6, kind="inactive_on_network")
        rule = self.rule(action="plan", kinds=["inactive_on_network"])
        self.follow()
        rule.refresh_from_db()
        rule.enabled = False
        rule.save()
        self.follow()
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


class FormerOptionTests(TestCase):
    """What the options ``apply_automatically`` and ``apply_as`` said is said by rules now."""

    def test_it_becomes_a_confirmed_rule_or_one_that_is_off(self) -> None:
        robot = get_user_model().objects.create_superuser("robot")
        kinds = ["plan_mismatch", "inactive_on_network", "typo"]
        here = factories.billing_system(options={"apply_automatically": kinds, "apply_as": "robot", "page_size": 50})
        gone = factories.billing_system(options={"apply_automatically": ["plan_mismatch"], "apply_as": "gone"})
        factories.billing_system(options={"apply_automatically": [], "apply_as": "robot"})
        migration = import_module("netbox_gam.migrations.0022_automatic_is_rules")
        migration.make_rules(apps, None)
        rule = FindingRule.objects.get(system=here)
        rule.full_clean()
        self.assertEqual((rule.enabled, rule.action, rule.acts_as, rule.is_confirmed), (True, "apply", robot, True))
        self.assertEqual(sorted(rule.kinds), ["inactive_on_network", "plan_mismatch"])
        here.refresh_from_db()
        self.assertEqual(here.options, {"page_size": 50})
        off = FindingRule.objects.get(system=gone)
        self.assertEqual((off.enabled, off.acts_as, off.is_confirmed), (False, None, False))
        self.assertEqual(FindingRule.objects.count(), 2)
