"""The revenue page's trend, for the script that draws it."""

from __future__ import annotations

from typing import Any

from dcim.models import Site
from django.utils.translation import gettext as _

from ..choices import RevenueClassChoices
from ..models import Subscriber
from ..workflows import revenue
from .assets import library_url


def trend_context(user: Any) -> dict[str, Any]:
    """Numbers per day and class. Stored numbers are of whole sites, so only those who may view every subscriber see them."""
    visible = Subscriber.objects.restrict(user, "view")
    if visible.count() != Subscriber.objects.count():  # unrestricted: only to tell whether something is hidden
        return {"trend": None, "trend_hidden": True}
    sites = None if user.is_superuser else list(Site.objects.restrict(user, "view").values_list("pk", flat=True))
    found = revenue.trend(sites=sites)
    words = dict(RevenueClassChoices)
    series = [
        {
            "name": str(words[kind]),
            "days": [f"{day:%Y-%m-%d}" for day, _many, _worth in points],
            "counts": [many for _day, many, _worth in points],
            "monthly": [float(worth) for _day, _many, worth in points],
        }
        for kind, points in found.items()
    ]
    days = {day for one in series for day in one["days"]}
    texts = {"counts": _("Services"), "monthly": _("A month")}
    return {
        "trend": {"series": series, "library": library_url(), "words": texts} if len(days) > 1 else None,
        "trend_days": len(days),
    }
