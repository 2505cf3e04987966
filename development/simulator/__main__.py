"""``python -m development.simulator``: serve a town's fleet until stopped."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path

from development.town_builder import build_town

from .fleet import Fleet
from .ports import NoPort

PARENT_CHECK_SECONDS = 1.0


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m development.simulator", description="A fleet of simulated GAM shelves on loopback."
    )
    parser.add_argument("--seed", type=int, default=7, help="same seed, same fleet")
    parser.add_argument("--shelves", type=int, default=10, help="how many")
    parser.add_argument("--ssh-port", type=int, default=0, help="0: one that is free on all shelf addresses")
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--snmp-port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0, help="control interface, on 127.0.0.1")
    parser.add_argument("--base", default="", help="first shelf address; without it the town's own addresses")
    parser.add_argument("--state-file", type=Path, help="where to write what is printed when ready")
    parser.add_argument("--exit-with-parent", action="store_true", help="end when the parent process ends")
    parser.add_argument("--no-vlan-rows", action="store_true", help="no shelf lists every VLAN in IF-MIB")
    return parser.parse_args(argv)


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal, or until the parent is gone. :raises NoPort: a wanted port is taken"""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    parent = os.getppid()
    fleet = Fleet.from_town(build_town(options.seed, options.shelves), base=options.base, vlan_rows=not options.no_vlan_rows)
    ports = {"ssh": options.ssh_port, "http": options.http_port, "snmp": options.snmp_port, "control": options.control_port}
    async with fleet.serve(**ports) as served:
        names = {"ssh": served.ssh, "http": served.http, "snmp": served.snmp, "control": served.control}
        line = json.dumps({"ready": True, "ports": names, "shelves": fleet.describe()})
        if options.state_file:
            options.state_file.parent.mkdir(parents=True, exist_ok=True)
            options.state_file.write_text(line + "\n")
        print(line, flush=True)
        while not stop.is_set() and (not options.exit_with_parent or os.getppid() == parent):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PARENT_CHECK_SECONDS if options.exit_with_parent else None)


def main() -> int:
    """Exit code 0 after a signal, 1 when a port is taken."""
    try:
        asyncio.run(serve(arguments()))
    except NoPort as problem:
        print(f"gamsim: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
