"""From intent to what a shelf should have: subscribers, endpoints and plans as the contracts' configuration objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nornir_tasks.contracts import ChangeKind, EndpointConfig, ProfileConfig, ShelfConfig, SubscriberConfig
from nornir_tasks.gam.rules import NAME_MAX, endpoint_auto_name

from ..choices import SubscriberStatusChoices
from . import suspension

type Removal = tuple[ChangeKind, str]


def profile_of(plan: Any, actual: ShelfConfig, subscriber: str = "", before: ProfileConfig | None = None) -> ProfileConfig | None:
    """The bandwidth profile a BandwidthPlan needs on a shelf; None for unthrottled or no plan.

    The profile the subscriber has already serves when its rates are right, whatever its name. A profile of the plan's name with
    other rates serves other subscribers: theirs is left alone, this one is named by its rates. Descriptions stay the shelf's.

    :param before: the profile the subscriber had before it was suspended; it gets that back if the rates are still right
    """
    if plan is None or plan.unthrottled:
        return None
    rates = (plan.downstream_rate_mbps, plan.upstream_rate_mbps)
    has = next((item.profile for item in actual.subscribers if subscriber and item.name == subscriber), None)
    present = [item for item in actual.profiles if (item.downstream_mbps, item.upstream_mbps) == rates]
    had = before.name if before else None
    for name in (has, had, plan.name):
        for profile in present:
            if profile.name == name:
                return profile
    if before is not None and _is_gone(before, actual) and (before.downstream_mbps, before.upstream_mbps) == rates:
        return before
    taken = any(item.name == plan.name for item in actual.profiles)
    name = f"{plan.name} {rates[0]}/{rates[1]}"[:NAME_MAX] if taken else plan.name
    return ProfileConfig(name, *rates)


def _is_gone(profile: ProfileConfig, actual: ShelfConfig) -> bool:
    """Whether a shelf has neither a profile of that name nor one of those rates."""
    rates = (profile.downstream_mbps, profile.upstream_mbps)
    return all(item.name != profile.name and (item.downstream_mbps, item.upstream_mbps) != rates for item in actual.profiles)


def endpoint_of(endpoint: Any, actual: ShelfConfig) -> EndpointConfig:
    """An Endpoint's configuration. One the shelf knows already keeps the shelf's name and port unless NetBox says otherwise."""
    present = next((item for item in actual.endpoints if item.mac == endpoint.mac), None)
    port = endpoint.port.number if endpoint.port_id else None
    if present is not None:
        return EndpointConfig(
            name=endpoint.name or present.name,
            mac=present.mac,
            port=port if port is not None or endpoint.auto_port else present.port,
            auto_port=endpoint.auto_port or (port is None and present.auto_port),
            description=present.description,
            allow_management=present.allow_management,
        )
    return EndpointConfig(
        name=endpoint.name or endpoint_auto_name(endpoint.mac),
        mac=endpoint.mac,
        port=port,
        auto_port=endpoint.auto_port or port is None,
    )


def subscriber_of(
    subscriber: Any,
    endpoint: EndpointConfig | None,
    profile: ProfileConfig | None,
    actual: ShelfConfig,
    shelf_name: str = "",
) -> SubscriberConfig:
    """A Subscriber's configuration; one in the walled garden is on its VLAN with nothing else let through.

    The description on the shelf is the field technicians' and stays as it is, also over a time off the shelf.

    :param shelf_name: what the shelf calls it until now, when that is another name
    """
    present = next((item for item in actual.subscribers if item.name == (shelf_name or subscriber.name)), None)
    before, _ = suspension.remembered(subscriber)
    common = {
        "name": subscriber.name,
        "description": present.description if present else before.description if before else "",
        "endpoint": endpoint.name if endpoint else None,
        "port": subscriber.port.number if subscriber.port_id else None,
        "profile": profile.name if profile else None,
        "tagged": subscriber.tagged,
        "poe": suspension.poe_of(subscriber, present),
    }
    garden = suspension.garden_of(subscriber)
    if garden is not None:
        return SubscriberConfig(vlan=garden, **common)
    return SubscriberConfig(
        vlan=subscriber.vlan.vid,
        remapped_vlan=subscriber.remapped_vid,
        port2_vlan=subscriber.port2_vid,
        allowed_vlans=tuple(sorted(subscriber.allowed_vids or ())),
        trunk=subscriber.trunk,
        double_tag=subscriber.double_tagged,
        outer_vlan=subscriber.outer_vlan.vid if subscriber.outer_vlan_id else None,
        nni=subscriber.nni.name if subscriber.nni_id else None,
        **common,
    )


def desired_config(
    subscribers: list[Any], actual: ShelfConfig, renames: Mapping[str, str] | None = None
) -> tuple[ShelfConfig, tuple[Removal, ...]]:
    """What a shelf should have for these subscribers, and what has to go: terminated ones, and those suspended by removal.

    :param renames: by a subscriber's name the one the shelf has it under until now
    """
    names = renames or {}
    profiles: dict[str, ProfileConfig] = {}
    endpoints: list[EndpointConfig] = []
    configs: list[SubscriberConfig] = []
    removals: list[Removal] = []
    for subscriber in subscribers:
        if subscriber.status == SubscriberStatusChoices.PENDING:
            continue
        shelf_name = names.get(subscriber.name, subscriber.name)
        if subscriber.status == SubscriberStatusChoices.TERMINATED:
            removals.append((ChangeKind.SUBSCRIBER, shelf_name))
            continue
        endpoint = endpoint_of(subscriber.endpoint, actual) if subscriber.endpoint_id else None
        if endpoint is not None:
            endpoints.append(endpoint)
        if suspension.is_removed(subscriber):
            removals.append((ChangeKind.SUBSCRIBER, shelf_name))
            continue
        profile = _profile_for(subscriber, actual, shelf_name)
        if profile is not None:
            profiles[profile.name] = profile
        configs.append(subscriber_of(subscriber, endpoint, profile, actual, shelf_name))
    wanted = ShelfConfig(tuple(profiles.values()), tuple(endpoints), tuple(configs), actual.subscriber_model, actual.default_nni)
    return wanted, tuple(removals)


def _profile_for(subscriber: Any, actual: ShelfConfig, shelf_name: str) -> ProfileConfig | None:
    throttle = suspension.throttle_of(subscriber)
    if throttle is not None:
        return profile_of(throttle, actual, shelf_name)
    _, before = suspension.remembered(subscriber)
    return profile_of(subscriber.bandwidth_plan, actual, shelf_name, before)
