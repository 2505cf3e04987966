"""Pages of change plans and their steps."""

from __future__ import annotations

from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb
from netbox.ui.panels import CommentsPanel
from netbox.views import generic
from utilities.views import register_model_view

from .. import filtersets, forms, tables
from ..models import ChangePlan, ChangeStep
from ..ui import actions
from ..ui.panels.billing import LinesPanel
from ..ui.panels.provisioning import (
    ChangePlanOutcomePanel,
    ChangePlanPanel,
    ChangeStepPanel,
    StepPanel,
    StepsPanel,
    ViolationsPanel,
)
from .actions import BulkVerbView, ObjectVerbView
from .base import DETAIL, RECORD_LIST, RECORD_PAGE, Counted


class ChangePlanCounts(Counted):
    counts = {"step_count": (ChangeStep.objects.all(), "change_plan")}


@register_model_view(ChangePlan, "list", path="", detail=False)
class ChangePlanListView(ChangePlanCounts, generic.ObjectListView):
    queryset = ChangePlan.objects.all()
    filterset = filtersets.ChangePlanFilterSet
    filterset_form = forms.ChangePlanFilterForm
    table = tables.ChangePlanTable
    actions = (*RECORD_LIST, actions.BulkApply)


@register_model_view(ChangePlan)
class ChangePlanView(generic.ObjectView):
    queryset = ChangePlan.objects.select_related("gam__device", "requested_by")
    template_name = DETAIL
    actions = (actions.Apply, actions.Cancel, *RECORD_PAGE)
    layout = layout.Layout(
        layout.Row(
            layout.Column(
                LinesPanel("error", title=_("Error"), color="red"),
                LinesPanel("difference", title=_("Not as planned"), color="red"),
                LinesPanel("notes", title=_("Note"), color="yellow"),
                ViolationsPanel(),
            )
        ),
        layout.Row(
            layout.Column(ChangePlanPanel()),
            layout.Column(
                ChangePlanOutcomePanel(),
                LinesPanel("interrupts", title=_("Service blinks for"), color="yellow"),
            ),
        ),
        layout.Row(layout.Column(StepsPanel())),
        layout.Row(layout.Column(TagsPanel(), CustomFieldsPanel()), layout.Column(CommentsPanel())),
        breadcrumbs=[Breadcrumb("gam")],
    )


@register_model_view(ChangePlan, "edit")
class ChangePlanEditView(generic.ObjectEditView):
    queryset = ChangePlan.objects.all()
    form = forms.ChangePlanForm


@register_model_view(ChangePlan, "delete")
class ChangePlanDeleteView(generic.ObjectDeleteView):
    queryset = ChangePlan.objects.all()


@register_model_view(ChangePlan, "bulk_edit", path="edit", detail=False)
class ChangePlanBulkEditView(ChangePlanCounts, generic.BulkEditView):
    queryset = ChangePlan.objects.all()
    filterset = filtersets.ChangePlanFilterSet
    table = tables.ChangePlanTable
    form = forms.ChangePlanBulkEditForm


@register_model_view(ChangePlan, "bulk_delete", path="delete", detail=False)
class ChangePlanBulkDeleteView(ChangePlanCounts, generic.BulkDeleteView):
    queryset = ChangePlan.objects.all()
    filterset = filtersets.ChangePlanFilterSet
    table = tables.ChangePlanTable


@register_model_view(ChangePlan, "apply")
class ChangePlanApplyView(ObjectVerbView):
    queryset = ChangePlan.objects.all()
    permission = "apply"

    def perform(self, request, instance):
        from ..jobs import ApplyJob

        return ApplyJob.start(request.user, change_plan=instance)


@register_model_view(ChangePlan, "cancel")
class ChangePlanCancelView(ObjectVerbView):
    queryset = ChangePlan.objects.all()
    permission = "apply"

    def perform(self, request, instance):
        from ..workflows import provisioning

        provisioning.cancel(instance, user=request.user)
        return gettext_now("Cancelled change plan %(plan)s.") % {"plan": instance}


@register_model_view(ChangePlan, "bulk_apply", path="apply", detail=False)
class ChangePlanBulkApplyView(BulkVerbView):
    queryset = ChangePlan.objects.all()
    filterset = filtersets.ChangePlanFilterSet
    permission = "apply"
    verb = _("Applying")

    def perform(self, request, instance):
        from ..jobs import ApplyJob

        return ApplyJob.start(request.user, change_plan=instance)


# ----------------------------------------------------------------------------------------------------------------------- steps


@register_model_view(ChangeStep, "list", path="", detail=False)
class ChangeStepListView(generic.ObjectListView):
    queryset = ChangeStep.objects.all()
    filterset = filtersets.ChangeStepFilterSet
    filterset_form = forms.ChangeStepFilterForm
    table = tables.ChangeStepTable
    actions = RECORD_LIST


@register_model_view(ChangeStep)
class ChangeStepView(generic.ObjectView):
    queryset = ChangeStep.objects.select_related("change_plan__gam__device")
    template_name = DETAIL
    actions = RECORD_PAGE
    layout = layout.Layout(
        layout.Row(
            layout.Column(ChangeStepPanel(), TagsPanel()),
            layout.Column(CustomFieldsPanel(), CommentsPanel()),
        ),
        layout.Row(layout.Column(StepPanel())),
        breadcrumbs=[Breadcrumb("change_plan.gam"), Breadcrumb("change_plan")],
    )


@register_model_view(ChangeStep, "edit")
class ChangeStepEditView(generic.ObjectEditView):
    queryset = ChangeStep.objects.all()
    form = forms.ChangeStepForm


@register_model_view(ChangeStep, "delete")
class ChangeStepDeleteView(generic.ObjectDeleteView):
    queryset = ChangeStep.objects.all()


@register_model_view(ChangeStep, "bulk_edit", path="edit", detail=False)
class ChangeStepBulkEditView(generic.BulkEditView):
    queryset = ChangeStep.objects.all()
    filterset = filtersets.ChangeStepFilterSet
    table = tables.ChangeStepTable
    form = forms.ChangeStepBulkEditForm


@register_model_view(ChangeStep, "bulk_delete", path="delete", detail=False)
class ChangeStepBulkDeleteView(generic.BulkDeleteView):
    queryset = ChangeStep.objects.all()
    filterset = filtersets.ChangeStepFilterSet
    table = tables.ChangeStepTable
