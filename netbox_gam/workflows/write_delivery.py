"""Delivering the outbox to billing systems: one deliverer per system, account by account, again when the system was away.

An attempt is written down before it is sent. A worker that dies in between leaves a write that waits; the next attempt reads the
account again, finds what stands there already, and sends only what is left.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from nornir_tasks.contracts import AccountWrite, WriteOutcome
from nornir_tasks.errors import BillingError, ErrorKind

from .. import gateway
from ..choices import BackValueChoices
from ..choices import BillingWriteStateChoices as State
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import BillingSystem, BillingWrite, WriteBackState
from ..targets import billing_target
from . import write_back
from .locks import try_exclusive
from .saving import update

log = logging.getLogger("netbox.plugins.netbox_gam.write_back")

FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=1)
MOST_ATTEMPTS = 30
"""More than a day, once an hour."""
BUDGET = timedelta(minutes=2)
"""How long one run goes on with one system; the next one is moments away."""
AT_ONCE = 500
"""Accounts taken from the outbox at once."""
KEEP = timedelta(days=90)
AWAY = frozenset(
    {ErrorKind.AUTH, ErrorKind.RATE_LIMITED, ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.UNPARSEABLE, ErrorKind.INCOMPLETE}
)
"""Errors of the system, or of what is in between: the next account would fare no better."""


@dataclass
class DeliveryReport:
    """What one run did, in writes. ``changed``: the account was not as it was read, so it is read again first."""

    sent: int = 0
    changed: int = 0
    refused: int = 0
    failed: int = 0
    error: str = ""


def is_due(now: datetime | None = None) -> bool:
    """Whether a billing system is to be looked at or written to."""
    return any(_is_due(system, now or timezone.now()) for system in BillingSystem.objects.filter(enabled=True, write_back=True))


def _is_due(system: BillingSystem, now: datetime) -> bool:
    state = WriteBackState.objects.filter(system=system).first()
    if state is None or (state.attempts and state.due_at is not None and state.due_at > now):
        return state is None
    looked = state.due_at is not None and state.due_at > now
    return _ready(system, now).exists() or (not looked and write_back.is_dirty(system, state, now))


def run(now: datetime | None = None) -> dict[str, DeliveryReport]:
    """Look at every system that is due, and deliver; what another worker is at is left to it."""
    reports = {}
    for system in BillingSystem.objects.filter(enabled=True, write_back=True):
        if _is_due(system, now or timezone.now()):
            reports[str(system)] = run_one(system, now=now)
    return reports


def run_one(system: BillingSystem, *, now: datetime | None = None) -> DeliveryReport:
    """Collect and deliver for one system, unless somebody else does. What cannot be read is read later."""
    with try_exclusive("write_back", system.pk) as free:
        if not free:
            return DeliveryReport()
        at = now or timezone.now()
        state = write_back.state_of(system)
        try:
            if state.due_at is None or state.due_at <= at:
                write_back.collect(system, now=at)
            report = deliver(system, now=now)
        except (BillingError, WorkflowError) as error:
            report = DeliveryReport(error=str(error)[:500])
        _note(system, report.error, at)
        return report


def _note(system: BillingSystem, error: str, now: datetime) -> None:
    """Write down how it went; a system that is away is left alone for longer and longer."""
    states = WriteBackState.objects.filter(system=system)
    if not error:
        states.update(attempts=0, error="")
        return
    attempts = (states.values_list("attempts", flat=True).first() or 0) + 1
    states.update(attempts=attempts, error=error, due_at=now + _wait(attempts))
    log.warning("Writing back to %s: %s", system, error)


def _wait(attempts: int) -> timedelta:
    return min(FIRST_RETRY * 2 ** min(max(0, attempts - 1), 10), LAST_RETRY)


# ------------------------------------------------------------------------------------------------------------------- deliver


def _ready(system: BillingSystem, now: datetime) -> Any:
    """What can be sent. An account that has to be read again first is no part of it."""
    return BillingWrite.objects.filter(system=system, state=State.WAITING, due__lte=now).exclude(version="")


def deliver(system: BillingSystem, *, now: datetime | None = None) -> DeliveryReport:
    """Send what is ready, account by account, each in one attempt.

    :raises WorkflowError: a secret of the system cannot be opened
    """
    report, started = DeliveryReport(), timezone.now()
    with try_exclusive("write_back", system.pk) as free:
        accounts = _accounts(system, now or started) if free else []
        if not accounts:
            return report
        fields = gateway.back_fields(gateway.check_back_fields(system.type, system.write_back_fields))
        try:
            with gateway.billing_writer(billing_target(system), fields) as writer:
                for account in accounts:
                    if timezone.now() - started > BUDGET or not _is_on(system):
                        break
                    if not _deliver_one(system, account, writer, report, now):
                        break
        except BillingError as error:
            report.error = str(error)[:500]
    return report


def _is_on(system: BillingSystem) -> bool:
    """Whether it was not switched off meanwhile."""
    return BillingSystem.objects.filter(pk=system.pk, enabled=True, write_back=True).exists()


def _accounts(system: BillingSystem, now: datetime) -> list[str]:
    """Those that have waited longest."""
    rows = _ready(system, now).order_by("due", "pk").values_list("account_id", flat=True)[: AT_ONCE * 4]
    return list(dict.fromkeys(rows))[:AT_ONCE]


def _deliver_one(system: BillingSystem, account: str, writer: Any, report: DeliveryReport, now: datetime | None) -> bool:
    """Send what waits for one account; False when the system is away."""
    at = now or timezone.now()
    rows = list(_ready(system, at).filter(account_id=account).order_by("pk"))
    # What of them a person drops, or a newer value takes the place of, meanwhile keeps that state.
    mine = BillingWrite.objects.filter(pk__in=[row.pk for row in rows], state=State.WAITING)
    if not rows or not mine.update(attempts=F("attempts") + 1, begun=at):
        return True
    try:
        outcome = writer.write(_wish(account, rows))
    except BillingError as error:
        return _not_sent(mine, max(row.attempts for row in rows) + 1, error, report, at)
    if outcome is WriteOutcome.CHANGED:
        attempts = max(row.attempts for row in rows) + 1
        words = "The account changed there since it was read; it is read again first"
        report.changed += mine.update(version="", error=words, due=at + (_wait(attempts - 1) if attempts > 1 else timedelta()))
    else:
        report.sent += mine.update(state=State.SENT, sent=at, due=None, error="")
    return True


def _wish(account: str, rows: Sequence[BillingWrite]) -> AccountWrite:
    """Everything of one account together: the version is compared once, before any of it moves it."""
    fields = [row for row in rows if row.field != BackValueChoices.NOTE]
    note = next((row for row in rows if row.field == BackValueChoices.NOTE), None)
    return AccountWrite(
        account_id=account,
        version=rows[-1].version,
        before={row.field: row.before for row in fields},
        after={row.field: row.after for row in fields},
        note=note.after if note else "",
        note_key=note.key if note else "",
    )


def _not_sent(mine: Any, attempts: int, error: BillingError, report: DeliveryReport, now: datetime) -> bool:
    """Write down why; False when the system is away, and nobody knows what came of the attempt."""
    words = f"{error.message} {error.next_step}".strip()[:500]
    if error.kind not in AWAY:
        report.refused += mine.update(state=State.REFUSED, due=None, error=words)
        return True
    if attempts >= MOST_ATTEMPTS:
        report.failed += mine.update(state=State.FAILED, due=None, error=words)
    else:
        report.failed += mine.update(due=now + _wait(attempts), error=words)
    report.error = words
    return False


# ------------------------------------------------------------------------------------------------------------------- decided


def retry(write: BillingWrite, *, user: Any) -> None:
    """Try a write again now, under its key.

    :raises NotAllowed: the user may not
    :raises InvalidState: it was sent, or something else waits for its field
    """
    if not user.has_perm("netbox_gam.retry_billingwrite", write):
        raise NotAllowed(f"You may not retry {write}.")
    if write.state not in (State.WAITING, State.FAILED, State.REFUSED, State.DROPPED):
        raise InvalidState(
            f"{write} is {write.get_state_display().lower()}.", next_step="Only what was not written can be retried."
        )
    others = BillingWrite.objects.filter(system=write.system, account_id=write.account_id, field=write.field, state=State.WAITING)
    with transaction.atomic():
        if others.exclude(pk=write.pk).exists():
            raise InvalidState("Something newer waits to be written there.", next_step="Look at the newer one.")
        now = timezone.now()
        # What was read of the account is old by now.
        update(write, message="Retried", state=State.WAITING, due=now, version="", attempts=0, error="")
        WriteBackState.objects.filter(system=write.system).update(due_at=None, attempts=0)


def drop(write: BillingWrite, *, user: Any) -> None:
    """Not write it. It stays unwritten until NetBox has something else to say.

    :raises NotAllowed: the user may not
    :raises InvalidState: it does not wait any more
    """
    if not user.has_perm("netbox_gam.drop_billingwrite", write):
        raise NotAllowed(f"You may not drop {write}.")
    if write.state not in (State.WAITING, State.FAILED, State.REFUSED):
        raise InvalidState(
            f"{write} is {write.get_state_display().lower()}.", next_step="Only what was not written can be dropped."
        )
    update(write, message="Dropped", state=State.DROPPED, due=None)


def sweep(now: datetime | None = None) -> int:
    """Forget what was settled long ago, except the newest of each place; how many."""
    settled = BillingWrite.objects.filter(state__in=(State.SENT, State.SUPERSEDED))
    newest = settled.filter(state=State.SENT).order_by("system_id", "account_id", "field", "-pk")
    kept = newest.distinct("system_id", "account_id", "field").values("pk")
    old = settled.filter(created__lt=(now or timezone.now()) - KEEP).exclude(pk__in=kept)
    gone = WriteBackState.objects.exclude(system__in=BillingSystem.objects.values("pk")).delete()[0]
    return int(old.delete()[0]) + int(gone)


__all__ = ("DeliveryReport", "deliver", "drop", "is_due", "retry", "run", "run_one", "sweep")
