"""A simulated fleet in a process of its own, so that its work is not counted as ours."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from development.processes import Guarded
from development.town import Town
from development.town_builder import build_town
from nornir_tasks.contracts import DeviceTarget, Login, SnmpCredential

SEED, SHELVES, READY_SECONDS = 7, 14, 60


@contextlib.contextmanager
def fleet_process(shelves: int = SHELVES) -> Iterator[list[DeviceTarget]]:
    """Targets of its shelves that speak SNMP v2c; all of them speak SSH.

    :raises TimeoutError: it is not ready in time
    """
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "fleet.json"
        town = ["--seed", str(SEED), "--shelves", str(shelves)]
        command = [sys.executable, "-m", "development.simulator", *town, "--no-vlan-rows", "--state-file", str(state)]
        with Guarded(command, log=Path(folder) / "fleet.log") as process:
            deadline = time.monotonic() + READY_SECONDS
            while not state.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise TimeoutError(f"the fleet is not ready: {(Path(folder) / 'fleet.log').read_text()[-800:]}")
                time.sleep(0.05)
            yield list(targets(build_town(SEED, shelves), json.loads(state.read_text())["ports"]))


def targets(town: Town, ports: dict[str, Any]) -> Iterator[DeviceTarget]:
    """The shelves to talk to."""
    accounts = town.accounts
    for shelf in town.shelves:
        if not shelf.snmp_v3:
            yield DeviceTarget(
                name=shelf.name,
                address=shelf.address,
                ssh_port=ports["ssh"],
                http_port=ports["http"],
                snmp_port=ports["snmp"],
                login=Login(accounts["gam_username"], accounts["gam_password"]),
                snmp=SnmpCredential(community=accounts["snmp_community"]),
                model=shelf.model,
            )
