"""Pages of approval rules and maintenance windows."""

from __future__ import annotations

from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.ui import layout
from netbox.ui.panels import CommentsPanel
from netbox.views import generic
from utilities.views import register_model_view

from .. import filtersets, forms, tables
from ..models import ApprovalRule, MaintenanceWindow
from ..ui.panels.approvals import ApprovalConditionsPanel, ApprovalRulePanel, MaintenanceWindowPanel
from ..ui.panels.monitoring import RuleScopePanel
from .base import DETAIL


@register_model_view(ApprovalRule, "list", path="", detail=False)
class ApprovalRuleListView(generic.ObjectListView):
    queryset = ApprovalRule.objects.all()
    filterset = filtersets.ApprovalRuleFilterSet
    filterset_form = forms.ApprovalRuleFilterForm
    table = tables.ApprovalRuleTable


@register_model_view(ApprovalRule)
class ApprovalRuleView(generic.ObjectView):
    queryset = ApprovalRule.objects.all()
    template_name = DETAIL
    layout = layout.SimpleLayout(
        left_panels=[ApprovalRulePanel(), TagsPanel(), CustomFieldsPanel()],
        right_panels=[ApprovalConditionsPanel(), RuleScopePanel(), CommentsPanel()],
    )


@register_model_view(ApprovalRule, "add", detail=False)
@register_model_view(ApprovalRule, "edit")
class ApprovalRuleEditView(generic.ObjectEditView):
    queryset = ApprovalRule.objects.all()
    form = forms.ApprovalRuleForm


@register_model_view(ApprovalRule, "delete")
class ApprovalRuleDeleteView(generic.ObjectDeleteView):
    queryset = ApprovalRule.objects.all()


@register_model_view(ApprovalRule, "bulk_import", path="import", detail=False)
class ApprovalRuleBulkImportView(generic.BulkImportView):
    queryset = ApprovalRule.objects.all()
    model_form = forms.ApprovalRuleImportForm


@register_model_view(ApprovalRule, "bulk_edit", path="edit", detail=False)
class ApprovalRuleBulkEditView(generic.BulkEditView):
    queryset = ApprovalRule.objects.all()
    filterset = filtersets.ApprovalRuleFilterSet
    table = tables.ApprovalRuleTable
    form = forms.ApprovalRuleBulkEditForm


@register_model_view(ApprovalRule, "bulk_rename", path="rename", detail=False)
class ApprovalRuleBulkRenameView(generic.BulkRenameView):
    queryset = ApprovalRule.objects.all()
    filterset = filtersets.ApprovalRuleFilterSet


@register_model_view(ApprovalRule, "bulk_delete", path="delete", detail=False)
class ApprovalRuleBulkDeleteView(generic.BulkDeleteView):
    queryset = ApprovalRule.objects.all()
    filterset = filtersets.ApprovalRuleFilterSet
    table = tables.ApprovalRuleTable


@register_model_view(MaintenanceWindow, "list", path="", detail=False)
class MaintenanceWindowListView(generic.ObjectListView):
    queryset = MaintenanceWindow.objects.all()
    filterset = filtersets.MaintenanceWindowFilterSet
    filterset_form = forms.MaintenanceWindowFilterForm
    table = tables.MaintenanceWindowTable


@register_model_view(MaintenanceWindow)
class MaintenanceWindowView(generic.ObjectView):
    queryset = MaintenanceWindow.objects.all()
    template_name = DETAIL
    layout = layout.SimpleLayout(
        left_panels=[MaintenanceWindowPanel(), TagsPanel(), CustomFieldsPanel()],
        right_panels=[RuleScopePanel(), CommentsPanel()],
    )


@register_model_view(MaintenanceWindow, "add", detail=False)
@register_model_view(MaintenanceWindow, "edit")
class MaintenanceWindowEditView(generic.ObjectEditView):
    queryset = MaintenanceWindow.objects.all()
    form = forms.MaintenanceWindowForm


@register_model_view(MaintenanceWindow, "delete")
class MaintenanceWindowDeleteView(generic.ObjectDeleteView):
    queryset = MaintenanceWindow.objects.all()


@register_model_view(MaintenanceWindow, "bulk_import", path="import", detail=False)
class MaintenanceWindowBulkImportView(generic.BulkImportView):
    queryset = MaintenanceWindow.objects.all()
    model_form = forms.MaintenanceWindowImportForm


@register_model_view(MaintenanceWindow, "bulk_edit", path="edit", detail=False)
class MaintenanceWindowBulkEditView(generic.BulkEditView):
    queryset = MaintenanceWindow.objects.all()
    filterset = filtersets.MaintenanceWindowFilterSet
    table = tables.MaintenanceWindowTable
    form = forms.MaintenanceWindowBulkEditForm


@register_model_view(MaintenanceWindow, "bulk_rename", path="rename", detail=False)
class MaintenanceWindowBulkRenameView(generic.BulkRenameView):
    queryset = MaintenanceWindow.objects.all()
    filterset = filtersets.MaintenanceWindowFilterSet


@register_model_view(MaintenanceWindow, "bulk_delete", path="delete", detail=False)
class MaintenanceWindowBulkDeleteView(generic.BulkDeleteView):
    queryset = MaintenanceWindow.objects.all()
    filterset = filtersets.MaintenanceWindowFilterSet
    table = tables.MaintenanceWindowTable
