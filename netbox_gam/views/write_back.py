"""Pages of what is written back to billing systems: the tab of a system, the outbox, and what people decide."""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.ui import layout
from netbox.ui.breadcrumbs import Breadcrumb
from netbox.ui.panels import CommentsPanel
from netbox.views import generic
from utilities.views import ViewTab, register_model_view

from .. import filtersets, forms, tables
from ..choices import BACK_VALUES, BillingSystemTypeChoices, BillingWriteStateChoices
from ..exceptions import WorkflowError
from ..models import BillingSystem, BillingWrite, Subscriber, WriteBackState
from ..ui import actions
from ..ui.panels.write_back import BillingWritePanel, BillingWriteStatePanel, BillingWriteValuesPanel
from ..ui.tabs import restricted_count
from .actions import BulkVerbView, ObjectVerbView
from .base import DETAIL, RECORD_LIST, RECORD_PAGE


def waiting(system):
    """What is still to be written; for a restricted badge."""
    return system.writes.filter(state=BillingWriteStateChoices.WAITING)


@register_model_view(BillingSystem, "write_back", path="write-back")
class BillingSystemWriteBackView(generic.ObjectView):
    queryset = BillingSystem.objects.all()
    template_name = "netbox_gam/write_back.html"
    actions = ()
    tab = ViewTab(label=_("Write Back"), badge=restricted_count(waiting), permission="netbox_gam.view_billingsystem", weight=515)

    def get_extra_context(self, request, instance):
        # Not made here: looking at a page stores nothing.
        kept = WriteBackState.objects.filter(system=instance).first()  # unrestricted: of the system, which is restricted
        state = kept or WriteBackState(system=instance)
        current = state.preview.get("fields") == instance.write_back_fields
        places = [(label, instance.write_back_fields.get(value, "")) for value, label in BACK_VALUES]
        return {
            "form": forms.WriteBackForm(system=instance),
            "is_sonar": instance.type == BillingSystemTypeChoices.SONAR,
            "may_choose": request.user.has_perm("netbox_gam.write_back_billingsystem", instance),
            "save_url": f"{instance.get_absolute_url()}choose-write-back/",
            "on_label": gettext_now("on"),
            "off_label": gettext_now("off"),
            "places": places,
            "state": state,
            "preview": state.preview,
            "current": current,
            "previewed": current and bool(instance.write_back_fields),
            "rows": self._rows(request, state.preview.get("rows", ())),
            "counts": self._counts(request, instance),
        }

    def _rows(self, request, kept):
        """Of a preview: those of subscribers the user may view."""
        keys = {row["subscriber"] for row in kept}
        visible = Subscriber.objects.restrict(request.user, "view").in_bulk(list(keys))
        labels = dict(BACK_VALUES)
        return [
            {**row, "subscriber": visible[row["subscriber"]], "label": labels.get(row["value"], row["value"])}
            for row in kept
            if row["subscriber"] in visible
        ]

    def _counts(self, request, system):
        rows = BillingWrite.objects.restrict(request.user, "view").filter(system=system)
        numbers = dict(rows.order_by().values_list("state").annotate(Count("pk")))
        url = reverse("plugins:netbox_gam:billingwrite_list")
        words = {choice[0]: getattr(choice, "description", None) for choice in BillingWriteStateChoices.CHOICES}
        return [
            {
                "label": label,
                "color": BillingWriteStateChoices.colors.get(state),
                "words": words.get(state) or "",
                "number": numbers.get(state, 0),
                "url": f"{url}?system_id={system.pk}&state={state}",
            }
            for state, label in ((choice[0], choice[1]) for choice in BillingWriteStateChoices.CHOICES)
        ]


@register_model_view(BillingSystem, "choose_write_back", path="choose-write-back")
class BillingSystemChooseWriteBackView(ObjectVerbView):
    """Save the fields and preview them, switch on, or switch off."""

    queryset = BillingSystem.objects.all()
    permission = "write_back"

    def get_return_url(self, request, obj=None):
        return f"{obj.get_absolute_url()}write-back/"

    def perform(self, request, instance):
        from ..jobs import PreviewWriteBackJob
        from ..workflows import write_back

        do = request.POST.get("do")
        if do not in ("preview", "on", "off"):
            raise WorkflowError(f"do {do!r}: must be preview, on or off.")
        if do == "off":
            write_back.configure(instance, user=request.user, enabled=False, fields=instance.write_back_fields)
            return gettext_now("Switched off: nothing is written to %(system)s any more.") % {"system": instance}
        form = forms.WriteBackForm(request.POST, system=instance)
        if not form.is_valid():
            raise WorkflowError(form.errors.as_text())
        write_back.configure(instance, user=request.user, enabled=do == "on", fields=form.chosen())
        if do == "preview":
            return PreviewWriteBackJob.start(request.user, system=instance)
        return gettext_now("Switched on: %(system)s is told what NetBox says, field by field.") % {"system": instance}


# ----------------------------------------------------------------------------------------------------------------------- outbox


@register_model_view(BillingWrite, "list", path="", detail=False)
class BillingWriteListView(generic.ObjectListView):
    queryset = BillingWrite.objects.all()
    filterset = filtersets.BillingWriteFilterSet
    filterset_form = forms.BillingWriteFilterForm
    table = tables.BillingWriteTable
    actions = (*RECORD_LIST, actions.BulkRetryWrite, actions.BulkDropWrite)


@register_model_view(BillingWrite)
class BillingWriteView(generic.ObjectView):
    queryset = BillingWrite.objects.select_related("system", "subscriber")
    template_name = DETAIL
    actions = (actions.RetryWrite, actions.DropWrite, *RECORD_PAGE)
    layout = layout.Layout(
        layout.Row(layout.Column(BillingWriteValuesPanel())),
        layout.Row(
            layout.Column(BillingWritePanel(), TagsPanel(), CustomFieldsPanel()),
            layout.Column(BillingWriteStatePanel(), CommentsPanel()),
        ),
        breadcrumbs=[Breadcrumb("system")],
    )


@register_model_view(BillingWrite, "edit")
class BillingWriteEditView(generic.ObjectEditView):
    queryset = BillingWrite.objects.all()
    form = forms.BillingWriteForm


@register_model_view(BillingWrite, "delete")
class BillingWriteDeleteView(generic.ObjectDeleteView):
    queryset = BillingWrite.objects.all()


@register_model_view(BillingWrite, "bulk_edit", path="edit", detail=False)
class BillingWriteBulkEditView(generic.BulkEditView):
    queryset = BillingWrite.objects.all()
    filterset = filtersets.BillingWriteFilterSet
    table = tables.BillingWriteTable
    form = forms.BillingWriteBulkEditForm


@register_model_view(BillingWrite, "bulk_delete", path="delete", detail=False)
class BillingWriteBulkDeleteView(generic.BulkDeleteView):
    queryset = BillingWrite.objects.all()
    filterset = filtersets.BillingWriteFilterSet
    table = tables.BillingWriteTable


class _Retries:
    permission = "retry"

    def perform(self, request, instance):
        from ..workflows import write_delivery

        write_delivery.retry(instance, user=request.user)
        return gettext_now("%(write)s is read again and tried within a minute.") % {"write": instance}


class _Drops:
    permission = "drop"

    def perform(self, request, instance):
        from ..workflows import write_delivery

        write_delivery.drop(instance, user=request.user)
        return gettext_now("Dropped %(write)s.") % {"write": instance}


@register_model_view(BillingWrite, "retry")
class BillingWriteRetryView(_Retries, ObjectVerbView):
    queryset = BillingWrite.objects.all()


@register_model_view(BillingWrite, "drop")
class BillingWriteDropView(_Drops, ObjectVerbView):
    queryset = BillingWrite.objects.all()


@register_model_view(BillingWrite, "bulk_retry", path="retry", detail=False)
class BillingWriteBulkRetryView(_Retries, BulkVerbView):
    queryset = BillingWrite.objects.all()
    filterset = filtersets.BillingWriteFilterSet
    verb = _("Retrying")


@register_model_view(BillingWrite, "bulk_drop", path="drop", detail=False)
class BillingWriteBulkDropView(_Drops, BulkVerbView):
    queryset = BillingWrite.objects.all()
    filterset = filtersets.BillingWriteFilterSet
    verb = _("Dropping")
