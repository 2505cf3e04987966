"""Onboarding: a known endpoint is served without a person, an unknown one waits for one; nothing is ever guessed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from netbox_gam import settings as plugin_settings
from netbox_gam.exceptions import InvalidState, WorkflowError
from netbox_gam.models import Arrival, BandwidthPlan, ChangePlan, Endpoint, GamDevice, Subscriber
from netbox_gam.workflows import onboarding, polling, provisioning
from netbox_gam.workflows.observation import Observation
from netbox_gam.workflows.suggestions import suggestions
from nornir_tasks.contracts import DeviceReading, EndpointReading, EndpointState, TargetResult
from tests.netbox_gam import factories

from .town import SSH_SHELF, TownTestCase

MAC = "00:0e:d8:aa:bb:01"


def configured_user(name: str) -> Any:
    """The plugin's settings with a user that plans are applied as."""
    from django.conf import settings

    plugins = settings.PLUGINS_CONFIG
    return override_settings(PLUGINS_CONFIG={**plugins, "netbox_gam": {**plugins["netbox_gam"], "zero_touch_user": name}})


class ZeroTouchTests(TownTestCase):
    """The whole way over SNMP and SSH."""

    def plug(self, mac: str = MAC, port: int = 0) -> int:
        """Plug an endpoint into a free port of the SSH shelf; the port."""
        taken = set(Endpoint.objects.filter(gam=self.gam(SSH_SHELF), port__isnull=False).values_list("port__number", flat=True))
        seen = {cpe.port for cpe in self.shelf(SSH_SHELF).cpes.values()}
        port = port or next(number for number in range(1, 13) if number not in taken | seen)
        self.fleet.call(lambda: self.shelf(SSH_SHELF).plug(mac, port, model="G1001-C", serial="99887766"))
        return port

    def arrival(self) -> Arrival:
        return Arrival.objects.get(endpoint__mac_address=MAC)

    def order(self, **values: Any) -> Subscriber:
        """A pending service on an endpoint that is on no shelf yet."""
        endpoint = Endpoint.objects.create(mac_address=MAC, model="G1001-C")
        given = {"name": "new-customer", "endpoint": endpoint, "bandwidth_plan": BandwidthPlan.objects.get(name="100M"), **values}
        return Subscriber.objects.create(**given)

    def test_a_known_endpoint_is_planned_applied_and_verified_without_a_person(self) -> None:
        gam, subscriber = self.gam(SSH_SHELF), self.order()
        GamDevice.objects.filter(pk=gam.pk).update(zero_touch="apply")
        self.plug()
        appeared = timezone.now()
        polling.poll([gam])
        arrival = self.arrival()
        self.assertEqual((arrival.kind, arrival.state, arrival.subscriber), ("known", "waiting", subscriber))
        with configured_user("admin"):
            self.assertEqual(onboarding.work_off(), {"planned": 0, "settled": 1, "failed": 0})
            self.assertEqual(onboarding.work_off(), {"planned": 0, "settled": 0, "failed": 0}, "nothing is left to do")
        arrival.refresh_from_db()
        plan = arrival.change_plan
        self.assertEqual((plan.status, plan.verified, plan.saved, plan.requested_by), ("applied", True, True, self.user))
        self.assertEqual(ChangePlan.objects.filter(subscribers=subscriber).count(), 1)
        subscriber.refresh_from_db()
        row = self.running_subscriber(SSH_SHELF, subscriber.name)
        self.assertEqual((subscriber.status, row.vlan), ("active", subscriber.vlan.vid))
        took = (arrival.settled - appeared).total_seconds()
        print(f"\nzero touch: {took:.1f} s from appearance to verified")
        self.assertLess(took, gam.polling_interval)

    def test_without_a_user_the_plan_waits_and_a_second_is_not_made(self) -> None:
        gam, subscriber = self.gam(SSH_SHELF), self.order()
        GamDevice.objects.filter(pk=gam.pk).update(zero_touch="apply")
        self.plug()
        polling.poll([gam])
        self.assertEqual(onboarding.work_off()["planned"], 1)
        polling.poll([gam])
        self.assertEqual(onboarding.work_off(), {"planned": 0, "settled": 0, "failed": 0})
        plan = ChangePlan.objects.get(subscribers=subscriber)
        self.assertEqual((plan.status, plan.requested_by, self.all_writes()), ("planned", None, []))
        self.assertIn("Zero touch", subscriber.journal_entries.get().comments)
        provisioning.apply_plan(plan, user=self.user)
        polling.poll([gam])
        self.assertEqual(self.arrival().state, "settled")

    def test_an_unknown_endpoint_waits_and_is_assigned_by_a_person(self) -> None:
        gam = self.gam(SSH_SHELF)
        port = self.plug()
        polling.poll([gam])
        arrival = self.arrival()
        self.assertEqual((arrival.kind, arrival.state, arrival.port.number), ("unknown", "waiting", port))
        self.assertEqual(onboarding.work_off(), {"planned": 0, "settled": 0, "failed": 0})
        self.assertFalse(ChangePlan.objects.exists())
        ordered = Subscriber.objects.create(name="ordered", gam=gam)
        self.assertEqual([item.subscriber for item in suggestions(arrival, user=self.user)], [ordered])
        plan = onboarding.assign(arrival, ordered, user=self.user)
        provisioning.apply_plan(plan, user=self.user)
        polling.poll([gam])
        arrival.refresh_from_db()
        ordered.refresh_from_db()
        self.assertEqual((arrival.state, arrival.decided_by, ordered.endpoint.mac), ("settled", self.user, MAC))
        print(f"\nassigned by a person: {(arrival.settled - arrival.since).total_seconds():.1f} s from appearance to verified")

    def test_an_endpoint_on_a_wrong_port_moves_when_a_person_says_so(self) -> None:
        gam, subscriber = self.gam(SSH_SHELF), self.active_subscriber(SSH_SHELF)
        mac, before = subscriber.endpoint.mac, subscriber.endpoint.port
        if before is None:
            self.skipTest("the town has no assigned port here")
        free = self.fleet.call(lambda: self.shelf(SSH_SHELF).other_port(mac))
        self.fleet.call(lambda: self.shelf(SSH_SHELF).move(mac, free))
        polling.poll([gam])
        arrival = Arrival.objects.get(endpoint=subscriber.endpoint)
        self.assertEqual((arrival.kind, arrival.port.number), ("moved", free))
        Endpoint.objects.filter(port=arrival.port).exclude(mac_address=mac).update(port=None)
        plan = onboarding.follow_move(arrival, user=self.user)
        provisioning.apply_plan(plan, user=self.user)
        polling.poll([gam])
        arrival.refresh_from_db()
        subscriber.endpoint.refresh_from_db()
        self.assertEqual((arrival.state, subscriber.endpoint.port.number), ("settled", free))


class ArrivalTests(TestCase):
    """What polling records, without a shelf."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.gam = factories.gam(model="GAM-12-M")
        cls.ports = [factories.port(cls.gam, number) for number in (1, 2)]

    def see(self, *items: EndpointReading, gam: GamDevice | None = None) -> Observation:
        reading = DeviceReading("gam", timezone.now(), endpoints=items)
        return Observation(gam or self.gam, TargetResult("gam", value=reading), reading.taken_at)

    def unknown(self, mac: str, port: int = 1) -> EndpointReading:
        return EndpointReading(mac, detected_port=port, alive=True, state=EndpointState.QUARANTINED_UNKNOWN_MAC)

    def an_endpoint(self, **values: Any) -> Endpoint:
        return factories.endpoint(**{"status": "discovered", "name": "", "gam": self.gam, **values})

    def test_comes_is_left_comes_again_elsewhere_and_goes(self) -> None:
        endpoint = self.an_endpoint()
        onboarding.follow([self.see(self.unknown(endpoint.mac))])
        arrival = Arrival.objects.get()
        onboarding.leave(arrival, user=None, note="Spare of the technician")
        onboarding.follow([self.see(self.unknown(endpoint.mac))])
        arrival.refresh_from_db()
        self.assertEqual((arrival.state, arrival.note), ("left", "Spare of the technician"))
        onboarding.follow([self.see(self.unknown(endpoint.mac, 2))])
        arrival.refresh_from_db()
        self.assertEqual((arrival.state, arrival.port, arrival.note), ("waiting", self.ports[1], ""))
        onboarding.follow([self.see()])
        arrival.refresh_from_db()
        self.assertEqual((arrival.state, arrival.settled is not None), ("gone", True))
        with self.assertRaises(InvalidState):
            onboarding.leave(arrival, user=None)
        onboarding.follow([self.see(self.unknown(endpoint.mac))])
        self.assertEqual(Arrival.objects.get().state, "waiting")

    def test_only_the_exact_endpoint_of_an_ordered_service_is_known(self) -> None:
        elsewhere = factories.gam()
        cases = {
            "pending": ("known", {}),
            "active": ("known", {"status": "active", "vlan": factories.vlan(), "gam": self.gam}),
            "suspended": ("unknown", {"status": "suspended", "gam": self.gam}),
            "another": ("unknown", {"gam": elsewhere}),
        }
        for name, (kind, values) in cases.items():
            with self.subTest(name):
                endpoint = self.an_endpoint(gam=values.get("gam"))
                Subscriber.objects.create(name=name, endpoint=endpoint, **values)
                onboarding.follow([self.see(self.unknown(endpoint.mac))])
                self.assertEqual(Arrival.objects.get(endpoint=endpoint).kind, kind)

    def test_one_ordered_for_another_port_waits_for_a_person(self) -> None:
        endpoint = self.an_endpoint(port=self.ports[1])
        Subscriber.objects.create(name="ada", endpoint=endpoint, gam=self.gam)
        onboarding.follow([self.see(self.unknown(endpoint.mac, 1))])
        arrival = Arrival.objects.get()
        self.assertEqual((arrival.kind, arrival.note), ("moved", "The service of ada is ordered for port 2."))
        self.assertFalse(onboarding.due().exists())

    def test_off_is_off_and_what_failed_is_tried_again_later(self) -> None:
        endpoint = self.an_endpoint()
        Subscriber.objects.create(name="ada", endpoint=endpoint)
        onboarding.follow([self.see(self.unknown(endpoint.mac))])
        self.assertTrue(onboarding.due().exists())
        counts = onboarding.work_off()
        arrival = Arrival.objects.get()
        self.assertEqual((counts["failed"], arrival.state), (1, "waiting"))
        self.assertIn("management address", arrival.note)
        self.assertFalse(onboarding.due().exists())
        self.assertTrue(onboarding.due(timezone.now() + timedelta(minutes=11)).exists())
        GamDevice.objects.update(zero_touch="off")
        self.assertFalse(onboarding.due(timezone.now() + timedelta(minutes=11)).exists())

    def test_nobody_takes_an_endpoint_from_its_subscriber(self) -> None:
        endpoint = self.an_endpoint()
        owner = Subscriber.objects.create(name="owner", endpoint=endpoint, gam=self.gam, status="suspended")
        arrival = factories.arrival(self.gam, endpoint=endpoint)
        with self.assertRaisesMessage(InvalidState, "belongs to owner"):
            onboarding.assign(arrival, factories.subscriber(), user=None)
        with self.assertRaisesMessage(InvalidState, "is on"):
            other = factories.arrival(self.gam)
            onboarding.assign(other, factories.subscriber(gam=factories.gam()), user=None)
        with self.assertRaisesMessage(InvalidState, "not on a wrong port"):
            onboarding.follow_move(arrival, user=None)
        self.assertEqual(suggestions(arrival, user=self.superuser())[0].subscriber, owner)

    def superuser(self) -> Any:
        return get_user_model().objects.create_superuser("root-of-arrivals")

    def test_a_port_that_is_taken_stops_a_move_and_nothing_is_changed(self) -> None:
        factories.endpoint(self.ports[1])
        endpoint = factories.endpoint(self.ports[0])
        arrival = factories.arrival(self.gam, endpoint=endpoint, kind="moved", port=self.ports[1])
        with self.assertRaisesMessage(WorkflowError, "already has its"):
            onboarding.follow_move(arrival, user=None)
        endpoint.refresh_from_db()
        self.assertEqual(endpoint.port, self.ports[0])

    def test_port_history_names_who_was_served_there(self) -> None:
        gone = factories.endpoint(self.ports[0])
        factories.endpoint_state(gone, present=False)
        served = factories.subscriber(gone, name="was-here")
        arrival = factories.arrival(self.gam, port=self.ports[0])
        (found,) = suggestions(arrival, user=self.superuser())
        self.assertEqual(found.subscriber, served)
        self.assertIn("port 1 served it", found.reason)

    def test_statements_do_not_grow_with_the_batch(self) -> None:
        counts = []
        for size in (1, 3):
            gams = [factories.gam() for _ in range(size)]
            seen = [self.see(self.unknown(factories.endpoint(status="discovered", gam=gam).mac), gam=gam) for gam in gams]
            with CaptureQueriesContext(connection) as first:
                onboarding.follow(seen)
            with CaptureQueriesContext(connection) as again:
                onboarding.follow(seen)
            counts.append((len(first), len(again)))
        self.assertEqual(counts[0], counts[1])
        empty = [self.see(gam=factories.gam())]
        with CaptureQueriesContext(connection) as nobody:
            onboarding.follow(empty)
        self.assertEqual(len(nobody), 1)

    def test_the_user_must_be_there_and_active(self) -> None:
        self.assertIsNone(onboarding.zero_touch_user())
        with configured_user("nobody"):
            self.assertEqual(plugin_settings.zero_touch_user(), "nobody")
            self.assertIsNone(onboarding.zero_touch_user())
