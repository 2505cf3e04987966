"""Pages of firmware: images, rollouts with their progress, upgrades, and which GAM runs what."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as gettext_now
from django.views.generic import View
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.object_actions import BulkExport, CloneObject, DeleteObject, EditObject
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb
from netbox.ui.panels import CommentsPanel
from netbox.views import generic
from utilities.views import ObjectPermissionRequiredMixin, register_model_view

from .. import filtersets, forms, tables
from ..exceptions import NotAllowed, WorkflowError
from ..models import EndpointState, FirmwareImage, FirmwareRollout, FirmwareUpgrade, GamDevice
from ..ui import actions
from ..ui.panels.firmware import (
    FirmwareFilePanel,
    FirmwareImagePanel,
    FirmwareJournalPanel,
    FirmwareOptionsPanel,
    FirmwareProgressPanel,
    FirmwareRolloutPanel,
    FirmwareTimesPanel,
    FirmwareUpgradePanel,
    progress_context,
)
from .actions import ObjectVerbView
from .base import DETAIL, NAMELESS_LIST, RECORD_LIST, RECORD_PAGE, Counted


class FirmwareImageCounts(Counted):
    counts = {"rollout_count": (FirmwareRollout.objects.all(), "image")}


@register_model_view(FirmwareImage, "list", path="", detail=False)
class FirmwareImageListView(FirmwareImageCounts, generic.ObjectListView):
    queryset = FirmwareImage.objects.all()
    filterset = filtersets.FirmwareImageFilterSet
    filterset_form = forms.FirmwareImageFilterForm
    table = tables.FirmwareImageTable
    actions = NAMELESS_LIST


@register_model_view(FirmwareImage)
class FirmwareImageView(generic.ObjectView):
    queryset = FirmwareImage.objects.all()
    template_name = DETAIL
    actions = (actions.RollOut, CloneObject, EditObject, DeleteObject)
    layout = layout.SimpleLayout(
        left_panels=[FirmwareImagePanel(), TagsPanel()],
        right_panels=[FirmwareFilePanel(), CustomFieldsPanel(), CommentsPanel()],
    )


@register_model_view(FirmwareImage, "add", detail=False)
@register_model_view(FirmwareImage, "edit")
class FirmwareImageEditView(generic.ObjectEditView):
    queryset = FirmwareImage.objects.all()
    form = forms.FirmwareImageForm


@register_model_view(FirmwareImage, "delete")
class FirmwareImageDeleteView(generic.ObjectDeleteView):
    queryset = FirmwareImage.objects.all()


@register_model_view(FirmwareImage, "bulk_import", path="import", detail=False)
class FirmwareImageBulkImportView(generic.BulkImportView):
    queryset = FirmwareImage.objects.all()
    model_form = forms.FirmwareImageImportForm


@register_model_view(FirmwareImage, "bulk_edit", path="edit", detail=False)
class FirmwareImageBulkEditView(FirmwareImageCounts, generic.BulkEditView):
    queryset = FirmwareImage.objects.all()
    filterset = filtersets.FirmwareImageFilterSet
    table = tables.FirmwareImageTable
    form = forms.FirmwareImageBulkEditForm


@register_model_view(FirmwareImage, "bulk_delete", path="delete", detail=False)
class FirmwareImageBulkDeleteView(FirmwareImageCounts, generic.BulkDeleteView):
    queryset = FirmwareImage.objects.all()
    filterset = filtersets.FirmwareImageFilterSet
    table = tables.FirmwareImageTable


@register_model_view(FirmwareImage, "roll_out", path="roll-out")
class FirmwareImageRollOutView(ObjectVerbView):
    """Ask for GAMs and waves, then plan; nothing is sent."""

    http_method_names = ("get", "post")
    queryset = FirmwareImage.objects.all()
    permission = "upgrade"

    def get(self, request, pk):
        return self._show(request, get_object_or_404(self.queryset, pk=pk), forms.PlanRolloutForm(user=request.user))

    def post(self, request, pk):
        from ..workflows import firmware

        image = get_object_or_404(self.queryset, pk=pk)
        form = forms.PlanRolloutForm(request.POST, user=request.user)
        if not form.is_valid():
            return self._show(request, image, form)
        options = dict(form.cleaned_data)
        gams = list(options.pop("gams").select_related("device"))
        try:
            rollout = firmware.plan(image, gams, firmware.RolloutOptions(**options), user=request.user)
        except NotAllowed as error:
            raise PermissionDenied(str(error)) from error
        except WorkflowError as error:
            form.add_error("gams", str(error))
            return self._show(request, image, form)
        messages.success(
            request, gettext_now("Planned rollout %(rollout)s; nothing is sent before it is started.") % {"rollout": rollout}
        )
        return redirect(rollout.get_absolute_url())

    def _show(self, request, image, form):
        context = {"object": image, "form": form, "return_url": image.get_absolute_url()}
        return render(request, "netbox_gam/firmware_roll_out.html", context)


# -------------------------------------------------------------------------------------------------------------------- rollouts


class FirmwareRolloutCounts(Counted):
    counts = {"gam_count": (FirmwareUpgrade.objects.all(), "rollout")}


@register_model_view(FirmwareRollout, "list", path="", detail=False)
class FirmwareRolloutListView(FirmwareRolloutCounts, generic.ObjectListView):
    queryset = FirmwareRollout.objects.all()
    filterset = filtersets.FirmwareRolloutFilterSet
    filterset_form = forms.FirmwareRolloutFilterForm
    table = tables.FirmwareRolloutTable
    actions = RECORD_LIST


@register_model_view(FirmwareRollout)
class FirmwareRolloutView(generic.ObjectView):
    queryset = FirmwareRollout.objects.select_related("image", "requested_by", "started_by")
    template_name = DETAIL
    actions = (actions.StartRollout, actions.PauseRollout, actions.ResumeRollout, actions.CancelRollout, *RECORD_PAGE)
    layout = layout.Layout(
        layout.Row(layout.Column(FirmwareRolloutPanel()), layout.Column(FirmwareOptionsPanel())),
        layout.Row(layout.Column(FirmwareProgressPanel())),
        layout.Row(layout.Column(TagsPanel(), CustomFieldsPanel()), layout.Column(CommentsPanel())),
    )


@register_model_view(FirmwareRollout, "progress")
class FirmwareRolloutProgressView(ObjectPermissionRequiredMixin, View):
    """The table of GAMs anew, for an open page."""

    queryset = FirmwareRollout.objects.all()

    def get_required_permission(self):
        return "netbox_gam.view_firmwarerollout"

    def get(self, request, pk):
        rollout = get_object_or_404(self.queryset, pk=pk)
        return render(request, "netbox_gam/panels/firmware_progress_rows.html", progress_context(rollout, request.user))


@register_model_view(FirmwareRollout, "edit")
class FirmwareRolloutEditView(generic.ObjectEditView):
    queryset = FirmwareRollout.objects.all()
    form = forms.FirmwareRolloutForm


@register_model_view(FirmwareRollout, "delete")
class FirmwareRolloutDeleteView(generic.ObjectDeleteView):
    queryset = FirmwareRollout.objects.all()


@register_model_view(FirmwareRollout, "bulk_edit", path="edit", detail=False)
class FirmwareRolloutBulkEditView(FirmwareRolloutCounts, generic.BulkEditView):
    queryset = FirmwareRollout.objects.all()
    filterset = filtersets.FirmwareRolloutFilterSet
    table = tables.FirmwareRolloutTable
    form = forms.FirmwareRolloutBulkEditForm


@register_model_view(FirmwareRollout, "bulk_delete", path="delete", detail=False)
class FirmwareRolloutBulkDeleteView(FirmwareRolloutCounts, generic.BulkDeleteView):
    queryset = FirmwareRollout.objects.all()
    filterset = filtersets.FirmwareRolloutFilterSet
    table = tables.FirmwareRolloutTable


class _RolloutVerbView(ObjectVerbView):
    queryset = FirmwareRollout.objects.all()
    permission = "upgrade"
    verb = ""

    def perform(self, request, instance):
        from ..workflows import firmware

        getattr(firmware, self.verb)(instance, user=request.user)
        return gettext_now("Rollout %(rollout)s: %(status)s.") % {"rollout": instance, "status": instance.get_status_display()}


@register_model_view(FirmwareRollout, "start")
class FirmwareRolloutStartView(_RolloutVerbView):
    verb = "start"


@register_model_view(FirmwareRollout, "pause")
class FirmwareRolloutPauseView(_RolloutVerbView):
    verb = "pause"


@register_model_view(FirmwareRollout, "resume")
class FirmwareRolloutResumeView(ObjectVerbView):
    """Ask for the window first."""

    http_method_names = ("get", "post")
    queryset = FirmwareRollout.objects.all()
    permission = "upgrade"

    def get(self, request, pk):
        rollout = get_object_or_404(self.queryset, pk=pk)
        return self._show(request, rollout, forms.ResumeRolloutForm(initial=_window_of(rollout)))

    def post(self, request, pk):
        rollout = get_object_or_404(self.queryset, pk=pk)
        form = forms.ResumeRolloutForm(request.POST)
        if not form.is_valid():
            return self._show(request, rollout, form)
        self.window = form.cleaned_data
        return super().post(request, pk)

    def perform(self, request, instance):
        from ..workflows import firmware

        firmware.resume(instance, user=request.user, **self.window)
        return gettext_now("Rollout %(rollout)s: %(status)s.") % {"rollout": instance, "status": instance.get_status_display()}

    def _show(self, request, rollout, form):
        context = {"object": rollout, "form": form, "return_url": rollout.get_absolute_url()}
        return render(request, "netbox_gam/firmware_resume.html", context)


def _window_of(rollout):
    """The window a form begins with: what of it is still to come."""
    now = timezone.now()
    ahead = {name: getattr(rollout, name) for name in ("not_before", "not_after")}
    return {
        name: timezone.localtime(moment).replace(second=0, microsecond=0, tzinfo=None)
        for name, moment in ahead.items()
        if moment and moment > now
    }


@register_model_view(FirmwareRollout, "cancel")
class FirmwareRolloutCancelView(_RolloutVerbView):
    verb = "cancel"


# -------------------------------------------------------------------------------------------------------------------- upgrades


@register_model_view(FirmwareUpgrade, "list", path="", detail=False)
class FirmwareUpgradeListView(generic.ObjectListView):
    queryset = FirmwareUpgrade.objects.all()
    filterset = filtersets.FirmwareUpgradeFilterSet
    filterset_form = forms.FirmwareUpgradeFilterForm
    table = tables.FirmwareUpgradeTable
    actions = RECORD_LIST


@register_model_view(FirmwareUpgrade)
class FirmwareUpgradeView(generic.ObjectView):
    queryset = FirmwareUpgrade.objects.select_related("rollout__image", "gam__device")
    template_name = DETAIL
    actions = (actions.RetryUpgrade, actions.ReleaseUpgrade, *RECORD_PAGE)
    layout = layout.Layout(
        layout.Row(layout.Column(FirmwareUpgradePanel()), layout.Column(FirmwareTimesPanel())),
        layout.Row(layout.Column(FirmwareJournalPanel())),
        layout.Row(layout.Column(TagsPanel(), CustomFieldsPanel()), layout.Column(CommentsPanel())),
        breadcrumbs=[Breadcrumb("rollout")],
    )


@register_model_view(FirmwareUpgrade, "edit")
class FirmwareUpgradeEditView(generic.ObjectEditView):
    queryset = FirmwareUpgrade.objects.all()
    form = forms.FirmwareUpgradeForm


@register_model_view(FirmwareUpgrade, "delete")
class FirmwareUpgradeDeleteView(generic.ObjectDeleteView):
    queryset = FirmwareUpgrade.objects.all()


@register_model_view(FirmwareUpgrade, "bulk_edit", path="edit", detail=False)
class FirmwareUpgradeBulkEditView(generic.BulkEditView):
    queryset = FirmwareUpgrade.objects.all()
    filterset = filtersets.FirmwareUpgradeFilterSet
    table = tables.FirmwareUpgradeTable
    form = forms.FirmwareUpgradeBulkEditForm


@register_model_view(FirmwareUpgrade, "bulk_delete", path="delete", detail=False)
class FirmwareUpgradeBulkDeleteView(generic.BulkDeleteView):
    queryset = FirmwareUpgrade.objects.all()
    filterset = filtersets.FirmwareUpgradeFilterSet
    table = tables.FirmwareUpgradeTable


class _UpgradeVerbView(ObjectVerbView):
    queryset = FirmwareUpgrade.objects.all()
    permission = "upgrade"
    verb = ""

    def perform(self, request, instance):
        from ..workflows import firmware

        getattr(firmware, self.verb)(instance, user=request.user)
        return gettext_now("%(gam)s: %(status)s.") % {"gam": instance.gam, "status": instance.get_status_display()}


@register_model_view(FirmwareUpgrade, "retry")
class FirmwareUpgradeRetryView(_UpgradeVerbView):
    verb = "retry"


@register_model_view(FirmwareUpgrade, "release")
class FirmwareUpgradeReleaseView(_UpgradeVerbView):
    verb = "release"


# ----------------------------------------------------------------------------------------------------------------------- fleet


class FirmwareFleetView(generic.ObjectListView):
    """Which GAM runs what, and how many of its endpoints are behind, as they were last read."""

    queryset = GamDevice.objects.select_related("device__site", "observed")
    filterset = filtersets.GamDeviceFilterSet
    filterset_form = forms.GamDeviceFilterForm
    table = tables.FirmwareFleetTable
    actions = (BulkExport,)

    def get_queryset(self, request):
        behind = EndpointState.objects.filter(gam=OuterRef("pk"), present=True, firmware_mismatch=True)  # unrestricted: a count
        counted = behind.order_by().values("gam").annotate(c=Count("pk")).values("c")
        return super().get_queryset(request).annotate(mismatch_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
