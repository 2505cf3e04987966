"""Suspension policies."""

from __future__ import annotations

from ... import filtersets
from ...models import SuspensionPolicy
from ..serializers import SuspensionPolicySerializer
from .base import GamViewSet


class SuspensionPolicyViewSet(GamViewSet):
    """Suspension policies."""

    queryset = SuspensionPolicy.objects.all()
    serializer_class = SuspensionPolicySerializer
    filterset_class = filtersets.SuspensionPolicyFilterSet
