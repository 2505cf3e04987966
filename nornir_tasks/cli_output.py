"""What the command line prints: tables for people, JSON for programs, errors with their next step."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from .contracts import (
    AlarmReading,
    DeviceReading,
    Discovered,
    EndpointReading,
    EthernetReading,
    Failure,
    PortReading,
    SkippedTarget,
    SystemFacts,
    TargetResult,
)

PIPE_WIDTH = 200


def plain(value: Any) -> Any:
    """A contract as plain JSON types. What a dataclass keeps out of its ``repr`` (secrets, raw configurations) stays out."""
    if isinstance(value, TargetResult):
        return {"name": value.name, "ok": value.ok, "seconds": round(value.seconds, 3), **_outcome(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value) if item.repr}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value


def _outcome(result: TargetResult[Any]) -> dict[str, Any]:
    return {"value": plain(result.value)} if result.ok else {"error": plain(result.failure)}


class Output:
    """Where results go: tables or JSON on standard output, progress and errors on standard error."""

    def __init__(self, *, as_json: bool, out: Console | None = None, err: Console | None = None) -> None:
        self.as_json = as_json
        # Without a terminal there is no width to fit into, and cut cells help nobody.
        self.out = out or Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
        self.err = err or Console(stderr=True)

    def json(self, value: Any) -> None:
        """Print one JSON document."""
        self.out.file.write(json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n")

    def text(self, value: str) -> None:
        """Print text as it is, without markup, wrapping or colour."""
        self.out.file.write(value.rstrip("\n") + "\n")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
        """Print a table; None is shown as a dash."""
        table = Table(*columns, title=Text(title) if title else None, title_justify="left")
        for row in rows:
            # As Text, or brackets in names would be taken for markup.
            table.add_row(*(Text("–" if cell is None else str(cell)) for cell in row))
        self.out.print(table)

    def failures(self, results: Iterable[TargetResult[Any]]) -> None:
        """Say which targets failed, why, and what to do about it."""
        for result in results:
            if result.failure:
                self.failure(result.name, result.failure)

    def failure(self, name: str, failure: Failure) -> None:
        """One error: who, what kind, what happened, what to do."""
        self.err.print(f"{name}: {failure.message} [{failure.kind}]", style="red", markup=False, soft_wrap=True)
        if failure.next_step:
            self.err.print(f"  next: {failure.next_step}", markup=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """Something worth knowing that is no result."""
        self.err.print(text, style="dim", markup=False, soft_wrap=True)

    def skipped(self, skipped: Iterable[SkippedTarget]) -> None:
        """Say which devices were left out, and why."""
        for one in skipped:
            self.note(f"left out {one.name}: {one.reason}")

    def progress(self) -> Progress:
        """A progress bar on standard error; it leaves nothing behind and is silent without a terminal."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(*columns, console=self.err, transient=True, disable=not self.err.is_terminal)


# ------------------------------------------------------------------------------------------------------------------- shelves


def show_discovered(output: Output, results: Sequence[TargetResult[Discovered]]) -> None:
    """One row per GAM found, and how many addresses were something else."""
    found = [result.value for result in results if result.value is not None]
    rows = []
    for one in found:
        system = one.reading.system
        if system is not None:
            subscribers = one.config.subscribers if one.config else None
            who = (one.address, system.model, system.serial, system.firmware, system.sys_name)
            endpoints = one.reading.endpoints
            rows.append((*who, _count(one.reading.ports), _count(endpoints), _unknown(endpoints), _count(subscribers)))
    columns = ("Address", "Model", "Serial", "Firmware", "Name", "Ports", "Endpoints", "Unknown", "Subscribers")
    output.table(columns, rows, f"{len(rows)} GAMs at {len(results)} addresses")
    for one in found:
        if one.detail and one.outcome != "silent":
            output.note(f"{one.address}: {one.detail}")


def show_readings(output: Output, results: Sequence[TargetResult[DeviceReading]]) -> None:
    """One row per shelf."""
    rows = [_summary(result) for result in results if result.value is not None]
    columns = ("GAM", "Model", "Firmware", "Up", "CPU %", "Ports up", "Endpoints", "Unknown", "Alarms", "Problems", "Seconds")
    output.table(columns, rows)
    for result in results:
        for problem in result.value.problems if result.value else ():
            output.note(f"{result.name}: {problem.where}: {problem.message}")


def _summary(result: TargetResult[DeviceReading]) -> tuple[object, ...]:
    reading = result.value
    if reading is None:
        return (result.name,)
    system = reading.system
    ports = None if reading.ports is None else f"{sum(port.link_up is True for port in reading.ports)}/{len(reading.ports)}"
    return (
        result.name,
        system.model if system else None,
        system.firmware if system else None,
        duration(system.uptime_seconds) if system else None,
        system.cpu_10s_percent if system else None,
        ports,
        _count(reading.endpoints),
        _unknown(reading.endpoints),
        _count(reading.alarms),
        len(reading.problems),
        f"{result.seconds:.1f}",
    )


def show_shelf(output: Output, reading: DeviceReading) -> None:
    """Everything about one shelf; a section that was not read is not shown, and a problem says why."""
    if reading.system is not None:
        output.table(("", reading.name), _facts(reading.system))
    if reading.ports is not None:
        output.table(PORT_COLUMNS, map(_port, reading.ports), "G.hn ports")
    if reading.ethernet is not None:
        output.table(ETHERNET_COLUMNS, map(_ethernet, reading.ethernet), "Uplinks and management")
    if reading.endpoints is not None:
        output.table(ENDPOINT_COLUMNS, map(_endpoint, reading.endpoints), "Endpoints")
    if reading.alarms is not None:
        output.table(ALARM_COLUMNS, map(_alarm, reading.alarms), "Alarms")
    for problem in reading.problems:
        output.note(f"{problem.where}: {problem.message}")


PORT_COLUMNS = ("Port", "Name", "Medium", "Enabled", "Link", "Isolation", "Endpoints", "In octets", "Out octets")
ETHERNET_COLUMNS = ("Interface", "Link", "Mbit/s", "In octets", "Out octets")
ENDPOINT_COLUMNS = ("MAC", "Name", "Model", "State", "Port", "Seen at", "Subscriber", "Profile", "Rx PHY", "Tx PHY", "Up")
ALARM_COLUMNS = ("Severity", "Entity", "Alarm", "Service affecting", "Since")


def _facts(system: SystemFacts) -> tuple[tuple[str, object], ...]:
    return (
        ("Model", system.model),
        ("Serial", system.serial),
        ("Firmware", system.firmware),
        ("Location", system.location),
        ("Up", duration(system.uptime_seconds)),
        ("CPU %", system.cpu_10s_percent),
        ("LED", system.led),
        ("Power", ", ".join(f"{name}: {state}" for name, state in system.power_supplies.items())),
        ("Temperature", ", ".join(f"{name} {value} °C" for name, value in system.temperatures_c.items())),
    )


def _port(one: PortReading) -> tuple[object, ...]:
    return (
        one.number,
        one.name,
        one.medium,
        yes(one.enabled),
        yes(one.link_up),
        one.isolation,
        len(one.endpoint_macs),
        one.in_octets,
        one.out_octets,
    )


def _ethernet(one: EthernetReading) -> tuple[object, ...]:
    return (one.name, yes(one.link_up), one.speed_mbps, one.in_octets, one.out_octets)


def _alarm(one: AlarmReading) -> tuple[object, ...]:
    return (one.severity, one.entity, one.description or one.condition, yes(one.service_affecting), one.occurred)


def _endpoint(one: EndpointReading) -> tuple[object, ...]:
    return (
        one.mac,
        one.name,
        one.model,
        one.state,
        one.configured_port,
        one.detected_port,
        one.subscriber_name,
        one.profile_name,
        one.rx_phy_mbps,
        one.tx_phy_mbps,
        duration(one.uptime_seconds),
    )


# -------------------------------------------------------------------------------------------------------------- change plans


def show_change_plan(output: Output, plan: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> None:
    """A change plan as NetBox has it: what will be or was sent, and what came of it."""
    gam = (plan.get("gam") or {}).get("display", "")
    title = f"Change plan {plan['id']} for {gam}: {_label(plan['status'])}"
    output.table(("#", "Change", "Sends", "State", "Answer"), map(_step, steps), title)
    for violation in plan.get("violations") or ():
        words = violation if isinstance(violation, str) else " ".join(map(str, violation.values()))
        output.err.print(f"not possible: {words}", style="red", markup=False, soft_wrap=True)
    if plan.get("transport_reason"):
        output.note(f"over {_label(plan['transport'])}: {plan['transport_reason']}")
    for warning in plan.get("warnings") or ():
        output.err.print(f"warning: {' '.join(map(str, warning.values()))}", style="yellow", markup=False, soft_wrap=True)
    for line in (*(plan.get("interrupts") or ()), *(plan.get("difference") or ())):
        output.note(str(line))
    if plan.get("error"):
        output.err.print(str(plan["error"]), style="red", markup=False, soft_wrap=True)


def _step(step: Mapping[str, Any]) -> tuple[object, ...]:
    change = f"{_label(step['action'])} {_label(step['kind'])} {step['name']}"
    sends = "\n".join(step.get("sends") or ())
    return (step["index"] + 1, change, sends, _label(step["state"]), step.get("answer") or step.get("error") or "")


def _label(value: Any) -> str:
    return str(value.get("label") or value.get("value")) if isinstance(value, Mapping) else str(value)


# --------------------------------------------------------------------------------------------------------------------- words


def duration(seconds: int | None) -> str | None:
    """``53d 14h``, ``14h 24m``, ``24m``."""
    if seconds is None:
        return None
    days, rest = divmod(seconds, 86400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {minutes}m" if hours else f"{minutes}m"


def yes(value: bool | None) -> str | None:
    """``yes``, ``no``, or nothing when not known."""
    return None if value is None else "yes" if value else "no"


def _count(items: Sequence[object] | None) -> int | None:
    return None if items is None else len(items)


def _unknown(endpoints: Sequence[EndpointReading] | None) -> int | None:
    return None if endpoints is None else sum(endpoint.configured_id == 0 for endpoint in endpoints)
