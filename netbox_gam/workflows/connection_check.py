"""Checking the connection to a billing system: reads only, and keeps what the last check found for its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from nornir_tasks.contracts import Progress

from .. import gateway
from ..models import BillingCheck, BillingSystem
from ..targets import billing_target


def check(system: BillingSystem, *, on_progress: Callable[[Progress], None] | None = None) -> dict[str, Any]:
    """Check settings, transport, login, clock, every right that is needed, and what is assumed of the system.

    What fails is a result, not an error.

    :returns: how many checks ended how, and what failed
    :raises SecretError: a secret of the system cannot be opened
    """
    found = gateway.check_connection(billing_target(system), on_progress)
    checks = [asdict(item) for item in found]
    BillingCheck.objects.update_or_create(system=system, defaults={"checked_at": timezone.now(), "checks": checks})
    counts = Counter(str(item.state) for item in found)
    failed = [f"{item.name}: {item.detail} {item.next_step}".strip() for item in found if item.state == "failed"]
    return {"checks": len(found), **counts, "problems": failed}
