"""Splynx API v2: whole collections in chunks, counted by HEAD before and after, joined afterwards.

Errors are objects ``{"error": {"message", "code", "internal_code"}}``, a switched-off module answers 405, and the count of a
collection is in the header ``X-total-count`` of a HEAD (API blueprint of the vendor and a published probe of a running instance).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..contracts import BillingSnapshot, BillingTarget, Progress
from ..errors import BillingError, ErrorKind
from .debts import Debts
from .fields import Row, ident, pick, whole, words
from .http import (
    AUTH_STEP,
    HTML_STEP,
    MODULE_STEP,
    RETRY_STATUSES,
    Answer,
    AnswerError,
    Clock,
    HttpClient,
    HttpLimits,
    ReadCancelledError,
    php_query,
)
from .options import names_option, number_option
from .reading import Reading, Table, fingerprint, read_all
from .splynx_auth import SplynxAuth
from .splynx_join import join

BASE = "api/2.0/"
REQUESTS_PER_MINUTE = 300
"""Five a second, what a production script limits itself to; no limit is documented."""

PAGE_SIZE = 1000
RE_READS = 2
SERVICE_STATUSES = ("active", "stopped", "disabled", "pending", "hidden")


@dataclass(frozen=True, slots=True)
class Collection:
    """A list endpoint, the fields that are kept, and whether its rows come and go by themselves."""

    path: str
    fields: tuple[str, ...]
    volatile: bool = False
    optional: bool = False
    query: Mapping[str, Any] = field(default_factory=dict)


CUSTOMER_FIELDS = "id status partner_id parent_id name email phone category street_1 zip_code city last_update"
SERVICE_FIELDS = "id customer_id tariff_id status status_new description start_date end_date login taking_ipv4 ipv4 mac parent_id"


def _collection(path: str, fields: str, **more: Any) -> Collection:
    return Collection(path, tuple(fields.split()), **more)


COLLECTIONS: dict[str, Collection] = {
    "customers": _collection("admin/customers/customer", CUSTOMER_FIELDS),
    "internet_services": _collection(
        "admin/customers/customer/0/internet-services", SERVICE_FIELDS, query={"status": ["IN", list(SERVICE_STATUSES)]}
    ),
    "tariffs": _collection("admin/tariffs/internet", "id title price speed_download speed_upload"),
    "customers_online": _collection(
        "admin/customers/customers-online", "id customer_id service_id login ipv4 mac", volatile=True, optional=True
    ),
    "inventory_items": _collection(
        "admin/inventory/items", "id barcode serial_number status customer_id service_id stock_id", optional=True
    ),
    "acs_devices": _collection("admin/networking/acs-devices", "id customer_id internet_service_id serial_number", optional=True),
}
"""What is read, and nothing else: rows of customers and services hold passwords in clear, which no allowed field is."""

BACK_FIELDS = ("id", "status", "last_update", "additional_attributes")
"""Of a customer, where something is written back."""

CHANGE_LOG = "admin/logs/changes"
LAST_UPDATE, CHANGE = "last_update", "change"
"""Members of a cursor: the newest time any customer carries, in the server's own zone, and the newest row of the log of changes."""

OPTIONAL = tuple(name for name, collection in COLLECTIONS.items() if collection.optional)


class SplynxClient:
    """One Splynx, read with one API key."""

    def __init__(self, target: BillingTarget, *, clock: Clock, cancelled: Callable[[], bool] | None = None) -> None:
        self.target = target
        self.size = int(number_option(target, "page_size", PAGE_SIZE, least=1, most=100_000))
        self.skipped = names_option(target, "skip_collections", OPTIONAL)
        self.debts = Debts.of(target)
        self.auth = SplynxAuth(target, clock)
        self._services_query: Mapping[str, Any] | None = None
        limits = HttpLimits.from_target(target, requests_per_minute=REQUESTS_PER_MINUTE)
        self.http = HttpClient(target, limits, authorize=self.auth.headers, judge=self._judge, clock=clock, cancelled=cancelled)

    @property
    def wanted(self) -> list[str]:
        """Names of the collections that are read."""
        return [name for name in COLLECTIONS if name not in self.skipped]

    def check(self) -> Answer:
        """Ask the API whether it is there and accepts the key.

        :returns: its answer
        :raises BillingError: it does not
        """
        answer = self._send("GET", "admin/api/check", "login", ())
        body = answer.decoded()
        if not isinstance(body, dict) or body.get("status") != "ok":
            raise self.http.problem(ErrorKind.UNPARSEABLE, "login: the API check did not answer 'ok'", next_step=HTML_STEP)
        return answer

    def first(self, name: str, count: int, query: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The first rows of a collection by id, with the fields that are kept.

        :raises BillingError: it cannot be read
        """
        return self._rows(name, {"order": {"id": "ASC"}, "limit": count}, query, f"{name} first rows")

    def attributes(self, name: str, kind: str = "attributes") -> set[str]:
        """Names of a collection's fields, or of its ``additional_attributes``, by OPTIONS.

        :raises BillingError: it does not tell
        """
        body = self._send("OPTIONS", COLLECTIONS[name].path, f"{name} fields", ()).decoded()
        listed = body.get(kind) if isinstance(body, dict) else None
        if not isinstance(listed, list):
            raise self.http.problem(ErrorKind.UNPARSEABLE, f"{name} fields: OPTIONS names no attributes")
        return {words(item.get("name")) for item in listed if isinstance(item, dict)}

    def count(self, name: str, query: Mapping[str, Any] | None = None) -> int:
        """Rows of a collection that the key can see, by HEAD.

        :raises BillingError: UNSUPPORTED when the module is off
        """
        answer = self._send("HEAD", COLLECTIONS[name].path, f"{name} count", self._parameters(name, query))
        total = whole(answer.headers.get("x-total-count"))
        if total is None:
            raise self.http.problem(
                ErrorKind.UNPARSEABLE,
                f"{name}: no X-total-count header (HTTP {answer.status}, {answer.content_type})",
                next_step=HTML_STEP,
            )
        return total

    def collect(self, name: str, table: Table, query: Mapping[str, Any] | None = None) -> None:
        """Read a collection into ``table``, ascending by id; again if its count changed meanwhile.

        :raises BillingError: INCOMPLETE when it keeps changing
        """
        for _ in range(RE_READS + 1):
            fresh: Table = {}
            before = self.count(name, query)
            try:
                self._pages(name, fresh, before, query)
            finally:
                table.update(fresh)
            after = self.count(name, query)
            if COLLECTIONS[name].volatile or before == after == len(fresh):
                return
            stale = set(table) - set(fresh)
            for id in stale:
                del table[id]
        message = f"{name}: {len(fresh)} read, but Splynx counted {before} before and {after} after"
        raise self.http.problem(ErrorKind.INCOMPLETE, message)

    def read(self, name: str, table: Table) -> None:
        """Read a collection of :attr:`wanted` in whatever way it takes."""
        if name == "internet_services":
            self._collect_services(table)
        else:
            self.collect(name, table)

    def changed(self, name: str, table: Table) -> bool:
        """Whether a collection has another number of rows now than were read."""
        if name != "internet_services":
            return self.count(name) != len(table)
        return self._services_query is not None and self.count(name, self._services_query) != len(table)

    def _collect_services(self, table: Table) -> None:
        """Read the internet services of all customers, whatever their status.

        Customer 0 is everybody, but at least one filter is required. The statuses are an open set, so the rows with a known status
        are compared with the rows there are.
        """
        name, everything = "internet_services", {"id": [">", 0]}
        self._services_query = COLLECTIONS[name].query
        try:
            self.collect(name, table)
        except AnswerError as error:
            if error.kind not in (ErrorKind.REJECTED, ErrorKind.UNPARSEABLE) or table:
                raise
        if not table:
            self._services_query = None
            self._collect_by_status(name, table)
        try:
            more = self.count(name, everything) > len(table)
        except AnswerError as error:
            if error.kind not in (ErrorKind.REJECTED, ErrorKind.UNPARSEABLE):
                raise
            more = False
        if more:
            self._services_query = everything
            self.collect(name, table, everything)

    def rows(self, path: str, query: Mapping[str, Any]) -> list[Row]:
        """Some rows of a list that is no part of a snapshot; only its ``id`` and ``customer_id`` are kept.

        :raises BillingError: also where the key may not read it
        """
        answer = self._send("GET", path, path, tuple(php_query(query))).decoded()
        if not isinstance(answer, list):
            raise self.http.problem(ErrorKind.UNPARSEABLE, f"{path}: not a list but {type(answer).__name__}")
        try:
            return [pick(row, ("id", "customer_id")) for row in answer]
        except ValueError as error:
            raise self.http.problem(ErrorKind.UNPARSEABLE, f"{path}: {error}") from None

    def customers(self, query: Mapping[str, Any]) -> list[Row]:
        """Customers with what writing back compares, page by page; nothing else of them is kept.

        :raises BillingError: they cannot be read
        """
        path, found, seen, offset = COLLECTIONS["customers"].path, list[Row](), set[str](), 0
        while True:
            more = {"order": {"id": "ASC"}, "limit": self.size, "offset": offset}
            wanted = {"main_attributes": query, **more} if query else more
            rows = self._send("GET", path, f"customers from {offset}", tuple(php_query(wanted))).decoded()
            if not isinstance(rows, list):
                raise self.http.problem(ErrorKind.UNPARSEABLE, f"customers: not a list but {type(rows).__name__}")
            try:
                fresh = [row for row in (pick(row, BACK_FIELDS) for row in rows) if ident(row["id"]) not in seen]
            except ValueError as error:
                raise self.http.problem(ErrorKind.UNPARSEABLE, f"customers: {error}") from None
            found += fresh
            seen.update(ident(row["id"]) for row in fresh)
            if len(rows) < self.size or not fresh:
                return found
            offset += len(rows)

    def one(self, path: str, label: str) -> Row:
        """One customer with what writing back compares.

        :raises BillingError: also where it is gone (HTTP 404)
        """
        try:
            return pick(self._send("GET", path, label, ()).decoded(), BACK_FIELDS)
        except ValueError as error:
            raise self.http.problem(ErrorKind.UNPARSEABLE, f"{label}: {error}") from None

    def put(self, path: str, body: Mapping[str, Any], label: str) -> None:
        """Change an object, in one attempt. What may be changed is for the caller to check.

        :raises BillingError: refused, or nobody knows what came of it
        """
        self.auth.prepare(self.http)
        self.http.send("PUT", BASE + path, label=label, payload=body, read=False)

    def newest_change(self) -> dict[str, str]:
        """The newest row of the log of changes, as part of a cursor; nothing where the key may not read the log."""
        try:
            rows = self.rows(CHANGE_LOG, {"order": {"id": "DESC"}, "limit": 1})
        except AnswerError as error:
            if error.kind in (ErrorKind.AUTH, ErrorKind.UNSUPPORTED, ErrorKind.REJECTED):
                return {}
            raise
        return {CHANGE: ident(rows[0].get("id")) if rows else "0"}

    def close(self) -> None:
        """Give the token back and close the connections."""
        self.auth.log_out(self.http)
        self.http.close()

    def _collect_by_status(self, name: str, table: Table) -> None:
        for status in SERVICE_STATUSES:
            part: Table = {}
            try:
                self.collect(name, part, {"status": status})
            finally:
                table.update(part)

    def _pages(self, name: str, table: Table, count: int, query: Mapping[str, Any] | None) -> None:
        offset = 0
        while offset < count:
            more = {"order": {"id": "ASC"}, "limit": self.size, "offset": offset}
            label = f"{name} from {offset}"
            rows = self._rows(name, more, query, label)
            table.update({ident(row["id"]): row for row in rows})
            if not rows:
                return
            offset += len(rows)

    def _rows(self, name: str, more: Mapping[str, Any], query: Mapping[str, Any] | None, label: str) -> list[dict[str, Any]]:
        rows = self._send("GET", COLLECTIONS[name].path, label, (*self._parameters(name, query), *php_query(more))).decoded()
        if not isinstance(rows, list):
            raise self.http.problem(ErrorKind.UNPARSEABLE, f"{label}: not a list but {type(rows).__name__}")
        try:
            return [pick(row, COLLECTIONS[name].fields) for row in rows]
        except ValueError as error:
            raise self.http.problem(ErrorKind.UNPARSEABLE, f"{label}: {error}") from None

    def _parameters(self, name: str, query: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
        wanted = COLLECTIONS[name].query if query is None else query
        return tuple(php_query({"main_attributes": wanted})) if wanted else ()

    def _send(self, method: str, path: str, label: str, query: tuple[tuple[str, str], ...]) -> Answer:
        self.auth.prepare(self.http)
        try:
            return self.http.send(method, BASE + path, label=label, query=query)
        except AnswerError as error:
            # An expired or banned token, or one for another address: a new one, once. 403 is about permissions.
            if not self.auth.uses_tokens or error.status != 401:
                raise
        self.auth.renew(self.http)
        return self.http.send(method, BASE + path, label=label, query=query)

    def _judge(self, answer: Answer, label: str) -> AnswerError | None:
        if not answer.body:
            return None
        try:
            body = answer.decoded()
        except ValueError:
            if 200 <= answer.status < 300:
                return self.http.problem(ErrorKind.UNPARSEABLE, f"{label}: not JSON", next_step=HTML_STEP, answer=answer)
            return None
        error = body.get("error") if isinstance(body, dict) else None
        if error is None:
            return None
        details: Mapping[str, Any] = error if isinstance(error, dict) else {"message": error}
        code = words(details.get("internal_code"))
        text = self.http.preview(words(details.get("message")).encode())
        kind, step = self._kind(answer.status, whole(details.get("code")) or 0, code)
        message = f"{label}: Splynx refused: {text or 'no reason given'} (HTTP {answer.status}{', ' + code if code else ''})"
        # Another process with the same key was faster; the next signature has a later nonce.
        retry = answer.status in RETRY_STATUSES or "NONCE" in code
        return AnswerError(kind, message, target=self.target.name, next_step=step, status=answer.status, code=code, retry=retry)

    def _kind(self, status: int, own: int, code: str) -> tuple[ErrorKind, str]:
        number = own if 200 <= status < 300 else status
        if number in (401, 403):
            return ErrorKind.AUTH, self.auth.next_step
        if code == "NOT_ALLOWED_BY_PARTNER_RESTRICTION":
            return ErrorKind.AUTH, AUTH_STEP
        if number == 405:
            return ErrorKind.UNSUPPORTED, MODULE_STEP
        return (ErrorKind.RATE_LIMITED if number == 429 else ErrorKind.REJECTED), ""


def fetch(client: SplynxClient, *, on_progress: Callable[[Progress], None] | None = None) -> BillingSnapshot:
    """Read everything of one Splynx.

    :raises BillingError: nothing could be read, or the caller cancelled
    """
    client.check()
    # Before anything else is read, so that no change falls in between.
    log = client.newest_change()
    reading = Reading()

    def read(name: str, table: Table) -> None:
        try:
            client.read(name, table)
        except AnswerError as error:
            if error.kind is not ErrorKind.UNSUPPORTED or not COLLECTIONS[name].optional:
                raise
            reading.absent.add(name)

    read_all(client.wanted, read, reading, system=client.target.name, on_progress=on_progress)
    _check_counts(client, reading)
    partners = {ident(row.get("partner_id")) for row in reading.table("customers").values()}
    seen = [f"{name}={bool(reading.table(name))}" for name in client.wanted if not COLLECTIONS[name].volatile]
    key = client.target.credential.key
    scope = fingerprint(
        "splynx", client.target.url, key, *sorted(partners), *sorted(client.skipped), *sorted(reading.absent), *seen
    )
    joined = join(reading, client.debts)
    return BillingSnapshot(
        system=client.target.name,
        taken_at=datetime.now(UTC),
        complete=reading.complete,
        scope=scope,
        services=joined.services,
        plans=joined.plans,
        orphans=joined.orphans,
        counts=reading.counts(joined.services),
        problems=tuple(reading.problems),
        cursor={LAST_UPDATE: newest_update(reading.table("customers")), **log},
    )


def newest_update(customers: Table) -> str:
    """The latest ``last_update`` among customers; empty when there is none."""
    return max((words(row.get("last_update")) for row in customers.values()), default="")


def fetch_accounts(client: SplynxClient, ids: Sequence[str]) -> BillingSnapshot:
    """Read some customers and what hangs on them, as they are now. Says nothing about any other customer.

    :raises BillingError: any part of it could not be read
    """
    reading = Reading()
    numbers = [id for id in ids if id.isdigit()]
    for name in client.wanted:
        table = reading.tables.setdefault(name, {})
        key = {"customers": "id", "tariffs": None}.get(name, "customer_id")
        try:
            client.collect(name, table, {key: ["IN", numbers]} if key else None)
        except AnswerError as error:
            if error.kind is not ErrorKind.UNSUPPORTED or not COLLECTIONS[name].optional:
                raise
            reading.absent.add(name)
    joined = join(reading, client.debts)
    asked = set(ids)
    return BillingSnapshot(
        system=client.target.name,
        taken_at=datetime.now(UTC),
        complete=False,
        scope="",
        services=tuple(service for service in joined.services if service.account_id in asked),
        plans=joined.plans,
        problems=("only some customers were read",),
    )


def _check_counts(client: SplynxClient, reading: Reading) -> None:
    """Count once more when everything has been read; read again what changed, and void the snapshot if it keeps changing."""
    names = [n for n in client.wanted if n not in reading.failed | reading.absent and not COLLECTIONS[n].volatile]
    try:
        for attempt in range(RE_READS + 1):
            changed = [name for name in names if client.changed(name, reading.tables[name])]
            if not changed:
                return
            for name in changed if attempt < RE_READS else ():
                reading.tables[name] = {}
                client.read(name, reading.tables[name])
        for name in changed:
            reading.fail(name, f"{name}: {len(reading.tables[name])} read, but Splynx counts another number at the end")
    except ReadCancelledError:
        raise
    except BillingError as error:
        reading.fail("counts", f"counts: {error.message}", error)
