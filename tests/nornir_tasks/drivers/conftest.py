"""A shelf of the simulator that only this test uses, and a driver on it for each transport."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from development.simulator.state import SimShelf
from development.simulator.testing import RunningFleet, running_fleet
from development.simulator.variants import Variants
from development.town import TownEndpoint, TownProfile, TownService, TownShelf
from nornir_tasks.contracts import DeviceTarget, Transport
from nornir_tasks.drivers.base import GamDriver
from nornir_tasks.drivers.choose import driver_for_target

TOWN_SHELF = TownShelf(
    1, "gam-1", "GAM-12-C", "00000001", "00:0e:d8:10:00:00", "1.5.4", "cellar", "127.0.88.1",
    endpoints=(
        TownEndpoint("00:0e:d8:00:00:01", "s1", "G1001-C", 1, 1, "ep1"),
        TownEndpoint("00:0e:d8:00:00:02", "s2", "G1001-C", 2, 2, "ep2"),
        TownEndpoint("00:0e:d8:00:00:03", "s3", "G1001-C", 3, 3, "", configured=False),
    ),
    profiles=(TownProfile(2, "100M", 108, 54),),
    services=(TownService(1, "a", "ep1", 100, "100M", "first floor"),),
)  # fmt: skip


@dataclass
class Bench:
    """A running shelf and how to reach it. ``on_shelf`` runs a function in the shelf's own thread."""

    fleet: RunningFleet
    target: DeviceTarget

    @property
    def shelf(self) -> SimShelf:
        return self.fleet.shelf("gam-1")

    def on_shelf[T](self, function: Callable[[SimShelf], T]) -> T:
        return self.fleet.call(lambda: function(self.shelf))

    def faults(self, **faults: object) -> None:
        self.on_shelf(lambda shelf: shelf.faults.change(faults))

    def written(self) -> list[str]:
        """Every command that wrote or saved, as the shelf received it."""
        return self.on_shelf(lambda shelf: [entry.command for entry in shelf.log.select("change")])

    def driver(self, **changes: object) -> GamDriver:
        return driver_for_target(replace(self.target, **changes))


def make_bench(transport: Transport, variants: Variants | None = None) -> Iterator[Bench]:
    """A bench with a shelf of its own."""
    shelf = SimShelf(TOWN_SHELF, password="old&new pass", variants=variants)
    with running_fleet([shelf]) as fleet:
        target = replace(fleet.targets[0], transport=transport, limits={"connect": 3.0, "operation": 3.0})
        yield Bench(fleet, target)


@pytest.fixture(params=list(Transport), ids=str)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A shelf, once over SSH and once over JSON-RPC."""
    yield from make_bench(request.param)


@pytest.fixture
def driver(bench: Bench) -> Iterator[GamDriver]:
    """An open driver on the shelf."""
    with bench.driver() as opened:
        yield opened
