"""What may be written to a billing system, and what is to be: pure decisions, no I/O.

Custom fields and notes of an account (Sonar), additional attributes of a customer (Splynx). Never a status, a service, an address,
an IP or a RADIUS account: those cost the provider's customers money, and Sonar charges the provider for some of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..contracts import AccountReading, AccountWrite, BackSource, BackValue, BillingSystemType, WriteOutcome
from ..errors import RuleViolation

NOTE = "note"
"""In place of a field: the value goes into a note. Sonar only."""

UNVERSIONED = "-"
"""The version of an object that came without one."""

LONGEST = 250
"""Characters of a custom field's value: both systems keep short texts in a column of 255 (assumption)."""

MUTATIONS = {
    "updateEntityCustomFields": (
        "mutation write($input: UpdateEntityCustomFieldsMutationInput!) "
        "{ updateEntityCustomFields(input: $input) { id custom_field_id value } }"
    ),
    "createNote": "mutation write($input: CreateNoteMutationInput!) { createNote(input: $input) { id } }",
}
"""Every mutation there is; nothing else is ever sent to Sonar."""

_SONAR_MEMBERS = {
    "updateEntityCustomFields": {"entity_type", "entity_id", "custom_field_data"},
    "createNote": {"noteable_type", "noteable_id", "message", "priority"},
}
_SPLYNX_PATH = re.compile(r"admin/customers/customer/[1-9][0-9]*")
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_CUSTOM_FIELD = re.compile(r"[1-9][0-9]{0,17}")
_OWN_FIELDS = frozenset(
    (
        "id", "status", "partner_id", "location_id", "parent_id", "login", "password", "name", "email", "billing_email", "phone",
        "category", "street_1", "zip_code", "city", "gps", "billing_type", "tariff_id", "router_id", "ipv4", "ipv6",
        "mac", "address",
    )
)  # fmt: skip
"""Names a customer or service has itself. An additional attribute of such a name would be taken for it by somebody."""


def check_fields(type: BillingSystemType, fields: Mapping[str, str]) -> dict[BackValue, str]:
    """Which value goes where, checked.

    :param fields: a :class:`BackValue` to the number of a custom field (Sonar), the name of an additional attribute (Splynx), or
        ``note`` (Sonar)
    :raises RuleViolation: naming value and field
    """
    checked: dict[BackValue, str] = {}
    for name, place in fields.items():
        if name not in list(BackValue):
            raise RuleViolation("value", name, f"must be one of {', '.join(BackValue)}")
        if not isinstance(place, str) or not _is_place(type, place):
            wanted = "the number of a custom field, or “note”" if type is BillingSystemType.SONAR else "an additional attribute"
            raise RuleViolation(name, place, f"must be {wanted}")
        if place != NOTE and place in checked.values():
            raise RuleViolation(name, place, "is taken by another value")
        checked[BackValue(name)] = place
    return checked


def _is_place(type: BillingSystemType, place: str) -> bool:
    if type is BillingSystemType.SONAR:
        return place == NOTE or _CUSTOM_FIELD.fullmatch(place) is not None
    return _ATTRIBUTE.fullmatch(place) is not None and place not in _OWN_FIELDS and place != NOTE


def allow_mutation(name: str, values: Mapping[str, Any]) -> str:
    """The text of a mutation that may be sent with these values.

    :raises RuleViolation: it may not
    """
    if name not in MUTATIONS:
        raise RuleViolation("mutation", name, "is not among those that may be sent")
    if set(values) - _SONAR_MEMBERS[name]:
        raise RuleViolation("mutation", name, f"may not carry {', '.join(sorted(set(values) - _SONAR_MEMBERS[name]))}")
    if values.get("entity_type", values.get("noteable_type")) != "Account":
        raise RuleViolation("mutation", name, "is about accounts only")
    return MUTATIONS[name]


def allow_put(path: str, body: Mapping[str, Any]) -> None:
    """Let nothing but additional attributes of one customer pass.

    :raises RuleViolation: it is something else
    """
    if not _SPLYNX_PATH.fullmatch(path):
        raise RuleViolation("path", path, "is not a customer")
    if set(body) != {"additional_attributes"}:
        raise RuleViolation("body", sorted(body), "may hold additional_attributes only")
    for name in body["additional_attributes"]:
        if not _is_place(BillingSystemType.SPLYNX, name):
            raise RuleViolation("additional attribute", name, "may not be written")


# ------------------------------------------------------------------------------------------------------------------- decide


def account_values(sources: Sequence[BackSource]) -> dict[BackValue, str]:
    """What an account is to be told of its services. With several, each is named."""
    ordered = sorted(sources, key=lambda source: source.name)
    several = len(ordered) > 1
    columns = {
        BackValue.SERVICE_STATE: [source.state for source in ordered],
        BackValue.NETBOX_LINK: [source.link for source in ordered],
        BackValue.PLACE: [source.place for source in ordered],
        BackValue.LAST_CHANGE: [source.last_change for source in ordered],
    }
    return {
        value: _short("; ".join(f"{s.name}: {text}" if several else text for s, text in zip(ordered, texts, strict=True) if text))
        for value, texts in columns.items()
    }


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def decide(fields: Mapping[BackValue, str], reading: AccountReading, wanted: Mapping[BackValue, str]) -> dict[BackValue, str]:
    """Which values to write, and what; nothing for those that stand there, and nothing where NetBox has nothing to say.

    Notes are left out: there is nothing there to compare with.
    """
    return {
        value: wanted[value]
        for value, place in fields.items()
        if place != NOTE and wanted.get(value) and reading.values.get(place, "") != wanted[value]
    }


def note_text(fields: Mapping[BackValue, str], wanted: Mapping[BackValue, str]) -> str:
    """The note about an account; empty where no value goes into one."""
    words = {
        BackValue.SERVICE_STATE: "service state",
        BackValue.NETBOX_LINK: "NetBox",
        BackValue.PLACE: "place",
        BackValue.LAST_CHANGE: "last verified change",
    }
    parts = [f"{words[value]}: {wanted[value]}" for value, place in fields.items() if place == NOTE and wanted.get(value)]
    return "\n".join(parts)


def judge(write: AccountWrite, now: AccountReading | None) -> tuple[WriteOutcome | None, dict[str, str], bool]:
    """What is left to send, given how the account stands right now.

    :returns: the outcome where nothing is to be sent, else None; fields to write; whether the note is to be made
    """
    if now is None:
        return WriteOutcome.CHANGED, {}, False
    left = {name: text for name, text in write.after.items() if now.values.get(name, "") != text}
    note_left = bool(write.note_key) and write.note_key not in now.note_keys
    if not left and not note_left:
        return WriteOutcome.ALREADY, {}, False
    # Where all fields are as wanted, an earlier attempt got that far, and moved the version itself.
    own_doing = bool(write.after) and not left
    same = now.version == write.version and all(now.values.get(name, "") == write.before.get(name, "") for name in left)
    if not same and not own_doing:
        return WriteOutcome.CHANGED, {}, False
    return None, left, note_left
