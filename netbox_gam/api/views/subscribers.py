"""Bandwidth plans, VLAN pools and subscribers."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...jobs import AdoptServiceJob, PlanBatchJob, PlanFileJob, ServiceJob
from ...models import BandwidthPlan, Subscriber, VlanPool
from ...workflows import change_files
from ..requests import (
    ApplyAtOnceSerializer,
    ChangeBandwidthPlanSerializer,
    ChangeFileSerializer,
    ChangeVlanSerializer,
    MovePortSerializer,
    RenameServiceSerializer,
    ReplaceEndpointSerializer,
)
from ..serializers import BandwidthPlanSerializer, SubscriberSerializer, VlanPoolSerializer
from .base import GamViewSet, verb
from .measurements import MeasuredMixin


class BandwidthPlanViewSet(GamViewSet):
    """Bandwidth plans."""

    queryset = BandwidthPlan.objects.all()
    serializer_class = BandwidthPlanSerializer
    filterset_class = filtersets.BandwidthPlanFilterSet

    @verb("push")
    def push(self, request: Request, pk: int) -> Response:
        """Plan what brings the plan's speed to the shelves of all who have it and whom the user may provision."""
        return self.accepted(PlanBatchJob.push_plan(request.user, self.get_object()))


class VlanPoolViewSet(GamViewSet):
    """VLAN pools."""

    queryset = VlanPool.objects.all()
    serializer_class = VlanPoolSerializer
    filterset_class = filtersets.VlanPoolFilterSet


class SubscriberViewSet(MeasuredMixin, GamViewSet):
    """Subscribers and what can be done with their service."""

    queryset = Subscriber.objects.all()
    serializer_class = SubscriberSerializer
    filterset_class = filtersets.SubscriberFilterSet

    def _start(self, service_verb: str, body: dict[str, Any]) -> Response:
        return self.accepted(ServiceJob.start(self.request.user, subscriber=self.get_object(), verb=service_verb, **body))

    @verb("provision", request=ChangeFileSerializer, detail=False)
    def upload(self, request: Request) -> Response:
        """Check a CSV file of changes and plan it as one batch, which is the job's object; it names every row that is wrong."""
        batch = change_files.receive(self.body(ChangeFileSerializer)["csv"], user=request.user)
        return self.accepted(PlanFileJob.start(request.user, batch=batch))

    @verb("provision", request=ApplyAtOnceSerializer)
    def activate(self, request: Request, pk: int) -> Response:
        """Put the service into operation."""
        return self._start("activate", self.body(ApplyAtOnceSerializer))

    @verb("provision", request=ApplyAtOnceSerializer)
    def suspend(self, request: Request, pk: int) -> Response:
        """Cut the service off, to come back later."""
        return self._start("suspend", self.body(ApplyAtOnceSerializer))

    @verb("provision", request=ApplyAtOnceSerializer)
    def resume(self, request: Request, pk: int) -> Response:
        """Bring a suspended service back."""
        return self._start("resume", self.body(ApplyAtOnceSerializer))

    @verb("provision", request=ApplyAtOnceSerializer)
    def terminate(self, request: Request, pk: int) -> Response:
        """Take the service off the GAM for good."""
        return self._start("terminate", self.body(ApplyAtOnceSerializer))

    @verb("provision", request=ApplyAtOnceSerializer)
    def plan(self, request: Request, pk: int) -> Response:
        """Plan what brings the GAM to what is wanted for this subscriber."""
        return self._start("plan", self.body(ApplyAtOnceSerializer))

    @verb("provision", request=ChangeBandwidthPlanSerializer, url_path="change-plan")
    def change_plan(self, request: Request, pk: int) -> Response:
        """Change to another bandwidth plan."""
        return self._start("change_plan", self.body(ChangeBandwidthPlanSerializer))

    @verb("provision", request=ChangeVlanSerializer, url_path="change-vlan")
    def change_vlan(self, request: Request, pk: int) -> Response:
        """Change VLAN settings: those in the body, the others stay."""
        return self._start("change_vlan", self.body(ChangeVlanSerializer))

    @verb("provision", request=MovePortSerializer, url_path="move-port")
    def move_port(self, request: Request, pk: int) -> Response:
        """Move the service to another port of its GAM."""
        return self._start("move_port", self.body(MovePortSerializer))

    @verb("provision", request=ReplaceEndpointSerializer, url_path="replace-endpoint")
    def replace_endpoint(self, request: Request, pk: int) -> Response:
        """Let another endpoint take over; the old one is a spare afterwards."""
        return self._start("replace_endpoint", self.body(ReplaceEndpointSerializer))

    @verb("provision", request=RenameServiceSerializer)
    def rename(self, request: Request, pk: int) -> Response:
        """Rename on the GAM, which changes the DHCP option 82 remote id."""
        return self._start("rename", self.body(RenameServiceSerializer))

    @verb("provision")
    def adopt(self, request: Request, pk: int) -> Response:
        """Take into NetBox what the GAM has of this subscriber."""
        return self.accepted(AdoptServiceJob.start_for(request.user, self.get_object()))
