"""Alarms."""

from __future__ import annotations

from netbox.api.fields import ChoiceField
from users.api.serializers_.users import UserSerializer

from ...choices import AlarmSeverityChoices, AlarmSourceChoices, AlarmStateChoices
from ...models import Alarm
from .base import COMMON, IDENTITY, RecordSerializer
from .devices import EndpointSerializer, GamDeviceSerializer


class AlarmSerializer(RecordSerializer):
    """Something wrong with a GAM or an endpoint."""

    gam = GamDeviceSerializer(nested=True)
    endpoint = EndpointSerializer(nested=True, allow_null=True)
    source = ChoiceField(choices=AlarmSourceChoices)
    severity = ChoiceField(choices=AlarmSeverityChoices)
    state = ChoiceField(choices=AlarmStateChoices)
    acknowledged_by = UserSerializer(nested=True, allow_null=True)

    class Meta:
        model = Alarm
        fields = (
            *IDENTITY, "gam", "endpoint", "source", "key", "entity", "condition", "severity", "service_affecting", "state", "text",
            "raised", "cleared", "acknowledged_by", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "gam", "condition", "severity", "state", "description")
