"""Lists of mail groups."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import MailGroup
from .access import COMMON
from .columns import QuantityColumn


class MailGroupTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    enabled = columns.BooleanColumn(verbose_name=_("Enabled"))
    addresses = columns.ArrayColumn(verbose_name=_("Addresses"), orderable=False)
    minimum_severity = columns.ChoiceFieldColumn(verbose_name=_("Minimum severity"))
    only_service_affecting = columns.BooleanColumn(verbose_name=_("Only service affecting"))
    sites = columns.ManyToManyColumn(verbose_name=_("Sites"), linkify_item=True)
    roles = columns.ManyToManyColumn(verbose_name=_("Device roles"), linkify_item=True)
    scope_tags = columns.ManyToManyColumn(verbose_name=_("GAM tags"))
    tell_raised = columns.BooleanColumn(verbose_name=_("Raised"))
    tell_changed = columns.BooleanColumn(verbose_name=_("Changed"))
    tell_cleared = columns.BooleanColumn(verbose_name=_("Cleared"))
    quiet_days = columns.ArrayColumn(verbose_name=_("Quiet days"), orderable=False)
    breakthrough_severity = columns.ChoiceFieldColumn(verbose_name=_("Breaks through"))
    digest_minutes = QuantityColumn("min", verbose_name=_("Digest every"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:mailgroup_list")

    class Meta(PrimaryModelTable.Meta):
        model = MailGroup
        empty_text = _("No mail groups, so nobody is mailed. Add who is told of which alarms, and when they sleep.")
        fields = (
            "pk", "id", "name", "enabled", "addresses", "minimum_severity", "only_service_affecting", "sites", "roles",
            "scope_tags", "tell_raised", "tell_changed", "tell_cleared", "time_zone", "quiet_from", "quiet_to", "quiet_days",
            "breakthrough_severity", "digest_minutes", "hourly_limit", "subject_prefix", *COMMON,
        )  # fmt: skip
        default_columns = (
            "pk", "name", "enabled", "addresses", "minimum_severity", "digest_minutes", "quiet_from", "quiet_to", "description",
        )  # fmt: skip
