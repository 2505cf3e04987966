"""The guard: whether a snapshot may be used for changes at all. Pure.

A feed that is empty, incomplete or suddenly much smaller, or that would cut off many at once, is more likely broken than true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..contracts import BillingSnapshot, GuardVerdict

VOLATILE = frozenset({"ip_assignments", "customers_online"})
"""Collections that come and go by themselves: leases and sessions."""


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """When to hold. A limit holds when the per cent or the number is exceeded, but never for up to ``*_tolerated``."""

    shrink_percent: float = 5.0
    shrink_count: int = 50
    shrink_tolerated: int = 2
    cut_percent: float = 10.0
    cut_count: int = 50
    cut_tolerated: int = 5


def check(
    snapshot: BillingSnapshot,
    previous_counts: Mapping[str, int],
    pending_changes: Mapping[str, int],
    limits: GuardLimits | None = None,
) -> GuardVerdict:
    """Judge a snapshot before changes are made because of it.

    :param previous_counts: ``counts`` of the last snapshot that was not held; empty at first
    :param pending_changes: how many subscribers would be cut off: ``suspend`` and ``terminate``
    """
    limits = limits or GuardLimits()
    cut = mass_cut(len(snapshot.services), pending_changes, limits)
    reasons = (*_void(snapshot), *shrunk(snapshot.system, snapshot.counts, previous_counts, limits), *cut)
    return GuardVerdict(bool(reasons), reasons)


def _void(snapshot: BillingSnapshot) -> Iterator[str]:
    if not snapshot.complete:
        why = "; ".join(snapshot.problems[:3]) or "no reason given"
        yield f"the reading of {snapshot.system} is incomplete ({why}); every change from it was held"
    if not snapshot.services:
        yield f"{snapshot.system} has no internet service at all; every change from it was held"


def shrunk(system: str, counts: Mapping[str, int], previous: Mapping[str, int], limits: GuardLimits) -> Iterator[str]:
    """Why counts of a system that became smaller are held, if they are."""
    for name, before in sorted(previous.items()):
        now = counts.get(name, 0)
        lost = before - now
        if name in VOLATILE or lost <= limits.shrink_tolerated or before <= 0:
            continue
        percent = lost * 100.0 / before
        if percent > limits.shrink_percent or lost > limits.shrink_count:
            yield (
                f"{name} shrank from {before} to {now}, by {percent:.1f} % (at most {limits.shrink_percent:g} % or "
                f"{limits.shrink_count}); every change from {system} was held"
            )


def mass_cut(everyone: int, pending: Mapping[str, int], limits: GuardLimits) -> Iterator[str]:
    """Why pending cut-offs are held, if they are.

    :param everyone: how many services the system has
    """
    cut = pending.get("suspend", 0) + pending.get("terminate", 0)
    if cut <= limits.cut_tolerated:
        return
    percent = cut * 100.0 / everyone if everyone else 100.0
    if percent > limits.cut_percent or cut > limits.cut_count:
        yield (
            f"{cut} of {everyone} services would be suspended or terminated at once, {percent:.1f} % (at most "
            f"{limits.cut_percent:g} % or {limits.cut_count}); suspensions and terminations were held"
        )


def most_cut_offs(everyone: int, limits: GuardLimits) -> int:
    """How many of that many services may be cut off before it would be held."""
    return max(limits.cut_tolerated, min(limits.cut_count, int(everyone * limits.cut_percent / 100)))
