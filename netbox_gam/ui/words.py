"""Values in an operator's words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from .. import settings
from ..choices import SubscriberStatusChoices, SuspensionModeChoices
from ..models import Subscriber, SuspensionPolicy


def vlan_in_words(subscriber: Subscriber) -> str:
    """VLANs as ``outer/vlan/(remapped)``; parts that are not set are left out."""
    parts = [str(subscriber.outer_vlan.vid)] if subscriber.outer_vlan_id else []
    parts += [str(subscriber.vlan.vid)] if subscriber.vlan_id else []
    parts += [f"({subscriber.remapped_vid})"] if subscriber.remapped_vid else []
    return "/".join(parts)


def towards_customer(subscriber: Subscriber) -> str:
    """How frames leave the endpoint towards the customer."""
    if subscriber.trunk:
        return _("Trunk: every VLAN tagged")
    return _("Tagged") if subscriber.tagged else _("Untagged")


def suspended_in_words(subscriber: Subscriber) -> str:
    """What a suspended subscriber has in the place of its service; empty for others."""
    if subscriber.status != SubscriberStatusChoices.SUSPENDED:
        return ""
    if subscriber.suspension_mode == SuspensionModeChoices.REMOVAL:
        return _("Nothing on the shelf")
    if subscriber.suspension_mode == SuspensionModeChoices.THROTTLE:
        return f"{subscriber.throttle_plan}: {shelf_rates(subscriber.throttle_plan)}"
    return _("VLAN %(vid)s") % {"vid": subscriber.suspended_vid or settings.suspended_vlan()}


def garden_in_words(policy: SuspensionPolicy) -> str:
    """Where a policy's walled garden is; empty for other ways."""
    if policy.mode != SuspensionModeChoices.WALLED_GARDEN:
        return ""
    if policy.vid is not None:
        return str(policy.vid)
    return _("%(vid)s, from the settings") % {"vid": settings.suspended_vlan()}


def rate_in_words(down: int | None, up: int | None) -> str:
    """Rates in Mbit/s, down and up; empty when neither is known."""
    if down is None and up is None:
        return ""
    known = ["–" if rate is None else f"{rate:,}" for rate in (down, up)]
    return f"↓ {known[0]} / ↑ {known[1]} Mbit/s"


def shelf_rates(plan: Any) -> str:
    """What the shelf's limiter is set to for a bandwidth plan; empty without a plan."""
    if plan is None:
        return ""
    return _("Unthrottled") if plan.unthrottled else rate_in_words(plan.downstream_rate_mbps, plan.upstream_rate_mbps)


def duration_in_words(seconds: float | None) -> str:
    """``3 d 4 h``, ``12 min 5 s``, ``0.4 s``: the two largest units."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    rest, parts = int(seconds), []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if rest >= size:
            parts.append(f"{rest // size} {unit}")
            rest %= size
    return " ".join(parts[:2])


def between(started: Any, finished: Any) -> str:
    """How long something took; empty while it runs."""
    if not started or not finished:
        return ""
    length: timedelta = finished - started
    return duration_in_words(length.total_seconds())
