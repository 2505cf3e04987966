"""Back to billing: the outbox, and how far each billing system is with it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import BackValueChoices, BillingWriteStateChoices
from .base import ObservedModel, RecordModel, observed_key


class BillingWrite(RecordModel):
    """One custom field, additional attribute or note that a billing system is to be given: the outbox.

    ``version`` and ``before`` are as they were read; an empty version means that the account has to be read again first.
    """

    system = models.ForeignKey(
        "netbox_gam.BillingSystem", on_delete=models.CASCADE, related_name="writes", verbose_name=_("billing system")
    )
    subscriber = models.ForeignKey(
        "netbox_gam.Subscriber",
        on_delete=models.SET_NULL,
        related_name="billing_writes",
        null=True,
        blank=True,
        verbose_name=_("subscriber"),
    )
    account_id = models.CharField(_("account ID"), max_length=100)
    value = models.CharField(_("value"), max_length=20, choices=BackValueChoices)
    field = models.CharField(_("field"), max_length=64, help_text=_("Custom field, additional attribute, or note"))
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"))
    version = models.CharField(_("version read"), max_length=200, blank=True)
    key = models.CharField(_("key"), max_length=100, unique=True, help_text=_("The same for every attempt"))
    state = models.CharField(_("state"), max_length=20, choices=BillingWriteStateChoices, default=BillingWriteStateChoices.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    due = models.DateTimeField(_("next attempt"), null=True, blank=True)
    begun = models.DateTimeField(_("last attempt"), null=True, blank=True)
    sent = models.DateTimeField(_("sent"), null=True, blank=True, help_text=_("When it was known to stand there"))
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        ordering = ("-created", "-pk")
        verbose_name = _("billing write")
        verbose_name_plural = _("billing writes")
        permissions = [("retry", "Try a billing write again"), ("drop", "Drop a billing write")]
        constraints = [
            models.UniqueConstraint(
                fields=("system", "account_id", "field"),
                condition=models.Q(state=BillingWriteStateChoices.WAITING),
                name="%(app_label)s_%(class)s_one_waits",
                violation_error_message=_("Something else waits to be written to this field."),
            )
        ]
        indexes = [
            models.Index(
                fields=("system", "due"),
                condition=models.Q(state=BillingWriteStateChoices.WAITING),
                name="netbox_gam_write_waiting",
            ),
            models.Index(fields=("system", "account_id", "field", "-id"), name="netbox_gam_write_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.get_value_display()}"

    def get_state_color(self) -> str | None:
        return BillingWriteStateChoices.colors.get(self.state)

    def get_value_color(self) -> str | None:
        return BackValueChoices.colors.get(self.value)


class WriteBackState(ObservedModel):
    """How far writing back to one billing system is. ``preview``: what would be written with which fields, as last looked at."""

    system = observed_key("netbox_gam.BillingSystem", related_name="write_back_states")
    since = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    preview = models.JSONField(default=dict)
    previewed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("system",)
        verbose_name = _("state of writing back")
        verbose_name_plural = _("states of writing back")
        constraints = [models.UniqueConstraint(fields=("system",), name="%(app_label)s_%(class)s_system")]

    def __str__(self) -> str:
        return f"state of writing back to billing system {self.system_id}"


__all__ = ("BillingWrite", "WriteBackState")
