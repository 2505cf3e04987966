"""Alarms of a shelf, followed from reading to reading: what came up, changed and went since the last one. Pure.

The table of active alarms is the truth. A row of the log that was never seen (lost, or overrun by the ring of a hundred) therefore
costs nothing, and the log is asked only for what the table cannot show: conditions that were over as soon as they were said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ..contracts import AlarmChange, AlarmLogReading, AlarmReading, AlarmSeverity, DeviceReading

LONGEST_ENTITY = 63
LONGEST_CONDITION = 63
LATEST = timedelta(minutes=2)
"""A shelf's clock may be this much ahead of ours."""
EARLIEST = timedelta(hours=1)
"""An alarm that was not there at the last reading did not come up longer ago than this, whatever the shelf's clock says."""
NEVER_SET = 2001
"""A shelf whose clock was never set lives in 1970."""
MOST_SEEN = 500


class Happened(StrEnum):
    """What became of a shelf's alarm. RENAMED: the same thing under another UUID, nothing anybody needs to hear of."""

    RAISED = "raised"
    CHANGED = "changed"
    RENAMED = "renamed"
    CLEARED = "cleared"
    TRANSIENT = "transient"


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm of a shelf that is known and not cleared."""

    uuid: str
    entity: str
    condition: str
    severity: str
    service_affecting: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. ``alarm`` is what the shelf says now (None when cleared), ``standing`` what was known before."""

    happened: Happened
    at: datetime
    alarm: AlarmReading | None = None
    standing: Standing | None = None


def follow(standing: Iterable[Standing], reading: DeviceReading, *, known: bool) -> tuple[Step, ...]:
    """Compare what is known with a reading. Nothing follows from a table that was not read; from one that was read in part nothing
    is cleared.

    A restart raises anew, under new UUIDs, what is still wrong: the same condition of the same entity is the same alarm.

    :param known: whether alarms of this shelf were read before, so that new ones are younger than that
    """
    if reading.alarms is None:
        return ()
    active = _distinct(reading.alarms)
    left = {item.uuid: item for item in standing}
    steps: list[Step] = []
    unmatched: list[AlarmReading] = []
    for alarm in active:
        before = left.get(alarm.uuid)
        if before is not None and _thing(before) == _thing(alarm):
            del left[alarm.uuid]
            if _differs(before, alarm):
                steps.append(Step(Happened.CHANGED, reading.taken_at, alarm, before))
        else:
            unmatched.append(alarm)
    by_thing: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for item in left.values():
        by_thing[_thing(item)].append(item)
    for alarm in unmatched:
        same = by_thing.get(_thing(alarm))
        if same:
            before = same.pop(0)
            del left[before.uuid]
            happened = Happened.CHANGED if _differs(before, alarm) else Happened.RENAMED
            steps.append(Step(happened, reading.taken_at, alarm, before))
        else:
            steps.append(Step(Happened.RAISED, occurred(alarm.occurred, reading.taken_at, known=known), alarm))
    used = {alarm.uuid for alarm in active}
    whole = "alarms" not in reading.incomplete
    steps += [Step(Happened.CLEARED, reading.taken_at, None, item) for item in left.values() if whole or item.uuid in used]
    return tuple(steps)


def transients(reading: DeviceReading, seen: Sequence[str] | None) -> tuple[tuple[Step, ...], tuple[str, ...] | None]:
    """What was over as soon as it was said, such as a restart, and was not in the log before.

    :param seen: UUIDs of such rows in the log at the last reading; None when it was never read: then they are old news
    :returns: the steps, and what is seen now (None when the log was not read)
    """
    if reading.alarm_log is None:
        return (), None
    rows = {row.uuid: row for row in reading.alarm_log if row.change is AlarmChange.TRANSIENT}
    before = set(seen or ())
    new = [row for uuid, row in rows.items() if uuid not in before] if seen is not None else []
    # A log may be read in part, or only what is new in it: what was seen is remembered for longer than the ring holds it.
    now = tuple(dict.fromkeys([*(seen or ()), *rows]))[-MOST_SEEN:]
    steps = [Step(Happened.TRANSIENT, occurred(row.occurred, reading.taken_at, known=True), _as_alarm(row)) for row in new]
    return tuple(steps), now


def occurred(text: str, read: datetime, *, known: bool) -> datetime:
    """When it came up: by the shelf where that can be true, otherwise when it was read.

    :param text: the shelf's own time, ISO 8601 with zone
    """
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return read
    if said.tzinfo is None or said.year < NEVER_SET:
        return read
    said = said.astimezone(UTC)
    if said > read + LATEST or (known and said < read - EARLIEST):
        return read
    return min(said, read)


def _distinct(alarms: Iterable[AlarmReading]) -> list[AlarmReading]:
    """Each UUID once, with names as long as they are kept."""
    found = {}
    for alarm in alarms:
        entity, condition = _clean(alarm.entity)[:LONGEST_ENTITY], _clean(alarm.condition)[:LONGEST_CONDITION]
        found[alarm.uuid] = replace(alarm, entity=entity, condition=condition)
    return list(found.values())


def _clean(text: str) -> str:
    return text.replace("\0", "")


def _thing(alarm: Standing | AlarmReading) -> tuple[str, str]:
    return alarm.entity, alarm.condition


def _differs(before: Standing, now: AlarmReading) -> bool:
    return (AlarmSeverity(before.severity), before.service_affecting) != (now.severity, now.service_affecting)


def _as_alarm(row: AlarmLogReading) -> AlarmReading:
    return AlarmReading(
        row.uuid,
        _clean(row.entity)[:LONGEST_ENTITY],
        _clean(row.condition)[:LONGEST_CONDITION],
        row.severity,
        row.service_affecting,
        row.occurred,
    )
