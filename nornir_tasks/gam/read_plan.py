"""What a poll asks a shelf for, and in which order: nothing outside this plan is asked for or walked.

A whole walk of a real shelf is megabytes: an interface per VLAN (4,000 rows of IF-MIB) and a syslog of ten thousand rows. So a
table is read in two steps: one column is walked, which says what rows there are, and the other columns are asked for by name.
Interfaces are never walked; the plan knows where a GAM's physical ports are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import oids
from .catalog import GamModel
from .oids import IFINDEX_GHN, Group, Oid, Table

MOST_PORTS = 40
"""Interfaces asked for on a model the catalogue does not know; the largest known one has 27."""
SPARE_PORTS = 2
"""Asked for beyond a model's own: of some models the number of uplinks was inferred and may be one more."""
NEWEST_ALARMS = 100
"""Rows of the alarm log read where nobody knows which were read before."""
ALARM_LOG_STEP = 25
"""Rows of the alarm log looked for at once behind the last one known."""


@dataclass(frozen=True, slots=True)
class TablePlan:
    """A table: ``key`` is the column that is walked, the others are asked for row by row."""

    table: Table
    key: str

    @property
    def others(self) -> tuple[str, ...]:
        """The columns that are asked for by name."""
        return tuple(column for column in self.table.columns if column != self.key)

    @property
    def walked(self) -> Oid:
        """The subtree that is walked."""
        return self.table.column(self.key)


IDENTITY: tuple[Group, ...] = (oids.SYSTEM, oids.BOARD, oids.MORE)
"""Read in one request, first of all."""

IMAGES = TablePlan(oids.IMAGE, "name")
FILES = TablePlan(oids.FILE, "name")
TEMPERATURES = TablePlan(oids.TEMPERATURE, "name")
FANS = TablePlan(oids.FAN, "rpm")
POWER = TablePlan(oids.POWER, "state")
LED = TablePlan(oids.LED, "text")
PROFILES = TablePlan(oids.PROFILE, "id")
PORTS = TablePlan(oids.PORT_STATUS, "enabled")
PORT_CONFIG = TablePlan(oids.PORT_CONFIG, "name")
"""Walked only where the status table is missing; the columns left out of it are VLAN bitmaps of a kilobyte per port."""
PORT_DETAIL = TablePlan(oids.PORT_DETAIL, "firmware")
"""Walked only where the other two tables of ports are missing."""
ENDPOINTS_BY_ID = TablePlan(oids.ENDPOINT_BY_ID, "mac")
ENDPOINTS_BY_MAC = TablePlan(oids.ENDPOINT_BY_MAC, "mac")
ETHERNET_BY_ID = TablePlan(oids.ENDPOINT_ETHERNET_BY_ID, "valid")
ETHERNET_BY_MAC = TablePlan(oids.ENDPOINT_ETHERNET_BY_MAC, "valid")
ALARMS = TablePlan(oids.ACTIVE_ALARM, "if_index")
ALARM_LOG = TablePlan(oids.ALARM_LOG, "if_index")

WALKED: tuple[TablePlan, ...] = (
    IMAGES, FILES, TEMPERATURES, FANS, POWER, LED, PROFILES, PORTS, PORT_CONFIG, PORT_DETAIL, ENDPOINTS_BY_ID,
    ENDPOINTS_BY_MAC, ETHERNET_BY_ID, ETHERNET_BY_MAC, ALARMS, ALARM_LOG,
)  # fmt: skip
"""Everything of which a column is walked, in the order of reading."""

ASKED: tuple[Table, ...] = (
    oids.IF, oids.IF_OLD, oids.IFX, oids.ETHERNET_STATUS, oids.SFP, oids.PORT_CONFIG, oids.PORT_DETAIL,
    oids.ENDPOINT_CONFIG,
    oids.ENDPOINT_DETAIL_BY_ID, oids.ENDPOINT_DETAIL_BY_MAC,
    oids.ENDPOINT_UPGRADE_BY_ID, oids.ENDPOINT_UPGRADE_BY_MAC, oids.ENDPOINT_POE_BY_ID,
    oids.ENDPOINT_POE_BY_MAC, oids.ENDPOINT_FRAMES_BY_ID, oids.ENDPOINT_FRAMES_BY_MAC,
)  # fmt: skip
"""Tables of which nothing is walked: their rows are those of another table, or known beforehand."""


def columns() -> Iterator[Oid]:
    """Every column the plan may touch, and every scalar's OID."""
    for group in IDENTITY:
        yield from group.oids.values()
    for table in (*(plan.table for plan in WALKED), *ASKED):
        for column in table.columns:
            yield table.column(column)


def interfaces(model: GamModel | None) -> list[Oid]:
    """Indexes in IF-MIB a shelf's physical ports may have: G.hn ports, uplinks, MGMT."""
    count = MOST_PORTS if model is None else model.ports + model.uplinks + 1 + SPARE_PORTS
    return [(IFINDEX_GHN + number,) for number in range(1, count + 1)]
