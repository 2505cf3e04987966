"""Forms of alarms, which polling writes, and of alarm rules, which people do."""

from __future__ import annotations

from dcim.models import DeviceRole, Site
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from extras.models import Tag
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms import add_blank_choice
from utilities.forms.fields import (
    ChoiceField,
    CSVChoiceField,
    CSVModelMultipleChoiceField,
    DynamicModelMultipleChoiceField,
    MultipleChoiceField,
    TagFilterField,
)
from utilities.forms.rendering import FieldSet
from utilities.forms.widgets import DateTimePicker

from ..choices import AlarmSeverityChoices, AlarmSourceChoices, AlarmStateChoices, RuleOperatorChoices, RuleWatchChoices
from ..models import Alarm, AlarmRule, Endpoint, GamDevice, GamPort
from .base import OWNERSHIP, SEARCH, GamImportForm, bulk_yes_no, yes_no


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
        FieldSet("standing", "severity", "state", "source", "rule_id", "service_affecting", "condition", name=_("Alarm")),
        FieldSet("suppressed", "flapping", name=_("Noise")),
        FieldSet("site_id", "gam_id", "port_id", "endpoint_id", "entity", name=_("Subject")),
        OWNERSHIP,
    )
    severity = MultipleChoiceField(label=_("Severity"), choices=AlarmSeverityChoices, required=False)
    state = MultipleChoiceField(label=_("State"), choices=AlarmStateChoices, required=False)
    standing = yes_no(_("Standing"))
    suppressed = yes_no(_("Suppressed"))
    flapping = yes_no(_("Flapping"))
    rule_id = DynamicModelMultipleChoiceField(label=_("Rule"), queryset=AlarmRule.objects.all(), required=False)
    port_id = DynamicModelMultipleChoiceField(
        label=_("G.hn port"), queryset=GamPort.objects.all(), required=False, query_params={"gam_id": "$gam_id"}
    )
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


class ShelveForm(forms.Form):
    """Until when an alarm is put aside."""

    until = forms.DateTimeField(label=_("Until"), widget=DateTimePicker(), help_text=_("Nobody is told of it before"))

    def clean_until(self):
        """A date that is still to come."""
        until = self.cleaned_data["until"]
        if until <= timezone.now():
            raise forms.ValidationError(_("That is not in the future."))
        return until


RULE_FIELDS = (
    "name", "enabled", "watches", "operator", "threshold", "clear_threshold", "raise_seconds", "clear_seconds", "severity",
    "service_affecting", "sites", "roles", "scope_tags", "description", "owner", "comments", "tags",
)  # fmt: skip


class AlarmRuleForm(PrimaryModelForm):
    watches = ChoiceField(label=_("Watches"), choices=add_blank_choice(RuleWatchChoices))
    operator = ChoiceField(label=_("Is wrong when"), choices=RuleOperatorChoices)
    severity = ChoiceField(label=_("Severity"), choices=AlarmSeverityChoices)
    sites = DynamicModelMultipleChoiceField(label=_("Sites"), queryset=Site.objects.all(), required=False)
    roles = DynamicModelMultipleChoiceField(label=_("Device roles"), queryset=DeviceRole.objects.all(), required=False)
    scope_tags = DynamicModelMultipleChoiceField(
        label=_("GAM tags"), queryset=Tag.objects.all(), required=False, help_text=AlarmRule._meta.get_field("scope_tags").help_text
    )

    fieldsets = (
        FieldSet("name", "enabled", "description", "tags", name=_("Alarm Rule")),
        FieldSet("watches", "operator", "threshold", "clear_threshold", name=_("Limits")),
        FieldSet("raise_seconds", "clear_seconds", name=_("Durations")),
        FieldSet("severity", "service_affecting", name=_("Alarm")),
        FieldSet("sites", "roles", "scope_tags", name=_("Scope")),
    )

    class Meta:
        model = AlarmRule
        fields = RULE_FIELDS


class AlarmRuleBulkEditForm(PrimaryModelBulkEditForm):
    enabled = bulk_yes_no(_("Enabled"))
    threshold = forms.FloatField(label=_("Threshold"), required=False)
    clear_threshold = forms.FloatField(label=_("Clear threshold"), required=False)
    raise_seconds = forms.IntegerField(label=_("Raise after"), min_value=0, required=False)
    clear_seconds = forms.IntegerField(label=_("Clear after"), min_value=0, required=False)
    severity = ChoiceField(label=_("Severity"), choices=add_blank_choice(AlarmSeverityChoices), required=False)
    service_affecting = bulk_yes_no(_("Service affecting"))

    model = AlarmRule
    fieldsets = (
        FieldSet(
            "enabled",
            "threshold",
            "clear_threshold",
            "raise_seconds",
            "clear_seconds",
            "severity",
            "service_affecting",
            "description",
        ),
    )
    nullable_fields = ("clear_threshold", "description", "comments")


class AlarmRuleImportForm(GamImportForm):
    watches = CSVChoiceField(label=_("Watches"), choices=RuleWatchChoices)
    operator = CSVChoiceField(label=_("Operator"), choices=RuleOperatorChoices, required=False)
    severity = CSVChoiceField(label=_("Severity"), choices=AlarmSeverityChoices, required=False)
    sites = CSVModelMultipleChoiceField(label=_("Sites"), queryset=Site.objects.all(), required=False, to_field_name="name")
    roles = CSVModelMultipleChoiceField(
        label=_("Device roles"), queryset=DeviceRole.objects.all(), required=False, to_field_name="name"
    )
    scope_tags = CSVModelMultipleChoiceField(label=_("GAM tags"), queryset=Tag.objects.all(), required=False, to_field_name="slug")

    class Meta:
        model = AlarmRule
        fields = RULE_FIELDS


class AlarmRuleFilterForm(PrimaryModelFilterSetForm):
    model = AlarmRule
    fieldsets = (
        SEARCH,
        FieldSet("enabled", "watches", "severity", "service_affecting", name=_("Alarm Rule")),
        FieldSet("site_id", "device_role_id", "scope_tag_id", name=_("Scope")),
        OWNERSHIP,
    )
    enabled = yes_no(_("Enabled"))
    watches = MultipleChoiceField(label=_("Watches"), choices=RuleWatchChoices, required=False)
    severity = MultipleChoiceField(label=_("Severity"), choices=AlarmSeverityChoices, required=False)
    service_affecting = yes_no(_("Service affecting"))
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False)
    device_role_id = DynamicModelMultipleChoiceField(label=_("Device role"), queryset=DeviceRole.objects.all(), required=False)
    scope_tag_id = DynamicModelMultipleChoiceField(label=_("GAM tag"), queryset=Tag.objects.all(), required=False)
    tag = TagFilterField(model)
