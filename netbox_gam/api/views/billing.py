"""Billing systems, what is linked to them, their runs and the findings."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...jobs import AcceptFindingJob, ReconcileJob
from ...models import BillingLink, BillingPlan, BillingSystem, Finding, SyncRun
from ...workflows import findings
from ..requests import ApplyAtOnceSerializer, IgnoreFindingSerializer
from ..serializers import (
    BillingLinkSerializer,
    BillingPlanSerializer,
    BillingSystemSerializer,
    FindingSerializer,
    SyncRunSerializer,
)
from .base import GamViewSet, RecordViewSet, verb


class BillingSystemViewSet(GamViewSet):
    """Billing systems."""

    queryset = BillingSystem.objects.all()
    serializer_class = BillingSystemSerializer
    filterset_class = filtersets.BillingSystemFilterSet
    # A request that waits in Redis would keep the secrets it carries there.
    background_enabled = False

    @verb("reconcile")
    def reconcile(self, request: Request, pk: int) -> Response:
        """Read the billing system and compare it with what is wanted and what is."""
        return self.accepted(ReconcileJob.start(request.user, system=self.get_object()))


class BillingPlanViewSet(GamViewSet):
    """Billing plans."""

    queryset = BillingPlan.objects.all()
    serializer_class = BillingPlanSerializer
    filterset_class = filtersets.BillingPlanFilterSet


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
