"""No password, token or secret of any payload, sent to the receivers or read by the clients, is anywhere afterwards."""

from __future__ import annotations

import hmac
import json
import logging
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse
from utilities.testing import disable_warnings

from development.fake_billing import hooks, sonar_data, splynx_data
from netbox_gam import jobs
from netbox_gam.models import BilledService, BillingEvent, Finding, SyncRun
from netbox_gam.workflows import billing_events

from .test_jobs import WorkerMixin
from .test_secrets import Everything, SecretCase
from .workflows.test_billing_events import Delivery, EventTestCase

CANARY = "canary-91be"
IN_ROWS = (sonar_data.RADIUS_CANARY, splynx_data.CUSTOMER_CANARY, splynx_data.SERVICE_CANARY)
"""What the stand-ins' rows hold as passwords in clear."""

NAMES = (
    "password", "token", "secret", "api_key", "api_secret", "radius_secret", "snmp_community", "authorization", "access_token",
    "refresh_token", "private_key", "pin", "note", "comment", "name", "login", "email", "anything",
)  # fmt: skip


def poisoned() -> dict[str, Any]:
    """An object with a secret in every member, at every depth."""
    flat = {name: f"{CANARY}-{name}" for name in NAMES}
    return {**flat, "nested": dict(flat), "list": [dict(flat)], f"{CANARY}-key": "value"}


class PayloadSecrets(WorkerMixin, EventTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.records = Everything()
        root = logging.getLogger()
        self.enterContext(patch.object(root, "handlers", [self.records]))
        self.enterContext(patch.object(root, "level", logging.DEBUG))
        root.manager._clear_cache()  # type: ignore[attr-defined]
        self.addCleanup(root.manager._clear_cache)  # type: ignore[attr-defined]
        self.secrets = (
            CANARY,
            *IN_ROWS,
            *(self.town.accounts[name] for name in ("sonar_webhook_path_secret", "splynx_hook_secret")),
        )

    def assert_silent(self, text: Any, where: str) -> None:
        text = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        for secret in self.secrets:
            if secret in text:
                at = text.index(secret)
                self.fail(f"{where} shows a secret: …{text[max(0, at - 120) : at + 60]}…")

    def sonar(self, number: int, **more: Any) -> Delivery:
        current = {**poisoned(), "id": number, "account_id": number}
        body = {**poisoned(), "event": "account.status", "object_id": number, "current": current}
        return Delivery("sonar", json.dumps(body).encode(), "application/json", **more)

    def splynx(self, number: int, *, form: bool = False, secret: str = "") -> Delivery:
        row = {**poisoned(), "id": number, "customer_id": number, "status": "active"}
        data = {
            **poisoned(),
            "model": "models\\common\\customers\\Customers",
            "action": "edit",
            "customer_id": str(number),
            "attributes": row,
            "attributes_additional": poisoned(),
            "changed_attributes": poisoned(),
            "extra": poisoned(),
        }
        body = {"type": "event", "call": f"{CANARY}-call", "data": data}
        raw = urlencode(list(hooks.php_pairs(body))).encode() if form else json.dumps(body).encode()
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        signature = hmac.new((secret or self.town.accounts["splynx_hook_secret"]).encode(), raw, "sha1").hexdigest()
        return Delivery("splynx", raw, kind, signature)

    def deliver_all(self) -> None:
        """Genuine ones in every form, forged ones, and what cannot be read."""
        sonar, splynx = (
            [person.number for person in self.town.people if person.system == kind and not person.trap][:2]
            for kind in ("sonar", "splynx")
        )
        good = [self.sonar(sonar[0]), self.sonar(sonar[1]), self.splynx(splynx[0]), self.splynx(splynx[1], form=True)]
        self.assertEqual([self.deliver(item) for item in good], [200] * 4)
        forged = [self.sonar(sonar[0], signature=f"{CANARY}-path"), self.splynx(splynx[0], secret=f"{CANARY}-secret")]
        self.assertEqual([self.deliver(item) for item in forged], [403] * 2)
        broken = Delivery("sonar", f'{{"event": "{CANARY}'.encode(), "application/json")
        self.assertEqual(self.deliver(broken), 400)

    def test_nothing_of_it_is_anywhere(self) -> None:
        self.deliver_all()
        self.assertEqual(billing_events.process_pending()["failed"], 0)
        self.deliver_all()
        # A system that refuses says so in its own words.
        self.billing.set_mode("splynx", maintenance=True)
        BillingEvent.objects.filter(state="done").update(state="waiting")
        self.assertGreater(billing_events.process_pending()["failed"], 0)
        self.billing.reset_modes()
        done = [
            self.run_job(jobs.ReconcileJob, self.user, system=system, kind=kind)
            for system in self.systems.values()
            for kind in ("full", "changes", "dry_run")
        ]
        self.assertEqual({job.status for job in done}, {"completed"}, [self.log_of(job) for job in done])
        self.search_stores(done)
        self.search_surfaces()

    def search_stores(self, done: list[Any]) -> None:
        tables = set()
        for table, row in SecretCase.every_row(self):  # type: ignore[arg-type]
            tables.add(table)
            self.assert_silent(row, f"table {table}")
        self.assertLessEqual({"netbox_gam_billingevent", "netbox_gam_syncrun", "netbox_gam_billedservice", "core_job"}, tables)
        payloads = 0
        for key, value in SecretCase.every_redis_value(self):  # type: ignore[arg-type]
            payloads += b"netbox_gam" in value
            self.assert_silent(value, f"Redis {key}")
        self.assertGreaterEqual(payloads, len(done))
        self.assertTrue(any("netbox.jobs.ReconcileJob" in line for line in self.records.lines))
        self.assert_silent("\n".join(self.records.lines), "a log")

    def search_surfaces(self) -> None:
        browser = Client()
        browser.force_login(self.user)
        pages = []
        for system in self.systems.values():
            page = system.get_absolute_url()
            pages += [page, f"{page}events/", f"{page}services/", f"{page}jobs/", f"{page}changelog/"]
        for model in (Finding, SyncRun):
            pages += [item.get_absolute_url() for item in model.objects.all()[:10]]
        for name in ("billingsystem", "syncrun", "finding", "billinglink", "billingplan", "subscriber"):
            pages += [reverse(f"plugins:netbox_gam:{name}_list"), reverse(f"plugins-api:netbox_gam-api:{name}-list")]
            pages += [reverse(f"plugins:netbox_gam:{name}_list") + "?export"]
        with self.no_request(), disable_warnings("django.request"):
            for page in pages:
                response = browser.get(page)
                self.assertEqual(response.status_code, 200, page)
                self.assert_silent(b"".join(response) if response.streaming else response.content, page)
            query = (
                "{ billing_system_list { id name options sync_runs { outcome problems counts } }"
                " finding_list { title billing_values actual_values } subscriber_list { name full_name email comments } }"
            )
            answer = browser.post(reverse("graphql"), json.dumps({"query": query}), content_type="application/json")
        self.assertNotIn("errors", answer.json(), answer.content[:400])
        self.assert_silent(answer.content, "GraphQL")
        self.assertTrue(BilledService.objects.exists() and BillingEvent.objects.filter(state="refused").exists())
