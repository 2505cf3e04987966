"""Configurations as text: the same wherever they were read, laid beside each other, and what of them is not G.hn. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .parsers import clean_output

CONTEXT_LINES = 3


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row of two texts side by side. ``kind``: ``same``, ``changed``, ``removed``, ``added``, ``gap`` (lines left out).

    Line numbers count from 1; 0 where that side has no line.
    """

    kind: str
    left_number: int = 0
    left: str = ""
    right_number: int = 0
    right: str = ""


def normal(text: str) -> str:
    """A configuration's text without what differs from one reading to the next: terminal codes, blanks, the announcement."""
    lines = [line.rstrip() for line in clean_output(text).split("\n")]
    while lines and (not lines[0] or lines[0].lower().startswith("building configuration")):
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n" if lines else ""


def side_by_side(left: str, right: str, context: int = CONTEXT_LINES) -> tuple[DiffRow, ...]:
    """Two texts beside each other, with some unchanged lines around every change; empty where they are the same."""
    old, new = left.splitlines(), right.splitlines()
    rows: list[DiffRow] = []
    ended = 0
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(context):
        if group[0][1] > ended:
            rows.append(DiffRow("gap"))
        for tag, first, last, new_first, new_last in group:
            rows += _rows(tag == "equal", old[first:last], first, new[new_first:new_last], new_first)
        ended = group[-1][2]
    return (*rows, DiffRow("gap")) if rows and ended < len(old) else tuple(rows)


def _rows(same: bool, old: Sequence[str], first: int, new: Sequence[str], new_first: int) -> Iterator[DiffRow]:
    for index in range(max(len(old), len(new))):
        left, right = index < len(old), index < len(new)
        kind = "same" if same else "changed" if left and right else "removed" if left else "added"
        yield DiffRow(
            kind,
            first + index + 1 if left else 0,
            old[index] if left else "",
            new_first + index + 1 if right else 0,
            new[index] if right else "",
        )


def unified(left: str, right: str, left_name: str, right_name: str) -> str:
    """Two texts as a unified diff; empty where they are the same."""
    found = difflib.unified_diff(left.splitlines(), right.splitlines(), left_name, right_name, n=CONTEXT_LINES, lineterm="")
    return "\n".join(found)


def outside_ghn(saved: str, actual: str) -> tuple[str, ...]:
    """Lines about other things than G.hn objects that ``saved`` has and ``actual`` has not (``+``), or the other way round (``-``).

    Both texts are :func:`normal`. Lines below an interface are named with it.
    """
    found = difflib.ndiff(_other_lines(actual), _other_lines(saved))
    return tuple(line for line in found if line.startswith(("+ ", "- ")))


def _other_lines(text: str) -> list[str]:
    lines: list[str] = []
    block = ""
    for line in text.splitlines():
        words = line.strip()
        if not words or words.startswith(("!", "ghn ", "no ghn ")) or words == "end":
            continue
        if line.startswith(" "):
            lines.append(f"{block}: {words}" if block else words)
        else:
            block = words if words.startswith(("interface", "vlan", "line", "access")) else ""
            lines.append(words)
    return lines
