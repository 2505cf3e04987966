"""Lists of suspension policies."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import SuspensionPolicy
from .access import COMMON
from .columns import RIGHT


class SuspensionPolicyTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    system = tables.Column(verbose_name=_("Billing system"), linkify=True)
    site = tables.Column(verbose_name=_("Site"), linkify=True)
    mode = columns.ChoiceFieldColumn(verbose_name=_("Mode"))
    vid = tables.Column(verbose_name=_("Walled-garden VLAN ID"), attrs=RIGHT)
    bandwidth_plan = tables.Column(verbose_name=_("Throttle to"), linkify=True)
    tags = columns.TagColumn(url_name="plugins:netbox_gam:suspensionpolicy_list")

    class Meta(PrimaryModelTable.Meta):
        model = SuspensionPolicy
        fields = ("pk", "id", "name", "system", "site", "mode", "vid", "bandwidth_plan", *COMMON)
        default_columns = ("pk", "name", "system", "site", "mode", "vid", "bandwidth_plan")
        empty_text = _("No suspension policies: suspended subscribers are moved to the walled-garden VLAN of the settings.")
