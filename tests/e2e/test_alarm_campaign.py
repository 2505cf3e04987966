"""A scripted day on fifty shelves: what stands in NetBox is what stands on the shelves, and each real change is told once.

Seeded. Shelves restart, links flap, endpoints are unplugged, moved and brought back, rows of alarm logs go missing, the ring of a
hundred overruns, clocks jump, polls are missed. Most readings are made from the simulator's state in this process; the last ones
come over SNMP. What people should have been told is worked out here, from the shelves' own alarms and without the plugin's code.
"""

from __future__ import annotations

import os
import random
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import TestCase

from development.simulator.fleet import Fleet
from development.simulator.state import STATE_NAMES, SimShelf
from development.simulator.testing import running_fleet
from development.town_builder import build_town
from netbox_gam.models import Alarm, AlarmEvent, Endpoint, GamDevice
from netbox_gam.workflows import alarms
from netbox_gam.workflows.observation import Observation
from nornir_tasks import poll
from nornir_tasks.contracts import (
    AlarmChange,
    AlarmLogReading,
    AlarmReading,
    AlarmSeverity,
    DeviceReading,
    EndpointReading,
    EndpointState,
    Failure,
    TargetResult,
)
from nornir_tasks.errors import ErrorKind
from tests.netbox_gam import factories

SHELVES = 50
POLLS = int(os.environ.get("NETBOX_GAM_CAMPAIGN_POLLS", "48"))
EVERY = timedelta(days=1) / POLLS
SEED = int(os.environ.get("NETBOX_GAM_CAMPAIGN_SEED", "3"))
START = datetime(2026, 3, 1, tzinfo=UTC)
SEVERITIES = [AlarmSeverity(word) for word in ("nr", "na", "mn", "mj", "cr")]
CHANGES = [AlarmChange.RAISED, AlarmChange.CLEARED, AlarmChange.CHANGED, AlarmChange.TRANSIENT]
HIDDEN_BY_OUTAGE = ("los", "portmismatch")

type Truth = dict[tuple[str, str], tuple[str, bool]]


def truth(shelf: SimShelf) -> Truth:
    """Active alarms of a shelf: entity and condition to severity and service affecting."""
    causes = [alarm.cause for alarm in shelf.alarms.active.values()]
    return {(cause.entity, cause.condition): (SEVERITIES[cause.severity].value, cause.service_affecting) for cause in causes}


class Oracle:
    """What people should have been told of one shelf's alarms, from what was active at each poll that worked."""

    def __init__(self) -> None:
        self.active: Truth = {}
        self.told: set[tuple[str, str]] = set()
        self.heard: dict[str, int] = {"raised": 0, "changed": 0, "cleared": 0}
        self.restarts: set[str] | None = None
        self.restarted = 0

    def polled(self, shelf: SimShelf) -> None:
        now = truth(shelf)
        for thing in self.active.keys() - now.keys():
            self.heard["cleared"] += thing in self.told
            self.told.discard(thing)
        for thing, state in now.items():
            hidden = self._hidden(shelf, thing, now)
            if thing not in self.told and not hidden:
                self.heard["raised"] += 1
                self.told.add(thing)
            elif thing in self.told and not hidden and self.active.get(thing) != state:
                self.heard["changed"] += 1
        self.active = now
        rows = {row.uuid.hex() for row in shelf.alarms.log if row.state == 3}
        if self.restarts is not None:
            self.restarted += len(rows - self.restarts)
        self.restarts = (self.restarts or set()) | rows

    @staticmethod
    def _hidden(shelf: SimShelf, thing: tuple[str, str], now: Truth) -> bool:
        entity, condition = thing
        if condition not in HIDDEN_BY_OUTAGE:
            return False
        port = shelf.running.endpoints[int(entity.removeprefix("CPE-"))].port
        return (f"G.hn-{port}", "outage") in now


def reading_of(shelf: SimShelf, at: datetime) -> DeviceReading:
    """What a poll would read of a shelf, of the sections that alarms are made from."""
    endpoints = [
        EndpointReading(
            mac=view.mac,
            configured_id=view.id,
            configured_port=(view.endpoint.port or None) if view.endpoint else None,
            detected_port=view.detected_port or None,
            state=EndpointState(STATE_NAMES[view.state]),
        )
        for view in shelf.views()
    ]
    active = [
        AlarmReading(
            alarm.uuid.hex(),
            alarm.cause.entity,
            alarm.cause.condition,
            SEVERITIES[alarm.cause.severity],
            alarm.cause.service_affecting,
            shelf.clock.text(alarm.occurred),
        )
        for alarm in shelf.alarms.active.values()
    ]
    log = [
        AlarmLogReading(
            row.number,
            row.uuid.hex(),
            row.cause.entity,
            row.cause.condition,
            SEVERITIES[row.cause.severity],
            row.cause.service_affecting,
            CHANGES[row.state],
            shelf.clock.text(row.occurred),
        )
        for row in shelf.alarms.log
    ]
    return DeviceReading(shelf.name, at, endpoints=tuple(endpoints), alarms=tuple(active), alarm_log=tuple(log))


class Script:
    """What happens to shelves between two polls."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.done: dict[str, int] = {}

    def happen(self, shelf: SimShelf) -> None:
        chances = {
            self.restart: 0.01, self.unplug: 0.06, self.bring_back: 0.06, self.move: 0.03, self.flap: 0.03, self.cut: 0.02,
            self.mend: 0.04, self.lose_rows: 0.05, self.overrun: 0.005, self.jump: 0.01,
        }  # fmt: skip
        for what, chance in chances.items():
            if self.dice.random() < chance:
                what(shelf)
                self.done[what.__name__] = self.done.get(what.__name__, 0) + 1

    def _cpe(self, shelf: SimShelf, *, plugged: bool) -> Any:
        known = {endpoint.mac for endpoint in shelf.running.endpoints.values()}
        found = sorted(mac for mac, cpe in shelf.cpes.items() if mac in known and bool(cpe.port) is plugged)
        return self.dice.choice(found) if found else None

    def restart(self, shelf: SimShelf) -> None:
        shelf.reboot()

    def unplug(self, shelf: SimShelf) -> None:
        if mac := self._cpe(shelf, plugged=True):
            shelf.unplug(mac)

    def bring_back(self, shelf: SimShelf) -> None:
        if mac := self._cpe(shelf, plugged=False):
            shelf.plug(mac, next(item.port for item in shelf.running.endpoints.values() if item.mac == mac) or 1)

    def move(self, shelf: SimShelf) -> None:
        if mac := self._cpe(shelf, plugged=True):
            shelf.move(mac, self.dice.randrange(1, shelf.identity.model.ports + 1))

    def _uplink(self, shelf: SimShelf) -> str:
        return self.dice.choice(list(shelf.identity.model.uplink_interfaces))

    def flap(self, shelf: SimShelf) -> None:
        for up in (False, True, False, True):
            shelf.set_link(shelf.identity.model.uplink_interfaces[0], up)

    def cut(self, shelf: SimShelf) -> None:
        shelf.set_link(self._uplink(shelf), False)

    def mend(self, shelf: SimShelf) -> None:
        for uplink in list(shelf.link_down):
            shelf.set_link(uplink, True)

    def lose_rows(self, shelf: SimShelf) -> None:
        kept = [row for row in shelf.alarms.log if self.dice.random() > 0.3]
        shelf.alarms.log = deque(kept, maxlen=shelf.alarms.log.maxlen)

    def overrun(self, shelf: SimShelf) -> None:
        for _ in range(30):
            self.flap(shelf)
        assert len(shelf.alarms.log) == shelf.alarms.log.maxlen

    def jump(self, shelf: SimShelf) -> None:
        shelf.clock.jump(self.dice.choice((-1, 1)) * self.dice.uniform(3600, 40 * 86400))


class AlarmCampaign(TestCase):
    def setUp(self) -> None:
        town = build_town(SEED, SHELVES)
        self.fleet = Fleet.from_town(town)
        self.shelves = list(self.fleet.shelves.values())
        self.gams: dict[str, GamDevice] = {}
        for shelf in self.shelves:
            gam = self.gams[shelf.name] = factories.gam(shelf.name, model=shelf.identity.model.name)
            known = [item.mac for item in shelf.running.endpoints.values()]
            Endpoint.objects.bulk_create(Endpoint(mac_address=mac, gam=gam, status="configured") for mac in known)

    def test_a_day(self) -> None:
        dice = random.Random(SEED)  # a seeded script, not a secret
        script, oracles = Script(dice), {shelf.name: Oracle() for shelf in self.shelves}
        missed = 0
        for number in range(POLLS):
            at, batch = START + number * EVERY, []
            for shelf in self.shelves:
                shelf.clock.advance(EVERY.total_seconds())
                script.happen(shelf)
                if dice.random() < 0.02:
                    missed += 1
                    failure = Failure(ErrorKind.TIMEOUT, "No answer.")
                    batch.append(Observation(self.gams[shelf.name], TargetResult(shelf.name, failure=failure), at))
                    continue
                oracles[shelf.name].polled(shelf)
                batch.append(Observation(self.gams[shelf.name], TargetResult(shelf.name, value=reading_of(shelf, at)), at))
            alarms.evaluate(batch)
            alarms.sweep(at)
        self.assertGreater(min(script.done.values()), 0, "everything in the script happened")
        self.assertEqual(len(script.done), 10)
        self.assertGreater(missed, 0)
        self.last_polls_over_snmp(oracles)
        self.check_standing()
        self.check_told(oracles)

    def last_polls_over_snmp(self, oracles: dict[str, Oracle]) -> None:
        """Every shelf once more, as the plugin reads them."""
        for shelf in self.shelves:
            shelf.clock.advance(max(0, shelf.down_until - shelf.clock.now()))  # those that were booting are up
        with running_fleet(self.fleet) as fleet:
            results = poll([fleet.target(shelf) for shelf in self.shelves])
            at = START + (POLLS + 1) * EVERY
            for shelf in self.shelves:
                oracles[shelf.name].polled(shelf)
        for result in results:
            self.assertIsNone(result.failure, result.name)
        alarms.evaluate([Observation(self.gams[result.name], result, at) for result in results])

    def check_standing(self) -> None:
        for shelf in self.shelves:
            rows = Alarm.objects.filter(gam=self.gams[shelf.name], source="shelf").exclude(state="cleared")
            standing = {(row.entity, row.condition): (row.severity, row.service_affecting) for row in rows}
            self.assertEqual(standing, truth(shelf), shelf.name)
            self.assertEqual(rows.count(), len(standing))

    def check_told(self, oracles: dict[str, Oracle]) -> None:
        for name, oracle in oracles.items():
            told = AlarmEvent.objects.filter(gam=self.gams[name], announce=True, alarm__source="shelf")
            own = told.exclude(alarm__condition="restart")
            self.assertEqual({word: own.filter(transition=word).count() for word in oracle.heard}, oracle.heard, name)
            restarts = told.filter(alarm__condition="restart")
            self.assertEqual([event.transition for event in restarts], ["raised"] * oracle.restarted, name)
        self.assertGreater(sum(oracle.heard["raised"] for oracle in oracles.values()), 100)
