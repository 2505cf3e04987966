"""Events lost, doubled in effect, or forged and taken, of 10,000 in any order while workers and Valkey are killed.

``NETBOX_GAM_BENCH_EVENTS`` asks for another number of events, ``NETBOX_GAM_BENCH_SEED`` for another stream of them,
``NETBOX_GAM_BENCH_LOGS`` keeps the logs there.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from development.bench import Measurement
from tests.e2e.event_campaign import Result, Size, Stream, run

EVENTS = int(os.environ.get("NETBOX_GAM_BENCH_EVENTS", "10000"))
RATE = 50.0
SEED = int(os.environ.get("NETBOX_GAM_BENCH_SEED", "7"))


def measure() -> Measurement:
    """The ordered stream and the storm, one after the other."""
    size = Size(EVENTS, rate=RATE, seed=SEED)
    with tempfile.TemporaryDirectory(prefix="netbox-gam-events-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103  # PostgreSQL runs as another user where this one is root
        result = run(Path(os.environ.get("NETBOX_GAM_BENCH_LOGS", folder)), size)
    storm, ordered = result.storm, result.ordered
    print(json.dumps(figures(result), indent=2))
    sent = storm.taken + storm.refused
    return Measurement(
        value=sum(result.wrong.values()),
        unit="events lost, doubled in effect, forged and taken, or ending otherwise",
        peer="services that end otherwise where an event's content is believed, the last one last",
        peer_value=result.naive,
        conditions=f"{len(storm.events)} events of Sonar and Splynx, {size.copies} times each and {storm.refused} forged ones,"
        f" shuffled over {size.pool} deliveries: {sent} at {sent / storm.took:.0f}/s; killed meanwhile: {', '.join(result.kills)},"
        f" away {size.away_seconds:g} s each. Answers: {percentiles(storm)}, {storm.cpu_ms:g} ms of processor each; in order, one"
        f" after the other: {percentiles(ordered)}, {len(ordered.events) / ordered.took:.0f} events/s;"
        f" {sum(storm.again.values())} deliveries had to be repeated. NetBox behind gunicorn (2 processes), 2 workers;"
        f" {os.cpu_count()} cores",
        figures=figures(result),
    )


def percentiles(stream: Stream) -> str:
    """How long answers took, in words."""
    return f"p50 {stream.percentile(0.5):g}, p95 {stream.percentile(0.95):g}, p99 {stream.percentile(0.99):g} ms"


def figures(result: Result) -> dict[str, object]:
    """All of it."""
    storm = result.storm
    return {
        "wrong": result.wrong,
        "differences": {name: rows[:20] for name, rows in result.differences.items()},
        "rows": storm.rows,
        "again": {str(status): count for status, count in storm.again.items()},
        "seconds": {"ordered": round(result.ordered.took), "storm": round(storm.took)},
        "answers_ms": {name: storm.percentile(share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1))},
        "cpu_ms": storm.cpu_ms,
    }


if __name__ == "__main__":
    print(json.dumps(measure().__dict__, indent=2))
