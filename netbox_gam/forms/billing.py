"""Forms of billing systems, plans, links, runs and findings."""

from __future__ import annotations

from dcim.models import Site
from django import forms
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms import add_blank_choice
from utilities.forms.fields import (
    ChoiceField,
    CSVChoiceField,
    CSVModelChoiceField,
    DynamicModelChoiceField,
    DynamicModelMultipleChoiceField,
    JSONField,
    MultipleChoiceField,
    TagFilterField,
)
from utilities.forms.rendering import FieldSet
from utilities.forms.widgets import DateTimePicker

from ..choices import (
    BillingAuthChoices,
    BillingSystemTypeChoices,
    FindingKindChoices,
    FindingStateChoices,
    SyncRunKindChoices,
    SyncRunStatusChoices,
)
from ..models import (
    BandwidthPlan,
    BillingLink,
    BillingPlan,
    BillingSystem,
    Endpoint,
    Finding,
    FindingRule,
    GamDevice,
    Subscriber,
    SyncRun,
)
from .base import OWNERSHIP, SEARCH, GamImportForm, SecretsMixin, bulk_yes_no, yes_no


class BillingSystemForm(SecretsMixin, PrimaryModelForm):
    type = ChoiceField(label=_("Type"), choices=add_blank_choice(BillingSystemTypeChoices))
    auth = ChoiceField(label=_("Authentication"), choices=BillingAuthChoices)
    options = JSONField(
        label=_("Options"), required=False, help_text=_('Such as {"page_size": 100, "requests_per_minute": 60, "status_map": {}}')
    )

    fieldsets = (
        FieldSet("name", "type", "url", "description", "tags", name=_("Billing System")),
        FieldSet("auth", "token", "api_key", "api_secret", "webhook_secret", name=_("Authentication")),
        FieldSet("verify_tls", "ca_file", name=_("TLS")),
        FieldSet("enabled", "interval", "full_interval", "options", name=_("Reconciliation")),
    )

    class Meta:
        model = BillingSystem
        fields = (
            "name",
            "type",
            "url",
            "auth",
            "token",
            "api_key",
            "api_secret",
            "webhook_secret",
            "verify_tls",
            "ca_file",
            "enabled",
            "interval",
            "full_interval",
            "options",
            "description",
            "owner",
            "comments",
            "tags",
        )

    def clean_options(self) -> dict:
        """An empty field means no options."""
        return self.cleaned_data["options"] or {}


class BillingSystemBulkEditForm(PrimaryModelBulkEditForm):
    enabled = bulk_yes_no(_("Enabled"))
    interval = forms.IntegerField(label=_("Interval"), min_value=5, required=False, help_text=_("Minutes between reconciliations"))
    full_interval = forms.IntegerField(
        label=_("Full interval"), min_value=5, required=False, help_text=_("Minutes between runs that read everything")
    )
    verify_tls = bulk_yes_no(_("Verify certificate"))
    ca_file = forms.CharField(label=_("CA file"), max_length=255, required=False)

    model = BillingSystem
    fieldsets = (FieldSet("enabled", "interval", "full_interval", "verify_tls", "ca_file", "description"),)
    nullable_fields = ("ca_file", "description", "comments")


class BillingSystemImportForm(SecretsMixin, GamImportForm):
    type = CSVChoiceField(label=_("Type"), choices=BillingSystemTypeChoices)
    auth = CSVChoiceField(label=_("Authentication"), choices=BillingAuthChoices, required=False)

    class Meta:
        model = BillingSystem
        fields = BillingSystemForm.Meta.fields


class BillingSystemFilterForm(PrimaryModelFilterSetForm):
    model = BillingSystem
    fieldsets = (SEARCH, FieldSet("type", "auth", "enabled", name=_("Billing System")), OWNERSHIP)
    type = MultipleChoiceField(label=_("Type"), choices=BillingSystemTypeChoices, required=False)
    auth = MultipleChoiceField(label=_("Authentication"), choices=BillingAuthChoices, required=False)
    enabled = yes_no(_("Enabled"))
    tag = TagFilterField(model)


class BillingPlanForm(PrimaryModelForm):
    system = DynamicModelChoiceField(label=_("Billing system"), queryset=BillingSystem.objects.all())
    bandwidth_plan = DynamicModelChoiceField(
        label=_("Bandwidth plan"),
        queryset=BandwidthPlan.objects.all(),
        required=False,
        quick_add=True,
        help_text=_("Set by speed on the first run; change it and the change stands"),
    )

    fieldsets = (
        FieldSet("system", "external_id", "name", "description", "tags", name=_("Billing Plan")),
        FieldSet("download_kbps", "upload_kbps", "price", name=_("As billed")),
        FieldSet("bandwidth_plan", name=_("Mapping")),
    )

    class Meta:
        model = BillingPlan
        fields = (
            "system",
            "external_id",
            "name",
            "download_kbps",
            "upload_kbps",
            "price",
            "bandwidth_plan",
            "description",
            "owner",
            "comments",
            "tags",
        )


class BillingPlanBulkEditForm(PrimaryModelBulkEditForm):
    bandwidth_plan = DynamicModelChoiceField(label=_("Bandwidth plan"), queryset=BandwidthPlan.objects.all(), required=False)

    model = BillingPlan
    fieldsets = (FieldSet("bandwidth_plan", "description"),)
    nullable_fields = ("bandwidth_plan", "description", "comments")


class BillingPlanImportForm(GamImportForm):
    system = CSVModelChoiceField(label=_("Billing system"), queryset=BillingSystem.objects.all(), to_field_name="name")
    bandwidth_plan = CSVModelChoiceField(
        label=_("Bandwidth plan"), queryset=BandwidthPlan.objects.all(), to_field_name="name", required=False
    )

    class Meta:
        model = BillingPlan
        fields = BillingPlanForm.Meta.fields


class BillingPlanFilterForm(PrimaryModelFilterSetForm):
    model = BillingPlan
    fieldsets = (SEARCH, FieldSet("system_id", "bandwidth_plan_id", "mapped", "recurring", name=_("Billing Plan")), OWNERSHIP)
    system_id = DynamicModelMultipleChoiceField(label=_("Billing system"), queryset=BillingSystem.objects.all(), required=False)
    bandwidth_plan_id = DynamicModelMultipleChoiceField(
        label=_("Bandwidth plan"), queryset=BandwidthPlan.objects.all(), required=False, null_option=_("None")
    )
    mapped = yes_no(_("Mapped"))
    recurring = yes_no(_("Billed as recurring"))
    tag = TagFilterField(model)


class BillingLinkForm(PrimaryModelForm):
    system = DynamicModelChoiceField(label=_("Billing system"), queryset=BillingSystem.objects.all())
    subscriber = DynamicModelChoiceField(label=_("Subscriber"), queryset=Subscriber.objects.all(), selector=True)

    fieldsets = (
        FieldSet("system", "entity", "external_id", "account_id", name=_("In the billing system")),
        FieldSet("subscriber", "match_reason", "description", "tags", name=_("Link")),
    )

    class Meta:
        model = BillingLink
        fields = (
            "system",
            "entity",
            "external_id",
            "account_id",
            "subscriber",
            "match_reason",
            "description",
            "owner",
            "comments",
            "tags",
        )


class BillingLinkBulkEditForm(PrimaryModelBulkEditForm):
    account_id = forms.CharField(label=_("Account ID"), max_length=100, required=False)

    model = BillingLink
    fieldsets = (FieldSet("account_id", "description"),)
    nullable_fields = ("account_id", "description", "comments")


class BillingLinkImportForm(GamImportForm):
    system = CSVModelChoiceField(label=_("Billing system"), queryset=BillingSystem.objects.all(), to_field_name="name")
    subscriber = CSVModelChoiceField(label=_("Subscriber"), queryset=Subscriber.objects.all(), to_field_name="name")

    class Meta:
        model = BillingLink
        fields = BillingLinkForm.Meta.fields


class BillingLinkFilterForm(PrimaryModelFilterSetForm):
    model = BillingLink
    fieldsets = (SEARCH, FieldSet("system_id", "entity", "external_id", "subscriber_id", name=_("Billing Link")), OWNERSHIP)
    system_id = DynamicModelMultipleChoiceField(label=_("Billing system"), queryset=BillingSystem.objects.all(), required=False)
    entity = forms.CharField(label=_("Entity"), required=False)
    external_id = forms.CharField(label=_("External ID"), required=False)
    subscriber_id = DynamicModelMultipleChoiceField(label=_("Subscriber"), queryset=Subscriber.objects.all(), required=False)
    tag = TagFilterField(model)


class SyncRunForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Sync Run")),)

    class Meta:
        model = SyncRun
        fields = ("description", "owner", "comments", "tags")


class SyncRunBulkEditForm(PrimaryModelBulkEditForm):
    model = SyncRun
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class SyncRunFilterForm(PrimaryModelFilterSetForm):
    model = SyncRun
    fieldsets = (SEARCH, FieldSet("system_id", "status", "kind", "complete", "started", name=_("Sync Run")), OWNERSHIP)
    system_id = DynamicModelMultipleChoiceField(label=_("Billing system"), queryset=BillingSystem.objects.all(), required=False)
    status = MultipleChoiceField(label=_("Status"), choices=SyncRunStatusChoices, required=False)
    kind = MultipleChoiceField(label=_("Kind"), choices=SyncRunKindChoices, required=False)
    complete = yes_no(_("Complete"))
    started = forms.DateTimeField(label=_("Started"), required=False, widget=DateTimePicker())
    tag = TagFilterField(model)


class FindingForm(PrimaryModelForm):
    fieldsets = (FieldSet("description", "tags", name=_("Finding")),)

    class Meta:
        model = Finding
        fields = ("description", "owner", "comments", "tags")


class FindingBulkEditForm(PrimaryModelBulkEditForm):
    model = Finding
    fieldsets = (FieldSet("description"),)
    nullable_fields = ("description", "comments")


class FindingFilterForm(PrimaryModelFilterSetForm):
    model = Finding
    fieldsets = (
        SEARCH,
        FieldSet("kind", "state", "system_id", name=_("Finding")),
        FieldSet("site_id", "subscriber_id", "endpoint_id", "gam_id", "external_id", name=_("Subject")),
        FieldSet("followed_rule_id", name=_("Decision")),
        OWNERSHIP,
    )
    site_id = DynamicModelMultipleChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False)
    followed_rule_id = DynamicModelMultipleChoiceField(
        label=_("Decided by rule"), queryset=FindingRule.objects.all(), required=False
    )
    kind = MultipleChoiceField(label=_("Kind"), choices=FindingKindChoices, required=False)
    state = MultipleChoiceField(label=_("State"), choices=FindingStateChoices, required=False)
    system_id = DynamicModelMultipleChoiceField(label=_("Billing system"), queryset=BillingSystem.objects.all(), required=False)
    subscriber_id = DynamicModelMultipleChoiceField(label=_("Subscriber"), queryset=Subscriber.objects.all(), required=False)
    endpoint_id = DynamicModelMultipleChoiceField(label=_("Endpoint"), queryset=Endpoint.objects.all(), required=False)
    gam_id = DynamicModelMultipleChoiceField(label=_("GAM"), queryset=GamDevice.objects.all(), required=False)
    external_id = forms.CharField(label=_("External ID"), required=False)
    tag = TagFilterField(model)
