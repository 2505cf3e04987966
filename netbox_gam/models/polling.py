"""Who is to be read when, and how reading the fleet goes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import ObservedModel


class PollSchedule(ObservedModel):
    """When a GAM is next read, and who has taken it on. One row per polled GAM, kept by the pacemaker.

    A lease says that a batch is about to read the GAM. It ends by itself, so that a worker that dies holds nothing for long.
    """

    gam = models.OneToOneField(
        "netbox_gam.GamDevice", primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="poll_schedule"
    )
    next_due = models.DateTimeField()
    wanted = models.BooleanField(default=False, help_text=_("Somebody asked for it: before all others"))
    watched_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    claimed = models.BooleanField(default=False, help_text=_("The batch has begun"))
    failures = models.PositiveIntegerField(default=0, help_text=_("In a row"))
    last_started = models.DateTimeField(null=True)
    last_finished = models.DateTimeField(null=True)
    last_seconds = models.FloatField(default=0)

    class Meta:
        verbose_name = _("poll schedule")
        verbose_name_plural = _("poll schedules")
        indexes = [
            models.Index(fields=("next_due",), name="netbox_gam_pollschedule_due"),
            models.Index(fields=("lease",), name="netbox_gam_pollschedule_lease"),
        ]

    def __str__(self) -> str:
        return f"schedule of GAM {self.gam_id}"


class PollCycle(ObservedModel):
    """One minute of polling: what was read, how late, how long it took, what failed."""

    started = models.DateTimeField(unique=True)
    closed = models.BooleanField(default=False)
    batches = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    failed = models.JSONField(default=dict, help_text=_("Number of GAMs that could not be read by kind of failure"))
    samples = models.PositiveIntegerField(default=0)
    lateness = ArrayField(models.FloatField(), default=list, help_text=_("Seconds after they were due, of the GAMs that answered"))
    lateness_p50 = models.FloatField(null=True)
    lateness_p99 = models.FloatField(null=True)
    lateness_max = models.FloatField(null=True)
    phases = models.JSONField(default=dict, help_text=_("Seconds over all batches by phase"))
    slowest = models.JSONField(default=list, help_text=_("GAM ids and seconds of the slowest readings"))
    workers = models.JSONField(default=list)

    class Meta:
        ordering = ("-started",)
        verbose_name = _("poll cycle")
        verbose_name_plural = _("poll cycles")

    def __str__(self) -> str:
        return f"{self.started:%Y-%m-%d %H:%M}"


class PollWorker(ObservedModel):
    """A worker process that serves the polling queue, as it last said itself; Redis forgets such things when it restarts."""

    name = models.CharField(max_length=100, primary_key=True)
    started = models.DateTimeField()
    seen = models.DateTimeField()
    leader_at = models.DateTimeField(null=True, help_text=_("When it last was the one that hands out work"))

    class Meta:
        ordering = ("name",)
        verbose_name = _("poll worker")
        verbose_name_plural = _("poll workers")

    def __str__(self) -> str:
        return self.name
