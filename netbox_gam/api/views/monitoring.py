"""Alarms and alarm rules."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...models import Alarm, AlarmRule, GamDevice
from ...workflows import alarm_preview, alarms
from ..requests import PreviewSerializer, ShelveAlarmSerializer
from ..serializers import AlarmRuleSerializer, AlarmSerializer
from .base import GamViewSet, RecordViewSet, verb


class AlarmViewSet(RecordViewSet):
    """Alarms."""

    queryset = Alarm.objects.all()
    serializer_class = AlarmSerializer
    filterset_class = filtersets.AlarmFilterSet
    field_prefetches = {("display",): ["gam__device"], ("port",): ["port__gam__device", "port__interface"]}

    @verb("acknowledge", answer=AlarmSerializer)
    def acknowledge(self, request: Request, pk: int) -> Response:
        """Say that somebody has seen the alarm."""
        alarm = self.get_object()
        alarms.acknowledge(alarm, user=request.user)
        return self.changed(alarm.pk)

    @verb("shelve", request=ShelveAlarmSerializer, answer=AlarmSerializer)
    def shelve(self, request: Request, pk: int) -> Response:
        """Put the alarm aside until a date."""
        alarm = self.get_object()
        alarms.shelve(alarm, user=request.user, **self.body(ShelveAlarmSerializer))
        return self.changed(alarm.pk)

    @verb("shelve", answer=AlarmSerializer)
    def unshelve(self, request: Request, pk: int) -> Response:
        """Take a shelved alarm back."""
        alarm = self.get_object()
        alarms.unshelve(alarm, user=request.user)
        return self.changed(alarm.pk)


class AlarmRuleViewSet(GamViewSet):
    """Alarm rules."""

    queryset = AlarmRule.objects.all()
    serializer_class = AlarmRuleSerializer
    filterset_class = filtersets.AlarmRuleFilterSet

    @extend_schema(responses={200: PreviewSerializer})
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def preview(self, request: Request, pk: int) -> Response:
        """What the rule would have raised over the last week."""
        found = alarm_preview.preview(self.get_object(), gams=GamDevice.objects.restrict(request.user, "view"))
        return Response(PreviewSerializer(found).data)
