"""Retention: samples and observed rows that are older than wanted, or whose GAM is gone."""

from __future__ import annotations

from ..models import (
    AlarmEvent,
    BilledService,
    BillingCheck,
    BillingSystem,
    DeviceState,
    DriftCheck,
    EndpointState,
    EthernetState,
    GamDevice,
    PortState,
    RuleState,
    Series,
)
from . import mailing, samples, write_delivery

OF_A_GAM = (DeviceState, DriftCheck, PortState, EthernetState, EndpointState, Series, RuleState, AlarmEvent)


def sweep() -> dict[str, int]:
    """Drop expired partitions of measurements, make the next ones, delete leftovers of deleted GAMs and billing systems.

    :returns: partitions dropped per resolution, rows deleted per table
    """
    deleted = samples.expire()
    samples.make_partitions()
    gams = GamDevice.objects.values("pk")
    for model in OF_A_GAM:
        deleted[model.__name__] = model.objects.exclude(gam__in=gams).delete()[0]
    deleted["BilledService"] = BilledService.objects.exclude(system__in=BillingSystem.objects.values("pk")).delete()[0]
    deleted["BillingCheck"] = BillingCheck.objects.exclude(system__in=BillingSystem.objects.values("pk")).delete()[0]
    deleted["MailItem"] = mailing.sweep()
    deleted["BillingWrite"] = write_delivery.sweep()
    return deleted
