"""Firmware images, rollouts and upgrades."""

from __future__ import annotations

from netbox.api.fields import ChoiceField
from netbox.api.serializers import PrimaryModelSerializer
from rest_framework import serializers
from users.api.serializers_.users import UserSerializer

from ...choices import (
    FirmwareFamilyChoices,
    FirmwareRolloutStatusChoices,
    FirmwareUpgradeStatusChoices,
    TransportChoices,
)
from ...models import FirmwareImage, FirmwareRollout, FirmwareUpgrade, GamDevice
from ..fields import ViewablePrimaryKeyField
from .base import COMMON, IDENTITY, RecordSerializer
from .devices import GamDeviceSerializer


class FirmwareImageSerializer(PrimaryModelSerializer):
    """One release of the firmware for a family of GAMs."""

    family = ChoiceField(choices=FirmwareFamilyChoices)

    class Meta:
        model = FirmwareImage
        fields = (
            *IDENTITY, "family", "version", "revision", "file_name", "source_url", "size_bytes", "sha256", "md5", "hardware_models",
            "minimum_version", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "family", "version", "description")


class FirmwareRolloutSerializer(RecordSerializer):
    """Bringing GAMs to an image, a wave after the other."""

    image = FirmwareImageSerializer(nested=True)
    status = ChoiceField(choices=FirmwareRolloutStatusChoices)
    requested_by = UserSerializer(nested=True, allow_null=True)
    started_by = UserSerializer(nested=True, allow_null=True)

    class Meta:
        model = FirmwareRollout
        fields = (
            *IDENTITY, "image", "status", "reason", "requested_by", "started_by", "wave_sizes", "wave", "tolerated_failures",
            "accepted_failures", "download_first", "upgrade_endpoints", "allow_downgrade", "not_before", "not_after",
            "away_minutes", "endpoint_minutes", "error", "started", "finished", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "status", "reason", "description")


class FirmwareUpgradeSerializer(RecordSerializer):
    """One GAM in a rollout."""

    rollout = FirmwareRolloutSerializer(nested=True)
    gam = GamDeviceSerializer(nested=True)
    status = ChoiceField(choices=FirmwareUpgradeStatusChoices)
    transport = ChoiceField(choices=TransportChoices)

    class Meta:
        model = FirmwareUpgrade
        fields = (
            *IDENTITY, "rollout", "gam", "wave", "status", "transport", "sends", "warnings", "from_version", "journal",
            "state_hash", "endpoints_before", "endpoints_back", "endpoints_mismatched", "endpoints_told", "error", "next_step",
            "phase_since", "next_look", "started", "swapped", "back", "finished", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "wave", "status", "description")


class PlanRolloutSerializer(serializers.Serializer):
    """Which GAMs to bring to an image, and how."""

    gams = ViewablePrimaryKeyField(queryset=GamDevice.objects.all(), many=True, allow_empty=False)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    wave_sizes = serializers.ListField(child=serializers.IntegerField(min_value=1), default=[1, 5])
    tolerated_failures = serializers.IntegerField(min_value=0, max_value=1000, default=0)
    download_first = serializers.BooleanField(default=True)
    upgrade_endpoints = serializers.BooleanField(default=True)
    allow_downgrade = serializers.BooleanField(default=False)
    not_before = serializers.DateTimeField(required=False, allow_null=True, default=None)
    not_after = serializers.DateTimeField(required=False, allow_null=True, default=None)
    away_minutes = serializers.IntegerField(min_value=10, max_value=240, default=20)
    endpoint_minutes = serializers.IntegerField(min_value=5, max_value=1440, default=90)


class ResumeRolloutSerializer(serializers.Serializer):
    """A new window for a rollout whose window is over."""

    not_before = serializers.DateTimeField(required=False, allow_null=True, default=None)
    not_after = serializers.DateTimeField(required=False, allow_null=True, default=None)
