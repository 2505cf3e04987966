"""Filters of every model: core's checks, and the ones that are our own."""

from __future__ import annotations

from typing import Any

from django.test import TestCase
from users.models import User

from netbox_gam import filtersets
from netbox_gam.filtersets.base import mac_fragment
from netbox_gam.models import (
    Alarm,
    AlarmRule,
    ApprovalRule,
    Arrival,
    BandwidthPlan,
    BillingLink,
    BillingPlan,
    BillingSystem,
    BillingWrite,
    ChangeBatch,
    ChangePlan,
    ChangeStep,
    ConfigBackup,
    CredentialProfile,
    Drift,
    Endpoint,
    Finding,
    FindingRule,
    GamDevice,
    GamPort,
    MailGroup,
    MaintenanceWindow,
    SnmpProfile,
    Subscriber,
    SuspensionPolicy,
    SyncRun,
    VlanPool,
)

from . import factories
from .base import FilterSetTests


class Filtered(FilterSetTests):
    """``find`` filters the way a URL does."""

    def find(self, **params: Any) -> set[Any]:
        filtered = self.filterset(params, self.queryset)
        self.assertTrue(filtered.is_valid(), filtered.errors)
        return set(filtered.qs)


class CredentialProfileFilterTest(Filtered, TestCase):
    queryset = CredentialProfile.objects.all()
    filterset = filtersets.CredentialProfileFilterSet
    ignore_fields = ("password",)

    @classmethod
    def setUpTestData(cls):
        cls.rows = [factories.credential_profile(name=f"Login {name}", username=name.lower()) for name in "ABC"]

    def test_search(self):
        self.assertEqual(self.find(q="login b"), {self.rows[1]})

    def test_a_secret_cannot_be_filtered_by(self):
        for name in self.filterset.get_filters():
            self.assertNotIn("password", name)


class SnmpProfileFilterTest(Filtered, TestCase):
    queryset = SnmpProfile.objects.all()
    filterset = filtersets.SnmpProfileFilterSet
    ignore_fields = ("community", "auth_key", "priv_key")

    @classmethod
    def setUpTestData(cls):
        cls.rows = [factories.snmp_profile(name=f"SNMP {name}") for name in "AB"]
        cls.rows.append(factories.snmp_profile(name="SNMP C", version="3", username="reader"))

    def test_version(self):
        self.assertEqual(self.find(version=["3"]), {self.rows[2]})


class GamDeviceFilterTest(Filtered, TestCase):
    queryset = GamDevice.objects.all()
    filterset = filtersets.GamDeviceFilterSet
    ignore_fields = ("observed", "poll_schedule", "drift_check", "backup_state")

    @classmethod
    def setUpTestData(cls):
        cls.login = factories.credential_profile(name="Fleet")
        cls.first = factories.gam("alpha", credential_profile=cls.login)
        cls.second = factories.gam("beta", model="GAM-24-M", transport="jsonrpc")
        cls.third = factories.gam("gamma", vlan_pool=factories.pool(name="Homes"))
        factories.device_state(cls.first)
        factories.device_state(cls.second, reachable=False, firmware="1.7.0")

    def test_by_name_or_id_of_what_it_belongs_to(self):
        self.assertEqual(self.find(device=["alpha"]), {self.first})
        self.assertEqual(self.find(device_id=[self.second.device_id]), {self.second})
        self.assertEqual(self.find(credential_profile=["Fleet"]), {self.first})
        self.assertEqual(self.find(credential_profile_id=[self.login.pk]), {self.first})
        self.assertEqual(self.find(vlan_pool=["Homes"]), {self.third})
        self.assertEqual(self.find(site=["depot"]), {self.first, self.second, self.third})
        self.assertEqual(self.find(serial=self.first.device.serial.lower()), {self.first})

    def test_choices(self):
        self.assertEqual(self.find(hardware_model=["GAM-24-M"]), {self.second})
        self.assertEqual(self.find(transport=["ssh"]), {self.first, self.third})

    def test_observed(self):
        self.assertEqual(self.find(reachable="true"), {self.first})
        self.assertEqual(self.find(reachable="false"), {self.second})
        self.assertEqual(self.find(firmware="1.7"), {self.second})

    def test_search(self):
        self.assertEqual(self.find(q="bet"), {self.second})
        self.assertEqual(self.find(q=self.third.device.serial), {self.third})
        self.assertEqual(self.find(q=" "), {self.first, self.second, self.third})


class GamPortFilterTest(Filtered, TestCase):
    queryset = GamPort.objects.all()
    filterset = filtersets.GamPortFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.gam = factories.gam("alpha")
        cls.rows = [factories.port(cls.gam, index) for index in (1, 2)]
        cls.copper = factories.port(factories.gam("beta", model="GAM-12-M", subscriber_model="portAware"))
        cls.subscriber = factories.subscriber(port=cls.copper, gam=cls.copper.gam)

    def test_filters(self):
        self.assertEqual(self.find(gam=["alpha"]), set(self.rows))
        self.assertEqual(self.find(gam_id=[self.copper.gam_id]), {self.copper})
        self.assertEqual(self.find(interface="G.hn 1/2"), {self.rows[1]})
        self.assertEqual(self.find(medium=["mimo"]), {self.copper})
        self.assertEqual(self.find(subscriber_id=[self.subscriber.pk]), {self.copper})
        self.assertEqual(self.find(q="1/2"), {self.rows[1]})


class EndpointFilterTest(Filtered, TestCase):
    queryset = Endpoint.objects.all()
    filterset = filtersets.EndpointFilterSet
    ignore_fields = ("arrival",)

    @classmethod
    def setUpTestData(cls):
        cls.port = factories.port(factories.gam("alpha"), 7)
        cls.served = factories.endpoint(cls.port, mac_address="00:0E:D8:19:97:E6", name="kitchen")
        cls.spare = factories.endpoint(cls.port, serial="SPARE-1")
        cls.unknown = factories.endpoint(status="discovered", name="", serial="")
        cls.subscriber = factories.subscriber(cls.served, full_name="Grace Hopper")
        factories.endpoint_state(cls.served)
        factories.endpoint_state(cls.spare, state="quarantinedWrongPort", present=False)

    def test_place(self):
        self.assertEqual(self.find(gam=["alpha"]), {self.served, self.spare})
        self.assertEqual(self.find(port_id=[self.port.pk]), {self.served, self.spare})
        self.assertEqual(self.find(port="7"), {self.served, self.spare})
        self.assertEqual(self.find(gam_id=["null"]), {self.unknown})

    def test_subscriber(self):
        self.assertEqual(self.find(subscriber_id=[self.subscriber.pk]), {self.served})
        self.assertEqual(self.find(has_subscriber="true"), {self.served})
        self.assertEqual(self.find(has_subscriber="false"), {self.spare, self.unknown})

    def test_observed(self):
        self.assertEqual(self.find(state=["quarantinedWrongPort"]), {self.spare})
        self.assertEqual(self.find(present="true"), {self.served})
        self.assertEqual(self.find(present="false"), {self.spare, self.unknown})

    def test_search_takes_any_notation_of_a_mac_address(self):
        for text in ("00:0e:d8:19:97:e6", "000E.D819.97E6", "19-97", "000ed81997e6", "kitchen", "hopper"):
            with self.subTest(text=text):
                self.assertEqual(self.find(q=text), {self.served})
        self.assertEqual(self.find(q="spare-1"), {self.spare})

    def test_fragments(self):
        self.assertEqual(mac_fragment("000e.d8"), "00:0e:d8")
        self.assertEqual(mac_fragment("kitchen"), "kitchen")
        self.assertEqual(mac_fragment("0" * 13), "0" * 13)


class BandwidthPlanFilterTest(Filtered, TestCase):
    queryset = BandwidthPlan.objects.all()
    filterset = filtersets.BandwidthPlanFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.rows = [factories.plan(name=f"Plan {speed}", downstream_kbps=speed * 1000) for speed in (50, 100, 200)]

    def test_speed(self):
        self.assertEqual(self.find(downstream_kbps__gte=[100_000]), set(self.rows[1:]))


class VlanPoolFilterTest(Filtered, TestCase):
    queryset = VlanPool.objects.all()
    filterset = filtersets.VlanPoolFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.rows = [factories.pool() for _ in range(3)]

    def test_group(self):
        self.assertEqual(self.find(vlan_group=[self.rows[1].vlan_group.slug]), {self.rows[1]})


class SuspensionPolicyFilterTest(Filtered, TestCase):
    queryset = SuspensionPolicy.objects.all()
    filterset = filtersets.SuspensionPolicyFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.rows = [factories.suspension_policy() for _ in range(2)]
        cls.rows.append(factories.suspension_policy(mode="walled_garden", vid=4000))

    def test_mode_and_scope(self):
        self.assertEqual(self.find(mode=["walled_garden"]), {self.rows[2]})
        self.assertEqual(self.find(site_id=[self.rows[0].site_id]), {self.rows[0]})
        self.assertEqual(self.find(vid=[4000]), {self.rows[2]})


class SubscriberFilterTest(Filtered, TestCase):
    queryset = Subscriber.objects.all()
    filterset = filtersets.SubscriberFilterSet
    ignore_fields = ("before_suspension",)

    @classmethod
    def setUpTestData(cls):
        cls.endpoint = factories.endpoint(factories.port(factories.gam("alpha")), mac_address="00:0E:D8:19:97:E6")
        cls.plan = factories.plan(name="Fast")
        cls.active = factories.subscriber(
            cls.endpoint, status="active", vlan=factories.vlan(117), bandwidth_plan=cls.plan, allowed_vids=[300, 301]
        )
        cls.link = factories.billing_link(external_id="77.1", subscriber=cls.active)
        cls.pending = factories.subscriber(service_address="1 Cellar Street")
        cls.gone = factories.subscriber(status="terminated")
        cls.change = factories.change_plan(cls.endpoint.gam)
        cls.change.subscribers.add(cls.active)

    def test_service(self):
        self.assertEqual(self.find(status=["pending", "terminated"]), {self.pending, self.gone})
        self.assertEqual(self.find(bandwidth_plan=["Fast"]), {self.active})
        self.assertEqual(self.find(vid="117"), {self.active})
        self.assertEqual(self.find(allowed_vids="301"), {self.active})

    def test_place(self):
        self.assertEqual(self.find(gam=["alpha"]), {self.active})
        self.assertEqual(self.find(endpoint=["00:0e:d8:19:97:e6"]), {self.active})
        self.assertEqual(self.find(has_endpoint="false"), {self.pending, self.gone})

    def test_billing_and_changes(self):
        self.assertEqual(self.find(billing_system_id=[self.link.system_id]), {self.active})
        self.assertEqual(self.find(external_id="77.1"), {self.active})
        self.assertEqual(self.find(change_plan_id=[self.change.pk]), {self.active})

    def test_search(self):
        self.assertEqual(self.find(q="cellar"), {self.pending})
        self.assertEqual(self.find(q="000e.d819"), {self.active})


class BillingSystemFilterTest(Filtered, TestCase):
    queryset = BillingSystem.objects.all()
    filterset = filtersets.BillingSystemFilterSet
    ignore_fields = ("token", "api_key", "api_secret", "webhook_secret", "options", "write_back_fields")

    @classmethod
    def setUpTestData(cls):
        cls.rows = [factories.billing_system() for _ in range(3)]

    def test_type(self):
        self.assertEqual(self.find(type=["splynx"]), set())
        self.assertEqual(self.find(type=["sonar"]), set(self.rows))


class BillingPlanFilterTest(Filtered, TestCase):
    queryset = BillingPlan.objects.all()
    filterset = filtersets.BillingPlanFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.system, cls.plan = factories.billing_system(name="Sonar"), factories.plan(name="Fast")
        cls.mapped = factories.billing_plan(cls.system, bandwidth_plan=cls.plan)
        cls.others = {factories.billing_plan(cls.system), factories.billing_plan()}

    def test_mapping(self):
        self.assertEqual(self.find(mapped="true"), {self.mapped})
        self.assertEqual(self.find(mapped="false"), self.others)
        self.assertEqual(self.find(bandwidth_plan=["Fast"]), {self.mapped})
        self.assertEqual(len(self.find(system=["Sonar"])), 2)


class BillingLinkFilterTest(Filtered, TestCase):
    queryset = BillingLink.objects.all()
    filterset = filtersets.BillingLinkFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.rows = [factories.billing_link() for _ in range(3)]

    def test_subscriber(self):
        self.assertEqual(self.find(subscriber=[self.rows[0].subscriber.name]), {self.rows[0]})
        self.assertEqual(self.find(subscriber_id=[self.rows[1].subscriber_id]), {self.rows[1]})


class BillingWriteFilterTest(Filtered, TestCase):
    queryset = BillingWrite.objects.all()
    filterset = filtersets.BillingWriteFilterSet
    ignore_fields = ("before", "after")

    @classmethod
    def setUpTestData(cls):
        cls.rows = [
            factories.billing_write(state=state, subscriber=factories.subscriber()) for state in ("waiting", "sent", "failed")
        ]

    def test_state(self):
        self.assertEqual(self.find(state=["sent"]), {self.rows[1]})

    def test_subscriber(self):
        self.assertEqual(self.find(subscriber_id=[self.rows[2].subscriber_id]), {self.rows[2]})


class SyncRunFilterTest(Filtered, TestCase):
    queryset = SyncRun.objects.all()
    filterset = filtersets.SyncRunFilterSet
    ignore_fields = ("counts", "timings", "problems", "outcome", "progress", "cursor")

    @classmethod
    def setUpTestData(cls):
        cls.rows = [factories.sync_run(status=status) for status in ("completed", "held", "failed")]

    def test_status(self):
        self.assertEqual(self.find(status=["held"]), {self.rows[1]})


class FindingFilterTest(Filtered, TestCase):
    queryset = Finding.objects.all()
    filterset = filtersets.FindingFilterSet
    ignore_fields = ("billing_values", "intent_values", "actual_values", "read_times")

    @classmethod
    def setUpTestData(cls):
        cls.endpoint = factories.endpoint(factories.port())
        cls.first = factories.finding(kind="mac_mismatch", endpoint=cls.endpoint)
        cls.second = factories.finding(state="ignored", subscriber=factories.subscriber(name="one"))
        cls.nobodys = Finding.objects.create(
            kind="endpoint_without_subscriber",
            title="Nobody pays",
            fingerprint="f",
            first_seen=factories.MOMENT,
            last_seen=factories.MOMENT,
        )

    def test_filters(self):
        self.assertEqual(self.find(kind=["mac_mismatch"]), {self.first})
        self.assertEqual(self.find(state=["ignored"]), {self.second})
        self.assertEqual(self.find(gam_id=[self.endpoint.gam_id]), {self.first})
        self.assertEqual(self.find(subscriber=["one"]), {self.second})
        self.assertEqual(self.find(system_id=["null"]), {self.nobodys})


class ChangeBatchFilterTest(Filtered, TestCase):
    queryset = ChangeBatch.objects.all()
    filterset = filtersets.ChangeBatchFilterSet
    ignore_fields = ("problems", "rows")

    @classmethod
    def setUpTestData(cls):
        cls.rows = [factories.change_batch(source=source) for source in ("selection", "csv", "program")]

    def test_filters(self):
        self.assertEqual(self.find(source=["csv"]), {self.rows[1]})
        self.assertEqual(self.find(gam_id=[self.rows[0].change_plans.get().gam_id]), {self.rows[0]})


class ChangePlanFilterTest(Filtered, TestCase):
    queryset = ChangePlan.objects.all()
    filterset = filtersets.ChangePlanFilterSet
    ignore_fields = ("violations", "warnings", "interrupts", "difference", "intent", "notes")

    @classmethod
    def setUpTestData(cls):
        cls.subscriber = factories.subscriber()
        cls.rows = [factories.change_plan(status=status) for status in ("planned", "applied", "failed")]
        cls.rows[0].subscribers.add(cls.subscriber)

    def test_filters(self):
        self.assertEqual(self.find(status=["applied"]), {self.rows[1]})
        self.assertEqual(self.find(gam=[self.rows[2].gam.device.name]), {self.rows[2]})
        self.assertEqual(self.find(subscriber_id=[self.subscriber.pk]), {self.rows[0]})


class ChangeStepFilterTest(Filtered, TestCase):
    queryset = ChangeStep.objects.all()
    filterset = filtersets.ChangeStepFilterSet
    ignore_fields = ("diff", "sends", "undo_sends", "before", "after", "sent")

    @classmethod
    def setUpTestData(cls):
        cls.plan = factories.change_plan(steps=3)
        cls.other = factories.change_step(kind="profile")

    def test_filters(self):
        self.assertEqual(len(self.find(change_plan_id=[self.plan.pk])), 3)
        self.assertEqual(self.find(kind=["profile"]), {self.other})
        self.assertEqual(self.find(gam_id=[self.other.change_plan.gam_id]), {self.other})


class AlarmFilterTest(Filtered, TestCase):
    queryset = Alarm.objects.all()
    filterset = filtersets.AlarmFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.gam = factories.gam("alpha")
        cls.rows = [factories.alarm(cls.gam, severity=severity) for severity in ("cr", "mj", "mn")]

    def test_filters(self):
        self.assertEqual(self.find(severity=["cr", "mj"]), set(self.rows[:2]))
        self.assertEqual(self.find(gam=["alpha"]), set(self.rows))
        self.assertEqual(self.find(state=["cleared"]), set())
        self.assertEqual(self.find(standing=True), set(self.rows))
        self.assertEqual(self.find(standing=False), set())


class AlarmRuleFilterTest(Filtered, TestCase):
    queryset = AlarmRule.objects.all()
    filterset = filtersets.AlarmRuleFilterSet

    @classmethod
    def setUpTestData(cls):
        AlarmRule.objects.all().delete()
        cls.rows = [factories.alarm_rule(severity=severity) for severity in ("mj", "mn", "mn")]
        cls.rows[0].sites.add(factories.site("alpha"))

    def test_filters(self):
        self.assertEqual(self.find(severity=["mj"]), {self.rows[0]})
        self.assertEqual(self.find(watches=["device.temperature_c"]), set(self.rows))
        self.assertEqual(self.find(site_id=[factories.site("alpha").pk]), {self.rows[0]})


class FindingRuleFilterTest(Filtered, TestCase):
    queryset = FindingRule.objects.all()
    filterset = filtersets.FindingRuleFilterSet
    ignore_fields = ("confirmed", "held_findings")

    @classmethod
    def setUpTestData(cls):
        cls.system = factories.billing_system()
        cls.rows = [factories.finding_rule(), factories.finding_rule(kinds=["mac_mismatch"], action="ignore", system=cls.system)]
        cls.rows.append(factories.finding_rule(held="too many", enabled=True))
        cls.rows[0].sites.add(factories.site("alpha"))

    def test_filters(self):
        self.assertEqual(self.find(kinds=["mac_mismatch"]), {self.rows[1]})
        self.assertEqual(self.find(action=["ignore"]), {self.rows[1]})
        self.assertEqual(self.find(system_id=[self.system.pk]), {self.rows[1]})
        self.assertEqual(self.find(is_held=True), {self.rows[2]})
        self.assertEqual(self.find(site_id=[factories.site("alpha").pk]), {self.rows[0]})


class ApprovalRuleFilterTest(Filtered, TestCase):
    queryset = ApprovalRule.objects.all()
    filterset = filtersets.ApprovalRuleFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.rows = [
            factories.approval_rule(),
            factories.approval_rule(actions=["remove"]),
            factories.approval_rule(needs_window=True),
        ]
        cls.rows[0].sites.add(factories.site("alpha"))

    def test_filters(self):
        self.assertEqual(self.find(actions=["remove"]), {self.rows[1]})
        self.assertEqual(self.find(needs_window=True), {self.rows[2]})
        self.assertEqual(self.find(site_id=[factories.site("alpha").pk]), {self.rows[0]})


class MaintenanceWindowFilterTest(Filtered, TestCase):
    queryset = MaintenanceWindow.objects.all()
    filterset = filtersets.MaintenanceWindowFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.rows = [factories.maintenance_window(), factories.maintenance_window(days=["sat"]), factories.maintenance_window()]
        cls.rows[0].sites.add(factories.site("alpha"))

    def test_filters(self):
        self.assertEqual(self.find(days=["sat"]), set(self.rows))
        self.assertEqual(self.find(days=["mon"]), {self.rows[0], self.rows[2]})
        self.assertEqual(self.find(site_id=[factories.site("alpha").pk]), {self.rows[0]})


class MailGroupFilterTest(Filtered, TestCase):
    queryset = MailGroup.objects.all()
    filterset = filtersets.MailGroupFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.rows = [
            factories.mail_group(minimum_severity=severity, addresses=[f"{severity}@example.org"])
            for severity in ("cr", "mj", "mn")
        ]
        cls.rows[0].sites.add(factories.site("alpha"))

    def test_filters(self):
        self.assertEqual(self.find(minimum_severity=["cr"]), {self.rows[0]})
        self.assertEqual(self.find(addresses=["mj@example.org"]), {self.rows[1]})
        self.assertEqual(self.find(address="MN@"), {self.rows[2]})
        self.assertEqual(self.find(site_id=[factories.site("alpha").pk]), {self.rows[0]})
        self.assertEqual(self.find(quiet_days=["mon"]), set(self.rows))
        self.assertEqual(self.find(q="mj@"), {self.rows[1]})


class ConfigBackupFilterTest(Filtered, TestCase):
    queryset = ConfigBackup.objects.all()
    filterset = filtersets.ConfigBackupFilterSet
    ignore_fields = ("digest", "text")

    @classmethod
    def setUpTestData(cls):
        plan = factories.change_plan()
        cls.first = factories.config_backup(plan.gam, change_plan=plan, kind="before_change")
        cls.second = factories.config_backup(text="hostname harbour\nend\n", user=User.objects.create(username="operator"))
        cls.third = factories.config_backup(kind="scheduled")
        cls.plan = plan

    def test_filters(self):
        self.assertEqual(self.find(gam_id=[self.first.gam_id]), {self.first})
        self.assertEqual(self.find(gam=[self.first.gam.device.name]), {self.first})
        self.assertEqual(self.find(site_id=[self.second.gam.device.site_id]), {self.first, self.second, self.third})
        self.assertEqual(self.find(kind=["before_change"]), {self.first})
        self.assertEqual(self.find(change_plan_id=[self.plan.pk]), {self.first})
        self.assertEqual(self.find(requested_by_id=[self.second.requested_by_id]), {self.second})
        self.assertEqual(self.find(contains="HARBOUR"), {self.second})
        self.assertEqual(self.find(q="harbour"), {self.second})
        self.assertEqual(self.find(contains=factories.BACKUP_SECRET), set(), "secrets cannot be searched for")


class DriftFilterTest(Filtered, TestCase):
    queryset = Drift.objects.all()
    filterset = filtersets.DriftFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.port = factories.port()
        cls.first = factories.drift(cls.port.gam, port=cls.port, kind="missing", name="O'Brien")
        cls.second = factories.drift(object_kind="port", state="accepted")
        cls.third = factories.drift(state="resolved", change_plan=factories.change_plan())

    def test_filters(self):
        self.assertEqual(self.find(gam_id=[self.port.gam_id]), {self.first})
        self.assertEqual(self.find(gam=[self.port.gam.device.name]), {self.first})
        self.assertEqual(self.find(port_id=[self.port.pk]), {self.first})
        self.assertEqual(self.find(kind=["missing"]), {self.first})
        self.assertEqual(self.find(object_kind=["port"]), {self.second})
        self.assertEqual(self.find(state=["accepted"]), {self.second})
        self.assertEqual(self.find(standing=True), {self.first, self.second})
        self.assertEqual(self.find(standing=False), {self.third})
        self.assertEqual(self.find(change_plan_id=[self.third.change_plan_id]), {self.third})
        self.assertEqual(self.find(q="o'brien"), {self.first})


class ArrivalFilterTest(Filtered, TestCase):
    queryset = Arrival.objects.all()
    filterset = filtersets.ArrivalFilterSet

    @classmethod
    def setUpTestData(cls):
        cls.port = factories.port()
        cls.first = factories.arrival(cls.port.gam, port=cls.port)
        cls.second = factories.arrival(kind="moved", state="left", subscriber=factories.subscriber(name="one"))
        cls.third = factories.arrival(kind="known")

    def test_filters(self):
        self.assertEqual(self.find(gam_id=[self.port.gam_id]), {self.first})
        self.assertEqual(self.find(port_id=[self.port.pk]), {self.first})
        self.assertEqual(self.find(kind=["moved"]), {self.second})
        self.assertEqual(self.find(state=["left"]), {self.second})
        self.assertEqual(self.find(subscriber_id=[self.second.subscriber_id]), {self.second})
        self.assertEqual(self.find(endpoint=[self.first.endpoint.mac]), {self.first})
        self.assertEqual(self.find(q=self.second.endpoint.mac.replace(":", "")), {self.second})
