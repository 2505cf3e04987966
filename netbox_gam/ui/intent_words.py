"""What a change plan changed in NetBox, in words: names in the place of keys."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Field

from ..models import ChangePlan, Endpoint, Subscriber

MODELS: dict[str, Any] = {"subscriber": Subscriber, "endpoint": Endpoint}


def intent_in_words(change_plan: ChangePlan, user: Any) -> list[dict[str, Any]]:
    """One row per field: ``name`` of the object, ``field``, ``before`` and ``after``. A query per kind of related object.

    What the user may not view stands as its key.
    """
    rows = [
        (entry["name"], MODELS[entry["model"]]._meta.get_field(name), entry["before"][name], entry["after"][name])
        for entry in change_plan.intent
        for name in entry["after"]
    ]
    names = _names(rows, user)
    return [
        {"name": name, "field": field.verbose_name, "before": _words(field, before, names), "after": _words(field, after, names)}
        for name, field, before, after in rows
    ]


def _names(rows: list[tuple[str, Any, Any, Any]], user: Any) -> dict[tuple[Any, Any], str]:
    keys: dict[Any, set[Any]] = defaultdict(set)
    for _name, field, before, after in rows:
        if field.is_relation:
            keys[field.related_model] |= {before, after} - {None}
    return {(model, obj.pk): str(obj) for model, wanted in keys.items() for obj in _visible(model, user).filter(pk__in=wanted)}


def _visible(model: Any, user: Any) -> Any:
    return model.objects.restrict(user, "view")


def _words(field: Field, value: Any, names: dict[tuple[Any, Any], str]) -> str:
    if value in (None, "", []):
        return "-"
    if field.is_relation:
        return names.get((field.related_model, value), f"#{value}")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(dict(field.flatchoices).get(value, value))
