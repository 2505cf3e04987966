"""Batches over real shelves: one plan per GAM, read and written at the same time; what fails at one holds up nobody else."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from netbox_gam import jobs
from netbox_gam.exceptions import InvalidState, NotAllowed
from netbox_gam.models import BandwidthPlan, ChangeBatch, ChangePlan, Subscriber
from netbox_gam.workflows import change_batches, journal, outcomes
from nornir_tasks import runner
from nornir_tasks.contracts import Failure, TargetResult
from nornir_tasks.errors import ErrorKind

from .town import COPPER_SHELF, JSONRPC_SHELF, SSH_SHELF, TownTestCase

SHELVES = (SSH_SHELF, COPPER_SHELF, JSONRPC_SHELF)


class BatchTests(TownTestCase):
    def some(self, *shelves: int, each: int = 2) -> list[Subscriber]:
        """Active subscribers of some shelves."""
        return [
            item
            for index in shelves
            for item in Subscriber.objects.filter(gam=self.gam(index), status="active", bandwidth_plan__isnull=False)[:each]
        ]

    def plan(self, subscribers: list[Subscriber], verb: str = "suspend") -> ChangeBatch:
        wishes, problems = change_batches.wishes_of(verb, subscribers)
        return change_batches.plan_batch(wishes, user=self.user, reason=verb, problems=problems)

    def vlans_of(self, subscribers: list[Subscriber]) -> list[int]:
        names = {self.gam(index).pk: index for index in SHELVES}
        return [self.running_subscriber(names[item.gam_id], item.name).vlan for item in subscribers]

    def test_many_subscribers_are_one_plan_per_gam_all_written_verified_and_saved(self) -> None:
        chosen = self.some(*SHELVES)
        batch = self.plan(chosen)
        self.assertEqual((batch.change_plans.count(), batch.problems, self.all_writes()), (3, [], []))
        self.assertEqual({plan.subscribers.count() for plan in batch.change_plans.all()}, {2})
        seen = []
        report = change_batches.apply_batch(batch, user=self.user, on_progress=seen.append)
        self.assertEqual((report.as_dict(), len(seen)), ({"applied": 3, "problems": []}, 3))
        self.assertEqual(set(self.vlans_of(chosen)), {4094})
        for plan in batch.change_plans.all():
            self.assertTrue(plan.verified and plan.saved)
            self.assertEqual([step.sent for step in plan.steps.all()], [step.sends for step in plan.steps.all()])
        self.assertTrue(all(self.is_saved(index) for index in SHELVES))

    def test_entries_that_could_not_be_stored_together_are_stored_one_by_one(self) -> None:
        """As if the database went away in the middle of it: nothing of the first attempt is left, and nothing is missing."""
        chosen, stored, failures = self.some(*SHELVES), [0], [0]
        store, store_one = journal.store, journal._store_one

        def begin(entries: Any) -> None:
            stored[0] = 0
            store(entries)

        def second_one_fails(*entry: Any) -> None:
            store_one(*entry)
            stored[0] += 1
            if stored[0] > 1:
                failures[0] += 1
                raise OperationalError("the connection is gone")

        batch = self.plan(chosen)
        with (
            patch.object(runner, "STORE_SECONDS", 2.0),
            patch.object(journal, "store", begin),
            patch.object(journal, "_store_one", second_one_fails),
        ):
            report = change_batches.apply_batch(batch, user=self.user)
        self.assertEqual(dict(report.counts), {"applied": 3})
        self.assertGreater(failures[0], 0)
        for plan in batch.change_plans.all():
            for step in plan.steps.all():
                self.assertEqual((step.state, step.sent, step.error), ("done", step.sends, ""))
                self.assertTrue(step.started and step.finished and step.started <= step.finished)
        self.assertEqual(set(self.vlans_of(chosen)), {4094})

    def test_what_became_of_several_plans_locks_their_subscribers_in_order_before_it_changes_any(self) -> None:
        """Who plans a batch locks subscribers by key too: in another order the two could wait for each other for ever."""
        chosen = self.some(*SHELVES)
        plans = list(self.plan(chosen).change_plans.order_by("-pk"))
        failed = Failure(ErrorKind.UNREACHABLE, "no answer", "Look.")
        with CaptureQueriesContext(connection) as seen:
            outcomes.store([(plan, TargetResult(str(plan.pk), failure=failed)) for plan in plans])
        about = [query["sql"] for query in seen if '"netbox_gam_subscriber"' in query["sql"].partition("WHERE")[0]]
        self.assertIn("FOR UPDATE", about[0])
        self.assertIn("ORDER BY 1 ASC", about[0])
        self.assertTrue(any(statement.startswith("UPDATE") for statement in about[1:]))
        for item in chosen:
            item.refresh_from_db()
            self.assertEqual(item.status, "active", "given back")

    def test_what_cannot_be_planned_is_named_and_holds_up_nobody_else(self) -> None:
        chosen = self.some(*SHELVES, each=1)
        already = self.some(SSH_SHELF, each=2)[1]
        Subscriber.objects.filter(pk=already.pk).update(status="suspended")
        self.break_shelf(COPPER_SHELF, dropped=["ssh"])
        batch = self.plan([*chosen, already])
        self.assertEqual({plan.gam for plan in batch.change_plans.all()}, {self.gam(SSH_SHELF), self.gam(JSONRPC_SHELF)})
        subjects = [item["subject"] for item in batch.problems]
        self.assertEqual(subjects[0], already.name)
        self.assertIn(self.gam(COPPER_SHELF).device.name, subjects[1])
        self.assertIn(chosen[1].name, subjects[1])
        chosen[1].refresh_from_db()
        self.assertEqual(chosen[1].status, "active", "nothing is half changed")

    def test_one_shelf_that_fails_is_undone_and_the_others_go_on_and_it_is_planned_again(self) -> None:
        chosen = self.some(*SHELVES, each=1)
        before = self.vlans_of(chosen)
        batch = self.plan(chosen)
        self.break_shelf(COPPER_SHELF, refuse={"vid 4094": "Invalid G.hn data VLAN id"})
        report = change_batches.apply_batch(batch, user=self.user)
        self.assertEqual((report.counts["applied"], report.counts["rolled_back"]), (2, 1))
        self.assertEqual(self.vlans_of(chosen), [4094, before[1], 4094])
        with self.assertRaisesMessage(InvalidState, "no plan that waits"):
            change_batches.apply_batch(batch, user=self.user)
        self.break_shelf(COPPER_SHELF, refuse={})
        change_batches.replan_batch(batch, user=self.user)
        self.assertEqual(batch.problems, [])
        change_batches.apply_batch(batch, user=self.user)
        self.assertEqual(set(self.vlans_of(chosen)), {4094})

    def test_a_shelf_changed_by_hand_in_between_is_left_alone(self) -> None:
        chosen = self.some(SSH_SHELF, JSONRPC_SHELF, each=1)
        batch = self.plan(chosen)
        spare = self.fleet.call(lambda: list(self.shelf(SSH_SHELF).running.subscribers)[-1])
        self.fleet.call(lambda: self.shelf(SSH_SHELF).drop("subscriber", spare))
        report = change_batches.apply_batch(batch, user=self.user)
        self.assertEqual((report.counts["applied"], report.counts["stale"]), (1, 1))
        self.assertEqual(self.writes(SSH_SHELF), [])

    def test_cancelling_gives_all_back_and_what_one_may_not_apply_waits(self) -> None:
        chosen = self.some(*SHELVES, each=1)
        batch = self.plan(chosen)

        def may_apply(plan: ChangePlan) -> None:
            raise NotAllowed(f"Not {plan.gam}.")

        report = change_batches.apply_batch(batch, user=self.user, may_apply=may_apply)
        self.assertEqual((len(report.problems), self.all_writes()), (3, []))
        self.assertEqual(change_batches.cancel_batch(batch, user=self.user), 3)
        self.assertEqual({Subscriber.objects.get(pk=item.pk).status for item in chosen}, {"active"})

    def test_a_plans_new_speed_is_one_batch_for_all_who_have_it(self) -> None:
        speed = self.active_subscriber(SSH_SHELF).bandwidth_plan
        served = Subscriber.objects.filter(bandwidth_plan=speed, status__in=("active", "suspended"))
        BandwidthPlan.objects.filter(pk=speed.pk).update(downstream_shelf_mbps=222, upstream_shelf_mbps=111)
        job = jobs.PlanBatchJob.push_plan(self.user, speed)
        wishes, _ = change_batches.wishes_of("plan", served)
        batch = change_batches.plan_batch(wishes, user=self.user, reason="New speed", source="bandwidth_plan")
        self.assertEqual(job.name, "Plan batch")
        self.assertEqual(batch.problems, [])
        self.assertEqual(change_batches.apply_batch(batch, user=self.user).problems, [])
        subscriber = served.filter(gam=self.gam(SSH_SHELF)).first()
        profile = self.running_subscriber(SSH_SHELF, subscriber.name).profile_id
        rates = self.fleet.call(lambda: self.shelf(SSH_SHELF).running.profiles[profile])
        self.assertEqual((rates.ds, rates.us), (222, 111))
        with self.assertRaisesMessage(InvalidState, "Nobody in service"):
            jobs.PlanBatchJob.push_plan(self.user, BandwidthPlan.objects.create(name="new", downstream_kbps=1, upstream_kbps=1))

    def test_two_plans_of_one_gam_are_never_written_at_the_same_time(self) -> None:
        from netbox_gam.workflows import provisioning

        first, second = (self.plan([item]).change_plans.get() for item in self.some(SSH_SHELF))
        refused = provisioning.apply_plans([first, second], user=self.user)
        self.assertEqual((first.status, list(refused)), ("applied", [second.pk]))
        self.assertIn("being written to by another plan", str(refused[second.pk]))
