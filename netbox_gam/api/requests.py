"""What the verbs take and answer beyond jobs and objects."""

from __future__ import annotations

import ipaddress

from dcim.models import Site
from django.utils.translation import gettext as _
from rest_framework import serializers

from ..choices import TransportChoices
from ..models import BandwidthPlan, CredentialProfile, SnmpProfile, VlanPool
from .fields import ViewablePrimaryKeyField


def valid_range(text: str) -> str:
    """An address, a network or first and last address (``10.0.0.1-10.0.0.99``), as it was given.

    :raises serializers.ValidationError: naming the text
    """
    try:
        if "-" in text:
            first, last = (ipaddress.ip_address(part.strip()) for part in text.split("-"))
            if first.version != last.version or int(first) > int(last):
                raise ValueError(text)
        else:
            ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise serializers.ValidationError(
            _("{text!r} is not an address, a network such as 192.0.2.0/24 or a range such as 192.0.2.1-192.0.2.9.").format(
                text=text
            )
        ) from None
    return text


class DiscoverGamsSerializer(serializers.Serializer):
    """Where to look for GAMs, and what to give the ones that are new."""

    ranges = serializers.ListField(child=serializers.CharField(max_length=100, validators=[valid_range]), allow_empty=False)
    credential_profile = ViewablePrimaryKeyField(queryset=CredentialProfile.objects.all(), required=False, allow_null=True)
    snmp_profile = ViewablePrimaryKeyField(queryset=SnmpProfile.objects.all(), required=False, allow_null=True)
    site = ViewablePrimaryKeyField(queryset=Site.objects.all(), required=False, allow_null=True)
    vlan_pool = ViewablePrimaryKeyField(queryset=VlanPool.objects.all(), required=False, allow_null=True)
    transport = serializers.ChoiceField(choices=TransportChoices, default=TransportChoices.SSH)
    ssh_port = serializers.IntegerField(min_value=1, max_value=65535, default=22)
    http_port = serializers.IntegerField(min_value=1, max_value=65535, default=80)
    https = serializers.BooleanField(default=False)
    snmp_port = serializers.IntegerField(min_value=1, max_value=65535, default=161)


class PollGamsSerializer(serializers.Serializer):
    """Which GAMs to poll; without ``ids`` all that have polling enabled and that the user may poll."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, allow_empty=False)


class ApplyAtOnceSerializer(serializers.Serializer):
    """Whether to apply what is planned at once; otherwise it waits as a change plan."""

    apply = serializers.BooleanField(default=False)


class ChangeBandwidthPlanSerializer(ApplyAtOnceSerializer):
    """The bandwidth plan to change to."""

    bandwidth_plan = ViewablePrimaryKeyField(queryset=BandwidthPlan.objects.all())


class IgnoreFindingSerializer(serializers.Serializer):
    """Why a finding is ignored."""

    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class WorkflowErrorSerializer(serializers.Serializer):
    """Why a verb could not be carried out, and what to do about it."""

    detail = serializers.CharField()
    next_step = serializers.CharField(allow_blank=True)
