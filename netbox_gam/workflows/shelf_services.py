"""What services and profiles are on shelves: remembered whenever a configuration was read whole, or a change was verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from nornir_tasks.contracts import ChangeKind, ProfileConfig, ShelfConfig, SubscriberConfig
from nornir_tasks.plan_codec import from_json

from ..models import ChangePlan, Endpoint, GamDevice, ShelfProfileState, ShelfServiceState

SERVICE_FIELDS = ["mac", "vlan", "profile", "downstream_mbps", "upstream_mbps", "read_at"]
PROFILE_FIELDS = ["slot", "downstream_mbps", "upstream_mbps", "read_at"]


def remember(read: Mapping[GamDevice, ShelfConfig], *, at: datetime | None = None) -> None:
    """Replace what is known of shelves' services and profiles by configurations that were read whole."""
    at = at or timezone.now()
    services = [row for gam, config in read.items() for row in _rows(gam, config, at)]
    profiles = [_profile_row(gam, item, item.id, at) for gam, config in read.items() for item in config.profiles]
    _store(services)
    _store_profiles(profiles)
    _forget_others(ShelfServiceState, read, services)
    _forget_others(ShelfProfileState, read, profiles)


def _rows(gam: GamDevice, config: ShelfConfig, at: datetime) -> Iterator[ShelfServiceState]:
    macs = {item.name: item.mac for item in config.endpoints}
    profiles = {item.name: item for item in config.profiles}
    for item in config.subscribers:
        yield _row(gam, item, macs.get(item.endpoint or "", ""), profiles.get(item.profile or ""), at)


def _forget_others(model: Any, gams: Iterable[GamDevice], rows: Iterable[Any]) -> None:
    """Delete what is known of these GAMs and is not among the rows."""
    kept = {(row.gam_id, row.name) for row in rows}
    known = model.objects.filter(gam__in=[gam.pk for gam in gams]).values_list("pk", "gam_id", "name")
    gone = [pk for pk, gam, name in known if (gam, name) not in kept]
    if gone:
        model.objects.filter(pk__in=gone).delete()


def applied(change_plans: Sequence[ChangePlan]) -> None:
    """Take over what change plans wrote, once it was read back and found to be as wanted."""
    written: list[tuple[ChangePlan, SubscriberConfig]] = []
    for change_plan in change_plans:
        written += [(change_plan, item) for item in _written_services(change_plan)]
    if not written:
        return
    gams = {change_plan.gam_id for change_plan, _ in written}
    macs = _macs(gams, {item.endpoint for _, item in written if item.endpoint})
    profiles = _known_profiles(gams)
    rows = []
    for change_plan, item in written:
        gam = change_plan.gam
        profile = _profile_of(gam, item, profiles.get(gam.pk, {}))
        rows.append(_row(gam, item, macs.get((gam.pk, item.endpoint or ""), ""), profile, _when(change_plan)))
    _store(rows)


def _when(change_plan: ChangePlan) -> datetime:
    return change_plan.finished or timezone.now()


def _written_services(change_plan: ChangePlan) -> list[SubscriberConfig]:
    """The services a change plan wrote; the profiles it wrote are taken over, what it removed is forgotten."""
    gam = change_plan.gam
    # A change may take two steps; the last one is what it came to.
    subscribers: dict[str, SubscriberConfig] = {}
    gone: dict[str, list[str]] = {kind: [] for kind in ChangeKind}
    for step in change_plan.steps.all():
        after: Any = from_json(ChangeKind(step.kind), step.after)
        if after is None or (step.before and step.before["name"] != after.name):
            gone[step.kind].append(step.before["name"])
        if isinstance(after, ProfileConfig):
            _take_over(gam, after, _when(change_plan))
        elif isinstance(after, SubscriberConfig):
            subscribers[after.name] = after
    for model, names in ((ShelfServiceState, gone[ChangeKind.SUBSCRIBER]), (ShelfProfileState, gone[ChangeKind.PROFILE])):
        if names:
            model.objects.filter(gam=gam, name__in=names).delete()
    return list(subscribers.values())


def _macs(gams: Iterable[int], names: Iterable[str]) -> dict[tuple[int, str], str]:
    """MAC addresses of endpoints, by GAM and name."""
    found = Endpoint.objects.filter(gam__in=gams, name__in=names).order_by()
    return {(gam, name): str(mac).lower() for gam, name, mac in found.values_list("gam_id", "name", "mac_address")}


def _take_over(gam: GamDevice, profile: ProfileConfig, at: datetime) -> None:
    """A profile that was written, for all that it limits: which slot it got is known once the configuration is read again."""
    slot = ShelfProfileState.objects.filter(gam=gam, name=profile.name).values_list("slot", flat=True).first()
    _store_profiles([_profile_row(gam, profile, slot or profile.id, at)])
    ShelfServiceState.objects.filter(gam=gam, profile=profile.name).update(
        downstream_mbps=profile.downstream_mbps, upstream_mbps=profile.upstream_mbps
    )


def _known_profiles(gams: Iterable[int]) -> dict[int, dict[str, ProfileConfig]]:
    """By GAM, its profiles by name."""
    found: dict[int, dict[str, ProfileConfig]] = {}
    rows = ShelfProfileState.objects.filter(gam__in=gams).order_by()
    for gam, name, down, up, slot in rows.values_list("gam_id", "name", "downstream_mbps", "upstream_mbps", "slot"):
        found.setdefault(gam, {})[name] = ProfileConfig(name, down, up, id=slot)
    return found


def _profile_of(gam: GamDevice, item: SubscriberConfig, known: Mapping[str, ProfileConfig]) -> ProfileConfig | None:
    """The profile of a service that was written; one nobody knows of has the rates of the subscriber's plan."""
    if item.profile is None or item.profile in known:
        return known.get(item.profile or "")
    subscriber = gam.subscribers.filter(name=item.name).select_related("bandwidth_plan").first()
    plan = subscriber.bandwidth_plan if subscriber else None
    if plan is None or plan.unthrottled:
        return None
    return ProfileConfig(item.profile, plan.downstream_rate_mbps or 0, plan.upstream_rate_mbps or 0)


def _row(gam: GamDevice, item: SubscriberConfig, mac: str, profile: ProfileConfig | None, at: datetime) -> ShelfServiceState:
    return ShelfServiceState(
        gam=gam,
        name=item.name,
        mac=mac,
        vlan=item.vlan,
        profile=item.profile or "",
        downstream_mbps=profile.downstream_mbps if profile else None,
        upstream_mbps=profile.upstream_mbps if profile else None,
        read_at=at,
    )


def _profile_row(gam: GamDevice, item: ProfileConfig, slot: int, at: datetime) -> ShelfProfileState:
    return ShelfProfileState(
        gam=gam, name=item.name, slot=slot, downstream_mbps=item.downstream_mbps, upstream_mbps=item.upstream_mbps, read_at=at
    )


def _store(rows: list[ShelfServiceState]) -> None:
    ShelfServiceState.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["gam", "name"], update_fields=SERVICE_FIELDS, batch_size=1000
    )


def _store_profiles(rows: list[ShelfProfileState]) -> None:
    ShelfProfileState.objects.bulk_create(rows, update_conflicts=True, unique_fields=["gam", "name"], update_fields=PROFILE_FIELDS)


def forget_gone() -> dict[str, int]:
    """Delete rows of GAMs that are gone; how many by what they were."""
    models = (ShelfServiceState, ShelfProfileState)
    return {model.__name__: int(model.objects.exclude(gam__in=GamDevice.objects.values("pk")).delete()[0]) for model in models}
