"""``make demo``: a simulated fleet, two billing systems and a NetBox with the plugin; runs the main job and shows what came of it.

The demo is a program like any other: it starts everything over NetBox's REST API, waits for the background jobs, and then counts
in the database and on the shelves, not in what the jobs said of themselves. With ``--once``, or without a terminal, it ends after
the main job, with exit status 0 only if every step held.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import requests
from rich.console import Console
from rich.table import Table

from development import demo_job, schema
from development.demo_job import Facts, NotHeld
from development.postgres import PostgresMissing
from development.processes import Guarded
from development.rest import Rest, RestError
from development.seed import ADMIN, VIEWER
from development.services import STATE, Services

SEED, SHELVES = 7, 10
QUEUES = ("netbox_gam.provision", "netbox_gam.poll", "netbox_gam.billing", "high", "default", "low")
READY_SECONDS = 120


@dataclass
class Clock:
    """Seconds per phase, shown as they pass."""

    console: Console
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str, words: str) -> Iterator[None]:
        """Time a phase and say when it is done."""
        begin = time.monotonic()
        with self.console.status(f"{words} …"):
            yield
        self.seconds[name] = round(time.monotonic() - begin, 2)
        self.console.print(f"[green]✓[/green] {words} [dim]{self.seconds[name]:.1f} s[/dim]")


@dataclass
class Running:
    """What is up: NetBox, the fleet, the billing systems, and how to reach them."""

    services: Services
    rest: Rest
    seeded: dict[str, Any]
    fleet: dict[str, Any]
    billing: dict[str, Any]


def free_port() -> int:
    """A free TCP port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_file(path: Path, process: Guarded, what: str) -> dict[str, Any]:
    """The JSON a process writes once it is ready.

    :raises NotHeld: it ended or was not ready in time
    """
    deadline = time.monotonic() + READY_SECONDS
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotHeld(f"{what} did not start; see {path.parent / 'logs'}")
        time.sleep(0.05)
    read: dict[str, Any] = json.loads(path.read_text())
    return read


def await_netbox(rest: Rest, process: Guarded) -> None:
    """Wait until NetBox answers.

    :raises NotHeld: it ended or did not answer in time
    """
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            rest.get("status/")
        except (requests.ConnectionError, RestError):
            time.sleep(0.2)
        else:
            return
    raise NotHeld("NetBox did not answer; see .state/demo/logs/netbox.log")


def start(stack: ExitStack, state: Path, clock: Clock) -> Running:
    """Start everything; it ends with the stack, however this process ends."""
    logs = state / "logs"
    for old in (*(state / name for name in ("fleet.json", "billing.json", "seeded.json")), *logs.glob("*.log")):
        old.unlink(missing_ok=True)

    def run(name: str, *words: str, env: dict[str, str] | None = None) -> Guarded:
        process = Guarded([sys.executable, "-m", *words], env=env, log=logs / f"{name}.log", grace=0.5)
        stack.callback(process.stop)
        return process

    with clock.phase("servers", "PostgreSQL, Valkey, the fleet and the billing systems"):
        services = stack.enter_context(Services.start(state))
        town = ("--seed", str(SEED), "--shelves", str(SHELVES))
        fleet_process = run("fleet", "development.simulator", *town, "--state-file", str(state / "fleet.json"), "--no-vlan-rows")
        billing_process = run("billing", "development.fake_billing", *town, "--state-file", str(state / "billing.json"))
        # The seed migrates; only the first time on this machine that is work enough for a step of its own.
        if schema.is_empty(services.database) and not schema.restore(services.database, schema.migrated_path()):
            schema.prepare(services)
        fleet = await_file(state / "fleet.json", fleet_process, "The simulated fleet")
        billing = await_file(state / "billing.json", billing_process, "The billing stand-ins")
    with clock.phase("netbox", "NetBox: migrate, load the demo, start web and worker"):
        urls = ("--sonar", billing["sonar_url"], "--splynx", billing["splynx_url"])
        seeding = run("seed", "development.seed", *town, *urls, "--out", str(state / "seeded.json"), env=services.env)
        port = free_port()
        web = run("netbox", "netbox", "runserver", f"127.0.0.1:{port}", "--insecure", "--noreload", env=services.env)
        run("worker", "netbox", "rqworker", *QUEUES, env=services.env)
        if seeding.wait(READY_SECONDS) != 0:
            raise NotHeld(f"The demo could not be loaded; see {logs / 'seed.log'}")
        seeded = json.loads((state / "seeded.json").read_text())
        rest = Rest(f"http://127.0.0.1:{port}", seeded["token"])
        await_netbox(rest, web)
    return Running(services, rest, seeded, fleet, billing)


def main_job(running: Running, clock: Clock, console: Console) -> Facts:
    """Discover, poll, reconcile, provision, verify, and all of it again."""
    job = demo_job.MainJob(running.rest, running.seeded, running.fleet, running.billing, running.services.database, console.log)
    with clock.phase("discover", "Discover the fleet, twice credentialed: SNMP v2c and v3"):
        job.discover()
    with clock.phase("poll", "Poll every GAM"):
        job.poll()
    with clock.phase("reconcile", "Reconcile with Sonar and Splynx"):
        job.reconcile()
    with clock.phase("provision", "Provision, suspend, resume, change a plan: over SSH and JSON-RPC"):
        job.provision()
    with clock.phase("verify", "Compare shelves with NetBox; cut the power of one and look again"):
        job.verify()
    with clock.phase("again", "Discover, reconcile and provision again: nothing may be written"):
        job.again()
    return job.facts


def show(console: Console, facts: Facts, seconds: dict[str, float]) -> None:
    """The table at the end."""
    table = Table(title="What happened", show_header=False)
    for name, value in facts.as_dict().items():
        words = ", ".join(f"{key} {count}" for key, count in value.items()) if isinstance(value, dict) else str(value)
        table.add_row(name.replace("_", " "), words)
    table.add_row("seconds", f"{sum(seconds.values()):.0f}")
    console.print(table)


def where_to_look(console: Console, running: Running) -> None:
    """Addresses and logins, while everything is up."""
    url = running.rest.url
    console.print(
        f"NetBox: [bold]{url}/plugins/gam/gam-devices/[/bold]  log in as {ADMIN[0]} / {ADMIN[1]}, or {VIEWER[0]} / {VIEWER[1]}"
    )
    console.print(f"Findings to decide: {url}/plugins/gam/findings/?state=open")
    shelf = running.fleet["shelves"][0]
    console.print(f"A shelf: ssh -p {running.fleet['ports']['ssh']} admin@{shelf['address']}  password demo-Gam-7421")
    console.print(f"Turn the fleet: http://127.0.0.1:{running.fleet['ports']['control']}/shelves")


def write_summary(path: Path, facts: Facts, seconds: dict[str, float], problems: list[str]) -> None:
    """``summary.json``: every count, seconds per phase, and what did not hold."""
    path.write_text(json.dumps({**facts.as_dict(), "seconds": seconds, "problems": problems, "ok": not problems}, indent=2) + "\n")


def run_demo(state: Path, *, once: bool) -> int:
    """Everything; returns the exit status."""
    console = Console()
    clock, facts, problems = Clock(console), Facts(), []
    summary = state / "summary.json"
    summary.unlink(missing_ok=True)
    with ExitStack() as stack:
        try:
            running = start(stack, state, clock)
            facts = main_job(running, clock, console)
            problems = facts.problems
        except (NotHeld, RestError, PostgresMissing, psycopg.OperationalError) as error:
            problems = [*facts.problems, str(error)]
        write_summary(summary, facts, clock.seconds, problems)
        for problem in problems:
            console.print(f"[red]✗[/red] {problem}")
        if problems:
            return 1
        show(console, facts, clock.seconds)
        if once:
            console.print(f"Every step held; the counts are in {summary}. Without ONCE=1, in a terminal, the demo stays up.")
            return 0
        where_to_look(console, running)
        console.print("Up until Ctrl-C.")
        signal.pause()
    return 0


@contextmanager
def own_state(wanted: Path) -> Iterator[Path]:
    """A state directory nobody else uses: the wanted one, or with a number behind it while another demo has that."""
    number = 1
    while True:
        state = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        (state / "logs").mkdir(parents=True, exist_ok=True)
        with (state / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                number += 1
                continue
            yield state
            return


def main() -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m development.demo", description="The main job on a simulated fleet.")
    parser.add_argument("--once", action="store_true", help="end after the main job")
    parser.add_argument("--state", type=Path, default=None, help="state directory (default .state/demo)")
    arguments = parser.parse_args()
    wanted = (arguments.state or STATE / "demo").resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with own_state(wanted) as state:
        if state != wanted:
            print(f"Another demo is running in {wanted}; this one uses {state}.", flush=True)
        try:
            return run_demo(state, once=arguments.once or not sys.stdout.isatty())
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main())
