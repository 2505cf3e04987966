"""Pages of mail groups."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.object_actions import CloneObject, DeleteObject, EditObject
from netbox.ui import layout
from netbox.ui.panels import CommentsPanel
from netbox.views import generic
from utilities.views import register_model_view

from .. import filtersets, forms, tables
from ..models import MailGroup
from ..ui import actions
from ..ui.panels.monitoring import RuleScopePanel
from ..ui.panels.notifications import MailGroupPanel, MailGroupTellingPanel, OutboxPanel
from .actions import ObjectVerbView
from .base import DETAIL


@register_model_view(MailGroup, "list", path="", detail=False)
class MailGroupListView(generic.ObjectListView):
    queryset = MailGroup.objects.all()
    filterset = filtersets.MailGroupFilterSet
    filterset_form = forms.MailGroupFilterForm
    table = tables.MailGroupTable


@register_model_view(MailGroup)
class MailGroupView(generic.ObjectView):
    queryset = MailGroup.objects.all()
    template_name = DETAIL
    actions = (actions.TestMail, CloneObject, EditObject, DeleteObject)
    layout = layout.SimpleLayout(
        left_panels=[MailGroupPanel(), RuleScopePanel(), TagsPanel()],
        right_panels=[MailGroupTellingPanel(), OutboxPanel(), CustomFieldsPanel(), CommentsPanel()],
    )


@register_model_view(MailGroup, "test")
class MailGroupTestView(ObjectVerbView):
    """Send a test mail now, and say what the server answered."""

    queryset = MailGroup.objects.all()
    permission = "test"

    def post(self, request, pk):
        from ..workflows import mailing

        group = get_object_or_404(self.queryset, pk=pk)
        answer = mailing.send_test(group, user=request.user)
        (messages.success if answer.ok else messages.error)(request, answer.words)
        return redirect(self.get_return_url(request, group))


@register_model_view(MailGroup, "add", detail=False)
@register_model_view(MailGroup, "edit")
class MailGroupEditView(generic.ObjectEditView):
    queryset = MailGroup.objects.all()
    form = forms.MailGroupForm


@register_model_view(MailGroup, "delete")
class MailGroupDeleteView(generic.ObjectDeleteView):
    queryset = MailGroup.objects.all()


@register_model_view(MailGroup, "bulk_import", path="import", detail=False)
class MailGroupBulkImportView(generic.BulkImportView):
    queryset = MailGroup.objects.all()
    model_form = forms.MailGroupImportForm


@register_model_view(MailGroup, "bulk_edit", path="edit", detail=False)
class MailGroupBulkEditView(generic.BulkEditView):
    queryset = MailGroup.objects.all()
    filterset = filtersets.MailGroupFilterSet
    table = tables.MailGroupTable
    form = forms.MailGroupBulkEditForm


@register_model_view(MailGroup, "bulk_rename", path="rename", detail=False)
class MailGroupBulkRenameView(generic.BulkRenameView):
    queryset = MailGroup.objects.all()
    filterset = filtersets.MailGroupFilterSet


@register_model_view(MailGroup, "bulk_delete", path="delete", detail=False)
class MailGroupBulkDeleteView(generic.BulkDeleteView):
    queryset = MailGroup.objects.all()
    filterset = filtersets.MailGroupFilterSet
    table = tables.MailGroupTable
