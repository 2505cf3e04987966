"""Test cases of REST and GraphQL for models of either kind."""

from __future__ import annotations

from typing import Any, ClassVar

from utilities.testing import APIViewTestCases, disable_warnings

from netbox_gam.models.base import RecordModel
from tests.netbox_gam.api.builders import permit
from tests.netbox_gam.base import PluginURLs


class RecordTestCases:
    """A class around the base, so that the runner does not take it for a test."""

    class RecordAPITestCase(
        PluginURLs,
        APIViewTestCases.GetObjectViewTestCase,
        APIViewTestCases.ListObjectsViewTestCase,
        APIViewTestCases.UpdateObjectViewTestCase,
        APIViewTestCases.DeleteObjectViewTestCase,
        APIViewTestCases.GraphQLTestCase,
    ):
        """All of REST's verbs but those that make or replace an object, and GraphQL."""

        update_data = {"description": "Known since spring", "comments": "Seen by hand"}
        bulk_update_data = {"description": "Seen together"}
        bulk_update_invalid_data = {"description": "x" * 201}
        written_by_plugin: ClassVar[dict[str, Any]] = {}

        def test_is_a_record(self) -> None:
            self.assertTrue(issubclass(self.model, RecordModel))

        def test_cannot_be_created(self) -> None:
            permit(self.user, self.model, "add", "view")
            with disable_warnings("django.request"):
                response = self.client.post(self._get_list_url(), self.update_data, format="json", **self.header)
            self.assertHttpStatus(response, 405)
            self.assertNotIn("POST", response["Allow"])

        def test_cannot_be_replaced(self) -> None:
            permit(self.user, self.model, "change", "view")
            instance = self._get_queryset().first()
            for url, data in (
                (self._get_detail_url(instance), self.update_data),
                (self._get_list_url(), [{"id": instance.pk, **self.update_data}]),
            ):
                with self.subTest(url), disable_warnings("django.request"):
                    self.assertHttpStatus(self.client.put(url, data, format="json", **self.header), 405)

        def test_what_the_plugin_wrote_stays(self) -> None:
            permit(self.user, self.model, "change", "view")
            instance = self._get_queryset().first()
            for name, value in self.written_by_plugin.items():
                with self.subTest(name):
                    before = getattr(instance, name)
                    response = self.client.patch(
                        self._get_detail_url(instance), {name: value, "description": "x"}, format="json", **self.header
                    )
                    self.assertHttpStatus(response, 400)
                    self.assertEqual(set(response.data), {name})
                    instance.refresh_from_db()
                    self.assertEqual((getattr(instance, name), instance.description), (before, ""))
