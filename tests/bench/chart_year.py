"""A year of roll-ups in a NetBox's database, and how fast charts of it are: ``python -m tests.bench.chart_year GAMS OUT.json``."""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

SERIES = {"device": 1, "port": 12, "ethernet": 3, "endpoint": 6}
"""Of a GAM-12-C with six endpoints."""
WIDTH = {"device": 6, "port": 5, "ethernet": 7, "endpoint": 10}
DAYS = 365
CHARTS = 60
BATCH_GAMS, BATCHES = 50, 20
NARROW_SERIES = 20


def generate(gams: int, now: datetime) -> dict[str, int]:
    """Series of every GAM; a year of days of all of them; a year of hours and four days of 5 minutes of one endpoint each."""
    from django.db import connection

    from netbox_gam.models import Series
    from netbox_gam.workflows import partitions, samples
    from netbox_gam.workflows.samples import Resolution

    rows = [
        Series(gam_id=gam, kind=kind, key="" if kind == "device" else f"{kind}-{at}")
        for gam in range(1, gams + 1)
        for kind, count in SERIES.items()
        for at in range(count)
    ]
    Series.objects.bulk_create(rows, batch_size=20_000)
    spans = {
        Resolution.DAY: ("1 day", timedelta(days=DAYS), "true"),
        Resolution.HOUR: ("1 hour", timedelta(days=DAYS), "key = 'endpoint-0'"),
        Resolution.FIVE_MINUTES: ("5 minutes", timedelta(days=4), "key = 'endpoint-0'"),
    }
    made = {}
    for resolution, (step, length, which) in spans.items():
        table = samples.TABLES[resolution]
        start = now - length
        partitions.ensure(table, [start + timedelta(days=day) for day in range(length.days + 2)])
        made[str(resolution)] = 0
        for kind, width in WIDTH.items():
            values = ", ".join(f"(random() * {100 * at})::real" for at in range(1, width + 1))
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {table.name} SELECT s.id, t, 12, m, m, m, m"  # noqa: S608
                    f" FROM generate_series(%s::timestamptz, %s::timestamptz, '{step}') AS t, netbox_gam_series s,"
                    f" LATERAL (SELECT ARRAY[{values}] AS m) AS v WHERE s.kind = %s AND {which}",
                    (start, now, kind),
                )
                made[str(resolution)] += cursor.rowcount
    with connection.cursor() as cursor:
        for table in samples.TABLES.values():
            cursor.execute(f"ANALYZE {table.name}")
    return made


def charts(gams: int, now: datetime) -> dict[str, dict[str, float]]:
    """Milliseconds of the queries behind charts of one endpoint, for ranges from a day to a year, at random GAMs and times."""
    from netbox_gam.workflows import samples
    from nornir_tasks.monitoring.metrics import MetricKind

    chance = random.Random(5)
    ranges = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30), "year": timedelta(days=DAYS)}
    found = {}
    for name, length in ranges.items():
        times, points = [], 0
        for _ in range(CHARTS):
            back = timedelta(days=chance.uniform(0, 2 if name == "day" else max(0, DAYS - length.days - 1)))
            end = now - back
            begin = time.perf_counter()
            drawn = samples.series(chance.randint(1, gams), MetricKind.ENDPOINT, "endpoint-0", end - length, end)
            times.append((time.perf_counter() - begin) * 1000)
            points = max(points, len(drawn.at))
        found[name] = {"median_ms": statistics.median(times), "max_ms": max(times), "points": points}
    return found


def insert_rate(gams: int, now: datetime) -> float:
    """Samples stored per second, in batches as polling stores them."""
    from netbox_gam.workflows import samples
    from nornir_tasks.monitoring.metrics import Measured, MetricKind

    kinds = [
        (MetricKind(kind), "" if kind == "device" else f"{kind}-{at}") for kind, count in SERIES.items() for at in range(count)
    ]
    stored, begin = 0, time.perf_counter()
    for batch in range(BATCHES):
        at = now - timedelta(seconds=batch)
        rows = [
            (gam, Measured(kind, key, at, tuple(float(gam + place) for place in range(WIDTH[kind]))))
            for gam in range(1, min(BATCH_GAMS, gams) + 1)
            for kind, key in kinds
        ]
        stored += samples.insert(rows)
    return stored / (time.perf_counter() - begin)


def narrow(now: datetime) -> float:
    """The usual design, median milliseconds of its year: a row per value and hour, summed up per day when it is drawn."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_narrow (series_id bigint, metric smallint, at timestamptz, value real,"
            " PRIMARY KEY (series_id, metric, at))"
        )
        cursor.execute(
            "INSERT INTO bench_narrow SELECT s, m, t, random() FROM generate_series(1, %s) s, generate_series(1, 10) m,"
            " generate_series(%s::timestamptz, %s::timestamptz, '1 hour') t",
            (NARROW_SERIES, now - timedelta(days=DAYS), now),
        )
        cursor.execute("ANALYZE bench_narrow")
        times = []
        for series in range(1, NARROW_SERIES + 1):
            begin = time.perf_counter()
            cursor.execute(
                "SELECT metric, date_trunc('day', at), avg(value), min(value), max(value),"
                " percentile_cont(0.95) WITHIN GROUP (ORDER BY value) FROM bench_narrow WHERE series_id = %s GROUP BY 1, 2",
                (series,),
            )
            cursor.fetchall()
            times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def main() -> None:
    """Command line: generate, measure, write."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")
    import django

    django.setup()
    from django.utils import timezone

    from netbox_gam.workflows import samples

    gams, out, now = int(sys.argv[1]), Path(sys.argv[2]), timezone.now()
    begin = time.perf_counter()
    made = generate(gams, now)
    seconds = time.perf_counter() - begin
    sizes = {report.resolution: (report.bytes, report.rows) for report in samples.storage()}
    result: dict[str, Any] = {
        "made": made,
        "generated_in": seconds,
        "bytes_per_row": {name: round(sizes[name][0] / count) for name, count in made.items()},
        "charts": charts(gams, now),
        "rows_per_second": insert_rate(gams, now),
        "narrow_ms": narrow(now),
    }
    out.write_text(json.dumps(result))


if __name__ == "__main__":
    main()
