"""Panels of mail groups."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ...choices import WeekdayChoices
from ...models import MailItem
from ..attrs import WordsAttr

LATEST = 20


def quiet_words(group: Any) -> str:
    """``22:00 to 06:00 (Europe/Berlin), begins Monday, Tuesday``."""
    if group.quiet_from is None or group.quiet_to is None:
        return ""
    names = dict(WeekdayChoices)
    days = ", ".join(str(names[day]) for day in WeekdayChoices.values() if day in group.quiet_days)
    words = _now("%(start)s to %(end)s (%(zone)s), begins %(days)s")
    chosen = {"start": f"{group.quiet_from:%H:%M}", "end": f"{group.quiet_to:%H:%M}", "zone": group.time_zone}
    return words % {**chosen, "days": _now("every day") if len(group.quiet_days) == 7 else days or _now("never")}


def told_words(group: Any) -> str:
    """``raised, cleared``."""
    words = (("tell_raised", _now("raised")), ("tell_changed", _now("changed")), ("tell_cleared", _now("cleared")))
    return ", ".join(word for name, word in words if getattr(group, name))


def digest_words(group: Any) -> str:
    """How often it is told."""
    return _now("every %s min") % group.digest_minutes if group.digest_minutes else _now("at once")


class MailGroupPanel(panels.ObjectAttributesPanel):
    name = attrs.TextAttr("name", label=_("Name"))
    enabled = attrs.BooleanAttr("enabled", label=_("Enabled"))
    addresses = attrs.ArrayAttr("addresses", label=_("Addresses"))
    subject_prefix = attrs.TextAttr("subject_prefix", label=_("Subject prefix"))
    description = attrs.TextAttr("description", label=_("Description"))


class MailGroupTellingPanel(panels.ObjectAttributesPanel):
    title = _("Is told")
    minimum_severity = attrs.ChoiceAttr("minimum_severity", label=_("Minimum severity"))
    only_service_affecting = attrs.BooleanAttr("only_service_affecting", label=_("Only service affecting"))
    told = WordsAttr(told_words, label=_("Of alarms"))
    digest = WordsAttr(digest_words, label=_("How often"))
    hourly_limit = attrs.NumericAttr("hourly_limit", label=_("Mails an hour"))
    quiet = WordsAttr(quiet_words, label=_("Quiet hours"))
    breakthrough_severity = attrs.ChoiceAttr("breakthrough_severity", label=_("Breaks through"))
    time_zone = attrs.TextAttr("time_zone", label=_("Time zone"))


class OutboxPanel(panels.ObjectPanel):
    """What waits for being sent, what went wrong, what was sent last."""

    template_name = "netbox_gam/panels/outbox.html"
    title = _("Outbox")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        # unrestricted: the outbox of a group, which is restricted
        items = MailItem.objects.filter(group=ctx["object"])
        unsent = items.filter(sent=None).order_by("due", "pk")
        return {
            **ctx,
            "waiting": unsent.count(),
            "next_due": unsent.values_list("due", flat=True).first(),
            "failing": unsent.exclude(error="").order_by("-attempts").first(),
            "last": items.exclude(sent=None).order_by("-sent").first(),
        }
