"""Sending what is in the outbox of mail groups: at once, as digests, again when the server was away, never too many.

Which events go into a mail, and its Message-ID, are written down before it is sent, and that it was sent right after. A worker that
dies in between sends that one mail again, with the same Message-ID, by which mail systems know it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from ..exceptions import NotAllowed
from ..models import AlarmEvent, MailGroup, MailItem
from . import mail_text, telling
from .locks import try_exclusive
from .mail_delivery import Delivery, MailError, deliver
from .telling import Happening

log = logging.getLogger("netbox.plugins.netbox_gam.telling")

HOUR = timedelta(hours=1)
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=1)
BUDGET = timedelta(minutes=2)
"""How long one run goes on; the next one is a minute away."""
KEEP = timedelta(days=30)


@dataclass
class MailReport:
    """What one run did. ``given_up``: items of groups, alarms or events that are gone, or switched off."""

    mails: int = 0
    items: int = 0
    failed: int = 0
    waiting: int = 0
    given_up: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class TestAnswer:
    """What came of a test mail: whether it was taken, and the server's words."""

    ok: bool
    words: str


def send_mail(now: datetime | None = None) -> MailReport:
    """Send what is due, group by group; what another worker is sending is left to it.

    A server that is away ends the run; everything waits for the next.
    """
    report, started = MailReport(), timezone.now()
    report.given_up = _give_up()
    due = MailItem.objects.filter(sent=None, due__lte=now or started).order_by().values_list("group", flat=True).distinct()
    for group in MailGroup.objects.filter(pk__in=list(due)):
        with try_exclusive("mail_group", group.pk) as free:
            if not free:
                continue
            for mail in [*_begun(group, now or started), *_begin(group, now or started)]:
                if timezone.now() - started > BUDGET or not _send(group, mail, now, report):
                    report.waiting = waiting()
                    return report
    report.waiting = waiting()
    return report


def is_due(now: datetime | None = None) -> bool:
    """Whether a mail is to be sent."""
    return MailItem.objects.filter(sent=None, due__lte=now or timezone.now()).exists()


def waiting() -> int:
    """Items that are in the outbox."""
    return MailItem.objects.filter(sent=None).count()


def send_test(group: MailGroup, *, user: Any) -> TestAnswer:
    """Send a test mail now, outside all limits and quiet hours.

    :raises NotAllowed: the user may not test the group
    """
    if not user.has_perm("netbox_gam.test_mailgroup", group):
        raise NotAllowed(f"Testing {group} takes the permission to test it.")
    try:
        delivery = deliver(mail_text.compose_test(group, user, _message_id(uuid.uuid4())))
    except MailError as error:
        return TestAnswer(False, str(error))
    return TestAnswer(not delivery.refused, _in_words(group, delivery))


def _in_words(group: MailGroup, delivery: Delivery) -> str:
    taken = [address for address in group.addresses if address not in delivery.refused]
    words = f"Taken for {', '.join(taken)}: {delivery.answer}"
    refused = "; ".join(f"{address}: {answer}" for address, answer in delivery.refused.items())
    return f"{words}. Refused: {refused}" if refused else words


# ----------------------------------------------------------------------------------------------------------------------- which


def _begun(group: MailGroup, now: datetime) -> list[uuid.UUID]:
    """Mails that were begun and not sent, and may be tried again."""
    rows = MailItem.objects.filter(group=group, sent=None, due__lte=now).exclude(mail=None)
    return [row["mail"] for row in rows.order_by().values("mail").annotate(last=Max("pk")).order_by("last")]


def _begin(group: MailGroup, now: datetime) -> list[uuid.UUID]:
    """Put items that are due into mails, and write that down."""
    with transaction.atomic():
        rows = MailItem.objects.select_for_update(skip_locked=True).filter(group=group, sent=None, mail=None, due__lte=now)
        mails = portions(list(rows.order_by("pk")), *_room(group, now))
        begun = []
        for items in mails:
            mail = uuid.uuid4()
            MailItem.objects.filter(pk__in=[item.pk for item in items]).update(mail=mail)
            begun.append(mail)
    return begun


def portions(items: Sequence[MailItem], singles: int, digests: int) -> list[list[MailItem]]:
    """Which items go into which mail.

    :param singles: how many mails there may be with one item each
    :param digests: how many there may be after those; what is together, and what there is no other room for, goes into one
    :returns: fewer than all, where there is room for nothing
    """
    alone = [item for item in items if not item.together]
    rest = [item for item in items if item.together]
    if len(alone) > singles:
        alone, over = alone[:singles], alone[singles:]
        rest = sorted([*rest, *over], key=lambda item: item.pk)
    mails = [[item] for item in alone]
    return [*mails, rest] if rest and digests else mails


def _room(group: MailGroup, now: datetime) -> tuple[int, int]:
    """Mails a group may get now, of one item and as a digest: half of the hour's at once, the others spread over the hour."""
    rows = MailItem.objects.filter(group=group, sent__gt=now - HOUR, sent__lte=now)
    mails = list(rows.order_by().values("mail").annotate(last=Max("sent")).values_list("last", flat=True))
    half = group.hourly_limit // 2
    singles = max(0, half - len(mails))
    spread = HOUR / (group.hourly_limit - half)
    spaced = singles > 0 or not mails or now - max(mails) >= spread
    return singles, int(len(mails) < group.hourly_limit and spaced)


# ------------------------------------------------------------------------------------------------------------------------ send


def _message_id(mail: uuid.UUID) -> str:
    return f"<{mail}@netbox-gam>"


def _send(group: MailGroup, mail: uuid.UUID, now: datetime | None, report: MailReport) -> bool:
    """Send one mail and write down what came of it; False when the server is away."""
    items = list(MailItem.objects.filter(group=group, mail=mail, sent=None).order_by("pk"))
    happenings = _happenings(items)
    if not happenings:
        return True
    rows = MailItem.objects.filter(pk__in=[item.pk for item in items])
    try:
        delivery = deliver(mail_text.compose(group, happenings, _message_id(mail)))
    except MailError as error:
        attempts = max(item.attempts for item in items) + 1
        wait = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LAST_RETRY)
        rows.update(attempts=attempts, error=str(error)[:500], due=(now or timezone.now()) + wait)
        log.warning("Mail group %s: %s", group, error)
        report.failed += 1
        report.error = str(error)
        return not error.server_away
    refused = "; ".join(f"{address}: {answer}" for address, answer in delivery.refused.items())
    rows.update(sent=now or timezone.now(), error=f"Refused: {refused}"[:500] if refused else "")
    report.mails += 1
    report.items += len(items)
    return True


def _happenings(items: Sequence[MailItem]) -> list[Happening]:
    events = AlarmEvent.objects.in_bulk([item.event_id for item in items])
    alarms = telling.alarms_by_id(item.alarm_id for item in items)
    return [
        Happening(events[item.event_id], alarms[item.alarm_id])
        for item in items
        if item.event_id in events and item.alarm_id in alarms
    ]


def _give_up() -> int:
    """Forget items that nobody is to be told of any more: group, alarm or event is gone, or the group is switched off."""
    unsent = MailItem.objects.filter(sent=None)
    gone = unsent.exclude(group__in=MailGroup.objects.filter(enabled=True).values("pk"))
    stands = AlarmEvent.objects.filter(pk=OuterRef("event_id"), alarm__gam__isnull=False)
    lost = unsent.filter(~Exists(stands))
    return gone.delete()[0] + lost.delete()[0]


def sweep(now: datetime | None = None) -> int:
    """Forget what was sent long ago; how many items."""
    return MailItem.objects.filter(sent__lt=(now or timezone.now()) - KEEP).delete()[0]


__all__ = ("MailReport", "TestAnswer", "portions", "send_mail", "send_test", "sweep", "waiting")
