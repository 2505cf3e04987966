"""The fleet's bandwidth profile slots."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import NetBoxTable, columns

from ..models import GamDevice
from ..ui import slots as picture
from ..workflows import profile_slots
from .columns import RIGHT, RelativeTimeColumn


class PlanSlotsTable(NetBoxTable):
    """One GAM a row, as its configuration was last read."""

    gam = tables.Column(
        accessor="device",
        order_by="device",
        verbose_name=_("GAM"),
        linkify=("plugins:netbox_gam:gamdevice_slots", {"pk": tables.A("pk")}),
    )
    site = tables.Column(accessor="device__site", verbose_name=_("Site"), linkify=True)
    slots = tables.Column(empty_values=(), orderable=False, verbose_name=_("Slots"))
    slots_taken = tables.Column(verbose_name=_("Taken"), attrs=RIGHT)
    unused = tables.Column(empty_values=(), orderable=False, verbose_name=_("Unused"), attrs=RIGHT)
    headroom = tables.Column(empty_values=(), orderable=False, verbose_name=_("Headroom"), attrs=RIGHT)
    merges = tables.Column(empty_values=(), orderable=False, verbose_name=_("Could merge"), attrs=RIGHT)
    way_out = tables.Column(empty_values=(), orderable=False, verbose_name=_("Cheapest way to a slot"))
    slots_read = RelativeTimeColumn(verbose_name=_("Read"))
    actions = columns.ActionsColumn(actions=())

    class Meta(NetBoxTable.Meta):
        model = GamDevice
        fields = ("pk", "gam", "site", "slots", "slots_taken", "unused", "headroom", "merges", "way_out", "slots_read")
        default_columns = fields
        empty_text = _("No GAMs. Discover them first.")

    def render_slots(self, record: Any) -> str:
        found = profile_slots.of(record)
        return picture.draw(picture.cells(found.use)) if found.read_at else "—"

    def value_slots(self, record: Any) -> str:
        """The states in slot order."""
        found = profile_slots.of(record)
        return " ".join(cell.state for cell in picture.cells(found.use)) if found.read_at else ""

    def render_slots_taken(self, record: Any, value: int) -> Any:
        return value if record.slots_read else "—"

    def render_unused(self, record: Any) -> Any:
        found = profile_slots.of(record)
        return len(found.use.unused) if found.read_at else "—"

    def render_headroom(self, record: Any) -> Any:
        found = profile_slots.of(record)
        return found.use.headroom if found.read_at else "—"

    def render_merges(self, record: Any) -> Any:
        found = profile_slots.of(record)
        return len(found.use.merges) if found.read_at else "—"

    def render_way_out(self, record: Any) -> str:
        found = profile_slots.of(record)
        return found.use.way_out if found.read_at and not found.use.free else "—"
