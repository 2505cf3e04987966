"""Latest values for Prometheus."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from netbox.api.authentication import IsAuthenticatedOrLoginNotRequired
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from rest_framework.exceptions import PermissionDenied
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from ...workflows import metrics


class PlainTextRenderer(BaseRenderer):
    """For the errors of a page that is text otherwise."""

    media_type = "text/plain"
    format = "txt"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        words = data.get("detail", data) if isinstance(data, dict) else data
        return f"{words}\n".encode()


class OneFormat(BaseContentNegotiation):
    """The page has one format, which Prometheus asks for in words that REST negotiation does not know."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class MetricsView(APIView):
    """Latest values and figures of polling itself in Prometheus' text format."""

    permission_classes = [IsAuthenticatedOrLoginNotRequired]
    renderer_classes = [PlainTextRenderer]
    content_negotiation_class = OneFormat
    # The version in Prometheus' Accept header is that of the text format, not of the API.
    versioning_class = None

    @extend_schema(operation_id="plugins_gam_metrics_retrieve", responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Of the GAMs the user may view."""
        if not request.user.has_perm("netbox_gam.view_gamdevice"):
            raise PermissionDenied()
        response = StreamingHttpResponse(metrics.exposition(request.user), content_type=CONTENT_TYPE_PLAIN_0_0_4)
        response["Cache-Control"] = "no-store"
        return response
