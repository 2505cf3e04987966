"""A rollout of two waves over three simulated shelves, over real SSH, HTTP and SNMP: one fails, a person resumes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.test import TestCase

from development.simulator.state import SimShelf
from development.simulator.testing import running_fleet
from development.town import TownEndpoint, TownService, TownShelf
from netbox_gam.models import Alarm, FirmwareRollout, FirmwareUpgrade
from netbox_gam.workflows import firmware
from netbox_gam.workflows.firmware import RolloutOptions

from .. import factories

OLD, NEW = "GAM-12/24-C_v1.5.4", "GAM-12/24-C_v1.8.2"


def town_shelf(number: int, *, jsonrpc: bool) -> TownShelf:
    mac = f"00:0e:d8:00:0{number}:01"
    return TownShelf(
        number, f"gam-{number}", "GAM-12-C", f"0000000{number}", f"00:0e:d8:1{number}:00:00", "1.5.4", "cellar",
        f"127.0.89.{number}",
        endpoints=(TownEndpoint(mac, f"s{number}", "G1001-C", 1, 1, "ep1"),),
        services=(TownService(1, "ada", "ep1", 100, "", ""),),
        jsonrpc=jsonrpc,
    )  # fmt: skip


class RolloutTest(TestCase):
    def setUp(self) -> None:
        self.shelves = [SimShelf(town_shelf(number, jsonrpc=number != 3)) for number in (1, 2, 3)]
        self.fleet = self.enterContext(running_fleet(self.shelves))
        ports = self.fleet.ports
        self.user = get_user_model().objects.create_superuser("ops")
        self.gams = []
        for shelf in self.shelves:
            transport = "jsonrpc" if shelf.jsonrpc else "ssh"
            gam = factories.gam(
                shelf.name, address=shelf.identity.address, transport=transport, ssh_port=ports.ssh, http_port=ports.http,
                snmp_port=ports.snmp,
            )  # fmt: skip
            factories.device_state(gam, firmware=OLD, images=[{"slot": "active", "version": OLD, "revision": "24791"}])
            self.gams.append(gam)
        self.now = datetime.now(UTC)

    def pass_time(self, rollout: FirmwareRollout, minutes: float) -> None:
        """Time goes by for the rollout and for the shelves alike, two minutes at a time."""
        end = self.now + timedelta(minutes=minutes)
        while self.now < end:
            FirmwareUpgrade.objects.filter(next_look__isnull=False).update(next_look=self.now)
            firmware.run_due(self.now)
            rollout.refresh_from_db()
            if rollout.status != "running" and not FirmwareUpgrade.objects.filter(
                status__in=("downloading", "swapping", "away", "verifying")
            ):
                return
            self.now += timedelta(minutes=2)
            self.fleet.call(lambda: [shelf.clock.advance(120) for shelf in self.shelves])

    def running(self) -> list[str]:
        return self.fleet.call(lambda: [shelf.up and shelf.identity.software for shelf in self.shelves])

    def statuses(self, rollout: FirmwareRollout) -> list[str]:
        return list(rollout.upgrades.order_by("pk").values_list("status", flat=True))

    def test_a_failure_pauses_the_second_wave_and_a_person_resumes(self) -> None:
        self.fleet.call(lambda: setattr(self.shelves[0].firmware.faults, "boots_old", True))
        configs = self.fleet.call(lambda: [shelf.running.copy() for shelf in self.shelves])
        rollout = firmware.plan(factories.firmware_image(), self.gams, RolloutOptions(wave_sizes=(1,)), user=self.user)
        shown = {row.gam_id: [line for _, lines in row.lines for line in lines] for row in rollout.upgrades.all()}
        firmware.start(rollout, user=self.user)
        self.pass_time(rollout, 40)
        self.assertEqual(rollout.status, "paused", self.statuses(rollout))
        self.assertIn("gam-1: It came back with the version it had", rollout.error)
        self.assertEqual(self.statuses(rollout)[0], "failed")
        self.assertEqual(self.running(), [OLD] * 3, "the second wave was not begun")

        firmware.resume(rollout, user=self.user)
        self.pass_time(rollout, 60)
        self.assertEqual(self.statuses(rollout), ["failed", "done", "done"], [row.journal for row in rollout.upgrades.all()])
        self.assertEqual(rollout.status, "completed")
        self.assertEqual(self.running(), [OLD, NEW, NEW])
        for shelf, config in zip(self.shelves, configs, strict=True):
            after = self.fleet.call(lambda shelf=shelf: shelf.running.copy())
            self.assertEqual([after.endpoints, after.profiles.keys()], [config.endpoints, config.profiles.keys()])
            self.assertFalse(self.fleet.call(lambda shelf=shelf: [cpe for cpe in shelf.cpes.values() if cpe.port is None]))
        for row in rollout.upgrades.filter(status="done"):
            self.assertEqual((row.endpoints_back, row.endpoints_mismatched), (1, 0))
            sent = [line for entry in row.journal if entry.get("phase") in ("download", "swap") for line in entry["sent"]]
            self.assertEqual(sent, shown[row.gam_id], "what was shown is what was sent")
        self.assertFalse(Alarm.objects.exists())
