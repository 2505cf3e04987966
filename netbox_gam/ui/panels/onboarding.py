"""Panels of arrivals."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ...choices import ArrivalKindChoices, ArrivalStateChoices
from ...workflows.suggestions import suggestions
from ..attrs import DescribedChoiceAttr, RelativeTimeAttr, WordsAttr
from ..words import between


class ArrivalPanel(panels.ObjectAttributesPanel):
    endpoint = attrs.RelatedObjectAttr("endpoint", linkify=True, label=_("Endpoint"))
    model = attrs.TextAttr("endpoint.model", label=_("Model"))
    gam = attrs.RelatedObjectAttr("gam", linkify=True, label=_("GAM"))
    port = attrs.RelatedObjectAttr("port", linkify=True, label=_("Seen on port"))
    assigned = attrs.RelatedObjectAttr("endpoint.port", linkify=True, label=_("Its own port"))
    kind = DescribedChoiceAttr("kind", ArrivalKindChoices, label=_("Kind"))
    description = attrs.TextAttr("description", label=_("Description"))


class ArrivalStatePanel(panels.ObjectAttributesPanel):
    title = _("State")
    state = DescribedChoiceAttr("state", ArrivalStateChoices, label=_("State"))
    since = RelativeTimeAttr("since", label=_("Since"))
    settled = RelativeTimeAttr("settled", label=_("Settled"))
    took = WordsAttr(lambda arrival: between(arrival.since, arrival.settled), label=_("Took"))
    note = attrs.TextAttr("note", label=_("Note"))
    decided_by = attrs.TextAttr("decided_by", label=_("Decided by"))
    subscriber = attrs.RelatedObjectAttr("subscriber", linkify=True, label=_("Subscriber"))
    change_plan = attrs.RelatedObjectAttr("change_plan", linkify=True, label=_("Change plan"))


class SuggestionsPanel(panels.ObjectPanel):
    """Whose the endpoint could be, and why; a person chooses."""

    template_name = "netbox_gam/panels/suggestions.html"
    title = _("Whose could it be?")

    def should_render(self, context: Any) -> bool:
        waits = context["object"].state not in (ArrivalStateChoices.SETTLED, ArrivalStateChoices.GONE)
        return waits and context["object"].kind != ArrivalKindChoices.MOVED

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        user, arrival = ctx["request"].user, ctx["object"]
        may_assign = user.has_perm("netbox_gam.assign_arrival", arrival)
        return {**ctx, "suggestions": suggestions(arrival, user=user), "may_assign": may_assign}
