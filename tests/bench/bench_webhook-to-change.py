"""Seconds from a webhook to the verified change on the shelf: NetBox, three workers, simulated shelves, both billing stand-ins."""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests
from rich.console import Console

from development import demo
from development.bench import Measurement
from development.demo_job import MainJob
from development.processes import Guarded
from development.schema import connect
from development.town_builder import build_town

EVENTS = int(os.environ.get("NETBOX_GAM_BENCH_EVENTS", "100"))
SUSPENSIONS = 5
"""The guard lets so many through within an hour, however small the town; the others are changes of plan."""

WAIT_SECONDS = 60.0
PAUSE_SECONDS = 1.0
KINDS = ["active_not_on_network", "inactive_on_network", "plan_mismatch"]


def measure() -> Measurement:
    """Change customers one after the other and wait for each to be served accordingly."""
    with tempfile.TemporaryDirectory(prefix="netbox-gam-bench-") as folder, ExitStack() as stack:
        os.chmod(folder, 0o755)  # noqa: S103  # PostgreSQL runs as another user where this one is root
        state = Path(folder) / "state"
        (state / "logs").mkdir(parents=True)
        console = Console(file=sys.stderr)
        clock = demo.Clock(console)
        running = demo.start(stack, state, clock)
        for number in range(2):
            command = [sys.executable, "-m", "netbox", "rqworker", "netbox_gam.provision", "netbox_gam.billing"]
            log = state / "logs" / f"worker-{number}.log"
            stack.callback(Guarded(command, env=running.services.env, log=log, grace=0.5).stop)
        job = MainJob(running.rest, running.seeded, running.fleet, running.billing, running.services.database, console.log)
        with clock.phase("prepare", "Discover, poll and reconcile"):
            job.discover()
            job.poll()
            job.reconcile()
        subscribe(running)
        with clock.phase("events", f"{EVENTS} events"):
            seconds, late = [], []
            for number, values in chosen(running):
                took = change(running, number, values)
                (late if took is None else seconds).append(took if took is not None else (number, values))
                time.sleep(PAUSE_SECONDS)
        if late:
            keep = Path(os.environ.get("NETBOX_GAM_BENCH_LOGS", folder))
            print(f"not changed within {WAIT_SECONDS:g} s: {late}; see {keep}", file=sys.stderr)
    ranked = sorted([*seconds, *(math.inf for _ in late)])
    at = {
        name: ranked[min(len(ranked) - 1, int(len(ranked) * share))] for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }
    return Measurement(
        value=round(at["p95"], 2),
        unit="seconds, p95",
        peer="none",
        peer_value=math.nan,
        conditions=f"{len(ranked)} events one after the other, of Sonar and Splynx by turns ({2 * SUSPENSIONS} suspend and resume,"
        f" the others change the plan), {demo.SHELVES} simulated shelves over SSH and JSON-RPC, 3 workers; from the clerk's change"
        f" to the change plan applied, read back and saved: median {statistics.median(ranked):.2f} s, p99 {at['p99']:.2f} s,"
        f" longest {ranked[-1]:.2f} s; {os.cpu_count()} cores",
        figures={"seconds": [round(value, 2) for value in seconds], "late": len(late)},
    )


def subscribe(running: demo.Running) -> None:
    """Let the stand-ins call NetBox, and a rule apply what follows at once; what the town is planted with is ignored."""
    for finding in list(running.rest.all("plugins/gam/findings/", state="open", kind=KINDS)):
        running.rest.post(f"plugins/gam/findings/{finding['id']}/ignore/")
    accounts = build_town(demo.SEED, demo.SHELVES).accounts
    secrets = {"sonar": accounts["sonar_webhook_path_secret"], "splynx": accounts["splynx_hook_secret"]}
    for system, secret in secrets.items():
        pk = running.seeded[system]
        running.rest.patch(f"plugins/gam/billing-systems/{pk}/", {"webhook_secret": secret})
        rule = {"name": f"Apply {system}", "kinds": KINDS, "system": pk, "action": "apply", "enabled": True}
        made = running.rest.post("plugins/gam/finding-rules/", {**rule, "run_limit": 1000, "hourly_limit": 1000})
        running.rest.post(f"plugins/gam/finding-rules/{made['id']}/confirm/")
        url = f"{running.rest.url}/api/plugins/gam/webhooks/{pk}/"
        body = {"system": system, "url": f"{url}{secret}/" if system == "sonar" else url}
        requests.post(f"{running.billing['control_url']}/hooks", json=body, timeout=30).raise_for_status()


def chosen(running: demo.Running) -> list[tuple[int, dict[str, str]]]:
    """Customers that are served as they are billed, and what is changed about each; both systems by turns."""
    text = (
        "SELECT b.type, l.account_id::int FROM netbox_gam_billinglink l JOIN netbox_gam_billingsystem b ON b.id = l.system_id"
        " JOIN netbox_gam_subscriber s ON s.id = l.subscriber_id WHERE s.status = 'active' AND s.endpoint_id IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM netbox_gam_finding f WHERE f.state <> 'resolved' AND (f.subscriber_id = s.id"
        " OR f.external_id LIKE l.account_id || '.%' OR f.endpoint_id = s.endpoint_id)) ORDER BY 2"
    )
    with connect(running.services.database) as connection:
        rows = connection.execute(text).fetchall()
    pick = random.Random(demo.SEED)
    queues = {kind: [int(number) for found, number in rows if found == kind] for kind in ("sonar", "splynx")}
    people = {person["number"]: person for person in requests.get(f"{running.billing['control_url']}/people", timeout=30).json()}
    plans = sorted({person["plan"] for person in people.values() if person["plan"].startswith("home")})
    for numbers in queues.values():
        numbers[:] = [number for number in numbers if not people[number]["trap"] and people[number]["plan"] in plans]
        pick.shuffle(numbers)
    work: list[tuple[int, dict[str, str]]] = []
    current = {number: person["plan"] for number, person in people.items()}
    for at in range(EVENTS - 2 * SUSPENSIONS):
        numbers = queues[("sonar", "splynx")[at % 2]]
        number = numbers[at // 2 % len(numbers)]
        current[number] = pick.choice([plan for plan in plans if plan != current[number]])
        work.append((number, {"plan": current[number]}))
    for at in range(SUSPENSIONS):
        numbers = queues[("sonar", "splynx")[at % 2]]
        work.append((numbers[at // 2], {"status": "suspended"}))
        work.append((numbers[at // 2], {"status": "active"}))
    return work


def change(running: demo.Running, number: int, values: dict[str, Any]) -> float | None:
    """Change a customer's record; seconds until the shelf serves them accordingly, None when that took too long."""
    begin = time.time()
    requests.post(f"{running.billing['control_url']}/people/{number}", json=values, timeout=30).raise_for_status()
    text = (
        "SELECT extract(epoch FROM p.finished)::float8 FROM netbox_gam_changeplan p"
        " JOIN netbox_gam_changeplan_subscribers c ON c.changeplan_id = p.id"
        " JOIN netbox_gam_billinglink l ON l.subscriber_id = c.subscriber_id"
        " WHERE l.account_id = %s AND p.status = 'applied' AND p.verified AND p.saved AND p.created >= to_timestamp(%s)"
    )
    while time.time() < begin + WAIT_SECONDS:
        with contextlib.suppress(TypeError), connect(running.services.database) as connection:
            finished: float = connection.execute(text, (str(number), begin)).fetchone()[0]  # type: ignore[index]
            return finished - begin
        time.sleep(0.1)
    return None


if __name__ == "__main__":
    print(json.dumps(measure().__dict__, indent=2))
