"""Adoption: what a shelf has configured becomes intent: what NetBox does not know yet, or, where a person says so, what it does."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from nornir_tasks.contracts import ProfileConfig, ShelfConfig, SubscriberConfig

from ..choices import EndpointStatusChoices, SubscriberStatusChoices, SuspensionModeChoices
from ..exceptions import InvalidState
from ..models import BandwidthPlan, Endpoint, GamDevice, Subscriber
from . import suspension, vlans
from .saving import create, update


def adopt(gam: GamDevice, config: ShelfConfig) -> dict[str, int]:
    """Create endpoints, bandwidth plans and subscribers the shelf has and NetBox lacks; what NetBox has is not touched.

    :returns: counts of what was created
    """
    endpoints = _adopt_endpoints(gam, config)
    known = set(Subscriber.objects.filter(gam=gam).values_list("name", flat=True))
    plans = _PlansByRate(gam)
    created = 0
    for item in config.subscribers:
        endpoint = endpoints.get(item.endpoint or "")
        if item.name in known or (endpoint is not None and hasattr(endpoint, "subscriber")):
            continue
        _adopt_subscriber(gam, config, item, endpoint, plans)
        created += 1
    return {"subscribers_adopted": created, "plans_adopted": plans.created}


def _adopt_endpoints(gam: GamDevice, config: ShelfConfig) -> dict[str, Endpoint]:
    """Endpoints of the shelf by their name there."""
    known = {
        endpoint.mac: endpoint for endpoint in Endpoint.objects.filter(mac_address__in=[item.mac for item in config.endpoints])
    }
    ports = {port.number: port for port in gam.ports.all()}
    found: dict[str, Endpoint] = {}
    for item in config.endpoints:
        endpoint = known.get(item.mac)
        values: dict[str, Any] = {
            "name": item.name,
            "gam": gam,
            "port": ports.get(item.port) if item.port else None,
            "auto_port": item.auto_port and item.port is None,
            "status": EndpointStatusChoices.CONFIGURED,
        }
        if endpoint is None:
            endpoint = create(Endpoint, message=f"Adopted from {gam}", mac_address=item.mac, **values)
        elif endpoint.status == EndpointStatusChoices.DISCOVERED:
            update(endpoint, message=f"Adopted from {gam}", **values)
        found[item.name] = endpoint
    return found


def _adopt_subscriber(
    gam: GamDevice, config: ShelfConfig, item: SubscriberConfig, endpoint: Endpoint | None, plans: _PlansByRate
) -> None:
    values = _service_values(gam, config, item, endpoint, plans)
    create(Subscriber, message=f"Adopted from {gam}", name=item.name, description=item.description, **values)


def _service_values(
    gam: GamDevice, config: ShelfConfig, item: SubscriberConfig, endpoint: Endpoint | None, plans: _PlansByRate
) -> dict[str, Any]:
    """A subscriber's fields as the shelf has them; of one in a walled garden the shelf does not know its own VLANs."""
    suspended = item.vlan in plans.gardens
    nni = gam.device.interfaces.filter(name=item.nni).first() if item.nni else None
    port = gam.ports.filter(number=item.port).first() if item.port else None
    return {
        "status": SubscriberStatusChoices.SUSPENDED if suspended else SubscriberStatusChoices.ACTIVE,
        **suspension.IN_SERVICE,
        **({"suspension_mode": SuspensionModeChoices.WALLED_GARDEN, "suspended_vid": item.vlan} if suspended else {}),
        "gam": gam,
        "endpoint": endpoint,
        "port": port,
        "bandwidth_plan": plans.find(config, item.profile),
        "vlan": None if suspended else vlans.find_or_create(item.vlan, gam.vlan_pool),
        "tagged": item.tagged,
        "remapped_vid": item.remapped_vlan,
        "port2_vid": item.port2_vlan,
        "allowed_vids": list(item.allowed_vlans),
        "trunk": item.trunk,
        "double_tagged": item.double_tag,
        "outer_vlan": vlans.find_or_create(item.outer_vlan, gam.vlan_pool) if item.double_tag and item.outer_vlan else None,
        "nni": nni,
        "poe_mode": item.poe if item.poe and endpoint is not None and endpoint.model.endswith("+") else "",
    }


# ------------------------------------------------------------------------------------------------------------------ overwriting


KEPT_WHILE_SUSPENDED = ("vlan", "remapped_vid", "port2_vid", "allowed_vids", "trunk", "double_tagged", "outer_vlan", "nni")
"""What a shelf no longer knows of a subscriber on the walled-garden VLAN; NetBox keeps it for the day of resuming."""


def overwrite(gam: GamDevice, config: ShelfConfig, *, macs: set[str], names: set[str], message: str) -> None:
    """What the shelf has of these endpoints and subscribers becomes intent, also where NetBox said otherwise; atomic.

    An endpoint the shelf lacks is no longer configured, a subscriber it lacks is terminated.

    :raises InvalidState: the endpoint serves somebody elsewhere
    :raises ValidationError: NetBox cannot hold what the shelf has, naming field and value
    """
    by_name = {item.name: item for item in config.endpoints}
    services = [item for item in config.subscribers if item.name in names]
    macs = macs | {by_name[item.endpoint].mac for item in services if item.endpoint in by_name}
    with transaction.atomic():
        endpoints = _overwrite_endpoints(gam, config, macs, names, message)
        _overwrite_subscribers(gam, config, services, names, endpoints, message)


def _overwrite_endpoints(gam: GamDevice, config: ShelfConfig, macs: set[str], names: set[str], message: str) -> dict[str, Endpoint]:
    """The endpoints of these MAC addresses as the shelf has them, by MAC address."""
    stored = {item.mac: item for item in Endpoint.objects.filter(mac_address__in=macs).select_related("subscriber__gam", "gam")}
    present = {item.mac: item for item in config.endpoints if item.mac in macs}
    ports = {port.number: port for port in gam.ports.all()}
    for endpoint in stored.values():
        service = getattr(endpoint, "subscriber", None)
        if endpoint.gam_id not in (None, gam.pk) and service is not None:
            raise InvalidState(
                f"{endpoint} serves {service} on {endpoint.gam}.", next_step=f"Terminate it there, or take it off {gam}."
            )
    wanted: dict[str, dict[str, Any]] = {
        mac: {
            "name": item.name,
            "gam": gam,
            "port": ports.get(item.port) if item.port else None,
            "auto_port": item.auto_port and item.port is None,
            "status": EndpointStatusChoices.CONFIGURED,
        }
        for mac, item in present.items()
    }
    gone: dict[str, Any] = {"name": "", "port": None, "auto_port": False, "status": EndpointStatusChoices.DISCOVERED}
    wanted |= {mac: gone for mac in stored if mac not in present}
    # Endpoints may trade names and ports: all let go of theirs before any takes its new one. Each is saved again below.
    moving = [stored[mac].pk for mac, values in wanted.items() if mac in stored and _differs(stored[mac], values)]
    Endpoint.objects.filter(pk__in=moving).update(name="", port=None)
    found = {}
    for mac, values in wanted.items():
        if mac in stored:
            update(stored[mac], message=message, **values)
        else:
            stored[mac] = create(Endpoint, message=message, mac_address=mac, **values)
        found[mac] = stored[mac]
    return found


def _overwrite_subscribers(
    gam: GamDevice,
    config: ShelfConfig,
    services: list[SubscriberConfig],
    names: set[str],
    endpoints: dict[str, Endpoint],
    message: str,
) -> None:
    macs = {item.name: item.mac for item in config.endpoints}
    stored = {item.name: item for item in Subscriber.objects.filter(gam=gam, name__in=names)}
    plans = _PlansByRate(gam)
    wanted: dict[str, dict[str, Any]] = {}
    for item in services:
        endpoint = endpoints.get(macs.get(item.endpoint or "", ""))
        values = _service_values(gam, config, item, endpoint, plans)
        if item.name in stored:
            values = _while_suspended(stored[item.name], values)
        wanted[item.name] = values
    gone: dict[str, Any] = {"status": SubscriberStatusChoices.TERMINATED, "endpoint": None, "port": None, "vlan": None}
    gone |= suspension.IN_SERVICE
    wanted |= {name: gone for name in stored if name not in wanted and not suspension.is_removed(stored[name])}
    # Subscribers may trade endpoints as endpoints trade ports.
    moving = [stored[name].pk for name, values in wanted.items() if name in stored and _differs(stored[name], values)]
    Subscriber.objects.filter(pk__in=moving).update(endpoint=None, port=None)
    for name, values in wanted.items():
        if name in stored:
            update(stored[name], message=message, **values)
        else:
            create(Subscriber, message=message, name=name, **values)


def _while_suspended(subscriber: Subscriber, values: dict[str, Any]) -> dict[str, Any]:
    """The shelf's values of a subscriber NetBox has, without what the shelf does not know while it is cut off."""
    if values["status"] == SubscriberStatusChoices.SUSPENDED:
        return {name: value for name, value in values.items() if name not in KEPT_WHILE_SUSPENDED}
    throttle, plan = suspension.throttle_of(subscriber), values["bandwidth_plan"]
    if throttle is not None and plan is not None and _rates_of(plan) == _rates_of(throttle):
        kept = ("status", "bandwidth_plan", *suspension.IN_SERVICE)
        return {name: value for name, value in values.items() if name not in kept}
    return values


def _rates_of(plan: BandwidthPlan) -> tuple[int | None, int | None]:
    return plan.downstream_rate_mbps, plan.upstream_rate_mbps


def _differs(obj: Any, values: dict[str, Any]) -> bool:
    return any(getattr(obj, name) != value for name, value in values.items())


class _PlansByRate:
    """Bandwidth plans by their rates on a shelf; one is made for a profile no plan has the rates of.

    ``gardens``: the VLANs there that are walled gardens.
    """

    def __init__(self, gam: GamDevice) -> None:
        self.gardens = suspension.gardens(gam)
        self.created = 0
        self.plans = {
            (plan.downstream_rate_mbps, plan.upstream_rate_mbps): plan for plan in BandwidthPlan.objects.filter(unthrottled=False)
        }

    def find(self, config: ShelfConfig, name: str | None) -> BandwidthPlan | None:
        """The plan for a profile of the shelf; None for unthrottled."""
        if name is None:
            return None
        profile = next((item for item in config.profiles if item.name == name), None)
        if profile is None:
            return None
        rates = (profile.downstream_mbps, profile.upstream_mbps)
        if rates not in self.plans:
            self.plans[rates] = self._create(profile)
        return self.plans[rates]

    def _create(self, profile: ProfileConfig) -> BandwidthPlan:
        """A plan with exactly the shelf's rates, sold as the known plan they fit, if one does."""
        rates = f"{profile.downstream_mbps}/{profile.upstream_mbps}"
        values: dict[str, Any] = {
            "name": profile.name,
            "downstream_kbps": profile.downstream_mbps * 1000,
            "upstream_kbps": profile.upstream_mbps * 1000,
            "overhead_percent": 0,
        }
        sold = next((plan for plan in self.plans.values() if _fits(profile, plan)), None)
        if sold is not None:
            values |= {
                "name": f"{sold.name} {rates}"[:31],
                "downstream_kbps": sold.downstream_kbps,
                "upstream_kbps": sold.upstream_kbps,
            }
            values |= {"downstream_shelf_mbps": profile.downstream_mbps, "upstream_shelf_mbps": profile.upstream_mbps}
            values["overhead_percent"] = sold.overhead_percent
        if BandwidthPlan.objects.filter(name=values["name"]).exists():
            values["name"] = f"{rates} Mbit/s"
        self.created += 1
        return create(BandwidthPlan, message="Adopted from a shelf", description="Rates as found on a shelf", **values)


def _fits(profile: ProfileConfig, plan: BandwidthPlan) -> bool:
    """Whether a shelf's rates are a plan's speeds with some other overhead: none to 20 per cent (18 was met in the field)."""
    pairs = ((profile.downstream_mbps, plan.downstream_kbps), (profile.upstream_mbps, plan.upstream_kbps))
    return all(sold and 1.0 <= mbps * 1000 / sold <= 1.2 for mbps, sold in pairs)
