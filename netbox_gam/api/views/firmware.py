"""Firmware images, rollouts and upgrades."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from ... import filtersets
from ...exceptions import NotAllowed
from ...models import FirmwareImage, FirmwareRollout, FirmwareUpgrade, GamDevice
from ...workflows import firmware
from ..serializers import FirmwareImageSerializer, FirmwareRolloutSerializer, FirmwareUpgradeSerializer
from ..serializers.firmware import PlanRolloutSerializer, ResumeRolloutSerializer
from .base import GamViewSet, RecordViewSet, verb


class FirmwareImageViewSet(GamViewSet):
    """Firmware images."""

    queryset = FirmwareImage.objects.all()
    serializer_class = FirmwareImageSerializer
    filterset_class = filtersets.FirmwareImageFilterSet

    @verb("upgrade", request=PlanRolloutSerializer, answer=FirmwareRolloutSerializer, url_path="roll-out")
    def roll_out(self, request: Request, pk: int) -> Response:
        """Plan a rollout of the image. Nothing is sent before it is started."""
        options = self.body(PlanRolloutSerializer)
        gams = options.pop("gams")
        allowed = set(GamDevice.objects.restrict(request.user, "upgrade").filter(pk__in=[gam.pk for gam in gams]))
        if missing := [str(gam) for gam in gams if gam not in allowed]:
            raise NotAllowed(f"You may not upgrade the firmware of {', '.join(missing[:10])}.", next_step="Leave them out.")
        options["wave_sizes"] = tuple(options["wave_sizes"])
        rollout = firmware.plan(self.get_object(), gams, firmware.RolloutOptions(**options), user=request.user)
        return Response(FirmwareRolloutSerializer(rollout, context=self.get_serializer_context()).data)


class FirmwareRolloutViewSet(RecordViewSet):
    """Firmware rollouts."""

    queryset = FirmwareRollout.objects.all()
    serializer_class = FirmwareRolloutSerializer
    filterset_class = filtersets.FirmwareRolloutFilterSet

    @verb("upgrade", answer=FirmwareRolloutSerializer)
    def start(self, request: Request, pk: int) -> Response:
        """Begin a planned rollout."""
        rollout = self.get_object()
        firmware.start(rollout, user=request.user)
        return self.changed(rollout.pk)

    @verb("upgrade", answer=FirmwareRolloutSerializer)
    def pause(self, request: Request, pk: int) -> Response:
        """Begin nothing more."""
        rollout = self.get_object()
        firmware.pause(rollout, user=request.user)
        return self.changed(rollout.pk)

    @verb("upgrade", request=ResumeRolloutSerializer, answer=FirmwareRolloutSerializer)
    def resume(self, request: Request, pk: int) -> Response:
        """Go on with a paused rollout, perhaps in a new window."""
        rollout = self.get_object()
        firmware.resume(rollout, user=request.user, **self.body(ResumeRolloutSerializer))
        return self.changed(rollout.pk)

    @verb("upgrade", answer=FirmwareRolloutSerializer)
    def cancel(self, request: Request, pk: int) -> Response:
        """Give a rollout up."""
        rollout = self.get_object()
        firmware.cancel(rollout, user=request.user)
        return self.changed(rollout.pk)


class FirmwareUpgradeViewSet(RecordViewSet):
    """GAMs in rollouts."""

    queryset = FirmwareUpgrade.objects.all()
    serializer_class = FirmwareUpgradeSerializer
    filterset_class = filtersets.FirmwareUpgradeFilterSet

    @verb("upgrade", answer=FirmwareUpgradeSerializer)
    def retry(self, request: Request, pk: int) -> Response:
        """Have a GAM whose upgrade failed try again."""
        upgrade = self.get_object()
        firmware.retry(upgrade, user=request.user)
        return self.changed(upgrade.pk)

    @verb("upgrade", answer=FirmwareUpgradeSerializer)
    def release(self, request: Request, pk: int) -> Response:
        """Release a GAM that needed attention, after a person looked."""
        upgrade = self.get_object()
        firmware.release(upgrade, user=request.user)
        return self.changed(upgrade.pk)
