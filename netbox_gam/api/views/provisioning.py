"""Change plans and change steps."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from utilities.querysets import RestrictedPrefetch

from ... import filtersets
from ...jobs import ApplyBatchJob, ApplyJob, ReplanBatchJob, ReplanJob
from ...models import ChangeBatch, ChangePlan, ChangeStep
from ...workflows import change_batches, provisioning
from ..serializers import ChangeBatchSerializer, ChangePlanDetailSerializer, ChangePlanSerializer, ChangeStepSerializer
from .base import RecordViewSet, verb


class ChangeBatchViewSet(RecordViewSet):
    """Batches of change plans."""

    queryset = ChangeBatch.objects.all()
    serializer_class = ChangeBatchSerializer
    filterset_class = filtersets.ChangeBatchFilterSet

    @verb("apply")
    def apply(self, request: Request, pk: int) -> Response:
        """Write the waiting plans of the batch to their GAMs at the same time, each exactly as shown, or not at all."""
        return self.accepted(ApplyBatchJob.start(request.user, batch=self.get_object()))

    @verb("apply")
    def replan(self, request: Request, pk: int) -> Response:
        """Plan again what of the batch came to nothing."""
        return self.accepted(ReplanBatchJob.start(request.user, batch=self.get_object()))

    @verb("apply", answer=ChangeBatchSerializer)
    def cancel(self, request: Request, pk: int) -> Response:
        """Drop the plans of the batch that wait."""
        batch = self.get_object()
        change_batches.cancel_batch(batch, user=request.user)
        return self.changed(batch.pk)


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

    @verb("apply")
    def replan(self, request: Request, pk: int) -> Response:
        """Make a plan for the same change again, from the shelf as it is now."""
        return self.accepted(ReplanJob.start(request.user, change_plan=self.get_object()))

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
