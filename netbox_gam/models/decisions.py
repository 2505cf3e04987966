"""What is decided about findings without a person looking at each: rules, held feeds, and what the decisions are worth."""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import FindingActionChoices, FindingKindChoices, HeldChangeChoices, RevenueClassChoices
from .base import GamModel, ObservedModel, ScopeMixin, observed_key

ACCEPTABLE = (
    "active_not_on_network", "inactive_on_network", "plan_mismatch", "endpoint_without_subscriber", "vlan_mismatch",
    "speed_on_shelf", "live_while_off",
)  # fmt: skip
"""Kinds that accepting settles by a change on a GAM."""


class FindingRule(ScopeMixin, GamModel):
    """What is always done with findings of some kinds. Off until somebody switches it on.

    What it does is done as ``acts_as``, and only while the rule is as that user confirmed it. ``held`` says why a person has to
    look first: it would cut off too many at once.
    """

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation="natural_sort")
    enabled = models.BooleanField(_("enabled"), default=False)
    kinds = ArrayField(
        models.CharField(max_length=40, choices=FindingKindChoices), verbose_name=_("kinds"), help_text=_("Findings of these kinds")
    )
    system = models.ForeignKey(
        "netbox_gam.BillingSystem",
        on_delete=models.CASCADE,
        related_name="finding_rules",
        null=True,
        blank=True,
        verbose_name=_("billing system"),
        help_text=_("Only findings of this one; none means all"),
    )
    action = models.CharField(_("action"), max_length=10, choices=FindingActionChoices, default=FindingActionChoices.PLAN)
    run_limit = models.PositiveIntegerField(
        _("findings a run"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("At most; the others wait for the next run"),
    )
    hourly_limit = models.PositiveIntegerField(
        _("findings an hour"), default=20, validators=[MinValueValidator(1), MaxValueValidator(1000)], help_text=_("At most")
    )
    acts_as = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("acts as"),
    )
    confirmed = models.CharField(_("confirmed"), max_length=64, blank=True, editable=False)
    held = models.CharField(_("held"), max_length=300, blank=True, editable=False)
    held_findings = ArrayField(models.BigIntegerField(), verbose_name=_("held findings"), default=list, blank=True, editable=False)

    clone_fields = ("kinds", "system", "action", "run_limit", "hourly_limit", "sites", "roles", "scope_tags")

    class Meta:
        ordering = ("name",)
        verbose_name = _("finding rule")
        verbose_name_plural = _("finding rules")
        permissions = [
            ("confirm", "Let finding rules act in one's own name"),
            ("release", "Release finding rules that are held"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_action_color(self) -> str | None:
        return FindingActionChoices.colors.get(self.action)

    @property
    def kind_labels(self) -> list[str]:
        """Its kinds in words."""
        words = dict(FindingKindChoices)
        return [str(words.get(kind, kind)) for kind in self.kinds or ()]

    def digest(self) -> str:
        """What somebody confirms: everything that says which findings are decided, and how."""
        scope = [sorted(item.pk for item in getattr(self, name).all()) for name in ("sites", "roles", "scope_tags")]
        said = [sorted(self.kinds), self.system_id, self.action, self.run_limit, self.hourly_limit, scope]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    @property
    def is_confirmed(self) -> bool:
        """Whether the rule is still as the user it acts as confirmed it."""
        return self.acts_as_id is not None and self.confirmed == self.digest()

    def clean(self) -> None:
        super().clean()
        kinds = self.kinds or []
        unknown = [kind for kind in kinds if kind not in FindingKindChoices.values()]
        if unknown:
            raise ValidationError({"kinds": _("“%s” is no kind of finding.") % unknown[0]})
        if not kinds:
            raise ValidationError({"kinds": _("Choose at least one kind.")})
        stuck = [kind for kind in kinds if kind not in ACCEPTABLE]
        if stuck and self.action != FindingActionChoices.IGNORE:
            word = dict(FindingKindChoices)[stuck[0]]
            raise ValidationError({"kinds": _("“%s” cannot be settled by a change on a GAM: it can only be ignored.") % word})


class HeldService(ObservedModel):
    """What a held feed would come to for one service: cut off, or missing. ``released``: a person let it through."""

    run = observed_key("netbox_gam.SyncRun", related_name="+")
    subscriber = observed_key("netbox_gam.Subscriber", related_name="+", null=True)
    site = observed_key("dcim.Site", related_name="+", null=True)
    change = models.CharField(max_length=10, choices=HeldChangeChoices)
    entity = models.CharField(max_length=30)
    external_id = models.CharField(max_length=100)
    account_id = models.CharField(max_length=100)
    name = models.CharField(max_length=200, blank=True)
    was = models.CharField(max_length=200, blank=True)
    now = models.CharField(max_length=200, blank=True)
    released = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ("run", "change", "external_id")
        verbose_name = _("held service")
        verbose_name_plural = _("held services")
        constraints = [models.UniqueConstraint(fields=("run", "entity", "external_id"), name="%(app_label)s_%(class)s_service")]

    def __str__(self) -> str:
        return f"{self.name or self.external_id} ({self.external_id})"

    def get_change_color(self) -> str | None:
        return HeldChangeChoices.colors.get(self.change)


class ShelfServiceState(ObservedModel):
    """A service as its shelf had it when its configuration was last read, or written and verified. Rates None: unthrottled."""

    gam = observed_key("netbox_gam.GamDevice", related_name="+")
    name = models.CharField(max_length=31)
    mac = models.CharField(max_length=17, blank=True)
    vlan = models.PositiveSmallIntegerField()
    profile = models.CharField(max_length=31, blank=True)
    downstream_mbps = models.PositiveIntegerField(null=True)
    upstream_mbps = models.PositiveIntegerField(null=True)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ("gam", "name")
        verbose_name = _("shelf service state")
        verbose_name_plural = _("shelf service states")
        constraints = [models.UniqueConstraint(fields=("gam", "name"), name="%(app_label)s_%(class)s_gam_name")]

    def __str__(self) -> str:
        return f"state of service {self.name}"


class ShelfProfileState(ObservedModel):
    """A bandwidth profile slot as its shelf had it when its configuration was last read, or written and verified."""

    gam = observed_key("netbox_gam.GamDevice", related_name="observed_profiles")
    name = models.CharField(max_length=31)
    slot = models.PositiveSmallIntegerField(
        default=0, help_text=_("Its id on the shelf; 1 is the built-in one, 0 is not known yet")
    )
    downstream_mbps = models.PositiveIntegerField()
    upstream_mbps = models.PositiveIntegerField()
    read_at = models.DateTimeField()

    class Meta:
        ordering = ("gam", "slot", "name")
        verbose_name = _("shelf profile state")
        verbose_name_plural = _("shelf profile states")
        constraints = [models.UniqueConstraint(fields=("gam", "name"), name="%(app_label)s_%(class)s_gam_name")]

    def __str__(self) -> str:
        return f"state of profile {self.name}"


class RevenueDay(ObservedModel):
    """How many services of a site were wrong in one way on a day, and what their tariffs are worth a month."""

    day = models.DateField()
    site = observed_key("dcim.Site", related_name="+", null=True)
    kind = models.CharField(max_length=20, choices=RevenueClassChoices)
    count = models.PositiveIntegerField()
    monthly = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ("-day", "site", "kind")
        verbose_name = _("revenue day")
        verbose_name_plural = _("revenue days")
        constraints = [
            models.UniqueConstraint(fields=("day", "site", "kind"), nulls_distinct=False, name="%(app_label)s_%(class)s_key")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"

    def get_kind_color(self) -> str | None:
        return RevenueClassChoices.colors.get(self.kind)


__all__ = ("ACCEPTABLE", "FindingRule", "HeldService", "RevenueDay", "ShelfProfileState", "ShelfServiceState")
