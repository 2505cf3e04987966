"""Quiet hours: over midnight, on days of the week, and when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from netbox_gam.workflows.quiet import WEEKDAYS, QuietHours, next_digest

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(22), time(6), BERLIN)
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")]


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type,misc]


class QuietHoursTests(SimpleTestCase):
    def test_over_midnight(self):
        for moment in (berlin(2026, 3, 2, 22, 0), berlin(2026, 3, 3, 0, 0), berlin(2026, 3, 3, 5, 59, 59)):
            self.assertEqual(NIGHT.until(moment), berlin(2026, 3, 3, 6, 0))
        for moment in (berlin(2026, 3, 2, 21, 59, 59), berlin(2026, 3, 3, 6, 0)):
            self.assertIsNone(NIGHT.until(moment))

    def test_days_are_those_they_begin_on(self):
        friday = QuietHours(time(22), time(6), BERLIN, frozenset({"fri"}))
        self.assertEqual(friday.until(berlin(2026, 3, 7, 3, 0)), berlin(2026, 3, 7, 6, 0))  # a Saturday
        self.assertIsNone(friday.until(berlin(2026, 3, 6, 3, 0)))
        self.assertIsNone(QuietHours(time(22), time(6), BERLIN, frozenset()).until(berlin(2026, 3, 7, 3, 0)))

    def test_the_night_the_clock_leaves_an_hour_out(self):
        before = berlin(2026, 3, 28, 23, 0)
        end = NIGHT.until(before)
        self.assertEqual(end, datetime(2026, 3, 29, 4, 0, tzinfo=UTC))
        self.assertEqual(end - before, timedelta(hours=6))
        gap = QuietHours(time(22), time(2, 30), BERLIN)
        self.assertEqual(gap.until(before), datetime(2026, 3, 29, 1, 30, tzinfo=UTC))

    def test_the_night_the_clock_shows_an_hour_twice(self):
        before = berlin(2026, 10, 24, 23, 0)
        self.assertEqual(NIGHT.until(before) - before, timedelta(hours=8))
        twice = QuietHours(time(22), time(2, 30), BERLIN)
        self.assertEqual(twice.until(before), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
        first, second = (datetime(2026, 10, 25, hour, 15, tzinfo=UTC) for hour in (0, 1))  # 02:15 and 02:15
        self.assertEqual(twice.until(first), twice.until(second))

    @given(
        st.times(), st.times(), st.sampled_from(ZONES), st.sets(st.sampled_from(WEEKDAYS)),
        st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    )  # fmt: skip
    def test_the_end_is_after_the_moment_within_a_day_and_says_that_time(self, start, end, zone, days, moment):
        if start == end:
            return
        until = QuietHours(start, end, zone, frozenset(days)).until(moment)
        if until is not None:
            self.assertGreater(until, moment)
            self.assertLessEqual(until - moment, timedelta(hours=25))
            local = until.astimezone(zone).replace(tzinfo=None, fold=0).time()
            shifted = datetime.combine(moment.date(), end)
            near = {(shifted + timedelta(minutes=minutes)).time() for minutes in (0, 30, 60)}
            self.assertIn(local, near)

    @given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), st.integers(1, 1440))
    def test_the_next_digest_is_after_the_moment_within_its_interval(self, moment, minutes):
        due = next_digest(moment, minutes)
        self.assertGreater(due, moment)
        self.assertLessEqual(due - moment, timedelta(minutes=minutes))
