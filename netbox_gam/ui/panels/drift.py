"""Panels of drift."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ...choices import DriftKindChoices, DriftStateChoices
from ...models import Drift, DriftCheck
from ..attrs import DescribedChoiceAttr, RelativeTimeAttr


class DriftValuesPanel(panels.ObjectPanel):
    """What NetBox says, beside what the shelf has."""

    template_name = "netbox_gam/panels/drift_values.html"
    title = _("Difference")


class DriftPanel(panels.ObjectAttributesPanel):
    gam = attrs.RelatedObjectAttr("gam", linkify=True, label=_("GAM"))
    port = attrs.RelatedObjectAttr("port", linkify=True, label=_("G.hn port"))
    object_kind = attrs.ChoiceAttr("object_kind", label=_("Object"))
    name = attrs.TextAttr("name", label=_("Name"), style="font-monospace", copy_button=True)
    kind = DescribedChoiceAttr("kind", DriftKindChoices, label=_("Kind"))
    description = attrs.TextAttr("description", label=_("Description"))


class DriftStatePanel(panels.ObjectAttributesPanel):
    title = _("State")
    state = DescribedChoiceAttr("state", DriftStateChoices, label=_("State"))
    first_seen = RelativeTimeAttr("first_seen", label=_("First seen"))
    last_seen = RelativeTimeAttr("last_seen", label=_("Last seen"))
    resolved = RelativeTimeAttr("resolved", label=_("Resolved"))
    reason = attrs.TextAttr("reason", label=_("Accepted because"))
    accepted_until = RelativeTimeAttr("accepted_until", label=_("Accepted until"))
    accepted_by = attrs.TextAttr("accepted_by", label=_("Accepted by"))
    change_plan = attrs.RelatedObjectAttr("change_plan", linkify=True, label=_("Change plan"))


class DriftSummaryPanel(panels.ObjectPanel):
    """How much a GAM differs from intent, and when it was compared last."""

    template_name = "netbox_gam/panels/drift_summary.html"
    title = _("Drift")

    def should_render(self, context: Any) -> bool:
        return context["request"].user.has_perm("netbox_gam.view_drift")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        gam = ctx["object"]
        standing = Drift.objects.restrict(ctx["request"].user, "view").filter(gam=gam).exclude(state=DriftStateChoices.RESOLVED)
        states = list(standing.values_list("state", flat=True))
        check = DriftCheck.objects.filter(gam=gam).first()  # unrestricted: times of the GAM, which is restricted
        opened = states.count(DriftStateChoices.OPEN)
        return {**ctx, "check": check, "open": opened, "accepted": len(states) - opened}
