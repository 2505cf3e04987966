"""Lists of billing systems, plans, links, services, runs and findings. No column shows a secret."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import BaseTable, PrimaryModelTable, columns

from ..choices import BillingEventStateChoices, ServiceStateChoices
from ..models import BilledService, BillingEvent, BillingLink, BillingPlan, BillingSystem, Finding, SyncRun
from .access import COMMON
from .columns import ChoiceSetColumn, FilteredCountColumn, QuantityColumn, RelativeTimeColumn, SecondsColumn


class BillingSystemTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    type = columns.ChoiceFieldColumn(verbose_name=_("Type"))
    auth = columns.ChoiceFieldColumn(verbose_name=_("Authentication"))
    verify_tls = columns.BooleanColumn(verbose_name=_("Verify certificate"))
    enabled = columns.BooleanColumn(verbose_name=_("Enabled"))
    interval = columns.DurationColumn(verbose_name=_("Interval"))
    full_interval = columns.DurationColumn(verbose_name=_("Full interval"))
    last_run = RelativeTimeColumn(verbose_name=_("Last run"))
    link_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:billinglink_list", url_params={"system_id": "pk"}, verbose_name=_("Links")
    )
    open_count = FilteredCountColumn(
        viewname="plugins:netbox_gam:finding_list",
        url_params={"system_id": "pk"},
        query="state=open",
        verbose_name=_("Open findings"),
    )
    tags = columns.TagColumn(url_name="plugins:netbox_gam:billingsystem_list")

    class Meta(PrimaryModelTable.Meta):
        model = BillingSystem
        fields = (
            "pk",
            "id",
            "name",
            "type",
            "url",
            "auth",
            "verify_tls",
            "ca_file",
            "enabled",
            "interval",
            "last_run",
            "link_count",
            "open_count",
            *COMMON,
        )
        default_columns = ("pk", "name", "type", "url", "enabled", "interval", "last_run", "link_count", "open_count")
        empty_text = _("No billing systems. Add a Sonar or Splynx instance, then reconcile with it.")


class BillingPlanTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    system = tables.Column(verbose_name=_("Billing system"), linkify=True)
    download_kbps = QuantityColumn(unit="kbit/s", verbose_name=_("Download"))
    upload_kbps = QuantityColumn(unit="kbit/s", verbose_name=_("Upload"))
    price = QuantityColumn(verbose_name=_("Price"))
    recurring = columns.BooleanColumn(verbose_name=_("Billed as recurring"))
    bandwidth_plan = tables.Column(verbose_name=_("Bandwidth plan"), linkify=True)
    tags = columns.TagColumn(url_name="plugins:netbox_gam:billingplan_list")

    class Meta(PrimaryModelTable.Meta):
        model = BillingPlan
        fields = (
            "pk",
            "id",
            "name",
            "system",
            "external_id",
            "download_kbps",
            "upload_kbps",
            "price",
            "recurring",
            "bandwidth_plan",
            *COMMON,
        )
        default_columns = ("pk", "name", "system", "external_id", "download_kbps", "upload_kbps", "bandwidth_plan")
        empty_text = _("No billing plans. They come with the first reconciliation.")


class BillingLinkTable(PrimaryModelTable):
    system = tables.Column(verbose_name=_("Billing system"), linkify=True)
    external_id = tables.Column(verbose_name=_("External ID"), linkify=True)
    subscriber = tables.Column(verbose_name=_("Subscriber"), linkify=True)
    tags = columns.TagColumn(url_name="plugins:netbox_gam:billinglink_list")

    class Meta(PrimaryModelTable.Meta):
        model = BillingLink
        fields = ("pk", "id", "system", "entity", "external_id", "account_id", "subscriber", "match_reason", *COMMON)
        default_columns = ("pk", "external_id", "system", "entity", "account_id", "subscriber", "match_reason")
        empty_text = _("No links. Reconciliation makes them when it matches a billed service to a subscriber.")


class BilledServiceTable(BaseTable):
    """Services of the last complete snapshot: observed, so there is nothing to select or edit."""

    name = tables.Column(verbose_name=_("Name"))
    external_id = tables.Column(verbose_name=_("External ID"))
    account_id = tables.Column(verbose_name=_("Account ID"))
    entity = tables.Column(verbose_name=_("Entity"))
    state = ChoiceSetColumn(ServiceStateChoices, verbose_name=_("State"))
    raw_status = tables.Column(verbose_name=_("Status there"))
    delinquent = columns.BooleanColumn(verbose_name=_("In debt"))
    delinquent_since = columns.DateColumn(verbose_name=_("In debt since"))
    plan_id = tables.Column(verbose_name=_("Plan ID"))
    macs = columns.ArrayColumn(verbose_name=_("MAC addresses"), orderable=False)
    read_at = RelativeTimeColumn(verbose_name=_("Read"))

    class Meta(BaseTable.Meta):
        model = BilledService
        fields = (
            "name", "external_id", "account_id", "entity", "state", "raw_status", "delinquent", "delinquent_since", "plan_id",
            "macs", "read_at",
        )  # fmt: skip
        default_columns = ("name", "external_id", "account_id", "state", "raw_status", "delinquent", "plan_id", "macs", "read_at")
        empty_text = _("No billed services. They come with the first complete reconciliation.")


class BillingEventTable(BaseTable):
    """What a billing system sent: observed, so there is nothing to edit."""

    pk = columns.ToggleColumn()
    received_at = tables.DateTimeColumn(verbose_name=_("Received"))
    state = ChoiceSetColumn(BillingEventStateChoices, verbose_name=_("State"))
    entity = tables.Column(verbose_name=_("Entity"))
    external_id = tables.Column(verbose_name=_("External ID"))
    account_id = tables.Column(verbose_name=_("Account ID"))
    action = tables.Column(verbose_name=_("Action"))
    deliveries = tables.Column(verbose_name=_("Deliveries"))
    attempts = tables.Column(verbose_name=_("Attempts"))
    processed_at = RelativeTimeColumn(verbose_name=_("Worked off"))
    outcome = tables.Column(verbose_name=_("Outcome"))
    kept = columns.DictColumn(verbose_name=_("Kept of the body"), orderable=False)

    class Meta(BaseTable.Meta):
        model = BillingEvent
        fields = (
            "pk",
            "received_at",
            "state",
            "entity",
            "external_id",
            "account_id",
            "action",
            "deliveries",
            "attempts",
            "processed_at",
            "outcome",
            "kept",
        )
        default_columns = fields[:-1]
        empty_text = _("No events. Enter the webhook address of this page in the billing system.")


class SyncRunTable(PrimaryModelTable):
    started = tables.DateTimeColumn(verbose_name=_("Started"), linkify=True)
    system = tables.Column(verbose_name=_("Billing system"), linkify=True)
    status = columns.ChoiceFieldColumn(verbose_name=_("Status"))
    kind = columns.ChoiceFieldColumn(verbose_name=_("Kind"))
    complete = columns.BooleanColumn(verbose_name=_("Complete"))
    duration = SecondsColumn(verbose_name=_("Duration"))
    counts = columns.DictColumn(verbose_name=_("Counts"))
    problem_count = tables.Column(verbose_name=_("Problems"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:syncrun_list")

    class Meta(PrimaryModelTable.Meta):
        model = SyncRun
        fields = (
            "pk",
            "id",
            "started",
            "finished",
            "duration",
            "system",
            "status",
            "kind",
            "complete",
            "counts",
            "problem_count",
            "scope",
            *COMMON,
        )
        default_columns = ("pk", "started", "system", "kind", "status", "duration", "counts", "problem_count")
        empty_text = _("No runs yet. Open a billing system and press Reconcile.")


class FindingTable(PrimaryModelTable):
    title = tables.Column(verbose_name=_("Title"), linkify=True, attrs={"td": {"style": "min-width: 26rem"}})
    kind = columns.ChoiceFieldColumn(verbose_name=_("Kind"))
    state = columns.ChoiceFieldColumn(verbose_name=_("State"))
    system = tables.Column(verbose_name=_("Billing system"), linkify=True)
    subscriber = tables.Column(verbose_name=_("Subscriber"), linkify=True)
    endpoint = tables.Column(verbose_name=_("Endpoint"), linkify=True)
    site = tables.Column(accessor="endpoint__gam__device__site", verbose_name=_("Site"), linkify=True, orderable=False)
    ignored_until = columns.DateTimeColumn(verbose_name=_("Ignored until"))
    followed_rule = tables.Column(verbose_name=_("Decided by rule"), linkify=True)
    decided = RelativeTimeColumn(verbose_name=_("Decided"))
    sync_run = tables.Column(accessor="sync_run__started", verbose_name=_("Sync run"))
    change_plan = tables.Column(verbose_name=_("Change plan"), linkify=True)
    first_seen = RelativeTimeColumn(verbose_name=_("First seen"))
    last_seen = RelativeTimeColumn(verbose_name=_("Last seen"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:finding_list")

    class Meta(PrimaryModelTable.Meta):
        model = Finding
        fields = (
            "pk",
            "id",
            "title",
            "kind",
            "state",
            "system",
            "entity",
            "external_id",
            "subscriber",
            "endpoint",
            "site",
            "rule",
            "ignored_until",
            "followed_rule",
            "decided",
            "first_seen",
            "last_seen",
            "sync_run",
            "change_plan",
            *COMMON,
        )
        default_columns = ("pk", "title", "kind", "state", "system", "subscriber", "last_seen")
        empty_text = _("No findings: billing, NetBox and the network agree, or nothing was compared yet.")
