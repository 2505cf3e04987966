"""Forms of mail groups."""

from __future__ import annotations

import re
import zoneinfo
from typing import Any

from dcim.models import DeviceRole, Site
from django import forms
from django.utils.translation import gettext_lazy as _
from extras.models import Tag
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms import add_blank_choice
from utilities.forms.fields import (
    ChoiceField,
    CSVChoiceField,
    CSVModelMultipleChoiceField,
    CSVMultipleChoiceField,
    DynamicModelMultipleChoiceField,
    MultipleChoiceField,
    TagFilterField,
)
from utilities.forms.rendering import FieldSet

from ..choices import AlarmSeverityChoices, WeekdayChoices
from ..models import MailGroup
from .base import OWNERSHIP, SEARCH, GamImportForm, bulk_yes_no, yes_no

ZONES = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
GROUP_FIELDS = (
    "name", "enabled", "addresses", "minimum_severity", "only_service_affecting", "sites", "roles", "scope_tags", "tell_raised",
    "tell_changed", "tell_cleared", "time_zone", "quiet_from", "quiet_to", "quiet_days", "breakthrough_severity", "digest_minutes",
    "hourly_limit", "subject_prefix", "description", "owner", "comments", "tags",
)  # fmt: skip


class AddressesField(forms.CharField):
    """Mail addresses, separated by line ends, commas, semicolons or blanks."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4, "class": "font-monospace"}), **kwargs)

    def to_python(self, value: Any) -> list[str]:
        if isinstance(value, list):
            return value
        return [word for word in re.split(r"[\s,;]+", value or "") if word]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class MailGroupForm(PrimaryModelForm):
    addresses = AddressesField(label=_("Addresses"), help_text=_("One to a line"))
    minimum_severity = ChoiceField(label=_("Minimum severity"), choices=AlarmSeverityChoices)
    breakthrough_severity = ChoiceField(
        label=_("Breaks through"),
        choices=add_blank_choice(AlarmSeverityChoices),
        required=False,
        help_text=MailGroup._meta.get_field("breakthrough_severity").help_text,
    )
    sites = DynamicModelMultipleChoiceField(label=_("Sites"), queryset=Site.objects.all(), required=False)
    roles = DynamicModelMultipleChoiceField(label=_("Device roles"), queryset=DeviceRole.objects.all(), required=False)
    scope_tags = DynamicModelMultipleChoiceField(
        label=_("GAM tags"), queryset=Tag.objects.all(), required=False, help_text=MailGroup._meta.get_field("scope_tags").help_text
    )
    time_zone = ChoiceField(
        label=_("Time zone"), choices=ZONES, initial="UTC", help_text=MailGroup._meta.get_field("time_zone").help_text
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_to = forms.TimeField(
        label=_("Quiet to"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=MailGroup._meta.get_field("quiet_to").help_text,
    )
    quiet_days = MultipleChoiceField(
        label=_("Quiet days"),
        choices=WeekdayChoices,
        required=False,
        help_text=MailGroup._meta.get_field("quiet_days").help_text,
    )

    fieldsets = (
        FieldSet("name", "enabled", "addresses", "subject_prefix", "description", "tags", name=_("Mail Group")),
        FieldSet(
            "minimum_severity", "only_service_affecting", "tell_raised", "tell_changed", "tell_cleared", name=_("What is told")
        ),
        FieldSet("sites", "roles", "scope_tags", name=_("Scope")),
        FieldSet("digest_minutes", "hourly_limit", "time_zone", name=_("How often")),
        FieldSet("quiet_from", "quiet_to", "quiet_days", "breakthrough_severity", name=_("Quiet Hours")),
    )

    class Meta:
        model = MailGroup
        fields = GROUP_FIELDS


class MailGroupBulkEditForm(PrimaryModelBulkEditForm):
    enabled = bulk_yes_no(_("Enabled"))
    minimum_severity = ChoiceField(label=_("Minimum severity"), choices=add_blank_choice(AlarmSeverityChoices), required=False)
    only_service_affecting = bulk_yes_no(_("Only service affecting"))
    digest_minutes = forms.IntegerField(label=_("Digest every"), min_value=0, max_value=1440, required=False)
    hourly_limit = forms.IntegerField(label=_("Mails an hour"), min_value=4, max_value=1000, required=False)
    time_zone = ChoiceField(label=_("Time zone"), choices=add_blank_choice(ZONES), required=False)
    subject_prefix = forms.CharField(label=_("Subject prefix"), max_length=50, required=False)

    model = MailGroup
    fieldsets = (
        FieldSet(
            "enabled", "minimum_severity", "only_service_affecting", "digest_minutes", "hourly_limit", "time_zone",
            "subject_prefix", "description",
        ),
    )  # fmt: skip
    nullable_fields = ("subject_prefix", "description", "comments")


class MailGroupImportForm(GamImportForm):
    addresses = AddressesField(label=_("Addresses"), help_text=_("Separated by blanks"))
    minimum_severity = CSVChoiceField(label=_("Minimum severity"), choices=AlarmSeverityChoices, required=False)
    breakthrough_severity = CSVChoiceField(label=_("Breaks through"), choices=AlarmSeverityChoices, required=False)
    quiet_days = CSVMultipleChoiceField(label=_("Quiet days"), choices=WeekdayChoices, required=False)
    sites = CSVModelMultipleChoiceField(label=_("Sites"), queryset=Site.objects.all(), required=False, to_field_name="name")
    roles = CSVModelMultipleChoiceField(
        label=_("Device roles"), queryset=DeviceRole.objects.all(), required=False, to_field_name="name"
    )
    scope_tags = CSVModelMultipleChoiceField(label=_("GAM tags"), queryset=Tag.objects.all(), required=False, to_field_name="slug")

    class Meta:
        model = MailGroup
        fields = GROUP_FIELDS


class MailGroupFilterForm(PrimaryModelFilterSetForm):
    model = MailGroup
    fieldsets = (
        SEARCH,
        FieldSet("enabled", "address", "minimum_severity", "only_service_affecting", name=_("Mail Group")),
        FieldSet("site_id", "device_role_id", "scope_tag_id", name=_("Scope")),
        OWNERSHIP,
    )
    enabled = yes_no(_("Enabled"))
    address = forms.CharField(label=_("Address"), required=False)
    minimum_severity = MultipleChoiceField(label=_("Minimum severity"), choices=AlarmSeverityChoices, required=False)
    only_service_affecting = yes_no(_("Only service affecting"))
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False)
    device_role_id = DynamicModelMultipleChoiceField(label=_("Device role"), queryset=DeviceRole.objects.all(), required=False)
    scope_tag_id = DynamicModelMultipleChoiceField(label=_("GAM tag"), queryset=Tag.objects.all(), required=False)
    tag = TagFilterField(model)
