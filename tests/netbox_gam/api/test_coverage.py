"""No field of a model is forgotten, and no secret is remembered."""

from __future__ import annotations

from django.apps import apps
from django.test import SimpleTestCase
from netbox.api.viewsets import NetBoxModelViewSet
from utilities.api import get_graphql_type_for_model, get_serializer_for_model

from netbox_gam.api.urls import router
from netbox_gam.graphql import types
from netbox_gam.models.base import GamModel, SecretsMixin

MODELS = [model for model in apps.get_app_config("netbox_gam").get_models() if issubclass(model, GamModel)]
# Under another name, because "url" of the API is the object's own address.
RENAMED = {("BillingSystem", "url"): "server_url"}
# Kept for the workflow that wrote them; what they mean is shown otherwise.
INTERNAL = {
    "FindingRule": ("confirmed", "held_findings"),
    "ConfigBackup": ("digest",),
    "Subscriber": ("before_suspension",),
}
SHOWN_OTHERWISE = {"custom_field_data", "owner"}


def columns(model: type[GamModel]) -> set[str]:
    """Fields of a model that a surface is to show."""
    return (
        {field.name for field in model._meta.fields if field.name not in INTERNAL.get(model.__name__, ())}
        - SHOWN_OTHERWISE
        - set(getattr(model, "secret_fields", ()))
    )


class CoverageTest(SimpleTestCase):
    """Serializers, viewsets and GraphQL types against the models."""

    def test_there_are_models(self) -> None:
        self.assertGreaterEqual(len(MODELS), 17)

    def test_serializers_have_every_field(self) -> None:
        for model in MODELS:
            with self.subTest(model.__name__):
                fields = set(get_serializer_for_model(model).Meta.fields)
                wanted = {RENAMED.get((model.__name__, name), name) for name in columns(model)}
                self.assertEqual(wanted - fields, set())
                self.assertLessEqual({"owner", "tags", "custom_fields"}, fields)

    def test_graphql_types_have_every_field(self) -> None:
        for model in MODELS:
            with self.subTest(model.__name__):
                fields = {field.python_name for field in get_graphql_type_for_model(model).__strawberry_definition__.fields}
                self.assertEqual(columns(model) - fields, set())
                self.assertEqual(set(getattr(model, "secret_fields", ())) & fields, set())

    def test_every_model_has_a_viewset(self) -> None:
        viewsets = {viewset.queryset.model: viewset for _, viewset, _ in router.registry}
        self.assertEqual(set(viewsets), set(MODELS))
        for model, viewset in viewsets.items():
            with self.subTest(model.__name__):
                self.assertTrue(issubclass(viewset, NetBoxModelViewSet))
                self.assertEqual(viewset.filterset_class.Meta.model, model)
                self.assertEqual(viewset.background_enabled, not issubclass(model, SecretsMixin))

    def test_graphql_exports_a_type_per_model(self) -> None:
        self.assertEqual(set(types.__all__), {f"{model.__name__}Type" for model in MODELS})
