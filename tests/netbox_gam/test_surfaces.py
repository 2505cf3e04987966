"""Every model has every surface. Adding a model without one fails here, unless the reason is written down below."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.test import SimpleTestCase
from django.urls import NoReverseMatch, reverse
from netbox.registry import registry
from utilities.api import get_graphql_type_for_model, get_serializer_for_model

from netbox_gam import filtersets, forms, tables
from netbox_gam.models.base import ObservedModel, RecordModel, SecretsMixin
from netbox_gam.navigation import menu

ROOT = Path(__file__).resolve().parents[2]
TESTS = Path(__file__).parent

# Models without pages, API and search of their own, and why.
WITHOUT_SURFACES = {
    "AlarmEvent": "the history of an alarm: a panel of it",
    "RuleState": "where rules are with objects, between two readings",
    "BilledService": "the last snapshot of a billing system: a tab of it; written in bulk, replaced as a whole",
    "EventRuleItem": "an event on its way to event rules",
    "MailItem": "the outbox of a mail group: a panel of it",
    "BillingCheck": "what the last connection check of a billing system found: a tab of it",
    "WriteBackState": "how far writing back to a billing system is: a tab of it",
    "BillingEvent": "what a billing system sent: a tab of it; written by webhooks, replayed there",
    "DirtyBucket": "a span of time whose roll-up is to be computed",
    "EthernetState": "the last reading of an uplink: the face plate",
    "Series": "what measurements are of: drawn in charts of it",
    "DriftCheck": "when a GAM was last compared: a panel of it",
    "DeviceState": "the last reading of a GAM: a panel and columns of it",
    "EndpointState": "the last reading of an endpoint: a panel and columns of it",
    "PollCycle": "a minute of polling: the status page",
    "PollSchedule": "when a GAM is read next: a panel of it",
    "PollWorker": "a worker process: the status page",
    "HeldService": "what a held feed would come to: a tab of its run",
    "RevenueDay": "numbers of a day: the trend of the revenue page",
    "ShelfProfileState": "a profile slot as its shelf had it: the plan slots pages",
    "ShelfServiceState": "a service as its shelf had it: the third side of findings",
    "PortState": "the last reading of a port: a panel, columns and the face plate",
}
# Models without a name that could be changed in bulk, and why.
WITHOUT_RENAME = {
    "BillingLink": "keyed by the billing system's ids",
    "FirmwareImage": "named by family and version",
    "GamDevice": "named by its device",
    "GamPort": "named by its interface",
}
RECORD_PAGES = {"list", "", "edit", "delete", "bulk_edit", "bulk_delete", "changelog", "journal"}
PAGES = RECORD_PAGES | {"add", "bulk_import"}

MODELS = {model.__name__: model for model in apps.get_app_config("netbox_gam").get_models() if not model._meta.auto_created}
PUBLIC = {name: model for name, model in MODELS.items() if name not in WITHOUT_SURFACES}


def tested(folder: Path) -> Iterator[tuple[str, str]]:
    """``(attribute, class name)`` for what test cases say they test, such as ``("model", "Alarm")``."""
    for path in folder.glob("test_*.py"):
        for case in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(case, ast.ClassDef):
                for statement in case.body:
                    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                        words = ast.unparse(statement.value).split(".")
                        yield statement.targets[0].id, words[0] if words[0] != "tables" else words[1]


class SurfacesTest(SimpleTestCase):
    def each(self) -> Iterator[tuple[str, type]]:
        for name, model in PUBLIC.items():
            with self.subTest(model=name):
                yield name, model

    def test_exemptions_are_of_models_that_exist_and_are_observed(self):
        self.assertEqual(set(WITHOUT_SURFACES) - set(MODELS), set())
        self.assertEqual({name for name, model in MODELS.items() if issubclass(model, ObservedModel)}, set(WITHOUT_SURFACES))
        self.assertGreaterEqual(len(PUBLIC), 17)

    def test_pages(self):
        for name, model in self.each():
            wanted = RECORD_PAGES if issubclass(model, RecordModel) else PAGES
            if not issubclass(model, RecordModel) and name not in WITHOUT_RENAME:
                wanted = wanted | {"bulk_rename"}
            for page in wanted:
                view = f"plugins:netbox_gam:{model._meta.model_name}{'_' if page else ''}{page}"
                detail = page in {"", "edit", "delete", "changelog", "journal"}
                try:
                    reverse(view, kwargs={"pk": 1} if detail else {})
                except NoReverseMatch:
                    self.fail(f"{name} has no page {page or 'of its own'!r}")

    def test_filter_set_forms_and_table(self):
        for name, model in self.each():
            self.assertIs(getattr(filtersets, f"{name}FilterSet").Meta.model, model)
            self.assertIs(registry["filtersets"][f"netbox_gam.{model._meta.model_name}"], getattr(filtersets, f"{name}FilterSet"))
            self.assertIs(getattr(tables, f"{name}Table").Meta.model, model)
            self.assertIs(getattr(forms, f"{name}Form").Meta.model, model)
            self.assertIs(getattr(forms, f"{name}FilterForm").model, model)
            self.assertIs(getattr(forms, f"{name}BulkEditForm").model, model)
            self.assertEqual(hasattr(forms, f"{name}ImportForm"), not issubclass(model, RecordModel))

    def test_every_field_can_be_edited_and_shown(self):
        own = {"id", "created", "last_updated", "custom_field_data"}
        for name, model in self.each():
            fields = {field.name for field in model._meta.fields if field.editable} - own
            if not issubclass(model, RecordModel):
                self.assertEqual(fields - set(getattr(forms, f"{name}Form").base_fields), set(), "not in the form")
                self.assertEqual(fields - set(getattr(forms, f"{name}ImportForm").base_fields), set(), "not in the import form")

    def test_secrets_are_in_no_table_filter_or_search(self):
        for name, model in self.each():
            if issubclass(model, SecretsMixin):
                secret = set(model.secret_fields)
                self.assertTrue(secret)
                self.assertFalse(secret & set(getattr(tables, f"{name}Table").base_columns))
                self.assertFalse(secret & set(getattr(filtersets, f"{name}FilterSet").get_filters()))
                self.assertFalse(secret & set(getattr(forms, f"{name}BulkEditForm").base_fields))
                index = registry["search"][f"netbox_gam.{model._meta.model_name}"]
                self.assertFalse(secret & {field for field, _weight in index.fields} | secret & set(index.display_attrs))

    def test_rest_graphql_and_search(self):
        for name, model in self.each():
            self.assertIs(get_serializer_for_model(model).Meta.model, model)
            self.assertEqual(get_graphql_type_for_model(model).__name__, f"{name}Type")
            reverse(f"plugins-api:netbox_gam-api:{model._meta.model_name}-list")
            self.assertIn(f"netbox_gam.{model._meta.model_name}", registry["search"])

    def test_menu(self):
        links = {item.link for group in menu.groups for item in group.items}
        for _name, model in self.each():
            self.assertIn(f"plugins:netbox_gam:{model._meta.model_name}_list", links)
        for group in menu.groups:
            for item in group.items:
                self.assertTrue(item.permissions, f"{item.link} shows to everybody")
                for button in item.buttons:
                    self.assertTrue(button.permissions, f"{button.link} shows to everybody")

    def test_documentation(self):
        for name, model in self.each():
            page = ROOT / "docs" / "models" / f"{model._meta.model_name}.md"
            self.assertTrue(page.exists(), f"{name} has no page docs/models/{page.name}, to which its help button leads")
            self.assertTrue(model().docs_url.rstrip("/").endswith(page.stem))

    def test_core_tests(self):
        pages, api = set(tested(TESTS)), set(tested(TESTS / "api"))
        for name, _model in self.each():
            self.assertIn(("model", name), pages, "no page tests")
            self.assertIn(("queryset", name), pages, "no filter tests")
            self.assertIn(("table", f"{name}Table"), pages, "no table tests")
            self.assertIn(("model", name), api, "no REST and GraphQL tests")
