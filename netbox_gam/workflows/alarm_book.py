"""The standing alarms of some GAMs in memory: what happens to them is noted, then announced or not, then written at once.

Alarms that come from reading are written in bulk: their history is :class:`AlarmEvent`, not the change log (decision 18). Writers
take turns per GAM by locking its row, so a poll batch and a change being applied do not meet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from nornir_tasks.gam.alarms import EntityKind, parse_entity
from nornir_tasks.monitoring.alarm_parents import Node, parents
from nornir_tasks.monitoring.metrics import MetricKind

from ..choices import AlarmSourceChoices, AlarmStateChoices, AlarmTransitionChoices
from ..models import Alarm, AlarmEvent, GamDevice
from .firmware_quiet import Expected

FLAPPING_CHANGES = 5
"""More raises and clears than this within :data:`FLAPPING_WINDOW` is flapping."""
FLAPPING_WINDOW = timedelta(minutes=15)
LONGEST_TEXT = 300
COUNTED = (AlarmTransitionChoices.RAISED, AlarmTransitionChoices.CLEARED)
CHANGED_FIELDS = (
    "endpoint", "port", "rule", "key", "severity", "service_affecting", "state", "text", "cleared", "last_change", "count",
    "shelved_until", "suppressed", "suppressed_by", "flapping", "announced", "last_updated",
)  # fmt: skip
_KINDS = {
    EntityKind.SYSTEM: MetricKind.DEVICE,
    EntityKind.PORT: MetricKind.PORT,
    EntityKind.ETHERNET: MetricKind.ETHERNET,
    EntityKind.ENDPOINT: MetricKind.ENDPOINT,
}


@dataclass
class _Noted:
    """A transition that is not written yet."""

    alarm: Alarm
    transition: str
    at: datetime
    text: str = ""
    quiet: bool = False
    announce: bool = False
    user: Any = None
    decided: bool = False


class Book:
    """Standing alarms of some GAMs, and those that cleared so recently that they are taken up again. Inside a transaction only."""

    def __init__(self, gams: Iterable[int], at: datetime) -> None:
        pks = sorted(set(gams))
        # no_key: rows that point to a GAM can be made meanwhile.
        list(GamDevice.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=pks).order_by("pk").values_list("pk"))
        self.standing: dict[int, dict[str, Alarm]] = {pk: {} for pk in pks}
        self._recent: dict[tuple[Any, ...], Alarm] = {}
        self._expected = Expected(pks)
        self._noted: list[_Noted] = []
        self._changed: dict[int, Alarm] = {}
        self._new: list[Alarm] = []
        cleared = Q(cleared__gt=at - FLAPPING_WINDOW) | Q(flapping=True) | Q(shelved_until__gt=at)
        wanted = Alarm.objects.filter(~Q(state=AlarmStateChoices.CLEARED) | cleared, gam__in=pks)
        for alarm in wanted.select_related("endpoint__port", "port").order_by("pk"):
            if alarm.state == AlarmStateChoices.CLEARED:
                self._recent[_thing(alarm)] = alarm
            else:
                self.standing[alarm.gam_id][alarm.key] = alarm

    # ------------------------------------------------------------------------------------------------------------- what happens

    def raise_alarm(self, gam: int, key: str, at: datetime, **values: Any) -> Alarm:
        """Raise an alarm; one of the same thing that has just cleared is the same alarm again."""
        text = values.get("text", "")[:LONGEST_TEXT].replace("\0", "")
        alarm = Alarm(gam_id=gam, key=key, raised=at, **{**values, "text": text})
        if until := self._expected.until(alarm, at):
            alarm.state, alarm.shelved_until = AlarmStateChoices.SHELVED, until
            alarm.text = text = f"Firmware upgrade: {text}"[:LONGEST_TEXT]
        before = self._recent.pop(_thing(alarm), None)
        if before is None:
            self._new.append(alarm)
        else:
            alarm = self._again(before, alarm, at)
        alarm.last_change = at
        self.standing[gam][key] = alarm
        self._noted.append(_Noted(alarm, AlarmTransitionChoices.RAISED, at, text))
        return alarm

    def _again(self, before: Alarm, now: Alarm, at: datetime) -> Alarm:
        shelved = before.shelved_until is not None and before.shelved_until > at
        if now.state == AlarmStateChoices.SHELVED:
            before.shelved_until, shelved = now.shelved_until, True
        before.state = AlarmStateChoices.SHELVED if shelved else AlarmStateChoices.RAISED
        before.cleared, before.count = None, before.count + 1
        before.key, before.text = now.key, now.text
        before.severity, before.service_affecting = now.severity, now.service_affecting
        before.endpoint = now.endpoint or before.endpoint
        before.port = now.port or before.port
        self.touch(before)
        return before

    def change(self, alarm: Alarm, at: datetime, *, text: str = "", **values: Any) -> None:
        """Set fields; another severity, or affecting service now, is a transition."""
        differs = {name: value for name, value in values.items() if getattr(alarm, name) != value}
        if not differs:
            return
        if "key" in differs:
            del self.standing[alarm.gam_id][alarm.key]
            self.standing[alarm.gam_id][differs["key"]] = alarm
        for name, value in differs.items():
            setattr(alarm, name, value)
        self.touch(alarm)
        if differs.keys() & {"severity", "service_affecting"}:
            alarm.last_change = at
            self._noted.append(_Noted(alarm, AlarmTransitionChoices.CHANGED, at, text or alarm.text))

    def all(self) -> list[Alarm]:
        """Every alarm in the book, standing or not."""
        return [alarm for of_one in self.standing.values() for alarm in of_one.values()] + list(self._recent.values())

    def clear(self, alarm: Alarm, at: datetime, *, text: str = "", announce: bool = True) -> None:
        """Clear an alarm; nobody is told unless ``announce``."""
        del self.standing[alarm.gam_id][alarm.key]
        noted = _Noted(alarm, AlarmTransitionChoices.CLEARED, at, text, not announce or alarm.state == AlarmStateChoices.SHELVED)
        alarm.state, alarm.cleared, alarm.last_change = AlarmStateChoices.CLEARED, at, at
        self.touch(alarm)
        self._noted.append(noted)

    def touch(self, alarm: Alarm) -> None:
        """Have an alarm written."""
        if alarm.pk is not None:
            self._changed[alarm.pk] = alarm

    def note(self, alarm: Alarm, transition: str, at: datetime, *, text: str, announce: bool, user: Any = None) -> None:
        """Something that happened to an alarm beyond being raised, changed or cleared."""
        self._noted.append(_Noted(alarm, transition, at, text, announce=announce, user=user, decided=True))

    # ------------------------------------------------------------------------------------------------------------ who is told

    def write(self, at: datetime, ports: Mapping[int, Mapping[str, int]] | None = None) -> list[AlarmEvent]:
        """Decide what hides and what is announced, and write all of it.

        :param ports: by GAM: MAC address to the port an endpoint is configured for
        :returns: the events that were written
        """
        shown = [alarm for gam in self.standing for alarm in self._hide(gam, (ports or {}).get(gam, {}))]
        self._announce()
        self._announce_shown(shown, at)
        return self._save()

    def _hide(self, gam: int, ports: Mapping[str, int]) -> list[Alarm]:
        """Set what hides behind what; those that come out of hiding."""
        alarms = list(self.standing[gam].values())
        hidden = parents(_node(alarm, ports, age) for age, alarm in enumerate(alarms)) if len(alarms) > 1 else {}
        shown = []
        for alarm in alarms:
            parent: Any = hidden.get(id(alarm))
            behind = next(other for other in alarms if id(other) == parent) if parent else None
            if alarm.suppressed == (behind is not None) and (behind is None or _is(alarm, behind)):
                continue
            if alarm.suppressed and behind is None:
                shown.append(alarm)
            alarm.suppressed, alarm.suppressed_by = behind is not None, behind
            self.touch(alarm)
        return shown

    def _announce(self) -> None:
        before = self._changes_before()
        for noted in list(self._noted):
            if noted.decided:
                continue
            alarm = noted.alarm
            if noted.transition in COUNTED:
                recent = before[id(alarm)]
                recent.append(noted.at)
                changes = sum(1 for at in recent if at > noted.at - FLAPPING_WINDOW)
                if changes > FLAPPING_CHANGES and not alarm.flapping:
                    self._flaps(alarm, noted.at, changes)
                    continue
            noted.announce = self._is_told(noted)
            if noted.transition in COUNTED and not alarm.flapping:
                alarm.announced = noted.announce and noted.transition == AlarmTransitionChoices.RAISED

    def _is_told(self, noted: _Noted) -> bool:
        alarm = noted.alarm
        if alarm.flapping:
            return False
        if noted.transition == AlarmTransitionChoices.CLEARED:
            return alarm.announced and not noted.quiet
        quiet = alarm.suppressed or alarm.state == AlarmStateChoices.SHELVED
        return not quiet and (noted.transition == AlarmTransitionChoices.RAISED or alarm.announced)

    def _flaps(self, alarm: Alarm, at: datetime, changes: int) -> None:
        """It is said once that it comes and goes; then silence until it is calm."""
        alarm.flapping = True
        self.touch(alarm)
        quiet = alarm.suppressed or alarm.state == AlarmStateChoices.SHELVED
        minutes = int(FLAPPING_WINDOW.total_seconds() // 60)
        text = f"Flapping: {changes} changes in {minutes} minutes."
        alarm.announced = alarm.announced or not quiet
        self._noted.append(_Noted(alarm, AlarmTransitionChoices.CHANGED, at, text, announce=not quiet))

    def _changes_before(self) -> dict[int, list[datetime]]:
        """When alarms that change now were raised and cleared before, within the window."""
        found: dict[int, list[datetime]] = defaultdict(list)
        concerned = {
            noted.alarm.pk: noted.alarm
            for noted in self._noted
            if noted.transition in COUNTED and noted.alarm.pk and not noted.decided
        }
        if concerned:
            since = min(noted.at for noted in self._noted) - FLAPPING_WINDOW
            rows = AlarmEvent.objects.filter(alarm__in=list(concerned), transition__in=COUNTED, at__gt=since)
            for pk, at in rows.values_list("alarm_id", "at"):
                found[id(concerned[pk])].append(at)
        return found

    def _announce_shown(self, shown: Iterable[Alarm], at: datetime) -> None:
        """What was never told because it hid is told when it no longer does."""
        told = {id(noted.alarm) for noted in self._noted if noted.announce}
        for alarm in shown:
            quiet = alarm.announced or alarm.flapping or alarm.state == AlarmStateChoices.SHELVED
            if not quiet and id(alarm) not in told:
                alarm.announced = True
                self.touch(alarm)
                text = f"Hidden no longer: {alarm.text}"[:LONGEST_TEXT]
                self._noted.append(_Noted(alarm, AlarmTransitionChoices.RAISED, at, text, announce=True))

    # ---------------------------------------------------------------------------------------------------------------- writing

    def _save(self) -> list[AlarmEvent]:
        behind = [(alarm, alarm.suppressed_by) for alarm in self._new if alarm.suppressed_by is not None]
        for alarm, _ in behind:
            alarm.suppressed_by = None
        # What cleared goes first: its key may be taken again.
        self._upsert([alarm for alarm in self._changed.values() if alarm.state == AlarmStateChoices.CLEARED])
        Alarm.objects.bulk_create(self._new)
        for alarm, parent in behind:
            alarm.suppressed_by = parent
            self._changed[alarm.pk] = alarm
        rest = [alarm for alarm in self._changed.values() if alarm.state != AlarmStateChoices.CLEARED]
        for alarm in rest:
            alarm.suppressed_by = alarm.suppressed_by  # takes the key of a parent that was new
        self._upsert(rest)
        rows = [
            AlarmEvent(
                alarm_id=noted.alarm.pk,
                gam_id=noted.alarm.gam_id,
                at=noted.at,
                transition=noted.transition,
                severity=noted.alarm.severity,
                text=noted.text[:LONGEST_TEXT],
                user=noted.user,
                announce=noted.announce,
            )
            for noted in self._noted
        ]
        return list(AlarmEvent.objects.bulk_create(rows))

    @staticmethod
    def _upsert(alarms: list[Alarm]) -> None:
        """One statement however many there are. None is inserted: each has its key already."""
        if alarms:
            Alarm.objects.bulk_create(alarms, update_conflicts=True, unique_fields=["id"], update_fields=CHANGED_FIELDS)


def _is(alarm: Alarm, parent: Alarm) -> bool:
    return alarm.suppressed_by_id is not None and alarm.suppressed_by_id == parent.pk


def _thing(alarm: Alarm) -> tuple[Any, ...]:
    """What an alarm is about, whatever its key is this time."""
    own = alarm.key if alarm.source == AlarmSourceChoices.PROVISIONING else alarm.rule_id
    return alarm.gam_id, alarm.source, alarm.entity, alarm.condition, own


def _node(alarm: Alarm, ports: Mapping[str, int], age: int) -> Node:
    entity = parse_entity(alarm.entity or "System")
    kind, key, port = _KINDS.get(entity.kind), str(entity.number or ""), None
    if alarm.endpoint is not None:
        kind, key = MetricKind.ENDPOINT, alarm.endpoint.mac
        port = ports.get(key) or (alarm.endpoint.port.number if alarm.endpoint.port else None)
    elif alarm.rule_id is not None and alarm.key.count(":") > 2:
        _, _, word, key = alarm.key.split(":", 3)
        kind, port = MetricKind(word), ports.get(key)
        if kind is MetricKind.ETHERNET:
            key = str(parse_entity(key).number or key)
    if kind is MetricKind.DEVICE:
        key = ""
    return Node(id(alarm), alarm.condition, alarm.severity, kind, key, port, alarm.source == AlarmSourceChoices.POLLING, age)
