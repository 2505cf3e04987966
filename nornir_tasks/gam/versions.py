"""Firmware releases: what they are called and which is newer. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

_SOFTWARE = re.compile(r"(?P<family>GAM-[\w/]+-[A-Z])_v(?P<version>\d+(?:\.\d+){1,3})")
_VERSION = re.compile(r"v?(?P<numbers>\d+(?:\.\d+){1,3})(?:[ _]*r(?P<revision>\d+))?$")


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A release. ``revision`` is the code revision, None where it is not told; equal numbers with an untold one are equal."""

    numbers: tuple[int, ...]
    revision: int | None = None

    @property
    def padded(self) -> tuple[int, ...]:
        """The numbers as four: 1.5 is 1.5.0.0."""
        return (*self.numbers, 0, 0, 0, 0)[:4]

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and not self < other and not other < self

    def __lt__(self, other: Version) -> bool:
        mine, others = self.padded, other.padded
        if mine != others or self.revision is None or other.revision is None:
            return mine < others
        return self.revision < other.revision

    def __hash__(self) -> int:
        return hash(self.padded)


def parse_version(text: str) -> Version:
    """``1.5.4``, ``v1.5.4`` or ``1.8.2 r28146``.

    :raises ValueError: naming the text
    """
    found = _VERSION.match(text.strip())
    if found is None:
        raise ValueError(f"version {text!r}: numbers with dots are needed, such as 1.8.2")
    revision = found["revision"]
    return Version(tuple(map(int, found["numbers"].split("."))), int(revision) if revision else None)


def parse_software(text: str, revision: str = "") -> tuple[str, Version] | None:
    """Family and version of a shelf's own text, ``GAM-12/24-C_v1.5.4``; None when it is not such a text."""
    found = _SOFTWARE.match(text.strip())
    if found is None:
        return None
    numbers = tuple(map(int, found["version"].split(".")))
    return found["family"], Version(numbers, int(revision) if revision.isdecimal() else None)
