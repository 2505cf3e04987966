"""Adoption: what a shelf already has configured becomes intent, once, for what NetBox does not know yet."""

from __future__ import annotations

from typing import Any

from nornir_tasks.contracts import ProfileConfig, ShelfConfig, SubscriberConfig
from nornir_tasks.gam.rules import UNPROVISIONED_VLAN

from ..choices import EndpointStatusChoices, SubscriberStatusChoices
from ..models import BandwidthPlan, Endpoint, GamDevice, Subscriber
from . import vlans
from .saving import create, update


def adopt(gam: GamDevice, config: ShelfConfig) -> dict[str, int]:
    """Create endpoints, bandwidth plans and subscribers the shelf has and NetBox lacks; what NetBox has is not touched.

    :returns: counts of what was created
    """
    endpoints = _adopt_endpoints(gam, config)
    known = set(Subscriber.objects.filter(gam=gam).values_list("name", flat=True))
    plans = _PlansByRate()
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
    suspended = item.vlan == UNPROVISIONED_VLAN
    nni = gam.device.interfaces.filter(name=item.nni).first() if item.nni else None
    port = gam.ports.filter(number=item.port).first() if item.port else None
    create(
        Subscriber,
        message=f"Adopted from {gam}",
        name=item.name,
        description=item.description,
        status=SubscriberStatusChoices.SUSPENDED if suspended else SubscriberStatusChoices.ACTIVE,
        gam=gam,
        endpoint=endpoint,
        port=port,
        bandwidth_plan=plans.find(config, item.profile),
        vlan=None if suspended else vlans.find_or_create(item.vlan, gam.vlan_pool),
        tagged=item.tagged,
        remapped_vid=item.remapped_vlan,
        port2_vid=item.port2_vlan,
        allowed_vids=list(item.allowed_vlans),
        trunk=item.trunk,
        double_tagged=item.double_tag,
        outer_vlan=vlans.find_or_create(item.outer_vlan, gam.vlan_pool) if item.double_tag and item.outer_vlan else None,
        nni=nni,
        poe_mode=item.poe if item.poe and endpoint is not None and endpoint.model.endswith("+") else "",
    )


class _PlansByRate:
    """Bandwidth plans by their rates on a shelf; one is made for a profile no plan has the rates of."""

    def __init__(self) -> None:
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
