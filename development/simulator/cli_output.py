"""What a command line leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Output:
    """``text`` uses newlines. ``then`` is the change itself, run by the gate (or after the text was sent, when ``close``)."""

    text: str = ""
    close: bool = False
    then: Callable[[], None] | None = None
