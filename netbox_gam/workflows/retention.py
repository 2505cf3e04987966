"""Retention: samples and observed rows that are older than wanted, or whose GAM is gone."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from .. import settings
from ..models import (
    BilledService,
    BillingSystem,
    DeviceSample,
    DeviceState,
    EndpointSample,
    EndpointState,
    GamDevice,
    PortSample,
    PortState,
)

SAMPLES = (DeviceSample, PortSample, EndpointSample)
STATES = (DeviceState, PortState, EndpointState)


def sweep() -> dict[str, int]:
    """Delete expired samples and leftovers of deleted GAMs and billing systems.

    :returns: rows deleted per table
    """
    expired = timezone.now() - timedelta(days=settings.sample_retention_days())
    deleted = {model.__name__: model.objects.filter(at__lt=expired).delete()[0] for model in SAMPLES}
    gams = GamDevice.objects.values("pk")
    for model in (*STATES, *SAMPLES):
        deleted[model.__name__] = deleted.get(model.__name__, 0) + model.objects.exclude(gam__in=gams).delete()[0]
    deleted["BilledService"] = BilledService.objects.exclude(system__in=BillingSystem.objects.values("pk")).delete()[0]
    return deleted
