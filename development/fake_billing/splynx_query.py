"""Splynx' query language: PHP-style nested query strings, operators, order, limit and offset."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

type Row = dict[str, Any]

KEY_PART = re.compile(r"\[([^\]]*)\]")


class QueryError(ValueError):
    """The query string asks for something the query language does not have."""


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What PHP makes of bracketed keys: ``[("a[b][0]", "x")]`` -> ``{"a": {"b": {"0": "x"}}}``."""
    tree: dict[str, Any] = {}
    for key, value in pairs:
        path = [key.split("[", 1)[0], *KEY_PART.findall(key)]
        at = tree
        for part in path[:-1]:
            child = at.setdefault(part, {})
            if not isinstance(child, dict):
                child = at[part] = {}
            at = child
        at[path[-1] if path[-1] else str(len(at))] = value
    return tree


def select(rows: Sequence[Row], query: dict[str, Any]) -> list[Row]:
    """The rows that pass ``main_attributes`` and ``additional_attributes``, in ``order``; not yet cut.

    :raises QueryError: unknown column or operator
    """
    found = list(rows)
    for column, condition in _conditions(query, "main_attributes"):
        found = [row for row in found if _passes(_value(rows, row, column), condition)]
    for column, condition in _conditions(query, "additional_attributes"):
        found = [row for row in found if _passes((row.get("additional_attributes") or {}).get(column, ""), condition)]
    order = query.get("order")
    if isinstance(order, dict):
        for column, direction in reversed(order.items()):
            found.sort(key=lambda row: _sort_key(_value(rows, row, column)), reverse=str(direction).upper() == "DESC")
    return found


def cut(rows: list[Row], query: dict[str, Any]) -> list[Row]:
    """``offset`` and ``limit``; everything when there is no limit."""
    offset, limit = _number(query, "offset", 0), _number(query, "limit", 0)
    return rows[offset : offset + limit] if limit else rows[offset:]


def offset_of(query: dict[str, Any]) -> tuple[int, int]:
    """Offset and limit of a query, 0 where not given."""
    return _number(query, "offset", 0), _number(query, "limit", 0)


def _conditions(query: dict[str, Any], name: str) -> list[tuple[str, Any]]:
    value = query.get(name, {})
    if not isinstance(value, dict):
        raise QueryError(f"{name} must be an array")
    return list(value.items())


def _value(rows: Sequence[Row], row: Row, column: str) -> Any:
    if rows and column not in rows[0]:
        raise QueryError(f"Unknown column {column}")
    return row.get(column)


def _number(query: dict[str, Any], name: str, default: int) -> int:
    text = str(query.get(name, default))
    if not text.isdigit():
        raise QueryError(f"{name} must be a number")
    return int(text)


def _passes(value: Any, condition: Any) -> bool:
    """A scalar means equality; otherwise ``[operator, operand]``."""
    if not isinstance(condition, dict):
        return _compare(value, str(condition)) == 0
    parts = [condition[key] for key in sorted(condition, key=lambda text: (len(text), text))]
    if len(parts) != 2:
        raise QueryError("a condition is [operator, value]")
    operator, operand = str(parts[0]).upper(), parts[1]
    test = OPERATORS.get(operator)
    if test is None:
        raise QueryError(f"Unknown operator {operator}")
    return test(value, operand)


def _compare(value: Any, operand: str) -> int:
    """-1, 0 or 1; as numbers when both look like numbers, else as text without regard to case."""
    left, right = str("" if value is None else value), operand
    try:
        a, b = float(left), float(right)
        return (a > b) - (a < b)
    except ValueError:
        x, y = left.lower(), right.lower()
        return (x > y) - (x < y)


def _items(operand: Any) -> list[str]:
    return [str(item) for item in operand.values()] if isinstance(operand, dict) else str(operand).split(",")


def _like(value: Any, operand: Any) -> bool:
    pattern = "".join({"%": ".*", "_": "."}.get(character, re.escape(character)) for character in str(operand))
    return re.fullmatch(pattern, str(value or ""), re.IGNORECASE) is not None


def _between(value: Any, operand: Any) -> bool:
    low, high = _items(operand)[:2]
    return _compare(value, low) >= 0 and _compare(value, high) <= 0


def _is(value: Any, operand: Any) -> bool:
    missing = str(operand).upper() == "NULL"
    return (value is None) == missing


def _in_set(value: Any, operand: Any) -> bool:
    return str(operand) in [part.strip() for part in str(value or "").split(",")]


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, operand: _compare(value, str(operand)) == 0,
    "!=": lambda value, operand: _compare(value, str(operand)) != 0,
    "<>": lambda value, operand: _compare(value, str(operand)) != 0,
    ">": lambda value, operand: _compare(value, str(operand)) > 0,
    "<": lambda value, operand: _compare(value, str(operand)) < 0,
    ">=": lambda value, operand: _compare(value, str(operand)) >= 0,
    "<=": lambda value, operand: _compare(value, str(operand)) <= 0,
    "IN": lambda value, operand: any(_compare(value, item) == 0 for item in _items(operand)),
    "LIKE": _like,
    "BETWEEN": _between,
    "IS": _is,
    "REGEXP": lambda value, operand: re.search(str(operand), str(value or ""), re.IGNORECASE) is not None,
    "FIND_IN_SET": _in_set,
}


def _sort_key(value: Any) -> tuple[int, Any]:
    return (0, 0) if value is None else (1, value) if isinstance(value, (int, float)) else (2, str(value))
