"""Drift: what differs is recorded once, follows its values, and resolves itself; what was not read is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from core.models import ObjectChange
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import Phase, given, settings
from hypothesis.extra.django import TestCase as HypothesisTestCase

from netbox_gam.exceptions import InvalidState, WorkflowError
from netbox_gam.models import ChangePlan, Drift, DriftCheck, GamDevice, Subscriber
from netbox_gam.workflows import drift, drift_decisions, polling, provisioning, services
from netbox_gam.workflows.desired import desired_config
from netbox_gam.workflows.observation import Observation
from nornir_tasks.changes.planner import plan_shelf
from nornir_tasks.contracts import (
    DeviceReading,
    EndpointConfig,
    EndpointReading,
    ShelfConfig,
    SubscriberConfig,
    TargetResult,
    Transport,
)
from nornir_tasks.gam.rules import UNPROVISIONED_VLAN
from tests.netbox_gam import factories
from tests.nornir_tasks.strategies import cli_configs

from .town import SHELVES, SSH_SHELF, TownTestCase


def standing(**filters: Any) -> list[tuple[str, str, str]]:
    rows = Drift.objects.filter(**filters).exclude(state="resolved").order_by("key")
    return [(row.key, row.intent_value, row.actual_value) for row in rows]


class DriftOnShelvesTests(TownTestCase):
    """The whole way over SNMP and SSH."""

    def by_hand(self, name: str, **values: Any) -> None:
        """Somebody changes a subscriber on the shelf, or without values takes it off."""
        shelf = self.shelf(SSH_SHELF)

        def change() -> None:
            ident = next(key for key, item in shelf.running.subscribers.items() if item.name == name)
            if values:
                shelf.put("subscriber", ident, values)
            else:
                shelf.drop("subscriber", ident)
            shelf.changed()

        self.fleet.call(change)

    def test_a_town_as_discovered_has_no_drift_and_a_poll_where_nothing_is_new_writes_next_to_nothing(self) -> None:
        polling.poll()
        for index in range(SHELVES):
            drift_decisions.compare(self.gam(index))
        polling.poll()
        self.assertEqual(standing(), [])
        self.assertEqual(DriftCheck.objects.filter(polled_at__isnull=False, config_at__isnull=False).count(), SHELVES)
        before = ObjectChange.objects.count()
        polling.poll()
        self.assertEqual(ObjectChange.objects.count(), before)

    def test_a_change_by_hand_is_found_pushed_back_and_resolves_itself(self) -> None:
        gam, subscriber = self.gam(SSH_SHELF), self.active_subscriber(SSH_SHELF)
        self.by_hand(subscriber.name, vlan=3999, profile_id=0)
        polling.poll([gam])
        (speed,) = standing(gam=gam)
        self.assertEqual((speed[0], speed[2]), (f"subscriber:{subscriber.name}:bandwidth profile", "unthrottled"))
        drift_decisions.compare(gam)
        vlan = Drift.objects.get(gam=gam, field="VLAN")
        self.assertEqual((vlan.kind, vlan.intent_value, vlan.actual_value), ("misaligned", str(subscriber.vlan.vid), "3999"))
        self.assertEqual(vlan.port, subscriber.endpoint.port)
        plan = drift_decisions.push([vlan], user=self.user)
        self.assertEqual(self.writes(SSH_SHELF), [])
        vlan.refresh_from_db()
        self.assertEqual((plan.status, vlan.change_plan, vlan.state), ("planned", plan, "open"))
        provisioning.apply_plan(plan, user=self.user)
        ChangePlan.objects.filter(pk=plan.pk).update(finished=timezone.now() - timedelta(minutes=1))
        polling.poll([gam])
        drift_decisions.compare(gam)
        self.assertEqual(standing(gam=gam), [])
        vlan.refresh_from_db()
        self.assertEqual(vlan.state, "resolved")

    def test_adopting_takes_the_value_into_netbox_and_leaves_nothing_to_push(self) -> None:
        gam, subscriber = self.gam(SSH_SHELF), self.active_subscriber(SSH_SHELF)
        self.by_hand(subscriber.name, vlan=777, tagged=True)
        drift_decisions.compare(gam)
        record = Drift.objects.get(gam=gam, field="VLAN")
        drift_decisions.adopt([record], user=self.user)
        subscriber.refresh_from_db()
        self.assertEqual((subscriber.vlan.vid, subscriber.tagged), (777, True))
        self.assertEqual(standing(gam=gam), [])
        self.assertEqual(services.plan(subscriber, user=self.user).status, "nothing_to_do")
        self.assertEqual(self.all_writes(), [])
        change = ObjectChange.objects.filter(changed_object_id=subscriber.pk, changed_object_type__model="subscriber").latest(
            "time"
        )
        self.assertIn("Adopted from", change.message)

    def test_a_service_made_by_hand_is_adopted_or_taken_off(self) -> None:
        gam, subscriber = self.gam(SSH_SHELF), self.active_subscriber(SSH_SHELF)
        Subscriber.objects.filter(pk=subscriber.pk).delete()
        drift_decisions.compare(gam)
        record = Drift.objects.get(gam=gam, object_kind="subscriber")
        self.assertEqual((record.kind, record.name), ("unexpected", subscriber.name))
        plan = drift_decisions.push([record], user=self.user)
        self.assertEqual([(step.action, step.kind) for step in plan.steps.all()], [("remove", "subscriber")])
        drift_decisions.adopt([record], user=self.user)
        self.assertEqual(Subscriber.objects.get(gam=gam, name=subscriber.name).endpoint, subscriber.endpoint)
        self.assertEqual(standing(gam=gam), [])

    def test_a_missing_service_adopted_is_terminated(self) -> None:
        gam, subscriber = self.gam(SSH_SHELF), self.active_subscriber(SSH_SHELF)
        self.by_hand(subscriber.name)
        polling.poll([gam])
        self.assertEqual([key for key, *_ in standing(gam=gam)], [f"subscriber:{subscriber.name}:missing"])
        drift_decisions.adopt([Drift.objects.get(gam=gam)], user=self.user)
        subscriber.refresh_from_db()
        self.assertEqual((subscriber.status, subscriber.endpoint), ("terminated", None))
        polling.poll([gam])
        self.assertEqual(standing(gam=gam), [])

    def test_a_setting_of_a_port_is_adopted_or_accepted_but_never_pushed(self) -> None:
        gam = self.gam(SSH_SHELF)
        port = gam.ports.get(number=12)
        port.isolation_mode = "community"
        port.save()
        polling.poll([gam])
        record = Drift.objects.get(gam=gam)
        self.assertEqual((record.key, record.port, record.actual_value), ("port:12:isolation", port, "isolated"))
        with self.assertRaises(InvalidState):
            drift_decisions.push([record], user=self.user)
        drift_decisions.adopt([record], user=self.user)
        port.refresh_from_db()
        self.assertEqual(port.isolation_mode, "isolated")
        polling.poll([gam])
        self.assertEqual(standing(gam=gam), [])


class RecordingTests(TestCase):
    """What comparing writes, without a shelf."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.served = cls.a_service()

    @classmethod
    def a_service(cls) -> Subscriber:
        gam = factories.gam()
        endpoint = factories.endpoint(factories.port(gam, 3))
        return factories.subscriber(
            endpoint, status="active", vlan=factories.vlan(), bandwidth_plan=factories.plan(), name=f"ada-{gam.pk}"
        )

    def reading(self, subscriber: Subscriber, **values: Any) -> Observation:
        endpoint, plan = subscriber.endpoint, subscriber.bandwidth_plan
        given = {
            "mac": endpoint.mac,
            "configured_id": 1,
            "name": endpoint.name,
            "configured_port": 3,
            "subscriber_name": subscriber.name,
            "profile_name": plan.name,
            **values,
        }
        gam = GamDevice.objects.get(pk=subscriber.gam_id)
        reading = DeviceReading(str(gam), timezone.now(), endpoints=(EndpointReading(**given),))
        return Observation(gam, TargetResult(str(gam), value=reading), reading.taken_at)

    def test_recorded_once_seen_again_and_resolved_by_itself(self) -> None:
        report = drift.follow([self.reading(self.served, configured_port=5)])
        self.assertEqual((report.compared, report.opened), (1, 1))
        record = Drift.objects.get()
        self.assertEqual((record.key, record.state), (f"endpoint:{self.served.endpoint.mac}:port", "open"))
        report = drift.follow([self.reading(self.served, configured_port=5)])
        self.assertEqual((report.compared, report.opened), (0, 0), "nothing was new")
        report = drift.follow([self.reading(self.served, configured_port=6)])
        record.refresh_from_db()
        self.assertEqual((report.opened, record.actual_value), (0, "6"))
        first = record.first_seen
        report = drift.follow([self.reading(self.served)])
        record.refresh_from_db()
        self.assertEqual((report.resolved, record.state, record.first_seen), (1, "resolved", first))
        drift.follow([self.reading(self.served, configured_port=5)])
        record.refresh_from_db()
        self.assertEqual((record.state, record.resolved, record.first_seen > first), ("open", None, True))
        self.assertEqual(Drift.objects.count(), 1)

    def test_a_poll_leaves_alone_what_only_the_configuration_shows(self) -> None:
        config = self.config(vlan=999)
        drift.note_config(self.served.gam, config)
        self.assertEqual(Drift.objects.get().field, "VLAN")
        drift.follow([self.reading(self.served)])
        self.assertEqual(Drift.objects.get().state, "open")

    def config(self, **values: Any) -> ShelfConfig:
        wanted, _ = desired_config([self.served], ShelfConfig())
        return replace(wanted, subscribers=tuple(replace(item, **values) for item in wanted.subscribers))

    def test_an_acceptance_ends_with_its_values_or_its_date(self) -> None:
        drift.follow([self.reading(self.served, configured_port=5)])
        record = Drift.objects.get()
        later = timezone.now() + timedelta(days=7)
        with self.assertRaisesMessage(WorkflowError, "for a reason"):
            drift_decisions.accept(record, user=None, reason=" ", until=later)
        with self.assertRaisesMessage(WorkflowError, "has passed"):
            drift_decisions.accept(record, user=None, reason="x", until=timezone.now())
        drift_decisions.accept(record, user=None, reason="Being recabled", until=later)
        drift.follow([self.reading(self.served, configured_port=5)])
        record.refresh_from_db()
        self.assertEqual((record.state, record.reason), ("accepted", "Being recabled"))
        drift.follow([self.reading(self.served, configured_port=6)])
        record.refresh_from_db()
        self.assertEqual((record.state, record.accepted_until), ("open", None), "another value")
        drift_decisions.accept(record, user=None, reason="Being recabled", until=later)
        Drift.objects.update(accepted_until=timezone.now())
        drift.follow([self.reading(self.served, configured_port=6)])
        record.refresh_from_db()
        self.assertEqual(record.state, "open", "its date passed")
        drift_decisions.accept(record, user=None, reason="Again", until=later)
        drift_decisions.reopen(record, user=None)
        self.assertEqual(Drift.objects.get().state, "open")

    def test_no_flicker_while_a_plan_is_applied_and_none_for_what_a_plan_waits_to_change(self) -> None:
        plan = factories.change_plan(self.served.gam, steps=0, status="applying", started=timezone.now())
        self.assertEqual(drift.follow([self.reading(self.served, configured_port=5)]).compared, 0)
        plan.status, plan.finished = "applied", timezone.now()
        plan.save()
        self.assertEqual(drift.follow([self.reading(self.served, configured_port=5)]).compared, 0, "read before it ended")
        plan.delete()
        waits = factories.change_plan(self.served.gam, steps=0)
        waits.subscribers.add(self.served)
        drift.follow([self.reading(self.served, configured_port=5)])
        self.assertFalse(Drift.objects.exists())
        waits.status = "cancelled"
        waits.save()
        drift.follow([self.reading(self.served, configured_port=5)])
        self.assertTrue(Drift.objects.exists(), "the plan waits no longer")

    def test_statements_do_not_grow_with_the_batch(self) -> None:
        others = [self.a_service() for _ in range(2)]
        counts = []
        for batch in ([self.served], others):
            for port in (5, 5, 3):
                readings = [self.reading(item, configured_port=port) for item in batch]
                with CaptureQueriesContext(connection) as queries:
                    drift.follow(readings)
                counts.append(len(queries))
        self.assertEqual(counts[:3], counts[3:])
        self.assertLessEqual(max(counts), 14)


class AdoptThenPushTests(HypothesisTestCase):
    """Adopt, then push: nothing to do. Or adopting says what NetBox cannot hold, and changes nothing."""

    def adopt(self, gam: GamDevice, config: ShelfConfig) -> None:
        known = drift.everything_wanted(drift.intents_of([gam.pk])[gam.pk], config)
        macs = {item.mac for item in (*config.endpoints, *known.endpoints)}
        names = {item.name for item in (*config.subscribers, *known.subscribers)}
        drift_decisions.adopt_config(gam, config, macs=macs, names=names, message="adopted")

    def a_gam(self) -> GamDevice:
        gam = factories.gam(vlan_pool=factories.pool())
        for number in range(1, 13):
            factories.port(gam, number)
        return gam

    @settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
    @given(cli_configs(), cli_configs())
    def test_adopt_then_push_is_a_no_op(self, before: ShelfConfig, after: ShelfConfig) -> None:
        gam = self.a_gam()
        for config in (holdable(before), holdable(after)):
            self.adopt(gam, config)
            wanted = drift.everything_wanted(drift.intents_of([gam.pk])[gam.pk], config)
            plan = plan_shelf("gam", Transport.JSONRPC, config, wanted)
            self.assertEqual((plan.steps, plan.violations), ((), ()))
            drift.note_config(gam, config)
            self.assertEqual(standing(gam=gam), [])

    def test_what_netbox_cannot_hold_is_said_and_nothing_is_changed(self) -> None:
        gam = self.a_gam()
        endpoint = EndpointConfig("ep", factories.mac(), 1)
        suspended = SubscriberConfig("ada", UNPROVISIONED_VLAN, "ep", remapped_vlan=300)
        config = ShelfConfig((), (endpoint,), (suspended,))
        with self.assertRaisesMessage(WorkflowError, "subscriber ada remapped VLAN: 300"):
            self.adopt(gam, config)
        self.assertFalse(Subscriber.objects.filter(gam=gam).exists())

    def test_endpoints_and_subscribers_may_have_traded_places(self) -> None:
        gam = self.a_gam()
        one, two = EndpointConfig("one", factories.mac(), 1), EndpointConfig("two", factories.mac(), 2)
        ada, bob = SubscriberConfig("ada", 300, "one"), SubscriberConfig("bob", 301, "two")
        self.adopt(gam, ShelfConfig((), (one, two), (ada, bob)))
        places = replace(one, port=2), replace(two, port=1)
        traded = ShelfConfig((), places, (replace(ada, endpoint="two"), replace(bob, endpoint="one")))
        self.adopt(gam, traded)
        self.assertEqual(Subscriber.objects.get(gam=gam, name="ada").endpoint.mac, two.mac)
        self.assertEqual(Subscriber.objects.get(gam=gam, name="bob").endpoint.port.number, 2)


def holdable(config: ShelfConfig) -> ShelfConfig:
    """A configuration without what NetBox refuses: services without endpoint, and suspended ones with VLANs of their own."""
    found = []
    for item in config.subscribers:
        if item.endpoint is None:
            continue
        plain = item.vlan == UNPROVISIONED_VLAN
        found.append(replace(item, remapped_vlan=None, port2_vlan=None, allowed_vlans=()) if plain else item)
    return replace(config, subscribers=tuple(found))
