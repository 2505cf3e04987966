"""Drift."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...jobs import AdoptDriftJob, PushDriftJob
from ...models import Drift
from ...workflows import drift_decisions
from ..requests import AcceptDriftSerializer, ApplyAtOnceSerializer
from ..serializers import DriftSerializer
from .base import RecordViewSet, verb


class DriftViewSet(RecordViewSet):
    """Where shelves differ from NetBox."""

    queryset = Drift.objects.all()
    serializer_class = DriftSerializer
    filterset_class = filtersets.DriftFilterSet
    field_prefetches = {("port",): ["port__gam__device", "port__interface"]}

    @verb("push", request=ApplyAtOnceSerializer)
    def push(self, request: Request, pk: int) -> Response:
        """Read the shelf and plan what gives it NetBox's values."""
        record = self.get_object()
        return self.accepted(PushDriftJob.start(request.user, records=[record], **self.body(ApplyAtOnceSerializer)))

    @verb("adopt")
    def adopt(self, request: Request, pk: int) -> Response:
        """Read the shelf and take the object into NetBox as it is there."""
        return self.accepted(AdoptDriftJob.start(request.user, records=[self.get_object()]))

    @verb("accept", request=AcceptDriftSerializer, answer=DriftSerializer)
    def accept(self, request: Request, pk: int) -> Response:
        """Leave the difference as it is until a date, for a reason."""
        record = self.get_object()
        drift_decisions.accept(record, user=request.user, **self.body(AcceptDriftSerializer))
        return self.changed(record.pk)

    @verb("accept", answer=DriftSerializer)
    def reopen(self, request: Request, pk: int) -> Response:
        """Take an acceptance back."""
        record = self.get_object()
        drift_decisions.reopen(record, user=request.user)
        return self.changed(record.pk)
