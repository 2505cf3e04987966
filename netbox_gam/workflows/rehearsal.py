"""A dry run does everything a run does, in a transaction that is taken back; what it would have changed is kept in its record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q, QuerySet
from netbox.context import events_queue

from ..choices import FindingStateChoices, SyncRunStatusChoices
from ..models import BillingSystem, Finding, SyncRun
from .saving import update

SHOWN = 200
"""Findings that are listed by title; all are counted."""


class Report(Protocol):
    """What a run came to."""

    run: SyncRun


def rehearse[R: Report](run: SyncRun, compare_and_store: Callable[[], R]) -> R:
    """Compare and store as a run would, note what changed, and take it back.

    :returns: the report, about the record as it was kept
    """
    before = _states(run.system)
    queued = dict(events_queue.get() or {})
    with transaction.atomic():
        report = compare_and_store()
        opened, resolved = _changes(run.system, before)
        transaction.set_rollback(True)
    # What was saved and taken back must not reach webhooks and event rules.
    events_queue.set(queued)
    ended = report.run
    kept = {name: getattr(ended, name) for name in ("status", "finished", "complete", "counts", "timings", "problems", "outcome")}
    if kept["status"] == SyncRunStatusChoices.COMPLETED:
        kept["status"] = SyncRunStatusChoices.REHEARSED
    kept["outcome"] = {**kept["outcome"], "would_open": opened, "would_resolve": resolved}
    run.refresh_from_db()
    update(run, message=f"Ended: {kept['status']}", progress={}, **kept)
    report.run = run
    return report


def _states(system: BillingSystem) -> dict[int, str]:
    return dict(_findings(system).values_list("pk", "state"))


def _findings(system: BillingSystem) -> QuerySet[Finding]:
    """The system's own, and those that are no system's."""
    return Finding.objects.filter(Q(system=system) | Q(system=None))


def _changes(system: BillingSystem, before: dict[int, str]) -> tuple[list[str], list[str]]:
    """Titles of findings that are open and were not, and of those that are resolved and were not."""
    opened, resolved = [], []
    for pk, state, title in _findings(system).order_by("kind", "title").values_list("pk", "state", "title"):
        if state != before.get(pk):
            (resolved if state == FindingStateChoices.RESOLVED else opened).append(title)
    return _listed(opened), _listed(resolved)


def _listed(titles: list[str]) -> list[Any]:
    return titles if len(titles) <= SHOWN else [*titles[:SHOWN], f"… and {len(titles) - SHOWN} more"]
