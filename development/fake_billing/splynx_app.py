"""The HTTP side of the Splynx stand-in: the REST collections below ``/api/2.0/admin/``."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from development.fake_billing.splynx_auth import AuthError, SplynxAuth
from development.fake_billing.splynx_data import REQUIRED, UNLISTED, Row, SplynxTables, as_strings, columns
from development.fake_billing.splynx_query import QueryError, cut, nested, offset_of, select
from development.fake_billing.world import SPLYNX, World

BASE = "/api/2.0/admin"
PATHS = {
    "customers/customer": "customers",
    "tariffs/internet": "tariffs",
    "customers/customers-online": "online",
    "inventory/items": "items",
    "inventory/products": "products",
    "networking/acs-devices": "acs-devices",
    "logs/changes": "changes",
    "networking/routers": "routers",
}
"""Path below the base -> resource; one row is at ``path/{id}``."""

SERVICES = re.compile(r"^customers/customer/(?P<customer>\d+)/internet-services(?:--(?P<service>\d+))?$")
HTML_PAGE = "<!DOCTYPE html><html><head><title>Login</title></head><body><form>Login</form></body></html>"
ALLOWED = "Authorization, Content-Type, X-total-count"


class ApiError(Exception):
    """An answer with Splynx' error body."""

    def __init__(self, status: int, internal_code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.internal_code = internal_code
        self.message = message

    def response(self) -> web.Response:
        """The answer."""
        error = {"message": self.message, "code": self.status, "internal_code": self.internal_code}
        return web.json_response({"error": error}, status=self.status)


class SplynxApi:
    """Answers REST requests, or misbehaves as the modes say."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.auth = SplynxAuth(world)
        self.additional: dict[tuple[str, int], dict[str, Any]] = {}
        self._built: SplynxTables | None = None
        self._built_for = -1

    def routes(self) -> list[web.RouteDef]:
        """The routes of the API; the path itself is taken apart here, since Splynx puts ids behind ``--``."""
        return [web.route("*", "/api/2.0/{path:.*}", self.answer)]

    @property
    def tables(self) -> dict[str, list[Row]]:
        """The tables as of now."""
        if self._built is None or self._built_for != self.world.revision:
            self._built = SplynxTables(self.world)
            self._built_for = self.world.revision
        return self._built.rows

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        if self.world.splynx.slow_seconds:
            await asyncio.sleep(self.world.splynx.slow_seconds)
        try:
            response = await self._respond(request)
        except AuthError as error:
            response = ApiError(error.status, error.internal_code, error.message).response()
        except QueryError as error:
            response = ApiError(400, "BAD_REQUEST", str(error)).response()
        except ApiError as error:
            response = error.response()
        self.world.log(SPLYNX, request.method, request.path, request.query_string, response.status)
        return response

    async def _respond(self, request: web.Request) -> web.Response:
        modes = self.world.splynx
        if modes.html:
            return web.Response(text=HTML_PAGE, content_type="text/html")
        if modes.maintenance:
            raise ApiError(500, "INTERNAL_ERROR", "Internal server error")
        if self.world.refused(SPLYNX):
            return web.json_response(
                {"error": {"message": "Too many requests", "code": 429, "internal_code": "RATE_LIMIT"}}, status=429
            )
        path = request.match_info["path"].removeprefix("admin/").rstrip("/")
        if path == "auth/tokens" or path.startswith("auth/tokens/"):
            return await self._tokens(request, path)
        self.auth.check(request)
        if path == "api/check":
            return web.json_response({"status": "ok", "message": "API is valid", "same_server": 0})
        query = nested(parse_qsl(request.query_string, keep_blank_values=True))
        return await self._collection(request, path, query)

    # --------------------------------------------------------------------------------------------------- tokens

    async def _tokens(self, request: web.Request, path: str) -> web.Response:
        refresh = path.removeprefix("auth/tokens").strip("/")
        if request.method == "POST" and not refresh:
            return web.json_response(self.auth.issue(await _body(request), request).body(), status=201)
        if request.method == "GET" and refresh:
            return web.json_response(self.auth.renew(refresh, request).body())
        if request.method == "DELETE" and refresh:
            self.auth.revoke(refresh)
            return web.Response(status=204)
        raise ApiError(405, "METHOD_NOT_ALLOWED", "Method not allowed")

    # ----------------------------------------------------------------------------------------------- collections

    async def _collection(self, request: web.Request, path: str, query: dict[str, Any]) -> web.Response:
        resource, rows, id = self._find(path, query, request.method)
        if resource == "acs-devices" and not self.world.splynx.acs_module:
            raise ApiError(405, "METHOD_DISABLED", "Method is disabled!")
        if request.method == "OPTIONS":
            return web.json_response(self._schema(resource))
        if request.method == "PUT" and id is not None:
            return self._put(resource, _row(rows, id), await _body(request))
        if request.method not in ("GET", "HEAD"):
            raise ApiError(403, "PERMISSION_DENIED", "This API key may not do that")
        if id is not None:
            return self._json(self._shown(resource, _row(rows, id)))
        return self._list(request, resource, rows, query)

    def _find(self, path: str, query: dict[str, Any], method: str) -> tuple[str, list[Row], int | None]:
        """Resource, its visible rows, and the id when the path names one row."""
        if match := SERVICES.match(path):
            customer, service = int(match["customer"]), match["service"]
            if customer == 0 and service is None and not query.get("main_attributes") and method in ("GET", "HEAD"):
                raise ApiError(500, "INTERNAL_ERROR", "You should set at least one service's parameter")
            rows = self._visible("internet-services")
            rows = [row for row in rows if row["customer_id"] == customer] if customer else rows
            return "internet-services", rows, int(service) if service else None
        if path in PATHS:
            return PATHS[path], self._visible(PATHS[path]), None
        parent, _, last = path.rpartition("/")
        if parent in PATHS and last.isdigit():
            return PATHS[parent], self._visible(PATHS[parent]), int(last)
        raise ApiError(404, "NOT_FOUND", "Page not found")

    def _visible(self, resource: str) -> list[Row]:
        """Rows the key may see: another partner's customers, and what hangs on them, are silently missing."""
        rows, partner = self.tables[resource], self.world.splynx.partner_only
        if not partner:
            return rows
        customers = {row["id"] for row in self.tables["customers"] if row["partner_id"] == partner}
        key: Callable[[Row], Any] = (lambda row: row["id"]) if resource == "customers" else (lambda row: row.get("customer_id", 0))
        return [row for row in rows if key(row) in customers or (resource != "customers" and key(row) == 0)]

    def _list(self, request: web.Request, resource: str, rows: list[Row], query: dict[str, Any]) -> web.Response:
        offset, limit = offset_of(query)
        page = offset // limit + 1 if limit else 1
        _fail_page(self.world.splynx.failing_page, resource, page)
        if self.world.splynx.shifting and page > 1:
            rows = rows[1:]
        found = select(rows, query)
        if self.world.splynx.repeating and offset:
            query = {**query, "offset": "0"}
        if request.method == "HEAD":
            headers = {"X-total-count": str(len(found) + self.world.drift(SPLYNX)), "Access-Control-Expose-Headers": ALLOWED}
            return web.Response(status=204, headers=headers)
        return self._json([self._shown(resource, row) for row in cut(found, query)])

    def _shown(self, resource: str, row: Row) -> Row:
        written = self.additional.get((resource, row["id"]))
        return {**row, "additional_attributes": {**row["additional_attributes"], **written}} if written else row

    def _json(self, data: Any) -> web.Response:
        if self.world.splynx.types == "string":
            data = [as_strings(row) for row in data] if isinstance(data, list) else as_strings(data)
        return web.json_response(data)

    def _schema(self, resource: str) -> dict[str, Any]:
        attributes = [
            {"name": name, "title": name.replace("_", " ").capitalize(), "type": type, "required": name in REQUIRED}
            for name, type in columns(resource).items()
            if name not in UNLISTED
        ]
        custom = (
            [{"name": "netbox_id", "title": "NetBox id", "type": "string", "required": False}] if resource == "customers" else []
        )
        return {"attributes": attributes, "additional_attributes": custom}

    def _put(self, resource: str, row: Row, body: dict[str, Any]) -> web.Response:
        """Only additional attributes may be written; the key has no right to anything that costs money."""
        if set(body) != {"additional_attributes"} or not isinstance(body["additional_attributes"], dict):
            raise ApiError(403, "PERMISSION_DENIED", "This API key may only write additional_attributes")
        if "additional_attributes" not in row:
            raise ApiError(422, "VALIDATION_ERROR", f"{resource} has no additional attributes")
        self.additional.setdefault((resource, row["id"]), {}).update(body["additional_attributes"])
        return web.Response(status=202)


def _row(rows: list[Row], id: int) -> Row:
    found = next((row for row in rows if row["id"] == id), None)
    if found is None:
        raise ApiError(404, "NOT_FOUND", "Object not found")
    return found


async def _body(request: web.Request) -> dict[str, Any]:
    """A JSON object, or a form with bracketed keys."""
    if request.content_type == "application/x-www-form-urlencoded":
        return nested(parse_qsl(await request.text(), keep_blank_values=True))
    try:
        body = await request.json()
    except ValueError:
        raise ApiError(400, "BAD_REQUEST", "Body is not JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "BAD_REQUEST", "Body is not an object")
    return body


def _fail_page(failing: dict[str, Any] | None, resource: str, page: int) -> None:
    if failing and failing.get("collection", resource) == resource and failing.get("page", 1) == page:
        raise ApiError(500, "INTERNAL_ERROR", "Internal server error")
