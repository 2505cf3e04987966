"""Command-line words: splitting a line, matching abbreviations, and the three ways a line can be wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line, without its quotes, and the column it starts in."""

    text: str
    column: int
    quoted: bool = False


class SyntaxProblem(Exception):
    """A line that is not a command. ``column`` is where the caret goes, None without a caret."""

    def __init__(self, message: str, column: int | None = None) -> None:
        super().__init__(message)
        self.column = column


def invalid(word: Word) -> SyntaxProblem:
    """A word nothing matches."""
    return SyntaxProblem("% Invalid word detected at '^' marker.", word.column)


def ambiguous(word: Word) -> SyntaxProblem:
    """An abbreviation of several keywords."""
    return SyntaxProblem("% Ambiguous word detected at '^' marker.", word.column)


def incomplete() -> SyntaxProblem:
    """A line that ends too early."""
    return SyntaxProblem("% Incomplete command.")


def split(line: str) -> list[Word]:
    """Words of a line. Double quotes hold spaces together; there is no escape character.

    :raises SyntaxProblem: a quote that is not closed
    """
    words, at = [], 0
    while at < len(line):
        if line[at] == " ":
            at += 1
            continue
        start = at
        if line[at] == '"':
            end = line.find('"', at + 1)
            if end < 0:
                raise SyntaxProblem("% Invalid word detected at '^' marker.", start)
            words.append(Word(line[at + 1 : end], start, True))
            at = end + 1
        else:
            end = line.find(" ", at)
            at = len(line) if end < 0 else end
            words.append(Word(line[start:at], start))
    return words


def keyword(word: Word, known: Iterable[str]) -> str:
    """The keyword a word stands for, exact or as an unambiguous abbreviation. :raises SyntaxProblem:"""
    wanted = word.text.lower()
    matches = sorted({item for item in known if item.lower().startswith(wanted)}) if wanted and not word.quoted else []
    exact = [item for item in matches if item.lower() == wanted]
    if exact:
        return exact[0]
    if len(matches) > 1:
        raise ambiguous(word)
    if not matches:
        raise invalid(word)
    return matches[0]


def number(word: Word, low: int, high: int) -> int:
    """A number in a range. :raises SyntaxProblem:"""
    if word.quoted or not word.text.isascii() or not word.text.isdigit() or not low <= int(word.text) <= high:
        raise invalid(word)
    return int(word.text)


def vlan_list(word: Word) -> tuple[int, ...]:
    """VLANs written as ``301,302,310-312``. :raises SyntaxProblem:"""
    vlans: set[int] = set()
    for part in word.text.split(","):
        first, dash, last = part.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise invalid(word)
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= 4095:
            raise invalid(word)
        vlans.update(range(low, high + 1))
    return tuple(sorted(vlans))


def vlan_text(vlans: Iterable[int]) -> str:
    """The inverse of :func:`vlan_list`: runs become ranges."""
    runs: list[list[int]] = []
    for vlan in sorted(vlans):
        if runs and vlan == runs[-1][1] + 1:
            runs[-1][1] = vlan
        else:
            runs.append([vlan, vlan])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)
