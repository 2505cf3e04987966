"""Lists of finding rules and of what a held feed would come to."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import BaseTable, PrimaryModelTable, columns

from ..models import FindingRule, HeldService
from .access import COMMON


class FindingRuleTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    enabled = columns.BooleanColumn(verbose_name=_("Enabled"))
    kinds = columns.ArrayColumn(accessor="kind_labels", verbose_name=_("Kinds"), orderable=False)
    system = tables.Column(verbose_name=_("Billing system"), linkify=True)
    action = columns.ChoiceFieldColumn(verbose_name=_("Action"))
    run_limit = tables.Column(verbose_name=_("A run"))
    hourly_limit = tables.Column(verbose_name=_("An hour"))
    acts_as = tables.Column(verbose_name=_("Acts as"))
    held = tables.Column(verbose_name=_("Held"))
    finding_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:finding_list", url_params={"followed_rule_id": "pk"}, verbose_name=_("Decided")
    )
    sites = columns.ManyToManyColumn(verbose_name=_("Sites"), linkify_item=True)
    roles = columns.ManyToManyColumn(verbose_name=_("Device roles"), linkify_item=True)
    scope_tags = columns.ManyToManyColumn(verbose_name=_("GAM tags"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:findingrule_list")

    class Meta(PrimaryModelTable.Meta):
        model = FindingRule
        fields = (
            "pk", "id", "name", "enabled", "kinds", "system", "action", "run_limit", "hourly_limit", "acts_as", "held",
            "finding_count", "sites", "roles", "scope_tags", *COMMON,
        )  # fmt: skip
        default_columns = ("pk", "name", "enabled", "kinds", "system", "action", "acts_as", "held", "finding_count")
        empty_text = _("No rules: every finding waits for a person. Add one, and look at its preview before you switch it on.")


class HeldServiceTable(BaseTable):
    """Rows are chosen by their key, to be released."""

    pk = columns.ToggleColumn()
    name = tables.Column(verbose_name=_("Customer"))
    external_id = tables.Column(verbose_name=_("External ID"))
    subscriber = tables.Column(verbose_name=_("Subscriber"), linkify=True)
    site = tables.Column(verbose_name=_("Site"), linkify=True)
    change = columns.ChoiceFieldColumn(verbose_name=_("Would be"))
    was = tables.Column(verbose_name=_("Before"))
    now = tables.Column(verbose_name=_("In this feed"))
    released = columns.DateTimeColumn(verbose_name=_("Released"))
    released_by = tables.Column(verbose_name=_("Released by"))

    class Meta(BaseTable.Meta):
        model = HeldService
        fields = ("pk", "name", "external_id", "subscriber", "site", "change", "was", "now", "released", "released_by")
        default_columns = fields
        empty_text = _("Nothing would be cut off or missing; see the problems of the run for why it was held.")
