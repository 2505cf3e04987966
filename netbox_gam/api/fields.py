"""Serializer fields of our own."""

from __future__ import annotations

import re
from typing import Any

from core.api.schema import ChoiceFieldFix
from dcim.fields import mac_unix_expanded_uppercase
from django.utils.translation import gettext_lazy as _
from netaddr import EUI, valid_mac  # type: ignore[import-untyped]
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


class MacAddressField(serializers.CharField):
    """A MAC address in any usual notation; read with colons in upper case, as NetBox shows them."""

    default_error_messages = {"no_mac": _("{value!r} is not a MAC address: six pairs of hex digits are needed.")}

    def to_internal_value(self, data: Any) -> EUI:
        text = super().to_internal_value(data)
        # netaddr also takes shorter forms, and fills them up with zeros.
        if len(re.sub(r"[^0-9A-Fa-f]", "", text)) != 12 or not valid_mac(text):
            self.fail("no_mac", value=text)
        return EUI(text, version=48, dialect=mac_unix_expanded_uppercase)
