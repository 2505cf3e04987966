"""What billing systems told us by webhook: stored first, worked off later."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import BillingEventStateChoices
from .base import ObservedModel, observed_key


class BillingEvent(ObservedModel):
    """One thing a billing system said has changed. A hint only: what it is now is read again.

    Equal deliveries are one row. Deliveries that were refused are counted in one row per day and reason, without their content.
    """

    system = observed_key("netbox_gam.BillingSystem", related_name="events")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=BillingEventStateChoices, default=BillingEventStateChoices.WAITING)
    entity = models.CharField(max_length=100, blank=True)
    external_id = models.CharField(max_length=100, blank=True)
    account_id = models.CharField(max_length=100, blank=True)
    action = models.CharField(max_length=100, blank=True)
    kept = models.JSONField(default=dict, help_text=_("Known, plain members of the body; nothing else of it is stored"))
    deliveries = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-received_at", "-pk")
        verbose_name = _("billing event")
        verbose_name_plural = _("billing events")
        constraints = [models.UniqueConstraint(fields=("system", "digest"), name="%(app_label)s_%(class)s_digest")]
        indexes = [
            models.Index(fields=("system", "account_id"), condition=models.Q(state="waiting"), name="netbox_gam_event_waiting"),
            models.Index(fields=("system", "received_at"), name="netbox_gam_event_received"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.external_id} {self.action}".strip() or self.digest[:12]

    def get_state_color(self) -> str | None:
        return BillingEventStateChoices.colors.get(self.state)
