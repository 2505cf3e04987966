"""Faults of the wire that both stand-ins can have: what a proxy, a tired server or a wrong address does to an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from development.fake_billing.world import SONAR, SPLYNX, FaultModes, World

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
STEP_SECONDS = 0.05
SPLYNX_PREFIX, TOKEN_PREFIX = "/api/2.0/", "/api/2.0/admin/auth/"


def faulty(world: World) -> Callable[..., Awaitable[web.StreamResponse]]:
    """A middleware that lets ``fault_after`` answers pass and then spoils ``fault_times`` of them (-1: all)."""

    @web.middleware
    async def spoil(request: web.Request, handler: Handler) -> web.StreamResponse:
        modes = _modes_of(world, request)
        if modes is None or not modes.fault:
            return await handler(request)
        if modes.fault_after > 0:
            modes.fault_after -= 1
            return await handler(request)
        if modes.fault_times == 0:
            return await handler(request)
        if modes.fault_times > 0:
            modes.fault_times -= 1
        system = SONAR if modes is world.sonar else SPLYNX
        world.log(system, request.method, request.path, f"fault {modes.fault}", 0)
        return await _spoilt(world, modes, system, request, handler)

    return spoil


def _modes_of(world: World, request: web.Request) -> FaultModes | None:
    if request.path == "/api/graphql":
        return world.sonar
    if request.path.startswith(SPLYNX_PREFIX) and not request.path.startswith(TOKEN_PREFIX):
        return world.splynx
    return None


async def _spoilt(world: World, modes: FaultModes, system: str, request: web.Request, handler: Handler) -> web.StreamResponse:
    match modes.fault:
        case "error_page":
            return web.Response(status=503, text=PAGE.format("503 Service Unavailable"), content_type="text/html")
        case "html":
            return web.Response(text=PAGE.format("Please log in"), content_type="text/html")
        case "unauthorized":
            body = {"errors": [{"message": "Unauthenticated."}]} if system == SONAR else _splynx_error(401, "UNAUTHORIZED")
            return web.json_response(body, status=401)
        case "rate_limited" if system == SONAR:
            return web.json_response({"error": "Request limit of 400/min reached."})
        case "rate_limited":
            return web.json_response(_splynx_error(429, "RATE_LIMIT"), status=429)
        case "redirect":
            return web.Response(status=307, headers={"Location": f"{modes.redirect_to}{request.path_qs}"})
        case "stall":
            await _stall(world, modes, system)
            return await handler(request)
    response = await handler(request)
    if modes.fault == "late":
        # Done, but whoever asked has given up before the answer comes.
        await _stall(world, modes, system)
        return response
    assert isinstance(response, web.Response)
    return _truncated(response)


async def _stall(world: World, modes: FaultModes, system: str) -> None:
    """Wait, but no longer than the fault is switched on."""
    end = asyncio.get_running_loop().time() + modes.stall_seconds
    while asyncio.get_running_loop().time() < end and world.modes[system] is modes:
        await asyncio.sleep(STEP_SECONDS)


def _truncated(response: web.Response) -> web.Response:
    body = response.body if isinstance(response.body, bytes) else b""
    return web.Response(body=body[: len(body) // 2], status=response.status, content_type="application/json")


def _splynx_error(status: int, code: str) -> dict[str, object]:
    return {"error": {"message": code.replace("_", " ").capitalize(), "code": status, "internal_code": code}}
