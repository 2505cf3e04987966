"""What a change plan still needs before it may be applied, for its page."""

from __future__ import annotations

from typing import Any

from ..choices import ChangePlanStatusChoices as Status
from ..models import ChangePlan


def approval_in_words(change_plan: ChangePlan) -> dict[str, Any]:
    """Demands of the rules while the plan waits, its approval, and whether that is of the lines as they are stored."""
    from ..workflows import approval

    waits = change_plan.status == Status.PLANNED
    demands = approval.demands_of(change_plan) if waits else None
    approved = bool(change_plan.approved_digest)
    return {
        "waits": waits,
        "second_person": demands.second_person if demands else (),
        "window": demands.window if demands else (),
        "approved": approved,
        "genuine": approved and approval.is_approved(change_plan),
        "digest": change_plan.approved_digest[:12],
        "state": change_plan.state_hash[:12],
    }
