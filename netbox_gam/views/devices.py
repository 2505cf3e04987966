"""Pages of GAMs, G.hn ports and endpoints."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.object_actions import CloneObject, DeleteObject, EditObject
from netbox.ui import actions as ui_actions
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb, filtered_list_url
from netbox.ui.panels import CommentsPanel, ObjectsTablePanel, PluginContentPanel, RelatedObjectsPanel
from netbox.views import generic
from utilities.views import GetRelatedModelsMixin, ViewTab, register_model_view

from .. import filtersets, forms, tables
from ..choices import AlarmStateChoices
from ..models import Alarm, ChangePlan, ChangeStep, Endpoint, GamDevice, GamPort, Subscriber
from ..ui import actions
from ..ui.annotations import endpoints_with_state, ports_with_state, with_counts
from ..ui.panels.charts import ChartsPanel
from ..ui.panels.devices import (
    EndpointPanel,
    EndpointStatePanel,
    FaceplatePanel,
    GamDevicePanel,
    GamPortPanel,
    HealthPanel,
    ManagementPanel,
    PortStatePanel,
)
from ..ui.panels.drift import DriftSummaryPanel
from ..ui.panels.polling import SchedulePanel
from ..ui.tabs import restricted_count
from .actions import BulkVerbView, ObjectVerbView
from .base import DETAIL, NAMELESS_LIST, RECORD_LIST, Counted

# ------------------------------------------------------------------------------------------------------------------------- GAMs


def standing_alarms(gam):
    """Alarms of a GAM that are not cleared; for a restricted badge."""
    return gam.alarms.exclude(state=AlarmStateChoices.CLEARED)


class GamDeviceCounts(Counted):
    counts = {
        "endpoint_count": (Endpoint.objects.all(), "gam"),
        "subscriber_count": (Subscriber.objects.all(), "gam"),
        "alarm_count": (Alarm.objects.exclude(state=AlarmStateChoices.CLEARED), "gam"),
    }


@register_model_view(GamDevice, "list", path="", detail=False)
class GamDeviceListView(GamDeviceCounts, generic.ObjectListView):
    queryset = GamDevice.objects.all()
    filterset = filtersets.GamDeviceFilterSet
    filterset_form = forms.GamDeviceFilterForm
    table = tables.GamDeviceTable
    actions = (actions.Discover, *NAMELESS_LIST, actions.BulkPoll)


@register_model_view(GamDevice)
class GamDeviceView(GetRelatedModelsMixin, generic.ObjectView):
    queryset = GamDevice.objects.select_related("device__site", "observed", "poll_schedule")
    template_name = DETAIL
    actions = (actions.Poll, actions.Compare, actions.BackUp, actions.Replace, CloneObject, EditObject, DeleteObject)
    layout = layout.Layout(
        layout.Row(layout.Column(FaceplatePanel())),
        layout.Row(
            layout.Column(GamDevicePanel(), ManagementPanel(), TagsPanel(), CustomFieldsPanel(), PluginContentPanel("left_page")),
            layout.Column(
                HealthPanel(),
                SchedulePanel(),
                DriftSummaryPanel(),
                RelatedObjectsPanel(),
                CommentsPanel(),
                PluginContentPanel("right_page"),
            ),
        ),
        layout.Row(layout.Column(ChartsPanel())),
        layout.Row(
            layout.Column(
                ObjectsTablePanel("netbox_gam.gamport", filters={"gam_id": lambda ctx: ctx["object"].pk}, exclude_columns=["gam"]),
                ObjectsTablePanel("netbox_gam.endpoint", filters={"gam_id": lambda ctx: ctx["object"].pk}, exclude_columns=["gam"]),
                ObjectsTablePanel(
                    "netbox_gam.subscriber",
                    filters={"gam_id": lambda ctx: ctx["object"].pk},
                    exclude_columns=["gam"],
                    actions=[ui_actions.AddObject("netbox_gam.subscriber", url_params={"gam": lambda ctx: ctx["object"].pk})],
                ),
                PluginContentPanel("full_width_page"),
            )
        ),
        breadcrumbs=[Breadcrumb("device.site", url=filtered_list_url("plugins:netbox_gam:gamdevice_list", "site_id"))],
    )

    def get_extra_context(self, request, instance):
        return {"related_models": self.get_related_models(request, instance)}


@register_model_view(GamDevice, "changeplans", path="change-plans")
class GamDeviceChangePlansView(generic.ObjectChildrenView):
    queryset = GamDevice.objects.all()
    child_model = ChangePlan
    table = tables.ChangePlanTable
    filterset = filtersets.ChangePlanFilterSet
    filterset_form = forms.ChangePlanFilterForm
    actions = (*RECORD_LIST, actions.BulkApply)
    tab = ViewTab(
        label=_("Change Plans"),
        badge=restricted_count(lambda gam: gam.change_plans.all()),
        permission="netbox_gam.view_changeplan",
        weight=500,
    )

    def get_children(self, request, parent):
        plans = parent.change_plans.restrict(request.user, "view")
        return with_counts(plans, request.user, step_count=(ChangeStep.objects.all(), "change_plan"))


@register_model_view(GamDevice, "alarms")
class GamDeviceAlarmsView(generic.ObjectChildrenView):
    queryset = GamDevice.objects.all()
    child_model = Alarm
    table = tables.AlarmTable
    filterset = filtersets.AlarmFilterSet
    filterset_form = forms.AlarmFilterForm
    actions = (*RECORD_LIST, actions.BulkAcknowledge, actions.BulkShelve, actions.BulkUnshelve)
    tab = ViewTab(label=_("Alarms"), badge=restricted_count(standing_alarms), permission="netbox_gam.view_alarm", weight=510)

    def get_children(self, request, parent):
        return parent.alarms.restrict(request.user, "view")


@register_model_view(GamDevice, "add", detail=False)
@register_model_view(GamDevice, "edit")
class GamDeviceEditView(generic.ObjectEditView):
    queryset = GamDevice.objects.all()
    form = forms.GamDeviceForm


@register_model_view(GamDevice, "delete")
class GamDeviceDeleteView(generic.ObjectDeleteView):
    queryset = GamDevice.objects.all()


@register_model_view(GamDevice, "bulk_import", path="import", detail=False)
class GamDeviceBulkImportView(generic.BulkImportView):
    queryset = GamDevice.objects.all()
    model_form = forms.GamDeviceImportForm


@register_model_view(GamDevice, "bulk_edit", path="edit", detail=False)
class GamDeviceBulkEditView(GamDeviceCounts, generic.BulkEditView):
    queryset = GamDevice.objects.all()
    filterset = filtersets.GamDeviceFilterSet
    table = tables.GamDeviceTable
    form = forms.GamDeviceBulkEditForm


@register_model_view(GamDevice, "bulk_delete", path="delete", detail=False)
class GamDeviceBulkDeleteView(GamDeviceCounts, generic.BulkDeleteView):
    queryset = GamDevice.objects.all()
    filterset = filtersets.GamDeviceFilterSet
    table = tables.GamDeviceTable


@register_model_view(GamDevice, "poll")
class GamDevicePollView(ObjectVerbView):
    queryset = GamDevice.objects.all()
    permission = "poll"

    def perform(self, request, instance):
        from ..jobs import PollJob

        return PollJob.start(request.user, gams=[instance])


@register_model_view(GamDevice, "bulk_poll", path="poll", detail=False)
class GamDeviceBulkPollView(BulkVerbView):
    queryset = GamDevice.objects.all()
    filterset = filtersets.GamDeviceFilterSet
    permission = "poll"
    verb = _("Polling")

    def perform_all(self, request, instances):
        from ..jobs import PollJob

        PollJob.start(request.user, gams=instances)
        return len(instances), []


# ----------------------------------------------------------------------------------------------------------------------- ports


class GamPortCounts(Counted):
    counts = {"endpoint_count": (Endpoint.objects.all(), "port")}


@register_model_view(GamPort, "list", path="", detail=False)
class GamPortListView(GamPortCounts, generic.ObjectListView):
    queryset = ports_with_state(GamPort.objects.all())
    filterset = filtersets.GamPortFilterSet
    filterset_form = forms.GamPortFilterForm
    table = tables.GamPortTable
    actions = NAMELESS_LIST


@register_model_view(GamPort)
class GamPortView(GetRelatedModelsMixin, generic.ObjectView):
    queryset = GamPort.objects.select_related("gam__device", "interface")
    template_name = DETAIL
    layout = layout.SimpleLayout(
        left_panels=[GamPortPanel(), TagsPanel(), CustomFieldsPanel()],
        right_panels=[PortStatePanel(), RelatedObjectsPanel(), CommentsPanel()],
        bottom_panels=[
            ChartsPanel(),
            ObjectsTablePanel(
                "netbox_gam.endpoint", filters={"port_id": lambda ctx: ctx["object"].pk}, exclude_columns=["gam", "port"]
            ),
            ObjectsTablePanel(
                "netbox_gam.drift",
                filters={"port_id": lambda ctx: ctx["object"].pk, "standing": True},
                exclude_columns=["gam", "port"],
                title=_("Drift"),
            ),
            ObjectsTablePanel(
                "netbox_gam.alarm", filters={"port_id": lambda ctx: ctx["object"].pk}, exclude_columns=["gam", "port"]
            ),
        ],
        breadcrumbs=[Breadcrumb("gam")],
    )

    def get_extra_context(self, request, instance):
        return {"related_models": self.get_related_models(request, instance)}


@register_model_view(GamPort, "add", detail=False)
@register_model_view(GamPort, "edit")
class GamPortEditView(generic.ObjectEditView):
    queryset = GamPort.objects.all()
    form = forms.GamPortForm


@register_model_view(GamPort, "delete")
class GamPortDeleteView(generic.ObjectDeleteView):
    queryset = GamPort.objects.all()


@register_model_view(GamPort, "bulk_import", path="import", detail=False)
class GamPortBulkImportView(generic.BulkImportView):
    queryset = GamPort.objects.all()
    model_form = forms.GamPortImportForm


@register_model_view(GamPort, "bulk_edit", path="edit", detail=False)
class GamPortBulkEditView(GamPortCounts, generic.BulkEditView):
    queryset = ports_with_state(GamPort.objects.all())
    filterset = filtersets.GamPortFilterSet
    table = tables.GamPortTable
    form = forms.GamPortBulkEditForm


@register_model_view(GamPort, "bulk_delete", path="delete", detail=False)
class GamPortBulkDeleteView(GamPortCounts, generic.BulkDeleteView):
    queryset = ports_with_state(GamPort.objects.all())
    filterset = filtersets.GamPortFilterSet
    table = tables.GamPortTable


# ------------------------------------------------------------------------------------------------------------------- endpoints


@register_model_view(Endpoint, "list", path="", detail=False)
class EndpointListView(generic.ObjectListView):
    queryset = endpoints_with_state(Endpoint.objects.all())
    filterset = filtersets.EndpointFilterSet
    filterset_form = forms.EndpointFilterForm
    table = tables.EndpointTable


@register_model_view(Endpoint)
class EndpointView(generic.ObjectView):
    queryset = Endpoint.objects.select_related("gam__device", "port__interface", "port__gam__device")
    template_name = DETAIL
    layout = layout.SimpleLayout(
        left_panels=[EndpointPanel(), TagsPanel(), CustomFieldsPanel(), CommentsPanel()],
        right_panels=[EndpointStatePanel()],
        bottom_panels=[
            ChartsPanel(),
            ObjectsTablePanel(
                "netbox_gam.alarm", filters={"endpoint_id": lambda ctx: ctx["object"].pk}, exclude_columns=["endpoint"]
            ),
            ObjectsTablePanel(
                "netbox_gam.finding", filters={"endpoint_id": lambda ctx: ctx["object"].pk}, exclude_columns=["endpoint"]
            ),
        ],
        breadcrumbs=[Breadcrumb("gam"), Breadcrumb("port", label=lambda port: port.interface.name)],
    )


@register_model_view(Endpoint, "add", detail=False)
@register_model_view(Endpoint, "edit")
class EndpointEditView(generic.ObjectEditView):
    queryset = Endpoint.objects.all()
    form = forms.EndpointForm


@register_model_view(Endpoint, "delete")
class EndpointDeleteView(generic.ObjectDeleteView):
    queryset = Endpoint.objects.all()


@register_model_view(Endpoint, "bulk_import", path="import", detail=False)
class EndpointBulkImportView(generic.BulkImportView):
    queryset = Endpoint.objects.all()
    model_form = forms.EndpointImportForm


@register_model_view(Endpoint, "bulk_edit", path="edit", detail=False)
class EndpointBulkEditView(generic.BulkEditView):
    queryset = endpoints_with_state(Endpoint.objects.all())
    filterset = filtersets.EndpointFilterSet
    table = tables.EndpointTable
    form = forms.EndpointBulkEditForm


@register_model_view(Endpoint, "bulk_rename", path="rename", detail=False)
class EndpointBulkRenameView(generic.BulkRenameView):
    queryset = Endpoint.objects.all()
    filterset = filtersets.EndpointFilterSet


@register_model_view(Endpoint, "bulk_delete", path="delete", detail=False)
class EndpointBulkDeleteView(generic.BulkDeleteView):
    queryset = endpoints_with_state(Endpoint.objects.all())
    filterset = filtersets.EndpointFilterSet
    table = tables.EndpointTable
