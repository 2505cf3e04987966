"""Compares a billing snapshot with NetBox's intent and yields findings. Pure: no I/O, nothing is changed, nothing is deleted.

A service has one finding, the most specific one. What follows from something being absent is only reported when the snapshot is
complete and the credential saw as much as the time before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ..contracts import (
    BillingPlan,
    BillingService,
    BillingSnapshot,
    Comparison,
    FindingDraft,
    FindingKind,
    IntentEndpoint,
    IntentSubscriber,
    IntentView,
    Match,
    OrphanDevice,
    ServiceState,
)
from .drafts import draft, limit_text, place, plan_values, service_values, who
from .matcher import Conflict, IntentIndex, Matching, match_services, serial_key
from .plans import by_key, is_same_speed, map_plans, rates_text
from .shelf import is_live_while_off, is_other_limit, is_other_vlan

ACTIVE = "active"
CUT_OFF = (ServiceState.SUSPENDED, ServiceState.TERMINATED)

ABSENCE_KINDS = frozenset(
    {
        FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT,
        FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER,
        FindingKind.EQUIPMENT_WITHOUT_ACCOUNT,
        FindingKind.INACTIVE_ON_NETWORK,
        FindingKind.MAC_MISMATCH,
        FindingKind.SERIAL_MISMATCH,
        FindingKind.STALE_LINK,
    }
)
"""Kinds that a missing row could cause: also a cut-off, since the row of the service's successor may be what is missing."""


def compare_snapshot(
    snapshot: BillingSnapshot,
    intent: IntentView,
    *,
    tolerance_percent: float = 5,
    previous_scope: str = "",
    all_systems_read: bool = False,
) -> Comparison:
    """Match the services of a snapshot and report every difference to ``intent``.

    :param intent: subscribers and endpoints of the shelves whose customers are in this billing system
    :param tolerance_percent: how far billed and configured speeds may be apart
    :param previous_scope: scope of the last complete snapshot; empty at the first
    :param all_systems_read: every billing system has been read and ``intent.other_links`` names everybody who belongs to another,
        so that an active subscriber nobody claims may be called unclaimed
    """
    conclusive = snapshot.complete and previous_scope in ("", snapshot.scope)
    run = _Comparing(snapshot, intent, tolerance_percent)
    found = [*run.source(previous_scope), *run.services(), *run.conflicts(), *run.plans(), *run.duplicates()]
    if conclusive:
        found += [*run.stale_links(), *run.orphans()]
        found += run.unclaimed() if all_systems_read else ()
    named = (run.with_times(run.with_plan_name(item)) for item in found)
    findings = {item.fingerprint: item for item in named if conclusive or item.kind not in ABSENCE_KINDS}
    return Comparison(
        matches=run.matching.matches,
        unmatched=run.matching.unmatched,
        findings=tuple(sorted(findings.values(), key=lambda item: (item.kind, item.fingerprint))),
        plan_map=run.plan_map,
        conclusive=conclusive,
    )


class _Comparing:
    """One comparison: the matching, and a method per class of difference."""

    def __init__(self, snapshot: BillingSnapshot, intent: IntentView, tolerance_percent: float) -> None:
        self.snapshot = snapshot
        self.system = snapshot.system
        self.intent = intent
        self.tolerance = tolerance_percent
        self.index = IntentIndex(intent)
        self.matching: Matching = match_services(snapshot.services, intent, self.index)
        self.plan_map = map_plans(snapshot.plans, intent, tolerance_percent)
        self.billed = {plan.external_id: plan for plan in snapshot.plans}
        self.bandwidth = by_key(intent.plans)
        self.prefixes = {endpoint.mac[:8] for endpoint in intent.endpoints}
        self.disputed = {_id(service) for conflict in self.matching.conflicts for service in conflict.services}
        self.matched = {_id(match.service): match for match in self.matching.matches}

    def with_plan_name(self, item: FindingDraft) -> FindingDraft:
        """The finding with its billed plan named, beside the plan's id."""
        plan = self.billed.get(str(item.billing.get("plan", "")))
        return item if plan is None else replace(item, billing={**item.billing, "plan": plan.name, "plan_id": plan.external_id})

    def with_times(self, item: FindingDraft) -> FindingDraft:
        """The finding with when each side that says something was read; of the network the latest reading counts."""
        endpoint, subscriber = (
            self.index.endpoints.get(item.endpoint_key or 0),
            self.index.subscribers.get(item.subscriber_key or 0),
        )
        seen = max(endpoint.seen_at if endpoint else "", subscriber.shelf_read if subscriber else "")
        times = {"billing": self.snapshot.taken_at.isoformat(), "intent": self.intent.read_at, "actual": seen}
        said = {"billing": item.billing, "intent": item.intent, "actual": item.actual}
        return replace(item, read_at={side: at for side, at in times.items() if at and said[side]})

    # ------------------------------------------------------------------------------------------------------- services

    def services(self) -> Iterator[FindingDraft]:
        """At most one finding per service."""
        for service in self.snapshot.services:
            if _id(service) in self.disputed:
                continue
            match = self.matched.get(_id(service))
            if service.state is ServiceState.UNKNOWN:
                yield self._unknown_status(service, match)
            elif service.state is ServiceState.IN_SERVICE:
                finding = self._in_service(service, match)
                if finding is not None:
                    yield finding
            elif service.state in CUT_OFF and match is not None:
                subscriber, endpoint = self._subscriber(match), self._endpoint(match)
                if subscriber is not None and subscriber.status == ACTIVE:
                    yield self._inactive(service, subscriber, endpoint)
                elif subscriber is not None and is_live_while_off(subscriber, endpoint, self.intent.suspended_vlan, self.tolerance):
                    yield self._live_while_off(service, subscriber, endpoint)

    def _unknown_status(self, service: BillingService, match: Match | None) -> FindingDraft:
        return draft(
            FindingKind.UNKNOWN_STATUS,
            self.system,
            {"service": service.external_id, "status": service.raw_status},
            f"Status {service.raw_status!r} of {who(service)} is not known. Say what it means in the status map of {self.system}.",
            service=service,
            subscriber=self._subscriber(match),
            endpoint=self._endpoint(match),
        )

    def _in_service(self, service: BillingService, match: Match | None) -> FindingDraft | None:
        endpoint, subscriber = self._endpoint(match), self._subscriber(match)
        active = subscriber is not None and subscriber.status == ACTIVE
        if endpoint is None:
            return None if active or _id(service) in self.matching.yielded else self._without_endpoint(service, subscriber)
        mismatch = self._identity_mismatch(service, subscriber, endpoint)
        if mismatch is not None:
            return mismatch
        if subscriber is None or not active:
            return self._not_on_network(service, subscriber, endpoint)
        found = self._plan_mismatch(service, subscriber, endpoint) or self._on_shelf(service, subscriber, endpoint)
        return found or self._ip_mismatch(service, subscriber, endpoint)

    def _on_shelf(self, service: BillingService, subscriber: IntentSubscriber, endpoint: IntentEndpoint) -> FindingDraft | None:
        """What an active service is on its shelf, where the shelf's configuration was read: missing, in another VLAN, limited."""
        found, about = subscriber.on_shelf, {"service": service.external_id, "subscriber": subscriber.name, "gam": subscriber.gam}
        sides: dict[str, Any] = {"service": service, "subscriber": subscriber, "endpoint": endpoint}
        if not subscriber.shelf_read:
            return None
        if found is None:
            title = f"{who(service)} pays and subscriber {subscriber.name} is active, but {subscriber.gam} has no such service."
            return draft(
                FindingKind.ACTIVE_NOT_ON_NETWORK,
                self.system,
                {**about, "missing": True},
                f"{title} Accept to put it there.",
                **sides,
            )
        if is_other_vlan(subscriber, found):
            title = f"{subscriber.gam} serves {subscriber.name} in VLAN {found.vlan}, NetBox says {subscriber.vlan}."
            values = {**about, "vlans": [subscriber.vlan, found.vlan]}
            return draft(FindingKind.VLAN_MISMATCH, self.system, values, f"{title} Accept to move it.", **sides)
        if is_other_limit(subscriber, found, self.tolerance):
            has = limit_text(found.downstream_mbps, found.upstream_mbps)
            wanted = limit_text(subscriber.downstream_mbps, subscriber.upstream_mbps)
            title = f"{subscriber.gam} limits {subscriber.name} to {has}, its plan is {wanted}. Accept to set that."
            values, intent = {**about, "limits": [wanted, has]}, {"limit": wanted}
            return draft(FindingKind.SPEED_ON_SHELF, self.system, values, title, intent=intent, **sides)
        return None

    def _ip_mismatch(self, service: BillingService, subscriber: IntentSubscriber, endpoint: IntentEndpoint) -> FindingDraft | None:
        static, live = service.evidence.get("static_ipv4") or (), service.evidence.get("session_ipv4") or ()
        if not static or not live or set(static) & set(live):
            return None
        # A session's address changes by itself: which one it has is no part of what the finding is about.
        return draft(
            FindingKind.IP_MISMATCH,
            self.system,
            {"service": service.external_id, "static": sorted(static)},
            f"{who(service)} has the static address {', '.join(static)} at billing, but is online with {', '.join(live)}. "
            "Correct it at billing or at the router.",
            service=service,
            subscriber=subscriber,
            endpoint=endpoint,
            billing={**service_values(service), "ipv4": list(static)},
            actual={"ipv4": list(live)},
        )

    def _live_while_off(
        self, service: BillingService, subscriber: IntentSubscriber, endpoint: IntentEndpoint | None
    ) -> FindingDraft:
        found = subscriber.on_shelf
        what = f"{subscriber.gam} still serves it in VLAN {found.vlan}" if found else "its endpoint carries traffic"
        return draft(
            FindingKind.LIVE_WHILE_OFF,
            self.system,
            {"service": service.external_id, "subscriber": subscriber.name, "gam": subscriber.gam, "status": subscriber.status},
            f"{who(service)} is {service.state} at billing and subscriber {subscriber.name} is {subscriber.status}, but {what}. "
            "Accept to cut it off.",
            service=service,
            subscriber=subscriber,
            endpoint=endpoint,
        )

    def _not_on_network(
        self, service: BillingService, subscriber: IntentSubscriber | None, endpoint: IntentEndpoint
    ) -> FindingDraft:
        where = place(endpoint)
        reason = f"its subscriber {subscriber.name} is {subscriber.status}; {where}" if subscriber else f"{where} serves nobody"
        return draft(
            FindingKind.ACTIVE_NOT_ON_NETWORK,
            self.system,
            {"service": service.external_id, "mac": endpoint.mac},
            f"{who(service)} is active at billing, but {reason}. Accept to provision the service.",
            service=service,
            subscriber=subscriber,
            endpoint=endpoint,
        )

    def _without_endpoint(self, service: BillingService, subscriber: IntentSubscriber | None) -> FindingDraft:
        devices = [*service.macs, *service.serials]
        said = f"names {', '.join(devices)}, which no shelf has seen" if devices else "names no MAC and no serial"
        return draft(
            FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT,
            self.system,
            {"service": service.external_id, "macs": sorted(service.macs), "serials": sorted(service.serials)},
            f"{who(service)} is active, but billing {said}. Install the endpoint, or enter its MAC at billing.",
            service=service,
            subscriber=subscriber,
        )

    def _inactive(self, service: BillingService, subscriber: IntentSubscriber, endpoint: IntentEndpoint | None) -> FindingDraft:
        verb = "suspend" if service.state is ServiceState.SUSPENDED else "terminate"
        step = f"Accept to {verb} the service."
        return draft(
            FindingKind.INACTIVE_ON_NETWORK,
            self.system,
            {"service": service.external_id, "state": service.state, "subscriber": subscriber.name, "gam": subscriber.gam},
            f"{who(service)} is {service.state} at billing, but subscriber {subscriber.name} is active. {step}",
            service=service,
            subscriber=subscriber,
            endpoint=endpoint,
        )

    def _identity_mismatch(
        self, service: BillingService, subscriber: IntentSubscriber | None, endpoint: IntentEndpoint
    ) -> FindingDraft | None:
        serials = _serials_of(service, endpoint.mac)
        same_serial = serial_key(endpoint.serial) in map(serial_key, serials)
        # A list with only other makers' MACs is that of the customer's own router, not a wrong one.
        ours = same_serial or any(mac[:8] in self.prefixes for mac in service.macs)
        if service.macs and endpoint.mac not in service.macs and ours:
            kind, field, said, real = FindingKind.MAC_MISMATCH, "MAC", service.macs, endpoint.mac
        elif serials and serial_key(endpoint.serial) and not same_serial and self._means_endpoint(service, serials, endpoint):
            kind, field, said, real = FindingKind.SERIAL_MISMATCH, "serial", serials, endpoint.serial
        else:
            return None
        texts = ", ".join(said)
        return draft(
            kind,
            self.system,
            {"service": service.external_id, "said": sorted(said), "real": real},
            f"Billing says {field} {texts} for {who(service)}, the network has {real}. Correct it at billing, or swap back.",
            service=service,
            subscriber=subscriber,
            endpoint=endpoint,
        )

    def _means_endpoint(self, service: BillingService, serials: tuple[str, ...], endpoint: IntentEndpoint) -> bool:
        """Whether the serials at billing are meant for an endpoint: its MAC stands beside them, or they are some endpoint's."""
        return endpoint.mac in service.macs or any(serial_key(serial) in self.index.by_serial for serial in serials)

    def _plan_mismatch(
        self, service: BillingService, subscriber: IntentSubscriber, endpoint: IntentEndpoint
    ) -> FindingDraft | None:
        plan_key = self.plan_map.get(service.plan_id or "")
        if plan_key is None:
            return None
        wanted = self.bandwidth[plan_key]
        actual = self.bandwidth.get(subscriber.plan_key) if subscriber.plan_key is not None else None
        if is_same_speed(wanted, actual, self.tolerance):
            return None
        billed = self.billed[service.plan_id or ""]
        sold = rates_text(billed.download_kbps, billed.upload_kbps)
        has = f"{actual.name} ({rates_text(actual.download_kbps, actual.upload_kbps)})" if actual else "no limit"
        return draft(
            FindingKind.PLAN_MISMATCH,
            self.system,
            {"service": service.external_id, "billed": [billed.external_id, wanted.name], "actual": actual.name if actual else ""},
            f"{who(service)} pays for {billed.name} ({sold}), subscriber {subscriber.name} has {has}. Accept to set {wanted.name}.",
            service=service,
            subscriber=subscriber,
            endpoint=endpoint,
            billing={
                **service_values(service),
                "plan": billed.name,
                "download_kbps": billed.download_kbps,
                "upload_kbps": billed.upload_kbps,
            },
            intent={**plan_values(actual), "wanted_plan": wanted.name},
        )

    # ---------------------------------------------------------------------------------------------------- everything else

    def source(self, previous_scope: str) -> Iterator[FindingDraft]:
        """An incomplete reading, or a credential that sees something else than before."""
        if not self.snapshot.complete:
            first = self.snapshot.problems[0] if self.snapshot.problems else "no reason given"
            title = f"{self.system} was not read completely: {first}. Nothing was concluded from what is missing; read it again."
            values = {"problems": list(self.snapshot.problems), "counts": dict(self.snapshot.counts)}
            yield draft(FindingKind.SOURCE_INCOMPLETE, self.system, {"what": "incomplete"}, title, billing=values)
        elif previous_scope not in ("", self.snapshot.scope):
            title = (
                f"The credential of {self.system} sees another part of it than before. Nothing was concluded from what is missing; "
                "check its role, company or partner, then reconcile again."
            )
            yield draft(
                FindingKind.SOURCE_INCOMPLETE, self.system, {"what": "scope"}, title, billing={"scope": self.snapshot.scope}
            )

    def conflicts(self) -> Iterator[FindingDraft]:
        """Keys that several objects share."""
        for conflict in self.matching.conflicts:
            yield self._multiple(conflict) if conflict.multiple else self._ambiguous(conflict)

    def _multiple(self, conflict: Conflict) -> FindingDraft:
        first = conflict.services[0]
        ids = sorted(service.external_id for service in conflict.services)
        return draft(
            FindingKind.MULTIPLE_SERVICES,
            self.system,
            {"account": first.account_id, "services": ids},
            f"{first.name or 'Account'} ({first.account_id}) has {len(ids)} active services on {conflict.key} {conflict.value}. "
            "Assign each service its own endpoint at billing, or end one of them.",
            service=first,
            subscriber=self._first_subscriber(conflict),
            endpoint=self._first_endpoint(conflict),
            billing={"services": [service_values(service) for service in conflict.services]},
        )

    def _ambiguous(self, conflict: Conflict) -> FindingDraft:
        names = ", ".join(who(service) for service in conflict.services)
        endpoint = self._first_endpoint(conflict)
        sides = f"{len(conflict.services)} services claim {conflict.key} {conflict.value}: {names}"
        if len(conflict.services) == 1:
            sides = f"{conflict.key} {conflict.value} of {names} is that of several endpoints or subscribers"
        return draft(
            FindingKind.AMBIGUOUS_KEY,
            self.system,
            {
                "key": conflict.key,
                "value": conflict.value,
                "services": sorted(service.external_id for service in conflict.services),
            },
            f"{sides}. Correct it at billing so that it belongs to one.",
            service=conflict.services[0] if len(conflict.services) == 1 else None,
            subscriber=self._first_subscriber(conflict),
            endpoint=endpoint,
            billing={
                "key": conflict.key,
                "value": conflict.value,
                "services": [service_values(service) for service in conflict.services],
            },
            intent={"subscribers": [self.index.subscribers[key].name for key in conflict.subscriber_keys]},
            actual={"macs": [self.index.endpoints[key].mac for key in conflict.endpoint_keys]},
        )

    def plans(self) -> Iterator[FindingDraft]:
        """Billed plans that a matched service has and that are no bandwidth plan, each once."""
        used: dict[str, list[BillingService]] = {}
        for match in self.matching.matches:
            if match.service.state is not ServiceState.TERMINATED and match.service.plan_id:
                used.setdefault(match.service.plan_id, []).append(match.service)
        for plan_id in sorted(set(used) - set(self.plan_map)):
            plan = self.billed.get(plan_id) or BillingPlan(plan_id, f"plan {plan_id}", None, None)
            speeds = rates_text(plan.download_kbps, plan.upload_kbps)
            yield draft(
                FindingKind.PLAN_UNMAPPED,
                self.system,
                {"plan": plan_id, "download": plan.download_kbps, "upload": plan.upload_kbps},
                f"Billed plan {plan.name} ({speeds}) is no bandwidth plan. Map it to one, or create a bandwidth plan for it.",
                billing={
                    "plan_id": plan_id,
                    "plan": plan.name,
                    "download_kbps": plan.download_kbps,
                    "upload_kbps": plan.upload_kbps,
                    "services": sorted(service.external_id for service in used[plan_id]),
                },
            )

    def duplicates(self) -> Iterator[FindingDraft]:
        """Static addresses that several accounts have."""
        holders: dict[str, list[BillingService]] = {}
        for service in self.snapshot.services:
            if service.state in (ServiceState.IN_SERVICE, ServiceState.SUSPENDED):
                for host in dict.fromkeys(_static_hosts(service)):
                    holders.setdefault(host, []).append(service)
        for host, services in sorted(holders.items()):
            if len({service.account_id for service in services}) > 1:
                names = ", ".join(sorted(who(service) for service in services))
                yield draft(
                    FindingKind.DUPLICATE_IP,
                    self.system,
                    {"ipv4": host, "services": sorted(service.external_id for service in services)},
                    f"Address {host} is given to {names}. Give one of them another address at billing.",
                    billing={"ipv4": host, "services": [service_values(service) for service in services]},
                )

    def stale_links(self) -> Iterator[FindingDraft]:
        """Links to services that are not there any more, unless another service of that account was matched instead."""
        present = {(service.entity, id) for service in self.snapshot.services for id in (service.external_id, *service.replaces)}
        accounts = {match.subscriber_key: match.service.account_id for match in self.matching.matches}
        for subscriber in self.intent.subscribers:
            for entity, id in subscriber.links:
                if (entity, id) in present or accounts.get(subscriber.key) == id.split(".")[0]:
                    continue
                yield draft(
                    FindingKind.STALE_LINK,
                    self.system,
                    {"entity": entity, "id": id, "subscriber": subscriber.name, "gam": subscriber.gam},
                    f"Subscriber {subscriber.name} is linked to {entity} {id}, which {self.system} does not have any more. "
                    "Check it there, then link the subscriber anew or terminate the service.",
                    subscriber=subscriber,
                    endpoint=self.index.endpoints.get(subscriber.endpoint_key) if subscriber.endpoint_key is not None else None,
                    billing={"entity": entity, "service": id},
                )

    def orphans(self) -> Iterator[FindingDraft]:
        """Equipment without account that is on the network, or stands at an address and is of the network's make."""
        claimed = {
            mac for service in self.snapshot.services if service.state is not ServiceState.TERMINATED for mac in service.macs
        }
        for device in self.snapshot.orphans:
            endpoint = self._endpoint_of(device)
            live = endpoint is not None and (endpoint.seen or self.index.subscriber_of(endpoint.key) is not None)
            installed = device.at_address and (endpoint is not None or device.mac[:8] in self.prefixes)
            if device.mac in claimed or not (live or installed):
                continue
            name = device.mac or f"serial {device.serial}"
            where = f"{place(endpoint)} is on the network" if endpoint else f"it stands at {device.where}"
            yield draft(
                FindingKind.EQUIPMENT_WITHOUT_ACCOUNT,
                self.system,
                {"mac": device.mac, "serial": device.serial},
                f"Equipment {name} hangs on no account at billing, but {where}. Assign it to its account, or fetch it back.",
                subscriber=self.index.subscriber_of(endpoint.key) if endpoint else None,
                endpoint=endpoint,
                billing={"item": device.external_id, "mac": device.mac, "serial": device.serial, "where": device.where},
            )

    def unclaimed(self) -> Iterator[FindingDraft]:
        """Active subscribers that no service of any billing system claims, and about whom nothing else was said."""
        spoken_for = {match.subscriber_key for match in self.matching.matches}
        spoken_for.update(key for conflict in self.matching.conflicts for key in conflict.subscriber_keys)
        spoken_for.update(item.subscriber_key for item in self.orphans())
        for subscriber in self.intent.subscribers:
            owned = subscriber.key in spoken_for or subscriber.key in self.intent.other_links or subscriber.links
            if subscriber.status != ACTIVE or owned:
                continue
            endpoint = self._endpoint_of_subscriber(subscriber)
            where = f"{place(endpoint)} serves" if endpoint else f"{subscriber.gam or 'a shelf'} serves"
            yield draft(
                FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER,
                self.system,
                {"subscriber": subscriber.name, "gam": subscriber.gam, "mac": endpoint.mac if endpoint else ""},
                f"{where} subscriber {subscriber.name}, whom no billing system knows. Bill the customer, or terminate the service.",
                subscriber=subscriber,
                endpoint=endpoint,
            )

    # ------------------------------------------------------------------------------------------------------------ helpers

    def _subscriber(self, match: Match | None) -> IntentSubscriber | None:
        return self.index.subscribers.get(match.subscriber_key) if match and match.subscriber_key is not None else None

    def _endpoint(self, match: Match | None) -> IntentEndpoint | None:
        return self.index.endpoints.get(match.endpoint_key) if match and match.endpoint_key is not None else None

    def _endpoint_of(self, device: OrphanDevice) -> IntentEndpoint | None:
        hits = self.index.by_mac.get(device.mac) or self.index.by_serial.get(serial_key(device.serial)) or ()
        keys = _only(hit.endpoint_key for hit in hits)
        return self.index.endpoints.get(keys) if keys is not None else None

    def _endpoint_of_subscriber(self, subscriber: IntentSubscriber) -> IntentEndpoint | None:
        key = self.index.at_subscriber(subscriber).endpoint_key
        return self.index.endpoints.get(key) if key is not None else None

    def _first_subscriber(self, conflict: Conflict) -> IntentSubscriber | None:
        key = _only(conflict.subscriber_keys)
        return self.index.subscribers.get(key) if key is not None else None

    def _first_endpoint(self, conflict: Conflict) -> IntentEndpoint | None:
        key = _only(conflict.endpoint_keys)
        return self.index.endpoints.get(key) if key is not None else None


def _only(keys: Iterable[int | None]) -> int | None:
    found = [key for key in keys if key is not None]
    return found[0] if len(found) == 1 else None


def _serials_of(service: BillingService, mac: str) -> tuple[str, ...]:
    """Serials that billing means for the device with that MAC: not those of the router beside it, nor a TR-069 device's."""
    acs = set(service.evidence.get("acs_serials", ()))
    devices = service.evidence.get("devices")
    if devices is None:
        return tuple(serial for serial in service.serials if serial not in acs)
    same = [device for device in devices if mac in device["macs"]] or [device for device in devices if not device["macs"]]
    return tuple(serial for device in (same or devices) for serial in device["serials"])


def _static_hosts(service: BillingService) -> tuple[str, ...]:
    """Addresses given to a service for good; leases and sessions are not."""
    return tuple(service.evidence.get("static_ipv4", service.ipv4))


def _id(service: BillingService) -> str:
    return f"{service.entity} {service.external_id}"
