"""What several serializers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from netbox.api.serializers import PrimaryModelSerializer
from rest_framework import serializers

IDENTITY = ("id", "url", "display_url", "display")
"""First in every serializer."""

COMMON = ("description", "owner", "comments", "tags", "custom_fields", "created", "last_updated")
"""Last in every serializer."""

SECRET = {"write_only": True, "trim_whitespace": False}
"""Keyword arguments of a secret's field: it goes in as it was typed and never comes out."""


def only_one(model: Any, name: str, message: Any) -> Callable[[Any, Any], Any]:
    """A ``validate_<name>`` method for a nested one-to-one relation, which nothing else checks.

    :param message: what to say when the related object has its partner already
    """

    def validate(self: Any, value: Any) -> Any:
        others = model.objects.exclude(pk=self.instance.pk if self.instance else None)  # unrestricted: unique for everybody
        if value is not None and others.filter(**{name: value}).exists():
            raise serializers.ValidationError(message)
        return value

    return validate


class RecordSerializer(PrimaryModelSerializer):
    """Of a model that only workflows write. People change what is theirs: description, comments, owner, tags, custom fields."""

    editable = frozenset(
        {"description", "comments", "owner", "tags", "add_tags", "remove_tags", "custom_fields", "changelog_message"}
    )

    def get_fields(self) -> Any:
        fields = super().get_fields()
        for name in fields.keys() - self.editable:
            fields[name].read_only = True
            fields[name].required = False
        return fields

    def to_internal_value(self, data: Any) -> Any:
        """Refuse a value for a field that only workflows write, instead of dropping it without a word."""
        if not self.nested and isinstance(data, dict):
            columns = {field.name for field in self.Meta.model._meta.get_fields()} - {"id", "created", "last_updated"}
            refused = (data.keys() & self.fields.keys() & columns) - self.editable
            if refused:
                raise serializers.ValidationError({name: [_("Written by the plugin only.")] for name in sorted(refused)})
        return super().to_internal_value(data)
