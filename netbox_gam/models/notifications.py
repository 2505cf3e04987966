"""Who is told of alarms by mail, and what is still to be told."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import AlarmSeverityChoices, WeekdayChoices
from .base import GamModel, ObservedModel, ScopeMixin, observed_key


def all_weekdays() -> list[str]:
    """Quiet hours are of every day unless somebody says otherwise."""
    return list(WeekdayChoices.values())


def valid_addresses(value: list[str]) -> None:
    """Each is a mail address, and none is there twice.

    :raises ValidationError: naming every one that is not
    """
    errors = []
    for address in value:
        try:
            validate_email(address)
            if not address.isascii():
                raise ValidationError("")  # mail servers would need an extension that few have
        except ValidationError:
            errors.append(_("“%(address)s” is not a mail address.") % {"address": address})
    folded = [address.lower() for address in value]
    errors += [_("“%s” is there twice.") % address for address in sorted({item for item in folded if folded.count(item) > 1})]
    if errors:
        raise ValidationError(errors)


def valid_time_zone(value: str) -> None:
    """
    :raises ValidationError: naming it
    """
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(zone)s” is not a time zone; an example of one is Europe/Berlin.") % {"zone": value})


class MailGroup(ScopeMixin, GamModel):
    """People who are told of alarms by mail: of which, when, and how many mails at most."""

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation="natural_sort")
    enabled = models.BooleanField(_("enabled"), default=True)
    addresses = ArrayField(models.CharField(max_length=254), verbose_name=_("addresses"), validators=[valid_addresses])
    minimum_severity = models.CharField(
        _("minimum severity"),
        max_length=2,
        choices=AlarmSeverityChoices,
        default=AlarmSeverityChoices.MINOR,
        help_text=_("Alarms of this severity or worse"),
    )
    only_service_affecting = models.BooleanField(_("only service affecting"), default=False)
    tell_raised = models.BooleanField(_("tell raised"), default=True)
    tell_changed = models.BooleanField(_("tell changed"), default=True)
    tell_cleared = models.BooleanField(_("tell cleared"), default=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=63,
        default="UTC",
        validators=[valid_time_zone],
        help_text=_("Of the quiet hours, and of the times in mails"),
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet to"), null=True, blank=True, help_text=_("Before “quiet from”: of the next day"))
    quiet_days = ArrayField(
        models.CharField(max_length=3, choices=WeekdayChoices),
        verbose_name=_("quiet days"),
        default=all_weekdays,
        blank=True,
        help_text=_("Days the quiet hours begin on"),
    )
    breakthrough_severity = models.CharField(
        _("breaks through"),
        max_length=2,
        choices=AlarmSeverityChoices,
        default=AlarmSeverityChoices.CRITICAL,
        blank=True,
        help_text=_("Alarms of this severity or worse are told in quiet hours, too; left empty, none are"),
    )
    digest_minutes = models.PositiveIntegerField(
        _("digest every"),
        default=0,
        validators=[MaxValueValidator(1440)],
        help_text=_("Minutes. What happened within them comes as one mail; 0 means a mail for each, at once"),
    )
    hourly_limit = models.PositiveIntegerField(
        _("mails an hour"),
        default=30,
        validators=[MinValueValidator(4), MaxValueValidator(1000)],
        help_text=_("At most. From half of it on, what happens is put together"),
    )
    subject_prefix = models.CharField(_("subject prefix"), max_length=50, default="[GAM]", blank=True)

    clone_fields = (
        "enabled", "addresses", "minimum_severity", "only_service_affecting", "sites", "roles", "scope_tags", "tell_raised",
        "tell_changed", "tell_cleared", "time_zone", "quiet_from", "quiet_to", "quiet_days", "breakthrough_severity",
        "digest_minutes", "hourly_limit", "subject_prefix",
    )  # fmt: skip

    class Meta:
        ordering = ("name",)
        verbose_name = _("mail group")
        verbose_name_plural = _("mail groups")
        permissions = [("test", "Send a test mail to mail groups")]

    def __str__(self) -> str:
        return self.name

    def get_minimum_severity_color(self) -> str | None:
        return AlarmSeverityChoices.colors.get(self.minimum_severity)

    def get_breakthrough_severity_color(self) -> str | None:
        return AlarmSeverityChoices.colors.get(self.breakthrough_severity)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Its time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        if (self.quiet_from is None) != (self.quiet_to is None):
            missing = "quiet_to" if self.quiet_to is None else "quiet_from"
            errors[missing] = _("Quiet hours have a beginning and an end; leave both empty for none.")
        elif self.quiet_from is not None and self.quiet_from == self.quiet_to:
            errors["quiet_to"] = _("Quiet hours from %(at)s to %(at)s never end.") % {"at": f"{self.quiet_from:%H:%M}"}
        if not (self.tell_raised or self.tell_changed or self.tell_cleared):
            errors["tell_raised"] = _("Nobody is told of anything: choose raised, changed or cleared, or switch the group off.")
        if errors:
            raise ValidationError(errors)


class MailItem(ObservedModel):
    """One event a mail group is to be told of: the outbox.

    ``mail`` is the mail it went into, or is to go into once more: the same Message-ID each time. ``together``: with others that are
    due, not in a mail of its own.
    """

    group = observed_key("netbox_gam.MailGroup", related_name="items")
    event = observed_key("netbox_gam.AlarmEvent", related_name="+")
    alarm = observed_key("netbox_gam.Alarm", related_name="+")
    due = models.DateTimeField()
    together = models.BooleanField(default=False)
    mail = models.UUIDField(null=True)
    sent = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("mail item")
        verbose_name_plural = _("mail items")
        constraints = [models.UniqueConstraint(fields=("group", "event"), name="%(app_label)s_%(class)s_group_event")]
        indexes = [
            models.Index(fields=("group", "due"), condition=models.Q(sent=None), name="netbox_gam_mailitem_unsent"),
            models.Index(fields=("group", "sent"), name="netbox_gam_mailitem_sent"),
            models.Index(fields=("alarm",), name="netbox_gam_mailitem_alarm"),
        ]

    def __str__(self) -> str:
        return f"event {self.event_id} for mail group {self.group_id}"


class EventRuleItem(ObservedModel):
    """One event that NetBox's event rules are still to see: the outbox towards Redis."""

    event = models.OneToOneField(
        "netbox_gam.AlarmEvent", primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )

    class Meta:
        ordering = ("event_id",)
        verbose_name = _("event rule item")
        verbose_name_plural = _("event rule items")

    def __str__(self) -> str:
        return f"event {self.event_id} for event rules"


__all__ = ("EventRuleItem", "MailGroup", "MailItem")
