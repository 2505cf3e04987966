"""Forms of approval rules and maintenance windows."""

from __future__ import annotations

from dcim.models import DeviceRole, Site
from django import forms
from django.utils.translation import gettext_lazy as _
from extras.models import Tag
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms.fields import (
    CSVModelMultipleChoiceField,
    CSVMultipleChoiceField,
    DynamicModelMultipleChoiceField,
    MultipleChoiceField,
    TagFilterField,
)
from utilities.forms.rendering import FieldSet
from utilities.forms.widgets import TimePicker

from ..choices import ChangeActionChoices, ChangeKindChoices, WeekdayChoices
from ..models import ApprovalRule, MaintenanceWindow
from .base import OWNERSHIP, SEARCH, GamImportForm, bulk_yes_no, yes_no

SCOPE = ("sites", "roles", "scope_tags")
REST = (*SCOPE, "description", "owner", "comments", "tags")
RULE_FIELDS = (
    "name", "enabled", "min_subscribers", "min_gams", "min_interrupted", "actions", "kinds", "outside_windows", "second_person",
    "needs_window", *REST,
)  # fmt: skip
WINDOW_FIELDS = ("name", "enabled", "days", "opens", "closes", "time_zone", *REST)


class ScopedForm(PrimaryModelForm):
    sites = DynamicModelMultipleChoiceField(label=_("Sites"), queryset=Site.objects.all(), required=False)
    roles = DynamicModelMultipleChoiceField(label=_("Device roles"), queryset=DeviceRole.objects.all(), required=False)
    scope_tags = DynamicModelMultipleChoiceField(label=_("GAM tags"), queryset=Tag.objects.all(), required=False)


class ScopedImportForm(GamImportForm):
    sites = CSVModelMultipleChoiceField(label=_("Sites"), queryset=Site.objects.all(), required=False, to_field_name="name")
    roles = CSVModelMultipleChoiceField(
        label=_("Device roles"), queryset=DeviceRole.objects.all(), required=False, to_field_name="name"
    )
    scope_tags = CSVModelMultipleChoiceField(label=_("GAM tags"), queryset=Tag.objects.all(), required=False, to_field_name="slug")


class ScopedFilterForm(PrimaryModelFilterSetForm):
    enabled = yes_no(_("Enabled"))
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False)
    device_role_id = DynamicModelMultipleChoiceField(label=_("Device role"), queryset=DeviceRole.objects.all(), required=False)
    scope_tag_id = DynamicModelMultipleChoiceField(label=_("GAM tag"), queryset=Tag.objects.all(), required=False)


class ApprovalRuleForm(ScopedForm):
    actions = MultipleChoiceField(
        label=_("Actions"), choices=ChangeActionChoices, required=False, help_text=ApprovalRule._meta.get_field("actions").help_text
    )
    kinds = MultipleChoiceField(
        label=_("Kinds"), choices=ChangeKindChoices, required=False, help_text=ApprovalRule._meta.get_field("kinds").help_text
    )

    fieldsets = (
        FieldSet("name", "enabled", "description", "tags", name=_("Approval Rule")),
        FieldSet("min_subscribers", "min_gams", "min_interrupted", "actions", "kinds", "outside_windows", name=_("When")),
        FieldSet("second_person", "needs_window", name=_("What it demands")),
        FieldSet(*SCOPE, name=_("Scope")),
    )

    class Meta:
        model = ApprovalRule
        fields = RULE_FIELDS


class ApprovalRuleBulkEditForm(PrimaryModelBulkEditForm):
    enabled = bulk_yes_no(_("Enabled"))
    min_subscribers = forms.IntegerField(label=_("Subscribers"), min_value=0, required=False)
    min_gams = forms.IntegerField(label=_("GAMs"), min_value=0, required=False)
    min_interrupted = forms.IntegerField(label=_("Interrupted services"), min_value=0, required=False)

    model = ApprovalRule
    fieldsets = (FieldSet("enabled", "min_subscribers", "min_gams", "min_interrupted", "description"),)
    nullable_fields = ("min_subscribers", "min_gams", "min_interrupted", "description", "comments")


class ApprovalRuleImportForm(ScopedImportForm):
    actions = CSVMultipleChoiceField(
        label=_("Actions"), choices=ChangeActionChoices, required=False, help_text=_("Separated by commas")
    )
    kinds = CSVMultipleChoiceField(label=_("Kinds"), choices=ChangeKindChoices, required=False, help_text=_("Separated by commas"))

    class Meta:
        model = ApprovalRule
        fields = RULE_FIELDS


class ApprovalRuleFilterForm(ScopedFilterForm):
    model = ApprovalRule
    fieldsets = (
        SEARCH,
        FieldSet("enabled", "second_person", "needs_window", "actions", "kinds", name=_("Approval Rule")),
        FieldSet("site_id", "device_role_id", "scope_tag_id", name=_("Scope")),
        OWNERSHIP,
    )
    second_person = yes_no(_("Needs a second person"))
    needs_window = yes_no(_("Needs a window"))
    actions = MultipleChoiceField(label=_("Actions"), choices=ChangeActionChoices, required=False)
    kinds = MultipleChoiceField(label=_("Kinds"), choices=ChangeKindChoices, required=False)
    tag = TagFilterField(model)


class MaintenanceWindowForm(ScopedForm):
    days = MultipleChoiceField(label=_("Days"), choices=WeekdayChoices, help_text=_("Days it opens on"))

    fieldsets = (
        FieldSet("name", "enabled", "description", "tags", name=_("Maintenance Window")),
        FieldSet("days", "opens", "closes", "time_zone", name=_("When")),
        FieldSet(*SCOPE, name=_("Scope")),
    )

    class Meta:
        model = MaintenanceWindow
        fields = WINDOW_FIELDS
        widgets = {"opens": TimePicker(), "closes": TimePicker()}


class MaintenanceWindowBulkEditForm(PrimaryModelBulkEditForm):
    enabled = bulk_yes_no(_("Enabled"))
    opens = forms.TimeField(label=_("Opens"), required=False, widget=TimePicker())
    closes = forms.TimeField(label=_("Closes"), required=False, widget=TimePicker())
    time_zone = forms.CharField(label=_("Time zone"), max_length=63, required=False)

    model = MaintenanceWindow
    fieldsets = (FieldSet("enabled", "opens", "closes", "time_zone", "description"),)
    nullable_fields = ("description", "comments")


class MaintenanceWindowImportForm(ScopedImportForm):
    days = CSVMultipleChoiceField(label=_("Days"), choices=WeekdayChoices, help_text=_("Separated by commas, as in sat,sun"))

    class Meta:
        model = MaintenanceWindow
        fields = WINDOW_FIELDS


class MaintenanceWindowFilterForm(ScopedFilterForm):
    model = MaintenanceWindow
    fieldsets = (
        SEARCH,
        FieldSet("enabled", "days", name=_("Maintenance Window")),
        FieldSet("site_id", "device_role_id", "scope_tag_id", name=_("Scope")),
        OWNERSHIP,
    )
    days = MultipleChoiceField(label=_("Days"), choices=WeekdayChoices, required=False)
    tag = TagFilterField(model)
