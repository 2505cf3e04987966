"""Pages of bandwidth plans, VLAN pools and subscribers."""

from __future__ import annotations

from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.object_actions import (
    AddObject,
    BulkDelete,
    BulkEdit,
    BulkExport,
    BulkImport,
    BulkRename,
    CloneObject,
    DeleteObject,
    EditObject,
)
from netbox.ui import actions as ui_actions
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb, filtered_list_url
from netbox.ui.panels import CommentsPanel, ObjectsTablePanel, RelatedObjectsPanel
from netbox.views import generic
from utilities.views import GetRelatedModelsMixin, register_model_view

from .. import filtersets, forms, tables
from ..models import BandwidthPlan, GamDevice, Subscriber, VlanPool
from ..ui import actions
from ..ui.annotations import endpoints_with_state
from ..ui.panels.charts import ChartsPanel
from ..ui.panels.devices import EndpointStatePanel
from ..ui.panels.provisioning import WaitingPlanPanel
from ..ui.panels.subscribers import (
    BandwidthPlanPanel,
    PlacePanel,
    ServicePanel,
    SubscriberPanel,
    VlanPoolPanel,
    VlanPoolUsagePanel,
)
from .actions import ObjectVerbView
from .base import DETAIL, Counted

# ------------------------------------------------------------------------------------------------------------- bandwidth plans


class BandwidthPlanCounts(Counted):
    counts = {"subscriber_count": (Subscriber.objects.all(), "bandwidth_plan")}


@register_model_view(BandwidthPlan, "list", path="", detail=False)
class BandwidthPlanListView(BandwidthPlanCounts, generic.ObjectListView):
    queryset = BandwidthPlan.objects.all()
    filterset = filtersets.BandwidthPlanFilterSet
    filterset_form = forms.BandwidthPlanFilterForm
    table = tables.BandwidthPlanTable


@register_model_view(BandwidthPlan)
class BandwidthPlanView(GetRelatedModelsMixin, generic.ObjectView):
    queryset = BandwidthPlan.objects.all()
    template_name = DETAIL
    actions = (actions.PushBandwidthPlan, CloneObject, EditObject, DeleteObject)
    layout = layout.SimpleLayout(
        left_panels=[BandwidthPlanPanel(), TagsPanel(), CustomFieldsPanel()],
        right_panels=[RelatedObjectsPanel(), CommentsPanel()],
        bottom_panels=[
            ObjectsTablePanel(
                "netbox_gam.billingplan",
                filters={"bandwidth_plan_id": lambda ctx: ctx["object"].pk},
                exclude_columns=["bandwidth_plan"],
            ),
            ObjectsTablePanel(
                "netbox_gam.subscriber",
                filters={"bandwidth_plan_id": lambda ctx: ctx["object"].pk},
                exclude_columns=["bandwidth_plan"],
            ),
        ],
    )

    def get_extra_context(self, request, instance):
        return {"related_models": self.get_related_models(request, instance)}


@register_model_view(BandwidthPlan, "push")
class BandwidthPlanPushView(ObjectVerbView):
    queryset = BandwidthPlan.objects.all()
    permission = "push"

    def perform(self, request, instance):
        from ..jobs import PlanBatchJob

        return PlanBatchJob.push_plan(request.user, instance)


@register_model_view(BandwidthPlan, "add", detail=False)
@register_model_view(BandwidthPlan, "edit")
class BandwidthPlanEditView(generic.ObjectEditView):
    queryset = BandwidthPlan.objects.all()
    form = forms.BandwidthPlanForm


@register_model_view(BandwidthPlan, "delete")
class BandwidthPlanDeleteView(generic.ObjectDeleteView):
    queryset = BandwidthPlan.objects.all()


@register_model_view(BandwidthPlan, "bulk_import", path="import", detail=False)
class BandwidthPlanBulkImportView(generic.BulkImportView):
    queryset = BandwidthPlan.objects.all()
    model_form = forms.BandwidthPlanImportForm


@register_model_view(BandwidthPlan, "bulk_edit", path="edit", detail=False)
class BandwidthPlanBulkEditView(BandwidthPlanCounts, generic.BulkEditView):
    queryset = BandwidthPlan.objects.all()
    filterset = filtersets.BandwidthPlanFilterSet
    table = tables.BandwidthPlanTable
    form = forms.BandwidthPlanBulkEditForm


@register_model_view(BandwidthPlan, "bulk_rename", path="rename", detail=False)
class BandwidthPlanBulkRenameView(generic.BulkRenameView):
    queryset = BandwidthPlan.objects.all()
    filterset = filtersets.BandwidthPlanFilterSet


@register_model_view(BandwidthPlan, "bulk_delete", path="delete", detail=False)
class BandwidthPlanBulkDeleteView(BandwidthPlanCounts, generic.BulkDeleteView):
    queryset = BandwidthPlan.objects.all()
    filterset = filtersets.BandwidthPlanFilterSet
    table = tables.BandwidthPlanTable


# ------------------------------------------------------------------------------------------------------------------ VLAN pools


class VlanPoolCounts(Counted):
    counts = {"gam_count": (GamDevice.objects.all(), "vlan_pool")}


@register_model_view(VlanPool, "list", path="", detail=False)
class VlanPoolListView(VlanPoolCounts, generic.ObjectListView):
    queryset = VlanPool.objects.all()
    filterset = filtersets.VlanPoolFilterSet
    filterset_form = forms.VlanPoolFilterForm
    table = tables.VlanPoolTable


@register_model_view(VlanPool)
class VlanPoolView(GetRelatedModelsMixin, generic.ObjectView):
    queryset = VlanPool.objects.all()
    template_name = DETAIL
    layout = layout.SimpleLayout(
        left_panels=[VlanPoolPanel(), TagsPanel(), CustomFieldsPanel()],
        right_panels=[VlanPoolUsagePanel(), RelatedObjectsPanel(), CommentsPanel()],
        bottom_panels=[ObjectsTablePanel("netbox_gam.gamdevice", filters={"vlan_pool_id": lambda ctx: ctx["object"].pk})],
    )

    def get_extra_context(self, request, instance):
        return {"related_models": self.get_related_models(request, instance)}


@register_model_view(VlanPool, "add", detail=False)
@register_model_view(VlanPool, "edit")
class VlanPoolEditView(generic.ObjectEditView):
    queryset = VlanPool.objects.all()
    form = forms.VlanPoolForm


@register_model_view(VlanPool, "delete")
class VlanPoolDeleteView(generic.ObjectDeleteView):
    queryset = VlanPool.objects.all()


@register_model_view(VlanPool, "bulk_import", path="import", detail=False)
class VlanPoolBulkImportView(generic.BulkImportView):
    queryset = VlanPool.objects.all()
    model_form = forms.VlanPoolImportForm


@register_model_view(VlanPool, "bulk_edit", path="edit", detail=False)
class VlanPoolBulkEditView(VlanPoolCounts, generic.BulkEditView):
    queryset = VlanPool.objects.all()
    filterset = filtersets.VlanPoolFilterSet
    table = tables.VlanPoolTable
    form = forms.VlanPoolBulkEditForm


@register_model_view(VlanPool, "bulk_rename", path="rename", detail=False)
class VlanPoolBulkRenameView(generic.BulkRenameView):
    queryset = VlanPool.objects.all()
    filterset = filtersets.VlanPoolFilterSet


@register_model_view(VlanPool, "bulk_delete", path="delete", detail=False)
class VlanPoolBulkDeleteView(VlanPoolCounts, generic.BulkDeleteView):
    queryset = VlanPool.objects.all()
    filterset = filtersets.VlanPoolFilterSet
    table = tables.VlanPoolTable


# ----------------------------------------------------------------------------------------------------------------- subscribers


@register_model_view(Subscriber, "list", path="", detail=False)
class SubscriberListView(generic.ObjectListView):
    queryset = endpoints_with_state(Subscriber.objects.all(), "endpoint")
    filterset = filtersets.SubscriberFilterSet
    filterset_form = forms.SubscriberFilterForm
    table = tables.SubscriberTable
    actions = (
        AddObject,
        BulkImport,
        BulkExport,
        actions.UploadChanges,
        actions.BulkActivate,
        actions.BulkSuspend,
        actions.BulkResume,
        actions.BulkChangePlan,
        actions.BulkPlan,
        actions.BulkAdopt,
        actions.BulkTerminate,
        BulkEdit,
        BulkRename,
        BulkDelete,
    )


@register_model_view(Subscriber)
class SubscriberView(generic.ObjectView):
    queryset = Subscriber.objects.select_related(
        "gam__device",
        "endpoint__port__interface",
        "endpoint__port__gam__device",
        "bandwidth_plan",
        "throttle_plan",
        "vlan",
        "outer_vlan",
    )
    template_name = DETAIL
    actions = (
        actions.Activate,
        actions.Resume,
        actions.Suspend,
        actions.ChangeService,
        actions.Plan,
        actions.Terminate,
        CloneObject,
        EditObject,
        DeleteObject,
    )
    layout = layout.SimpleLayout(
        left_panels=[WaitingPlanPanel(), SubscriberPanel(), ServicePanel(), TagsPanel(), CustomFieldsPanel()],
        right_panels=[PlacePanel(), EndpointStatePanel("endpoint"), CommentsPanel()],
        bottom_panels=[
            ChartsPanel(),
            ObjectsTablePanel(
                "netbox_gam.billinglink",
                filters={"subscriber_id": lambda ctx: ctx["object"].pk},
                exclude_columns=["subscriber"],
                actions=[ui_actions.AddObject("netbox_gam.billinglink", url_params={"subscriber": lambda ctx: ctx["object"].pk})],
            ),
            ObjectsTablePanel(
                "netbox_gam.finding", filters={"subscriber_id": lambda ctx: ctx["object"].pk}, exclude_columns=["subscriber"]
            ),
            ObjectsTablePanel("netbox_gam.changeplan", filters={"subscriber_id": lambda ctx: ctx["object"].pk}),
        ],
        breadcrumbs=[Breadcrumb("gam", url=filtered_list_url("plugins:netbox_gam:subscriber_list", "gam_id"))],
    )


@register_model_view(Subscriber, "add", detail=False)
@register_model_view(Subscriber, "edit")
class SubscriberEditView(generic.ObjectEditView):
    queryset = Subscriber.objects.all()
    form = forms.SubscriberForm


@register_model_view(Subscriber, "delete")
class SubscriberDeleteView(generic.ObjectDeleteView):
    queryset = Subscriber.objects.all()


@register_model_view(Subscriber, "bulk_import", path="import", detail=False)
class SubscriberBulkImportView(generic.BulkImportView):
    queryset = Subscriber.objects.all()
    model_form = forms.SubscriberImportForm


@register_model_view(Subscriber, "bulk_edit", path="edit", detail=False)
class SubscriberBulkEditView(generic.BulkEditView):
    queryset = endpoints_with_state(Subscriber.objects.all(), "endpoint")
    filterset = filtersets.SubscriberFilterSet
    table = tables.SubscriberTable
    form = forms.SubscriberBulkEditForm


@register_model_view(Subscriber, "bulk_rename", path="rename", detail=False)
class SubscriberBulkRenameView(generic.BulkRenameView):
    queryset = Subscriber.objects.all()
    filterset = filtersets.SubscriberFilterSet


@register_model_view(Subscriber, "bulk_delete", path="delete", detail=False)
class SubscriberBulkDeleteView(generic.BulkDeleteView):
    queryset = endpoints_with_state(Subscriber.objects.all(), "endpoint")
    filterset = filtersets.SubscriberFilterSet
    table = tables.SubscriberTable
