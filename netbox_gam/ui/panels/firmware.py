"""Panels of firmware images, rollouts and upgrades."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ...choices import (
    FirmwareFamilyChoices,
    FirmwareRolloutStatusChoices,
    FirmwareUpgradeStatusChoices,
    TransportChoices,
)
from ...models import FirmwareRollout, FirmwareUpgrade
from ..attrs import DescribedChoiceAttr, RelativeTimeAttr, WordsAttr
from ..words import between

MONOSPACE = "font-monospace text-break"


class FirmwareImagePanel(panels.ObjectAttributesPanel):
    family = DescribedChoiceAttr("family", FirmwareFamilyChoices, label=_("Family"))
    version = attrs.TextAttr("version", label=_("Version"))
    revision = attrs.TextAttr("revision", label=_("Revision"))
    hardware_models = WordsAttr(lambda image: ", ".join(image.hardware_models) or _("all of its family"), label=_("Runs on"))
    minimum_version = attrs.TextAttr("minimum_version", label=_("Minimum version"))
    description = attrs.TextAttr("description", label=_("Description"))


class FirmwareFilePanel(panels.ObjectAttributesPanel):
    title = _("File")
    file_name = attrs.TextAttr("file_name", label=_("File name"), style=MONOSPACE)
    source_url = attrs.TextAttr("source_url", label=_("URL"), style=MONOSPACE)
    size_bytes = attrs.TextAttr("size_bytes", label=_("Size"), format_string="{} B")
    sha256 = attrs.TextAttr("sha256", label=_("SHA-256"), style=MONOSPACE)
    md5 = attrs.TextAttr("md5", label=_("MD5"), style=MONOSPACE)


class FirmwareRolloutPanel(panels.ObjectAttributesPanel):
    image = attrs.RelatedObjectAttr("image", linkify=True, label=_("Firmware image"))
    status = DescribedChoiceAttr("status", FirmwareRolloutStatusChoices, label=_("Status"))
    reason = attrs.TextAttr("reason", label=_("Reason"))
    wave = attrs.TextAttr("wave", label=_("Wave"))
    requested_by = attrs.TextAttr("requested_by", label=_("Requested by"))
    started_by = attrs.TextAttr("started_by", label=_("Started by"))
    started = RelativeTimeAttr("started", label=_("Started"))
    finished = RelativeTimeAttr("finished", label=_("Finished"))
    took = WordsAttr(lambda rollout: between(rollout.started, rollout.finished), label=_("Took"))
    description = attrs.TextAttr("description", label=_("Description"))


class FirmwareOptionsPanel(panels.ObjectAttributesPanel):
    title = _("How it goes")
    wave_sizes = WordsAttr(lambda rollout: ", ".join([*map(str, rollout.wave_sizes), str(_("the rest"))]), label=_("Wave sizes"))
    tolerated_failures = attrs.TextAttr("tolerated_failures", label=_("Tolerated failures"))
    download_first = attrs.BooleanAttr("download_first", label=_("Download first"))
    upgrade_endpoints = attrs.BooleanAttr("upgrade_endpoints", label=_("Upgrade endpoints"))
    allow_downgrade = attrs.BooleanAttr("allow_downgrade", label=_("Allow downgrade"))
    not_before = RelativeTimeAttr("not_before", label=_("Not before"))
    not_after = RelativeTimeAttr("not_after", label=_("Not after"))
    away_minutes = attrs.TextAttr("away_minutes", label=_("Away at most"), format_string="{} min")
    endpoint_minutes = attrs.TextAttr("endpoint_minutes", label=_("Endpoints at most"), format_string="{} min")


def progress_context(rollout: FirmwareRollout, user: Any) -> dict[str, Any]:
    """Upgrades the user may view, in the order of their waves, and how many are in which status."""
    rows = list(
        FirmwareUpgrade.objects.restrict(user, "view")
        .filter(rollout=rollout)
        .select_related("gam__device", "rollout")
        .order_by("wave", "pk")
    )
    labels = dict(FirmwareUpgradeStatusChoices)
    counts = [
        (labels[value], FirmwareUpgradeStatusChoices.colors.get(value), number)
        for value in FirmwareUpgradeStatusChoices.values()
        if (number := sum(row.status == value for row in rows))
    ]
    return {"object": rollout, "upgrades": rows, "counts": counts, "live": rollout.finished is None}


class FirmwareProgressPanel(panels.ObjectPanel):
    """Every GAM with where it stands, renewed while the rollout goes on."""

    template_name = "netbox_gam/panels/firmware_progress.html"
    title = _("GAMs")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        return {**ctx, **progress_context(ctx["object"], ctx["request"].user)}


class FirmwareUpgradePanel(panels.ObjectAttributesPanel):
    gam = attrs.RelatedObjectAttr("gam", linkify=True, label=_("GAM"))
    rollout = attrs.RelatedObjectAttr("rollout", linkify=True, label=_("Rollout"))
    wave = attrs.TextAttr("wave", label=_("Wave"))
    status = DescribedChoiceAttr("status", FirmwareUpgradeStatusChoices, label=_("Status"))
    error = attrs.TextAttr("error", label=_("Error"))
    next_step = attrs.TextAttr("next_step", label=_("Next step"))
    transport = DescribedChoiceAttr("transport", TransportChoices, label=_("Transport"))
    from_version = attrs.TextAttr("from_version", label=_("From version"))
    description = attrs.TextAttr("description", label=_("Description"))


class FirmwareTimesPanel(panels.ObjectAttributesPanel):
    title = _("Progress")
    started = RelativeTimeAttr("started", label=_("Started"))
    swapped = RelativeTimeAttr("swapped", label=_("Swapped"))
    back = RelativeTimeAttr("back", label=_("Back"))
    away = WordsAttr(lambda upgrade: between(upgrade.swapped, upgrade.back), label=_("Was away"))
    finished = RelativeTimeAttr("finished", label=_("Finished"))
    endpoints_before = WordsAttr(lambda upgrade: str(len(upgrade.endpoints_before)), label=_("Endpoints before"))
    endpoints_back = attrs.TextAttr("endpoints_back", label=_("Endpoints back"))
    endpoints_mismatched = attrs.TextAttr("endpoints_mismatched", label=_("Endpoints to upgrade"))


class FirmwareJournalPanel(panels.ObjectPanel):
    """The lines that will be sent, and what was sent, answered and seen."""

    template_name = "netbox_gam/panels/firmware_journal.html"
    title = _("Journal")

    def get_context(self, context: Any) -> dict[str, Any]:
        from django.utils.dateparse import parse_datetime

        ctx = super().get_context(context)
        entries = [
            {**entry, "time": parse_datetime(entry["at"]), "text": "\n".join(entry.get("sent", ()))}
            for entry in ctx["object"].journal
        ]
        lines = [(phase, "\n".join(texts)) for phase, texts in ctx["object"].lines]
        return {**ctx, "lines": lines, "entries": entries}
