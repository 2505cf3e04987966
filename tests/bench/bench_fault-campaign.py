"""Cases of the fault campaign that ended otherwise than they should, beside plain nornir_scrapli with the same lines and faults."""

from __future__ import annotations

import os
import sys
from collections import Counter

from development.bench import Measurement
from nornir_tasks.contracts import Transport
from tests.e2e.fault_campaign import FAULTS, STEP_KINDS, Verdict, make_case, run

ROUNDS = 11
SHELVES = 8


def measure() -> Measurement:
    """All cases with ours, those over SSH also with the peer."""
    cases = [make_case(number) for number in range(ROUNDS * len(STEP_KINDS) * len(FAULTS))]
    verdicts = run(cases, SHELVES, progress=show)
    over_ssh = [case for case in cases if case.transport is Transport.SSH]
    peers = run(over_ssh, SHELVES, peer=True)
    ends = ", ".join(f"{count} {claim}" for claim, count in sorted(Counter(verdict.claim for verdict in verdicts).items()))
    return Measurement(
        value=sum(bool(verdict.problems) for verdict in verdicts),
        unit="cases that ended otherwise",
        peer=f"nornir_scrapli send_configs and save, its {len(over_ssh)} cases over SSH",
        peer_value=sum(bool(verdict.problems) for verdict in peers),
        conditions=f"{len(cases)} seeded cases ({len(STEP_KINDS)} step kinds, {len(FAULTS)} faults, {ROUNDS} each) on {SHELVES}"
        f" simulated shelves over SSH and HTTP, {sum(verdict.struck > 0 for verdict in verdicts)} of them struck; ended: {ends};"
        " the peer's end is right when what it reports (done, or failed or killed and nothing changed) is what the shelf has;"
        f" {os.cpu_count()} cores",
    )


def show(verdict: Verdict) -> None:
    """Print a case that ended otherwise, which its number makes again."""
    if verdict.problems:
        case = verdict.case
        print(case.number, case.kind, case.action, case.fault, case.transport, verdict.claim, verdict.problems, file=sys.stderr)
