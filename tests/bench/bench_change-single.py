"""Seconds for one subscriber change on one shelf through NetBox, beside the same line pushed with plain nornir_scrapli."""

from __future__ import annotations

import os
import statistics
import time

from development.bench import Measurement

from .changes import send
from .fleet import SHELVES, fleet_process
from .netbox_changes import change_through_netbox, netbox

ROUNDS = 7


def measure() -> Measurement:
    """Median of some rounds on each side, after one that is not counted."""
    theirs = []
    with netbox() as services, fleet_process() as targets:
        ours = change_through_netbox(services, targets[:2], SHELVES, gams=1, each=1, rounds=ROUNDS)
        changed = [target for target in targets if target.name in ours.lines]
        for _ in range(ROUNDS + 1):
            begin = time.perf_counter()
            send(changed, ours.lines, 1)
            theirs.append(time.perf_counter() - begin)
    return Measurement(
        value=statistics.median(ours.seconds),
        unit="seconds",
        peer="nornir_scrapli send_configs and save, no plan and no verification",
        peer_value=statistics.median(theirs[1:]),
        conditions="one subscriber of one simulated shelf suspended or resumed over SSH on loopback; ours through NetBox and"
        " PostgreSQL: intent changed, shelf read, plan stored, read again, written, read back, saved, startup compared, every step"
        f" journalled; median of {ROUNDS}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        figures={"seconds": ours.seconds, "planning_seconds": ours.planning},
    )
