"""A NetBox as far as the inventory and the command line see it: lists in pages, actions that start jobs, a token."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

TOKEN = "nbt_abc.0123456789"


@dataclass
class FakeNetBox:
    """Lists and objects by path below ``/api/``. ``broken``: status and body answered to everything instead."""

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    objects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    actions: dict[str, dict[str, Any]] = field(default_factory=dict)
    page: int = 2
    broken: tuple[int, str] | None = None
    seen: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, target: str, authorization: str) -> tuple[int, str]:
        parts = urlsplit(target)
        path, query = parts.path.removeprefix("/api/").strip("/"), parse_qs(parts.query)
        self.seen.append(f"{method} {path}" + (f"?{parts.query}" if parts.query else ""))
        self.headers.append(authorization)
        if self.broken:
            return self.broken
        if authorization not in (f"Bearer {TOKEN}", "Token v1token"):
            return 403, json.dumps({"detail": "Invalid token."})
        if method == "POST" and path in self.actions:
            return 202, json.dumps(self.actions[path])
        if method == "GET" and path in self.objects:
            states = self.objects[path]
            return 200, json.dumps(states.pop(0) if len(states) > 1 else states[0])
        if method == "GET" and path in self.lists:
            return 200, json.dumps(self._page(path, query))
        return 404, json.dumps({"detail": "Not found."})

    def _page(self, path: str, query: dict[str, list[str]]) -> dict[str, Any]:
        filters = {key: values[0] for key, values in query.items() if key not in ("limit", "offset")}
        rows = [row for row in self.lists[path] if all(_matches(row.get(key), value) for key, value in filters.items())]
        offset = int(query.get("offset", ["0"])[0])
        following = offset + self.page
        more = {**filters, "limit": self.page, "offset": following}
        return {
            "count": len(rows),
            "next": f"{self.url}/api/{path}/?{urlencode(more)}" if following < len(rows) else None,
            "previous": None,
            "results": rows[offset:following],
        }


def _matches(found: Any, wanted: str) -> bool:
    """Plain fields by their text; nested objects by id or slug; anything else is not filtered by."""
    if isinstance(found, dict):
        return wanted in (str(found.get("id")), found.get("slug"))
    return found is None or str(found) == wanted


@contextmanager
def serving(netbox: FakeNetBox) -> Iterator[FakeNetBox]:
    """Serve it on a free loopback port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            status, body = netbox.answer(self.command, self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    netbox.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield netbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def gam_device(pk: int, name: str, address: str = "127.0.0.1", **changes: Any) -> dict[str, Any]:
    """A GamDevice as the plugin's REST API shows it."""
    return {
        "id": pk,
        "url": f"http://netbox/api/plugins/gam/gam-devices/{pk}/",
        "display": name,
        "name": name,
        "device": {"id": pk + 100, "url": f"http://netbox/api/dcim/devices/{pk + 100}/", "display": name, "name": name},
        "site": {"id": 1, "url": "http://netbox/api/dcim/sites/1/", "display": "North", "name": "North", "slug": "north"},
        "role": {"id": 1, "url": "http://netbox/api/dcim/device-roles/1/", "display": "GAM", "name": "GAM", "slug": "gam"},
        "status": {"value": "active", "label": "Active"},
        "hardware_model": {"value": "GAM-12-C", "label": "GAM-12-C"},
        "transport": {"value": "ssh", "label": "SSH"},
        "management_address": address,
        "ssh_port": 2222,
        "http_port": 8080,
        "https": False,
        "https_verify": True,
        "snmp_port": 1161,
        "credential_profile": None,
        "snmp_profile": {"id": 1, "url": "http://netbox/api/plugins/gam/snmp-profiles/1/", "display": "v3", "name": "v3"},
        "subscriber_model": {"value": "endpointAware", "label": "Endpoint aware"},
        "polling_enabled": True,
        **changes,
    }
