"""Matches billed services to subscribers and endpoints, by ordered keys: stored link, serial, MAC, login, IP. Pure.

Never by a person's name. A key that more than one object on either side answers to matches nothing and becomes a conflict. Who
claims a key does not depend on the order of the services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from ..contracts import BillingService, IntentEndpoint, IntentSubscriber, IntentView, Match, ServiceState

KEYS = ("link", "serial", "mac", "login", "ip")

PREFERENCE = (
    ServiceState.IN_SERVICE,
    ServiceState.SUSPENDED,
    ServiceState.UNKNOWN,
    ServiceState.PENDING,
    ServiceState.TERMINATED,
)
"""Which of one account's services speaks for a device they share."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A key that cannot match: ``services`` all claim ``value``, or ``value`` is that of several endpoints or subscribers.

    ``multiple``: the services are in service and of one account, so that ``services[0]`` was matched all the same.
    """

    key: str
    value: str
    services: tuple[BillingService, ...]
    endpoint_keys: tuple[int, ...] = ()
    subscriber_keys: tuple[int, ...] = ()
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class Matching:
    """What matching found. ``yielded`` are ids of services that another service of their account, or a newer owner, speaks for."""

    matches: tuple[Match, ...]
    unmatched: tuple[BillingService, ...]
    conflicts: tuple[Conflict, ...]
    yielded: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Target:
    """What a key leads to: a subscriber, an endpoint, or both when the endpoint serves the subscriber."""

    subscriber_key: int | None = None
    endpoint_key: int | None = None


class IntentIndex:
    """NetBox's side by every key."""

    def __init__(self, intent: IntentView) -> None:
        self.subscribers = {subscriber.key: subscriber for subscriber in intent.subscribers}
        self.endpoints = {endpoint.key: endpoint for endpoint in intent.endpoints}
        # Of several subscribers on one endpoint the active one counts.
        by_standing = sorted(intent.subscribers, key=lambda s: (s.status == "active", s.key))
        self._served = {s.endpoint_key: s.key for s in by_standing if s.endpoint_key is not None}
        self._served |= {e.key: e.subscriber_key for e in intent.endpoints if e.subscriber_key in self.subscribers}
        self._serving = {subscriber: endpoint for endpoint, subscriber in sorted(self._served.items(), reverse=True)}
        endpoints, subscribers = sorted(intent.endpoints, key=_key), sorted(intent.subscribers, key=_key)
        self.by_serial = _index((serial_key(e.serial), self.at_endpoint(e)) for e in endpoints)
        self.by_mac = _index((e.mac, self.at_endpoint(e)) for e in endpoints)
        self.by_login = _index((s.name.casefold(), self.at_subscriber(s)) for s in subscribers)
        self.by_ip = _index((host, self.at_subscriber(s)) for s in subscribers for host in s.ipv4)
        self.by_link = _index((_link(entity, id), self.at_subscriber(s)) for s in subscribers for entity, id in s.links)

    def subscriber_of(self, endpoint_key: int | None) -> IntentSubscriber | None:
        """The subscriber an endpoint serves."""
        key = self._served.get(endpoint_key) if endpoint_key is not None else None
        return self.subscribers.get(key) if key is not None else None

    def at_endpoint(self, endpoint: IntentEndpoint) -> _Target:
        """An endpoint and whom it serves."""
        return _Target(self._served.get(endpoint.key), endpoint.key)

    def at_subscriber(self, subscriber: IntentSubscriber) -> _Target:
        """A subscriber and their endpoint."""
        own = subscriber.endpoint_key
        return _Target(subscriber.key, own if own is not None else self._serving.get(subscriber.key))


def match_services(services: Iterable[BillingService], intent: IntentView, index: IntentIndex | None = None) -> Matching:
    """Match every service by the first key that leads to exactly one place and that nobody else claims."""
    return _Matcher(sorted(services, key=_id), index or IntentIndex(intent)).run()


class _Matcher:
    """One matching run."""

    def __init__(self, services: list[BillingService], index: IntentIndex) -> None:
        self.services = services
        self.index = index
        self.lookups: Mapping[str, Mapping[str, tuple[_Target, ...]]] = {
            "link": index.by_link,
            "serial": index.by_serial,
            "mac": index.by_mac,
            "login": index.by_login,
            "ip": index.by_ip,
        }
        self.claims = {key: _claims(services, values) for key, values in VALUES.items()}
        self.conflicts: list[Conflict] = []
        self.yielded: set[str] = set()

    def run(self) -> Matching:
        """Match all services."""
        tentative: dict[_Target, list[tuple[BillingService, str]]] = {}
        for service in self.services:
            found = self._place(service)
            if found is not None:
                target, key = found
                tentative.setdefault(target, []).append((service, key))
        matches = self._settle(tentative)
        self._unseen_conflicts()
        matched = {_id(match.service) for match in matches}
        return Matching(
            matches=tuple(sorted(matches, key=lambda match: _id(match.service))),
            unmatched=tuple(service for service in self.services if _id(service) not in matched),
            conflicts=_distinct(self.conflicts),
            yielded=frozenset(id for id in self.yielded if id not in matched),
        )

    def _place(self, service: BillingService) -> tuple[_Target, str] | None:
        """Where a service belongs and by which key; None when no key decides."""
        for key in KEYS:
            targets: dict[_Target, str] = {}
            for value in VALUES[key](service):
                hits = self.lookups[key].get(value, ())
                if hits and self._may_claim(service, key, value, hits):
                    if len(hits) > 1:
                        self._conflict(key, value, (service,), hits)
                    else:
                        targets[hits[0]] = value
                if targets and key == "link":
                    # The service's own id comes before those it replaces.
                    break
            target = self._only(key, service, targets)
            if target is not None:
                return target, key
        return None

    def _may_claim(self, service: BillingService, key: str, value: str, hits: tuple[_Target, ...]) -> bool:
        """Whether this service, and no other, speaks for a value that NetBox knows."""
        claimants = self.claims[key].get(value, ())
        winner = self._winner(claimants, key, value, hits)
        return winner is not None and _id(winner) == _id(service)

    def _winner(
        self, claimants: tuple[BillingService, ...], key: str, value: str, hits: tuple[_Target, ...]
    ) -> BillingService | None:
        """The one claimant that counts; None, and a conflict, when there are several.

        A terminated service is history next to a living one: equipment is used again. Services of one account share.
        """
        living = tuple(s for s in claimants if s.state is not ServiceState.TERMINATED) or claimants
        if len({s.account_id for s in living}) > 1:
            self.yielded.update(_id(s) for s in claimants if s not in living)
            if living[0].state is not ServiceState.TERMINATED or any(self._is_active(hit) for hit in hits):
                self._conflict(key, value, living, hits)
            return None
        ordered = sorted(living, key=_speaks_first)
        in_service = tuple(s for s in ordered if s.state is ServiceState.IN_SERVICE)
        if len(in_service) > 1:
            self._conflict(key, value, in_service, hits, multiple=True)
        self.yielded.update(_id(s) for s in claimants if s is not ordered[0])
        return ordered[0]

    def _only(self, key: str, service: BillingService, targets: Mapping[_Target, str]) -> _Target | None:
        """The target when there is one; of several the only one that serves somebody, else a conflict."""
        serving = [target for target in targets if target.subscriber_key is not None]
        for candidates in (list(targets), serving):
            if len(candidates) == 1:
                return candidates[0]
        if targets:
            self._conflict(key, ", ".join(sorted(targets.values())), (service,), tuple(targets))
        return None

    def _settle(self, tentative: Mapping[_Target, list[tuple[BillingService, str]]]) -> list[Match]:
        """One service per target: several can get there by different keys."""
        matches: list[Match] = []
        for target, pairs in tentative.items():
            reasons = {_id(service): key for service, key in pairs}
            services = tuple(service for service, _ in pairs)
            weakest = max(reasons.values(), key=KEYS.index)
            winner = services[0] if len(services) == 1 else self._winner(services, weakest, self._name(target), (target,))
            if winner is None:
                # The conflict is told, but a stronger key still says who was matched.
                strongest = min(reasons.values(), key=KEYS.index)
                holders = [service for service in services if reasons[_id(service)] == strongest]
                winner = holders[0] if len(holders) == 1 else None
            if winner is not None:
                matches.append(Match(winner, reasons[_id(winner)], target.subscriber_key, target.endpoint_key))
        return self._with_free_endpoints(matches)

    def _with_free_endpoints(self, matches: list[Match]) -> list[Match]:
        """Give subscribers without endpoint the one that only their own service names and that nobody uses."""
        taken = {match.endpoint_key for match in matches}
        return [
            match if match.endpoint_key is not None else replace(match, endpoint_key=self._free_endpoint(match, taken))
            for match in matches
        ]

    def _free_endpoint(self, match: Match, taken: set[int | None]) -> int | None:
        for key in ("serial", "mac"):
            for value in VALUES[key](match.service):
                hits = self.lookups[key].get(value, ())
                alone = len(hits) == 1 and hits[0].subscriber_key is None and len(self.claims[key].get(value, ())) == 1
                if alone and hits[0].endpoint_key not in taken:
                    return hits[0].endpoint_key
        return None

    def _unseen_conflicts(self) -> None:
        """Serials and MACs that several living services claim although NetBox has never seen the device."""
        for key in ("serial", "mac"):
            for value, claimants in self.claims[key].items():
                living = tuple(s for s in claimants if s.state is not ServiceState.TERMINATED)
                if value not in self.lookups[key] and len(living) > 1:
                    self._winner(living, key, value, ())

    def _conflict(
        self, key: str, value: str, services: tuple[BillingService, ...], hits: tuple[_Target, ...], multiple: bool = False
    ) -> None:
        endpoints = tuple(sorted({hit.endpoint_key for hit in hits if hit.endpoint_key is not None}))
        subscribers = tuple(sorted({hit.subscriber_key for hit in hits if hit.subscriber_key is not None}))
        self.conflicts.append(Conflict(key, value, services, endpoints, subscribers, multiple))

    def _is_active(self, target: _Target) -> bool:
        subscriber = self.index.subscribers.get(target.subscriber_key) if target.subscriber_key is not None else None
        return subscriber is not None and subscriber.status == "active"

    def _name(self, target: _Target) -> str:
        if target.endpoint_key is not None:
            return self.index.endpoints[target.endpoint_key].mac
        return self.index.subscribers[target.subscriber_key].name if target.subscriber_key is not None else ""


def serial_key(serial: str) -> str:
    """A serial as it is compared: upper case, no surrounding space, no leading zeros."""
    return serial.strip().upper().lstrip("0")


def _links(service: BillingService) -> tuple[str, ...]:
    return tuple(_link(service.entity, id) for id in (service.external_id, *service.replaces))


def _link(entity: str, id: str) -> str:
    return f"{entity} {id}"


VALUES: Mapping[str, Callable[[BillingService], tuple[str, ...]]] = {
    "link": _links,
    "serial": lambda service: tuple(filter(None, map(serial_key, service.serials))),
    "mac": lambda service: service.macs,
    "login": lambda service: (service.login.casefold(),) if service.login else (),
    "ip": lambda service: service.ipv4,
}
"""Key -> its values in a service."""


def _claims(
    services: Iterable[BillingService], values: Callable[[BillingService], tuple[str, ...]]
) -> dict[str, tuple[BillingService, ...]]:
    claims: dict[str, list[BillingService]] = {}
    for service in services:
        for value in dict.fromkeys(values(service)):
            claims.setdefault(value, []).append(service)
    return {value: tuple(found) for value, found in claims.items()}


def _index(pairs: Iterable[tuple[str, _Target]]) -> dict[str, tuple[_Target, ...]]:
    index: dict[str, dict[_Target, None]] = {}
    for value, target in pairs:
        if value:
            index.setdefault(value, {})[target] = None
    return {value: tuple(targets) for value, targets in index.items()}


def _distinct(conflicts: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """One conflict per group of services, by the strongest key; a group of one keeps all its keys apart."""
    found: dict[tuple[frozenset[str], str], Conflict] = {}
    for conflict in sorted(conflicts, key=lambda item: (KEYS.index(item.key), item.value)):
        group = frozenset(_id(service) for service in conflict.services)
        found.setdefault((group, conflict.key if len(group) == 1 else ""), conflict)
    # Conflicts over an IP address are told as duplicate addresses.
    return tuple(conflict for conflict in found.values() if conflict.key != "ip" or len(conflict.services) == 1)


def _speaks_first(service: BillingService) -> tuple[int, bool, str]:
    return PREFERENCE.index(service.state), service.additional, _id(service)


def _id(service: BillingService) -> str:
    return _link(service.entity, service.external_id)


def _key(item: IntentEndpoint | IntentSubscriber) -> int:
    return item.key
