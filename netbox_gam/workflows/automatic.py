"""Findings that an operator wants to be accepted and applied without being asked. Off unless a billing system says so.

Only so many cut-offs an hour as the guard lets pass at once; the others wait, with one finding that says so.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from nornir_tasks.contracts import FindingKind

from .. import gateway
from ..choices import AUTOMATIC_KINDS
from ..choices import FindingStateChoices as State
from ..models import BilledService, BillingSystem, Finding
from .saving import create, update

log = logging.getLogger("netbox.plugins.netbox_gam.automatic")

OPTION = "apply_automatically"
CUT_OFFS = (FindingKind.INACTIVE_ON_NETWORK,)
"""Kinds whose acceptance takes somebody's service away."""

PER = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=15)
"""A finding that was taken up and is still open after so long is taken up again: the shelf may have been away."""

FINGERPRINT = hashlib.sha256(f"{FindingKind.SOURCE_INCOMPLETE}:automatic".encode()).hexdigest()
RULE = "Only so many services are cut off by rule within an hour as the guard lets pass at once."


def follow_up(system: BillingSystem, *, user: Any = None, apply: Callable[[Finding, Any], object]) -> int:
    """Take up the open findings of the kinds the system wants to be applied by itself.

    Each is taken up once, whoever else looks at the same time. Accepting it, and what the shelf says to that, is the job's that
    ``apply`` starts.

    :param user: in whose name; None is the user that the system names
    :param apply: starts accepting one finding and applying its change plan
    :returns: how many were taken up
    """
    kinds = [kind for kind in system.options.get(OPTION) or () if kind in AUTOMATIC_KINDS]
    user = user or _user_of(system)
    if not kinds or user is None:
        return 0
    with transaction.atomic():
        # Whoever looks at the same time waits here, and then finds them taken up.
        BillingSystem.objects.select_for_update().get(pk=system.pk)
        now = timezone.now()
        chosen, held = _choose(system, kinds, now)
        Finding.objects.filter(pk__in=[finding.pk for finding in chosen]).update(taken_up_at=now)
        _tell(system, held, now)
    for finding in chosen:
        apply(finding, user)
    return len(chosen)


def _user_of(system: BillingSystem) -> Any:
    """In whose name the system's findings are accepted; None when there is no such user any more."""
    user = get_user_model().objects.filter(username=system.options.get("apply_as"), is_active=True).first()
    if user is None and system.options.get(OPTION):
        log.warning("%s: the user of the option apply_as is gone, so nothing is applied automatically", system)
    return user


def _choose(system: BillingSystem, kinds: list[str], now: datetime) -> tuple[list[Finding], list[Finding]]:
    """What may be taken up now, and the cut-offs that have to wait."""
    waiting = Finding.objects.filter(system=system, kind__in=kinds, state=State.OPEN).order_by("first_seen", "pk")
    fresh = [item for item in waiting if item.taken_up_at is None or item.taken_up_at < now - AGAIN_AFTER]
    cut_offs = [item for item in fresh if item.kind in CUT_OFFS]
    left = allowance(system, now)
    # One that is taken up again is counted already.
    new = [item for item in cut_offs if item.taken_up_at is None or item.taken_up_at < now - PER]
    held = new[left:]
    return [item for item in fresh if item not in held], held


def allowance(system: BillingSystem, now: datetime) -> int:
    """How many more cut-offs may be taken up now."""
    done = Finding.objects.filter(system=system, kind__in=CUT_OFFS, taken_up_at__gte=now - PER).count()
    services = BilledService.objects.filter(system=system).count()
    return max(0, gateway.most_cut_offs(services) - done)


def _tell(system: BillingSystem, held: list[Finding], now: datetime) -> None:
    """Keep the one finding that says that cut-offs wait; it is resolved once none does."""
    finding = Finding.objects.filter(system=system, fingerprint=FINGERPRINT).first()
    if not held:
        if finding is not None and finding.state == State.OPEN:
            update(finding, message="Nothing waits any more", state=State.RESOLVED)
        return
    values: dict[str, Any] = {
        "title": f"{len(held)} services of {system} are to be cut off by rule, more than may be within an hour",
        "billing_values": {"waiting": len(held), "first": [item.title for item in held[:10]]},
        "state": State.OPEN,
        "last_seen": now,
    }
    if finding is None:
        first = {"kind": FindingKind.SOURCE_INCOMPLETE, "rule": RULE, "fingerprint": FINGERPRINT, "first_seen": now}
        create(Finding, message="Held", system=system, **first, **values)
    elif finding.state != State.IGNORED:
        update(finding, message="Held", **values)


__all__ = ("CUT_OFFS", "OPTION", "allowance", "follow_up")
