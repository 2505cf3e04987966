"""The configuration safe: what shelves had, when, and what of it may be shown."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..choices import ConfigBackupKindChoices
from .base import ObservedModel, RecordModel


class ConfigBackup(RecordModel):
    """One content that a GAM's running configuration had: kept once, however often it was seen. Written by workflows."""

    gam = models.ForeignKey("netbox_gam.GamDevice", on_delete=models.CASCADE, related_name="backups", verbose_name=_("GAM"))
    kind = models.CharField(_("kind"), max_length=20, choices=ConfigBackupKindChoices, help_text=_("Why it was taken first"))
    taken = models.DateTimeField(_("taken"), help_text=_("When it was seen first"))
    last_seen = models.DateTimeField(_("last seen"), help_text=_("When a backup last found the same"))
    lines = models.PositiveIntegerField(_("lines"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("requested by")
    )
    change_plans = models.ManyToManyField(
        "netbox_gam.ChangePlan",
        related_name="backups",
        blank=True,
        verbose_name=_("change plans"),
        help_text=_("Plans that found the shelf with it and were then applied"),
    )
    digest = models.CharField(_("digest"), max_length=64, editable=False)

    class Meta:
        ordering = ("-last_seen", "-pk")
        verbose_name = _("configuration backup")
        verbose_name_plural = _("configuration backups")
        permissions = [("restore", "Plan what brings a GAM back to a backup")]
        constraints = [
            models.UniqueConstraint(
                fields=("gam", "digest"),
                name="%(app_label)s_%(class)s_content",
                violation_error_message=_("That content of this GAM is in the safe."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.gam} {timezone.localtime(self.taken):%Y-%m-%d %H:%M:%S}" if self.gam_id else str(self.pk)

    def get_kind_color(self) -> str | None:
        return ConfigBackupKindChoices.colors.get(self.kind)


class ConfigText(ObservedModel):
    """The text of a backup, in a table of its own: lists, change logs, exports and GraphQL never touch it.

    ``sealed`` is the whole text, encrypted. ``masked`` has its secrets blanked and is all that is ever shown or searched.
    Unlike what polling observes it goes at once with what it belongs to: nobody wants secrets left over.
    """

    backup = models.OneToOneField("netbox_gam.ConfigBackup", on_delete=models.CASCADE, primary_key=True, related_name="text")
    sealed = models.TextField(editable=False)
    masked = models.TextField(editable=False)

    class Meta:
        verbose_name = _("configuration text")
        verbose_name_plural = _("configuration texts")

    def __str__(self) -> str:
        return f"text of backup {self.backup_id}"


class ConfigBackupState(ObservedModel):
    """When a GAM is backed up next, and how the last attempt went."""

    gam = models.OneToOneField(
        "netbox_gam.GamDevice", on_delete=models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="backup_state"
    )
    next_due = models.DateTimeField(db_index=True)
    tried = models.DateTimeField(null=True)
    succeeded = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("backup state")
        verbose_name_plural = _("backup states")

    def __str__(self) -> str:
        return f"backup state of GAM {self.gam_id}"


__all__ = ("ConfigBackup", "ConfigBackupState", "ConfigText")
