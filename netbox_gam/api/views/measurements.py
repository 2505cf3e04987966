"""The action ``measurements`` of everything that is measured."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from netbox.api.renderers import FormlessBrowsableAPIRenderer
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from ...workflows import measurements as workflow
from .. import measurements


class MeasuredMixin:
    """Adds ``measurements/``, ``measurements.csv`` and ``measurements/?format=csv`` to a viewset, for who may view the object."""

    @extend_schema(
        parameters=[measurements.MeasurementsQuerySerializer],
        responses={
            (200, "application/json"): measurements.MeasurementsSerializer,
            (200, "text/csv"): OpenApiTypes.STR,
            400: OpenApiResponse(description="A parameter is wrong; names it and its value."),
        },
        filters=False,
    )
    @action(
        detail=True,
        methods=["get"],
        filterset_class=None,
        pagination_class=None,
        renderer_classes=[JSONRenderer, FormlessBrowsableAPIRenderer, measurements.CsvRenderer],
    )
    def measurements(self, request: Request, pk: int, format: str | None = None) -> Response:
        """What was measured of the object in a range of time, at the resolution that fits it, with alarms and changes."""
        item: Any = self.get_object()  # type: ignore[attr-defined]
        found = measurements.read(item, request.query_params, request.user)
        if request.accepted_renderer.format == measurements.CsvRenderer.format:
            name = f"{item._meta.model_name}-{item.pk}-{found.start:%Y%m%dT%H%M}-{found.resolution}.csv"
            return Response(measurements.as_csv(found), headers={"Content-Disposition": f'attachment; filename="{name}"'})
        thresholds = workflow.thresholds_of(item, request.user)
        marks = workflow.marks_of(item, found.start, found.end, request.user)
        return Response(measurements.as_json(found, thresholds, marks))
