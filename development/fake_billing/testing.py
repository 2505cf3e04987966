"""The stand-ins inside a test: a background thread with its own event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from development.fake_billing.server import BillingServer, Ready
from development.fake_billing.world import LoggedRequest
from development.town import Town, TownPerson

START_SECONDS = 30


class RunningBilling:
    """Running stand-ins, usable from the test's own thread. Every call takes effect before it returns."""

    def __init__(self, server: BillingServer, loop: asyncio.AbstractEventLoop, ready: Ready) -> None:
        self._server = server
        self._loop = loop
        self.town = server.world.town
        self.sonar_url = ready.sonar_url
        self.splynx_url = ready.splynx_url
        self.control_url = ready.control_url

    def set_mode(self, system: str, **modes: Any) -> None:
        """Switch modes of one system, see :class:`~development.fake_billing.world.SonarModes` and ``SplynxModes``."""
        self._run(lambda: self._server.world.set_mode(system, **modes))

    def reset_modes(self) -> None:
        """Everything back to normal."""
        self._run(self._server.world.reset_modes)

    def set_person(self, number: int, **changes: Any) -> TownPerson:
        """Change a person: ``status``, ``plan``, ``macs``, ``serials``, ``ipv4``, ... and send the webhooks."""
        person: TownPerson = self._run(lambda: self._server.world.set_person(number, **changes))
        return person

    def add_person(self, system: str, **values: Any) -> TownPerson:
        """A new customer, and the webhooks."""
        person: TownPerson = self._run(lambda: self._server.world.add_person(system, **values))
        return person

    def remove_orphan(self, mac: str) -> None:
        """Equipment without an account goes back to where nobody asks for it."""
        self._run(lambda: self._server.world.remove_orphan(mac))

    def person(self, number: int) -> TownPerson:
        """A person as they are now."""
        person: TownPerson = self._run(lambda: self._server.world.people[number])
        return person

    def register_hook(self, system: str, url: str, format: str = "json") -> None:
        """Send that system's events to ``url``."""
        self._run(lambda: self._server.hooks.register(system, url, format))

    def flush_hooks(self) -> None:
        """Wait until every event queued so far has been sent."""
        self._wait(self._server.hooks.flush)

    def requests(self, system: str = "") -> list[LoggedRequest]:
        """The request log, of one system if named."""
        log: list[LoggedRequest] = self._run(lambda: [r for r in self._server.world.requests if system in ("", r.system)])
        return log

    def clear_requests(self) -> None:
        """Empty the request log."""
        self._run(self._server.world.requests.clear)

    def _run(self, work: Callable[[], Any]) -> Any:
        async def inside() -> Any:
            return work()

        return self._wait(inside)

    def _wait(self, work: Callable[[], Awaitable[Any]]) -> Any:
        async def inside() -> Any:
            return await work()

        return asyncio.run_coroutine_threadsafe(inside(), self._loop).result(START_SECONDS)


@contextmanager
def running_billing(town: Town, port: int = 0) -> Iterator[RunningBilling]:
    """Serve a town's billing systems from a background thread for the length of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake-billing", daemon=True)
    thread.start()

    def call(work: Awaitable[Any]) -> Any:
        async def inside() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(inside(), loop).result(START_SECONDS)

    server = BillingServer(town)
    try:
        ready = call(server.start(port))
        yield RunningBilling(server, loop, ready)
    finally:
        call(server.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_SECONDS)
        loop.close()
