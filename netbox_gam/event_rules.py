"""Actions that event rules can choose."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.event_rules import EventRuleAction


class PollGam(EventRuleAction):
    """Reads the GAM that the event's object is, or is on: a device, GAM, G.hn port, endpoint, subscriber, change plan or alarm."""

    slug = "netbox_gam.poll"
    label = _("Poll the GAM")
    description = _("Reads the GAM of the object that changed")

    def enqueue(self, *, event_rule: Any, event_context: Any, action_object: Any, action_data: Any) -> None:
        from .jobs import PollJob
        from .workflows import scheduling

        gam = gam_of(event_context["object"])
        # Gone already, when the event is its deletion.
        if gam is not None and gam.pk:
            if event_context.get("user") is None:
                # What happened to an alarm was nobody's doing: no job of anybody's, but the next turn of the schedule.
                scheduling.request_poll([gam])
            else:
                PollJob.start(event_context["user"], gams=[gam])


def gam_of(instance: Any) -> Any:
    """The GAM an object is or is on; None when it has none."""
    from .models import GamDevice

    if isinstance(instance, GamDevice):
        return instance
    return getattr(instance, "gam", None) or getattr(instance, "gam_device", None)


event_rule_actions = [PollGam]
