"""Which change plans need a second person, or a maintenance window: rules against the size and kind of a change. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from ..contracts import ApprovalDemands, ChangeExtent, ChangeRule


def demands(rules: Iterable[ChangeRule], extent: ChangeExtent, *, window_open: bool) -> ApprovalDemands:
    """What rules demand of a change."""
    speaking = [rule for rule in rules if rule.speaks(extent, window_open=window_open)]
    return ApprovalDemands(
        tuple(rule.name for rule in speaking if rule.second_person),
        tuple(rule.name for rule in speaking if rule.needs_window),
    )


def approval_digest(target: str, transport: str, state_hash: str, steps: Sequence[tuple[Sequence[str], Sequence[str]]]) -> str:
    """A fingerprint of what somebody approves: the state of the shelf, and every line that will, or would undo it, be sent.

    :param steps: lines that are sent and lines that undo them, in order
    """
    said = [target, transport, state_hash, [[list(sends), list(undo)] for sends, undo in steps]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
