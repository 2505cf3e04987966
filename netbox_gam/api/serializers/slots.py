"""How bandwidth profile slots are used."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ...workflows import profile_slots
from .devices import GamDeviceSerializer
from .plans import BandwidthPlanSerializer


class SlotProfileSerializer(serializers.Serializer):
    """A profile in a slot."""

    slot = serializers.IntegerField(source="profile.id", help_text="Its id on the shelf; 1 is built in, 0 is not known yet")
    name = serializers.CharField(source="profile.name")
    downstream_mbps = serializers.IntegerField(source="profile.downstream_mbps")
    upstream_mbps = serializers.IntegerField(source="profile.upstream_mbps")
    subscribers = serializers.IntegerField()


class SlotMergeSerializer(serializers.Serializer):
    """A profile that another one of the shelf could serve, without making anybody slower."""

    leave = serializers.CharField(source="leave.name")
    into = serializers.CharField(source="into.name")
    subscribers = serializers.IntegerField(source="moves", help_text="How many would move")
    equal = serializers.BooleanField(help_text="The rates are the same")


class PlanSlotsSerializer(serializers.Serializer):
    """The 15 slots of one GAM as its configuration was last read."""

    gam = GamDeviceSerializer(nested=True)
    read_at = serializers.DateTimeField(allow_null=True, help_text="Null: the configuration was never read")
    outdated = serializers.BooleanField(help_text="A poll counted another number of profiles since")
    profiles = serializers.SerializerMethodField()
    free = serializers.IntegerField(source="use.free")
    unused = serializers.ListField(source="use.unused", child=serializers.CharField())
    headroom = serializers.IntegerField(source="use.headroom", help_text="Free slots and those unused profiles would give back")
    merges = SlotMergeSerializer(source="use.merges", many=True)
    way_out = serializers.CharField(source="use.way_out", help_text="What would free a slot, cheapest first")

    @extend_schema_field(SlotProfileSerializer(many=True))
    def get_profiles(self, found: profile_slots.ShelfSlots) -> Any:
        rows = [{"profile": profile, "subscribers": found.use.users[profile.name]} for profile in found.use.profiles]
        return SlotProfileSerializer(rows, many=True).data


class PlanMergeSerializer(serializers.Serializer):
    """Rates in Mbit/s that others could serve on some GAMs; each of them gains a slot."""

    leave = serializers.ListField(child=serializers.IntegerField(), help_text="Downstream and upstream")
    into = serializers.ListField(child=serializers.IntegerField(), help_text="Downstream and upstream")
    equal = serializers.BooleanField()
    subscribers = serializers.IntegerField(source="moves", help_text="How many would move, in all")
    gams = GamDeviceSerializer(nested=True, many=True)
    leave_plans = BandwidthPlanSerializer(nested=True, many=True)
    into_plans = BandwidthPlanSerializer(nested=True, many=True)


__all__ = ("PlanMergeSerializer", "PlanSlotsSerializer")
