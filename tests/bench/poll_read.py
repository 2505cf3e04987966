"""CPU per value of reading fifty shelves over SNMP into contracts, beside net-snmp's ``snmpbulkwalk``: shared by two benchmarks."""

from __future__ import annotations

import math
import os
import resource
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from importlib import metadata
from typing import Any
from unittest.mock import patch

import nornir_tasks
from development.bench import Measurement
from nornir_tasks.connections.snmp_gufo import GufoReader
from nornir_tasks.contracts import DeviceTarget, SnmpCredential
from nornir_tasks.gam.oids import GHN

from .fleet import fleet_process

SHELVES, ROUNDS = 50, 5
TOWN = 64
"""Enough that fifty of them speak v2c."""
PACKAGE = "snmp"
SUBTREE = ".".join(map(str, (*GHN, 3, 30)))
"""Endpoints by MAC: brief and detailed status, Ethernet, upgrade, PoE."""
MICRO = 1_000_000


def measure(*, v3: bool) -> Measurement:
    """Median CPU microseconds per value of some rounds on each side, taken in turns after one that is not counted."""
    with fleet_process(TOWN, v3=v3) as found:
        targets = found[:SHELVES]
        assert len(targets) == SHELVES
        values = count(targets)
        peer = has_net_snmp()
        ours, theirs, walked = [], [], 0
        for _ in range(ROUNDS):
            ours.append(read(targets) / values * MICRO)
            if peer:
                seconds, walked = walk(targets)
                theirs.append(seconds / walked * MICRO)
    kind = "v3 (SHA-256, AES-128)" if v3 else "v2c"
    return Measurement(
        value=statistics.median(ours),
        unit="CPU µs per value",
        peer="net-snmp snmpbulkwalk" if peer else f"net-snmp, skipped: no snmpbulkwalk here (package {PACKAGE})",
        peer_value=statistics.median(theirs) if peer else math.nan,
        conditions=f"SNMP {kind}, {SHELVES} simulated shelves on loopback, simulator in another process; ours:"
        f" nornir_tasks.poll() whole, {values / SHELVES:.0f} values a shelf decoded into contracts, warm process,"
        f" gufo-snmp {metadata.version('gufo-snmp')}; theirs: one process a shelf, -Cr25, -On -m '', the shelf's endpoint tables"
        f" ({walked / SHELVES:.0f} values a shelf) printed and thrown away; CPU of the clients alone, user and system, median of"
        f" {ROUNDS} rounds in turns; {os.cpu_count()} cores",
    )


def count(targets: Sequence[DeviceTarget]) -> int:
    """How many values a reading of all is made of; also loads what is loaded on first use."""
    values = 0
    get_, walk_ = GufoReader._get_texts, GufoReader.walk

    def counting_get(self: Any, texts: list[str]) -> Any:
        nonlocal values
        answer = get_(self, texts)
        values += len(answer)
        return answer

    def counting_walk(self: Any, base: Any, after: Any = None) -> Any:
        nonlocal values
        answer = walk_(self, base, after)
        values += len(answer)
        return answer

    with patch.object(GufoReader, "_get_texts", counting_get), patch.object(GufoReader, "walk", counting_walk):
        check(nornir_tasks.poll(targets, workers=1))
    return values


def check(results: Sequence[Any]) -> None:
    """Half a reading is no measurement."""
    for result in results:
        assert result.value is not None and not result.value.problems, result


def read(targets: Sequence[DeviceTarget]) -> float:
    """CPU seconds of reading all of them, all threads of this process."""
    begin = time.process_time()
    results = nornir_tasks.poll(targets)
    seconds = time.process_time() - begin
    check(results)
    return seconds


def has_net_snmp() -> bool:
    """Whether net-snmp's commands are there; installs them where that takes neither questions nor rights one has not."""
    if not shutil.which("snmpbulkwalk") and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {PACKAGE} for the comparison.", flush=True)
        subprocess.run(["apt-get", "install", "-qq", "-y", PACKAGE], check=False, stdout=subprocess.DEVNULL)
    return bool(shutil.which("snmpbulkwalk"))


def credentials(snmp: SnmpCredential) -> list[str]:
    """As net-snmp takes them."""
    if snmp.version != "3":
        return ["-v2c", "-c", snmp.community]
    keys = ["-a", "SHA-256", "-A", snmp.auth_key, "-x", "AES", "-X", snmp.priv_key]
    return ["-v3", "-l", "authPriv", "-u", snmp.username, *keys]


def walk(targets: Sequence[DeviceTarget]) -> tuple[float, int]:
    """CPU seconds of a plain loop of ``snmpbulkwalk``, and how many values it printed."""
    before, values = resource.getrusage(resource.RUSAGE_CHILDREN), 0
    for target in targets:
        command = ["snmpbulkwalk", *credentials(target.snmp), "-m", "", "-On", "-r", "1", "-t", "5", "-Cr25"]
        where = [f"{target.address}:{target.snmp_port}", SUBTREE]
        printed = subprocess.run([*command, *where], check=True, capture_output=True).stdout
        values += printed.count(b" = ")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, values
