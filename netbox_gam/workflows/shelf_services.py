"""What services are on shelves: remembered whenever a configuration was read whole, or a change was written and verified."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from nornir_tasks.contracts import ChangeKind, ProfileConfig, ShelfConfig, SubscriberConfig
from nornir_tasks.plan_codec import from_json

from ..models import ChangePlan, GamDevice, ShelfServiceState

FIELDS = ["mac", "vlan", "downstream_mbps", "upstream_mbps", "read_at"]


def remember(gam: GamDevice, config: ShelfConfig, *, at: datetime | None = None) -> None:
    """Replace what is known of a shelf's services by a configuration that was read whole."""
    at = at or timezone.now()
    macs = {item.name: item.mac for item in config.endpoints}
    profiles = {item.name: item for item in config.profiles}
    rows = [_row(gam, item, macs.get(item.endpoint or "", ""), profiles.get(item.profile or ""), at) for item in config.subscribers]
    _store(rows)
    ShelfServiceState.objects.filter(gam=gam).exclude(name__in=[row.name for row in rows]).delete()


def applied(change_plan: ChangePlan) -> None:
    """Take over what a change plan wrote, once it was read back and found to be as wanted."""
    at = change_plan.finished or timezone.now()
    macs = {endpoint.name: endpoint.mac for endpoint in change_plan.gam.endpoints.all()}
    profiles: dict[str, ProfileConfig] = {}
    # A change may take two steps; the last one is what it came to.
    subscribers: dict[str, SubscriberConfig] = {}
    gone: list[str] = []
    for step in change_plan.steps.all():
        after: Any = from_json(ChangeKind(step.kind), step.after)
        if isinstance(after, ProfileConfig):
            profiles[after.name] = after
        elif isinstance(after, SubscriberConfig):
            subscribers[after.name] = after
            gone += [] if (step.before or {}).get("name", after.name) == after.name else [step.before["name"]]
        elif step.kind == ChangeKind.SUBSCRIBER:
            gone.append(step.name)
    _store([_applied_row(change_plan.gam, item, macs, profiles, at) for item in subscribers.values()])
    ShelfServiceState.objects.filter(gam=change_plan.gam, name__in=gone).delete()


def _applied_row(
    gam: GamDevice, item: SubscriberConfig, macs: dict[str, str], profiles: dict[str, ProfileConfig], at: datetime
) -> ShelfServiceState:
    """A service that was written; a profile that was there before is that of its plan."""
    subscriber = gam.subscribers.filter(name=item.name).select_related("bandwidth_plan").first()
    plan = subscriber.bandwidth_plan if subscriber and item.profile else None
    profile = profiles.get(item.profile or "")
    if profile is None and plan is not None and not plan.unthrottled:
        profile = ProfileConfig(item.profile or "", plan.downstream_rate_mbps or 0, plan.upstream_rate_mbps or 0)
    return _row(gam, item, macs.get(item.endpoint or "", ""), profile, at)


def _row(gam: GamDevice, item: SubscriberConfig, mac: str, profile: ProfileConfig | None, at: datetime) -> ShelfServiceState:
    return ShelfServiceState(
        gam=gam,
        name=item.name,
        mac=mac,
        vlan=item.vlan,
        downstream_mbps=profile.downstream_mbps if profile else None,
        upstream_mbps=profile.upstream_mbps if profile else None,
        read_at=at,
    )


def _store(rows: list[ShelfServiceState]) -> None:
    ShelfServiceState.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["gam", "name"], update_fields=FIELDS, batch_size=1000
    )


def forget_gone() -> int:
    """Delete rows of GAMs that are gone."""
    return int(ShelfServiceState.objects.exclude(gam__in=GamDevice.objects.values("pk")).delete()[0])
