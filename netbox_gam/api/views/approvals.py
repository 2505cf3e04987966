"""Approval rules and maintenance windows."""

from __future__ import annotations

from ... import filtersets
from ...models import ApprovalRule, MaintenanceWindow
from ..serializers import ApprovalRuleSerializer, MaintenanceWindowSerializer
from .base import GamViewSet


class ApprovalRuleViewSet(GamViewSet):
    """Which change plans need a second person, or a maintenance window."""

    queryset = ApprovalRule.objects.all()
    serializer_class = ApprovalRuleSerializer
    filterset_class = filtersets.ApprovalRuleFilterSet


class MaintenanceWindowViewSet(GamViewSet):
    """When work on GAMs may interrupt services."""

    queryset = MaintenanceWindow.objects.all()
    serializer_class = MaintenanceWindowSerializer
    filterset_class = filtersets.MaintenanceWindowFilterSet
