"""Forms of alarms. What they are made of is written by polling only."""

from __future__ import annotations

from dcim.models import Site
from django import forms
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms.fields import DynamicModelMultipleChoiceField, MultipleChoiceField, TagFilterField
from utilities.forms.rendering import FieldSet

from ..choices import AlarmSeverityChoices, AlarmSourceChoices, AlarmStateChoices
from ..models import Alarm, Endpoint, GamDevice
from .base import OWNERSHIP, SEARCH, yes_no


class AlarmForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Alarm")),)

    class Meta:
        model = Alarm
        fields = ("description", "owner", "comments", "tags")


class AlarmBulkEditForm(PrimaryModelBulkEditForm):
    model = Alarm
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class AlarmFilterForm(PrimaryModelFilterSetForm):
    model = Alarm
    fieldsets = (
        SEARCH,
        FieldSet("severity", "state", "source", "service_affecting", "condition", name=_("Alarm")),
        FieldSet("site_id", "gam_id", "endpoint_id", "entity", name=_("Subject")),
        OWNERSHIP,
    )
    severity = MultipleChoiceField(label=_("Severity"), choices=AlarmSeverityChoices, required=False)
    state = MultipleChoiceField(label=_("State"), choices=AlarmStateChoices, required=False)
    source = MultipleChoiceField(label=_("Source"), choices=AlarmSourceChoices, required=False)
    service_affecting = yes_no(_("Service affecting"))
    condition = forms.CharField(label=_("Condition"), required=False)
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False)
    gam_id = DynamicModelMultipleChoiceField(
        label=_("GAM"), queryset=GamDevice.objects.all(), required=False, query_params={"site_id": "$site_id"}
    )
    endpoint_id = DynamicModelMultipleChoiceField(label=_("Endpoint"), queryset=Endpoint.objects.all(), required=False)
    entity = forms.CharField(label=_("Entity"), required=False)
    tag = TagFilterField(model)
