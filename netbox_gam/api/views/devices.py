"""GAMs, G.hn ports and endpoints."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...jobs import CompareJob, DiscoverJob, PollJob
from ...models import BandwidthPlan, Endpoint, GamDevice, GamPort
from ...workflows import profile_slots
from ..requests import DiscoverGamsSerializer, PollGamsSerializer
from ..serializers import EndpointSerializer, GamDeviceSerializer, GamPortSerializer
from ..serializers.slots import PlanMergeSerializer, PlanSlotsSerializer
from .base import GamViewSet, verb
from .measurements import MeasuredMixin


class GamDeviceViewSet(MeasuredMixin, GamViewSet):
    """GAMs."""

    queryset = GamDevice.objects.all()
    serializer_class = GamDeviceSerializer
    filterset_class = filtersets.GamDeviceFilterSet
    field_prefetches = {
        ("display", "name", "status"): ["device"],
        ("management_address",): ["device__primary_ip4", "device__primary_ip6", "device__oob_ip"],
        ("site",): ["device__site"],
        ("role",): ["device__role"],
    }

    @verb("discover", request=DiscoverGamsSerializer, detail=False)
    def discover(self, request: Request) -> Response:
        """Look for GAMs in address ranges, and create or update what is found."""
        return self.accepted(DiscoverJob.start(request.user, **self.body(DiscoverGamsSerializer)))

    @verb(
        "poll",
        request=PollGamsSerializer,
        operation_id="plugins_gam_gam_devices_poll_many",
        detail=False,
        url_path="poll",
        url_name="poll-many",
    )
    def poll_many(self, request: Request) -> Response:
        """Poll some GAMs now, or all."""
        ids = self.body(PollGamsSerializer).get("ids")
        gams = self.queryset.filter(polling_enabled=True) if ids is None else self.queryset.filter(pk__in=ids)
        if ids is not None and (missing := set(ids) - set(gams.values_list("pk", flat=True))):
            raise ValidationError({"ids": [_("Object with ID {id} does not exist").format(id=pk) for pk in sorted(missing)]})
        return self.accepted(PollJob.start(request.user, gams=list(gams)))

    @verb("poll")
    def poll(self, request: Request, pk: int) -> Response:
        """Poll one GAM now."""
        return self.accepted(PollJob.start(request.user, gams=[self.get_object()]))

    @extend_schema(operation_id="plugins_gam_gam_devices_plan_slots_list", responses=PlanSlotsSerializer(many=True))
    @action(detail=False, url_path="plan-slots", url_name="plan-slots-list")
    def all_plan_slots(self, request: Request) -> Response:
        """How the bandwidth profile slots of GAMs are used, as their configurations were last read."""
        gams = profile_slots.with_slots(self.filter_queryset(self.queryset.select_related("device")))
        found = [profile_slots.of(gam) for gam in self.paginate_queryset(gams)]
        return self.get_paginated_response(PlanSlotsSerializer(found, many=True, context=self.get_serializer_context()).data)

    @extend_schema(responses=PlanSlotsSerializer)
    @action(detail=True, url_path="plan-slots")
    def plan_slots(self, request: Request, pk: int) -> Response:
        """How the bandwidth profile slots of one GAM are used, as its configuration was last read."""
        gam = get_object_or_404(profile_slots.with_slots(self.queryset.select_related("device")), pk=pk)
        return Response(PlanSlotsSerializer(profile_slots.of(gam), context=self.get_serializer_context()).data)

    @extend_schema(responses=PlanMergeSerializer(many=True), filters=False)
    @action(detail=False, url_path="plan-merges", filterset_class=None, pagination_class=None)
    def plan_merges(self, request: Request) -> Response:
        """Speeds that could become one, and on which GAMs that gains a slot."""
        plans = BandwidthPlan.objects.restrict(request.user, "view")
        found = profile_slots.fleet_merges(self.queryset, plans)
        return Response(PlanMergeSerializer(found, many=True, context=self.get_serializer_context()).data)

    @verb("compare")
    def compare(self, request: Request, pk: int) -> Response:
        """Read the running configuration of one GAM now and compare it with NetBox."""
        return self.accepted(CompareJob.start(request.user, gam=self.get_object()))


class GamPortViewSet(MeasuredMixin, GamViewSet):
    """G.hn ports."""

    queryset = GamPort.objects.all()
    serializer_class = GamPortSerializer
    filterset_class = filtersets.GamPortFilterSet
    field_prefetches = {("display",): ["gam__device", "interface"]}


class EndpointViewSet(MeasuredMixin, GamViewSet):
    """Endpoints."""

    queryset = Endpoint.objects.all()
    serializer_class = EndpointSerializer
    filterset_class = filtersets.EndpointFilterSet
    field_prefetches = {("observed",): ["observed"]}
