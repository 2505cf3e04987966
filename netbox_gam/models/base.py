"""Abstract bases shared by several models."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from netbox.constants import CENSOR_TOKEN, CENSOR_TOKEN_CHANGED
from netbox.models import PrimaryModel
from utilities.querysets import RestrictedQuerySet


class GamModel(PrimaryModel):
    """PrimaryModel whose documentation link leads to the plugin's own pages."""

    class Meta:
        abstract = True

    @property
    def docs_url(self) -> str:
        return f"https://netbox-gam.readthedocs.io/models/{self._meta.model_name}/"


class RecordModel(GamModel):
    """A record written by workflows only: people read, comment, tag and delete it, but do not make or change it."""

    class Meta:
        abstract = True


class ScopeMixin(models.Model):
    """Which GAMs something is for; ``workflows/scope`` decides by it."""

    sites = models.ManyToManyField(
        "dcim.Site", related_name="+", blank=True, verbose_name=_("sites"), help_text=_("Only GAMs of these sites; none means all")
    )
    roles = models.ManyToManyField(
        "dcim.DeviceRole",
        related_name="+",
        blank=True,
        verbose_name=_("device roles"),
        help_text=_("Only GAMs whose device has one of these roles; none means all"),
    )
    scope_tags = models.ManyToManyField(
        "extras.Tag",
        related_name="+",
        blank=True,
        verbose_name=_("GAM tags"),
        help_text=_("Only GAMs that, or whose device, have one of these tags; none means all"),
    )

    class Meta:
        abstract = True


class SecretsMixin(models.Model):
    """Keeps the fields named in ``secret_fields`` out of change logs, snapshots and webhooks."""

    secret_fields: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def to_objectchange(self, action: str) -> Any:
        objectchange = super().to_objectchange(action)  # type: ignore[misc]
        before, after = objectchange.prechange_data or {}, objectchange.postchange_data or {}
        for name in self.secret_fields:
            changed = before.get(name) != after.get(name)
            if after.get(name):
                after[name] = CENSOR_TOKEN_CHANGED if before and changed else CENSOR_TOKEN
            if before.get(name):
                before[name] = CENSOR_TOKEN
        return objectchange

    def serialize_object(self, exclude: list[str] | None = None) -> dict[str, Any]:
        data = super().serialize_object(exclude=exclude)  # type: ignore[misc]
        for name in self.secret_fields:
            if data.get(name):
                data[name] = _fingerprint(data[name])
        return data


def _fingerprint(stored: str) -> str:
    """A stand-in that changes when the secret changes, and says nothing about it."""
    from django.utils.crypto import salted_hmac

    return "sealed:" + salted_hmac("netbox_gam.secret", stored, algorithm="sha256").hexdigest()[:16]


class ObservedModel(models.Model):
    """Observed state: written in bulk by polling, not change-logged, without database constraints on what it points to.

    A branch or a delete of the intent must never reach into what was observed, so relations use
    ``on_delete=DO_NOTHING`` and ``db_constraint=False``; leftovers are swept by the retention workflow.
    """

    objects = RestrictedQuerySet.as_manager()

    class Meta:
        abstract = True


def observed_key(to: str, **kwargs: Any) -> models.ForeignKey:
    """A relation of an observed table: joins like a foreign key, protects and cascades nothing."""
    return models.ForeignKey(to=to, on_delete=models.DO_NOTHING, db_constraint=False, **kwargs)


__all__ = ("GamModel", "ObservedModel", "RecordModel", "ScopeMixin", "SecretsMixin", "observed_key")
