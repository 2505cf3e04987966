"""What the last check of a billing system's connection found."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import ObservedModel, observed_key


class BillingCheck(ObservedModel):
    """The last connection check of one billing system, whole. ``checks``: name, state, detail, next step, assumptions tried."""

    system = observed_key("netbox_gam.BillingSystem", related_name="connection_checks")
    checked_at = models.DateTimeField()
    checks = models.JSONField(default=list)

    class Meta:
        ordering = ("system",)
        verbose_name = _("connection check")
        verbose_name_plural = _("connection checks")
        constraints = [models.UniqueConstraint(fields=("system",), name="%(app_label)s_%(class)s_system")]

    def __str__(self) -> str:
        return f"connection check of billing system {self.system_id}"

    @property
    def worst(self) -> str:
        """State of the worst check: ``failed``, ``warning`` or ``ok``."""
        states = {check["state"] for check in self.checks}
        return next((state for state in ("failed", "warning") if state in states), "ok")
