"""How much a batch of change plans is, and how far it has got."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from ..choices import ChangePlanStatusChoices as Status
from ..models import ChangeBatch, ChangePlan, ChangeStep, Subscriber

LIVE = (Status.PLANNED, Status.APPLYING)


def batch_summary(batch: ChangeBatch, user: Any) -> dict[str, Any]:
    """What the summary shows of the plans the user may view: numbers, and a bar with a part per status."""
    plans = ChangePlan.objects.restrict(user, "view").filter(batch=batch)
    by_status = dict(plans.order_by().values_list("status").annotate(Count("pk")))
    total = sum(by_status.values())
    labels = dict(Status)
    return {
        "object": batch,
        "shelves": plans.order_by().values("gam").distinct().count(),
        "subscribers": Subscriber.objects.filter(change_plans__in=plans).distinct().count(),
        "steps": ChangeStep.objects.filter(change_plan__in=plans).count(),
        "interrupted": sum(len(names) for names in plans.values_list("interrupts", flat=True)),
        "parts": [
            {"label": labels[status], "color": Status.colors.get(status), "count": count, "percent": 100 * count / total}
            for status in Status.values()
            if (count := by_status.get(status, 0))
        ],
        "total": total,
        "live": any(by_status.get(status) for status in LIVE),
    }
