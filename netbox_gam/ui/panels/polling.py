"""The panel that says when a GAM is read next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from netbox.ui import panels

from ...models import GamDevice, PollSchedule
from ...workflows import scheduling
from ..words import duration_in_words


def schedule_context(gam: GamDevice, user: Any) -> dict[str, Any]:
    """What the panel shows; ``may_watch`` where looking at the page also has the GAM read every few seconds."""
    schedule: PollSchedule | None = getattr(gam, "poll_schedule", None)
    now = timezone.now()
    context = {"object": gam, "schedule": schedule, "may_watch": bool(schedule and user.has_perm("netbox_gam.poll_gamdevice", gam))}
    if schedule is None:
        return context
    return {
        **context,
        "when": _when(schedule, now),
        "reading": bool(schedule.claimed and schedule.leased_until and schedule.leased_until > now),
        "watched": bool(schedule.watched_until and schedule.watched_until > now),
        "watched_seconds": scheduling.WATCHED_SECONDS,
        "took": duration_in_words(schedule.last_seconds) if schedule.last_finished else "",
    }


def _when(schedule: PollSchedule, now: Any) -> str:
    seconds = (schedule.next_due - now).total_seconds()
    if seconds > 0:
        return gettext_now("in %(time)s") % {"time": duration_in_words(max(1.0, round(seconds)))}
    if now - schedule.next_due > timedelta(seconds=scheduling.GATHER_SECONDS + 10):
        return gettext_now("due for %(time)s") % {"time": duration_in_words(round(-seconds))}
    return gettext_now("now")


class SchedulePanel(panels.ObjectPanel):
    """When a GAM was read and is read next; while it is open, the GAM is read more often."""

    template_name = "netbox_gam/panels/schedule.html"
    title = _("Polling")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        return {**ctx, **schedule_context(ctx["object"], ctx["request"].user), "token": get_token(ctx["request"])}
