"""The control API: what a person running the demo, or a test, turns while both stand-ins are up. JSON over HTTP.

==========================================  ===============================================================================
``GET  /control/people?system=sonar``       everybody, or one system's
``GET  /control/people/{number}``           one person
``POST /control/people``                    a new customer: ``{"system": "sonar", "plan": "home-100", "macs": [...]}``
``POST /control/people/{number}``           change: ``{"status": "suspended"}``, also plan, macs, serials, ipv4, name, ...
``GET  /control/modes``                     the switches of both systems
``POST /control/modes/{system}``            switch: ``{"slow_seconds": 2}``
``DELETE /control/modes``                   everything back to normal
``GET  /control/requests?system=splynx``    the request log
``DELETE /control/requests``                empty it
``GET  /control/hooks``                     what was delivered, with status
``POST /control/hooks``                     subscribe: ``{"system": "splynx", "url": "http://...", "format": "form"}``
``POST /control/hooks/send``                send any body as an event: ``{"system": "splynx", "body": {...}}``
``POST /control/hooks/retry``               send again what Sonar got no 200 for
``POST /control/hooks/flush``               answer when everything queued has been sent
==========================================  ===============================================================================

A bad field is answered with 400 and ``{"error": "..."}``, an unknown person with 404.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from development.fake_billing.hooks import Hooks
from development.fake_billing.sonar_store import SonarStore
from development.fake_billing.world import SPLYNX, SYSTEMS, ControlError, World

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ControlApi:
    """Handlers of the control API."""

    def __init__(self, world: World, store: SonarStore, hooks: Hooks) -> None:
        self.world = world
        self.store = store
        self.hooks = hooks

    def routes(self) -> list[web.RouteDef]:
        """The routes of the API."""
        return [
            web.get("/control/people", _checked(self.list_people)),
            web.post("/control/people", _checked(self.add_person)),
            web.get("/control/people/{number}", _checked(self.get_person)),
            web.post("/control/people/{number}", _checked(self.set_person)),
            web.get("/control/modes", _checked(self.get_modes)),
            web.post("/control/modes/{system}", _checked(self.set_modes)),
            web.delete("/control/modes", _checked(self.reset_modes)),
            web.get("/control/requests", _checked(self.get_requests)),
            web.delete("/control/requests", _checked(self.clear_requests)),
            web.get("/control/hooks", _checked(self.get_hooks)),
            web.post("/control/hooks", _checked(self.add_hook)),
            web.post("/control/hooks/send", _checked(self.send_hook)),
            web.post("/control/hooks/retry", _checked(self.retry_hooks)),
            web.post("/control/hooks/flush", _checked(self.flush_hooks)),
        ]

    async def list_people(self, request: web.Request) -> web.Response:
        system = request.query.get("system")
        people = sorted(self.world.people.values(), key=lambda person: person.number)
        return web.json_response([dataclasses.asdict(person) for person in people if system in (None, person.system)])

    async def get_person(self, request: web.Request) -> web.Response:
        return web.json_response(dataclasses.asdict(self.world.people[self._number(request)]))

    async def add_person(self, request: web.Request) -> web.Response:
        values = await _object(request)
        person = self.world.add_person(values.pop("system", ""), **values)
        return web.json_response(dataclasses.asdict(person), status=201)

    async def set_person(self, request: web.Request) -> web.Response:
        number = self._number(request)
        return web.json_response(dataclasses.asdict(self.world.set_person(number, **await _object(request))))

    async def get_modes(self, _request: web.Request) -> web.Response:
        return web.json_response({system: dataclasses.asdict(modes) for system, modes in self.world.modes.items()})

    async def set_modes(self, request: web.Request) -> web.Response:
        modes = self.world.set_mode(request.match_info["system"], **await _object(request))
        return web.json_response(dataclasses.asdict(modes))

    async def reset_modes(self, request: web.Request) -> web.Response:
        self.world.reset_modes()
        return await self.get_modes(request)

    async def get_requests(self, request: web.Request) -> web.Response:
        system = request.query.get("system")
        return web.json_response([dataclasses.asdict(entry) for entry in self.world.requests if system in (None, entry.system)])

    async def clear_requests(self, _request: web.Request) -> web.Response:
        self.world.requests.clear()
        return web.Response(status=204)

    async def get_hooks(self, _request: web.Request) -> web.Response:
        return web.json_response(self.hooks.delivered)

    async def add_hook(self, request: web.Request) -> web.Response:
        values = await _object(request)
        self.hooks.register(values.get("system", ""), str(values.get("url", "")), values.get("format", "json"))
        return web.json_response({"registered": values.get("url")}, status=201)

    async def send_hook(self, request: web.Request) -> web.Response:
        values = await _object(request)
        system, body = values.get("system"), values.get("body")
        if system not in SYSTEMS or not isinstance(body, dict):
            raise ControlError("system", system, "sonar or splynx, with a body that is an object")
        (self.hooks.send_splynx if system == SPLYNX else self.hooks.send_sonar)(body)
        return web.json_response({"queued": True}, status=202)

    async def retry_hooks(self, _request: web.Request) -> web.Response:
        return web.json_response({"sent": await self.store.retry_failed()})

    async def flush_hooks(self, _request: web.Request) -> web.Response:
        await self.hooks.flush()
        return web.json_response({"delivered": len(self.hooks.delivered)})

    def _number(self, request: web.Request) -> int:
        text = request.match_info["number"]
        if not text.isdigit() or int(text) not in self.world.people:
            raise web.HTTPNotFound(text=f'{{"error": "no person {text}"}}', content_type="application/json")
        return int(text)


def _checked(handler: Handler) -> Handler:
    """Answer a control error with 400 and its words."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ControlError as error:
            return web.json_response({"error": str(error)}, status=400)

    return answer


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise ControlError("body", "", "must be JSON") from None
    if not isinstance(body, dict):
        raise ControlError("body", type(body).__name__, "must be an object")
    return body
