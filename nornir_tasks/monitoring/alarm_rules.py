"""The rule engine: a state machine per rule and object. Pure, and restartable from what it returned last.

::

    NORMAL ──bad──► PENDING ──bad for raise_after──► RAISED ──good──► CLEARING ──good for clear_after──► NORMAL
       ▲─not bad──────┘                                 ▲──not good──────┘

Bad is at or beyond the threshold, good at or within the clear threshold; what lies between keeps a raised alarm and raises none.
A value that is missing concludes nothing, and neither does one older than the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Direction(StrEnum):
    """On which side of its threshold a value is bad."""

    AT_LEAST = "ge"
    AT_MOST = "le"


class Phase(StrEnum):
    """Where a rule is with an object."""

    NORMAL = "normal"
    PENDING = "pending"
    RAISED = "raised"
    CLEARING = "clearing"


class Verdict(StrEnum):
    """What follows from a value."""

    NOTHING = "nothing"
    RAISE = "raise"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Limits:
    """When a rule raises and clears. ``clear`` None is anything that is not bad. Durations in seconds."""

    direction: Direction
    threshold: float
    clear: float | None = None
    raise_after: float = 0
    clear_after: float = 0

    def bad(self, value: float) -> bool:
        """Whether a value is at or beyond the threshold."""
        return value >= self.threshold if self.direction is Direction.AT_LEAST else value <= self.threshold

    def good(self, value: float) -> bool:
        """Whether a value is so far within that the alarm may go."""
        if self.clear is None or self.bad(value):
            return not self.bad(value)
        return value <= self.clear if self.direction is Direction.AT_LEAST else value >= self.clear


@dataclass(frozen=True, slots=True)
class RuleState:
    """Where a rule is with one object; ``since`` when this phase began, None for NORMAL."""

    phase: Phase = Phase.NORMAL
    since: datetime | None = None


NORMAL = RuleState()


def advance(state: RuleState, limits: Limits, value: float | None, at: datetime) -> tuple[RuleState, Verdict]:
    """The state after a value, and whether to raise or clear now."""
    if value is None or value != value or (state.since is not None and at < state.since):
        return state, Verdict.NOTHING
    if state.phase in (Phase.NORMAL, Phase.PENDING):
        if not limits.bad(value):
            return NORMAL, Verdict.NOTHING
        since = state.since if state.phase is Phase.PENDING and state.since is not None else at
        if at - since >= timedelta(seconds=limits.raise_after):
            return RuleState(Phase.RAISED, at), Verdict.RAISE
        return RuleState(Phase.PENDING, since), Verdict.NOTHING
    if not limits.good(value):
        return (RuleState(Phase.RAISED, at) if state.phase is Phase.CLEARING else state), Verdict.NOTHING
    since = state.since if state.phase is Phase.CLEARING and state.since is not None else at
    if at - since >= timedelta(seconds=limits.clear_after):
        return NORMAL, Verdict.CLEAR
    return RuleState(Phase.CLEARING, since), Verdict.NOTHING
