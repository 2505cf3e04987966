"""What webhooks and event rules get: every model can be serialized without a request, and a rule can poll a GAM."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from core.models import ObjectType
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse
from extras.events import serialize_for_event
from extras.models import EventRule
from utilities.testing import APITestCase, create_test_user

from netbox_gam import jobs, models
from netbox_gam.event_rules import PollGam, ProvisionSubscriber, gam_of, subscriber_of
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


class ProvisionSubscriberTest(APITestCase):
    """The action of event rules that carries out a verb of a service."""

    def rule(self, **data: Any) -> EventRule:
        rule = EventRule(name="Cut off", event_types=["object_updated"], action_type=ProvisionSubscriber.slug, action_data=data)
        rule.full_clean()
        rule.save()
        rule.object_types.add(ObjectType.objects.get_for_model(models.Subscriber))
        return rule

    def test_its_data_is_checked_when_the_rule_is_made(self) -> None:
        for data, words in (
            ({}, "no verb"),
            ({"verb": "dance"}, "no verb"),
            ({"verb": "rename"}, "needs"),
            ({"verb": "suspend", "name": "x"}, "does not take"),
            ({"verb": "move_port", "port": "1/2"}, "by its ID"),
        ):
            with self.subTest(data), self.assertRaisesMessage(ValidationError, words):
                self.rule(**data)

    def test_the_verb_is_carried_out_as_the_user_of_the_event_who_must_be_allowed_to(self) -> None:
        plan = factories.plan()
        self.rule(verb="change_plan", bandwidth_plan=plan.pk)
        subscriber = factories.subscriber()
        url = reverse("plugins-api:netbox_gam-api:subscriber-detail", kwargs={"pk": subscriber.pk})
        builders.permit(self.user, models.Subscriber, "change")
        with patch.object(jobs.ServiceJob, "start") as start:
            self.client.patch(url, {"description": "late"}, format="json", **self.header)
            start.assert_not_called()
            builders.permit(self.user, models.Subscriber, "provision", constraints={"pk": subscriber.pk})
            self.client.patch(url, {"description": "very late"}, format="json", **self.header)
        start.assert_called_once_with(self.user, subscriber=subscriber, verb="change_plan", apply=False, bandwidth_plan=plan)

    def test_what_names_a_subscriber(self) -> None:
        subscriber = factories.subscriber(factories.endpoint(factories.port()))
        link = factories.billing_link(subscriber=subscriber)
        for instance in (subscriber, subscriber.endpoint, link):
            self.assertEqual(subscriber_of(instance), subscriber)
        for instance in (factories.endpoint(), factories.plan()):
            self.assertIsNone(subscriber_of(instance))


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
