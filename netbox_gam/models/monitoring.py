"""Alarms and their history."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import (
    AlarmSeverityChoices,
    AlarmSourceChoices,
    AlarmStateChoices,
    AlarmTransitionChoices,
)
from .base import ObservedModel, RecordModel, observed_key


class Alarm(RecordModel):
    """Something wrong with a GAM or an endpoint, from the shelf itself or found by reading it."""

    gam = models.ForeignKey("netbox_gam.GamDevice", on_delete=models.CASCADE, related_name="alarms", verbose_name=_("GAM"))
    endpoint = models.ForeignKey(
        "netbox_gam.Endpoint", on_delete=models.SET_NULL, related_name="alarms", null=True, blank=True, verbose_name=_("endpoint")
    )
    source = models.CharField(_("source"), max_length=20, choices=AlarmSourceChoices, default=AlarmSourceChoices.SHELF)
    key = models.CharField(_("key"), max_length=100, help_text=_("UUID of a shelf's alarm, or the rule and its object"))
    entity = models.CharField(_("entity"), max_length=63, blank=True)
    condition = models.CharField(_("condition"), max_length=63)
    severity = models.CharField(_("severity"), max_length=2, choices=AlarmSeverityChoices)
    service_affecting = models.BooleanField(_("service affecting"), default=False)
    state = models.CharField(_("state"), max_length=20, choices=AlarmStateChoices, default=AlarmStateChoices.RAISED)
    text = models.CharField(_("text"), max_length=300, blank=True)
    raised = models.DateTimeField(_("raised"))
    cleared = models.DateTimeField(_("cleared"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("acknowledged by"),
    )

    class Meta:
        ordering = ("-raised", "-pk")
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        permissions = [("acknowledge", "Acknowledge alarms")]
        constraints = [
            models.UniqueConstraint(
                fields=("gam", "key"),
                condition=~models.Q(state="cleared"),
                name="%(app_label)s_%(class)s_standing",
                violation_error_message=_("That alarm is standing already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.gam} {self.entity} {self.condition}".strip()

    def get_severity_color(self) -> str | None:
        return AlarmSeverityChoices.colors.get(self.severity)

    def get_state_color(self) -> str | None:
        return AlarmStateChoices.colors.get(self.state)

    def get_source_color(self) -> str | None:
        return AlarmSourceChoices.colors.get(self.source)


class AlarmEvent(ObservedModel):
    """One thing that happened to an alarm: its history, and what people are told of.

    ``announce`` is False for what nobody is to hear of (suppressed, shelved, flapping); ``told`` is when those it concerns were
    told.
    """

    alarm = observed_key("netbox_gam.Alarm", related_name="events")
    gam = observed_key("netbox_gam.GamDevice", related_name="+")
    at = models.DateTimeField()
    transition = models.CharField(max_length=20, choices=AlarmTransitionChoices)
    severity = models.CharField(max_length=2, choices=AlarmSeverityChoices)
    text = models.CharField(max_length=300, blank=True)
    user = observed_key(settings.AUTH_USER_MODEL, related_name="+", null=True)
    announce = models.BooleanField(default=True)
    told = models.DateTimeField(null=True)

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("alarm event")
        verbose_name_plural = _("alarm events")
        indexes = [
            models.Index(fields=("id",), condition=models.Q(announce=True, told=None), name="netbox_gam_alarmevent_untold"),
            models.Index(fields=("gam", "at"), name="netbox_gam_alarmevent_gam_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_transition_display()} {self.at:%Y-%m-%d %H:%M:%S}"

    def get_transition_color(self) -> str | None:
        return AlarmTransitionChoices.colors.get(self.transition)
