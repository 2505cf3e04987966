"""Back to billing: what NetBox says of its accounts, put into the outbox where a billing system says something else.

Off by default, field by field. Only custom fields, notes and additional attributes, never a status, a service or an address.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from nornir_tasks.contracts import AccountReading, BackSource, BackValue
from nornir_tasks.errors import BillingError, RuleViolation

from .. import gateway, settings
from ..choices import BackValueChoices, ChangePlanStatusChoices, SyncRunKindChoices, SyncRunStatusChoices
from ..choices import BillingWriteStateChoices as State
from ..exceptions import InvalidState, NotAllowed, WorkflowError
from ..models import BillingLink, BillingSystem, BillingWrite, ChangePlan, Subscriber, SyncRun, WriteBackState
from ..targets import billing_target
from .mail_text import link
from .saving import update

NOTE = BackValueChoices.NOTE
UNSETTLED = (
    ChangePlanStatusChoices.PLANNED,
    ChangePlanStatusChoices.INVALID,
    ChangePlanStatusChoices.APPLYING,
    ChangePlanStatusChoices.NEEDS_ATTENTION,
)
"""While a subscriber's newest change plan is one of these, NetBox says what is wanted and not what is."""

OVERLAP = timedelta(minutes=2)
"""What was saved before a reading began may have been committed after it."""
PAUSE = timedelta(seconds=30)
"""Between two looks at one billing system."""
SHOWN = 200
"""Rows a preview keeps."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What NetBox says of one account. ``changed``: when the last verified change of one of its services was."""

    values: Mapping[BackValue, str]
    subscriber: int
    changed: datetime | None


@dataclass
class CollectReport:
    """What a look came to: accounts read, and writes made, refreshed and superseded."""

    accounts: int = 0
    made: int = 0
    refreshed: int = 0
    superseded: int = 0


@dataclass
class Drafts:
    """Rows to be stored."""

    new: list[BillingWrite] = field(default_factory=list)
    changed: list[BillingWrite] = field(default_factory=list)


# -------------------------------------------------------------------------------------------------------------------- choose


def configure(system: BillingSystem, *, user: Any, enabled: bool, fields: Mapping[str, str]) -> None:
    """Choose what is written back, and switch it on or off. Nothing is switched on that was not previewed.

    :raises NotAllowed: the user may not
    :raises WorkflowError: a field that cannot be written, named
    :raises InvalidState: these fields were not previewed
    """
    if not user.has_perm("netbox_gam.write_back_billingsystem", system):
        raise NotAllowed(f"You may not choose what is written back to {system}.")
    chosen = {name: str(place).strip() for name, place in fields.items() if str(place).strip()}
    checked = _checked(system, chosen)
    if BackValue.NETBOX_LINK in checked and not link("/"):
        step = "Set link_base_url in the plugin's settings to the address people reach NetBox by."
        raise WorkflowError("netbox_link: NetBox does not know its own address.", next_step=step)
    state = state_of(system)
    if enabled and not chosen:
        raise InvalidState("No field is chosen to be written back.", next_step="Choose at least one field.")
    if enabled and state.preview.get("fields") != chosen:
        raise InvalidState("These fields were not previewed yet.", next_step="Save them switched off, and run a preview first.")
    if enabled and not system.write_back:
        WriteBackState.objects.filter(pk=state.pk).update(since=timezone.now(), read_at=None, due_at=None, attempts=0, error="")
    with transaction.atomic():
        update(system, message="Writing back chosen", write_back=enabled, write_back_fields=chosen)
        waiting = BillingWrite.objects.filter(system=system, state=State.WAITING)
        gone = waiting.exclude(field__in=chosen.values()) if enabled else waiting
        gone.update(state=State.SUPERSEDED, due=None, error="Not written back any more")


def _checked(system: BillingSystem, fields: Mapping[str, str]) -> dict[BackValue, str]:
    try:
        return gateway.check_back_fields(system.type, fields)
    except RuleViolation as error:
        raise WorkflowError(f"{error.field} {error.value!r}: {error.rule}.", next_step="Correct it.") from None


def state_of(system: BillingSystem) -> WriteBackState:
    """How far writing back to a system is."""
    return WriteBackState.objects.get_or_create(system=system)[0]


# ---------------------------------------------------------------------------------------------------------------- what is wanted


def wanted(system: BillingSystem, accounts: Iterable[str] | None = None) -> dict[str, Wanted]:
    """What NetBox says of the linked accounts of a system, in a handful of queries.

    Accounts with a service that is being changed are left out: what holds of them is not known until its plan has ended.

    :param accounts: only these
    """
    links = BillingLink.objects.filter(system=system).exclude(account_id="")
    if accounts is not None:
        links = links.filter(account_id__in=list(accounts))
    links = links.select_related("subscriber__gam__device", "subscriber__endpoint__port", "subscriber__port").order_by("pk")
    changes, unsettled = _changes(system)
    grouped: dict[str, dict[int, Subscriber]] = defaultdict(dict)
    for row in links:
        grouped[row.account_id][row.subscriber_id] = row.subscriber
    found = {}
    for account, subscribers in grouped.items():
        if unsettled.isdisjoint(subscribers):
            sources = [_source(subscriber, changes.get(pk)) for pk, subscriber in subscribers.items()]
            times = [changes[pk][0] for pk in subscribers if pk in changes]
            found[account] = Wanted(gateway.account_values(sources), next(iter(subscribers)), max(times, default=None))
    return found


def _changes(system: BillingSystem) -> tuple[dict[int, tuple[datetime, int]], set[int]]:
    """Time and key of the last verified change by subscriber, and the subscribers whose newest change is not settled."""
    plans = ChangePlan.objects.filter(subscribers__billing_links__system=system)
    verified = plans.filter(status=ChangePlanStatusChoices.APPLIED, verified=True, finished__isnull=False)
    rows = verified.order_by("subscribers", "-finished").distinct("subscribers").values_list("subscribers", "finished", "pk")
    newest = plans.order_by("subscribers", "-pk").distinct("subscribers").values_list("subscribers", "status")
    return {pk: (finished, plan) for pk, finished, plan in rows}, {pk for pk, status in newest if status in UNSETTLED}


def _source(subscriber: Subscriber, change: tuple[datetime, int] | None) -> BackSource:
    """One service in words; none of them is a secret."""
    endpoint = subscriber.endpoint
    port = subscriber.port or (endpoint.port if endpoint else None)
    parts = [str(subscriber.gam) if subscriber.gam else "", f"port {port.number}" if port else "", endpoint.mac if endpoint else ""]
    return BackSource(
        name=subscriber.name,
        state=str(subscriber.status),
        link=link(subscriber.get_absolute_url()) if settings.link_base_url() else "",
        place=", ".join(filter(None, parts)) or "not placed",
        last_change=f"{change[0].astimezone(UTC):%Y-%m-%d %H:%M} UTC, change plan {change[1]}" if change else "",
    )


# ------------------------------------------------------------------------------------------------------------------- collect


def is_dirty(system: BillingSystem, state: WriteBackState, now: datetime) -> bool:
    """Whether something may have to be written that is not in the outbox."""
    return _everything_is_due(system, state) or bool(_accounts_to_look_at(system, state, now))


def _everything_is_due(system: BillingSystem, state: WriteBackState) -> bool:
    """After switching on, and after a run that read everything."""
    if state.read_at is None:
        return True
    runs = SyncRun.objects.filter(system=system, kind=SyncRunKindChoices.FULL, status=SyncRunStatusChoices.COMPLETED)
    return runs.filter(finished__gt=state.read_at).exists()


def _accounts_to_look_at(system: BillingSystem, state: WriteBackState, now: datetime) -> list[str]:
    """Accounts of which something changed in NetBox since the last look, and those that changed there while something waited."""
    since = (state.read_at or now) - OVERLAP
    plans = ChangePlan.objects.filter(last_updated__gt=since).values("subscribers")
    changed = Q(last_updated__gt=since) | Q(subscriber__last_updated__gt=since) | Q(subscriber__in=plans)
    links = BillingLink.objects.filter(changed, system=system).exclude(account_id="")
    stale = BillingWrite.objects.filter(system=system, state=State.WAITING, version="", due__lte=now)
    return sorted({*links.values_list("account_id", flat=True), *stale.values_list("account_id", flat=True)})


def collect(system: BillingSystem, *, now: datetime | None = None) -> CollectReport:
    """Read what stands in the billing system, and put into the outbox what NetBox says otherwise.

    :raises BillingError: it could not be read; the outbox is as it was
    """
    begun = now or timezone.now()
    state = state_of(system)
    fields = _checked(system, system.write_back_fields)
    everything = _everything_is_due(system, state)
    accounts = None if everything else _accounts_to_look_at(system, state, begun)
    report = CollectReport()
    if everything or accounts:
        said = wanted(system, accounts)
        with gateway.billing_writer(billing_target(system), gateway.back_fields(fields)) as writer:
            readings = writer.read(None if everything else accounts)
        report.accounts = len(readings)
        with transaction.atomic():
            _store(system, state, fields, said, readings, report, begun)
    WriteBackState.objects.filter(pk=state.pk).update(read_at=begun, due_at=begun + PAUSE)
    return report


def _store(
    system: BillingSystem,
    state: WriteBackState,
    fields: Mapping[BackValue, str],
    said: Mapping[str, Wanted],
    readings: Mapping[str, AccountReading],
    report: CollectReport,
    now: datetime,
) -> None:
    rows = BillingWrite.objects.filter(system=system)
    waiting = {(row.account_id, row.field): row for row in rows.filter(state=State.WAITING).select_for_update()}
    latest = _latest(rows, readings)
    drafts = Drafts()
    for account, reading in readings.items():
        if account in said:
            texts = _texts(state, fields, said[account], reading, latest.get((account, NOTE)))
            for value, place in [*((v, p) for v, p in fields.items() if p != NOTE), (NOTE, NOTE)]:
                draft = _Draft(system, said[account].subscriber, reading, str(value), place, texts.get(str(value)), now)
                _draft(draft, waiting.get((account, place)), latest.get((account, place)), drafts, report)
    for (account, _), row in waiting.items():
        # Archived or gone there, or not linked here any more. What is being changed stays until its plan has ended.
        if not row.version and account not in readings:
            _close(row, State.SUPERSEDED, "The account is not there any more", drafts, report)
    BillingWrite.objects.bulk_update(drafts.changed, CHANGEABLE, batch_size=500)
    BillingWrite.objects.bulk_create(drafts.new, batch_size=500)


CHANGEABLE = ("before", "version", "state", "due", "sent", "error")


@dataclass(frozen=True, slots=True)
class _Draft:
    """One place of one account. ``text``: what is to be written there, None for nothing."""

    system: BillingSystem
    subscriber: int
    reading: AccountReading
    value: str
    place: str
    text: str | None
    now: datetime

    @property
    def before(self) -> str:
        return "" if self.place == NOTE else self.reading.values.get(self.place, "")


def _latest(rows: Any, readings: Mapping[str, AccountReading]) -> dict[tuple[str, str], BillingWrite]:
    """The newest settled write of each place."""
    settled = rows.exclude(state__in=(State.WAITING, State.SUPERSEDED)).filter(account_id__in=list(readings))
    found = settled.order_by("account_id", "field", "-pk").distinct("account_id", "field")
    return {(row.account_id, row.field): row for row in found}


def _texts(
    state: WriteBackState,
    fields: Mapping[BackValue, str],
    said: Wanted,
    reading: AccountReading,
    last_note: BillingWrite | None,
) -> dict[str, str]:
    """What is to be written of one account, by value."""
    texts = {str(value): text for value, text in gateway.decide_back(fields, reading, said.values).items()}
    note = gateway.note_text(fields, said.values)
    # A note tells of a change: there is none about what was so before this was switched on.
    changed = said.changed is not None and state.since is not None and said.changed >= state.since
    if note and changed and (last_note is None or last_note.after != note):
        texts[NOTE] = note
    return texts


def _draft(draft: _Draft, waiting: BillingWrite | None, latest: BillingWrite | None, drafts: Drafts, report: CollectReport) -> None:
    """Make, refresh or close the write of one place."""
    if waiting is not None and (draft.text is None or draft.text != waiting.after):
        stands = draft.text is None and draft.before == waiting.after
        if stands and waiting.attempts:
            _close(waiting, State.SENT, "", drafts, report, sent=draft.now)
        else:
            _close(waiting, State.SUPERSEDED, "It stands there already" if stands else "NetBox says something else", drafts, report)
        waiting = None
    if draft.text is None:
        return
    if waiting is not None:
        if waiting.version != draft.reading.version or waiting.before != draft.before:
            waiting.version, waiting.before = draft.reading.version, draft.before
            drafts.changed.append(waiting)
            report.refreshed += 1
        return
    left_alone = latest is not None and latest.state != State.SENT and (latest.after, latest.before) == (draft.text, draft.before)
    if left_alone:
        return
    drafts.new.append(
        BillingWrite(
            system=draft.system, subscriber_id=draft.subscriber, account_id=draft.reading.account_id, value=draft.value,
            field=draft.place, before=draft.before, after=draft.text, version=draft.reading.version,
            key=f"netbox-{uuid.uuid4().hex}", due=draft.now,
        )
    )  # fmt: skip
    report.made += 1


def _close(row: BillingWrite, state: str, why: str, drafts: Drafts, report: CollectReport, sent: datetime | None = None) -> None:
    row.state, row.error, row.sent, row.due = state, why, sent, None
    drafts.changed.append(row)
    report.superseded += state == State.SUPERSEDED


# ------------------------------------------------------------------------------------------------------------------- preview


def preview(system: BillingSystem) -> dict[str, Any]:
    """Read the billing system and keep what would be written if it were switched on now. Writes nothing there, and no outbox.

    :returns: numbers, for job data
    :raises WorkflowError: no field is chosen, or the system could not be read
    """
    fields = _checked(system, system.write_back_fields)
    if not fields:
        raise InvalidState("No field is chosen to be written back.", next_step="Choose fields first.")
    said = wanted(system)
    try:
        with gateway.billing_writer(billing_target(system), gateway.back_fields(fields)) as writer:
            readings = writer.read(None)
    except BillingError as error:
        raise WorkflowError(f"{system} could not be read: {error}", next_step=error.next_step) from None
    rows = []
    for account, reading in readings.items():
        if account in said:
            for value, text in gateway.decide_back(fields, reading, said[account].values).items():
                before = reading.values.get(fields[value], "")
                row = {"value": str(value), "field": fields[value], "before": before, "after": text}
                rows.append({"account": account, "subscriber": said[account].subscriber, **row})
    numbers = {"read": len(readings), "linked": len(said), "not_there": len(set(said) - set(readings)), "writes": len(rows)}
    kept = {**numbers, "fields": dict(system.write_back_fields), "rows": rows[:SHOWN], "notes": NOTE in fields.values()}
    WriteBackState.objects.filter(pk=state_of(system).pk).update(preview=kept, previewed_at=timezone.now())
    return numbers


__all__ = ("CollectReport", "collect", "configure", "is_dirty", "preview", "state_of", "wanted")
