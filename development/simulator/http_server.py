"""HTTP of a shelf: Basic authentication, ``POST /json_rpc``, and a stand-in for its web page."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json

from aiohttp import web

from . import rpc
from .state import Rebooting, SimShelf

REALM = 'Basic realm="PositronGAM"'
PAGE = "<html><head><title>Positron GAM</title></head><body><h1>{name}</h1></body></html>"
BROKEN = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class ShelfHttp:
    """Request handler of one shelf, for :class:`aiohttp.web.Server`."""

    def __init__(self, shelf: SimShelf) -> None:
        self.shelf = shelf

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        faults = self.shelf.faults
        if self.shelf.arriving is not None:
            self.shelf.arriving((await request.read()).decode("utf-8", "replace"))
        if faults.disconnect_after:
            faults.disconnect_after -= 1
            if not faults.disconnect_after:
                return self._cut(request)
        if delay := faults.slow.get("jsonrpc"):
            await asyncio.sleep(delay)
        if "jsonrpc" in faults.dropped:
            await asyncio.Event().wait()
        if not self.shelf.up:
            return self._cut(request)
        user = self._user(request)
        if user is None:
            return web.Response(status=401, text="Unauthorized", headers={"WWW-Authenticate": REALM})
        if "jsonrpc" in faults.garbage:
            return web.Response(text=BROKEN, content_type="text/html")
        if request.path == "/json_rpc" and request.method == "POST":
            return await self._json_rpc(request, user)
        if request.path == "/json_spec" and request.method == "GET":
            return web.json_response(rpc.inventory(self.shelf, [""]))
        if request.path == "/" and request.method == "GET":
            return web.Response(text=PAGE.format(name=self.shelf.identity.model.name), content_type="text/html")
        return web.Response(status=404, text="Not Found")

    def _user(self, request: web.BaseRequest) -> str | None:
        scheme, _, code = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(code, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return user if self.shelf.users.get(user) == password else None

    async def _json_rpc(self, request: web.BaseRequest, user: str) -> web.StreamResponse:
        try:
            asked = json.loads(await request.read())
        except (json.JSONDecodeError, UnicodeDecodeError):
            return web.json_response({"id": None, "error": rpc.error(rpc.PARSE_ERROR), "result": None})
        try:
            answer = rpc.call(self.shelf, user, asked)
        except Rebooting:
            return self._cut(request)
        if not self.shelf.up:
            return self._cut(request)
        text = json.dumps(answer)
        if "jsonrpc" in self.shelf.faults.half:
            text = text[: len(text) // 2]
        status = self.shelf.variants.http_status_on_error if answer["error"] else 200
        return web.Response(text=text, status=status, content_type="application/json")

    @staticmethod
    def _cut(request: web.BaseRequest) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=503)
