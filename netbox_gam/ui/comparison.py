"""Lays the three sides of a finding beside each other: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

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
)
# Beside each other for orientation; their values differ by nature.
ALIGNED: tuple[tuple[Any, str, str, str], ...] = ((_("Name"), "name", "subscriber", "endpoint"),)
SAME_MEANING = {"in_service": "active"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the value on each side in words, empty where that side says nothing of it, and whether the sides disagree."""

    label: Any
    billing: str
    intent: str
    actual: str
    differs: bool


def compare(billing: Mapping[str, Any], intent: Mapping[str, Any], actual: Mapping[str, Any]) -> list[Row]:
    """All values of the three sides, the ones they have in common first."""
    sides = (billing, intent, actual)
    rows, used = [], [set[str](), set[str](), set[str]()]
    for names, marked in ((ALIGNED, False), (COMPARED, True)):
        for label, *keys in names:
            present = [key in side for key, side in zip(keys, sides, strict=True)]
            if not any(present):
                continue
            values = [side.get(key) for key, side in zip(keys, sides, strict=True)]
            stated = [values[index] for index, has in enumerate(present) if has]
            rows.append(Row(label, *(in_words(value) for value in values), differs=marked and disagree(stated)))
            for index, key in enumerate(keys):
                used[index].add(key)
    for index, side in enumerate(sides):
        for key, value in side.items():
            if key not in used[index]:
                words = ["", "", ""]
                words[index] = in_words(value)
                rows.append(Row(key.replace("_", " ").capitalize(), *words, differs=False))
    return rows


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
