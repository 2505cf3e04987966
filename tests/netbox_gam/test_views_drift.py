"""Pages of drift and of the onboarding queue."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from utilities.testing import TestCase

from netbox_gam.models import Arrival, Drift, DriftCheck

from . import factories
from .base import PluginURLs
from .view_cases import GamViewTestCases


class DriftViewTest(GamViewTestCases.RecordViewTestCase):
    model = Drift

    @classmethod
    def setUpTestData(cls):
        gam = factories.gam()
        for _ in range(3):
            factories.drift(gam)


class ArrivalViewTest(GamViewTestCases.RecordViewTestCase):
    model = Arrival

    @classmethod
    def setUpTestData(cls):
        gam = factories.gam()
        for _ in range(3):
            factories.arrival(gam)


class DriftPagesTest(PluginURLs, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.gam = factories.gam()
        cls.port = factories.port(cls.gam, 3)

    def text(self, url: str) -> str:
        response = self.client.get(url)
        self.assertHttpStatus(response, 200)
        return response.content.decode()

    def test_a_difference_shows_both_sides_and_only_the_buttons_one_may_press(self):
        record = factories.drift(self.gam, port=self.port)
        self.add_permissions("netbox_gam.view_drift", "netbox_gam.push_drift")
        page = self.text(record.get_absolute_url())
        for words in ("117", "118", "Push plans"):
            self.assertIn(words, page)
        self.assertIn(reverse("plugins:netbox_gam:drift_push", args=[record.pk]), page)
        self.assertNotIn(reverse("plugins:netbox_gam:drift_adopt", args=[record.pk]), page)
        self.assertNotIn(reverse("plugins:netbox_gam:drift_accept", args=[record.pk]), page)

    def test_a_setting_of_a_port_is_not_pushed(self):
        record = factories.drift(self.gam, object_kind="port", name="3", field="isolation", port=self.port)
        self.add_permissions("netbox_gam.view_drift", "netbox_gam.push_drift", "netbox_gam.adopt_drift")
        page = self.text(record.get_absolute_url())
        self.assertNotIn(reverse("plugins:netbox_gam:drift_push", args=[record.pk]), page)
        self.assertIn(reverse("plugins:netbox_gam:drift_adopt", args=[record.pk]), page)

    def test_accepting_asks_why_and_until_when(self):
        record = factories.drift(self.gam)
        self.add_permissions("netbox_gam.view_drift", "netbox_gam.accept_drift")
        url = reverse("plugins:netbox_gam:drift_accept", args=[record.pk])
        self.assertIn("reason", self.text(url))
        later = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S")
        self.assertHttpStatus(self.client.post(url, {"reason": "", "until": later}), 200)
        self.assertEqual(Drift.objects.get(pk=record.pk).state, "open")
        self.assertHttpStatus(self.client.post(url, {"reason": "Lab", "until": later}), 302)
        record.refresh_from_db()
        self.assertEqual((record.state, record.reason, record.accepted_by), ("accepted", "Lab", self.user))

    def test_the_gam_has_a_tab_with_what_stands_and_says_when_it_was_compared(self):
        self.add_permissions("netbox_gam.view_gamdevice", "netbox_gam.view_drift")
        self.assertIn("Not compared yet", self.text(self.gam.get_absolute_url()))
        DriftCheck.objects.create(gam=self.gam, polled_at=timezone.now())
        factories.drift(self.gam, name="stands")
        factories.drift(self.gam, name="over", state="resolved")
        page = self.text(self.gam.get_absolute_url())
        self.assertIn("VLANs are not part of a poll", page)
        tab = self.text(reverse("plugins:netbox_gam:gamdevice_drift", args=[self.gam.pk]))
        self.assertIn("stands", tab)
        self.assertNotIn(">over<", tab)

    def test_the_port_lists_its_own(self):
        self.add_permissions("netbox_gam.view_gamport", "netbox_gam.view_drift")
        page = self.text(self.port.get_absolute_url())
        self.assertRegex(page, rf"{reverse('plugins:netbox_gam:drift_list')}\?[^\"]*port_id={self.port.pk}")

    def test_empty_lists_say_what_brings_rows(self):
        self.add_permissions("netbox_gam.view_drift", "netbox_gam.view_arrival")
        self.assertIn("No drift, as far as", self.text(reverse("plugins:netbox_gam:drift_list")))
        self.assertIn("Nobody waits", self.text(reverse("plugins:netbox_gam:arrival_list")))


class ArrivalPagesTest(PluginURLs, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.gam = factories.gam()
        cls.port = factories.port(cls.gam, 3)

    def text(self, url: str) -> str:
        response = self.client.get(url)
        self.assertHttpStatus(response, 200)
        return response.content.decode()

    def test_suggestions_have_reasons_and_show_subscribers_one_may_view_only(self):
        arrival = factories.arrival(self.gam, port=self.port)
        system = factories.billing_system()
        ordered, billed = factories.subscriber(gam=self.gam, name="ordered"), factories.subscriber(name="billed")
        factories.billing_link(system, external_id="7.1", subscriber=billed)
        factories.billed_service(system, external_id="7.1", macs=[arrival.endpoint.mac])
        self.add_permissions("netbox_gam.view_arrival")
        page = self.text(arrival.get_absolute_url())
        self.assertNotIn("ordered on this GAM", page)
        self.add_permissions("netbox_gam.view_subscriber")
        page = self.text(arrival.get_absolute_url())
        self.assertIn("Ordered on this GAM", page)
        self.assertIn(ordered.name, page)
        self.assertNotIn("has this MAC address", page, "what a billing system says is for those who may view it")
        self.assertNotIn("It is theirs", page)
        self.add_permissions("netbox_gam.view_billingsystem", "netbox_gam.assign_arrival")
        page = self.text(arrival.get_absolute_url())
        self.assertIn("has this MAC address", page)
        self.assertIn("It is theirs", page)

    def test_nothing_to_suggest_says_so(self):
        self.add_permissions("netbox_gam.view_arrival", "netbox_gam.view_subscriber")
        self.assertIn("Nothing points to anybody", self.text(factories.arrival(self.gam).get_absolute_url()))

    def test_an_endpoint_on_a_wrong_port_offers_to_follow_or_to_put_back(self):
        arrival = factories.arrival(self.gam, port=self.port, kind="moved")
        self.add_permissions("netbox_gam.view_arrival", "netbox_gam.follow_arrival", "netbox_gam.leave_arrival")
        page = self.text(arrival.get_absolute_url())
        self.assertIn("It Moved Here", page)
        self.assertIn("Put It Back", page)
        self.assertNotIn("Leave It", page)
        self.client.post(reverse("plugins:netbox_gam:arrival_put_back", args=[arrival.pk]))
        arrival.refresh_from_db()
        self.assertEqual((arrival.state, arrival.note, arrival.decided_by), ("left", "To be put back on its port.", self.user))
