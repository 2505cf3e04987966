"""Objects for the tests of REST and GraphQL: each function saves one more, numbered, with what it depends on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from core.models import ObjectType
from dcim.models import Interface
from ipam.models import VLAN, IPAddress, VLANGroup
from users.models import ObjectPermission
from utilities.testing import create_test_device

from netbox_gam import models
from nornir_tasks.gam.catalog import find_model

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def device(number: int) -> Any:
    """A device with a primary address, ready to become a GAM."""
    made = create_test_device(f"gam-{number}")
    management = Interface.objects.create(device=made, name="MGMT", type="1000base-t")
    made.primary_ip4 = IPAddress.objects.create(address=f"192.0.2.{number}/24", assigned_object=management)
    made.save()
    return made


def gam(number: int, **values: Any) -> models.GamDevice:
    """A twelve-port copper shelf."""
    return models.GamDevice.objects.create(**{"device": device(number), "hardware_model": "GAM-12-M"} | values)


def interface(shelf: models.GamDevice, number: int) -> Any:
    """The interface of a G.hn port that is not one yet."""
    model = find_model(shelf.hardware_model)
    assert model is not None
    return Interface.objects.create(device=shelf.device, name=model.ghn_interface(number), type="other")


def port(shelf: models.GamDevice, number: int) -> models.GamPort:
    """A G.hn port of a shelf."""
    return models.GamPort.objects.create(gam=shelf, interface=interface(shelf, number), number=number, medium="mimo")


def endpoint(number: int, **values: Any) -> models.Endpoint:
    """An endpoint, discovered unless told otherwise."""
    mac = f"00:0E:D8:00:{number // 256:02X}:{number % 256:02X}"
    return models.Endpoint.objects.create(**{"mac_address": mac, "name": f"ep-{number}", "model": "G1001-M"} | values)


def bandwidth_plan(number: int, **values: Any) -> models.BandwidthPlan:
    """A speed sold."""
    given = {"name": f"plan-{number}", "downstream_kbps": number * 100_000, "upstream_kbps": number * 20_000}
    return models.BandwidthPlan.objects.create(**given | values)


def vlan(vid: int) -> Any:
    """A VLAN."""
    return VLAN.objects.create(vid=vid, name=f"VLAN {vid}")


def vlan_group(number: int) -> Any:
    """A VLAN group."""
    return VLANGroup.objects.create(name=f"Group {number}", slug=f"group-{number}")


def subscriber(number: int, **values: Any) -> models.Subscriber:
    """A pending subscriber."""
    given = {"name": f"sub-{number}", "full_name": f"Customer {number}", "email": f"customer{number}@example.net"}
    return models.Subscriber.objects.create(**given | values)


def system(number: int, **values: Any) -> models.BillingSystem:
    """A Sonar instance."""
    given = {"name": f"Sonar {number}", "type": "sonar", "url": f"https://isp{number}.example.net", "token": "a-token"}
    return models.BillingSystem.objects.create(**given | values)


def billing_plan(number: int, of: models.BillingSystem, **values: Any) -> models.BillingPlan:
    """A tariff."""
    given = {"system": of, "external_id": str(number), "name": f"Tariff {number}", "download_kbps": number * 1000}
    return models.BillingPlan.objects.create(**given | values)


def billing_link(number: int, of: models.BillingSystem, to: models.Subscriber) -> models.BillingLink:
    """A link of a service to its subscriber."""
    return models.BillingLink.objects.create(
        system=of, entity="account_service", external_id=str(number), subscriber=to, match_reason="serial"
    )


def sync_run(number: int, of: models.BillingSystem) -> models.SyncRun:
    """A finished run."""
    started = NOW + timedelta(hours=number)
    return models.SyncRun.objects.create(
        system=of,
        status="completed",
        started=started,
        finished=started + timedelta(minutes=1),
        complete=True,
        counts={"services": 7},
    )


def finding(number: int, of: models.BillingSystem | None = None, **values: Any) -> models.Finding:
    """An open finding."""
    given = {
        "system": of,
        "kind": "active_not_on_network",
        "title": f"Customer {number} pays and has no service",
        "fingerprint": f"{number:064}",
        "billing_values": {"status": "Active"},
        "first_seen": NOW,
        "last_seen": NOW + timedelta(minutes=number),
    }
    return models.Finding.objects.create(**given | values)


def change_plan(number: int, shelf: models.GamDevice, **values: Any) -> models.ChangePlan:
    """A plan nobody has applied."""
    given = {"gam": shelf, "reason": f"Activate sub-{number}", "transport": "ssh", "state_hash": f"{number:064}"}
    return models.ChangePlan.objects.create(**given | values)


def change_step(number: int, of: models.ChangePlan) -> models.ChangeStep:
    """A step that adds a subscriber."""
    return models.ChangeStep.objects.create(
        change_plan=of, index=number, action="add", kind="subscriber", name=f"sub-{number}", sends=["configure terminal", "exit"]
    )


def alarm(number: int, shelf: models.GamDevice, **values: Any) -> models.Alarm:
    """A standing alarm."""
    given = {"gam": shelf, "key": f"alarm-{number}", "entity": f"G.hn 1/{number}", "condition": "los", "severity": "mj"}
    return models.Alarm.objects.create(**given | {"raised": NOW + timedelta(minutes=number)} | values)


def device_state(shelf: models.GamDevice, **values: Any) -> models.DeviceState:
    """A successful reading of a shelf."""
    given = {"gam": shelf, "reachable": True, "last_attempt": NOW, "last_success": NOW, "firmware": "1.8.1"}
    return models.DeviceState.objects.create(**given | {"uptime_seconds": 5_000_000_000} | values)


def endpoint_state(of: models.Endpoint, shelf: models.GamDevice, **values: Any) -> models.EndpointState:
    """A reading of an endpoint in service."""
    given = {"gam": shelf, "mac": of.mac, "endpoint": of, "read_at": NOW, "present": True, "state": "ok", "detected_port": 1}
    return models.EndpointState.objects.create(**given | {"rx_phy_mbps": 900, "tx_phy_mbps": 800} | values)


def permit(user: Any, model: Any, *actions: str, constraints: Any = None) -> ObjectPermission:
    """Give a user actions on a model's objects, all or those that meet ``constraints``."""
    permission = ObjectPermission.objects.create(name=f"{model.__name__} {actions}", actions=list(actions), constraints=constraints)
    permission.users.add(user)
    permission.object_types.add(ObjectType.objects.get_for_model(model))
    return permission
