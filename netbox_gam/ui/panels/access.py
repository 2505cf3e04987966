"""Panels of credential and SNMP profiles."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ..attrs import SecretSetAttr


class FactoryPasswordAttr(SecretSetAttr):
    """A blank password is the factory default, which deserves a warning."""

    template_name = "netbox_gam/attrs/password.html"

    def get_value(self, obj):
        return super().get_value(obj) or "factory"


class CredentialProfilePanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    username = attrs.TextAttr("username", label=_("User name"), style="font-monospace")
    password = FactoryPasswordAttr("password", label=_("Password"))
    description = attrs.TextAttr("description", label=_("Description"))


class SnmpProfilePanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    version = attrs.ChoiceAttr("version", label=_("Version"))
    community = SecretSetAttr("community", label=_("Community"))
    username = attrs.TextAttr("username", label=_("User name"), style="font-monospace")
    auth_protocol = attrs.ChoiceAttr("auth_protocol", label=_("Authentication"))
    auth_key = SecretSetAttr("auth_key", label=_("Authentication key"))
    priv_protocol = attrs.ChoiceAttr("priv_protocol", label=_("Privacy"))
    priv_key = SecretSetAttr("priv_key", label=_("Privacy key"))
    description = attrs.TextAttr("description", label=_("Description"))
