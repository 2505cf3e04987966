"""Which accounts of a Sonar changed since a time: rows with a later ``updated_at``, followed to their account by key.

A child does not necessarily touch its account (vendor's schema says nothing), so every collection is asked that leads to one. What
was deleted, and IP assignments, which come and go with every lease, are seen by a full reading only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ..contracts import ChangedAccounts
from .fields import ident
from .reading import Table
from .sonar import Search, SonarClient, equals

CURSOR = "updated_at"
OVERLAP = timedelta(minutes=10)
"""A row may become visible some time after the time it carries, and two clocks differ."""

OF_ACCOUNT = ("account_services", "radius_accounts", "uninventoried_mac_addresses")


def cursor(begun: datetime) -> dict[str, str]:
    """Where the next reading of changes has to begin, after one that began at ``begun``."""
    return {CURSOR: begun.astimezone(UTC).isoformat(timespec="seconds")}


def fetch_changed(client: SonarClient, since: str, most: int) -> ChangedAccounts:
    """Accounts that changed since the cursor's time.

    :param since: value of ``CURSOR``
    :raises BillingError: any part of it could not be read
    """
    begun = datetime.now(UTC)
    after = (datetime.fromisoformat(since) - OVERLAP).isoformat(timespec="seconds")
    recent: Search = [{"datetime_fields": [{"attribute": "updated_at", "operator": "GTE", "search_value": after}]}]
    found = _Found(client, most)
    accounts = set(found.rows("accounts", recent))
    for name in OF_ACCOUNT:
        accounts |= _column(found.rows(name, recent), "account_id")
    data = found.rows("inventory_model_field_data", recent)
    items = found.rows("inventory_items", recent)
    if not found.too_many:
        items |= found.rows("inventory_items", equals("id", _column(data, "inventory_item_id") - set(items)))
    addresses = found.rows("addresses", recent)
    if not found.too_many:
        held = {ident(row.get("inventoryitemable_id")) for row in items.values() if row.get("inventoryitemable_type") == "Address"}
        addresses |= found.rows("addresses", equals("id", held - set(addresses)))
        services = found.rows("account_services", equals("id", _column(items, "account_service_id")))
        accounts |= _column(services, "account_id")
    accounts |= {ident(row.get("addressable_id")) for row in addresses.values() if row.get("addressable_type") == "Account"}
    accounts.discard("")
    if not found.too_many and len(accounts) <= most:
        # A child account without an address of its own is served at its parent's.
        accounts |= set(found.rows("accounts", equals("parent_account_id", accounts)))
    too_many = found.too_many or len(accounts) > most
    return ChangedAccounts(() if too_many else tuple(sorted(accounts, key=_number)), cursor(begun), too_many)


class _Found:
    """Reads collections until one has more rows than it is worth to follow."""

    def __init__(self, client: SonarClient, most: int) -> None:
        self.client, self.most, self.too_many = client, most, False

    def rows(self, name: str, search: Search) -> Table:
        table: Table = {}
        if search and name in self.client.wanted and not self.too_many:
            self.client.collect(name, table, search)
            self.too_many = len(table) > self.most
        return table


def _column(table: Table, name: str) -> set[str]:
    return _filled(row.get(name) for row in table.values())


def _filled(values: Iterable[object]) -> set[str]:
    return {ident(value) for value in values} - {""}


def _number(id: str) -> tuple[int, str]:
    return (int(id), "") if id.isdigit() else (0, id)
