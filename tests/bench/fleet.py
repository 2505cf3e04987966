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
def fleet_process(shelves: int = SHELVES, *, v3: bool = False) -> Iterator[list[DeviceTarget]]:
    """Targets of its shelves; all of them speak SSH and SNMP.

    :param shelves: how many the town has
    :param v3: with credentials of SNMP v3, SHA-256 and AES, which every shelf takes; else v2c, for those the town has it for
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
            yield list(targets(build_town(SEED, shelves), json.loads(state.read_text())["ports"], v3=v3))


def targets(town: Town, ports: dict[str, Any], *, v3: bool = False) -> Iterator[DeviceTarget]:
    """The shelves to talk to."""
    accounts = town.accounts
    snmp = SnmpCredential(community=accounts["snmp_community"])
    if v3:
        snmp = SnmpCredential(
            version="3",
            community="",
            username=accounts["snmp_v3_user"],
            auth_protocol="SHA256",
            auth_key=accounts["snmp_v3_auth_key"],
            priv_protocol="AES",
            priv_key=accounts["snmp_v3_priv_key"],
        )
    for shelf in town.shelves:
        if v3 or not shelf.snmp_v3:
            yield DeviceTarget(
                name=shelf.name,
                address=shelf.address,
                ssh_port=ports["ssh"],
                http_port=ports["http"],
                snmp_port=ports["snmp"],
                login=Login(accounts["gam_username"], accounts["gam_password"]),
                snmp=snmp,
                model=shelf.model,
            )
