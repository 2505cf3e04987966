"""Both stand-ins and the control API on one loopback port."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass

from aiohttp import web

from development.fake_billing.control import ControlApi
from development.fake_billing.faults import faulty
from development.fake_billing.hooks import Hooks
from development.fake_billing.sonar_app import SonarApi
from development.fake_billing.sonar_store import SonarStore
from development.fake_billing.splynx_app import SplynxApi
from development.fake_billing.world import World
from development.town import Town

HOST = "127.0.0.1"
SHUTDOWN_SECONDS = 0.5
"""How long a request that is being answered slowly on purpose may hold up the end."""


@dataclass(frozen=True)
class Ready:
    """What the ready line says: where everything is. The URLs of the systems have no path, as an operator enters them."""

    sonar_url: str
    splynx_url: str
    control_url: str
    people: int
    pid: int

    def as_json(self) -> dict[str, object]:
        """The ready line's object."""
        return {"ready": True, **asdict(self)}


class BillingServer:
    """The running stand-ins; all methods belong on the event loop that started it."""

    def __init__(self, town: Town) -> None:
        self.world = World(town)
        self.hooks = Hooks(self.world)
        self.store = SonarStore(self.world, self.hooks.post_sonar)
        self.splynx = SplynxApi(self.world)
        self.hooks.store = self.store
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> Ready:
        """Listen on a loopback port, 0 for any free one.

        :raises OSError: the port is taken
        """
        app = web.Application(middlewares=[faulty(self.world)])
        app.add_routes(SonarApi(self.world, self.store).routes())
        app.add_routes(self.splynx.routes())
        app.add_routes(ControlApi(self.world, self.store, self.hooks).routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, port)
        await site.start()
        url = f"http://{HOST}:{self._runner.addresses[0][1]}"
        return Ready(url, url, f"{url}/control", len(self.world.people), os.getpid())

    async def stop(self) -> None:
        """Stop listening and sending."""
        await self.hooks.close()
        if self._runner:
            await self._runner.cleanup()
