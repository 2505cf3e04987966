"""Polling: what is seen is stored, what is not read stays, unreachable is a state."""

from __future__ import annotations

from django.db import connection

from netbox_gam.models import Alarm, DeviceState, Endpoint, EndpointState, EthernetState, GamDevice, PortState
from netbox_gam.workflows import polling, retention

from .town import SHELVES, SSH_SHELF, TownTestCase


def count_samples() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM netbox_gam_sample")
        return int(cursor.fetchone()[0])


class PollingTests(TownTestCase):
    def test_every_gam_is_read_and_sampled(self) -> None:
        before = count_samples()
        report = polling.poll()
        self.assertEqual((report.polled, report.reachable, report.failures), (SHELVES, SHELVES, {}))
        self.assertEqual(count_samples() - before, report.samples)
        self.assertGreater(report.samples, SHELVES * 12)
        self.assertEqual(EthernetState.objects.filter(link_up__isnull=False).values("gam").distinct().count(), SHELVES)
        self.assertEqual(DeviceState.objects.filter(reachable=True, last_success__isnull=False).count(), SHELVES)

    def test_polling_leaves_no_trace_in_the_change_log(self) -> None:
        polling.poll()
        before = self.changes()
        polling.poll()
        self.assertEqual(self.changes(), before)
        self.assertEqual(self.all_writes(), [])

    def test_an_unreachable_gam_is_a_state_and_an_alarm_until_it_is_back(self) -> None:
        polling.poll()
        seen = EndpointState.objects.filter(present=True).count()
        self.break_shelf(SSH_SHELF, dropped=["snmp"])
        report = polling.poll([self.gam(SSH_SHELF)])
        state = DeviceState.objects.get(gam=self.gam(SSH_SHELF))
        self.assertEqual((report.reachable, state.reachable), (0, False))
        self.assertIn(state.failure_kind, ("unreachable", "timeout"))
        self.assertIsNotNone(state.last_success)
        self.assertEqual(EndpointState.objects.filter(present=True).count(), seen, "what was seen stays")
        alarm = Alarm.objects.get(gam=self.gam(SSH_SHELF), condition="unreachable")
        self.assertEqual(alarm.state, "raised")
        polling.poll([self.gam(SSH_SHELF)])
        self.assertEqual(Alarm.objects.filter(condition="unreachable").count(), 1, "raised once")
        self.break_shelf(SSH_SHELF, clear=True)
        polling.poll([self.gam(SSH_SHELF)])
        alarm.refresh_from_db()
        self.assertEqual(alarm.state, "cleared")
        self.assertTrue(DeviceState.objects.get(gam=self.gam(SSH_SHELF)).reachable)

    def test_an_endpoint_that_vanishes_is_absent_and_one_that_appears_is_new(self) -> None:
        present = EndpointState.objects.filter(gam=self.gam(SSH_SHELF), present=True, endpoint__status="configured").first()
        self.fleet.call(lambda: self.shelf(SSH_SHELF).unplug(present.mac))
        self.fleet.call(lambda: self.shelf(SSH_SHELF).plug("00:0e:d8:aa:bb:cc", 2, model="G1001-C", serial="99887766"))
        polling.poll([self.gam(SSH_SHELF)])
        present.refresh_from_db()
        self.assertEqual((present.present, present.state), (False, "notDetected"))
        new = Endpoint.objects.get(mac_address="00:0e:d8:aa:bb:cc")
        self.assertEqual((new.status, new.gam), ("discovered", self.gam(SSH_SHELF)))
        self.assertEqual(EndpointState.objects.get(mac="00:0e:d8:aa:bb:cc").detected_port, 2)

    def test_an_endpoint_on_the_wrong_port_is_quarantined_and_intent_stays(self) -> None:
        state = EndpointState.objects.filter(gam=self.gam(SSH_SHELF), state="ok", endpoint__port__isnull=False).first()
        port = state.endpoint.port
        other = state.detected_port % 12 + 1
        self.fleet.call(lambda: self.shelf(SSH_SHELF).move(state.mac, other))
        polling.poll([self.gam(SSH_SHELF)])
        state.refresh_from_db()
        self.assertEqual((state.state, state.detected_port), ("quarantinedWrongPort", other))
        self.assertEqual(Endpoint.objects.get(pk=state.endpoint_id).port, port)

    def test_alarms_of_an_endpoint_lead_to_it_and_clear_when_the_shelf_clears_them(self) -> None:
        state = EndpointState.objects.filter(gam=self.gam(SSH_SHELF), state="ok", endpoint__subscriber__isnull=False).first()
        self.fleet.call(lambda: self.shelf(SSH_SHELF).unplug(state.mac))
        polling.poll([self.gam(SSH_SHELF)])
        alarm = Alarm.objects.get(gam=self.gam(SSH_SHELF), endpoint=state.endpoint, state="raised")
        self.assertTrue(alarm.entity.startswith("CPE-"))
        self.fleet.call(lambda: self.shelf(SSH_SHELF).plug(state.mac, state.detected_port))
        polling.poll([self.gam(SSH_SHELF)])
        alarm.refresh_from_db()
        self.assertEqual(alarm.state, "cleared")

    def test_garbage_changes_nothing(self) -> None:
        polling.poll()
        rows = list(EndpointState.objects.order_by("pk").values())
        before = count_samples()
        self.break_shelf(SSH_SHELF, garbage=["snmp"])
        report = polling.poll([self.gam(SSH_SHELF)])
        self.assertEqual(list(EndpointState.objects.order_by("pk").values()), rows)
        self.assertEqual(count_samples(), before)
        self.assertTrue(report.failures or report.problems)

    def test_a_gam_without_address_is_skipped_with_the_reason(self) -> None:
        gam = self.gam(SSH_SHELF)
        gam.device.primary_ip4 = None
        gam.device.save()
        report = polling.poll([GamDevice.objects.get(pk=gam.pk)])
        self.assertIn("management address", report.failures[str(gam)])

    def test_leftovers_of_a_deleted_gam_are_swept(self) -> None:
        gam = self.gam(SSH_SHELF)
        self.assertTrue(PortState.objects.filter(gam=gam).exists())
        pk = gam.pk
        gam.subscribers.all().delete()
        gam.delete()
        self.assertTrue(PortState.objects.filter(gam_id=pk).exists(), "a delete does not reach observed tables")
        swept = retention.sweep()
        self.assertGreater(swept["PortState"], 0)
        self.assertFalse(PortState.objects.filter(gam_id=pk).exists())
        self.assertTrue(PortState.objects.exists())
