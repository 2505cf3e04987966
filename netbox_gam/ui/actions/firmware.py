"""Firmware rollouts and upgrades."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ...choices import FirmwareRolloutStatusChoices, FirmwareUpgradeStatusChoices
from .base import Verb


class RollOut(Verb):
    name = "roll_out"
    label = _("Roll Out")
    title = _("Choose GAMs and waves; nothing is sent before the rollout is started")
    permissions_required = {"upgrade"}
    icon = "upload-multiple"
    method = "get"


class StartRollout(Verb):
    name = "start"
    label = _("Start")
    title = _("Begin with the first wave; from then on it goes on by itself")
    permissions_required = {"upgrade"}
    icon = "play"
    color = "green"
    states = (FirmwareRolloutStatusChoices.PLANNED,)


class PauseRollout(Verb):
    name = "pause"
    label = _("Pause")
    title = _("Begin nothing more; what was begun is followed to its end")
    permissions_required = {"upgrade"}
    icon = "pause"
    color = "orange"
    states = (FirmwareRolloutStatusChoices.RUNNING,)


class ResumeRollout(Verb):
    name = "resume"
    label = _("Resume")
    title = _("Go on; what failed so far is accepted")
    permissions_required = {"upgrade"}
    icon = "play"
    color = "green"
    method = "get"
    states = (FirmwareRolloutStatusChoices.PAUSED,)


class CancelRollout(Verb):
    name = "cancel"
    label = _("Cancel")
    title = _("Give the rollout up; what was begun is followed to its end")
    permissions_required = {"upgrade"}
    icon = "cancel"
    color = "secondary"
    states = (FirmwareRolloutStatusChoices.PLANNED, FirmwareRolloutStatusChoices.RUNNING, FirmwareRolloutStatusChoices.PAUSED)


class RetryUpgrade(Verb):
    name = "retry"
    label = _("Try Again")
    title = _("Begin again with this GAM")
    permissions_required = {"upgrade"}
    icon = "restart"
    color = "primary"
    states = (FirmwareUpgradeStatusChoices.FAILED,)


class ReleaseUpgrade(Verb):
    name = "release"
    label = _("Release")
    title = _("Somebody has looked at the GAM: clear the alarm, count it as failed")
    permissions_required = {"upgrade"}
    icon = "lock-open-variant"
    color = "orange"
    states = (FirmwareUpgradeStatusChoices.NEEDS_ATTENTION,)
