"""Telling people of alarms: what happened goes to NetBox's event rules, to subscribers, and into the outbox of mail groups.

Every event is claimed, told and marked in one transaction, together with its rows in two outboxes: of mail groups, and of NetBox's
event rules. What is kept in PostgreSQL (notifications, outboxes) is therefore told exactly once, whoever dies when.

What leaves it (jobs of webhooks, put into Redis) leaves afterwards, one event at a time, outside a transaction: a job that is
queued inside of one is queued when it ends, and lost with the worker. A worker that dies between Redis and the next statement
tells that one event again, with the same ``event.id``.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.models import ObjectType
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone
from extras.events import EventContext, flush_events, serialize_for_event
from extras.models import EventRule, Notification, Subscription
from redis.exceptions import RedisError

from ..choices import AlarmSeverityChoices, AlarmTransitionChoices
from ..models import Alarm, AlarmEvent, EventRuleItem, GamDevice, MailGroup, MailItem
from .locks import try_exclusive
from .quiet import QuietHours, next_digest, quiet_hours
from .scope import RELATIONS, Place, Scope, scope_of
from .scope import places as places_of

log = logging.getLogger("netbox.plugins.netbox_gam.telling")

EVENT_TYPES = {
    AlarmTransitionChoices.RAISED: "netbox_gam.alarm_raised",
    AlarmTransitionChoices.CHANGED: "netbox_gam.alarm_changed",
    AlarmTransitionChoices.CLEARED: "netbox_gam.alarm_cleared",
}
"""NetBox's event types by transition; registered by :mod:`netbox_gam.registrations`."""
PORTION = 200
SEVERITIES = (
    AlarmSeverityChoices.CRITICAL,
    AlarmSeverityChoices.MAJOR,
    AlarmSeverityChoices.MINOR,
    AlarmSeverityChoices.NOT_ALARMED,
    AlarmSeverityChoices.NOT_REPORTED,
)
RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass
class TellReport:
    """How much was told. ``events``: that were worked off; ``failed``: of them, those that event rules could not cope with."""

    events: int = 0
    notifications: int = 0
    mail_items: int = 0
    for_rules: int = 0
    failed: int = 0


def run(now: datetime | None = None) -> TellReport | None:
    """Tell what is to be told, one worker at a time; None when another is at it."""
    with try_exclusive("telling", 0) as free:
        return tell(now) if free else None


def tell(now: datetime | None = None) -> TellReport:
    """Work off all events that nobody was told of yet, the oldest first.

    :raises RedisError: the queue of webhooks cannot be reached; what was not told is told later
    """
    report = TellReport()
    while _portion(now or timezone.now(), report):
        pass
    _tell_event_rules(report)
    return report


def backlog() -> int:
    """Events that nobody was told of yet."""
    return AlarmEvent.objects.filter(announce=True, told=None).count()


def is_due() -> bool:
    """Whether there is something to tell."""
    return AlarmEvent.objects.filter(announce=True, told=None).exists() or EventRuleItem.objects.exists()


def _portion(now: datetime, report: TellReport) -> bool:
    """One transaction; False when there is nothing left."""
    rules = EventRule.objects.filter(enabled=True, event_types__overlap=list(EVENT_TYPES.values())).exists()
    with transaction.atomic():
        untold = AlarmEvent.objects.select_for_update(skip_locked=True).filter(announce=True, told=None)
        events = list(untold.order_by("pk")[:PORTION])
        if not events:
            return False
        AlarmEvent.objects.filter(pk__in=[event.pk for event in events]).update(told=now)
        happenings = _happenings(events)
        report.events += len(events)
        report.mail_items += _fill_outbox(happenings, now)
        report.notifications += _notify_subscribers(happenings)
        if rules:
            items = [EventRuleItem(event=happening.event) for happening in happenings]
            EventRuleItem.objects.bulk_create(items, ignore_conflicts=True)
    return True


@dataclass
class Happening:
    """An event with its alarm."""

    event: AlarmEvent
    alarm: Alarm


def _happenings(events: Sequence[AlarmEvent]) -> list[Happening]:
    """Those of alarms that still exist, and of transitions that people are told of."""
    alarms = alarms_by_id(event.alarm_id for event in events)
    return [
        Happening(event, alarms[event.alarm_id]) for event in events if event.alarm_id in alarms and event.transition in EVENT_TYPES
    ]


def alarms_by_id(wanted: Iterable[int]) -> dict[int, Alarm]:
    """Alarms with everything that is said of them, in one query."""
    rows = Alarm.objects.select_related("gam__device__site", "endpoint", "port__interface", "rule")
    found: dict[int, Alarm] = rows.in_bulk(set(wanted))
    return found


# --------------------------------------------------------------------------------------------------------- NetBox's event rules


class AlarmContext(EventContext):  # type: ignore[misc]
    """An event for NetBox's pipeline: the alarm as it stands, and the transition as it was, under ``event``.

    One of its own for every transition: the queue of a request would keep one for each object.
    """

    def __init__(self, happening: Happening, object_type: Any) -> None:
        self.happening = happening
        super().__init__(
            object_type=object_type,
            object_id=happening.alarm.pk,
            object=happening.alarm,
            event_type=EVENT_TYPES[happening.event.transition],
            snapshots={"prechange": None, "postchange": None},
            user=None,
        )

    def __getitem__(self, item: str) -> Any:
        if item == "data" and "data" not in self:
            event = self.happening.event
            told = {
                "id": event.pk,
                "at": event.at.isoformat(),
                "transition": event.transition,
                "severity": event.severity,
                "text": event.text,
            }
            self["data"] = {**serialize_for_event(self.happening.alarm), "event": told}
        return super().__getitem__(item)


def _tell_event_rules(report: TellReport) -> None:
    """Hand events to NetBox's pipeline, the oldest first, one worker at a time."""
    with try_exclusive("event_rules", 0) as free:
        while free:
            items = list(EventRuleItem.objects.order_by("pk").values_list("pk", flat=True)[:PORTION])
            if not items:
                return
            events = AlarmEvent.objects.in_bulk(items)
            happenings = {item.event.pk: item for item in _happenings(list(events.values()))}
            for pk in items:
                if pk in happenings:
                    report.for_rules += 1
                    report.failed += not _flush(happenings[pk])
                EventRuleItem.objects.filter(pk=pk).delete()


def _flush(happening: Happening) -> bool:
    """Hand one event to NetBox's pipeline; whether it could cope with it.

    :raises RedisError: the queue cannot be reached
    """
    try:
        flush_events([AlarmContext(happening, ObjectType.objects.get_for_model(Alarm))])
    except (DatabaseError, InterfaceError, RedisError, OSError):
        raise
    except Exception:
        # Conditions, templates and plugins of other people: one that breaks must neither hold up nor repeat the others.
        log.exception("Event rules failed for alarm event %s (%s)", happening.event.pk, happening.alarm)
        return False
    return True


def _notify_subscribers(happenings: Sequence[Happening]) -> int:
    """Notifications for those who subscribed to the alarm or to its GAM, and may view the alarm. The last event of each counts."""
    by_alarm = {happening.alarm.pk: happening for happening in happenings}
    owners: dict[tuple[int, int], set[int]] = defaultdict(set)
    types = {model: ContentType.objects.get_for_model(model).pk for model in (Alarm, GamDevice)}
    for happening in by_alarm.values():
        owners[types[Alarm], happening.alarm.pk].add(happening.alarm.pk)
        owners[types[GamDevice], happening.alarm.gam_id].add(happening.alarm.pk)
    rows = Subscription.objects.filter(object_type__in=list(types.values()), object_id__in={key[1] for key in owners})
    wanted: dict[int, set[int]] = defaultdict(set)
    for user, object_type, pk in rows.values_list("user_id", "object_type_id", "object_id"):
        wanted[user] |= owners.get((object_type, pk), set())
    made = []
    for user in get_user_model().objects.filter(pk__in=list(wanted), is_active=True):
        for pk in Alarm.objects.restrict(user, "view").filter(pk__in=wanted[user.pk]).values_list("pk", flat=True):
            made.append((user.pk, by_alarm[pk]))
    for user_pk, happening in made:
        # Made anew, so that one that was read shows as unread again.
        Notification.objects.filter(user_id=user_pk, object_type_id=types[Alarm], object_id=happening.alarm.pk).delete()
    Notification.objects.bulk_create(
        Notification(
            user_id=user_pk,
            object_type_id=types[Alarm],
            object_id=happening.alarm.pk,
            object_repr=Notification.get_object_repr(happening.alarm),
            event_type=EVENT_TYPES[happening.event.transition],
        )
        for user_pk, happening in made
    )
    return len(made)


# ------------------------------------------------------------------------------------------------------------------ mail groups


@dataclass
class ScopedGroup:
    """A mail group with its scope loaded."""

    group: MailGroup
    scope: Scope
    quiet: QuietHours | None = field(init=False)

    def __post_init__(self) -> None:
        group = self.group
        self.quiet = quiet_hours(group.quiet_from, group.quiet_to, group.zone, group.quiet_days)

    def wants(self, happening: Happening, place: Place, *, told_before: bool) -> bool:
        """Whether its people are told. Who was told that an alarm came up is told how it goes on, even if it is milder by then."""
        group, event = self.group, happening.event
        if not getattr(group, f"tell_{event.transition}"):
            return False
        if event.transition != AlarmTransitionChoices.RAISED and told_before:
            return True
        return (
            RANK[event.severity] <= RANK[group.minimum_severity]
            and (happening.alarm.service_affecting or not group.only_service_affecting)
            and self.scope.covers(place)
        )

    def due(self, severity: str, now: datetime) -> tuple[datetime, bool]:
        """When an event is sent, and whether together with others."""
        minutes = self.group.digest_minutes
        due = next_digest(now, minutes) if minutes else now
        breaks = self.group.breakthrough_severity
        if self.quiet is not None and not (breaks and RANK[severity] <= RANK[breaks]):
            end = self.quiet.until(due)
            if end is not None:
                return end, True
        return due, bool(minutes)


def scoped_groups() -> list[ScopedGroup]:
    """The mail groups that are switched on, in four queries."""
    groups = MailGroup.objects.filter(enabled=True).prefetch_related(*RELATIONS)
    return [ScopedGroup(group, scope_of(group)) for group in groups]


def _fill_outbox(happenings: Sequence[Happening], now: datetime) -> int:
    """Put what mail groups are to be told into their outboxes; how many items."""
    groups = scoped_groups() if happenings else []
    if not groups:
        return 0
    places = places_of(GamDevice.objects.filter(pk__in={happening.alarm.gam_id for happening in happenings}))
    before = _told_before(happening.alarm.pk for happening in happenings)
    items = [item for scoped in groups for item in _items(scoped, happenings, places, before, now)]
    return len(MailItem.objects.bulk_create(items, ignore_conflicts=True))


def _items(
    scoped: ScopedGroup, happenings: Iterable[Happening], places: Mapping[int, Place], before: set[tuple[int, int]], now: datetime
) -> Iterable[MailItem]:
    for happening in happenings:
        key = (scoped.group.pk, happening.alarm.pk)
        if scoped.wants(happening, places[happening.alarm.gam_id], told_before=key in before):
            before.add(key)
            due, together = scoped.due(happening.event.severity, now)
            yield MailItem(group=scoped.group, event=happening.event, alarm=happening.alarm, due=due, together=together)


def _told_before(alarms: Iterable[int]) -> set[tuple[int, int]]:
    """Groups and alarms they were told of."""
    return set(MailItem.objects.filter(alarm__in=list(alarms)).order_by().values_list("group_id", "alarm_id").distinct())


__all__ = ("EVENT_TYPES", "Happening", "TellReport", "alarms_by_id", "backlog", "run", "tell")
