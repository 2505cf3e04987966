"""Alarms: every default rule raises and clears, state is in the database alone, one fault is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from extras.models import Tag

from netbox_gam.exceptions import InvalidState
from netbox_gam.models import Alarm, AlarmEvent, AlarmRule, ChangePlan, GamDevice, RuleState
from netbox_gam.workflows import alarms
from netbox_gam.workflows.observation import Observation
from nornir_tasks.contracts import (
    AlarmReading,
    AlarmSeverity,
    DeviceReading,
    EndpointReading,
    EndpointState,
    EthernetReading,
    Failure,
    Medium,
    PortReading,
    SfpReading,
    SystemFacts,
    TargetResult,
)
from nornir_tasks.errors import ErrorKind
from nornir_tasks.monitoring.measure import measure

from .. import factories

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HEALTHY = SystemFacts(
    model="GAM-12-C",
    serial="SN1",
    temperatures_c={"CPU": 41.0},
    fans_rpm=(9000, 9100),
    power_supplies={"Main": "active", "Redundant": "standby"},
    clock=START,
    profiles_used=3,
    config_saved=True,
)
MAC = "00:0e:d8:00:00:01"
ENDPOINT = EndpointReading(
    mac=MAC,
    configured_id=1,
    configured_port=1,
    detected_port=1,
    state=EndpointState.OK,
    rx_phy_mbps=1200,
    tx_phy_mbps=1100,
    rx_max_mbps=600,
    tx_max_mbps=550,
    error_percent_down=0.1,
    error_percent_up=0.0,
)
SFP = SfpReading(temperature_c=35.0)


class Case(TestCase):
    """One GAM with one endpoint that serves a subscriber, and a clock."""

    def setUp(self) -> None:
        self.gam = self.make_gam()
        self.port = factories.port(self.gam, 1)
        self.endpoint = factories.endpoint(self.port, mac_address=MAC, name="ep-1")
        self.plan = factories.plan()
        self.subscriber = factories.subscriber(self.endpoint, status="active", bandwidth_plan=self.plan)
        self.now = START

    def make_gam(self) -> GamDevice:
        credential = factories.credential_profile(password="secret-of-its-own")
        snmp = factories.snmp_profile(community="community-of-its-own")
        return factories.gam(credential_profile=credential, snmp_profile=snmp)

    def reading(self, **values: Any) -> DeviceReading:
        system = values.pop("system", {})
        endpoint = values.pop("endpoint", {})
        ports = values.pop("ports", (PortReading(1, 1000001, medium=Medium.COAX, endpoint_macs=(MAC,)),))
        sfp = values.pop("sfp", {})
        base: dict[str, Any] = {
            "system": replace(HEALTHY, **({"clock": self.now} | system)),
            "endpoints": (replace(ENDPOINT, **endpoint),),
            "ports": ports,
            "ethernet": (EthernetReading("10G 1/1", 1, sfp=replace(SFP, **sfp)),),
            "alarms": (),
            "alarm_log": (),
        }
        return DeviceReading("x", self.now, **(base | values))

    def poll(self, seconds: float = 60, gam: GamDevice | None = None, **values: Any) -> list[AlarmEvent]:
        self.now += timedelta(seconds=seconds)
        reading = self.reading(**values)
        item = Observation(gam or self.gam, TargetResult("x", value=reading), self.now, measure(reading, {}, seconds=1))
        return alarms.evaluate([item])

    def miss(self, seconds: float = 60) -> list[AlarmEvent]:
        self.now += timedelta(seconds=seconds)
        failure = Failure(ErrorKind.TIMEOUT, "No answer.", "Look at it.")
        return alarms.evaluate([Observation(self.gam, TargetResult("x", failure=failure), self.now)])

    def conditions(self, **values: Any) -> set[str]:
        return set(Alarm.objects.exclude(state="cleared").filter(**values).values_list("condition", flat=True))

    def told(self) -> list[tuple[str, str]]:
        """What people hear, in order."""
        events = AlarmEvent.objects.filter(announce=True).select_related("alarm")
        return [(event.transition, event.alarm.condition) for event in events]


def los(uuid: str = "a1", **values: Any) -> AlarmReading:
    return AlarmReading(uuid, "CPE-1", "los", AlarmSeverity.MAJOR, True, **values)


def outage(uuid: str = "b1") -> AlarmReading:
    return AlarmReading(uuid, "G.hn-1", "outage", AlarmSeverity.MAJOR, True)


class DefaultRuleTests(Case):
    def check(self, name: str, *, after: float = 0, clear_after: float = 0, **bad: Any) -> Alarm:
        """A rule raises after its duration and not before, and clears after its own."""
        rule = AlarmRule.objects.get(name=name)
        self.assertEqual((rule.raise_seconds, rule.clear_seconds), (after, clear_after))
        self.poll()
        self.assertEqual(self.conditions(), set())
        self.poll(**bad)
        if after:
            self.assertFalse(Alarm.objects.filter(rule=rule).exists(), "too early")
            self.poll(after - 1, **bad)
            self.assertFalse(Alarm.objects.filter(rule=rule).exists(), "too early")
            self.poll(1, **bad)
        alarm = Alarm.objects.get(rule=rule, state="raised")
        self.assertEqual((alarm.severity, alarm.source), (rule.severity, "polling"))
        self.poll(**bad)
        self.poll()
        if clear_after:
            alarm.refresh_from_db()
            self.assertEqual(alarm.state, "raised", "too early")
            self.poll(clear_after)
        alarm.refresh_from_db()
        self.assertEqual(alarm.state, "cleared")
        self.assertFalse(RuleState.objects.filter(rule=rule).exists())
        self.assertEqual([event.transition for event in alarm.events.all()], ["raised", "cleared"])
        return alarm

    def test_every_default_rule_is_valid_and_tested(self) -> None:
        for rule in AlarmRule.objects.all():
            rule.full_clean()
        self.assertEqual(AlarmRule.objects.count(), 20)

    def test_endpoint_lost(self) -> None:
        alarm = self.check("Endpoint lost", after=120, endpoint={"state": EndpointState.NOT_DETECTED, "detected_port": None})
        self.assertEqual((alarm.endpoint, alarm.port, alarm.entity), (self.endpoint, self.port, "ep-1"))

    def test_an_endpoint_nobody_pays_for_is_not_missed(self) -> None:
        self.subscriber.status = "terminated"
        self.subscriber.save()
        for _ in range(5):
            self.poll(endpoint={"state": EndpointState.NOT_DETECTED, "detected_port": None})
        self.assertEqual(self.conditions(), set())

    def test_wrong_port(self) -> None:
        self.check("Endpoint on the wrong port", after=120, endpoint={"state": EndpointState.QUARANTINED_WRONG_PORT})

    def test_unknown_endpoint(self) -> None:
        self.check("Unknown endpoint", after=300, endpoint={"state": EndpointState.QUARANTINED_UNKNOWN_MAC, "configured_id": 0})

    def test_rate_below_plan(self) -> None:
        alarm = self.check("Usable rate below the plan", after=900, clear_after=900, endpoint={"rx_max_mbps": 63})
        self.assertIn("63 % (limit at most 90 %)", alarm.events.get(transition="raised").text)

    def test_phy_rates_differ(self) -> None:
        self.check("PHY rates differ", after=1800, clear_after=1800, endpoint={"tx_phy_mbps": 300})

    def test_phy_rate_falling(self) -> None:
        RuleState.objects.create(gam=self.gam, key="usual", since=START, data={MAC: [1200.0, 1100.0]})
        self.check("PHY rate falling", after=1800, clear_after=1800, endpoint={"rx_phy_mbps": 600, "tx_phy_mbps": 550})

    def test_errors(self) -> None:
        self.check("Errors on the line", after=600, clear_after=600, endpoint={"error_percent_up": 7.5})

    def test_temperature(self) -> None:
        self.check("GAM too hot", after=120, clear_after=300, system={"temperatures_c": {"CPU": 71.0}})

    def test_fan(self) -> None:
        self.check("Fan stopped or slow", after=60, clear_after=60, system={"fans_rpm": (0, 9100)})

    def test_supply(self) -> None:
        self.check("Power supply failed", clear_after=60, system={"power_supplies": {"Main": "active", "Redundant": "not present"}})

    def test_a_bay_that_was_always_empty_is_no_failure(self) -> None:
        self.poll(system={"power_supplies": {"Main": "active", "Redundant": "not present"}})
        self.poll(system={"power_supplies": {"Main": "active", "Redundant": "not present"}})
        self.assertEqual(self.conditions(), set())

    def test_sfp_near_its_limits(self) -> None:
        self.check("SFP near its limits", after=300, clear_after=300, sfp={"flagged": {"rx_power_dbm": "warning"}})

    def test_sfp_beyond_its_limits_hides_the_milder_alarm(self) -> None:
        flagged = {"flagged": {"rx_power_dbm": "alarm"}}
        self.check("SFP beyond its limits", after=300, clear_after=300, sfp=flagged)
        self.assertEqual(self.told(), [("raised", "sfp_limits"), ("cleared", "sfp_limits")])

    def test_firmware_mismatch(self) -> None:
        self.check("Endpoint firmware mismatch", after=3600, endpoint={"firmware_mismatch": True})

    def ports(self, count: int) -> tuple[PortReading, ...]:
        return (PortReading(1, 1000001, medium=Medium.COAX, endpoint_macs=tuple(factories.mac(i) for i in range(count))),)

    def test_coax_port_filling_up(self) -> None:
        self.check("Coax port filling up", after=300, clear_after=300, ports=self.ports(12))
        self.assertFalse(Alarm.objects.filter(rule__name="Coax port overfull").exists())

    def test_coax_port_overfull(self) -> None:
        self.check("Coax port overfull", after=300, clear_after=300, ports=self.ports(15))

    def test_copper_ports_do_not_count(self) -> None:
        copper = (PortReading(1, 1000001, medium=Medium.MIMO, endpoint_macs=tuple(factories.mac(i) for i in range(15))),)
        for _ in range(8):
            self.poll(ports=copper)
        self.assertEqual(self.conditions(), set())

    def test_unsaved_configuration(self) -> None:
        self.check("Configuration not saved", after=1800, system={"config_saved": False})

    def test_an_applied_plan_that_was_not_saved(self) -> None:
        plan = ChangePlan.objects.create(
            gam=self.gam, reason="x", transport="ssh", state_hash="0", status="applied", finished=START
        )
        self.poll(system={"config_saved": None})
        self.poll(1800, system={"config_saved": None})
        self.assertEqual(self.conditions(), {"unsaved_config"})
        plan.saved = True
        plan.save()
        self.poll(system={"config_saved": True})
        self.assertEqual(self.conditions(), set())

    def test_clock(self) -> None:
        self.check("Clock wrong", after=600, system={"clock": datetime(1970, 1, 3, tzinfo=UTC)})

    def test_a_clock_in_another_zone_is_right(self) -> None:
        for _ in range(12):
            self.poll(system={"clock": (self.now + timedelta(seconds=60)).replace(tzinfo=None) - timedelta(hours=4, minutes=45)})
        self.assertEqual(self.conditions(), set())

    def test_profile_slots(self) -> None:
        self.check("Bandwidth profile slots nearly full", system={"profiles_used": 14})

    def test_factory_credentials(self) -> None:
        self.poll()
        self.gam.snmp_profile.community = "public"
        self.gam.snmp_profile.save()
        self.poll()
        alarm = Alarm.objects.get(condition="default_credentials", state="raised")
        self.assertNotIn("public", alarm.text)
        self.gam.snmp_profile.community = "something-else"
        self.gam.snmp_profile.save()
        self.poll()
        self.assertEqual(self.conditions(), set())

    def test_a_password_that_cannot_be_opened_concludes_nothing(self) -> None:
        self.gam.credential_profile.password = "env:GAM_NOT_SET"
        self.gam.credential_profile.save()
        self.poll()
        self.assertEqual(self.conditions(), set())

    def test_unreachable(self) -> None:
        self.poll()
        self.miss()
        self.miss()
        alarm = Alarm.objects.get(condition="unreachable")
        self.assertEqual((alarm.state, alarm.entity), ("raised", "System"))
        self.poll()
        self.assertEqual(self.conditions(), set())
        self.assertEqual(self.told(), [("raised", "unreachable"), ("cleared", "unreachable")])


class EngineTests(Case):
    def rule(self, **values: Any) -> AlarmRule:
        AlarmRule.objects.all().delete()
        values = {"name": "Hot", "watches": "device.temperature_c", "threshold": 60, "severity": "mj", **values}
        return AlarmRule.objects.create(**values)

    def at(self, degrees: float | None, seconds: float = 60) -> list[AlarmEvent]:
        return self.poll(seconds, system={"temperatures_c": {} if degrees is None else {"CPU": degrees}})

    def test_hysteresis(self) -> None:
        self.rule(clear_threshold=55)
        self.at(60)
        self.at(57)
        self.assertEqual(self.conditions(), {"temperature_c"})
        self.at(55)
        self.assertEqual(self.conditions(), set())
        self.at(57)
        self.assertEqual(self.conditions(), set())

    def test_a_missing_value_concludes_nothing(self) -> None:
        self.rule()
        self.at(60)
        self.at(None)
        self.assertEqual(self.conditions(), {"temperature_c"})

    def test_a_relapse_starts_the_duration_anew(self) -> None:
        self.rule(raise_seconds=120)
        self.at(60)
        self.at(50)
        self.at(60)
        self.at(60, 60)
        self.assertEqual(self.conditions(), set())
        self.at(60, 60)
        self.assertEqual(self.conditions(), {"temperature_c"})

    def test_scope(self) -> None:
        rule = self.rule()
        tag = Tag.objects.create(name="Hot spots", slug="hot-spots")
        rule.scope_tags.add(tag)
        self.at(70)
        self.assertEqual(self.conditions(), set())
        self.gam.device.tags.add(tag)
        self.at(70)
        self.assertEqual(self.conditions(), {"temperature_c"})
        rule.sites.add(factories.site("Elsewhere"))
        self.at(70)
        self.assertEqual(self.conditions(), set(), "no longer for this GAM")
        rule.sites.add(self.gam.device.site)
        rule.roles.add(self.gam.device.role)
        self.at(70)
        self.assertEqual(self.conditions(), {"temperature_c"})

    def test_alarms_of_a_rule_that_is_switched_off_or_deleted_clear(self) -> None:
        rule = self.rule()
        self.at(70)
        rule.enabled = False
        rule.save()
        self.at(70)
        self.assertEqual(self.conditions(), set())
        rule.enabled = True
        rule.save()
        self.at(70, 3600)
        rule.delete()
        self.at(70)
        self.assertEqual(self.conditions(), set())

    def test_another_severity_of_the_rule_is_a_change(self) -> None:
        rule = self.rule()
        self.at(70)
        rule.severity = "cr"
        rule.save()
        self.at(70)
        self.assertEqual(self.told(), [("raised", "temperature_c"), ("changed", "temperature_c")])

    def test_an_endpoint_the_shelf_no_longer_has_has_nothing_wrong(self) -> None:
        AlarmRule.objects.update(raise_seconds=0)
        self.poll(endpoint={"state": EndpointState.QUARANTINED_UNKNOWN_MAC})
        self.assertEqual(self.conditions(), {"unknown_mac"})
        self.poll(endpoints=(), incomplete=frozenset({"endpoints"}))
        self.assertEqual(self.conditions(), {"unknown_mac"}, "not read is not gone")
        self.poll(endpoints=())
        self.assertEqual(self.conditions(), set())

    def test_polling_that_changes_nothing_writes_nothing(self) -> None:
        self.rule()
        self.at(70)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            self.at(70)
        writes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        self.assertEqual(writes, [])

    def test_statements_do_not_depend_on_the_size_of_the_batch(self) -> None:
        def batch(gams: list[GamDevice], at: datetime, hot: bool) -> int:
            items = []
            for gam in gams:
                self.now = at
                macs = {"mac": factories.mac()}
                reading = self.reading(
                    system={"temperatures_c": {"CPU": 99.0 if hot else 20.0}}, endpoint=macs, alarms=(outage(f"u{gam.pk}"),)
                )
                items.append(Observation(gam, TargetResult("x", value=reading), at, measure(reading, {}, seconds=1)))
            with CaptureQueriesContext(connection) as queries:
                alarms.evaluate(items)
            return len(queries)

        self.rule()
        few, many = [self.make_gam() for _ in range(2)], [self.make_gam() for _ in range(12)]
        for hot in (False, True, True, False):
            self.now += timedelta(hours=1)
            self.assertEqual(batch(few, self.now, hot), batch(many, self.now, hot))
        self.assertEqual(Alarm.objects.filter(condition="temperature_c", state="cleared").count(), 14)


class ShelfAlarmTests(Case):
    def test_raised_changed_cleared_by_uuid(self) -> None:
        self.poll(alarms=(los(),))
        alarm = Alarm.objects.get(condition="los")
        self.assertEqual((alarm.endpoint, alarm.port, alarm.key), (self.endpoint, self.port, "a1"))
        self.poll(alarms=(replace(los(), severity=AlarmSeverity.MINOR),))
        self.poll(alarms=())
        self.assertEqual(self.told(), [("raised", "los"), ("changed", "los"), ("cleared", "los")])

    def test_a_restart_goes_on_under_a_new_uuid(self) -> None:
        self.poll(alarms=(los("a1"),))
        self.poll(alarms=(los("a2"),))
        self.assertEqual(Alarm.objects.get(condition="los").key, "a2")
        self.assertEqual(self.told(), [("raised", "los")])

    def test_what_was_not_read_clears_nothing(self) -> None:
        self.poll(alarms=(los(),))
        self.poll(alarms=None)
        self.poll(alarms=(), incomplete=frozenset({"alarms"}))
        self.assertEqual(self.conditions(), {"los"})

    def test_an_outage_hides_its_lost_endpoint_until_it_is_over(self) -> None:
        self.poll(alarms=(los(), outage()))
        child = Alarm.objects.get(condition="los")
        self.assertEqual((child.suppressed, child.suppressed_by.condition), (True, "outage"))
        self.assertEqual(self.told(), [("raised", "outage")])
        self.poll(alarms=(los(),))
        child.refresh_from_db()
        self.assertEqual((child.suppressed, child.suppressed_by), (False, None))
        self.assertEqual(self.told(), [("raised", "outage"), ("cleared", "outage"), ("raised", "los")])
        self.poll()
        self.assertEqual(self.told()[3:], [("cleared", "los")])

    def test_the_shelf_and_the_rule_say_the_same_once(self) -> None:
        lost = {"state": EndpointState.NOT_DETECTED, "detected_port": None}
        for _ in range(5):
            self.poll(alarms=(los(),), endpoint=lost)
        self.assertEqual(self.conditions(), {"los", "endpoint_lost"})
        self.poll()
        self.assertEqual(self.told(), [("raised", "los"), ("cleared", "los")])

    def test_an_unreachable_gam_hides_what_it_had(self) -> None:
        self.poll(alarms=(los(),))
        self.miss()
        self.assertEqual(self.conditions(suppressed=True), {"los"})
        self.poll(alarms=(los(),))
        self.assertEqual(self.conditions(suppressed=False), {"los"})
        self.assertEqual(self.told(), [("raised", "los"), ("raised", "unreachable"), ("cleared", "unreachable")])

    def test_flapping_is_told_once_and_how_it_ended(self) -> None:
        for at in range(12):
            self.poll(alarms=(los(f"a{at}"),) if at % 2 == 0 else ())
        alarm = Alarm.objects.get(condition="los")
        self.assertEqual((alarm.flapping, alarm.count, alarm.state), (True, 6, "cleared"))
        told = [("raised", "los"), ("cleared", "los")] * 2 + [("raised", "los"), ("changed", "los")]
        self.assertEqual(self.told(), told)
        alarms.sweep(self.now + timedelta(minutes=16))
        self.assertEqual(self.told(), [*told, ("cleared", "los")])
        alarm.refresh_from_db()
        self.assertFalse(alarm.flapping)

    def test_nothing_is_change_logged(self) -> None:
        from core.models import ObjectChange

        before = ObjectChange.objects.count()
        self.poll(alarms=(los(),))
        self.poll()
        self.assertEqual(ObjectChange.objects.count(), before)

    def test_two_writers_of_one_gam(self) -> None:
        self.poll(alarms=(los(),))
        alarms.raise_alarm(self.gam, key="change-plan:1", condition="needs_attention", severity="cr", source="provisioning")
        self.poll()
        self.assertEqual(self.conditions(), {"needs_attention"})
        self.assertTrue(alarms.clear_alarm(self.gam, key="change-plan:1"))
        self.assertFalse(alarms.clear_alarm(self.gam, key="change-plan:1"))


class PeopleTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.user = get_user_model().objects.create_user("operator")
        self.poll(alarms=(los(),))
        self.alarm = Alarm.objects.get(condition="los")

    def test_acknowledged_stays_so_while_it_stands(self) -> None:
        alarms.acknowledge(self.alarm, user=self.user)
        self.poll(alarms=(los(),))
        self.alarm.refresh_from_db()
        self.assertEqual((self.alarm.state, self.alarm.acknowledged_by), ("acknowledged", self.user))
        with self.assertRaises(InvalidState):
            alarms.acknowledge(self.alarm, user=self.user)

    def test_shelved_is_silent_until_its_date(self) -> None:
        until = datetime.now(UTC) + timedelta(days=3)
        alarms.shelve(self.alarm, until=until, user=self.user)
        self.now = until - timedelta(hours=2)
        self.poll(alarms=())
        self.poll(alarms=(los("a9"),))
        self.alarm.refresh_from_db()
        self.assertEqual((self.alarm.state, self.alarm.count), ("shelved", 2))
        self.assertEqual(self.told(), [("raised", "los")])
        alarms.sweep(until + timedelta(seconds=1))
        self.alarm.refresh_from_db()
        self.assertEqual((self.alarm.state, self.alarm.shelved_until), ("raised", None))
        self.assertEqual(self.told(), [("raised", "los"), ("raised", "los")])

    def test_unshelved_by_hand(self) -> None:
        alarms.acknowledge(self.alarm, user=self.user)
        alarms.shelve(self.alarm, until=datetime.now(UTC) + timedelta(days=3), user=self.user)
        alarms.unshelve(self.alarm, user=self.user)
        self.assertEqual(self.alarm.state, "acknowledged")
        with self.assertRaises(InvalidState):
            alarms.unshelve(self.alarm, user=self.user)
        transitions = [event.transition for event in self.alarm.events.all()]
        self.assertEqual(transitions, ["raised", "acknowledged", "shelved", "unshelved"])

    def test_shelving_needs_a_future(self) -> None:
        with self.assertRaisesMessage(InvalidState, "not in the future"):
            alarms.shelve(self.alarm, until=START, user=self.user)

    def test_alarms_of_a_gam_nobody_polls_clear(self) -> None:
        GamDevice.objects.update(polling_enabled=False)
        self.assertEqual(alarms.sweep()["not_polled"], 1)
        self.assertEqual(self.conditions(), set())
