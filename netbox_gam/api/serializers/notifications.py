"""Mail groups."""

from __future__ import annotations

from dcim.api.serializers import DeviceRoleSerializer, SiteSerializer
from dcim.models import DeviceRole, Site
from extras.api.serializers import TagSerializer
from extras.models import Tag
from netbox.api.fields import ChoiceField, SerializedPKRelatedField
from netbox.api.serializers import PrimaryModelSerializer
from rest_framework import serializers

from ...choices import AlarmSeverityChoices
from ...models import MailGroup
from .base import COMMON, IDENTITY


class MailGroupSerializer(PrimaryModelSerializer):
    """People who are told of alarms by mail."""

    minimum_severity = ChoiceField(choices=AlarmSeverityChoices, required=False)
    breakthrough_severity = ChoiceField(choices=AlarmSeverityChoices, required=False, allow_blank=True)
    sites = SerializedPKRelatedField(queryset=Site.objects.all(), serializer=SiteSerializer, nested=True, required=False, many=True)
    roles = SerializedPKRelatedField(
        queryset=DeviceRole.objects.all(), serializer=DeviceRoleSerializer, nested=True, required=False, many=True
    )
    scope_tags = SerializedPKRelatedField(
        queryset=Tag.objects.all(), serializer=TagSerializer, nested=True, required=False, many=True
    )

    class Meta:
        model = MailGroup
        fields = (
            *IDENTITY, "name", "enabled", "addresses", "minimum_severity", "only_service_affecting", "sites", "roles", "scope_tags",
            "tell_raised", "tell_changed", "tell_cleared", "time_zone", "quiet_from", "quiet_to", "quiet_days",
            "breakthrough_severity", "digest_minutes", "hourly_limit", "subject_prefix", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "name", "enabled", "description")


class TestMailSerializer(serializers.Serializer):
    """What came of a test mail."""

    ok = serializers.BooleanField(help_text="Whether the mail server took it for every address")
    words = serializers.CharField(help_text="What the mail server answered")
