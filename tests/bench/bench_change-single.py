"""Seconds for one subscriber change on one shelf, beside the same line pushed with plain nornir_scrapli."""

from __future__ import annotations

import os
import statistics
import time

from development.bench import Measurement

from .changes import change, send
from .fleet import fleet_process

ROUNDS = 7


def measure() -> Measurement:
    """Median of some rounds on each side, taken in turns after one round that is not counted."""
    ours, theirs = [], []
    with fleet_process() as found:
        targets = found[:1]
        for round_ in range(ROUNDS + 1):
            begin = time.perf_counter()
            lines = change(targets, 1, 701 + round_ % 2, 1)
            middle = time.perf_counter()
            send(targets, lines, 1)
            ours.append(middle - begin)
            theirs.append(time.perf_counter() - middle)
    return Measurement(
        value=statistics.median(ours[1:]),
        unit="seconds",
        peer="nornir_scrapli send_configs and save, no plan and no verification",
        peer_value=statistics.median(theirs[1:]),
        conditions="one change on one simulated shelf on loopback over SSH, planned, applied, verified and saved; nornir_tasks"
        f" alone, without NetBox; median of {ROUNDS}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
    )
