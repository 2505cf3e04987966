"""What the models refuse, field by field, and what the database refuses behind them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from dcim.models import Interface
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import SimpleTestCase, TestCase
from hypothesis import given
from hypothesis import strategies as st

from netbox_gam.models import (
    Alarm,
    BandwidthPlan,
    BillingLink,
    BillingPlan,
    BillingSystem,
    ChangeStep,
    CredentialProfile,
    Endpoint,
    Finding,
    GamDevice,
    GamPort,
    SnmpProfile,
    Subscriber,
    VlanPool,
)
from nornir_tasks.gam.catalog import MODELS

from . import factories


def complaints(instance: Any) -> dict[str, list[str]]:
    """What ``full_clean`` says, by field; empty when it says nothing."""
    try:
        instance.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


class RefusalCase(TestCase):
    """Base: bad values are refused with an error at a field the model has."""

    def assert_refused(self, instance: Any, field: str, words: str = "") -> None:
        found = complaints(instance)
        known = {item.name for item in instance._meta.get_fields()} | {"__all__"}
        self.assertLessEqual(set(found), known, "an error at something that is no field breaks the form that shows it")
        self.assertIn(field, found)
        self.assertIn(words, " ".join(found[field]))

    def assert_refusals(self, make: Any, cases: list[tuple[dict[str, Any], str, str]]) -> None:
        """``make()`` is fine; with each of the changes it is refused at the field, with the words."""
        self.assertEqual(complaints(make()), {}, "the starting point must be fine, or nothing is shown")
        for changes, field, words in cases:
            with self.subTest(**{name: str(value) for name, value in changes.items()}):
                instance = make()
                for name, value in changes.items():
                    setattr(instance, name, value)
                self.assert_refused(instance, field, words)

    def assert_database_refuses(self, *instances: Any) -> None:
        """Saved without validation, as a script would."""
        with self.assertRaises(IntegrityError), transaction.atomic():
            for instance in instances:
                instance.save()


class AccessTests(RefusalCase):
    def test_snmp_profiles(self) -> None:
        def v2c() -> SnmpProfile:
            return SnmpProfile(name="a", version="2c", community="env:GAM_COMMUNITY")

        def v3() -> SnmpProfile:
            keys = {"auth_protocol": "SHA", "auth_key": "env:GAM_A", "priv_protocol": "AES", "priv_key": "env:GAM_P"}
            return SnmpProfile(name="a", version="3", username="netops", **keys)

        self.assert_refusals(
            v2c,
            [
                ({"community": ""}, "community", "needs a community"),
                ({"version": "1"}, "version", "not a valid choice"),
                ({"community": "env:SECRET_KEY"}, "community", "not allowed"),
                ({"name": ""}, "name", ""),
            ],
        )
        self.assert_refusals(
            v3,
            [
                ({"username": ""}, "username", "needs a user name"),
                ({"auth_protocol": ""}, "auth_protocol", "Privacy needs authentication"),
                ({"auth_key": ""}, "auth_key", "needs a key"),
                ({"priv_key": ""}, "priv_key", "needs a key"),
                ({"auth_protocol": "ROT13"}, "auth_protocol", "not a valid choice"),
            ],
        )

    def test_credential_profiles(self) -> None:
        factories.credential_profile(name="Field")
        self.assert_refusals(
            lambda: CredentialProfile(name="Other", password="env:GAM_PASSWORD"),
            [
                ({"name": "Field"}, "name", "already exists"),
                ({"username": "u" * 32}, "username", "at most 31"),
                ({"password": "file:/etc/shadow"}, "password", "/etc/shadow"),
            ],
        )
        self.assertEqual(complaints(CredentialProfile(name="factory default", password="")), {})


class GamTests(RefusalCase):
    def test_gams(self) -> None:
        coax, other = factories.device(model="GAM-12-C"), factories.gam()
        foreign = Interface.objects.filter(device=other.device).first()
        self.assert_refusals(
            lambda: GamDevice(device=coax, hardware_model="GAM-12-C"),
            [
                ({"address_source": "override"}, "address_override", "Enter an address"),
                ({"subscriber_model": "portAware"}, "subscriber_model", "copper shelves only"),
                ({"default_nni": foreign}, "default_nni", "this GAM's device"),
                ({"hardware_model": "GAM-99"}, "hardware_model", "not a valid choice"),
                ({"device": other.device}, "device", "already exists"),
                ({"ssh_port": 0}, "ssh_port", ""),
                ({"snmp_port": 65536}, "snmp_port", ""),
                ({"polling_interval": 9}, "polling_interval", ""),
                ({"transport": "telnet"}, "transport", "not a valid choice"),
            ],
        )
        copper = GamDevice(device=factories.device(model="GAM-4-MX"), hardware_model="GAM-4-MX", subscriber_model="portAware")
        self.assertEqual(complaints(copper), {})

    def test_ports(self) -> None:
        coax, copper = factories.gam(model="GAM-4-CX"), factories.gam(model="GAM-4-MX")
        taken = factories.port(coax, 1)
        interface = Interface.objects.get(device=coax.device, name=coax.catalog.ghn_interface(2))
        foreign = Interface.objects.get(device=copper.device, name=copper.catalog.ghn_interface(2))
        self.assert_refusals(
            lambda: GamPort(gam=coax, interface=interface, number=2, medium="coax"),
            [
                ({"interface": foreign}, "interface", "GAM's device"),
                ({"number": 5}, "number", "GAM-4-CX has 4 G.hn ports"),
                ({"number": 0}, "number", ""),
                ({"medium": "mimo"}, "medium", "coax shelf"),
                ({"interface": taken.interface}, "interface", "already exists"),
                ({"number": 1}, "__all__", "already has a G.hn port of that number"),
            ],
        )
        self.assert_refusals(
            lambda: GamPort(gam=copper, interface=foreign, number=2, medium="siso"),
            [({"medium": "coax"}, "medium", "copper shelf")],
        )
        self.assert_database_refuses(GamPort(gam=coax, interface=interface, number=1, medium="coax"))

    def test_every_model_of_the_catalogue_takes_its_ports_and_not_one_more(self) -> None:
        for model in MODELS:
            with self.subTest(model=model.name):
                owner = factories.gam(model=model.name)
                last = Interface.objects.get(device=owner.device, name=model.ghn_interface(model.ports))
                port = GamPort(gam=owner, interface=last, number=model.ports, medium=model.default_medium.value)
                self.assertEqual(complaints(port), {})
                port.number += 1
                self.assert_refused(port, "number")


class EndpointTests(RefusalCase):
    def test_endpoints(self) -> None:
        owner, other = factories.gam(), factories.gam()
        port, foreign = factories.port(owner), factories.port(other)
        known = factories.endpoint(port, name="taken", mac_address="00:0e:d8:00:00:01")
        self.assert_refusals(
            lambda: Endpoint(mac_address="00:0e:d8:00:00:02", gam=owner, name="unit 7"),
            [
                ({"mac_address": "00:0e:d8:00:00:01"}, "mac_address", "already exists"),
                ({"mac_address": "000e.d800.0001"}, "mac_address", "already exists"),
                ({"mac_address": "hello"}, "mac_address", "hello"),
                ({"mac_address": ""}, "mac_address", ""),
                ({"name": "x" * 32}, "name", ""),
                ({"name": 'say "hi"'}, "name", "quoted"),
                ({"name": "Küche"}, "name", "printable ASCII"),
                ({"name": " blank"}, "name", "blanks"),
                ({"name": "taken"}, "__all__", "already has an endpoint of that name"),
                ({"port": foreign}, "port", "endpoint's GAM"),
                ({"port": port, "auto_port": True}, "auto_port", "no port is assigned"),
                ({"status": "stolen"}, "status", "not a valid choice"),
            ],
        )
        self.assertEqual(known.gam, owner)
        self.assert_database_refuses(Endpoint(mac_address="00:0e:d8:00:00:03", gam=owner, name="taken"))
        # Unnamed ones and those of other shelves do not collide.
        Endpoint.objects.create(mac_address="00:0e:d8:00:00:04", gam=owner, name="")
        self.assertEqual(complaints(Endpoint(mac_address="00:0e:d8:00:00:05", gam=owner, name="")), {})
        self.assertEqual(complaints(Endpoint(mac_address="00:0e:d8:00:00:06", gam=other, name="taken")), {})

    def test_addresses_no_endpoint_can_have(self) -> None:
        for address in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"):
            with self.subTest(address=address):
                self.assert_refused(Endpoint(mac_address=address), "mac_address")

    def test_one_address_in_every_form(self) -> None:
        made = Endpoint.objects.create(mac_address="00-0E-D8-19-97-E6")
        for form in ("00:0e:d8:19:97:e6", "000e.d819.97e6", "000ed81997e6", "00-0E-D8-19-97-E6", "00:0E:D8:19:97:E6"):
            with self.subTest(form=form):
                self.assertEqual(Endpoint.objects.get(mac_address=form), made)
                fresh = Endpoint(mac_address=form)
                self.assertIn("mac_address", complaints(fresh))
                self.assertEqual(fresh.mac, "00:0e:d8:19:97:e6")
        made.refresh_from_db()
        self.assertEqual(made.mac, "00:0e:d8:19:97:e6")

    def test_a_coax_port_takes_sixteen_and_a_copper_port_one(self) -> None:
        for model, limit in (("GAM-12-C", 16), ("GAM-4-MX", 1)):
            with self.subTest(model=model):
                port = factories.port(factories.gam(model=model))
                for _ in range(limit):
                    self.assertEqual(complaints(last := factories.endpoint(port)), {})
                one_more = Endpoint(mac_address=factories.mac(), gam=port.gam, port=port)
                self.assert_refused(one_more, "port", f"already has its {limit} endpoint")
                self.assertEqual(complaints(last), {}, "those there may still be edited")
                last.status = "retired"
                last.save()
                self.assertEqual(complaints(one_more), {}, "a retired one makes room")


class BandwidthPlanTests(RefusalCase):
    def test_plans(self) -> None:
        factories.plan(name="100M")
        self.assert_refusals(
            lambda: BandwidthPlan(name="50M", downstream_kbps=50_000, upstream_kbps=10_000),
            [
                ({"name": "100M"}, "name", "already exists"),
                ({"name": "x" * 32}, "name", ""),
                ({"name": "back\\slash"}, "name", "escape"),
                ({"overhead_percent": Decimal("-1")}, "overhead_percent", ""),
                ({"overhead_percent": Decimal("50.1")}, "overhead_percent", ""),
                ({"downstream_kbps": -5}, "downstream_kbps", ""),
            ],
        )

    def test_a_speed_of_nothing_is_refused_at_its_own_field(self) -> None:
        for name in ("downstream_kbps", "upstream_kbps"):
            with self.subTest(field=name):
                values = {"downstream_kbps": 50_000, "upstream_kbps": 10_000, name: 0}
                self.assert_refused(BandwidthPlan(name="50M", **values), name)

    def test_exact_rates_outside_the_range_are_refused_at_their_own_field(self) -> None:
        for name in ("downstream_shelf_mbps", "upstream_shelf_mbps"):
            for rate in (9, 2000):
                with self.subTest(field=name, rate=rate):
                    values = {"downstream_kbps": 50_000, "upstream_kbps": 10_000, name: rate}
                    self.assert_refused(BandwidthPlan(name="50M", **values), name, str(rate))

    def test_unthrottled_plans_need_no_speeds(self) -> None:
        plan = BandwidthPlan(name="Open", unthrottled=True)
        self.assertEqual(complaints(plan), {})
        self.assertEqual((plan.downstream_rate_mbps, plan.upstream_rate_mbps), (None, None))


class RateProperties(SimpleTestCase):
    @given(
        sold=st.integers(1, 3_000_000),
        overhead=st.decimals(0, 50, places=1, allow_nan=False),
        exact=st.none() | st.integers(10, 1999),
    )
    def test_nobody_gets_less_than_sold_nor_a_whole_megabit_more_than_wanted(
        self, sold: int, overhead: Decimal, exact: int | None
    ) -> None:
        plan = BandwidthPlan(
            name="p", downstream_kbps=sold, upstream_kbps=sold, overhead_percent=overhead, downstream_shelf_mbps=exact
        )
        wanted = Decimal(sold) * (100 + overhead) / 100_000
        rate = plan.upstream_rate_mbps
        self.assertTrue(10 <= rate <= 1999)
        if 9 < wanted <= 1999:
            self.assertEqual(rate, math.ceil(wanted))
        self.assertEqual(plan.downstream_rate_mbps, exact or rate)


class VlanPoolTests(RefusalCase):
    def test_pools(self) -> None:
        group = factories.vlan_group()
        reserved, fine = factories.vlan(2, group), factories.vlan(500, group)
        self.assert_refusals(
            lambda: VlanPool(name="a", vlan_group=group, first_vid=100, last_vid=200),
            [
                ({"last_vid": 99}, "last_vid", "before the first"),
                ({"first_vid": 0}, "first_vid", ""),
                ({"last_vid": 4095}, "last_vid", ""),
                ({"mode": "shared"}, "shared_vlan", "needs its VLAN"),
                ({"mode": "shared", "shared_vlan": reserved}, "shared_vlan", "reserved"),
                ({"mode": "lottery"}, "mode", "not a valid choice"),
            ],
        )
        self.assertEqual(complaints(VlanPool(name="b", vlan_group=group, mode="shared", shared_vlan=fine)), {})

    def test_a_service_vlan_is_asked_of_the_outer_one_too(self) -> None:
        self.assert_refused(VlanPool(name="a", vlan_group=factories.vlan_group(), outer_vlan=factories.vlan(2)), "outer_vlan")


class SubscriberTests(RefusalCase):
    def setUp(self) -> None:
        super().setUp()
        self.gam = factories.gam()
        self.port = factories.port(self.gam)
        self.endpoint = factories.endpoint(self.port)
        self.vlan = factories.vlan(700)

    def active(self) -> Subscriber:
        return Subscriber(name="one", status="active", gam=self.gam, endpoint=self.endpoint, vlan=self.vlan)

    def test_subscribers(self) -> None:
        elsewhere = factories.endpoint(factories.port(factories.gam()))
        foreign_port = factories.port(factories.gam(model="GAM-4-MX", subscriber_model="portAware"))
        self.assert_refusals(
            self.active,
            [
                ({"name": ""}, "name", ""),
                ({"name": "x" * 32}, "name", ""),
                ({"name": "what?"}, "name", ""),
                ({"email": "nobody"}, "email", ""),
                ({"status": "dead"}, "status", "not a valid choice"),
                ({"endpoint": elsewhere}, "endpoint", "another GAM"),
                ({"endpoint": None}, "endpoint", "needs an endpoint"),
                ({"vlan": None}, "vlan", "needs this"),
                ({"gam": None}, "gam", "needs this"),
                ({"port": self.port}, "port", "endpoint aware"),
                ({"port": foreign_port}, "port", "subscriber's GAM"),
                ({"vlan": factories.vlan(2)}, "vlan", "reserved"),
                ({"vlan": factories.vlan(3841)}, "vlan", "reserved"),
                ({"vlan": factories.vlan(4094)}, "vlan", "4094"),
                ({"remapped_vid": 1}, "remapped_vid", "reserved"),
                ({"port2_vid": 4095}, "port2_vid", ""),
                ({"port2_vid": 700}, "port2_vid", "must differ"),
                ({"allowed_vids": [10, 3840]}, "allowed_vids", "3840"),
                ({"allowed_vids": list(range(10, 23))}, "allowed_vids", "At most 12"),
                ({"double_tagged": True}, "outer_vlan", "belong together"),
                ({"outer_vlan": factories.vlan(900)}, "outer_vlan", "belong together"),
                ({"poe_mode": "force"}, "poe_mode", "PoE"),
            ],
        )

    def test_the_outer_vlan_is_a_service_vlan(self) -> None:
        subscriber = self.active()
        subscriber.double_tagged, subscriber.outer_vlan = True, factories.vlan(3840)
        self.assert_refused(subscriber, "outer_vlan", "reserved")

    def test_pending_ones_need_a_name_only(self) -> None:
        self.assertEqual(complaints(Subscriber(name="later")), {})

    def test_names_are_unique_per_gam_and_free_without_one(self) -> None:
        self.active().save()
        twin = Subscriber(name="one", gam=self.gam)
        self.assert_refused(twin, "__all__", "already has a subscriber of that name")
        self.assert_database_refuses(twin)
        for other in (Subscriber(name="one", gam=factories.gam()), Subscriber(name="one"), Subscriber(name="one")):
            self.assertEqual(complaints(other), {})
            other.save()

    def test_the_database_keeps_active_ones_on_a_gam(self) -> None:
        self.assert_database_refuses(Subscriber(name="nowhere", status="active"))

    def test_an_endpoint_and_a_port_serve_one(self) -> None:
        self.active().save()
        self.assert_refused(Subscriber(name="two", gam=self.gam, endpoint=self.endpoint), "endpoint", "already exists")
        self.assert_database_refuses(Subscriber(name="two", gam=self.gam, endpoint=self.endpoint))

    def test_port_aware_shelves_take_ports(self) -> None:
        shelf = factories.gam(model="GAM-4-MX", subscriber_model="portAware")
        port = factories.port(shelf)
        subscriber = Subscriber(name="a", status="active", gam=shelf, port=port, vlan=self.vlan)
        self.assertEqual(complaints(subscriber), {})
        subscriber.save()
        self.assert_refused(Subscriber(name="b", gam=shelf, port=port), "port", "already exists")

    def test_poe_for_endpoints_that_have_it(self) -> None:
        self.endpoint.model = "G1001-MP+"
        self.endpoint.save()
        subscriber = self.active()
        subscriber.poe_mode = "force"
        self.assertEqual(complaints(subscriber), {})


class BillingTests(RefusalCase):
    def test_systems(self) -> None:
        factories.billing_system(name="Old")
        self.assert_refusals(
            lambda: BillingSystem(name="S", type="sonar", url="https://a.example", auth="bearer", token="env:GAM_TOKEN"),
            [
                ({"name": "Old"}, "name", "already exists"),
                ({"auth": "basic"}, "auth", "Sonar uses a bearer"),
                ({"type": "splynx"}, "auth", "Splynx basic"),
                ({"token": ""}, "token", "needs it"),
                ({"url": "not a url"}, "url", "valid URL"),
                ({"interval": 4}, "interval", ""),
                ({"options": [1]}, "options", "JSON object"),
                ({"type": "stripe"}, "type", "not a valid choice"),
            ],
        )
        keys = {"api_key": "env:GAM_KEY", "api_secret": "env:GAM_SECRET"}
        self.assert_refusals(
            lambda: BillingSystem(name="P", type="splynx", url="https://b.example", auth="signature", **keys),
            [
                ({"api_key": ""}, "api_key", "needs it"),
                ({"api_secret": ""}, "api_secret", "needs it"),
                ({"auth": "bearer"}, "auth", "Splynx basic"),
            ],
        )

    def test_external_ids_are_unique_per_system(self) -> None:
        system, other = factories.billing_system(), factories.billing_system()
        plan, link = factories.billing_plan(system), factories.billing_link(system)
        twin = BillingPlan(system=system, external_id=plan.external_id, name="Twin")
        self.assert_refused(twin, "__all__", "already has a plan of that ID")
        self.assert_database_refuses(twin)
        twin.system = other
        self.assertEqual(complaints(twin), {})
        second = BillingLink(system=system, entity=link.entity, external_id=link.external_id, subscriber=factories.subscriber())
        self.assert_refused(second, "__all__", "linked already")
        self.assert_database_refuses(second)
        second.entity = "internet_service"
        self.assertEqual(complaints(second), {})

    def test_a_finding_stands_once_also_when_it_is_no_systems(self) -> None:
        for system in (factories.billing_system(), None):
            with self.subTest(system=str(system)):
                values = {
                    "system": system,
                    "kind": "plan_mismatch",
                    "title": "t",
                    "fingerprint": "f" * 64,
                    "first_seen": factories.MOMENT,
                    "last_seen": factories.MOMENT,
                }
                Finding.objects.create(**values)
                self.assert_refused(Finding(**values), "__all__", "That finding exists")
                self.assert_database_refuses(Finding(**values))


class RecordTests(RefusalCase):
    def test_an_alarm_stands_once_and_may_come_back_after_it_was_cleared(self) -> None:
        first = factories.alarm(key="k")
        values = {"gam": first.gam, "key": "k", "condition": "linkDown", "severity": first.severity, "raised": factories.MOMENT}
        self.assert_refused(Alarm(**values), "__all__", "standing already")
        self.assert_database_refuses(Alarm(**values))
        Alarm.objects.filter(pk=first.pk).update(state="cleared")
        self.assertEqual(complaints(Alarm(**values)), {})
        Alarm(**values).save()

    def test_steps_are_numbered_once(self) -> None:
        step = factories.change_step()
        self.assert_database_refuses(
            ChangeStep(change_plan=step.change_plan, index=step.index, action="add", kind="subscriber", name="x")
        )


class SortingTests(TestCase):
    def test_names_sort_the_way_people_count(self) -> None:
        names = ["gam-10", "gam-2", "gam-1", "gam-100", "Gam-3"]
        wanted = ["gam-1", "gam-2", "Gam-3", "gam-10", "gam-100"]
        makers = {
            CredentialProfile: factories.credential_profile,
            SnmpProfile: factories.snmp_profile,
            BandwidthPlan: factories.plan,
            VlanPool: factories.pool,
            Subscriber: factories.subscriber,
            BillingSystem: factories.billing_system,
        }
        for model, make in makers.items():
            with self.subTest(model=model.__name__):
                for name in names:
                    make(name=name)
                self.assertEqual(list(model.objects.values_list("name", flat=True)), wanted)
        for name in names:
            factories.gam(name)
        self.assertEqual([str(gam) for gam in GamDevice.objects.all()], wanted)
