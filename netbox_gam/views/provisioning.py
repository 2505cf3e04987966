"""Pages of change plans and their steps."""

from __future__ import annotations

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb
from netbox.ui.panels import CommentsPanel, ObjectsTablePanel
from netbox.views import generic
from utilities.views import ObjectPermissionRequiredMixin, register_model_view

from .. import filtersets, forms, tables
from ..choices import ChangePlanStatusChoices
from ..models import ChangeBatch, ChangePlan, ChangeStep
from ..ui import actions
from ..ui.batch_summary import batch_summary
from ..ui.panels.billing import LinesPanel
from ..ui.panels.provisioning import (
    BatchProblemsPanel,
    BatchSummaryPanel,
    ChangeBatchPanel,
    ChangePlanOutcomePanel,
    ChangePlanPanel,
    ChangeStepPanel,
    IntentPanel,
    StepPanel,
    StepsPanel,
    ViolationsPanel,
    WarningsPanel,
)
from .actions import BulkVerbView, ObjectVerbView
from .base import DETAIL, RECORD_LIST, RECORD_PAGE, Counted

ENDED_WELL = (ChangePlanStatusChoices.APPLIED, ChangePlanStatusChoices.NOTHING_TO_DO)


class ChangeBatchCounts(Counted):
    counts = {
        "plan_count": (ChangePlan.objects.all(), "batch"),
        "waiting_count": (ChangePlan.objects.filter(status=ChangePlanStatusChoices.PLANNED), "batch"),
        "applied_count": (ChangePlan.objects.filter(status__in=ENDED_WELL), "batch"),
    }


@register_model_view(ChangeBatch, "list", path="", detail=False)
class ChangeBatchListView(ChangeBatchCounts, generic.ObjectListView):
    queryset = ChangeBatch.objects.select_related("requested_by")
    filterset = filtersets.ChangeBatchFilterSet
    filterset_form = forms.ChangeBatchFilterForm
    table = tables.ChangeBatchTable
    actions = RECORD_LIST


@register_model_view(ChangeBatch)
class ChangeBatchView(generic.ObjectView):
    queryset = ChangeBatch.objects.select_related("requested_by")
    template_name = DETAIL
    actions = (actions.ApplyBatch, actions.ReplanBatch, actions.CancelBatch, *RECORD_PAGE)
    layout = layout.Layout(
        layout.Row(layout.Column(BatchProblemsPanel())),
        layout.Row(layout.Column(ChangeBatchPanel()), layout.Column(BatchSummaryPanel())),
        layout.Row(
            layout.Column(
                ObjectsTablePanel(
                    "netbox_gam.changeplan", filters={"batch_id": lambda ctx: ctx["object"].pk}, exclude_columns=["batch", "reason"]
                )
            )
        ),
        layout.Row(layout.Column(TagsPanel(), CustomFieldsPanel()), layout.Column(CommentsPanel())),
    )


@register_model_view(ChangeBatch, "progress")
class ChangeBatchProgressView(ObjectPermissionRequiredMixin, View):
    """The summary anew, for an open page."""

    queryset = ChangeBatch.objects.all()

    def get_required_permission(self):
        return "netbox_gam.view_changebatch"

    def get(self, request, pk):
        batch = get_object_or_404(self.queryset, pk=pk)
        return render(request, "netbox_gam/panels/batch_summary_body.html", {"summary": batch_summary(batch, request.user)})


@register_model_view(ChangeBatch, "edit")
class ChangeBatchEditView(generic.ObjectEditView):
    queryset = ChangeBatch.objects.all()
    form = forms.ChangeBatchForm


@register_model_view(ChangeBatch, "delete")
class ChangeBatchDeleteView(generic.ObjectDeleteView):
    queryset = ChangeBatch.objects.all()


@register_model_view(ChangeBatch, "bulk_edit", path="edit", detail=False)
class ChangeBatchBulkEditView(ChangeBatchCounts, generic.BulkEditView):
    queryset = ChangeBatch.objects.all()
    filterset = filtersets.ChangeBatchFilterSet
    table = tables.ChangeBatchTable
    form = forms.ChangeBatchBulkEditForm


@register_model_view(ChangeBatch, "bulk_delete", path="delete", detail=False)
class ChangeBatchBulkDeleteView(ChangeBatchCounts, generic.BulkDeleteView):
    queryset = ChangeBatch.objects.all()
    filterset = filtersets.ChangeBatchFilterSet
    table = tables.ChangeBatchTable


@register_model_view(ChangeBatch, "apply")
class ChangeBatchApplyView(ObjectVerbView):
    queryset = ChangeBatch.objects.all()
    permission = "apply"

    def perform(self, request, instance):
        from ..jobs import ApplyBatchJob

        return ApplyBatchJob.start(request.user, batch=instance)


@register_model_view(ChangeBatch, "replan")
class ChangeBatchReplanView(ObjectVerbView):
    queryset = ChangeBatch.objects.all()
    permission = "apply"

    def perform(self, request, instance):
        from ..jobs import ReplanBatchJob

        return ReplanBatchJob.start(request.user, batch=instance)


@register_model_view(ChangeBatch, "cancel")
class ChangeBatchCancelView(ObjectVerbView):
    queryset = ChangeBatch.objects.all()
    permission = "apply"

    def perform(self, request, instance):
        from ..workflows import change_batches

        dropped = change_batches.cancel_batch(instance, user=request.user)
        return gettext_now("Cancelled %(count)s change plans.") % {"count": dropped}


# ------------------------------------------------------------------------------------------------------------------------ plans


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
    actions = (actions.Apply, actions.Replan, actions.Cancel, *RECORD_PAGE)
    layout = layout.Layout(
        layout.Row(
            layout.Column(
                LinesPanel("error", title=_("Error"), color="red"),
                LinesPanel("difference", title=_("Not as planned"), color="red"),
                ViolationsPanel(),
                WarningsPanel(),
            )
        ),
        layout.Row(
            layout.Column(ChangePlanPanel()),
            layout.Column(
                ChangePlanOutcomePanel(),
                IntentPanel(),
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


@register_model_view(ChangePlan, "replan")
class ChangePlanReplanView(ObjectVerbView):
    queryset = ChangePlan.objects.all()
    permission = "apply"

    def perform(self, request, instance):
        from ..jobs import ReplanJob

        return ReplanJob.start(request.user, change_plan=instance)


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
