"""Arrivals."""

from __future__ import annotations

from netbox.api.fields import ChoiceField
from users.api.serializers_.users import UserSerializer

from ...choices import ArrivalKindChoices, ArrivalStateChoices
from ...models import Arrival
from .base import COMMON, IDENTITY, RecordSerializer
from .devices import EndpointSerializer, GamDeviceSerializer, GamPortSerializer
from .provisioning import ChangePlanSerializer
from .subscribers import SubscriberSerializer


class ArrivalSerializer(RecordSerializer):
    """An endpoint that waits in the onboarding queue."""

    endpoint = EndpointSerializer(nested=True)
    gam = GamDeviceSerializer(nested=True)
    port = GamPortSerializer(nested=True, allow_null=True)
    kind = ChoiceField(choices=ArrivalKindChoices)
    state = ChoiceField(choices=ArrivalStateChoices)
    decided_by = UserSerializer(nested=True, allow_null=True)
    subscriber = SubscriberSerializer(nested=True, allow_null=True)
    change_plan = ChangePlanSerializer(nested=True, allow_null=True)

    class Meta:
        model = Arrival
        fields = (
            *IDENTITY, "endpoint", "gam", "port", "kind", "state", "since", "settled", "note", "decided_by", "subscriber",
            "change_plan", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "kind", "state", "since", "description")
