"""Seconds to compare 50,000 subscribers three ways, beside DiffSync on the same data in the same run."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import Any

from development.bench import Measurement
from development.services import ROOT

COUNT, ROUNDS = 50_000, 3
MOST_SECONDS, MOST_MB = 10, 512


def measure() -> Measurement:
    """Median of some rounds, taken in turns, each in a process of its own."""
    results: dict[str, list[dict[str, Any]]] = {"ours": [], "diffsync": []}
    for _ in range(ROUNDS):
        for side, rounds in results.items():
            rounds.append(run(side))
    seconds = {side: statistics.median(item["seconds"] for item in rounds) for side, rounds in results.items()}
    peak = {side: max(item["peak_mb"] for item in rounds) for side, rounds in results.items()}
    kept = seconds["ours"] <= MOST_SECONDS and peak["ours"] <= MOST_MB
    return Measurement(
        value=seconds["ours"],
        unit="seconds",
        peer="DiffSync, two diffs of three adapters keyed by MAC, loading included",
        peer_value=seconds["diffsync"],
        conditions=f"{COUNT} services, subscribers and endpoints, median of {ROUNDS}; peak memory of the whole process"
        f" {peak['ours']:.0f} MB (DiffSync {peak['diffsync']:.0f} MB); within {MOST_SECONDS} s and {MOST_MB} MB:"
        f" {'yes' if kept else 'NO'}; found {sum(results['ours'][0]['found'].values())} findings of"
        f" {len(results['ours'][0]['found'])} kinds (DiffSync: {results['diffsync'][0]['found']}); {os.cpu_count()} cores",
    )


def run(side: str) -> dict[str, Any]:
    """One side, once."""
    command = [sys.executable, "-m", "tests.bench.compare_side", side, str(COUNT)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found
