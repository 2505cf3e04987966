"""Webhooks out: what each product sends when somebody's record changes.

Sonar asks with HEAD, then POSTs JSON without any signature, and takes only a 200 for success. Splynx signs the raw body with
HMAC-SHA1 in ``X-Splynx-Signature`` and sends JSON or a form with bracketed keys.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from development.fake_billing.sonar_data import internet_service_id, iso
from development.fake_billing.sonar_store import SonarStore
from development.fake_billing.splynx_data import CUSTOMER_STATUS, SplynxTables, as_strings
from development.fake_billing.world import LONG_AGO, SONAR, SPLYNX, ControlError, PersonChange, World

TIMEOUT = aiohttp.ClientTimeout(total=10)
CUSTOMERS_MODEL = "models\\common\\customers\\Customers"
SERVICES_MODEL = "models\\common\\customers\\ServicesInternet"


@dataclass(frozen=True)
class SplynxHook:
    """A web hook of the Splynx stand-in; ``format`` is ``json`` or ``form``."""

    url: str
    format: str = "json"


class Hooks:
    """Sends events in the background; :meth:`flush` waits for them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store: SonarStore | None = None
        self.splynx_hooks: list[SplynxHook] = []
        self.delivered: list[dict[str, Any]] = []
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        world.listeners.append(self.changed)

    async def close(self) -> None:
        """Stop what is still being sent."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def flush(self) -> None:
        """Wait until everything queued so far has been sent."""
        while self._tasks:
            await asyncio.gather(*list(self._tasks))

    def register(self, system: str, url: str, format: str = "json") -> None:
        """Send this system's events to ``url`` from now on; Splynx pings it at once.

        :raises ControlError: unknown system or format
        """
        if format not in ("json", "form"):
            raise ControlError("format", format, "json or form")
        if system == SONAR and self.store:
            self.store.write("webhook_endpoints", {"name": "NetBox", "endpoint": url, "enabled": True})
        elif system == SPLYNX:
            hook = SplynxHook(url, format)
            self.splynx_hooks.append(hook)
            self._start(self.post_splynx(hook, {"type": "ping"}))
        else:
            raise ControlError("system", system, "sonar or splynx")

    def changed(self, change: PersonChange) -> None:
        """Tell everybody who subscribed about a change of a person."""
        if change.after.system == SONAR:
            for event, object_id, current in sonar_events(change):
                self.send_sonar({"event": event, "object_id": object_id, "current": current})
        else:
            for body in self.splynx_events(change):
                self.send_splynx(body)

    def send_sonar(self, body: dict[str, Any]) -> None:
        """POST one event to every enabled Sonar endpoint."""
        if self.store is None:
            return
        for endpoint in self.store.written["webhook_endpoints"]:
            if endpoint["enabled"]:
                self._start(self.store.deliver(endpoint, json.dumps(body)))

    def send_splynx(self, body: dict[str, Any]) -> None:
        """POST one event to every Splynx hook."""
        for hook in self.splynx_hooks:
            self._start(self.post_splynx(hook, body))

    async def post_sonar(self, url: str, payload: str) -> int | None:
        """HEAD, then POST; the status of the first that was not 200, or of the POST. None: no answer."""
        try:
            async with self._client().head(url) as answer:
                if answer.status != 200:
                    return self._note(SONAR, url, answer.status)
            async with self._client().post(url, data=payload.encode(), headers={"Content-Type": "application/json"}) as answer:
                return self._note(SONAR, url, answer.status)
        except (aiohttp.ClientError, TimeoutError):
            return self._note(SONAR, url, None)

    async def post_splynx(self, hook: SplynxHook, body: dict[str, Any]) -> int | None:
        """One signed POST; the HTTP status, None when there was no answer."""
        if hook.format == "json":
            raw, kind = json.dumps(body).encode(), "application/json"
        else:
            raw, kind = urlencode(list(php_pairs(body))).encode(), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, "X-Splynx-Signature": hook_signature(self.world.town.accounts["splynx_hook_secret"], raw)}
        try:
            async with self._client().post(hook.url, data=raw, headers=headers) as answer:
                return self._note(SPLYNX, hook.url, answer.status)
        except (aiohttp.ClientError, TimeoutError):
            return self._note(SPLYNX, hook.url, None)

    def splynx_events(self, change: PersonChange) -> Iterator[dict[str, Any]]:
        """The customer event when the status changed, and the service event when status or plan did."""
        before, after = change.before, change.after
        tables = SplynxTables(self.world, only=after).rows
        action = "edit" if before else "create"
        customer = next((row for row in tables["customers"] if row["id"] == after.number), None)
        services = [row for row in tables["internet-services"] if row["customer_id"] == after.number]
        if customer and (before is None or before.status != after.status):
            old = {"status": CUSTOMER_STATUS[before.status]} if before else {}
            yield _envelope(CUSTOMERS_MODEL, action, change, customer, old)
        for row in services:
            yield _envelope(SERVICES_MODEL, action, change, row, {"updated_at": ""} if before else {})

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        return self._session

    def _note(self, system: str, url: str, status: int | None) -> int | None:
        self.delivered.append({"system": system, "url": url, "status": status})
        return status


def sonar_events(change: PersonChange) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Event name, object id and current values for a change of a Sonar account."""
    before, after = change.before, change.after
    times = {"created_at": iso(LONG_AGO), "updated_at": iso(change.at)}
    current = {"id": after.number, "name": after.name, **times}
    if before is None:
        yield "account.create", after.number, current
    elif before.status != after.status:
        yield "account.status", after.number, current
    if before is not None and before.plan != after.plan:
        service_id = internet_service_id(after)
        yield "account.service.add", service_id, {"id": service_id, "account_id": after.number, **times}
    if before is not None and (before.macs, before.serials, before.ipv4) != (after.macs, after.serials, after.ipv4):
        yield "account.update", after.number, current


def _envelope(model: str, action: str, change: PersonChange, row: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    data = {
        "source": "admin",
        "model": model,
        "action": action,
        "date": change.at.strftime("%Y-%m-%d"),
        "time": change.at.strftime("%H:%M:%S"),
        "administrator_id": "1",
        "customer_id": str(change.after.number),
        "result": "success",
        "attributes": as_strings(row),
        "attributes_additional": [],
        "changed_attributes": old,
        "extra": None,
        "errors": None,
        "ip": "192.0.2.10",
    }
    return {"type": "event", "call": "", "data": data}


def hook_signature(secret: str, raw: bytes) -> str:
    """The signature header: lower-case hex of HMAC-SHA1 over the raw body."""
    return hmac.new(secret.encode(), raw, hashlib.sha1).hexdigest()


def php_pairs(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """What PHP's ``http_build_query`` makes of a nested value: bracketed keys, nulls left out."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        path = f"{name}[{key}]" if name else str(key)
        if isinstance(item, (dict, list, tuple)):
            yield from php_pairs(item, path)
        elif item is not None:
            yield path, str(int(item)) if isinstance(item, bool) else str(item)
