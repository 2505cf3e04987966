"""Sonar's collection arguments: equality filters, ``search``, ``reverse_relation_filters``, ``sorter`` and ``paginator``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError

from development.fake_billing.sonar_data import Row, Table
from development.fake_billing.sonar_types import COLLECTIONS, One

type Tables = Mapping[str, Table]
type Condition = Mapping[str, Any]

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": lambda left, right: left == right,
    "NEQ": lambda left, right: left != right,
    "GT": lambda left, right: left is not None and left > right,
    "LT": lambda left, right: left is not None and left < right,
    "GTE": lambda left, right: left is not None and left >= right,
    "LTE": lambda left, right: left is not None and left <= right,
}


def select(tables: Tables, collection: str, rows: list[Row], arguments: Mapping[str, Any]) -> list[Row]:
    """The rows that pass every argument, sorted as asked.

    :raises GraphQLError: an argument names a column or relation the type does not have
    """
    columns = COLLECTIONS[collection].columns
    for name, value in arguments.items():
        if name in columns:
            rows = [row for row in rows if row.get(name) == value]
    if searches := arguments.get("search"):
        rows = [row for row in rows if any(_matches(tables, collection, row, search) for search in searches)]
    if text := arguments.get("general_search"):
        rows = [row for row in rows if any(text.lower() in str(value).lower() for value in row.values() if isinstance(value, str))]
    if filters := arguments.get("reverse_relation_filters"):
        rows = [row for row in rows if all(_related(tables, collection, row, item) for item in filters)]
    for sorter in reversed(arguments.get("sorter") or []):
        attribute = _column(collection, sorter["attribute"])
        rows = sorted(rows, key=lambda row: _sort_key(row.get(attribute)), reverse=sorter.get("direction") == "DESC")
    return rows


def related(tables: Tables, collection: str, row: Row, relation: str) -> list[Row]:
    """The rows behind one relation of a row."""
    link = COLLECTIONS[collection].relations.get(relation)
    if link is None:
        raise GraphQLError(f"Call to undefined relationship [{relation}] on model [{COLLECTIONS[collection].name}].")
    if isinstance(link, One):
        found = tables[link.collection].one(row.get(link.column))
        return [found] if found else []
    children = tables[link.collection].by(link.column, row["id"])
    return [child for child in children if all(child.get(key) == value for key, value in link.where.items())]


def _matches(tables: Tables, collection: str, row: Row, search: Condition) -> bool:
    """All conditions inside one search object hold."""
    return (
        all(_string(row.get(_column(collection, c["attribute"])), c) for c in search.get("string_fields") or [])
        and all(_ordered(collection, row, c, int) for c in search.get("integer_fields") or [])
        and all(_ordered(collection, row, c, float) for c in search.get("float_fields") or [])
        and all(_ordered(collection, row, c, _moment) for c in search.get("datetime_fields") or [])
        and all(_ordered(collection, row, c, _moment) for c in search.get("date_fields") or [])
        and all(bool(row.get(_column(collection, c["attribute"]))) == c["search_value"] for c in search.get("boolean_fields") or [])
        and all(row.get(_column(collection, name)) is None for name in search.get("unset_fields") or [])
        and all(_exists(tables, collection, row, name) for name in search.get("exists") or [])
        and all(_related(tables, collection, row, item) for item in search.get("reverse_relation_filters") or [])
    )


def _string(value: Any, condition: Condition) -> bool:
    """Partial match unless told otherwise; without regard to case."""
    wanted, held = condition["search_value"].lower(), str(value if value is not None else "").lower()
    hit = wanted == held if condition.get("partial_matching") is False else wanted in held
    return hit if condition.get("match", True) is not False else not hit


def _ordered(collection: str, row: Row, condition: Condition, convert: Callable[[Any], Any]) -> bool:
    value = row.get(_column(collection, condition["attribute"]))
    compare = OPERATORS[condition.get("operator") or "EQ"]
    return compare(None if value is None else convert(value), convert(condition["search_value"]))


def _exists(tables: Tables, collection: str, row: Row, name: str) -> bool:
    if name in COLLECTIONS[collection].relations:
        return bool(related(tables, collection, row, name))
    return row.get(_column(collection, name)) is not None


def _related(tables: Tables, collection: str, row: Row, condition: Condition) -> bool:
    """A dotted relation leads to at least one matching row, or with ``is_empty`` to none."""
    rows, at = [row], collection
    for part in condition["relation"].split("."):
        rows = [child for parent in rows for child in related(tables, at, parent, part)]
        at = COLLECTIONS[at].relations[part].collection
    if searches := condition.get("search"):
        rows = [child for child in rows if any(_matches(tables, at, child, search) for search in searches)]
    return not rows if condition.get("is_empty") else bool(rows)


def _column(collection: str, name: str) -> str:
    if name not in COLLECTIONS[collection].columns:
        raise GraphQLError(f"Unknown column '{name}' on {COLLECTIONS[collection].name}.")
    return name


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _sort_key(value: Any) -> tuple[int, Any]:
    """Nulls first, as MySQL does."""
    return (0, 0) if value is None else (1, value)
