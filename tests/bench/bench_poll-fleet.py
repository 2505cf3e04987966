"""Seconds in which two workers read, compare and store 1,000 shelves and follow their alarms, beside snmpbulkwalk into COPY.

Afterwards the fleet is polled by schedule with dead, slow and garbled shelves in it, for lateness and memory.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from development import schema
from development.bench import Measurement
from development.processes import Guarded
from development.services import Services

from .net_snmp import SKIPPED, has_net_snmp

SHELVES = int(os.environ.get("NETBOX_GAM_BENCH_SHELVES", "1000"))
MINUTES = float(os.environ.get("NETBOX_GAM_BENCH_MINUTES", "4"))
"""Of polling by schedule; 60 shows whether memory stays flat for an hour."""
INTERVAL = int(os.environ.get("NETBOX_GAM_BENCH_INTERVAL", "30"))
WORKERS, BURSTS, PEER_SHELVES = 2, 3, 30
DEAD, SLOW, GARBAGE = 5, 1, 1
QUEUE = "netbox_gam.poll"
READY_SECONDS = 120


@dataclass
class Fleet:
    """Everything that runs while it is measured."""

    services: Services
    addresses: list[str]
    port: int
    faults: list[str]
    workers: list[Guarded] = field(default_factory=list)

    def query(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database, by number from 1 in the order of GAMs."""
        with schema.connect(self.services.database, autocommit=True) as connection:
            cursor = connection.execute(text, values)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []


def measure() -> Measurement:
    """Median of some bursts: every shelf due at once, until the last one is stored."""
    with fleet(faults=False) as running:
        bursts = [burst(running) for _ in range(BURSTS + 1)][1:]
        values = values_of_a_shelf(running)
        cpu = {"workers": cpu_seconds(running.workers)}
        peer = loop_of_walks(running) if has_net_snmp() else math.nan
    with fleet(faults=True) as running:
        steady = by_schedule(running)
    return Measurement(
        value=statistics.median(bursts),
        unit="seconds",
        peer="loop of snmpbulkwalk into COPY" if not math.isnan(peer) else f"net-snmp, {SKIPPED}",
        peer_value=peer,
        conditions=f"{SHELVES} shelves of {values} values from replies encoded once, all due at once; {WORKERS} RQ workers,"
        f" PostgreSQL, Valkey and the shelves on {os.cpu_count()} cores; read, compared, stored, alarms followed; median of"
        f" {BURSTS} ({', '.join(f'{seconds:.1f}' for seconds in bursts)}); the loop stores values without comparing, {PEER_SHELVES}"
        f" shelves, scaled. {steady}",
        figures={"bursts_seconds": bursts, "worker_cpu_seconds": cpu["workers"]},
    )


# ------------------------------------------------------------------------------------------------------------------- what runs


@contextlib.contextmanager
def fleet(*, faults: bool) -> Iterator[Fleet]:
    """Servers, canned shelves, a seeded NetBox and its workers."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        state = Path(folder)
        shares = ("--dead", str(DEAD), "--slow", str(SLOW), "--garbage", str(GARBAGE)) if faults else ()
        ready = state / "canned.json"
        command = ["development.simulator.canned", "--shelves", str(SHELVES), "--state-file", str(ready), *shares]
        stack.enter_context(Guarded([sys.executable, "-m", *command], log=state / "canned.log"))
        services = stack.enter_context(Services.start(state / "services"))
        schema.prepare(services)
        wait_for(ready.exists, "canned shelves")
        time.sleep(0.2)
        found = json.loads(ready.read_text())
        seeding = [sys.executable, "-m", "tests.bench.netbox_fleet", str(ready), "--interval", str(INTERVAL)]
        subprocess.run(seeding, env=services.env, check=True)
        running = Fleet(services, found["addresses"], found["port"], found["faults"])
        for number in range(WORKERS):
            command = [sys.executable, "-m", "netbox", "rqworker", QUEUE]
            log = Path(os.environ.get("NETBOX_GAM_BENCH_LOGS", folder)) / f"worker-{number}.log"
            running.workers.append(stack.enter_context(Guarded(command, env=services.env, log=log, grace=3)))
        wait_for(lambda: running.query("SELECT count(*) FROM netbox_gam_pollschedule")[0][0] == SHELVES, "the pacemaker")
        # In the first round nobody knows yet which shelves keep others waiting.
        wait_for(lambda: left(running, "last_finished IS NULL") == 0, "the first round", seconds=600)
        yield running


def wait_for(done: Any, what: str, seconds: float = READY_SECONDS) -> None:
    """Wait until something is so. :raises TimeoutError: it is not in time"""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} took longer than {seconds:g} s")
        time.sleep(0.1)


def left(running: Fleet, condition: str, *values: Any) -> int:
    """How many schedules are in some condition."""
    return int(running.query(f"SELECT count(*) FROM netbox_gam_pollschedule WHERE {condition}", *values)[0][0])  # noqa: S608


# ---------------------------------------------------------------------------------------------------------------- what is measured


def burst(running: Fleet) -> float:
    """Seconds from the moment every shelf is due until the last one is stored."""
    running.query("UPDATE netbox_gam_gamdevice SET polling_interval = 3600")
    running.query("UPDATE netbox_gam_pollschedule SET next_due = now() + interval '1 hour' WHERE lease IS NULL")
    wait_for(lambda: left(running, "lease IS NOT NULL OR next_due < now()") == 0, "calm")
    begin = running.query("SELECT now()")[0][0]
    running.query("UPDATE netbox_gam_pollschedule SET next_due = now() - interval '3 seconds'")
    wait_for(lambda: left(running, "last_finished < %s", begin) == 0, "a burst")
    end = running.query("SELECT max(last_finished) FROM netbox_gam_pollschedule")[0][0]
    unread = running.query("SELECT count(*) FROM netbox_gam_devicestate WHERE NOT reachable")[0][0]
    assert unread == 0, f"{unread} shelves were not read"
    return float((end - begin).total_seconds())


def values_of_a_shelf(running: Fleet) -> int:
    """How many values one reading has."""
    from nornir_tasks.connections.snmp_choice import open_reader
    from nornir_tasks.contracts import SnmpCredential
    from nornir_tasks.tasks.poll import read_shelf

    reader: Any = open_reader(running.addresses[0], running.port, SnmpCredential(community="public"))
    counted = 0
    for name in ("get", "walk", "cells"):
        ask = getattr(reader, name)

        def count(*args: Any, ask: Any = ask, **kwargs: Any) -> Any:
            nonlocal counted
            answer = ask(*args, **kwargs)
            counted += sum(map(len, answer.values())) if ask.__name__ == "cells" else len(answer)
            return answer

        setattr(reader, name, count)
    read_shelf(reader, "one")
    return counted


def by_schedule(running: Fleet) -> str:
    """Poll by schedule for some minutes; lateness, failures, memory, in words."""
    since = running.query("SELECT now() + interval '70 seconds'")[0][0]
    memory: list[float] = []
    ends = time.monotonic() + 70 + MINUTES * 60
    while time.monotonic() < ends:
        time.sleep(2)
        memory.append(max(tree_megabytes(worker.pid) for worker in running.workers))
    rows = running.query(
        "SELECT read, failed, lateness, lateness_p99, batches FROM netbox_gam_pollcycle WHERE started >= %s ORDER BY started", since
    )
    lateness = sorted(seconds for row in rows for seconds in row[2]) or [max(row[3] or 0 for row in rows)]
    p99 = max([lateness[int(len(lateness) * 0.99)], *(row[3] for row in rows if row[3] is not None)])
    failed: dict[str, int] = {}
    for row in rows:
        for kind, count in row[1].items():
            failed[kind] = failed.get(kind, 0) + count
    healthy = [number for number, fault in enumerate(running.faults) if not fault]
    stale = running.query(
        "SELECT count(*) FROM netbox_gam_devicestate d JOIN netbox_gam_gamdevice g ON g.id = d.gam_id"
        " WHERE g.address_override = ANY(%s) AND d.last_success < now() - interval '65 seconds'",
        [running.addresses[number] for number in healthy],
    )[0][0]
    kinds = dict(running.query("SELECT failure_kind, count(*) FROM netbox_gam_devicestate WHERE NOT reachable GROUP BY 1"))
    calm = memory[len(memory) // 3 :]
    half = len(calm) // 2
    return (
        f"By schedule every {INTERVAL} s for {MINUTES:g} min with {DEAD} % dead, {SLOW} % slow and {GARBAGE} % garbled shelves:"
        f" healthy ones' lateness p99 {p99:.1f} s, {stale} of {len(healthy)} healthy shelves unread for two intervals; failures"
        f" of all cycles by kind {failed}, of shelves now {kinds}; greatest memory of a worker with its job {max(memory):.0f} MB,"
        f" median {statistics.median(calm[:half]):.0f} MB in the first half, {statistics.median(calm[half:]):.0f} MB in the second"
    )


def tree_megabytes(pid: int) -> float:
    """Proportional memory of a process and its children, which share most of it."""
    total = 0.0
    for one in [pid, *children(pid)]:
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
    return total


def children(pid: int) -> Sequence[int]:
    """Processes below a process."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            below = [int(word) for word in (task / "children").read_text().split()]
            found += [*below, *(deeper for one in below for deeper in children(one))]
    return found


def cpu_seconds(workers: list[Guarded]) -> float:
    """CPU seconds workers and their ended jobs have used."""
    total = 0.0
    for worker in workers:
        fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return round(total, 1)


def loop_of_walks(running: Fleet) -> float:
    """Seconds a plain loop of snmpbulkwalk over the same tables into COPY takes, scaled to the whole fleet."""
    from nornir_tasks.gam import read_plan

    tables = [table.entry for table in (*(plan.table for plan in read_plan.WALKED), *read_plan.ASKED)]
    subtrees = sorted({".".join(map(str, entry)) for entry in tables if entry[:7] != (1, 3, 6, 1, 2, 1, 2)})
    running.query("CREATE TABLE bench_walked (address text, oid text, value text, at timestamptz DEFAULT now())")
    begin = time.perf_counter()
    with psycopg.connect(running.services.database_url, autocommit=True) as connection:
        for address in running.addresses[:PEER_SHELVES]:
            lines: list[str] = []
            for subtree in subtrees:
                command = [
                    "snmpbulkwalk",
                    "-v2c",
                    "-c",
                    "public",
                    "-m",
                    "",
                    "-On",
                    "-Oq",
                    "-Cr12",
                    f"{address}:{running.port}",
                    subtree,
                ]
                lines += subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
            with connection.cursor().copy("COPY bench_walked (address, oid, value) FROM STDIN") as copy:
                for line in lines:
                    oid, _, value = line.partition(" ")
                    copy.write_row((address, oid, value))
    return (time.perf_counter() - begin) * SHELVES / PEER_SHELVES
