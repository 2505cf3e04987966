"""Single SNMP values to Python values. A value that makes no sense is None (or empty) and leaves a problem behind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..contracts import ReadProblem
from ..errors import ErrorKind
from .oids import IFINDEX_GHN, IFINDEX_PORT_LAST, Group, Oid, Table

type Value = int | bytes | Oid

_MAC = re.compile(r"^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$", re.IGNORECASE)
_SHELF_UPTIME = re.compile(rb"^(\d{1,5})d (\d{2}):(\d{2})(?::|$)")
_ENDPOINT_UPTIME = re.compile(r"^(?:(\d+) days?,? ?)?(?:(\d+)h ?)?(?:(\d+)m ?)?(?:(\d+)s)?$")
_FLAGGED = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?)\s*(\+{1,2}|-{1,2})?\s*$")
_SHOWN = 60


@dataclass(slots=True)
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


def table_rows(
    table: Table, walked: Sequence[tuple[Oid, Value]], problems: list[ReadProblem], columns: Sequence[str] = ()
) -> dict[Oid, Row]:
    """Walked instances as rows by index, in order; what is not of the columns named (by default all of the table) is dropped.

    So are indexes of another length: a row editor beside a table (``.21`` beside ``.20``) is none of its rows.
    """
    start = len(table.entry)
    numbers = {table.columns[column] for column in columns or table.columns}
    cells: dict[Oid, dict[int, Value]] = {}
    for oid, value in walked:
        if len(oid) == start + 1 + table.index_length and oid[start] in numbers and oid[:start] == table.entry:
            cells.setdefault(oid[start + 1 :], {})[oid[start]] = value
    return cell_rows(table, cells, problems)


def cell_rows(table: Table, cells: Mapping[Oid, Mapping[int, Value]], problems: list[ReadProblem]) -> dict[Oid, Row]:
    """Cells by index and column number as rows by index, in order. A column only some rows have is noted once, as half a table."""
    rows: dict[Oid, Row] = {}
    held: dict[str, int] = dict.fromkeys(table.columns, 0)
    names = {number: name for name, number in table.columns.items()}
    for index in sorted(cells):
        values = {}
        for number, value in cells[index].items():
            name = names[number]
            values[name] = value
            held[name] += 1
        rows[index] = Row(table.name, ".".join(map(str, index)), values, problems)
    for name, count in held.items():
        if 0 < count < len(rows):
            lacking = [row.index for row in rows.values() if name not in row.values]
            shown = ", ".join(lacking[:5]) + (" and more" if len(lacking) > 5 else "")
            message = f"no value in {len(lacking)} of {len(rows)} rows: {shown}"
            problems.append(ReadProblem(f"{table.name}.{name}", message, ErrorKind.INCOMPLETE))
    return rows


def decode_vlan_bitmaps(*octets: bytes) -> tuple[int, ...]:
    """VLANs of a port's bitmaps: four of 128 octets one after the other, least significant bit first inside each octet.

    A bitmap that is too long counts up to VLAN 4095. Never raises.
    """
    whole = b"".join(part[:128].ljust(128, b"\0") for part in octets[:4])
    return tuple(8 * at + bit for at, octet in enumerate(whole) if octet for bit in range(8) if octet >> bit & 1)


_CLOCK = re.compile(r"^(?:[A-Z][a-z]{2},? )? *([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})$")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def decode_clock(text: str) -> datetime | None:
    """The shelf's own time from ``Mon Dec  2 15:02:21 2024`` or ISO 8601; naive, as the shelf gives it. None when it is neither."""
    found = _CLOCK.match(text)
    try:
        if found is None:
            return datetime.fromisoformat(text).replace(tzinfo=None)
        month, *numbers = found.groups()
        day, hour, minute, second, year = map(int, numbers)
        return datetime(year, _MONTHS.index(month) + 1, day, hour, minute, second)
    except ValueError:
        return None


def _show(value: Value) -> str:
    if isinstance(value, bytes):
        return repr(value[:_SHOWN])[1:]
    if isinstance(value, tuple):
        return ".".join(map(str, value))[:_SHOWN]
    return str(value)
