"""Differences missed, invented or not settled in a town of 2,000 subscribers over 50 GAMs, beside comparing lists by status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from development.bench import Measurement
from development.services import ROOT
from development.town_builder import build_town

TEST = "tests/netbox_gam/workflows/test_seeded_town.py"
SEEN_BY_STATUS = frozenset({"inactive_on_network", "endpoint_without_subscriber"})
"""What a script can see that compares the list of active customers with the list of services on the shelves."""


def measure() -> Measurement:
    """Run the big town in the tests' environment."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "town.json"
        env = {**os.environ, "NETBOX_GAM_SEEDED_TOWN": str(report)}
        run = subprocess.run(
            [sys.executable, "-m", "development.test", TEST], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        if run.returncode or not report.exists():
            raise RuntimeError(f"the town did not run: {(run.stdout + run.stderr)[-3000:]}")
        figures = json.loads(report.read_text())
    print(json.dumps(figures, indent=2))
    kinds = Counter(item.kind for item in build_town(7, 50, each=40, endpoints=(60, 66)).expectations)
    return Measurement(
        value=figures["missed"] + figures["false"] + sum(figures["second run"].values()) + figures["not settled"],
        unit="differences missed, invented, changed by a second run or not settled",
        peer="differences that comparing active customers with services on the shelves cannot tell",
        peer_value=sum(count for kind, count in kinds.items() if kind not in SEEN_BY_STATUS),
        conditions=f"{figures['subscribers']} subscribers, {figures['shelves']} GAMs, {figures['planted']} differences of"
        f" {len(figures['found of planted'])} kinds, in two billing systems over HTTP;"
        f" seconds per run of both: {figures['seconds']};"
        f" peak {figures['peak_mb']} MB; what accepting writes was written as intent, on no real shelf (``test_converging`` does)",
        figures=figures,
    )
