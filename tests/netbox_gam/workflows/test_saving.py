"""Saving what a workflow changed: the change log, event rules and the search index learn of it, and what is wrong is refused."""

from __future__ import annotations

from core.models import ObjectChange
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import TestCase
from extras.models import CachedValue
from netbox.context import events_queue

from netbox_gam.context import acting_as
from netbox_gam.models import BandwidthPlan
from netbox_gam.workflows.saving import create, isolated, note, update


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
