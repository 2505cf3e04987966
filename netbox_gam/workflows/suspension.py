"""How a subscriber is cut off, and what to remember of it for the day of resuming.

The policy is asked once, when a subscriber is suspended; the answer is written down with the subscriber. A policy that is changed
later is about whom is suspended later: nobody who is cut off already is moved, freed or taken off a shelf by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nornir_tasks.contracts import ChangeKind, PoeMode, ProfileConfig, ShelfConfig, SubscriberConfig
from nornir_tasks.gam.rules import UNPROVISIONED_VLAN
from nornir_tasks.plan_codec import from_json, to_json

from .. import settings
from ..choices import SubscriberStatusChoices as Status
from ..choices import SuspensionModeChoices as Mode
from ..models import GamDevice, Subscriber, SuspensionPolicy

IN_SERVICE: dict[str, Any] = {"suspension_mode": "", "suspended_vid": None, "throttle_plan": None}
"""The fields of one that is not suspended."""


type Policies = Mapping[tuple[int | None, int | None], SuspensionPolicy]
"""Policies by the keys of their billing system and site."""


def all_policies() -> Policies:
    """As they are now."""
    return {(item.system_id, item.site_id): item for item in SuspensionPolicy.objects.select_related("bandwidth_plan")}


def policy_for(subscriber: Subscriber, policies: Policies | None = None) -> SuspensionPolicy | None:
    """The most specific policy: of its billing system and site, of the system, of the site, of everybody; None without any.

    Of a subscriber billed by several systems the one it was linked to first counts.

    :param policies: where they were looked up already
    """
    policies = all_policies() if policies is None else policies
    if not policies:
        return None
    systems = list(subscriber.billing_links.order_by("pk").values_list("system_id", flat=True))
    site = subscriber.gam.device.site_id if subscriber.gam else None
    keys = [*((system, site) for system in systems), *((system, None) for system in systems), (None, site), (None, None)]
    return next((policies[key] for key in keys if key in policies), None)


def cut_off(subscriber: Subscriber, policy: SuspensionPolicy | None, actual: ShelfConfig) -> dict[str, Any]:
    """The fields that suspend a subscriber of a shelf with this configuration; the throttle's plan is that of the policy."""
    mode = policy.mode if policy else Mode.WALLED_GARDEN
    return {
        "status": Status.SUSPENDED,
        "suspension_mode": mode,
        "suspended_vid": ((policy and policy.vid) or settings.suspended_vlan()) if mode == Mode.WALLED_GARDEN else None,
        "throttle_plan": policy.bandwidth_plan if policy and mode == Mode.THROTTLE else None,
        "before_suspension": _memory(subscriber.name, actual),
    }


def in_service(subscriber: Subscriber, actual: ShelfConfig) -> dict[str, Any]:
    """The fields of one that is suspended no more. What was remembered of it is forgotten once the shelf has it again."""
    unchanged = subscriber.before_suspension == _memory(subscriber.name, actual)
    return {**IN_SERVICE, **({"before_suspension": None} if unchanged else {})}


def _memory(name: str, actual: ShelfConfig) -> dict[str, Any] | None:
    """What the shelf has of a subscriber, for what only the shelf knows: description, PoE, which profile of the right rates."""
    present = next((item for item in actual.subscribers if item.name == name), None)
    if present is None:
        return None
    profile = next((item for item in actual.profiles if item.name == present.profile), None)
    return {"subscriber": to_json(present), "profile": to_json(profile)}


def remembered(subscriber: Subscriber) -> tuple[SubscriberConfig | None, ProfileConfig | None]:
    """The subscriber and its profile as the shelf had them when it was suspended."""
    memory = subscriber.before_suspension or {}
    service = from_json(ChangeKind.SUBSCRIBER, memory.get("subscriber"))
    profile = from_json(ChangeKind.PROFILE, memory.get("profile"))
    return (
        service if isinstance(service, SubscriberConfig) else None,
        profile if isinstance(profile, ProfileConfig) else None,
    )


def is_removed(subscriber: Subscriber) -> bool:
    """Whether nothing of it belongs on the shelf for the time being."""
    return subscriber.status == Status.SUSPENDED and subscriber.suspension_mode == Mode.REMOVAL


def throttle_of(subscriber: Subscriber) -> Any:
    """The bandwidth plan it has for the time being in the place of its own; None when it is not throttled."""
    throttled = subscriber.status == Status.SUSPENDED and subscriber.suspension_mode == Mode.THROTTLE
    return subscriber.throttle_plan if throttled else None


def garden_of(subscriber: Subscriber) -> int | None:
    """The walled-garden VLAN it is in for the time being, None for one that is in its own.

    One that was set to suspended by hand, or by an earlier version, is in that of the settings.
    """
    in_garden = subscriber.status == Status.SUSPENDED and subscriber.suspension_mode in ("", Mode.WALLED_GARDEN)
    return (subscriber.suspended_vid or settings.suspended_vlan()) if in_garden else None


def gardens(gam: GamDevice) -> frozenset[int]:
    """VLANs that tell a suspended subscriber on this shelf: the shelf's own, that of the settings, those of policies."""
    policies = SuspensionPolicy.objects.filter(mode=Mode.WALLED_GARDEN).exclude(vid=None)
    of_policies = {policy.vid for policy in policies if policy.site_id in (None, gam.device.site_id) and policy.vid}
    return frozenset({UNPROVISIONED_VLAN, settings.suspended_vlan(), *of_policies})


def poe_of(subscriber: Subscriber, present: SubscriberConfig | None) -> PoeMode | None:
    """The PoE mode: NetBox's; else as it is on the shelf, which is None; else as it was before the service was taken off."""
    if subscriber.poe_mode:
        return PoeMode(subscriber.poe_mode)
    before, _ = remembered(subscriber)
    return before.poe if present is None and before is not None else None
