"""Lists of what is written back to billing systems."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import BillingWrite
from .access import COMMON
from .columns import RelativeTimeColumn


class BillingWriteTable(PrimaryModelTable):
    account_id = tables.Column(verbose_name=_("Account ID"), linkify=True)
    system = tables.Column(verbose_name=_("Billing system"), linkify=True)
    subscriber = tables.Column(verbose_name=_("Subscriber"), linkify=True)
    value = columns.ChoiceFieldColumn(verbose_name=_("Value"))
    state = columns.ChoiceFieldColumn(verbose_name=_("State"))
    due = RelativeTimeColumn(verbose_name=_("Next attempt"))
    begun = RelativeTimeColumn(verbose_name=_("Last attempt"))
    sent = RelativeTimeColumn(verbose_name=_("Sent"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:billingwrite_list")

    class Meta(PrimaryModelTable.Meta):
        model = BillingWrite
        fields = (
            "pk", "id", "account_id", "system", "subscriber", "value", "field", "before", "after", "state", "attempts", "due",
            "begun", "sent", "error", "version", "key", *COMMON,
        )  # fmt: skip
        default_columns = (
            "pk", "account_id", "system", "subscriber", "value", "field", "before", "after", "state", "sent", "error",
        )  # fmt: skip
        row_attrs = {"class": lambda record: "opacity-50" if record.state in ("superseded", "dropped") else ""}
        empty_text = _("Nothing. A billing system is told something only where its tab “Write Back” says so.")


__all__ = ("BillingWriteTable",)
