"""VLANs of subscribers: finding the one a shelf uses, and giving out the next free one of a pool."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from ipam.models import VLAN

from nornir_tasks.gam.rules import is_reserved_vlan

from ..choices import ChangePlanStatusChoices as PlanStatus
from ..choices import VlanModeChoices
from ..exceptions import WorkflowError
from ..models import ChangePlan, Subscriber, VlanPool
from .locks import hold_until_commit
from .saving import create


def vlan_name(pool: VlanPool, vid: int) -> str:
    """Name of a VLAN the pool made; such a VLAN may be given out again when nobody uses it."""
    return f"{pool.name} {vid}"[:64]


def find_or_create(vid: int, pool: VlanPool | None) -> VLAN:
    """The VLAN of that id in the pool's group (or without a group), made when it is missing."""
    group = pool.vlan_group if pool else None
    vlan = VLAN.objects.filter(vid=vid, group=group, site=None).order_by("pk").first()
    if vlan:
        return vlan
    name = vlan_name(pool, vid) if pool else f"GAM {vid}"
    return create(VLAN, message="VLAN of a GAM subscriber", vid=vid, group=group, name=name)


@transaction.atomic
def allocate(pool: VlanPool, *, avoid: frozenset[int] = frozenset()) -> VLAN:
    """The VLAN for a new subscriber: the shared one, or the lowest free one, under a lock; reserved ids never.

    :param avoid: ids in use on the shelf by something NetBox does not know
    :raises WorkflowError: the pool is used up
    """
    if pool.mode == VlanModeChoices.SHARED:
        return pool.shared_vlan
    # Of the group, not of the pool: pools may overlap within one.
    hold_until_commit("vlan_group", pool.vlan_group_id)
    existing = {vlan.vid: vlan for vlan in VLAN.objects.filter(group=pool.vlan_group, vid__range=(pool.first_vid, pool.last_vid))}
    used = set(Subscriber.objects.filter(vlan__group=pool.vlan_group).values_list("vlan__vid", flat=True))
    held = _held()
    used |= {vlan.vid for vlan in existing.values() if vlan.pk in held}
    for vid in range(pool.first_vid, pool.last_vid + 1):
        if vid in used or vid in avoid or is_reserved_vlan(vid) or not _in_group(pool, vid):
            continue
        vlan: Any = existing.get(vid)
        if vlan is None:
            return find_or_create(vid, pool)
        if vlan.name == vlan_name(pool, vid):
            return vlan
    raise WorkflowError(f'VLAN pool "{pool}" has no free VLAN left.', next_step="Widen its range, or terminate unused subscribers.")


def _held() -> set[int]:
    """VLANs that change plans on their way would give back, or are taking away from a shelf just now."""
    # Not from ``intent``, which needs this module.
    open_ones = (PlanStatus.PLANNED, PlanStatus.APPLYING, PlanStatus.NEEDS_ATTENTION)
    found = set()
    for entries in ChangePlan.objects.filter(status__in=open_ones).exclude(intent=[]).values_list("intent", flat=True):
        found |= {entry[side].get("vlan") for entry in entries for side in ("before", "after")}
    return found - {None}


def is_given_out(vlan: Any, *, besides: Subscriber) -> bool:
    """Whether a VLAN of a pool that gives each subscriber its own is somebody else's by now."""
    pools = VlanPool.objects.filter(vlan_group=vlan.group, mode=VlanModeChoices.PER_SUBSCRIBER)
    if all(vlan.name != vlan_name(pool, vlan.vid) for pool in pools):
        return False
    return Subscriber.objects.filter(vlan=vlan).exclude(pk=besides.pk).exists() or vlan.pk in _held()


def _in_group(pool: VlanPool, vid: int) -> bool:
    """Whether the VLAN group's own ranges allow the id. Range bounds are ``[lower, upper)``."""
    return any(vid in numbers for numbers in pool.vlan_group.vid_ranges)
