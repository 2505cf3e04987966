"""A small demo town, discovered into NetBox once per test class, with a fresh fleet and fresh billing systems for every test."""

from __future__ import annotations

from typing import Any, ClassVar

from core.models import ObjectChange
from django.contrib.auth import get_user_model
from django.test import TestCase

from development.fake_billing.testing import RunningBilling, running_billing
from development.seed import seed
from development.simulator.fleet import Ports
from development.simulator.state import SimShelf
from development.simulator.testing import RunningFleet, running_fleet
from development.town import Town
from development.town_builder import build_town
from netbox_gam.context import acting_as
from netbox_gam.models import BillingSystem, CredentialProfile, Endpoint, GamDevice, SnmpProfile, Subscriber, VlanPool
from netbox_gam.workflows import discovery

SHELVES = 4
SSH_SHELF, COPPER_SHELF, JSONRPC_SHELF = 0, 1, 3


class TownTestCase(TestCase):
    """Base: ``fleet``, ``billing``, ``user``, and helpers to look at shelves and at the change log."""

    town: ClassVar[Town]
    ports: ClassVar[Ports]
    discovered = True

    @classmethod
    def setUpTestData(cls) -> None:
        cls.town = build_town(7, SHELVES)
        with running_billing(cls.town) as billing, running_fleet(cls.town) as fleet:
            cls.seeded = seed(cls.town, billing.sonar_url, billing.splynx_url)
            cls.ports = fleet.ports
            cls.user = get_user_model().objects.get(username="admin")
            if cls.discovered:
                with acting_as(cls.user):
                    cls.report = discovery.discover(cls.ranges(), cls.options())
                shelf = cls.town.shelves[JSONRPC_SHELF]
                GamDevice.objects.filter(device__name=shelf.name).update(transport="jsonrpc")

    @classmethod
    def ranges(cls) -> list[str]:
        return [f"{cls.town.shelves[0].address}-{cls.town.shelves[-1].address}"]

    @classmethod
    def options(cls, **changes: Any) -> discovery.DiscoveryOptions:
        values = {
            "credential_profile": CredentialProfile.objects.get(),
            "snmp_profile": SnmpProfile.objects.get(version="2c"),
            "vlan_pool": VlanPool.objects.get(),
            "ssh_port": cls.ports.ssh,
            "http_port": cls.ports.http,
            "snmp_port": cls.ports.snmp,
        }
        return discovery.DiscoveryOptions(**(values | changes))

    def setUp(self) -> None:
        super().setUp()
        self.fleet: RunningFleet = self.enterContext(
            running_fleet(self.town, ssh=self.ports.ssh, http=self.ports.http, snmp=self.ports.snmp)
        )
        self.enterContext(acting_as(self.user))

    def start_billing(self) -> RunningBilling:
        """Fresh billing systems, for tests that read them."""
        billing = self.enterContext(running_billing(self.town))
        for kind, url in (("sonar", billing.sonar_url), ("splynx", billing.splynx_url)):
            BillingSystem.objects.filter(type=kind).update(url=url)
        return billing

    # ------------------------------------------------------------------------------------------------------------- looking

    def shelf(self, index: int) -> SimShelf:
        """The simulated shelf of that index in the town."""
        return self.fleet.shelf(self.town.shelves[index].name)

    def gam(self, index: int) -> GamDevice:
        """Its GamDevice."""
        return GamDevice.objects.get(device__name=self.town.shelves[index].name)

    def break_shelf(self, index: int, **faults: Any) -> None:
        """Switch faults of a shelf."""
        self.fleet.call(lambda: self.shelf(index).faults.change(faults))

    def writes(self, index: int, kind: str = "write") -> list[str]:
        """Commands of a kind the shelf received."""
        entries = self.fleet.call(lambda: self.shelf(index).log.as_json(kind=kind, via="", after=0))
        return [entry["command"] for entry in entries]

    def all_writes(self) -> list[str]:
        """Every writing or saving command any shelf received."""
        return [command for index in range(SHELVES) for kind in ("write", "save") for command in self.writes(index, kind)]

    def running_subscriber(self, index: int, name: str, *, startup: bool = False) -> Any:
        """A subscriber as the shelf has it, None if it has none of that name."""

        def find() -> Any:
            shelf = self.shelf(index)
            config = shelf.startup if startup else shelf.running
            return next((item for item in config.subscribers.values() if item.name == name), None)

        return self.fleet.call(find)

    def is_saved(self, index: int) -> bool:
        """Whether startup equals running."""
        return self.fleet.call(lambda: self.shelf(index).running == self.shelf(index).startup)

    def changes(self) -> int:
        """Entries in the change log."""
        return ObjectChange.objects.count()

    def pending_subscriber(self, index: int, **values: Any) -> Subscriber:
        """A pending subscriber for an endpoint of the shelf that serves nobody and is configured there."""
        endpoint = Endpoint.objects.filter(gam=self.gam(index), subscriber=None, status="configured").first()
        assert endpoint is not None
        return Subscriber.objects.create(**({"name": "new-customer", "endpoint": endpoint, "gam": self.gam(index)} | values))

    def active_subscriber(self, index: int) -> Subscriber:
        """An active subscriber of the shelf, with a VLAN and a plan."""
        found = (
            Subscriber.objects.filter(gam=self.gam(index), status="active", bandwidth_plan__isnull=False).order_by("name").first()
        )
        assert found is not None
        return found
