"""What the pages show: a small town, discovered and reconciled, with change plans in every outcome, alarms and a tenant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from core.models import ObjectType
from django.contrib.auth import get_user_model
from django.utils import timezone
from extras.models import JournalEntry, Tag
from ipam.models import VLAN
from tenancy.models import Tenant
from users.models import ObjectPermission

from development.fake_billing.testing import RunningBilling, running_billing
from development.seed import ADMIN, VIEWER, seed
from development.simulator.state import SimShelf
from development.simulator.testing import RunningFleet, running_fleet
from development.town import Town
from development.town_builder import build_town
from netbox_gam import gateway
from netbox_gam.context import acting_as
from netbox_gam.models import (
    AlarmRule,
    ApprovalRule,
    Arrival,
    BillingSystem,
    ChangePlan,
    CredentialProfile,
    Drift,
    Endpoint,
    GamDevice,
    MailGroup,
    MaintenanceWindow,
    SnmpProfile,
    Subscriber,
    VlanPool,
)
from netbox_gam.workflows import alarms, change_batches, discovery, polling, provisioning, reconciliation, services
from netbox_gam.workflows.desired import desired_config
from tests.netbox_gam import factories

SHELVES = 4
SSH_SHELF, SILENT_SHELF, OTHER_SHELF, JSONRPC_SHELF = range(SHELVES)
RESERVED_VLAN = 3841


@dataclass
class World:
    """A town in NetBox, with its shelves and billing systems running."""

    town: Town
    fleet: RunningFleet
    billing: RunningBilling
    admin: Any

    @classmethod
    @contextmanager
    def running(cls, *, discovered: bool) -> Iterator[World | None]:
        """Users only, or a whole town that runs for as long as the context lasts."""
        with ExitStack() as stack:
            if not discovered:
                make_users()
                yield None
                return
            town = build_town(7, SHELVES)
            fleet = stack.enter_context(running_fleet(town))
            billing = stack.enter_context(running_billing(town))
            seed(town, billing.sonar_url, billing.splynx_url)
            world = cls(town, fleet, billing, get_user_model().objects.get(username=ADMIN[0]))
            with acting_as(world.admin):
                world.fill()
            yield world

    # -------------------------------------------------------------------------------------------------------------- filling

    def fill(self) -> None:
        """The main job, and then every outcome a change plan can have."""
        report = discovery.discover(
            [f"{self.town.shelves[0].address}-{self.town.shelves[-1].address}"],
            discovery.DiscoveryOptions(
                credential_profile=CredentialProfile.objects.get(),
                snmp_profile=SnmpProfile.objects.get(version="2c"),
                vlan_pool=VlanPool.objects.get(),
                ssh_port=self.fleet.ports.ssh,
                http_port=self.fleet.ports.http,
                snmp_port=self.fleet.ports.snmp,
            ),
        )
        assert report.created == SHELVES, report
        GamDevice.objects.filter(pk=self.gam(JSONRPC_SHELF).pk).update(transport="jsonrpc")
        for system in BillingSystem.objects.order_by("pk"):
            reconciliation.reconcile(system, user=self.admin)
        self.make_plans()
        self.make_alarms()
        self.decorate()

    def make_plans(self) -> None:
        """One change plan each: applied, planned, stale, rolled back, invalid, nothing to do, cancelled, needing attention."""
        one, two, three, *rest = self.active(SSH_SHELF)
        stale = services.suspend(two, user=self.admin)
        provisioning.apply_plan(services.suspend(one, user=self.admin), user=self.admin)
        provisioning.apply_plan(stale, user=self.admin)
        rolled_back = services.suspend(three, user=self.admin)
        self.fault(SSH_SHELF, refuse={"vid 4094": "Invalid G.hn data VLAN id"})
        provisioning.apply_plan(rolled_back, user=self.admin)
        self.fault(SSH_SHELF, clear=True)
        provisioning.cancel(services.terminate(three, user=self.admin), user=self.admin)
        services.plan(rest[0], user=self.admin)
        four, five, *_ = self.active(JSONRPC_SHELF)
        services.suspend(four, user=self.admin)
        five.vlan = VLAN.objects.create(vid=RESERVED_VLAN, name="used inside the shelf", group=VlanPool.objects.get().vlan_group)
        actual = provisioning.read_shelf(five.gam)
        wanted, removals = desired_config([five], actual)
        invalid = gateway.plan(provisioning.target_of(five.gam), actual, wanted, removals, f"Push {five}")
        provisioning.store_plan(five.gam, invalid, [five], user=self.admin, reason=f"Push {five}")
        wishes, problems = change_batches.wishes_of("suspend", [*self.active(OTHER_SHELF)[1:3], *self.active(JSONRPC_SHELF)[2:3]])
        problems = [*problems, {"subject": "GAM-9", "problem": "It could not be read: no answer."}]
        change_batches.plan_batch(wishes, user=self.admin, reason="Suspend 3 subscribers", problems=problems)
        attention = services.suspend(self.active(OTHER_SHELF)[0], user=self.admin)
        ChangePlan.objects.filter(pk=attention.pk).update(status="needs_attention", error="The shelf did not come back.")

    def make_alarms(self) -> None:
        """One raised alarm, one acknowledged, one put aside, one cleared, beside those of the shelves themselves."""
        # The rules that come with the plugin are gone once a test has emptied the database.
        values = {"watches": "check.unreachable", "threshold": 1, "severity": "mj", "service_affecting": True}
        AlarmRule.objects.get_or_create(name="GAM unreachable", defaults=values)
        MaintenanceWindow.objects.create(name="Nights", opens=time(1), closes=time(4, 30), time_zone="Europe/Berlin")
        rule = {"min_subscribers": 3, "actions": ["set", "remove"], "kinds": ["subscriber"]}
        ApprovalRule.objects.create(name="Four eyes for many", **rule)
        MailGroup.objects.create(name="Field crew", addresses=["field@example.org"])
        self.fault(SILENT_SHELF, dropped=["snmp"])
        polling.poll([self.gam(SILENT_SHELF)])
        gam = self.gam(OTHER_SHELF)
        seen = alarms.raise_alarm(
            gam, key="seen", condition="fanflt", severity="cr", entity="System", text="Fan fault", source="polling"
        )
        alarms.acknowledge(seen, user=self.admin)
        aside = alarms.raise_alarm(gam, key="aside", condition="lowsnr", severity="mn", entity="G.hn-2", source="polling")
        alarms.shelve(aside, until=timezone.now() + timedelta(days=2), user=self.admin)
        alarms.raise_alarm(gam, key="gone", condition="hightemp", severity="mj", entity="System", source="polling")
        alarms.clear_alarm(gam, key="gone")

    def decorate(self) -> None:
        """What people add: a tenant, a journal entry, tags, comments, the device of an endpoint."""
        subscriber = self.active(SSH_SHELF)[0]
        subscriber.tenant = Tenant.objects.create(name="Lakeside Apartments", slug="lakeside")
        subscriber.comments = "Key with the **caretaker**."
        subscriber.save()
        tag = Tag.objects.create(name="Basement", slug="basement", color="9e9e9e")
        gam = self.gam(SSH_SHELF)
        gam.tags.add(tag)
        JournalEntry.objects.create(assigned_object=gam, created_by=self.admin, kind="info", comments="Fan replaced")
        other = self.gam(OTHER_SHELF).device
        Endpoint.objects.filter(pk=subscriber.endpoint_id).update(device=other)
        factories.finding_rule()
        factories.firmware_upgrade(factories.firmware_rollout(upgrades=0), gam)
        for text in ('hostname a\nghn bw-profile 2 name "100M"\nend\n', 'hostname b\nghn bw-profile 2 name "100M"\nend\n'):
            factories.config_backup(gam, text)
        factories.suspension_policy()
        factories.billing_write(BillingSystem.objects.first())
        if not Drift.objects.exists():
            factories.drift(gam)
        if not Arrival.objects.exists():
            factories.arrival(gam)

    # ------------------------------------------------------------------------------------------------------------- looking

    def gam(self, index: int) -> GamDevice:
        """GAM of the town's shelf of that index."""
        return GamDevice.objects.get(device__name=self.town.shelves[index].name)

    def shelf(self, index: int) -> SimShelf:
        """The simulated shelf of that index. Touch it through :meth:`call` only."""
        return self.fleet.shelf(self.town.shelves[index].name)

    def fault(self, index: int, **faults: Any) -> None:
        """Switch faults of a shelf."""
        self.fleet.call(lambda: self.shelf(index).faults.change(faults))

    def received(self, index: int) -> list[str]:
        """Commands that write which the shelf received, oldest first."""
        entries = self.fleet.call(lambda: self.shelf(index).log.as_json(kind="write", via="", after=0))
        return [entry["command"] for entry in entries]

    def active(self, index: int) -> list[Subscriber]:
        """Active subscribers of a shelf with a bandwidth plan and an endpoint, by name."""
        found = Subscriber.objects.filter(
            gam=self.gam(index), status="active", endpoint__isnull=False, bandwidth_plan__isnull=False
        )
        return list(found.order_by("name"))


def make_users() -> None:
    """The demo's two users and nothing else."""
    users = get_user_model().objects
    users.create_superuser(ADMIN[0], password=ADMIN[1])
    permission = ObjectPermission.objects.create(name="View everything", actions=["view"])
    permission.object_types.set(
        ObjectType.objects.filter(app_label__in=("dcim", "ipam", "tenancy", "netbox_gam", "extras", "core"))
    )
    permission.users.add(users.create_user(VIEWER[0], password=VIEWER[1]))
