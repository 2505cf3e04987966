"""Single SNMP values to Python values. A value that makes no sense is None (or empty) and leaves a problem behind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..contracts import ReadProblem
from ..errors import ErrorKind
from .oids import IFINDEX_GHN, IFINDEX_PORT_LAST, Group, Oid, Table

type Value = int | bytes | Oid

_MAC = re.compile(r"^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$", re.IGNORECASE)
_SHELF_UPTIME = re.compile(rb"^(\d{1,5})d (\d{2}):(\d{2})(?::|$)")
_ENDPOINT_UPTIME = re.compile(r"^(?:(\d+) days?,? ?)?(?:(\d+)h ?)?(?:(\d+)m ?)?(?:(\d+)s)?$")
_FLAGGED = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?)\s*(\+{1,2}|-{1,2})?\s*$")
_SHOWN = 60


@dataclass
class Row:
    """One row of a table (or a group of scalars) with its values by column name; reads that fail are noted in ``problems``."""

    table: str
    index: str
    values: Mapping[str, Value]
    problems: list[ReadProblem] = field(default_factory=list)

    def has(self, column: str) -> bool:
        """Whether the shelf gave any value."""
        return column in self.values

    def note(self, column: str, message: str) -> None:
        """Write down what is wrong with a value."""
        self.problems.append(ReadProblem(f"{self.table}.{column}.{self.index}", message))

    def integer(self, column: str, low: int = 0, high: int = 2**64 - 1) -> int | None:
        """A whole number within bounds."""
        value = self.values.get(column)
        if value is None:
            return None
        if not isinstance(value, int) or not low <= value <= high:
            self.note(column, f"{_show(value)} is not a number from {low} to {high}")
            return None
        return value

    def truth(self, column: str) -> bool | None:
        """A TruthValue: 1 is true, 2 is false."""
        return self.one_of(column, {1: True, 2: False})

    def one_of[T](self, column: str, meanings: Mapping[int, T]) -> T | None:
        """An enumerated number's meaning."""
        value = self.values.get(column)
        if value is None:
            return None
        if not isinstance(value, int) or value not in meanings:
            self.note(column, f"{_show(value)} is none of {', '.join(map(str, meanings))}")
            return None
        return meanings[value]

    def text(self, column: str) -> str:
        """Text up to the first zero octet, without surrounding blanks. Empty when there is none."""
        value = self.values.get(column)
        if value is None:
            return ""
        text = decode_text(value)
        if text is None:
            self.note(column, f"{_show(value)} is not text")
            return ""
        return text

    def mac(self, column: str) -> str:
        """A MAC address, from six octets or from text; empty when there is none or it is all zeros."""
        value = self.values.get(column)
        if value is None or value == b"":
            return ""
        mac = decode_mac(value)
        if mac is None:
            self.note(column, f"{_show(value)} is not a MAC address")
            return ""
        return mac

    def macs(self, column: str) -> tuple[str, ...]:
        """A comma separated list of MAC addresses in text; entries that are none are left out and noted."""
        macs: list[str] = []
        for entry in filter(None, (part.strip() for part in self.text(column).split(","))):
            if _MAC.match(entry):
                macs.append(entry.lower().replace("-", ":"))
            else:
                self.note(column, f"{entry[:_SHOWN]!r} is not a MAC address")
        return tuple(macs)

    def port(self, column: str) -> int | None:
        """The G.hn port number behind an ifIndex; None for 0, which means no port."""
        if_index = self.integer(column)
        if if_index is None or if_index == 0:
            return None
        if not IFINDEX_GHN < if_index <= IFINDEX_PORT_LAST:
            self.note(column, f"{if_index} is not the ifIndex of a port")
            return None
        return if_index - IFINDEX_GHN

    def endpoint_uptime(self, column: str) -> int | None:
        """Seconds from ``4 days, 23h 13m 1s``."""
        text = self.text(column)
        found = _ENDPOINT_UPTIME.match(text)
        if not text:
            return None
        if found is None or len(text) > _SHOWN:
            self.note(column, f"{text[:_SHOWN]!r} is not a time like '4 days, 23h 13m 1s'")
            return None
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds

    def measurement(self, column: str) -> tuple[float | None, str]:
        """A number in text with the shelf's mark behind it: ``0.8864 +`` is (0.8864, "warning"), ``++`` an alarm."""
        text = self.text(column)
        if not text:
            return None, ""
        found = _FLAGGED.match(text)
        if found is None or len(text) > _SHOWN:
            self.note(column, f"{text[:_SHOWN]!r} is not a number")
            return None, ""
        mark = found.group(2) or ""
        return float(found.group(1)), ("", "warning", "alarm")[len(mark)]


def decode_text(value: Value) -> str | None:
    """Printable text up to the first zero octet; None when it is something else."""
    if not isinstance(value, bytes):
        return None
    try:
        text = value.split(b"\0", 1)[0].decode().strip()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def decode_mac(value: Value) -> str | None:
    """Six octets or text to ``00:0e:d8:19:97:e6``; empty for all zeros; None when it is neither."""
    if not isinstance(value, bytes):
        return None
    if len(value) == 6:
        return value.hex(":") if any(value) else ""
    text = decode_text(value)
    if text is None or not _MAC.match(text):
        return None
    mac = text.lower().replace("-", ":")
    return "" if mac == "00:00:00:00:00:00" else mac


def decode_shelf_uptime(value: Value) -> int | None:
    """Seconds, to the minute, from the shelf's own uptime text; None when it is none.

    The text is cut after its maximum length and not terminated, so that the seconds may be one digit of two and stale octets may
    follow (SNMP walk of a real shelf: ``53d 14:24:1`` and remains of an older value).
    """
    found = _SHELF_UPTIME.match(value) if isinstance(value, bytes) else None
    if found is None:
        return None
    days, hours, minutes = (int(part) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60


def group_row(group: Group, values: Mapping[Oid, Value], problems: list[ReadProblem]) -> Row:
    """The scalars of a group that were answered, as one row."""
    return Row(group.name, "0", {name: values[oid] for name, oid in group.oids.items() if oid in values}, problems)


def table_rows(table: Table, walked: list[tuple[Oid, Value]], problems: list[ReadProblem]) -> dict[Oid, Row]:
    """Walked instances as rows by index, in order; columns nobody asked for are dropped.

    A column that some rows have and others lack is half a table; that is noted once per column.
    """
    names = {number: name for name, number in table.columns.items()}
    start = len(table.entry)
    cells: dict[Oid, dict[str, Value]] = {}
    for oid, value in walked:
        column, index = oid[start : start + 1], oid[start + 1 :]
        if oid[:start] == table.entry and len(index) == table.index_length and column[0] in names:
            cells.setdefault(index, {})[names[column[0]]] = value
    for name in names.values():
        lacking = [".".join(map(str, index)) for index in sorted(cells) if name not in cells[index]]
        if 0 < len(lacking) < len(cells):
            shown = ", ".join(lacking[:5]) + (" and more" if len(lacking) > 5 else "")
            message = f"no value in {len(lacking)} of {len(cells)} rows: {shown}"
            problems.append(ReadProblem(f"{table.name}.{name}", message, ErrorKind.INCOMPLETE))
    return {index: Row(table.name, ".".join(map(str, index)), cells[index], problems) for index in sorted(cells)}


def _show(value: Value) -> str:
    if isinstance(value, bytes):
        return repr(value[:_SHOWN])[1:]
    if isinstance(value, tuple):
        return ".".join(map(str, value))[:_SHOWN]
    return str(value)
