"""Pages of change plans and their steps."""

from __future__ import annotations

from django.urls import reverse

from netbox_gam.models import ChangeBatch, ChangePlan, ChangeStep

from . import factories
from .view_cases import GamViewTestCases


class ChangeBatchViewTest(GamViewTestCases.RecordViewTestCase):
    model = ChangeBatch

    @classmethod
    def setUpTestData(cls):
        for _ in range(3):
            factories.change_batch()

    def test_page_and_progress_count_what_the_user_may_view(self):
        batch = factories.change_batch(plans=2, problems=[{"subject": "gam-9", "problem": "Does not answer."}])
        factories.change_plan(batch=batch, status="applied", interrupts=["sub-1"])
        self.add_permissions("netbox_gam.view_changebatch")
        page = self.client.get(batch.get_absolute_url()).content.decode()
        self.assertIn("Does not answer.", page)
        self.assertIn("No plan was made", page)
        self.add_permissions("netbox_gam.view_changeplan")
        progress = self.client.get(reverse("plugins:netbox_gam:changebatch_progress", kwargs={"pk": batch.pk})).content.decode()
        self.assertIn("2 Planned", progress)
        self.assertIn("1 Applied", progress)


class ChangePlanViewTest(GamViewTestCases.RecordViewTestCase):
    model = ChangePlan

    @classmethod
    def setUpTestData(cls):
        gam = factories.gam()
        for _ in range(3):
            factories.change_plan(gam)

    def page(self, plan: ChangePlan) -> str:
        self.add_permissions("netbox_gam.view_changeplan", "netbox_gam.view_changestep")
        response = self.client.get(plan.get_absolute_url())
        self.assertHttpStatus(response, 200)
        return response.content.decode()

    def test_page_shows_the_exact_lines(self):
        plan = factories.change_plan(steps=0)
        lines = ["configure terminal", 'subscriber "a <b>"', "end"]
        factories.change_step(plan, sends=lines, diff=[{"field": "vlan", "before": "", "after": "117"}])
        page = self.page(plan)
        self.assertIn(
            '<pre class="border rounded p-2 mb-3">configure terminal\nsubscriber &quot;a &lt;b&gt;&quot;\nend</pre>', page
        )
        self.assertIn("Will be sent", page)
        self.assertIn("not set", page)

    def test_page_shows_what_was_sent_and_answered(self):
        plan = factories.change_plan(steps=0, status="applied", verified=True, saved=True)
        factories.change_step(plan, sends=["a"], sent=["a"], answer="done", state="done")
        factories.change_step(plan, 1, sends=["a"], sent=["b"], error="% refused", state="failed")
        page = self.page(plan)
        self.assertEqual(page.count("exactly as planned"), 1)
        for text in ("Was answered", "done", "% refused"):
            self.assertIn(text, page)

    def test_page_shows_violations_difference_and_error(self):
        plan = factories.change_plan(
            status="needs_attention",
            violations=[{"subject": "sub-1", "field": "vlan", "value": "2", "rule": "reserved for management"}],
            difference=["sub-1: vlan is 5, planned 117"],
            interrupts=["sub-9"],
            error="the undo could not be verified",
        )
        page = self.page(plan)
        for text in ("reserved for management", "vlan is 5, planned 117", "sub-9", "the undo could not be verified"):
            self.assertIn(text, page)

    def test_page_shows_warnings_and_why_the_transport(self):
        plan = factories.change_plan(
            transport="jsonrpc",
            transport_reason="The command line cannot express trunk of sub-1",
            warnings=[{"subject": "sub-1", "field": "vlan", "value": "4093", "rule": "4093 is the factory VLAN"}],
        )
        page = self.page(plan)
        for text in ("Warnings", "4093 is the factory VLAN", "The command line cannot express trunk of sub-1"):
            self.assertIn(text, page)
        self.assertNotIn("Violations", page)

    def test_steps_only_for_those_who_may_view_steps(self):
        self.add_permissions("netbox_gam.view_changeplan")
        plan = factories.change_plan()
        self.assertNotContains(self.client.get(plan.get_absolute_url()), "configure terminal")


class ChangeStepViewTest(GamViewTestCases.RecordViewTestCase):
    model = ChangeStep

    @classmethod
    def setUpTestData(cls):
        factories.change_plan(steps=3)
