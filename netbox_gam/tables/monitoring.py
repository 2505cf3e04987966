"""Lists of alarms and alarm rules."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import Alarm, AlarmRule
from .access import COMMON
from .columns import GamColumn, QuantityColumn, RelativeTimeColumn


class AlarmTable(PrimaryModelTable):
    condition = tables.Column(verbose_name=_("Condition"), linkify=True)
    severity = columns.ChoiceFieldColumn(verbose_name=_("Severity"))
    state = columns.ChoiceFieldColumn(verbose_name=_("State"))
    source = columns.ChoiceFieldColumn(verbose_name=_("Source"))
    gam = GamColumn()
    endpoint = tables.Column(verbose_name=_("Endpoint"), linkify=True)
    port = tables.Column(verbose_name=_("G.hn port"), linkify=True, order_by="port__number")
    rule = tables.Column(verbose_name=_("Rule"), linkify=True)
    suppressed = columns.BooleanColumn(verbose_name=_("Suppressed"))
    suppressed_by = tables.Column(verbose_name=_("Suppressed by"), linkify=True, orderable=False)
    flapping = columns.BooleanColumn(verbose_name=_("Flapping"))
    last_change = RelativeTimeColumn(verbose_name=_("Last change"))
    shelved_until = columns.DateTimeColumn(verbose_name=_("Shelved until"))
    service_affecting = columns.BooleanColumn(verbose_name=_("Service affecting"))
    raised = RelativeTimeColumn(verbose_name=_("Raised"))
    cleared = RelativeTimeColumn(verbose_name=_("Cleared"))
    acknowledged_by = tables.Column(verbose_name=_("Acknowledged by"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:alarm_list")

    class Meta(PrimaryModelTable.Meta):
        model = Alarm
        fields = (
            "pk",
            "id",
            "condition",
            "severity",
            "state",
            "source",
            "gam",
            "entity",
            "endpoint",
            "port",
            "rule",
            "service_affecting",
            "text",
            "raised",
            "cleared",
            "last_change",
            "count",
            "acknowledged_by",
            "shelved_until",
            "suppressed",
            "suppressed_by",
            "flapping",
            "key",
            *COMMON,
        )
        default_columns = ("pk", "condition", "text", "severity", "state", "gam", "entity", "endpoint", "raised")
        row_attrs = {"class": lambda record: "opacity-50" if record.suppressed or record.state == "shelved" else ""}
        empty_text = _("No alarms. Polling brings those that a GAM reports, and those that rules raise.")


class AlarmRuleTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    enabled = columns.BooleanColumn(verbose_name=_("Enabled"))
    watches = columns.ChoiceFieldColumn(verbose_name=_("Watches"))
    operator = columns.ChoiceFieldColumn(verbose_name=_("Operator"))
    threshold = QuantityColumn(verbose_name=_("Threshold"))
    clear_threshold = QuantityColumn(verbose_name=_("Clear threshold"))
    raise_seconds = QuantityColumn("s", verbose_name=_("Raise after"))
    clear_seconds = QuantityColumn("s", verbose_name=_("Clear after"))
    severity = columns.ChoiceFieldColumn(verbose_name=_("Severity"))
    service_affecting = columns.BooleanColumn(verbose_name=_("Service affecting"))
    sites = columns.ManyToManyColumn(verbose_name=_("Sites"), linkify_item=True)
    roles = columns.ManyToManyColumn(verbose_name=_("Device roles"), linkify_item=True)
    scope_tags = columns.ManyToManyColumn(verbose_name=_("GAM tags"))
    alarm_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:alarm_list", url_params={"rule_id": "pk"}, verbose_name=_("Standing")
    )
    tags = columns.TagColumn(url_name="plugins:netbox_gam:alarmrule_list")

    class Meta(PrimaryModelTable.Meta):
        model = AlarmRule
        empty_text = _("No alarm rules, so only what GAMs report themselves is raised. Add what polling is to watch.")
        fields = (
            "pk", "id", "name", "enabled", "watches", "operator", "threshold", "clear_threshold", "raise_seconds", "clear_seconds",
            "severity", "service_affecting", "sites", "roles", "scope_tags", "alarm_count", *COMMON,
        )  # fmt: skip
        default_columns = (
            "pk", "name", "enabled", "watches", "operator", "threshold", "raise_seconds", "severity", "alarm_count",
            "service_affecting",
        )  # fmt: skip
