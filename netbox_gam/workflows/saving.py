"""Saving change-logged objects: validated, only when something differs, with a message for the change log."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError


def create[M](model: type[M], /, *, message: str = "", **values: Any) -> M:
    """Create a validated object.

    :raises ValidationError: naming field and value
    """
    obj: Any = model(**values)
    obj._changelog_message = message
    obj.full_clean()
    obj.save()
    return obj  # type: ignore[no-any-return]


def update(obj: Any, /, *, message: str = "", **values: Any) -> bool:
    """Set attributes and save, if any of them differs; True when it was saved.

    :raises ValidationError: naming field and value
    """
    changed = {name: value for name, value in values.items() if getattr(obj, name) != _python(obj, name, value)}
    if not changed:
        return False
    obj.snapshot()
    for name, value in changed.items():
        setattr(obj, name, value)
    obj._changelog_message = message
    obj.full_clean()
    obj.save()
    return True


def note(obj: Any, /, *, message: str = "", **values: Any) -> None:
    """As :func:`update`, for values a workflow made itself: they are not validated, which would look every relation up again."""
    obj.snapshot()
    for name, value in values.items():
        setattr(obj, name, value)
    obj._changelog_message = message
    obj.save()


def _python(obj: Any, name: str, value: Any) -> Any:
    field = obj._meta.get_field(name)
    return value if field.is_relation else field.to_python(value)


def in_words(error: ValidationError) -> str:
    """A validation error as one line naming its fields."""
    if hasattr(error, "message_dict"):
        return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
    return " ".join(error.messages)
