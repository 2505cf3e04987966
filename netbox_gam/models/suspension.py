"""How services are suspended: a policy per billing system and site."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from nornir_tasks.errors import RuleViolation
from nornir_tasks.gam import rules

from ..choices import SuspensionModeChoices
from .base import GamModel


class SuspensionPolicy(GamModel):
    """How subscribers of a billing system, at a site, are cut off. The most specific one counts.

    System and site come before the system alone, that before the site alone, that before the one for everybody. It is asked on
    the day of the suspension; who is suspended already stays as it is.
    """

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation="natural_sort")
    system = models.ForeignKey(
        "netbox_gam.BillingSystem",
        on_delete=models.CASCADE,
        related_name="suspension_policies",
        null=True,
        blank=True,
        verbose_name=_("billing system"),
        help_text=_("Only subscribers billed by this one; none means all, billed or not"),
    )
    site = models.ForeignKey(
        "dcim.Site",
        on_delete=models.CASCADE,
        related_name="gam_suspension_policies",
        null=True,
        blank=True,
        verbose_name=_("site"),
        help_text=_("Only subscribers on GAMs of this site; none means all"),
    )
    mode = models.CharField(_("mode"), max_length=20, choices=SuspensionModeChoices, default=SuspensionModeChoices.WALLED_GARDEN)
    vid = models.PositiveSmallIntegerField(
        _("walled-garden VLAN ID"), null=True, blank=True, help_text=_("Empty: the setting suspended_vlan, 4094 by default")
    )
    bandwidth_plan = models.ForeignKey(
        "netbox_gam.BandwidthPlan",
        on_delete=models.PROTECT,
        related_name="suspension_policies",
        null=True,
        blank=True,
        verbose_name=_("bandwidth plan"),
        help_text=_("What to throttle to"),
    )

    clone_fields = ("system", "site", "mode", "vid", "bandwidth_plan")

    class Meta:
        ordering = ("name",)
        verbose_name = _("suspension policy")
        verbose_name_plural = _("suspension policies")
        constraints = [
            models.UniqueConstraint(
                fields=("system", "site"),
                name="%(app_label)s_%(class)s_scope",
                nulls_distinct=False,
                violation_error_message=_("There is a policy for this billing system and site already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_mode_color(self) -> str | None:
        return SuspensionModeChoices.colors.get(self.mode)

    def clean(self) -> None:
        super().clean()
        throttle = self.mode == SuspensionModeChoices.THROTTLE
        if throttle and not self.bandwidth_plan_id:
            raise ValidationError({"bandwidth_plan": _("Choose the plan to throttle to.")})
        if throttle and self.bandwidth_plan.unthrottled:
            raise ValidationError({"bandwidth_plan": _("%s has no limit.") % self.bandwidth_plan})
        if not throttle and self.bandwidth_plan_id:
            raise ValidationError({"bandwidth_plan": _("Only for throttling.")})
        if self.vid is None:
            return
        if self.mode != SuspensionModeChoices.WALLED_GARDEN:
            raise ValidationError({"vid": _("Only for a walled garden.")})
        try:
            rules.valid_subscriber_vlan("vid", self.vid)
        except RuleViolation as violation:
            raise ValidationError({"vid": f"{violation.value}: {violation.rule}"}) from None
