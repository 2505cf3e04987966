"""The journal of writing a change plan: what happens is stored before it happens on the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from nornir_tasks.contracts import StepEvent, StepState

from ..models import ChangePlan, ChangeStep, ConfigBackup
from . import backup_store
from .change_log import together

type OnEvent = Callable[[StepEvent], None]


class Journal:
    """Stores entries in the plan's steps, and what the shelf had before in the safe.

    :param on_event: told of every entry after it was stored
    :param newest: the newest backup of the GAM, where it was looked up already
    """

    def __init__(self, change_plan: ChangePlan, on_event: OnEvent | None, newest: ConfigBackup | None = None) -> None:
        self.change_plan = change_plan
        self.steps = {step.index: step for step in change_plan.steps.all()}
        self.on_event = on_event
        self.newest = newest

    def __call__(self, event: StepEvent) -> None:
        """Store an entry."""
        store([(self, event)])


def store(entries: Sequence[tuple[Journal, StepEvent]]) -> None:
    """Store entries of several plans in one transaction; those who want to know are told afterwards."""
    if any(event.config or event.state is not None for _, event in entries):
        with together(durable=True):
            for journal, event in entries:
                _store_one(journal, event)
    for journal, event in entries:
        if journal.on_event is not None:
            journal.on_event(event)


def _store_one(journal: Journal, event: StepEvent) -> None:
    if event.config:
        backup_store.keep_before(journal.change_plan, event.config, journal.newest)
    step = journal.steps.get(event.index)
    if step is not None and event.state is not None:
        _store_step(step, event)


def _store_step(step: ChangeStep, event: StepEvent) -> None:
    now = event.at or timezone.now()
    begins = event.state is StepState.SENDING
    values: dict[str, Any] = {"state": event.state, "started": step.started or now, "finished": None if begins else now}
    if event.sent:
        values["sent"] = list(event.sent)
    if event.answered:
        values["answer"] = event.answered
    if event.failure:
        values["error"] = event.failure.message
    ChangeStep.objects.filter(pk=step.pk).update(**values)
    for name, value in values.items():
        setattr(step, name, value)
