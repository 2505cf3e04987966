"""Writes findings: the rule in one sentence, the values on each side, a title with the next step, a stable fingerprint. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ..contracts import BillingService, FindingDraft, FindingKind, IntentEndpoint, IntentPlan, IntentSubscriber

RULES: Mapping[FindingKind, str] = {
    FindingKind.ACTIVE_NOT_ON_NETWORK: "A service that is active at billing needs an active subscriber on its endpoint.",
    FindingKind.INACTIVE_ON_NETWORK: "A service that is suspended or terminated at billing must not be active on the network.",
    FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT: "An active service must name an endpoint the network knows, by MAC or serial.",
    FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER: "A subscriber active on the network must be a service at a billing system.",
    FindingKind.EQUIPMENT_WITHOUT_ACCOUNT: "Equipment on the network or at an address must hang on an account at billing.",
    FindingKind.MAC_MISMATCH: "The MAC at billing must be that of the endpoint that serves the customer.",
    FindingKind.SERIAL_MISMATCH: "The serial at billing must be that of the endpoint that serves the customer.",
    FindingKind.PLAN_MISMATCH: "The subscriber's bandwidth plan must have the speeds of the plan that is billed.",
    FindingKind.PLAN_UNMAPPED: "Every billed plan in use must be one of the bandwidth plans.",
    FindingKind.AMBIGUOUS_KEY: "A link, serial, MAC or login must lead from one service to one subscriber.",
    FindingKind.DUPLICATE_IP: "One static address belongs to one account.",
    FindingKind.MULTIPLE_SERVICES: "Two active services of one account must not share an endpoint.",
    FindingKind.STALE_LINK: "A linked service must still exist at billing.",
    FindingKind.UNKNOWN_STATUS: "Every status at billing must mean something for the network.",
    FindingKind.IP_MISMATCH: "A customer's session must have the static address that billing gives it.",
    FindingKind.VLAN_MISMATCH: "A service on a shelf must be in the VLAN that NetBox gives it.",
    FindingKind.SPEED_ON_SHELF: "A service on a shelf must have the limit of its bandwidth plan.",
    FindingKind.LIVE_WHILE_OFF: "A service that is off at billing and in NetBox must not be served by its shelf.",
    FindingKind.RULE_HELD: "A rule must not cut off more at once than the guard allows.",
    FindingKind.SOURCE_INCOMPLETE: "Nothing is concluded from what is missing in an incomplete reading.",
}


def draft(
    kind: FindingKind,
    system: str,
    identity: Mapping[str, Any],
    title: str,
    *,
    service: BillingService | None = None,
    subscriber: IntentSubscriber | None = None,
    endpoint: IntentEndpoint | None = None,
    billing: Mapping[str, Any] | None = None,
    intent: Mapping[str, Any] | None = None,
    actual: Mapping[str, Any] | None = None,
) -> FindingDraft:
    """A finding about a service, a subscriber or an endpoint.

    :param identity: what makes it this difference and no other: natural keys and the values that differ, nothing that changes
        from run to run
    """
    return FindingDraft(
        kind=kind,
        fingerprint=fingerprint(kind, system, identity),
        title=title[:1].upper() + title[1:],
        external_id=service.external_id if service else "",
        entity=service.entity if service else "",
        subscriber_key=subscriber.key if subscriber else None,
        endpoint_key=endpoint.key if endpoint else None,
        billing=dict(billing if billing is not None else service_values(service)),
        intent={**subscriber_values(subscriber), **(intent or {})},
        actual={**endpoint_values(endpoint), **shelf_values(subscriber), **(actual or {})},
        rule=RULES[kind],
    )


def fingerprint(kind: FindingKind, system: str, identity: Mapping[str, Any]) -> str:
    """SHA-256 over kind, system and identity; the order of the identity's members does not matter."""
    text = json.dumps([kind.value, system, identity], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def service_values(service: BillingService | None) -> dict[str, Any]:
    """Billing's side of a finding."""
    if service is None:
        return {}
    return {
        "account": service.account_id,
        "service": service.external_id,
        "name": service.name,
        "state": service.state.value,
        "status": service.raw_status,
        "plan": service.plan_id or "",
        "macs": list(service.macs),
        "serials": list(service.serials),
        "login": service.login,
        "ipv4": list(service.ipv4),
        "address": service.address,
    }


def subscriber_values(subscriber: IntentSubscriber | None) -> dict[str, Any]:
    """NetBox's side of a finding."""
    if subscriber is None:
        return {}
    values = {"subscriber": subscriber.name, "status": subscriber.status, "gam": subscriber.gam}
    return values if subscriber.vlan is None else {**values, "vlan": subscriber.vlan}


def endpoint_values(endpoint: IntentEndpoint | None) -> dict[str, Any]:
    """The network's side of a finding."""
    if endpoint is None:
        return {}
    return {
        "mac": endpoint.mac,
        "serial": endpoint.serial,
        "endpoint": endpoint.name,
        "gam": endpoint.gam,
        "port": endpoint.port,
        "seen": endpoint.seen,
        **({} if endpoint.traffic_mbps is None else {"traffic_mbps": endpoint.traffic_mbps}),
    }


def shelf_values(subscriber: IntentSubscriber | None) -> dict[str, Any]:
    """What the shelf has of a service, for the network's side of a finding; nothing while the shelf was not read."""
    if subscriber is None or not subscriber.shelf_read:
        return {}
    found = subscriber.on_shelf
    if found is None:
        return {"on_shelf": False}
    return {"on_shelf": True, "vlan": found.vlan, "limit": limit_text(found.downstream_mbps, found.upstream_mbps)}


def limit_text(down_mbps: int | None, up_mbps: int | None) -> str:
    """A limit on a shelf in words."""
    return "unthrottled" if down_mbps is None or up_mbps is None else f"{down_mbps}/{up_mbps} Mbit/s"


def plan_values(plan: IntentPlan | None) -> dict[str, Any]:
    """A bandwidth plan in a finding."""
    if plan is None:
        return {"plan": "", "download_kbps": None, "upload_kbps": None}
    return {"plan": plan.name, "download_kbps": plan.download_kbps, "upload_kbps": plan.upload_kbps}


def place(endpoint: IntentEndpoint) -> str:
    """An endpoint and where it is, for a title."""
    where = f" on {endpoint.gam}" if endpoint.gam else ""
    return f"endpoint {endpoint.mac}{where}{f' port {endpoint.port}' if endpoint.gam and endpoint.port else ''}"


def who(service: BillingService) -> str:
    """A customer, for a title."""
    return f"{service.name or 'account'} ({service.external_id})"
