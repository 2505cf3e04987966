"""What webhooks and event rules get: every model can be serialized without a request, and a rule can poll a GAM."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from core.models import ObjectType
from django.test import TestCase
from django.urls import reverse
from extras.events import serialize_for_event
from extras.models import EventRule
from utilities.testing import APITestCase, create_test_user

from netbox_gam import jobs, models
from netbox_gam.event_rules import PollGam, gam_of
from tests.netbox_gam import factories
from tests.netbox_gam.api import builders
from tests.netbox_gam.api.test_coverage import MODELS


class SerializeTest(TestCase):
    """Payloads of events."""

    @classmethod
    def setUpTestData(cls) -> None:
        builders.everything(1)

    def test_every_model_has_a_payload_without_secrets(self) -> None:
        for model in MODELS:
            with self.subTest(model.__name__):
                instance = model.objects.first()
                data = serialize_for_event(instance)
                self.assertEqual((data["id"], data["display"]), (instance.pk, str(instance)))
                self.assertEqual(set(data) & set(getattr(model, "secret_fields", ())), set())
                self.assertNotIn("env:GAM_", str(data))


class PollGamTest(APITestCase):
    """The action of event rules."""

    @classmethod
    def setUpTestData(cls) -> None:
        builders.everything(1)

    def test_gam_of(self) -> None:
        gam = models.GamDevice.objects.get()
        for instance in (
            gam,
            gam.device,
            *(
                model.objects.get()
                for model in (models.GamPort, models.Endpoint, models.Subscriber, models.ChangePlan, models.Alarm)
            ),
        ):
            with self.subTest(repr(instance)):
                self.assertEqual(gam_of(instance), gam)
        for instance in (factories.device(), factories.plan(), factories.subscriber(), create_test_user("somebody")):
            with self.subTest(repr(instance)):
                self.assertIsNone(gam_of(instance))

    def test_a_change_of_a_subscriber_polls_its_gam(self) -> None:
        rule = EventRule.objects.create(name="Poll", event_types=["object_updated"], action_type=PollGam.slug)
        rule.object_types.add(ObjectType.objects.get_for_model(models.Subscriber))
        builders.permit(self.user, models.Subscriber, "change")
        subscriber: Any = models.Subscriber.objects.get()
        url = reverse("plugins-api:netbox_gam-api:subscriber-detail", kwargs={"pk": subscriber.pk})
        with patch.object(jobs.PollJob, "start") as start:
            response = self.client.patch(url, {"description": "moved"}, format="json", **self.header)
        self.assertHttpStatus(response, 200)
        start.assert_called_once_with(self.user, gams=[subscriber.gam])
