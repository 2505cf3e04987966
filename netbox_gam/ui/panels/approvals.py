"""Panels of approval rules and maintenance windows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels


class ApprovalRulePanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    enabled = attrs.BooleanAttr("enabled", label=_("Enabled"))
    second_person = attrs.BooleanAttr("second_person", label=_("Needs a second person"))
    needs_window = attrs.BooleanAttr("needs_window", label=_("Needs a window"))
    description = attrs.TextAttr("description", label=_("Description"))


class ApprovalConditionsPanel(panels.ObjectAttributesPanel):
    title = _("When")
    min_subscribers = attrs.NumericAttr("min_subscribers", label=_("Subscribers, at least"))
    min_gams = attrs.NumericAttr("min_gams", label=_("GAMs, at least"))
    min_interrupted = attrs.NumericAttr("min_interrupted", label=_("Interrupted services, at least"))
    actions = attrs.ArrayAttr("action_labels", label=_("Steps that"))
    kinds = attrs.ArrayAttr("kind_labels", label=_("About"))
    outside_windows = attrs.BooleanAttr("outside_windows", label=_("Only outside of windows"))


class MaintenanceWindowPanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    enabled = attrs.BooleanAttr("enabled", label=_("Enabled"))
    days = attrs.ArrayAttr("day_labels", label=_("Days"))
    opens = attrs.TextAttr("opens", label=_("Opens"))
    closes = attrs.TextAttr("closes", label=_("Closes"))
    time_zone = attrs.TextAttr("time_zone", label=_("Time zone"))
    description = attrs.TextAttr("description", label=_("Description"))
