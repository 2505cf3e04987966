"""Discovery over real SNMP and SSH: idempotent by serial and MAC, and nothing half written when a shelf answers nonsense."""

from __future__ import annotations

from dcim.models import Device, Interface
from ipam.models import VLAN

from netbox_gam.exceptions import WorkflowError
from netbox_gam.models import DeviceState, Endpoint, EndpointState, GamDevice, GamPort, Subscriber
from netbox_gam.workflows import catalog, discovery, services
from nornir_tasks.gam.catalog import MODELS, find_model

from .town import SHELVES, TownTestCase


class DiscoveryTests(TownTestCase):
    def test_everything_on_the_wire_is_in_netbox(self) -> None:
        self.assertEqual((self.report.gams, self.report.created, self.report.failures), (SHELVES, SHELVES, {}))
        for shelf in self.town.shelves:
            gam = GamDevice.objects.get(device__serial=shelf.serial)
            model = find_model(shelf.model)
            self.assertEqual((gam.hardware_model, gam.device.site.name), (shelf.model, shelf.location))
            self.assertEqual(gam.management_address, shelf.address)
            self.assertEqual(gam.ports.count(), model.ports)
            self.assertEqual(set(gam.ports.values_list("medium", flat=True)) <= {"coax"}, model.coax)
            configured = {endpoint.mac for endpoint in shelf.endpoints if endpoint.configured}
            unknown = {item.mac for item in shelf.endpoints if not item.configured and item.plugged_port is not None}
            found = {endpoint.mac: endpoint.status for endpoint in gam.endpoints.all()}
            self.assertEqual({mac for mac, status in found.items() if status == "configured"}, configured)
            self.assertEqual({mac for mac, status in found.items() if status == "discovered"}, unknown)

    def test_endpoints_are_recorded_where_they_were_detected(self) -> None:
        for shelf in self.town.shelves:
            for item in shelf.endpoints:
                state = EndpointState.objects.filter(gam__device__serial=shelf.serial, mac=item.mac).first()
                if item.plugged_port is None:
                    self.assertFalse(state and state.present, item.mac)
                    continue
                self.assertEqual((state.detected_port, state.present), (item.plugged_port, True))
                wrong = item.configured and item.plugged_port != item.port
                self.assertEqual(state.state == "quarantinedWrongPort", wrong, item.mac)

    def test_services_on_the_shelf_are_adopted(self) -> None:
        for shelf in self.town.shelves:
            for service in shelf.services:
                subscriber = Subscriber.objects.get(gam__device__serial=shelf.serial, name=service.name)
                self.assertEqual((subscriber.status, subscriber.vlan.vid), ("active", service.vlan))
                profile = next((item for item in shelf.profiles if item.name == service.profile), None)
                plan = subscriber.bandwidth_plan
                rates = (plan.downstream_rate_mbps, plan.upstream_rate_mbps) if plan else None
                self.assertEqual(rates, (profile.downstream_mbps, profile.upstream_mbps) if profile else None)

    def test_a_second_discovery_changes_nothing_and_writes_nothing(self) -> None:
        counts = [model.objects.count() for model in (Device, Interface, GamDevice, GamPort, Endpoint, Subscriber, VLAN)]
        before = self.changes()
        report = discovery.discover(self.ranges(), self.options())
        self.assertEqual((report.gams, report.created), (SHELVES, 0))
        self.assertEqual(self.changes(), before)
        self.assertEqual(
            [model.objects.count() for model in (Device, Interface, GamDevice, GamPort, Endpoint, Subscriber, VLAN)], counts
        )
        self.assertEqual(self.all_writes(), [])

    def test_a_shelf_whose_host_key_changed_is_not_written_to(self) -> None:
        subscriber = self.active_subscriber(0)
        gam = self.gam(0)
        self.assertTrue(gam.ssh_host_key.startswith("SHA256:"), gam.ssh_host_key)
        GamDevice.objects.filter(pk=gam.pk).update(ssh_host_key="SHA256:" + "A" * 43)
        with self.assertRaisesMessage(WorkflowError, "host key"):
            services.suspend(subscriber, user=self.user)
        report = discovery.discover([self.town.shelves[0].address], self.options())
        self.assertIn("host key", " ".join(report.problems[str(gam)]))
        self.assertEqual(self.all_writes(), [])

    def test_what_people_changed_stays(self) -> None:
        gam = self.gam(0)
        Device.objects.filter(pk=gam.device_id).update(name="renamed by a person")
        Endpoint.objects.filter(gam=gam).exclude(name="").update(description="by a person")
        discovery.discover([self.town.shelves[0].address], self.options())
        gam.device.refresh_from_db()
        self.assertEqual(gam.device.name, "renamed by a person")
        self.assertFalse(Endpoint.objects.filter(gam=gam).exclude(name="").exclude(description="by a person").exists())


class HostileDiscoveryTests(TownTestCase):
    """Nothing is discovered beforehand."""

    discovered = False

    def test_garbage_is_a_named_problem_and_writes_nothing(self) -> None:
        self.break_shelf(0, garbage=["snmp"])
        report = discovery.discover([self.town.shelves[0].address], self.options())
        self.assertEqual((report.gams, GamDevice.objects.count(), Device.objects.count(), Endpoint.objects.count()), (0, 0, 0, 0))
        said = {**report.failures, **report.not_gams}
        self.assertEqual(list(said), [self.town.shelves[0].address])
        self.assertTrue(all(said.values()))

    def test_half_a_walk_costs_nothing_because_columns_are_asked_for_by_name(self) -> None:
        discovery.discover([self.town.shelves[0].address], self.options())
        whole = Endpoint.objects.count(), EndpointState.objects.filter(present=True).count()
        self.break_shelf(0, half=["snmp"])
        discovery.discover([self.town.shelves[0].address], self.options())
        self.assertEqual((Endpoint.objects.count(), EndpointState.objects.filter(present=True).count()), whole)

    def test_a_wrong_password_leaves_what_snmp_told_and_says_so(self) -> None:
        profile = self.options().credential_profile
        profile.password = "wrong"
        profile.save()
        report = discovery.discover([self.town.shelves[0].address], self.options())
        self.assertEqual((report.gams, Subscriber.objects.count()), (1, 0))
        self.assertIn("refused user name or password", " ".join(report.problems[self.town.shelves[0].name]))
        self.assertTrue(DeviceState.objects.get().reachable)

    def test_silent_addresses_are_no_failures(self) -> None:
        report = discovery.discover(["127.0.99.1"], self.options(snmp_port=self.ports.snmp))
        self.assertEqual((report.gams, report.failures), (0, {}))
        self.assertIn("127.0.99.1", report.not_gams)

    def test_a_range_that_makes_no_sense_is_named(self) -> None:
        with self.assertRaisesMessage(WorkflowError, "10.0.0.300"):
            discovery.discover(["10.0.0.300"], self.options())

    def test_a_shelf_at_an_unknown_place_needs_a_site(self) -> None:
        from dcim.models import Site

        site = Site.objects.get(name=self.town.shelves[0].location)
        site.name = "Somewhere else"
        site.save()
        report = discovery.discover([self.town.shelves[0].address], self.options())
        self.assertIn("no site", report.failures[self.town.shelves[0].address])
        self.assertEqual(Device.objects.count(), 0)
        report = discovery.discover([self.town.shelves[0].address], self.options(site=site))
        self.assertEqual(report.gams, 1)


class CatalogTests(TownTestCase):
    discovered = False

    def test_installing_twice_creates_once(self) -> None:
        first = catalog.install(user=self.user)
        before = self.changes()
        second = catalog.install(user=self.user)
        self.assertEqual((first["device_types_created"], second["device_types_created"]), (len(MODELS), 0))
        self.assertEqual(self.changes(), before)
