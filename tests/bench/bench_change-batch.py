"""Seconds for 100 subscriber changes over 50 shelves through NetBox, beside the same lines pushed with plain nornir_scrapli."""

from __future__ import annotations

import os
import time

from development.bench import Measurement

from .changes import send
from .fleet import fleet_process
from .netbox_changes import change_through_netbox, netbox

SHELVES, PER_SHELF, WORKERS = 50, 2, 20
SPARE = 20
"""Shelves of the town beyond those, because some are for others' measurements."""


def measure() -> Measurement:
    """One round each, after one of ours on two shelves that loads what is loaded on first use."""
    with netbox() as services, fleet_process(SHELVES + SPARE) as targets:
        ours = change_through_netbox(services, targets, SHELVES + SPARE, gams=SHELVES, each=PER_SHELF, warm=2)
        changed = [target for target in targets if target.name in ours.lines]
        assert len(changed) == SHELVES
        send(changed[:2], ours.lines, WORKERS)
        begin = time.perf_counter()
        send(changed, ours.lines, WORKERS)
        end = time.perf_counter()
    return Measurement(
        value=ours.seconds[0],
        unit="seconds",
        peer="nornir_scrapli send_configs and save, no plan and no verification",
        peer_value=end - begin,
        conditions=f"{SHELVES * PER_SHELF} subscribers of {SHELVES} simulated shelves suspended over SSH on loopback, {WORKERS}"
        " sessions at a time on both sides; ours through NetBox and PostgreSQL: intent changed, shelves read, one plan per shelf"
        f" stored ({ours.planning[0]:.1f} s of it), then read again, written, read back, saved, startup compared, every step"
        f" journalled; one round; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        figures={"planning_seconds": ours.planning[0]},
    )
