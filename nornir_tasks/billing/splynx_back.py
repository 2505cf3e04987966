"""Writing to Splynx: additional attributes of customers, by a PUT that names nothing else (a PUT is partial: API blueprint)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Any

from ..contracts import AccountReading
from ..errors import ErrorKind
from .fields import ident, words
from .http import AnswerError
from .splynx import SplynxClient
from .write_back import UNVERSIONED, allow_put

CUSTOMER = "admin/customers/customer"
TOGETHER = 200
"""Customers asked for at once."""


def read_accounts(client: SplynxClient, ids: Sequence[str] | None, fields: Iterable[str]) -> dict[str, AccountReading]:
    """Time of the last update and additional attributes of some customers, or of all.

    :raises BillingError: any part of it could not be read
    """
    wanted = set(fields)
    if ids is not None:
        parts = [{"id": ["IN", list(some)]} for some in batched(ids, TOGETHER)]
        rows = [row for part in parts for row in client.customers(part)]
    else:
        rows = client.customers({})
    readings = [_reading(client, row, wanted) for row in rows]
    return {reading.account_id: reading for reading in readings}


def read_one(client: SplynxClient, account_id: str, fields: Iterable[str]) -> AccountReading | None:
    """A customer as it is right now; None when it is gone.

    :raises BillingError: it could not be read
    """
    try:
        row = client.one(f"{CUSTOMER}/{account_id}", f"customer {account_id}")
    except AnswerError as error:
        if error.status == 404:
            return None
        raise
    return _reading(client, row, set(fields))


def write_attributes(client: SplynxClient, account_id: str, values: Mapping[str, str]) -> None:
    """Set additional attributes of a customer, in one attempt, and read them back: an attribute nobody made is accepted and lost.

    :raises BillingError: refused, or nobody knows what came of it
    """
    path, body = f"{CUSTOMER}/{account_id}", {"additional_attributes": dict(values)}
    allow_put(path, body)
    label = f"customer {account_id}: additional attributes"
    client.put(path, body, label)
    now = read_one(client, account_id, values)
    lost = sorted(name for name, text in values.items() if now is None or now.values.get(name, "") != text)
    if lost:
        step = "Make the additional attribute in Splynx (Config, Main, Additional fields, Customers), as a text."
        raise client.http.problem(ErrorKind.REJECTED, f"{label}: {', '.join(lost)} accepted and not stored", next_step=step)


def _reading(client: SplynxClient, row: Mapping[str, Any], fields: set[str]) -> AccountReading:
    """Of a customer only what is compared is kept; other attributes and the password are not."""
    id = ident(row.get("id"))
    if not id:
        raise client.http.problem(ErrorKind.UNPARSEABLE, "customers: a row has no id")
    own = row.get("additional_attributes")
    values = {name: words(own.get(name)) for name in fields} if isinstance(own, dict) else {}
    return AccountReading(id, f"{words(row.get('last_update'))} {words(row.get('status'))}".strip() or UNVERSIONED, values)
