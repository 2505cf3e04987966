"""Serves the script that draws charts."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.generic import View
from utilities.views import ConditionalLoginRequiredMixin

from ..ui import assets

YEAR = 365 * 86400


class ChartLibraryView(ConditionalLoginRequiredMixin, View):
    """The script under the address that names its contents: kept by browsers until another release of it is installed."""

    def get(self, request: HttpRequest, digest: str) -> HttpResponse:
        if digest != assets.library_hash():
            raise Http404
        compressed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(
            assets.compressed_library() if compressed else assets.library(), content_type="text/javascript; charset=utf-8"
        )
        if compressed:
            response["Content-Encoding"] = "gzip"
        response["Cache-Control"] = f"private, max-age={YEAR}, immutable"
        return response
