"""Provisioning over real SSH and HTTP: what is shown is what is sent, read back and saved; what fails leaves nothing behind."""

from __future__ import annotations

from django.db import connection

from netbox_gam.exceptions import Busy, InvalidState, WorkflowError
from netbox_gam.models import Alarm, BandwidthPlan, ChangePlan, Drift, GamDevice, Subscriber
from netbox_gam.workflows import drift_decisions, provisioning, services
from netbox_gam.workflows.locks import exclusive
from nornir_tasks.contracts import StepEvent
from tests.netbox_gam import factories

from .town import JSONRPC_SHELF, SSH_SHELF, TownTestCase


class ServiceTests(TownTestCase):
    def assert_applied(self, plan: ChangePlan) -> None:
        self.assertEqual((plan.status, plan.verified, plan.saved), ("applied", True, True), f"{plan.error} {plan.difference}")

    def test_a_new_service_is_planned_shown_written_read_back_and_saved(self) -> None:
        for index in (SSH_SHELF, JSONRPC_SHELF):
            with self.subTest(shelf=self.town.shelves[index].name):
                subscriber = self.pending_subscriber(index, name=f"new-{index}")
                speed = BandwidthPlan.objects.get(name="100M")
                plan = services.activate(subscriber, user=self.user, bandwidth_plan=speed)
                self.assertEqual(self.writes(index), [], "planning must send nothing")
                shown = [line for step in plan.steps.all() for line in step.sends]
                self.assertTrue(shown)
                provisioning.apply_plan(plan, user=self.user)
                self.assert_applied(plan)
                subscriber.refresh_from_db()
                row = self.running_subscriber(index, subscriber.name)
                self.assertEqual(row.vlan, subscriber.vlan.vid)
                self.assertEqual(subscriber.status, "active")
                self.assertTrue(self.is_saved(index))
                self.fleet.call(self.shelf(index).reboot)
                self.assertEqual(self.running_subscriber(index, subscriber.name).vlan, subscriber.vlan.vid)

    def test_the_shelf_receives_the_lines_that_were_shown_byte_for_byte(self) -> None:
        subscriber = self.pending_subscriber(SSH_SHELF)
        plan = services.activate(subscriber, user=self.user, bandwidth_plan=BandwidthPlan.objects.get(name="1G"))
        provisioning.apply_plan(plan, user=self.user)
        steps = list(plan.steps.all())
        self.assertEqual(self.writes(SSH_SHELF), [line for step in steps for line in step.sends])
        self.assertEqual([step.sent for step in steps], [step.sends for step in steps])
        self.assertEqual({step.state for step in steps}, {"done"})

    def test_suspending_and_resuming_restores_exactly_what_was(self) -> None:
        for index in (SSH_SHELF, JSONRPC_SHELF):
            with self.subTest(shelf=self.town.shelves[index].name):
                subscriber = self.active_subscriber(index)
                before = self.running_subscriber(index, subscriber.name)
                plan = services.suspend(subscriber, user=self.user)
                self.assert_applied(provisioning.apply_plan(plan, user=self.user))
                self.assertEqual(self.running_subscriber(index, subscriber.name).vlan, 4094)
                subscriber.refresh_from_db()
                plan = services.resume(subscriber, user=self.user)
                self.assert_applied(provisioning.apply_plan(plan, user=self.user))
                self.assertEqual(self.running_subscriber(index, subscriber.name), before)

    def test_changing_the_plan_keeps_the_profile_other_subscribers_share(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        profiles = self.fleet.call(lambda: dict(self.shelf(SSH_SHELF).running.profiles))
        wanted = BandwidthPlan.objects.exclude(pk=subscriber.bandwidth_plan_id).get(name="500M")
        plan = services.change_plan(subscriber, wanted, user=self.user)
        self.assert_applied(provisioning.apply_plan(plan, user=self.user))
        after = self.fleet.call(lambda: dict(self.shelf(SSH_SHELF).running.profiles))
        self.assertEqual({key: after[key] for key in profiles}, profiles)
        profile = after[self.running_subscriber(SSH_SHELF, subscriber.name).profile_id]
        subscriber.refresh_from_db()
        rates = (subscriber.bandwidth_plan.downstream_rate_mbps, subscriber.bandwidth_plan.upstream_rate_mbps)
        self.assertEqual((profile.ds, profile.us), rates)

    def test_terminating_removes_the_service_and_frees_endpoint_and_vlan(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        endpoint = subscriber.endpoint
        plan = services.terminate(subscriber, user=self.user)
        subscriber.refresh_from_db()
        self.assertEqual(subscriber.endpoint, endpoint, "nothing is let go of before the shelf is verified")
        self.assert_applied(provisioning.apply_plan(plan, user=self.user))
        self.assertIsNone(self.running_subscriber(SSH_SHELF, subscriber.name))
        subscriber.refresh_from_db()
        self.assertEqual((subscriber.status, subscriber.endpoint, subscriber.vlan), ("terminated", None, None))

    def test_the_same_again_has_nothing_to_do_and_writes_nothing(self) -> None:
        for subscriber in Subscriber.objects.filter(gam__isnull=False, status="active"):
            plan = services.plan(subscriber, user=self.user)
            self.assertEqual((plan.status, list(plan.steps.all())), ("nothing_to_do", []), subscriber.name)
        self.assertEqual(self.all_writes(), [])


class FallbackTests(TownTestCase):
    """What only JSON-RPC can express: refused with what to do, or written over JSON-RPC where the GAM allows that."""

    def trunk(self) -> Subscriber:
        subscriber = self.active_subscriber(SSH_SHELF)
        Subscriber.objects.filter(pk=subscriber.pk).update(trunk=True)
        subscriber.refresh_from_db()
        return subscriber

    def allow(self, allowed: bool = True) -> None:
        GamDevice.objects.filter(pk=self.gam(SSH_SHELF).pk).update(json_rpc_fallback=allowed)

    def test_it_is_refused_by_name_and_says_what_to_do(self) -> None:
        subscriber = self.trunk()
        with self.assertRaises(WorkflowError) as caught:
            services.suspend(subscriber, user=self.user)
        self.assertIn(f"{subscriber.name} trunk yes: the command line has no words for it", str(caught.exception))
        self.assertIn("let plans of this GAM fall back to JSON-RPC", str(caught.exception))
        self.assertEqual(self.all_writes(), [])

    def test_it_falls_back_says_so_and_the_whole_life_of_the_service_goes_that_way(self) -> None:
        subscriber = self.trunk()
        self.allow()
        for verb, trunk, vlan in (
            ("plan", True, subscriber.vlan.vid),
            ("suspend", False, 4094),
            ("resume", True, subscriber.vlan.vid),
        ):
            plan = services.run(verb, Subscriber.objects.get(pk=subscriber.pk), user=self.user)
            self.assertEqual((plan.transport, plan.status), ("jsonrpc", "planned"))
            self.assertEqual(plan.transport_reason, f"The command line cannot express trunk of {subscriber.name}")
            self.assertTrue(all(line.startswith('{"jsonrpc"') for step in plan.steps.all() for line in step.sends))
            provisioning.apply_plan(plan, user=self.user)
            self.assertEqual((plan.status, plan.verified, plan.saved), ("applied", True, True), f"{plan.error} {plan.difference}")
            row = self.running_subscriber(SSH_SHELF, subscriber.name)
            self.assertEqual((row.trunk, row.vlan), (trunk, vlan))
        drift_decisions.compare(self.gam(SSH_SHELF))
        self.assertFalse(Drift.objects.filter(name=subscriber.name).exclude(state="resolved").exists(), "SSH does not show a trunk")
        other = Subscriber.objects.filter(gam=self.gam(SSH_SHELF), status="active", trunk=False).first()
        self.assertEqual(services.suspend(other, user=self.user).transport, "ssh")

    def test_one_that_cannot_be_reached_is_refused_with_why(self) -> None:
        subscriber = self.trunk()
        self.allow()
        GamDevice.objects.filter(pk=self.gam(SSH_SHELF).pk).update(http_port=1)
        with self.assertRaises(WorkflowError) as caught:
            services.suspend(subscriber, user=self.user)
        self.assertIn("JSON-RPC was tried and failed", str(caught.exception))

    def test_a_plan_is_not_applied_once_the_fallback_is_forbidden(self) -> None:
        subscriber = self.trunk()
        self.allow()
        plan = services.suspend(subscriber, user=self.user)
        self.allow(False)
        with self.assertRaisesMessage(InvalidState, "does not allow that any more"):
            provisioning.apply_plan(ChangePlan.objects.get(pk=plan.pk), user=self.user)
        self.assertEqual(self.all_writes(), [])

    def test_warnings_are_kept_with_the_plan(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        Subscriber.objects.filter(pk=subscriber.pk).update(vlan=factories.vlan(4093))
        plan = services.run("plan", Subscriber.objects.get(pk=subscriber.pk), user=self.user)
        self.assertEqual(
            [(item["subject"], item["field"], item["value"]) for item in plan.warnings], [(subscriber.name, "vlan", "4093")]
        )

    def test_a_vlan_that_no_uplink_carries_is_refused(self) -> None:
        def narrow() -> None:
            for port in self.shelf(SSH_SHELF).running.switchports.values():
                port.mode, port.allowed = "trunk", "3-50"

        self.fleet.call(narrow)
        subscriber = self.active_subscriber(SSH_SHELF)
        Subscriber.objects.filter(pk=subscriber.pk).update(vlan=factories.vlan(3000))
        with self.assertRaisesMessage(WorkflowError, "no uplink carries this VLAN"):
            services.run("plan", Subscriber.objects.get(pk=subscriber.pk), user=self.user)


class FaultTests(TownTestCase):
    """Whatever goes wrong, the shelf ends as it was, or says so loudly."""

    def setUp(self) -> None:
        super().setUp()
        self.subscriber = self.active_subscriber(SSH_SHELF)
        self.before = self.fleet.call(lambda: self.shelf(SSH_SHELF).startup)

    def suspend(self) -> ChangePlan:
        return services.suspend(self.subscriber, user=self.user)

    def assert_untouched(self) -> None:
        self.assertEqual(self.fleet.call(lambda: self.shelf(SSH_SHELF).startup), self.before)
        self.assertEqual(self.fleet.call(lambda: self.shelf(SSH_SHELF).running), self.before)

    def test_a_refused_step_is_rolled_back(self) -> None:
        plan = self.suspend()
        self.break_shelf(SSH_SHELF, refuse={"vid 4094": "Invalid G.hn data VLAN id"})
        provisioning.apply_plan(plan, user=self.user)
        self.assertEqual(plan.status, "rolled_back")
        self.assertIn("Invalid G.hn data VLAN id", plan.error)
        self.assert_untouched()

    def test_a_write_that_is_lost_is_noticed_and_nothing_is_saved(self) -> None:
        plan = self.suspend()
        self.break_shelf(SSH_SHELF, lose=["vid 4094"])
        provisioning.apply_plan(plan, user=self.user)
        self.assertEqual((plan.status, plan.saved), ("rolled_back", False))
        self.assert_untouched()

    def test_a_shelf_that_moved_since_planning_is_left_alone(self) -> None:
        plan = self.suspend()
        other = services.suspend(
            Subscriber.objects.filter(gam=self.gam(SSH_SHELF), status="active").exclude(pk=self.subscriber.pk)[0], user=self.user
        )
        provisioning.apply_plan(other, user=self.user)
        writes = self.writes(SSH_SHELF)
        provisioning.apply_plan(plan, user=self.user)
        self.assertEqual(plan.status, "stale")
        self.assertTrue(plan.difference)
        self.assertEqual(self.writes(SSH_SHELF), writes)

    def test_an_unreachable_shelf_fails_the_plan_before_anything_is_sent(self) -> None:
        plan = self.suspend()
        self.break_shelf(SSH_SHELF, dropped=["ssh"])
        provisioning.apply_plan(plan, user=self.user)
        self.assertEqual(plan.status, "failed")
        self.assertTrue(plan.error)
        self.assertEqual(self.writes(SSH_SHELF), [])

    def test_a_shelf_that_answers_garbage_cannot_be_planned_for_and_intent_stays(self) -> None:
        self.break_shelf(SSH_SHELF, garbage=["ssh"])
        with self.assertRaises(WorkflowError):
            self.suspend()
        self.subscriber.refresh_from_db()
        self.assertEqual(self.subscriber.status, "active")
        self.assertFalse(ChangePlan.objects.exists())
        self.assertEqual(self.writes(SSH_SHELF), [])

    def test_json_rpc_that_answers_html_writes_nothing(self) -> None:
        subscriber = self.active_subscriber(JSONRPC_SHELF)
        self.break_shelf(JSONRPC_SHELF, garbage=["jsonrpc"])
        with self.assertRaisesMessage(WorkflowError, "could not be read"):
            services.suspend(subscriber, user=self.user)
        self.assertEqual(self.writes(JSONRPC_SHELF), [])

    def test_a_shelf_that_needs_attention_takes_no_further_plan_until_released(self) -> None:
        others = Subscriber.objects.filter(gam=self.gam(SSH_SHELF), status="active").exclude(pk=self.subscriber.pk)
        plan, second = self.suspend(), services.suspend(others[0], user=self.user)
        self.break_shelf(SSH_SHELF, reboot_after_writes=1)
        provisioning.apply_plan(plan, user=self.user)
        if plan.status != "needs_attention":
            # The shelf may be back before the undo is verified: then everything is as it was.
            self.assertEqual(plan.status, "rolled_back")
            plan.status = "needs_attention"
            plan.save()
        with self.assertRaisesMessage(InvalidState, "waits for a person"):
            provisioning.apply_plan(second, user=self.user)
        provisioning.release(plan, user=self.user)
        self.assertFalse(Alarm.objects.filter(condition="needs attention").exclude(state="cleared").exists())

    def die_while_applying(self, phase: str) -> ChangePlan:
        """A plan whose worker is gone once it has stored that phase: the journal raises, and nobody writes the outcome."""
        plan = self.suspend()

        class Killed(BaseException):
            pass

        def die(event: StepEvent) -> None:
            if event.phase == phase:
                raise Killed

        with self.assertRaises(Killed):
            provisioning.apply_plan(plan, user=self.user, on_event=die)
        plan.refresh_from_db()
        self.assertEqual(plan.status, "applying")
        return plan

    def test_a_plan_of_a_dead_worker_is_settled_by_the_next_writer(self) -> None:
        for phase in ("step", "verify", "save"):
            with self.subTest(died_at=phase):
                plan = self.die_while_applying(phase)
                second = provisioning.plan_and_apply(
                    plan.gam, lambda: services.plan(self.subscriber, user=self.user), user=self.user
                )
                plan.refresh_from_db()
                self.assertIn(plan.status, ("applied", "rolled_back"))
                self.assertEqual(second.status, "nothing_to_do", "NetBox says what the shelf has, whichever way it was settled")
                self.subscriber.refresh_from_db()
                suspended = plan.status == "applied"
                self.assertEqual(self.subscriber.status, "suspended" if suspended else "active")
                self.assertEqual(self.running_subscriber(SSH_SHELF, self.subscriber.name).vlan == 4094, suspended)
                self.assertTrue(self.is_saved(SSH_SHELF))
                if suspended:
                    provisioning.apply_plan(services.resume(self.subscriber, user=self.user), user=self.user)

    def test_a_shelf_changed_by_hand_behind_a_dead_worker_waits_for_a_person(self) -> None:
        plan = self.die_while_applying("verify")
        spare = self.fleet.call(lambda: next(iter(self.shelf(SSH_SHELF).running.subscribers)))
        self.fleet.call(lambda: self.shelf(SSH_SHELF).drop("subscriber", spare))
        self.fleet.call(self.shelf(SSH_SHELF).changed)
        with self.assertRaisesMessage(InvalidState, "waits for a person"):
            provisioning.apply_plan(services.resume(self.subscriber, user=self.user), user=self.user)
        plan.refresh_from_db()
        self.assertEqual(plan.status, "needs_attention")
        self.assertTrue(Alarm.objects.filter(gam=plan.gam, condition="needs attention", state="raised").exists())


class RuleTests(TownTestCase):
    def test_a_plan_that_breaks_a_rule_changes_nothing_and_names_it(self) -> None:
        subscriber = self.pending_subscriber(SSH_SHELF)
        other = self.active_subscriber(SSH_SHELF)
        Subscriber.objects.filter(pk=other.pk).update(gam=None, status="pending", endpoint=None)
        taken = subscriber.endpoint
        occupied = self.gam(SSH_SHELF).endpoints.get(mac_address=other.endpoint.mac_address)
        Subscriber.objects.filter(pk=subscriber.pk).update(endpoint=occupied)
        subscriber.refresh_from_db()
        with self.assertRaisesMessage(WorkflowError, other.name):
            services.activate(subscriber, user=self.user)
        subscriber.refresh_from_db()
        self.assertEqual((subscriber.status, subscriber.vlan), ("pending", None))
        self.assertNotEqual(taken, occupied)
        self.assertFalse(ChangePlan.objects.exists())

    def test_verbs_refuse_the_wrong_status(self) -> None:
        active, pending = self.active_subscriber(SSH_SHELF), self.pending_subscriber(SSH_SHELF)
        for verb, subscriber in (("activate", active), ("resume", active), ("suspend", pending), ("terminate", pending)):
            with self.subTest(verb=verb), self.assertRaises(InvalidState):
                services.run(verb, subscriber, user=self.user)
        with self.assertRaisesMessage(InvalidState, "no verb 'explode'"):
            services.run("explode", active, user=self.user)
        self.assertFalse(ChangePlan.objects.exists())

    def test_one_writer_per_gam(self) -> None:
        plan = services.suspend(self.active_subscriber(SSH_SHELF), user=self.user)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                from netbox_gam.workflows import locks

                cursor.execute("SELECT pg_advisory_lock(%s, %s)", (locks._NAMESPACE, locks._key("gam", plan.gam_id)))
            with self.assertRaises(Busy):
                provisioning.apply_plan(plan, user=self.user)
        finally:
            other.close()
        # The server lets go of a closed session's locks a moment after it was closed.
        with exclusive("gam", plan.gam_id, label="the GAM", wait_seconds=30):
            pass
        self.assertEqual(self.writes(SSH_SHELF), [])

    def test_an_applied_plan_is_not_applied_twice(self) -> None:
        plan = services.suspend(self.active_subscriber(SSH_SHELF), user=self.user)
        provisioning.apply_plan(plan, user=self.user)
        writes = self.writes(SSH_SHELF)
        with self.assertRaisesMessage(InvalidState, "cannot be applied"):
            provisioning.apply_plan(plan, user=self.user)
        with self.assertRaises(InvalidState):
            provisioning.cancel(plan, user=self.user)
        self.assertEqual(self.writes(SSH_SHELF), writes)
