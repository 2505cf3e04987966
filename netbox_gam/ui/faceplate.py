"""Draws the front of a shelf: pure, ports in, SVG out.

State is told by colour, by a word and by the form of the port (filled, outlined, dashed, with a warning sign), so that it is
readable without colour. Colours are the theme's own variables and follow light and dark. Every port is a link in tab order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

CELL, GAP, HEIGHT, UPLINK_WIDTH, MARGIN = 58, 8, 66, 84, 12
PER_ROW = 12

UP, DOWN, DISABLED, ATTENTION, UNKNOWN = "up", "down", "disabled", "attention", "unknown"
WORDS = {UP: "up", DOWN: "down", DISABLED: "off", ATTENTION: "check", UNKNOWN: "?"}
SIGNS = {UP: "●", DOWN: "○", DISABLED: "✕", ATTENTION: "▲", UNKNOWN: "–"}


@dataclass(frozen=True, slots=True)
class Port:
    """One port: ``state`` is one of the constants above, ``detail`` the rest of its label, ``count`` the endpoints seen."""

    name: str
    state: str
    url: str = ""
    detail: str = ""
    count: int | None = None


def draw(title: str, ports: Sequence[Port], uplinks: Sequence[Port] = ()) -> SafeString:
    """The face plate as an SVG that scales with its container."""
    rows = max(1, -(-len(ports) // PER_ROW))
    columns = min(len(ports), PER_ROW) or 1
    uplink_rows = -(-len(uplinks) // rows) if uplinks else 0
    width = 2 * MARGIN + columns * (CELL + GAP) + uplink_rows * (UPLINK_WIDTH + GAP)
    height = 2 * MARGIN + rows * (HEIGHT + GAP) - GAP
    cells = [
        _cell(port, MARGIN + (index % PER_ROW) * (CELL + GAP), MARGIN + (index // PER_ROW) * (HEIGHT + GAP), CELL)
        for index, port in enumerate(ports)
    ]
    left = MARGIN + columns * (CELL + GAP)
    cells += [
        _cell(port, left + (index // rows) * (UPLINK_WIDTH + GAP), MARGIN + (index % rows) * (HEIGHT + GAP), UPLINK_WIDTH)
        for index, port in enumerate(uplinks)
    ]
    return format_html(
        '<svg class="gam-faceplate" viewBox="0 0 {0} {1}" style="max-width:{0}px;width:100%;height:auto" role="group"'
        ' aria-label="{2}" xmlns="http://www.w3.org/2000/svg">'
        '<rect class="shelf" x="1" y="1" width="{3}" height="{4}" rx="8"/>{5}</svg>',
        width,
        height,
        title,
        width - 2,
        height - 2,
        format_html_join("", "{}", ((cell,) for cell in cells)),
    )


def label(port: Port) -> str:
    """What a screen reader says and a tooltip shows."""
    spoken = {UP: _("up"), DOWN: _("down"), DISABLED: _("disabled"), ATTENTION: _("needs attention"), UNKNOWN: _("not read")}
    return ", ".join(part for part in (port.name, spoken[port.state], port.detail) if part)


def _cell(port: Port, x: int, y: int, width: int) -> SafeString:
    drawing = format_html(
        '<g class="port {}" transform="translate({} {})"><title>{}</title><rect width="{}" height="{}" rx="6"/>'
        '<text class="name" x="{}" y="18">{}</text><text class="sign" x="{}" y="38" aria-hidden="true">{}</text>'
        '<text class="word" x="{}" y="56">{}</text>{}</g>',
        port.state,
        x,
        y,
        label(port),
        width,
        HEIGHT,
        width // 2,
        _short(port.name),
        width // 2,
        SIGNS[port.state],
        width // 2,
        WORDS[port.state],
        _count(port, width),
    )
    if not port.url:
        return drawing
    return format_html('<a href="{}" aria-label="{}">{}</a>', port.url, label(port), drawing)


def _short(name: str) -> str:
    """``G.hn 1/3`` as ``3``, ``10GigabitEthernet 1/2`` as ``10G 1/2``."""
    family, _separator, place = name.partition(" ")
    if family == "G.hn":
        return place.rpartition("/")[2]
    return f"{family.partition('G')[0]}G {place}" if family.endswith("Ethernet") else name


def _count(port: Port, width: int) -> SafeString:
    if not port.count:
        return SafeString("")
    return format_html('<text class="count" x="{}" y="18">×{}</text>', width - 5, port.count)
