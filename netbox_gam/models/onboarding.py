"""Arrivals: endpoints that appeared where NetBox does not have them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import ArrivalKindChoices, ArrivalStateChoices
from .base import RecordModel


class Arrival(RecordModel):
    """An endpoint that waits: nobody's, one whose service is ordered, or one on another port than its own."""

    endpoint = models.OneToOneField(
        "netbox_gam.Endpoint", on_delete=models.CASCADE, related_name="arrival", verbose_name=_("endpoint")
    )
    gam = models.ForeignKey("netbox_gam.GamDevice", on_delete=models.CASCADE, related_name="arrivals", verbose_name=_("GAM"))
    port = models.ForeignKey(
        "netbox_gam.GamPort", on_delete=models.SET_NULL, related_name="arrivals", null=True, blank=True, verbose_name=_("port")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ArrivalKindChoices)
    state = models.CharField(_("state"), max_length=20, choices=ArrivalStateChoices, default=ArrivalStateChoices.WAITING)
    since = models.DateTimeField(_("since"), help_text=_("When it was first seen there"))
    settled = models.DateTimeField(_("settled"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("What was decided, or what stands in the way"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("decided by")
    )
    subscriber = models.ForeignKey(
        "netbox_gam.Subscriber",
        on_delete=models.SET_NULL,
        related_name="arrivals",
        null=True,
        blank=True,
        verbose_name=_("subscriber"),
    )
    change_plan = models.ForeignKey(
        "netbox_gam.ChangePlan",
        on_delete=models.SET_NULL,
        related_name="arrivals",
        null=True,
        blank=True,
        verbose_name=_("change plan"),
    )

    class Meta:
        ordering = ("-since", "-pk")
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        permissions = [
            ("assign", "Assign an unknown endpoint to a subscriber"),
            ("leave", "Leave an endpoint as it is"),
            ("follow", "Say that an endpoint moved"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint.mac_address} on {self.port or self.gam}" if self.endpoint_id else ""

    def get_kind_color(self) -> str | None:
        return ArrivalKindChoices.colors.get(self.kind)

    def get_state_color(self) -> str | None:
        return ArrivalStateChoices.colors.get(self.state)
