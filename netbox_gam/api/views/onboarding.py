"""The onboarding queue."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...jobs import AssignArrivalJob, FollowArrivalJob
from ...models import Arrival
from ...workflows import onboarding
from ...workflows.suggestions import suggestions
from ..requests import ApplyAtOnceSerializer, AssignArrivalSerializer, LeaveArrivalSerializer, SuggestionSerializer
from ..serializers import ArrivalSerializer
from .base import RecordViewSet, verb


class ArrivalViewSet(RecordViewSet):
    """Endpoints that appeared where NetBox does not have them."""

    queryset = Arrival.objects.all()
    serializer_class = ArrivalSerializer
    filterset_class = filtersets.ArrivalFilterSet
    field_prefetches = {("display",): ["endpoint", "gam__device", "port__gam__device", "port__interface"]}

    @verb("assign", request=AssignArrivalSerializer)
    def assign(self, request: Request, pk: int) -> Response:
        """Say whose endpoint it is; the service is planned."""
        arrival = self.get_object()
        return self.accepted(AssignArrivalJob.start(request.user, arrival=arrival, **self.body(AssignArrivalSerializer)))

    @verb("follow", request=ApplyAtOnceSerializer)
    def follow(self, request: Request, pk: int) -> Response:
        """Say that the endpoint moved: NetBox follows, and the change of the shelf is planned."""
        return self.accepted(FollowArrivalJob.start(request.user, arrival=self.get_object(), **self.body(ApplyAtOnceSerializer)))

    @verb("leave", request=LeaveArrivalSerializer, answer=ArrivalSerializer)
    def leave(self, request: Request, pk: int) -> Response:
        """Leave the endpoint as it is, until it appears on another port."""
        arrival = self.get_object()
        onboarding.leave(arrival, user=request.user, **self.body(LeaveArrivalSerializer))
        return self.changed(arrival.pk)

    @extend_schema(responses={200: SuggestionSerializer(many=True)})
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def suggestions(self, request: Request, pk: int) -> Response:
        """Whose the endpoint could be, the best reason first."""
        return Response(SuggestionSerializer(suggestions(self.get_object(), user=request.user), many=True).data)
