"""Lists of configuration backups."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import ConfigBackup
from .access import COMMON
from .columns import GamColumn, RelativeTimeColumn


class ConfigBackupTable(PrimaryModelTable):
    gam = GamColumn()
    taken = columns.DateTimeColumn(verbose_name=_("Taken"), linkify=True, timespec="seconds")
    last_seen = RelativeTimeColumn(verbose_name=_("Last seen"))
    kind = columns.ChoiceFieldColumn(verbose_name=_("Kind"))
    requested_by = tables.Column(verbose_name=_("Requested by"))
    change_plans = columns.ManyToManyColumn(verbose_name=_("Change plans"), linkify_item=True)
    tags = columns.TagColumn(url_name="plugins:netbox_gam:configbackup_list")

    class Meta(PrimaryModelTable.Meta):
        model = ConfigBackup
        fields = ("pk", "id", "gam", "taken", "last_seen", "kind", "lines", "requested_by", "change_plans", *COMMON)
        default_columns = ("pk", "gam", "taken", "last_seen", "kind", "lines", "requested_by", "change_plans")
        empty_text = _("No backups yet. Press Back Up on a GAM's page; with an encryption key they also come by themselves.")
