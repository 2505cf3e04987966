"""The words of a mail about alarms: of one event, or a digest by site and shelf."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from nornir_tasks.gam.alarms import CONDITIONS
from nornir_tasks.monitoring.alarm_advice import advice

from .. import settings
from ..choices import AlarmSeverityChoices, AlarmTransitionChoices
from ..models import MailGroup
from .telling import RANK, Happening

LONGEST_DIGEST = 50
LONGEST_SUBJECT = 180
COLORS = {"red": "#d63939", "orange": "#f76707", "yellow": "#f59f00", "cyan": "#17a2b8", "gray": "#6b7280"}
CLEARED_COLOR = "#2fb344"
SEVERITY_WORDS = dict(AlarmSeverityChoices)
CONDITION_WORDS = dict(CONDITIONS.values())


@dataclass
class Line:
    """One alarm in a mail: what happened to it since the last one."""

    headline: str
    facts: list[str]
    next_step: str
    link: str
    color: str


@dataclass
class Place:
    """A shelf in a mail, with its site."""

    title: str
    lines: list[Line] = field(default_factory=list)


@dataclass
class Digest:
    """Everything a mail says. ``more``: alarms that did not fit."""

    subject: str
    places: list[Place]
    many: bool
    footer: str
    intro: str = ""
    more: int = 0
    list_link: str = ""


def compose(group: MailGroup, happenings: Sequence[Happening], message_id: str) -> EmailMultiAlternatives:
    """A mail with text and HTML about some events; several of one alarm become one line.

    :param happenings: at least one, in the order they happened
    :param message_id: the same for the same mail, however often it is tried
    """
    digest = digest_of(group, happenings)
    return _message(group, digest.subject, "netbox_gam/mail/alarms", {"digest": digest}, message_id)


def compose_test(group: MailGroup, user: object, message_id: str) -> EmailMultiAlternatives:
    """A mail that says that it is a test."""
    line = Line(
        headline="This is a test of the mail group.",
        facts=[f"Sent by {user}. Nothing is wrong.", f"Times are in {group.time_zone}."],
        next_step="",
        link=link(group.get_absolute_url()),
        color=CLEARED_COLOR,
    )
    digest = Digest(_subject(group, f"Test of {group}"), [Place("", [line])], many=False, footer=_footer(group))
    return _message(group, digest.subject, "netbox_gam/mail/alarms", {"digest": digest}, message_id)


def digest_of(group: MailGroup, happenings: Sequence[Happening]) -> Digest:
    """The words of a mail about some events."""
    by_alarm: dict[int, list[Happening]] = {}
    for happening in happenings:
        by_alarm.setdefault(happening.alarm.pk, []).append(happening)
    shown = sorted(by_alarm.values(), key=_worst)[:LONGEST_DIGEST]
    many = len(by_alarm) > 1
    places: dict[str, Place] = {}
    for story in sorted(shown, key=lambda story: (_title(story[0]), _worst(story))):
        place = places.setdefault(_title(story[0]), Place(_title(story[0])))
        place.lines.append(_line(story, group.zone))
    return Digest(
        subject=_subject(group, _summary(by_alarm.values()) if many else _headline(next(iter(by_alarm.values())))),
        places=list(places.values()),
        many=many,
        intro=_span(happenings, group.zone) if many else "",
        footer=_footer(group),
        more=len(by_alarm) - len(shown),
        list_link=link("/plugins/gam/alarms/"),
    )


def link(path: str) -> str:
    """An address that works from outside; empty where the setting ``link_base_url`` is."""
    base = settings.link_base_url()
    return f"{base}{path}" if base else ""


def _message(group: MailGroup, subject: str, template: str, context: dict[str, object], message_id: str) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{template}.txt", context),
        from_email=django_settings.SERVER_EMAIL or None,
        to=list(group.addresses),
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message


def _subject(group: MailGroup, words: str) -> str:
    # One line: what a shelf says must not be able to begin another header.
    return " ".join(f"{group.subject_prefix} {words}".split())[:LONGEST_SUBJECT]


def _footer(group: MailGroup) -> str:
    return f"You get this because you are in the mail group “{group}” of NetBox. {link(group.get_absolute_url())}".strip()


def _title(happening: Happening) -> str:
    device = happening.alarm.gam.device
    return f"{device.site}: {device}"


def _worst(story: Sequence[Happening]) -> tuple[bool, int, datetime]:
    """What still stands first, then by severity, then by time."""
    cleared = story[-1].event.transition == AlarmTransitionChoices.CLEARED
    return cleared, min(RANK[item.event.severity] for item in story), story[0].event.at


def _headline(story: Sequence[Happening]) -> str:
    last, alarm = story[-1], story[-1].alarm
    came_and_went = len(story) > 1 and last.event.transition == AlarmTransitionChoices.CLEARED
    raised_too = came_and_went and story[0].event.transition == AlarmTransitionChoices.RAISED
    verb = "raised and cleared" if raised_too else str(last.event.get_transition_display()).lower()
    condition = CONDITION_WORDS.get(alarm.condition, alarm.condition.replace("_", " "))
    subject = " ".join(filter(None, (str(alarm.gam.device), alarm.entity)))
    return f"{SEVERITY_WORDS[last.event.severity]} alarm {verb}: {condition} ({subject})"


def _line(story: Sequence[Happening], zone: ZoneInfo) -> Line:
    last, alarm = story[-1], story[-1].alarm
    cleared = last.event.transition == AlarmTransitionChoices.CLEARED
    facts = [f"Site {alarm.gam.device.site}, GAM {alarm.gam.device}" + (f", {alarm.entity}" if alarm.entity else "")]
    text = last.event.text or alarm.text
    facts += [text] if text else []
    facts.append(f"Raised {at_in_words(alarm.raised, zone)}")
    facts += [f"Changed {at_in_words(item.event.at, zone)}" for item in story if item.event.transition == "changed"][-3:]
    if cleared:
        facts.append(f"Cleared {at_in_words(last.event.at, zone)}, after {_stood(last.event.at - alarm.raised)}")
    facts += ["Affects service"] if alarm.service_affecting and not cleared else []
    color = CLEARED_COLOR if cleared else COLORS[AlarmSeverityChoices.colors[last.event.severity]]
    return Line(_headline(story), facts, "" if cleared else advice(alarm.condition), link(alarm.get_absolute_url()), color)


def _summary(stories: Iterable[Sequence[Happening]]) -> str:
    counts = {"standing": 0, "cleared": 0, "raised and cleared": 0}
    for story in stories:
        if story[-1].event.transition != AlarmTransitionChoices.CLEARED:
            counts["standing"] += 1
        elif story[0].event.transition == AlarmTransitionChoices.RAISED:
            counts["raised and cleared"] += 1
        else:
            counts["cleared"] += 1
    words = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    return f"{sum(counts.values())} alarms: {words}"


def _span(happenings: Sequence[Happening], zone: ZoneInfo) -> str:
    times = [happening.event.at for happening in happenings]
    return f"What happened from {at_in_words(min(times), zone)} to {at_in_words(max(times), zone)}:"


def at_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """``2026-11-26 14:05:09 CET``."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def _stood(length: timedelta) -> str:
    seconds, parts = int(length.total_seconds()), []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if seconds >= size:
            parts.append(f"{seconds // size} {unit}")
            seconds %= size
    return " ".join(parts[:2]) or "less than a second"
