"""Billing systems, what is linked to them, their runs and the findings."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...jobs import (
    AcceptFindingJob,
    CheckConnectionJob,
    PreviewWriteBackJob,
    ReconcileJob,
    ReleaseFeedJob,
    ReleasePartJob,
    wake_billing_events,
)
from ...models import BandwidthPlan, BillingLink, BillingPlan, BillingSystem, Finding, HeldService, Subscriber, SyncRun
from ...workflows import billing_events, findings, plan_mapping, status_matrix, sync_runs, write_back
from ..requests import (
    ApplyAtOnceSerializer,
    IgnoreFindingSerializer,
    MappedSerializer,
    MapPlansSerializer,
    PlanRowSerializer,
    ReconcileSerializer,
    ReleasePartSerializer,
    ReplayedSerializer,
    ReplayEventsSerializer,
    SellAsInternetSerializer,
    SetStatusesSerializer,
    StatusMatrixSerializer,
    StatusPreviewSerializer,
    WriteBackSerializer,
)
from ..serializers import (
    BillingLinkSerializer,
    BillingPlanSerializer,
    BillingSystemSerializer,
    FindingSerializer,
    SyncRunSerializer,
)
from ..serializers.decisions import HeldServiceSerializer
from .base import GamViewSet, RecordViewSet, verb


class BillingSystemViewSet(GamViewSet):
    """Billing systems."""

    queryset = BillingSystem.objects.all()
    serializer_class = BillingSystemSerializer
    filterset_class = filtersets.BillingSystemFilterSet
    # A request that waits in Redis would keep the secrets it carries there.
    background_enabled = False

    @verb("reconcile", request=ReconcileSerializer)
    def reconcile(self, request: Request, pk: int) -> Response:
        """Read the billing system and compare it with what is wanted and what is."""
        return self.accepted(ReconcileJob.start(request.user, system=self.get_object(), **self.body(ReconcileSerializer)))

    @verb("reconcile", url_path="check-connection")
    def check_connection(self, request: Request, pk: int) -> Response:
        """Check the connection to the billing system and every right it needs; reads only."""
        return self.accepted(CheckConnectionJob.start(request.user, system=self.get_object()))

    @verb("replay", request=ReplayEventsSerializer, answer=ReplayedSerializer, url_path="replay-events")
    def replay_events(self, request: Request, pk: int) -> Response:
        """Work off some events of the system, or all of a time span, again."""
        count = billing_events.replay(self.get_object(), user=request.user, **self.body(ReplayEventsSerializer))
        wake_billing_events()
        return Response({"waiting": count})

    @verb("write_back", url_path="preview-write-back")
    def preview_write_back(self, request: Request, pk: int) -> Response:
        """Read the billing system, and keep what would be written back; writes nothing there."""
        return self.accepted(PreviewWriteBackJob.start(request.user, system=self.get_object()))

    @verb("write_back", request=WriteBackSerializer, answer=BillingSystemSerializer, url_path="write-back")
    def write_back(self, request: Request, pk: int) -> Response:
        """Choose what is written back, and switch it on or off."""
        system, chosen = self.get_object(), self.body(WriteBackSerializer)
        write_back.configure(system, user=request.user, enabled=chosen["write_back"], fields=chosen["write_back_fields"])
        return self.changed(system.pk)

    @verb("view", answer=StatusMatrixSerializer, methods=["get"], url_path="status-matrix")
    def status_matrix(self, request: Request, pk: int) -> Response:
        """What every status of the system means here, seen or not."""
        system = self.get_object()
        rows = status_matrix.matrix(system, Subscriber.objects.restrict(request.user, "view"))
        debt = status_matrix.policy_option(status_matrix.rules_of(system).debt)
        return Response(StatusMatrixSerializer({"debt": debt, "statuses": rows}).data)

    @verb("change", request=SetStatusesSerializer, answer=StatusPreviewSerializer, url_path="set-statuses")
    def set_statuses(self, request: Request, pk: int) -> Response:
        """Say what statuses mean, and what that comes to; it acts from the next run on, as findings."""
        system, asked = self.get_object(), self.body(SetStatusesSerializer)
        debt = (asked["debt"] or {}) if "debt" in asked else None
        found = status_matrix.preview(system, status_matrix.rules_of(system, asked.get("status_map"), debt))
        saved = not asked["dry_run"] and status_matrix.save(
            system, user=request.user, status_map=asked.get("status_map"), debt=debt
        )
        return Response(StatusPreviewSerializer({**vars(found), "saved": saved}).data)

    @verb("view", answer=PlanRowSerializer(many=True), methods=["get"], url_path="plan-mapping")
    def plan_mapping(self, request: Request, pk: int) -> Response:
        """Billed plans and what each could be, unmapped ones first: of the plans the user may view."""
        return Response(PlanRowSerializer(self._plan_rows(request, "view"), many=True).data)

    @verb("view", request=MapPlansSerializer, answer=MappedSerializer, url_path="map-plans")
    def map_plans(self, request: Request, pk: int) -> Response:
        """Say which bandwidth plans billed plans are; takes the permission to change each of them."""
        asked, rows = self.body(MapPlansSerializer), self._plan_rows(request, "change")
        count = 0
        with transaction.atomic():
            if asked.get("plans"):
                count += self._map_chosen(request, [row.plan for row in rows], asked["plans"])
            if asked["accept_sure"]:
                count += plan_mapping.accept([row for row in rows if row.acceptable], user=request.user)
        return Response({"mapped": count})

    def _plan_rows(self, request: Request, action: str) -> list[Any]:
        visible = BandwidthPlan.objects.restrict(request.user, "view")
        return plan_mapping.overview(self.get_object(), BillingPlan.objects.restrict(request.user, action), visible)

    @staticmethod
    def _map_chosen(request: Request, plans: list[BillingPlan], asked: list[dict[str, Any]]) -> int:
        chosen = {item["billing_plan"]: item["bandwidth_plan"] for item in asked}
        known = BandwidthPlan.objects.restrict(request.user, "view").in_bulk([key for key in chosen.values() if key])
        for name, keys, found in (
            ("billing_plan", set(chosen), {plan.pk for plan in plans}),
            ("bandwidth_plan", {key for key in chosen.values() if key}, set(known)),
        ):
            if missing := sorted(keys - found):
                raise ValidationError({"plans": f"{name} {missing[0]}: no such object, or it may not be used."})
        return plan_mapping.map_plans(plans, {pk: known.get(key) for pk, key in chosen.items()}, user=request.user)


class BillingPlanViewSet(GamViewSet):
    """Billing plans."""

    queryset = BillingPlan.objects.all()
    serializer_class = BillingPlanSerializer
    filterset_class = filtersets.BillingPlanFilterSet

    @verb("change", answer=BillingPlanSerializer, url_path="create-bandwidth-plan")
    def create_bandwidth_plan(self, request: Request, pk: int) -> Response:
        """Make the bandwidth plan it lacks, at the speed it is sold at, and map it; takes the permission to add one."""
        plan = self.get_object()
        plan_mapping.create_plan(plan, user=request.user)
        return self.changed(plan.pk)

    @verb("change", request=SellAsInternetSerializer, answer=BillingPlanSerializer, url_path="sell-as-internet")
    def sell_as_internet(self, request: Request, pk: int) -> Response:
        """Say that it is Internet access though billed as recurring; takes the permission to change the billing system."""
        plan = self.get_object()
        plan_mapping.sell_as_internet(plan, user=request.user, **self.body(SellAsInternetSerializer))
        return self.changed(plan.pk)


class BillingLinkViewSet(GamViewSet):
    """Billing links."""

    queryset = BillingLink.objects.all()
    serializer_class = BillingLinkSerializer
    filterset_class = filtersets.BillingLinkFilterSet
    field_prefetches = {("display",): ["system"]}


class SyncRunViewSet(RecordViewSet):
    """Reconciliation runs."""

    queryset = SyncRun.objects.all()
    serializer_class = SyncRunSerializer
    filterset_class = filtersets.SyncRunFilterSet
    field_prefetches = {("display",): ["system"]}

    @verb("release")
    def release(self, request: Request, pk: int) -> Response:
        """Believe a feed that is held: read it again and compare, unless it has become worse."""
        return self.accepted(ReleaseFeedJob.start(request.user, run=self.get_object()))

    @verb("cancel", answer=SyncRunSerializer)
    def cancel(self, request: Request, pk: int) -> Response:
        """Have a run that is running end before its next request; what it read is discarded."""
        run = self.get_object()
        sync_runs.cancel(run, user=request.user)
        return self.changed(run.pk)

    @verb("release", request=ReleasePartSerializer, url_path="release-part")
    def release_part(self, request: Request, pk: int) -> Response:
        """Believe a feed that is held for some services or sites only; the rest stays held."""
        return self.accepted(ReleasePartJob.start(request.user, run=self.get_object(), **self.body(ReleasePartSerializer)))

    @verb("view", answer=HeldServiceSerializer(many=True), methods=["get"])
    def held(self, request: Request, pk: int) -> Response:
        """What a held feed would come to, service by service: of the subscribers the user may view."""
        rows = HeldService.objects.filter(run=self.get_object()).select_related("site", "subscriber")
        rows = self.paginate_queryset(rows.filter(subscriber__in=Subscriber.objects.restrict(request.user, "view")))
        return self.get_paginated_response(HeldServiceSerializer(rows, many=True).data)


class FindingViewSet(RecordViewSet):
    """Findings and what is decided about them."""

    queryset = Finding.objects.all()
    serializer_class = FindingSerializer
    filterset_class = filtersets.FindingFilterSet

    @verb("decide", request=ApplyAtOnceSerializer)
    def accept(self, request: Request, pk: int) -> Response:
        """Do what the finding asks for."""
        return self.accepted(AcceptFindingJob.start(request.user, finding=self.get_object(), **self.body(ApplyAtOnceSerializer)))

    @verb("decide", request=IgnoreFindingSerializer, answer=FindingSerializer)
    def ignore(self, request: Request, pk: int) -> Response:
        """Not raise the finding again while it stays the same."""
        finding = self.get_object()
        findings.ignore(finding, user=request.user, **self.body(IgnoreFindingSerializer))
        return self.changed(finding.pk)

    @verb("decide", answer=FindingSerializer)
    def reopen(self, request: Request, pk: int) -> Response:
        """Take a decision back."""
        finding = self.get_object()
        findings.reopen(finding, user=request.user)
        return self.changed(finding.pk)
