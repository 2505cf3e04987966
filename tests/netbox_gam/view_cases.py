"""Sets of core's page tests for the plugin's kinds of models."""

from __future__ import annotations

from utilities.testing import ViewTestCases

from .base import PluginURLs, PluginViewTestCases


class GamViewTestCases:
    """Inside a class, so that the runner does not take the bases for tests."""

    class NamedViewTestCase(PluginViewTestCases.PrimaryObjectViewTestCase, ViewTestCases.BulkRenameObjectsViewTestCase):
        """A model that people make, with a name to rename."""

    class NamelessViewTestCase(PluginViewTestCases.PrimaryObjectViewTestCase):
        """A model that people make, without a name of its own."""

    class RecordViewTestCase(
        PluginURLs,
        ViewTestCases.GetObjectViewTestCase,
        ViewTestCases.GetObjectChangelogViewTestCase,
        ViewTestCases.EditObjectViewTestCase,
        ViewTestCases.DeleteObjectViewTestCase,
        ViewTestCases.ListObjectsViewTestCase,
        ViewTestCases.BulkEditObjectsViewTestCase,
        ViewTestCases.BulkDeleteObjectsViewTestCase,
    ):
        """A model that workflows write: people read, comment and delete it."""

        form_data = {"description": "looked at", "comments": "fine"}
        bulk_edit_data = {"description": "looked at together"}

        def test_nobody_adds_one_by_hand(self) -> None:
            """There are neither pages to add or import such a record, nor links to them."""
            from django.urls import NoReverseMatch

            for action in ("add", "bulk_import", "bulk_rename"):
                with self.assertRaises(NoReverseMatch):
                    self._get_url(action)
