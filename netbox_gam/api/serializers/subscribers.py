"""Subscribers."""

from __future__ import annotations

from dcim.api.serializers_.device_components import InterfaceSerializer
from django.utils.translation import gettext_lazy as _
from ipam.api.serializers_.vlans import VLANSerializer
from netbox.api.fields import ChoiceField
from netbox.api.serializers import PrimaryModelSerializer
from tenancy.api.serializers_.tenants import TenantSerializer

from ...choices import PoeModeChoices, SubscriberStatusChoices, SuspensionModeChoices
from ...models import Subscriber
from .base import COMMON, IDENTITY, only_one
from .devices import EndpointSerializer, GamDeviceSerializer, GamPortSerializer
from .plans import BandwidthPlanSerializer


class SubscriberSerializer(PrimaryModelSerializer):
    """A customer's service."""

    tenant = TenantSerializer(nested=True, required=False, allow_null=True)
    status = ChoiceField(choices=SubscriberStatusChoices, required=False)
    gam = GamDeviceSerializer(nested=True, required=False, allow_null=True)
    endpoint = EndpointSerializer(nested=True, required=False, allow_null=True)
    port = GamPortSerializer(nested=True, required=False, allow_null=True)
    bandwidth_plan = BandwidthPlanSerializer(nested=True, required=False, allow_null=True)
    vlan = VLANSerializer(nested=True, required=False, allow_null=True)
    outer_vlan = VLANSerializer(nested=True, required=False, allow_null=True)
    nni = InterfaceSerializer(nested=True, required=False, allow_null=True)
    poe_mode = ChoiceField(choices=PoeModeChoices, required=False, allow_blank=True)
    suspension_mode = ChoiceField(choices=SuspensionModeChoices, read_only=True)
    throttle_plan = BandwidthPlanSerializer(nested=True, read_only=True)

    validate_endpoint = only_one(Subscriber, "endpoint", _("This endpoint serves another subscriber."))
    validate_port = only_one(Subscriber, "port", _("This port serves another subscriber."))

    class Meta:
        model = Subscriber
        fields = (
            *IDENTITY, "name", "full_name", "email", "phone", "service_address", "tenant", "status", "gam", "endpoint", "port",
            "bandwidth_plan", "vlan", "tagged", "remapped_vid", "port2_vid", "allowed_vids", "trunk", "double_tagged",
            "outer_vlan", "nni", "poe_mode", "suspension_mode", "suspended_vid", "throttle_plan", *COMMON,
        )  # fmt: skip
        read_only_fields = ("suspended_vid",)
        brief_fields = ("id", "url", "display", "name", "description")
