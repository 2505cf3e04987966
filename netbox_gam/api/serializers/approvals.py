"""Approval rules and maintenance windows."""

from __future__ import annotations

from dcim.api.serializers import DeviceRoleSerializer, SiteSerializer
from dcim.models import DeviceRole, Site
from extras.api.serializers import TagSerializer
from extras.models import Tag
from netbox.api.fields import SerializedPKRelatedField
from netbox.api.serializers import PrimaryModelSerializer
from rest_framework import serializers

from ...choices import ChangeActionChoices, ChangeKindChoices, WeekdayChoices
from ...models import ApprovalRule, MaintenanceWindow
from .base import COMMON, IDENTITY


class ScopedSerializer(PrimaryModelSerializer):
    """Of something that is for some GAMs only."""

    sites = SerializedPKRelatedField(queryset=Site.objects.all(), serializer=SiteSerializer, nested=True, required=False, many=True)
    roles = SerializedPKRelatedField(
        queryset=DeviceRole.objects.all(), serializer=DeviceRoleSerializer, nested=True, required=False, many=True
    )
    scope_tags = SerializedPKRelatedField(
        queryset=Tag.objects.all(), serializer=TagSerializer, nested=True, required=False, many=True
    )


class ApprovalRuleSerializer(ScopedSerializer):
    """Which change plans need a second person, or a maintenance window."""

    actions = serializers.ListField(child=serializers.ChoiceField(choices=ChangeActionChoices), required=False)
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=ChangeKindChoices), required=False)

    class Meta:
        model = ApprovalRule
        fields = (
            *IDENTITY, "name", "enabled", "min_subscribers", "min_gams", "min_interrupted", "actions", "kinds", "outside_windows",
            "second_person", "needs_window", "sites", "roles", "scope_tags", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "name", "enabled", "description")


class MaintenanceWindowSerializer(ScopedSerializer):
    """When work on GAMs may interrupt services."""

    days = serializers.ListField(child=serializers.ChoiceField(choices=WeekdayChoices), allow_empty=False, required=False)

    class Meta:
        model = MaintenanceWindow
        fields = (
            *IDENTITY, "name", "enabled", "days", "opens", "closes", "time_zone", "sites", "roles", "scope_tags", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "name", "enabled", "description")
