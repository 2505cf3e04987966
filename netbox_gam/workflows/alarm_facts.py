"""What evaluating rules has to know of NetBox, for a whole batch of GAMs in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nornir_tasks.gam.catalog import find_model
from nornir_tasks.monitoring.alarm_checks import Facts

from .. import targets
from ..choices import ChangePlanStatusChoices, SubscriberStatusChoices
from ..models import AlarmRule, ChangePlan, CredentialProfile, GamDevice, RuleState, SnmpProfile, Subscriber
from .scope import RELATIONS, Place, Scope, scope_of, tags_of

LOG_KEY = "log"
"""Row of :class:`RuleState` with what was seen of a GAM before: transient log rows, power supplies."""
USUAL_KEY = "usual"
"""Row of :class:`RuleState` with the usual PHY rates of a GAM's endpoints."""


@dataclass
class ScopedRule:
    """A rule with its scope loaded."""

    rule: AlarmRule
    scope: Scope = field(default_factory=Scope)


@dataclass
class Known:
    """Everything loaded for a batch, by GAM."""

    rules: list[ScopedRule] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)
    facts: dict[int, Facts] = field(default_factory=dict)
    states: dict[int, dict[tuple[int | None, str], RuleState]] = field(default_factory=lambda: defaultdict(dict))


def load(gams: Sequence[int]) -> Known:
    """Rules, scopes, rule states and facts for some GAMs."""
    known = Known(rules=scoped_rules(AlarmRule.objects.filter(enabled=True)))
    for state in RuleState.objects.filter(gam__in=gams):
        known.states[state.gam_id][state.rule_id, state.key] = state
    rows = list(
        GamDevice.objects.filter(pk__in=gams).values_list(
            "pk", "device_id", "device__site_id", "device__role_id", "hardware_model", "credential_profile_id", "snmp_profile_id"
        )
    )
    tags = tags_of({row[0]: row[1] for row in rows})
    plans = _plans(gams)
    defaults = _defaults({(row[5], row[6]) for row in rows})
    unsaved = _unsaved(gams)
    for pk, _device, site, role, model, credential, snmp in rows:
        known.places[pk] = Place(site, role, tags.get(pk, frozenset()))
        catalog = find_model(model)
        remembered = known.states[pk].get((None, LOG_KEY))
        known.facts[pk] = Facts(
            served=frozenset(plans.get(pk, ())),
            plan_mbps=plans.get(pk, {}),
            usual_phy_mbps=_usual(known.states[pk].get((None, USUAL_KEY))),
            default_credentials=defaults[credential, snmp],
            unsaved_plan=pk in unsaved,
            coax=catalog.coax if catalog else True,
            supplies=frozenset(remembered.data.get("supplies", ())) if remembered else frozenset(),
        )
    return known


def scoped_rules(rules: Any) -> list[ScopedRule]:
    """Rules with their scopes, in four queries."""
    return [ScopedRule(rule, scope_of(rule)) for rule in rules.order_by("pk").prefetch_related(*RELATIONS)]


def _usual(state: RuleState | None) -> Mapping[str, tuple[float | None, float | None]]:
    return {mac: (rates[0], rates[1]) for mac, rates in state.data.items()} if state else {}


def _plans(gams: Sequence[int]) -> dict[int, dict[str, tuple[float | None, float | None]]]:
    """By GAM and MAC address of an endpoint with an active subscriber: what its plan promises, Mbit/s down and up."""
    found: dict[int, dict[str, tuple[float | None, float | None]]] = defaultdict(dict)
    served = Subscriber.objects.filter(gam__in=gams, status=SubscriberStatusChoices.ACTIVE, endpoint__isnull=False)
    for gam, mac, down, up, unthrottled in served.order_by().values_list(
        "gam_id",
        "endpoint__mac_address",
        "bandwidth_plan__downstream_kbps",
        "bandwidth_plan__upstream_kbps",
        "bandwidth_plan__unthrottled",
    ):
        promised = (None, None) if unthrottled or down is None else (down / 1000, up / 1000)
        found[gam][str(mac).lower()] = promised
    return found


def _defaults(pairs: Iterable[tuple[int | None, int | None]]) -> dict[tuple[int | None, int | None], bool | None]:
    """Whether pairs of credential and SNMP profile are the factory's."""
    wanted = set(pairs)
    credentials = CredentialProfile.objects.in_bulk([pk for pk, _ in wanted if pk])
    snmp = SnmpProfile.objects.in_bulk([pk for _, pk in wanted if pk])
    return {pair: targets.uses_defaults(credentials.get(pair[0]), snmp.get(pair[1])) for pair in wanted}


def _unsaved(gams: Sequence[int]) -> set[int]:
    """GAMs whose change plan applied last was not saved."""
    applied = ChangePlan.objects.filter(gam__in=gams, status=ChangePlanStatusChoices.APPLIED, finished__isnull=False)
    last = applied.order_by("gam_id", "-finished").distinct("gam_id").values_list("gam_id", "saved")
    return {gam for gam, saved in last if not saved}
