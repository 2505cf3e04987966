"""Which customers of a Splynx changed since a cursor: by ``last_update`` of customers, and by the log of changes.

The times are those of the server, in a time zone that it does not tell, so the cursor is the newest one it has told itself. Whether
``last_update`` moves with an edit of a service is not documented; the log knows of changed statuses and tariffs. Anything else of a
service, and what was deleted, is seen by a full reading only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..contracts import ChangedAccounts
from .fields import ident
from .reading import Table
from .splynx import CHANGE, CHANGE_LOG, LAST_UPDATE, SplynxClient, newest_update

OVERLAP = timedelta(minutes=10)
"""A row may become visible some time after the time it carries."""

FORMAT = "%Y-%m-%d %H:%M:%S"


def fetch_changed(client: SplynxClient, since: Mapping[str, str], most: int) -> ChangedAccounts:
    """Customers that changed since the cursor.

    :raises BillingError: any part of it could not be read
    """
    following = {**since, **client.newest_change()}
    newest = _moment(since.get(LAST_UPDATE, ""))
    table: Table = {}
    if newest is not None:
        query = {"last_update": [">=", (newest - OVERLAP).strftime(FORMAT)]}
        if client.count("customers", query) > most:
            return ChangedAccounts((), following, too_many=True)
        client.collect("customers", table, query)
        following[LAST_UPDATE] = max(since[LAST_UPDATE], newest_update(table))
    customers = set(table)
    if CHANGE in since:
        rows = client.rows(CHANGE_LOG, {"main_attributes": {"id": [">", since[CHANGE]]}, "order": {"id": "ASC"}, "limit": most * 4})
        if len(rows) >= most * 4:
            return ChangedAccounts((), following, too_many=True)
        customers |= {ident(row.get("customer_id")) for row in rows}
    customers -= {"", "0"}
    too_many = len(customers) > most
    return ChangedAccounts(() if too_many else tuple(sorted(customers, key=int)), following, too_many)


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.strptime(str(text), FORMAT)  # the server does not tell its zone
    except ValueError:
        return None
