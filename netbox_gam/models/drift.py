"""Drift: where a GAM differs from what NetBox says of it, and when the two were last compared."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import DriftKindChoices, DriftObjectChoices, DriftStateChoices
from .base import ObservedModel, RecordModel


class Drift(RecordModel):
    """One difference between intent and a shelf. Written in bulk by what reads the shelf, decided by people."""

    gam = models.ForeignKey("netbox_gam.GamDevice", on_delete=models.CASCADE, related_name="drifts", verbose_name=_("GAM"))
    port = models.ForeignKey(
        "netbox_gam.GamPort", on_delete=models.SET_NULL, related_name="drifts", null=True, blank=True, verbose_name=_("port")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=DriftKindChoices)
    object_kind = models.CharField(_("object"), max_length=20, choices=DriftObjectChoices)
    name = models.CharField(
        _("name"), max_length=31, help_text=_("Number of the port, MAC address of the endpoint, or the subscriber")
    )
    field = models.CharField(_("field"), max_length=40, blank=True, help_text=_("Empty: the whole object"))
    intent_value = models.CharField(_("in NetBox"), max_length=300, blank=True)
    actual_value = models.CharField(_("on the shelf"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=DriftStateChoices, default=DriftStateChoices.OPEN)
    key = models.CharField(_("key"), max_length=120)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))
    resolved = models.DateTimeField(_("resolved"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, help_text=_("Why it was accepted"))
    accepted_until = models.DateTimeField(_("accepted until"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("accepted by")
    )
    change_plan = models.ForeignKey(
        "netbox_gam.ChangePlan",
        on_delete=models.SET_NULL,
        related_name="drifts",
        null=True,
        blank=True,
        verbose_name=_("change plan"),
        help_text=_("The plan that was made to put the shelf right"),
    )

    class Meta:
        ordering = ("-last_seen", "-pk")
        verbose_name = _("drift")
        verbose_name_plural = _("drift")
        permissions = [
            ("push", "Plan what puts the shelf right"),
            ("adopt", "Take what the shelf has into NetBox"),
            ("accept", "Accept a difference, and take that back"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("gam", "key"),
                name="%(app_label)s_%(class)s_key",
                violation_error_message=_("That difference of this GAM exists."),
            )
        ]
        indexes = [models.Index(fields=("state", "accepted_until"), name="gam_drift_state")]

    def __str__(self) -> str:
        what = f"{self.get_object_kind_display()} {self.name}"
        return f"{what}: {self.field}" if self.field else f"{what}: {self.get_kind_display().lower()}"

    def get_kind_color(self) -> str | None:
        return DriftKindChoices.colors.get(self.kind)

    def get_object_kind_color(self) -> str | None:
        return DriftObjectChoices.colors.get(self.object_kind)

    def get_state_color(self) -> str | None:
        return DriftStateChoices.colors.get(self.state)


class DriftCheck(ObservedModel):
    """When a GAM was last compared with intent, and what of it is known from its configuration only."""

    gam = models.OneToOneField(
        "netbox_gam.GamDevice",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        related_name="drift_check",
    )
    polled_at = models.DateTimeField(null=True, help_text=_("Compared with a poll"))
    config_at = models.DateTimeField(null=True, help_text=_("Compared with the whole running configuration"))
    judged_at = models.DateTimeField(null=True, help_text=_("Compared field by field, because something had changed"))
    fingerprint = models.CharField(max_length=64, blank=True, help_text=_("Of the last poll and what it was compared with"))
    profiles = models.JSONField(default=list, help_text=_("Name and rates of the shelf's bandwidth profiles"))

    class Meta:
        verbose_name = _("drift check")
        verbose_name_plural = _("drift checks")

    def __str__(self) -> str:
        return f"drift check of GAM {self.gam_id}"
