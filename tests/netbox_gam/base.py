"""The one adapter between NetBox's test mixins and a plugin whose tests are in a top-level folder.

The mixins assume URLs of a core app, tests inside the app's package, and a query-count baseline beside those. Use the classes here
instead of ``ViewTestCases``, ``APITestCase`` and the filter set mixins; everything else comes from ``utilities.testing`` as it is.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

from utilities.testing import APIViewTestCases, ChangeLoggedFilterSetTestMixin, ViewTestCases, query_counts
from utilities.testing.filtersets import BaseFilterSetTestMixin

PLUGIN = "netbox_gam"
QUERY_COUNTS = Path(__file__).with_name("query_counts.json")

_core_baseline_path = query_counts._baseline_path


def _baseline_path(app_label: str) -> Path:
    """Where the query counts of an app's list pages are kept; recorded by ``development.test --update-query-counts``."""
    return QUERY_COUNTS if app_label == PLUGIN else _core_baseline_path(app_label)


query_counts._baseline_path = _baseline_path


class PluginURLs:
    """URLs of the plugin's pages and of its REST API. First among the bases of a view or API test case."""

    view_namespace = f"plugins-api:{PLUGIN}"

    def _get_base_url(self) -> str:
        return f"plugins:{PLUGIN}:{self.model._meta.model_name}_{{}}"


class PluginViewTestCases:
    """Pages of a model. Inside a class, so that the runner does not take the bases imported by a test module for tests."""

    class PrimaryObjectViewTestCase(PluginURLs, ViewTestCases.PrimaryObjectViewTestCase):
        """List, detail, edit, import and bulk pages, journal and change log."""


class PluginAPIViewTestCases:
    """REST and GraphQL of a model; a class around it for the same reason."""

    class APIViewTestCase(PluginURLs, APIViewTestCases.APIViewTestCase):
        """All of REST's verbs, and GraphQL."""


class _PluginFilterSet:
    def test_missing_filters(self) -> None:
        # The mixin looks for the filter set in the top-level package of the test's own module.
        with patch.object(type(self), "__module__", f"{PLUGIN}.filtersets"):
            super().test_missing_filters()  # type: ignore[misc]


class BaseFilterSetTests(_PluginFilterSet, BaseFilterSetTestMixin):
    """Filter set of a model without change log; mix into ``django.test.TestCase``."""


class FilterSetTests(_PluginFilterSet, ChangeLoggedFilterSetTestMixin):
    """Filter set of a model; mix into ``django.test.TestCase``."""
