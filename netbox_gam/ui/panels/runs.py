"""Panels of a reconciliation run: how far it is, how long each phase took, what it came to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from netbox.ui import panels

from ...choices import SyncRunStatusChoices
from ..words import duration_in_words

PHASES = {
    "ask": gettext_lazy("Ask what changed"),
    "read": gettext_lazy("Read"),
    "guard": gettext_lazy("Guard"),
    "link": gettext_lazy("Link"),
    "compare": gettext_lazy("Compare and store"),
}
COLORS = ("azure", "blue", "indigo", "purple", "teal", "cyan")
NUMBERS = {
    "services": gettext_lazy("Services read"),
    "linked": gettext_lazy("Linked"),
    "arrived": gettext_lazy("New customers"),
    "opened": gettext_lazy("Findings opened"),
    "standing": gettext_lazy("Findings that stand"),
    "resolved": gettext_lazy("Findings resolved"),
}


class RunProgressPanel(panels.ObjectPanel):
    """How far a running run is; asks again by itself, and is not there once it has ended."""

    template_name = "netbox_gam/panels/run_progress.html"
    title = gettext_lazy("Progress")

    def should_render(self, context: Any) -> bool:
        return bool(context["object"].status == SyncRunStatusChoices.RUNNING)


class PhasesPanel(panels.ObjectPanel):
    """Seconds per phase as one bar, and in words below it."""

    template_name = "netbox_gam/panels/phases.html"

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.field_name = field_name

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        return {**ctx, "phases": phases_of(getattr(ctx["object"], self.field_name) or {})}


def phases_of(timings: dict[str, float]) -> list[dict[str, Any]]:
    """Each phase with its name, its share of all in per cent, its duration in words and a colour."""
    total = sum(timings.values()) or 1.0
    return [
        {
            "name": str(PHASES.get(name, name.capitalize())),
            # A dot as decimal point whatever the language, for a style.
            "share": f"{seconds * 100 / total:.2f}",
            "words": duration_in_words(seconds),
            "color": COLORS[at % len(COLORS)],
        }
        for at, (name, seconds) in enumerate(timings.items())
    ]


class RunOutcomePanel(panels.ObjectPanel):
    """What a run came to; of a dry run, what it would have opened and resolved."""

    template_name = "netbox_gam/panels/run_outcome.html"
    title = gettext_lazy("Outcome")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        outcome = ctx["object"].outcome or {}
        lists = ((_("Would open"), outcome.get("would_open")), (_("Would resolve"), outcome.get("would_resolve")))
        return {
            **ctx,
            "numbers": [(label, outcome[name]) for name, label in NUMBERS.items() if name in outcome],
            "lists": [(label, titles) for label, titles in lists if titles is not None],
        }

    def should_render(self, context: Any) -> bool:
        return bool(context["numbers"] or context["lists"])
