"""Quiet hours: from one time of day to another, on some days of the week, in a time zone with summer time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """``end`` at or before ``start`` is of the next day. ``days``: those they begin on."""

    start: time
    end: time
    zone: ZoneInfo
    days: frozenset[str] = frozenset(WEEKDAYS)

    def until(self, moment: datetime) -> datetime | None:
        """End of the quiet hours a moment lies in (UTC); None when it lies in none. The end itself is not quiet."""
        today = moment.astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today):
            if WEEKDAYS[day.weekday()] in self.days:
                start, end = self._of(day)
                if start <= moment < end:
                    return end
        return None

    def next(self, moment: datetime) -> datetime:
        """When they begin next after a moment (UTC)."""
        today = moment.astimezone(self.zone).date()
        starts = [
            self._of(day)[0]
            for day in (today + timedelta(days=ahead) for ahead in range(9))
            if WEEKDAYS[day.weekday()] in self.days
        ]
        return min(start for start in starts if start > moment)

    def _of(self, day: date) -> tuple[datetime, datetime]:
        last = day + timedelta(days=1) if self.end <= self.start else day
        # Where the clock shows a time twice they begin with the first and end with the second; a time that the clock leaves out
        # is as far after the hour before it as it says.
        start = datetime.combine(day, self.start.replace(fold=0), self.zone)
        end = datetime.combine(last, self.end.replace(fold=1), self.zone)
        if not _exists(end):
            end = datetime.combine(last, self.end.replace(fold=0), self.zone)
        return start.astimezone(UTC), end.astimezone(UTC)


def _exists(moment: datetime) -> bool:
    """Whether the clock of its zone ever shows that time."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(fold=0) == moment.replace(fold=0)


def next_digest(moment: datetime, minutes: int) -> datetime:
    """When the digest comes that takes in a moment: the next whole multiple of the interval, counted from midnight UTC."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(minutes=minutes)
    return midnight + step * ((moment - midnight) // step + 1)


def quiet_hours(start: time | None, end: time | None, zone: ZoneInfo, days: Iterable[str]) -> QuietHours | None:
    """Quiet hours from what a person entered; None when they entered none."""
    return None if start is None or end is None else QuietHours(start, end, zone, frozenset(days))
