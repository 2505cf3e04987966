"""Change plans as plain JSON types and back, so that a plan shown to a person is the plan that is applied."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from .contracts import ChangeKind, ConfigObject, EndpointConfig, PoeMode, ProfileConfig, SubscriberConfig

CLASSES: dict[ChangeKind, type[ProfileConfig] | type[EndpointConfig] | type[SubscriberConfig]] = {
    ChangeKind.PROFILE: ProfileConfig,
    ChangeKind.ENDPOINT: EndpointConfig,
    ChangeKind.SUBSCRIBER: SubscriberConfig,
}


def to_json(item: ConfigObject | None) -> dict[str, Any] | None:
    """A configuration object as JSON types, its id included; None stays None."""
    if item is None:
        return None
    data = asdict(item)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in data.items()}


def from_json(kind: ChangeKind, data: dict[str, Any] | None) -> ConfigObject | None:
    """The inverse of :func:`to_json`.

    :raises ValueError: a field the object does not have, named
    """
    if data is None:
        return None
    cls = CLASSES[kind]
    unknown = set(data) - {field.name for field in fields(cls)}
    if unknown:
        raise ValueError(f"{kind} has no field {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    if values.get("poe") is not None:
        values["poe"] = PoeMode(values["poe"])
    return cls(**values)
