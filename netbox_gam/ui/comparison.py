"""Lays the three sides of a finding beside each other: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..choices import ServiceStateChoices, SubscriberStatusChoices

# What each side calls the same thing: label, key at billing, key of intent, key of what is seen.
COMPARED: tuple[tuple[Any, str, str, str], ...] = (
    (_("Status"), "state", "status", "state"),
    (_("MAC address"), "macs", "mac", "mac"),
    (_("Serial number"), "serials", "serial", "serial"),
    (_("Plan"), "plan", "plan", "plan"),
    (_("Download (kbit/s)"), "download_kbps", "download_kbps", "download_kbps"),
    (_("Upload (kbit/s)"), "upload_kbps", "upload_kbps", "upload_kbps"),
    (_("IP address"), "ipv4", "ipv4", "ipv4"),
    (_("GAM"), "gam", "gam", "gam"),
    (_("Port"), "port", "port", "port"),
    (_("VLAN"), "vlan", "vlan", "vlan"),
    (_("Limit"), "limit", "limit", "limit"),
)
# Beside each other for orientation; their values differ by nature.
ALIGNED: tuple[tuple[Any, str, str, str], ...] = ((_("Name"), "name", "subscriber", "endpoint"),)
# A side without a place says nothing of it.
PLACES = {"gam", "port"}
SAME_MEANING = {"in_service": "active"}
STATES = {"state", "status"}
STATE_WORDS = {**dict(ServiceStateChoices), **dict(SubscriberStatusChoices)}
# Keys that mean something else than their words suggest.
LABELS = {
    "status": _("Status as billed"),
    "seen": _("Seen on the network"),
    "on_shelf": _("On the shelf"),
    "traffic_mbps": _("Traffic (Mbit/s)"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the value on each side in words, empty where that side says nothing of it, and whether the sides disagree."""

    label: Any
    billing: str
    intent: str
    actual: str
    differs: bool


def compare(billing: Mapping[str, Any], intent: Mapping[str, Any], actual: Mapping[str, Any]) -> list[Row]:
    """All values of the three sides, the ones they have in common first; what no side has a value for is left out."""
    sides = (billing, intent, actual)
    rows = [_row(label, keys, sides, marked=False) for label, *keys in ALIGNED]
    rows += [_row(label, keys, sides, marked=True) for label, *keys in COMPARED]
    for index, side in enumerate(sides):
        used = {keys[index] for _label, *keys in (*ALIGNED, *COMPARED)}
        for key in side:
            if key not in used:
                keys = ["", "", ""]
                keys[index] = key
                rows.append(_row(LABELS.get(key, key.replace("_", " ").capitalize()), keys, sides, marked=False))
    return [row for row in rows if row.differs or row.billing or row.intent or row.actual]


def _row(label: Any, keys: Sequence[str], sides: Sequence[Mapping[str, Any]], *, marked: bool) -> Row:
    stated = [side[key] for key, side in zip(keys, sides, strict=True) if key in side and (side[key] or key not in PLACES)]
    billing, intent, actual = (_value(key, side.get(key)) for key, side in zip(keys, sides, strict=True))
    return Row(label, billing, intent, actual, differs=marked and disagree(stated))


def _value(key: str, value: Any) -> str:
    return str(STATE_WORDS.get(value, value)) if key in STATES and isinstance(value, str) else in_words(value)


def in_words(value: Any) -> str:
    """A value of a finding as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("yes")) if value else str(_("no"))
    if isinstance(value, list | tuple):
        return ", ".join(in_words(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {in_words(item)}" for key, item in value.items())
    return str(value)


def disagree(values: list[Any]) -> bool:
    """Whether two sides that both speak of a thing have nothing in common."""
    if len(values) < 2:
        return False
    sets = [_as_set(value) for value in values]
    return any(not (first & second) and (first or second) for first in sets for second in sets)


def _as_set(value: Any) -> set[str]:
    items = value if isinstance(value, list | tuple) else [value]
    return {SAME_MEANING.get(str(item).lower(), str(item).lower()) for item in items if item not in (None, "")}
