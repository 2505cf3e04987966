"""Reconciliation: read a billing system whole, link its customers, report every difference. Changes no service, deletes nothing."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from nornir_tasks.contracts import (
    BillingService,
    BillingSnapshot,
    Comparison,
    FindingKind,
    IntentEndpoint,
    IntentPlan,
    IntentSubscriber,
    IntentView,
    ServiceState,
)
from nornir_tasks.errors import BillingError

from .. import gateway
from ..choices import (
    EndpointStatusChoices,
    FindingStateChoices,
    SubscriberStatusChoices,
    SyncRunKindChoices,
    SyncRunStatusChoices,
)
from ..exceptions import InvalidState, WorkflowError
from ..models import (
    BandwidthPlan,
    BilledService,
    BillingLink,
    BillingPlan,
    BillingSystem,
    Endpoint,
    EndpointState,
    Finding,
    Subscriber,
    SyncRun,
)
from ..targets import billing_target
from . import actual_side, findings, rehearsal, sync_runs
from .held import remember as remember_held
from .locks import exclusive
from .saving import create, in_words, update
from .sync_runs import OnProgress

ARRIVING = (ServiceState.IN_SERVICE, ServiceState.PENDING)
CUT_COUNTS = ("would_suspend", "would_terminate")
BILLED_FIELDS = (
    "account_id", "name", "state", "raw_status", "status_word", "activates", "archived", "delinquent", "delinquent_since",
    "plan_id", "macs", "read_at",
)  # fmt: skip


@dataclass
class ReconciliationReport:
    """What a run came to."""

    run: SyncRun
    services: int = 0
    linked: int = 0
    arrived: int = 0
    opened: int = 0
    standing: int = 0
    resolved: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)

    def outcome(self) -> dict[str, int]:
        """What it came to, as the run keeps it."""
        names = ("services", "linked", "arrived", "opened", "standing", "resolved")
        return {name: getattr(self, name) for name in names}

    def as_dict(self) -> dict[str, Any]:
        """Plain types, for job data and the command line."""
        return {**vars(self), "run": self.run.pk, "status": self.run.status, "problems": self.run.problems}


def reconcile(
    system: BillingSystem,
    *,
    user: Any = None,
    on_progress: OnProgress | None = None,
    release: SyncRun | None = None,
    dry_run: bool = False,
) -> ReconciliationReport:
    """One run: snapshot, guard, links, comparison, findings.

    A reading that failed, is incomplete or is held changes nothing but the system's finding about its feed.

    :param release: a held run that somebody looked at: a reading that is no worse than that one is believed
    :param dry_run: do all of it, keep what would be opened and resolved in the run's record, and store nothing else
    :raises Busy: another run of this system is under way
    :raises WorkflowError: nothing could be read; the run is kept as failed
    """
    with exclusive(sync_runs.LOCK, system.pk, label=f"Billing system {system}"):
        run = sync_runs.begin(system, SyncRunKindChoices.DRY_RUN if dry_run else SyncRunKindChoices.FULL)
        watch, clock = sync_runs.Watch(run, on_progress), Clock()
        try:
            snapshot = gateway.fetch_snapshot(billing_target(system), watch.progress, cancelled=watch.cancelled)
        except (BillingError, WorkflowError) as error:
            return not_read(system, run, error, clock, cancelled=watch.cancelled(), doubt=not dry_run)
        clock.lap("read")
        if dry_run:
            return rehearsal.rehearse(run, lambda: _compare_and_store(system, run, snapshot, clock, release))
        with transaction.atomic():
            return _compare_and_store(system, run, snapshot, clock, release)


def not_read(
    system: BillingSystem, run: SyncRun, error: BillingError | WorkflowError, clock: Clock, *, cancelled: bool, doubt: bool
) -> ReconciliationReport:
    """End a run that could not read, or was cancelled.

    :param doubt: raise the finding about the system's feed
    :raises WorkflowError: unless it was cancelled
    """
    if cancelled:
        finish(run, SyncRunStatusChoices.CANCELLED, problems=[], timings=clock.lap("read"))
        return ReconciliationReport(run)
    finish(run, SyncRunStatusChoices.FAILED, problems=[str(error)], timings=clock.lap("read"))
    if doubt:
        findings.doubt_feed(system, run)
    raise WorkflowError(f"{system} could not be read: {error}", next_step=getattr(error, "next_step", "")) from None


def release_feed(run: SyncRun, *, user: Any, on_progress: OnProgress | None = None) -> ReconciliationReport:
    """Believe a held feed: read it again and compare, unless it has become worse than what was looked at.

    :raises InvalidState: the run was not held, or a later run has ended well
    :raises WorkflowError: as :func:`reconcile`
    """
    if run.status != SyncRunStatusChoices.HELD:
        raise InvalidState(f"The run {run} was not held.", next_step="Release a run whose status is held.")
    later = SyncRun.objects.filter(system=run.system, started__gt=run.started, status=SyncRunStatusChoices.COMPLETED)
    if later.exists():
        raise InvalidState("A later run has completed, so there is nothing to release.", next_step="Look at the latest run.")
    return reconcile(run.system, user=user, on_progress=on_progress, release=run)


@dataclass(frozen=True)
class Refreshed:
    """What reading some accounts again came to."""

    accounts: int = 0
    linked: int = 0
    arrived: int = 0
    opened: int = 0
    resolved: int = 0
    left: int = 0
    """Accounts that are left to the next full run."""

    def __str__(self) -> str:
        left = f"; {self.left} left to the next full run" if self.left else ""
        return (
            f"{self.accounts} accounts read: {self.linked} linked, {self.arrived} arrived, {self.opened} findings opened,"
            f" {self.resolved} resolved{left}"
        )


def refresh(system: BillingSystem, snapshot: BillingSnapshot, run: SyncRun | None = None) -> Refreshed | None:
    """Compare some accounts that were read again: their services on the pages, their links, and the findings about them.

    Takes a snapshot of those accounts only, so nothing is concluded about anybody else. An account that shares a device or an
    address with another one is left to the next full run, for only that sees both sides.

    :param run: which the findings are seen by; the last full run unless told
    :returns: what it came to; None where it is left to the first full run
    """
    previous = _previous(system, None)
    if previous is None:
        return None
    accounts = {service.account_id for service in snapshot.services}
    disputed = _disputed_accounts(system, snapshot)
    # Of these accounts everything was read, so that a cut-off of theirs counts; what is missing of others is not asked for below.
    services = tuple(item for item in snapshot.services if item.account_id not in disputed)
    settled = replace(snapshot, complete=True, services=services)
    former = _ids_of(system, accounts - disputed)
    first = _compare(system, settled, "")
    linked, arrived, _ = _link(system, first)
    comparison = _compare(system, settled, "") if linked else first
    _store_services(system, snapshot, forget=False)
    # Of an account that was read, all services were: Splynx gives a service another id when it comes back.
    BilledService.objects.filter(system=system, account_id__in=accounts, read_at__lt=snapshot.taken_at).delete()
    stored = findings.store_some(system, run or previous, comparison, settled.services, at=snapshot.taken_at, former=former)
    opened = stored.opened + stored.reopened
    return Refreshed(len(accounts), linked, arrived, opened, stored.resolved, len(disputed))


def _ids_of(system: BillingSystem, accounts: set[str]) -> set[str]:
    """Services that accounts have had: in the last snapshot, or linked."""
    models = (BilledService, BillingLink)
    return {
        id
        for model in models
        for id in model.objects.filter(system=system, account_id__in=accounts).values_list("external_id", flat=True)
    }


def _disputed_accounts(system: BillingSystem, snapshot: BillingSnapshot) -> set[str]:
    """Accounts whose devices others claim as well, or about which a finding of such a kind is open."""
    macs: dict[str, set[str]] = {}
    others = BilledService.objects.filter(system=system).exclude(account_id__in=[item.account_id for item in snapshot.services])
    wanted = {mac for item in snapshot.services for mac in item.macs}
    for account, held in others.exclude(state=ServiceState.TERMINATED).values_list("account_id", "macs"):
        for mac in wanted.intersection(held):
            macs.setdefault(mac, set()).add(account)
    for item in snapshot.services:
        for mac in item.macs:
            macs.setdefault(mac, set()).add(item.account_id)
    shared = {account for accounts in macs.values() if len(accounts) > 1 for account in accounts}
    kinds = (FindingKind.AMBIGUOUS_KEY, FindingKind.MULTIPLE_SERVICES)
    standing = Finding.objects.filter(system=system, kind__in=kinds).exclude(state=FindingStateChoices.RESOLVED)
    for values in standing.values_list("billing_values", flat=True):
        shared.update(str(service["account"]) for service in values.get("services", ()))
    return shared & {item.account_id for item in snapshot.services}


class Clock:
    """Seconds per phase."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.timings: dict[str, float] = {}

    def lap(self, phase: str) -> dict[str, float]:
        now = time.monotonic()
        self.timings[phase] = round(now - self.started, 3)
        self.started = now
        return self.timings


def _compare_and_store(
    system: BillingSystem, run: SyncRun, snapshot: BillingSnapshot, clock: Clock, release: SyncRun | None
) -> ReconciliationReport:
    report = ReconciliationReport(run, services=len(snapshot.services))
    previous = _previous(system, run)
    if not snapshot.complete:
        return _leave(system, report, SyncRunStatusChoices.INCOMPLETE, snapshot, list(snapshot.problems), clock)
    pending = _pending_cut_offs(system, snapshot)
    held = _reasons_to_hold(snapshot, previous, pending, release)
    if held:
        remember_held(run, snapshot)
        return _leave(system, report, SyncRunStatusChoices.HELD, snapshot, held, clock, pending)
    scope = previous.scope if previous else ""
    problems = _store_plans(system, snapshot)
    first = _compare(system, snapshot, scope)
    _map_plans(system, first)
    report.linked, report.arrived, unrecorded = _link(system, first)
    problems += unrecorded
    clock.lap("link")
    comparison = _compare(system, snapshot, scope)
    stored = findings.store(system, run, comparison, at=snapshot.taken_at, all_systems_read=_all_systems_read(system, snapshot))
    _store_services(system, snapshot, forget=comparison.conclusive)
    report.opened, report.standing = stored.opened + stored.reopened, stored.standing
    report.resolved = stored.resolved
    report.by_kind = dict(Counter(str(draft.kind) for draft in comparison.findings))
    finish(
        run,
        SyncRunStatusChoices.COMPLETED,
        snapshot=snapshot,
        problems=[*snapshot.problems, *problems],
        timings=clock.lap("compare"),
        outcome=report.outcome(),
    )
    return report


def _leave(
    system: BillingSystem,
    report: ReconciliationReport,
    status: str,
    snapshot: BillingSnapshot,
    reasons: list[str],
    clock: Clock,
    pending: dict[str, int] | None = None,
) -> ReconciliationReport:
    """Conclude nothing from a reading: end the run, and say so in the system's finding about its feed."""
    finish(report.run, status, snapshot=snapshot, problems=reasons, timings=clock.lap("guard"), pending=pending)
    report.opened += findings.doubt_feed(system, report.run)
    return report


def _reasons_to_hold(
    snapshot: BillingSnapshot, previous: SyncRun | None, pending: dict[str, int], release: SyncRun | None
) -> list[str]:
    """Why the guard holds a reading; a released run raises what is accepted to what it had, and never to an empty feed."""
    known = previous.counts if previous else {}
    if release is not None:
        # A run that read changes only has not looked at how many there are of anything.
        looked = release.kind != SyncRunKindChoices.CHANGES
        known = {name: min(count, release.counts.get(name, 0)) for name, count in known.items()} if looked else known
        cut, seen = (sum(counts.get(name, 0) for name in CUT_COUNTS) for counts in (_named(pending), release.counts))
        pending = pending if cut > seen else {}
    return list(gateway.guard(snapshot, known, pending).reasons)


def reasons_to_hold_some(system: BillingSystem, snapshot: BillingSnapshot) -> tuple[list[str], dict[str, int]]:
    """Why the guard holds a reading of some accounts: it would cut off too many of the system's services at once.

    :returns: reasons, and what is pending
    """
    pending = _pending_cut_offs(system, snapshot)
    known = BilledService.objects.filter(system=system).count()
    return gateway.guard_cut_offs(max(known, len(snapshot.services)), pending), pending


def _named(pending: dict[str, int]) -> dict[str, int]:
    """Pending cut-offs as a run's counts have them."""
    return {"would_suspend": pending["suspend"], "would_terminate": pending["terminate"]}


def finish(
    run: SyncRun,
    status: str,
    *,
    problems: list[str],
    timings: dict[str, float],
    snapshot: BillingSnapshot | None = None,
    pending: dict[str, int] | None = None,
    outcome: dict[str, Any] | None = None,
    cursor: dict[str, str] | None = None,
) -> None:
    """End a run with what is known of it."""
    # A person may have asked for its end meanwhile, which came too late.
    run.refresh_from_db(fields=["cancel_requested"])
    values: dict[str, Any] = {"status": status, "finished": timezone.now(), "problems": problems, "timings": timings}
    values |= {"progress": {}, "outcome": outcome or {}}
    if snapshot is not None:
        values |= {"complete": snapshot.complete, "scope": snapshot.scope, "counts": dict(snapshot.counts)}
        if status == SyncRunStatusChoices.COMPLETED:
            values["cursor"] = dict(snapshot.cursor)
    if cursor:
        values["cursor"] = cursor
    if pending:
        values["counts"] |= _named(pending)
    update(run, message=f"Ended: {status}", **values)


def _previous(system: BillingSystem, run: SyncRun | None) -> SyncRun | None:
    """The last run that read everything."""
    return SyncRun.objects.filter(system=system, status=SyncRunStatusChoices.COMPLETED).exclude(pk=run.pk if run else None).first()


def _compare(system: BillingSystem, snapshot: BillingSnapshot, previous_scope: str) -> Comparison:
    return gateway.compare(
        snapshot, intent_view(system), previous_scope=previous_scope, all_systems_read=_all_systems_read(system, snapshot)
    )


def _all_systems_read(system: BillingSystem, snapshot: BillingSnapshot) -> bool:
    """Whether every enabled billing system was read whole at least once, this run included."""
    others = BillingSystem.objects.filter(enabled=True).exclude(pk=system.pk)
    read = others.filter(sync_runs__status=SyncRunStatusChoices.COMPLETED).distinct()
    return snapshot.complete and others.count() == read.count()


def intent_view(system: BillingSystem) -> IntentView:
    """NetBox's side of the comparison, in a handful of queries."""
    links: dict[int, list[tuple[str, str]]] = {}
    other: set[int] = set()
    for subscriber_id, system_id, entity, external_id in BillingLink.objects.values_list(
        "subscriber_id", "system_id", "entity", "external_id"
    ):
        if system_id == system.pk:
            links.setdefault(subscriber_id, []).append((entity, external_id))
        else:
            other.add(subscriber_id)
    subscribers = Subscriber.objects.exclude(status=SubscriberStatusChoices.TERMINATED, billing_links=None).select_related(
        "gam__device"
    )
    mapped = BillingPlan.objects.filter(system=system, bandwidth_plan__isnull=False)
    view = IntentView(
        subscribers=tuple(
            IntentSubscriber(
                key=item.pk,
                name=item.name,
                status=item.status,
                gam=str(item.gam) if item.gam else "",
                endpoint_key=item.endpoint_id,
                plan_key=item.bandwidth_plan_id,
                links=tuple(links.get(item.pk, ())),
            )
            for item in subscribers
        ),
        endpoints=_intent_endpoints(),
        plans=tuple(
            IntentPlan(plan.pk, plan.name, plan.downstream_kbps, plan.upstream_kbps, plan.unthrottled)
            for plan in BandwidthPlan.objects.all()
        ),
        plan_map=dict(mapped.values_list("external_id", "bandwidth_plan_id")),
        other_links=frozenset(other | _spoken_of_elsewhere(system)),
    )
    return actual_side.complete(view)


def _spoken_of_elsewhere(system: BillingSystem) -> set[int]:
    """Subscribers another system has a finding about: it knows of them, even if nobody could say which service they are."""
    findings = Finding.objects.filter(system__isnull=False, subscriber__isnull=False).exclude(system=system)
    return set(findings.exclude(state=FindingStateChoices.RESOLVED).values_list("subscriber_id", flat=True))


def _intent_endpoints() -> tuple[IntentEndpoint, ...]:
    seen = set(EndpointState.objects.filter(present=True).values_list("mac", flat=True))
    endpoints = Endpoint.objects.exclude(status=EndpointStatusChoices.RETIRED).select_related("gam__device", "port", "subscriber")
    return tuple(
        IntentEndpoint(
            key=item.pk,
            mac=item.mac,
            name=item.name,
            serial=item.serial,
            gam=str(item.gam) if item.gam else "",
            port=item.port.number if item.port else None,
            subscriber_key=item.subscriber.pk if hasattr(item, "subscriber") else None,
            seen=item.mac in seen,
        )
        for item in endpoints
    )


def _store_plans(system: BillingSystem, snapshot: BillingSnapshot) -> list[str]:
    """Tariffs and services as the system has them now, also those that may be Internet access.

    The mapping is left alone, and nothing is removed.

    :returns: what could not be recorded and why
    """
    problems: list[str] = []
    known = {plan.external_id: plan for plan in BillingPlan.objects.filter(system=system)}
    for item in (*snapshot.plans, *snapshot.offers):
        values = {
            "name": item.name[:200],
            "download_kbps": item.download_kbps,
            "upload_kbps": item.upload_kbps,
            "price": item.price,
            "recurring": item.recurring,
        }
        plan = known.get(item.external_id)
        try:
            if plan is None:
                create(BillingPlan, message=f"Read from {system}", system=system, external_id=item.external_id, **values)
            else:
                update(plan, message=f"Read from {system}", **values)
        except ValidationError as error:
            problems.append(f"plan {item.external_id} {item.name!r} was not recorded: {in_words(error)}")
    return problems


def _map_plans(system: BillingSystem, comparison: Comparison) -> None:
    """Map by speed what nobody mapped yet."""
    for plan in BillingPlan.objects.filter(system=system, bandwidth_plan=None):
        key = comparison.plan_map.get(plan.external_id)
        if key is not None:
            update(plan, message="Mapped by speed", bandwidth_plan=BandwidthPlan.objects.get(pk=key))


def _pending_cut_offs(system: BillingSystem, snapshot: BillingSnapshot) -> dict[str, int]:
    """How many active services this snapshot would suspend or terminate, for the guard.

    Those with a finding that stands are no news: somebody has it before them, and nothing is done until they accept it.
    """
    standing = set(
        Finding.objects.filter(system=system, kind=FindingKind.INACTIVE_ON_NETWORK)
        .exclude(state=FindingStateChoices.RESOLVED)
        .values_list("external_id", flat=True)
    )
    active = dict(
        BillingLink.objects.filter(system=system, subscriber__status=SubscriberStatusChoices.ACTIVE).values_list(
            "external_id", "pk"
        )
    )
    off = Counter(
        str(item.state)
        for item in snapshot.services
        if item.external_id in active
        and item.external_id not in standing
        and item.state in (ServiceState.SUSPENDED, ServiceState.TERMINATED)
    )
    return {"active": len(active), "suspend": off[ServiceState.SUSPENDED], "terminate": off[ServiceState.TERMINATED]}


def _link(system: BillingSystem, comparison: Comparison) -> tuple[int, int, list[str]]:
    """Link matched subscribers, and record customers that arrive as pending subscribers: a record, no service.

    :returns: how many were linked, how many arrived, and what could not be recorded and why
    """
    linked = arrived = 0
    problems: list[str] = []
    present, former = _links_and_leftovers(system, comparison)
    subscribers = Subscriber.objects.in_bulk([match.subscriber_key for match in comparison.matches if match.subscriber_key])
    candidates = [(match.service, match.reason, subscribers.get(match.subscriber_key or 0)) for match in comparison.matches]
    disputed = _disputed(comparison)
    candidates += [(service, "new", None) for service in comparison.unmatched if service.external_id not in disputed]
    for service, reason, subscriber in candidates:
        if subscriber is not None and (left := former.get((subscriber.pk, service.account_id))):
            linked += _take_over(system, service, subscriber, left)
            continue
        if (service.entity, service.external_id) in present or (subscriber is None and service.state not in ARRIVING):
            continue
        try:
            with transaction.atomic():
                arrived += _link_one(system, service, subscriber, reason)
                linked += 1
        except ValidationError as error:
            problems.append(f"{service.entity} {service.external_id} was not recorded: {in_words(error)}")
    return linked, arrived, problems


def _links_and_leftovers(
    system: BillingSystem, comparison: Comparison
) -> tuple[set[tuple[str, str]], dict[tuple[int, str], list[int]]]:
    """What is linked, and by subscriber and account the links to services that another one replaced or that are gone."""
    services = [*(match.service for match in comparison.matches), *comparison.unmatched]
    current = {(service.entity, service.external_id) for service in services}
    replaced = {(service.entity, id) for service in services for id in service.replaces}
    present: set[tuple[str, str]] = set()
    former: dict[tuple[int, str], list[int]] = {}
    rows = BillingLink.objects.filter(system=system).values_list("pk", "entity", "external_id", "subscriber_id", "account_id")
    for pk, entity, external_id, subscriber, account in rows:
        key = (entity, external_id)
        present.add(key)
        if key not in current and (comparison.conclusive or key in replaced):
            former.setdefault((subscriber, account), []).append(pk)
    return present, former


@transaction.atomic
def _take_over(system: BillingSystem, service: BillingService, subscriber: Subscriber, former: list[int]) -> bool:
    """Let the oldest link of a service and of those it follows lead to it, and remove the others; whether it did.

    A service that billing replaced, or has no more, keeps no link: else it would depend on the moments somebody looked what is
    linked. Splynx gives a service another id when it comes back.
    """
    own = BillingLink.objects.filter(system=system, entity=service.entity, external_id=service.external_id)
    if own.exclude(subscriber=subscriber).exists():
        return False
    links = sorted({*BillingLink.objects.filter(pk__in=former), *own}, key=lambda link: link.pk)
    for link in links[1:]:
        link._changelog_message = f"{service.external_id} is linked instead"
        link.delete()
    return update(links[0], message=f"Was {links[0].external_id}", external_id=service.external_id) or len(links) > 1


def _disputed(comparison: Comparison) -> set[str]:
    """Services several of which claim the same thing: recording them as customers of their own would hide that."""
    kinds = (FindingKind.AMBIGUOUS_KEY, FindingKind.MULTIPLE_SERVICES)
    claims = (draft.billing.get("services", ()) for draft in comparison.findings if draft.kind in kinds)
    return {str(values["service"]) for services in claims for values in services}


def _link_one(system: BillingSystem, service: BillingService, subscriber: Subscriber | None, reason: str) -> bool:
    """True when the subscriber had to be made."""
    arrives = subscriber is None
    if subscriber is None:
        subscriber = create(
            Subscriber,
            message=f"Arrived from {system}",
            name=subscriber_name(service),
            status=SubscriberStatusChoices.PENDING,
            **_contact(service),
        )
    else:
        _fill_contact(subscriber, service)
    _create_link(system, service, subscriber, reason)
    return arrives


def _create_link(system: BillingSystem, service: BillingService, subscriber: Subscriber, reason: str) -> BillingLink:
    return create(
        BillingLink,
        message=f"Matched by {reason}",
        system=system,
        entity=service.entity,
        external_id=service.external_id,
        account_id=service.account_id,
        subscriber=subscriber,
        match_reason=reason,
    )


def subscriber_name(service: BillingService) -> str:
    """Name of an arriving subscriber: its login where there is one, else its id. It becomes the DHCP option 82 remote id."""
    name = service.login or f"C{service.external_id}"
    kept = "".join(character for character in name if character.isascii() and (character.isalnum() or character in "._-@/"))
    return kept[:31] or f"C{service.external_id}"[:31]


def _contact(service: BillingService) -> dict[str, str]:
    values = {
        "full_name": service.name[:200],
        "email": _first_email(service.email),
        "phone": service.phone[:50],
        "service_address": service.address[:200],
    }
    return {name: value for name, value in values.items() if value}


def _first_email(text: str) -> str:
    """The first valid address of a list; billing systems hold several, and some that are none."""
    for candidate in text.replace(";", ",").split(","):
        try:
            validate_email(candidate.strip())
        except ValidationError:
            continue
        return candidate.strip()
    return ""


def _fill_contact(subscriber: Subscriber, service: BillingService) -> None:
    """Fill what NetBox has empty; what a person entered stays."""
    missing = {name: value for name, value in _contact(service).items() if not getattr(subscriber, name)}
    update(subscriber, message="Filled from billing", **missing)


def _store_services(system: BillingSystem, snapshot: BillingSnapshot, *, forget: bool) -> None:
    """The last complete snapshot, for the pages.

    :param forget: rows of services that are gone leave; not so where they may only be out of the credential's sight
    """
    rows = [
        BilledService(
            system=system,
            entity=item.entity,
            external_id=item.external_id,
            account_id=item.account_id,
            name=item.name[:200],
            state=item.state,
            raw_status=item.raw_status[:200],
            status_word=item.raw.word[:200],
            activates=item.raw.activates,
            archived=item.raw.archived,
            delinquent=item.delinquent,
            delinquent_since=item.delinquent_since,
            plan_id=item.plan_id or "",
            macs=list(item.macs),
            read_at=snapshot.taken_at,
        )
        for item in snapshot.services
    ]
    unique = ["system", "entity", "external_id"]
    BilledService.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=unique, update_fields=list(BILLED_FIELDS), batch_size=1000
    )
    if forget:
        BilledService.objects.filter(system=system, read_at__lt=snapshot.taken_at).delete()
