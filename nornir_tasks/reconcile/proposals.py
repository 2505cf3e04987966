"""Which bandwidth plan a billed plan could be, how sure that is and why. Pure; a person decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..contracts import BillingPlan, Confidence, IntentPlan, PlanProposal
from .plans import GIGABIT_KBPS, rates_text

TOLERANCE_PERCENT = 5.0
EXACT_PERCENT = 0.05
KIBI = 1000 / 1024


def propose_plan(billed: BillingPlan, plans: Sequence[IntentPlan]) -> PlanProposal:
    """The bandwidth plan whose speeds fit best, both directions read in the same way.

    A billed speed may be what is sold, the same entered in units of 1024, or what the shelf limits to, overhead included. The
    nearest reading counts, and among equals the plainer one. When several plans fit equally well, none of them is sure.
    """
    if not billed.download_kbps or not billed.upload_kbps:
        words = "no speed is billed; say that it is Internet access and how fast" if billed.recurring else "no speed is billed"
        return PlanProposal(None, Confidence.NONE, words)
    found = sorted(fit for plan in plans for fit in _fits(billed.download_kbps, billed.upload_kbps, plan))
    if not found:
        return _without_limit(billed, plans)
    apart, reading, key = found[0]
    rivals = tuple(sorted({other for also, rank, other in found if (also, rank) == (apart, reading) and other != key}))
    why = _in_words(billed, apart, reading)
    if rivals:
        return PlanProposal(key, Confidence.UNSURE, f"{why}; so do {len(rivals)} others", rivals)
    near = Confidence.EXACT if apart == 0 and reading == 0 else Confidence.LIKELY
    return PlanProposal(key, near if reading < len(SOLD) else Confidence.UNSURE, why)


SOLD = ("as sold", "as sold, entered in units of 1024")
SHELF = ("as limited on the shelf, overhead included", "as limited on the shelf, in units of 1024")
READINGS = (*SOLD, *SHELF)


def _fits(down: int, up: int, plan: IntentPlan) -> Iterator[tuple[float, int, int]]:
    """Readings within tolerance: per cent apart (0 when exact), rank of the reading, key."""
    if plan.unthrottled:
        return
    targets = ((plan.download_kbps, plan.upload_kbps), (plan.shelf_download_kbps, plan.shelf_upload_kbps))
    for rank, (target, factor) in enumerate((target, factor) for target in targets for factor in (1.0, KIBI)):
        if min(target) <= 0:
            continue
        apart = max(abs(billed * factor - wanted) * 100 / wanted for billed, wanted in zip((down, up), target, strict=True))
        if apart <= EXACT_PERCENT:
            yield 0.0, rank, plan.key
        elif apart <= TOLERANCE_PERCENT:
            yield round(apart, 1), rank, plan.key


def _without_limit(billed: BillingPlan, plans: Sequence[IntentPlan]) -> PlanProposal:
    """From the speed of an endpoint's port on, a plan without limit gives the same."""
    open_ended = sorted(plan.key for plan in plans if plan.unthrottled)
    fast = min(billed.download_kbps or 0, billed.upload_kbps or 0) >= GIGABIT_KBPS
    speed = rates_text(billed.download_kbps, billed.upload_kbps)
    if fast and open_ended:
        why = f"{speed} is what an endpoint's port can carry, so no limit is needed"
        return PlanProposal(open_ended[0], Confidence.UNSURE, why, tuple(open_ended[1:]))
    return PlanProposal(None, Confidence.NONE, f"no bandwidth plan has {speed} within {TOLERANCE_PERCENT:g} %")


def _in_words(billed: BillingPlan, apart: float, reading: int) -> str:
    near = "exactly" if apart == 0 else f"within {apart:g} %"
    return f"{rates_text(billed.download_kbps, billed.upload_kbps)} fits {near}, {READINGS[reading]}"


def sold_kbps(billed_kbps: int) -> int:
    """A billed speed as it is sold: whole multiples of 1024 were entered in units of it, so 102400 is 100000."""
    return billed_kbps // 1024 * 1000 if billed_kbps % 1024 == 0 else billed_kbps
