"""Objects for the tests of REST and GraphQL, with names and addresses that the tests know beforehand; and permissions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.models import ObjectType
from dcim.models import Interface
from tenancy.models import Tenant
from users.models import ObjectPermission, User

from netbox_gam import models
from tests.netbox_gam import factories

MODEL = "GAM-12-M"
NOW = factories.MOMENT


def device(number: int) -> Any:
    """A device with a primary address, ready to become a GAM."""
    return factories.device(f"gam-{number}", model=MODEL, address=f"192.0.2.{number}")


def gam(number: int, **values: Any) -> models.GamDevice:
    """A twelve-port copper shelf."""
    return factories.gam(f"gam-{number}", model=MODEL, address=f"192.0.2.{number}", **values)


def interface(shelf: models.GamDevice, number: int) -> Any:
    """The interface of a G.hn port."""
    return Interface.objects.get(device=shelf.device, name=f"G.hn 1/{number}")


def endpoint(number: int, **values: Any) -> models.Endpoint:
    """An endpoint."""
    return factories.endpoint(**{"mac_address": factories.mac(number), "name": f"ep-{number}"} | values)


def bandwidth_plan(number: int, **values: Any) -> models.BandwidthPlan:
    """A speed sold."""
    given = {"name": f"plan-{number}", "downstream_kbps": number * 100_000, "upstream_kbps": number * 20_000}
    return factories.plan(**given | values)


def subscriber(number: int, **values: Any) -> models.Subscriber:
    """A pending subscriber with an e-mail address."""
    return factories.subscriber(**{"name": f"sub-{number}", "email": f"customer{number}@example.net"} | values)


def system(number: int) -> models.BillingSystem:
    """A Sonar instance at an address of its own."""
    return factories.billing_system(name=f"Sonar {number}", url=f"https://isp{number}.example.net")


def billing_plan(number: int, of: models.BillingSystem, **values: Any) -> models.BillingPlan:
    """A tariff by a known id."""
    return factories.billing_plan(of, external_id=str(number), **values)


def billing_link(number: int, of: models.BillingSystem, to: models.Subscriber) -> models.BillingLink:
    """A link of a service to its subscriber."""
    return factories.billing_link(of, external_id=str(number), subscriber=to, match_reason="serial")


def sync_run(number: int, of: models.BillingSystem) -> models.SyncRun:
    """A completed run, each at another hour."""
    return factories.sync_run(of, started=NOW + timedelta(hours=number))


def finding(number: int, of: models.BillingSystem, **values: Any) -> models.Finding:
    """An open finding, each at another minute."""
    return factories.finding(of, last_seen=NOW + timedelta(minutes=number), **values)


def change_plan(number: int, shelf: models.GamDevice, **values: Any) -> models.ChangePlan:
    """A plan without steps that nobody has applied."""
    return factories.change_plan(shelf, steps=0, reason=f"Activate sub-{number}", **values)


def alarm(number: int, shelf: models.GamDevice, **values: Any) -> models.Alarm:
    """A standing alarm, each at another minute."""
    return factories.alarm(shelf, raised=NOW + timedelta(minutes=number), **values)


def everything(number: int) -> None:
    """One more of every model, with all relations and observed state."""
    vlan = factories.vlan(200 + number)
    pool = factories.pool(shared_vlan=vlan, outer_vlan=vlan)
    profiles = {"credential_profile": factories.credential_profile(), "snmp_profile": factories.snmp_profile()}
    shelf = gam(number, subscriber_model="portAware", vlan_pool=pool, management_vlan=vlan, **profiles)
    shelf.default_nni = interface(shelf, 12)
    shelf.save()
    factories.device_state(shelf)
    port = factories.port(shelf, 1)
    served_by = endpoint(number, gam=shelf, port=port, device=shelf.device)
    factories.endpoint_state(served_by)
    customer = subscriber(
        number,
        gam=shelf,
        endpoint=served_by,
        port=port,
        bandwidth_plan=bandwidth_plan(number),
        vlan=vlan,
        double_tagged=True,
        outer_vlan=vlan,
        nni=shelf.default_nni,
        tenant=Tenant.objects.create(name=f"Tenant {number}", slug=f"tenant-{number}"),
    )
    billing = system(number)
    billing_plan(number, billing, bandwidth_plan=customer.bandwidth_plan)
    billing_link(number, billing, customer)
    factories.billing_write(billing, subscriber=customer)
    run = sync_run(number, billing)
    operator = User.objects.create(username=f"operator-{number}")
    plan = change_plan(number, shelf, requested_by=operator, batch=factories.change_batch(plans=0, requested_by=operator))
    plan.subscribers.add(customer)
    factories.change_step(plan, 0)
    finding(number, billing, subscriber=customer, endpoint=served_by, sync_run=run, change_plan=plan)
    alarm(number, shelf, endpoint=served_by, acknowledged_by=operator)
    factories.drift(shelf, port=port, change_plan=plan, accepted_by=operator)
    factories.arrival(shelf, endpoint=served_by, port=port, subscriber=customer, change_plan=plan, decided_by=operator)
    factories.mail_group()
    factories.alarm_rule()
    factories.finding_rule()
    factories.firmware_upgrade(factories.firmware_rollout(upgrades=0), shelf)


def permit(user: Any, model: Any, *actions: str, constraints: Any = None) -> ObjectPermission:
    """Give a user actions on a model's objects, all or those that meet ``constraints``."""
    permission = ObjectPermission.objects.create(name=f"{model.__name__} {actions}", actions=list(actions), constraints=constraints)
    permission.users.add(user)
    permission.object_types.add(ObjectType.objects.get_for_model(model))
    return permission
