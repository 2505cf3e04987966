"""Measurements over time. The big tables are partitioned, made by a migration and written by ``workflows/samples``."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import ObservedModel, observed_key


class Series(ObservedModel):
    """What samples are of: a GAM, one of its ports, uplinks or endpoints. ``key`` is a metric kind's key."""

    gam = observed_key("netbox_gam.GamDevice", related_name="+")
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=63, blank=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [models.UniqueConstraint(fields=("gam", "kind", "key"), name="%(app_label)s_%(class)s_gam_kind_key")]
        indexes = [models.Index(fields=("kind", "key"), name="netbox_gam_series_kind_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} of GAM {self.gam_id}"


class DirtyBucket(ObservedModel):
    """A span of time whose roll-up is to be computed, again where late samples came; ``version`` counts what came."""

    resolution = models.CharField(max_length=5)
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("dirty bucket")
        verbose_name_plural = _("dirty buckets")
        constraints = [models.UniqueConstraint(fields=("resolution", "at"), name="%(app_label)s_%(class)s_resolution_at")]

    def __str__(self) -> str:
        return f"{self.resolution} {self.at}"
