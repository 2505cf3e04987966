"""Saving change-logged objects: validated, only when something differs, with a message for the change log.

What NetBox does for a form it does for every field and relation of an object. A workflow changes a few fields of many objects, so
here only what changed is looked up again, and an object's tags and other many-to-many relations are read once for the change log's
before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from extras.models import CustomField
from netbox.registry import registry

from ..fields import SecretField
from .change_log import add, tell


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

    The search index gets it with them: at the end of the transaction NetBox would read it again, or start a job for it.
    """
    related = {name: list(others) for name, others in links.items()}
    obj._prefetched_objects_cache = {
        field.name: _at_hand(field.related_model, related.get(field.name, [])) for field in obj._meta.many_to_many
    }
    # As save() does.
    obj.custom_field_data = {**CustomField.objects.get_defaults_for_model(obj), **obj.custom_field_data}
    type(obj)._default_manager.bulk_create([obj])
    tell(obj, created=True)
    for name, others in related.items():
        field = obj._meta.get_field(name)
        through: Any = field.remote_field.through
        here, there = field.m2m_field_name(), field.m2m_reverse_field_name()
        add([through(**{here: obj, there: other}) for other in others])
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
    with _relations_read_once([obj]):
        before = _set(obj, message, changed)
        _clean(obj, {obj._meta.get_field(name).name for name in changed})
        # All of them, as save() does: what is stored may differ from what this object was when it was read.
        names = {field.attname for field in obj._meta.concrete_fields if not field.primary_key}
        _write([obj], [before], names)
    return True


def note(*objects: Any, message: str = "", **values: Any) -> None:
    """Set attributes of objects of one model to values a workflow made itself: not validated, and nothing else is written."""
    if not objects:
        return
    with _relations_read_once(objects):
        before = [_set(obj, message, values) for obj in objects]
        _write(objects, before, {objects[0]._meta.get_field(name).attname for name in values} | {"last_updated"})


def _set(obj: Any, message: str, values: dict[str, Any]) -> dict[str, Any]:
    """Set attributes; the object's columns before that."""
    obj.snapshot()
    before = _columns(obj)
    for name, value in values.items():
        setattr(obj, name, value)
    obj._changelog_message = message
    return before


def _columns(obj: Any) -> dict[str, Any]:
    return {field.attname: getattr(obj, field.attname) for field in obj._meta.concrete_fields}


def _write(objects: Sequence[Any], before: Sequence[dict[str, Any]], names: set[str]) -> None:
    """Write columns of objects that get the same values. The search index is touched only where it holds what differs from before.

    NetBox's ``save()`` would have the index of the object made anew at the end of the transaction.
    """
    model = objects[0].__class__
    if not _is_plain(model):
        for obj in objects:
            obj.save()
        return
    now = timezone.now()
    for obj in objects:
        obj.last_updated = now
    written = {name: getattr(objects[0], name) for name in names}
    model._default_manager.filter(pk__in=[obj.pk for obj in objects]).update(**written)
    for obj, old in zip(objects, before, strict=True):
        tell(obj, created=False, searched=any(getattr(obj, name) != old[name] for name in _searched(model)))


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
    """Names of fields that are valid together only: of unique fields and of constraints.

    What a check constraint checks the model's ``clean()`` says without asking the database.
    """
    unique = [frozenset({field.name}) for field in model._meta.fields if field.unique]
    together = [frozenset(names) for names in model._meta.unique_together]
    others = [item for item in model._meta.constraints if not isinstance(item, models.CheckConstraint)]
    return (*unique, *together, *(_names_in(constraint) for constraint in others))


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
def _relations_read_once(objects: Sequence[Any]) -> Iterator[None]:
    """Keep objects' tags and other many-to-many relations at hand for the block."""
    names = [field.name for field in objects[0]._meta.many_to_many]
    known = [{name for name in names if name in getattr(obj, "_prefetched_objects_cache", {})} for obj in objects]
    models.prefetch_related_objects(list(objects), *names)
    try:
        yield
    finally:
        for obj, kept in zip(objects, known, strict=True):
            for name in set(names) - kept:
                obj._prefetched_objects_cache.pop(name, None)


def _python(obj: Any, name: str, value: Any) -> Any:
    field = obj._meta.get_field(name)
    return value if field.is_relation else field.to_python(value)


def in_words(error: ValidationError) -> str:
    """A validation error as one line naming its fields."""
    if hasattr(error, "message_dict"):
        return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
    return " ".join(error.messages)
