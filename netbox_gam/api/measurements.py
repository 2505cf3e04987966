"""Measurements as JSON and CSV: parameters, description and rendering, shared by the viewsets of everything that is measured."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer

from ..workflows import measurements, samples
from ..workflows.measurements import Mark, Measurable, Measurements, Threshold, iso
from ..workflows.samples import Curve, Resolution

DEFAULT_RANGE = timedelta(hours=24)
STATISTICS = ("mean", "low", "high", "p95")


class CsvRenderer(BaseRenderer):
    """Text that the view has made; errors stay JSON."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return (data if isinstance(data, str) else json.dumps(data, default=str)).encode()


# ------------------------------------------------------------------------------------------------------------------ parameters


@extend_schema_field(OpenApiTypes.DATETIME)
class TimeField(serializers.Field):
    """ISO 8601; without an offset in NetBox's time zone. Says what it could not read."""

    def to_internal_value(self, data: Any) -> datetime:
        text = str(data).strip()
        try:
            # "+" in a query string that nobody encoded arrives as a space.
            found = parse_datetime(text) or parse_datetime(text[:-6] + text[-6:].replace(" ", "+"))
        except ValueError:
            found = None
        if found is None:
            raise serializers.ValidationError(_("“%(value)s” is not a time such as 2026-03-01T12:00:00Z.") % {"value": data})
        try:
            return (found if timezone.is_aware(found) else timezone.make_aware(found)).astimezone(UTC)
        except OverflowError:
            raise serializers.ValidationError(_("%(value)s is out of range.") % {"value": data}) from None


class MeasurementsQuerySerializer(serializers.Serializer):
    """Which measurements: what stands in the URL's query."""

    start = TimeField(required=False, help_text=gettext_lazy("ISO 8601; 24 hours before the end unless told"))
    end = TimeField(required=False, help_text=gettext_lazy("ISO 8601, itself not included; now unless told"))
    metric = serializers.ListField(
        child=serializers.CharField(), required=False, help_text=gettext_lazy("Label of a metric, may be repeated; all unless told")
    )
    resolution = serializers.ChoiceField(
        choices=[str(resolution) for resolution in Resolution],
        required=False,
        help_text=gettext_lazy("The finest that fits the range unless told"),
        error_messages={
            "invalid_choice": format_lazy(
                gettext_lazy("“{{input}}” is no resolution. There are: {known}."), known=", ".join(Resolution)
            )
        },
    )

    def validate_metric(self, labels: list[str]) -> list[str]:
        known = measurements.labels_of(self.context["model"])
        if unknown := [label for label in labels if label not in known]:
            message = _("“%(value)s” is no metric here. There are: %(known)s.")
            raise serializers.ValidationError(message % {"value": unknown[0], "known": ", ".join(known)})
        return labels

    def validate_resolution(self, value: str) -> Resolution:
        return Resolution(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["end"] = attrs.get("end") or timezone.now()
        try:
            attrs["start"] = attrs.get("start") or attrs["end"] - DEFAULT_RANGE
        except OverflowError:
            raise serializers.ValidationError({"end": _("%(value)s is out of range.") % {"value": attrs["end"]}}) from None
        return attrs


def read(item: Measurable, query: Any, user: Any) -> Measurements:
    """The measurements that a request's query asks for.

    :raises serializers.ValidationError: naming parameter and value
    """
    checked = MeasurementsQuerySerializer(data=query, context={"model": type(item)})
    checked.is_valid(raise_exception=True)
    wanted = checked.validated_data
    try:
        return measurements.read(
            item,
            wanted["start"],
            wanted["end"],
            user=user,
            labels=wanted.get("metric", ()),
            resolution=wanted.get("resolution"),
        )
    except measurements.WrongRange as error:
        raise serializers.ValidationError({error.parameter: [error.message]}) from None


# ------------------------------------------------------------------------------------------------------------------------ JSON


class CurveSerializer(serializers.Serializer):
    """One metric of one source; lists as long as the source's ``at``. Raw samples have a mean only."""

    metric = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    mean = serializers.ListField(child=serializers.FloatField(allow_null=True))
    low = serializers.ListField(child=serializers.FloatField(allow_null=True), required=False)
    high = serializers.ListField(child=serializers.FloatField(allow_null=True), required=False)
    p95 = serializers.ListField(child=serializers.FloatField(allow_null=True), required=False)


class SourceSerializer(serializers.Serializer):
    """One thing that was measured: the GAM, a port, an uplink, or an endpoint on one GAM. A longer step than usual is a gap."""

    gam_id = serializers.IntegerField()
    gam = serializers.CharField()
    kind = serializers.CharField()
    key = serializers.CharField()
    step_seconds = serializers.IntegerField()
    at = serializers.ListField(child=serializers.DateTimeField())
    curves = CurveSerializer(many=True)


class ThresholdSerializer(serializers.Serializer):
    """A level to compare a metric with."""

    metric = serializers.CharField()
    value = serializers.FloatField()
    title = serializers.CharField()


class MarkSerializer(serializers.Serializer):
    """An alarm or a change in the range."""

    kind = serializers.CharField(help_text="alarm or change")
    at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    title = serializers.CharField()
    color = serializers.CharField()
    url = serializers.CharField()


class MeasurementsSerializer(serializers.Serializer):
    """Measurements of one object, and what happened meanwhile. Describes the answer, which is too big to be made by serializers."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    resolution = serializers.CharField()
    sources = SourceSerializer(many=True)
    thresholds = ThresholdSerializer(many=True)
    marks = MarkSerializer(many=True)


def as_json(found: Measurements, thresholds: list[Threshold], marks: list[Mark]) -> dict[str, Any]:
    """The answer that :class:`MeasurementsSerializer` describes."""
    return {
        "start": iso(found.start),
        "end": iso(found.end),
        "resolution": str(found.resolution),
        "sources": [_source_as_json(series) for series in found.series],
        "thresholds": [{"metric": each.metric.label, "value": each.value, "title": each.title} for each in thresholds],
        "marks": [
            {
                "kind": mark.kind,
                "at": iso(mark.at),
                "until": iso(mark.until) if mark.until else None,
                "title": mark.title,
                "color": mark.color,
                "url": mark.url,
            }
            for mark in marks
        ],
    }


def _source_as_json(series: measurements.SourceSeries) -> dict[str, Any]:
    source, points = series.source, series.points
    return {
        "gam_id": source.gam_id,
        "gam": source.gam,
        "kind": str(source.kind),
        "key": source.key,
        "step_seconds": samples.SECONDS.get(points.resolution, source.interval),
        "at": [iso(at) for at in points.at],
        "curves": [
            {
                "metric": metric.label,
                "title": metric.title,
                "unit": metric.unit,
                **{name: _rounded(values) for name, values in _statistics(points.curves[metric.name], points.resolution).items()},
            }
            for metric in series.metrics
        ],
    }


def _statistics(curve: Curve, resolution: Resolution) -> dict[str, list[float | None]]:
    names = STATISTICS[:1] if resolution is Resolution.RAW else STATISTICS
    return {name: getattr(curve, name) for name in names}


def _rounded(values: list[float | None]) -> list[float | None]:
    """To what was measured: stored values have seven digits."""
    return [None if value is None else round(value, 3) for value in values]


# ------------------------------------------------------------------------------------------------------------------------- CSV


def as_csv(found: Measurements) -> str:
    """RFC 4180: a row per time and source; a column per metric and statistic with its unit in the header; times in UTC."""
    metrics = list(dict.fromkeys(metric for series in found.series for metric in series.metrics))
    names = STATISTICS[:1] if found.resolution is Resolution.RAW else STATISTICS
    columns = [(metric, name) for metric in metrics for name in names]
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["time", "gam", "kind", "key", *(_header(metric.label, name, metric.unit) for metric, name in columns)])
    for series in found.series:
        source, points = series.source, series.points
        curves = {metric: _statistics(points.curves[metric.name], points.resolution) for metric in series.metrics}
        given = [_rounded(curves[metric][name]) if metric in curves else [None] * len(points.at) for metric, name in columns]
        for place, at in enumerate(points.at):
            writer.writerow([iso(at), source.gam, source.kind, source.key, *(values[place] for values in given)])
    return text.getvalue()


def _header(label: str, statistic: str, unit: str) -> str:
    return f"{label} {statistic}" + (f" ({unit})" if unit else "")
