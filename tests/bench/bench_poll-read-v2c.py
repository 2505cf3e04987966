"""CPU seconds to read ten shelves over SNMP v2c into contracts, beside net-snmp reading the same subtrees."""

from __future__ import annotations

import math
import os
import resource
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import nornir_tasks
from development.bench import Measurement
from nornir_tasks.connections import snmp
from nornir_tasks.contracts import DeviceTarget

from .fleet import fleet_process

SHELVES, ROUNDS = 10, 5
PACKAGE = "snmp"
SKIPPED = f"skipped: no snmpbulkwalk here (package {PACKAGE})"


@dataclass
class Asked:
    """What one reading asked a shelf for."""

    walks: list[tuple[int, ...]] = field(default_factory=list)
    gets: list[list[tuple[int, ...]]] = field(default_factory=list)
    values: int = 0


def measure() -> Measurement:
    """Median CPU seconds of some rounds on each side, taken in turns."""
    with fleet_process() as found:
        targets = found[:SHELVES]
        assert len(targets) == SHELVES
        asked = {target.name: record(target) for target in targets}
        peer = has_net_snmp()
        ours, theirs, values = [], [], 0
        for _ in range(ROUNDS):
            ours.append(read(targets))
            if peer:
                seconds, values = walk(targets, asked)
                theirs.append(seconds)
    return Measurement(
        value=statistics.median(ours),
        unit="CPU seconds",
        peer="net-snmp snmpbulkwalk and snmpget" if peer else f"net-snmp, {SKIPPED}",
        peer_value=statistics.median(theirs) if peer else math.nan,
        conditions=f"{SHELVES} simulated shelves on loopback, {sum(item.values for item in asked.values())} values decoded into"
        f" contracts by one warm process; net-snmp reads {values} values of the same subtrees, one process per subtree, prints"
        f" numbers, no MIBs; CPU of the client alone, median of {ROUNDS}; {os.cpu_count()} cores",
    )


def record(target: DeviceTarget) -> Asked:
    """Read a shelf once, noting what was asked for; also loads what is loaded on first use."""
    asked = Asked()
    walk_, get_ = snmp.PysnmpReader.walk, snmp.PysnmpReader.get

    def noting_walk(self: Any, base: tuple[int, ...], after: Any = None) -> Any:
        rows = walk_(self, base, after)
        asked.walks.append(tuple(base))
        asked.values += len(rows)
        return rows

    def noting_get(self: Any, oids: Any) -> Any:
        wanted = [tuple(oid) for oid in oids]
        rows = get_(self, wanted)
        asked.gets.append(wanted)
        asked.values += len(rows)
        return rows

    with patch.object(snmp.PysnmpReader, "walk", noting_walk), patch.object(snmp.PysnmpReader, "get", noting_get):
        check(nornir_tasks.poll([target]))
    return asked


def check(results: Sequence[Any]) -> None:
    """Half a reading is no measurement."""
    for result in results:
        assert result.value is not None and not result.value.problems, result


def read(targets: list[DeviceTarget]) -> float:
    """CPU seconds of reading all of them, all threads of this process."""
    begin = time.process_time()
    check(nornir_tasks.poll(targets))
    return time.process_time() - begin


def has_net_snmp() -> bool:
    """Whether net-snmp's commands are there; installs them where that takes neither questions nor rights one has not."""
    if not shutil.which("snmpbulkwalk") and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {PACKAGE} for the comparison.", flush=True)
        subprocess.run(["apt-get", "install", "-qq", "-y", PACKAGE], check=False, stdout=subprocess.DEVNULL)
    return bool(shutil.which("snmpbulkwalk") and shutil.which("snmpget"))


def walk(targets: list[DeviceTarget], asked: dict[str, Asked]) -> tuple[float, int]:
    """CPU seconds net-snmp's processes take for the same, and how many values they print."""
    before, values = resource.getrusage(resource.RUSAGE_CHILDREN), 0
    for target in targets:
        common = ["-v2c", "-c", target.snmp.community, "-m", "", "-On", "-r", "1", "-t", "5"]
        agent = f"{target.address}:{target.snmp_port}"
        for base in asked[target.name].walks:
            values += run(["snmpbulkwalk", *common, f"-Cr{snmp.DEFAULT_MAX_REPETITIONS}", agent, dotted(base)])
        for wanted in asked[target.name].gets:
            for start in range(0, len(wanted), snmp.OIDS_PER_GET):
                values += run(["snmpget", *common, agent, *map(dotted, wanted[start : start + snmp.OIDS_PER_GET])])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, values


def run(command: list[str]) -> int:
    """Run one command; how many values it printed."""
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sum(" = " in line and "No Such" not in line and "No more" not in line for line in printed.splitlines())


def dotted(oid: tuple[int, ...]) -> str:
    """As net-snmp writes it."""
    return "." + ".".join(map(str, oid))
