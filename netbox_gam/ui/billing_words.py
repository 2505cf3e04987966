"""Words and colours of what billing's statuses and plans mean."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from ..choices import BillingSystemTypeChoices, ServiceStateChoices

SOURCES = {"default": _("default"), "operator": _("operator"), "rule": _("operator, for several at once")}
CONFIDENCE = {
    "exact": (_("exact"), "green"),
    "likely": (_("likely"), "teal"),
    "unsure": (_("unsure"), "orange"),
    "none": (_("nothing fits"), "secondary"),
}
DEBT_ACTIONS = (
    ("keep", _("stays in service")),
    ("suspend", _("is suspended")),
    ("grace", _("is suspended after days of grace")),
)
DEBT_HELP = {
    BillingSystemTypeChoices.SONAR: _(
        "In debt: Sonar marks the account delinquent. Its own days of delinquency end by switching the account's status, which the"
        " matrix below is about; so by default the mark alone changes nothing."
    ),
    BillingSystemTypeChoices.SPLYNX: _(
        "In debt: the customer is blocked, which Splynx does after its own days of grace, and leaves the service active. By default"
        " a blocked customer's service is suspended. What you choose below for a status with blocked wins over this."
    ),
}


def state_badge(state: str) -> tuple[Any, str]:
    """Words and colour of an effective state."""
    words = dict(ServiceStateChoices)
    return words.get(str(state), state), ServiceStateChoices.colors.get(str(state), "secondary")
