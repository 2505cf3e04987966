"""The onboarding queue."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import Arrival
from .access import COMMON
from .columns import GamColumn, QuantityColumn, RelativeTimeColumn


class ArrivalTable(PrimaryModelTable):
    endpoint = tables.Column(
        accessor="endpoint__mac_address", verbose_name=_("Endpoint"), linkify=lambda record: record.get_absolute_url()
    )
    gam = GamColumn()
    port = tables.Column(verbose_name=_("G.hn port"), linkify=True, order_by="port__number")
    model = tables.Column(accessor="endpoint__model", verbose_name=_("Model"))
    signal = QuantityColumn("Mbit/s", accessor="signal_mbps", verbose_name=_("Signal"))
    kind = columns.ChoiceFieldColumn(verbose_name=_("Kind"))
    state = columns.ChoiceFieldColumn(verbose_name=_("State"))
    since = RelativeTimeColumn(verbose_name=_("Since"))
    settled = RelativeTimeColumn(verbose_name=_("Settled"))
    decided_by = tables.Column(verbose_name=_("Decided by"))
    subscriber = tables.Column(verbose_name=_("Subscriber"), linkify=True)
    change_plan = tables.Column(verbose_name=_("Change plan"), linkify=True)
    tags = columns.TagColumn(url_name="plugins:netbox_gam:arrival_list")

    class Meta(PrimaryModelTable.Meta):
        model = Arrival
        fields = (
            "pk", "id", "endpoint", "gam", "port", "model", "signal", "kind", "state", "since", "settled", "note", "decided_by",
            "subscriber", "change_plan", *COMMON,
        )  # fmt: skip
        default_columns = ("pk", "endpoint", "gam", "port", "kind", "state", "since", "model", "signal", "subscriber", "note")
        row_attrs = {"class": lambda record: "opacity-50" if record.state in ("settled", "gone", "left") else ""}
        empty_text = _(
            "Nobody waits. An endpoint that appears without a service, or on a wrong port, is listed here after the next poll."
        )
