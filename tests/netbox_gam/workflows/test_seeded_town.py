"""A whole town in both billing systems with every kind of difference planted many times: all found, nothing else, each settles.

The suite takes a small town; ``make bench`` takes 2,000 subscribers over 50 GAMs with 40 differences of every kind per system.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.models import ObjectChange
from django.contrib.auth import get_user_model
from django.db.models import F, QuerySet
from django.test import TestCase
from django.utils import timezone
from ipam.models import VLAN

from development.fake_billing.testing import RunningBilling, running_billing
from development.seed import seed
from development.town import Town
from development.town_builder import build_town
from netbox_gam.context import acting_as
from netbox_gam.exceptions import WorkflowError
from netbox_gam.models import (
    BandwidthPlan,
    BilledService,
    BillingLink,
    BillingPlan,
    BillingSystem,
    Endpoint,
    Finding,
    ShelfServiceState,
    Subscriber,
)
from netbox_gam.workflows import finding_rules, reconciliation, rule_guard
from tests.netbox_gam import factories

from .bulk_town import shelf_service, write_configurations, write_town

REPORT = os.environ.get("NETBOX_GAM_SEEDED_TOWN")
"""File for the figures of the big town; without it the small one is taken."""

NOBODYS = "endpoint_without_subscriber"
GHOSTS, PLANTED = (40, 40) if REPORT else (3, 1)
OPTIONS = {"requests_per_minute": 100_000}


class SeededTown(TestCase):
    town: Town

    @classmethod
    def setUpTestData(cls) -> None:
        cls.town = build_town(7, 50, each=40, endpoints=(60, 66)) if REPORT else build_town(7, 6, each=3, endpoints=(30, 34))
        seed(cls.town, "http://127.0.0.1:9", "http://127.0.0.1:9")
        cls.user = get_user_model().objects.get(username="admin")
        with acting_as(cls.user):
            write_town(cls.town)
            write_configurations()

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(acting_as(self.user))
        self.billing: RunningBilling = self.enterContext(running_billing(self.town))
        for kind, url in (("sonar", self.billing.sonar_url), ("splynx", self.billing.splynx_url)):
            BillingSystem.objects.filter(type=kind).update(url=url, options=OPTIONS)
        self.figures: dict[str, Any] = {}

    def run_all(self, *, release: bool = False) -> list[reconciliation.ReconciliationReport]:
        """All systems; with ``release`` a feed that is held is released by a person, as clerks have corrected a lot at once."""
        begin = time.perf_counter()
        reports = [reconciliation.reconcile(system, user=self.user) for system in BillingSystem.objects.order_by("name")]
        if release:
            reports = [
                reconciliation.release_feed(item.run, user=self.user) if item.run.status == "held" else item for item in reports
            ]
        self.figures.setdefault("seconds", []).append(round(time.perf_counter() - begin, 1))
        for report in reports:
            self.assertEqual(report.run.status, "completed", report.run.problems)
        return reports

    def test_everything_planted_is_found_once_and_settles(self) -> None:
        self.doubted_feeds()
        self.plant_stale_links()
        wanted = self.expected() + self.plant_on_shelves()
        self.run_all()
        found = Counter(map(key_of, self.open_findings().select_related("system", "endpoint")))
        self.figures |= {
            "found of planted": found_of(wanted, found),
            "subscribers": len(self.town.people),
            "shelves": len(self.town.shelves),
            "planted": sum(wanted.values()),
            "missed": sum((wanted - found).values()),
            "false": sum((found - wanted).values()),
        }
        self.assertEqual((list(wanted - found)[:5], list(found - wanted)[:5]), ([], []))
        self.second_run_changes_nothing()
        self.held_rule()
        self.settle()
        left = Finding.objects.exclude(state="resolved")
        self.figures["not settled"] = left.count()
        self.assertFalse(left.exists(), Counter(left.values_list("kind", "title"))) if not REPORT else None
        self.figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        if REPORT:
            Path(REPORT).write_text(json.dumps(self.figures, indent=2))

    def plant_stale_links(self) -> None:
        """Subscribers linked to services that the billing system does not have."""
        for system in BillingSystem.objects.all():
            entity = "account_service" if system.type == "sonar" else "internet_service"
            for number in range(GHOSTS):
                ghost = Subscriber.objects.create(name=f"ghost-{system.type}-{number}", status="pending")
                values = {"entity": entity, "external_id": f"{990_000 + number}.1", "account_id": str(990_000 + number)}
                BillingLink.objects.create(system=system, subscriber=ghost, **values)

    def plant_on_shelves(self) -> Counter[tuple[str, str, str]]:
        """Differences between NetBox and shelves, at customers with whom all is well otherwise."""
        planted: Counter[tuple[str, str, str]] = Counter()
        troubled = {item.key for item in self.town.expectations}
        kinds = ("vlan_mismatch", "speed_on_shelf", "live_while_off")
        for system in ("sonar", "splynx"):
            left = [kind for kind in kinds for _ in range(PLANTED)]
            for person in self.town.people:
                clean = person.system == system and person.status == "active" and not person.trap and len(person.macs) == 1
                if not left or not clean or troubled & {str(person.number), *person.macs, person.ipv4}:
                    continue
                served = Subscriber.objects.filter(
                    endpoint__mac_address=person.macs[0], status="active", bandwidth_plan__unthrottled=False
                )
                if subscriber := served.first():
                    self.plant_on_shelf(left[-1], person.number, subscriber)
                    planted[system, left.pop(), str(person.number)] += 1
            self.assertEqual(left, [], "the town is too small")
        return planted

    def plant_on_shelf(self, kind: str, number: int, subscriber: Subscriber) -> None:
        stored = ShelfServiceState.objects.filter(gam=subscriber.gam, name=subscriber.name)
        if kind == "vlan_mismatch":
            stored.update(vlan=subscriber.vlan.vid + 1)
        elif kind == "speed_on_shelf":
            stored.update(downstream_mbps=F("downstream_mbps") * 2)
        else:
            self.billing.set_person(number, status="suspended")
            Subscriber.objects.filter(pk=subscriber.pk).update(status="suspended")

    def open_findings(self) -> QuerySet[Finding]:
        return Finding.objects.exclude(state="resolved")

    def doubted_feeds(self) -> None:
        """A system that does not answer leads to one finding about its feed, which the next good run resolves."""
        for system in BillingSystem.objects.all():
            url = system.url
            system.url = "http://127.0.0.1:9"
            system.options = {**OPTIONS, "retries": 0}
            system.save()
            with self.assertRaises(WorkflowError):
                reconciliation.reconcile(system, user=self.user)
            BillingSystem.objects.filter(pk=system.pk).update(url=url, options=OPTIONS)
        about = Finding.objects.filter(kind="source_incomplete")
        self.assertEqual([finding.state for finding in about], ["open", "open"])

    def held_rule(self) -> None:
        """A rule that would cut off all of them at once is held, with one finding that its release resolves; nothing is begun."""
        rule = factories.finding_rule(enabled=True, action="apply", kinds=["endpoint_without_subscriber"])
        finding_rules.confirm(rule, user=self.user)
        begun: list[Any] = []
        system = BillingSystem.objects.order_by("name").first()
        expected = bool(rule_guard.too_many(system, list(Finding.objects.filter(state="open", kind=NOBODYS))))
        report = finding_rules.follow_rules(system, start=lambda *what: begun.append(what))
        held = self.open_findings().filter(kind="rule_held")
        self.assertEqual((len(report.held), held.count(), bool(begun)), (expected, expected, not expected))
        rule.refresh_from_db()
        if expected:
            rule_guard.release(rule, user=self.user)
        self.assertFalse(held.exists())
        rule.delete()

    def expected(self) -> Counter[tuple[str, str, str]]:
        planted = Counter(("" if e.kind == NOBODYS else e.system, e.kind, e.key) for e in self.town.expectations)
        planted.update((link.system.type, "stale_link", link.external_id) for link in BillingLink.objects.select_related("system"))
        return planted

    def second_run_changes_nothing(self) -> None:
        changes = ObjectChange.objects.exclude(changed_object_type__model="syncrun")
        before, states = changes.count(), Counter(Finding.objects.values_list("fingerprint", "state"))
        reports = self.run_all()
        self.figures["second run"] = {
            "opened": sum(report.opened for report in reports),
            "resolved": sum(report.resolved for report in reports),
            "changes": changes.count() - before,
        }
        self.assertEqual(self.figures["second run"], {"opened": 0, "resolved": 0, "changes": 0})
        self.assertEqual(Counter(Finding.objects.values_list("fingerprint", "state")), states)
        self.assertEqual(set(Finding.objects.filter(kind="source_incomplete").values_list("state", flat=True)), {"resolved"})

    # ------------------------------------------------------------------------------------------------------------ settling

    def settle(self) -> None:
        """Put every difference right where it has to be put right, then run until what follows from that is settled, too."""
        for _ in range(3):
            for finding in Finding.objects.filter(state="open").select_related("system", "subscriber", "endpoint"):
                if finding.kind != "source_incomplete":
                    self.SETTLED[finding.kind](self, finding)
            self.run_all(release=True)

    def accept(self, finding: Finding) -> None:
        """What accepting writes, as intent and on the shelf; on real shelves it is shown by ``test_converging``."""
        subscriber = Subscriber.objects.get(pk=finding.subscriber_id)
        if finding.kind == "plan_mismatch":
            billed = BilledService.objects.get(system=finding.system, external_id=finding.external_id)
            mapped = BillingPlan.objects.get(system=finding.system, external_id=billed.plan_id)
            subscriber.bandwidth_plan = mapped.bandwidth_plan
        elif finding.kind == "active_not_on_network":
            self.activate(finding, subscriber)
        elif finding.kind not in ("vlan_mismatch", "speed_on_shelf"):
            subscriber.status = "suspended"
        subscriber.save()
        self.write(subscriber)

    def write(self, subscriber: Subscriber) -> None:
        """The shelf has what NetBox says."""
        ShelfServiceState.objects.filter(gam=subscriber.gam, name=subscriber.name).delete()
        if subscriber.status == "active":
            shelf_service(subscriber, timezone.now()).save()

    def activate(self, finding: Finding, subscriber: Subscriber) -> None:
        assert finding.endpoint is not None
        billed = BilledService.objects.get(system=finding.system, external_id=finding.external_id)
        plan = BillingPlan.objects.get(system=finding.system, external_id=billed.plan_id).bandwidth_plan
        subscriber.status, subscriber.gam, subscriber.endpoint = "active", finding.endpoint.gam, finding.endpoint
        subscriber.bandwidth_plan, subscriber.vlan = plan, VLAN.objects.get(vid=100)

    def at_billing(self, finding: Finding, **changes: Any) -> None:
        """A clerk changes the customer's record."""
        services = finding.billing_values.get("services")
        account = services[0]["account"] if isinstance(services, list) and services else finding.external_id.split(".")[0]
        self.billing.set_person(int(account), **changes)

    def correct_equipment(self, finding: Finding) -> None:
        assert finding.endpoint is not None
        self.at_billing(finding, macs=[finding.endpoint.mac], serials=[finding.endpoint.serial] if finding.endpoint.serial else [])

    def add_plan(self, finding: Finding) -> None:
        values = finding.billing_values
        down, up = values["download_kbps"], values["upload_kbps"]
        plan, _ = BandwidthPlan.objects.get_or_create(
            name=values["plan"][:31], defaults={"downstream_kbps": down, "upstream_kbps": up}
        )
        billed = BillingPlan.objects.filter(system=finding.system, external_id=values["plan_id"])
        billed.update(bandwidth_plan=plan)
        ids = BilledService.objects.filter(system=finding.system, plan_id=values["plan_id"]).values_list("external_id")
        linked = BillingLink.objects.filter(system=finding.system, external_id__in=ids).values_list("subscriber")
        for subscriber in Subscriber.objects.filter(pk__in=linked):
            subscriber.bandwidth_plan = plan
            subscriber.save()
            self.write(subscriber)

    def fetch_back(self, finding: Finding) -> None:
        """Equipment that is fetched back is no endpoint any more, and stands at no address."""
        Endpoint.objects.filter(pk=finding.endpoint_id).delete()
        self.billing.remove_orphan(finding.billing_values["mac"])

    def unlink(self, finding: Finding) -> None:
        BillingLink.objects.filter(system=finding.system, subscriber=finding.subscriber).delete()

    SETTLED: dict[str, Callable[[SeededTown, Finding], None]] = {
        "active_not_on_network": accept,
        "inactive_on_network": accept,
        "plan_mismatch": accept,
        "endpoint_without_subscriber": accept,
        "vlan_mismatch": accept,
        "speed_on_shelf": accept,
        "live_while_off": accept,
        "ip_mismatch": lambda self, finding: self.at_billing(finding, trap=""),
        "plan_unmapped": add_plan,
        "stale_link": unlink,
        "equipment_without_account": fetch_back,
        "mac_mismatch": correct_equipment,
        "serial_mismatch": correct_equipment,
        "subscriber_without_endpoint": lambda self, finding: self.at_billing(finding, status="terminated"),
        "unknown_status": lambda self, finding: self.at_billing(finding, status="active"),
        "multiple_services": lambda self, finding: self.at_billing(finding, trap=""),
        "ambiguous_key": lambda self, finding: self.at_billing(finding, status="terminated", macs=[]),
        "duplicate_ip": lambda self, finding: self.at_billing(finding, ipv4=""),
    }


def found_of(wanted: Counter[tuple[str, str, str]], found: Counter[tuple[str, str, str]]) -> dict[str, str]:
    """By kind, how many of those planted were found."""
    planted, right = (Counter(kind for _, kind, _ in items.elements()) for items in (wanted, wanted & found))
    return {kind: f"{right[kind]} of {count}" for kind, count in sorted(planted.items())}


def key_of(finding: Finding) -> tuple[str, str, str]:
    """System, kind, and the key of the expectation a finding answers."""
    values, system = finding.billing_values, finding.system.type if finding.system else ""
    match finding.kind:
        case "duplicate_ip":
            key = values["ipv4"]
        case "ambiguous_key":
            key = values["value"]
        case "equipment_without_account":
            key = values["mac"]
        case "endpoint_without_subscriber":
            assert finding.endpoint is not None
            key = finding.endpoint.mac
        case "plan_unmapped":
            key = values["services"][0].split(".")[0]
        case "stale_link":
            key = values["service"]
        case _:
            key = finding.external_id.split(".")[0]
    return system, finding.kind, str(key)
