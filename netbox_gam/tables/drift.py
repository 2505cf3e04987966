"""Lists of drift."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import Drift
from .access import COMMON
from .columns import GamColumn, RelativeTimeColumn


class DriftTable(PrimaryModelTable):
    gam = GamColumn()
    port = tables.Column(verbose_name=_("G.hn port"), linkify=True, order_by="port__number")
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    object_kind = columns.ChoiceFieldColumn(verbose_name=_("Object"))
    kind = columns.ChoiceFieldColumn(verbose_name=_("Kind"))
    state = columns.ChoiceFieldColumn(verbose_name=_("State"))
    first_seen = RelativeTimeColumn(verbose_name=_("First seen"))
    last_seen = RelativeTimeColumn(verbose_name=_("Last seen"))
    resolved = RelativeTimeColumn(verbose_name=_("Resolved"))
    accepted_until = columns.DateTimeColumn(verbose_name=_("Accepted until"))
    accepted_by = tables.Column(verbose_name=_("Accepted by"))
    change_plan = tables.Column(verbose_name=_("Change plan"), linkify=True)
    tags = columns.TagColumn(url_name="plugins:netbox_gam:drift_list")

    class Meta(PrimaryModelTable.Meta):
        model = Drift
        fields = (
            "pk", "id", "gam", "port", "object_kind", "name", "field", "kind", "intent_value", "actual_value", "state",
            "first_seen", "last_seen", "resolved", "reason", "accepted_until", "accepted_by", "change_plan", "key", *COMMON,
        )  # fmt: skip
        default_columns = (
            "pk", "gam", "port", "object_kind", "name", "field", "kind", "intent_value", "actual_value", "state", "last_seen",
        )  # fmt: skip
        row_attrs = {"class": lambda record: "opacity-50" if record.state != "open" else ""}
        empty_text = _("No drift, as far as the shelves were read. Compare a GAM on its page to read all of it.")
