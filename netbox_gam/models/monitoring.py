"""Alarms, observed state and samples."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import (
    AlarmSeverityChoices,
    AlarmSourceChoices,
    AlarmStateChoices,
    AlarmTransitionChoices,
    EndpointStateChoices,
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


class DeviceState(ObservedModel):
    """The last reading of a GAM."""

    gam = models.OneToOneField(
        "netbox_gam.GamDevice", primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="observed"
    )
    reachable = models.BooleanField(default=False)
    last_attempt = models.DateTimeField()
    last_success = models.DateTimeField(null=True)
    failure_kind = models.CharField(max_length=20, blank=True)
    failure_message = models.TextField(blank=True)
    problems = models.JSONField(default=list)
    seconds = models.FloatField(default=0)
    firmware = models.CharField(max_length=100, blank=True)
    sys_name = models.CharField(max_length=255, blank=True)
    uptime_seconds = models.BigIntegerField(null=True)
    cpu_percent = models.PositiveSmallIntegerField(null=True)
    temperatures_c = models.JSONField(default=dict)
    fans_rpm = models.JSONField(default=list)
    power_supplies = models.JSONField(default=dict)
    led = models.CharField(max_length=127, blank=True)
    ethernet = models.JSONField(default=list)

    class Meta:
        verbose_name = _("device state")
        verbose_name_plural = _("device states")

    def __str__(self) -> str:
        return f"state of GAM {self.gam_id}"


class PortState(ObservedModel):
    """The last reading of a G.hn port."""

    gam = observed_key("netbox_gam.GamDevice", related_name="observed_ports")
    number = models.PositiveSmallIntegerField()
    read_at = models.DateTimeField()
    link_up = models.BooleanField(null=True)
    enabled = models.BooleanField(null=True)
    endpoint_count = models.PositiveSmallIntegerField(default=0)
    in_octets = models.BigIntegerField(null=True)
    out_octets = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("gam", "number")
        verbose_name = _("port state")
        verbose_name_plural = _("port states")
        constraints = [models.UniqueConstraint(fields=("gam", "number"), name="%(app_label)s_%(class)s_gam_number")]

    def __str__(self) -> str:
        return f"state of port {self.number} of GAM {self.gam_id}"


class EndpointState(ObservedModel):
    """The last reading of an endpoint, configured or not, keyed by GAM and MAC."""

    gam = observed_key("netbox_gam.GamDevice", related_name="observed_endpoints")
    mac = models.CharField(max_length=17)
    endpoint = observed_key("netbox_gam.Endpoint", related_name="observed", null=True)
    read_at = models.DateTimeField()
    present = models.BooleanField(default=False, help_text=_("Detected on a port at the last reading"))
    state = models.CharField(max_length=30, choices=EndpointStateChoices)
    configured_port = models.PositiveSmallIntegerField(null=True)
    detected_port = models.PositiveSmallIntegerField(null=True)
    subscriber_name = models.CharField(max_length=31, blank=True)
    profile_name = models.CharField(max_length=31, blank=True)
    model = models.CharField(max_length=30, blank=True)
    serial = models.CharField(max_length=63, blank=True)
    firmware = models.CharField(max_length=100, blank=True)
    firmware_mismatch = models.BooleanField(default=False)
    uptime_seconds = models.BigIntegerField(null=True)
    wire_length_m = models.PositiveIntegerField(null=True)
    rx_phy_mbps = models.PositiveIntegerField(null=True)
    tx_phy_mbps = models.PositiveIntegerField(null=True)
    rx_max_mbps = models.PositiveIntegerField(null=True)
    tx_max_mbps = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ("gam", "mac")
        verbose_name = _("endpoint state")
        verbose_name_plural = _("endpoint states")
        constraints = [models.UniqueConstraint(fields=("gam", "mac"), name="%(app_label)s_%(class)s_gam_mac")]

    def __str__(self) -> str:
        return f"state of endpoint {self.mac}"

    def get_state_color(self) -> str | None:
        return EndpointStateChoices.colors.get(self.state)


class Sample(ObservedModel):
    """One measurement at one time."""

    at = models.DateTimeField()

    class Meta:
        abstract = True


class DeviceSample(Sample):
    """Health of a GAM at one time."""

    gam = observed_key("netbox_gam.GamDevice", related_name="+")
    cpu_percent = models.PositiveSmallIntegerField(null=True)
    temperature_c = models.FloatField(null=True)
    uptime_seconds = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("gam", "at"), name="%(app_label)s_%(class)s_gam_at")]


class PortSample(Sample):
    """Counters of a G.hn port at one time: 64-bit octets since some reset."""

    gam = observed_key("netbox_gam.GamDevice", related_name="+")
    number = models.PositiveSmallIntegerField()
    in_octets = models.BigIntegerField(null=True)
    out_octets = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("gam", "number", "at"), name="%(app_label)s_%(class)s_port_at")]


class EndpointSample(Sample):
    """Rates of an endpoint at one time, Mbit/s."""

    gam = observed_key("netbox_gam.GamDevice", related_name="+")
    mac = models.CharField(max_length=17)
    rx_phy_mbps = models.PositiveIntegerField(null=True)
    tx_phy_mbps = models.PositiveIntegerField(null=True)
    rx_max_mbps = models.PositiveIntegerField(null=True)
    tx_max_mbps = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("mac", "gam", "at"), name="%(app_label)s_%(class)s_endpoint_at")]
