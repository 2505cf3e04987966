"""Webhooks of billing systems: stored before they are answered, worked off later, in any order, any number of times.

An event is a hint. Working it off reads its customer again as they are now, so that neither order nor number of deliveries counts.
Events wait in PostgreSQL: a worker or a Redis that is down delays them and loses none.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from nornir_tasks.errors import BillingError, ErrorKind

from .. import gateway
from ..choices import BillingEventStateChoices as State
from ..exceptions import Busy, NotAllowed, SecretError, WorkflowError
from ..models import BilledService, BillingEvent, BillingSystem
from ..targets import billing_target, webhook_secret
from . import reconciliation
from .locks import exclusive

logger = logging.getLogger("netbox_gam.billing_events")

FOLLOWED = frozenset({"account", "account_service", "customer", "internet_service"})
"""What has an account that can be read again; a change of anything else waits for the next full run."""

BATCH_ACCOUNTS = 50
REPEAT_WITHIN = timedelta(hours=6)
"""The same delivery within this time is a repetition (Sonar repeats for four hours); a later one is worked off again."""

STAMP = timedelta(seconds=2)
"""Two changes whose events carry the same time, to the second, are less than this apart."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=15)
KEEP = timedelta(days=30)


@dataclass(frozen=True)
class Received:
    """What was answered to a delivery. ``waiting``: something is to be worked off."""

    accepted: bool
    reason: str = ""
    waiting: bool = False


def receive(system: BillingSystem, body: bytes, proof: str, *, content_type: str, source: str) -> Received:
    """Check a delivery and store it durably. A refused one is counted and otherwise forgotten.

    :param proof: Sonar: the secret part of the path; Splynx: the header with the signature
    :param source: address it came from
    """
    if not _may_send(system, source):
        return _refuse(system, "source")
    try:
        secret = webhook_secret(system)
        digest = str(system.options.get("webhook_digest", "sha1"))
        hint = gateway.read_webhook(system.type, body, secret, proof, content_type=content_type, digest=digest)
    except SecretError:
        return _refuse(system, "secret")
    except BillingError as error:
        return _refuse(system, "forged" if error.kind is ErrorKind.AUTH else "unreadable")
    account = hint.account_id or _account_of(system, hint)
    waiting = hint.relevant and hint.entity in FOLLOWED and bool(account)
    _store(system, hint, account, State.WAITING if waiting else State.PASSED)
    return Received(True, waiting=waiting)


def _account_of(system: BillingSystem, hint: Any) -> str:
    """The account of a service that came without it, as of the last snapshot; empty when it is not known."""
    services = BilledService.objects.filter(system=system, entity=hint.entity, external_id__endswith=f".{hint.external_id}")
    return str(services.values_list("account_id", flat=True).first() or "") if hint.external_id else ""


def _may_send(system: BillingSystem, source: str) -> bool:
    """Whether an address is in the option ``webhook_sources``, a list of networks; anybody when there is none."""
    allowed = system.options.get("webhook_sources")
    if not allowed:
        return True
    try:
        address = ipaddress.ip_address(source)
        return any(address in ipaddress.ip_network(str(network), strict=False) for network in allowed)
    except (TypeError, ValueError):
        return False


STORE = """
INSERT INTO netbox_gam_billingevent AS event
    (system_id, digest, state, entity, external_id, account_id, action, kept, deliveries, received_at, due_at, attempts, outcome)
VALUES (
    %(system)s, %(digest)s, %(state)s, %(entity)s, %(external_id)s, %(account)s, %(action)s, %(kept)s, 1, %(now)s, %(now)s, 0, '')
ON CONFLICT (system_id, digest) DO UPDATE SET
    deliveries = event.deliveries + 1,
    state = CASE WHEN event.state = 'done' AND event.processed_at < {settled} THEN 'waiting' ELSE event.state END,
    due_at = CASE WHEN event.state = 'done' AND event.processed_at < {settled} THEN EXCLUDED.due_at ELSE event.due_at END
""".format(settled="greatest(%(old)s, event.received_at + %(stamp)s)")


def _store(system: BillingSystem, hint: Any, account: str, state: str) -> None:
    """One statement, so that equal deliveries at the same time are one row.

    An equal body may be another change of the same second. It is a repetition only where the customer was read after that second;
    without a time in it, it is none.
    """
    now = timezone.now()
    values = {"entity": hint.entity, "external_id": hint.external_id, "account": account, "action": hint.action}
    with connection.cursor() as cursor:
        cursor.execute(
            STORE,
            {
                **{name: str(text)[:100] for name, text in values.items()},
                "system": system.pk,
                "digest": hint.digest,
                "state": state,
                "kept": json.dumps(dict(hint.kept)),
                "now": now,
                "old": now - REPEAT_WITHIN if hint.stamped else now,
                "stamp": STAMP,
            },
        )


def _refuse(system: BillingSystem, reason: str) -> Received:
    """Count a refused delivery, in one row per day and reason."""
    now = timezone.now()
    digest = hashlib.sha256(f"refused {reason} {now:%Y-%m-%d}".encode()).hexdigest()
    with connection.cursor() as cursor:
        empty = {"entity": "", "external_id": "", "account": "", "action": reason, "kept": "{}"}
        row = {**empty, "system": system.pk, "digest": digest, "state": State.REFUSED, "now": now, "old": now, "stamp": STAMP}
        cursor.execute(STORE, row)
    return Received(False, reason)


# ----------------------------------------------------------------------------------------------------------- working off


def process_pending(*, only: BillingSystem | None = None, then: Callable[[BillingSystem], object] | None = None) -> dict[str, int]:
    """Work off what is due, system by system. Where somebody else is at work with a system, its events are left to them.

    :param then: called after every batch that was worked off, with its system
    :returns: events done and events that have to be tried again
    """
    totals = {"done": 0, "failed": 0}
    systems = BillingSystem.objects.filter(enabled=True)
    for system in systems.filter(pk=only.pk) if only else systems:
        # What arrives while the lock is given back is worked off in another turn.
        while _due(system).exists():
            try:
                with exclusive("billing_system", system.pk, label=f"Billing system {system}"):
                    failed = _work_off(system, totals, then)
            except Busy:
                break
            if failed:
                break
    return totals


def is_due(*, late: timedelta = timedelta(seconds=5)) -> bool:
    """Whether events wait that somebody should have been woken for a while ago."""
    return _waiting(timezone.now() - late).filter(system__enabled=True).exists()


def _due(system: BillingSystem) -> Any:
    return _waiting(timezone.now()).filter(system=system)


def _waiting(until: datetime) -> Any:
    """Events that can be worked off. One without an account never can."""
    return BillingEvent.objects.filter(state=State.WAITING, due_at__lte=until).exclude(account_id="")


def _work_off(system: BillingSystem, totals: dict[str, int], then: Callable[[BillingSystem], object] | None) -> bool:
    """Batch after batch; whether one failed."""
    while accounts := _next_accounts(system):
        # Only what was stored before the reading began is settled by it.
        events = dict(_due(system).filter(account_id__in=accounts).values_list("pk", "deliveries"))
        begun = timezone.now()
        try:
            snapshot = gateway.fetch_accounts(billing_target(system), accounts)
            with transaction.atomic():
                refreshed = reconciliation.refresh(system, snapshot)
                _settle(events, begun, str(refreshed or "left to the first full run"))
        except (BillingError, WorkflowError) as error:
            _postpone(events, str(error))
            totals["failed"] += len(events)
            return True
        totals["done"] += len(events)
        if then is not None:
            then(system)
    return False


def _next_accounts(system: BillingSystem) -> list[str]:
    """The accounts that have waited longest."""
    rows = _due(system).order_by("due_at", "pk").values_list("account_id", flat=True)[: BATCH_ACCOUNTS * 20]
    return list(dict.fromkeys(rows))[:BATCH_ACCOUNTS]


def _settle(events: Mapping[int, int], begun: datetime, outcome: str) -> None:
    """Events that were worked off. One that came again meanwhile is worked off again, as it may be about a later change.

    :param events: keys, and how often each had come when the reading began
    """
    now = BillingEvent.objects.select_for_update().filter(pk__in=events).values_list("pk", "deliveries")
    same = [pk for pk, deliveries in now if deliveries == events[pk]]
    BillingEvent.objects.filter(pk__in=same).update(
        state=State.DONE, processed_at=begun, outcome=outcome[:300], attempts=_plus_one()
    )


def _postpone(events: Iterable[int], reason: str) -> None:
    for event in BillingEvent.objects.filter(pk__in=list(events)).only("pk", "attempts"):
        pause = min(FIRST_PAUSE * 2 ** min(event.attempts, 10), LONGEST_PAUSE)
        BillingEvent.objects.filter(pk=event.pk).update(due_at=timezone.now() + pause, outcome=reason[:300], attempts=_plus_one())


def _plus_one() -> Any:
    return F("attempts") + 1


# ---------------------------------------------------------------------------------------------------------------- replay


def replay(
    system: BillingSystem,
    *,
    user: Any,
    events: Sequence[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """Work off some events, or all of a time span, again.

    :param events: keys of the events
    :returns: how many wait now
    :raises NotAllowed: the user may not
    :raises WorkflowError: neither events nor a span was given
    """
    if not user.has_perm("netbox_gam.replay_billingsystem", system):
        raise NotAllowed(f"You may not replay events of {system}.")
    if events is None and since is None:
        raise WorkflowError("Nothing to replay was named.", next_step="Choose events, or give the beginning of a time span.")
    chosen = BillingEvent.objects.filter(system=system, state__in=(State.DONE, State.WAITING)).exclude(account_id="")
    if events is not None:
        chosen = chosen.filter(pk__in=events)
    if since is not None:
        chosen = chosen.filter(received_at__gte=since)
    if until is not None:
        chosen = chosen.filter(received_at__lt=until)
    return int(chosen.update(state=State.WAITING, due_at=timezone.now(), outcome=f"Replayed by {user}"[:300]))


def forget() -> int:
    """Delete events that were worked off, passed over or refused long ago, and those of systems that are gone."""
    old = BillingEvent.objects.exclude(state=State.WAITING).filter(received_at__lt=timezone.now() - KEEP)
    gone = BillingEvent.objects.exclude(system__in=BillingSystem.objects.values("pk"))
    return int(old.delete()[0]) + int(gone.delete()[0])


__all__ = ("Received", "forget", "process_pending", "receive", "replay")
