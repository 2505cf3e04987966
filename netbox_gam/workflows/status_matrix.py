"""What a billing system's statuses mean: the operator's matrix and policy about debt, shown with what a change would come to."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from nornir_tasks.contracts import BillingSystemType, DebtAction, DebtPolicy, EffectiveState, RawStatus, ServiceState, StateRules
from nornir_tasks.errors import BillingError

from .. import gateway
from ..choices import SubscriberStatusChoices
from ..exceptions import NotAllowed, WorkflowError
from ..models import BilledService, BillingLink, BillingSystem
from .saving import update

type Options = Mapping[str, Any]

MOST_SAMPLES = 3
MOST_STATUSES = 500
OFF = (ServiceState.SUSPENDED, ServiceState.TERMINATED)


@dataclass(frozen=True)
class Sample:
    """One service that has a status now; ``subscriber`` is its key, None where it is linked to nobody the user may view."""

    name: str
    external_id: str
    subscriber: int | None = None


@dataclass
class StatusRow:
    """One status: how many services have it now, what it means by default and what the operator said."""

    word: str
    label: str
    default: ServiceState
    said: ServiceState | None = None
    by_rule: bool = False
    services: int = 0
    in_debt: int = 0
    states: dict[str, int] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)

    @property
    def state(self) -> ServiceState:
        """What it means, debt left aside."""
        return self.default if self.said is None else self.said

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for several statuses, as ``*/stopped`` does."""
        return "*" in self.word

    @property
    def source(self) -> str:
        """``operator``, ``rule`` (the operator's word for several statuses at once) or ``default``."""
        return "default" if self.said is None else "rule" if self.by_rule else "operator"


@dataclass
class Preview:
    """What other rules would come to: subscribers by what would be found of them, and why the guard would hold it."""

    suspend: int = 0
    terminate: int = 0
    resume: int = 0
    unknown: int = 0
    changed: int = 0
    services: int = 0
    by_change: dict[tuple[str, str], int] = field(default_factory=dict)
    hold: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Billed:
    """A stored service, as far as its state is concerned."""

    external_id: str
    name: str
    raw: RawStatus
    label: str
    since: date | None


def rules_of(system: BillingSystem, status_map: Options | None = None, debt: Options | None = None) -> StateRules:
    """The system's rules, or those it would have with another matrix or policy.

    :raises WorkflowError: naming what is wrong, and the value
    """
    options = dict(system.options)
    options |= {} if status_map is None else {"status_map": dict(status_map)}
    options |= {} if debt is None else {"debt": dict(debt)}
    try:
        return gateway.state_rules(system.name, system.type, options)
    except BillingError as error:
        raise WorkflowError(error.message, next_step=error.next_step) from None


def matrix(system: BillingSystem, visible: Any) -> list[StatusRow]:
    """Every status seen in the last snapshot, those the operator mapped, and those the system is known to have.

    :param visible: queryset of the subscribers the user may view, for the samples
    :raises WorkflowError: the stored options are wrong
    """
    rules = rules_of(system)
    today = timezone.now().date()
    rows: dict[str, StatusRow] = {}
    sampled: dict[str, tuple[str, StatusRow]] = {}
    for billed in _services(system):
        row = rows.get(billed.raw.word)
        if row is None:
            if len(rows) >= MOST_STATUSES:
                continue
            row = rows[billed.raw.word] = _row(billed.raw, rules, billed.label)
        row.services += 1
        row.in_debt += billed.raw.delinquent
        state = _state(billed, rules, today).state
        row.states[state] = row.states.get(state, 0) + 1
        if len(row.samples) < MOST_SAMPLES:
            row.samples.append(Sample(billed.name, billed.external_id))
            sampled[billed.external_id] = (billed.name, row)
    for raw in (*gateway.known_statuses(system.type), *(RawStatus(word) for word in rules.status_map)):
        rows.setdefault(raw.word, _row(raw, rules, raw.word))
    _link_samples(system, visible, sampled)
    return sorted(rows.values(), key=lambda row: (row.state is not ServiceState.UNKNOWN, not row.services, -row.services, row.word))


def preview(system: BillingSystem, rules: StateRules) -> Preview:
    """What other rules would come to for the services of the last snapshot. Nothing is changed by asking."""
    now, today, found = rules_of(system), timezone.now().date(), Preview()
    status_of = dict(BillingLink.objects.filter(system=system).values_list("external_id", "subscriber__status"))
    changes: Counter[tuple[str, str]] = Counter()
    in_service: Counter[bool] = Counter()
    for billed in _services(system):
        found.services += 1
        before, after = _state(billed, now, today).state, _state(billed, rules, today).state
        in_service[False] += before is ServiceState.IN_SERVICE
        in_service[True] += after is ServiceState.IN_SERVICE
        if before == after:
            continue
        changes[before, after] += 1
        subscriber = status_of.get(billed.external_id)
        if subscriber == SubscriberStatusChoices.ACTIVE:
            found.suspend += after is ServiceState.SUSPENDED
            found.terminate += after is ServiceState.TERMINATED
        elif subscriber in (SubscriberStatusChoices.SUSPENDED, SubscriberStatusChoices.TERMINATED):
            found.resume += after is ServiceState.IN_SERVICE
        found.unknown += after is ServiceState.UNKNOWN
    found.changed, found.by_change = changes.total(), dict(changes.most_common())
    then, before_it = ({"billed_in_service": in_service[changed]} for changed in (True, False))
    found.hold = gateway.guard_counts(system.name, then, before_it)
    found.hold += gateway.guard_cut_offs(found.services, {"suspend": found.suspend, "terminate": found.terminate})
    return found


def save(system: BillingSystem, *, user: Any, status_map: Options | None = None, debt: Options | None = None) -> bool:
    """Keep another matrix or policy; what is None stays. It acts from the next run on, as findings. True when it differs.

    :param status_map: status to state, whole: a status left out has its default again
    :param debt: ``{"action": …, "days": …}``; empty for the default
    :raises NotAllowed: the user may not change this system
    :raises WorkflowError: naming what is wrong, and the value
    """
    if not user.has_perm("netbox_gam.change_billingsystem", system):
        raise NotAllowed(f"You may not change {system}.")
    rules = rules_of(system, status_map, debt or None)
    options = dict(system.options)
    if status_map is not None:
        options["status_map"] = {word: str(state) for word, state in sorted(rules.status_map.items())}
    if debt is not None:
        options["debt"] = policy_option(rules.debt) if debt else None
    kept = {name: value for name, value in options.items() if value or name not in ("status_map", "debt")}
    return update(system, message="What its statuses mean", options=kept)


def fingerprint(rules: StateRules) -> str:
    """Tells whether rules are those that were shown."""
    text = json.dumps([dict(rules.status_map), policy_option(rules.debt)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def policy_option(policy: DebtPolicy) -> dict[str, Any]:
    """A policy as the option ``debt`` has it."""
    days = {"days": policy.days} if policy.action is DebtAction.GRACE else {}
    return {"action": str(policy.action), **days}


def _services(system: BillingSystem) -> Iterator[_Billed]:
    names = ("external_id", "name", "raw_status", "status_word", "activates", "archived", "delinquent", "delinquent_since", "state")
    rows = BilledService.objects.filter(system=system).order_by("pk").values_list(*names)
    for id, name, label, word, activates, archived, delinquent, since, state in rows.iterator(chunk_size=5000):
        if not word:
            # Stored before statuses were kept apart: its words say all for Splynx, and its state whether Sonar activated it.
            word, archived = label.removesuffix(", archived").lower(), label.endswith(", archived")
            activates = state == ServiceState.IN_SERVICE if system.type == BillingSystemType.SONAR else None
            delinquent = system.type == BillingSystemType.SPLYNX and word.startswith("blocked/")
        yield _Billed(id, name, RawStatus(word, activates, archived, delinquent), label, since)


def _state(billed: _Billed, rules: StateRules, today: date) -> EffectiveState:
    return gateway.effective_state(billed.raw, rules, billed.since, today)


def _row(raw: RawStatus, rules: StateRules, label: str) -> StatusRow:
    plain = RawStatus(raw.word, raw.activates)
    unsaid = StateRules(rules.type, DebtPolicy(DebtAction.KEEP))
    today = date.min
    default = gateway.effective_state(RawStatus(raw.word, raw.activates), unsaid, None, today).state
    if raw.delinquent and rules.type is BillingSystemType.SPLYNX:
        # The word tells the debt there, so what it means by default is what the policy says of a debt without end.
        standing = StateRules(rules.type, rules.debt)
        default = gateway.effective_state(raw, standing, date.min, date.max).state
    said = gateway.effective_state(plain, StateRules(rules.type, unsaid.debt, rules.status_map), None, today)
    row = StatusRow(raw.word, label.removesuffix(", archived"), default)
    if said.source == "operator":
        row.said, row.by_rule = said.state, raw.word not in rules.status_map
    return row


def _link_samples(system: BillingSystem, visible: Any, sampled: Mapping[str, tuple[str, StatusRow]]) -> None:
    links = BillingLink.objects.filter(system=system, external_id__in=sampled, subscriber__in=visible)
    keys: dict[str, int] = dict(links.values_list("external_id", "subscriber_id"))
    for row in {id(row): row for _name, row in sampled.values()}.values():
        row.samples = [Sample(item.name, item.external_id, keys.get(item.external_id)) for item in row.samples]


def chosen_map(chosen: Options, known: Options) -> dict[str, str]:
    """A matrix out of what was chosen by status: an empty choice is the default. What was not asked about stays.

    :param known: the stored ``status_map``
    """
    kept = {str(word).strip().lower(): str(state) for word, state in known.items()}
    result = {word: state for word, state in kept.items() if word not in chosen}
    return result | {word: str(state) for word, state in chosen.items() if state}
