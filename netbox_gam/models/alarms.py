"""Alarms, their history, and the rules that raise them."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from nornir_tasks.monitoring.alarm_rules import Direction, Limits, Phase

from ..choices import (
    AlarmSeverityChoices,
    AlarmSourceChoices,
    AlarmStateChoices,
    AlarmTransitionChoices,
    RuleOperatorChoices,
    RuleWatchChoices,
)
from .base import GamModel, ObservedModel, RecordModel, ScopeMixin, observed_key

LONGEST_SECONDS = 7 * 86400


class AlarmRule(ScopeMixin, GamModel):
    """What is watched, and when it is wrong enough for an alarm."""

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation="natural_sort")
    enabled = models.BooleanField(_("enabled"), default=True)
    watches = models.CharField(_("watches"), max_length=50, choices=RuleWatchChoices)
    operator = models.CharField(_("operator"), max_length=2, choices=RuleOperatorChoices, default=RuleOperatorChoices.AT_LEAST)
    threshold = models.FloatField(
        _("threshold"), default=1, help_text=_("Raises at this value or beyond. Of a yes/no check, yes is 1 and no is 0.")
    )
    clear_threshold = models.FloatField(
        _("clear threshold"),
        null=True,
        blank=True,
        help_text=_("Clears at this value or better; left empty, anything that does not raise clears."),
    )
    raise_seconds = models.PositiveIntegerField(
        _("raise after"),
        default=0,
        validators=[MaxValueValidator(LONGEST_SECONDS)],
        help_text=_("Seconds it has to stay so before it is raised"),
    )
    clear_seconds = models.PositiveIntegerField(
        _("clear after"),
        default=0,
        validators=[MaxValueValidator(LONGEST_SECONDS)],
        help_text=_("Seconds it has to stay well before it is cleared"),
    )
    severity = models.CharField(_("severity"), max_length=2, choices=AlarmSeverityChoices, default=AlarmSeverityChoices.MINOR)
    service_affecting = models.BooleanField(_("service affecting"), default=False)

    clone_fields = (
        "enabled", "watches", "operator", "threshold", "clear_threshold", "raise_seconds", "clear_seconds", "severity",
        "service_affecting", "sites", "roles", "scope_tags",
    )  # fmt: skip

    class Meta:
        ordering = ("name",)
        verbose_name = _("alarm rule")
        verbose_name_plural = _("alarm rules")

    def __str__(self) -> str:
        return self.name

    def get_severity_color(self) -> str | None:
        return AlarmSeverityChoices.colors.get(self.severity)

    def get_watches_color(self) -> str | None:
        return RuleWatchChoices.colors.get(self.watches)

    @property
    def limits(self) -> Limits:
        """Thresholds and durations for the rule engine."""
        return Limits(
            Direction(self.operator), self.threshold, self.clear_threshold, float(self.raise_seconds), float(self.clear_seconds)
        )

    @property
    def condition(self) -> str:
        """The word its alarms have for what is wrong: ``coax_endpoints``, ``temperature_c``."""
        return self.watches.partition(".")[2]

    def clean(self) -> None:
        super().clean()
        if self.clear_threshold is None or self.threshold is None or self.operator not in RuleOperatorChoices.values():
            return
        at_least = self.operator == RuleOperatorChoices.AT_LEAST
        beyond = self.clear_threshold >= self.threshold if at_least else self.clear_threshold <= self.threshold
        if beyond:
            word = _("below") if at_least else _("above")
            raise ValidationError(
                {
                    "clear_threshold": _("%(clear)g must be %(word)s the threshold %(threshold)g, or be left empty.")
                    % {"clear": self.clear_threshold, "word": word, "threshold": self.threshold}
                }
            )


class Alarm(RecordModel):
    """Something wrong with a GAM, a port or an endpoint, from the shelf itself or found by reading it.

    ``announced``: people were told that it was raised, and will be told that it cleared. ``count``: times it was raised, in short
    succession, since it first was.
    """

    gam = models.ForeignKey("netbox_gam.GamDevice", on_delete=models.CASCADE, related_name="alarms", verbose_name=_("GAM"))
    endpoint = models.ForeignKey(
        "netbox_gam.Endpoint", on_delete=models.SET_NULL, related_name="alarms", null=True, blank=True, verbose_name=_("endpoint")
    )
    port = models.ForeignKey(
        "netbox_gam.GamPort", on_delete=models.SET_NULL, related_name="alarms", null=True, blank=True, verbose_name=_("G.hn port")
    )
    rule = models.ForeignKey(
        "netbox_gam.AlarmRule", on_delete=models.SET_NULL, related_name="alarms", null=True, blank=True, verbose_name=_("rule")
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
    last_change = models.DateTimeField(_("last change"), null=True, blank=True)
    count = models.PositiveIntegerField(_("count"), default=1)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("acknowledged by"),
    )
    shelved_until = models.DateTimeField(_("shelved until"), null=True, blank=True)
    suppressed = models.BooleanField(_("suppressed"), default=False, help_text=_("Follows from another alarm; nobody is told"))
    suppressed_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("suppressed by")
    )
    flapping = models.BooleanField(_("flapping"), default=False, help_text=_("Comes and goes; people were told once"))
    announced = models.BooleanField(_("announced"), default=False)

    class Meta:
        ordering = ("-raised", "-pk")
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        permissions = [("acknowledge", "Acknowledge alarms"), ("shelve", "Shelve and unshelve alarms")]
        constraints = [
            models.UniqueConstraint(
                fields=("gam", "key"),
                condition=~models.Q(state="cleared"),
                name="%(app_label)s_%(class)s_standing",
                violation_error_message=_("That alarm is standing already."),
            )
        ]
        indexes = [models.Index(fields=("gam", "cleared"), name="netbox_gam_alarm_gam_cleared")]

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


class RuleState(ObservedModel):
    """Where a rule is with an object while it is neither normal nor simply raised; and, without a rule, what following a GAM's own
    alarms (``key`` is ``log``) and comparing with its last week (``usual``) has to remember.
    """

    gam = observed_key("netbox_gam.GamDevice", related_name="+")
    rule = observed_key("netbox_gam.AlarmRule", related_name="+", null=True)
    key = models.CharField(max_length=80)
    phase = models.CharField(max_length=10, default=Phase.NORMAL.value)
    since = models.DateTimeField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("rule state")
        verbose_name_plural = _("rule states")
        constraints = [
            models.UniqueConstraint(fields=("gam", "rule", "key"), nulls_distinct=False, name="%(app_label)s_%(class)s_object")
        ]

    def __str__(self) -> str:
        return f"{self.phase} {self.key} of GAM {self.gam_id}"
