"""Forms of credential and SNMP profiles."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from netbox.forms import PrimaryModelBulkEditForm, PrimaryModelFilterSetForm, PrimaryModelForm
from utilities.forms import add_blank_choice
from utilities.forms.fields import ChoiceField, CSVChoiceField, MultipleChoiceField, TagFilterField
from utilities.forms.rendering import FieldSet

from ..choices import SnmpAuthChoices, SnmpPrivChoices, SnmpVersionChoices
from ..models import CredentialProfile, SnmpProfile
from .base import OWNERSHIP, SEARCH, GamImportForm, SecretsMixin


class CredentialProfileForm(SecretsMixin, PrimaryModelForm):
    fieldsets = (
        FieldSet("name", "description", "tags", name=_("Credential Profile")),
        FieldSet("username", "password", name=_("Login for SSH and JSON-RPC")),
    )

    class Meta:
        model = CredentialProfile
        fields = ("name", "username", "password", "description", "owner", "comments", "tags")


class CredentialProfileBulkEditForm(PrimaryModelBulkEditForm):
    username = forms.CharField(label=_("User name"), max_length=31, required=False)

    model = CredentialProfile
    fieldsets = (FieldSet("username", "description"),)
    nullable_fields = ("description", "comments")


class CredentialProfileImportForm(SecretsMixin, GamImportForm):
    class Meta:
        model = CredentialProfile
        fields = ("name", "username", "password", "description", "owner", "comments", "tags")


class CredentialProfileFilterForm(PrimaryModelFilterSetForm):
    model = CredentialProfile
    fieldsets = (SEARCH, FieldSet("name", "username", name=_("Credential Profile")), OWNERSHIP)
    name = forms.CharField(label=_("Name"), required=False)
    username = forms.CharField(label=_("User name"), required=False)
    tag = TagFilterField(model)


class SnmpProfileForm(SecretsMixin, PrimaryModelForm):
    version = ChoiceField(label=_("Version"), choices=SnmpVersionChoices)
    auth_protocol = ChoiceField(label=_("Authentication"), choices=add_blank_choice(SnmpAuthChoices), required=False)
    priv_protocol = ChoiceField(label=_("Privacy"), choices=add_blank_choice(SnmpPrivChoices), required=False)

    fieldsets = (
        FieldSet("name", "version", "description", "tags", name=_("SNMP Profile")),
        FieldSet("community", name=_("SNMP v2c")),
        FieldSet("username", "auth_protocol", "auth_key", "priv_protocol", "priv_key", name=_("SNMP v3")),
    )

    class Meta:
        model = SnmpProfile
        fields = (
            "name",
            "version",
            "community",
            "username",
            "auth_protocol",
            "auth_key",
            "priv_protocol",
            "priv_key",
            "description",
            "owner",
            "comments",
            "tags",
        )


class SnmpProfileBulkEditForm(PrimaryModelBulkEditForm):
    username = forms.CharField(label=_("User name"), max_length=32, required=False)

    model = SnmpProfile
    fieldsets = (FieldSet("username", "description"),)
    nullable_fields = ("description", "comments")


class SnmpProfileImportForm(SecretsMixin, GamImportForm):
    version = CSVChoiceField(label=_("Version"), choices=SnmpVersionChoices, required=False)
    auth_protocol = CSVChoiceField(label=_("Authentication"), choices=SnmpAuthChoices, required=False)
    priv_protocol = CSVChoiceField(label=_("Privacy"), choices=SnmpPrivChoices, required=False)

    class Meta:
        model = SnmpProfile
        fields = SnmpProfileForm.Meta.fields


class SnmpProfileFilterForm(PrimaryModelFilterSetForm):
    model = SnmpProfile
    fieldsets = (SEARCH, FieldSet("version", "username", "auth_protocol", "priv_protocol", name=_("SNMP Profile")), OWNERSHIP)
    version = MultipleChoiceField(label=_("Version"), choices=SnmpVersionChoices, required=False)
    username = forms.CharField(label=_("User name"), required=False)
    auth_protocol = MultipleChoiceField(label=_("Authentication"), choices=SnmpAuthChoices, required=False)
    priv_protocol = MultipleChoiceField(label=_("Privacy"), choices=SnmpPrivChoices, required=False)
    tag = TagFilterField(model)
