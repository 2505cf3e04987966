"""A billing feed that misbehaves never writes to a shelf, ends no service, is held with a reason, and is forgotten once it is well.

The suite takes a seeded part of the cases with short time-outs; ``make bench`` takes all of them with real ones.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

from netbox_gam.exceptions import WorkflowError
from netbox_gam.models import BilledService, BillingLink, BillingSystem, ChangePlan, Finding, Subscriber, SyncRun
from netbox_gam.workflows import reconciliation

from .feed_campaign import CASES, QUICK, REAL, Case, OtherHost, naive_cut_offs, other_host
from .town import TownTestCase

REPORT = os.environ.get("NETBOX_GAM_FEED_CAMPAIGN")
"""File for the outcome of the whole campaign; without it a part is run."""

PART, SEED = 8, 5
ALWAYS = ("0 rows", "page that repeats", "redirect to another host in the middle")


class FeedCampaign(TownTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.billing = self.start_billing()
        BillingSystem.objects.update(options=QUICK)
        for system in (*BillingSystem.objects.all(), *BillingSystem.objects.all()):
            reconciliation.reconcile(system, user=self.user)

    def test_a_feed_that_misbehaves_changes_nothing(self) -> None:
        outcomes = []
        with other_host() as other:
            for system in BillingSystem.objects.order_by("name"):
                for case in self.cases():
                    wrong = self.play(system, case, other)
                    peer = self.naive(system, case, other)
                    outcomes.append({"system": system.type, "case": case.name, "wrong": wrong, "naive_cut_offs": peer})
                    self.assertTrue(REPORT or not wrong, f"{system} {case.name}: {wrong}")
        self.assertEqual(len(outcomes), 2 * len(self.cases()))
        if REPORT:
            Path(REPORT).write_text(json.dumps(outcomes, indent=2))

    def cases(self) -> list[Case]:
        """All of them, or the part for the suite: a seeded choice and those that found something once."""
        if REPORT:
            return list(CASES)
        fast = [case for case in CASES if case.name not in ALWAYS and case.name != "rate-limited in the middle"]
        return [case for case in CASES if case.name in ALWAYS] + random.Random(SEED).sample(fast, PART)

    # ------------------------------------------------------------------------------------------------------------- one case

    def play(self, system: BillingSystem, case: Case, other: OtherHost) -> list[str]:
        """Run a case; what ended otherwise than it must."""
        before, visits, runs = self.picture(), len(other.visits), SyncRun.objects.count()
        self.set_options(system, REAL if REPORT and case.slow else QUICK)
        self.billing.set_mode(system.type, **{**case.modes, "redirect_to": other.url})
        try:
            reconciliation.reconcile(system, user=self.user)
        except WorkflowError as error:
            said = [] if error.next_step else [f"no next step: {error}"]
        else:
            said = []
        finally:
            self.billing.reset_modes()
        run = SyncRun.objects.filter(system=system).first()
        feed = Finding.objects.filter(system=system, kind="source_incomplete", state="open")
        wrong = [*said, *self.differences(before)]
        if run is None or SyncRun.objects.count() != runs + 1 or run.status not in case.ends or not run.problems:
            wrong.append(f"the run ended {run.status if run else 'never'}: {run.problems if run else ''}")
        if feed.count() != 1 or feed[0].sync_run != run:
            wrong.append(f"{feed.count()} open findings about the feed")
        if len(other.visits) != visits:
            wrong.append("the redirect was followed")
        return [*wrong, *self.recovers(system, before)]

    def recovers(self, system: BillingSystem, before: dict[str, Any]) -> list[str]:
        """The next good run resolves the finding about the feed and changes nothing else."""
        self.set_options(system, QUICK)
        reconciliation.reconcile(system, user=self.user)
        left = Finding.objects.filter(system=system, kind="source_incomplete", state="open").count()
        return [*self.differences(before), *(["the finding about the feed is still open"] if left else [])]

    def set_options(self, system: BillingSystem, options: Any) -> None:
        BillingSystem.objects.filter(pk=system.pk).update(options=options)
        system.refresh_from_db()

    def picture(self) -> dict[str, Any]:
        """What must stay: services, links, the last good snapshot on the pages, findings, plans of changes, the shelves."""
        return {
            "subscribers": Counter(Subscriber.objects.values_list("pk", "status", "vlan", "bandwidth_plan", "endpoint")),
            "links": set(BillingLink.objects.values_list("pk", "subscriber")),
            "billed services": set(BilledService.objects.values_list("system", "external_id", "state", "plan_id")),
            "findings": Counter(Finding.objects.exclude(kind="source_incomplete").values_list("fingerprint", "state")),
            "change plans": ChangePlan.objects.count(),
            "writes to shelves": self.all_writes(),
        }

    def differences(self, before: dict[str, Any]) -> list[str]:
        after = self.picture()
        return [f"{name} changed" for name in before if before[name] != after[name]]

    def naive(self, system: BillingSystem, case: Case, other: OtherHost) -> int:
        """What a script that believes what it reads does with the same case; 0 is right."""
        if not REPORT:
            return 0
        accounts = self.town.accounts
        token = accounts["sonar_token"] if system.type == "sonar" else f"{accounts['splynx_key']}:{accounts['splynx_secret']}"
        access = {"unsecure_access": True} if system.type == "splynx" else {}
        self.billing.set_mode(system.type, **access)
        good = BilledService.objects.filter(system=system, state="in_service")
        known = {account.split(".")[0] for account in good.values_list("account_id", flat=True)}
        already = naive_cut_offs(system.type, system.url, token, known)
        modes = {**case.modes, "redirect_to": other.url, "stall_seconds": 3.0}
        if modes.get("fault_after"):
            modes["fault_after"] = 1
        self.billing.set_mode(system.type, **modes, **access)
        try:
            return naive_cut_offs(system.type, system.url, token, known) - already
        finally:
            self.billing.reset_modes()
            other.visits.clear()
