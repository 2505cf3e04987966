"""Pages of the configuration safe: lists, one backup, two beside each other, the tab of a GAM, and replacing a GAM."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb
from netbox.ui.panels import CommentsPanel
from netbox.views import generic
from utilities.views import ObjectPermissionRequiredMixin, ViewTab, register_model_view

from .. import filtersets, forms, tables
from ..exceptions import WorkflowError
from ..models import ConfigBackup, GamDevice
from ..ui import actions
from ..ui.panels.backups import ConfigBackupPanel, OthersPanel, TextPanel, schedule_context
from ..ui.tabs import restricted_count
from .actions import ObjectVerbView, tell
from .base import DETAIL, RECORD_LIST, RECORD_PAGE


def backups_of(gam):
    """Backups of a GAM; for a restricted badge."""
    return gam.backups.all()


@register_model_view(ConfigBackup, "list", path="", detail=False)
class ConfigBackupListView(generic.ObjectListView):
    queryset = ConfigBackup.objects.all()
    filterset = filtersets.ConfigBackupFilterSet
    filterset_form = forms.ConfigBackupFilterForm
    table = tables.ConfigBackupTable
    actions = RECORD_LIST


@register_model_view(ConfigBackup)
class ConfigBackupView(generic.ObjectView):
    queryset = ConfigBackup.objects.select_related("gam__device", "requested_by")
    template_name = DETAIL
    actions = (actions.Restore, *RECORD_PAGE)
    layout = layout.Layout(
        layout.Row(
            layout.Column(ConfigBackupPanel(), TagsPanel(), CustomFieldsPanel()), layout.Column(OthersPanel(), CommentsPanel())
        ),
        layout.Row(layout.Column(TextPanel())),
        breadcrumbs=[Breadcrumb("gam")],
    )


@register_model_view(GamDevice, "backups", path="backups")
class GamDeviceBackupsView(generic.ObjectChildrenView):
    queryset = GamDevice.objects.select_related("device")
    child_model = ConfigBackup
    table = tables.ConfigBackupTable
    filterset = filtersets.ConfigBackupFilterSet
    filterset_form = forms.ConfigBackupFilterForm
    template_name = "netbox_gam/gam_backups.html"
    actions = RECORD_LIST
    tab = ViewTab(label=_("Backups"), badge=restricted_count(backups_of), permission="netbox_gam.view_configbackup", weight=510)

    def get_children(self, request, parent):
        return parent.backups.restrict(request.user, "view")

    def get_extra_context(self, request, instance):
        may = request.user.has_perm("netbox_gam.backup_gamdevice", instance)
        return {**schedule_context(instance), "may_back_up": may}


@register_model_view(ConfigBackup, "edit")
class ConfigBackupEditView(generic.ObjectEditView):
    queryset = ConfigBackup.objects.all()
    form = forms.ConfigBackupForm


@register_model_view(ConfigBackup, "delete")
class ConfigBackupDeleteView(generic.ObjectDeleteView):
    queryset = ConfigBackup.objects.all()


@register_model_view(ConfigBackup, "bulk_edit", path="edit", detail=False)
class ConfigBackupBulkEditView(generic.BulkEditView):
    queryset = ConfigBackup.objects.all()
    filterset = filtersets.ConfigBackupFilterSet
    table = tables.ConfigBackupTable
    form = forms.ConfigBackupBulkEditForm


@register_model_view(ConfigBackup, "bulk_delete", path="delete", detail=False)
class ConfigBackupBulkDeleteView(generic.BulkDeleteView):
    queryset = ConfigBackup.objects.all()
    filterset = filtersets.ConfigBackupFilterSet
    table = tables.ConfigBackupTable


@register_model_view(ConfigBackup, "diff")
class ConfigBackupDiffView(ObjectPermissionRequiredMixin, View):
    """A backup beside another one of the same GAM, ``?against=`` its key or ``newest``."""

    queryset = ConfigBackup.objects.select_related("gam__device")

    def get_required_permission(self):
        return "netbox_gam.view_configbackup"

    def get(self, request, pk):
        from ..workflows import backups

        shown = get_object_or_404(self.queryset, pk=pk)
        of_gam = self.queryset.filter(gam=shown.gam_id)
        wanted = request.GET.get("against", "newest")
        if wanted == "newest":
            other = of_gam.first()
        elif wanted.isdigit():
            other = of_gam.filter(pk=int(wanted)).first()
        else:
            other = None
        if other is None:
            raise Http404(gettext_now("There is no such backup of this GAM."))
        context = {
            "object": shown,
            "other": other,
            "choices": of_gam.exclude(pk=shown.pk)[:200],
            "comparison": backups.compare(shown, other),
            "as_text": request.GET.get("view") == "unified",
            "is_newest": other.pk == of_gam.first().pk,
            "may_back_up": request.user.has_perm("netbox_gam.backup_gamdevice", shown.gam),
        }
        return render(request, "netbox_gam/backup_diff.html", context)


@register_model_view(GamDevice, "backup")
class GamDeviceBackupView(ObjectVerbView):
    queryset = GamDevice.objects.all()
    permission = "backup"

    def perform(self, request, instance):
        from ..jobs import BackupJob

        return BackupJob.start(request.user, gam=instance)


@register_model_view(ConfigBackup, "restore")
class ConfigBackupRestoreView(ObjectVerbView):
    queryset = ConfigBackup.objects.all()
    permission = "restore"

    def perform(self, request, instance):
        from ..jobs import RestoreJob

        return RestoreJob.start(request.user, backup=instance)


@register_model_view(GamDevice, "replace")
class GamDeviceReplaceView(ObjectVerbView):
    """Ask for the successor, then plan; nothing is sent."""

    http_method_names = ("get", "post")
    queryset = GamDevice.objects.select_related("device")
    permission = "replace"

    def get(self, request, pk):
        gam = get_object_or_404(self.queryset, pk=pk)
        return self._show(request, gam, forms.ReplaceGamForm(user=request.user, gam=gam))

    def post(self, request, pk):
        from ..jobs import ReplaceJob

        gam = get_object_or_404(self.queryset, pk=pk)
        form = forms.ReplaceGamForm(request.POST, user=request.user, gam=gam)
        if not form.is_valid():
            return self._show(request, gam, form)
        try:
            job = ReplaceJob.start(request.user, gam=gam, **form.cleaned_data)
        except WorkflowError as error:
            messages.error(request, str(error))
            return self._show(request, gam, form)
        tell(request, job)
        return redirect(gam.get_absolute_url())

    def _show(self, request, gam, form):
        counts = {"endpoints": gam.endpoints.count(), "subscribers": gam.subscribers.exclude(status="terminated").count()}
        newest = gam.backups.restrict(request.user, "view").first()
        context = {"object": gam, "form": form, "return_url": gam.get_absolute_url(), "newest": newest, **counts}
        return render(request, "netbox_gam/replace_gam.html", context)
