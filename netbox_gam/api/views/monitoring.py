"""Alarms."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...models import Alarm
from ...workflows import alarms
from ..serializers import AlarmSerializer
from .base import RecordViewSet, verb


class AlarmViewSet(RecordViewSet):
    """Alarms."""

    queryset = Alarm.objects.all()
    serializer_class = AlarmSerializer
    filterset_class = filtersets.AlarmFilterSet
    field_prefetches = {("display",): ["gam__device"]}

    @verb("acknowledge", answer=AlarmSerializer)
    def acknowledge(self, request: Request, pk: int) -> Response:
        """Say that somebody has seen the alarm."""
        alarm = self.get_object()
        alarms.acknowledge(alarm, user=request.user)
        return self.changed(alarm.pk)
