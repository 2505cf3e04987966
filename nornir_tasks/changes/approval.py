"""Which change plans need a second person, or a maintenance window: rules against the size and kind of a change. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is changed together: by one plan, or by all that wait of a batch."""

    subscribers: int = 0
    gams: int = 0
    interrupted: int = 0
    actions: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """When a rule speaks, and what it demands then. A number of None and an empty set ask nothing."""

    name: str
    min_subscribers: int | None = None
    min_gams: int | None = None
    min_interrupted: int | None = None
    actions: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    outside_windows: bool = False
    second_person: bool = True
    needs_window: bool = False

    def speaks(self, extent: Extent, *, window_open: bool) -> bool:
        """Whether all its conditions are met."""
        sizes = (
            (self.min_subscribers, extent.subscribers),
            (self.min_gams, extent.gams),
            (self.min_interrupted, extent.interrupted),
        )
        return (
            all(least is None or size >= least for least, size in sizes)
            and (not self.actions or bool(self.actions & extent.actions))
            and (not self.kinds or bool(self.kinds & extent.kinds))
            and not (self.outside_windows and window_open)
        )


@dataclass(frozen=True, slots=True)
class Demands:
    """Names of the rules that want a second person, and of those that want a window."""

    second_person: tuple[str, ...] = field(default=())
    window: tuple[str, ...] = field(default=())


def demands(rules: Iterable[Rule], extent: Extent, *, window_open: bool) -> Demands:
    """What rules demand of a change."""
    speaking = [rule for rule in rules if rule.speaks(extent, window_open=window_open)]
    return Demands(
        tuple(rule.name for rule in speaking if rule.second_person),
        tuple(rule.name for rule in speaking if rule.needs_window),
    )


def approval_digest(target: str, transport: str, state_hash: str, steps: Sequence[tuple[Sequence[str], Sequence[str]]]) -> str:
    """A fingerprint of what somebody approves: the state of the shelf, and every line that will, or would undo it, be sent.

    :param steps: lines that are sent and lines that undo them, in order
    """
    said = [target, transport, state_hash, [[list(sends), list(undo)] for sends, undo in steps]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
