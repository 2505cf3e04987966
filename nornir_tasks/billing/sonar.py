"""Sonar v2: flat root queries of its GraphQL API, page by page, joined afterwards by key.

Every collection is a connection with ``entities`` and ``page_info`` and takes ``paginator`` and ``sorter``; errors arrive inside
HTTP 200; the rate limit of 400 a minute is per user and answers ``{"error": "Request limit of 400/min reached."}`` (vendor
documentation, schema introspection).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..contracts import BillingSnapshot, BillingTarget, Progress
from ..errors import BillingError, ErrorKind
from .debts import Debts
from .fields import ident, pick, whole
from .http import AUTH_STEP, HTML_STEP, Answer, AnswerError, Clock, HttpClient, HttpLimits
from .options import names_option, number_option, recurring_plans_option
from .reading import Reading, Table, fingerprint, read_all
from .sonar_join import join

ENDPOINT = "api/graphql"
REQUESTS_PER_MINUTE = 200
PAGE_SIZE = 250
NESTED_SIZE = 100
MOST_PAGES = 100_000
RE_READS = 2

type Search = list[dict[str, Any]]
"""Conditions: a row fits if it fits one of them (several values in one condition would mean all of them: vendor reference)."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A root query: its scalar fields, the nested text if any, and whether its rows come and go by themselves."""

    fields: tuple[str, ...]
    nested: str = ""
    nested_name: str = ""
    volatile: bool = False
    optional: bool = False


def _collection(fields: str, **more: Any) -> Collection:
    return Collection(tuple(fields.split()), **more)


PAGE_INFO = "page_info { page total_pages total_count records_per_page }"
MODEL_FIELDS = (
    f"inventory_model_fields(paginator: {{page: 1, records_per_page: {NESTED_SIZE}}}) "
    "{ entities { id name primary } page_info { total_count } }"
)
SPEEDS = "data_service_detail { download_speed_kilobits_per_second upload_speed_kilobits_per_second }"

COLLECTIONS: dict[str, Collection] = {
    "accounts": _collection(
        "id _version updated_at archived_at name account_status_id company_id parent_account_id is_delinquent activation_date"
    ),
    "account_statuses": _collection("id name activates_account"),
    "account_services": _collection("id updated_at account_id service_id is_additional quantity name_override"),
    "services": _collection("id name type enabled", nested=SPEEDS, nested_name="data_service_detail"),
    "addresses": _collection("id addressable_type addressable_id type serviceable line1 line2 city subdivision zip"),
    "inventory_models": _collection("id name", nested=MODEL_FIELDS, nested_name="inventory_model_fields", optional=True),
    "inventory_items": _collection(
        "id inventory_model_id inventoryitemable_type inventoryitemable_id account_service_id", optional=True
    ),
    "inventory_model_field_data": _collection("id inventory_item_id inventory_model_field_id value", optional=True),
    "radius_accounts": _collection("id account_id account_service_id username", optional=True),
    "uninventoried_mac_addresses": _collection("id account_id account_service_id mac_address", optional=True),
    "ip_assignments": _collection(
        "id ipassignmentable_type ipassignmentable_id account_service_id subnet soft", volatile=True, optional=True
    ),
    "contacts": _collection("id contactable_type contactable_id name primary email_address", optional=True),
    "phone_numbers": _collection("id contact_id number number_formatted", optional=True),
}
"""What is read, and nothing else: never ``RadiusAccount.password``. Soft IP assignments change with every DHCP lease."""

BACK_COLLECTIONS: dict[str, Collection] = {
    "custom_fields": _collection("id entity_type name type"),
    "custom_field_data": _collection("id custom_field_id customfielddataable_type customfielddataable_id value", volatile=True),
}
"""Read only where something is written back."""

KNOWN = COLLECTIONS | BACK_COLLECTIONS

OPTIONAL = tuple(name for name, collection in COLLECTIONS.items() if collection.optional)


class SonarClient:
    """One Sonar instance, read with one personal access token."""

    def __init__(self, target: BillingTarget, *, clock: Clock, cancelled: Callable[[], bool] | None = None) -> None:
        self.target = target
        self.size = int(number_option(target, "page_size", PAGE_SIZE, least=1, most=10_000))
        self.skipped = names_option(target, "skip_collections", OPTIONAL)
        self.debts = Debts.of(target)
        self.recurring_plans = recurring_plans_option(target)
        if not target.credential.token:
            raise BillingError(ErrorKind.AUTH, "the credential holds no token", target=target.name, next_step=AUTH_STEP)
        header = {"Authorization": f"Bearer {target.credential.token}"}
        limits = HttpLimits.from_target(target, requests_per_minute=REQUESTS_PER_MINUTE)
        self.http = HttpClient(target, limits, authorize=lambda: header, judge=self._judge, clock=clock, cancelled=cancelled)

    @property
    def wanted(self) -> list[str]:
        """Names of the collections that are read."""
        return [name for name in COLLECTIONS if name not in self.skipped]

    def query(self, text: str, variables: Mapping[str, Any], label: str) -> dict[str, Any]:
        """Ask a read-only query and return its ``data``.

        :raises BillingError: REJECTED with Sonar's own words for GraphQL errors, even partial ones
        """
        answer = self.http.send("POST", ENDPOINT, label=label, payload={"query": text, "variables": dict(variables)})
        data = answer.decoded().get("data")
        if not isinstance(data, dict):
            raise self.http.problem(ErrorKind.UNPARSEABLE, f"{label}: no data in the answer", answer=answer)
        return data

    def me(self) -> tuple[str, str]:
        """Id and user name of the token's user."""
        me = self.query("query { me { id username } }", {}, "login").get("me")
        if not isinstance(me, dict) or not ident(me.get("id")):
            raise self.http.problem(ErrorKind.AUTH, "login: the token belongs to nobody", next_step=AUTH_STEP)
        return ident(me.get("id")), str(me.get("username") or "")

    def counts(self, names: list[str]) -> dict[str, int]:
        """``total_count`` of the named collections, in one request."""
        parts = " ".join(f"{name}(paginator: {{page: 1, records_per_page: 1}}) {{ page_info {{ total_count }} }}" for name in names)
        data = self.query(f"query {{ {parts} }}", {}, "counts")
        counts: dict[str, int] = {}
        for name in names:
            block = data.get(name)
            total = whole((block.get("page_info") or {}).get("total_count")) if isinstance(block, dict) else None
            if total is None:
                raise self.http.problem(ErrorKind.UNPARSEABLE, f"counts: no total_count for {name}")
            counts[name] = total
        return counts

    def collect(self, name: str, table: Table, search: Search | None = None) -> int | None:
        """Read all pages of a collection into ``table``, ascending by id, each id once.

        :param search: only rows that fit one of these; everything when None
        :returns: the count Sonar gave with the last page; None when this collection cannot be asked for its page info
        """
        page, info = 1, PAGE_INFO
        counted: int | None = None
        while page <= MOST_PAGES:
            try:
                block = self._page(name, page, info, search)
            except AnswerError as error:
                # Some collections fail only when page_info is asked for (seen by a public migration tool).
                if not info or not _is_about_aggregates(error):
                    raise
                info = ""
                continue
            rows = block["entities"]
            for row in rows:
                self._keep(name, row, table)
            total, pages = self._page_info(name, block) if info else (None, None)
            if total != (counted if page > 1 else total) and not KNOWN[name].volatile:
                raise self.http.problem(ErrorKind.INCOMPLETE, f"{name}: {counted} rows at first, {total} on page {page}")
            counted = total
            if not rows or (pages is not None and page >= pages):
                return total
            page += 1
        raise self.http.problem(ErrorKind.UNPARSEABLE, f"{name}: more than {MOST_PAGES} pages")

    def first(self, name: str, count: int, search: Search | None = None) -> tuple[list[dict[str, Any]], int | None]:
        """The first rows of a collection by id, as they came, and how many there are; None when it cannot be asked for that.

        :raises BillingError: it cannot be read
        """
        info = PAGE_INFO
        try:
            block = self._page(name, 1, info, search, count)
        except AnswerError as error:
            if not _is_about_aggregates(error):
                raise
            block, info = self._page(name, 1, "", search, count), ""
        total, _ = self._page_info(name, block) if info else (None, None)
        return [row for row in block["entities"] if isinstance(row, dict)], total

    def collect_steadily(self, name: str, table: Table) -> int | None:
        """As :meth:`collect`, starting over when rows came or went between two pages.

        :raises BillingError: INCOMPLETE when they keep coming and going
        """
        for attempt in range(RE_READS + 1):
            fresh: Table = {}
            try:
                return self.collect(name, fresh)
            except AnswerError as error:
                if error.kind is not ErrorKind.INCOMPLETE or attempt == RE_READS:
                    raise
            finally:
                table.clear()
                table.update(fresh)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _page(self, name: str, page: int, info: str, search: Search | None, size: int = 0) -> dict[str, Any]:
        collection = KNOWN[name]
        declared, passed = (", $search: [Search]", ", search: $search") if search is not None else ("", "")
        text = (
            f"query page($paginator: Paginator{declared}) {{ "
            f'{name}(paginator: $paginator, sorter: [{{attribute: "id", direction: ASC}}]{passed}) '
            f"{{ entities {{ {' '.join(collection.fields)} {collection.nested} }} {info} }} }}"
        )
        label = f"{name} page {page}"
        variables: dict[str, Any] = {"paginator": {"page": page, "records_per_page": size or self.size}}
        if search is not None:
            variables["search"] = search
        block = self.query(text, variables, label).get(name)
        if not isinstance(block, dict) or not isinstance(block.get("entities"), list):
            raise self.http.problem(ErrorKind.UNPARSEABLE, f"{label}: no list of entities in the answer")
        return block

    def _keep(self, name: str, row: object, table: Table) -> None:
        collection = KNOWN[name]
        try:
            kept = pick(row, (*collection.fields, *filter(None, [collection.nested_name])))
        except ValueError as error:
            raise self.http.problem(ErrorKind.UNPARSEABLE, f"{name}: {error}") from None
        nested = kept.get(collection.nested_name) if collection.nested_name == "inventory_model_fields" else None
        if isinstance(nested, dict):
            entities = nested.get("entities") or []
            total = whole((nested.get("page_info") or {}).get("total_count"))
            if total is not None and total > len(entities):
                raise self.http.problem(ErrorKind.INCOMPLETE, f"{name} {ident(kept['id'])}: {len(entities)} of {total} fields came")
        table[ident(kept["id"])] = kept

    def _page_info(self, name: str, block: Mapping[str, Any]) -> tuple[int, int]:
        info = block.get("page_info")
        total = whole(info.get("total_count")) if isinstance(info, dict) else None
        pages = whole(info.get("total_pages")) if isinstance(info, dict) else None
        if total is None or pages is None:
            raise self.http.problem(ErrorKind.UNPARSEABLE, f"{name}: no page_info in the answer")
        return total, pages

    def _judge(self, answer: Answer, label: str) -> AnswerError | None:
        """The error an answer is, if any: rate limit, something else than the API, GraphQL errors inside HTTP 200."""
        try:
            body = answer.decoded()
        except ValueError:
            if answer.status == 200:
                return self.http.problem(ErrorKind.UNPARSEABLE, f"{label}: not JSON", next_step=HTML_STEP, answer=answer)
            return None
        if not isinstance(body, dict):
            return self.http.problem(ErrorKind.UNPARSEABLE, f"{label}: not a JSON object", next_step=HTML_STEP, answer=answer)
        word = body.get("error")
        if isinstance(word, str) and "request limit" in word.lower():
            return self.http.problem(ErrorKind.RATE_LIMITED, f"{label}: request limit reached", answer=answer, retry=True)
        if answer.status == 200 and (word or body.get("errors")):
            return self._graphql_error(body.get("errors") or word, label)
        return None

    def _graphql_error(self, errors: object, label: str) -> AnswerError:
        first = errors[0] if isinstance(errors, list) and errors else errors
        text = str(first.get("message", "") if isinstance(first, dict) else first)
        kind = ErrorKind.AUTH if "unauthenticated" in text.lower() else ErrorKind.REJECTED
        step = AUTH_STEP if kind is ErrorKind.AUTH else ""
        return self.http.problem(kind, f"{label}: Sonar refused: {self.http.preview(text.encode())}", next_step=step)


def fetch(client: SonarClient, *, on_progress: Callable[[Progress], None] | None = None) -> BillingSnapshot:
    """Read everything of one Sonar instance.

    :raises BillingError: nothing could be read, or the caller cancelled
    """
    user_id, _ = client.me()
    reading, totals = Reading(), dict[str, int | None]()

    def read(name: str, table: Table) -> None:
        totals[name] = client.collect_steadily(name, table)

    read_all(client.wanted, read, reading, system=client.target.name, on_progress=on_progress)
    _check_counts(client, reading, totals)
    companies = {ident(row.get("company_id")) for row in reading.table("accounts").values()}
    seen = [f"{name}={bool(reading.table(name))}" for name in client.wanted if not COLLECTIONS[name].volatile]
    scope = fingerprint(
        "sonar", client.target.url, user_id, *sorted(companies), *sorted(client.skipped), *sorted(client.recurring_plans), *seen
    )
    joined = join(reading, client.debts, client.recurring_plans)
    return BillingSnapshot(
        system=client.target.name,
        taken_at=datetime.now(UTC),
        complete=reading.complete,
        scope=scope,
        services=joined.services,
        plans=joined.plans,
        offers=joined.offers,
        orphans=joined.orphans,
        counts=reading.counts(joined.services),
        problems=tuple(reading.problems),
    )


def fetch_accounts(client: SonarClient, ids: Sequence[str]) -> BillingSnapshot:
    """Read some accounts and what hangs on them, as they are now. Says nothing about any other account.

    :raises BillingError: any part of it could not be read
    """
    reading = Reading()

    def read(name: str, search: Search | None) -> Table:
        table = reading.tables.setdefault(name, {})
        if name in client.wanted and search != []:
            client.collect(name, table, search)
        return table

    accounts = read("accounts", equals("id", ids))
    parents = {ident(row.get("parent_account_id")) for row in accounts.values()} - {"", *accounts}
    if parents:
        # A child account without an address of its own is served at its parent's.
        client.collect("accounts", accounts, equals("id", sorted(parents)))
    for name in ("account_statuses", "services", "inventory_models"):
        read(name, None)
    services = read("account_services", equals("account_id", ids))
    radius = read("radius_accounts", equals("account_id", ids))
    macs = read("uninventoried_mac_addresses", equals("account_id", ids))
    addresses = read("addresses", owned("addressable", "Account", accounts))
    items = read("inventory_items", owned("inventoryitemable", "Address", addresses) + equals("account_service_id", list(services)))
    data = read("inventory_model_field_data", equals("inventory_item_id", list(items)))
    read(
        "ip_assignments",
        [
            *owned("ipassignmentable", "Account", ids),
            *owned("ipassignmentable", "InventoryItem", items),
            *owned("ipassignmentable", "InventoryModelFieldData", data),
            *owned("ipassignmentable", "RadiusAccount", radius),
            *owned("ipassignmentable", "UninventoriedMacAddress", macs),
        ],
    )
    contacts = read("contacts", owned("contactable", "Account", ids))
    read("phone_numbers", equals("contact_id", list(contacts)))
    joined = join(reading, client.debts, client.recurring_plans)
    asked = set(ids)
    return BillingSnapshot(
        system=client.target.name,
        taken_at=datetime.now(UTC),
        complete=False,
        scope="",
        services=tuple(service for service in joined.services if service.account_id in asked),
        plans=joined.plans,
        offers=joined.offers,
        problems=("only some accounts were read",),
    )


def equals(attribute: str, values: Iterable[str]) -> Search:
    """Rows whose whole number is one of these."""
    return [{"integer_fields": [_whole(attribute, value)]} for value in values if value.isdigit()]


def owned(prefix: str, type: str, ids: Iterable[str]) -> Search:
    """Rows that hang on one of these objects, by the pair of columns ``prefix_type`` and ``prefix_id``."""
    kind = {"attribute": f"{prefix}_type", "search_value": type, "match": True, "partial_matching": False}
    return [{"string_fields": [kind], "integer_fields": [_whole(f"{prefix}_id", id)]} for id in ids if id.isdigit()]


def _whole(attribute: str, value: str) -> dict[str, Any]:
    return {"attribute": attribute, "operator": "EQ", "search_value": int(value)}


def _check_counts(client: SonarClient, reading: Reading, totals: Mapping[str, int | None]) -> None:
    """Compare what was read with the counts at the end; read again what changed, and void the snapshot if it keeps changing."""
    names = [n for n in client.wanted if n not in reading.failed and totals.get(n) is not None and not COLLECTIONS[n].volatile]
    try:
        for attempt in range(RE_READS + 1):
            counts = client.counts(names) if names else {}
            changed = [name for name in names if counts[name] != len(reading.tables[name])]
            if not changed:
                return
            if attempt < RE_READS:
                for name in changed:
                    fresh: Table = {}
                    client.collect_steadily(name, fresh)
                    reading.tables[name] = fresh
        for name in changed:
            reading.fail(name, f"{name}: {len(reading.tables[name])} read, but Sonar counts {counts[name]}")
    except AnswerError as error:
        reading.fail("counts", f"counts: {error.message}", error)


def _is_about_aggregates(error: AnswerError) -> bool:
    text = error.message.lower()
    return error.kind is ErrorKind.REJECTED and ("aggregat" in text or ("page_info" in text and "does not exist" in text))
