"""Seconds for 100 subscriber changes over 50 shelves through NetBox, beside the same lines pushed with plain nornir_scrapli."""

from __future__ import annotations

import os
import statistics
import time

from development.bench import Measurement

from .changes import send
from .fleet import fleet_process
from .netbox_changes import change_through_netbox, netbox

SHELVES, PER_SHELF, WORKERS, ROUNDS = 50, 2, 20, 5
SPARE = 20
"""Shelves of the town beyond those, because some are for others' measurements."""


def measure() -> Measurement:
    """Median of some rounds each, after one of ours on two shelves that loads what is loaded on first use."""
    with netbox() as services, fleet_process(SHELVES + SPARE) as targets:
        ours = change_through_netbox(services, targets, SHELVES + SPARE, gams=SHELVES, each=PER_SHELF, rounds=ROUNDS, warm=2)
        changed = [target for target in targets if target.name in ours.lines]
        assert len(changed) == SHELVES
        send(changed[:2], ours.lines, WORKERS)
        theirs = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            send(changed, ours.lines, WORKERS)
            theirs.append(time.perf_counter() - begin)
    planning = statistics.median(ours.planning)
    return Measurement(
        value=statistics.median(ours.seconds),
        unit="seconds",
        peer="nornir_scrapli send_configs and save, no plan and no verification",
        peer_value=statistics.median(theirs),
        conditions=f"{SHELVES * PER_SHELF} subscribers of {SHELVES} simulated shelves suspended or resumed over SSH on loopback,"
        f" {WORKERS} sessions at a time on both sides; ours through NetBox and PostgreSQL: intent changed, shelves read, one plan"
        f" per shelf stored ({planning:.1f} s of it), then read again, written, read back, saved, startup compared, every step"
        f" journalled; median of {ROUNDS}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        figures={"seconds": ours.seconds, "planning_seconds": ours.planning, "peer_seconds": theirs},
    )
