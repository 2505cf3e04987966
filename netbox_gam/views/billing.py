"""Pages of billing systems, plans, links, runs and findings."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.object_actions import CloneObject, DeleteObject, EditObject
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb
from netbox.ui.panels import CommentsPanel, JSONPanel, ObjectsTablePanel, RelatedObjectsPanel
from netbox.views import generic
from utilities.views import GetRelatedModelsMixin, ObjectPermissionRequiredMixin, ViewTab, register_model_view

from .. import filtersets, forms, tables
from ..choices import BillingEventStateChoices, FindingStateChoices, SyncRunKindChoices, SyncRunStatusChoices
from ..exceptions import WorkflowError
from ..models import BilledService, BillingEvent, BillingLink, BillingPlan, BillingSystem, Finding, FindingRule, SyncRun
from ..ui import actions
from ..ui.annotations import runs_with_duration
from ..ui.panels.billing import (
    BillingLinkPanel,
    BillingPlanPanel,
    BillingSystemPanel,
    ComparisonPanel,
    FindingPanel,
    FindingSubjectPanel,
    LastRunPanel,
    LinesPanel,
    NumbersPanel,
    SyncRunPanel,
)
from ..ui.panels.runs import PhasesPanel, RunOutcomePanel, RunProgressPanel
from .actions import BulkVerbView, ObjectVerbView, wants_apply
from .base import DETAIL, NAMELESS_LIST, RECORD_LIST, RECORD_PAGE, Counted, SecretEditView, SecretImportView
from .deciding import DecideView, groups

# ------------------------------------------------------------------------------------------------------------- billing systems


class BillingSystemCounts(Counted):
    counts = {
        "link_count": (BillingLink.objects.all(), "system"),
        "open_count": (Finding.objects.filter(state=FindingStateChoices.OPEN), "system"),
    }

    def get_queryset(self, request):
        runs = SyncRun.objects.restrict(request.user, "view").filter(system=OuterRef("pk")).order_by("-started")
        return super().get_queryset(request).annotate(last_run=Subquery(runs.values("started")[:1]))


@register_model_view(BillingSystem, "list", path="", detail=False)
class BillingSystemListView(BillingSystemCounts, generic.ObjectListView):
    queryset = BillingSystem.objects.all()
    filterset = filtersets.BillingSystemFilterSet
    filterset_form = forms.BillingSystemFilterForm
    table = tables.BillingSystemTable
    actions = (*generic.ObjectListView.actions, actions.BulkReconcile)


@register_model_view(BillingSystem)
class BillingSystemView(GetRelatedModelsMixin, generic.ObjectView):
    queryset = BillingSystem.objects.all()
    template_name = DETAIL
    actions = (actions.Reconcile, actions.DryRun, actions.CheckConnection, CloneObject, EditObject, DeleteObject)
    layout = layout.SimpleLayout(
        left_panels=[BillingSystemPanel(), JSONPanel("options", title=_("Options")), TagsPanel(), CustomFieldsPanel()],
        right_panels=[LastRunPanel(), RelatedObjectsPanel(), CommentsPanel()],
        bottom_panels=[
            ObjectsTablePanel(
                "netbox_gam.finding",
                filters={"system_id": lambda ctx: ctx["object"].pk, "state": "open"},
                exclude_columns=["system"],
                title=_("Open findings"),
            ),
            ObjectsTablePanel(
                "netbox_gam.billingplan", filters={"system_id": lambda ctx: ctx["object"].pk}, exclude_columns=["system"]
            ),
            ObjectsTablePanel(
                "netbox_gam.syncrun", filters={"system_id": lambda ctx: ctx["object"].pk}, exclude_columns=["system"]
            ),
        ],
    )

    def get_extra_context(self, request, instance):
        return {"related_models": self.get_related_models(request, instance, omit=[BilledService, BillingEvent])}


def services_badge(system):
    """How many services the last complete snapshot had; the system is the parent, and it may be viewed."""
    return system.billed_services.count()


@register_model_view(BillingSystem, "services", path="services")
class BillingSystemServicesView(generic.ObjectChildrenView):
    queryset = BillingSystem.objects.all()
    child_model = BilledService
    table = tables.BilledServiceTable
    actions = ()
    tab = ViewTab(label=_("Billed Services"), badge=services_badge, permission="netbox_gam.view_billingsystem", weight=500)

    def get_children(self, request, parent):
        rows = parent.billed_services.all()
        if status := request.GET.get("status", "").strip():
            rows = rows.filter(status_word=status)
        search = request.GET.get("q", "").strip()
        return rows.filter(name__icontains=search) if search else rows


def events_badge(system):
    """How many events wait."""
    return system.events.filter(state=BillingEventStateChoices.WAITING).count()


@register_model_view(BillingSystem, "events", path="events")
class BillingSystemEventsView(generic.ObjectChildrenView):
    queryset = BillingSystem.objects.all()
    child_model = BillingEvent
    table = tables.BillingEventTable
    template_name = "netbox_gam/billing_events.html"
    actions = ()
    tab = ViewTab(label=_("Events"), badge=events_badge, permission="netbox_gam.view_billingsystem", weight=510)

    def get_children(self, request, parent):
        rows = parent.events.all()
        state = request.GET.get("state", "")
        return rows.filter(state=state) if state in BillingEventStateChoices.values() else rows

    def get_extra_context(self, request, instance):
        return {
            "may_replay": request.user.has_perm("netbox_gam.replay_billingsystem", instance),
            "replay_url": instance.get_absolute_url() + "replay/",
        }


@register_model_view(BillingSystem, "replay")
class BillingSystemReplayView(ObjectVerbView):
    queryset = BillingSystem.objects.all()
    permission = "replay"

    def get_return_url(self, request, obj=None):
        return f"{obj.get_absolute_url()}events/"

    def perform(self, request, instance):
        from ..jobs import wake_billing_events
        from ..workflows import billing_events

        span = {name: parsed_moment(request.POST.get(name, ""), name) for name in ("since", "until")}
        chosen = [int(pk) for pk in request.POST.getlist("pk") if pk.isdigit()]
        count = billing_events.replay(instance, user=request.user, events=chosen or None, **span)
        wake_billing_events()
        return gettext_now("%(count)s events wait to be worked off again.") % {"count": count}


def parsed_moment(text, name):
    """A moment as a browser's field gives it, in the user's time zone; None when empty.

    :raises WorkflowError: it is no moment
    """
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise WorkflowError(f"{name} {text!r}: not a date and time.", next_step="Enter it like 2026-03-01T12:00:00.")
    return moment if moment.tzinfo else timezone.make_aware(moment)


@register_model_view(BillingSystem, "add", detail=False)
@register_model_view(BillingSystem, "edit")
class BillingSystemEditView(SecretEditView):
    queryset = BillingSystem.objects.all()
    form = forms.BillingSystemForm


@register_model_view(BillingSystem, "delete")
class BillingSystemDeleteView(generic.ObjectDeleteView):
    queryset = BillingSystem.objects.all()


@register_model_view(BillingSystem, "bulk_import", path="import", detail=False)
class BillingSystemBulkImportView(SecretImportView):
    queryset = BillingSystem.objects.all()
    model_form = forms.BillingSystemImportForm


@register_model_view(BillingSystem, "bulk_edit", path="edit", detail=False)
class BillingSystemBulkEditView(BillingSystemCounts, generic.BulkEditView):
    queryset = BillingSystem.objects.all()
    filterset = filtersets.BillingSystemFilterSet
    table = tables.BillingSystemTable
    form = forms.BillingSystemBulkEditForm


@register_model_view(BillingSystem, "bulk_rename", path="rename", detail=False)
class BillingSystemBulkRenameView(generic.BulkRenameView):
    queryset = BillingSystem.objects.all()
    filterset = filtersets.BillingSystemFilterSet


@register_model_view(BillingSystem, "bulk_delete", path="delete", detail=False)
class BillingSystemBulkDeleteView(BillingSystemCounts, generic.BulkDeleteView):
    queryset = BillingSystem.objects.all()
    filterset = filtersets.BillingSystemFilterSet
    table = tables.BillingSystemTable


@register_model_view(BillingSystem, "reconcile")
class BillingSystemReconcileView(ObjectVerbView):
    queryset = BillingSystem.objects.all()
    permission = "reconcile"

    def perform(self, request, instance):
        from ..jobs import ReconcileJob

        return ReconcileJob.start(request.user, system=instance)


@register_model_view(BillingSystem, "dry_run", path="dry-run")
class BillingSystemDryRunView(ObjectVerbView):
    queryset = BillingSystem.objects.all()
    permission = "reconcile"

    def perform(self, request, instance):
        from ..jobs import ReconcileJob

        return ReconcileJob.start(request.user, system=instance, kind=SyncRunKindChoices.DRY_RUN)


@register_model_view(BillingSystem, "bulk_reconcile", path="reconcile", detail=False)
class BillingSystemBulkReconcileView(BulkVerbView):
    queryset = BillingSystem.objects.all()
    filterset = filtersets.BillingSystemFilterSet
    permission = "reconcile"
    verb = _("Reconciling")

    def perform(self, request, instance):
        from ..jobs import ReconcileJob

        return ReconcileJob.start(request.user, system=instance)


# --------------------------------------------------------------------------------------------------------------- billing plans


@register_model_view(BillingPlan, "list", path="", detail=False)
class BillingPlanListView(generic.ObjectListView):
    queryset = BillingPlan.objects.all()
    filterset = filtersets.BillingPlanFilterSet
    filterset_form = forms.BillingPlanFilterForm
    table = tables.BillingPlanTable


@register_model_view(BillingPlan)
class BillingPlanView(generic.ObjectView):
    queryset = BillingPlan.objects.all()
    template_name = DETAIL
    layout = layout.SimpleLayout(
        left_panels=[BillingPlanPanel(), TagsPanel()],
        right_panels=[CustomFieldsPanel(), CommentsPanel()],
        breadcrumbs=[Breadcrumb("system")],
    )


@register_model_view(BillingPlan, "add", detail=False)
@register_model_view(BillingPlan, "edit")
class BillingPlanEditView(generic.ObjectEditView):
    queryset = BillingPlan.objects.all()
    form = forms.BillingPlanForm


@register_model_view(BillingPlan, "delete")
class BillingPlanDeleteView(generic.ObjectDeleteView):
    queryset = BillingPlan.objects.all()


@register_model_view(BillingPlan, "bulk_import", path="import", detail=False)
class BillingPlanBulkImportView(generic.BulkImportView):
    queryset = BillingPlan.objects.all()
    model_form = forms.BillingPlanImportForm


@register_model_view(BillingPlan, "bulk_edit", path="edit", detail=False)
class BillingPlanBulkEditView(generic.BulkEditView):
    queryset = BillingPlan.objects.all()
    filterset = filtersets.BillingPlanFilterSet
    table = tables.BillingPlanTable
    form = forms.BillingPlanBulkEditForm


@register_model_view(BillingPlan, "bulk_rename", path="rename", detail=False)
class BillingPlanBulkRenameView(generic.BulkRenameView):
    queryset = BillingPlan.objects.all()
    filterset = filtersets.BillingPlanFilterSet


@register_model_view(BillingPlan, "bulk_delete", path="delete", detail=False)
class BillingPlanBulkDeleteView(generic.BulkDeleteView):
    queryset = BillingPlan.objects.all()
    filterset = filtersets.BillingPlanFilterSet
    table = tables.BillingPlanTable


# --------------------------------------------------------------------------------------------------------------- billing links


@register_model_view(BillingLink, "list", path="", detail=False)
class BillingLinkListView(generic.ObjectListView):
    queryset = BillingLink.objects.all()
    filterset = filtersets.BillingLinkFilterSet
    filterset_form = forms.BillingLinkFilterForm
    table = tables.BillingLinkTable
    actions = NAMELESS_LIST


@register_model_view(BillingLink)
class BillingLinkView(generic.ObjectView):
    queryset = BillingLink.objects.all()
    template_name = DETAIL
    layout = layout.SimpleLayout(
        left_panels=[BillingLinkPanel(), TagsPanel()],
        right_panels=[CustomFieldsPanel(), CommentsPanel()],
        breadcrumbs=[Breadcrumb("system"), Breadcrumb("subscriber")],
    )


@register_model_view(BillingLink, "add", detail=False)
@register_model_view(BillingLink, "edit")
class BillingLinkEditView(generic.ObjectEditView):
    queryset = BillingLink.objects.all()
    form = forms.BillingLinkForm


@register_model_view(BillingLink, "delete")
class BillingLinkDeleteView(generic.ObjectDeleteView):
    queryset = BillingLink.objects.all()


@register_model_view(BillingLink, "bulk_import", path="import", detail=False)
class BillingLinkBulkImportView(generic.BulkImportView):
    queryset = BillingLink.objects.all()
    model_form = forms.BillingLinkImportForm


@register_model_view(BillingLink, "bulk_edit", path="edit", detail=False)
class BillingLinkBulkEditView(generic.BulkEditView):
    queryset = BillingLink.objects.all()
    filterset = filtersets.BillingLinkFilterSet
    table = tables.BillingLinkTable
    form = forms.BillingLinkBulkEditForm


@register_model_view(BillingLink, "bulk_delete", path="delete", detail=False)
class BillingLinkBulkDeleteView(generic.BulkDeleteView):
    queryset = BillingLink.objects.all()
    filterset = filtersets.BillingLinkFilterSet
    table = tables.BillingLinkTable


# ------------------------------------------------------------------------------------------------------------------- sync runs


@register_model_view(SyncRun, "list", path="", detail=False)
class SyncRunListView(generic.ObjectListView):
    queryset = runs_with_duration(SyncRun.objects.all())
    filterset = filtersets.SyncRunFilterSet
    filterset_form = forms.SyncRunFilterForm
    table = tables.SyncRunTable
    actions = RECORD_LIST


@register_model_view(SyncRun)
class SyncRunView(generic.ObjectView):
    queryset = SyncRun.objects.select_related("system")
    template_name = DETAIL
    actions = (actions.CancelRun, actions.Release, *RECORD_PAGE)
    layout = layout.SimpleLayout(
        left_panels=[
            RunProgressPanel(),
            SyncRunPanel(),
            LinesPanel("problems", title=_("Problems"), color="orange", empty=_("None")),
            RunOutcomePanel(),
            TagsPanel(),
        ],
        right_panels=[
            PhasesPanel("timings", title=_("Phases")),
            NumbersPanel("counts", title=_("Counts")),
            CustomFieldsPanel(),
            CommentsPanel(),
        ],
        bottom_panels=[
            ObjectsTablePanel(
                "netbox_gam.finding",
                filters={"sync_run_id": lambda ctx: ctx["object"].pk},
                exclude_columns=["system"],
                title=_("Findings that this run saw last"),
            )
        ],
        breadcrumbs=[Breadcrumb("system")],
    )


@register_model_view(SyncRun, "release")
class SyncRunReleaseView(ObjectVerbView):
    queryset = SyncRun.objects.all()
    permission = "release"

    def perform(self, request, instance):
        from ..jobs import ReleaseFeedJob

        return ReleaseFeedJob.start(request.user, run=instance)


@register_model_view(SyncRun, "cancel")
class SyncRunCancelView(ObjectVerbView):
    queryset = SyncRun.objects.all()
    permission = "cancel"

    def perform(self, request, instance):
        from ..workflows import sync_runs

        sync_runs.cancel(instance, user=request.user)
        return gettext_now("%(run)s ends before its next request; what it read is discarded.") % {"run": instance}


@register_model_view(SyncRun, "progress")
class SyncRunProgressView(ObjectPermissionRequiredMixin, View):
    """The progress of a run, for its page; when it has ended the page is loaded anew."""

    queryset = SyncRun.objects.all()

    def get_required_permission(self):
        return "netbox_gam.view_syncrun"

    def get(self, request, pk):
        run = get_object_or_404(self.queryset, pk=pk)
        response = render(request, "netbox_gam/panels/run_progress_body.html", {"object": run})
        if run.status != SyncRunStatusChoices.RUNNING:
            response["HX-Refresh"] = "true"
        return response


@register_model_view(SyncRun, "edit")
class SyncRunEditView(generic.ObjectEditView):
    queryset = SyncRun.objects.all()
    form = forms.SyncRunForm


@register_model_view(SyncRun, "delete")
class SyncRunDeleteView(generic.ObjectDeleteView):
    queryset = SyncRun.objects.all()


@register_model_view(SyncRun, "bulk_edit", path="edit", detail=False)
class SyncRunBulkEditView(generic.BulkEditView):
    queryset = runs_with_duration(SyncRun.objects.all())
    filterset = filtersets.SyncRunFilterSet
    table = tables.SyncRunTable
    form = forms.SyncRunBulkEditForm


@register_model_view(SyncRun, "bulk_delete", path="delete", detail=False)
class SyncRunBulkDeleteView(generic.BulkDeleteView):
    queryset = runs_with_duration(SyncRun.objects.all())
    filterset = filtersets.SyncRunFilterSet
    table = tables.SyncRunTable


# -------------------------------------------------------------------------------------------------------------------- findings


@register_model_view(Finding, "list", path="", detail=False)
class FindingListView(generic.ObjectListView):
    queryset = Finding.objects.all()
    filterset = filtersets.FindingFilterSet
    filterset_form = forms.FindingFilterForm
    table = tables.FindingTable
    template_name = "netbox_gam/finding_list.html"
    actions = (*RECORD_LIST, actions.BulkAccept, actions.BulkIgnore, actions.BulkReopen)

    def get_extra_context(self, request):
        if request.headers.get("HX-Request"):
            return {}
        rows = self.filterset(request.GET, self.queryset, request=request).qs
        held = FindingRule.objects.restrict(request.user, "view").filter(enabled=True).exclude(held="")
        may_decide = request.user.has_perm("netbox_gam.decide_finding")
        return {"groups": groups(rows, request.GET), "held_rules": held, "may_decide": may_decide}


@register_model_view(Finding)
class FindingView(generic.ObjectView):
    queryset = Finding.objects.select_related("system", "subscriber", "endpoint__gam__device", "sync_run__system", "change_plan")
    template_name = DETAIL
    actions = (actions.Accept, actions.Ignore, actions.Reopen, *RECORD_PAGE)
    layout = layout.Layout(
        layout.Row(layout.Column(ComparisonPanel())),
        layout.Row(
            layout.Column(FindingPanel(), TagsPanel(), CustomFieldsPanel()),
            layout.Column(FindingSubjectPanel(), CommentsPanel()),
        ),
        breadcrumbs=[Breadcrumb("system")],
    )


@register_model_view(Finding, "edit")
class FindingEditView(generic.ObjectEditView):
    queryset = Finding.objects.all()
    form = forms.FindingForm


@register_model_view(Finding, "delete")
class FindingDeleteView(generic.ObjectDeleteView):
    queryset = Finding.objects.all()


@register_model_view(Finding, "bulk_edit", path="edit", detail=False)
class FindingBulkEditView(generic.BulkEditView):
    queryset = Finding.objects.all()
    filterset = filtersets.FindingFilterSet
    table = tables.FindingTable
    form = forms.FindingBulkEditForm


@register_model_view(Finding, "bulk_delete", path="delete", detail=False)
class FindingBulkDeleteView(generic.BulkDeleteView):
    queryset = Finding.objects.all()
    filterset = filtersets.FindingFilterSet
    table = tables.FindingTable


@register_model_view(Finding, "accept")
class FindingAcceptView(ObjectVerbView):
    queryset = Finding.objects.all()
    permission = "decide"

    def perform(self, request, instance):
        from ..jobs import AcceptFindingJob

        return AcceptFindingJob.start(request.user, finding=instance, apply=wants_apply(request))


@register_model_view(Finding, "ignore")
class FindingIgnoreView(ObjectVerbView):
    """Ask until when and why first."""

    http_method_names = ("get", "post")
    queryset = Finding.objects.all()
    permission = "decide"

    def get(self, request, pk):
        return self._show(request, get_object_or_404(self.queryset, pk=pk), forms.IgnoreFindingsForm())

    def post(self, request, pk):
        form = forms.IgnoreFindingsForm(request.POST)
        if not form.is_valid():
            return self._show(request, get_object_or_404(self.queryset, pk=pk), form)
        self.chosen = form.cleaned_data
        return super().post(request, pk)

    def _show(self, request, finding, form):
        return render(
            request, "netbox_gam/ignore.html", {"object": finding, "form": form, "return_url": finding.get_absolute_url()}
        )

    def perform(self, request, instance):
        from ..workflows import findings

        findings.ignore(instance, user=request.user, **self.chosen)
        return gettext_now("Ignored %(finding)s; it is not raised again while it stays the same.") % {"finding": instance}


@register_model_view(Finding, "reopen")
class FindingReopenView(ObjectVerbView):
    queryset = Finding.objects.all()
    permission = "decide"

    def perform(self, request, instance):
        from ..workflows import findings

        findings.reopen(instance, user=request.user)
        return gettext_now("Reopened %(finding)s.") % {"finding": instance}


@register_model_view(Finding, "bulk_accept", path="accept", detail=False)
class FindingBulkAcceptView(DecideView):
    queryset = Finding.objects.all()
    filterset = filtersets.FindingFilterSet
    verb = _("Accept findings")

    def perform(self, request, instance):
        from ..jobs import AcceptFindingJob

        return AcceptFindingJob.start(request.user, finding=instance, apply=wants_apply(request))


@register_model_view(Finding, "bulk_ignore", path="ignore", detail=False)
class FindingBulkIgnoreView(DecideView):
    queryset = Finding.objects.all()
    filterset = filtersets.FindingFilterSet
    verb = _("Ignore findings")

    def prepare(self, request):
        self.until = parsed_moment(request.POST.get("until", ""), "until")
        self.comment = request.POST.get("comment", "")[:1000]

    def perform(self, request, instance):
        from ..workflows import findings

        findings.ignore(instance, user=request.user, until=self.until, comment=self.comment)
        return (
            gettext_now("Ignored until %(until)s") % {"until": f"{self.until:%Y-%m-%d %H:%M}"}
            if self.until
            else gettext_now("Ignored")
        )
