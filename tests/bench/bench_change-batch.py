"""Seconds for 100 subscriber changes over 50 shelves, beside the same lines pushed with plain nornir_scrapli."""

from __future__ import annotations

import os
import time

from development.bench import Measurement

from .changes import change, send
from .fleet import fleet_process

SHELVES, PER_SHELF, WORKERS = 50, 2, 20
SPARE = 20
"""Shelves of the town beyond those, because some are for others' measurements."""


def measure() -> Measurement:
    """One round each, after one of ours on two shelves that loads what is loaded on first use."""
    with fleet_process(SHELVES + SPARE) as found:
        targets = found[:SHELVES]
        assert len(targets) == SHELVES
        change(targets[:2], PER_SHELF, 701, WORKERS)
        begin = time.perf_counter()
        lines = change(targets, PER_SHELF, 711, WORKERS)
        middle = time.perf_counter()
        send(targets, lines, WORKERS)
        end = time.perf_counter()
    return Measurement(
        value=middle - begin,
        unit="seconds",
        peer="nornir_scrapli send_configs and save, no plan and no verification",
        peer_value=end - middle,
        conditions=f"{SHELVES * PER_SHELF} changes over {SHELVES} simulated shelves on loopback over SSH, {WORKERS} sessions at a"
        " time on both sides; ours reads and plans in one session per shelf, then reads again, writes, reads back, saves and"
        " compares startup in a second; nornir_tasks alone, without NetBox; one round;"
        f" load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
    )
