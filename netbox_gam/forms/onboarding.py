"""Forms of arrivals, which polling writes."""

from __future__ import annotations

from dcim.models import Site
from django import forms
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms.fields import DynamicModelChoiceField, DynamicModelMultipleChoiceField, MultipleChoiceField, TagFilterField
from utilities.forms.rendering import FieldSet

from ..choices import ArrivalKindChoices, ArrivalStateChoices
from ..models import Arrival, GamDevice, GamPort, Subscriber
from .base import OWNERSHIP, SEARCH


class ArrivalForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Arrival")),)

    class Meta:
        model = Arrival
        fields = ("description", "owner", "comments", "tags")


class ArrivalBulkEditForm(PrimaryModelBulkEditForm):
    model = Arrival
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class ArrivalFilterForm(PrimaryModelFilterSetForm):
    model = Arrival
    fieldsets = (
        SEARCH,
        FieldSet("state", "kind", name=_("Arrival")),
        FieldSet("site_id", "gam_id", "port_id", "subscriber_id", name=_("Subject")),
        OWNERSHIP,
    )
    state = MultipleChoiceField(label=_("State"), choices=ArrivalStateChoices, required=False)
    kind = MultipleChoiceField(label=_("Kind"), choices=ArrivalKindChoices, required=False)
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False)
    gam_id = DynamicModelMultipleChoiceField(
        label=_("GAM"), queryset=GamDevice.objects.all(), required=False, query_params={"site_id": "$site_id"}
    )
    port_id = DynamicModelMultipleChoiceField(
        label=_("G.hn port"), queryset=GamPort.objects.all(), required=False, query_params={"gam_id": "$gam_id"}
    )
    subscriber_id = DynamicModelMultipleChoiceField(label=_("Subscriber"), queryset=Subscriber.objects.all(), required=False)
    tag = TagFilterField(model)


class AssignArrivalForm(forms.Form):
    """Whose endpoint it is."""

    subscriber = DynamicModelChoiceField(
        label=_("Subscriber"),
        queryset=Subscriber.objects.all(),
        help_text=_("Its service is put on this endpoint; an endpoint it had before is let go of"),
    )
