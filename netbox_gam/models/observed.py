"""Observed state: what the last reading of everything said."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import EndpointStateChoices
from .base import ObservedModel, observed_key


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
    images = models.JSONField(default=list)
    files = models.JSONField(default=list)
    flash_bytes = models.BigIntegerField(null=True)
    flash_free_bytes = models.BigIntegerField(null=True)
    clock = models.DateTimeField(null=True, help_text=_("The shelf's own clock, taken as UTC, because it names no zone"))
    profiles_used = models.PositiveSmallIntegerField(null=True)
    config_saved = models.BooleanField(null=True)
    sources = models.JSONField(default=dict)
    alarm_log_index = models.BigIntegerField(null=True, help_text=_("Newest row of the shelf's alarm log that was read"))

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
    outage = models.BooleanField(null=True)
    outage_service_affecting = models.BooleanField(null=True)
    in_octets = models.BigIntegerField(null=True)
    out_octets = models.BigIntegerField(null=True)
    in_errors = models.BigIntegerField(null=True)
    out_errors = models.BigIntegerField(null=True)
    counter_bits = models.PositiveSmallIntegerField(default=64)
    in_bps = models.FloatField(null=True)
    out_bps = models.FloatField(null=True)
    firmware = models.CharField(max_length=100, blank=True)
    uptime_seconds = models.BigIntegerField(null=True)
    usable_mbps = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ("gam", "number")
        verbose_name = _("port state")
        verbose_name_plural = _("port states")
        constraints = [models.UniqueConstraint(fields=("gam", "number"), name="%(app_label)s_%(class)s_gam_number")]

    @property
    def up_since(self) -> datetime | None:
        """When the port's modem began, as of the reading."""
        return None if self.uptime_seconds is None else self.read_at - timedelta(seconds=self.uptime_seconds)

    def __str__(self) -> str:
        return f"state of port {self.number} of GAM {self.gam_id}"


class EthernetState(ObservedModel):
    """The last reading of an uplink or of the MGMT port."""

    gam = observed_key("netbox_gam.GamDevice", related_name="observed_ethernet")
    name = models.CharField(max_length=63)
    read_at = models.DateTimeField()
    link_up = models.BooleanField(null=True)
    enabled = models.BooleanField(null=True)
    speed_mbps = models.PositiveIntegerField(null=True)
    full_duplex = models.BooleanField(null=True)
    in_octets = models.BigIntegerField(null=True)
    out_octets = models.BigIntegerField(null=True)
    in_errors = models.BigIntegerField(null=True)
    out_errors = models.BigIntegerField(null=True)
    counter_bits = models.PositiveSmallIntegerField(default=64)
    in_bps = models.FloatField(null=True)
    out_bps = models.FloatField(null=True)
    sfp = models.JSONField(null=True)

    class Meta:
        ordering = ("gam", "name")
        verbose_name = _("Ethernet port state")
        verbose_name_plural = _("Ethernet port states")
        constraints = [models.UniqueConstraint(fields=("gam", "name"), name="%(app_label)s_%(class)s_gam_name")]

    def __str__(self) -> str:
        return f"state of {self.name} of GAM {self.gam_id}"


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
    rx_usage_mbps = models.PositiveIntegerField(null=True)
    tx_usage_mbps = models.PositiveIntegerField(null=True)
    error_percent_down = models.FloatField(null=True)
    error_percent_up = models.FloatField(null=True)
    snr_down_db = models.FloatField(null=True)
    snr_up_db = models.FloatField(null=True)
    alive = models.BooleanField(null=True)
    hardware = models.CharField(max_length=63, blank=True)
    assembly = models.CharField(max_length=63, blank=True)
    revision = models.CharField(max_length=63, blank=True)
    upgrade = models.CharField(max_length=100, blank=True)
    ethernet = models.JSONField(default=list)
    poe = models.JSONField(null=True)

    class Meta:
        ordering = ("gam", "mac")
        verbose_name = _("endpoint state")
        verbose_name_plural = _("endpoint states")
        constraints = [models.UniqueConstraint(fields=("gam", "mac"), name="%(app_label)s_%(class)s_gam_mac")]

    def __str__(self) -> str:
        return f"state of endpoint {self.mac}"

    def get_state_color(self) -> str | None:
        return EndpointStateChoices.colors.get(self.state)
