"""Firmware rollouts: planned and shown, started by a person, then carried on wave by wave from what the database says.

Nothing of a rollout lives in a worker: every look at a GAM begins with its row and ends with it (:mod:`firmware_steps`), so a
killed worker is just a look that did not take place.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from .. import gateway
from ..choices import FirmwareRolloutStatusChoices as Rollout
from ..choices import FirmwareUpgradeStatusChoices as Upgrade
from ..context import acting_as
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import FirmwareImage, FirmwareRollout, FirmwareUpgrade, GamDevice
from ..models.firmware import BUSY_STATUSES
from . import alarms, firmware_facts, firmware_steps
from .locks import hold_until_commit, try_exclusive
from .saving import update

UNFINISHED = (Rollout.PLANNED, Rollout.RUNNING, Rollout.PAUSED)
WAITING = (Upgrade.PLANNED, Upgrade.DOWNLOADED)
BAD = (Upgrade.FAILED, Upgrade.NEEDS_ATTENTION)
CLAIM = timedelta(seconds=60)
NAMED = 10


@dataclass(frozen=True, slots=True)
class RolloutOptions:
    """How a rollout goes; see the fields of :class:`FirmwareRollout`."""

    reason: str = ""
    wave_sizes: tuple[int, ...] = (1, 5)
    tolerated_failures: int = 0
    download_first: bool = True
    upgrade_endpoints: bool = True
    allow_downgrade: bool = False
    not_before: datetime | None = None
    not_after: datetime | None = None
    away_minutes: int = 20
    endpoint_minutes: int = 90


# --------------------------------------------------------------------------------------------------------------------- planning


def problems(image: FirmwareImage, gams: Sequence[GamDevice], *, allow_downgrade: bool = False) -> list[str]:
    """Every rule these GAMs' upgrades would break, as they were last read, and what else keeps them from it."""
    facts = firmware_facts.shelf_facts(gams)
    found = [
        words
        for gam in gams
        for words in firmware_facts.in_words(firmware_facts.check(image, facts[gam.pk], allow_downgrade=allow_downgrade))
    ]
    taken = FirmwareUpgrade.objects.filter(gam__in=gams, rollout__status__in=UNFINISHED).exclude(
        status__in=(Upgrade.DONE, Upgrade.FAILED, Upgrade.CANCELLED)
    )
    found += [f"{row.gam}: is part of rollout {row.rollout}" for row in taken.select_related("gam__device", "rollout")]
    return found


@transaction.atomic
def plan(image: FirmwareImage, gams: Sequence[GamDevice], options: RolloutOptions, *, user: Any) -> FirmwareRollout:
    """Store a rollout of an image over GAMs, in their order, with the exact lines each will be sent. Sends nothing.

    :raises WorkflowError: naming every rule that is broken; nothing is stored
    """
    _check(image, gams, options)
    facts = firmware_facts.shelf_facts(gams)
    rollout = FirmwareRollout(
        image=image,
        requested_by=user,
        reason=(options.reason or f"Bring {len(gams)} GAMs to {image}")[:300],
        wave_sizes=list(options.wave_sizes),
        **{name: getattr(options, name) for name in OPTION_FIELDS},
    )
    rollout.full_clean(exclude=["requested_by"])
    rollout.save()
    for wave, gam in _waves(gams, options.wave_sizes):
        shelf = facts[gam.pk]
        FirmwareUpgrade(
            rollout=rollout,
            gam=gam,
            wave=wave,
            transport=gam.transport,
            sends=gateway.firmware_lines(gam.transport, image.source_url),
            warnings=firmware_facts.warn(image, shelf) + _transport_warnings(gam),
            from_version=shelf.software,
        ).save()
    return rollout


OPTION_FIELDS = (
    "tolerated_failures", "download_first", "upgrade_endpoints", "allow_downgrade", "not_before", "not_after", "away_minutes",
    "endpoint_minutes",
)  # fmt: skip


def _check(image: FirmwareImage, gams: Sequence[GamDevice], options: RolloutOptions) -> None:
    if not gams:
        raise WorkflowError("No GAM was chosen.", next_step="Choose the GAMs to upgrade.")
    if options.not_before and options.not_after and options.not_before >= options.not_after:
        raise WorkflowError("The window ends before it begins.", next_step="Correct “not before” and “not after”.")
    if options.not_after and options.not_after <= timezone.now():
        raise WorkflowError("The window is over already.", next_step="Choose a later “not after”.")
    if any(size < 1 for size in options.wave_sizes):
        raise WorkflowError(f"Wave sizes {list(options.wave_sizes)}: each must be 1 or more.", next_step="Correct the wave sizes.")
    found = problems(image, gams, allow_downgrade=options.allow_downgrade)
    if found:
        shown = "; ".join(found[:NAMED]) + (f"; and {len(found) - NAMED} more" if len(found) > NAMED else "")
        raise WorkflowError(f"{image} cannot be rolled out: {shown}.", next_step="Leave those GAMs out, or choose another image.")


def _transport_warnings(gam: GamDevice) -> list[str]:
    if "download" in gateway.firmware_lines(gam.transport, ""):
        return []
    return ["The command line cannot download only: this GAM downloads and restarts in one go, within the window."]


def _waves(gams: Sequence[GamDevice], sizes: Sequence[int]) -> list[tuple[int, GamDevice]]:
    bounds, total = [], 0
    for size in sizes:
        total += size
        bounds.append(total)
    return [(1 + sum(1 for bound in bounds if place >= bound), gam) for place, gam in enumerate(gams)]


# ------------------------------------------------------------------------------------------------------------- what people do


def require_upgrade(user: Any, rollout: FirmwareRollout, *, of_gams: bool = True) -> None:
    """Starting and resuming takes the permission for the rollout and for every GAM in it that is still to be upgraded.

    :raises NotAllowed: naming what is missing
    """
    if not user.has_perm("netbox_gam.upgrade_firmwarerollout", rollout):
        raise NotAllowed("This takes the permission to upgrade firmware.", next_step="Leave it to somebody who has it.")
    if of_gams:
        wanted = GamDevice.objects.filter(firmware_upgrades__rollout=rollout, firmware_upgrades__status__in=WAITING)
        allowed = GamDevice.objects.restrict(user, "upgrade").filter(pk__in=wanted.values("pk"))
        missing = wanted.exclude(pk__in=allowed.values("pk"))
        if names := [str(gam) for gam in missing.select_related("device")[: NAMED + 1]]:
            raise NotAllowed(
                f"You may not upgrade the firmware of {', '.join(names[:NAMED])}{' and more' if len(names) > NAMED else ''}.",
                next_step="Plan a rollout without them, or leave it to somebody who may.",
            )


def start(rollout: FirmwareRollout, *, user: Any) -> None:
    """Begin a planned rollout; from here on it goes on by itself.

    :raises NotAllowed: for the rollout or for one of its GAMs
    :raises InvalidState: it is not planned
    """
    _begin(rollout, user, (Rollout.PLANNED,), f"Started by {user}", started_by=user, started=timezone.now())


def resume(rollout: FirmwareRollout, *, user: Any, not_before: datetime | None = None, not_after: datetime | None = None) -> None:
    """Go on with a paused rollout. What failed so far is accepted; a new window may be given.

    :raises NotAllowed: for the rollout or for one of its GAMs
    :raises InvalidState: it is not paused, or its window is over or none
    """
    window = {"not_before": not_before, "not_after": not_after} if not_before or not_after else {}
    if not_before and not_after and not_before >= not_after:
        raise InvalidState("The window ends before it begins.", next_step="Give a “not after” that is later than “not before”.")
    until = window.get("not_after", rollout.not_after)
    if until is not None and until <= timezone.now():
        raise InvalidState("The window of this rollout is over.", next_step="Resume with a later “not after”.")
    accepted = rollout.upgrades.filter(status__in=BAD).count()
    _begin(rollout, user, (Rollout.PAUSED,), f"Resumed by {user}", accepted_failures=accepted, error="", started_by=user, **window)


@transaction.atomic
def _begin(rollout: FirmwareRollout, user: Any, states: tuple[str, ...], message: str, **values: Any) -> None:
    _lock(rollout, states)
    require_upgrade(user, rollout)
    update(rollout, message=message, status=Rollout.RUNNING, **values)
    _wake(rollout)


@transaction.atomic
def pause(rollout: FirmwareRollout, *, user: Any) -> None:
    """Begin nothing more. A GAM that downloads or restarts is followed to its end.

    :raises InvalidState: it is not running
    """
    _lock(rollout, (Rollout.RUNNING,))
    require_upgrade(user, rollout, of_gams=False)
    update(rollout, message=f"Paused by {user}", status=Rollout.PAUSED, error=f"Paused by {user}.")


@transaction.atomic
def cancel(rollout: FirmwareRollout, *, user: Any) -> None:
    """Give a rollout up. A GAM that downloads or restarts is followed to its end.

    :raises InvalidState: it has ended
    """
    _lock(rollout, UNFINISHED)
    require_upgrade(user, rollout, of_gams=False)
    for upgrade in rollout.upgrades.filter(status__in=WAITING):
        update(upgrade, message="Rollout cancelled", status=Upgrade.CANCELLED, next_look=None, finished=timezone.now())
    update(rollout, message=f"Cancelled by {user}", status=Rollout.CANCELLED, finished=timezone.now())


def _lock(rollout: FirmwareRollout, states: tuple[str, ...]) -> None:
    hold_until_commit("firmware_rollout", rollout.pk)
    rollout.refresh_from_db()
    if rollout.status not in states:
        raise InvalidState(f"Rollout {rollout} is “{rollout.get_status_display()}”.", next_step="Look at its page.")


@transaction.atomic
def retry(upgrade: FirmwareUpgrade, *, user: Any) -> None:
    """Have a GAM whose upgrade failed try again, from the beginning.

    :raises NotAllowed: for the GAM
    :raises InvalidState: it did not fail, or its rollout has ended
    """
    rollout = upgrade.rollout
    hold_until_commit("firmware_rollout", rollout.pk)
    rollout.refresh_from_db()
    upgrade.refresh_from_db()
    if upgrade.status != Upgrade.FAILED or rollout.status not in (Rollout.RUNNING, Rollout.PAUSED):
        raise InvalidState(
            f"{upgrade.gam} is “{upgrade.get_status_display()}” in a rollout that is “{rollout.get_status_display()}”.",
            next_step="Only failed upgrades of an unfinished rollout can be tried again; otherwise plan a new rollout.",
        )
    _require_gam(user, upgrade)
    update(
        upgrade, message=f"Tried again by {user}", status=Upgrade.PLANNED, error="", next_step="", next_look=timezone.now(),
        phase_since=timezone.now(), transport=upgrade.gam.transport, started=None, swapped=None, back=None, finished=None,
        sends=gateway.firmware_lines(upgrade.gam.transport, rollout.image.source_url), endpoints_told=[],
    )  # fmt: skip
    if rollout.accepted_failures:
        update(rollout, accepted_failures=rollout.accepted_failures - 1)


@transaction.atomic
def release(upgrade: FirmwareUpgrade, *, user: Any) -> None:
    """A person has looked at a GAM that needed attention: it counts as failed, and may be written to again.

    :raises NotAllowed: for the GAM
    :raises InvalidState: it does not need attention
    """
    upgrade.refresh_from_db()
    if upgrade.status != Upgrade.NEEDS_ATTENTION:
        raise InvalidState(f"{upgrade.gam} is “{upgrade.get_status_display()}”: nothing to release.")
    _require_gam(user, upgrade)
    alarms.clear_alarm(upgrade.gam, key=firmware_steps.alarm_key(upgrade))
    update(upgrade, message=f"Released by {user}", status=Upgrade.FAILED)


def _require_gam(user: Any, upgrade: FirmwareUpgrade) -> None:
    if not user.has_perm("netbox_gam.upgrade_gamdevice", upgrade.gam):
        raise NotAllowed(f"You may not upgrade the firmware of {upgrade.gam}.", next_step="Leave it to somebody who may.")


# ---------------------------------------------------------------------------------------------------------------- carrying on


def due(now: datetime | None = None) -> list[int]:
    """Upgrades that have to be looked at: of running rollouts, and those that were begun whatever became of their rollout."""
    found = FirmwareUpgrade.objects.filter(next_look__lte=now or timezone.now())
    begun, waiting = found.filter(status__in=BUSY_STATUSES), found.filter(rollout__status=Rollout.RUNNING, status__in=WAITING)
    return sorted({*begun.values_list("pk", flat=True), *waiting.values_list("pk", flat=True)})


def claim(pks: Sequence[int], now: datetime | None = None) -> None:
    """Do not hand them out again for a minute; they are looked at by then, or whoever was to do it is dead."""
    FirmwareUpgrade.objects.filter(pk__in=pks).update(next_look=(now or timezone.now()) + CLAIM)


def carry_on(pk: int, *, now: datetime | None = None) -> None:
    """Look at one GAM's upgrade, do the next thing, and see what that means for its rollout. One worker per GAM at a time."""
    upgrade = FirmwareUpgrade.objects.select_related("rollout__started_by").filter(pk=pk).first()
    if upgrade is None:
        return
    user = upgrade.rollout.started_by
    with acting_as(user) if user else nullcontext(), try_exclusive("gam", upgrade.gam_id) as free:
        if free:
            firmware_steps.look(pk, now or timezone.now())
            follow(upgrade.rollout, now=now)


def run_due(now: datetime | None = None) -> int:
    """Look at everything that is due, one after the other; how many there were."""
    pks = due(now)
    for pk in pks:
        carry_on(pk, now=now)
    return len(pks)


@transaction.atomic
def follow(rollout: FirmwareRollout, *, now: datetime | None = None) -> None:
    """Pause a rollout with too many failures, begin its next wave, or end it."""
    now = now or timezone.now()
    hold_until_commit("firmware_rollout", rollout.pk)
    rollout.refresh_from_db()
    if rollout.status != Rollout.RUNNING:
        return
    bad = list(rollout.upgrades.filter(status__in=BAD).select_related("gam__device").order_by("wave", "pk"))
    if len(bad) - rollout.accepted_failures > rollout.tolerated_failures:
        _pause(rollout, " ".join(f"{row.gam}: {row.error}" for row in bad[rollout.accepted_failures :][:NAMED]))
        return
    left = rollout.upgrades.exclude(status__in=(*BAD, Upgrade.DONE, Upgrade.CANCELLED))
    if not left.exists():
        update(rollout, message="Nothing left to do", status=Rollout.COMPLETED, finished=now)
    elif rollout.not_after and now > rollout.not_after and left.filter(status__in=WAITING).exists():
        _pause(rollout, "The window is over; what was begun is followed to its end.")
    elif not left.filter(wave__lte=rollout.wave).exists():
        following = left.order_by("wave").values_list("wave", flat=True)[0]
        update(rollout, message=f"Wave {following} begins", wave=following)
        _wake(rollout, now)


def _pause(rollout: FirmwareRollout, why: str) -> None:
    update(rollout, message="Paused", status=Rollout.PAUSED, error=why)


def _wake(rollout: FirmwareRollout, now: datetime | None = None) -> None:
    """Have everything looked at that may go on now."""
    waiting = rollout.upgrades.filter(status__in=WAITING)
    if not rollout.download_first:
        waiting = waiting.filter(wave__lte=rollout.wave)
    waiting.update(next_look=now or timezone.now())
