"""Pages of credential and SNMP profiles."""

from __future__ import annotations

from extras.ui.panels import CustomFieldsPanel, TagsPanel
from netbox.ui import layout
from netbox.ui.panels import CommentsPanel, ObjectsTablePanel, RelatedObjectsPanel
from netbox.views import generic
from utilities.views import GetRelatedModelsMixin, register_model_view

from .. import filtersets, forms, tables
from ..models import CredentialProfile, GamDevice, SnmpProfile
from ..ui.panels.access import CredentialProfilePanel, SnmpProfilePanel
from .base import DETAIL, Counted, SecretEditView, SecretImportView


class CredentialProfileCounts(Counted):
    counts = {"gam_count": (GamDevice.objects.all(), "credential_profile")}


@register_model_view(CredentialProfile, "list", path="", detail=False)
class CredentialProfileListView(CredentialProfileCounts, generic.ObjectListView):
    queryset = CredentialProfile.objects.all()
    filterset = filtersets.CredentialProfileFilterSet
    filterset_form = forms.CredentialProfileFilterForm
    table = tables.CredentialProfileTable


@register_model_view(CredentialProfile)
class CredentialProfileView(GetRelatedModelsMixin, generic.ObjectView):
    queryset = CredentialProfile.objects.all()
    template_name = DETAIL
    layout = layout.SimpleLayout(
        left_panels=[CredentialProfilePanel(), TagsPanel(), CustomFieldsPanel()],
        right_panels=[RelatedObjectsPanel(), CommentsPanel()],
        bottom_panels=[
            ObjectsTablePanel("netbox_gam.gamdevice", filters={"credential_profile_id": lambda ctx: ctx["object"].pk}),
        ],
    )

    def get_extra_context(self, request, instance):
        return {"related_models": self.get_related_models(request, instance)}


@register_model_view(CredentialProfile, "add", detail=False)
@register_model_view(CredentialProfile, "edit")
class CredentialProfileEditView(SecretEditView):
    queryset = CredentialProfile.objects.all()
    form = forms.CredentialProfileForm


@register_model_view(CredentialProfile, "delete")
class CredentialProfileDeleteView(generic.ObjectDeleteView):
    queryset = CredentialProfile.objects.all()


@register_model_view(CredentialProfile, "bulk_import", path="import", detail=False)
class CredentialProfileBulkImportView(SecretImportView):
    queryset = CredentialProfile.objects.all()
    model_form = forms.CredentialProfileImportForm


@register_model_view(CredentialProfile, "bulk_edit", path="edit", detail=False)
class CredentialProfileBulkEditView(CredentialProfileCounts, generic.BulkEditView):
    queryset = CredentialProfile.objects.all()
    filterset = filtersets.CredentialProfileFilterSet
    table = tables.CredentialProfileTable
    form = forms.CredentialProfileBulkEditForm


@register_model_view(CredentialProfile, "bulk_rename", path="rename", detail=False)
class CredentialProfileBulkRenameView(generic.BulkRenameView):
    queryset = CredentialProfile.objects.all()
    filterset = filtersets.CredentialProfileFilterSet


@register_model_view(CredentialProfile, "bulk_delete", path="delete", detail=False)
class CredentialProfileBulkDeleteView(CredentialProfileCounts, generic.BulkDeleteView):
    queryset = CredentialProfile.objects.all()
    filterset = filtersets.CredentialProfileFilterSet
    table = tables.CredentialProfileTable


class SnmpProfileCounts(Counted):
    counts = {"gam_count": (GamDevice.objects.all(), "snmp_profile")}


@register_model_view(SnmpProfile, "list", path="", detail=False)
class SnmpProfileListView(SnmpProfileCounts, generic.ObjectListView):
    queryset = SnmpProfile.objects.all()
    filterset = filtersets.SnmpProfileFilterSet
    filterset_form = forms.SnmpProfileFilterForm
    table = tables.SnmpProfileTable


@register_model_view(SnmpProfile)
class SnmpProfileView(GetRelatedModelsMixin, generic.ObjectView):
    queryset = SnmpProfile.objects.all()
    template_name = DETAIL
    layout = layout.SimpleLayout(
        left_panels=[SnmpProfilePanel(), TagsPanel(), CustomFieldsPanel()],
        right_panels=[RelatedObjectsPanel(), CommentsPanel()],
        bottom_panels=[ObjectsTablePanel("netbox_gam.gamdevice", filters={"snmp_profile_id": lambda ctx: ctx["object"].pk})],
    )

    def get_extra_context(self, request, instance):
        return {"related_models": self.get_related_models(request, instance)}


@register_model_view(SnmpProfile, "add", detail=False)
@register_model_view(SnmpProfile, "edit")
class SnmpProfileEditView(SecretEditView):
    queryset = SnmpProfile.objects.all()
    form = forms.SnmpProfileForm


@register_model_view(SnmpProfile, "delete")
class SnmpProfileDeleteView(generic.ObjectDeleteView):
    queryset = SnmpProfile.objects.all()


@register_model_view(SnmpProfile, "bulk_import", path="import", detail=False)
class SnmpProfileBulkImportView(SecretImportView):
    queryset = SnmpProfile.objects.all()
    model_form = forms.SnmpProfileImportForm


@register_model_view(SnmpProfile, "bulk_edit", path="edit", detail=False)
class SnmpProfileBulkEditView(SnmpProfileCounts, generic.BulkEditView):
    queryset = SnmpProfile.objects.all()
    filterset = filtersets.SnmpProfileFilterSet
    table = tables.SnmpProfileTable
    form = forms.SnmpProfileBulkEditForm


@register_model_view(SnmpProfile, "bulk_rename", path="rename", detail=False)
class SnmpProfileBulkRenameView(generic.BulkRenameView):
    queryset = SnmpProfile.objects.all()
    filterset = filtersets.SnmpProfileFilterSet


@register_model_view(SnmpProfile, "bulk_delete", path="delete", detail=False)
class SnmpProfileBulkDeleteView(SnmpProfileCounts, generic.BulkDeleteView):
    queryset = SnmpProfile.objects.all()
    filterset = filtersets.SnmpProfileFilterSet
    table = tables.SnmpProfileTable
