"""From records to targets: every field arrives, what cannot be talked to says why, and nothing shows a secret."""

from __future__ import annotations

import os
import traceback
from typing import Any
from unittest.mock import patch

from dcim.models import Interface
from django.test import TestCase
from ipam.models import IPAddress

from netbox_gam.exceptions import SecretError
from netbox_gam.models import BillingSystem, CredentialProfile, GamDevice, SnmpProfile
from netbox_gam.targets import billing_target, device_target, device_targets, login_of, snmp_of
from nornir_tasks.contracts import BillingTarget, DeviceTarget, SkippedTarget, SubscriberModel, Transport

from . import factories

CANARY = "canary-9d02"


def loaded_gam(*args: Any, **values: Any) -> GamDevice:
    """A GAM as it comes from the database, its addresses included."""
    gam: GamDevice = GamDevice.objects.get(pk=factories.gam(*args, **values).pk)
    return gam


class DeviceTargetTests(TestCase):
    def target(self, gam: GamDevice) -> DeviceTarget:
        found = device_target(gam)
        assert isinstance(found, DeviceTarget), found
        return found

    def skipped(self, gam: GamDevice) -> str:
        found = device_target(gam)
        assert isinstance(found, SkippedTarget), found
        self.assertEqual(found.name, str(gam))
        self.assertNotIn(CANARY, found.reason)
        return found.reason

    def test_every_field_arrives(self) -> None:
        login = CredentialProfile.objects.create(name="Field", username="tech", password=f"{CANARY}-1")
        snmp = SnmpProfile.objects.create(
            name="v3",
            version="3",
            username="netops",
            auth_protocol="SHA256",
            auth_key=f"{CANARY}-2",
            priv_protocol="AES",
            priv_key=f"{CANARY}-3",
        )
        gam = loaded_gam(
            "gam-1",
            model="GAM-4-MX",
            address="192.0.2.7",
            transport="jsonrpc",
            ssh_port=2222,
            http_port=8443,
            https=True,
            https_verify=False,
            snmp_port=1161,
            subscriber_model="portAware",
            credential_profile=login,
            snmp_profile=snmp,
        )
        target = self.target(gam)
        self.assertEqual((target.name, target.address, target.model), ("gam-1", "192.0.2.7", "GAM-4-MX"))
        self.assertEqual((target.transport, target.subscriber_model), (Transport.JSONRPC, SubscriberModel.PORT_AWARE))
        self.assertEqual((target.ssh_port, target.http_port, target.snmp_port), (2222, 8443, 1161))
        self.assertEqual((target.https, target.https_verify), (True, False))
        self.assertEqual((target.login.username, target.login.password), ("tech", f"{CANARY}-1"))
        self.assertEqual((target.snmp.version, target.snmp.username, target.snmp.community), ("3", "netops", ""))
        self.assertEqual((target.snmp.auth_protocol, target.snmp.auth_key), ("SHA256", f"{CANARY}-2"))
        self.assertEqual((target.snmp.priv_protocol, target.snmp.priv_key), ("AES", f"{CANARY}-3"))
        self.assertEqual((target.site, target.role, target.device_id), ("Depot", "G.hn access multiplexer", gam.pk))

    def test_no_profiles_is_the_factory_default(self) -> None:
        self.assertEqual((login_of(None).username, login_of(None).password), ("admin", ""))
        self.assertEqual((snmp_of(None).version, snmp_of(None).community), ("2c", "public"))

    def test_addresses_by_source(self) -> None:
        gam = loaded_gam(address="192.0.2.7", address_override="gam.example.net")
        management = Interface.objects.get(device=gam.device, mgmt_only=True)
        gam.device.oob_ip = IPAddress(address="2001:db8::5/64", assigned_object=management)
        gam.device.oob_ip.full_clean()
        for source, wanted in (("primary", "192.0.2.7"), ("oob", "2001:db8::5"), ("override", "gam.example.net")):
            gam.address_source = source
            self.assertEqual(self.target(gam).address, wanted)

    def test_no_address_says_which_one_is_missing(self) -> None:
        gam = factories.gam()
        for source, words in (("primary", "Primary IP"), ("oob", "Out-of-band IP"), ("override", "Override")):
            gam.address_source = source
            self.assertIn(words, self.skipped(gam))

    def test_a_secret_that_cannot_be_opened_skips_the_device_and_names_the_profile(self) -> None:
        gam = loaded_gam(address="192.0.2.7", credential_profile=factories.credential_profile(name="Field"))
        with patch.dict(os.environ):
            os.environ.pop("GAM_PASSWORD", None)
            reason = self.skipped(gam)
        self.assertIn('credential profile "Field"', reason)
        self.assertIn("GAM_PASSWORD", reason)
        gam.credential_profile = None
        gam.snmp_profile = factories.snmp_profile(name="read")
        with patch.dict(os.environ):
            os.environ.pop("GAM_COMMUNITY", None)
            self.assertIn('SNMP profile "read"', self.skipped(gam))

    def test_many_with_names_unique_within_the_batch(self) -> None:
        other_site = factories.site("Other")
        one = loaded_gam(device=factories.device("same", address="192.0.2.1"))
        two = loaded_gam(device=factories.device("same", at=other_site, address="192.0.2.2"))
        three = factories.gam("without")
        found, skipped = device_targets([one, two, three])
        self.assertEqual([target.name for target in found], ["same", f"same#{two.pk}"])
        self.assertEqual([target.device_id for target in found], [one.pk, two.pk])
        self.assertEqual([(gam, reason.name) for gam, reason in skipped], [(three, "without")])


class BillingTargetTests(TestCase):
    def test_both_kinds(self) -> None:
        sonar = BillingSystem(name="S", type="sonar", url="https://a.example", token=f"{CANARY}-1", options={"page_size": 5})
        splynx = BillingSystem(
            name="P",
            type="splynx",
            url="https://b.example",
            auth="basic",
            api_key=f"{CANARY}-2",
            api_secret=f"{CANARY}-3",
            verify_tls=False,
            ca_file="/etc/ca.pem",
        )
        for system in (sonar, splynx):
            system.full_clean()
            system.save()
        target = billing_target(sonar)
        self.assertEqual(
            (target.name, target.type, target.url, target.options), ("S", "sonar", "https://a.example", {"page_size": 5})
        )
        self.assertEqual((target.credential.auth, target.credential.token), ("bearer", f"{CANARY}-1"))
        target = billing_target(splynx)
        self.assertEqual((target.credential.key, target.credential.secret), (f"{CANARY}-2", f"{CANARY}-3"))
        self.assertEqual((target.verify_tls, target.ca_file), (False, "/etc/ca.pem"))

    def test_a_secret_that_cannot_be_opened_is_an_error_with_the_systems_name(self) -> None:
        system = factories.billing_system(name="Main")
        with patch.dict(os.environ):
            os.environ.pop("GAM_TOKEN", None)
            with self.assertRaisesMessage(SecretError, 'billing system "Main"'):
                billing_target(system)


class SilenceTests(TestCase):
    """Targets are logged, shown in debuggers and hang on exceptions: none of that shows what they carry."""

    def targets(self) -> list[DeviceTarget | BillingTarget]:
        login = CredentialProfile.objects.create(name="a", password=f"{CANARY}-password")
        keys = {"auth_protocol": "SHA", "auth_key": f"{CANARY}-auth", "priv_protocol": "AES", "priv_key": f"{CANARY}-priv"}
        snmp = SnmpProfile.objects.create(name="a", version="3", username="n", community=f"{CANARY}-community", **keys)
        gam = loaded_gam(address="192.0.2.7", credential_profile=login, snmp_profile=snmp)
        secrets = {name: f"{CANARY}-{name}" for name in BillingSystem.secret_fields}
        system = factories.billing_system(**secrets)
        target = device_target(gam)
        assert isinstance(target, DeviceTarget)
        self.assertIn(CANARY, target.login.password)
        return [target, billing_target(system)]

    def test_no_repr_shows_a_secret(self) -> None:
        for target in self.targets():
            parts = [target, getattr(target, "login", None), getattr(target, "snmp", None), getattr(target, "credential", None)]
            for part in parts:
                for text in (repr(part), str(part), f"{part}", repr([part]), repr({"x": part})):
                    self.assertNotIn(CANARY, text)

    def test_no_traceback_shows_a_secret(self) -> None:
        for target in self.targets():
            try:
                raise RuntimeError(f"could not talk to {target}") from ValueError(target)
            except RuntimeError as error:
                text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
            self.assertIn("could not talk", text)
            self.assertNotIn(CANARY, text)
