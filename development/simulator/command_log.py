"""What a shelf was told, by whom, and what it answered. Tests assert "zero writes" on it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

type Via = Literal["ssh", "jsonrpc", "snmp"]
type CommandKind = Literal["read", "write", "save"]

KEEP = 20_000
SECRET = re.compile(r"(?i)(password(?: encrypted| unencrypted)?|community(?: v2c| v3)?|secret|key)\s+(?!none\b)\S+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One command. ``time`` is the shelf's, ``command`` exactly as received (passwords blanked), ``answer`` its beginning."""

    number: int
    time: float
    via: Via
    user: str
    command: str
    kind: CommandKind
    answer: str


@dataclass(frozen=True, slots=True)
class SnmpAsked:
    """One SNMP request: its PDU's tag, the OIDs asked for, and what was answered (names only)."""

    kind: int
    names: tuple[tuple[int, ...], ...]
    answered: tuple[tuple[int, ...], ...]


class CommandLog:
    """The newest :data:`KEEP` commands of a shelf, and counts over its whole life."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEEP)
        self.counts = {"read": 0, "write": 0, "save": 0}
        self.snmp_requests = 0
        self.snmp_asked: deque[SnmpAsked] = deque(maxlen=KEEP)
        self.snmp_in_flight = 0
        self.snmp_most_in_flight = 0
        self.watchers: list[Callable[[Entry], None]] = []
        """Called with each command once it is done, before it is answered."""

    def add(self, time: float, via: Via, user: str, command: str, kind: CommandKind, answer: str) -> None:
        """Record one command."""
        self.counts[kind] += 1
        command = SECRET.sub(r"\1 ********", command) if kind == "write" else command
        entry = Entry(sum(self.counts.values()), time, via, user, command, kind, answer[:400])
        self.entries.append(entry)
        for watcher in list(self.watchers):
            watcher(entry)

    def select(self, kind: str = "", via: str = "", after: int = 0) -> list[Entry]:
        """Entries of a kind (``write`` includes ``save`` when asked as ``change``), by protocol, numbered after ``after``."""
        kinds = {"write", "save"} if kind == "change" else {kind} if kind else {"read", "write", "save"}
        return [item for item in self.entries if item.kind in kinds and via in ("", item.via) and item.number > after]

    @property
    def writes(self) -> list[Entry]:
        """Everything that changed or tried to change the running configuration."""
        return self.select("write")

    @property
    def saves(self) -> list[Entry]:
        """Every copy of running to startup, also refused ones."""
        return self.select("save")

    def as_json(self, **selection: Any) -> list[dict[str, Any]]:
        """Selected entries as JSON types."""
        return [asdict(item) for item in self.select(**selection)]
