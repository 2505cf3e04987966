"""Panels of alarms and alarm rules."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ...choices import AlarmSourceChoices
from ...models import AlarmEvent
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
    port = attrs.RelatedObjectAttr("port", linkify=True, label=_("G.hn port"))
    rule = attrs.RelatedObjectAttr("rule", linkify=True, label=_("Rule"))
    source = DescribedChoiceAttr("source", AlarmSourceChoices, label=_("Source"))
    key = attrs.TextAttr("key", label=_("Key"), style="font-monospace")
    description = attrs.TextAttr("description", label=_("Description"))


class AlarmStatePanel(panels.ObjectAttributesPanel):
    title = _("State")
    state = attrs.ChoiceAttr("state", label=_("State"))
    raised = RelativeTimeAttr("raised", label=_("Raised"))
    cleared = RelativeTimeAttr("cleared", label=_("Cleared"))
    stood = WordsAttr(lambda alarm: between(alarm.raised, alarm.cleared), label=_("Stood for"))
    count = attrs.NumericAttr("count", label=_("Times raised"))
    flapping = attrs.BooleanAttr("flapping", label=_("Flapping"))
    suppressed_by = attrs.RelatedObjectAttr("suppressed_by", linkify=True, label=_("Hidden behind"))
    shelved_until = RelativeTimeAttr("shelved_until", label=_("Shelved until"))
    acknowledged_by = attrs.TextAttr("acknowledged_by", label=_("Acknowledged by"))


class AlarmHistoryPanel(panels.ObjectPanel):
    """Everything that happened to an alarm, the latest first."""

    template_name = "netbox_gam/panels/alarm_history.html"
    title = _("History")
    longest = 50

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        events = AlarmEvent.objects.filter(alarm=ctx["object"])  # unrestricted: history of an alarm, which is restricted
        rows = list(events.select_related("user").order_by("-at", "-pk")[: self.longest + 1])
        return {**ctx, "events": rows[: self.longest], "more": len(rows) > self.longest}


def limit_words(rule: Any) -> str:
    """When a rule raises: ``at least 70``."""
    return f"{rule.get_operator_display()} {rule.threshold:g}"


class AlarmRulePanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    enabled = attrs.BooleanAttr("enabled", label=_("Enabled"))
    watches = attrs.ChoiceAttr("watches", label=_("Watches"))
    limit = WordsAttr(limit_words, label=_("Is wrong when"))
    clear_threshold = attrs.TextAttr("clear_threshold", label=_("Clear threshold"))
    raise_seconds = attrs.TextAttr("raise_seconds", label=_("Raise after"), format_string="{} s")
    clear_seconds = attrs.TextAttr("clear_seconds", label=_("Clear after"), format_string="{} s")
    severity = attrs.ChoiceAttr("severity", label=_("Severity"))
    service_affecting = attrs.BooleanAttr("service_affecting", label=_("Service affecting"))
    description = attrs.TextAttr("description", label=_("Description"))


class RuleScopePanel(panels.ObjectPanel):
    """Which GAMs a rule is for."""

    template_name = "netbox_gam/panels/rule_scope.html"
    title = _("Scope")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        rule, user = ctx["object"], ctx["request"].user
        scopes = ((_("Sites"), rule.sites), (_("Device roles"), rule.roles), (_("GAM tags"), rule.scope_tags))
        return {**ctx, "scopes": [(label, rows.restrict(user, "view"), rows.exists()) for label, rows in scopes]}
