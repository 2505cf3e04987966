"""Forms of drift, which what reads the shelves writes."""

from __future__ import annotations

from dcim.models import Site
from django import forms
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms.fields import DynamicModelMultipleChoiceField, MultipleChoiceField, TagFilterField
from utilities.forms.rendering import FieldSet
from utilities.forms.widgets import DateTimePicker

from ..choices import DriftKindChoices, DriftObjectChoices, DriftStateChoices
from ..models import Drift, GamDevice, GamPort
from .base import OWNERSHIP, SEARCH, yes_no


class DriftForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Drift")),)

    class Meta:
        model = Drift
        fields = ("description", "owner", "comments", "tags")


class DriftBulkEditForm(PrimaryModelBulkEditForm):
    model = Drift
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class DriftFilterForm(PrimaryModelFilterSetForm):
    model = Drift
    fieldsets = (
        SEARCH,
        FieldSet("standing", "state", "kind", "object_kind", "name", "field", name=_("Drift")),
        FieldSet("site_id", "gam_id", "port_id", name=_("Subject")),
        OWNERSHIP,
    )
    standing = yes_no(_("Standing"))
    state = MultipleChoiceField(label=_("State"), choices=DriftStateChoices, required=False)
    kind = MultipleChoiceField(label=_("Kind"), choices=DriftKindChoices, required=False)
    object_kind = MultipleChoiceField(label=_("Object"), choices=DriftObjectChoices, required=False)
    name = forms.CharField(label=_("Name"), required=False)
    field = forms.CharField(label=_("Field"), required=False)
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False)
    gam_id = DynamicModelMultipleChoiceField(
        label=_("GAM"), queryset=GamDevice.objects.all(), required=False, query_params={"site_id": "$site_id"}
    )
    port_id = DynamicModelMultipleChoiceField(
        label=_("G.hn port"), queryset=GamPort.objects.all(), required=False, query_params={"gam_id": "$gam_id"}
    )
    tag = TagFilterField(model)


class AcceptDriftForm(forms.Form):
    """Why a difference may stay, and until when. What is not allowed the workflow says."""

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("For whoever finds it next"))
    until = forms.DateTimeField(
        label=_("Until"), widget=DateTimePicker(), help_text=_("It opens again then, and as soon as one of its values changes")
    )
