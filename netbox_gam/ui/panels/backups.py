"""Panels of configuration backups."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.ui import attrs, panels

from ... import settings
from ...choices import ConfigBackupKindChoices
from ...models import ConfigBackup, ConfigBackupState
from ...workflows import backup_store, backups
from ..attrs import DescribedChoiceAttr, RelativeTimeAttr


class ConfigBackupPanel(panels.ObjectAttributesPanel):
    gam = attrs.RelatedObjectAttr("gam", linkify=True, label=_("GAM"))
    kind = DescribedChoiceAttr("kind", ConfigBackupKindChoices, label=_("Kind"))
    taken = RelativeTimeAttr("taken", label=_("Taken"))
    last_seen = RelativeTimeAttr("last_seen", label=_("Last seen"))
    lines = attrs.TextAttr("lines", label=_("Lines"))
    requested_by = attrs.TextAttr("requested_by", label=_("Requested by"))
    change_plans = attrs.RelatedObjectListAttr("change_plans", linkify=True, max_items=10, label=_("Change plans"))
    description = attrs.TextAttr("description", label=_("Description"))


class OthersPanel(panels.ObjectPanel):
    """The other backups of the GAM, each a click away from a comparison."""

    template_name = "netbox_gam/panels/backup_others.html"
    title = _("Compare With")
    most = 10

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        shown: ConfigBackup = ctx["object"]
        visible = ConfigBackup.objects.restrict(ctx["request"].user, "view").filter(gam=shown.gam_id)
        others = visible.exclude(pk=shown.pk).select_related("gam__device")
        newest = backups.newest_of(shown)
        return {**ctx, "others": list(others[: self.most]), "newest": newest, "more": others.count() > self.most}


class TextPanel(panels.ObjectPanel):
    """The whole text, secrets blanked."""

    template_name = "netbox_gam/panels/backup_text.html"
    title = _("Configuration")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        return {**ctx, "text": backup_store.masked(ctx["object"])}


class DiffPanel(panels.ObjectPanel):
    """Two backups beside each other; the view puts ``comparison`` into the context."""

    template_name = "netbox_gam/panels/backup_diff.html"
    title = _("Changes")

    def get_context(self, context: Any) -> dict[str, Any]:
        return {**super().get_context(context), "comparison": context["comparison"]}


def schedule_context(gam: Any) -> dict[str, Any]:
    """When a GAM is backed up, and how the last attempt went, for the head of its tab."""
    return {
        "state": ConfigBackupState.objects.filter(gam=gam).first(),  # unrestricted: times of the GAM, which is restricted
        "interval_hours": settings.backup_interval_hours(),
        "has_key": bool(settings.encryption_keys()),
    }
