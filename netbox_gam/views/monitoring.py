"""Pages of alarms."""

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
from ..models import Alarm
from ..ui import actions
from ..ui.panels.monitoring import AlarmPanel, AlarmStatePanel
from .actions import BulkVerbView, ObjectVerbView
from .base import DETAIL, RECORD_LIST, RECORD_PAGE


@register_model_view(Alarm, "list", path="", detail=False)
class AlarmListView(generic.ObjectListView):
    queryset = Alarm.objects.all()
    filterset = filtersets.AlarmFilterSet
    filterset_form = forms.AlarmFilterForm
    table = tables.AlarmTable
    actions = (*RECORD_LIST, actions.BulkAcknowledge)


@register_model_view(Alarm)
class AlarmView(generic.ObjectView):
    queryset = Alarm.objects.select_related("gam__device", "endpoint", "acknowledged_by")
    template_name = DETAIL
    actions = (actions.Acknowledge, *RECORD_PAGE)
    layout = layout.SimpleLayout(
        left_panels=[AlarmPanel(), TagsPanel()],
        right_panels=[AlarmStatePanel(), CustomFieldsPanel(), CommentsPanel()],
        breadcrumbs=[Breadcrumb("gam")],
    )


@register_model_view(Alarm, "edit")
class AlarmEditView(generic.ObjectEditView):
    queryset = Alarm.objects.all()
    form = forms.AlarmForm


@register_model_view(Alarm, "delete")
class AlarmDeleteView(generic.ObjectDeleteView):
    queryset = Alarm.objects.all()


@register_model_view(Alarm, "bulk_edit", path="edit", detail=False)
class AlarmBulkEditView(generic.BulkEditView):
    queryset = Alarm.objects.all()
    filterset = filtersets.AlarmFilterSet
    table = tables.AlarmTable
    form = forms.AlarmBulkEditForm


@register_model_view(Alarm, "bulk_delete", path="delete", detail=False)
class AlarmBulkDeleteView(generic.BulkDeleteView):
    queryset = Alarm.objects.all()
    filterset = filtersets.AlarmFilterSet
    table = tables.AlarmTable


@register_model_view(Alarm, "acknowledge")
class AlarmAcknowledgeView(ObjectVerbView):
    queryset = Alarm.objects.all()
    permission = "acknowledge"

    def perform(self, request, instance):
        from ..workflows import alarms

        alarms.acknowledge(instance, user=request.user)
        return gettext_now("Acknowledged %(alarm)s.") % {"alarm": instance}


@register_model_view(Alarm, "bulk_acknowledge", path="acknowledge", detail=False)
class AlarmBulkAcknowledgeView(BulkVerbView):
    queryset = Alarm.objects.all()
    filterset = filtersets.AlarmFilterSet
    permission = "acknowledge"
    verb = _("Acknowledged")

    def perform(self, request, instance):
        from ..workflows import alarms

        alarms.acknowledge(instance, user=request.user)
        return ""
