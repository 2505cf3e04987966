"""NetBox after discovery of a whole town, written in bulk: for reconciliation at a size nobody would want to poll in a test."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dcim.models import Device, DeviceRole, DeviceType, Manufacturer, Site
from django.utils import timezone
from ipam.models import VLAN, VLANGroup

from development.town import Town, TownEndpoint, TownShelf
from netbox_gam.models import BandwidthPlan, Endpoint, EndpointState, GamDevice, ShelfServiceState, Subscriber


def write_town(town: Town) -> None:
    """Shelves, endpoints with what is seen of them, and a subscriber for every service on a shelf."""
    plans = {plan.name: plan for plan in BandwidthPlan.objects.all()}
    vlan = VLAN.objects.create(vid=100, name="Subscribers", group=VLANGroup.objects.get(slug="subscribers"))
    maker = Manufacturer.objects.create(name="Positron", slug="positron")
    role = DeviceRole.objects.create(name="GAM", slug="gam")
    for shelf in town.shelves:
        gam = _write_shelf(shelf, maker, role)
        by_name = _write_endpoints(shelf.endpoints, gam)
        Subscriber.objects.bulk_create(
            Subscriber(
                name=service.name,
                status="active",
                gam=gam,
                endpoint=by_name[service.endpoint],
                bandwidth_plan=plans.get(service.profile or ""),
                vlan=vlan,
            )
            for service in shelf.services
        )


def write_configurations() -> None:
    """What reading every shelf's configuration would have found: each service as NetBox has it."""
    at = timezone.now()
    served = Subscriber.objects.filter(status="active").exclude(gam=None).select_related("bandwidth_plan", "vlan", "endpoint")
    ShelfServiceState.objects.bulk_create(shelf_service(subscriber, at) for subscriber in served)


def shelf_service(subscriber: Subscriber, at: datetime, **other: Any) -> ShelfServiceState:
    """A subscriber's service as its shelf has it; ``other``: what is not as NetBox says."""
    plan = subscriber.bandwidth_plan
    rates = {"downstream_mbps": plan.downstream_rate_mbps, "upstream_mbps": plan.upstream_rate_mbps} if plan else {}
    values = {"vlan": subscriber.vlan.vid, "mac": subscriber.endpoint.mac, **rates, **other}
    return ShelfServiceState(gam_id=subscriber.gam_id, name=subscriber.name, read_at=at, **values)


def _write_shelf(shelf: TownShelf, maker: Manufacturer, role: DeviceRole) -> GamDevice:
    kind, _ = DeviceType.objects.get_or_create(manufacturer=maker, model=shelf.model, defaults={"slug": shelf.model.lower()})
    site = Site.objects.get(name=shelf.location)
    device = Device.objects.create(name=shelf.name, device_type=kind, role=role, site=site, serial=shelf.serial)
    return GamDevice.objects.create(device=device, hardware_model=shelf.model)


def _write_endpoints(endpoints: tuple[TownEndpoint, ...], gam: GamDevice) -> dict[str, Endpoint]:
    """A shelf tells the serial only of an endpoint it knows and reaches."""
    written = Endpoint.objects.bulk_create(
        Endpoint(
            mac_address=item.mac,
            name=item.name if item.configured else "",
            model=item.model,
            serial=item.serial if item.configured and item.plugged_port else "",
            status="configured" if item.configured else "discovered",
            gam=gam,
        )
        for item in endpoints
    )
    EndpointState.objects.bulk_create(
        EndpointState(
            gam=gam,
            mac=item.mac,
            endpoint=endpoint,
            read_at=timezone.now(),
            present=item.plugged_port is not None,
            state="ok" if item.configured else "quarantinedUnknownMAC",
        )
        for item, endpoint in zip(endpoints, written, strict=True)
    )
    return {item.name: endpoint for item, endpoint in zip(endpoints, written, strict=True)}
