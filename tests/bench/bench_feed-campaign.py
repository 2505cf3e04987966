"""Cases of a misbehaving billing feed that ended otherwise than they must, beside a script that believes what it reads.

All cases, both billing systems, the real workflow with a database, stand-ins over HTTP, simulated shelves that log every write.
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

TEST = "tests/netbox_gam/workflows/test_feed_campaign.py"


def measure() -> Measurement:
    """Run the whole campaign in the tests' environment."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "outcomes.json"
        env = {**os.environ, "NETBOX_GAM_FEED_CAMPAIGN": str(report)}
        run = subprocess.run(
            [sys.executable, "-m", "development.test", TEST], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        if run.returncode or not report.exists():
            raise RuntimeError(f"the campaign did not run: {(run.stdout + run.stderr)[-2000:]}")
        outcomes = json.loads(report.read_text())
    wrong = [item for item in outcomes if item["wrong"]]
    for item in wrong:
        print(f"{item['system']} {item['case']}: {'; '.join(item['wrong'])}")
    fooled = sum(item["naive_cut_offs"] > 0 for item in outcomes)
    return Measurement(
        value=len(wrong),
        unit="cases that ended otherwise",
        peer="script that passes over failed pages and ends who is not in the answer",
        peer_value=fooled,
        conditions=f"{len(outcomes)} cases over Sonar and Splynx stand-ins, pages of 4 rows, a stall of 60 s,"
        " a rate limit of a minute; each must write nothing, end no service, keep the last good snapshot, say why,"
        " and be over with the next good run",
    )
