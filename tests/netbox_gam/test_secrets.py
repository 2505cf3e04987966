"""A canary in every secret, the main job run with it over the wire, and then every surface and every store searched for it."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import django_rq
from core.models import Job, ObjectChange, ObjectType
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse
from extras.events import serialize_for_event
from extras.models import ConfigTemplate, EventRule, Webhook
from utilities.testing import disable_warnings

from development import town_builder
from netbox_gam import api, jobs, models, urls
from netbox_gam.credentials import open_secret
from netbox_gam.models import BillingSystem, ChangePlan, ChangeStep, CredentialProfile, Finding, SnmpProfile

from . import factories
from .test_jobs import WorkerMixin
from .workflows import town
from .workflows.town import JSONRPC_SHELF, SSH_SHELF, TownTestCase

CANARY = "canary-2c94"
SECRET_ACCOUNTS = (
    "gam_password",
    "snmp_community",
    "snmp_v3_auth_key",
    "snmp_v3_priv_key",
    "sonar_token",
    "splynx_key",
    "splynx_secret",
)
HOLDERS = (CredentialProfile, SnmpProfile, BillingSystem)


def town_of_canaries(*args: Any) -> Any:
    """The demo town where every password, community, key and token holds the canary."""
    made = town_builder.build_town(*args)
    assert set(SECRET_ACCOUNTS) <= set(made.accounts)
    return replace(made, accounts=made.accounts | {name: f"{CANARY}-{name}" for name in SECRET_ACCOUNTS})


class Everything(logging.Handler):
    """Keeps every record, formatted with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class SecretCase(WorkerMixin, TownTestCase):
    """The town of canaries, discovered with them over real SSH and SNMP."""

    @classmethod
    def setUpTestData(cls) -> None:
        with patch.object(town, "build_town", town_of_canaries):
            super().setUpTestData()

    def setUp(self) -> None:
        super().setUp()
        self.records = Everything()
        root = logging.getLogger()
        self.enterContext(patch.object(root, "handlers", [self.records]))
        self.enterContext(patch.object(root, "level", logging.DEBUG))
        root.manager._clear_cache()  # type: ignore[attr-defined]
        self.addCleanup(root.manager._clear_cache)  # type: ignore[attr-defined]

    def assert_silent(self, text: Any, where: str) -> None:
        text = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        if CANARY in text:
            at = text.index(CANARY)
            self.fail(f"{where} shows a secret: …{text[max(0, at - 120) : at + 60]}…")

    def main_job(self) -> list[Job]:
        """Discover, poll, reconcile, provision over both transports: everything that opens a secret."""
        self.start_billing()
        options = {"ssh_port": self.ports.ssh, "http_port": self.ports.http, "snmp_port": self.ports.snmp}
        found = {"credential_profile": CredentialProfile.objects.get(), "snmp_profile": SnmpProfile.objects.get(version="2c")}
        done = [self.run_job(jobs.DiscoverJob, self.user, ranges=self.ranges(), **found, **options)]
        done += [self.run_job(jobs.PollJob, self.user)]
        done += [self.run_job(jobs.ReconcileJob, self.user, system=system) for system in BillingSystem.objects.all()]
        for index in (SSH_SHELF, JSONRPC_SHELF):
            subscriber = self.active_subscriber(index)
            done.append(self.run_job(jobs.ServiceJob, self.user, subscriber=subscriber, verb="suspend", apply=True))
        self.assertEqual([job.status for job in done], ["completed"] * 6, [self.log_of(job) for job in done])
        return done

    def every_row(self) -> Iterator[tuple[str, str]]:
        """Every row of every table of the database as text."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
            tables = [name for (name,) in cursor.fetchall()]
            for table in tables:
                cursor.execute(f'SELECT row_data::text FROM "{table}" row_data')  # noqa: S608  names from the catalogue
                for (row,) in cursor.fetchall():
                    yield table, row

    def every_redis_value(self) -> Iterator[tuple[str, bytes]]:
        """Every value of the task queue, job payloads unpacked."""
        store = django_rq.get_connection("default")
        for key in store.keys("*"):
            kind = store.type(key)
            values = {b"hash": lambda key=key: store.hgetall(key).values(), b"string": lambda key=key: [store.get(key)]}
            for value in values.get(kind, list)():
                try:
                    yield str(key), zlib.decompress(value)
                except zlib.error:
                    yield str(key), value


class RunTests(SecretCase):
    def test_nothing_is_left_behind_by_the_main_job(self) -> None:
        done = self.main_job()
        tables = set()
        for table, row in self.every_row():
            tables.add(table)
            self.assert_silent(row, f"table {table}")
        expected = {"credentialprofile", "snmpprofile", "billingsystem", "changestep", "finding", "devicestate", "billedservice"}
        self.assertLessEqual({f"netbox_gam_{name}" for name in expected} | {"core_job", "core_objectchange"}, tables)
        payloads = 0
        for key, value in self.every_redis_value():
            payloads += b"netbox_gam" in value
            self.assert_silent(value, f"Redis {key}")
        self.assertGreaterEqual(payloads, len(done))
        for job in done:
            self.assert_silent((job.data, job.log_entries, job.error), f"job {job}")
        self.assertTrue(ChangePlan.objects.filter(status="applied").exists())
        for step in ChangeStep.objects.all():
            self.assert_silent((step.sends, step.sent, step.answer, step.before, step.after, step.undo_sends), "a change step")
        for finding in Finding.objects.all():
            self.assert_silent((finding.billing_values, finding.intent_values, finding.actual_values), "a finding")
        self.assertTrue(any("netbox.jobs.ServiceJob" in line for line in self.records.lines))
        self.assert_silent("\n".join(self.records.lines), "a log")

    def test_nothing_is_left_behind_by_what_goes_wrong(self) -> None:
        self.start_billing()
        subscriber = self.active_subscriber(SSH_SHELF)
        wrong = CredentialProfile.objects.get()
        wrong.password = f"{CANARY}-wrong"
        wrong.save()
        BillingSystem.objects.filter(type="sonar").update(token=f"{CANARY}-wrong")
        BillingSystem.objects.filter(type="splynx").update(api_secret=f"{CANARY}-wrong")
        done = [self.run_job(jobs.ServiceJob, self.user, subscriber=subscriber, verb="suspend", apply=True)]
        subscriber = self.active_subscriber(JSONRPC_SHELF)
        done += [self.run_job(jobs.ServiceJob, self.user, subscriber=subscriber, verb="suspend", apply=True)]
        done += [self.run_job(jobs.ReconcileJob, self.user, system=system) for system in BillingSystem.objects.all()]
        self.assertEqual([job.status for job in done], ["failed"] * 4, [self.log_of(job) for job in done])
        for job in done:
            self.assertTrue(job.data["error"])
            self.assert_silent((job.data, job.log_entries, job.error), f"job {job}")
        for table, row in self.every_row():
            self.assert_silent(row, f"table {table}")
        self.assert_silent("\n".join(self.records.lines), "a log")

    def test_secrets_are_stored_as_ciphertext_that_opens(self) -> None:
        for model in HOLDERS:
            for item in model.objects.all():
                for name in model.secret_fields:
                    if stored := getattr(item, name):
                        self.assertTrue(stored.startswith("enc:"))
                        self.assertIn(CANARY, open_secret(stored))


class SurfaceTests(SecretCase):
    """Every page and every REST address the plugin has, asked for as an administrator."""

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(self.no_request())
        self.browser = Client()
        self.browser.force_login(self.user)
        gam = self.gam(SSH_SHELF)
        self.objects = {
            "gamdevice": gam,
            "finding": factories.finding(BillingSystem.objects.get(type="sonar")),
            "changeplan": factories.change_plan(gam),
            "alarm": factories.alarm(gam),
            "syncrun": factories.sync_run(BillingSystem.objects.get(type="splynx")),
            "billingwrite": factories.billing_write(BillingSystem.objects.get(type="sonar")),
            "billingplan": factories.billing_plan(BillingSystem.objects.get(type="sonar")),
            "billinglink": factories.billing_link(BillingSystem.objects.get(type="sonar")),
        }

    def names(self, patterns: list[Any]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from self.names(pattern.url_patterns)
            elif isinstance(pattern, URLPattern) and pattern.name:
                yield pattern.name

    def addresses(self, prefix: str, patterns: list[Any]) -> Iterator[str]:
        """Every address, with each holder of secrets where it takes an object and the first object of the others."""
        by_name = {model._meta.model_name: model for model in map(models.__dict__.get, models.__all__)}
        for name in sorted(set(self.names(patterns))):
            try:
                yield reverse(f"{prefix}:{name}")
            except NoReverseMatch:
                model = by_name.get(re.split(r"[_-]", name)[0])
                chosen = list(model.objects.all()) if model in HOLDERS else [model.objects.first()] if model else []
                for item in filter(None, chosen):
                    try:
                        yield reverse(f"{prefix}:{name}", kwargs={"pk": item.pk})
                    except NoReverseMatch:
                        continue

    def assert_all_silent(self, addresses: list[str], *queries: str) -> int:
        shown = 0
        for address in addresses:
            for query in ("", *queries):
                with disable_warnings("django.request"):
                    response = self.browser.get(address + query)
                self.assertLess(response.status_code, 500, address)
                content = b"".join(response.streaming_content) if response.streaming else response.content
                self.assert_silent(content, address + query)
                shown += response.status_code == 200
        return shown

    def test_every_page(self) -> None:
        addresses = list(self.addresses("plugins:netbox_gam", urls.urlpatterns))
        holders = [address for address in addresses if "profiles" in address or "billing-systems" in address]
        self.assertGreater(len(holders), 30)
        shown = self.assert_all_silent(addresses)
        self.assertGreater(shown, len(addresses) // 2)
        lists = [address for address in addresses if re.fullmatch(r"/plugins/gam/[a-z-]+/", address)]
        self.assert_all_silent(lists, "?export=table", "?export", "?q=" + CANARY[:6])

    def test_bulk_pages(self) -> None:
        for model in HOLDERS:
            pks = list(model.objects.values_list("pk", flat=True))
            for verb in ("bulk_edit", "bulk_rename", "bulk_delete"):
                address = reverse(f"plugins:netbox_gam:{model._meta.model_name}_{verb}")
                response = self.browser.post(address, {"pk": pks})
                self.assertEqual(response.status_code, 200, address)
                self.assert_silent(response.content, address)

    def test_rest(self) -> None:
        addresses = list(self.addresses("plugins-api:netbox_gam-api", api.urls.urlpatterns))
        secret_fields = ",".join(sorted({name for model in HOLDERS for name in model.secret_fields}))
        shown = self.assert_all_silent(addresses, "?brief=1", f"?fields=id,{secret_fields}")
        self.assertGreater(shown, 30)

    def test_cores_own_pages(self) -> None:
        self.main_job()
        changes = [reverse("core:objectchange", args=[pk]) for pk in ObjectChange.objects.values_list("pk", flat=True)[:20]]
        of_jobs = [reverse(f"core:{name}", args=[job.pk]) for job in Job.objects.all() for name in ("job", "job_log")]
        tasks = [reverse("core:background_task", args=[job.job_id]) for job in Job.objects.all()]
        lists = [reverse(name) for name in ("core:job_list", "core:objectchange_list", "search", "core-api:job-list")]
        with self.captureOnCommitCallbacks(execute=True):
            self.assertGreater(self.assert_all_silent([*changes, *of_jobs, *tasks, *lists]), 30)

    def test_the_change_log_of_a_secrets_whole_life(self) -> None:
        from netbox_gam.context import acting_as

        with acting_as(self.user):
            for model in HOLDERS:
                item = model.objects.first()
                for round_ in (1, 2):
                    item.snapshot()
                    for name in model.secret_fields:
                        setattr(item, name, f"{CANARY}-{round_}-{name}")
                    item.save()
                    self.assert_silent(item.serialize_object(), "serialize_object")
                    self.assert_silent(serialize_for_event(item), "what a webhook is given")
                    self.assert_silent((item.__dict__.get("_prechange_snapshot"), repr(item), str(item)), "the object itself")
                item.snapshot()
        changes = ObjectChange.objects.filter(changed_object_type__model__in=[model._meta.model_name for model in HOLDERS])
        self.assertGreaterEqual(changes.filter(action="update").count(), 6)
        self.assertTrue(changes.filter(action="create").exists())
        for change in changes:
            data = (change.prechange_data, change.postchange_data)
            self.assert_silent(data, "the change log")
            self.assertNotIn("enc:", str(data), "not even ciphertext")
        changed = changes.filter(action="update").latest("pk")
        self.assertNotEqual(changed.prechange_data, changed.postchange_data, "that it was changed is to be seen")

    def test_what_a_webhook_is_given(self) -> None:
        hook = Webhook.objects.create(name="w", payload_url="http://127.0.0.1:9/")
        rule = EventRule.objects.create(name="r", event_types=["object_updated"], action_type="webhook", action_object=hook)
        rule.object_types.set(ObjectType.objects.get_for_models(*HOLDERS).values())
        profile = CredentialProfile.objects.get()
        with self.captureOnCommitCallbacks(execute=True):
            response = self.browser.post(
                reverse("plugins:netbox_gam:credentialprofile_edit", args=[profile.pk]),
                {"name": "Renamed", "username": "admin", "password": f"{CANARY}-third"},
            )
        self.assertEqual(response.status_code, 302, response.content[:400])
        profile.refresh_from_db()
        self.assertEqual(open_secret(profile.password), f"{CANARY}-third")
        payloads = [value for _, value in self.every_redis_value() if b"Renamed" in value]
        self.assertTrue(payloads, "the event waits in the queue")
        for value in payloads:
            self.assert_silent(value, "a webhook's payload")

    def test_a_config_template_gets_ciphertext_only(self) -> None:
        template = ConfigTemplate.objects.create(
            name="thief",
            template_code="{% for model in (netbox_gam.CredentialProfile, netbox_gam.SnmpProfile, netbox_gam.BillingSystem) %}"
            "{% for item in model.objects.all() %}{{ item }} {{ item.serialize_object() }} {{ item.password }} {{ item.community }}"
            " {{ item.token }} {{ item.api_key }} {{ item.auth_key }}{% endfor %}{{ model.objects.values_list() | list }}"
            "{% endfor %}",
        )
        rendered = template.render({})
        self.assertIn("Field", rendered, "the template reached the rows")
        self.assertIn("enc:", rendered)
        self.assert_silent(rendered, "a config template")

    def test_global_search_finds_none(self) -> None:
        call_command("reindex", "netbox_gam", stdout=io.StringIO())
        for text in (CANARY, "enc:"):
            response = self.browser.get(reverse("search"), {"q": text})
            self.assertEqual(response.status_code, 200)
            self.assertTrue(b"No results found" in response.content, f"the search for {text} found something")
        rows = [row for table, row in self.every_row() if table == "extras_cachedvalue"]
        self.assertTrue(rows, "the search index is filled")
        for row in rows:
            self.assertNotIn("enc:", row)
