"""Forms of suspension policies."""

from __future__ import annotations

from dcim.models import Site
from django import forms
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms import add_blank_choice, get_field_value
from utilities.forms.fields import (
    ChoiceField,
    CSVChoiceField,
    CSVModelChoiceField,
    DynamicModelChoiceField,
    DynamicModelMultipleChoiceField,
    MultipleChoiceField,
    TagFilterField,
)
from utilities.forms.rendering import FieldSet
from utilities.forms.widgets import HTMXSelect

from ..choices import SuspensionModeChoices
from ..models import BandwidthPlan, BillingSystem, SuspensionPolicy
from .base import OWNERSHIP, SEARCH, GamImportForm

FIELDS_OF = {SuspensionModeChoices.WALLED_GARDEN: "vid", SuspensionModeChoices.THROTTLE: "bandwidth_plan"}
"""What only one mode needs."""


class SuspensionPolicyForm(PrimaryModelForm):
    system = DynamicModelChoiceField(
        label=_("Billing system"),
        queryset=BillingSystem.objects.all(),
        required=False,
        help_text=_("Only subscribers billed by this one; none means all, billed or not"),
    )
    site = DynamicModelChoiceField(
        label=_("Site"),
        queryset=Site.objects.all(),
        required=False,
        selector=True,
        help_text=_("Only subscribers on GAMs of this site; none means all"),
    )
    mode = ChoiceField(label=_("Mode"), choices=SuspensionModeChoices, widget=HTMXSelect())
    bandwidth_plan = DynamicModelChoiceField(
        label=_("Throttle to"), queryset=BandwidthPlan.objects.filter(unthrottled=False), required=False, quick_add=True
    )

    fieldsets = (
        FieldSet("name", "description", "tags", name=_("Suspension Policy")),
        FieldSet("system", "site", name=_("For whom")),
        FieldSet("mode", "vid", "bandwidth_plan", name=_("How")),
    )

    class Meta:
        model = SuspensionPolicy
        fields = ("name", "system", "site", "mode", "vid", "bandwidth_plan", "description", "owner", "comments", "tags")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        mode = get_field_value(self, "mode")
        for of_mode, name in FIELDS_OF.items():
            if of_mode != mode:
                del self.fields[name]
                # What another mode needed goes with it.
                setattr(self.instance, name, None)


class SuspensionPolicyBulkEditForm(PrimaryModelBulkEditForm):
    mode = ChoiceField(label=_("Mode"), choices=add_blank_choice(SuspensionModeChoices), required=False)
    vid = forms.IntegerField(label=_("Walled-garden VLAN ID"), min_value=3, max_value=4094, required=False)
    bandwidth_plan = DynamicModelChoiceField(label=_("Throttle to"), queryset=BandwidthPlan.objects.all(), required=False)

    model = SuspensionPolicy
    fieldsets = (FieldSet("mode", "vid", "bandwidth_plan", "description"),)
    nullable_fields = ("vid", "bandwidth_plan", "description", "comments")


class SuspensionPolicyImportForm(GamImportForm):
    system = CSVModelChoiceField(
        label=_("Billing system"), queryset=BillingSystem.objects.all(), to_field_name="name", required=False
    )
    site = CSVModelChoiceField(label=_("Site"), queryset=Site.objects.all(), to_field_name="name", required=False)
    mode = CSVChoiceField(label=_("Mode"), choices=SuspensionModeChoices, required=False)
    bandwidth_plan = CSVModelChoiceField(
        label=_("Bandwidth plan"), queryset=BandwidthPlan.objects.all(), to_field_name="name", required=False
    )

    class Meta:
        model = SuspensionPolicy
        fields = SuspensionPolicyForm.Meta.fields


class SuspensionPolicyFilterForm(PrimaryModelFilterSetForm):
    model = SuspensionPolicy
    fieldsets = (
        SEARCH,
        FieldSet("system_id", "site_id", name=_("For whom")),
        FieldSet("mode", "vid", "bandwidth_plan_id", name=_("How")),
        OWNERSHIP,
    )
    system_id = DynamicModelMultipleChoiceField(
        label=_("Billing system"), queryset=BillingSystem.objects.all(), required=False, null_option=_("None")
    )
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False, null_option=_("None"))
    mode = MultipleChoiceField(label=_("Mode"), choices=SuspensionModeChoices, required=False)
    vid = forms.IntegerField(label=_("Walled-garden VLAN ID"), required=False)
    bandwidth_plan_id = DynamicModelMultipleChoiceField(
        label=_("Bandwidth plan"), queryset=BandwidthPlan.objects.all(), required=False
    )
    tag = TagFilterField(model)
