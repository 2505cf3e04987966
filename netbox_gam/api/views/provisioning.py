"""Change plans and change steps."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from utilities.querysets import RestrictedPrefetch

from ... import filtersets
from ...jobs import ApplyBatchJob, ApplyJob, PlanFileJob, ReplanBatchJob, ReplanJob, release_plan
from ...models import ChangeBatch, ChangePlan, ChangeStep
from ...workflows import approval, change_batches, provisioning, waiting_plans
from ..requests import ScheduleSerializer
from ..serializers import ChangeBatchSerializer, ChangePlanDetailSerializer, ChangePlanSerializer, ChangeStepSerializer
from .base import RecordViewSet, verb


def _schedule(change_plans: list[ChangePlan], user: Any, body: dict[str, Any]) -> None:
    if body["when"] == "never":
        waiting_plans.unschedule(change_plans, user=user)
    else:
        waiting_plans.schedule(change_plans, user=user, at=body.get("at"))


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

    @verb("view", url_path="plan-rest")
    def plan_rest(self, request: Request, pk: int) -> Response:
        """Plan the rows of an uploaded file without those that were found to be wrong."""
        return self.accepted(PlanFileJob.start(request.user, batch=self.get_object(), leave_out=True))

    @verb("approve", answer=ChangeBatchSerializer)
    def approve(self, request: Request, pk: int) -> Response:
        """Approve the plans of the batch that wait, exactly as they are: all of them or none."""
        batch = self.get_object()
        change_batches.approve_batch(batch, user=request.user)
        return self.changed(batch.pk)

    @verb("apply", request=ScheduleSerializer, answer=ChangeBatchSerializer)
    def schedule(self, request: Request, pk: int) -> Response:
        """Let the plans of the batch that wait be applied by themselves: at a time, or when the next window opens."""
        batch = self.get_object()
        _schedule(change_batches.waiting_plans_of(batch), request.user, self.body(ScheduleSerializer))
        return self.changed(batch.pk)

    @verb("cancel", answer=ChangeBatchSerializer)
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

    @verb("approve", answer=ChangePlanSerializer)
    def approve(self, request: Request, pk: int) -> Response:
        """Let exactly these lines be written to the shelf as it is. Not by who asked for the plan."""
        change_plan = self.get_object()
        approval.approve([change_plan], user=request.user)
        return self.changed(change_plan.pk)

    @verb("apply", request=ScheduleSerializer, answer=ChangePlanSerializer)
    def schedule(self, request: Request, pk: int) -> Response:
        """Let the plan be applied by itself: at a time, or when the next maintenance window opens."""
        change_plan = self.get_object()
        _schedule([change_plan], request.user, self.body(ScheduleSerializer))
        return self.changed(change_plan.pk)

    @verb("release")
    def release(self, request: Request, pk: int) -> Response:
        """Let a GAM be written to again whose plan needed attention; it is compared with NetBox at once."""
        return self.accepted(release_plan(self.get_object(), user=request.user))

    @verb("cancel", answer=ChangePlanSerializer)
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
