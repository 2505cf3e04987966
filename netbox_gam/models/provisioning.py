"""Change plans: what will be, and what was, written to a GAM."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from netbox.models.features import JobsMixin

from ..choices import (
    BatchSourceChoices,
    ChangeActionChoices,
    ChangeKindChoices,
    ChangePlanStatusChoices,
    StepStateChoices,
    TransportChoices,
)
from .base import RecordModel


class ChangeBatch(JobsMixin, RecordModel):
    """Change plans of several GAMs that were asked for together, to be shown, applied and dropped together."""

    reason = models.CharField(_("reason"), max_length=300)
    source = models.CharField(_("source"), max_length=20, choices=BatchSourceChoices, default=BatchSourceChoices.SELECTION)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("requested by")
    )
    problems = models.JSONField(
        _("problems"), default=list, blank=True, help_text=_("What could not be planned, by GAM or subscriber, and why")
    )

    class Meta:
        ordering = ("-created", "-pk")
        verbose_name = _("change batch")
        verbose_name_plural = _("change batches")
        permissions = [("apply", "Apply the change plans of a batch to their GAMs")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.reason}" if self.pk else self.reason

    def get_source_color(self) -> str | None:
        return BatchSourceChoices.colors.get(self.source)


class ChangePlan(JobsMixin, RecordModel):
    """The ordered steps that bring one GAM to what is wanted, bound to the state they were computed from."""

    gam = models.ForeignKey("netbox_gam.GamDevice", on_delete=models.CASCADE, related_name="change_plans", verbose_name=_("GAM"))
    batch = models.ForeignKey(
        "netbox_gam.ChangeBatch",
        on_delete=models.SET_NULL,
        related_name="change_plans",
        null=True,
        blank=True,
        verbose_name=_("batch"),
    )
    status = models.CharField(_("status"), max_length=20, choices=ChangePlanStatusChoices, default=ChangePlanStatusChoices.PLANNED)
    reason = models.CharField(_("reason"), max_length=300)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("requested by")
    )
    transport = models.CharField(_("transport"), max_length=10, choices=TransportChoices)
    state_hash = models.CharField(
        _("state hash"), max_length=64, help_text=_("Of the shelf's configuration the plan was made from")
    )
    transport_reason = models.CharField(
        _("why this transport"), max_length=300, blank=True, help_text=_("Where it is not the one the GAM is set to")
    )
    violations = models.JSONField(_("violations"), default=list, blank=True)
    warnings = models.JSONField(
        _("warnings"), default=list, blank=True, help_text=_("What the shelf accepts and a person should know first")
    )
    intent = models.JSONField(
        _("intent"), default=list, blank=True, help_text=_("What the plan changed in NetBox; given back if it comes to nothing")
    )
    superseded_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, related_name="supersedes", null=True, blank=True, verbose_name=_("superseded by")
    )
    interrupts = models.JSONField(_("interrupts"), default=list, blank=True, help_text=_("Subscribers whose service blinks"))
    difference = models.JSONField(_("difference"), default=list, blank=True, help_text=_("What is not as planned"))
    error = models.TextField(_("error"), blank=True)
    verified = models.BooleanField(_("verified"), default=False, help_text=_("Read back and found as planned"))
    saved = models.BooleanField(_("saved"), default=False, help_text=_("Startup configuration equals running"))
    started = models.DateTimeField(_("started"), null=True, blank=True)
    finished = models.DateTimeField(_("finished"), null=True, blank=True)
    subscribers = models.ManyToManyField(
        "netbox_gam.Subscriber", related_name="change_plans", blank=True, verbose_name=_("subscribers")
    )

    class Meta:
        ordering = ("-created", "-pk")
        verbose_name = _("change plan")
        verbose_name_plural = _("change plans")
        permissions = [("apply", "Apply a change plan to its GAM")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.reason}" if self.pk else self.reason

    def get_status_color(self) -> str | None:
        return ChangePlanStatusChoices.colors.get(self.status)

    def get_transport_color(self) -> str | None:
        return TransportChoices.colors.get(self.transport)


class ChangeStep(RecordModel):
    """One step of a change plan: what will be sent, what was sent, what was answered."""

    change_plan = models.ForeignKey(
        "netbox_gam.ChangePlan", on_delete=models.CASCADE, related_name="steps", verbose_name=_("change plan")
    )
    index = models.PositiveSmallIntegerField(_("index"))
    action = models.CharField(_("action"), max_length=10, choices=ChangeActionChoices)
    kind = models.CharField(_("kind"), max_length=20, choices=ChangeKindChoices)
    name = models.CharField(_("name"), max_length=31)
    why = models.CharField(_("why"), max_length=300, blank=True)
    diff = models.JSONField(_("difference"), default=list, blank=True)
    sends = models.JSONField(_("will be sent"), default=list, blank=True)
    undo_sends = models.JSONField(_("would undo it"), default=list, blank=True)
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=StepStateChoices, default=StepStateChoices.PLANNED)
    sent = models.JSONField(_("was sent"), default=list, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    error = models.TextField(_("error"), blank=True)
    started = models.DateTimeField(_("started"), null=True, blank=True)
    finished = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        ordering = ("change_plan", "index")
        verbose_name = _("change step")
        verbose_name_plural = _("change steps")
        constraints = [
            models.UniqueConstraint(fields=("change_plan", "index"), name="%(app_label)s_%(class)s_plan_index"),
        ]

    def __str__(self) -> str:
        return f"{self.index + 1}. {self.get_action_display()} {self.get_kind_display()} {self.name}"

    def get_state_color(self) -> str | None:
        return StepStateChoices.colors.get(self.state)

    def get_action_color(self) -> str | None:
        return ChangeActionChoices.colors.get(self.action)

    def get_kind_color(self) -> str | None:
        return ChangeKindChoices.colors.get(self.kind)
