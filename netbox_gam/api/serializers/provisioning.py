"""Change plans and change steps."""

from __future__ import annotations

from netbox.api.fields import ChoiceField, RelatedObjectCountField
from users.api.serializers_.users import UserSerializer

from ...choices import (
    BatchSourceChoices,
    ChangeActionChoices,
    ChangeKindChoices,
    ChangePlanStatusChoices,
    StepStateChoices,
    TransportChoices,
)
from ...models import ChangeBatch, ChangePlan, ChangeStep
from .base import COMMON, IDENTITY, RecordSerializer
from .devices import GamDeviceSerializer
from .subscribers import SubscriberSerializer


class ChangeBatchSerializer(RecordSerializer):
    """Change plans of several GAMs that were asked for together."""

    source = ChoiceField(choices=BatchSourceChoices)
    requested_by = UserSerializer(nested=True, allow_null=True)
    plan_count = RelatedObjectCountField("change_plans")

    class Meta:
        model = ChangeBatch
        fields = (*IDENTITY, "reason", "source", "requested_by", "problems", "plan_count", *COMMON)
        brief_fields = ("id", "url", "display", "reason", "source", "description")


class ChangePlanSerializer(RecordSerializer):
    """What will be, or was, written to a GAM."""

    gam = GamDeviceSerializer(nested=True)
    batch = ChangeBatchSerializer(nested=True, allow_null=True)
    status = ChoiceField(choices=ChangePlanStatusChoices)
    requested_by = UserSerializer(nested=True, allow_null=True)
    transport = ChoiceField(choices=TransportChoices)
    subscribers = SubscriberSerializer(nested=True, many=True)

    class Meta:
        model = ChangePlan
        fields = (
            *IDENTITY, "gam", "batch", "status", "reason", "requested_by", "transport", "transport_reason", "state_hash",
            "violations", "warnings", "interrupts",
            "intent", "superseded_by", "difference", "error", "verified", "saved", "started", "finished", "subscribers", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "status", "reason", "description")


class ChangeStepSerializer(RecordSerializer):
    """One step: what will be sent, what was sent, what was answered."""

    change_plan = ChangePlanSerializer(nested=True)
    action = ChoiceField(choices=ChangeActionChoices)
    kind = ChoiceField(choices=ChangeKindChoices)
    state = ChoiceField(choices=StepStateChoices)

    class Meta:
        model = ChangeStep
        fields = (
            *IDENTITY, "change_plan", "index", "action", "kind", "name", "why", "diff", "sends", "undo_sends", "before", "after",
            "state", "sent", "answer", "error", "started", "finished", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "index", "action", "kind", "name", "state", "description")


class ChangePlanDetailSerializer(ChangePlanSerializer):
    """A change plan with its steps in the order they are applied."""

    steps = ChangeStepSerializer(
        nested=True,
        many=True,
        read_only=True,
        fields=(
            "id", "url", "display", "index", "action", "kind", "name", "why", "diff", "sends", "undo_sends", "before", "after",
            "state", "sent", "answer", "error", "started", "finished",
        ),
    )  # fmt: skip

    class Meta(ChangePlanSerializer.Meta):
        fields = (*ChangePlanSerializer.Meta.fields, "steps")
