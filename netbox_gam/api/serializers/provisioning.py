"""Change plans and change steps."""

from __future__ import annotations

from netbox.api.fields import ChoiceField
from users.api.serializers_.users import UserSerializer

from ...choices import ChangeActionChoices, ChangeKindChoices, ChangePlanStatusChoices, StepStateChoices, TransportChoices
from ...models import ChangePlan, ChangeStep
from .base import COMMON, IDENTITY, RecordSerializer
from .devices import GamDeviceSerializer
from .subscribers import SubscriberSerializer


class ChangePlanSerializer(RecordSerializer):
    """What will be, or was, written to a GAM."""

    gam = GamDeviceSerializer(nested=True)
    status = ChoiceField(choices=ChangePlanStatusChoices)
    requested_by = UserSerializer(nested=True, allow_null=True)
    transport = ChoiceField(choices=TransportChoices)
    subscribers = SubscriberSerializer(nested=True, many=True)

    class Meta:
        model = ChangePlan
        fields = (
            *IDENTITY, "gam", "status", "reason", "requested_by", "transport", "state_hash", "violations", "interrupts",
            "notes", "difference", "error", "verified", "saved", "started", "finished", "subscribers", *COMMON,
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
