"""Actions that event rules can choose."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from netbox.event_rules import EventRuleAction

logger = logging.getLogger("netbox.plugins.netbox_gam")


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


class ProvisionSubscriber(EventRuleAction):
    """A verb of the service of the subscriber that the event's object is, or that it names. Acts as the user of the event.

    The rule's data: ``{"verb": "suspend"}``, with ``"apply": true`` to write the plan at once, and what the verb takes
    (objects by primary key), such as ``{"verb": "change_plan", "bandwidth_plan": 3}``.
    """

    slug = "netbox_gam.provision"
    label = _("Provision the subscriber")
    description = _('Carries out a verb of the service, such as {"verb": "suspend"}, as the user who caused the event')

    def validate(self, *, action_object: Any, action_data: Any) -> None:
        from .exceptions import WorkflowError
        from .workflows import services

        try:
            verb, given = _verb_of(action_data)
            services.check(verb, given)
        except WorkflowError as error:
            raise ValidationError({"action_data": str(error)}) from None
        objects = [name for name, value in given.items() if name in services.RELATED and not isinstance(value, int | None)]
        if objects:
            raise ValidationError({"action_data": _("%s is given by its ID.") % objects[0]})

    def enqueue(self, *, event_rule: Any, event_context: Any, action_object: Any, action_data: Any) -> None:
        from .exceptions import WorkflowError
        from .jobs import ServiceJob
        from .workflows import services

        subscriber, user = subscriber_of(event_context["object"]), event_context.get("user")
        # What was nobody's doing is done for nobody: there is no one whose permissions would count.
        if subscriber is None or not subscriber.pk or user is None:
            return
        if not user.has_perm("netbox_gam.provision_subscriber", subscriber):
            logger.warning("Event rule %s: %s may not provision %s.", event_rule, user, subscriber)
            return
        # Of the rule, not of the event: the latter is overlaid with the object's own fields.
        data = event_rule.action_data
        apply = isinstance(data, dict) and data.get("apply") is True
        verb, given = _verb_of(data)
        try:
            ServiceJob.start(user, subscriber=subscriber, verb=verb, apply=apply, **services.loaded(given))
        except WorkflowError as error:
            logger.warning("Event rule %s: %s of %s was not started: %s", event_rule, verb, subscriber, error)


def _verb_of(data: Any) -> tuple[str, dict[str, Any]]:
    """The verb of a rule's data, and what it is given."""
    found = dict(data) if isinstance(data, dict) else {}
    found.pop("apply", None)
    return str(found.pop("verb", "")), found


def subscriber_of(instance: Any) -> Any:
    """The subscriber an object is or names; None when it names none."""
    from .models import Subscriber

    if isinstance(instance, Subscriber):
        return instance
    found = getattr(instance, "subscriber", None)
    return found if isinstance(found, Subscriber) else None


def gam_of(instance: Any) -> Any:
    """The GAM an object is or is on; None when it has none."""
    from .models import GamDevice

    if isinstance(instance, GamDevice):
        return instance
    return getattr(instance, "gam", None) or getattr(instance, "gam_device", None)


event_rule_actions = [PollGam, ProvisionSubscriber]
