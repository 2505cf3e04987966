"""Saving what a workflow changed: the change log, event rules and the search index learn of it, and what is wrong is refused."""

from __future__ import annotations

from typing import Any

from core.models import ObjectChange
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from extras.models import CachedValue, Notification, Subscription
from netbox.context import events_queue
from netbox.search.backends import search_backend

from netbox_gam.context import acting_as
from netbox_gam.models import BandwidthPlan
from netbox_gam.workflows.change_log import isolated, together
from netbox_gam.workflows.saving import create, create_linked, note, update


class SavingTests(TestCase):
    def setUp(self) -> None:
        self.user = get_user_model().objects.create(username="clerk", is_superuser=True)
        rates = {"downstream_kbps": 100_000, "upstream_kbps": 50_000}
        self.plan = create(BandwidthPlan, name="Home", **rates)
        create(BandwidthPlan, name="Other", **rates)

    def indexed(self) -> list[str]:
        return list(
            CachedValue.objects.filter(object_type__model="bandwidthplan", object_id=self.plan.pk, field="name").values_list(
                "value", flat=True
            )
        )

    def test_change_log_events_and_index_learn_of_it(self) -> None:
        with acting_as(self.user):
            self.assertTrue(update(self.plan, message="Renamed", name="Home 100"))
            self.assertIn(f"netbox_gam.bandwidthplan:{self.plan.pk}", events_queue.get())
        entry = ObjectChange.objects.get(changed_object_id=self.plan.pk, message="Renamed")
        self.assertEqual((entry.prechange_data["name"], entry.postchange_data["name"]), ("Home", "Home 100"))
        self.assertEqual(self.indexed(), ["Home 100"])
        before = self.plan.last_updated
        self.plan.refresh_from_db()
        self.assertEqual((self.plan.name, self.plan.last_updated), ("Home 100", before))
        self.assertFalse(update(self.plan, name="Home 100"))

    def test_what_changed_is_validated_and_a_note_is_not(self) -> None:
        for values in ({"name": "Other"}, {"name": ""}, {"downstream_kbps": -1}):
            with self.subTest(values), self.assertRaises(ValidationError):
                update(BandwidthPlan.objects.get(pk=self.plan.pk), **values)
        note(self.plan, comments="noted")
        self.plan.refresh_from_db()
        self.assertEqual((self.plan.name, self.plan.comments), ("Home", "noted"))

    def test_what_is_stored_differently_is_written_over(self) -> None:
        BandwidthPlan.objects.filter(pk=self.plan.pk).update(description="of somebody else")
        update(self.plan, name="Home 100")
        self.plan.refresh_from_db()
        self.assertEqual(self.plan.description, "")

    def test_a_part_is_taken_back_alone(self) -> None:
        update(self.plan, name="kept")
        with self.assertRaises(KeyError), isolated():
            update(self.plan, name="dropped")
            raise KeyError
        self.plan.refresh_from_db()
        self.assertEqual(self.plan.name, "kept")

    def test_a_part_that_is_taken_back_is_told_to_nobody(self) -> None:
        with acting_as(self.user), together():
            update(self.plan, message="Kept", description="kept")
            with self.assertRaises(KeyError), isolated():
                update(self.plan, message="Dropped", description="dropped")
                create_linked(BandwidthPlan(name="Never", downstream_kbps=1000, upstream_kbps=1000))
                raise KeyError
            self.assertEqual([key.split(":")[1] for key in events_queue.get()], [str(self.plan.pk)])
        self.assertEqual(
            list(ObjectChange.objects.filter(message__in=("Kept", "Dropped")).values_list("message", flat=True)), ["Kept"]
        )
        self.assertFalse(CachedValue.objects.filter(value="Never").exists())


class TogetherTests(TestCase):
    """What is told of many objects at once is what NetBox tells of each that is saved."""

    def setUp(self) -> None:
        self.user = get_user_model().objects.create(username="clerk", is_superuser=True)
        rates = {"downstream_kbps": 100_000, "upstream_kbps": 50_000}
        self.followed, self.other, *self.ours = [create(BandwidthPlan, name=f"Plan {at}", **rates) for at in range(4)]
        reader = get_user_model().objects.create(username="reader")
        for plan in (self.followed, self.ours[0]):
            Subscription.objects.create(user=reader, object=plan)

    def told(self, plan: BandwidthPlan) -> dict[str, Any]:
        """All that NetBox knows of a plan's change, but for what differs between any two plans."""
        entry = ObjectChange.objects.get(changed_object_id=plan.pk)
        event = events_queue.get()[f"netbox_gam.bandwidthplan:{plan.pk}"]
        about = ("action", "user", "user_name", "message", "changed_object_type", "related_object_id")
        return {
            "log": {name: getattr(entry, name) for name in about},
            "named": entry.object_repr == str(plan),
            "before": _shared(entry.prechange_data),
            "after": _shared(entry.postchange_data),
            "event": (event["event_type"], event["user"], event["object_type"]),
            "snapshots": {name: _shared(value) for name, value in event["snapshots"].items()},
            "notified": list(Notification.objects.filter(object_id=plan.pk).values_list("user__username", "event_type")),
            "index": sorted(
                CachedValue.objects.filter(object_type__model="bandwidthplan", object_id=plan.pk)
                .exclude(field="name")
                .values_list("field", "value", "weight", "type")
            ),
        }

    def test_an_update(self) -> None:
        with acting_as(self.user):
            for plan in (self.followed, self.other):
                plan.snapshot()
                plan._changelog_message = "Described"
                plan.description = "the same"
                plan.save()
                # What NetBox does once the transaction has ended, which a test's never does.
                search_backend.cache([plan])
            with together():
                for plan in self.ours:
                    update(plan, message="Described", description="the same")
            for theirs, ours in zip((self.followed, self.other), self.ours, strict=True):
                self.assertEqual(self.told(ours), self.told(theirs))
            self.assertTrue(self.told(self.followed)["notified"] and self.told(self.followed)["index"])
            self.assertEqual(self.told(self.other)["notified"], [])

    def test_a_creation(self) -> None:
        values = {"description": "the same", "downstream_kbps": 1000, "upstream_kbps": 1000}
        with acting_as(self.user):
            theirs = create(BandwidthPlan, message="Made", name="Theirs", **values)
            search_backend.cache([theirs])
            ours = BandwidthPlan(name="Ours", **values)
            ours._changelog_message = "Made"
            with together():
                create_linked(ours)
            self.assertEqual(self.told(ours), self.told(theirs))

    def test_as_many_statements_for_many_as_for_one(self) -> None:
        Subscription.objects.all().delete()
        plans = list(BandwidthPlan.objects.prefetch_related("tags"))
        with acting_as(self.user):
            for some in (plans[:1], plans[1:]):
                with CaptureQueriesContext(connection) as seen, together():
                    for plan in some:
                        update(plan, message="Described", description=f"{len(some)} at once")
                about_each = [query for query in seen if "netbox_gam_bandwidthplan" in query["sql"]]
                self.assertEqual(len(about_each), len(some))
                told = [
                    query["sql"][:40] for query in seen if "core_objectchange" in query["sql"] or "subscription" in query["sql"]
                ]
                self.assertEqual(len(told), 2, told)

    def test_nothing_is_written_of_a_block_that_fails(self) -> None:
        with acting_as(self.user):
            with self.assertRaises(KeyError), together():
                update(self.other, message="Never", description="never")
                raise KeyError
            self.assertEqual(events_queue.get(), {}, "event rules hear nothing of it")
        self.other.refresh_from_db()
        self.assertEqual(self.other.description, "")
        self.assertFalse(ObjectChange.objects.filter(message="Never").exists())

    def test_what_has_to_be_stored_at_once_is_no_part_of_something_larger(self) -> None:
        with self.assertRaises(RuntimeError), together(), together(durable=True):
            self.fail("was entered")


def _shared(data: dict[str, Any] | None) -> dict[str, Any] | None:
    """What is the same in all plans that were changed alike."""
    return {name: value for name, value in data.items() if name not in ("name", "created", "last_updated")} if data else data
