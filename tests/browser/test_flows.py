"""What people do, with the mouse and the keyboard, on real buttons; jobs, shelves and billing systems answer for real."""

from __future__ import annotations

import re

from core.models import Job
from django.urls import reverse
from playwright.sync_api import expect

from development.seed import VIEWER
from netbox_gam.models import (
    Alarm,
    BillingSystem,
    ChangePlan,
    CredentialProfile,
    Finding,
    SnmpProfile,
    Subscriber,
    SyncRun,
    VlanPool,
)

from .base import BrowserTestCase
from .watch import Watched, path_of
from .world import JSONRPC_SHELF, SSH_SHELF


class FlowTests(BrowserTestCase):
    def press(self, watched: Watched, name: str) -> None:
        """Press the button of that name beside the title."""
        watched.page.get_by_role("button", name=name, exact=True).first.click()
        watched.settle()

    def told(self, watched: Watched, *words: str) -> None:
        """A message on the page holds the words."""
        message = watched.page.locator(".toast, .alert").filter(has_text=re.compile(".*".join(map(re.escape, words)), re.S)).first
        expect(message).to_be_visible()

    def run_all(self) -> list[Job]:
        """Run what waits; every job ends well."""
        jobs = self.run_jobs()
        self.assertTrue(jobs)
        for job in jobs:
            self.assertEqual(job.status, "completed", [entry["message"] for entry in job.log_entries or []])
        return jobs

    # --------------------------------------------------------------------------------------------------------------- GAMs

    def test_log_in_and_find_the_menu(self) -> None:
        context = self.browser.new_context(viewport={"width": 1400, "height": 900})
        self.addCleanup(context.close)
        watched = Watched(context, self.live_server_url, "[login]")
        self.addCleanup(self.report, watched)
        page = watched.page
        page.goto(f"{self.live_server_url}/login/?next={reverse('plugins:netbox_gam:gamdevice_list')}")
        page.fill("[name=username]", VIEWER[0])
        page.fill("[name=password]", VIEWER[1])
        page.keyboard.press("Enter")
        page.wait_for_url("**/plugins/gam/gam-devices/")
        watched.settle()
        page.locator("#sidebar-menu").get_by_role("link", name="Change Plans", exact=True).click()
        page.wait_for_url("**/plugins/gam/change-plans/")
        watched.settle()

    def test_poll_starts_a_job_whose_page_shows_how_it_went(self) -> None:
        watched, gam = self.admin(), self.world.gam(SSH_SHELF)
        watched.visit(gam.get_absolute_url())
        before = gam.observed.last_success
        self.press(watched, "Poll")
        self.told(watched, "Started:", "Poll GAMs")
        (job,) = self.run_all()
        watched.page.locator(".toast a, .alert a").filter(has_text="Poll GAMs").first.click()
        watched.settle()
        self.assertIn("Completed", watched.page.locator("#page-content").inner_text())
        self.assertEqual(job.object, gam)
        gam.observed.refresh_from_db()
        self.assertGreater(gam.observed.last_success, before)

    def test_discovery_form_names_the_field_that_is_wrong_and_then_starts(self) -> None:
        watched = self.admin()
        page = watched.page
        watched.visit(reverse("plugins:netbox_gam:gamdevice_discover"))
        page.fill("[name=ranges]", "10.0.0.300")
        self.choose(watched, "snmp_profile", SnmpProfile.objects.get(version="2c"))
        page.get_by_role("button", name="Discover").click()
        watched.settle()
        said = page.locator(".invalid-feedback, .is-invalid ~ *, .alert-danger, .form-text.text-danger").all_inner_texts()
        self.assertIn("10.0.0.300", " ".join(said))
        ports = self.world.fleet.ports
        page.fill("[name=ranges]", self.world.town.shelves[SSH_SHELF].address)
        self.choose(watched, "snmp_profile", SnmpProfile.objects.get(version="2c"))
        self.choose(watched, "credential_profile", CredentialProfile.objects.get())
        self.choose(watched, "vlan_pool", VlanPool.objects.get())
        for name, port in (("ssh_port", ports.ssh), ("http_port", ports.http), ("snmp_port", ports.snmp)):
            page.fill(f"[name={name}]", str(port))
        page.get_by_role("button", name="Discover").click()
        watched.settle()
        (job,) = self.run_all()
        self.assertEqual((job.name, job.data["gams"], job.data["created"]), ("Discover GAMs", 1, 0))

    def choose(self, watched: Watched, name: str, choice: object) -> None:
        """Choose an object in one of NetBox's searching selects, as a person does: open, wait for the list, press."""
        page = watched.page
        control = page.locator(f"select[name={name}] + .ts-wrapper")
        if str(choice) in control.inner_text():
            return
        control.locator(".ts-control").click()
        control.locator(".ts-dropdown .option").filter(has_text=str(choice)).first.click()
        watched.settle()

    # ------------------------------------------------------------------------------------------------------------- service

    def test_accept_a_finding_see_the_lines_apply_them(self) -> None:
        watched, gam = self.admin(), self.world.gam(SSH_SHELF)
        finding = Finding.objects.filter(
            kind="active_not_on_network", state="open", endpoint__gam=gam, endpoint__subscriber__isnull=True
        ).first()
        self.assertIsNotNone(finding)
        watched.visit(finding.get_absolute_url())
        sent = len(self.world.received(SSH_SHELF))
        self.press(watched, "Accept")
        self.told(watched, "Started:", "Accept finding")
        self.run_all()
        finding.refresh_from_db()
        plan = finding.change_plan
        self.assertEqual((finding.state, plan.status), ("accepted", "planned"))
        self.assertEqual(self.world.received(SSH_SHELF)[sent:], [], "planning must send nothing")
        lines = [line for step in plan.steps.all() for line in step.sends]
        self.assertTrue(lines)
        watched.visit(finding.get_absolute_url())
        watched.page.locator(f"#page-content a[href='{plan.get_absolute_url()}']").first.click()
        watched.settle()
        shown = [line for block in watched.page.locator("pre").all_inner_texts() for line in block.splitlines()]
        for line in lines:
            self.assertIn(line, shown)
        self.press(watched, "Apply")
        self.told(watched, "Started:", "Apply change plan")
        self.run_all()
        self.assertEqual(self.world.received(SSH_SHELF)[sent:], lines)
        watched.visit(plan.get_absolute_url())
        plan.refresh_from_db()
        self.assertEqual((plan.status, plan.verified, plan.saved), ("applied", True, True))
        rows = {row[0]: row[1] for row in watched.page.locator("#page-content tr").evaluate_all(ROWS)}
        self.assertIn("Applied", rows["Status"])
        for name in ("Read back and as planned", "Saved to startup"):
            self.assertIn("mdi-check", rows[name])
        self.assertEqual(watched.page.get_by_role("button", name="Apply", exact=True).count(), 0)

    def test_suspend_and_apply_at_once_then_resume(self) -> None:
        watched, subscriber = self.admin("dark"), self.world.active(JSONRPC_SHELF)[-1]
        watched.visit(subscriber.get_absolute_url())
        watched.page.get_by_role("button", name="More of Suspend").click()
        self.press(watched, "Suspend and apply at once")
        self.run_all()
        look = watched.visit(subscriber.get_absolute_url())
        self.assertIn("Suspended", look.text)
        watched.page.get_by_role("button", name="More of Resume").click()
        self.press(watched, "Resume and apply at once")
        self.run_all()
        watched.visit(subscriber.get_absolute_url())
        expect(watched.page.get_by_role("button", name="Suspend", exact=True)).to_be_visible()
        plans = ChangePlan.objects.filter(subscribers=subscriber)
        self.assertEqual([plan.status for plan in plans], ["applied", "applied"])

    def test_another_bandwidth_plan(self) -> None:
        watched, subscriber = self.admin(), self.world.active(SSH_SHELF)[-1]
        watched.visit(subscriber.get_absolute_url())
        watched.page.get_by_title("Plan, VLAN, port, endpoint, name").click()
        watched.page.get_by_role("link", name="Change Plan", exact=True).click()
        watched.settle()
        wanted = type(subscriber.bandwidth_plan).objects.exclude(pk=subscriber.bandwidth_plan_id).get(name="500M")
        self.choose(watched, "bandwidth_plan", wanted)
        self.press(watched, "Change Plan")
        self.told(watched, "Started:", "Provision subscriber")
        self.run_all()
        plan = ChangePlan.objects.filter(subscribers=subscriber).first()
        self.assertEqual(plan.status, "planned")
        watched.visit(plan.get_absolute_url())
        self.press(watched, "Cancel")
        plan.refresh_from_db()
        self.assertEqual(plan.status, "cancelled")

    # ------------------------------------------------------------------------------------------------------ decisions, bulk

    def test_ignore_a_finding_and_take_that_back(self) -> None:
        watched = self.admin()
        finding = Finding.objects.filter(state="open", kind="mac_mismatch").first()
        watched.visit(finding.get_absolute_url())
        watched.page.get_by_role("link", name="Ignore", exact=True).first.click()
        watched.settle()
        self.press(watched, "Ignore")
        finding.refresh_from_db()
        self.assertEqual(finding.state, "ignored")
        self.press(watched, "Reopen")
        finding.refresh_from_db()
        self.assertEqual(finding.state, "open")

    def test_ignore_two_findings_of_the_list(self) -> None:
        watched = self.admin()
        page = watched.page
        findings = list(Finding.objects.filter(state="open", kind="inactive_on_network")[:2])
        self.assertEqual(len(findings), 2)
        watched.visit(reverse("plugins:netbox_gam:finding_list") + "?kind=inactive_on_network&state=open")
        for finding in findings:
            page.locator(f"input[name=pk][value='{finding.pk}']").check()
        page.get_by_role("button", name="Ignore Selected").click()
        watched.settle()
        self.assertEqual({Finding.objects.get(pk=finding.pk).state for finding in findings}, {"ignored"})

    def test_acknowledge_an_alarm(self) -> None:
        watched, alarm = self.admin(), Alarm.objects.filter(state="raised").first()
        watched.visit(alarm.get_absolute_url())
        self.press(watched, "Acknowledge")
        alarm.refresh_from_db()
        self.assertEqual((alarm.state, alarm.acknowledged_by), ("acknowledged", self.world.admin))

    def test_reconcile_shows_its_run(self) -> None:
        watched, system = self.admin(), BillingSystem.objects.get(type="sonar")
        watched.visit(system.get_absolute_url())
        runs = SyncRun.objects.filter(system=system).count()
        self.press(watched, "Reconcile")
        self.run_all()
        look = watched.visit(system.get_absolute_url())
        self.assertIn("Completed", look.text)
        self.assertEqual(SyncRun.objects.filter(system=system).count(), runs + 1)

    # --------------------------------------------------------------------------------------------------------------- errors

    def test_a_subscriber_form_names_the_field_that_is_wrong(self) -> None:
        watched = self.admin()
        page = watched.page
        watched.visit(reverse("plugins:netbox_gam:subscriber_add"))
        page.fill("[name=name]", 'bad"name')
        page.locator("#page-content form[method=post] [name=_create]").click()
        watched.settle()
        self.assertFalse(Subscriber.objects.filter(name='bad"name').exists())
        self.assertEqual(path_of(page.url), reverse("plugins:netbox_gam:subscriber_add"))
        field = page.locator("#page-content .row").filter(has=page.locator("[name=name]")).last
        self.assertIn("has-errors", field.get_attribute("class") or "")
        self.assertIn('"', field.locator(".text-danger").last.inner_text())

    def test_an_import_names_line_and_field(self) -> None:
        watched = self.admin()
        page = watched.page
        watched.visit(reverse("plugins:netbox_gam:bandwidthplan_bulk_import"))
        page.fill("[name=data]", "name,downstream_kbps,upstream_kbps\nGood,1000,1000\nBad,much,1000\n")
        page.locator("#page-content form:has([name=data]) button[type=submit]").first.click()
        watched.settle()
        said = page.locator("#page-content").inner_text() + " ".join(page.locator(".toast").all_inner_texts())
        self.assertIn("downstream_kbps", said)
        self.assertRegex(said, r"(?i)(record|row|line|object) 2")

    def test_nobody_may_press_what_he_is_not_shown(self) -> None:
        watched, gam = self.viewer(), self.world.gam(SSH_SHELF)
        watched.visit(gam.get_absolute_url())
        jobs = Job.objects.count()
        token = watched.page.evaluate("window.CSRF_TOKEN")
        with self.assertLogs("django.request", "WARNING"):
            answer = watched.context.request.post(
                f"{self.live_server_url}{gam.get_absolute_url()}poll/",
                headers={"X-CSRFToken": token, "Referer": self.live_server_url},
            )
        self.assertEqual((answer.status, Job.objects.count()), (403, jobs))


ROWS = """rows => rows.map(row => [row.querySelector('th')?.innerText.trim() ?? '',
  [row.querySelector('td')?.innerText.trim() ?? '', ...[...row.querySelectorAll('td i')].map(icon => icon.className)].join(' ')])"""
