"""Objects for tests: every builder makes what it needs and takes any field as a keyword. Names count up and never collide."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from dcim.models import Device, DeviceRole, DeviceType, Interface, Manufacturer, Site
from ipam.models import VLAN, IPAddress, VLANGroup

from netbox_gam.choices import (
    AlarmSeverityChoices,
    ChangeActionChoices,
    ChangeKindChoices,
    EndpointStateChoices,
    EndpointStatusChoices,
    FindingKindChoices,
    SnmpVersionChoices,
    SyncRunStatusChoices,
)
from netbox_gam.models import (
    Alarm,
    AlarmRule,
    Arrival,
    BandwidthPlan,
    BilledService,
    BillingEvent,
    BillingLink,
    BillingPlan,
    BillingSystem,
    BillingWrite,
    ChangeBatch,
    ChangePlan,
    ChangeStep,
    CredentialProfile,
    DeviceState,
    Drift,
    Endpoint,
    EndpointState,
    EthernetState,
    Finding,
    FindingRule,
    FirmwareImage,
    FirmwareRollout,
    FirmwareUpgrade,
    GamDevice,
    GamPort,
    MailGroup,
    PortState,
    SnmpProfile,
    Subscriber,
    SyncRun,
    VlanPool,
)
from nornir_tasks.gam.catalog import find_model

MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def number() -> int:
    """A number nobody had before in this process."""
    return next(_numbers)


# ------------------------------------------------------------------------------------------------------------- NetBox's own


def site(name: str = "Depot") -> Site:
    """The site of that name."""
    return Site.objects.get_or_create(name=name, defaults={"slug": name.lower().replace(" ", "-"), "status": "active"})[0]


def device(name: str | None = None, *, model: str = "GAM-12-C", at: Site | None = None, address: str = "") -> Device:
    """A device of a catalogue model with its interfaces; ``address`` becomes the primary address on its MGMT port."""
    maker = Manufacturer.objects.get_or_create(slug="positron", defaults={"name": "Positron"})[0]
    kind = DeviceType.objects.get_or_create(manufacturer=maker, model=model, defaults={"slug": f"positron-{model.lower()}"})[0]
    role = DeviceRole.objects.get_or_create(
        slug="ghn-access-multiplexer", defaults={"name": "G.hn access multiplexer", "color": "3f51b5"}
    )[0]
    count = number()
    made = Device.objects.create(
        name=name or f"gam-{count}", device_type=kind, role=role, site=at or site(), serial=f"SN{count:06}", status="active"
    )
    catalog = find_model(model)
    assert catalog is not None
    for interface in (*catalog.ghn_interfaces, *catalog.uplink_interfaces):
        Interface.objects.create(device=made, name=interface, type="other")
    management = Interface.objects.create(device=made, name=catalog.mgmt_interface, type="1000base-t", mgmt_only=True)
    if address:
        made.primary_ip4 = IPAddress.objects.create(address=f"{address}/24", assigned_object=management)
        made.save()
    return made


def vlan_group(name: str | None = None) -> VLANGroup:
    """A new VLAN group."""
    name = name or f"Access {number()}"
    return VLANGroup.objects.create(name=name, slug=name.lower().replace(" ", "-"))


def vlan(vid: int | None = None, group: VLANGroup | None = None) -> VLAN:
    """A new VLAN."""
    vid = vid or 100 + number() % 3900
    return VLAN.objects.create(vid=vid, name=f"VLAN {vid}", group=group)


# ------------------------------------------------------------------------------------------------------------- intent


def credential_profile(**values: Any) -> CredentialProfile:
    """A profile whose password is a reference."""
    values = {"name": f"Login {number()}", "username": "admin", "password": "env:GAM_PASSWORD", **values}
    return CredentialProfile.objects.create(**values)


def snmp_profile(**values: Any) -> SnmpProfile:
    """An SNMP v2c profile whose community is a reference."""
    values = {"name": f"SNMP {number()}", "version": SnmpVersionChoices.V2C, "community": "env:GAM_COMMUNITY", **values}
    return SnmpProfile.objects.create(**values)


def gam(name: str | None = None, *, model: str = "GAM-12-C", address: str = "", **values: Any) -> GamDevice:
    """A GAM on a device of its own. Without ports; see :func:`port`."""
    if "device" not in values:
        values["device"] = device(name, model=model, address=address)
    return GamDevice.objects.create(hardware_model=model, **values)


def port(owner: GamDevice | None = None, index: int = 1, **values: Any) -> GamPort:
    """G.hn port ``index`` of a GAM."""
    owner = owner or gam()
    assert owner.catalog is not None
    interface = Interface.objects.get(device=owner.device, name=owner.catalog.ghn_interface(index))
    values = {"medium": owner.catalog.default_medium.value, **values}
    return GamPort.objects.create(gam=owner, interface=interface, number=index, **values)


def mac(count: int | None = None) -> str:
    """A MAC address nobody had before."""
    count = number() if count is None else count
    return f"00:0e:d8:{count >> 16 & 255:02x}:{count >> 8 & 255:02x}:{count & 255:02x}"


def endpoint(at: GamPort | None = None, **values: Any) -> Endpoint:
    """A configured endpoint, on a port when one is given."""
    values = {
        "mac_address": mac(),
        "name": f"ep-{number()}",
        "model": "G1001-C",
        "serial": f"EP{number():06}",
        "status": EndpointStatusChoices.CONFIGURED,
        "port": at,
        "gam": at.gam if at else None,
        **values,
    }
    return Endpoint.objects.create(**values)


def plan(**values: Any) -> BandwidthPlan:
    """A bandwidth plan of 100/20 Mbit/s."""
    values = {"name": f"Fast {number()}", "downstream_kbps": 100_000, "upstream_kbps": 20_000, **values}
    return BandwidthPlan.objects.create(**values)


def pool(**values: Any) -> VlanPool:
    """A pool that gives each subscriber a VLAN, over a VLAN group of its own."""
    values = {"name": f"Pool {number()}", "first_vid": 100, "last_vid": 199, **values}
    if "vlan_group" not in values:
        values["vlan_group"] = vlan_group()
    return VlanPool.objects.create(**values)


def subscriber(served_by: Endpoint | None = None, **values: Any) -> Subscriber:
    """A pending subscriber, on the endpoint's GAM when an endpoint is given."""
    values = {
        "name": f"sub-{number()}",
        "full_name": "Ada Example",
        "endpoint": served_by,
        "gam": served_by.gam if served_by else None,
        **values,
    }
    return Subscriber.objects.create(**values)


# ------------------------------------------------------------------------------------------------------------- billing


def billing_system(**values: Any) -> BillingSystem:
    """A Sonar instance whose token is a reference."""
    values = {
        "name": f"Sonar {number()}",
        "type": "sonar",
        "url": "https://isp.sonar.example",
        "auth": "bearer",
        "token": "env:GAM_TOKEN",
        **values,
    }
    return BillingSystem.objects.create(**values)


def billing_plan(system: BillingSystem | None = None, **values: Any) -> BillingPlan:
    """A plan as billed."""
    values = {
        "external_id": str(number()),
        "name": f"Tariff {number()}",
        "download_kbps": 102_400,
        "upload_kbps": 20_480,
        **values,
    }
    return BillingPlan.objects.create(system=system or billing_system(), **values)


def billing_link(system: BillingSystem | None = None, **values: Any) -> BillingLink:
    """A link to a subscriber."""
    if "subscriber" not in values:
        values["subscriber"] = subscriber()
    values = {"entity": "account_service", "external_id": f"{number()}.1", "account_id": str(number()), **values}
    return BillingLink.objects.create(system=system or billing_system(), **values)


def billed_service(system: BillingSystem | None = None, **values: Any) -> BilledService:
    """A service of the last snapshot."""
    values = {
        "entity": "account_service",
        "external_id": f"{number()}.1",
        "account_id": str(number()),
        "name": "Ada Example",
        "state": "in_service",
        "raw_status": "Active",
        "macs": [mac()],
        "read_at": MOMENT,
        **values,
    }
    return BilledService.objects.create(system=system or billing_system(), **values)


def billing_event(system: BillingSystem, **values: Any) -> BillingEvent:
    """An event that was worked off."""
    times = {"received_at": MOMENT, "due_at": MOMENT, "processed_at": MOMENT}
    values = {"state": "done", "entity": "account", "action": "account.status", "account_id": "1", **times, **values}
    return BillingEvent.objects.create(system=system, digest=f"{number():064}", **values)


def sync_run(system: BillingSystem | None = None, **values: Any) -> SyncRun:
    """A run that completed in two seconds."""
    values = {
        "status": SyncRunStatusChoices.COMPLETED,
        "started": MOMENT,
        "finished": MOMENT.replace(second=2),
        "complete": True,
        "counts": {"accounts": 12},
        "timings": {"read": 1.5},
        **values,
    }
    return SyncRun.objects.create(system=system or billing_system(), **values)


def billing_write(system: BillingSystem | None = None, **values: Any) -> BillingWrite:
    """A custom field that waits to be written."""
    values = {
        "account_id": str(number()),
        "value": "service_state",
        "field": "4",
        "before": "active",
        "after": "suspended",
        "version": "7f3a",
        "key": f"netbox-{number()}",
        "due": MOMENT,
        **values,
    }
    return BillingWrite.objects.create(system=system or billing_system(), **values)


def finding(system: BillingSystem | None = None, **values: Any) -> Finding:
    """An open finding with values on all three sides."""
    count = number()
    values = {
        "kind": FindingKindChoices.values()[0],
        "title": f"Finding {count}",
        "fingerprint": f"{count:064x}",
        "external_id": f"{count}.1",
        "entity": "account_service",
        "billing_values": {"state": "in_service", "macs": ["00:0e:d8:00:00:01"]},
        "intent_values": {"status": "pending"},
        "actual_values": {"mac": "00:0e:d8:00:00:02"},
        "first_seen": MOMENT,
        "last_seen": MOMENT,
        **values,
    }
    return Finding.objects.create(system=system or billing_system(), **values)


# ------------------------------------------------------------------------------------------------- provisioning, monitoring


def change_plan(owner: GamDevice | None = None, *, steps: int = 1, **values: Any) -> ChangePlan:
    """A planned change plan with some steps."""
    values = {"reason": f"Activate sub-{number()}", "transport": "ssh", "state_hash": "0" * 64, **values}
    made = ChangePlan.objects.create(gam=owner or gam(), **values)
    for index in range(steps):
        change_step(made, index)
    return made


def change_batch(*, plans: int = 1, **values: Any) -> ChangeBatch:
    """A batch of plans of different GAMs that wait."""
    made = ChangeBatch.objects.create(**{"reason": f"Suspend {number()} subscribers", **values})
    for _ in range(plans):
        change_plan(batch=made)
    return made


def change_step(owner: ChangePlan | None = None, index: int = 0, **values: Any) -> ChangeStep:
    """A step that adds a subscriber."""
    values = {
        "action": ChangeActionChoices.ADD,
        "kind": ChangeKindChoices.SUBSCRIBER,
        "name": f"sub-{number()}",
        "why": "active in NetBox, not on the shelf",
        "diff": [{"field": "vlan", "before": "", "after": "117"}],
        "sends": ["configure terminal", "subscriber sub-1", "vlan 117", "end"],
        "undo_sends": ["configure terminal", "no subscriber sub-1", "end"],
        **values,
    }
    return ChangeStep.objects.create(change_plan=owner or change_plan(steps=0), index=index, **values)


def firmware_image(**values: Any) -> FirmwareImage:
    """An image for coax shelves of 12 and 24 ports."""
    values = {"family": "GAM-12/24-C", "version": "1.8.2", "revision": 28146, **values}
    size, medium = values["family"][4:-2].replace("/", "-"), "coax" if values["family"].endswith("C") else "mimo"
    name = f"gam{size}_{medium}_{values['version'].replace('.', '_')}_r{values['revision']}.mfip"
    values = {"file_name": name, "source_url": f"https://files.example.org/{name}", **values}
    return FirmwareImage.objects.create(**values)


def firmware_rollout(image: FirmwareImage | None = None, *, upgrades: int = 1, **values: Any) -> FirmwareRollout:
    """A planned rollout over some GAMs."""
    values = {"reason": f"Security update {number()}", "wave_sizes": [1, 5], **values}
    image = image or FirmwareImage.objects.first() or firmware_image()
    made = FirmwareRollout.objects.create(image=image, **values)
    for _ in range(upgrades):
        firmware_upgrade(made)
    return made


def firmware_upgrade(rollout: FirmwareRollout | None = None, owner: GamDevice | None = None, **values: Any) -> FirmwareUpgrade:
    """One GAM of a rollout, over the command line."""
    rollout = rollout or firmware_rollout(upgrades=0)
    values = {"transport": "ssh", "sends": {"swap": [f"firmware upgrade {rollout.image.source_url}"]}, **values}
    return FirmwareUpgrade.objects.create(rollout=rollout, gam=owner or gam(), **values)


def alarm(owner: GamDevice | None = None, **values: Any) -> Alarm:
    """A raised alarm."""
    values = {
        "key": f"{number():032x}",
        "entity": "Gigabit 1/1",
        "condition": "linkDown",
        "severity": AlarmSeverityChoices.MAJOR,
        "raised": MOMENT,
        **values,
    }
    return Alarm.objects.create(gam=owner or gam(), **values)


def drift(owner: GamDevice | None = None, **values: Any) -> Drift:
    """An open difference: another VLAN on the shelf."""
    count = number()
    values = {
        "kind": "misaligned",
        "object_kind": "subscriber",
        "name": f"sub-{count}",
        "field": "VLAN",
        "key": f"subscriber:sub-{count}:VLAN",
        "intent_value": "117",
        "actual_value": "118",
        "first_seen": MOMENT,
        "last_seen": MOMENT,
        **values,
    }
    return Drift.objects.create(gam=owner or gam(), **values)


def arrival(owner: GamDevice | None = None, **values: Any) -> Arrival:
    """An endpoint nobody knows, waiting."""
    owner = owner or gam()
    if "endpoint" not in values:
        values["endpoint"] = endpoint(status=EndpointStatusChoices.DISCOVERED, name="", gam=owner)
    values = {"kind": "unknown", "since": MOMENT, **values}
    return Arrival.objects.create(gam=owner, **values)


def finding_rule(**values: Any) -> FindingRule:
    """A rule that is off, for people who do not pay."""
    values = {"name": f"Cut off {number()}", "kinds": ["inactive_on_network"], **values}
    return FindingRule.objects.create(**values)


def mail_group(**values: Any) -> MailGroup:
    """A group that is told of everything minor or worse, at once."""
    values = {"name": f"Night shift {number()}", "addresses": ["noc@example.org"], **values}
    return MailGroup.objects.create(**values)


def alarm_rule(**values: Any) -> AlarmRule:
    """A rule for shelves that are too hot."""
    values = {"name": f"Hot {number()}", "watches": "device.temperature_c", "threshold": 70.0, **values}
    return AlarmRule.objects.create(**values)


# ------------------------------------------------------------------------------------------------------------- observed


def device_state(owner: GamDevice, **values: Any) -> DeviceState:
    """A reading that worked."""
    values = {
        "reachable": True,
        "last_attempt": MOMENT,
        "last_success": MOMENT,
        "firmware": "GAM-12/24-C_1.8.1",
        "cpu_percent": 12,
        "uptime_seconds": 90_061,
        "temperatures_c": {"Board": 41.5},
        "fans_rpm": [5200, 5100],
        "power_supplies": {"PSU A": "ok"},
        **values,
    }
    EthernetState.objects.create(gam=owner, name="10GigabitEthernet 1/1", read_at=MOMENT, link_up=True, speed_mbps=10000)
    return DeviceState.objects.create(gam=owner, **values)


def port_state(owner: GamPort, **values: Any) -> PortState:
    """A port with its link up and one endpoint."""
    values = {"read_at": MOMENT, "link_up": True, "enabled": True, "endpoint_count": 1, **values}
    return PortState.objects.create(gam=owner.gam, number=owner.number, **values)


def endpoint_state(of: Endpoint, **values: Any) -> EndpointState:
    """A reading of an endpoint that is in service where it should be."""
    place = of.port.number if of.port_id else 1
    values = {
        "gam": of.gam,
        "mac": of.mac,
        "read_at": MOMENT,
        "present": True,
        "state": EndpointStateChoices.OK,
        "configured_port": place,
        "detected_port": place,
        "rx_phy_mbps": 812,
        "tx_phy_mbps": 640,
        **values,
    }
    return EndpointState.objects.create(endpoint=of, **values)
