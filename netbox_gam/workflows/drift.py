"""Drift: after every read, where the shelf differs from intent. Written in bulk; what people decide is in ``drift_decisions``.

A poll compares what it reads of endpoints, subscribers and ports; reading the running configuration compares everything else. What
a read does not cover is left alone. A GAM is not compared while a change plan is being applied to it, and what a plan waits to
change is not drift yet.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from nornir_tasks.contracts import (
    CONFIG_SCOPE,
    DeviceReading,
    Difference,
    DriftObject,
    EndpointReading,
    PortIntent,
    PortReading,
    ProfileConfig,
    ReadScope,
    ShelfConfig,
)

from .. import gateway
from ..choices import ChangePlanStatusChoices, DriftStateChoices, EndpointStatusChoices, SubscriberStatusChoices
from ..models import ChangePlan, Drift, DriftCheck, Endpoint, GamDevice, GamPort, Subscriber
from .desired import desired_config, endpoint_of
from .observation import Observation

JUDGE_EVERY = timedelta(minutes=5)
"""A poll that shows what the last one showed is compared again this long after at the earliest: settings may have changed."""
JUDGE_SPREAD_SECONDS = 600
"""Beyond that, GAMs are compared again one after the other, so that not all of a fleet are in the same cycle."""
SETTLING = timedelta(seconds=30)
"""A read this short after a change plan ended may have begun before it."""
LONGEST_VALUE = 300
WRITTEN = (
    "port", "kind", "object_kind", "name", "field", "intent_value", "actual_value", "state", "first_seen", "last_seen", "resolved",
    "reason", "accepted_until", "accepted_by", "change_plan", "last_updated",
)  # fmt: skip
SUBSCRIBER_RELATED = ("endpoint__port", "port", "bandwidth_plan", "throttle_plan", "vlan", "outer_vlan", "nni")


@dataclass
class Intent:
    """What NetBox says of one GAM."""

    subscribers: list[Subscriber] = field(default_factory=list)
    endpoints: list[Endpoint] = field(default_factory=list)
    ports: dict[int, tuple[int, PortIntent]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What comparing one GAM with one read came to. ``waiting``: subscribers and endpoints a change plan waits to change."""

    gam: int
    at: datetime
    differences: tuple[Difference, ...]
    scopes: tuple[ReadScope, ...]
    waiting: frozenset[str] = frozenset()


@dataclass
class DriftReport:
    """What comparing a batch came to. ``compared``: GAMs that were compared field by field, because something had changed."""

    compared: int = 0
    opened: int = 0
    resolved: int = 0
    reopened: int = 0


# ------------------------------------------------------------------------------------------------------------------ after a read


def follow(observations: Sequence[Observation]) -> DriftReport:
    """Compare a batch of readings with intent, in a number of statements that does not depend on its size."""
    read = {item.gam.pk: item.reading for item in observations if item.reading is not None and _says_something(item.reading)}
    for gam in _being_written(read):
        del read[gam]
    report = DriftReport()
    if not read:
        return report
    now = timezone.now()
    checks = {check.gam_id: check for check in DriftCheck.objects.filter(gam__in=read)}
    waiting = _waiting(read)
    fingerprints = _fingerprints(read, waiting)
    changed = [gam for gam in read if _is_due(checks.get(gam), fingerprints[gam], now)]
    if changed:
        intents = intents_of(changed)
        seen = [_compare(gam, read[gam], intents[gam], checks.get(gam), waiting.get(gam, frozenset())) for gam in changed]
        _record(seen, intents, report, now)
    _expire(read, report, now)
    _store_checks(read, changed, fingerprints)
    report.compared = len(changed)
    return report


def note_configs(read: Mapping[int, ShelfConfig], *, at: datetime | None = None) -> DriftReport:
    """Compare running configurations that were just read with intent; a fixed number of statements.

    :param read: by key of the GAM
    """
    at = at or timezone.now()
    report = DriftReport()
    busy = _being_written(read)
    configs = {gam: config for gam, config in read.items() if gam not in busy}
    if not configs:
        return report
    intents, waiting = intents_of(configs), _waiting(configs)
    _record([_seen(gam, config, intents[gam], waiting, at) for gam, config in configs.items()], intents, report, at)
    # Without fingerprint: the next poll is compared whatever it shows.
    rows = [DriftCheck(gam_id=gam, config_at=at, profiles=_rates(config), fingerprint="") for gam, config in configs.items()]
    DriftCheck.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["gam"], update_fields=["config_at", "profiles", "fingerprint"]
    )
    report.compared = len(configs)
    return report


def note_config(gam: GamDevice, config: ShelfConfig, *, at: datetime | None = None) -> DriftReport:
    """As :func:`note_configs`, for one GAM."""
    return note_configs({gam.pk: config}, at=at)


def _seen(gam: int, config: ShelfConfig, intent: Intent, waiting: Mapping[int, frozenset[str]], at: datetime) -> Seen:
    differences = gateway.compare_config(everything_wanted(intent, config), config)
    return Seen(gam, at, differences, (CONFIG_SCOPE,), waiting.get(gam, frozenset()))


def _rates(config: ShelfConfig) -> list[list[Any]]:
    return [[item.name, item.downstream_mbps, item.upstream_mbps] for item in config.profiles]


def _says_something(reading: DeviceReading) -> bool:
    return reading.endpoints is not None or reading.ports is not None


def _being_written(read: Iterable[int]) -> set[int]:
    """GAMs a change plan is being applied to, or was until a moment ago: what was read may be half of a change."""
    busy = Q(status=ChangePlanStatusChoices.APPLYING) | Q(finished__gte=timezone.now() - SETTLING, started__isnull=False)
    return set(ChangePlan.objects.filter(busy, gam__in=list(read)).values_list("gam_id", flat=True))


def _waiting(gams: Iterable[int]) -> dict[int, frozenset[str]]:
    """By GAM, names of subscribers and MAC addresses of endpoints that change plans wait to change."""
    plans = ChangePlan.objects.filter(gam__in=list(gams), status=ChangePlanStatusChoices.PLANNED, subscribers__isnull=False)
    found: dict[int, set[str]] = defaultdict(set)
    for gam, name, mac in plans.values_list("gam_id", "subscribers__name", "subscribers__endpoint__mac_address"):
        found[gam] |= {name, str(mac).lower()}
    # What a plan renames or puts aside is known to the shelf as it was.
    changed = [(gam, entry) for gam, entries in plans.exclude(intent=[]).values_list("gam_id", "intent") for entry in entries]
    macs = _macs_of(entry["pk"] for _, entry in changed if entry["model"] == "endpoint")
    for gam, entry in changed:
        found[gam] |= {macs[entry["pk"]]} if entry["pk"] in macs and entry["model"] == "endpoint" else set()
        found[gam] |= {entry["before"]["name"]} if entry["model"] == "subscriber" and "name" in entry["before"] else set()
    return {gam: frozenset(names) for gam, names in found.items()}


def _macs_of(endpoints: Iterable[int]) -> dict[int, str]:
    keys = set(endpoints)
    return {item.pk: item.mac for item in Endpoint.objects.filter(pk__in=keys)} if keys else {}


# --------------------------------------------------------------------------------------------------------------- is anything new?


def _fingerprints(read: Mapping[int, DeviceReading], waiting: Mapping[int, frozenset[str]]) -> dict[int, str]:
    """By GAM, a digest of what is compared: the configuration a poll shows, and how old intent is."""
    ages = _ages(list(read))
    found = {}
    for gam, reading in read.items():
        endpoints = None if reading.endpoints is None else sorted(_endpoint_facts(item) for item in reading.endpoints)
        ports = None if reading.ports is None else sorted(_port_facts(item) for item in reading.ports)
        facts = (endpoints, ports, sorted(reading.incomplete), ages.get(gam), sorted(waiting.get(gam, ())))
        found[gam] = hashlib.sha256(repr(facts).encode()).hexdigest()
    return found


def _endpoint_facts(item: EndpointReading) -> tuple[object, ...]:
    names = item.name, item.subscriber_name, item.profile_name
    return (item.mac, item.configured_id, item.configured_port or 0, item.auto_port, *names)


def _port_facts(item: PortReading) -> tuple[object, ...]:
    return item.number, str(item.enabled), str(item.isolation)


def _ages(gams: list[int]) -> dict[int, str]:
    """By GAM, how many subscribers, endpoints and ports it has and when one was last changed."""
    tables = ("netbox_gam_subscriber", "netbox_gam_endpoint", "netbox_gam_gamport")
    parts = " UNION ALL ".join(
        f"SELECT gam_id, count(*) AS rows, max(last_updated) AS at FROM {table} WHERE gam_id = ANY(%s) GROUP BY gam_id"  # noqa: S608
        for table in tables
    )
    plans = "SELECT count(*) || ' ' || max(last_updated) FROM netbox_gam_bandwidthplan"
    statement = (
        f"SELECT gam_id, string_agg(rows || ' ' || at, ',' ORDER BY rows, at), ({plans}) FROM ({parts}) ages GROUP BY gam_id"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [gams] * len(tables))
        return {gam: f"{age} {plan}" for gam, age, plan in cursor.fetchall()}


def _is_due(check: DriftCheck | None, fingerprint: str, now: datetime) -> bool:
    if check is None or check.judged_at is None or check.fingerprint != fingerprint:
        return True
    spread = timedelta(seconds=check.gam_id * 61 % JUDGE_SPREAD_SECONDS)
    return now - check.judged_at >= JUDGE_EVERY + spread


def _store_checks(read: Mapping[int, DeviceReading], changed: Sequence[int], fingerprints: Mapping[int, str]) -> None:
    """Two upserts at most: of GAMs that were compared field by field, and of those where nothing was new."""
    for judged in (True, False):
        gams = [gam for gam in read if (gam in set(changed)) is judged]
        rows = [
            DriftCheck(
                gam_id=gam,
                polled_at=read[gam].taken_at,
                judged_at=read[gam].taken_at if judged else None,
                fingerprint=fingerprints[gam],
            )
            for gam in gams
        ]
        fields = ["polled_at", "fingerprint", "judged_at"] if judged else ["polled_at"]
        if rows:
            DriftCheck.objects.bulk_create(rows, update_conflicts=True, unique_fields=["gam"], update_fields=fields)


# --------------------------------------------------------------------------------------------------------------------- comparing


def intents_of(gams: Iterable[int]) -> dict[int, Intent]:
    """What NetBox says of some GAMs; three statements."""
    pks = list(gams)
    intents = {gam: Intent() for gam in pks}
    # Pending ones are not on a shelf yet, which is no difference.
    subscribers = Subscriber.objects.filter(gam__in=pks).exclude(status=SubscriberStatusChoices.PENDING)
    for subscriber in subscribers.select_related(*SUBSCRIBER_RELATED).order_by("pk"):
        intents[subscriber.gam_id].subscribers.append(subscriber)
    endpoints = Endpoint.objects.filter(gam__in=pks, status=EndpointStatusChoices.CONFIGURED)
    for endpoint in endpoints.select_related("port").order_by("pk"):
        intents[endpoint.gam_id].endpoints.append(endpoint)
    rows = GamPort.objects.filter(gam__in=pks).values_list("gam_id", "pk", "number", "enabled", "isolation_mode")
    for gam, pk, number, enabled, isolation in rows:
        intents[gam].ports[number] = (pk, PortIntent(number, enabled, isolation))
    return intents


def everything_wanted(intent: Intent, actual: ShelfConfig) -> ShelfConfig:
    """All a shelf should have: every service with its endpoint, and the endpoints that are configured and serve nobody."""
    wanted, _ = desired_config(list(intent.subscribers), actual)
    served = {item.mac for item in wanted.endpoints}
    others = tuple(endpoint_of(item, actual) for item in intent.endpoints if item.mac not in served)
    return ShelfConfig(
        wanted.profiles, (*wanted.endpoints, *others), wanted.subscribers, wanted.subscriber_model, wanted.default_nni
    )


def _compare(gam: int, reading: DeviceReading, intent: Intent, check: DriftCheck | None, waiting: frozenset[str]) -> Seen:
    profiles = [ProfileConfig(name, down, up) for name, down, up in (check.profiles if check else ())]
    # A poll knows no descriptions and no ids; the profiles of the last configuration are what intent is placed in.
    wanted = everything_wanted(intent, ShelfConfig(profiles=tuple(profiles)))
    ports = [port for _, port in intent.ports.values()]
    differences, scopes = gateway.compare_reading(wanted, reading, profiles, ports)
    return Seen(gam, reading.taken_at, differences, scopes, waiting)


# --------------------------------------------------------------------------------------------------------------------- recording


def _record(seen: Sequence[Seen], intents: Mapping[int, Intent], report: DriftReport, now: datetime) -> None:
    """Bring the records of some GAMs up to date: two statements however many there are."""
    standing: dict[int, dict[str, Drift]] = {item.gam: {} for item in seen}
    rows = Drift.objects.filter(gam__in=list(standing)).exclude(state=DriftStateChoices.RESOLVED)
    for record in rows:
        standing[record.gam_id][record.key] = record
    changed: list[Drift] = []
    for item in seen:
        known = standing[item.gam]
        ports = {number: pk for number, (pk, _) in intents[item.gam].ports.items()}
        said = {difference.key: difference for difference in item.differences if difference.name not in item.waiting}
        for key, difference in said.items():
            changed.append(_stands(known.get(key), item, difference, ports, report))
        for key, record in known.items():
            if key not in said and record.name not in item.waiting and _covered(item, record):
                record.state, record.resolved, record.last_updated = DriftStateChoices.RESOLVED, item.at, now
                report.resolved += 1
                changed.append(record)
    for record in changed:
        record.last_updated = now
    if changed:
        Drift.objects.bulk_create(changed, update_conflicts=True, unique_fields=["gam", "key"], update_fields=WRITTEN)


def _stands(record: Drift | None, seen: Seen, difference: Difference, ports: Mapping[int, int], report: DriftReport) -> Drift:
    """The record of a difference that is there, with the values of now. One that was resolved is taken up by its key."""
    values = _short(difference.intent), _short(difference.actual)
    if record is None:
        report.opened += 1
        record = Drift(gam_id=seen.gam, key=difference.key, first_seen=seen.at, created=seen.at)
    elif (record.intent_value, record.actual_value) != values and record.state == DriftStateChoices.ACCEPTED:
        report.reopened += 1
        record.state, record.accepted_until, record.accepted_by = DriftStateChoices.OPEN, None, None
    record.kind, record.object_kind = difference.kind, difference.object
    record.name, record.field = difference.name, difference.field
    record.port_id = ports.get(difference.port) if difference.port else None
    record.intent_value, record.actual_value = values
    record.last_seen = seen.at
    return record


def _short(value: str) -> str:
    return value.replace("\0", "")[:LONGEST_VALUE]


def _covered(seen: Seen, record: Drift) -> bool:
    kind = DriftObject(record.object_kind)
    return any(scope.covers(kind, record.name, record.field) for scope in seen.scopes)


def _expire(read: Iterable[int], report: DriftReport, now: datetime) -> None:
    """Accepted differences whose date has passed wait for a person again."""
    over = Drift.objects.filter(gam__in=list(read), state=DriftStateChoices.ACCEPTED, accepted_until__lte=now)
    report.reopened += over.update(state=DriftStateChoices.OPEN, accepted_until=None, accepted_by=None, last_updated=now)
