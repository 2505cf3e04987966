"""Bandwidth plans, VLAN pools and subscribers."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from netbox.models.features import ContactsMixin, JobsMixin

from nornir_tasks.errors import RuleViolation
from nornir_tasks.gam import rules

from ..choices import PoeModeChoices, SubscriberModelChoices, SubscriberStatusChoices, SuspensionModeChoices, VlanModeChoices
from .base import GamModel

VID_VALIDATORS = (MinValueValidator(1), MaxValueValidator(4094))


class BandwidthPlan(GamModel):
    """A speed sold, the same over the fleet. On a GAM it occupies a bandwidth profile slot of its name."""

    name = models.CharField(_("name"), max_length=31, unique=True, db_collation="natural_sort")
    downstream_kbps = models.PositiveIntegerField(_("downstream"), default=0, help_text=_("kbit/s as sold"))
    upstream_kbps = models.PositiveIntegerField(_("upstream"), default=0, help_text=_("kbit/s as sold"))
    overhead_percent = models.DecimalField(
        _("overhead"),
        max_digits=4,
        decimal_places=1,
        default=Decimal("8.0"),
        validators=[MinValueValidator(0), MaxValueValidator(50)],
        help_text=_("Per cent added on the shelf, whose limiter counts layer 2: 6 to 8 is customary"),
    )
    downstream_shelf_mbps = models.PositiveSmallIntegerField(
        _("downstream on the shelf"),
        null=True,
        blank=True,
        help_text=_("Mbit/s; empty: derived from speed and overhead. Adopted plans have what their shelf had"),
    )
    upstream_shelf_mbps = models.PositiveSmallIntegerField(
        _("upstream on the shelf"), null=True, blank=True, help_text=_("Mbit/s; empty: derived from speed and overhead")
    )
    unthrottled = models.BooleanField(_("unthrottled"), default=False, help_text=_("No limit on the shelf; takes no slot"))

    clone_fields = ("downstream_kbps", "upstream_kbps", "overhead_percent", "unthrottled")

    class Meta:
        ordering = ("name",)
        verbose_name = _("bandwidth plan")
        verbose_name_plural = _("bandwidth plans")
        permissions = [("push", "Plan what brings the plan's speed to the GAMs")]

    def __str__(self) -> str:
        return self.name

    @property
    def downstream_rate_mbps(self) -> int | None:
        """Downstream limit on the shelf in whole Mbit/s, overhead included; None when unthrottled."""
        return self._rate(self.downstream_shelf_mbps, self.downstream_kbps)

    @property
    def upstream_rate_mbps(self) -> int | None:
        """Upstream limit on the shelf in whole Mbit/s, overhead included; None when unthrottled."""
        return self._rate(self.upstream_shelf_mbps, self.upstream_kbps)

    def _rate(self, exact_mbps: int | None, sold_kbps: int) -> int | None:
        if self.unthrottled:
            return None
        return exact_mbps or rules.shelf_rate_mbps(sold_kbps, self.overhead_percent)

    def clean(self) -> None:
        super().clean()
        try:
            rules.valid_name("name", self.name)
        except RuleViolation as violation:
            raise ValidationError({"name": f"{violation.value}: {violation.rule}"}) from None
        if not self.unthrottled:
            for name in ("downstream", "upstream"):
                self._check_rate(name)

    def _check_rate(self, name: str) -> None:
        exact = getattr(self, f"{name}_shelf_mbps")
        field = f"{name}_kbps" if exact is None else f"{name}_shelf_mbps"
        try:
            rules.valid_rate(field, getattr(self, f"{name}_rate_mbps") if exact is None else exact)
        except RuleViolation as violation:
            raise ValidationError({field: f"{violation.value}: {violation.rule}"}) from None


class VlanPool(GamModel):
    """Where subscribers get their VLAN from: a part of a NetBox VLAN group."""

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation="natural_sort")
    vlan_group = models.ForeignKey(
        "ipam.VLANGroup", on_delete=models.PROTECT, related_name="gam_vlan_pools", verbose_name=_("VLAN group")
    )
    mode = models.CharField(_("mode"), max_length=20, choices=VlanModeChoices, default=VlanModeChoices.PER_SUBSCRIBER)
    first_vid = models.PositiveSmallIntegerField(_("first VLAN ID"), default=3, validators=VID_VALIDATORS)
    last_vid = models.PositiveSmallIntegerField(_("last VLAN ID"), default=4093, validators=VID_VALIDATORS)
    shared_vlan = models.ForeignKey(
        "ipam.VLAN", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("shared VLAN")
    )
    outer_vlan = models.ForeignKey(
        "ipam.VLAN",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("S-VLAN"),
        help_text=_("Outer VLAN of subscribers of this pool, when they are double tagged"),
    )

    clone_fields = ("vlan_group", "mode", "first_vid", "last_vid", "outer_vlan")
    prerequisite_models = ("ipam.VLANGroup",)

    class Meta:
        ordering = ("name",)
        verbose_name = _("VLAN pool")
        verbose_name_plural = _("VLAN pools")

    def __str__(self) -> str:
        return self.name

    def get_mode_color(self) -> str | None:
        return VlanModeChoices.colors.get(self.mode)

    def clean(self) -> None:
        super().clean()
        if self.first_vid and self.last_vid and self.first_vid > self.last_vid:
            raise ValidationError({"last_vid": _("The last VLAN ID lies before the first.")})
        if self.mode == VlanModeChoices.SHARED and not self.shared_vlan_id:
            raise ValidationError({"shared_vlan": _("A shared pool needs its VLAN.")})
        for name in ("shared_vlan", "outer_vlan"):
            if getattr(self, f"{name}_id"):
                try:
                    rules.valid_service_vlan(name, getattr(self, name).vid)
                except RuleViolation as violation:
                    raise ValidationError({name: f"{violation.value}: {violation.rule}"}) from None


class Subscriber(JobsMixin, ContactsMixin, GamModel):
    """A customer's service. Its name is the key on the shelf and the DHCP option 82 remote id."""

    name = models.CharField(
        _("name"),
        max_length=31,
        db_collation="natural_sort",
        help_text=_("1 to 31 characters, unique per GAM; also the DHCP option 82 remote id"),
    )
    full_name = models.CharField(_("full name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    service_address = models.CharField(_("service address"), max_length=200, blank=True)
    tenant = models.ForeignKey(
        "tenancy.Tenant", on_delete=models.PROTECT, related_name="gam_subscribers", null=True, blank=True, verbose_name=_("tenant")
    )
    status = models.CharField(_("status"), max_length=20, choices=SubscriberStatusChoices, default=SubscriberStatusChoices.PENDING)
    gam = models.ForeignKey(
        "netbox_gam.GamDevice", on_delete=models.PROTECT, related_name="subscribers", null=True, blank=True, verbose_name=_("GAM")
    )
    endpoint = models.OneToOneField(
        "netbox_gam.Endpoint",
        on_delete=models.PROTECT,
        related_name="subscriber",
        null=True,
        blank=True,
        verbose_name=_("endpoint"),
    )
    port = models.OneToOneField(
        "netbox_gam.GamPort",
        on_delete=models.PROTECT,
        related_name="subscriber",
        null=True,
        blank=True,
        verbose_name=_("port"),
        help_text=_("On port aware shelves only"),
    )
    bandwidth_plan = models.ForeignKey(
        "netbox_gam.BandwidthPlan",
        on_delete=models.PROTECT,
        related_name="subscribers",
        null=True,
        blank=True,
        verbose_name=_("bandwidth plan"),
    )
    vlan = models.ForeignKey(
        "ipam.VLAN", on_delete=models.PROTECT, related_name="gam_subscribers", null=True, blank=True, verbose_name=_("VLAN")
    )
    tagged = models.BooleanField(_("tagged"), default=False, help_text=_("Keep the tag towards the customer"))
    remapped_vid = models.PositiveSmallIntegerField(_("remapped VLAN ID"), null=True, blank=True, validators=VID_VALIDATORS)
    port2_vid = models.PositiveSmallIntegerField(_("second port VLAN ID"), null=True, blank=True, validators=VID_VALIDATORS)
    allowed_vids = ArrayField(
        models.PositiveSmallIntegerField(validators=VID_VALIDATORS),
        verbose_name=_("allowed tagged VLAN IDs"),
        default=list,
        blank=True,
        help_text=_("At most 12"),
    )
    trunk = models.BooleanField(_("trunk"), default=False, help_text=_("All VLANs tagged to the customer; JSON-RPC only"))
    double_tagged = models.BooleanField(_("double tagged"), default=False, help_text=_("Q-in-Q; JSON-RPC only"))
    outer_vlan = models.ForeignKey(
        "ipam.VLAN", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("outer VLAN")
    )
    nni = models.ForeignKey(
        "dcim.Interface", on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("NNI uplink")
    )
    poe_mode = models.CharField(_("PoE"), max_length=10, choices=PoeModeChoices, blank=True)
    suspension_mode = models.CharField(_("suspended by"), max_length=20, choices=SuspensionModeChoices, blank=True, editable=False)
    suspended_vid = models.PositiveSmallIntegerField(_("walled-garden VLAN ID"), null=True, blank=True, editable=False)
    throttle_plan = models.ForeignKey(
        "netbox_gam.BandwidthPlan",
        on_delete=models.PROTECT,
        related_name="throttled_subscribers",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("throttled to"),
    )
    before_suspension = models.JSONField(_("before the suspension"), null=True, blank=True, editable=False)

    clone_fields = ("tenant", "gam", "bandwidth_plan", "tagged", "allowed_vids", "trunk", "double_tagged", "outer_vlan", "nni")

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        permissions = [("provision", "Plan, apply, suspend and resume the service")]
        constraints = [
            models.UniqueConstraint(
                fields=("gam", "name"),
                name="%(app_label)s_%(class)s_gam_name",
                violation_error_message=_("This GAM already has a subscriber of that name."),
            ),
            models.CheckConstraint(
                condition=~models.Q(status=SubscriberStatusChoices.ACTIVE) | models.Q(gam__isnull=False),
                name="%(app_label)s_%(class)s_active_gam",
                violation_error_message=_("An active subscriber needs a GAM."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_status_color(self) -> str | None:
        return SubscriberStatusChoices.colors.get(self.status)

    def get_suspension_mode_color(self) -> str | None:
        return SuspensionModeChoices.colors.get(self.suspension_mode)

    def get_poe_mode_color(self) -> str | None:
        return PoeModeChoices.colors.get(self.poe_mode)

    def clean(self) -> None:
        super().clean()
        if self.status != SubscriberStatusChoices.SUSPENDED:
            self.suspension_mode, self.suspended_vid, self.throttle_plan = "", None, None
        self._check_place()
        self._check_vlans()
        if self.double_tagged != bool(self.outer_vlan_id):
            raise ValidationError({"outer_vlan": _("Double tagging and an outer VLAN belong together.")})
        if self.poe_mode and self.poe_mode != PoeModeChoices.DISABLE and self.endpoint_id and not self.endpoint.model.endswith("+"):
            raise ValidationError({"poe_mode": _('Only endpoints whose model ends in "+" have PoE.')})

    def _check_place(self) -> None:
        """GAM, endpoint and port must fit each other, and an active service needs all it takes."""
        if self.endpoint_id and self.gam_id and self.endpoint.gam_id not in (None, self.gam_id):
            raise ValidationError({"endpoint": _("The endpoint is on another GAM.")})
        if self.port_id:
            if not self.gam_id or self.port.gam_id != self.gam_id:
                raise ValidationError({"port": _("The port must belong to the subscriber's GAM.")})
            if self.gam.subscriber_model != SubscriberModelChoices.PORT_AWARE:
                raise ValidationError({"port": _("This GAM is endpoint aware: choose an endpoint instead.")})
        if self.status == SubscriberStatusChoices.ACTIVE:
            for name in ("gam", "vlan"):
                if not getattr(self, f"{name}_id"):
                    raise ValidationError({name: _("An active subscriber needs this.")})
            if not (self.endpoint_id or self.port_id):
                raise ValidationError({"endpoint": _("An active subscriber needs an endpoint or, on a port aware GAM, a port.")})

    def _check_vlans(self) -> None:
        try:
            rules.valid_name("name", self.name)
            for name in ("vlan", "outer_vlan"):
                if getattr(self, f"{name}_id"):
                    rules.valid_service_vlan(name, getattr(self, name).vid)
            for name in ("remapped_vid", "port2_vid"):
                if getattr(self, name):
                    rules.valid_service_vlan(name, getattr(self, name))
            for vid in self.allowed_vids or ():
                rules.valid_service_vlan("allowed_vids", vid)
        except RuleViolation as violation:
            raise ValidationError({violation.field: f"{violation.value}: {violation.rule}"}) from None
        if len(self.allowed_vids or ()) > rules.ALLOWED_VLANS_MAX:
            raise ValidationError({"allowed_vids": _("At most %(count)s VLANs.") % {"count": rules.ALLOWED_VLANS_MAX}})
        if self.port2_vid and self.vlan_id and self.port2_vid == self.vlan.vid:
            raise ValidationError({"port2_vid": _("The second port's VLAN must differ from the service VLAN.")})
