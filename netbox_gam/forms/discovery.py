"""The form of the discovery page."""

from __future__ import annotations

from dcim.models import Site
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from utilities.forms.fields import ChoiceField, DynamicModelChoiceField
from utilities.forms.rendering import FieldSet, InlineFields

from .. import gateway
from ..choices import TransportChoices
from ..models import CredentialProfile, SnmpProfile, VlanPool


class DiscoverForm(forms.Form):
    """What to search, how to log in, and where what is found belongs."""

    ranges = forms.CharField(
        label=_("Address ranges"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control font-monospace", "placeholder": "192.0.2.0/26"}),
        help_text=_("One per line: a network, a range such as 192.0.2.10-20, an address or a host name"),
    )
    snmp_profile = DynamicModelChoiceField(
        label=_("SNMP profile"),
        queryset=SnmpProfile.objects.all(),
        help_text=_("Tells GAMs from other devices and reads their state"),
    )
    credential_profile = DynamicModelChoiceField(
        label=_("Credential profile"),
        queryset=CredentialProfile.objects.all(),
        required=False,
        help_text=_("Reads its configuration, and becomes the profile of the GAMs that are found"),
    )
    site = DynamicModelChoiceField(
        label=_("Site"),
        queryset=Site.objects.all(),
        required=False,
        help_text=_("Where GAMs that are not in NetBox yet are put; without one, the site named like the shelf's location"),
    )
    vlan_pool = DynamicModelChoiceField(
        label=_("VLAN pool"),
        queryset=VlanPool.objects.all(),
        required=False,
        help_text=_("Where subscribers of the GAMs that are found get their VLAN from"),
    )
    transport = ChoiceField(label=_("Transport"), choices=TransportChoices, initial=TransportChoices.SSH)
    ssh_port = forms.IntegerField(label=_("SSH"), min_value=1, max_value=65535, initial=22)
    http_port = forms.IntegerField(label=_("HTTP"), min_value=1, max_value=65535, initial=80)
    snmp_port = forms.IntegerField(label=_("SNMP"), min_value=1, max_value=65535, initial=161)
    https = forms.BooleanField(label=_("HTTPS"), required=False)

    fieldsets = (
        FieldSet("ranges", "site", "vlan_pool", name=_("Where")),
        FieldSet("snmp_profile", "credential_profile", name=_("Access")),
        FieldSet(
            "transport",
            InlineFields("ssh_port", "http_port", "snmp_port", label=_("Ports")),
            "https",
            name=_("Transport"),
        ),
    )

    def clean_ranges(self) -> list[str]:
        """The lines, once every one of them is understood."""
        ranges = [text.strip() for text in self.cleaned_data["ranges"].replace(",", "\n").splitlines() if text.strip()]
        try:
            gateway.count_addresses(ranges)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        return ranges
