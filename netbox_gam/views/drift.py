"""Pages of drift: the list, one difference, the tab of a GAM, and what people decide."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb
from netbox.ui.panels import CommentsPanel
from netbox.views import generic
from utilities.views import ViewTab, register_model_view

from .. import filtersets, forms, tables
from ..choices import DriftStateChoices
from ..models import Drift, GamDevice
from ..ui import actions
from ..ui.panels.drift import DriftPanel, DriftStatePanel, DriftValuesPanel
from ..ui.tabs import restricted_count
from .actions import BulkVerbView, ObjectVerbView, wants_apply
from .base import DETAIL, RECORD_LIST, RECORD_PAGE

ACCEPT_DAYS = 30
BULK = (*RECORD_LIST, actions.BulkPushDrift, actions.BulkAdoptDrift)


def open_drift(gam):
    """Differences of a GAM that wait for a decision; for a restricted badge."""
    return gam.drifts.filter(state=DriftStateChoices.OPEN)


@register_model_view(Drift, "list", path="", detail=False)
class DriftListView(generic.ObjectListView):
    queryset = Drift.objects.all()
    filterset = filtersets.DriftFilterSet
    filterset_form = forms.DriftFilterForm
    table = tables.DriftTable
    actions = BULK


@register_model_view(Drift)
class DriftView(generic.ObjectView):
    queryset = Drift.objects.select_related("gam__device", "port__interface", "port__gam__device", "accepted_by", "change_plan")
    template_name = DETAIL
    actions = (actions.PushDrift, actions.AdoptDrift, actions.AcceptDrift, actions.ReopenDrift, *RECORD_PAGE)
    layout = layout.Layout(
        layout.Row(layout.Column(DriftValuesPanel())),
        layout.Row(
            layout.Column(DriftPanel(), TagsPanel(), CustomFieldsPanel()),
            layout.Column(DriftStatePanel(), CommentsPanel()),
        ),
        breadcrumbs=[Breadcrumb("gam")],
    )


@register_model_view(GamDevice, "drift", path="drift")
class GamDeviceDriftView(generic.ObjectChildrenView):
    """Differences that stand; what is resolved is in the list of all."""

    queryset = GamDevice.objects.all()
    child_model = Drift
    table = tables.DriftTable
    filterset = filtersets.DriftFilterSet
    filterset_form = forms.DriftFilterForm
    actions = BULK
    tab = ViewTab(label=_("Drift"), badge=restricted_count(open_drift), permission="netbox_gam.view_drift", weight=505)

    def get_children(self, request, parent):
        standing = parent.drifts.restrict(request.user, "view").exclude(state=DriftStateChoices.RESOLVED)
        return standing.order_by("port__number", "object_kind", "name", "field")


@register_model_view(Drift, "edit")
class DriftEditView(generic.ObjectEditView):
    queryset = Drift.objects.all()
    form = forms.DriftForm


@register_model_view(Drift, "delete")
class DriftDeleteView(generic.ObjectDeleteView):
    queryset = Drift.objects.all()


@register_model_view(Drift, "bulk_edit", path="edit", detail=False)
class DriftBulkEditView(generic.BulkEditView):
    queryset = Drift.objects.all()
    filterset = filtersets.DriftFilterSet
    table = tables.DriftTable
    form = forms.DriftBulkEditForm


@register_model_view(Drift, "bulk_delete", path="delete", detail=False)
class DriftBulkDeleteView(generic.BulkDeleteView):
    queryset = Drift.objects.all()
    filterset = filtersets.DriftFilterSet
    table = tables.DriftTable


@register_model_view(GamDevice, "compare")
class GamDeviceCompareView(ObjectVerbView):
    queryset = GamDevice.objects.all()
    permission = "compare"

    def perform(self, request, instance):
        from ..jobs import CompareJob

        return CompareJob.start(request.user, gam=instance)


@register_model_view(Drift, "push")
class DriftPushView(ObjectVerbView):
    queryset = Drift.objects.all()
    permission = "push"

    def perform(self, request, instance):
        from ..jobs import PushDriftJob

        return PushDriftJob.start(request.user, records=[instance], apply=wants_apply(request))


@register_model_view(Drift, "adopt")
class DriftAdoptView(ObjectVerbView):
    queryset = Drift.objects.all()
    permission = "adopt"

    def perform(self, request, instance):
        from ..jobs import AdoptDriftJob

        return AdoptDriftJob.start(request.user, records=[instance])


@register_model_view(Drift, "accept")
class DriftAcceptView(ObjectVerbView):
    """Ask why and until when first."""

    http_method_names = ("get", "post")
    queryset = Drift.objects.all()
    permission = "accept"

    def get(self, request, pk):
        record = get_object_or_404(self.queryset, pk=pk)
        until = timezone.localtime(timezone.now() + timedelta(days=ACCEPT_DAYS)).replace(second=0, microsecond=0, tzinfo=None)
        return self._show(request, record, forms.AcceptDriftForm(initial={"until": until}))

    def post(self, request, pk):
        record = get_object_or_404(self.queryset, pk=pk)
        self.form = forms.AcceptDriftForm(request.POST)
        return super().post(request, pk) if self.form.is_valid() else self._show(request, record, self.form)

    def perform(self, request, instance):
        from ..workflows import drift_decisions

        drift_decisions.accept(instance, user=request.user, **self.form.cleaned_data)
        return gettext_now("Accepted “%(drift)s”; it opens again at its date, or when a value changes.") % {"drift": instance}

    def _show(self, request, record, form):
        context = {"object": record, "form": form, "return_url": record.get_absolute_url(), "verb": gettext_now("Accept")}
        return render(request, "netbox_gam/decide.html", context)


@register_model_view(Drift, "reopen")
class DriftReopenView(ObjectVerbView):
    queryset = Drift.objects.all()
    permission = "accept"

    def perform(self, request, instance):
        from ..workflows import drift_decisions

        drift_decisions.reopen(instance, user=request.user)
        return gettext_now("Reopened “%(drift)s”.") % {"drift": instance}


class DriftBulkVerbView(BulkVerbView):
    """One job per GAM: its differences are planned, or adopted, together from one read."""

    queryset = Drift.objects.all()
    filterset = filtersets.DriftFilterSet

    def start(self, request, records):
        """Start the job for differences of one GAM."""
        raise NotImplementedError

    def perform_all(self, request, instances):
        for _gam, records in groupby(sorted(instances, key=lambda record: record.gam_id), key=lambda record: record.gam_id):
            self.start(request, list(records))
        return len(instances), []


@register_model_view(Drift, "bulk_push", path="push", detail=False)
class DriftBulkPushView(DriftBulkVerbView):
    permission = "push"
    verb = _("Pushing")

    def start(self, request, records):
        from ..jobs import PushDriftJob

        PushDriftJob.start(request.user, records=records, apply=wants_apply(request))


@register_model_view(Drift, "bulk_adopt", path="adopt", detail=False)
class DriftBulkAdoptView(DriftBulkVerbView):
    permission = "adopt"
    verb = _("Adopting")

    def start(self, request, records):
        from ..jobs import AdoptDriftJob

        AdoptDriftJob.start(request.user, records=records)
