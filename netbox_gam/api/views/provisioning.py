"""Change plans and change steps."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from utilities.querysets import RestrictedPrefetch

from ... import filtersets
from ...jobs import ApplyJob
from ...models import ChangePlan, ChangeStep
from ...workflows import provisioning
from ..serializers import ChangePlanDetailSerializer, ChangePlanSerializer, ChangeStepSerializer
from .base import RecordViewSet, verb


class ChangePlanViewSet(RecordViewSet):
    """Change plans; one alone shows its steps."""

    queryset = ChangePlan.objects.all()
    serializer_class = ChangePlanSerializer
    filterset_class = filtersets.ChangePlanFilterSet

    def get_serializer_class(self) -> Any:
        return ChangePlanDetailSerializer if self.action == "retrieve" else ChangePlanSerializer

    def get_field_prefetches(self, fields: Any = None) -> list[Any]:
        prefetches = super().get_field_prefetches(fields)
        if self.action == "retrieve":
            prefetches.append(RestrictedPrefetch("steps", self.request.user, "view", queryset=ChangeStep.objects.all()))
        return prefetches

    @verb("apply")
    def apply(self, request: Request, pk: int) -> Response:
        """Write the change plan to its GAM, read back and save."""
        return self.accepted(ApplyJob.start(request.user, change_plan=self.get_object()))

    @verb("apply", answer=ChangePlanSerializer)
    def cancel(self, request: Request, pk: int) -> Response:
        """Give a planned change up."""
        change_plan = self.get_object()
        provisioning.cancel(change_plan, user=request.user)
        return self.changed(change_plan.pk)


class ChangeStepViewSet(RecordViewSet):
    """Steps of change plans."""

    queryset = ChangeStep.objects.all()
    serializer_class = ChangeStepSerializer
    filterset_class = filtersets.ChangeStepFilterSet
