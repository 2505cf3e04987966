"""Suspends and resumes subscribers through NetBox: ``python -m tests.bench.netbox_changes FLEET.json --gams 50 --each 2``.

Discovers the shelves of a simulated fleet, then plans and applies, as jobs do, and prints JSON: seconds of each round, seconds of
planning in them, and the lines that were sent last, by GAM.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from development import schema
from development.services import Services
from development.town_builder import build_town
from nornir_tasks.contracts import DeviceTarget

from .fleet import SEED


@dataclass(frozen=True)
class Rounds:
    """What the rounds took, and what was sent in the last one."""

    seconds: list[float]
    planning: list[float]
    lines: Mapping[str, Sequence[str]]


@contextlib.contextmanager
def netbox() -> Iterator[Services]:
    """A NetBox of its own: PostgreSQL, Valkey, the schema."""
    with tempfile.TemporaryDirectory(prefix="netbox-gam-bench-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103  # PostgreSQL runs as another user where this one is root
        with Services.start(Path(folder) / "services") as services:
            schema.prepare(services)
            yield services


def change_through_netbox(services: Services, targets: Sequence[DeviceTarget], shelves: int, **options: int) -> Rounds:
    """Run this module in a process of its own against the shelves."""
    port = targets[0]
    ports = {"ssh": port.ssh_port, "http": port.http_port, "snmp": port.snmp_port}
    found = {"names": [target.name for target in targets], "ports": ports, "shelves": shelves}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(found, file)
        file.flush()
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        command = [sys.executable, "-m", "tests.bench.netbox_changes", file.name, *words]
        done = subprocess.run(command, env=services.env, stdout=subprocess.PIPE, text=True, check=True)
    return Rounds(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--gams", type=int, default=50)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--warm", type=int, default=1, help="GAMs of a round before, which is not counted")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")
    import django

    django.setup()
    found = json.loads(options.file.read_text())
    from netbox_gam.context import acting_as

    user = prepare(found)
    chosen = choose(found["names"], options.gams, options.each)
    with acting_as(user):
        carry_out(chosen[: options.warm * options.each], "suspend", user)
        carry_out(chosen[: options.warm * options.each], "resume", user)
        rounds = [carry_out(chosen, ("suspend", "resume")[at % 2], user) for at in range(options.rounds)]
    seconds, planning = [one[0] for one in rounds], [one[1] for one in rounds]
    print(json.dumps({"seconds": seconds, "planning": planning, "lines": rounds[-1][2]}))


def prepare(found: dict[str, Any]) -> Any:
    """Discover the shelves into NetBox; the user to act as."""
    from django.contrib.auth import get_user_model

    from development.seed import seed
    from netbox_gam.context import acting_as
    from netbox_gam.models import CredentialProfile, SnmpProfile, VlanPool
    from netbox_gam.workflows import discovery

    town = build_town(SEED, found["shelves"])
    seed(town, "http://127.0.0.1:9", "http://127.0.0.1:9")
    user = get_user_model().objects.get(username="admin")
    options = discovery.DiscoveryOptions(
        credential_profile=CredentialProfile.objects.get(),
        snmp_profile=SnmpProfile.objects.get(version="2c"),
        vlan_pool=VlanPool.objects.get(),
        ssh_port=found["ports"]["ssh"],
        http_port=found["ports"]["http"],
        snmp_port=found["ports"]["snmp"],
    )
    names = set(found["names"])
    addresses = [shelf.address for shelf in town.shelves if shelf.name in names]
    with acting_as(user):
        discovery.discover(addresses, options)
    return user


def choose(names: Sequence[str], gams: int, each: int) -> list[Any]:
    """Subscribers in service, the same number of each of the first shelves."""
    from netbox_gam.models import Subscriber

    chosen = []
    for name in names:
        some = list(Subscriber.objects.filter(gam__device__name=name, status="active", vlan__isnull=False).order_by("name")[:each])
        chosen += some if len(some) == each else []
        if len(chosen) == gams * each:
            return chosen
    raise AssertionError(f"only {len(chosen) // each} of {len(names)} shelves have {each} subscribers in service")


def carry_out(subscribers: Sequence[Any], verb: str, user: Any) -> tuple[float, float, dict[str, list[str]]]:
    """One batch: planned, applied, verified and saved. Seconds, seconds of planning, lines by GAM."""
    from netbox_gam.workflows import change_batches

    begin = time.perf_counter()
    wishes, problems = change_batches.wishes_of(verb, subscribers)
    batch = change_batches.plan_batch(wishes, user=user, reason=f"Bench {verb}", problems=problems)
    middle = time.perf_counter()
    report = change_batches.apply_batch(batch, user=user)
    end = time.perf_counter()
    assert not batch.problems and not report.problems, (batch.problems, report.problems)
    plans = list(batch.change_plans.select_related("gam__device").prefetch_related("steps"))
    assert all(plan.status == "applied" and plan.verified and plan.saved for plan in plans), report
    lines = {plan.gam.device.name: [line for step in plan.steps.all() for line in step.sent] for plan in plans}
    assert sum(len(plan.steps.all()) for plan in plans) >= len(subscribers)
    return end - begin, middle - begin, lines


if __name__ == "__main__":
    main()
