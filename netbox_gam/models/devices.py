"""GAMs, their G.hn ports and their endpoints."""

from __future__ import annotations

from dcim.fields import MACAddressField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from netaddr import EUI
from netbox.models.features import ContactsMixin, JobsMixin

from nornir_tasks.errors import RuleViolation
from nornir_tasks.gam import rules
from nornir_tasks.gam.catalog import GamModel as CatalogModel
from nornir_tasks.gam.catalog import find_model

from ..choices import (
    AddressSourceChoices,
    EndpointStatusChoices,
    HardwareModelChoices,
    IsolationModeChoices,
    MediumChoices,
    SubscriberModelChoices,
    TransportChoices,
    ZeroTouchChoices,
)
from .base import GamModel

PORT_VALIDATORS = (MinValueValidator(1), MaxValueValidator(65535))


class GamDevice(JobsMixin, ContactsMixin, GamModel):
    """A GAM: what the plugin knows of a shelf beyond its ``dcim.Device``."""

    device = models.OneToOneField("dcim.Device", on_delete=models.CASCADE, related_name="gam_device", verbose_name=_("device"))
    hardware_model = models.CharField(_("hardware model"), max_length=20, choices=HardwareModelChoices)
    transport = models.CharField(_("transport"), max_length=10, choices=TransportChoices, default=TransportChoices.SSH)
    address_source = models.CharField(
        _("address source"), max_length=10, choices=AddressSourceChoices, default=AddressSourceChoices.PRIMARY
    )
    address_override = models.CharField(_("address override"), max_length=255, blank=True, help_text=_("IP address or host name"))
    ssh_port = models.PositiveIntegerField(_("SSH port"), default=22, validators=PORT_VALIDATORS)
    ssh_host_key = models.CharField(
        _("SSH host key"),
        max_length=100,
        blank=True,
        help_text=_("SHA256 fingerprint, learnt at discovery, checked before the password is sent; clear it for a new shelf"),
    )
    http_port = models.PositiveIntegerField(_("HTTP port"), default=80, validators=PORT_VALIDATORS)
    https = models.BooleanField(_("HTTPS"), default=False, help_text=_("Off on a shelf fresh from the factory"))
    https_verify = models.BooleanField(_("verify certificate"), default=True)
    json_rpc_fallback = models.BooleanField(
        _("fall back to JSON-RPC"),
        default=False,
        help_text=_("A plan that SSH cannot express goes over JSON-RPC; without HTTPS that sends the login in clear"),
    )
    snmp_port = models.PositiveIntegerField(_("SNMP port"), default=161, validators=PORT_VALIDATORS)
    credential_profile = models.ForeignKey(
        "netbox_gam.CredentialProfile",
        on_delete=models.PROTECT,
        related_name="gam_devices",
        null=True,
        blank=True,
        verbose_name=_("credential profile"),
    )
    snmp_profile = models.ForeignKey(
        "netbox_gam.SnmpProfile",
        on_delete=models.PROTECT,
        related_name="gam_devices",
        null=True,
        blank=True,
        verbose_name=_("SNMP profile"),
    )
    subscriber_model = models.CharField(
        _("subscriber model"), max_length=20, choices=SubscriberModelChoices, default=SubscriberModelChoices.ENDPOINT_AWARE
    )
    management_vlan = models.ForeignKey(
        "ipam.VLAN", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("management VLAN")
    )
    default_nni = models.ForeignKey(
        "dcim.Interface", on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("default NNI uplink")
    )
    vlan_pool = models.ForeignKey(
        "netbox_gam.VlanPool",
        on_delete=models.PROTECT,
        related_name="gam_devices",
        null=True,
        blank=True,
        verbose_name=_("VLAN pool"),
        help_text=_("Where new subscribers of this GAM get their VLAN from"),
    )
    polling_enabled = models.BooleanField(_("polling"), default=True)
    polling_interval = models.PositiveIntegerField(
        _("polling interval"), default=60, validators=[MinValueValidator(10), MaxValueValidator(86400)], help_text=_("Seconds")
    )
    zero_touch = models.CharField(
        _("zero touch"),
        max_length=10,
        choices=ZeroTouchChoices,
        default=ZeroTouchChoices.PLAN,
        help_text=_("When an endpoint appears whose service is ordered"),
    )

    clone_fields = (
        "hardware_model",
        "transport",
        "ssh_port",
        "http_port",
        "https",
        "https_verify",
        "json_rpc_fallback",
        "snmp_port",
        "credential_profile",
        "snmp_profile",
        "subscriber_model",
        "management_vlan",
        "vlan_pool",
        "polling_enabled",
        "polling_interval",
        "zero_touch",
    )
    prerequisite_models = ("dcim.Device",)

    class Meta:
        ordering = ("device",)
        verbose_name = _("GAM")
        verbose_name_plural = _("GAMs")
        permissions = [
            ("discover", "Discover GAMs on the network"),
            ("poll", "Poll a GAM now"),
            ("compare", "Read a GAM's configuration and compare it"),
            ("upgrade", "Upgrade the firmware of a GAM"),
        ]

    def __str__(self) -> str:
        return str(self.device) if self.device_id else _("new GAM")

    def get_transport_color(self) -> str | None:
        return TransportChoices.colors.get(self.transport)

    def get_zero_touch_color(self) -> str | None:
        return ZeroTouchChoices.colors.get(self.zero_touch)

    def get_subscriber_model_color(self) -> str | None:
        return SubscriberModelChoices.colors.get(self.subscriber_model)

    def get_address_source_color(self) -> str | None:
        return AddressSourceChoices.colors.get(self.address_source)

    @property
    def catalog(self) -> CatalogModel | None:
        """The catalogue entry of the hardware model."""
        return find_model(self.hardware_model)

    @property
    def management_address(self) -> str:
        """Address to talk to, from the chosen source; empty when there is none."""
        if self.address_source == AddressSourceChoices.OVERRIDE:
            return self.address_override
        ip = self.device.oob_ip if self.address_source == AddressSourceChoices.OOB else self.device.primary_ip
        return str(ip.address.ip) if ip else ""

    def clean(self) -> None:
        super().clean()
        if self.address_source == AddressSourceChoices.OVERRIDE and not self.address_override:
            raise ValidationError({"address_override": _("Enter an address, or choose another address source.")})
        if self.subscriber_model == SubscriberModelChoices.PORT_AWARE and self.catalog and self.catalog.coax:
            raise ValidationError({"subscriber_model": _("Port aware exists on copper shelves only.")})
        if self.default_nni_id and self.device_id and self.default_nni.device_id != self.device_id:
            raise ValidationError({"default_nni": _("The uplink must be an interface of this GAM's device.")})


class GamPort(GamModel):
    """A G.hn port: what the plugin knows of an interface beyond its ``dcim.Interface``."""

    interface = models.OneToOneField(
        "dcim.Interface", on_delete=models.CASCADE, related_name="gam_port", verbose_name=_("interface")
    )
    gam = models.ForeignKey("netbox_gam.GamDevice", on_delete=models.CASCADE, related_name="ports", verbose_name=_("GAM"))
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1), MaxValueValidator(24)])
    medium = models.CharField(_("medium"), max_length=10, choices=MediumChoices)
    enabled = models.BooleanField(_("enabled"), default=True)
    isolation_mode = models.CharField(
        _("isolation mode"), max_length=20, choices=IsolationModeChoices, default=IsolationModeChoices.ISOLATED
    )

    clone_fields = ("gam", "medium", "enabled", "isolation_mode")
    prerequisite_models = ("netbox_gam.GamDevice",)

    class Meta:
        ordering = ("gam", "number")
        verbose_name = _("G.hn port")
        verbose_name_plural = _("G.hn ports")
        constraints = [
            models.UniqueConstraint(
                fields=("gam", "number"),
                name="%(app_label)s_%(class)s_gam_number",
                violation_error_message=_("This GAM already has a G.hn port of that number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.gam} {self.interface.name}" if self.interface_id else str(self.number)

    def get_medium_color(self) -> str | None:
        return MediumChoices.colors.get(self.medium)

    def get_isolation_mode_color(self) -> str | None:
        return IsolationModeChoices.colors.get(self.isolation_mode)

    def clean(self) -> None:
        super().clean()
        if not (self.interface_id and self.gam_id):
            return
        if self.interface.device_id != self.gam.device_id:
            raise ValidationError({"interface": _("The interface must belong to the GAM's device.")})
        model = self.gam.catalog
        if model and self.number and self.number > model.ports:
            raise ValidationError(
                {"number": _("%(model)s has %(ports)s G.hn ports.") % {"model": model.name, "ports": model.ports}}
            )
        if model and model.coax != (self.medium == MediumChoices.COAX):
            raise ValidationError(
                {"medium": _("%(model)s is a %(kind)s shelf.") % {"model": model.name, "kind": "coax" if model.coax else "copper"}}
            )


class Endpoint(GamModel):
    """The bridge at the customer's, known by its MAC address."""

    mac_address = MACAddressField(_("MAC address"), unique=True)
    name = models.CharField(
        _("name"), max_length=31, blank=True, db_collation="natural_sort", help_text=_("Its name on the shelf, 1 to 31 characters")
    )
    model = models.CharField(_("model"), max_length=30, blank=True)
    serial = models.CharField(_("serial number"), max_length=63, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=EndpointStatusChoices, default=EndpointStatusChoices.DISCOVERED)
    gam = models.ForeignKey(
        "netbox_gam.GamDevice", on_delete=models.SET_NULL, related_name="endpoints", null=True, blank=True, verbose_name=_("GAM")
    )
    port = models.ForeignKey(
        "netbox_gam.GamPort",
        on_delete=models.SET_NULL,
        related_name="endpoints",
        null=True,
        blank=True,
        verbose_name=_("assigned port"),
    )
    auto_port = models.BooleanField(_("automatic port"), default=False, help_text=_("Locks to the first port it is seen on"))
    device = models.ForeignKey(
        "dcim.Device",
        on_delete=models.SET_NULL,
        related_name="gam_endpoints",
        null=True,
        blank=True,
        verbose_name=_("CPE device"),
        help_text=_("The NetBox device that is this endpoint, if there is one"),
    )

    clone_fields = ("model", "gam", "port", "auto_port")

    class Meta:
        ordering = ("mac_address",)
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        constraints = [
            models.UniqueConstraint(
                fields=("gam", "name"),
                condition=~models.Q(name=""),
                name="%(app_label)s_%(class)s_gam_name",
                violation_error_message=_("This GAM already has an endpoint of that name."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.mac_address})" if self.name else str(self.mac_address)

    def get_status_color(self) -> str | None:
        return EndpointStatusChoices.colors.get(self.status)

    @property
    def mac(self) -> str:
        """MAC address in the contracts' form: lower case with colons."""
        return str(self.mac_address).lower()

    def clean(self) -> None:
        super().clean()
        try:
            if self.name:
                rules.valid_name("name", self.name)
            if isinstance(self.mac_address, EUI):
                rules.canonical_mac(self.mac)
        except RuleViolation as violation:
            field = "name" if violation.field == "name" else "mac_address"
            raise ValidationError({field: violation.rule}) from None
        if self.port_id and self.gam_id and self.port.gam_id != self.gam_id:
            raise ValidationError({"port": _("The port must belong to the endpoint's GAM.")})
        if self.port_id and self.auto_port:
            raise ValidationError({"auto_port": _("Automatic port only acts while no port is assigned.")})
        self._check_port_capacity()

    def _check_port_capacity(self) -> None:
        if not self.port_id:
            return
        model = self.port.gam.catalog
        limit = model.endpoints_per_port if model else 1
        others = Endpoint.objects.filter(port=self.port).exclude(pk=self.pk).exclude(status=EndpointStatusChoices.RETIRED)
        if others.count() >= limit:
            raise ValidationError(
                {"port": _("%(port)s already has its %(limit)s endpoint(s).") % {"port": self.port, "limit": limit}}
            )
