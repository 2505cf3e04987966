"""Seconds for a CSV file of 300 changes over 12 shelves, 20 rows of it wrong, beside its lines pushed with plain nornir_scrapli."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from development.bench import Measurement

from .changes import send
from .fleet import fleet_process
from .netbox_changes import netbox

SHELVES, ROWS, BAD, WORKERS, SPARE = 12, 300, 20, 20, 8


def measure() -> Measurement:
    """One file: wrong rows are named, left out, the rest is planned, approved by somebody else and applied as one batch."""
    with netbox() as services, fleet_process(SHELVES + SPARE) as targets, tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        port = targets[0]
        ports = {"ssh": port.ssh_port, "http": port.http_port, "snmp": port.snmp_port}
        json.dump({"names": [target.name for target in targets], "ports": ports, "shelves": SHELVES + SPARE}, file)
        file.flush()
        options = ["--gams", str(SHELVES), "--rows", str(ROWS), "--bad", str(BAD)]
        command = [sys.executable, "-m", "tests.bench.netbox_file", file.name, *options]
        done = subprocess.run(command, env=services.env, stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        lines = found.pop("lines")
        begin = time.perf_counter()
        send([target for target in targets if target.name in lines], lines, WORKERS)
        end = time.perf_counter()
    assert found["named_exactly"] and found["written_before"] == 0, found
    assert found["refused_before_approval"] == found["plans"] == SHELVES, found
    assert found["report"] == {"applied": SHELVES, "problems": []}, found
    parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in found["seconds"].items())
    return Measurement(
        value=sum(found["seconds"].values()),
        unit="seconds",
        peer="nornir_scrapli send_configs and save, no plan and no verification",
        peer_value=end - begin,
        conditions=f"{ROWS} rows over {SHELVES} simulated shelves, all {found['named']} wrong ones named at once and nothing"
        f" written before; {found['services']} services in {found['plans']} plans refused until somebody else approved them at"
        f" once, then all applied, verified and saved: {parts}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        figures=found["seconds"],
    )
