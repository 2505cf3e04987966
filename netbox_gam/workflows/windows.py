"""Maintenance windows: which of a GAM is open, and when the next one opens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from ..models import GamDevice, MaintenanceWindow
from .quiet import QuietHours
from .scope import RELATIONS, Place, Scope, places, scope_of

type Windows = list[tuple[Scope, QuietHours]]


def hours_of(window: MaintenanceWindow) -> QuietHours:
    """When a window is open."""
    return QuietHours(window.opens, window.closes, ZoneInfo(window.time_zone), frozenset(window.days))


def enabled_windows() -> Windows:
    """Scope and hours of every window that is switched on."""
    found = MaintenanceWindow.objects.filter(enabled=True).prefetch_related(*RELATIONS)
    return [(scope_of(window), hours_of(window)) for window in found]


def open_until(windows: Windows, place: Place, moment: datetime) -> datetime | None:
    """When the last of the windows closes that are open for a GAM; None where none is."""
    ends = [hours.until(moment) for scope, hours in windows if scope.covers(place)]
    return max((end for end in ends if end is not None), default=None)


def opens_next(windows: Windows, place: Place, moment: datetime) -> datetime | None:
    """When a window of a GAM is open next: now, if one is; None where it has none."""
    if open_until(windows, place, moment):
        return moment
    return min((hours.next(moment) for scope, hours in windows if scope.covers(place)), default=None)


def place_of(gam: GamDevice) -> Place:
    """What windows and rules ask of a GAM."""
    return places(GamDevice.objects.filter(pk=gam.pk))[gam.pk]


def next_for(gams: Iterable[GamDevice], moment: datetime) -> datetime | None:
    """When windows of all these GAMs have opened at least once from now on, the latest of their next openings; None without."""
    windows = enabled_windows()
    keys = [gam.pk for gam in gams]
    moments = [opens_next(windows, place, moment) for place in places(GamDevice.objects.filter(pk__in=keys)).values()]
    return None if not moments or None in moments else max(item for item in moments if item is not None)
