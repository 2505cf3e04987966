"""Reading billing systems: one snapshot of everything, a connection check, and webhooks as hints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ..contracts import BillingSnapshot, BillingSystemType, BillingTarget, ChangedAccounts, ConnectionCheck, Progress
from . import sonar, sonar_changes, splynx, splynx_changes
from .checks import check_connection
from .http import Clock, ReadCancelledError, SystemClock
from .webhooks import WebhookHint, read_sonar_hook, read_splynx_hook

__all__ = (
    "ConnectionCheck",
    "ReadCancelledError",
    "WebhookHint",
    "check_connection",
    "fetch_accounts",
    "fetch_changed",
    "fetch_snapshot",
    "read_sonar_hook",
    "read_splynx_hook",
)


def fetch_snapshot(
    target: BillingTarget,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    clock: Clock | None = None,
) -> BillingSnapshot:
    """Read everything of a billing system. Nothing is ever written there.

    A page that fails, or a count that keeps changing, gives a snapshot with ``complete`` false and the reasons in ``problems``:
    nothing may be concluded from what is missing in it, and its ``scope`` is not to be remembered.

    :param on_progress: called after every collection
    :param cancelled: asked before every request and while waiting
    :raises BillingError: nothing could be read; an option is wrong
    :raises ReadCancelledError: ``cancelled`` said so
    """
    if target.type is BillingSystemType.SONAR:
        sonar_client = sonar.SonarClient(target, clock=clock or SystemClock(), cancelled=cancelled)
        begun = datetime.now(UTC)
        try:
            return replace(sonar.fetch(sonar_client, on_progress=on_progress), cursor=sonar_changes.cursor(begun))
        finally:
            sonar_client.close()
    splynx_client = splynx.SplynxClient(target, clock=clock or SystemClock(), cancelled=cancelled)
    try:
        return splynx.fetch(splynx_client, on_progress=on_progress)
    finally:
        splynx_client.close()


def fetch_changed(
    target: BillingTarget,
    cursor: Mapping[str, str],
    *,
    most: int,
    cancelled: Callable[[], bool] | None = None,
    clock: Clock | None = None,
) -> ChangedAccounts:
    """Which accounts (Sonar) or customers (Splynx) changed since a cursor, with some overlap. They are not read yet.

    :param cursor: of the last snapshot or of the last reading of changes
    :param most: how many are worth to be read one by one
    :raises BillingError: any part of it could not be read
    """
    if target.type is BillingSystemType.SONAR:
        sonar_client = sonar.SonarClient(target, clock=clock or SystemClock(), cancelled=cancelled)
        try:
            return sonar_changes.fetch_changed(sonar_client, cursor[sonar_changes.CURSOR], most)
        finally:
            sonar_client.close()
    splynx_client = splynx.SplynxClient(target, clock=clock or SystemClock(), cancelled=cancelled)
    try:
        return splynx_changes.fetch_changed(splynx_client, cursor, most)
    finally:
        splynx_client.close()


def fetch_accounts(target: BillingTarget, ids: Sequence[str], *, clock: Clock | None = None) -> BillingSnapshot:
    """Read some accounts (Sonar) or customers (Splynx) as they are now, after a webhook hinted at them.

    The snapshot is incomplete by nature: an account that is missing in it may be archived, restricted or gone.

    :raises BillingError: any part of it could not be read
    """
    if target.type is BillingSystemType.SONAR:
        sonar_client = sonar.SonarClient(target, clock=clock or SystemClock())
        try:
            return sonar.fetch_accounts(sonar_client, ids)
        finally:
            sonar_client.close()
    splynx_client = splynx.SplynxClient(target, clock=clock or SystemClock())
    try:
        return splynx.fetch_accounts(splynx_client, ids)
    finally:
        splynx_client.close()
