"""A change plan that comes to nothing gives NetBox back what it had changed; a newer plan takes an older one's place."""

from __future__ import annotations

from django.db import transaction
from utilities.exceptions import AbortRequest

from netbox_gam.exceptions import InvalidState
from netbox_gam.models import BandwidthPlan, ChangePlan, Subscriber
from netbox_gam.workflows import intent, provisioning, replanning, services

from .town import SSH_SHELF, TownTestCase


class IntentTests(TownTestCase):
    def state(self, subscriber: Subscriber) -> tuple[object, ...]:
        subscriber.refresh_from_db()
        return (subscriber.status, subscriber.endpoint_id, subscriber.vlan_id, subscriber.bandwidth_plan_id)

    def test_cancelling_gives_back_what_activating_changed_and_planning_again_makes_the_same_plan(self) -> None:
        subscriber = self.pending_subscriber(SSH_SHELF, name="new")
        before = self.state(subscriber)
        plan = services.activate(subscriber, user=self.user, bandwidth_plan=BandwidthPlan.objects.get(name="100M"))
        ahead = self.state(subscriber)
        self.assertEqual(intent.waiting_for(subscriber), plan)
        provisioning.cancel(plan, user=self.user)
        self.assertEqual((plan.status, self.state(subscriber)), ("cancelled", before))
        self.assertIsNone(intent.waiting_for(subscriber))
        again = replanning.replan(plan, user=self.user)
        self.assertEqual(self.state(subscriber), ahead)
        lines = [[step.sends for step in item.steps.all()] for item in (plan, again)]
        self.assertEqual(lines[0], lines[1])
        provisioning.apply_plan(again, user=self.user)
        self.assertEqual((again.status, self.state(subscriber)), ("applied", ahead))
        with self.assertRaisesMessage(InvalidState, "nothing to plan again"):
            replanning.replan(again, user=self.user)

    def test_a_plan_that_came_to_nothing_on_the_shelf_gives_back(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        before = self.state(subscriber)
        for fault, status in (
            ({"refuse": {"vid 4094": "Invalid G.hn data VLAN id"}}, "rolled_back"),
            ({"dropped": ["ssh"]}, "failed"),
        ):
            with self.subTest(status):
                plan = services.suspend(subscriber, user=self.user)
                self.break_shelf(SSH_SHELF, **fault)
                provisioning.apply_plan(plan, user=self.user)
                self.assertEqual((plan.status, self.state(subscriber)), (status, before))
                self.break_shelf(SSH_SHELF, refuse={}, dropped=[])
        plan = services.suspend(subscriber, user=self.user)
        self.fleet.call(self.shelf(SSH_SHELF).changed)
        other = Subscriber.objects.filter(gam=plan.gam, status="active").exclude(pk=subscriber.pk)[0]
        provisioning.apply_plan(services.suspend(other, user=self.user), user=self.user)
        provisioning.apply_plan(plan, user=self.user)
        self.assertEqual((plan.status, self.state(subscriber)), ("stale", before))

    def test_what_somebody_changed_in_the_meantime_stays(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        sold, mine = BandwidthPlan.objects.get(name="500M"), BandwidthPlan.objects.get(name="100M")
        plan = services.change_plan(subscriber, sold, user=self.user)
        subscriber.bandwidth_plan = mine
        subscriber.save()
        provisioning.cancel(plan, user=self.user)
        subscriber.refresh_from_db()
        self.assertEqual(subscriber.bandwidth_plan, mine)
        self.assertIn("bandwidth_plan was changed", plan.error)

    def test_what_somebody_changes_while_the_shelf_is_read_is_not_written_over(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        wish = services.wish("suspend", subscriber)
        other = Subscriber.objects.get(pk=subscriber.pk)
        other.phone = "5550199"
        other.save()
        with self.assertRaisesMessage(InvalidState, "was changed while"):
            services.carry_out([wish], user=self.user)
        stored = Subscriber.objects.get(pk=subscriber.pk)
        self.assertEqual((stored.status, stored.phone, ChangePlan.objects.count()), ("active", "5550199", 0))

    def test_a_newer_plan_takes_the_place_of_one_that_waits_and_gives_back_for_both(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        before = self.state(subscriber)
        first = services.suspend(subscriber, user=self.user)
        second = services.change_plan(subscriber, BandwidthPlan.objects.get(name="500M"), user=self.user)
        first.refresh_from_db()
        self.assertEqual((first.status, first.superseded_by), ("superseded", second))
        self.assertEqual(self.state(subscriber)[0], "suspended")
        provisioning.cancel(second, user=self.user)
        self.assertEqual(self.state(subscriber), before)

    def test_changing_back_before_applying_leaves_nothing_to_do(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        first = services.suspend(subscriber, user=self.user)
        second = services.resume(subscriber, user=self.user)
        first.refresh_from_db()
        self.assertEqual((first.status, second.status, second.intent), ("superseded", "nothing_to_do", []))

    def test_two_of_one_gam_are_one_plan_and_one_of_them_alone_has_to_wait(self) -> None:
        pair = list(Subscriber.objects.filter(gam=self.gam(SSH_SHELF), status="active")[:2])
        before = [self.state(item) for item in pair]
        plan = services.carry_out([services.wish("suspend", item) for item in pair], user=self.user)
        self.assertEqual(set(plan.subscribers.all()), set(pair))
        with self.assertRaisesMessage(InvalidState, "together with others"):
            services.resume(pair[0], user=self.user)
        self.assertEqual([self.state(item)[0] for item in pair], ["suspended", "suspended"])
        provisioning.cancel(plan, user=self.user)
        self.assertEqual([self.state(item) for item in pair], before)

    def test_deleting_a_plan_that_waits_drops_it_and_one_that_is_being_written_stays(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        before = self.state(subscriber)
        services.suspend(subscriber, user=self.user).delete()
        self.assertEqual(self.state(subscriber), before)
        plan = services.suspend(subscriber, user=self.user)
        for status in ("applying", "needs_attention"):
            ChangePlan.objects.update(status=status)
            with self.subTest(status), self.assertRaises(AbortRequest), transaction.atomic():
                ChangePlan.objects.filter(pk=plan.pk).delete()

    def test_a_vlan_that_may_have_to_be_given_back_is_nobody_elses(self) -> None:
        first, second = (self.pending_subscriber(SSH_SHELF, name=name) for name in ("one", "two"))
        plan = services.activate(first, user=self.user)
        provisioning.cancel(plan, user=self.user)
        again = services.activate(second, user=self.user)
        self.assertEqual(again.intent[0]["after"]["vlan"], plan.intent[0]["after"]["vlan"], "it was free again")
        with self.assertRaisesMessage(InvalidState, "was given to somebody else"):
            replanning.replan(plan, user=self.user)
        self.assertEqual(self.state(first)[0], "pending")
