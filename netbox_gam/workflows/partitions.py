"""Partitions of the tables of measurements: made ahead of time, dropped as a whole when everything in them has expired.

Every table is partitioned by ``at`` into spans of fixed length counted from the Unix epoch, so that a moment's partition is
computed, not looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from .locks import hold_until_commit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD_SPANS = 2


@dataclass(frozen=True, slots=True)
class PartitionedTable:
    """A table and how many days one partition of it spans."""

    name: str
    days: int

    def start(self, at: datetime) -> datetime:
        """Where the partition begins that a moment belongs to."""
        span = timedelta(days=self.days)
        return EPOCH + (at - EPOCH) // span * span

    def partition(self, at: datetime) -> str:
        """Name of the partition a moment belongs to."""
        return f"{self.name}_{self.start(at):%Y%m%d}"


_made: set[str] = set()
_NAMED = re.compile(r"_(\d{8})$")


def ensure(table: PartitionedTable, moments: Iterable[datetime]) -> None:
    """Make the partitions that some moments need and that this process has not made yet; safe with others doing the same."""
    for start in sorted({table.start(moment) for moment in moments}):
        name = table.partition(start)
        if name in _made:
            continue
        if not _exists(name):
            _create(table, name, start)
        # Not remembered inside a transaction that may be rolled back, and the table with it.
        if not connection.in_atomic_block:
            _made.add(name)


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (name,))
        return bool(cursor.fetchone()[0])


def _create(table: PartitionedTable, name: str, start: datetime) -> None:
    end = start + timedelta(days=table.days)
    with transaction.atomic():
        # CREATE ... IF NOT EXISTS of two sessions at once ends one of them with an error.
        hold_until_commit("partition", 0)
        with connection.cursor() as cursor:
            cursor.execute(
                f'CREATE TABLE IF NOT EXISTS "{name}" PARTITION OF "{table.name}" FOR VALUES FROM (%s) TO (%s)',
                (start, end),
            )


def make_ahead(table: PartitionedTable, now: datetime) -> None:
    """Make the partition of now and the next ones."""
    ensure(table, [now + timedelta(days=table.days * span) for span in range(AHEAD_SPANS + 1)])


def drop_before(table: PartitionedTable, expired: datetime) -> list[str]:
    """Drop the partitions that lie wholly before a moment; their names."""
    dropped = []
    for name, start in partitions(table):
        if start + timedelta(days=table.days) <= expired:
            with connection.cursor() as cursor:
                cursor.execute(f'DROP TABLE IF EXISTS "{name}"')
            _made.discard(name)
            dropped.append(name)
    return dropped


def partitions(table: PartitionedTable) -> list[tuple[str, datetime]]:
    """Name and begin of every partition there is, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass ORDER BY 1",
            (table.name,),
        )
        names = [name for (name,) in cursor.fetchall()]
    found = [(name, _NAMED.search(name)) for name in names]
    return [(name, datetime.strptime(match.group(1), "%Y%m%d").replace(tzinfo=UTC)) for name, match in found if match]


def size_bytes(table: PartitionedTable) -> tuple[int, int]:
    """Bytes on disk, indexes included, and rows as PostgreSQL last counted them, over all partitions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint, coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint"
            " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass",
            (table.name,),
        )
        size, rows = cursor.fetchone()
    return int(size), int(rows)
