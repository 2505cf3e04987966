"""List of alarms."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import Alarm
from .access import COMMON
from .columns import GamColumn, RelativeTimeColumn


class AlarmTable(PrimaryModelTable):
    condition = tables.Column(verbose_name=_("Condition"), linkify=True)
    severity = columns.ChoiceFieldColumn(verbose_name=_("Severity"))
    state = columns.ChoiceFieldColumn(verbose_name=_("State"))
    source = columns.ChoiceFieldColumn(verbose_name=_("Source"))
    gam = GamColumn()
    endpoint = tables.Column(verbose_name=_("Endpoint"), linkify=True)
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
            "service_affecting",
            "text",
            "raised",
            "cleared",
            "acknowledged_by",
            "key",
            *COMMON,
        )
        default_columns = ("pk", "condition", "text", "severity", "state", "gam", "entity", "endpoint", "raised")
        empty_text = _("No alarms. Polling brings those that a GAM reports.")
