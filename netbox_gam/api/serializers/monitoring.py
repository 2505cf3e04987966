"""Alarms and alarm rules."""

from __future__ import annotations

from dcim.api.serializers import DeviceRoleSerializer, SiteSerializer
from dcim.models import DeviceRole, Site
from extras.api.serializers import TagSerializer
from extras.models import Tag
from netbox.api.fields import ChoiceField, RelatedObjectCountField, SerializedPKRelatedField
from netbox.api.serializers import PrimaryModelSerializer
from users.api.serializers_.users import UserSerializer

from ...choices import AlarmSeverityChoices, AlarmSourceChoices, AlarmStateChoices, RuleOperatorChoices, RuleWatchChoices
from ...models import Alarm, AlarmRule
from .base import COMMON, IDENTITY, RecordSerializer
from .devices import EndpointSerializer, GamDeviceSerializer, GamPortSerializer


class AlarmRuleSerializer(PrimaryModelSerializer):
    """What is watched, and when it is wrong enough for an alarm."""

    watches = ChoiceField(choices=RuleWatchChoices)
    operator = ChoiceField(choices=RuleOperatorChoices, required=False)
    severity = ChoiceField(choices=AlarmSeverityChoices, required=False)
    sites = SerializedPKRelatedField(queryset=Site.objects.all(), serializer=SiteSerializer, nested=True, required=False, many=True)
    roles = SerializedPKRelatedField(
        queryset=DeviceRole.objects.all(), serializer=DeviceRoleSerializer, nested=True, required=False, many=True
    )
    scope_tags = SerializedPKRelatedField(
        queryset=Tag.objects.all(), serializer=TagSerializer, nested=True, required=False, many=True
    )
    alarm_count = RelatedObjectCountField("alarms")

    class Meta:
        model = AlarmRule
        fields = (
            *IDENTITY, "name", "enabled", "watches", "operator", "threshold", "clear_threshold", "raise_seconds", "clear_seconds",
            "severity", "service_affecting", "sites", "roles", "scope_tags", "alarm_count", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "name", "enabled", "description")


class AlarmSerializer(RecordSerializer):
    """Something wrong with a GAM or an endpoint."""

    gam = GamDeviceSerializer(nested=True)
    endpoint = EndpointSerializer(nested=True, allow_null=True)
    port = GamPortSerializer(nested=True, allow_null=True)
    rule = AlarmRuleSerializer(nested=True, allow_null=True)
    source = ChoiceField(choices=AlarmSourceChoices)
    severity = ChoiceField(choices=AlarmSeverityChoices)
    state = ChoiceField(choices=AlarmStateChoices)
    acknowledged_by = UserSerializer(nested=True, allow_null=True)

    class Meta:
        model = Alarm
        fields = (
            *IDENTITY, "gam", "endpoint", "port", "rule", "source", "key", "entity", "condition", "severity", "service_affecting",
            "state", "text",
            "raised", "cleared", "last_change", "count", "acknowledged_by", "shelved_until", "suppressed", "suppressed_by",
            "flapping", "announced", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "gam", "condition", "severity", "state", "description")
