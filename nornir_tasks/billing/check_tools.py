"""What the checks of both systems have in common: collecting results, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..contracts import CheckState, ConnectionCheck, Progress
from ..errors import BillingError
from .http import Answer

MOST_SKEW_SECONDS = 60
"""Beyond it, what changed since a time (read with ten minutes of overlap) and nonces made of the time get unreliable."""


class Checks:
    """The results so far. ``on_progress`` is told of each; how many there will be is not known, so done equals total."""

    def __init__(self, on_progress: Callable[[Progress], None] | None = None) -> None:
        self.done: list[ConnectionCheck] = []
        self.on_progress = on_progress

    def add(self, name: str, state: CheckState, detail: str, next_step: str = "", assumes: Sequence[str] = ()) -> None:
        """Record a result."""
        self.done.append(ConnectionCheck(name, state, detail, next_step, tuple(assumes)))
        if self.on_progress:
            count = len(self.done)
            self.on_progress(Progress(count, count, name, state is not CheckState.FAILED, detail))

    def fail(self, name: str, error: BillingError, next_step: str = "", assumes: Sequence[str] = ()) -> None:
        """Record a check that failed with an error."""
        self.add(name, CheckState.FAILED, error.message, next_step or error.next_step, assumes)

    def clock(self, answer: Answer) -> None:
        """Compare the system's clock, by the header ``Date`` of an answer, with this one."""
        try:
            there = parsedate_to_datetime(answer.headers.get("date", ""))
        except ValueError:
            self.add("clock", CheckState.WARNING, "the answer has no readable Date header, so the clocks were not compared")
            return
        seconds = (datetime.now(UTC) - there.astimezone(UTC)).total_seconds()
        words = "ahead of" if seconds < 0 else "behind"
        if abs(seconds) <= MOST_SKEW_SECONDS:
            self.add("clock", CheckState.OK, "its clock and this one agree")
        else:
            detail = f"its clock is {abs(seconds):.0f} s {words} this one"
            step = "Synchronise both by NTP; changes could be missed until the next full run."
            self.add("clock", CheckState.WARNING, detail, step)
