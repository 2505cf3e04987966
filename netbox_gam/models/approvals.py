"""What has to be so before a change plan may be applied: a second person, a maintenance window."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import ChangeActionChoices, ChangeKindChoices, WeekdayChoices
from .base import GamModel, ScopeMixin
from .notifications import all_weekdays, valid_time_zone


class MaintenanceWindow(ScopeMixin, GamModel):
    """When work on GAMs may interrupt services: some days of the week, from one time of day to another."""

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation="natural_sort")
    enabled = models.BooleanField(_("enabled"), default=True)
    days = ArrayField(
        models.CharField(max_length=3, choices=WeekdayChoices),
        verbose_name=_("days"),
        default=all_weekdays,
        help_text=_("Days it opens on"),
    )
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("At or before “opens”: on the next day"))
    time_zone = models.CharField(_("time zone"), max_length=63, default="UTC", validators=[valid_time_zone])

    clone_fields = ("days", "opens", "closes", "time_zone", "sites", "roles", "scope_tags")

    class Meta:
        ordering = ("name",)
        verbose_name = _("maintenance window")
        verbose_name_plural = _("maintenance windows")

    def __str__(self) -> str:
        return self.name

    @property
    def day_labels(self) -> list[str]:
        """Its days in words, in the order of the week."""
        return [str(label) for value, label in dict(WeekdayChoices).items() if value in (self.days or ())]

    def clean(self) -> None:
        super().clean()
        unknown = [day for day in self.days or () if day not in WeekdayChoices.values()]
        if unknown:
            raise ValidationError({"days": _("“%s” is no day of the week.") % unknown[0]})
        if not self.days:
            raise ValidationError({"days": _("Choose at least one day.")})


class ApprovalRule(ScopeMixin, GamModel):
    """Which change plans need a second person's approval, or a maintenance window. All conditions that are set have to be met."""

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation="natural_sort")
    enabled = models.BooleanField(_("enabled"), default=True)
    min_subscribers = models.PositiveIntegerField(
        _("subscribers"), null=True, blank=True, help_text=_("At least so many are touched, by all plans of a batch together")
    )
    min_gams = models.PositiveIntegerField(_("GAMs"), null=True, blank=True, help_text=_("At least so many are written to"))
    min_interrupted = models.PositiveIntegerField(
        _("interrupted services"), null=True, blank=True, help_text=_("At least so many services blink or end")
    )
    actions = ArrayField(
        models.CharField(max_length=10, choices=ChangeActionChoices),
        verbose_name=_("actions"),
        default=list,
        blank=True,
        help_text=_("A step does one of these; none means any"),
    )
    kinds = ArrayField(
        models.CharField(max_length=20, choices=ChangeKindChoices),
        verbose_name=_("kinds"),
        default=list,
        blank=True,
        help_text=_("A step is about one of these; none means any"),
    )
    outside_windows = models.BooleanField(
        _("only outside of windows"), default=False, help_text=_("Only while no maintenance window of the GAM is open")
    )
    second_person = models.BooleanField(
        _("needs a second person"), default=True, help_text=_("Somebody other than who asked for it has to approve it")
    )
    needs_window = models.BooleanField(
        _("needs a window"), default=False, help_text=_("Applied only while a maintenance window of the GAM is open")
    )

    clone_fields = (
        "min_subscribers", "min_gams", "min_interrupted", "actions", "kinds", "outside_windows", "second_person", "needs_window",
        "sites", "roles", "scope_tags",
    )  # fmt: skip

    class Meta:
        ordering = ("name",)
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")

    def __str__(self) -> str:
        return self.name

    @property
    def action_labels(self) -> list[str]:
        """Its actions in words."""
        words = dict(ChangeActionChoices)
        return [str(words.get(item, item)) for item in self.actions or ()]

    @property
    def kind_labels(self) -> list[str]:
        """Its kinds in words."""
        words = dict(ChangeKindChoices)
        return [str(words.get(item, item)) for item in self.kinds or ()]

    def clean(self) -> None:
        super().clean()
        for name, choices in (("actions", ChangeActionChoices), ("kinds", ChangeKindChoices)):
            unknown = [item for item in getattr(self, name) or () if item not in choices.values()]
            if unknown:
                raise ValidationError({name: _("“%s” is not one of the choices.") % unknown[0]})
        if not (self.second_person or self.needs_window):
            raise ValidationError({"second_person": _("The rule demands nothing: a second person, a window, or both.")})
        if self.needs_window and self.outside_windows:
            raise ValidationError({"outside_windows": _("A plan that needs a window is not applied outside of one.")})


__all__ = ("ApprovalRule", "MaintenanceWindow")
