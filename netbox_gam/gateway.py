"""The only module that calls ``nornir_tasks``. Contracts in, contracts out; no models, no transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import nornir_tasks
from nornir_tasks.addresses import expand_ranges
from nornir_tasks.billing import states as _states
from nornir_tasks.billing import write_back as back
from nornir_tasks.billing.options import state_rules as _state_rules
from nornir_tasks.changes.approval import approval_digest as _approval_digest
from nornir_tasks.changes.approval import demands
from nornir_tasks.changes.slots import in_words as _merge_in_words
from nornir_tasks.changes.slots import use_of
from nornir_tasks.changes.state_hash import state_hash as _state_hash
from nornir_tasks.changes.transport import fallback_reason as _fallback_reason
from nornir_tasks.changes.transport import refused as _refused
from nornir_tasks.contracts import (
    AccountReading,
    ApplyResult,
    ApprovalDemands,
    BackSource,
    BackValue,
    BillingCredential,
    BillingPlan,
    BillingSnapshot,
    BillingSystemType,
    BillingTarget,
    ChangedAccounts,
    ChangeExtent,
    ChangeKind,
    ChangeRule,
    Comparison,
    ConnectionCheck,
    DeviceReading,
    DeviceTarget,
    Difference,
    Discovered,
    EffectiveState,
    GuardVerdict,
    IntentPlan,
    IntentView,
    PlanProposal,
    PortIntent,
    ProfileConfig,
    Progress,
    RawStatus,
    ReadScope,
    ShelfConfig,
    ShelfPlan,
    SlotMerge,
    SlotUse,
    StateRules,
    StepEvent,
    SubscriberConfig,
    TargetResult,
    Transport,
)
from nornir_tasks.gam import config_text
from nornir_tasks.gam.catalog import MAX_PROFILES, find_model
from nornir_tasks.gam.redaction import redact as _redact
from nornir_tasks.reconcile.guard import GuardLimits, mass_cut, shrunk
from nornir_tasks.reconcile.guard import most_cut_offs as most_of
from nornir_tasks.reconcile.proposals import propose_plan as _propose_plan
from nornir_tasks.reconcile.proposals import sold_kbps as _sold_kbps

from . import settings

SLOTS = MAX_PROFILES
"""Bandwidth profiles a shelf holds, the built-in one among them."""

type OnProgress = Callable[[Progress], None]
type Removal = tuple[ChangeKind, str]


def preload() -> None:
    """Load what the jobs need, in a worker that is about to fork for each of them."""
    nornir_tasks.preload()


def discover(
    ranges: Sequence[str], template: DeviceTarget, on_progress: OnProgress | None = None
) -> list[TargetResult[Discovered]]:
    """Look for GAMs at every address of ``ranges``; ``template`` carries ports, transport and credentials.

    :raises ValueError: a range that cannot be understood, named
    """
    return nornir_tasks.discover(
        ranges,
        template=template,
        workers=settings.poll_workers(),
        deadline=settings.poll_deadline_seconds(),
        on_progress=on_progress,
    )


def count_addresses(ranges: Sequence[str]) -> int:
    """How many addresses the ranges stand for.

    :raises ValueError: a range that cannot be understood, or too many addresses, named
    """
    return len(expand_ranges(ranges))


def poll(
    targets: Sequence[DeviceTarget],
    on_progress: OnProgress | None = None,
    *,
    deadline: float | None = None,
    log_places: Mapping[str, int] | None = None,
) -> list[TargetResult[DeviceReading]]:
    """Read every target once, each within ``deadline`` seconds (that of the settings unless told).

    :param log_places: the newest row known of alarm logs by target's name; of the others' logs the newest rows are read
    """
    return nornir_tasks.poll(
        targets,
        workers=settings.poll_workers(),
        deadline=deadline or settings.poll_deadline_seconds(),
        on_progress=on_progress,
        alarm_log=log_places or {},
    )


def recognise_hint(octets: bytes) -> str | None:
    """What a datagram from a shelf is: ``trap``, ``syslog``, or None for anything else."""
    return nornir_tasks.recognise_hint(octets)


def read_config(target: DeviceTarget) -> TargetResult[ShelfConfig]:
    """Read the running configuration of one GAM."""
    return nornir_tasks.read([target], deadline=settings.poll_deadline_seconds())[0]


def backup(target: DeviceTarget) -> TargetResult[str]:
    """Read the running configuration of one GAM as text, secrets included."""
    return nornir_tasks.backup([target], deadline=settings.poll_deadline_seconds())[0]


def parse_config(text: str) -> ShelfConfig:
    """What the text of a configuration says.

    :raises nornir_tasks.errors.DeviceError: it is not a whole one
    """
    return nornir_tasks.parse_config(text)


def plan_restore(target: DeviceTarget, actual: ShelfConfig, saved: ShelfConfig, reason: str) -> ShelfPlan:
    """Compute the steps that bring ``actual`` back to ``saved``, removals included."""
    return nornir_tasks.plan_restore(target.name, target.transport, actual, saved, find_model(target.model), reason)


def plan(
    target: DeviceTarget,
    actual: ShelfConfig,
    desired: ShelfConfig,
    removals: Sequence[Removal],
    reason: str,
    *,
    firmware: str = "",
    services: Sequence[SubscriberConfig] = (),
    renames: Mapping[str, str] | None = None,
) -> ShelfPlan:
    """Compute the steps that bring ``actual`` to what ``desired`` names and take ``removals`` away.

    :param firmware: the shelf's own text for what it runs
    :param services: the services it is about as they are when in service
    :param renames: by a subscriber's wanted name the one the shelf has it under until now
    """
    return nornir_tasks.plan(
        target.name,
        target.transport,
        actual,
        desired,
        removals,
        find_model(target.model),
        reason,
        firmware=firmware,
        services=services,
        renames=renames,
    )


def fallback_reason(shelf_plan: ShelfPlan, *, allowed: bool) -> str:
    """Why a plan is made over JSON-RPC instead; empty when it stays as it is."""
    return _fallback_reason(shelf_plan, allowed=allowed)


def refused_by_transport(shelf_plan: ShelfPlan, problem: str = "") -> ShelfPlan:
    """The plan with what to do in each violation that only its transport is to blame for."""
    return _refused(shelf_plan, problem)


def slot_use(profiles: Sequence[ProfileConfig], users: Mapping[str, int]) -> SlotUse:
    """How a shelf's bandwidth profile slots are used, and what would make room.

    :param users: subscribers by profile name
    """
    return use_of(profiles, users)


def merge_in_words(merge: SlotMerge) -> str:
    """What to do for a merge of two profiles, and whom it touches."""
    return _merge_in_words(merge)


def compare_config(desired: ShelfConfig, actual: ShelfConfig) -> tuple[Difference, ...]:
    """The differences between a shelf's whole configuration and everything it should have."""
    return nornir_tasks.compare_config(desired, actual)


def compare_reading(
    desired: ShelfConfig, reading: DeviceReading, profiles: Sequence[ProfileConfig], ports: Iterable[PortIntent]
) -> tuple[tuple[Difference, ...], tuple[ReadScope, ...]]:
    """The differences that a poll shows, and what it says something about."""
    return nornir_tasks.compare_reading(desired, reading, profiles, ports)


def read_configs(targets: Sequence[DeviceTarget], on_progress: OnProgress | None = None) -> list[TargetResult[ShelfConfig]]:
    """Read the running configurations of many GAMs at the same time, in the order of the targets."""
    return nornir_tasks.read(
        targets, workers=settings.provision_workers(), deadline=settings.poll_deadline_seconds(), on_progress=on_progress
    )


def approval_demands(rules: Iterable[ChangeRule], extent: ChangeExtent, *, window_open: bool) -> ApprovalDemands:
    """What rules demand of a change of that extent."""
    return demands(rules, extent, window_open=window_open)


def approval_digest(target: str, transport: str, state_hash: str, steps: Sequence[tuple[Sequence[str], Sequence[str]]]) -> str:
    """A fingerprint of the state a plan was made from and of every line it sends, or would undo it with."""
    return _approval_digest(target, transport, state_hash, steps)


def apply(
    plans: Sequence[tuple[DeviceTarget, ShelfPlan]],
    *,
    on_events: Callable[[Sequence[StepEvent]], None],
    on_results: Callable[[Sequence[TargetResult[ApplyResult]]], None],
) -> None:
    """Write plans to their GAMs: re-read, steps, read back, save; at the same time, within the settings' limits.

    ``on_events`` runs in this thread before each thing is sent, for GAMs that wait for it at the same time together;
    ``on_results`` when GAMs are done with.
    """
    nornir_tasks.apply(
        plans,
        on_events=on_events,
        on_results=on_results,
        workers=settings.provision_workers(),
        deadline=settings.provision_deadline_seconds(),
        places={target.name: target.site for target, _ in plans},
        per_place=settings.provision_per_site(),
    )


def recover(target: DeviceTarget, shelf_plan: ShelfPlan, on_event: Callable[[StepEvent], None]) -> TargetResult[ApplyResult]:
    """Finish or undo a plan whose worker died; how far it got is found out from the shelf."""
    return nornir_tasks.recover([(target, shelf_plan)], on_event=on_event, deadline=settings.provision_deadline_seconds())[0]


def firmware(target: DeviceTarget, verb: str, **arguments: Any) -> TargetResult[Any]:
    """One step of a firmware upgrade; verbs and arguments as of :func:`nornir_tasks.firmware`."""
    return nornir_tasks.firmware(target, verb, **arguments)


def firmware_lines(transport: str, url: str) -> dict[str, list[str]]:
    """What will be sent to bring a GAM to an image, exactly, by phase."""
    return {phase: list(lines) for phase, lines in nornir_tasks.firmware_lines(Transport(transport), url).items()}


def redact(text: str) -> str:
    """A shelf's words with secrets blanked."""
    return _redact(text)


def normal_config(text: str) -> str:
    """A configuration's text without what differs from one reading to the next."""
    return config_text.normal(text)


def diff_rows(left: str, right: str) -> tuple[config_text.DiffRow, ...]:
    """Two texts side by side, with some unchanged lines around every change."""
    return config_text.side_by_side(left, right)


def unified_diff(left: str, right: str, left_name: str, right_name: str) -> str:
    """Two texts as a unified diff."""
    return config_text.unified(left, right, left_name, right_name)


def outside_ghn(saved: str, actual: str) -> tuple[str, ...]:
    """Lines about other things than G.hn objects by which two configurations differ, which no plan can write."""
    return config_text.outside_ghn(saved, actual)


def state_hash(config: ShelfConfig) -> str:
    """A fingerprint of a configuration."""
    return _state_hash(config)


def fetch_snapshot(
    target: BillingTarget, on_progress: OnProgress | None = None, *, cancelled: Callable[[], bool] | None = None
) -> BillingSnapshot:
    """Read everything of a billing system.

    :param cancelled: asked before every request
    :raises nornir_tasks.errors.BillingError: nothing could be read
    """
    return nornir_tasks.fetch_snapshot(target, on_progress=on_progress, cancelled=cancelled)


def fetch_changed(
    target: BillingTarget, cursor: Mapping[str, str], *, most: int, cancelled: Callable[[], bool] | None = None
) -> ChangedAccounts:
    """Which accounts of a billing system changed since a cursor.

    :raises nornir_tasks.errors.BillingError: any part of it could not be read
    """
    return nornir_tasks.fetch_changed(target, cursor, most=most, cancelled=cancelled)


def fetch_accounts(target: BillingTarget, ids: Sequence[str]) -> BillingSnapshot:
    """Read some accounts of a billing system as they are now.

    :raises nornir_tasks.errors.BillingError: any part of it could not be read
    """
    return nornir_tasks.fetch_accounts(target, ids)


def read_webhook(type: str, body: bytes, secret: str, proof: str, *, content_type: str, digest: str) -> Any:
    """Check and read a webhook.

    :raises nornir_tasks.errors.BillingError: it is forged or not understood
    """
    return nornir_tasks.read_webhook(BillingSystemType(type), body, secret, proof, content_type=content_type, digest=digest)


def compare(snapshot: BillingSnapshot, intent: IntentView, *, previous_scope: str, all_systems_read: bool) -> Comparison:
    """Compare a snapshot with NetBox."""
    return nornir_tasks.compare(snapshot, intent, previous_scope=previous_scope, all_systems_read=all_systems_read)


def guard(snapshot: BillingSnapshot, previous_counts: Mapping[str, int], pending: Mapping[str, int]) -> GuardVerdict:
    """Whether a snapshot may be believed, by the limits of the settings."""
    return nornir_tasks.guard(snapshot, previous_counts, pending, _guard_limits())


def guard_cut_offs(everyone: int, pending: Mapping[str, int]) -> list[str]:
    """Why pending cut-offs are held where only some of a system's services were read; empty when they are not."""
    return list(mass_cut(everyone, pending, _guard_limits()))


def guard_counts(system: str, counts: Mapping[str, int], previous: Mapping[str, int]) -> list[str]:
    """Why counts that became smaller are held; empty when they are not."""
    return list(shrunk(system, counts, previous, _guard_limits()))


def most_cut_offs(everyone: int) -> int:
    """How many of a system's services may be cut off at once, by the limits of the settings."""
    return most_of(everyone, _guard_limits())


def state_rules(name: str, type: str, options: Mapping[str, Any]) -> StateRules:
    """The rules by which a billing system's raw statuses become states.

    :raises BillingError: an option is wrong, named with its value
    """
    return _state_rules(BillingTarget(name, BillingSystemType(type), "", BillingCredential(""), options=options))


def effective_state(raw: RawStatus, rules: StateRules, since: date | None, today: date) -> EffectiveState:
    """What a raw status means by some rules.

    :param since: the day the account's debt was first seen
    """
    return _states.effective_state(raw, rules, _states.debt_days(since, today))


def known_statuses(type: str) -> tuple[RawStatus, ...]:
    """Statuses a billing system is known to have, seen or not."""
    return _states.known_statuses(BillingSystemType(type))


def propose_plan(billed: BillingPlan, plans: Sequence[IntentPlan]) -> PlanProposal:
    """Which bandwidth plan a billed plan could be, and why."""
    return _propose_plan(billed, plans)


def sold_kbps(billed_kbps: int) -> int:
    """A billed speed as it is sold: 102400 is 100000."""
    return _sold_kbps(billed_kbps)


def _guard_limits() -> GuardLimits:
    limits = settings.guard_limits()
    return GuardLimits(
        shrink_percent=limits.shrink_percent,
        shrink_count=limits.shrink_count,
        cut_percent=limits.cut_percent,
        cut_count=limits.cut_count,
    )


def check_connection(target: BillingTarget, on_progress: OnProgress | None = None) -> list[ConnectionCheck]:
    """Named checks of a billing system's connection, each with how it ended and, where something is to be done, what."""
    return nornir_tasks.check_connection(target, on_progress)


# -------------------------------------------------------------------------------------------------------- back to billing


def check_back_fields(type: str, fields: Mapping[str, str]) -> dict[BackValue, str]:
    """Which value is written to which field, checked.

    :raises nornir_tasks.errors.RuleViolation: naming value and field
    """
    return back.check_fields(BillingSystemType(type), fields)


def back_fields(fields: Mapping[BackValue, str]) -> list[str]:
    """The custom fields or additional attributes among the places values go to."""
    return [place for place in fields.values() if place != back.NOTE]


def billing_writer(target: BillingTarget, fields: Iterable[str]) -> Any:
    """A billing system open for writing, as a context manager.

    :raises nornir_tasks.errors.BillingError: an option is wrong, the credential lacks something
    """
    return nornir_tasks.billing_writer(target, fields)


def account_values(sources: Sequence[BackSource]) -> dict[BackValue, str]:
    """What an account is to be told of its services."""
    return back.account_values(sources)


def decide_back(fields: Mapping[BackValue, str], reading: AccountReading, wanted: Mapping[BackValue, str]) -> dict[BackValue, str]:
    """Which values are to be written, given what stands there."""
    return back.decide(fields, reading, wanted)


def note_text(fields: Mapping[BackValue, str], wanted: Mapping[BackValue, str]) -> str:
    """The note about an account; empty where no value goes into one."""
    return back.note_text(fields, wanted)
