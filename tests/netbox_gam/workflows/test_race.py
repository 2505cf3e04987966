"""Two workers, one GAM: the lock in PostgreSQL keeps their sessions apart, as the shelf's own log shows."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from unittest.mock import patch

from django.db import connection
from django.test import TestCase

from development.simulator.command_log import Entry
from development.simulator.state import SimShelf
from development.simulator.testing import RunningFleet, running_fleet
from netbox_gam.workflows.locks import exclusive
from nornir_tasks.changes.planner import plan_shelf
from nornir_tasks.contracts import ApplyOutcome, DeviceTarget, Login, ShelfConfig, Transport
from nornir_tasks.drivers.choose import driver_for_target
from nornir_tasks.gam.catalog import BY_NAME
from nornir_tasks.tasks.provision import apply_plan
from tests.e2e.fault_campaign import town_shelf

WORKERS = ("worker-a", "worker-b")
GAM = 4711


class RaceTests(TestCase):
    """Each worker is a thread with a database connection of its own; plans are made and applied under the lock."""

    def race(self, transport: Transport, plans: int) -> tuple[list[ApplyOutcome], list[Entry]]:
        shelf = SimShelf(town_shelf(1), password="x")
        shelf.users |= dict.fromkeys(WORKERS, "x")
        often = patch("netbox_gam.workflows.locks.RETRY_SECONDS", 0.003)
        with often, running_fleet([shelf]) as fleet, ThreadPoolExecutor(len(WORKERS)) as pool:
            target = replace(fleet.targets[0], transport=transport)
            done = [pool.submit(self.work, replace(target, login=Login(name, "x")), plans // 2) for name in WORKERS]
            outcomes = [outcome for future in done for outcome in future.result()]
            return outcomes, self.changes(fleet, shelf)

    def changes(self, fleet: RunningFleet, shelf: SimShelf) -> list[Entry]:
        return fleet.call(lambda: shelf.log.select("change"))

    def work(self, target: DeviceTarget, plans: int) -> list[ApplyOutcome]:
        outcomes = []
        try:
            for _ in range(plans):
                outcomes.append(self.plan_and_apply(target))
                # the lock is asked for now and then, not queued for: whoever comes back at once gets it again
                time.sleep(0.01)
        finally:
            connection.close()
        return outcomes

    def plan_and_apply(self, target: DeviceTarget) -> ApplyOutcome:
        """Give the first subscriber the next VLAN, seen from what the shelf has then."""
        with exclusive("gam", GAM, label="the GAM", wait_seconds=120), driver_for_target(target) as driver:
            actual = driver.read_running()
            first = actual.subscribers[0]
            wish = ShelfConfig(subscribers=(replace(first, vlan=first.vlan + 1),))
            plan = plan_shelf(target.name, target.transport, actual, wish, (), BY_NAME["GAM-12-C"])
            return apply_plan(driver, plan, lambda _: None).outcome

    def assert_apart(self, entries: list[Entry], plans: int) -> None:
        self.assertEqual([entry.kind for entry in entries], ["write", "save"] * plans)
        for written, saved in zip(entries[::2], entries[1::2], strict=True):
            self.assertEqual(written.user, saved.user, "somebody wrote between a write and its save")
        self.assertEqual({entry.user for entry in entries}, set(WORKERS))
        turns = sum(one.user != other.user for one, other in pairwise(entries))
        self.assertGreater(turns, 1, "the workers never took turns: that was no race")

    def test_two_hundred_plans_over_http(self) -> None:
        outcomes, entries = self.race(Transport.JSONRPC, 200)
        self.assertEqual(outcomes, [ApplyOutcome.APPLIED] * 200)
        self.assert_apart(entries, 200)

    def test_over_ssh(self) -> None:
        outcomes, entries = self.race(Transport.SSH, 20)
        self.assertEqual(outcomes, [ApplyOutcome.APPLIED] * 20)
        self.assert_apart(entries, 20)
