"""Approval, windows, schedules and expiry of change plans that wait, up to where a shelf would be spoken to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.test import TestCase
from django.utils import timezone

from netbox_gam.exceptions import InvalidState, NeedsApproval, NotAllowed, OutsideWindow
from netbox_gam.models import Alarm, ChangePlan
from netbox_gam.workflows import alarms, approval, intent, provisioning, replanning, waiting_plans, windows
from tests.netbox_gam import factories

NIGHT = datetime(2026, 7, 4, 2, 0, tzinfo=UTC)
NOON = datetime(2026, 7, 4, 12, 0, tzinfo=UTC)


class ApprovalTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        users = get_user_model().objects
        cls.asks, cls.looks = (users.create(username=name, is_superuser=True) for name in ("asks", "looks"))

    def at(self, moment: datetime):
        return self.enterContext(patch("django.utils.timezone.now", return_value=moment))

    def plan(self, **values) -> ChangePlan:
        return factories.change_plan(**{"requested_by": self.asks, **values})

    def test_a_second_person_approves_exactly_what_is_stored(self) -> None:
        factories.approval_rule(name="four eyes")
        plan = self.plan()
        with self.assertRaisesMessage(NeedsApproval, "needs a second person: four eyes"):
            approval.check(plan)
        with self.assertRaisesMessage(NotAllowed, "asked for"):
            approval.approve([plan], user=self.asks)
        self.assertEqual(approval.approve([plan], user=self.looks), 1)
        plan.refresh_from_db()
        self.assertEqual((plan.approved_by, plan.approved_digest), (self.looks, approval.digest(plan)))
        approval.check(plan)
        plan.steps.update(sends=["configure terminal", "no subscriber sub-1", "end"])
        with self.assertRaisesMessage(NeedsApproval, "is not what looks approved"):
            approval.check(plan)

    def test_applying_refuses_and_sends_nothing(self) -> None:
        factories.approval_rule()
        plan = self.plan()
        with patch("netbox_gam.gateway.apply") as apply, self.assertRaises(NeedsApproval):
            provisioning.apply_plan(plan, user=self.asks)
        self.assertEqual([call.args[0] for call in apply.call_args_list], [[]])
        plan.refresh_from_db()
        self.assertEqual(plan.status, "planned")

    def test_what_is_applied_by_itself_waits_for_the_second_person(self) -> None:
        factories.approval_rule()
        plan = self.plan()
        self.assertEqual(provisioning.plan_and_apply(plan.gam, lambda: plan, user=self.asks).status, "planned")

    def test_a_batch_counts_as_a_whole(self) -> None:
        factories.approval_rule(min_gams=2)
        batch = factories.change_batch(plans=2)
        for plan in batch.change_plans.all():
            self.assertTrue(approval.demands_of(plan).second_person)
        self.assertFalse(approval.demands_of(self.plan()).second_person)

    def test_a_rule_of_another_site_or_switched_off_says_nothing(self) -> None:
        elsewhere = factories.approval_rule()
        elsewhere.sites.add(factories.site("elsewhere"))
        factories.approval_rule(enabled=False)
        approval.check(self.plan())

    def test_a_plan_that_needs_a_window_waits_for_it(self) -> None:
        factories.approval_rule(name="by night", second_person=False, needs_window=True)
        plan = self.plan()
        self.at(NOON)
        with self.assertRaisesMessage(OutsideWindow, "there is none"):
            approval.check(plan)
        factories.maintenance_window()
        with self.assertRaisesMessage(OutsideWindow, "opens 2026-07-05 01:00 UTC"):
            approval.check(plan)
        self.at(NIGHT)
        approval.check(plan)

    def test_only_what_waits_can_be_approved(self) -> None:
        with self.assertRaises(InvalidState):
            approval.approve([self.plan(status="stale")], user=self.looks)

    def test_a_plan_made_again_is_not_approved(self) -> None:
        plan = self.plan()
        approval.approve([plan], user=self.looks)
        again = self.plan()
        intent.hand_over(plan, again)
        self.assertFalse(approval.is_approved(again))

    def test_scheduled_for_the_next_window_and_taken_once(self) -> None:
        factories.maintenance_window(opens="23:00", closes="01:00", time_zone="Europe/Berlin", days=["sat"])
        plan = self.plan()
        self.at(NOON)
        at = waiting_plans.schedule([plan], user=self.asks)
        self.assertEqual(at, datetime(2026, 7, 4, 21, 0, tzinfo=UTC))
        self.assertEqual(waiting_plans.take_due(NOON + timedelta(hours=8)), [])
        self.assertEqual(waiting_plans.take_due(at), [plan])
        self.assertEqual(waiting_plans.take_due(at), [])
        self.assertEqual(windows.next_for([plan.gam], at + timedelta(minutes=5)), at + timedelta(minutes=5))

    def test_due_plans_start_as_who_scheduled_them_those_of_a_batch_together(self) -> None:
        from core.models import Job

        from netbox_gam import jobs

        batch = factories.change_batch(plans=3)
        chosen, alone = list(batch.change_plans.all())[:2], self.plan()
        at = timezone.now() + timedelta(minutes=1)
        waiting_plans.schedule([*chosen, alone], user=self.asks, at=at)
        ChangePlan.objects.exclude(scheduled_for=None).update(scheduled_for=timezone.now())
        self.assertEqual(jobs.start_due_plans(), 3)
        self.assertEqual(
            set(Job.objects.values_list("name", "user__username")), {("Apply change plan", "asks"), ("Apply batch", "asks")}
        )

    def test_plans_that_waited_too_long_give_back_what_they_changed(self) -> None:
        subscriber = factories.subscriber(full_name="After")
        sides = {"before": {"full_name": "Before"}, "after": {"full_name": "After"}}
        entry = {"model": "subscriber", "pk": subscriber.pk, "name": "x", **sides}
        old, later, young = self.plan(intent=[entry]), self.plan(scheduled_for=timezone.now() + timedelta(days=1)), self.plan()
        ChangePlan.objects.filter(pk__in=[old.pk, later.pk]).update(created=timezone.now() - timedelta(days=8))
        self.assertEqual(waiting_plans.expire(), 1)
        subscriber.refresh_from_db()
        statuses = [ChangePlan.objects.get(pk=plan.pk).status for plan in (old, later, young)]
        self.assertEqual((statuses, subscriber.full_name), (["expired", "planned", "planned"], "Before"))
        self.assertIn("expired", replanning.ENDED_IN_NOTHING)

    def test_only_a_release_frees_a_gam_that_needs_attention(self) -> None:
        plan = self.plan(status="needs_attention")
        alarms.raise_alarm(
            plan.gam, key=f"change-plan:{plan.pk}", condition="needs attention", severity="cr", source="provisioning"
        )
        with self.assertRaisesMessage(InvalidState, "part of it may be on the shelf"):
            provisioning.cancel(plan, user=self.looks)
        with self.assertRaises(InvalidState):
            provisioning.release(self.plan(), user=self.looks)
        provisioning.release(plan, user=self.looks)
        self.assertEqual((plan.status, Alarm.objects.get(gam=plan.gam).state), ("cancelled", "cleared"))
