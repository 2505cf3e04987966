"""Drift and the onboarding queue over REST and GraphQL."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from utilities.testing import disable_warnings

from netbox_gam.models import Arrival, Drift, Subscriber
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.api.cases import RecordTestCases


class DriftTest(RecordTestCases.RecordAPITestCase):
    model = Drift
    brief_fields = ["description", "display", "field", "id", "kind", "name", "object_kind", "state", "url"]
    written_by_plugin = {"state": "resolved", "reason": "Mine", "intent_value": "1"}

    @classmethod
    def setUpTestData(cls) -> None:
        gam = builders.gam(1)
        cls.rows = [factories.drift(gam) for _ in range(3)]

    def test_accepting_takes_a_reason_and_a_date_to_come(self) -> None:
        url = reverse("plugins-api:netbox_gam-api:drift-accept", args=[self.rows[0].pk])
        body = {"reason": "Lab", "until": (timezone.now() + timedelta(days=1)).isoformat()}
        with disable_warnings("django.request"):
            self.assertHttpStatus(self.client.post(url, body, format="json", **self.header), 403)
            builders.permit(self.user, Drift, "view", "accept")
            self.assertHttpStatus(self.client.post(url, {"reason": "Lab"}, format="json", **self.header), 400)
            late = {**body, "until": "2020-01-01T00:00:00Z"}
            self.assertHttpStatus(self.client.post(url, late, format="json", **self.header), 409)
        answer = self.client.post(url, body, format="json", **self.header)
        self.assertEqual((answer.data["state"]["value"], answer.data["reason"]), ("accepted", "Lab"))


class ArrivalTest(RecordTestCases.RecordAPITestCase):
    model = Arrival
    brief_fields = ["description", "display", "id", "kind", "since", "state", "url"]
    written_by_plugin = {"state": "settled", "note": "Mine"}

    @classmethod
    def setUpTestData(cls) -> None:
        cls.gam = builders.gam(1)
        cls.rows = [factories.arrival(cls.gam) for _ in range(3)]

    def test_suggestions_with_their_reasons(self) -> None:
        ordered = factories.subscriber(gam=self.gam)
        builders.permit(self.user, Arrival, "view")
        builders.permit(self.user, Subscriber, "view")
        url = reverse("plugins-api:netbox_gam-api:arrival-suggestions", args=[self.rows[0].pk])
        answer = self.client.get(url, **self.header)
        self.assertEqual(answer.json(), [{"subscriber": ordered.pk, "reason": "ordered on this GAM, without an endpoint yet"}])
