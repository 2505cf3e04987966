"""Alarms of a shelf: derived from what is configured and what is plugged in, raised and cleared under one UUID.

Conditions, severities and the log's columns are from the MIB and from the alarm log of a walked GAM-12-C.
"""

from __future__ import annotations

import uuid
from collections import deque
from dataclasses import dataclass

CONDITIONS = {"restart": 6, "linkdown": 8, "outage": 11, "los": 13, "portmismatch": 14, "hwmismatch": 15, "swrevmismat": 16}
CLI_NAMES = {
    "los": "LOS",
    "hwmismatch": "HWMISMAT",
    "swrevmismat": "SWREVMISMAT",
    "outage": "OUTAGE",
    "portmismatch": "PORTMISMATCH",
    "linkdown": "LINKDOWN",
    "restart": "RESTART",
}
DESCRIPTIONS = {
    "los": "Endpoint (CPE) loss of signal (missing)",
    "hwmismatch": "Hardware Mismatch (unknown or unsupported endpoint model)",
    "swrevmismat": "Software Revision Mismatch",
    "outage": "G.hn Port Outage",
    "portmismatch": "Endpoint (CPE) detected on another port",
    "linkdown": "Ethernet Link Down",
    "restart": "System Restart",
}
NR, NA, MINOR, MAJOR, CRITICAL = range(5)
SHORT = {NR: "NR", NA: "NA", MINOR: "MN", MAJOR: "MJ", CRITICAL: "CR"}
LONG = {NR: "NR", NA: "NOT ALARMED", MINOR: "MINOR", MAJOR: "MAJOR", CRITICAL: "CRITICAL"}
RAISING, CLEARING, CHANGED, TRANSIENT = range(4)
ENDPOINT_IFINDEX = 1_000_000_000
LOG_SIZE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """A condition that holds now."""

    if_index: int
    entity: str
    condition: str
    severity: int
    service_affecting: bool


@dataclass(slots=True)
class Alarm:
    """An active alarm."""

    number: int
    uuid: bytes
    cause: Wanted
    occurred: float


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row of the alarm log."""

    number: int
    uuid: bytes
    cause: Wanted
    state: int
    occurred: float
    reported: float


class AlarmBook:
    """Active alarms and their log. UUIDs follow from ``seed`` and order, so that the same events give the same UUIDs."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0
        self._log_count = 0
        self.active: dict[tuple[int, str], Alarm] = {}
        self.log: deque[LogRow] = deque(maxlen=LOG_SIZE)

    def _next(self) -> tuple[int, bytes]:
        self._count += 1
        return self._count, uuid.uuid5(uuid.NAMESPACE_OID, f"{self._seed}/{self._count}").bytes

    def _report(self, uuid_: bytes, cause: Wanted, state: int, occurred: float, now: float) -> LogRow:
        self._log_count += 1
        row = LogRow(self._log_count, uuid_, cause, state, occurred, now)
        self.log.append(row)
        return row

    def transient(self, cause: Wanted, now: float) -> LogRow:
        """Log something that is over as soon as it is said (a restart)."""
        return self._report(self._next()[1], cause, TRANSIENT, now, now)

    def update(self, wanted: list[Wanted], now: float) -> list[LogRow]:
        """Raise, change and clear until exactly ``wanted`` is active; what was logged for it."""
        rows = []
        asked = {(cause.if_index, cause.condition): cause for cause in wanted}
        for key in [key for key in self.active if key not in asked]:
            alarm = self.active.pop(key)
            rows.append(self._report(alarm.uuid, alarm.cause, CLEARING, alarm.occurred, now))
        for key, cause in asked.items():
            known = self.active.get(key)
            if known is None:
                number, uuid_ = self._next()
                self.active[key] = Alarm(number, uuid_, cause, now)
                rows.append(self._report(uuid_, cause, RAISING, now, now))
            elif known.cause != cause:
                known.cause = cause
                rows.append(self._report(known.uuid, cause, CHANGED, known.occurred, now))
        return rows

    def restart(self, now: float) -> None:
        """A reboot: nothing is active any more; conditions that still hold are raised anew."""
        self.active.clear()
        self.transient(Wanted(0, "System", "restart", NA, True), now)

    def clear_log(self) -> None:
        """Forget the log."""
        self.log.clear()
