"""Firmware: images, rollouts of an image over GAMs in waves, and one GAM's upgrade."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from nornir_tasks.gam.catalog import find_model
from nornir_tasks.gam.firmware import parse_file_name, url_problem
from nornir_tasks.gam.versions import parse_version

from ..choices import (
    FirmwareFamilyChoices,
    FirmwareRolloutStatusChoices,
    FirmwareUpgradeStatusChoices,
    HardwareModelChoices,
    TransportChoices,
)
from .base import GamModel, RecordModel

AWAY_STATUSES = (
    FirmwareUpgradeStatusChoices.SWAPPING,
    FirmwareUpgradeStatusChoices.AWAY,
    FirmwareUpgradeStatusChoices.VERIFYING,
)
"""The GAM restarts, or has just done so: nobody else may write to it."""
BUSY_STATUSES = (FirmwareUpgradeStatusChoices.DOWNLOADING, *AWAY_STATUSES)
"""Something was sent: goes on to its end, also in a rollout that is paused or cancelled."""


def valid_version(value: str) -> None:
    """
    :raises ValidationError: naming it
    """
    try:
        parsed = parse_version(value)
    except ValueError:
        raise ValidationError(_("“%(value)s” is not a version; an example of one is 1.8.2.") % {"value": value}) from None
    if str(parsed) != value:
        raise ValidationError(_("“%(value)s”: only the numbers, as in 1.8.2; a revision has its own field.") % {"value": value})


def valid_url(value: str) -> None:
    """
    :raises ValidationError: why a shelf could not fetch an image from there
    """
    if problem := url_problem(value):
        raise ValidationError(_("“%(value)s” %(problem)s.") % {"value": value.partition("@")[2] or value, "problem": problem})


def _hexadecimal(length: int) -> RegexValidator:
    return RegexValidator(rf"^[0-9a-f]{{{length}}}$", _("%(length)s hexadecimal digits in lower case.") % {"length": length})


class FirmwareImage(GamModel):
    """One release of the firmware for a family of GAMs, and where GAMs fetch it from."""

    family = models.CharField(_("family"), max_length=20, choices=FirmwareFamilyChoices)
    version = models.CharField(_("version"), max_length=20, validators=[valid_version], db_collation="natural_sort")
    revision = models.PositiveIntegerField(
        _("revision"), null=True, blank=True, help_text=_("Code revision, the number behind the r")
    )
    file_name = models.CharField(_("file name"), max_length=200, help_text=_("As the vendor calls it"))
    source_url = models.CharField(
        _("URL"),
        max_length=500,
        validators=[valid_url],
        help_text=_("Where GAMs fetch it: http, https, tftp or ftp, reachable from their management network, without a password"),
    )
    size_bytes = models.PositiveBigIntegerField(_("size"), null=True, blank=True, help_text=_("Bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, validators=[_hexadecimal(64)])
    md5 = models.CharField(_("MD5"), max_length=32, blank=True, validators=[_hexadecimal(32)])
    hardware_models = ArrayField(
        models.CharField(max_length=30, choices=HardwareModelChoices),
        verbose_name=_("hardware models"),
        default=list,
        blank=True,
        help_text=_("Only these of the family; none means all"),
    )
    minimum_version = models.CharField(
        _("minimum version"),
        max_length=20,
        blank=True,
        validators=[valid_version],
        help_text=_("GAMs with an older one have to be brought to it first"),
    )

    clone_fields = ("family", "version", "revision", "hardware_models", "minimum_version")

    class Meta:
        ordering = ("family", "-version", "pk")
        verbose_name = _("firmware image")
        verbose_name_plural = _("firmware images")
        permissions = [("upgrade", "Plan rollouts of a firmware image")]
        constraints = [models.UniqueConstraint(fields=("family", "version"), name="%(app_label)s_%(class)s_family_version")]

    def __str__(self) -> str:
        return f"{self.family} {self.version}"

    def get_family_color(self) -> str | None:
        return FirmwareFamilyChoices.colors.get(self.family)

    @property
    def software(self) -> str:
        """What a GAM that runs it says it runs."""
        return f"{self.family}_v{self.version}"

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        named = parse_file_name(self.file_name)
        if named is not None and self.family and named[0] != self.family:
            errors["family"] = _("The file “%(file)s” is of family %(family)s.") % {"file": self.file_name, "family": named[0]}
        if named is not None and self.version and str(named[1]) != self.version:
            errors["version"] = _("The file “%(file)s” is version %(version)s.") % {"file": self.file_name, "version": named[1]}
        if self.source_url and self.file_name and self.source_url.rpartition("/")[2] != self.file_name:
            errors["source_url"] = _("The URL does not end in the file name “%(file)s”.") % {"file": self.file_name}
        strange = [name for name in self.hardware_models if not (model := find_model(name)) or model.firmware_family != self.family]
        if strange:
            errors["hardware_models"] = _("Not of family %(family)s: %(models)s.") % {
                "family": self.family,
                "models": ", ".join(strange),
            }
        if errors:
            raise ValidationError(errors)


class FirmwareRollout(RecordModel):
    """Bringing GAMs to an image, a wave after the other."""

    image = models.ForeignKey(
        "netbox_gam.FirmwareImage", on_delete=models.PROTECT, related_name="rollouts", verbose_name=_("firmware image")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=FirmwareRolloutStatusChoices, default=FirmwareRolloutStatusChoices.PLANNED
    )
    reason = models.CharField(_("reason"), max_length=300)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("requested by")
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("started by")
    )
    wave_sizes = ArrayField(
        models.PositiveIntegerField(validators=[MinValueValidator(1)]),
        verbose_name=_("wave sizes"),
        default=list,
        blank=True,
        help_text=_("GAMs in the first waves; the last wave has the rest"),
    )
    wave = models.PositiveSmallIntegerField(_("wave"), default=1, help_text=_("The one being worked on"))
    tolerated_failures = models.PositiveSmallIntegerField(
        _("tolerated failures"), default=0, help_text=_("One more, and the rollout pauses")
    )
    accepted_failures = models.PositiveSmallIntegerField(
        _("accepted failures"), default=0, help_text=_("Those a person knew of when resuming")
    )
    download_first = models.BooleanField(
        _("download first"),
        default=True,
        help_text=_("All GAMs fetch the image at once, where their transport can; waves only swap"),
    )
    upgrade_endpoints = models.BooleanField(
        _("upgrade endpoints"), default=True, help_text=_("Tell endpoints whose firmware is another one, where the GAM does not")
    )
    allow_downgrade = models.BooleanField(_("allow downgrade"), default=False)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True, help_text=_("No GAM restarts earlier"))
    not_after = models.DateTimeField(_("not after"), null=True, blank=True, help_text=_("No restart begins later"))
    away_minutes = models.PositiveSmallIntegerField(
        _("away at most"), default=20, validators=[MinValueValidator(10), MaxValueValidator(240)], help_text=_("Minutes")
    )
    endpoint_minutes = models.PositiveSmallIntegerField(
        _("endpoints at most"), default=90, validators=[MinValueValidator(5), MaxValueValidator(1440)], help_text=_("Minutes")
    )
    error = models.TextField(_("why it paused"), blank=True)
    started = models.DateTimeField(_("started"), null=True, blank=True)
    finished = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        ordering = ("-created", "-pk")
        verbose_name = _("firmware rollout")
        verbose_name_plural = _("firmware rollouts")
        permissions = [("upgrade", "Start, pause, resume and cancel firmware rollouts")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.reason}" if self.pk else self.reason

    def get_status_color(self) -> str | None:
        return FirmwareRolloutStatusChoices.colors.get(self.status)


class FirmwareUpgrade(RecordModel):
    """One GAM in a rollout: what will be sent, what was sent and answered, and how far it is."""

    rollout = models.ForeignKey(
        "netbox_gam.FirmwareRollout", on_delete=models.CASCADE, related_name="upgrades", verbose_name=_("rollout")
    )
    gam = models.ForeignKey(
        "netbox_gam.GamDevice", on_delete=models.CASCADE, related_name="firmware_upgrades", verbose_name=_("GAM")
    )
    wave = models.PositiveSmallIntegerField(_("wave"), default=1)
    status = models.CharField(
        _("status"), max_length=20, choices=FirmwareUpgradeStatusChoices, default=FirmwareUpgradeStatusChoices.PLANNED
    )
    transport = models.CharField(_("transport"), max_length=10, choices=TransportChoices)
    sends = models.JSONField(_("will be sent"), default=dict, blank=True, help_text=_("Lines by phase"))
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    from_version = models.CharField(_("from version"), max_length=100, blank=True)
    journal = models.JSONField(_("journal"), default=list, blank=True, help_text=_("What was sent and answered, and when"))
    state_hash = models.CharField(
        _("state hash"), max_length=64, blank=True, help_text=_("Of the configuration before the restart")
    )
    endpoints_before = models.JSONField(_("endpoints before"), default=list, blank=True, help_text=_("MAC addresses"))
    endpoints_back = models.PositiveSmallIntegerField(_("endpoints back"), null=True, blank=True)
    endpoints_mismatched = models.PositiveSmallIntegerField(_("endpoints to upgrade"), null=True, blank=True)
    endpoints_told = models.JSONField(_("endpoints told"), default=list, blank=True, help_text=_("MAC addresses"))
    error = models.TextField(_("error"), blank=True)
    next_step = models.TextField(_("next step"), blank=True)
    phase_since = models.DateTimeField(_("in this status since"), null=True, blank=True)
    next_look = models.DateTimeField(_("next look"), null=True, blank=True)
    started = models.DateTimeField(_("started"), null=True, blank=True)
    swapped = models.DateTimeField(_("swapped"), null=True, blank=True)
    back = models.DateTimeField(_("back"), null=True, blank=True)
    finished = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        ordering = ("rollout", "wave", "pk")
        verbose_name = _("firmware upgrade")
        verbose_name_plural = _("firmware upgrades")
        permissions = [("upgrade", "Retry and release firmware upgrades")]
        constraints = [
            models.UniqueConstraint(fields=("rollout", "gam"), name="%(app_label)s_%(class)s_rollout_gam"),
            models.UniqueConstraint(
                fields=("gam",),
                condition=models.Q(status__in=BUSY_STATUSES),
                name="%(app_label)s_%(class)s_busy",
                violation_error_message=_("Another firmware upgrade of this GAM is going on."),
            ),
        ]
        indexes = [
            models.Index(fields=("next_look",), name="netbox_gam_fwupgrade_look", condition=models.Q(next_look__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.gam} ({self.rollout_id})"

    def get_status_color(self) -> str | None:
        return FirmwareUpgradeStatusChoices.colors.get(self.status)

    def get_transport_color(self) -> str | None:
        return TransportChoices.colors.get(self.transport)

    @property
    def last_note(self) -> str:
        """What the journal says last."""
        return next((entry["note"] for entry in reversed(self.journal) if entry.get("note")), "")

    @property
    def lines(self) -> list[tuple[str, list[str]]]:
        """What will be sent, by phase, in the order it is sent."""
        return [(phase, self.sends[phase]) for phase in ("download", "swap") if phase in self.sends]

    @property
    def quiet_until(self) -> datetime | None:
        """Until when alarms that go with the restart are put aside; None before it was told to restart."""
        if self.swapped is None:
            return None
        return self.swapped + timedelta(minutes=self.rollout.away_minutes + self.rollout.endpoint_minutes)


__all__ = ("AWAY_STATUSES", "BUSY_STATUSES", "FirmwareImage", "FirmwareRollout", "FirmwareUpgrade")
