"""Intent x what was read -> the differences, each with a stable key. Pure.

The same rules as planning: no differences means that a plan for the same intent has no steps. What a read did not cover is in its
:class:`ReadScope`: about that nothing is said, neither that it differs nor that it no longer does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..contracts import (
    ConfigObject,
    DeviceReading,
    Difference,
    DriftKind,
    DriftObject,
    EndpointConfig,
    EndpointReading,
    PortIntent,
    PortReading,
    ProfileConfig,
    ReadScope,
    ShelfConfig,
    SubscriberConfig,
)
from .diff import canonical, merge
from .slots import plan_slots
from .state import FIELD_WORDS, changed_fields, sayable, value_text

ENDPOINT_FIELDS = ("name", "port", "auto_port")
SUBSCRIBER_FIELDS = ("endpoint", "profile")
PORT_FIELDS = ("enabled", "isolation")


def words(name: str) -> str:
    """What a field is called for people."""
    return FIELD_WORDS.get(name, name)


# --------------------------------------------------------------------------------------------------------- whole configuration


def compare_config(desired: ShelfConfig, actual: ShelfConfig) -> tuple[Difference, ...]:
    """The differences between a shelf's whole configuration and everything it should have.

    Profiles are no objects of their own: they show as the speed of the subscribers they limit, and one nobody uses is no drift.
    """
    # A configuration read as text does not hold what the command line has no words for: that it is missing says nothing.
    placed = plan_slots(actual, sayable(desired) if actual.raw else desired).desired
    return (*_endpoints(placed, actual), *_subscribers(placed, actual))


def _endpoints(desired: ShelfConfig, actual: ShelfConfig) -> list[Difference]:
    wanted = {item.mac.lower(): item for item in desired.endpoints}
    present = {item.mac.lower(): item for item in actual.endpoints}
    found: list[Difference] = []
    for mac in sorted(wanted.keys() | present.keys()):
        there, item = present.get(mac), wanted.get(mac)
        port = there.port if there is not None else item.port if item is not None else None
        found += _of_one(DriftObject.ENDPOINT, mac, item, there, port=port)
    return found


def _subscribers(desired: ShelfConfig, actual: ShelfConfig) -> list[Difference]:
    """Endpoints are referred to by MAC address here, so that another name for one is that endpoint's difference only."""
    wanted_macs = {item.name: item.mac.lower() for item in desired.endpoints}
    present_macs = {item.name: item.mac.lower() for item in actual.endpoints}
    ports = {item.mac.lower(): item.port for item in (*desired.endpoints, *actual.endpoints)}
    speeds = {item.name: _speed(item) for item in (*desired.profiles, *actual.profiles)}
    wanted = {item.name: _by_mac(item, wanted_macs) for item in desired.subscribers}
    present = {item.name: _by_mac(item, present_macs) for item in actual.subscribers}
    found: list[Difference] = []
    for name in sorted(wanted.keys() | present.keys()):
        there, item = present.get(name), wanted.get(name)
        either = there or item
        port = either.port or ports.get(either.endpoint or "") if either is not None else None
        found += _of_one(DriftObject.SUBSCRIBER, name, item, there, port=port, speeds=speeds)
    return found


def _by_mac(item: SubscriberConfig, macs: Mapping[str, str]) -> SubscriberConfig:
    return replace(item, endpoint=macs.get(item.endpoint, item.endpoint)) if item.endpoint else item


def _speed(profile: ProfileConfig) -> str:
    return f"{profile.name} ({profile.downstream_mbps}/{profile.upstream_mbps} Mbit/s)"


def _of_one(
    kind: DriftObject,
    name: str,
    wanted: ConfigObject | None,
    present: ConfigObject | None,
    *,
    port: int | None,
    speeds: Mapping[str, str] | None = None,
) -> list[Difference]:
    """The differences of one object, by the rules a plan is made with."""
    if wanted is None and present is not None:
        return [Difference(DriftKind.UNEXPECTED, kind, name, actual=_summary(present), port=port)]
    if wanted is None or present is None:
        return [Difference(DriftKind.MISSING, kind, name, intent=_summary(wanted) if wanted else "", port=port)]
    found = []
    for field_name, old, new in changed_fields(present, merge(present, canonical(wanted))):
        intent, actual = value_text(new), value_text(old)
        if field_name == "profile" and speeds is not None:
            intent, actual = speeds.get(intent, intent) or "unthrottled", speeds.get(actual, actual) or "unthrottled"
        found.append(Difference(DriftKind.MISALIGNED, kind, name, words(field_name), intent, actual, port))
    return found


def _summary(item: ConfigObject) -> str:
    """An object in a few words."""
    if isinstance(item, EndpointConfig):
        return f"{item.name}, port {item.port}" if item.port else item.name
    if isinstance(item, SubscriberConfig):
        return f"VLAN {item.vlan}, {item.endpoint}" if item.endpoint else f"VLAN {item.vlan}"
    return item.name


# ------------------------------------------------------------------------------------------------------------ a scheduled poll


def compare_reading(
    desired: ShelfConfig, reading: DeviceReading, profiles: Sequence[ProfileConfig] = ()
) -> tuple[tuple[Difference, ...], ReadScope]:
    """The differences a poll shows: which endpoints and subscribers there are, where, and their speeds.

    Subscribers are seen through their endpoints, so one that a shelf has without endpoint is not seen, and a subscriber is missing
    only where its endpoint was read.

    :param profiles: the shelf's profiles when its configuration was last read; a poll knows them by name only
    """
    if reading.endpoints is None:
        return (), ReadScope()
    configured = [item for item in reading.endpoints if item.configured_id]
    complete = "endpoints" not in reading.incomplete
    view = _view(desired, configured, profiles)
    found = compare_config(desired, view)
    scope = _scope(desired, configured, view, complete=complete)
    return tuple(item for item in found if scope.covers(item.object, item.name, item.field)), scope


def _view(desired: ShelfConfig, configured: Sequence[EndpointReading], profiles: Sequence[ProfileConfig]) -> ShelfConfig:
    """The shelf's configuration as far as a poll shows it; what it does not show is as wanted."""
    wanted = {item.mac.lower(): item for item in desired.endpoints}
    services = {item.name: item for item in desired.subscribers}
    endpoints, subscribers = [], []
    for item in configured:
        base = wanted.get(item.mac, EndpointConfig(item.name or item.mac, item.mac))
        name = item.name or base.name
        endpoints.append(replace(base, name=name, port=item.configured_port, auto_port=item.auto_port and not item.configured_port))
        if item.subscriber_name:
            service = services.get(item.subscriber_name, SubscriberConfig(item.subscriber_name, 0))
            subscribers.append(replace(service, endpoint=name, profile=item.profile_name or None))
    known = {item.name: item for item in profiles}
    for subscriber in subscribers:
        if subscriber.profile and subscriber.profile not in known:
            same = next((item for item in desired.profiles if item.name == subscriber.profile), None)
            known[subscriber.profile] = same or ProfileConfig(subscriber.profile, 0, 0)
    unplaced = [item for item in desired.subscribers if not item.endpoint]
    return replace(
        desired, profiles=tuple(known.values()), endpoints=tuple(endpoints), subscribers=(*subscribers, *unplaced), raw=""
    )


def _scope(desired: ShelfConfig, configured: Sequence[EndpointReading], view: ShelfConfig, *, complete: bool) -> ReadScope:
    macs = {item.mac for item in configured}
    served = {item.name for item in desired.endpoints if item.mac.lower() in macs}
    subscribers = {item.name for item in view.subscribers} | {s.name for s in desired.subscribers if s.endpoint in served}
    seen = {(DriftObject.ENDPOINT, mac) for mac in macs} | {(DriftObject.SUBSCRIBER, name) for name in subscribers}
    unknown = {item.name for item in view.profiles if not item.downstream_mbps}
    return ReadScope(
        whole=frozenset({DriftObject.ENDPOINT, DriftObject.SUBSCRIBER} if complete else ()),
        seen=frozenset(seen),
        fields={
            DriftObject.ENDPOINT: frozenset(map(words, ENDPOINT_FIELDS)),
            DriftObject.SUBSCRIBER: frozenset(map(words, SUBSCRIBER_FIELDS)),
        },
        unsaid=frozenset((s.name, words("profile")) for s in view.subscribers if s.profile in unknown),
    )


def compare_ports(intent: Iterable[PortIntent], ports: Sequence[PortReading] | None) -> tuple[tuple[Difference, ...], ReadScope]:
    """The differences of the G.hn ports' own settings. A setting that was not read says nothing."""
    read = {port.number: port for port in ports or ()}
    found: list[Difference] = []
    seen: set[tuple[DriftObject, str]] = set()
    for wanted in intent:
        port = read.get(wanted.number)
        if port is None:
            continue
        seen.add((DriftObject.PORT, str(wanted.number)))
        pairs = (("enabled", wanted.enabled, port.enabled), ("isolation", wanted.isolation, port.isolation))
        for name, value, actual in pairs:
            if actual is not None and value != actual:
                texts = value_text(value), value_text(actual)
                found.append(Difference(DriftKind.MISALIGNED, DriftObject.PORT, str(wanted.number), name, *texts, wanted.number))
    return tuple(found), ReadScope(seen=frozenset(seen))
