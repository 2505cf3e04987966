"""The OID tree of a shelf, as tables over its state. Nothing is materialised: a walk asks tables for the next row.

Columns, syntaxes and quirks are those of the vendor's MIBs and of a walk of a GAM-12-C v1.5.4.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from .mib_tables import tables
from .snmp_codec import Oid
from .state import SimShelf

type Getter = Callable[[Any], bytes]
type Rows = Sequence[tuple[Oid, Any]]


class Table:
    """A table or a group of scalars (one row with index ``0``).

    :param base: OID up to the entry; column and index follow
    :param columns: getters by column, each giving an encoded value
    :param rows: the rows, sorted by index; asked for again when the shelf's revision changed
    """

    def __init__(self, base: str, columns: dict[int, Getter], rows: Callable[[], Rows]) -> None:
        self.base: Oid = tuple(map(int, base.split(".")))
        self.columns = dict(sorted(columns.items()))
        self.ids = list(self.columns)
        self._ask = rows
        self._revision = -1
        self._indexes: list[Oid] = []
        self._rows: dict[Oid, Any] = {}

    def refresh(self, revision: int) -> None:
        """Ask for the rows if the shelf has changed since."""
        if revision != self._revision:
            rows = self._ask()
            self._indexes = [index for index, _ in rows]
            self._rows = dict(rows)
            self._revision = revision

    def get(self, name: Oid) -> bytes | None:
        """The value at an OID below the base, None when there is no such instance."""
        at = len(self.base)
        if len(name) <= at + 1 or name[at] not in self.columns:
            return None
        row = self._rows.get(name[at + 1 :])
        return None if row is None else self.columns[name[at]](row)

    def next(self, name: Oid, half: bool) -> tuple[Oid, bytes] | None:
        """The first instance after an OID, None when the table has none.

        :param half: a fault: columns after the first are cut off after half of the rows
        """
        if not self._indexes:
            return None
        at = len(self.base)
        if name[:at] == self.base:
            rest = name[at:]
        elif self.base < name:
            return None
        else:
            rest = ()
        column = rest[0] if rest else 0
        place = bisect_right(self.ids, column) if column not in self.columns else self.ids.index(column)
        start = bisect_right(self._indexes, rest[1:]) if column in self.columns else 0
        while place < len(self.ids):
            limit = len(self._indexes)
            if half and place and limit > 1:
                limit = (limit + 1) // 2
            if start < limit:
                index = self._indexes[start]
                return (*self.base, self.ids[place], *index), self.columns[self.ids[place]](self._rows[index])
            place, start = place + 1, 0
        return None


class Tree:
    """All tables of a shelf, in OID order."""

    def __init__(self, shelf: SimShelf) -> None:
        self.shelf = shelf
        self.tables = sorted((Table(*item) for item in tables(shelf)), key=lambda table: table.base)
        self._bases = [table.base for table in self.tables]

    def _place(self, name: Oid) -> int:
        return max(0, bisect_right(self._bases, name) - 1)

    def get(self, name: Oid) -> bytes | None:
        """The value of an instance, None when there is none."""
        table = self.tables[self._place(name)]
        if name[: len(table.base)] != table.base:
            return None
        table.refresh(self.shelf.revision)
        return table.get(name)

    def next(self, name: Oid) -> tuple[Oid, bytes] | None:
        """The first instance after an OID, None at the end of the view."""
        half = "snmp" in self.shelf.faults.half
        for table in self.tables[self._place(name) :]:
            table.refresh(self.shelf.revision)
            if (found := table.next(name, half)) is not None:
                return found
        return None
