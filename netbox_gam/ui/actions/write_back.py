"""What is written back to billing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ...choices import BillingWriteStateChoices
from .base import BulkVerb, Verb


class RetryWrite(Verb):
    name = "retry"
    label = _("Retry")
    title = _("Read the account again, and write what differs")
    permissions_required = {"retry"}
    icon = "refresh"
    state_field = "state"
    states = (
        BillingWriteStateChoices.WAITING,
        BillingWriteStateChoices.FAILED,
        BillingWriteStateChoices.REFUSED,
        BillingWriteStateChoices.DROPPED,
    )


class DropWrite(Verb):
    name = "drop"
    label = _("Drop")
    title = _("Not write it, until NetBox has something else to say")
    permissions_required = {"drop"}
    icon = "close"
    color = "secondary"
    state_field = "state"
    states = (BillingWriteStateChoices.WAITING, BillingWriteStateChoices.FAILED, BillingWriteStateChoices.REFUSED)


class BulkRetryWrite(BulkVerb):
    name = "bulk_retry"
    label = _("Retry Selected")
    permissions_required = {"retry"}
    icon = "refresh"


class BulkDropWrite(BulkVerb):
    name = "bulk_drop"
    label = _("Drop Selected")
    permissions_required = {"drop"}
    icon = "close"
    color = "secondary"
