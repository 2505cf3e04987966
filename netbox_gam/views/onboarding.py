"""The onboarding queue: endpoints that wait, one of them, and what people decide."""

from __future__ import annotations

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb
from netbox.ui.panels import CommentsPanel
from netbox.views import generic
from utilities.forms import restrict_form_fields
from utilities.views import register_model_view

from .. import filtersets, forms, tables
from ..models import Arrival
from ..ui import actions
from ..ui.annotations import arrivals_with_signal
from ..ui.panels.onboarding import ArrivalPanel, ArrivalStatePanel, SuggestionsPanel
from .actions import BulkVerbView, ObjectVerbView, wants_apply
from .base import DETAIL, RECORD_LIST, RECORD_PAGE


@register_model_view(Arrival, "list", path="", detail=False)
class ArrivalListView(generic.ObjectListView):
    queryset = arrivals_with_signal(Arrival.objects.all())
    filterset = filtersets.ArrivalFilterSet
    filterset_form = forms.ArrivalFilterForm
    table = tables.ArrivalTable
    actions = (*RECORD_LIST, actions.BulkLeaveArrival)


@register_model_view(Arrival)
class ArrivalView(generic.ObjectView):
    queryset = Arrival.objects.select_related(
        "endpoint__port__interface",
        "endpoint__port__gam__device",
        "gam__device__site",
        "port__interface",
        "port__gam__device",
        "subscriber",
        "change_plan",
        "decided_by",
    )
    template_name = DETAIL
    actions = (
        actions.AssignArrival,
        actions.FollowArrival,
        actions.LeaveArrival,
        actions.PutBackArrival,
        *RECORD_PAGE,
    )
    layout = layout.SimpleLayout(
        left_panels=[ArrivalPanel(), TagsPanel(), CustomFieldsPanel()],
        right_panels=[SuggestionsPanel(), ArrivalStatePanel(), CommentsPanel()],
        breadcrumbs=[Breadcrumb("gam")],
    )


@register_model_view(Arrival, "edit")
class ArrivalEditView(generic.ObjectEditView):
    queryset = Arrival.objects.all()
    form = forms.ArrivalForm


@register_model_view(Arrival, "delete")
class ArrivalDeleteView(generic.ObjectDeleteView):
    queryset = Arrival.objects.all()


@register_model_view(Arrival, "bulk_edit", path="edit", detail=False)
class ArrivalBulkEditView(generic.BulkEditView):
    queryset = arrivals_with_signal(Arrival.objects.all())
    filterset = filtersets.ArrivalFilterSet
    table = tables.ArrivalTable
    form = forms.ArrivalBulkEditForm


@register_model_view(Arrival, "bulk_delete", path="delete", detail=False)
class ArrivalBulkDeleteView(generic.BulkDeleteView):
    queryset = arrivals_with_signal(Arrival.objects.all())
    filterset = filtersets.ArrivalFilterSet
    table = tables.ArrivalTable


@register_model_view(Arrival, "assign")
class ArrivalAssignView(ObjectVerbView):
    """Ask whose it is first, unless a suggestion was chosen."""

    http_method_names = ("get", "post")
    queryset = Arrival.objects.all()
    permission = "assign"

    def get(self, request, pk):
        arrival = get_object_or_404(self.queryset, pk=pk)
        return self._show(request, arrival, self._form(request, None, {"subscriber": arrival.subscriber_id}))

    def post(self, request, pk):
        arrival = get_object_or_404(self.queryset, pk=pk)
        self.form = self._form(request, request.POST)
        return super().post(request, pk) if self.form.is_valid() else self._show(request, arrival, self.form)

    def perform(self, request, instance):
        from ..jobs import AssignArrivalJob

        subscriber = self.form.cleaned_data["subscriber"]
        return AssignArrivalJob.start(request.user, arrival=instance, subscriber=subscriber, apply=wants_apply(request))

    def _form(self, request, data, initial=None):
        form = forms.AssignArrivalForm(data, initial=initial)
        restrict_form_fields(form, request.user)
        return form

    def _show(self, request, arrival, form):
        context = {"object": arrival, "form": form, "return_url": arrival.get_absolute_url(), "verb": gettext_now("Assign")}
        return render(request, "netbox_gam/decide.html", context)


@register_model_view(Arrival, "follow")
class ArrivalFollowView(ObjectVerbView):
    queryset = Arrival.objects.all()
    permission = "follow"

    def perform(self, request, instance):
        from ..jobs import FollowArrivalJob

        return FollowArrivalJob.start(request.user, arrival=instance, apply=wants_apply(request))


@register_model_view(Arrival, "leave")
@register_model_view(Arrival, "put_back", path="put-back")
class ArrivalLeaveView(ObjectVerbView):
    queryset = Arrival.objects.all()
    permission = "leave"

    def perform(self, request, instance):
        from ..workflows import onboarding

        onboarding.leave(instance, user=request.user, note=request.POST.get("note", ""))
        return gettext_now("Left %(arrival)s as it is; it comes back when it appears on another port.") % {"arrival": instance}


@register_model_view(Arrival, "bulk_leave", path="leave", detail=False)
class ArrivalBulkLeaveView(BulkVerbView):
    queryset = Arrival.objects.all()
    filterset = filtersets.ArrivalFilterSet
    permission = "leave"
    verb = _("Left as they are")

    def perform(self, request, instance):
        from ..workflows import onboarding

        onboarding.leave(instance, user=request.user)
        return ""
