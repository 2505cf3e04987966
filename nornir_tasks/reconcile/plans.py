"""Which bandwidth plan a billed plan is: by the operator's word, else by its speeds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..contracts import BillingPlan, IntentPlan, IntentView

GIGABIT_KBPS = 1_000_000
"""Speed of an endpoint's Ethernet port: from here on, a limit and no limit are the same."""


def map_plans(plans: Iterable[BillingPlan], intent: IntentView, tolerance_percent: float) -> dict[str, int]:
    """Billing plan id -> key of the bandwidth plan it is. Plans without one are left out."""
    known = {plan.key for plan in intent.plans}
    result: dict[str, int] = {}
    for plan in plans:
        said = intent.plan_map.get(plan.external_id)
        key = said if said in known else nearest_plan(plan, intent.plans, tolerance_percent)
        if key is not None:
            result[plan.external_id] = key
    return result


def nearest_plan(billed: BillingPlan, plans: Iterable[IntentPlan], tolerance_percent: float) -> int | None:
    """Key of the bandwidth plan whose speeds are nearest in both directions and within tolerance; None for none."""
    if not billed.download_kbps or not billed.upload_kbps:
        return None
    found: list[tuple[float, int]] = []
    for plan in plans:
        apart = max(percent_apart(billed.download_kbps, plan.download_kbps), percent_apart(billed.upload_kbps, plan.upload_kbps))
        if apart <= tolerance_percent:
            found.append((apart, plan.key))
    return min(found)[1] if found else None


def percent_apart(billed_kbps: int, plan_kbps: int) -> float:
    """How far two speeds are apart in per cent. 100 Mbit/s may be entered as 100000 or as 102400; the kinder reading counts."""
    if plan_kbps <= 0:
        return float("inf")
    return min(abs(billed - plan_kbps) * 100.0 / plan_kbps for billed in (billed_kbps, billed_kbps * 1000 / 1024))


def is_same_speed(wanted: IntentPlan, actual: IntentPlan | None, tolerance_percent: float) -> bool:
    """Whether a subscriber with ``actual`` (None: no limit) has what ``wanted`` promises."""
    if actual is None or actual.unthrottled:
        return wanted.unthrottled or wanted.download_kbps >= GIGABIT_KBPS <= wanted.upload_kbps
    if actual.key == wanted.key:
        return True
    if wanted.unthrottled:
        return actual.download_kbps >= GIGABIT_KBPS <= actual.upload_kbps
    return all(
        plan > 0 and abs(other - plan) * 100.0 / plan <= tolerance_percent
        for other, plan in ((actual.download_kbps, wanted.download_kbps), (actual.upload_kbps, wanted.upload_kbps))
    )


def rates_text(down_kbps: int | None, up_kbps: int | None) -> str:
    """Speeds for a title, such as ``100/50 Mbit/s``."""
    if not down_kbps or not up_kbps:
        return "no speed"
    return f"{down_kbps / 1000:g}/{up_kbps / 1000:g} Mbit/s"


def by_key(plans: Iterable[IntentPlan]) -> Mapping[int, IntentPlan]:
    """Plans by key."""
    return {plan.key: plan for plan in plans}
