"""Runs the benchmarks: ``python -m development.bench [NAME,NAME ...]``.

A benchmark is a module ``tests/bench/bench_NAME.py`` with ``measure() -> Measurement``. Each result also goes to
``.state/bench/NAME.json``.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from development.services import ROOT, STATE

FOLDER = ROOT / "tests" / "bench"


@dataclass(frozen=True)
class Measurement:
    """Our value, and that of a peer measured the same way; ``conditions`` says what was measured on what.

    ``figures``: further ones, which go to the file only.
    """

    value: float
    unit: str
    peer: str
    peer_value: float
    conditions: str
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Our value over the peer's."""
        return self.value / self.peer_value


def names() -> list[str]:
    """Names of all benchmarks there are."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def run(name: str) -> Measurement:
    """Run one benchmark and write its file."""
    measured: Measurement = importlib.import_module(f"tests.bench.bench_{name}").measure()
    path = Path(STATE / "bench" / f"{name}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"name": name, **asdict(measured), "ratio": measured.ratio}, indent=2) + "\n")
    return measured


def main() -> int:
    """Run the benchmarks asked for, all by default, and print a table."""
    wanted = [name for argument in sys.argv[1:] for name in argument.split(",") if name] or names()
    if unknown := sorted(set(wanted) - set(names())):
        print(f"No benchmark named {', '.join(unknown)}; there are: {', '.join(names()) or 'none'}.", file=sys.stderr)
        return 1
    table = Table("benchmark", "value", "unit", "peer", "peer's value", "ratio", "conditions")
    for name in wanted:
        measured = run(name)
        table.add_row(
            name,
            f"{measured.value:.4g}",
            measured.unit,
            measured.peer,
            f"{measured.peer_value:.4g}",
            f"{measured.ratio:.3f}",
            measured.conditions,
        )
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
