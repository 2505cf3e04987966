"""Measurements: stored once whatever comes twice or late, rolled up to what plain arithmetic gives, dropped when they expire."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta
from unittest.mock import patch

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from netbox_gam.models import DeviceState, DirtyBucket, PortState, Series
from netbox_gam.workflows import observed, partitions, retention, samples
from netbox_gam.workflows.observation import Observation
from netbox_gam.workflows.samples import Resolution
from nornir_tasks.contracts import (
    DeviceReading,
    EndpointReading,
    EndpointState,
    PortReading,
    ReadProblem,
    SystemFacts,
    TargetResult,
)
from nornir_tasks.monitoring.metrics import BY_KIND, Measured, MetricKind

from .. import factories

WIDTH = len(BY_KIND[MetricKind.DEVICE])


def hour_ago() -> datetime:
    """A full hour that is over, with the raw samples of it still kept."""
    return (timezone.now() - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)


def cpu(at: datetime, value: float | None) -> Measured:
    return Measured(MetricKind.DEVICE, "", at, (value, *[None] * (WIDTH - 1)))


def query(text: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


class SamplesTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.gam = factories.gam()

    def insert(self, rows: Sequence[Measured]) -> int:
        return samples.insert([(self.gam.pk, row) for row in rows])

    def cpu(self, resolution: Resolution, start: datetime, hours: float = 1) -> samples.Points:
        return samples.series(self.gam.pk, MetricKind.DEVICE, "", start, start + timedelta(hours=hours), resolution)

    # ------------------------------------------------------------------------------------------------------------ recording

    def test_what_comes_twice_is_stored_once(self) -> None:
        rows = [cpu(hour_ago() + timedelta(minutes=minute), minute) for minute in range(10)]
        self.assertEqual(self.insert(rows), 10)
        random.Random(3).shuffle(rows)
        self.assertEqual(self.insert([*rows, cpu(hour_ago() + timedelta(minutes=30), 1)]), 1)
        points = self.cpu(Resolution.RAW, hour_ago())
        self.assertEqual(points.curves["cpu_percent"].mean, [*range(10), 1])
        self.assertEqual(points.at, sorted(points.at))
        self.assertEqual(set(points.curves), {"cpu_percent"}, "metrics without a value have no curve")

    def test_what_is_too_old_or_from_the_future_is_left_out(self) -> None:
        now = timezone.now()
        self.assertEqual(self.insert([cpu(now - timedelta(days=8), 1), cpu(now + timedelta(days=1), 1), cpu(now, 1)]), 1)

    def test_every_kind_and_key_is_a_series_of_its_own(self) -> None:
        at = timezone.now()
        port = Measured(MetricKind.PORT, "3", at, (1e9, 2.0, None, None, 4))
        self.insert([cpu(at, 5), port])
        self.insert([cpu(at + timedelta(seconds=1), 5)])
        self.assertEqual(Series.objects.filter(gam=self.gam).count(), 2)
        found = samples.series(self.gam.pk, MetricKind.PORT, "3", at, at + timedelta(seconds=1), Resolution.RAW)
        self.assertEqual(found.curves["in_bps"].mean, [1e9])
        self.assertNotIn("in_errors_ps", found.curves)

    def test_a_partition_is_made_when_a_sample_needs_it(self) -> None:
        at = timezone.now() - timedelta(days=5)
        self.insert([cpu(at, 1)])
        names = [name for name, _ in partitions.partitions(samples.TABLES[Resolution.RAW])]
        self.assertIn(f"netbox_gam_sample_{at:%Y%m%d}", names)

    def test_statements_do_not_grow_with_the_batch(self) -> None:
        at = timezone.now()
        self.insert([cpu(at, 1)])
        gams = [factories.gam() for _ in range(4)]
        samples.insert([(gam.pk, cpu(at, 1)) for gam in gams])
        counts = []
        for some in (gams[:1], gams):
            with CaptureQueriesContext(connection) as queries:
                samples.insert([(gam.pk, cpu(at + timedelta(seconds=len(some)), 1)) for gam in some])
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])

    # ----------------------------------------------------------------------------------------------------------- rolling up

    def test_roll_ups_are_what_plain_arithmetic_gives(self) -> None:
        chance = random.Random(11)
        start = hour_ago()
        rows = []
        for second in range(0, 3600, 60):
            value = None if chance.random() < 0.1 else float(chance.randrange(100))
            rows.append((start + timedelta(seconds=second), value))
        self.insert([cpu(at, value) for at, value in rows])
        report = samples.roll_up()
        self.assertEqual((report.buckets["5m"], report.buckets["1h"]), (12, 1))
        fine = self.cpu(Resolution.FIVE_MINUTES, start).curves["cpu_percent"]
        means, weights = [], []
        for number in range(12):
            values = [value for at, value in rows if at.minute // 5 == number and value is not None]
            self.assertAlmostEqual(fine.mean[number], statistics.fmean(values), places=3)
            self.assertEqual((fine.low[number], fine.high[number]), (min(values), max(values)))
            self.assertAlmostEqual(fine.p95[number], quantile(values), places=3)
            means.append(statistics.fmean(values))
            weights.append(len(values))
        hour = self.cpu(Resolution.HOUR, start).curves["cpu_percent"]
        every = [value for _, value in rows if value is not None]
        self.assertAlmostEqual(hour.mean[0], statistics.fmean(means, weights), places=2)
        self.assertEqual((hour.low[0], hour.high[0]), (min(every), max(every)))
        self.assertAlmostEqual(hour.p95[0], quantile(means), places=2)

    def test_a_late_sample_has_its_bucket_computed_again(self) -> None:
        start = hour_ago()
        self.insert([cpu(start, 10)])
        samples.roll_up()
        self.assertEqual(samples.roll_up().buckets, {}, "nothing new, nothing computed")
        self.insert([cpu(start + timedelta(seconds=30), 30)])
        samples.roll_up()
        self.assertEqual(self.cpu(Resolution.FIVE_MINUTES, start).curves["cpu_percent"].mean, [20])
        self.assertEqual(self.cpu(Resolution.HOUR, start).curves["cpu_percent"].mean, [20])

    def test_a_bucket_waits_for_its_end(self) -> None:
        self.insert([cpu(timezone.now(), 10)])
        self.assertEqual(samples.roll_up().buckets, {})
        later = samples.roll_up(timezone.now() + timedelta(minutes=7))
        self.assertEqual(later.buckets["5m"], 1)

    def test_a_sample_that_comes_while_its_bucket_is_computed_keeps_it_marked(self) -> None:
        start = hour_ago()
        self.insert([cpu(start, 10)])
        mark = DirtyBucket.objects.get(resolution="5m")
        self.insert([cpu(start + timedelta(seconds=1), 20)])
        samples._roll_up_bucket(Resolution.FIVE_MINUTES, start, mark.version)
        self.assertTrue(DirtyBucket.objects.filter(resolution="5m").exists())

    def test_a_worker_that_dies_in_the_middle_leaves_nothing_undone(self) -> None:
        self.insert([cpu(hour_ago(), 10)])
        with patch.object(samples, "_mark", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            samples.roll_up()
        self.assertEqual(samples.roll_up().buckets["5m"], 1)
        self.assertEqual(self.cpu(Resolution.FIVE_MINUTES, hour_ago()).curves["cpu_percent"].mean, [10])

    # -------------------------------------------------------------------------------------------------------------- reading

    def test_the_resolution_suits_the_range_and_what_is_kept(self) -> None:
        now = timezone.now()
        for back, length, wanted in (
            (timedelta(hours=1), timedelta(hours=1), Resolution.RAW),
            (timedelta(hours=24), timedelta(hours=24), Resolution.FIVE_MINUTES),
            (timedelta(days=30), timedelta(days=30), Resolution.HOUR),
            (timedelta(days=365), timedelta(days=365), Resolution.DAY),
            (timedelta(days=20), timedelta(hours=1), Resolution.FIVE_MINUTES),
            (timedelta(days=100), timedelta(hours=1), Resolution.HOUR),
            (timedelta(days=900), timedelta(hours=1), Resolution.DAY),
        ):
            with self.subTest(back=back, length=length):
                self.assertEqual(samples.resolution_for(now - back, now - back + length), wanted)

    def test_the_bucket_that_is_still_running_is_shown_as_it_stands(self) -> None:
        now = timezone.now()
        self.insert([cpu(now - timedelta(seconds=second), 10 + second) for second in (0, 1)])
        fine = samples.series(self.gam.pk, MetricKind.DEVICE, "", now - timedelta(hours=24), now + timedelta(seconds=1))
        self.assertEqual(fine.resolution, Resolution.FIVE_MINUTES)
        self.assertIn(fine.curves["cpu_percent"].high[-1], (10, 11))
        samples.roll_up(now + timedelta(minutes=10))
        hours = samples.series(
            self.gam.pk, MetricKind.DEVICE, "", now - timedelta(days=30), now + timedelta(minutes=1), Resolution.HOUR
        )
        self.assertEqual(len(hours.at), len(set(hours.at)))
        self.assertTrue(hours.curves["cpu_percent"].mean)

    def test_nothing_measured_is_no_points(self) -> None:
        points = samples.series(999_999, MetricKind.PORT, "1", hour_ago(), timezone.now())
        self.assertEqual((points.at, points.curves), ([], {}))

    # -------------------------------------------------------------------------------------------------------------- keeping

    def test_whole_partitions_are_dropped_when_everything_in_them_has_expired(self) -> None:
        old, now = timezone.now() - timedelta(days=6), timezone.now()
        self.insert([cpu(old, 1), cpu(now, 2)])
        self.assertEqual(samples.expire(now + timedelta(days=3))["raw"], 1)
        self.assertEqual(query("SELECT count(*) FROM netbox_gam_sample"), [(1,)])

    def test_partitions_are_made_ahead(self) -> None:
        samples.make_partitions()
        ahead = timezone.now() + timedelta(days=2)
        names = {name for table in samples.TABLES.values() for name, _ in partitions.partitions(table)}
        self.assertIn(f"netbox_gam_sample_{ahead:%Y%m%d}", names)

    def test_storage_is_reported_per_resolution(self) -> None:
        self.insert([cpu(timezone.now() - timedelta(hours=2), 1)])
        raw, *coarser = samples.storage()
        self.assertEqual((raw.resolution, raw.retention_days), ("raw", 7))
        self.assertGreater(raw.bytes, 0)
        self.assertIsNotNone(raw.oldest)
        self.assertEqual(len(coarser), 3)

    def test_series_of_a_deleted_gam_are_swept(self) -> None:
        gone = factories.gam()
        samples.insert([(gone.pk, cpu(timezone.now(), 1))])
        gone.delete()
        self.assertEqual(retention.sweep()["Series"], 1)


class StoringTests(TestCase):
    """Readings to observed state."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.gams = [factories.gam() for _ in range(3)]

    def observation(self, number: int, **sections: object) -> Observation:
        at = timezone.now()
        values = {
            "system": SystemFacts("GAM-12-C", "1", uptime_seconds=100_000, sys_name="shelf"),
            "ports": (PortReading(1, 1_000_001, in_octets=100), PortReading(2, 1_000_002)),
            "endpoints": (
                EndpointReading(f"00:0e:d8:00:00:0{number}", 1, name=f"e{number}", detected_port=1, state=EndpointState.OK),
            ),
            **sections,
        }
        reading = DeviceReading(name=str(number), taken_at=at, **values)  # type: ignore[arg-type]
        return Observation(self.gams[number], TargetResult(str(number), value=reading, seconds=0.5), at)

    def test_statements_do_not_grow_with_the_batch(self) -> None:
        observed.store_batch([self.observation(number) for number in range(3)])
        counts = []
        for size in (1, 3):
            batch = [self.observation(number) for number in range(size)]
            with CaptureQueriesContext(connection) as queries:
                observed.store_batch(batch)
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])

    def test_text_longer_than_its_column_or_with_zeros_is_cut(self) -> None:
        system = SystemFacts("GAM-12-C", "1", sys_name="a\0b" * 200, led="x" * 500)
        report = observed.store_batch([self.observation(0, system=system, problems=(ReadProblem("a", "b\0c"),))])
        self.assertEqual(report.not_stored, {})
        state = DeviceState.objects.get(gam=self.gams[0])
        self.assertTrue(state.sys_name.startswith("abab"))
        self.assertEqual((len(state.led), state.problems[0]["message"]), (127, "bc"))

    def test_a_reading_the_database_refuses_costs_its_gam_alone(self) -> None:
        poison = self.observation(1, ports=(PortReading(99_999, 1_099_999),))
        report = observed.store_batch([self.observation(0), poison, self.observation(2)])
        self.assertEqual((set(report.not_stored), report.stored), ({self.gams[1].pk}, 2))
        self.assertEqual(set(PortState.objects.values_list("gam", flat=True)), {self.gams[0].pk, self.gams[2].pk})

    def test_a_row_that_is_in_a_reading_twice_is_stored_once(self) -> None:
        seen = [EndpointReading("00:0e:d8:00:00:07", 1, name="e", detected_port=port, state=EndpointState.OK) for port in (1, 2)]
        twice = self.observation(1, ports=(PortReading(1, 1, in_octets=1), PortReading(1, 1, in_octets=2)), endpoints=tuple(seen))
        report = observed.store_batch([self.observation(0), twice])
        self.assertEqual((report.stored, report.not_stored), (2, {}))
        self.assertEqual(PortState.objects.get(gam=self.gams[1], number=1).in_octets, 2)

    def test_a_counter_too_big_for_the_database_is_left_out(self) -> None:
        observed.store_batch([self.observation(0, ports=(PortReading(1, 1_000_001, in_octets=2**64 - 1, out_octets=5),))])
        row = PortState.objects.get(gam=self.gams[0], number=1)
        self.assertEqual((row.in_octets, row.out_octets), (None, 5))

    def test_new_firmware_of_a_gam_is_in_its_journal(self) -> None:
        for firmware in ("v1.5.4", "v1.5.4", "v1.8.2"):
            system = SystemFacts("GAM-12-C", "1", firmware=firmware)
            observed.store_batch([self.observation(0, system=system, endpoints=())])
        self.assertEqual(query("SELECT comments FROM extras_journalentry"), [("Firmware changed from v1.5.4 to v1.8.2.",)])

    def test_a_move_and_new_firmware_are_in_the_endpoints_journal(self) -> None:
        seen = EndpointReading("00:0e:d8:00:00:09", 1, name="e", detected_port=1, state=EndpointState.OK, firmware="a")
        observed.store_batch([self.observation(0, endpoints=(seen,))])
        moved = EndpointReading("00:0e:d8:00:00:09", 1, name="e", detected_port=2, state=EndpointState.OK, firmware="b")
        observed.store_batch([self.observation(0, endpoints=(moved,))])
        observed.store_batch([self.observation(0, endpoints=(moved,))])
        entries = query("SELECT comments FROM extras_journalentry")
        self.assertEqual(entries, [("Moved from port 1 to port 2. Firmware changed from a to b.",)])


def quantile(values: Sequence[float]) -> float:
    """PostgreSQL's percentile_cont(0.95): between the two nearest."""
    ordered = sorted(values)
    place = 0.95 * (len(ordered) - 1)
    low = int(place)
    return ordered[low] + (place - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])
