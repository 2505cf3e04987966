"""The configuration safe: backups by themselves, before changes and on demand; comparing two; going back to one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from nornir_tasks.contracts import Difference, DriftKind, ShelfConfig, Transport
from nornir_tasks.errors import DeviceError
from nornir_tasks.gam.config_text import DiffRow

from .. import gateway, settings
from ..choices import ChangePlanStatusChoices
from ..choices import ConfigBackupKindChoices as Kind
from ..exceptions import Busy, InvalidState, WorkflowError
from ..models import ChangePlan, ConfigBackup, ConfigBackupState, GamDevice
from . import backup_store, drift, provisioning
from .locks import exclusive

AT_ONCE = 20
"""Scheduled backups handed out at a time, so that a fleet that is new or was away comes one after the other."""
CLAIM = timedelta(minutes=15)
BUSY_AGAIN = timedelta(minutes=5)
FAILED_AGAIN = timedelta(hours=1)
JITTER = 0.1
NOTES_SHOWN = 40


def take(gam: GamDevice, *, reason: str, user: Any = None, wait_seconds: float = 0) -> tuple[ConfigBackup, bool]:
    """Read the running configuration of a GAM and put it into the safe.

    The GAM's lock is not held while it is read, so that nobody who wants to write is turned away; what was read while somebody
    wrote is not kept.

    :param reason: one of :class:`ConfigBackupKindChoices`
    :param wait_seconds: how long to wait for somebody who writes to the GAM
    :returns: the backup, and whether its content is new
    :raises Busy: somebody writes to it
    :raises WorkflowError: it could not be read, or there is no key to encrypt with
    """
    try:
        with exclusive("gam", gam.pk, label=f"GAM {gam}", wait_seconds=wait_seconds):
            begun = timezone.now()
        text = _read(gam)
        _expect_unchanged(gam, begun)
        backup, new = backup_store.keep(gam, text, kind=reason, user=user)
    except Busy:
        _note(gam, timezone.now() + BUSY_AGAIN)
        raise
    except WorkflowError as error:
        _note(gam, timezone.now() + FAILED_AGAIN, tried=timezone.now(), error=str(error))
        raise
    now = timezone.now()
    _note(gam, _next_after(now), tried=now, succeeded=now, error="")
    return backup, new


def _read(gam: GamDevice) -> str:
    result = gateway.backup(provisioning.target_of(gam))
    if result.failure is not None or not result.value:
        failure = result.failure
        words = failure.message if failure else "no answer"
        raise WorkflowError(f"{gam} could not be read: {words}", next_step=failure.next_step if failure else "")
    return result.value


def _expect_unchanged(gam: GamDevice, since: datetime) -> None:
    """
    :raises Busy: a change plan was being written meanwhile
    """
    if gam.change_plans.filter(Q(status=ChangePlanStatusChoices.APPLYING) | Q(started__gte=since)).exists():
        raise Busy(f"A change plan of {gam} was applied while it was read.", next_step="Try again.")


# -------------------------------------------------------------------------------------------------------------------- schedule


def _next_after(now: datetime) -> datetime:
    hours = settings.backup_interval_hours() or 24
    return now + timedelta(hours=hours * random.uniform(1 - JITTER, 1 + JITTER))


def _note(gam: GamDevice, next_due: datetime, **values: Any) -> None:
    ConfigBackupState.objects.update_or_create(
        gam=gam, defaults={"next_due": next_due, **values}, create_defaults={"next_due": next_due, **values}
    )


def claim_due(now: datetime | None = None) -> list[int]:
    """GAMs whose scheduled backup is due; they are not due again for a while, or whoever was to do it is dead."""
    now = now or timezone.now()
    if not settings.backup_interval_hours() or not settings.encryption_keys():
        return []
    followed = GamDevice.objects.filter(polling_enabled=True)
    new = followed.exclude(pk__in=ConfigBackupState.objects.values("gam"))[:AT_ONCE]
    rows = [ConfigBackupState(gam=gam, next_due=now) for gam in new]
    ConfigBackupState.objects.bulk_create(rows, ignore_conflicts=True)
    due = ConfigBackupState.objects.filter(next_due__lte=now, gam__in=followed).order_by("next_due")
    pks = list(due.values_list("gam_id", flat=True)[:AT_ONCE])
    ConfigBackupState.objects.filter(gam__in=pks).update(next_due=now + CLAIM)
    return pks


def take_scheduled(pk: int) -> bool:
    """Back up one GAM that was due; whether it could be. Why not is in its state."""
    gam = GamDevice.objects.select_related("device").filter(pk=pk).first()
    if gam is None:
        return False
    try:
        take(gam, reason=Kind.SCHEDULED)
    except WorkflowError:
        return False
    return True


def forget(now: datetime | None = None) -> int:
    """Delete backups that the settings do not keep; how many."""
    return backup_store.forget(now or timezone.now(), days=settings.backup_keep_days(), weeks=settings.backup_keep_weeks())


# ------------------------------------------------------------------------------------------------------------------- comparing


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two backups of one GAM beside each other, the older one on the left. Masked text only.

    ``only_masked``: they differ, but in nothing that may be shown.
    """

    older: ConfigBackup
    newer: ConfigBackup
    rows: tuple[DiffRow, ...]
    unified: str
    only_masked: bool

    @property
    def lines(self) -> list[dict[str, str]]:
        """The unified diff, each line with what it is: ``added``, ``removed``, ``place`` or ``same``."""
        kinds = {"+": "added", "-": "removed", "@": "place"}
        return [{"kind": kinds.get(line[:1], "same"), "text": line} for line in self.unified.splitlines()[2:]]

    @property
    def added(self) -> int:
        return sum(row.kind in ("added", "changed") for row in self.rows)

    @property
    def removed(self) -> int:
        return sum(row.kind in ("removed", "changed") for row in self.rows)


def compare(left: ConfigBackup, right: ConfigBackup) -> Comparison:
    """Lay two backups beside each other.

    :raises InvalidState: they are of different GAMs
    """
    if left.gam_id != right.gam_id:
        raise InvalidState("These backups are of different GAMs.", next_step="Choose two of one GAM.")
    older, newer = sorted((left, right), key=lambda item: (item.last_seen, item.pk))
    before, after = backup_store.masked(older), backup_store.masked(newer)
    return Comparison(
        older,
        newer,
        gateway.diff_rows(before, after),
        gateway.unified_diff(before, after, str(older), str(newer)),
        only_masked=before == after and older.pk != newer.pk,
    )


def newest_of(backup: ConfigBackup) -> ConfigBackup | None:
    """The backup with what its GAM was last seen with."""
    return ConfigBackup.objects.filter(gam=backup.gam_id).order_by("-last_seen", "-pk").first()


# ------------------------------------------------------------------------------------------------------------------- restoring


def parsed(backup: ConfigBackup) -> ShelfConfig:
    """What a backup says of G.hn objects.

    :raises WorkflowError: it cannot be decrypted, or is not understood
    """
    try:
        return gateway.parse_config(backup_store.content(backup))
    except DeviceError as error:
        raise WorkflowError(f"The backup {backup} is not understood: {gateway.redact(error.message)}") from None


def restore(backup: ConfigBackup, *, user: Any) -> ChangePlan:
    """The change plan that brings a GAM from what it has now to what it had in a backup. Sends nothing; changes no intent.

    What plans cannot write, and where the shelf will then differ from NetBox, is in the plan's notes.

    :raises WorkflowError: the shelf could not be read, the backup not be opened, or every rule the result would break
    """
    gam = backup.gam
    saved = parsed(backup)
    actual = provisioning.read_shelf(gam)
    target = provisioning.target_of(gam)
    reason = f"Restore the configuration of {timezone.localtime(backup.taken):%Y-%m-%d %H:%M}"
    shelf_plan = gateway.plan_restore(target, actual, saved, reason)
    provisioning.refuse_violations(shelf_plan, reason)
    notes = [*_not_restored(backup, gam, actual, target.transport), *_drift_after(gam, saved)]
    with transaction.atomic():
        return provisioning.store_plan(gam, shelf_plan, (), user=user, reason=reason, notes=notes)


def _not_restored(backup: ConfigBackup, gam: GamDevice, actual: ShelfConfig, transport: str) -> list[str]:
    """What differs and no plan writes: management, users, ports; and what the text has no words for."""
    notes = []
    if transport == Transport.JSONRPC:
        notes.append("Not restored: trunk mode, double tagging and uplinks; a configuration's text has no words for them.")
    text = actual.raw
    if not text:
        result = gateway.backup(provisioning.target_of(gam))
        text = result.value or ""
    if not text:
        return [*notes, "Not compared: management, users and ports; the shelf does not give its configuration as text."]
    now = gateway.redact(gateway.normal_config(text))
    lines = gateway.outside_ghn(backup_store.masked(backup), now)
    return [*notes, *_bounded([f"Not restored, set it by hand: {line}" for line in lines])]


def _drift_after(gam: GamDevice, saved: ShelfConfig) -> list[str]:
    """Where the shelf will differ from what NetBox says, which stays as it is."""
    wanted = drift.everything_wanted(drift.intents_of([gam.pk])[gam.pk], saved)
    found = gateway.compare_config(wanted, saved)
    return _bounded([f"Then differs from NetBox: {item.object} {item.name} {_sides(item)}" for item in found])


def _sides(item: Difference) -> str:
    if item.kind == DriftKind.MISSING:
        return f"is not on the shelf; NetBox: {item.intent}"
    if item.kind == DriftKind.UNEXPECTED:
        return f"is not in NetBox; the shelf: {item.actual}"
    return f"{item.field}: {item.intent or 'not set'} in NetBox, {item.actual or 'not set'} on the shelf"


def _bounded(lines: Sequence[str]) -> list[str]:
    left = len(lines) - NOTES_SHOWN
    return [*lines[:NOTES_SHOWN], *([f"… and {left} more"] if left > 0 else [])]
