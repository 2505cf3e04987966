"""Webhooks of billing systems: stored before they are answered, worked off later, in any order, any number of times.

An event is a hint. Working it off reads its customer again as they are now, so that neither order nor number of deliveries counts.
Events wait in PostgreSQL: a worker or a Redis that is down delays them and loses none.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import logging
from collections.abc import Sequence
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
from . import finding_rules, reconciliation
from .locks import exclusive

logger = logging.getLogger("netbox_gam.billing_events")

FOLLOWED = frozenset({"account", "account_service", "customer", "internet_service"})
"""What has an account that can be read again; a change of anything else waits for the next full run."""

BATCH_ACCOUNTS = 50
REPEAT_WITHIN = timedelta(hours=6)
"""The same delivery within this time is a repetition (Sonar repeats for four hours); a later one is worked off again."""

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
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s, 0, '')
ON CONFLICT (system_id, digest) DO UPDATE SET
    deliveries = event.deliveries + 1,
    state = CASE WHEN event.state = 'done' AND event.processed_at < %s THEN 'waiting' ELSE event.state END,
    due_at = CASE WHEN event.state = 'done' AND event.processed_at < %s THEN EXCLUDED.due_at ELSE event.due_at END
"""


def _store(system: BillingSystem, hint: Any, account: str, state: str) -> None:
    """One statement, so that equal deliveries at the same time are one row."""
    now = timezone.now()
    old = now - REPEAT_WITHIN
    texts = [str(text)[:100] for text in (hint.entity, hint.external_id, account, hint.action)]
    with connection.cursor() as cursor:
        cursor.execute(STORE, [system.pk, hint.digest, state, *texts, json.dumps(dict(hint.kept)), now, now, old, old])


def _refuse(system: BillingSystem, reason: str) -> Received:
    """Count a refused delivery, in one row per day and reason."""
    now = timezone.now()
    digest = hashlib.sha256(f"refused {reason} {now:%Y-%m-%d}".encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(STORE, [system.pk, digest, State.REFUSED, "", "", "", reason, "{}", now, now, now, now])
    return Received(False, reason)


# ----------------------------------------------------------------------------------------------------------- working off


def process_pending(*, only: BillingSystem | None = None) -> dict[str, int]:
    """Work off what is due, system by system. Where somebody else is at work with a system, its events are left to them.

    :returns: events done and events that have to be tried again
    """
    totals = {"done": 0, "failed": 0}
    systems = BillingSystem.objects.filter(enabled=True)
    for system in systems.filter(pk=only.pk) if only else systems:
        # What arrives while the lock is given back is worked off in another turn.
        while _due(system).exists():
            try:
                with exclusive("billing_system", system.pk, label=f"Billing system {system}"):
                    failed = _work_off(system, totals)
            except Busy:
                break
            finding_rules.follow_rules(system)
            if failed:
                break
    return totals


def _due(system: BillingSystem) -> Any:
    return BillingEvent.objects.filter(system=system, state=State.WAITING, due_at__lte=timezone.now())


def _work_off(system: BillingSystem, totals: dict[str, int]) -> bool:
    """Batch after batch; whether one failed."""
    while accounts := _next_accounts(system):
        # Only what was stored before the reading began is settled by it.
        events = list(_due(system).filter(account_id__in=accounts).values_list("pk", flat=True))
        begun = timezone.now()
        try:
            snapshot = gateway.fetch_accounts(billing_target(system), accounts)
            with transaction.atomic():
                outcome = reconciliation.refresh(system, snapshot)
                _settle(events, begun, outcome)
        except (BillingError, WorkflowError) as error:
            _postpone(events, str(error))
            totals["failed"] += len(events)
            return True
        totals["done"] += len(events)
    return False


def _next_accounts(system: BillingSystem) -> list[str]:
    """The accounts that have waited longest."""
    rows = _due(system).exclude(account_id="").order_by("due_at", "pk").values_list("account_id", flat=True)[: BATCH_ACCOUNTS * 20]
    return list(dict.fromkeys(rows))[:BATCH_ACCOUNTS]


def _settle(events: Sequence[int], begun: datetime, outcome: str) -> None:
    BillingEvent.objects.filter(pk__in=events).update(
        state=State.DONE, processed_at=begun, outcome=outcome[:300], attempts=_plus_one()
    )


def _postpone(events: Sequence[int], reason: str) -> None:
    for event in BillingEvent.objects.filter(pk__in=events).only("pk", "attempts"):
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
