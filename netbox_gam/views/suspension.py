"""Pages of suspension policies."""

from __future__ import annotations

from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.ui import layout
from netbox.ui.panels import CommentsPanel
from netbox.views import generic
from utilities.views import register_model_view

from .. import filtersets, forms, tables
from ..models import SuspensionPolicy
from ..ui.panels.subscribers import SuspensionPolicyPanel
from .base import DETAIL


@register_model_view(SuspensionPolicy, "list", path="", detail=False)
class SuspensionPolicyListView(generic.ObjectListView):
    queryset = SuspensionPolicy.objects.all()
    filterset = filtersets.SuspensionPolicyFilterSet
    filterset_form = forms.SuspensionPolicyFilterForm
    table = tables.SuspensionPolicyTable


@register_model_view(SuspensionPolicy)
class SuspensionPolicyView(generic.ObjectView):
    queryset = SuspensionPolicy.objects.select_related("system", "site", "bandwidth_plan")
    template_name = DETAIL
    layout = layout.SimpleLayout(
        left_panels=[SuspensionPolicyPanel(), TagsPanel()], right_panels=[CustomFieldsPanel(), CommentsPanel()]
    )


@register_model_view(SuspensionPolicy, "add", detail=False)
@register_model_view(SuspensionPolicy, "edit")
class SuspensionPolicyEditView(generic.ObjectEditView):
    queryset = SuspensionPolicy.objects.all()
    form = forms.SuspensionPolicyForm


@register_model_view(SuspensionPolicy, "delete")
class SuspensionPolicyDeleteView(generic.ObjectDeleteView):
    queryset = SuspensionPolicy.objects.all()


@register_model_view(SuspensionPolicy, "bulk_import", path="import", detail=False)
class SuspensionPolicyBulkImportView(generic.BulkImportView):
    queryset = SuspensionPolicy.objects.all()
    model_form = forms.SuspensionPolicyImportForm


@register_model_view(SuspensionPolicy, "bulk_edit", path="edit", detail=False)
class SuspensionPolicyBulkEditView(generic.BulkEditView):
    queryset = SuspensionPolicy.objects.all()
    filterset = filtersets.SuspensionPolicyFilterSet
    table = tables.SuspensionPolicyTable
    form = forms.SuspensionPolicyBulkEditForm


@register_model_view(SuspensionPolicy, "bulk_rename", path="rename", detail=False)
class SuspensionPolicyBulkRenameView(generic.BulkRenameView):
    queryset = SuspensionPolicy.objects.all()
    filterset = filtersets.SuspensionPolicyFilterSet


@register_model_view(SuspensionPolicy, "bulk_delete", path="delete", detail=False)
class SuspensionPolicyBulkDeleteView(generic.BulkDeleteView):
    queryset = SuspensionPolicy.objects.all()
    filterset = filtersets.SuspensionPolicyFilterSet
    table = tables.SuspensionPolicyTable
