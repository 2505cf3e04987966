"""Panels of finding rules."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ..attrs import WordsAttr


def acts_words(rule: Any) -> str:
    """As whom a rule acts, and what is missing for it."""
    if rule.is_confirmed:
        return str(rule.acts_as)
    if rule.acts_as_id:
        return _now("nobody: it was changed since %(user)s confirmed it. It only plans.") % {"user": rule.acts_as}
    return _now("nobody: it only plans. Press Confirm to let it act in your name.")


class FindingRulePanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    enabled = attrs.BooleanAttr("enabled", label=_("Enabled"))
    kinds = attrs.ArrayAttr("kind_labels", label=_("Kinds"))
    system = attrs.RelatedObjectAttr("system", linkify=True, label=_("Billing system"))
    description = attrs.TextAttr("description", label=_("Description"))


class FindingRuleActionPanel(panels.ObjectAttributesPanel):
    title = _("What is done")
    action = attrs.ChoiceAttr("action", label=_("Action"))
    acts_as = WordsAttr(acts_words, label=_("Acts as"))
    run_limit = attrs.NumericAttr("run_limit", label=_("Findings a run"))
    hourly_limit = attrs.NumericAttr("hourly_limit", label=_("Findings an hour"))
    held = attrs.TextAttr("held", label=_("Held"))
