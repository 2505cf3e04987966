"""Panels of what is written back to billing systems."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ...choices import BackValueChoices, BillingWriteStateChoices
from ..attrs import DescribedChoiceAttr, RelativeTimeAttr


class BillingWriteValuesPanel(panels.ObjectPanel):
    """What stood there, beside what is to stand there."""

    template_name = "netbox_gam/panels/billing_write_values.html"
    title = _("Change")


class BillingWritePanel(panels.ObjectAttributesPanel):
    system = attrs.RelatedObjectAttr("system", linkify=True, label=_("Billing system"))
    account_id = attrs.TextAttr("account_id", label=_("Account ID"), style="font-monospace", copy_button=True)
    subscriber = attrs.RelatedObjectAttr("subscriber", linkify=True, label=_("Subscriber"))
    value = DescribedChoiceAttr("value", BackValueChoices, label=_("Value"))
    field = attrs.TextAttr("field", label=_("Field"), style="font-monospace")
    description = attrs.TextAttr("description", label=_("Description"))


class BillingWriteStatePanel(panels.ObjectAttributesPanel):
    title = _("State")
    state = DescribedChoiceAttr("state", BillingWriteStateChoices, label=_("State"))
    error = attrs.TextAttr("error", label=_("Error"))
    attempts = attrs.TextAttr("attempts", label=_("Attempts"))
    due = RelativeTimeAttr("due", label=_("Next attempt"))
    begun = RelativeTimeAttr("begun", label=_("Last attempt"))
    sent = RelativeTimeAttr("sent", label=_("Sent"))
    version = attrs.TextAttr("version", label=_("Version read"), style="font-monospace")
    key = attrs.TextAttr("key", label=_("Key"), style="font-monospace", copy_button=True)
