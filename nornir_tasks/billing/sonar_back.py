"""Writing to Sonar: custom fields and notes of accounts. The shapes of both inputs are not published (assumptions S15 and S16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Any

from ..contracts import AccountReading
from ..errors import ErrorKind
from .fields import ident, words
from .reading import Table
from .sonar import ENDPOINT, Search, SonarClient, equals, owned
from .write_back import UNVERSIONED, allow_mutation

TOGETHER = 50
"""Accounts asked for at once."""

ONE = """query one($accounts: [Search], $data: [Search], $notes: [Search]) {
  accounts(search: $accounts) { entities { id _version updated_at archived_at } }
  custom_field_data(paginator: {page: 1, records_per_page: 200}, search: $data) { entities { id custom_field_id value } }
  notes(paginator: {page: 1, records_per_page: 5}, search: $notes) { entities { id message } }
}"""


def read_accounts(client: SonarClient, ids: Sequence[str] | None, fields: Iterable[str]) -> dict[str, AccountReading]:
    """Versions and custom fields of some accounts, or of all. Archived accounts are left out.

    :raises BillingError: any part of it could not be read
    """
    accounts: Table = {}
    data: Table = {}
    if ids is None:
        client.collect_steadily("accounts", accounts)
        client.collect("custom_field_data", data, _of_fields(fields))
    else:
        for some in batched(ids, TOGETHER):
            client.collect("accounts", accounts, equals("id", some))
            client.collect("custom_field_data", data, owned("customfielddataable", "Account", some))
    wanted, values = set(fields), dict[str, dict[str, str]]()
    for row in data.values():
        field = ident(row.get("custom_field_id"))
        if field in wanted and row.get("customfielddataable_type") == "Account":
            values.setdefault(ident(row.get("customfielddataable_id")), {})[field] = words(row.get("value"))
    return {id: AccountReading(id, _version(row), values.get(id, {})) for id, row in accounts.items() if not row.get("archived_at")}


def read_one(client: SonarClient, account_id: str, fields: Iterable[str], note_key: str) -> AccountReading | None:
    """An account as it is right now; None when it is gone or archived.

    :raises BillingError: it could not be read
    """
    noted = [{**search, "string_fields": [*search["string_fields"], _like(note_key)]} for search in _notes_of(account_id)]
    variables = {
        "accounts": equals("id", [account_id]),
        "data": owned("customfielddataable", "Account", [account_id]),
        "notes": noted if note_key else equals("id", ["0"]),
    }
    label = f"account {account_id}"
    answer = client.query(ONE, variables, label)
    rows = {name: _entities(client, answer, name, label) for name in ("accounts", "custom_field_data", "notes")}
    account = next((row for row in rows["accounts"] if ident(row.get("id")) == account_id), None)
    if account is None or account.get("archived_at"):
        return None
    wanted = set(fields)
    values = {ident(row.get("custom_field_id")): words(row.get("value")) for row in rows["custom_field_data"]}
    found = frozenset({note_key} if note_key and any(note_key in str(row.get("message")) for row in rows["notes"]) else ())
    return AccountReading(account_id, _version(account), {name: text for name, text in values.items() if name in wanted}, found)


def write_fields(client: SonarClient, account_id: str, values: Mapping[str, str]) -> None:
    """Set custom fields of an account, in one attempt.

    :raises BillingError: refused, or nobody knows what came of it
    """
    data = [{"custom_field_id": int(field), "value": text} for field, text in values.items()]
    label = f"account {account_id}: custom fields"
    answer = _mutate(
        client,
        "updateEntityCustomFields",
        {"entity_type": "Account", "entity_id": int(account_id), "custom_field_data": data},
        label,
    )
    rows = answer if isinstance(answer, list) else []
    stored = {ident(row.get("custom_field_id")): words(row.get("value")) for row in rows if isinstance(row, dict)}
    wrong = [field for field, text in values.items() if stored.get(field) != text]
    if wrong:
        raise client.http.problem(ErrorKind.UNPARSEABLE, f"{label}: Sonar does not say that it stored {', '.join(wrong)}")


def write_note(client: SonarClient, account_id: str, text: str, note_key: str) -> None:
    """Make a note on an account, in one attempt; its key stands in its last line.

    :raises BillingError: refused, or nobody knows what came of it
    """
    label = f"account {account_id}: note"
    message = f"{text}\n[{note_key}]"
    note = _mutate(client, "createNote", {"noteable_type": "Account", "noteable_id": int(account_id), "message": message}, label)
    if not isinstance(note, dict) or not ident(note.get("id")):
        raise client.http.problem(ErrorKind.UNPARSEABLE, f"{label}: Sonar does not say that it made the note")


def _mutate(client: SonarClient, name: str, values: Mapping[str, Any], label: str) -> Any:
    text = allow_mutation(name, values)
    payload = {"query": text, "variables": {"input": dict(values)}}
    answer = client.http.send("POST", ENDPOINT, label=label, payload=payload, read=False)
    data = answer.decoded().get("data")
    return data.get(name) if isinstance(data, dict) else None


def _of_fields(fields: Iterable[str]) -> Search:
    return [search for field in sorted(fields) for search in equals("custom_field_id", [field])]


def _notes_of(account_id: str) -> Search:
    return owned("noteable", "Account", [account_id])


def _like(text: str) -> dict[str, Any]:
    return {"attribute": "message", "search_value": text, "match": True, "partial_matching": True}


def _version(row: Mapping[str, Any]) -> str:
    return f"{words(row.get('_version'))} {words(row.get('updated_at'))}".strip() or UNVERSIONED


def _entities(client: SonarClient, answer: Mapping[str, Any], name: str, label: str) -> list[Mapping[str, Any]]:
    block = answer.get(name)
    rows = block.get("entities") if isinstance(block, dict) else None
    if not isinstance(rows, list):
        raise client.http.problem(ErrorKind.UNPARSEABLE, f"{label}: no list of {name} in the answer")
    return [row for row in rows if isinstance(row, dict)]
