"""Saving change-logged objects: validated, only when something differs, with a message for the change log.

What NetBox does for a form it does for every field and relation of an object. A workflow changes a few fields of many objects, so
here only what changed is looked up again, and an object's tags and other many-to-many relations are read once for the change log's
before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from core.signals import handle_changed_object
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import timezone
from extras.models import CustomField
from extras.signals import notify_object_changed
from netbox.registry import registry
from netbox.search.backends import search_backend

from ..fields import SecretField


def create[M](model: type[M], /, *, message: str = "", **values: Any) -> M:
    """Create a validated object.

    :raises ValidationError: naming field and value
    """
    obj: Any = model(**values)
    obj._changelog_message = message
    obj.full_clean()
    obj.save()
    return obj  # type: ignore[no-any-return]


def create_linked(obj: Any, /, **links: Iterable[Any]) -> None:
    """Save a new object a workflow made itself together with its many-to-many relations; the change log has them in one entry.

    The search index gets it at once: at the end of the transaction NetBox would read it again, or start a job for it.
    """
    related = {name: list(others) for name, others in links.items()}
    obj._prefetched_objects_cache = {
        field.name: _at_hand(field.related_model, related.get(field.name, [])) for field in obj._meta.many_to_many
    }
    # As save() does.
    obj.custom_field_data = {**CustomField.objects.get_defaults_for_model(obj), **obj.custom_field_data}
    type(obj)._default_manager.bulk_create([obj])
    _tell(obj, created=True)
    search_backend.cache([obj], remove_existing=False)
    for name, others in related.items():
        field = obj._meta.get_field(name)
        through: Any = field.remote_field.through
        here, there = field.m2m_field_name(), field.m2m_reverse_field_name()
        through.objects.bulk_create([through(**{here: obj, there: other}) for other in others])
    obj._prefetched_objects_cache = {}


def _at_hand(model: Any, objects: list[Any]) -> Any:
    """A queryset that was evaluated already, as prefetching leaves one."""
    found = model._default_manager.all()
    found._result_cache, found._prefetch_done = objects, True
    return found


def update(obj: Any, /, *, message: str = "", **values: Any) -> bool:
    """Set attributes and save, if any of them differs; True when it was saved. Relations may be given by primary key (``vlan_id``).

    :raises ValidationError: naming field and value
    """
    changed = {name: value for name, value in values.items() if getattr(obj, name) != _python(obj, name, value)}
    if not changed:
        return False
    _save(obj, message, changed, validated=True)
    return True


def note(obj: Any, /, *, message: str = "", **values: Any) -> None:
    """As :func:`update`, for values a workflow made itself: they are not validated."""
    _save(obj, message, values, validated=False)


def _save(obj: Any, message: str, values: dict[str, Any], *, validated: bool) -> None:
    with _relations_read_once(obj):
        obj.snapshot()
        before = _columns(obj)
        for name, value in values.items():
            setattr(obj, name, value)
        obj._changelog_message = message
        if validated:
            _clean(obj, {obj._meta.get_field(name).name for name in values})
        _write(obj, before)


def _columns(obj: Any) -> dict[str, Any]:
    return {field.attname: getattr(obj, field.attname) for field in obj._meta.concrete_fields}


def _write(obj: Any, before: dict[str, Any]) -> None:
    """Write the object. The search index is touched only where it holds what differs from before.

    NetBox's ``save()`` would have the index of the object made anew at the end of the transaction.
    """
    if not _is_plain(obj.__class__):
        obj.save()
        return
    obj.last_updated = timezone.now()
    columns = _columns(obj)
    # All of them, as save() does: what is stored may differ from what this object was when it was read.
    written = {name: value for name, value in columns.items() if name != obj._meta.pk.attname}
    type(obj)._default_manager.filter(pk=obj.pk).update(**written)
    _tell(obj, created=False)
    if any(columns[name] != before[name] for name in _searched(obj.__class__)):
        search_backend.cache([obj])


@cache
def _is_plain(model: Any) -> bool:
    """Whether saving is writing columns: for this plugin's models, but for those with fields that seal what they are given."""
    sealing = any(isinstance(field, SecretField) for field in model._meta.concrete_fields)
    return model._meta.app_label == "netbox_gam" and not sealing


@cache
def _searched(model: Any) -> frozenset[str]:
    """Columns the search index holds."""
    index = registry["search"].get(model._meta.label_lower)
    return frozenset(model._meta.get_field(name).attname for name, _ in index.fields) if index else frozenset()


def _tell(obj: Any, *, created: bool) -> None:
    """What NetBox does with every object that was saved: the change log, event rules, notifications."""
    handle_changed_object(sender=type(obj), instance=obj, created=created)
    notify_object_changed(sender=type(obj), instance=obj, created=created)


@contextmanager
def isolated() -> Iterator[None]:
    """A transaction, or a part of the one there is already: what the block wrote is undone when it raises.

    Other than a nested ``atomic()`` it is no scope of its own for what NetBox does at the end of the transaction: the search index
    is brought up to date once for all blocks.
    """
    if not connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    point = transaction.savepoint()
    try:
        yield
    except BaseException:
        transaction.savepoint_rollback(point)
        raise
    transaction.savepoint_commit(point)


def _clean(obj: Any, changed: set[str]) -> None:
    """As ``full_clean()``, without looking up what was valid when it was stored and did not change."""
    touched = set().union(changed, *(names for names in _constrained(obj.__class__) if names & changed))
    same = {field.name for field in obj._meta.fields} - changed
    obj.clean_fields(exclude=same)
    obj.clean()
    obj.validate_unique(exclude=same - touched)
    obj.validate_constraints(exclude=same - touched)


@cache
def _constrained(model: type[models.Model]) -> tuple[frozenset[str], ...]:
    """Names of fields that are valid together only: of unique fields and of constraints."""
    unique = [frozenset({field.name}) for field in model._meta.fields if field.unique]
    together = [frozenset(names) for names in model._meta.unique_together]
    return (*unique, *together, *(_names_in(constraint) for constraint in model._meta.constraints))


def _names_in(constraint: Any) -> frozenset[str]:
    condition = getattr(constraint, "condition", None)
    named = condition.referenced_base_fields if condition is not None else set()
    expressions = getattr(constraint, "expressions", ())
    inside = [name for item in expressions for name in _fields_of(item)]
    return frozenset({*getattr(constraint, "fields", ()), *named, *inside})


def _fields_of(expression: Any) -> Iterator[str]:
    if isinstance(expression, models.F):
        yield expression.name
        return
    for part in expression.get_source_expressions():
        yield from _fields_of(part)


@contextmanager
def _relations_read_once(obj: Any) -> Iterator[None]:
    """Keep an object's tags and other many-to-many relations at hand for the block."""
    known = getattr(obj, "_prefetched_objects_cache", {})
    names = [field.name for field in obj._meta.many_to_many if field.name not in known]
    models.prefetch_related_objects([obj], *names)
    try:
        yield
    finally:
        for name in names:
            obj._prefetched_objects_cache.pop(name, None)


def _python(obj: Any, name: str, value: Any) -> Any:
    field = obj._meta.get_field(name)
    return value if field.is_relation else field.to_python(value)


def in_words(error: ValidationError) -> str:
    """A validation error as one line naming its fields."""
    if hasattr(error, "message_dict"):
        return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
    return " ".join(error.messages)
