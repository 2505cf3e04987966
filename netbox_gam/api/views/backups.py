"""Configuration backups."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...jobs import RestoreJob
from ...models import ConfigBackup
from ...workflows import backup_store, backups
from ..requests import BackupDiffSerializer, BackupTextSerializer
from ..serializers import ConfigBackupSerializer
from .base import RecordViewSet, verb

AGAINST = OpenApiParameter(
    "against", OpenApiTypes.STR, required=True, description="Key of another backup of the same GAM, or `newest`"
)


class ConfigBackupViewSet(RecordViewSet):
    """The configuration safe: what GAMs had, and when."""

    queryset = ConfigBackup.objects.all()
    serializer_class = ConfigBackupSerializer
    filterset_class = filtersets.ConfigBackupFilterSet
    field_prefetches = {("display",): ["gam__device"]}

    @extend_schema(responses=BackupTextSerializer)
    @action(detail=True, methods=["get"], filterset_class=None)
    def text(self, request: Request, pk: int) -> Response:
        """The whole text, secrets blanked."""
        return Response(BackupTextSerializer({"text": backup_store.masked(self.get_object())}).data)

    @extend_schema(parameters=[AGAINST], responses=BackupDiffSerializer)
    @action(detail=True, methods=["get"], filterset_class=None)
    def diff(self, request: Request, pk: int) -> Response:
        """What differs between two backups of one GAM, secrets blanked."""
        shown = self.get_object()
        of_gam = ConfigBackup.objects.restrict(request.user, "view").filter(gam=shown.gam_id).select_related("gam__device")
        against = request.query_params.get("against", "")
        other = of_gam.first() if against == "newest" else of_gam.filter(pk=against).first() if against.isdigit() else None
        if other is None:
            raise ValidationError({"against": [f"“{against}” is neither `newest` nor the key of a backup of this GAM."]})
        return Response(BackupDiffSerializer(backups.compare(shown, other)).data)

    @verb("restore")
    def restore(self, request: Request, pk: int) -> Response:
        """Read the GAM and plan what brings it back to this backup. Nothing is sent."""
        return self.accepted(RestoreJob.start(request.user, backup=self.get_object()))
