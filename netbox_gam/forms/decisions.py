"""Forms of finding rules, and of deciding several findings at once."""

from __future__ import annotations

from dcim.models import DeviceRole, Site
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from extras.models import Tag
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms.fields import (
    ChoiceField,
    CSVChoiceField,
    CSVModelChoiceField,
    CSVModelMultipleChoiceField,
    CSVMultipleChoiceField,
    DynamicModelChoiceField,
    DynamicModelMultipleChoiceField,
    MultipleChoiceField,
    TagFilterField,
)
from utilities.forms.rendering import FieldSet
from utilities.forms.widgets import DateTimePicker

from ..choices import FindingActionChoices, FindingKindChoices
from ..models import BillingSystem, FindingRule
from .base import OWNERSHIP, SEARCH, GamImportForm, bulk_yes_no, yes_no

RULE_FIELDS = (
    "name", "enabled", "kinds", "system", "action", "run_limit", "hourly_limit", "sites", "roles", "scope_tags", "description",
    "owner", "comments", "tags",
)  # fmt: skip


def help_of(name: str) -> str:
    """The model's own words about a field."""
    return str(FindingRule._meta.get_field(name).help_text)


class FindingRuleForm(PrimaryModelForm):
    kinds = MultipleChoiceField(label=_("Kinds"), choices=FindingKindChoices, help_text=help_of("kinds"))
    system = DynamicModelChoiceField(
        label=_("Billing system"), queryset=BillingSystem.objects.all(), required=False, help_text=help_of("system")
    )
    action = ChoiceField(label=_("Action"), choices=FindingActionChoices)
    sites = DynamicModelMultipleChoiceField(label=_("Sites"), queryset=Site.objects.all(), required=False)
    roles = DynamicModelMultipleChoiceField(label=_("Device roles"), queryset=DeviceRole.objects.all(), required=False)
    scope_tags = DynamicModelMultipleChoiceField(
        label=_("GAM tags"), queryset=Tag.objects.all(), required=False, help_text=help_of("scope_tags")
    )

    fieldsets = (
        FieldSet("name", "enabled", "description", "tags", name=_("Finding Rule")),
        FieldSet("kinds", "system", name=_("Findings")),
        FieldSet("action", "run_limit", "hourly_limit", name=_("What is done")),
        FieldSet("sites", "roles", "scope_tags", name=_("Scope")),
    )

    class Meta:
        model = FindingRule
        fields = RULE_FIELDS


class FindingRuleBulkEditForm(PrimaryModelBulkEditForm):
    enabled = bulk_yes_no(_("Enabled"))
    run_limit = forms.IntegerField(label=_("Findings a run"), min_value=1, max_value=1000, required=False)
    hourly_limit = forms.IntegerField(label=_("Findings an hour"), min_value=1, max_value=1000, required=False)

    model = FindingRule
    fieldsets = (FieldSet("enabled", "run_limit", "hourly_limit", "description"),)
    nullable_fields = ("description", "comments")


class FindingRuleImportForm(GamImportForm):
    kinds = CSVMultipleChoiceField(label=_("Kinds"), choices=FindingKindChoices, help_text=_("Separated by commas"))
    system = CSVModelChoiceField(
        label=_("Billing system"), queryset=BillingSystem.objects.all(), required=False, to_field_name="name"
    )
    action = CSVChoiceField(label=_("Action"), choices=FindingActionChoices, required=False)
    sites = CSVModelMultipleChoiceField(label=_("Sites"), queryset=Site.objects.all(), required=False, to_field_name="name")
    roles = CSVModelMultipleChoiceField(
        label=_("Device roles"), queryset=DeviceRole.objects.all(), required=False, to_field_name="name"
    )
    scope_tags = CSVModelMultipleChoiceField(label=_("GAM tags"), queryset=Tag.objects.all(), required=False, to_field_name="slug")

    class Meta:
        model = FindingRule
        fields = RULE_FIELDS


class FindingRuleFilterForm(PrimaryModelFilterSetForm):
    model = FindingRule
    fieldsets = (
        SEARCH,
        FieldSet("enabled", "kinds", "action", "system_id", "is_held", name=_("Finding Rule")),
        FieldSet("site_id", "device_role_id", "scope_tag_id", name=_("Scope")),
        OWNERSHIP,
    )
    enabled = yes_no(_("Enabled"))
    kinds = MultipleChoiceField(label=_("Kinds"), choices=FindingKindChoices, required=False)
    action = MultipleChoiceField(label=_("Action"), choices=FindingActionChoices, required=False)
    system_id = DynamicModelMultipleChoiceField(label=_("Billing system"), queryset=BillingSystem.objects.all(), required=False)
    is_held = yes_no(_("Held"))
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False)
    device_role_id = DynamicModelMultipleChoiceField(label=_("Device role"), queryset=DeviceRole.objects.all(), required=False)
    scope_tag_id = DynamicModelMultipleChoiceField(label=_("GAM tag"), queryset=Tag.objects.all(), required=False)
    tag = TagFilterField(model)


class IgnoreFindingsForm(forms.Form):
    """Until when findings are ignored, and why."""

    until = forms.DateTimeField(
        label=_("Until"), required=False, widget=DateTimePicker(), help_text=_("Empty: for as long as their values stay the same")
    )
    comment = forms.CharField(label=_("Why"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_until(self):
        """A date that is still to come."""
        until = self.cleaned_data["until"]
        if until and until <= timezone.now():
            raise forms.ValidationError(_("That is not in the future."))
        return until


__all__ = (
    "FindingRuleBulkEditForm", "FindingRuleFilterForm", "FindingRuleForm", "FindingRuleImportForm", "IgnoreFindingsForm",
)  # fmt: skip
