"""Faults that can be switched while a fleet runs, per shelf."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

PROTOCOLS = ("ssh", "jsonrpc", "snmp")


def _by_protocol(value: object, what: str) -> dict[str, float]:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return dict.fromkeys(PROTOCOLS, float(value))
    if isinstance(value, dict) and all(key in PROTOCOLS for key in value):
        return {key: float(seconds) for key, seconds in value.items()}
    raise ValueError(f"{what} {value!r}: seconds, or seconds by protocol ({', '.join(PROTOCOLS)})")


def _protocols(value: object, what: str) -> set[str]:
    names = set(PROTOCOLS) if value is True else {value} if isinstance(value, str) else set(value or ())  # type: ignore[call-overload]
    if not names <= set(PROTOCOLS):
        raise ValueError(f"{what} {value!r}: some of {', '.join(PROTOCOLS)}, or true for all")
    return names


@dataclass(slots=True)
class Faults:
    """What is wrong with a shelf. Sets hold protocols (``ssh``, ``jsonrpc``, ``snmp``); counts run down to zero as they strike."""

    slow: dict[str, float] = field(default_factory=dict)
    """Seconds added to each answer, by protocol."""
    dropped: set[str] = field(default_factory=set)
    """Protocols that do not answer at all."""
    garbage: set[str] = field(default_factory=set)
    """Protocols that answer nonsense (HTML instead of JSON)."""
    half: set[str] = field(default_factory=set)
    """Protocols that give half of each table."""
    refuse: dict[str, str] = field(default_factory=dict)
    """Writes containing the key are refused with the value as message."""
    lose: list[str] = field(default_factory=list)
    """Writes containing one of these are answered as done and not done. An empty text matches every write."""
    reboot_after_writes: int = 0
    """The shelf reboots right after the n-th write from now; that write's answer is lost."""
    busy_saves: int = 0
    """The next n saves are refused as busy."""
    disconnect_after: int = 0
    """The n-th command (SSH) or request (HTTP) from now is not done, and its connection drops."""

    def change(self, wanted: dict[str, Any]) -> None:
        """Set the named faults, leave the others. ``{"clear": true}`` clears all first.

        :raises ValueError: an unknown fault or a value that makes no sense
        """
        asked = dict(wanted)
        if asked.pop("clear", False):
            self.clear()
        for name, value in asked.items():
            if name == "slow":
                self.slow = _by_protocol(value, name) if value else {}
            elif name in ("dropped", "garbage", "half"):
                setattr(self, name, _protocols(value, name))
            elif name == "refuse":
                self.refuse = {value: "Injected refusal"} if isinstance(value, str) else dict(value or {})
            elif name == "lose":
                self.lose = [value] if isinstance(value, str) else [""] if value is True else list(value or ())
            elif name in ("reboot_after_writes", "busy_saves", "disconnect_after"):
                setattr(self, name, int(value))
            else:
                raise ValueError(f"fault {name!r}: one of {', '.join(item.name for item in fields(self))}, clear")

    def clear(self) -> None:
        """Nothing is wrong any more."""
        fresh = Faults()
        for item in fields(self):
            setattr(self, item.name, getattr(fresh, item.name))

    def as_json(self) -> dict[str, Any]:
        """The faults in force, as JSON types."""
        return {item.name: sorted(value) if isinstance(value := getattr(self, item.name), set) else value for item in fields(self)}
