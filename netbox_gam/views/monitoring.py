"""Pages of alarms and alarm rules."""

from __future__ import annotations

from datetime import timedelta

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.object_actions import CloneObject, DeleteObject, EditObject
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb
from netbox.ui.panels import CommentsPanel, ObjectsTablePanel
from netbox.views import generic
from utilities.forms import restrict_form_fields
from utilities.views import ObjectPermissionRequiredMixin, ViewTab, register_model_view

from .. import filtersets, forms, tables
from ..choices import AlarmStateChoices
from ..models import Alarm, AlarmRule, GamDevice
from ..ui import actions
from ..ui.panels.monitoring import AlarmHistoryPanel, AlarmPanel, AlarmRulePanel, AlarmStatePanel, RuleScopePanel
from .actions import BulkVerbView, ObjectVerbView
from .base import DETAIL, RECORD_LIST, RECORD_PAGE, Counted


@register_model_view(Alarm, "list", path="", detail=False)
class AlarmListView(generic.ObjectListView):
    queryset = Alarm.objects.all()
    filterset = filtersets.AlarmFilterSet
    filterset_form = forms.AlarmFilterForm
    table = tables.AlarmTable
    actions = (*RECORD_LIST, actions.BulkAcknowledge, actions.BulkShelve, actions.BulkUnshelve)


@register_model_view(Alarm)
class AlarmView(generic.ObjectView):
    queryset = Alarm.objects.select_related(
        "gam__device", "endpoint", "acknowledged_by", "rule", "port__interface", "port__gam__device", "suppressed_by__gam__device"
    )
    template_name = DETAIL
    actions = (actions.Acknowledge, actions.Shelve, actions.Unshelve, *RECORD_PAGE)
    layout = layout.SimpleLayout(
        left_panels=[AlarmPanel(), TagsPanel()],
        right_panels=[AlarmStatePanel(), AlarmHistoryPanel(), CustomFieldsPanel(), CommentsPanel()],
        bottom_panels=[
            ObjectsTablePanel(
                "netbox_gam.alarm",
                filters={"suppressed_by_id": lambda ctx: ctx["object"].pk},
                exclude_columns=["gam"],
                title=_("Hidden behind this alarm"),
            ),
        ],
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


@register_model_view(Alarm, "shelve")
class AlarmShelveView(ObjectVerbView):
    """Ask until when first."""

    http_method_names = ("get", "post")
    queryset = Alarm.objects.all()
    permission = "shelve"

    def get(self, request, pk):
        alarm = get_object_or_404(self.queryset, pk=pk)
        initial = {"until": timezone.localtime(timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0, tzinfo=None)}
        return self._show(request, alarm, forms.ShelveForm(initial=initial))

    def post(self, request, pk):
        alarm = get_object_or_404(self.queryset, pk=pk)
        form = forms.ShelveForm(request.POST)
        if not form.is_valid():
            return self._show(request, alarm, form)
        self.until = form.cleaned_data["until"]
        return super().post(request, pk)

    def perform(self, request, instance):
        from ..workflows import alarms

        alarms.shelve(instance, until=self.until, user=request.user)
        return gettext_now("Shelved %(alarm)s.") % {"alarm": instance}

    def _show(self, request, alarm, form):
        context = {"object": alarm, "form": form, "return_url": alarm.get_absolute_url()}
        return render(request, "netbox_gam/shelve.html", context)


@register_model_view(Alarm, "unshelve")
class AlarmUnshelveView(ObjectVerbView):
    queryset = Alarm.objects.all()
    permission = "shelve"

    def perform(self, request, instance):
        from ..workflows import alarms

        alarms.unshelve(instance, user=request.user)
        return gettext_now("Unshelved %(alarm)s.") % {"alarm": instance}


@register_model_view(Alarm, "bulk_shelve", path="shelve", detail=False)
class AlarmBulkShelveView(BulkVerbView):
    queryset = Alarm.objects.all()
    filterset = filtersets.AlarmFilterSet
    permission = "shelve"
    verb = _("Shelved for a day")

    def perform(self, request, instance):
        from ..workflows import alarms

        alarms.shelve(instance, until=timezone.now() + timedelta(days=1), user=request.user)
        return ""


@register_model_view(Alarm, "bulk_unshelve", path="unshelve", detail=False)
class AlarmBulkUnshelveView(BulkVerbView):
    queryset = Alarm.objects.all()
    filterset = filtersets.AlarmFilterSet
    permission = "shelve"
    verb = _("Unshelved")

    def perform(self, request, instance):
        from ..workflows import alarms

        alarms.unshelve(instance, user=request.user)
        return ""


# ------------------------------------------------------------------------------------------------------------------------- rules


class AlarmRuleCounts(Counted):
    counts = {"alarm_count": (Alarm.objects.exclude(state=AlarmStateChoices.CLEARED), "rule")}


@register_model_view(AlarmRule, "list", path="", detail=False)
class AlarmRuleListView(AlarmRuleCounts, generic.ObjectListView):
    queryset = AlarmRule.objects.all()
    filterset = filtersets.AlarmRuleFilterSet
    filterset_form = forms.AlarmRuleFilterForm
    table = tables.AlarmRuleTable


@register_model_view(AlarmRule)
class AlarmRuleView(generic.ObjectView):
    queryset = AlarmRule.objects.all()
    template_name = DETAIL
    actions = (CloneObject, EditObject, DeleteObject)
    layout = layout.SimpleLayout(
        left_panels=[AlarmRulePanel(), TagsPanel()],
        right_panels=[RuleScopePanel(), CustomFieldsPanel(), CommentsPanel()],
        bottom_panels=[
            ObjectsTablePanel("netbox_gam.alarm", filters={"rule_id": lambda ctx: ctx["object"].pk}, exclude_columns=["rule"]),
        ],
    )


@register_model_view(AlarmRule, "preview")
class AlarmRulePreviewView(generic.ObjectView):
    """What it would have raised over the last week."""

    queryset = AlarmRule.objects.all()
    template_name = "netbox_gam/alarm_rule_preview.html"
    tab = ViewTab(label=_("Preview"), permission="netbox_gam.view_alarmrule", weight=500)

    def get_extra_context(self, request, instance):
        from ..workflows import alarm_preview

        return {"preview": alarm_preview.preview(instance, gams=GamDevice.objects.restrict(request.user, "view"))}


@register_model_view(AlarmRule, "try", path="try", detail=False)
class AlarmRuleTryView(ObjectPermissionRequiredMixin, View):
    """The preview of a form that is not saved; part of the edit page."""

    queryset = AlarmRule.objects.all()

    def get_required_permission(self):
        return "netbox_gam.view_alarmrule"

    def post(self, request):
        from ..workflows import alarm_preview

        form = forms.AlarmRuleForm(
            request.POST, instance=AlarmRule.objects.restrict(request.user, "view").filter(pk=self._pk(request)).first()
        )
        restrict_form_fields(form, request.user)
        if not form.is_valid():
            return render(request, "netbox_gam/panels/preview.html", {"errors": form.errors})
        chosen = form.cleaned_data
        found = alarm_preview.preview_unsaved(
            form.instance,
            sites=chosen["sites"],
            roles=chosen["roles"],
            tags=chosen["scope_tags"],
            gams=GamDevice.objects.restrict(request.user, "view"),
        )
        return render(request, "netbox_gam/panels/preview.html", {"preview": found})

    @staticmethod
    def _pk(request):
        """The rule that is being edited; none when one is being made."""
        stored = request.GET.get("rule", "")
        return int(stored) if stored.isdigit() else 0


@register_model_view(AlarmRule, "add", detail=False)
@register_model_view(AlarmRule, "edit")
class AlarmRuleEditView(generic.ObjectEditView):
    queryset = AlarmRule.objects.all()
    form = forms.AlarmRuleForm
    template_name = "netbox_gam/alarm_rule_edit.html"


@register_model_view(AlarmRule, "delete")
class AlarmRuleDeleteView(generic.ObjectDeleteView):
    queryset = AlarmRule.objects.all()


@register_model_view(AlarmRule, "bulk_import", path="import", detail=False)
class AlarmRuleBulkImportView(generic.BulkImportView):
    queryset = AlarmRule.objects.all()
    model_form = forms.AlarmRuleImportForm


@register_model_view(AlarmRule, "bulk_edit", path="edit", detail=False)
class AlarmRuleBulkEditView(AlarmRuleCounts, generic.BulkEditView):
    queryset = AlarmRule.objects.all()
    filterset = filtersets.AlarmRuleFilterSet
    table = tables.AlarmRuleTable
    form = forms.AlarmRuleBulkEditForm


@register_model_view(AlarmRule, "bulk_rename", path="rename", detail=False)
class AlarmRuleBulkRenameView(generic.BulkRenameView):
    queryset = AlarmRule.objects.all()
    filterset = filtersets.AlarmRuleFilterSet


@register_model_view(AlarmRule, "bulk_delete", path="delete", detail=False)
class AlarmRuleBulkDeleteView(AlarmRuleCounts, generic.BulkDeleteView):
    queryset = AlarmRule.objects.all()
    filterset = filtersets.AlarmRuleFilterSet
    table = tables.AlarmRuleTable
