"""For tests: a fleet in a background thread, and targets to talk to it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator

from development.town import Town, TownShelf
from nornir_tasks.contracts import DeviceTarget, Login, SnmpCredential, Transport

from .fleet import Fleet, Ports
from .state import SimShelf

START_SECONDS = 20


class RunningFleet:
    """A fleet that is being served by another thread. Touch shelves through :meth:`call` only."""

    def __init__(self, fleet: Fleet, loop: asyncio.AbstractEventLoop, ports: Ports) -> None:
        self.fleet = fleet
        self.ports = ports
        self._loop = loop

    def call[T](self, function: Callable[[], T], timeout: float = 10) -> T:
        """Run a function in the fleet's thread and give its result; its exceptions are raised here."""

        async def run() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout)

    def shelf(self, name: str) -> SimShelf:
        """A shelf by name. :raises KeyError: no such shelf"""
        return self.fleet.shelves[name]

    @property
    def targets(self) -> list[DeviceTarget]:
        """A target per shelf: SSH, or JSON-RPC where the town says so; SNMP v3 where the town says so."""
        return [self.target(shelf) for shelf in self.fleet.shelves.values()]

    def target(self, shelf: SimShelf | str) -> DeviceTarget:
        """The target of one shelf."""
        found = self.shelf(shelf) if isinstance(shelf, str) else shelf
        accounts = self.fleet.accounts
        snmp = SnmpCredential(community=accounts["snmp_community"])
        if found.snmp_v3 and accounts.get("snmp_v3_user"):
            snmp = SnmpCredential(
                version="3",
                community="",
                username=accounts["snmp_v3_user"],
                auth_protocol="SHA256",
                auth_key=accounts["snmp_v3_auth_key"],
                priv_protocol="AES",
                priv_key=accounts["snmp_v3_priv_key"],
            )
        username, password = next(iter(found.users.items()))
        return DeviceTarget(
            name=found.name,
            address=found.identity.address,
            transport=Transport.JSONRPC if found.jsonrpc else Transport.SSH,
            ssh_port=self.ports.ssh,
            http_port=self.ports.http,
            snmp_port=self.ports.snmp,
            login=Login(username, password),
            snmp=snmp,
            model=found.identity.model.name,
        )


@contextlib.contextmanager
def running_fleet(
    shelves: Fleet | Town | Iterable[SimShelf | TownShelf],
    *,
    accounts: dict[str, str] | None = None,
    base: str = "",
    ssh: int = 0,
    http: int = 0,
    snmp: int = 0,
    control: int | None = None,
) -> Iterator[RunningFleet]:
    """Serve shelves from a background thread for as long as the context lasts.

    :param shelves: a fleet, a town, shelves of a town or shelves made by hand
    :param accounts: as in ``Town.accounts``; a town brings its own
    :raises NoPort: a wanted port is taken
    """
    fleet = _fleet(shelves, accounts, base)
    started, stop = threading.Event(), asyncio.Event()
    box: dict[str, object] = {}

    async def main() -> None:
        try:
            async with fleet.serve(ssh=ssh, http=http, snmp=snmp, control=control) as ports:
                box["loop"], box["ports"] = asyncio.get_running_loop(), ports
                started.set()
                await stop.wait()
        except OSError as problem:
            box["problem"] = problem
        finally:
            started.set()

    thread = threading.Thread(target=asyncio.run, args=(main(),), name="gamsim", daemon=True)
    thread.start()
    if not started.wait(START_SECONDS):
        raise TimeoutError(f"the fleet did not start in {START_SECONDS} s")
    if "problem" in box:
        thread.join()
        raise box["problem"]  # type: ignore[misc]
    loop: asyncio.AbstractEventLoop = box["loop"]  # type: ignore[assignment]
    try:
        yield RunningFleet(fleet, loop, box["ports"])  # type: ignore[arg-type]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(START_SECONDS)


def _fleet(shelves: Fleet | Town | Iterable[SimShelf | TownShelf], accounts: dict[str, str] | None, base: str) -> Fleet:
    if isinstance(shelves, Fleet):
        return shelves
    if isinstance(shelves, Town):
        return Fleet.from_town(shelves, base=base)
    items = list(shelves)
    if all(isinstance(item, TownShelf) for item in items):
        return Fleet.from_shelves((item for item in items if isinstance(item, TownShelf)), accounts, base=base)
    return Fleet((item for item in items if isinstance(item, SimShelf)), accounts)
