"""The safe itself: putting a configuration's text in, once per content, and getting it out again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from .. import gateway
from ..choices import ConfigBackupKindChoices as Kind
from ..credentials import decrypt_text, digests, encrypt_text, rotate_text
from ..exceptions import SecretError
from ..models import ChangePlan, ConfigBackup, ConfigText, GamDevice
from .change_log import add, together
from .locks import hold_until_commit
from .saving import create_linked

log = logging.getLogger("netbox.plugins.netbox_gam.backups")


@together()
def keep(
    gam: GamDevice,
    text: str,
    *,
    kind: str,
    user: Any = None,
    change_plan: ChangePlan | None = None,
    at: datetime | None = None,
    newest: ConfigBackup | None = None,
) -> tuple[ConfigBackup, bool]:
    """Put a configuration into the safe; the same content again only says that it was seen again.

    :param text: as the shelf gave it, secrets included
    :param newest: the newest backup of the GAM, where it was looked up already
    :returns: the backup, and whether its content is new
    :raises SecretError: no key to encrypt it with
    """
    at = at or timezone.now()
    text = gateway.normal_config(text)
    found = digests(text, scope=_scope(gam))
    backup = None
    if newest is None or newest.digest in found:
        backup = _seen_again(gam, found, at, newest)
    if backup is None:
        # One at a time: two that read the same would each take theirs for the first.
        hold_until_commit("backup", gam.pk)
        backup = _seen_again(gam, found, at) or _same_under_another_key(gam, text, found[0], at)
    new = backup is None
    if backup is None:
        sealed = encrypt_text(text)
        backup = ConfigBackup(
            gam=gam, kind=kind, taken=at, last_seen=at, lines=text.count("\n"), requested_by=user, digest=found[0]
        )
        create_linked(backup, change_plans=[change_plan] if change_plan else [])
        add([ConfigText(backup=backup, sealed=sealed, masked=gateway.redact(text))])
    elif change_plan is not None:
        add([ConfigBackup.change_plans.through(configbackup=backup, changeplan=change_plan)])
    return backup, new


def _seen_again(gam: GamDevice, found: Sequence[str], at: datetime, newest: ConfigBackup | None = None) -> ConfigBackup | None:
    """The backup of that content, if there is one, said to have been seen again. That is not logged: it changes nothing of it."""
    at_hand = newest if newest is not None and newest.digest in found else None
    backup: ConfigBackup | None = at_hand or ConfigBackup.objects.filter(gam=gam, digest__in=found).first()
    if backup is None or not ConfigBackup.objects.filter(pk=backup.pk).update(last_seen=at):
        return None
    backup.last_seen = at
    return backup


def newest_of(gams: Iterable[int]) -> dict[int, ConfigBackup]:
    """By GAM, the backup whose content was seen last."""
    found = ConfigBackup.objects.filter(gam__in=gams).order_by("gam_id", "-last_seen", "-pk").distinct("gam_id")
    return {backup.gam_id: backup for backup in found}


def keep_before(change_plan: ChangePlan, text: str, newest: ConfigBackup | None = None) -> None:
    """Put what a change plan is about to change into the safe. Without a key to encrypt with, the plan goes on without.

    :param newest: the newest backup of the GAM, where it was looked up already
    """
    facts: dict[str, Any] = {"user": change_plan.requested_by, "change_plan": change_plan, "newest": newest}
    try:
        keep(change_plan.gam, text, kind=Kind.BEFORE_CHANGE, **facts)
    except SecretError as error:
        log.warning("Change plan %s of %s is applied without a backup: %s", change_plan.pk, change_plan.gam, error)


def _scope(gam: GamDevice) -> str:
    return f"configuration of GAM {gam.pk}"


def _same_under_another_key(gam: GamDevice, text: str, digest: str, at: datetime) -> ConfigBackup | None:
    """The newest backup, if it is the same but its digest was made with a key that is gone."""
    newest = ConfigBackup.objects.filter(gam=gam).select_related("text").first()
    if newest is None:
        return None
    newest.gam = gam
    try:
        same = content(newest) == text
    except SecretError:
        return None
    if not same:
        return None
    ConfigBackup.objects.filter(pk=newest.pk).update(digest=digest, last_seen=at)
    newest.last_seen = at
    return newest


def content(backup: ConfigBackup) -> str:
    """The whole text, secrets included: for comparing and parsing, never to be shown.

    :raises SecretError: no configured key fits it
    """
    return content_of(backup.text)


def masked(backup: ConfigBackup) -> str:
    """The text with its secrets blanked, which is all that leaves the safe."""
    return str(ConfigText.objects.filter(backup=backup).values_list("masked", flat=True).first() or "")


def rotate() -> int:
    """Every text under the newest key, its digest too; how many there are.

    :raises SecretError: a text fits none of the configured keys; what was rotated before it stays rotated
    """
    count = 0
    for row in ConfigText.objects.select_related("backup__gam__device").iterator(chunk_size=50):
        text = content_of(row)
        digest = digests(text, scope=_scope(row.backup.gam))[0]
        with transaction.atomic():
            sealed = rotate_text(row.sealed, owner=f"The configuration backup {row.backup}")
            ConfigText.objects.filter(pk=row.pk).update(sealed=sealed)
            ConfigBackup.objects.filter(pk=row.pk).update(digest=digest)
        count += 1
    return count


def content_of(row: ConfigText) -> str:
    """As :func:`content`, of a text at hand."""
    return decrypt_text(row.sealed, owner=f"The configuration backup {row.backup}")


# ------------------------------------------------------------------------------------------------------------------ keep rules


def expendable(seen: Sequence[tuple[int, datetime]], now: datetime, *, days: int, weeks: int) -> list[int]:
    """Which backups of one GAM need not be kept: all are for some days, then the newest of each week, and the newest always. Pure.

    A plan that was applied saw its backup then, so those before plans are kept for the days like all others.

    :param seen: keys, and when each was last seen
    """
    kept_weeks: dict[tuple[int, int], int] = {}
    gone: list[int] = []
    for place, (pk, at) in enumerate(sorted(seen, key=lambda item: (item[1], item[0]), reverse=True)):
        age = (now - at).total_seconds() / 86400
        year, week, _ = at.isocalendar()
        if place == 0 or age <= days:
            kept_weeks.setdefault((year, week), pk)
        elif age <= days + weeks * 7 and (year, week) not in kept_weeks:
            kept_weeks[year, week] = pk
        else:
            gone.append(pk)
    return gone


def forget(now: datetime, *, days: int, weeks: int) -> int:
    """Delete what the rules do not keep; how many backups."""
    by_gam: dict[int, list[tuple[int, datetime]]] = {}
    for pk, gam, seen in ConfigBackup.objects.order_by().values_list("pk", "gam_id", "last_seen"):
        by_gam.setdefault(gam, []).append((pk, seen))
    gone = [pk for seen in by_gam.values() for pk in expendable(seen, now, days=days, weeks=weeks)]
    deleted: Mapping[str, int] = ConfigBackup.objects.filter(pk__in=gone).delete()[1]
    return deleted.get("netbox_gam.ConfigBackup", 0)
