"""``python -m development.fake_billing``: serve Sonar and Splynx stand-ins until SIGINT or SIGTERM.

Prints one JSON line when ready, with ``sonar_url``, ``splynx_url``, ``control_url``, ``people`` and ``pid``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from development.fake_billing.server import BillingServer
from development.town_builder import build_town

PARENT_CHECK_SECONDS = 1.0


def main() -> None:
    """Parse the command line and serve."""
    # Asked first of all: once the parent is gone, whoever adopted this process would be taken for it.
    parent = os.getppid()
    parser = argparse.ArgumentParser(
        prog="python -m development.fake_billing", description="Sonar and Splynx stand-ins of the demo town."
    )
    parser.add_argument("--seed", type=int, default=7, help="seed of the town (default 7)")
    parser.add_argument("--shelves", type=int, default=10, help="shelves of the town (default 10)")
    parser.add_argument("--port", type=int, default=0, help="loopback port (default: any free one)")
    parser.add_argument("--state-file", type=Path, help="also write the ready line there, while serving")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when the process that started this one is gone")
    asyncio.run(serve(parser.parse_args(), parent))


async def serve(options: argparse.Namespace, parent: int) -> None:
    """Serve until told to stop, or until ``parent``, a process id, is the parent no more."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    server = BillingServer(build_town(options.seed, options.shelves))
    ready = json.dumps((await server.start(options.port)).as_json())
    if options.state_file:
        write_state(options.state_file, ready)
    print(ready, flush=True)
    watcher = asyncio.create_task(follow_parent(parent, stop)) if options.exit_with_parent else None
    await stop.wait()
    if watcher:
        watcher.cancel()
    await server.stop()
    if options.state_file:
        options.state_file.unlink(missing_ok=True)


async def follow_parent(parent: int, stop: asyncio.Event) -> None:
    """Set ``stop`` once this process has been given to another parent."""
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_CHECK_SECONDS)
    stop.set()


def write_state(path: Path, ready: str) -> None:
    """Write the state file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(path.suffix + ".part")
    partial.write_text(ready + "\n")
    partial.replace(path)


if __name__ == "__main__":
    main()
