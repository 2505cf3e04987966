"""What is written back to billing systems."""

from __future__ import annotations

from netbox.api.fields import ChoiceField

from ...choices import BackValueChoices, BillingWriteStateChoices
from ...models import BillingWrite
from .base import COMMON, IDENTITY, RecordSerializer
from .billing import BillingSystemSerializer
from .subscribers import SubscriberSerializer


class BillingWriteSerializer(RecordSerializer):
    """One custom field, additional attribute or note that a billing system is to be given."""

    system = BillingSystemSerializer(nested=True)
    subscriber = SubscriberSerializer(nested=True, allow_null=True)
    value = ChoiceField(choices=BackValueChoices)
    state = ChoiceField(choices=BillingWriteStateChoices)

    class Meta:
        model = BillingWrite
        fields = (
            *IDENTITY, "system", "subscriber", "account_id", "value", "field", "before", "after", "version", "key", "state",
            "attempts", "due", "begun", "sent", "error", *COMMON,
        )  # fmt: skip
        brief_fields = ("id", "url", "display", "account_id", "value", "state", "description")
