"""The script that draws charts is served by NetBox itself, to be kept by the browser."""

from __future__ import annotations

import gzip

from django.urls import reverse
from utilities.testing import TestCase

from netbox_gam.ui import assets


class ChartLibraryTest(TestCase):
    def test_compressed_and_kept(self) -> None:
        response = self.client.get(assets.library_url(), headers={"Accept-Encoding": "gzip, br"})
        self.assertHttpStatus(response, 200)
        self.assertEqual(gzip.decompress(response.content), assets.library())
        self.assertLess(len(response.content), 1_600_000)
        self.assertIn("immutable", response["Cache-Control"])

    def test_as_it_is_for_who_cannot_decompress(self) -> None:
        response = self.client.get(assets.library_url())
        self.assertEqual(response.content, assets.library())
        self.assertNotIn("Content-Encoding", response)

    def test_other_releases_are_not_there(self) -> None:
        response = self.client.get(reverse("plugins:netbox_gam:chart_library", kwargs={"digest": "0" * 16}))
        self.assertHttpStatus(response, 404)

    def test_needs_a_login(self) -> None:
        self.client.logout()
        response = self.client.get(assets.library_url())
        self.assertHttpStatus(response, 302)
