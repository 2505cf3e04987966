"""Panels of alarms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ...choices import AlarmSourceChoices
from ..attrs import DescribedChoiceAttr, RelativeTimeAttr, WordsAttr
from ..words import between


class AlarmPanel(panels.ObjectAttributesPanel):
    condition = attrs.TextAttr("condition", label=_("Condition"))
    severity = attrs.ChoiceAttr("severity", label=_("Severity"))
    service_affecting = attrs.BooleanAttr("service_affecting", label=_("Service affecting"))
    text = attrs.TextAttr("text", label=_("Text"))
    gam = attrs.RelatedObjectAttr("gam", linkify=True, label=_("GAM"))
    entity = attrs.TextAttr("entity", label=_("Entity"))
    endpoint = attrs.RelatedObjectAttr("endpoint", linkify=True, label=_("Endpoint"))
    source = DescribedChoiceAttr("source", AlarmSourceChoices, label=_("Source"))
    key = attrs.TextAttr("key", label=_("Key"), style="font-monospace")
    description = attrs.TextAttr("description", label=_("Description"))


class AlarmStatePanel(panels.ObjectAttributesPanel):
    title = _("State")
    state = attrs.ChoiceAttr("state", label=_("State"))
    raised = RelativeTimeAttr("raised", label=_("Raised"))
    cleared = RelativeTimeAttr("cleared", label=_("Cleared"))
    stood = WordsAttr(lambda alarm: between(alarm.raised, alarm.cleared), label=_("Stood for"))
    acknowledged_by = attrs.TextAttr("acknowledged_by", label=_("Acknowledged by"))
