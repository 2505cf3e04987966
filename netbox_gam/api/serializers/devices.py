"""GAMs, G.hn ports and endpoints."""

from __future__ import annotations

from typing import Any

from dcim.api.serializers_.device_components import InterfaceSerializer
from dcim.api.serializers_.devices import DeviceSerializer
from dcim.api.serializers_.roles import DeviceRoleSerializer
from dcim.api.serializers_.sites import SiteSerializer
from dcim.choices import DeviceStatusChoices
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from ipam.api.serializers_.vlans import VLANSerializer
from netbox.api.fields import ChoiceField, RelatedObjectCountField
from netbox.api.serializers import PrimaryModelSerializer
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from ...choices import (
    AddressSourceChoices,
    EndpointStatusChoices,
    HardwareModelChoices,
    IsolationModeChoices,
    MediumChoices,
    SubscriberModelChoices,
    TransportChoices,
    ZeroTouchChoices,
)
from ...models import Endpoint, EndpointState, GamDevice, GamPort
from ..fields import MacAddressField
from .access import CredentialProfileSerializer, SnmpProfileSerializer
from .base import COMMON, IDENTITY, only_one
from .observed import DeviceStateSerializer, EndpointStateSerializer
from .plans import VlanPoolSerializer


class GamDeviceSerializer(PrimaryModelSerializer):
    """A GAM, with what an external inventory needs of its device: name, address, site, role and status."""

    device = DeviceSerializer(nested=True)
    name = serializers.CharField(source="device.name", read_only=True, allow_null=True)
    site = SiteSerializer(source="device.site", nested=True, read_only=True)
    role = DeviceRoleSerializer(source="device.role", nested=True, read_only=True)
    status = ChoiceField(source="device.status", choices=DeviceStatusChoices, read_only=True)
    hardware_model = ChoiceField(choices=HardwareModelChoices)
    transport = ChoiceField(choices=TransportChoices, required=False)
    address_source = ChoiceField(choices=AddressSourceChoices, required=False)
    management_address = serializers.CharField(read_only=True)
    credential_profile = CredentialProfileSerializer(nested=True, required=False, allow_null=True)
    snmp_profile = SnmpProfileSerializer(nested=True, required=False, allow_null=True)
    subscriber_model = ChoiceField(choices=SubscriberModelChoices, required=False)
    zero_touch = ChoiceField(choices=ZeroTouchChoices, required=False)
    management_vlan = VLANSerializer(nested=True, required=False, allow_null=True)
    default_nni = InterfaceSerializer(nested=True, required=False, allow_null=True)
    vlan_pool = VlanPoolSerializer(nested=True, required=False, allow_null=True)
    observed = DeviceStateSerializer(read_only=True, allow_null=True)
    port_count = RelatedObjectCountField("ports")
    endpoint_count = RelatedObjectCountField("endpoints")
    subscriber_count = RelatedObjectCountField("subscribers")

    validate_device = only_one(GamDevice, "device", _("This device is a GAM already."))

    class Meta:
        model = GamDevice
        fields = (
            *IDENTITY, "name", "device", "site", "role", "status", "hardware_model", "transport", "address_source",
            "address_override", "management_address", "ssh_port", "ssh_host_key", "http_port", "https", "https_verify",
            "json_rpc_fallback", "snmp_port",
            "credential_profile", "snmp_profile", "subscriber_model", "management_vlan", "default_nni", "vlan_pool",
            "polling_enabled", "polling_interval", "zero_touch", "observed", "port_count", "endpoint_count", "subscriber_count",
            *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "name", "device", "description")


class GamPortSerializer(PrimaryModelSerializer):
    """A G.hn port."""

    interface = InterfaceSerializer(nested=True)
    gam = GamDeviceSerializer(nested=True)
    medium = ChoiceField(choices=MediumChoices)
    isolation_mode = ChoiceField(choices=IsolationModeChoices, required=False)

    validate_interface = only_one(GamPort, "interface", _("This interface is a G.hn port already."))

    class Meta:
        model = GamPort
        fields = (*IDENTITY, "gam", "interface", "number", "medium", "enabled", "isolation_mode", *COMMON)
        brief_fields = ("id", "url", "display", "gam", "interface", "number", "description")


class EndpointSerializer(PrimaryModelSerializer):
    """An endpoint, and where and how it was last seen."""

    mac_address = MacAddressField(
        validators=[UniqueValidator(Endpoint.objects.all(), _("This MAC address is an endpoint already."))]
    )
    status = ChoiceField(choices=EndpointStatusChoices, required=False)
    gam = GamDeviceSerializer(nested=True, required=False, allow_null=True)
    port = GamPortSerializer(nested=True, required=False, allow_null=True)
    device = DeviceSerializer(nested=True, required=False, allow_null=True)
    observed = serializers.SerializerMethodField()

    class Meta:
        model = Endpoint
        fields = (
            *IDENTITY, "mac_address", "name", "model", "serial", "status", "gam", "port", "auto_port", "device", "observed",
            *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "mac_address", "name", "description")

    @extend_schema_field(EndpointStateSerializer(allow_null=True))
    def get_observed(self, endpoint: Endpoint) -> dict[str, Any] | None:
        """The latest reading; one where it was detected before one where it was not."""
        states: list[EndpointState] = list(endpoint.observed.all())
        if not states:
            return None
        return dict(EndpointStateSerializer(max(states, key=lambda state: (state.present, state.read_at))).data)
