"""Milliseconds of a year's chart over 1,000 GAMs with a year of roll-ups, beside a row per value summed up when it is drawn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from development import schema
from development.bench import Measurement
from development.services import Services

from .chart_year import BATCH_GAMS, CHARTS, NARROW_SERIES, SERIES

GAMS = int(os.environ.get("NETBOX_GAM_BENCH_GAMS", "1000"))
ROWS_A_MINUTE = sum(SERIES.values())


def measure() -> Measurement:
    """Generate and measure in a process that has NetBox, on servers of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        with Services.start(Path(folder) / "services") as services:
            schema.prepare(services)
            command = [sys.executable, "-m", "tests.bench.chart_year", str(GAMS), str(out)]
            subprocess.run(command, env=services.env, check=True)
        found = json.loads(out.read_text())
    charts = ", ".join(f"{name} {times['max_ms']:.0f}" for name, times in found["charts"].items())
    rows = found["bytes_per_row"]
    year = ROWS_A_MINUTE * (365 * rows["1d"] + 8760 * rows["1h"]) / 1e6
    fine = ROWS_A_MINUTE * 60 * 288 * rows["5m"] / 1e6
    rate, wanted = found["rows_per_second"], GAMS * ROWS_A_MINUTE / 60
    return Measurement(
        value=found["charts"]["year"]["median_ms"],
        unit="milliseconds",
        peer="a row per value and hour, summed up per day",
        peer_value=found["narrow_ms"],
        conditions=f"{GAMS} GAMs of {ROWS_A_MINUTE} series; generated: {found['made']['1d']} rows of days (all series, a year),"
        f" {found['made']['1h']} of hours and {found['made']['5m']} of 5 minutes (one endpoint of each GAM; a year, 4 days),"
        f" in {found['generated_in']:.0f} s; slowest of {CHARTS} charts in ms: {charts}; the query and its curves, ten metrics with"
        f" mean, low, high and 95th percentile. Samples stored in batches of {BATCH_GAMS} GAMs: {rate:.0f} rows/s,"
        f" {rate / wanted:.0f} times what {GAMS} GAMs a minute need. Size per GAM: {year:.0f} MB a year for hours and days"
        f" together, {fine:.0f} MB for 60 days of 5 minutes. The peer has {NARROW_SERIES} endpoints; {os.cpu_count()} cores,"
        " everything in memory",
        figures=found,
    )
