"""Lists of approval rules and maintenance windows."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import ApprovalRule, MaintenanceWindow
from .access import COMMON


class ScopedTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    enabled = columns.BooleanColumn(verbose_name=_("Enabled"))
    sites = columns.ManyToManyColumn(verbose_name=_("Sites"), linkify_item=True)
    roles = columns.ManyToManyColumn(verbose_name=_("Device roles"), linkify_item=True)
    scope_tags = columns.ManyToManyColumn(verbose_name=_("GAM tags"))


class ApprovalRuleTable(ScopedTable):
    actions_ = columns.ArrayColumn(accessor="action_labels", verbose_name=_("Steps that"), orderable=False)
    kinds = columns.ArrayColumn(accessor="kind_labels", verbose_name=_("Kinds"), orderable=False)
    min_subscribers = tables.Column(verbose_name=_("Subscribers"))
    min_gams = tables.Column(verbose_name=_("GAMs"))
    min_interrupted = tables.Column(verbose_name=_("Interrupted"))
    outside_windows = columns.BooleanColumn(verbose_name=_("Outside windows"), false_mark=None)
    second_person = columns.BooleanColumn(verbose_name=_("Second person"))
    needs_window = columns.BooleanColumn(verbose_name=_("Window"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:approvalrule_list")

    class Meta(PrimaryModelTable.Meta):
        model = ApprovalRule
        fields = (
            "pk", "id", "name", "enabled", "min_subscribers", "min_gams", "min_interrupted", "actions_", "kinds",
            "outside_windows", "second_person", "needs_window", "sites", "roles", "scope_tags", *COMMON,
        )  # fmt: skip
        default_columns = (
            "pk", "name", "enabled", "min_subscribers", "min_gams", "min_interrupted", "actions_", "second_person", "needs_window",
        )  # fmt: skip
        empty_text = _("No rules: whoever may apply change plans needs nobody else, at any time.")


class MaintenanceWindowTable(ScopedTable):
    days = columns.ArrayColumn(accessor="day_labels", verbose_name=_("Days"), orderable=False)
    opens = tables.TimeColumn(verbose_name=_("Opens"), format="H:i")
    closes = tables.TimeColumn(verbose_name=_("Closes"), format="H:i")
    time_zone = tables.Column(verbose_name=_("Time zone"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:maintenancewindow_list")

    class Meta(PrimaryModelTable.Meta):
        model = MaintenanceWindow
        fields = (
            "pk", "id", "name", "enabled", "days", "opens", "closes", "time_zone", "sites", "roles", "scope_tags", *COMMON,
        )  # fmt: skip
        default_columns = ("pk", "name", "enabled", "days", "opens", "closes", "time_zone", "sites")
        empty_text = _("No windows. Change plans are applied at any time, unless a rule demands a window.")
