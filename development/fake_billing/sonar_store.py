"""What the Sonar stand-in knows: its tables over the world, and what was written through its API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from development.fake_billing.sonar_data import Row, SonarTables, Table, iso, stamps
from development.fake_billing.world import World

type Post = Callable[[str, str], Awaitable[int | None]]
"""Send a body to a URL the way Sonar does; the HTTP status, or None when there was no answer."""


class SonarStore:
    """Tables that follow the world; rebuilt when the world or the written rows changed."""

    def __init__(self, world: World, post: Post) -> None:
        self.world = world
        self.written: dict[str, list[Row]] = defaultdict(list)
        self._last_ids: dict[str, int] = defaultdict(int)
        self._post = post
        self._built: SonarTables | None = None
        self._built_for: tuple[int, int] = (-1, -1)
        self._writes = 0
        self._unsorted_requests = 0

    @property
    def tables(self) -> dict[str, Table]:
        """The tables as of now."""
        wanted = (self.world.revision, self._writes)
        if self._built is None or wanted != self._built_for:
            self._built = SonarTables(self.world, self.written)
            self._built_for = wanted
        return self._built.tables

    def rows(self, collection: str) -> list[Row]:
        """All rows of a collection by id; none when the role cannot see it."""
        return [] if collection in self.world.sonar.hidden_collections else self.tables[collection].rows

    def drift(self, collection: str, rows: list[Row], page: int, *, sorted_by_id: bool) -> list[Row]:
        """The rows as a later page sees them while others work: the first row went, and without a sort the order is another."""
        if not self.world.sonar.shifting or not rows:
            return rows
        if page > 1:
            rows = rows[1:]
        if not sorted_by_id:
            self._unsorted_requests += 1
            turn = self._unsorted_requests % len(rows) if rows else 0
            rows = rows[turn:] + rows[:turn]
        return rows

    # -------------------------------------------------------------------------------------------------- writing

    def write(self, collection: str, values: Row) -> Row:
        """Add a row and return it."""
        id = self._last_ids[collection] = self._last_ids[collection] + 1
        row = {"id": id, **stamps(collection, id, datetime.now(UTC)), **values}
        self.written[collection].append(row)
        self._writes += 1
        return row

    def erase(self, collection: str, id: int) -> bool:
        """Remove a written row; whether there was one."""
        before = len(self.written[collection])
        self.written[collection] = [row for row in self.written[collection] if row["id"] != id]
        self._writes += 1
        return len(self.written[collection]) < before

    def upsert_custom_field(self, values: Row) -> Row:
        """Set one custom field of one entity."""
        key = ("custom_field_id", "customfielddataable_type", "customfielddataable_id")
        for row in self.written["custom_field_data"]:
            if all(row[name] == values[name] for name in key):
                row.update(values, updated_at=iso(datetime.now(UTC)))
                self._writes += 1
                return row
        return self.write("custom_field_data", values)

    # ------------------------------------------------------------------------------------------------- webhooks

    async def deliver(self, endpoint: Row, payload: str, *, test: bool = False, dispatch: Row | None = None) -> int | None:
        """Send a payload to one endpoint and keep the dispatch and the attempt; ``dispatch`` given: another attempt of it."""
        status = await self._post(endpoint["endpoint"], payload)
        if dispatch is None:
            values = {"webhook_endpoint_id": endpoint["id"], "payload": payload, "sent_at": iso(datetime.now(UTC)), "test": test}
            dispatch = self.write("webhook_endpoint_event_dispatches", {**values, "last_status": status})
        dispatch["last_status"] = status
        attempt: dict[str, Any] = {"webhook_endpoint_event_dispatch_id": dispatch["id"], "response_code": status, "response": None}
        self.write("webhook_endpoint_event_dispatch_attempts", attempt)
        return status

    async def retry_failed(self) -> int:
        """Send again what did not get a 200, as Sonar does once a minute for four hours; how many were sent."""
        failed = [row for row in self.written["webhook_endpoint_event_dispatches"] if row["last_status"] != 200]
        sent = 0
        for dispatch in failed:
            endpoint = self.tables["webhook_endpoints"].one(dispatch["webhook_endpoint_id"])
            if endpoint:
                await self.deliver(endpoint, dispatch["payload"], dispatch=dispatch)
                sent += 1
        return sent
