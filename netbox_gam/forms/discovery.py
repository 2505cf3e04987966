"""The form of the discovery page."""

from __future__ import annotations

import ipaddress

from dcim.models import Site
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from utilities.forms.fields import ChoiceField, DynamicModelChoiceField
from utilities.forms.rendering import FieldSet, InlineFields

from ..choices import TransportChoices
from ..models import CredentialProfile, SnmpProfile, VlanPool

# A /20. Larger ranges are typing errors more often than networks of GAMs.
MAX_ADDRESSES = 4096


def read_range(text: str) -> int:
    """Number of addresses in ``10.0.0.0/24``, ``10.0.0.5``, ``10.0.0.10-20`` or ``10.0.0.10-10.0.1.20``; host names count one.

    :raises ValueError: the range runs backwards or is no address
    """
    first, dash, last = (part.strip() for part in text.partition("-"))
    if "/" in text:
        return ipaddress.ip_network(text, strict=False).num_addresses
    if not first[:1].isdigit() and ":" not in first:
        return 1
    start = ipaddress.ip_address(first)
    if not dash:
        return 1
    end = ipaddress.ip_address(last if "." in last or ":" in last else f"{first.rpartition('.')[0]}.{last}")
    if int(end) < int(start):
        raise ValueError(f"{text} runs backwards")
    return int(end) - int(start) + 1


class DiscoverForm(forms.Form):
    """What to search, how to log in, and where what is found belongs."""

    ranges = forms.CharField(
        label=_("Address ranges"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control font-monospace", "placeholder": "192.0.2.0/26"}),
        help_text=_("One per line: a prefix, a range such as 192.0.2.10-20, an address or a host name"),
    )
    snmp_profile = DynamicModelChoiceField(
        label=_("SNMP profile"), queryset=SnmpProfile.objects.all(), help_text=_("Identifies a GAM and reads its state")
    )
    credential_profile = DynamicModelChoiceField(
        label=_("Credential profile"),
        queryset=CredentialProfile.objects.all(),
        required=False,
        help_text=_("Reads its configuration, and becomes the profile of the GAMs that are found"),
    )
    site = DynamicModelChoiceField(
        label=_("Site"), queryset=Site.objects.all(), help_text=_("Where GAMs that are not in NetBox yet are put")
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
            InlineFields("ssh_port", "http_port", "snmp_port", label=_("Ports"), help_text=_("SSH, HTTP and SNMP")),
            "https",
            name=_("Transport"),
        ),
    )

    def clean_ranges(self) -> list[str]:
        """The lines, checked one by one."""
        ranges = [line.strip() for line in self.cleaned_data["ranges"].replace(",", "\n").splitlines() if line.strip()]
        total = 0
        for text in ranges:
            try:
                total += read_range(text)
            except ValueError as error:
                raise ValidationError(_("%(range)s is no address range: %(error)s") % {"range": text, "error": error}) from None
        if total > MAX_ADDRESSES:
            raise ValidationError(
                _("%(total)s addresses are too many for one discovery; at most %(limit)s.")
                % {"total": total, "limit": MAX_ADDRESSES}
            )
        return ranges
