"""A part of the fault campaign: every step kind with every fault once. ``make bench ONLY=fault-campaign`` runs all of it."""

from __future__ import annotations

import multiprocessing
from unittest import TestCase
from unittest.mock import patch

from nornir_tasks.contracts import (
    ApplyOutcome,
    ApplyResult,
    Change,
    ChangeAction,
    ChangeKind,
    FieldDiff,
    PlannedStep,
    ProfileConfig,
    ShelfConfig,
    ShelfPlan,
    Transport,
)

from .fault_campaign import FAULTS, STEP_KINDS, judge, make_case, run, sent_as_approved

SEED = 2


class FaultCampaignTests(TestCase):
    def test_every_step_kind_with_every_fault(self) -> None:
        cases = [make_case(number, SEED) for number in range(len(STEP_KINDS) * len(FAULTS))]
        # Django's parallel test processes are daemons, which multiprocessing allows no children; theirs are waited for here.
        with patch.dict(multiprocessing.process.current_process()._config, daemon=False):
            verdicts = run(cases)
        self.assertEqual(len(verdicts), len(cases))
        for verdict in verdicts:
            with self.subTest(number=verdict.case.number, fault=verdict.case.fault, transport=verdict.case.transport):
                self.assertEqual(verdict.problems, [])
        # a campaign whose faults miss proves nothing
        self.assertGreater(sum(verdict.struck > 0 for verdict in verdicts), 0.6 * len(cases))
        self.assertLessEqual({ApplyOutcome.APPLIED, ApplyOutcome.ROLLED_BACK}, {verdict.claim for verdict in verdicts})


class JudgeTests(TestCase):
    """The judge finds what it is there for."""

    def setUp(self) -> None:
        profile = ProfileConfig("p", 10, 10, id=2)
        change = Change(ChangeAction.ADD, ChangeKind.PROFILE, "p", after=profile)
        step = PlannedStep(0, change, ("add",), ("remove",), (FieldDiff("x", "", "y"),))
        self.old, self.new = ShelfConfig(), ShelfConfig(profiles=(profile,))
        self.plan = ShelfPlan("gam", Transport.SSH, "", (step,))

    def problems(self, claim: str, running: ShelfConfig, startup: ShelfConfig, result: ApplyResult | None = None) -> int:
        return len(judge(claim, result, self.plan, (self.old, self.old), (running, startup)))

    def test_claims(self) -> None:
        old, new = self.old, self.new
        self.assertEqual(self.problems("applied", new, new), 0)
        self.assertEqual(self.problems("applied", old, new), 1)
        self.assertEqual(self.problems("applied", new, old), 1)
        self.assertEqual(self.problems("rolled_back", old, old), 0)
        self.assertEqual(self.problems("rolled_back", new, old), 1)
        self.assertEqual(self.problems("failed", old, new), 1)
        self.assertEqual(len(judge("failed", None, self.plan, (old, old), (old, old), ["add"])), 1)
        self.assertEqual(judge("failed", None, self.plan, (new, old), (old, old)), [], "it rebooted by itself")
        self.assertEqual(len(judge("rolled_back", None, self.plan, (new, old), (old, old))), 1)
        self.assertEqual(self.problems("hung", old, old), 1)
        untold = ApplyResult("gam", ApplyOutcome.NEEDS_ATTENTION, difference=("something",))
        told = ApplyResult(
            "gam", ApplyOutcome.NEEDS_ATTENTION, difference=("bandwidth profile 'p' is on the shelf and was not expected",)
        )
        self.assertEqual(self.problems("needs_attention", new, old, untold), 1)
        self.assertEqual(self.problems("needs_attention", new, old, told), 0)

    def test_what_was_sent(self) -> None:
        self.assertEqual(sent_as_approved(self.plan, ["add", "remove"]), [])
        self.assertEqual(sent_as_approved(self.plan, ["remove", "add"]), [], "a slow shelf")
        self.assertEqual(len(sent_as_approved(self.plan, ["add", "add"])), 1)
        self.assertEqual(len(sent_as_approved(self.plan, ["add "])), 1)
