"""What others have to know of upgrades that are going on: which alarms go with a restart, and who may not write meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from ..choices import AlarmSourceChoices, AlarmStateChoices
from ..exceptions import InvalidState
from ..models import Alarm, FirmwareUpgrade, GamDevice
from ..models.firmware import AWAY_STATUSES, BUSY_STATUSES

EXPECTED = frozenset(
    {
        "unreachable", "endpoint_lost", "firmware_mismatch", "restart", "linkdown", "outage", "los", "swrevmismat", "swdl", "fwupg",
    }
)  # fmt: skip
"""Conditions that go with a restart on purpose."""


class Expected:
    """Alarms of some GAMs that are expected now. Asks the database only when one is raised."""

    def __init__(self, gams: Sequence[int]) -> None:
        self._gams = gams

    @cached_property
    def _until(self) -> dict[int, datetime]:
        rows = FirmwareUpgrade.objects.filter(gam__in=self._gams, status__in=AWAY_STATUSES).select_related("rollout")
        return {row.gam_id: row.quiet_until for row in rows if row.quiet_until}

    def until(self, alarm: Alarm, at: datetime) -> datetime | None:
        """Until when to put it aside; None for an alarm that people have to hear of."""
        if alarm.source == AlarmSourceChoices.PROVISIONING or alarm.condition not in EXPECTED:
            return None
        until = self._until.get(alarm.gam_id)
        return until if until is not None and until > at else None


def take_back(upgrade: FirmwareUpgrade) -> int:
    """The upgrade is over: what was put aside for it and still stands is brought back within a minute, by the sweep of alarms."""
    if not (until := upgrade.quiet_until):
        return 0
    aside = Alarm.objects.filter(gam=upgrade.gam_id, state=AlarmStateChoices.SHELVED, shelved_until=until)
    return aside.update(shelved_until=timezone.now())


def going_on(gams: Iterable[int]) -> dict[int, FirmwareUpgrade]:
    """The upgrades of some GAMs that are going on, by GAM."""
    return {upgrade.gam_id: upgrade for upgrade in FirmwareUpgrade.objects.filter(gam__in=list(gams), status__in=BUSY_STATUSES)}


def refuse_writing(gam: GamDevice, going_on: FirmwareUpgrade | None) -> None:
    """Nothing else is written to a GAM while its firmware is being changed.

    :param going_on: the GAM's upgrade, if one is
    :raises InvalidState: naming the upgrade
    """
    if going_on is not None:
        raise InvalidState(
            f"The firmware of GAM {gam} is being upgraded (rollout {going_on.rollout_id}).",
            next_step="Wait until the upgrade is done, then try again.",
        )
