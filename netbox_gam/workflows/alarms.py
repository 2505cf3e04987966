"""Alarms: raised once, cleared once, acknowledged by a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from ..choices import AlarmSourceChoices, AlarmStateChoices
from ..exceptions import InvalidState
from ..models import Alarm, GamDevice
from .saving import create, update


def standing(gam: GamDevice) -> dict[str, Alarm]:
    """The alarms of a GAM that are not cleared, by key."""
    return {alarm.key: alarm for alarm in Alarm.objects.filter(gam=gam).exclude(state=AlarmStateChoices.CLEARED)}


def raise_alarm(gam: GamDevice, *, key: str, condition: str, severity: str, raised: datetime | None = None, **values: Any) -> Alarm:
    """Raise an alarm, or bring the standing one of that key up to date.

    :param raised: when it came up, where that is known; now otherwise
    """
    values = {"source": AlarmSourceChoices.SHELF, **values, "condition": condition, "severity": severity}
    alarm = standing(gam).get(key)
    if alarm is None:
        return create(Alarm, message=f"Raised: {condition}", gam=gam, key=key, raised=raised or timezone.now(), **values)
    update(alarm, message=f"Changed: {condition}", **values)
    return alarm


def clear_alarm(gam: GamDevice, *, key: str) -> bool:
    """Clear the standing alarm of that key; False when there is none."""
    alarm = standing(gam).get(key)
    if alarm is None:
        return False
    return update(alarm, message="Cleared", state=AlarmStateChoices.CLEARED, cleared=timezone.now())


def acknowledge(alarm: Alarm, *, user: Any) -> None:
    """A person has seen it.

    :raises InvalidState: it is cleared or acknowledged already
    """
    if alarm.state != AlarmStateChoices.RAISED:
        raise InvalidState(f"Alarm {alarm} is {alarm.get_state_display().lower()}.")
    update(alarm, message=f"Acknowledged by {user}", state=AlarmStateChoices.ACKNOWLEDGED, acknowledged_by=user)
