"""Panels of change plans and steps."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ...choices import ChangePlanStatusChoices, StepStateChoices, TransportChoices
from ...models import ChangePlan, ChangeStep
from ...workflows import intent
from ..approval_words import approval_in_words
from ..attrs import DescribedChoiceAttr, RelativeTimeAttr, WordsAttr
from ..batch_summary import batch_summary
from ..intent_words import intent_in_words
from ..words import between

WAITING = (ChangePlanStatusChoices.PLANNED, ChangePlanStatusChoices.APPLYING)


class OnceFinishedAttr(attrs.BooleanAttr):
    """A yes or no that means nothing before the plan was applied."""

    def get_value(self, obj: Any) -> Any:
        return super().get_value(obj) if obj.finished else None


class ChangeBatchPanel(panels.ObjectAttributesPanel):
    reason = attrs.TextAttr("reason", label=_("Reason"))
    source = attrs.ChoiceAttr("source", label=_("Source"))
    requested_by = attrs.TextAttr("requested_by", label=_("Requested by"))
    created = RelativeTimeAttr("created", label=_("Created"))
    description = attrs.TextAttr("description", label=_("Description"))


class BatchSummaryPanel(panels.ObjectPanel):
    """How much a batch is, and how far it has got; draws itself anew while something of it waits to end."""

    template_name = "netbox_gam/panels/batch_summary.html"
    title = _("Summary")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        return {**ctx, "summary": batch_summary(ctx["object"], ctx["request"].user)}


class BatchProblemsPanel(panels.ObjectPanel):
    """What of a batch could not be planned."""

    template_name = "netbox_gam/panels/batch_problems.html"
    title = _("Could not be planned")

    def should_render(self, context: Any) -> bool:
        return bool(context["object"].problems)


class IntentPanel(panels.ObjectPanel):
    """What a plan changed in NetBox."""

    template_name = "netbox_gam/panels/intent.html"
    title = _("Changed in NetBox")

    def should_render(self, context: Any) -> bool:
        return bool(context["object"].intent)

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        return {**ctx, "changes": intent_in_words(ctx["object"], ctx["request"].user)}


class WaitingPlanPanel(panels.ObjectPanel):
    """Says on a subscriber's page that the shelf does not have yet what the page says."""

    template_name = "netbox_gam/panels/waiting_plan.html"

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        visible = ChangePlan.objects.restrict(ctx["request"].user, "view")
        return {**ctx, "waits": intent.waiting_for(ctx["object"], visible)}


class ChangePlanPanel(panels.ObjectAttributesPanel):
    gam = attrs.RelatedObjectAttr("gam", linkify=True, label=_("GAM"))
    batch = attrs.RelatedObjectAttr("batch", linkify=True, label=_("Batch"))
    status = DescribedChoiceAttr("status", ChangePlanStatusChoices, label=_("Status"))
    superseded_by = attrs.RelatedObjectAttr("superseded_by", linkify=True, label=_("Superseded by"))
    reason = attrs.TextAttr("reason", label=_("Reason"))
    transport = DescribedChoiceAttr("transport", TransportChoices, label=_("Transport"))
    transport_reason = attrs.TextAttr("transport_reason", label=_("Why this transport"))
    requested_by = attrs.TextAttr("requested_by", label=_("Requested by"))
    subscribers = attrs.RelatedObjectListAttr("subscribers", linkify=True, max_items=10, label=_("Subscribers"))
    description = attrs.TextAttr("description", label=_("Description"))


class ChangePlanOutcomePanel(panels.ObjectAttributesPanel):
    title = _("Outcome")
    verified = OnceFinishedAttr("verified", label=_("Read back and as planned"))
    saved = OnceFinishedAttr("saved", label=_("Saved to startup"))
    created = RelativeTimeAttr("created", label=_("Created"))
    started = RelativeTimeAttr("started", label=_("Started"))
    finished = RelativeTimeAttr("finished", label=_("Finished"))
    took = WordsAttr(lambda plan: between(plan.started, plan.finished), label=_("Took"))
    state_hash = attrs.TextAttr("state_hash", label=_("Made from state"), style="font-monospace text-break")


class ApprovalPanel(panels.ObjectPanel):
    """What has to be so before the plan may be applied, who approved it, and when it is applied by itself."""

    template_name = "netbox_gam/panels/approval.html"
    title = _("Approval")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        return {**ctx, **approval_in_words(ctx["object"])}


class ViolationsPanel(panels.ObjectPanel):
    """Rules of the shelf that the plan breaks."""

    template_name = "netbox_gam/panels/violations.html"
    title = _("Violations")

    def should_render(self, context: Any) -> bool:
        return bool(context["object"].violations)

    def get_context(self, context: Any) -> dict[str, Any]:
        return {**super().get_context(context), "found": context["object"].violations, "color": "orange"}


class WarningsPanel(panels.ObjectPanel):
    """What the shelf accepts and a person should know before applying."""

    template_name = "netbox_gam/panels/violations.html"
    title = _("Warnings")

    def should_render(self, context: Any) -> bool:
        return bool(context["object"].warnings)

    def get_context(self, context: Any) -> dict[str, Any]:
        return {**super().get_context(context), "found": context["object"].warnings, "color": "yellow"}


class StepsPanel(panels.ObjectPanel):
    """Every step with the lines that will be sent, what was sent and what was answered."""

    template_name = "netbox_gam/panels/steps.html"
    title = _("Steps")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        shown: ChangePlan = ctx["object"]
        steps = ChangeStep.objects.restrict(ctx["request"].user, "view").filter(change_plan=shown).select_related("change_plan")
        return {**ctx, "steps": [step_context(step) for step in steps]}


class StepPanel(panels.ObjectPanel):
    """One step, as in the plan's list of steps."""

    template_name = "netbox_gam/panels/step.html"
    title = _("Change")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        return {**ctx, "item": step_context(ctx["object"])}


def step_context(step: ChangeStep) -> dict[str, Any]:
    """What the step template shows."""
    return {
        "step": step,
        "sends": "\n".join(step.sends),
        "undo": "\n".join(step.undo_sends),
        "sent": "\n".join(step.sent),
        "as_planned": step.sent == step.sends,
        "waits": step.state == StepStateChoices.PLANNED and step.change_plan.status in WAITING,
        "took": between(step.started, step.finished),
    }


class ChangeStepPanel(panels.ObjectAttributesPanel):
    change_plan = attrs.RelatedObjectAttr("change_plan", linkify=True, label=_("Change plan"))
    index = attrs.TextAttr("index", label=_("Index"))
    action = attrs.ChoiceAttr("action", label=_("Action"))
    kind = attrs.ChoiceAttr("kind", label=_("Kind"))
    name = attrs.TextAttr("name", label=_("Name"), style="font-monospace")
    why = attrs.TextAttr("why", label=_("Why"))
    state = attrs.ChoiceAttr("state", label=_("State"))
    started = RelativeTimeAttr("started", label=_("Started"))
    finished = RelativeTimeAttr("finished", label=_("Finished"))
    description = attrs.TextAttr("description", label=_("Description"))
