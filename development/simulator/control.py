"""The control interface: what tests and the demo look at and turn, over HTTP on loopback. It is no part of a shelf."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import running_config
from .config import DeviceConfig
from .refusals import Refused
from .rules import normal_mac
from .state import STATE_NAMES, SimShelf

if TYPE_CHECKING:
    from .fleet import Fleet


class Unusable(ValueError):
    """A request that makes no sense; its text says what is wrong."""


def config_json(shelf: SimShelf, config: DeviceConfig) -> dict[str, Any]:
    """A configuration as text and as objects sorted by id, without the per-boot ``uid``."""

    def rows(table: dict[int, Any]) -> list[dict[str, Any]]:
        found = [dataclasses.asdict(item) for _, item in sorted(table.items())]
        return [{key: value for key, value in row.items() if key != "uid"} for row in found]

    return {
        "text": running_config.render(shelf, config),
        "profiles": rows(config.profiles),
        "endpoints": rows(config.endpoints),
        "subscribers": rows(config.subscribers),
        "subscriber_model": config.subscriber_model,
        "default_nni": config.default_nni,
    }


def shelf_json(shelf: SimShelf) -> dict[str, Any]:
    """Everything worth knowing about a shelf."""
    return {
        "name": shelf.name,
        "address": shelf.identity.address,
        "model": shelf.identity.model.name,
        "serial": shelf.identity.serial,
        "firmware": shelf.identity.software,
        "up": shelf.up,
        "boots": shelf.boots,
        "uptime_seconds": int(shelf.uptime),
        "running": config_json(shelf, shelf.running),
        "startup": config_json(shelf, shelf.startup),
        "saved": running_config.render(shelf, shelf.running) == running_config.render(shelf, shelf.startup)
        and shelf.running == shelf.startup,
        "endpoints": [
            {
                "mac": view.mac,
                "configured_id": view.id,
                "port": view.detected_port,
                "state": STATE_NAMES[view.state],
                "subscriber": view.subscriber.name if view.subscriber else "",
                "profile": view.profile.name if view.profile else "",
            }
            for view in shelf.views()
        ],
        "alarms": [
            {"uuid": alarm.uuid.hex(), "entity": alarm.cause.entity, "condition": alarm.cause.condition}
            for alarm in shelf.alarms.active.values()
        ],
        "faults": shelf.faults.as_json(),
        "counts": shelf.log.counts | {"snmp": shelf.log.snmp_requests},
    }


def move_endpoint(shelf: SimShelf, wanted: dict[str, Any]) -> None:
    """Plug, unplug, move or decay an endpoint.

    Bodies: ``{"action": "plug", "mac", "port", "model"?, "serial"?, "rx_phy"?, "tx_phy"?}``, ``{"action": "unplug", "mac"}``,
    ``{"action": "move", "mac", "port"}``, ``{"action": "wrong_port", "mac"}`` (any but its configured port),
    ``{"action": "decay", "mac", "factor"}``, and ``{"action": "link", "interface", "up"}`` for an uplink.

    :raises Unusable: anything else
    """
    action = wanted.pop("action", "")
    try:
        if action == "link":
            shelf.set_link(wanted["interface"], bool(wanted["up"]))
            return
        mac = normal_mac(wanted.pop("mac"))
        if action == "plug":
            shelf.plug(mac, int(wanted.pop("port")), **wanted)
        elif action == "unplug":
            shelf.unplug(mac)
        elif action == "move":
            shelf.move(mac, int(wanted["port"]))
        elif action == "wrong_port":
            shelf.move(mac, shelf.other_port(mac))
        elif action == "decay":
            shelf.decay(mac, float(wanted["factor"]))
        else:
            raise Unusable(f"action {action!r}: plug, unplug, move, wrong_port, decay or link")
    except KeyError as problem:
        raise Unusable(f"{problem.args[0]} is missing or not on this shelf") from None
    except (TypeError, Refused) as problem:
        raise Unusable(str(problem)) from None


class ControlHttp:
    """Request handler of the control interface, for :class:`aiohttp.web.Server`."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        parts = [part for part in request.path.split("/") if part]
        try:
            body = json.loads(await request.read() or b"{}") if request.method == "POST" else {}
            if not isinstance(body, dict):
                raise Unusable("body: an object")
            return web.json_response(self._route(request, parts, body))
        except KeyError as problem:
            return web.json_response({"error": f"no {problem.args[0]}"}, status=404)
        except ValueError as problem:
            return web.json_response({"error": str(problem)}, status=400)

    def _route(self, request: web.BaseRequest, parts: list[str], body: dict[str, Any]) -> Any:
        if request.method == "POST" and parts == ["advance"]:
            for shelf in self.fleet.shelves.values():
                advance(shelf, body)
            return {"ok": True}
        if not parts or parts[0] != "shelves" or len(parts) > 3:
            raise KeyError(request.path)
        if len(parts) == 1:
            return self.fleet.describe()
        shelf = self.fleet.shelves[parts[1]]
        if request.method == "GET":
            return self._read(request, shelf, parts[2:])
        return self._act(shelf, parts[2:], body)

    @staticmethod
    def _read(request: web.BaseRequest, shelf: SimShelf, what: list[str]) -> Any:
        if not what:
            return shelf_json(shelf)
        if what == ["log"]:
            query = request.query
            return shelf.log.as_json(kind=query.get("kind", ""), via=query.get("via", ""), after=int(query.get("after", "0")))
        if what == ["faults"]:
            return shelf.faults.as_json()
        raise KeyError(what[0])

    @staticmethod
    def _act(shelf: SimShelf, what: list[str], body: dict[str, Any]) -> Any:
        if what == ["faults"]:
            shelf.faults.change(body)
            return shelf.faults.as_json()
        if what == ["reboot"]:
            shelf.reboot()
        elif what == ["endpoints"]:
            move_endpoint(shelf, body)
        elif what == ["advance"]:
            advance(shelf, body)
        else:
            raise KeyError(what[0] if what else "such action")
        return {"ok": True}


def advance(shelf: SimShelf, body: dict[str, Any]) -> None:
    """``{"seconds": n}``: let time pass on a shelf. :raises ValueError: not a number, or negative"""
    shelf.clock.advance(float(body.get("seconds", 0)))
