"""Lists of credential and SNMP profiles. No column shows a secret."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import PrimaryModelTable, columns

from ..models import CredentialProfile, SnmpProfile

COMMON = ("description", "comments", "owner", "owner_group", "tags", "created", "last_updated", "actions")


class CredentialProfileTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    has_password = columns.BooleanColumn(verbose_name=_("Password set"), orderable=False)
    gam_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:gamdevice_list", url_params={"credential_profile_id": "pk"}, verbose_name=_("GAMs")
    )
    tags = columns.TagColumn(url_name="plugins:netbox_gam:credentialprofile_list")

    class Meta(PrimaryModelTable.Meta):
        model = CredentialProfile
        empty_text = _("No credential profiles. Add the login of your GAMs, then discover them with it.")
        fields = ("pk", "id", "name", "username", "has_password", "gam_count", *COMMON)
        default_columns = ("pk", "name", "username", "has_password", "gam_count", "description")


class SnmpProfileTable(PrimaryModelTable):
    name = tables.Column(verbose_name=_("Name"), linkify=True)
    version = columns.ChoiceFieldColumn(verbose_name=_("Version"))
    auth_protocol = columns.ChoiceFieldColumn(verbose_name=_("Authentication"))
    priv_protocol = columns.ChoiceFieldColumn(verbose_name=_("Privacy"))
    gam_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:gamdevice_list", url_params={"snmp_profile_id": "pk"}, verbose_name=_("GAMs")
    )
    tags = columns.TagColumn(url_name="plugins:netbox_gam:snmpprofile_list")

    class Meta(PrimaryModelTable.Meta):
        model = SnmpProfile
        empty_text = _("No SNMP profiles. Add the community or the SNMPv3 user of your GAMs, then discover them with it.")
        fields = ("pk", "id", "name", "version", "username", "auth_protocol", "priv_protocol", "gam_count", *COMMON)
        default_columns = ("pk", "name", "version", "username", "auth_protocol", "priv_protocol", "gam_count", "description")
