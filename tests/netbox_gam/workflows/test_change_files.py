"""A CSV file over real shelves: everything that is wrong is named at once, nothing is written before, then one batch."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.test import SimpleTestCase

from netbox_gam.context import acting_as
from netbox_gam.exceptions import InvalidState, NotAllowed, WorkflowError
from netbox_gam.models import BandwidthPlan, ChangeBatch, ChangePlan, Endpoint, Subscriber
from netbox_gam.workflows import approval, change_batches, change_files
from tests.netbox_gam import factories

from .town import COPPER_SHELF, JSONRPC_SHELF, SSH_SHELF, TownTestCase

HEADER = "verb,name,gam,endpoint,port,plan,vlan"


class ParseTests(SimpleTestCase):
    def test_lines_are_counted_as_an_editor_does(self) -> None:
        rows = change_files.parse("\ufeffName;Verb\r\n\r\napt 1;suspend\r\n;\r\napt 2; resume \r\n")
        self.assertEqual(
            [(row["row"], row["name"], row["verb"]) for row in rows], [("3", "apt 1", "suspend"), ("5", "apt 2", "resume")]
        )

    def test_columns_are_named(self) -> None:
        with self.assertRaisesMessage(WorkflowError, "column “speed” is unknown, column “name” is missing"):
            change_files.parse("verb,speed\nplan,5\n")
        with self.assertRaisesMessage(WorkflowError, "0 rows"):
            change_files.parse("verb,name\n")


class ChangeFileTests(TownTestCase):
    def rows(self) -> dict[str, str]:
        """What is wrong with a row, and the row."""
        there = str(self.gam(SSH_SHELF))
        free = Endpoint.objects.filter(gam=self.gam(SSH_SHELF), subscriber=None, status="configured").first()
        one, two, three, four, five = (f"{item.name},{item.gam}" for item in self.chosen[:5])
        return {
            "verb “dance”": f"dance,{one},,,,",
            "there is no such GAM": f"suspend,{self.chosen[0].name},gam-9,,,,",
            "no such subscriber": f"suspend,nobody,{there},,,,",
            "no endpoint of that MAC": f"activate,new-1,{there},00:0e:d8:ff:ff:ff,,,",
            "no such bandwidth plan": f"change_plan,{two},,,warp-9,",
            "is needed to change the plan": f"change_plan,{three},,,,",
            "is not a VLAN ID": f"activate,new-2,{there},,,,4095",
            "goes with activate only": f"suspend,{four},,,,120",
            "is in row": f"suspend,{four},,,,",
            "there is nothing to resume": f"resume,{five},,,,",
            "reserved": f"activate,new-3,{there},{free.mac},,,3841",
        }

    def setUp(self) -> None:
        super().setUp()
        shelves = (self.gam(SSH_SHELF), self.gam(JSONRPC_SHELF))
        self.chosen = list(Subscriber.objects.filter(gam__in=shelves, status="active", vlan__isnull=False).order_by("gam", "name"))

    def file(self, *rows: str) -> ChangeBatch:
        return change_files.receive("\n".join([HEADER, *rows]), user=self.user)

    def test_every_bad_row_is_named_and_nothing_is_written_then_the_rest_is_one_batch_with_one_approval(self) -> None:
        good = [f"suspend,{item.name},,,,," for item in Subscriber.objects.filter(gam=self.gam(COPPER_SHELF), status="active")[:2]]
        bad, last = self.rows(), self.chosen[-1]
        before = self.changes(), Subscriber.objects.count()
        batch = self.file(*good, *bad.values(), f"suspend,{last.name},{last.gam},,,,")
        change_files.plan_rows(batch, user=self.user)
        words = "\n".join(f"{item['subject']}: {item['problem']}" for item in batch.problems)
        for wrong in bad:
            self.assertIn(wrong, words)
        named = {line for item in batch.problems for line in item["rows"]}
        self.assertEqual(named, set(range(4, 4 + len(bad))))
        self.assertEqual((ChangePlan.objects.count(), Subscriber.objects.count(), self.all_writes()), (0, before[1], []))
        self.assertEqual(self.changes() - before[0], 2, "the batch, made and told what is wrong")

        change_files.plan_rows(batch, user=self.user, leave_out=True)
        self.assertEqual((batch.change_plans.count(), batch.rows), (2, []))
        self.assertIn("left out", batch.problems[0]["problem"])
        factories.approval_rule(min_gams=2)
        refused = change_batches.apply_batch(batch, user=self.user)
        self.assertEqual((len(refused.problems), self.all_writes()), (2, []))
        other = get_user_model().objects.create(username="second", is_superuser=True)
        change_batches.approve_batch(batch, user=other)
        self.assertTrue(all(approval.is_approved(plan) for plan in batch.change_plans.all()))
        self.assertEqual(change_batches.apply_batch(batch, user=self.user).as_dict(), {"applied": 2, "problems": []})
        self.assertEqual(self.running_subscriber(JSONRPC_SHELF, last.name).vlan, 4094)

    def test_a_new_customer_by_serial_and_what_may_not_be_seen(self) -> None:
        plan = BandwidthPlan.objects.filter(subscribers__gam=self.gam(SSH_SHELF)).first()
        free = Endpoint.objects.filter(gam=self.gam(SSH_SHELF), subscriber=None, status="configured").exclude(serial="").first()
        row = f"activate,apt-new,{self.gam(SSH_SHELF)},{free.serial},,{plan.name},"
        clerk = get_user_model().objects.create(username="clerk")
        with self.assertRaises(NotAllowed):
            change_files.receive(f"{HEADER}\n{row}", user=clerk)
        batch = self.file(row)
        with acting_as(self.user):
            change_files.plan_rows(batch, user=self.user)
        self.assertEqual(batch.problems, [])
        change_batches.apply_batch(batch, user=self.user)
        self.assertEqual(self.running_subscriber(SSH_SHELF, "apt-new").name, "apt-new")
        with self.assertRaises(InvalidState):
            change_files.plan_rows(batch, user=self.user)

    def test_a_shelf_that_does_not_answer_is_wrong_for_all_its_rows(self) -> None:
        self.break_shelf(SSH_SHELF, dropped=["ssh"])
        other = self.active_subscriber(COPPER_SHELF)
        silent = [f"suspend,{item.name},{item.gam},,,," for item in self.chosen[:2]]
        batch = self.file(*silent, f"suspend,{other.name},{other.gam},,,,")
        change_files.plan_rows(batch, user=self.user)
        self.assertEqual(([item["rows"] for item in batch.problems], batch.change_plans.count()), ([[2, 3]], 0))
        other.refresh_from_db()
        self.assertEqual(other.status, "active")
