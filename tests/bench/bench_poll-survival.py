"""Things that went wrong with polling while a worker, then Redis, then PostgreSQL were killed, each away for 20 seconds.

The worker is started again by a loop that does what systemd would; nothing else is done by hand. Valkey keeps nothing on disk, so
every job in the queue is lost with it. ``NETBOX_GAM_BENCH_MINUTES`` is how long all of it takes, 10 by default.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

from development import postgres, schema
from development.bench import Measurement
from development.processes import Guarded
from development.services import Services
from development.urls import socket_database
from tests.e2e.killable import DATABASE, Servers, Supervised

MINUTES = float(os.environ.get("NETBOX_GAM_BENCH_MINUTES", "10"))
SHELVES, INTERVAL, AWAY, WORKERS = 100, 30, 20, 2
QUEUE = "netbox_gam.poll"


def measure() -> Measurement:
    """Run it all; what went wrong in words and in number."""
    with tempfile.TemporaryDirectory() as logs, contextlib.ExitStack() as stack:
        log = Path(os.environ.get("NETBOX_GAM_BENCH_LOGS", logs))
        servers = Servers(postgres.scratch_directory(postgres.unprivileged()), log)
        stack.callback(lambda: [server.stop() for server in servers.running.values()])
        servers.prepare()
        urls = {
            "NETBOX_GAM_DATABASE_URL": socket_database(str(servers.folder), DATABASE, postgres.USER),
            "NETBOX_GAM_REDIS_URL": f"unix://{servers.folder / 'redis.sock'}?db=0",
        }
        with patch.dict(os.environ, urls):
            services = stack.enter_context(Services.start(Path(logs) / "state"))
        schema.prepare(services)
        ready = Path(logs) / "canned.json"
        canned = [sys.executable, "-m", "development.simulator.canned", "--shelves", str(SHELVES), "--state-file", str(ready)]
        stack.enter_context(Guarded(canned, log=log / "canned.log"))
        while not ready.exists():
            time.sleep(0.1)
        time.sleep(0.2)
        seeding = [sys.executable, "-m", "tests.bench.netbox_fleet", str(ready), "--interval", str(INTERVAL)]
        subprocess.run(seeding, env=services.env, check=True)
        workers = [Supervised(services.env, log / f"worker-{number}.log", [QUEUE]) for number in range(WORKERS)]
        for worker in workers:
            stack.callback(worker.stop)
        outages = kill_in_turn(servers, workers)
        wrong, words = what_went_wrong(services, outages)
        restarts = [worker.restarts for worker in workers]
    return Measurement(
        value=float(len(wrong)),
        unit="things that went wrong",
        peer="none",
        peer_value=math.nan,
        conditions=f"{SHELVES} canned shelves every {INTERVAL} s, {WORKERS} workers, {MINUTES:g} min; killed with SIGKILL and away"
        f" for {AWAY} s each: {', '.join(name for name, _, _ in outages)}; workers were started again {restarts} times. {words}."
        f" {'; '.join(wrong[:5]) or 'Nothing went wrong'}",
        figures={"wrong": wrong, "outages": [[name, begin, end] for name, begin, end in outages]},
    )


def kill_in_turn(servers: Servers, workers: list[Supervised]) -> list[tuple[str, float, float]]:
    """Kill one after the other, with calm between; what was away from when to when."""
    calm = (MINUTES * 60 - 3 * AWAY) / 4
    outages = []
    time.sleep(calm)
    for name in ("worker", "valkey", "postgres"):
        begin = time.time()
        steps: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
            "worker": (workers[0].kill, lambda: None),
            "valkey": (lambda: servers.kill("valkey"), lambda: servers.start("valkey")),
            "postgres": (lambda: servers.kill("postgres"), lambda: servers.start("postgres")),
        }
        away, back = steps[name]
        away()
        time.sleep(AWAY)
        back()
        outages.append((name, begin, time.time()))
        time.sleep(calm)
    return outages


def what_went_wrong(services: Services, outages: list[tuple[str, float, float]]) -> tuple[list[str], str]:
    """Samples that are there twice, GAMs unread for two intervals though everything was up, leases and jobs that are stuck."""
    with schema.connect(services.database, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT r.gam_id, extract(epoch FROM s.at)::float8 FROM netbox_gam_sample s"
            " JOIN netbox_gam_series r ON r.id = s.series_id WHERE r.kind = 'device' ORDER BY 1, 2"
        ).fetchall()
        now: float = connection.execute("SELECT extract(epoch FROM now())::float8").fetchone()[0]  # type: ignore[index]
        stuck = connection.execute(
            "SELECT count(*) FROM netbox_gam_pollschedule WHERE lease IS NOT NULL AND leased_until < now() - interval '5 seconds'"
        ).fetchone()
        jobs = connection.execute("SELECT count(*) FROM core_job WHERE status = 'running'").fetchone()
    read: dict[int, list[float]] = {}
    for gam, at in rows:
        read.setdefault(gam, []).append(at)
    wrong = [f"{SHELVES - len(read)} GAMs were never read"] if len(read) < SHELVES else []
    longest = 0.0
    for gam, times in read.items():
        wrong += [f"GAM {gam} was read twice within a second" for a, b in pairwise(times) if b - a < 1]
        for a, b in zip(times, [*times[1:], now], strict=True):
            gap = b - a - sum(max(0.0, min(b, end) - max(a, begin)) for _, begin, end in outages)
            longest = max(longest, gap)
            if gap > 2 * INTERVAL + 5:
                wrong.append(f"GAM {gam} was unread for {gap:.0f} s while everything was up")
    if stuck and stuck[0]:
        wrong.append(f"{stuck[0]} leases are stuck")
    if jobs and jobs[0]:
        wrong.append(f"{jobs[0]} jobs of NetBox are stuck")
    return wrong, f"{len(rows)} readings, longest time without one beside the outages {longest:.0f} s"


if __name__ == "__main__":
    print(json.dumps(measure().__dict__, indent=2))
