"""Texts several protocols share: uptimes, health figures, SFP readings. Health moves with the clock, not with a timer."""

from __future__ import annotations

import math
import zlib
from datetime import datetime

from .state import EndpointView, SimShelf
from .world import ZONE

SENSORS = ("Intake#1", "Intake#2", "Exhaust#1", "Exhaust#2", "CPU")
NO_SERIAL = "0" * 63


def days(seconds: float, form: str = "long") -> str:
    """``53 days, 14h 28m 19s`` (G.hn side) or, ``short``, ``53d 14:24:17`` (system side)."""
    whole = int(seconds)
    count, hour, minute, second = whole // 86_400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    if form == "short":
        return f"{count}d {hour:02d}:{minute:02d}:{second:02d}"
    return f"{count} days, {hour}h {minute}m {second}s"


def long_time(at: float) -> str:
    """``Mon Dec  2 15:02:21 2024``."""
    return datetime.fromtimestamp(at, ZONE).strftime("%a %b %e %H:%M:%S %Y")


def wave(shelf: SimShelf, name: str, middle: float, swing: float, period: float = 900) -> float:
    """A figure that swings around ``middle``, different per shelf and name."""
    phase = zlib.crc32(f"{shelf.name}/{name}".encode()) % 1000
    return middle + swing * math.sin(phase + shelf.clock.now() / period)


def cpu(shelf: SimShelf) -> tuple[int, int, int]:
    """CPU load in per cent over 100 ms, 1 s, 10 s."""
    return int(wave(shelf, "100ms", 36, 20, 5)), int(wave(shelf, "1s", 36, 12, 30)), int(wave(shelf, "10s", 35, 6, 300))


def temperatures(shelf: SimShelf) -> list[float]:
    """Degrees Celsius of :data:`SENSORS`."""
    middles = (16.9, 14.8, 24.2, 22.0, 38.5)
    return [round(wave(shelf, name, middle + 6, 3), 1) for name, middle in zip(SENSORS, middles, strict=True)]


def fans(shelf: SimShelf) -> list[int]:
    """Revolutions per minute; outdoor shelves have no fans."""
    return [] if shelf.identity.model.outdoor else [int(wave(shelf, f"fan {at}", 9300, 140, 60)) for at in range(4)]


def led(shelf: SimShelf) -> str:
    """The system LED."""
    if any(alarm.cause.severity >= 3 for alarm in shelf.alarms.active.values()):
        return "System LED: red, solid, major or critical alarm."
    return "System LED: green, solid, normal indication."


def ddmi(shelf: SimShelf, uplink: str) -> list[str]:
    """SFP temperature, voltage, bias, Tx and Rx power. A trailing ``+`` is a warning, ``++`` an alarm (inferred)."""
    celsius = wave(shelf, uplink + "t", 34, 3)
    tx, rx = wave(shelf, uplink + "tx", -2.1, 0.2), wave(shelf, uplink + "rx", -3.6, 0.5)
    up = shelf.link_up(uplink)
    second = uplink.endswith("/2")
    rx_text = f"{rx:.4f}" + (" ++" if second else "") if up else "-40.0000 ++"
    return [f"{celsius:.3f}", "3.2953", "29.5800", f"{0.8864 if second else tx:.4f}" + (" +" if second else ""), rx_text]


def serial_short(view: EndpointView) -> str:
    """The serial number proper: third part of ``assembly,revision,serial,build``."""
    if view.cpe is None:
        return ""
    parts = view.cpe.serial.split(",")
    return parts[2] if len(parts) > 2 else view.cpe.serial


def device_serial(view: EndpointView) -> str:
    """Serial text of the detailed status: ``assembly,revision,serial,build``; 63 zeros when there is none."""
    if view.cpe is None or not view.cpe.serial:
        return NO_SERIAL
    return view.cpe.serial if "," in view.cpe.serial else f"ASY-2103-20,R12,{view.cpe.serial},23284"
