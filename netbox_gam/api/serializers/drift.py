"""Drift."""

from __future__ import annotations

from netbox.api.fields import ChoiceField
from users.api.serializers_.users import UserSerializer

from ...choices import DriftKindChoices, DriftObjectChoices, DriftStateChoices
from ...models import Drift
from .base import COMMON, IDENTITY, RecordSerializer
from .devices import GamDeviceSerializer, GamPortSerializer
from .provisioning import ChangePlanSerializer


class DriftSerializer(RecordSerializer):
    """One difference between NetBox and a shelf."""

    gam = GamDeviceSerializer(nested=True)
    port = GamPortSerializer(nested=True, allow_null=True)
    kind = ChoiceField(choices=DriftKindChoices)
    object_kind = ChoiceField(choices=DriftObjectChoices)
    state = ChoiceField(choices=DriftStateChoices)
    accepted_by = UserSerializer(nested=True, allow_null=True)
    change_plan = ChangePlanSerializer(nested=True, allow_null=True)

    class Meta:
        model = Drift
        fields = (
            *IDENTITY, "gam", "port", "kind", "object_kind", "name", "field", "intent_value", "actual_value", "state", "key",
            "first_seen", "last_seen", "resolved", "reason", "accepted_until", "accepted_by", "change_plan", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "kind", "object_kind", "name", "field", "state", "description")
