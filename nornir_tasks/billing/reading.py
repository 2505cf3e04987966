"""What a reading of a billing system has gathered so far, and whether it may be called complete."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ..contracts import BillingService, Progress, ServiceState
from ..errors import BillingError, ErrorKind
from .fields import Row
from .http import ReadCancelledError

type Table = dict[str, Row]
"""Rows of one collection by id."""

GIVE_UP = frozenset({ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.RATE_LIMITED})
"""Errors after which asking for the next collection would only fail, too."""


@dataclass
class Reading:
    """Tables read so far. ``failed`` holds collections that may lack rows; ``absent`` those the system does not offer."""

    tables: dict[str, Table] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    first_error: BillingError | None = None

    @property
    def complete(self) -> bool:
        """Every collection was read to its end and nothing moved meanwhile."""
        return not self.problems

    def table(self, name: str) -> Table:
        """Rows of a collection; empty when it was not read."""
        return self.tables.get(name, {})

    def counts(self, services: Sequence[BillingService]) -> dict[str, int]:
        """Rows per collection, and how many services came of them: ``billed_services``, ``billed_in_service``."""
        counts = {name: len(table) for name, table in self.tables.items() if name not in self.absent}
        active = sum(service.state is ServiceState.IN_SERVICE for service in services)
        return {**counts, "billed_services": len(services), "billed_in_service": active}

    def fail(self, name: str, message: str, error: BillingError | None = None) -> None:
        """Note that a collection could not be read properly."""
        self.failed.add(name)
        self.problems.append(message)
        self.first_error = self.first_error or error


def read_all(
    names: Iterable[str],
    read: Callable[[str, Table], None],
    reading: Reading,
    *,
    system: str,
    on_progress: Callable[[Progress], None] | None,
) -> None:
    """Read the named collections one after the other into ``reading``; a failure is noted and the next one read.

    :param read: reads one collection into the table given, which keeps what came before a failure
    :raises BillingError: nothing at all could be read, or the caller cancelled
    """
    wanted = list(names)
    for position, name in enumerate(wanted, start=1):
        table = reading.tables.setdefault(name, {})
        try:
            read(name, table)
        except ReadCancelledError:
            raise
        except BillingError as error:
            reading.fail(name, f"{name}: {error.message}", error)
            if error.kind in GIVE_UP:
                reading.failed.update(wanted[position:])
                break
        if on_progress:
            ok = name not in reading.failed
            on_progress(Progress(position, len(wanted), system, ok, f"{name}: {len(table)} read" if ok else reading.problems[-1]))
    if reading.first_error and not any(reading.tables.values()):
        raise reading.first_error


def fingerprint(*parts: str) -> str:
    """A short digest of what a credential can see."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
