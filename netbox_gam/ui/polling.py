"""The status page's words and its picture of the last hour: pure, figures in, rows and SVG out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..models import PollCycle

MINUTES = 60
BAR, HEIGHT, TOP, LEFT, BOTTOM = 12, 120, 10, 56, 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One minute. ``late``: 99th percentile of lateness in seconds, None while the minute is not over or nothing was read."""

    at: datetime
    read: int = 0
    failed: int = 0
    late: float | None = None


def last_hour(cycles: Sequence[PollCycle], now: datetime) -> list[Bar]:
    """Sixty minutes, the oldest first; a minute in which nothing was read is an empty bar."""
    found = {cycle.started: cycle for cycle in cycles}
    newest = now.replace(second=0, microsecond=0)
    bars = []
    for minute in range(MINUTES - 1, -1, -1):
        at = newest - timedelta(minutes=minute)
        cycle = found.get(at)
        bars.append(Bar(at, cycle.read, sum(cycle.failed.values()), cycle.lateness_p99) if cycle else Bar(at))
    return bars


def draw(bars: Sequence[Bar]) -> SafeString:
    """Bars of what was read and what failed, with the lateness as a line, in the theme's colours."""
    most = max((bar.read + bar.failed for bar in bars), default=0) or 1
    latest = max((bar.late or 0.0 for bar in bars), default=0.0) or 1.0
    width, height = LEFT * 2 + BAR * len(bars), TOP + HEIGHT + BOTTOM
    floor = TOP + HEIGHT
    points = " ".join(
        f"{LEFT + BAR * place + BAR / 2:.1f},{floor - HEIGHT * bar.late / latest:.1f}"
        for place, bar in enumerate(bars)
        if bar.late is not None
    )
    return format_html(
        '<svg class="gam-cycles" viewBox="0 0 {0} {1}" style="width:100%;height:auto;max-height:12rem" role="img" aria-label="{2}"'
        ' xmlns="http://www.w3.org/2000/svg"><line class="axis" x1="{3}" x2="{4}" y1="{5}" y2="{5}"/>{6}'
        '<polyline class="late" points="{7}"/>{8}</svg>',
        width,
        height,
        spoken(bars),
        LEFT,
        width - LEFT,
        floor,
        format_html_join("", "{}", ((_bar(bar, LEFT + BAR * place, floor, most),) for place, bar in enumerate(bars))),
        points,
        _labels(bars, width, floor, most, latest),
    )


def spoken(bars: Sequence[Bar]) -> str:
    """The picture in a sentence."""
    return _("The last hour: %(read)s readings, %(failed)s failures") % {
        "read": sum(bar.read for bar in bars),
        "failed": sum(bar.failed for bar in bars),
    }


def _bar(bar: Bar, x: int, floor: int, most: int) -> SafeString:
    read, failed = HEIGHT * bar.read / most, HEIGHT * bar.failed / most
    told = _("%(at)s: %(read)s read, %(failed)s failed") % {
        "at": timezone.localtime(bar.at).strftime("%H:%M"),
        "read": bar.read,
        "failed": bar.failed,
    }
    if bar.late is not None:
        told += _(", %(late)s s late") % {"late": f"{bar.late:.1f}"}
    return format_html(
        '<g><title>{}</title><rect class="hit" x="{}" y="{}" width="{}" height="{}"/>'
        '<rect class="read" x="{}" y="{}" width="{}" height="{}"/><rect class="failed" x="{}" y="{}" width="{}" height="{}"/></g>',
        *(told, x, TOP, BAR, HEIGHT),
        *(x + 1, f"{floor - read:.1f}", BAR - 2, f"{read:.1f}"),
        *(x + 1, f"{floor - read - failed:.1f}", BAR - 2, f"{failed:.1f}"),
    )


def _labels(bars: Sequence[Bar], width: int, floor: int, most: int, latest: float) -> SafeString:
    texts = [(LEFT - 6, TOP + 12, "end", str(most)), (LEFT - 6, floor, "end", "0")]
    if any(bar.late is not None for bar in bars):
        texts.append((width - LEFT + 6, TOP + 12, "start", f"{latest:.1f} s"))
    for place in range(0, len(bars), 15):
        texts.append((LEFT + BAR * place, floor + 17, "start", timezone.localtime(bars[place].at).strftime("%H:%M")))
    return format_html_join("", '<text x="{}" y="{}" text-anchor="{}">{}</text>', texts)
