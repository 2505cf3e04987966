"""Credential and SNMP profiles. Their secrets can be written, never read."""

from __future__ import annotations

from netbox.api.fields import ChoiceField, RelatedObjectCountField
from netbox.api.serializers import PrimaryModelSerializer

from ...choices import SnmpAuthChoices, SnmpPrivChoices, SnmpVersionChoices
from ...models import CredentialProfile, SnmpProfile
from ..fields import SecretSetField, TextChoiceField
from .base import COMMON, IDENTITY, SECRET


class CredentialProfileSerializer(PrimaryModelSerializer):
    """User name and password for SSH and JSON-RPC."""

    has_password = SecretSetField("password")
    gam_device_count = RelatedObjectCountField("gam_devices")

    class Meta:
        model = CredentialProfile
        fields = (*IDENTITY, "name", "username", "password", "has_password", "gam_device_count", *COMMON)
        brief_fields = ("id", "url", "display", "name", "description")
        extra_kwargs = {"password": SECRET}


class SnmpProfileSerializer(PrimaryModelSerializer):
    """SNMP version and secrets."""

    version = TextChoiceField(choices=SnmpVersionChoices, required=False)
    has_community = SecretSetField("community")
    auth_protocol = ChoiceField(choices=SnmpAuthChoices, required=False, allow_blank=True)
    has_auth_key = SecretSetField("auth_key")
    priv_protocol = ChoiceField(choices=SnmpPrivChoices, required=False, allow_blank=True)
    has_priv_key = SecretSetField("priv_key")
    gam_device_count = RelatedObjectCountField("gam_devices")

    class Meta:
        model = SnmpProfile
        fields = (
            *IDENTITY, "name", "version", "community", "has_community", "username", "auth_protocol", "auth_key", "has_auth_key",
            "priv_protocol", "priv_key", "has_priv_key", "gam_device_count", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "name", "description")
        extra_kwargs = {"community": SECRET, "auth_key": SECRET, "priv_key": SECRET}
