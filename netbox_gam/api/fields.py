"""Serializer fields of our own."""

from __future__ import annotations

from typing import Any

from core.api.schema import ChoiceFieldFix
from netbox.api.fields import ChoiceField
from rest_framework import serializers


class TextChoiceField(ChoiceField):
    """A choice whose values may look like numbers, such as SNMP version ``"3"``."""

    def to_internal_value(self, data: Any) -> Any:
        # The core field turns "3" into 3 first, and then finds no such choice.
        if isinstance(data, str) and data in self.choices:
            return data
        return super().to_internal_value(data)


class TextChoiceFieldSchema(ChoiceFieldFix):
    """OpenAPI of :class:`TextChoiceField`: as any other choice."""

    target_class = TextChoiceField


class SecretSetField(serializers.BooleanField):
    """Whether a secret is set; all that may be read of it.

    :param secret: name of the model's field
    """

    def __init__(self, secret: str, **kwargs: Any) -> None:
        self.secret = secret
        # "*" also keeps the secret out of the fields a list can be ordered by.
        super().__init__(**{**kwargs, "source": "*", "read_only": True})

    def to_representation(self, value: Any) -> bool:
        return bool(getattr(value, self.secret))


class ViewablePrimaryKeyField(serializers.PrimaryKeyRelatedField):
    """An object by id, among those that the user may view."""

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        request = self.context.get("request")
        return queryset.restrict(request.user, "view") if request else queryset.none()
