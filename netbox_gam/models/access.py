"""How to log in to GAMs: credential and SNMP profiles."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import SnmpAuthChoices, SnmpPrivChoices, SnmpVersionChoices
from ..fields import SecretField
from .base import GamModel, SecretsMixin

SECRET_HELP = _("Stored encrypted, or give a reference: env:GAM_… or file:/run/secrets/…")


class CredentialProfile(SecretsMixin, GamModel):
    """User name and password for SSH and JSON-RPC of one or many GAMs."""

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation="natural_sort")
    username = models.CharField(_("user name"), max_length=31, default="admin")
    password = SecretField(_("password"), help_text=SECRET_HELP)

    secret_fields = ("password",)
    clone_fields = ("username",)

    class Meta:
        ordering = ("name",)
        verbose_name = _("credential profile")
        verbose_name_plural = _("credential profiles")

    def __str__(self) -> str:
        return self.name

    @property
    def has_password(self) -> bool:
        """False for the factory default: a blank password."""
        return bool(self.password)


class SnmpProfile(SecretsMixin, GamModel):
    """SNMP version and secrets for one or many GAMs."""

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation="natural_sort")
    version = models.CharField(_("version"), max_length=2, choices=SnmpVersionChoices, default=SnmpVersionChoices.V2C)
    community = SecretField(_("community"), help_text=SECRET_HELP)
    username = models.CharField(_("user name"), max_length=32, blank=True)
    auth_protocol = models.CharField(_("authentication"), max_length=10, choices=SnmpAuthChoices, blank=True)
    auth_key = SecretField(_("authentication key"), help_text=SECRET_HELP)
    priv_protocol = models.CharField(_("privacy"), max_length=10, choices=SnmpPrivChoices, blank=True)
    priv_key = SecretField(_("privacy key"), help_text=SECRET_HELP)

    secret_fields = ("community", "auth_key", "priv_key")
    clone_fields = ("version", "username", "auth_protocol", "priv_protocol")

    class Meta:
        ordering = ("name",)
        verbose_name = _("SNMP profile")
        verbose_name_plural = _("SNMP profiles")

    def __str__(self) -> str:
        return self.name

    def get_version_color(self) -> str | None:
        return SnmpVersionChoices.colors.get(self.version)

    def get_auth_protocol_color(self) -> str | None:
        return SnmpAuthChoices.colors.get(self.auth_protocol)

    def get_priv_protocol_color(self) -> str | None:
        return SnmpPrivChoices.colors.get(self.priv_protocol)

    def clean(self) -> None:
        super().clean()
        if self.version == SnmpVersionChoices.V2C and not self.community:
            raise ValidationError({"community": _("SNMP v2c needs a community.")})
        if self.version == SnmpVersionChoices.V3 and not self.username:
            raise ValidationError({"username": _("SNMP v3 needs a user name.")})
        if self.priv_protocol and not self.auth_protocol:
            raise ValidationError({"auth_protocol": _("Privacy needs authentication.")})
        for protocol, key, label in (
            ("auth_protocol", "auth_key", _("Authentication")),
            ("priv_protocol", "priv_key", _("Privacy")),
        ):
            if getattr(self, protocol) and not getattr(self, key):
                raise ValidationError({key: _("%(label)s needs a key.") % {"label": label}})
