"""The physical world of a shelf: a clock that can be moved, what is plugged in where, and traffic that counts without timers."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=-5))
"""The zone the captured shelves were in; a shelf's clock texts carry it."""


class Clock:
    """Wall time plus an offset that tests move forward."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """Seconds since the epoch, as this shelf believes."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Move time forward. :raises ValueError: negative"""
        if seconds < 0:
            raise ValueError(f"seconds {seconds!r}: time does not run backwards")
        self.offset += seconds

    def jump(self, seconds: float) -> None:
        """Set the shelf's clock forward or back, as a wrong NTP server does; a fault."""
        self.offset += seconds

    def text(self, at: float | None = None) -> str:
        """ISO time with zone, as the CLI prints it."""
        return datetime.fromtimestamp(self.now() if at is None else at, ZONE).isoformat(timespec="seconds")


ETHERNET_PORTS = {
    "G1000-M": 2, "G1000-C": 2, "G1001-M": 1, "G1001-C": 1, "G1001-MP": 1, "G1001-MR": 1, "G1001-CR": 1,
    "G1002-C": 2, "G1002-M": 2, "G1002-C+": 2, "G1002-M+": 2, "G2002-M": 2, "G2002-M+": 2,
}  # fmt: skip
"""Gigabit Ethernet ports per endpoint model (vendor's installation guide; the G1002/G2002 family inferred)."""


@dataclass(slots=True)
class Cpe:
    """A customer-premises bridge in the physical world. ``port`` None: not plugged in anywhere. Rates in Mbit/s."""

    mac: str
    serial: str
    model: str
    port: int | None
    rx_phy: int = 1700
    tx_phy: int = 1650
    firmware: str = ""
    firmware_mismatch: bool = False
    wire_length_m: int = 0
    booted_at: float = 0.0
    ethernet_up: bool = True
    crc: int = field(default=0)

    def __post_init__(self) -> None:
        self.crc = zlib.crc32(self.mac.encode())

    @property
    def ethernet_ports(self) -> int:
        """Gigabit Ethernet ports of this model."""
        return ETHERNET_PORTS.get(self.model, 1)

    @property
    def copper(self) -> bool:
        """Whether it is made for copper pairs (its model's last letters say so)."""
        return "-M" in self.model

    @property
    def rx_max(self) -> int:
        """Usable downstream; a captured link gave 1410 of 1805."""
        return self.rx_phy * 78 // 100

    @property
    def tx_max(self) -> int:
        """Usable upstream; a captured link gave 1362 of 1744."""
        return self.tx_phy * 78 // 100


@dataclass(slots=True)
class Flow:
    """Octets gone through something, and how fast they go now (octets per second). ``errors`` likewise."""

    rx: float = 0.0
    tx: float = 0.0
    errors: float = 0.0
    rx_rate: float = 0.0
    tx_rate: float = 0.0
    error_rate: float = 0.0

    def at(self, seconds: float) -> tuple[int, int, int]:
        """(rx octets, tx octets, rx errors) ``seconds`` after the last settling."""
        return (
            int(self.rx + self.rx_rate * seconds),
            int(self.tx + self.tx_rate * seconds),
            int(self.errors + self.error_rate * seconds),
        )


class Traffic:
    """Counters that count by arithmetic: rates change only when something changes, and reading multiplies.

    Keys are ``cpe MAC``, ``port N`` and interface names. Rx is what the shelf receives, except for endpoints, where rx is
    downstream as everywhere else on the device.
    """

    def __init__(self, now: float) -> None:
        self.settled_at = now
        self.flows: dict[str, Flow] = {}

    def settle(self, now: float) -> None:
        """Add what went through since the last settling."""
        seconds = max(0.0, now - self.settled_at)
        for flow in self.flows.values():
            flow.rx += flow.rx_rate * seconds
            flow.tx += flow.tx_rate * seconds
            flow.errors += flow.error_rate * seconds
        self.settled_at = now

    def set_rates(self, rates: dict[str, tuple[float, float, float]]) -> None:
        """New rates (rx, tx, errors per second) for all flows; a flow not named stands still."""
        for key, flow in self.flows.items():
            flow.rx_rate, flow.tx_rate, flow.error_rate = rates.get(key, (0.0, 0.0, 0.0))
        for key, (rx, tx, errors) in rates.items():
            if key not in self.flows:
                self.flows[key] = Flow(rx_rate=rx, tx_rate=tx, error_rate=errors)

    def read(self, key: str, now: float) -> tuple[int, int, int]:
        """(rx octets, tx octets, rx errors) of a flow now."""
        flow = self.flows.get(key)
        return flow.at(max(0.0, now - self.settled_at)) if flow else (0, 0, 0)

    def clear(self, keys: list[str] | None = None) -> None:
        """Zero the counters of some flows, or of all."""
        for key in keys if keys is not None else list(self.flows):
            if flow := self.flows.get(key):
                flow.rx = flow.tx = flow.errors = 0.0
