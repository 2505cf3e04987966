"""What subscribers draw on: bandwidth plans and VLAN pools."""

from __future__ import annotations

from ipam.api.serializers_.vlans import VLANGroupSerializer, VLANSerializer
from netbox.api.fields import ChoiceField, RelatedObjectCountField
from netbox.api.serializers import PrimaryModelSerializer
from rest_framework import serializers

from ...choices import VlanModeChoices
from ...models import BandwidthPlan, VlanPool
from .base import COMMON, IDENTITY


class BandwidthPlanSerializer(PrimaryModelSerializer):
    """A speed sold, and the rates it becomes on a shelf."""

    downstream_rate_mbps = serializers.IntegerField(read_only=True, allow_null=True)
    upstream_rate_mbps = serializers.IntegerField(read_only=True, allow_null=True)
    subscriber_count = RelatedObjectCountField("subscribers")

    class Meta:
        model = BandwidthPlan
        fields = (
            *IDENTITY, "name", "downstream_kbps", "upstream_kbps", "overhead_percent", "unthrottled",
            "downstream_shelf_mbps", "upstream_shelf_mbps", "downstream_rate_mbps", "upstream_rate_mbps", "subscriber_count",
            *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "name", "description")


class VlanPoolSerializer(PrimaryModelSerializer):
    """The part of a VLAN group that subscribers get their VLAN from."""

    vlan_group = VLANGroupSerializer(nested=True)
    mode = ChoiceField(choices=VlanModeChoices, required=False)
    shared_vlan = VLANSerializer(nested=True, required=False, allow_null=True)
    outer_vlan = VLANSerializer(nested=True, required=False, allow_null=True)
    gam_device_count = RelatedObjectCountField("gam_devices")

    class Meta:
        model = VlanPool
        fields = (
            *IDENTITY, "name", "vlan_group", "mode", "first_vid", "last_vid", "shared_vlan", "outer_vlan", "gam_device_count",
            *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "name", "description")
