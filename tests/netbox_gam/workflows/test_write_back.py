"""Back to billing, with both stand-ins over HTTP: off by default, shown first, written once, never over somebody else's work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.test import TestCase, override_settings
from django.utils import timezone

from development.fake_billing.testing import RunningBilling, running_billing
from development.town import Town
from development.town_builder import build_town
from netbox_gam.choices import ChangePlanStatusChoices
from netbox_gam.exceptions import InvalidState, NotAllowed, WorkflowError
from netbox_gam.models import BillingSystem, BillingWrite, ChangePlan, Subscriber, WriteBackState
from netbox_gam.workflows import write_back, write_delivery
from nornir_tasks.billing.writer import BillingWriter
from nornir_tasks.contracts import AccountWrite, WriteOutcome

from .. import factories

FIELD = {"sonar": "4", "splynx": "netbox_id"}
PLUGINS = {"netbox_gam": {"link_base_url": "https://netbox.example.org"}}


class WriteBackTests(TestCase):
    """Two systems, each with two linked customers; the stand-ins are fresh for every test."""

    town: ClassVar[Town]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.town = build_town(3)
        cls.user = get_user_model().objects.create(username="admin", is_superuser=True, is_active=True)
        cls.nobody = get_user_model().objects.create(username="nobody", is_active=True)
        accounts = cls.town.accounts
        cls.systems = {
            "sonar": factories.billing_system(name="sonar", type="sonar", auth="bearer", token=accounts["sonar_token"]),
            "splynx": factories.billing_system(
                name="splynx",
                type="splynx",
                auth="signature",
                token="",
                api_key=accounts["splynx_key"],
                api_secret=accounts["splynx_secret"],
            ),
        }
        cls.customers: dict[str, list[Subscriber]] = {}
        cls.accounts: dict[str, list[str]] = {}
        gam = factories.gam("gam-1")
        for kind, system in cls.systems.items():
            people = [p for p in cls.town.people if p.system == kind and not p.trap][:2]
            cls.accounts[kind] = [str(person.number) for person in people]
            cls.customers[kind] = []
            for person in people:
                customer = factories.subscriber(name=f"c{person.number}", status="pending", gam=gam, endpoint=None)
                account = str(person.number)
                factories.billing_link(system, external_id=account, account_id=account, subscriber=customer)
                cls.customers[kind].append(customer)

    def setUp(self) -> None:
        self.billing: RunningBilling = self.enterContext(running_billing(self.town))
        urls = {"sonar": self.billing.sonar_url, "splynx": self.billing.splynx_url}
        for kind, system in self.systems.items():
            BillingSystem.objects.filter(pk=system.pk).update(url=urls[kind], options={"read_seconds": 5, "retries": 0})
            system.refresh_from_db()

    # ----------------------------------------------------------------------------------------------------------------- helpers

    def switch_on(self, kind: str, **fields: str) -> BillingSystem:
        system = self.systems[kind]
        chosen = fields or {"service_state": FIELD[kind]}
        write_back.configure(system, user=self.user, enabled=False, fields=chosen)
        write_back.preview(system)
        write_back.configure(system, user=self.user, enabled=True, fields=chosen)
        return system

    def stands(self, kind: str, position: int = 0) -> str:
        from netbox_gam.targets import billing_target

        with BillingWriter(billing_target(self.systems[kind]), [FIELD[kind]]) as writer:
            account = self.accounts[kind][position]
            return str(writer.read([account])[account].values.get(FIELD[kind], ""))

    def sent(self, kind: str) -> int:
        log = self.billing.requests(kind)
        return sum(item.method == "PUT" or item.detail.startswith("mutation") for item in log)

    def notes(self) -> list[dict[str, Any]]:
        return list(self.billing._server.store.written["notes"])

    def applied(self, customer: Subscriber, **values: Any) -> ChangePlan:
        """A change plan of a customer that was applied just now."""
        values = {"status": ChangePlanStatusChoices.APPLIED, "verified": True, "finished": timezone.now()} | values
        plan = factories.change_plan(customer.gam, steps=0, **values)
        plan.subscribers.add(customer)
        return plan

    def later(self, minutes: float = 1) -> Any:
        return timezone.now() + timedelta(minutes=minutes)

    # ------------------------------------------------------------------------------------------------------------------- tests

    def test_off_by_default_and_not_switched_on_unseen(self) -> None:
        system = self.systems["sonar"]
        self.assertEqual((system.write_back, system.write_back_fields), (False, {}))
        self.assertFalse(write_delivery.is_due())
        self.assertEqual(write_delivery.run(), {})
        fields = {"service_state": "4"}
        with self.assertRaisesRegex(InvalidState, "not previewed"):
            write_back.configure(system, user=self.user, enabled=True, fields=fields)
        with self.assertRaises(NotAllowed):
            write_back.configure(system, user=self.nobody, enabled=False, fields=fields)
        with self.assertRaisesRegex(WorkflowError, "account_status_id"):
            write_back.configure(system, user=self.user, enabled=False, fields={"service_state": "account_status_id"})
        with self.assertRaisesRegex(WorkflowError, "does not know its own address"):
            write_back.configure(system, user=self.user, enabled=False, fields={"netbox_link": "4"})
        write_back.configure(system, user=self.user, enabled=False, fields=fields)
        numbers = write_back.preview(system)
        self.assertEqual((numbers["linked"], numbers["writes"]), (2, 2))
        rows = WriteBackState.objects.get(system=system).preview["rows"]
        self.assertEqual({(row["field"], row["before"], row["after"]) for row in rows}, {("4", "", "pending")})
        self.assertEqual((self.sent("sonar"), BillingWrite.objects.count()), (0, 0))
        write_back.configure(system, user=self.user, enabled=True, fields=fields)
        with self.assertRaisesRegex(InvalidState, "not previewed"):
            write_back.configure(system, user=self.user, enabled=True, fields={**fields, "place": "5"})

    def test_written_once_and_again_only_when_netbox_says_something_else(self) -> None:
        for kind in self.systems:
            with self.subTest(kind):
                system, customer = self.switch_on(kind), self.customers[kind][0]
                self.assertTrue(write_delivery.is_due())
                report = write_delivery.run_one(system)
                self.assertEqual((report.sent, report.error), (2, ""))
                self.assertEqual(self.stands(kind), "pending")
                sent = self.sent(kind)
                write_delivery.run_one(system, now=self.later())
                self.assertEqual(self.sent(kind), sent)
                customer.status = "suspended"
                customer.save()
                self.assertEqual(write_delivery.run_one(system, now=self.later(2)).sent, 1)
                self.assertEqual(self.stands(kind), "suspended")
                row = BillingWrite.objects.filter(system=system, subscriber=customer).first()
                self.assertEqual((row.before, row.after, row.state, row.attempts), ("pending", "suspended", "sent", 1))
                # The other customer's account was not touched again.
                self.assertEqual(self.sent(kind), sent + 1)

    def test_what_is_being_changed_is_told_when_its_plan_has_ended(self) -> None:
        system, customer = self.switch_on("sonar"), self.customers["sonar"][0]
        plan = self.applied(customer, status=ChangePlanStatusChoices.PLANNED, verified=False, finished=None)
        self.assertEqual(write_delivery.run_one(system).sent, 1)
        self.assertEqual(self.stands("sonar"), "")
        plan.status = ChangePlanStatusChoices.CANCELLED
        plan.save()
        self.assertEqual(write_delivery.run_one(system, now=self.later()).sent, 1)
        self.assertEqual(self.stands("sonar"), "pending")

    def test_a_newer_value_supersedes_one_that_was_not_sent(self) -> None:
        system, customer = self.switch_on("splynx"), self.customers["splynx"][0]
        write_back.collect(system)
        customer.status = "terminated"
        customer.save()
        write_back.collect(system)
        self.assertEqual(
            list(BillingWrite.objects.filter(subscriber=customer).order_by("pk").values_list("after", "state")),
            [("pending", "superseded"), ("terminated", "waiting")],
        )
        write_delivery.deliver(system)
        self.assertEqual((self.stands("splynx"), self.sent("splynx")), ("terminated", 2))

    def test_an_account_that_changed_there_is_read_again_first(self) -> None:
        for kind in self.systems:
            with self.subTest(kind):
                system = self.switch_on(kind)
                write_back.collect(system)
                self.billing.set_person(int(self.accounts[kind][0]), name="Changed By A Clerk")
                report = write_delivery.deliver(system)
                self.assertEqual((report.changed, report.sent), (1, 1))
                row = BillingWrite.objects.get(system=system, account_id=self.accounts[kind][0])
                self.assertEqual((row.state, row.version), ("waiting", ""))
                self.assertEqual(self.stands(kind), "")
                report = write_delivery.run_one(system, now=self.later(3))
                self.assertEqual((report.sent, self.stands(kind)), (1, "pending"))
                key = row.key
                row.refresh_from_db()
                self.assertEqual((row.state, row.key, row.attempts), ("sent", key, 2))

    def test_a_worker_killed_between_sending_and_writing_down_sends_nothing_twice(self) -> None:
        system = self.switch_on("sonar", service_state="4", last_change="note")
        self.applied(self.customers["sonar"][0])
        write_back.collect(system)
        real = BillingWriter.write

        def killed(writer: BillingWriter, write: AccountWrite) -> WriteOutcome:
            real(writer, write)
            raise KeyboardInterrupt

        with patch.object(BillingWriter, "write", killed), self.assertRaises(KeyboardInterrupt):
            write_delivery.deliver(system)
        rows = BillingWrite.objects.filter(account_id=self.accounts["sonar"][0])
        self.assertEqual(set(rows.values_list("state", "attempts")), {("waiting", 1)})
        sent = self.sent("sonar")
        # Whether it is read again first or not.
        write_back.collect(system, now=self.later())
        write_delivery.deliver(system, now=self.later())
        self.assertEqual(set(rows.values_list("state", flat=True)), {"sent"})
        self.assertEqual(self.sent("sonar"), sent + 1, "only the other customer's field")
        self.assertEqual(len(self.notes()), 1)
        self.assertIn(rows.get(field="note").key, self.notes()[0]["message"])

    def test_a_note_tells_of_changes_since_it_was_switched_on(self) -> None:
        customer = self.customers["sonar"][0]
        self.applied(customer, finished=timezone.now() - timedelta(days=1))
        system = self.switch_on("sonar", service_state="note", last_change="note")
        write_delivery.run_one(system)
        self.assertEqual(self.notes(), [])
        for minutes in (1, 2):
            self.applied(customer)
            write_delivery.run_one(system, now=self.later(minutes))
        self.assertEqual(len(self.notes()), 2)
        self.assertIn("service state: pending", self.notes()[0]["message"])

    def test_a_system_that_is_away_is_waited_for(self) -> None:
        system = self.switch_on("sonar")
        write_back.collect(system)
        self.billing.set_mode("sonar", fault="unauthorized")
        report = write_delivery.run_one(system, now=self.later())
        self.assertIn("not allowed", report.error)
        state = WriteBackState.objects.get(system=system)
        self.assertEqual(state.attempts, 1)
        self.assertFalse(write_delivery.is_due(now=self.later()))
        self.assertTrue(write_delivery.is_due(now=self.later(3)))
        self.assertEqual(BillingWrite.objects.filter(state="waiting").count(), 2)
        self.billing.set_mode("sonar", fault="")
        self.assertEqual(write_delivery.run_one(system, now=self.later(4)).sent, 2)
        self.assertEqual(WriteBackState.objects.get(system=system).error, "")
        for secret in (self.town.accounts["sonar_token"],):
            self.assertNotIn(secret, report.error)

    def test_what_the_system_does_not_take_waits_for_a_person(self) -> None:
        system = self.switch_on("sonar", service_state="99")
        report = write_delivery.run_one(system)
        self.assertEqual(report.refused, 2)
        row = BillingWrite.objects.first()
        self.assertIn("No CustomField with id 99", row.error)
        write_delivery.run_one(system, now=self.later())
        self.assertEqual(BillingWrite.objects.count(), 2, "not made again")
        with self.assertRaises(NotAllowed):
            write_delivery.retry(row, user=self.nobody)
        with self.assertRaises(NotAllowed):
            write_delivery.drop(row, user=self.nobody)
        write_delivery.retry(row, user=self.user)
        self.assertEqual((row.state, row.version), ("waiting", ""))
        self.assertEqual(write_delivery.run_one(system, now=self.later(2)).refused, 1)
        row.refresh_from_db()
        write_delivery.drop(row, user=self.user)
        self.assertEqual(row.state, "dropped")
        with self.assertRaises(InvalidState):
            write_delivery.drop(row, user=self.user)
        write_delivery.run_one(system, now=self.later(3))
        self.assertFalse(BillingWrite.objects.filter(state="waiting").exists())

    def test_an_attribute_nobody_made_is_noticed(self) -> None:
        """Whatever the answer says, what does not stand there was not written."""
        system = self.switch_on("splynx", service_state="netbox_id")
        with patch.object(self.billing._server.splynx, "additional", _Forgets()):
            report = write_delivery.run_one(system)
        self.assertEqual(report.refused, 2)
        self.assertIn("accepted and not stored", BillingWrite.objects.first().error)

    def test_switching_off_stops_at_once(self) -> None:
        system = self.switch_on("sonar")
        write_back.collect(system)
        write_back.configure(system, user=self.user, enabled=False, fields=system.write_back_fields)
        self.assertEqual(write_delivery.deliver(system).sent, 0)
        self.assertEqual(set(BillingWrite.objects.values_list("state", flat=True)), {"superseded"})
        self.assertFalse(write_delivery.is_due(now=self.later(60)))

    @override_settings(PLUGINS_CONFIG=PLUGINS)
    def test_link_and_place(self) -> None:
        said = write_back.wanted(self.systems["sonar"])[self.accounts["sonar"][0]].values
        self.assertTrue(said["netbox_link"].startswith("https://netbox.example.org/plugins/gam/subscribers/"))
        self.assertEqual(said["place"], "gam-1")

    def test_the_number_of_queries_does_not_grow(self) -> None:
        system = self.switch_on("sonar")
        for position in range(2):
            with self.assertNumQueries(FuzzyAtMost(30)):
                write_back.collect(system, now=self.later(position))
            if not position:
                self.assertEqual(BillingWrite.objects.count(), 2)
                people = [p for p in self.town.people if p.system == "sonar" and not p.trap][2:40]
                gam = self.customers["sonar"][0].gam
                for person in people:
                    customer = factories.subscriber(name=f"c{person.number}", status="pending", gam=gam, endpoint=None)
                    account = str(person.number)
                    factories.billing_link(system, external_id=account, account_id=account, subscriber=customer)
        self.assertEqual(BillingWrite.objects.count(), 2 + len(people))

    def test_the_sweep_keeps_the_newest_of_each_place(self) -> None:
        system, customer = self.switch_on("splynx"), self.customers["splynx"][0]
        write_delivery.run_one(system)
        customer.status = "suspended"
        customer.save()
        write_delivery.run_one(system, now=self.later())
        BillingWrite.objects.update(created=timezone.now() - timedelta(days=100))
        self.assertEqual(write_delivery.sweep(), 1)
        self.assertEqual(BillingWrite.objects.count(), 2)


class _Forgets(dict[Any, Any]):
    """Takes everything and keeps nothing."""

    def setdefault(self, key: Any, default: Any = None) -> Any:
        return {}


class FuzzyAtMost(int):
    """A number that equals whatever is not greater."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and other <= int(self)

    __hash__ = int.__hash__
