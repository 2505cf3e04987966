"""A canary in every secret field, and every way out over REST and GraphQL searched for it."""

from __future__ import annotations

import json
from typing import Any

from core.models import ObjectChange, ObjectType
from django.urls import reverse
from extras.models import ExportTemplate
from utilities.testing import APITestCase, disable_warnings

from netbox_gam import models
from netbox_gam.credentials import open_secret
from tests.netbox_gam.api import builders

CANARY = "canary-7f3a"


class SecretsTest(APITestCase):
    """What an administrator, who may do everything, still cannot read."""

    def setUp(self) -> None:
        super().setUp()
        self.user.is_superuser = True
        self.user.save()
        bodies: dict[Any, dict[str, Any]] = {
            models.CredentialProfile: {"username": "admin"},
            models.SnmpProfile: {
                "version": "3",
                "username": "poller",
                "auth_protocol": "SHA",
                "priv_protocol": "AES",
            },
            models.BillingSystem: {"type": "sonar", "server_url": "https://isp.example.net"},
        }
        self.made = {}
        for model, body in bodies.items():
            secrets = {name: f"{CANARY}-{name}" for name in model.secret_fields}
            response = self.client.post(self.list_url(model), body | secrets | {"name": "One"}, format="json", **self.header)
            self.assertHttpStatus(response, 201)
            self.assert_silent(response.content)
            self.made[model] = model.objects.get(pk=response.data["id"])

    def list_url(self, model: Any) -> str:
        return reverse(f"plugins-api:netbox_gam-api:{model._meta.model_name}-list")

    def detail_url(self, model: Any) -> str:
        return reverse(f"plugins-api:netbox_gam-api:{model._meta.model_name}-detail", kwargs={"pk": self.made[model].pk})

    def assert_silent(self, content: Any) -> None:
        """Neither the secret nor its ciphertext."""
        text = content.decode() if isinstance(content, bytes) else str(content)
        self.assertNotIn(CANARY, text)
        self.assertNotIn("enc:", text)
        for instance in getattr(self, "made", {}).values():
            for name in instance.secret_fields:
                self.assertNotIn(getattr(instance, name), text)

    def test_they_are_stored_sealed(self) -> None:
        for model, instance in self.made.items():
            for name in model.secret_fields:
                self.assertEqual(open_secret(getattr(instance, name)), f"{CANARY}-{name}")

    def test_reading(self) -> None:
        for model in self.made:
            for url in (
                self.list_url(model),
                f"{self.list_url(model)}?brief=1",
                f"{self.list_url(model)}?q={CANARY}",
                f"{self.list_url(model)}?fields={','.join(('id', *model.secret_fields))}",
                self.detail_url(model),
                f"{self.detail_url(model)}?fields={','.join(('id', *model.secret_fields))}",
            ):
                with self.subTest(url):
                    response = self.client.get(url, **self.header)
                    self.assertHttpStatus(response, 200)
                    self.assert_silent(response.content)

    def test_they_cannot_be_filtered_by(self) -> None:
        for model in self.made:
            for name in model.secret_fields:
                for lookup in ("", "__isw", "__ic", "__regex", "__n", "__empty"):
                    with self.subTest(f"{model.__name__} {name}{lookup}"):
                        answers = {
                            self.client.get(f"{self.list_url(model)}?{name}{lookup}={value}", **self.header).data.get("count")
                            for value in ("enc:", "nothing-like-it", "true", "false")
                        }
                        self.assertEqual(len(answers), 1)

    def test_options(self) -> None:
        for model in self.made:
            for url in (self.list_url(model), self.detail_url(model)):
                with self.subTest(url):
                    response = self.client.options(url, **self.header)
                    self.assertHttpStatus(response, 200)
                    self.assert_silent(response.content)

    def test_writing(self) -> None:
        for model, instance in self.made.items():
            secrets = {name: f"{CANARY}-second-{name}" for name in model.secret_fields}
            for method, url, data in (
                ("patch", self.detail_url(model), secrets),
                ("patch", self.list_url(model), [{"id": instance.pk, **secrets}]),
                # Refused, and the refusal does not repeat them either.
                ("patch", self.detail_url(model), {name: [value] for name, value in secrets.items()}),
                ("patch", self.detail_url(model), secrets | {"name": ""}),
                ("post", self.list_url(model), secrets | {"name": "One"}),
            ):
                with self.subTest(f"{method} {url}"), disable_warnings("django.request"):
                    response = getattr(self.client, method)(url, data, format="json", **self.header)
                    instance.refresh_from_db()
                    self.assertIn(response.status_code, (200, 400))
                    self.assert_silent(response.content)

    def test_change_log(self) -> None:
        for model, instance in self.made.items():
            secrets = {name: f"{CANARY}-second-{name}" for name in model.secret_fields}
            self.client.patch(self.detail_url(model), secrets, format="json", **self.header)
            instance.refresh_from_db()
            self.client.patch(self.detail_url(model), {"description": "x"}, format="json", **self.header)
        response = self.client.get(reverse("core-api:objectchange-list"), **self.header)
        self.assertEqual(response.data["count"], 9)
        self.assert_silent(response.content)
        self.assert_silent(json.dumps(list(ObjectChange.objects.values_list("prechange_data", "postchange_data"))))

    def test_background_is_refused(self) -> None:
        for model, instance in self.made.items():
            for method, data in (("patch", [{"id": instance.pk, "description": "x"}]), ("post", [{"name": "Two"}])):
                with self.subTest(f"{method} {model.__name__}"), disable_warnings("django.request"):
                    url = f"{self.list_url(model)}?background=true"
                    response = getattr(self.client, method)(url, data, format="json", **self.header)
                    self.assertHttpStatus(response, 400)
                    self.assertIn("Background processing is not supported", str(response.data))

    def test_export(self) -> None:
        for model in self.made:
            template = ExportTemplate.objects.create(
                name=model.__name__,
                template_code="{% for o in queryset %}{{ o }} {{ o.serialize_object() }} {{ o.__dict__ }}{% endfor %}",
            )
            template.object_types.add(ObjectType.objects.get_for_model(model))
            with self.subTest(model.__name__):
                response = self.client.get(f"{self.list_url(model)}?export={model.__name__}", **self.header)
                self.assertNotIn(CANARY, response.content.decode())

    def test_graphql(self) -> None:
        introspection = "{__schema{types{name fields{name} inputFields{name}}}}"
        response = self.client.post(reverse("graphql"), {"query": introspection}, format="json", **self.header)
        described = {
            kind["name"]: {entry["name"] for entry in (kind["fields"] or []) + (kind["inputFields"] or [])}
            for kind in response.json()["data"]["__schema"]["types"]
        }
        for model in self.made:
            name = model.__name__
            for kind in (f"{name}Type", f"{name}Filter"):
                with self.subTest(kind):
                    self.assertIn("name", described[kind])
                    self.assertEqual(described[kind] & set(model.secret_fields), set())
        for model, query in (
            (models.CredentialProfile, "credential_profile_list"),
            (models.SnmpProfile, "snmp_profile_list"),
            (models.BillingSystem, "billing_system_list"),
        ):
            scalars = " ".join(
                sorted(described[f"{model.__name__}Type"] & {field.name for field in model._meta.fields} - {"owner"})
            )
            query = f"{{{query}{{{scalars} display changelog{{prechange_data postchange_data}}}}}}"
            with self.subTest(query):
                response = self.client.post(reverse("graphql"), {"query": query}, format="json", **self.header)
                self.assertNotIn("errors", response.json())
                self.assert_silent(response.content)

    def test_jobs_carry_none(self) -> None:
        response = self.client.post(
            reverse("plugins-api:netbox_gam-api:gamdevice-discover"),
            {"ranges": ["192.0.2.1"], "credential_profile": self.made[models.CredentialProfile].pk},
            format="json",
            **self.header,
        )
        self.assertHttpStatus(response, 202)
        self.assert_silent(response.content)

    def test_objects_that_use_them(self) -> None:
        gam = builders.gam(1, credential_profile=self.made[models.CredentialProfile], snmp_profile=self.made[models.SnmpProfile])
        builders.finding(1, self.made[models.BillingSystem])
        for model in (models.GamDevice, models.Finding):
            response = self.client.get(self.list_url(model), **self.header)
            self.assertEqual(response.data["count"], 1)
            self.assert_silent(response.content)
        self.assertEqual(str(gam), "gam-1")
