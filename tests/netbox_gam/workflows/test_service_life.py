"""The whole life of a service on real shelves, over both transports: every verb, and the way back to exactly what was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dcim.models import Site
from django.core.exceptions import ValidationError
from ipam.models import VLAN

from netbox_gam.exceptions import InvalidState
from netbox_gam.models import BandwidthPlan, ChangePlan, Drift, Endpoint, Subscriber, SuspensionPolicy
from netbox_gam.workflows import drift, drift_decisions, provisioning, services, suspension

from .town import COPPER_SHELF, JSONRPC_SHELF, SSH_SHELF, TownTestCase

SHELVES = (SSH_SHELF, JSONRPC_SHELF)


class LifeCase(TownTestCase):
    def on_shelf(self, index: int, name: str) -> Any:
        """The subscriber as the shelf has it, without its number there."""
        found = self.running_subscriber(index, name)
        return found and replace(found, id=0)

    def everything(self, index: int) -> Any:
        """The whole running configuration as it is read."""
        return provisioning.read_shelf(self.gam(index))

    def apply(self, plan: ChangePlan) -> ChangePlan:
        """Write a plan, which has to work, and leave NetBox and the shelf in agreement."""
        provisioning.apply_plan(plan, user=self.user)
        self.assertEqual((plan.status, plan.error), ("applied", ""))
        return plan

    def run_verb(self, verb: str, subscriber: Subscriber, **given: Any) -> ChangePlan:
        return self.apply(services.run(verb, subscriber, user=self.user, **given))

    def assert_settled(self, subscriber: Subscriber) -> None:
        """Planning what is there already is empty, and there is no drift about it."""
        self.assertEqual(services.plan(subscriber, user=self.user).status, "nothing_to_do")
        about = Drift.objects.filter(gam=subscriber.gam, name=subscriber.name).exclude(state="resolved")
        self.assertEqual(list(about), [])

    def policy(self, mode: str, **values: Any) -> SuspensionPolicy:
        if mode == "throttle":
            values.setdefault("bandwidth_plan", self.slow())
        policy = SuspensionPolicy(**{"name": mode, "mode": mode} | values)
        policy.full_clean()
        policy.save()
        return policy

    def slow(self) -> BandwidthPlan:
        return BandwidthPlan.objects.get_or_create(name="Slow", defaults={"downstream_kbps": 12000, "upstream_kbps": 12000})[0]


class SuspensionTests(LifeCase):
    def suspended_in(self, mode: str, index: int, subscriber: Subscriber, before: Any) -> None:
        """What each mode leaves on the shelf."""
        now = self.on_shelf(index, subscriber.name)
        if mode == "removal":
            self.assertIsNone(now)
        elif mode == "throttle":
            self.assertEqual(now.vlan, before.vlan)
            self.assertNotEqual(now.profile_id, before.profile_id)
        else:
            self.assertEqual(now.vlan, 4090)

    def test_resuming_gives_back_exactly_what_was_there_in_every_mode_over_both_transports(self) -> None:
        for mode, values in (("walled_garden", {"vid": 4090}), ("throttle", {}), ("removal", {})):
            policy = self.policy(mode, **values)
            for index in SHELVES:
                with self.subTest(mode=mode, shelf=index):
                    subscriber = self.active_subscriber(index)
                    self.describe(index, subscriber.name)
                    before, whole = self.on_shelf(index, subscriber.name), self.everything(index)
                    self.run_verb("suspend", subscriber)
                    subscriber.refresh_from_db()
                    self.assertEqual((subscriber.status, subscriber.suspension_mode), ("suspended", mode))
                    self.suspended_in(mode, index, subscriber, before)
                    self.assert_settled(subscriber)
                    self.run_verb("resume", subscriber)
                    self.assertEqual(self.on_shelf(index, subscriber.name), before)
                    after = self.everything(index)
                    self.assertEqual((after.subscribers, after.endpoints), (whole.subscribers, whole.endpoints))
                    subscriber.refresh_from_db()
                    self.assertEqual((subscriber.suspension_mode, subscriber.before_suspension), ("", None))
                    self.assert_settled(subscriber)
            policy.delete()

    def describe(self, index: int, name: str) -> None:
        """A technician writes something on the shelf that only the shelf knows."""

        def write() -> None:
            shelf = self.shelf(index)
            for config in (shelf.running, shelf.startup):
                for key, item in config.subscribers.items():
                    if item.name == name:
                        config.subscribers[key] = replace(item, description="flat 3, key at the shop")

        self.fleet.call(write)

    def test_the_most_specific_policy_counts(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        site, system = subscriber.gam.device.site, self.billed(subscriber)
        other = Site.objects.create(name="Elsewhere", slug="elsewhere")
        self.assertIsNone(suspension.policy_for(subscriber))
        for name, scope in (
            ("everybody", {}),
            ("site", {"site": site}),
            ("system", {"system": system}),
            ("both", {"system": system, "site": site}),
        ):
            with self.subTest(name):
                if "site" in scope:
                    SuspensionPolicy.objects.create(name=f"not {name}", system=scope.get("system"), site=other)
                expected = SuspensionPolicy.objects.create(name=name, mode="removal", **scope)
                self.assertEqual(suspension.policy_for(subscriber), expected)
        with self.assertRaisesMessage(ValidationError, "policy for this billing system and site already"):
            self.policy("removal", name="again", system=system, site=site)

    def billed(self, subscriber: Subscriber) -> Any:
        from netbox_gam.models import BillingLink, BillingSystem

        system = BillingSystem.objects.order_by("pk")[0]
        BillingLink.objects.create(system=system, subscriber=subscriber, entity="account", external_id="x-1")
        return system

    def test_a_policy_that_changes_moves_nobody_who_is_suspended(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        self.run_verb("suspend", subscriber)
        self.policy("removal")
        self.assert_settled(subscriber)
        self.run_verb("resume", subscriber)

    def test_cancelling_gives_back_and_a_garden_of_a_policy_is_recognized_on_a_shelf(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        self.policy("walled_garden", vid=4090)
        plan = services.suspend(subscriber, user=self.user)
        provisioning.cancel(plan, user=self.user)
        subscriber.refresh_from_db()
        self.assertEqual((subscriber.status, subscriber.suspension_mode, subscriber.suspended_vid), ("active", "", None))
        self.run_verb("suspend", subscriber)
        name, gam = subscriber.name, subscriber.gam
        ChangePlan.objects.all().delete()
        subscriber.refresh_from_db()
        subscriber.delete()
        adopted = services.adopt(gam, name, user=self.user)
        found = (adopted.status, adopted.suspension_mode, adopted.suspended_vid, adopted.vlan)
        self.assertEqual(found, ("suspended", "walled_garden", 4090, None))
        self.run_verb("resume", adopted)

    def test_adopting_a_throttled_one_keeps_its_own_plan_for_the_day_of_resuming(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        plan = subscriber.bandwidth_plan
        self.policy("throttle")
        self.run_verb("suspend", subscriber)
        services.adopt(subscriber.gam, subscriber.name, user=self.user)
        subscriber.refresh_from_db()
        self.assertEqual((subscriber.status, subscriber.bandwidth_plan, subscriber.throttle_plan), ("suspended", plan, self.slow()))


class VerbTests(LifeCase):
    def there_and_back(self, index: int, subscriber: Subscriber, there: tuple[str, dict[str, Any]], back: dict[str, Any]) -> Any:
        """A verb and its inverse; what the shelf had in between. Afterwards it has what it had before."""
        whole = self.everything(index)
        verb, given = there
        self.run_verb(verb, subscriber, **given)
        self.assert_settled(subscriber)
        between = self.everything(index)
        self.assertNotEqual(between.subscribers + between.endpoints, whole.subscribers + whole.endpoints)
        self.run_verb(verb, subscriber, **back)
        after = self.everything(index)
        self.assertEqual((after.subscribers, after.endpoints), (whole.subscribers, whole.endpoints))
        self.assert_settled(subscriber)
        return between

    def test_renaming_keeps_the_service_and_warns_of_option_82(self) -> None:
        for index in SHELVES:
            with self.subTest(shelf=index):
                subscriber = self.active_subscriber(index)
                old = subscriber.name
                plan = services.run("rename", subscriber, user=self.user, name="Renamed 1")
                self.assertEqual([step.action for step in plan.steps.all()], ["set"])
                self.assertIn("option 82", plan.warnings[0]["rule"])
                self.assertEqual(plan.interrupts, [])
                drift.note_config(plan.gam, self.everything(index))
                self.assertFalse(Drift.objects.filter(gam=plan.gam, name__in=(old, "Renamed 1")).exists())
                provisioning.cancel(plan, user=self.user)
                subscriber.refresh_from_db()
                self.assertEqual(subscriber.name, old)
                between = self.there_and_back(index, subscriber, ("rename", {"name": "Renamed 1"}), {"name": old})
                self.assertIn("Renamed 1", [item.name for item in between.subscribers])
                self.assertNotIn(old, [item.name for item in between.subscribers])

    def test_a_rename_that_waits_is_part_of_what_is_planned_after_it(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        old = subscriber.name
        services.run("rename", subscriber, user=self.user, name="Renamed 1")
        plan = services.run("terminate", subscriber, user=self.user)
        self.assertEqual([(step.action, step.name) for step in plan.steps.all()], [("remove", old)])
        provisioning.cancel(plan, user=self.user)
        subscriber.refresh_from_db()
        self.assertEqual((subscriber.name, subscriber.status), (old, "active"))

    def test_a_name_the_shelf_has_for_another_is_refused(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        other = Subscriber.objects.filter(gam=subscriber.gam, status="active").exclude(pk=subscriber.pk)[0]
        name = other.name
        other.delete()
        with self.assertRaisesMessage(InvalidState, "another subscriber"):
            services.run("rename", subscriber, user=self.user, name=name)
        for bad in ("", "x" * 32):
            with self.assertRaises(InvalidState):
                services.run("rename", subscriber, user=self.user, name=bad)

    def test_vlan_settings_that_are_given_change_and_no_others(self) -> None:
        for index in SHELVES:
            with self.subTest(shelf=index):
                subscriber = self.active_subscriber(index)
                given = {"tagged": not subscriber.tagged, "allowed_vids": [301, 302], "remapped_vid": 555}
                back = {name: getattr(subscriber, name) for name in given}
                self.there_and_back(index, subscriber, ("change_vlan", given), back)
        subscriber = self.active_subscriber(JSONRPC_SHELF)
        outer = VLAN.objects.create(vid=2800, name="S-VLAN")
        given = {"double_tagged": True, "outer_vlan": outer}
        self.there_and_back(JSONRPC_SHELF, subscriber, ("change_vlan", given), {"double_tagged": False})
        for bad in ({}, {"name": "x"}, {"remapped_vid": 3840}):
            with self.subTest(bad=bad), self.assertRaises(Exception) as caught:
                services.run("change_vlan", subscriber, user=self.user, **bad)
            self.assertEqual(type(caught.exception).__module__, "netbox_gam.exceptions")

    def test_an_endpoint_is_replaced_and_the_old_one_is_a_spare(self) -> None:
        for index in (*SHELVES, COPPER_SHELF):
            with self.subTest(shelf=index):
                subscriber = self.active_subscriber(index)
                old, whole = subscriber.endpoint, self.everything(index)
                new = Endpoint.objects.create(mac_address=f"00:0F:DF:AA:00:{index:02X}", name=f"Spare {index}")
                plan = services.run("replace_endpoint", subscriber, user=self.user, endpoint=new)
                new.refresh_from_db()
                self.assertEqual((new.gam, new.port), (subscriber.gam, old.port if not old.auto_port else None))
                provisioning.cancel(plan, user=self.user)
                for item, place in ((old, (old.gam, old.port, "configured")), (new, (None, None, "discovered"))):
                    item.refresh_from_db()
                    self.assertEqual((item.gam, item.port, item.status), place)
                self.run_verb("replace_endpoint", subscriber, endpoint=new)
                old.refresh_from_db()
                new.refresh_from_db()
                self.assertEqual((old.status, old.port, new.status), ("discovered", None, "configured"))
                macs = {item.mac for item in self.everything(index).endpoints}
                self.assertIn(new.mac, macs)
                self.assertNotIn(old.mac, macs)
                self.assert_settled(subscriber)
                self.run_verb("replace_endpoint", subscriber, endpoint=old)
                after = self.everything(index)
                self.assertEqual((after.subscribers, after.endpoints), (whole.subscribers, whole.endpoints))
        taken = Subscriber.objects.filter(gam=subscriber.gam, status="active").exclude(pk=subscriber.pk)[0].endpoint
        with self.assertRaisesMessage(InvalidState, "serves"):
            services.run("replace_endpoint", subscriber, user=self.user, endpoint=taken)

    def test_a_port_is_moved_on_the_same_gam_only(self) -> None:
        for index in SHELVES:
            with self.subTest(shelf=index):
                subscriber = Subscriber.objects.filter(gam=self.gam(index), status="active", endpoint__port__isnull=False)[0]
                port = subscriber.endpoint.port
                free = subscriber.gam.ports.filter(endpoints=None)[0]
                self.there_and_back(index, subscriber, ("move_port", {"port": free}), {"port": port})
        elsewhere = self.gam(COPPER_SHELF).ports.all()[0]
        with self.assertRaisesMessage(InvalidState, "Terminate it on"):
            services.run("move_port", subscriber, user=self.user, port=elsewhere)

    def test_one_object_is_adopted_and_nobody_is_terminated_by_it(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        gam, name, speed = subscriber.gam, subscriber.name, subscriber.bandwidth_plan
        other = BandwidthPlan.objects.exclude(pk=speed.pk).filter(unthrottled=False)[0]
        Subscriber.objects.filter(pk=subscriber.pk).update(bandwidth_plan=other)
        services.adopt(gam, name, user=self.user)
        subscriber.refresh_from_db()
        self.assertEqual(subscriber.bandwidth_plan, speed)
        Subscriber.objects.filter(pk=subscriber.pk).update(name="Not there")
        with self.assertRaisesMessage(InvalidState, "has no subscriber"):
            services.adopt(gam, "Not there", user=self.user)
        Subscriber.objects.filter(pk=subscriber.pk).update(name=name)
        plan = services.suspend(subscriber, user=self.user)
        with self.assertRaisesMessage(InvalidState, "waits"):
            services.adopt(gam, name, user=self.user)
        provisioning.cancel(plan, user=self.user)

    def test_what_a_verb_is_given_is_checked_before_anything_is_read(self) -> None:
        subscriber = self.active_subscriber(SSH_SHELF)
        for verb, given, words in (
            ("dance", {}, "no verb"),
            ("suspend", {"name": "x"}, "does not take"),
            ("rename", {}, "needs 'name'"),
        ):
            with self.subTest(verb), self.assertRaisesMessage(InvalidState, words):
                services.wish(verb, subscriber, **given)
        self.assertEqual(services.loaded(services.stored({"port": None, "name": "x"})), {"port": None, "name": "x"})
        drift_decisions.compare(subscriber.gam)
