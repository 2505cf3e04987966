"""Columns of our own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import django_tables2 as tables
from django.contrib.humanize.templatetags.humanize import intcomma, naturaltime
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from netbox.tables import columns

RIGHT = {"td": {"class": "text-end text-nowrap"}, "th": {"class": "text-end"}}


def badge(label: Any, color: str | None) -> str:
    """A coloured label as NetBox's own choice columns draw it."""
    return format_html('<span class="badge text-bg-{}">{}</span>', color or "secondary", label)


class RelativeTimeColumn(tables.Column):
    """How long ago; the exact time as tooltip and in exports."""

    def render(self, value: datetime) -> str:
        return format_html(
            '<time class="text-nowrap" datetime="{}" title="{}">{}</time>',
            value.isoformat(),
            value.isoformat(sep=" ", timespec="seconds"),
            naturaltime(value),
        )

    def value(self, value: datetime) -> str:
        return value.isoformat()


class ChoiceSetColumn(tables.Column):
    """A value that was annotated, or belongs to another model, as a badge in the label and colour of its ``ChoiceSet``."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        self.choice_set = choices
        super().__init__(**kwargs)

    def render(self, value: str) -> str:
        return badge(self.value(value), self.choice_set.colors.get(value))

    def value(self, value: str) -> Any:
        return dict(self.choice_set).get(value, value)


class QuantityColumn(tables.Column):
    """A number with its unit, flush right; exported without the unit."""

    def __init__(self, unit: str = "", **kwargs: Any) -> None:
        self.unit = unit
        kwargs.setdefault("attrs", RIGHT)
        super().__init__(**kwargs)

    def render(self, value: float) -> str:
        return f"{intcomma(value)} {self.unit}".strip()

    def value(self, value: float) -> float:
        return value


class SecondsColumn(tables.Column):
    """How long something took; exported as a number of seconds."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", RIGHT)
        super().__init__(**kwargs)

    def render(self, value: timedelta) -> str:
        return f"{value.total_seconds():.1f} s"

    def value(self, value: timedelta) -> float:
        return value.total_seconds()


class FilteredCountColumn(columns.LinkedCountColumn):
    """A count whose link leads to the list filtered by more than the row.

    :param query: the additional part of the URL's query, such as ``state=open``
    """

    def __init__(self, *args: Any, query: str, **kwargs: Any) -> None:
        self.query = query
        super().__init__(*args, **kwargs)

    def render(self, record: Any, value: int) -> Any:
        if not value:
            return value
        url = reverse(self.viewname)
        params = "&".join(f"{name}={getattr(record, field)}" for name, field in self.url_params.items())
        return format_html('<a href="{}?{}&{}">{}</a>', url, params, self.query, value)


class GamColumn(tables.Column):
    """The GAM of a record. Goes through its device, so that its name costs one prefetch and not one query per row."""

    def __init__(self, accessor: str = "gam__device", **kwargs: Any) -> None:
        self.parent = accessor.split("__")[:-1]
        kwargs.setdefault("verbose_name", _("GAM"))
        kwargs.setdefault("attrs", {"td": {"class": "text-nowrap"}})
        super().__init__(accessor=accessor, linkify=self.url, **kwargs)

    def url(self, record: Any) -> str:
        for name in self.parent:
            record = getattr(record, name)
        return record.get_absolute_url()


class LinkColumn(tables.Column):
    """Up, down or never read."""

    empty_values = ()

    def render(self, value: bool | None) -> str:
        if value is None:
            return badge(_("Not read"), "secondary")
        return badge(_("Up"), "green") if value else badge(_("Down"), "gray")

    def value(self, value: bool | None) -> str:
        return "" if value is None else ("up" if value else "down")
