"""Events lost, doubled in effect, or forged and taken, of 10,000 delivered three times in any order, beside no checks.

Through the real views, database and workflow in the tests' environment, with a worker that dies in its transaction and a billing
system that goes away. Redis and the worker are no processes of their own here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from development.bench import Measurement
from development.services import ROOT

TEST = "tests/netbox_gam/workflows/test_billing_events.py::EventCampaign"


def measure() -> Measurement:
    """Run the whole campaign."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "events.json"
        env = {**os.environ, "NETBOX_GAM_EVENT_CAMPAIGN": str(report)}
        command = [sys.executable, "-m", "development.test", TEST]
        run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        if not report.exists():
            raise RuntimeError(f"the campaign did not run: {(run.stdout + run.stderr)[-3000:]}")
        figures = json.loads(report.read_text())
    print(json.dumps(figures, indent=2))
    lost = figures["lost"] + figures["not_kept"] + figures["forged_taken"] + sum(figures["otherwise"].values())
    return Measurement(
        value=lost,
        unit="events lost, doubled in effect, or forged and taken",
        peer="receiver that takes every delivery: repeated and forged ones taken",
        peer_value=figures["deliveries"] - figures["events"],
        conditions=f"{figures['events']} events, {figures['deliveries']} deliveries, {figures['forged']} of them forged; one after the"
        f" other, p95 of an answer {figures['p95_ms']} ms in the test client; the worker dies and billing is away in between; Redis and"
        f" worker not as processes of their own; the run {'passed' if run.returncode == 0 else 'FAILED'}",
    )
