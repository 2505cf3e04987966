"""Alarms: from shelves by UUID and from rules; raised once, cleared once, acknowledged and shelved by people."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from nornir_tasks.contracts import AlarmReading, DeviceReading
from nornir_tasks.gam.alarms import CONDITIONS, EntityKind, parse_entity
from nornir_tasks.monitoring.alarm_checks import CHECKS, UNREACHABLE, Found, objects, present_supplies, watch
from nornir_tasks.monitoring.alarm_follow import Happened, Standing, Step, follow, transients
from nornir_tasks.monitoring.alarm_rules import NORMAL, Phase, Verdict, advance
from nornir_tasks.monitoring.alarm_rules import RuleState as EngineState
from nornir_tasks.monitoring.metrics import BY_LABEL, MetricKind

from ..choices import AlarmSourceChoices, AlarmStateChoices, AlarmTransitionChoices
from ..exceptions import InvalidState
from ..models import Alarm, AlarmEvent, AlarmRule, Endpoint, GamDevice, GamPort, RuleState
from . import alarm_baseline, alarm_facts
from .alarm_book import FLAPPING_WINDOW, Book
from .alarm_facts import LOG_KEY, Known, ScopedRule
from .observation import Observation
from .saving import update

log = logging.getLogger("netbox.plugins.netbox_gam.alarms")

CONDITION_WORDS = dict(CONDITIONS.values())
STATE_FIELDS = ("phase", "since", "data")


# ------------------------------------------------------------------------------------------------------------- after each reading


def evaluate(observations: Sequence[Observation]) -> list[AlarmEvent]:
    """Follow the shelves' alarms and apply the rules, for a batch of GAMs, in a number of statements that does not depend on it.

    What the database refuses costs one GAM alone, and that is logged.

    :returns: what happened; people are told of those with ``announce`` elsewhere
    """
    if not observations:
        return []
    try:
        with transaction.atomic():
            return _Evaluation(observations).run()
    except (DataError, IntegrityError) as error:
        if len(observations) == 1:
            log.error("The alarms of %s could not be stored: %s", observations[0].gam, error)
            return []
        return [event for observation in observations for event in evaluate([observation])]


class _Evaluation:
    """One batch on its way through."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        # Of several readings of one GAM the last counts.
        self.observations = {item.gam.pk: item for item in sorted(observations, key=lambda item: item.at)}
        self.at = max(item.at for item in observations)
        self.book = Book(self.observations, min(item.at for item in observations))
        self.known: Known = alarm_facts.load(list(self.observations))
        self.endpoints = self._endpoints()
        self.ports = {
            (gam, number): pk
            for pk, gam, number in GamPort.objects.filter(gam__in=list(self.observations)).values_list("pk", "gam_id", "number")
        }
        self.states: list[RuleState] = []
        self.normal_again: list[int] = []

    def _endpoints(self) -> dict[str, Endpoint]:
        macs = {item.mac for one in self.observations.values() if one.reading for item in one.reading.endpoints or ()}
        return {endpoint.mac: endpoint for endpoint in Endpoint.objects.filter(mac_address__in=macs).select_related("port")}

    def run(self) -> list[AlarmEvent]:
        ports: dict[int, dict[str, int]] = {}
        for pk, observation in self.observations.items():
            if pk not in self.known.places:
                continue  # deleted since it was read
            if observation.reading is not None:
                self._follow(pk, observation.reading)
                found = observation.reading.endpoints or ()
                ports[pk] = {item.mac: item.configured_port for item in found if item.configured_port}
            self._apply_rules(pk, observation)
        events = self.book.write(self.at, ports)
        self._write_states()
        return events

    # ------------------------------------------------------------------------------------------------------- the shelf's own

    def _follow(self, gam: int, reading: DeviceReading) -> None:
        own = {key: alarm for key, alarm in self.book.standing[gam].items() if alarm.source == AlarmSourceChoices.SHELF}
        standing = [
            Standing(key, alarm.entity, alarm.condition, alarm.severity, alarm.service_affecting) for key, alarm in own.items()
        ]
        remembered = self.known.states[gam].get((None, LOG_KEY))
        macs = {item.configured_id: item.mac for item in reading.endpoints or () if item.configured_id}
        # Clearing first: a UUID may stand for something else now.
        steps = sorted(follow(standing, reading, known=remembered is not None), key=lambda step: step.happened != Happened.CLEARED)
        seen = remembered.data.get("seen") if remembered else None
        over, seen_now = transients(reading, seen)
        for step in (*steps, *over):
            self._take(gam, step, own, macs, reading.taken_at)
        self._remember(gam, remembered, reading, seen_now)

    def _take(self, gam: int, step: Step, own: Mapping[str, Alarm], macs: Mapping[int, str], read: datetime) -> None:
        if step.happened is Happened.CLEARED and step.standing:
            self.book.clear(own[step.standing.uuid], step.at)
        if step.alarm is None:
            return
        said = step.alarm
        values = {"severity": str(said.severity), "service_affecting": said.service_affecting, **self._subject(gam, said, macs)}
        if step.standing is not None:
            values = {name: value for name, value in values.items() if value is not None}
            self.book.change(own[step.standing.uuid], step.at, key=said.uuid, **values)
        elif said.uuid not in self.book.standing[gam]:
            alarm = self.book.raise_alarm(
                gam,
                said.uuid,
                step.at,
                source=AlarmSourceChoices.SHELF,
                entity=said.entity,
                condition=said.condition,
                text=said.description or CONDITION_WORDS.get(said.condition, ""),
                **values,
            )
            if step.happened is Happened.TRANSIENT:
                # It was over when it was said: people hear of it once.
                self.book.clear(alarm, max(step.at, alarm.raised), announce=False)

    def _subject(self, gam: int, said: AlarmReading, macs: Mapping[int, str]) -> dict[str, Any]:
        entity = parse_entity(said.entity)
        endpoint = self.endpoints.get(macs.get(entity.number, "")) if entity.kind is EntityKind.ENDPOINT else None
        port = self.ports.get((gam, entity.number)) if entity.kind is EntityKind.PORT else None
        if endpoint is not None and endpoint.port is not None and endpoint.gam_id == gam:
            port = endpoint.port_id
        return {"endpoint": endpoint, "port_id": port}

    def _remember(self, gam: int, before: RuleState | None, reading: DeviceReading, seen: tuple[str, ...] | None) -> None:
        """Keep what tells new transient rows of the log from old ones, and an empty bay from a supply that failed."""
        old = before.data if before else {}
        data = {**old}
        if reading.alarms is not None or seen is not None:
            data["seen"] = list(seen) if seen is not None else old.get("seen")
        if supplies := set(old.get("supplies", ())) | present_supplies(reading):
            data["supplies"] = sorted(supplies)
        if before is None or data != old:
            self.states.append(RuleState(gam_id=gam, rule=None, key=LOG_KEY, data=data))

    # ------------------------------------------------------------------------------------------------------------------ rules

    def _apply_rules(self, gam: int, observation: Observation) -> None:
        place, facts = self.known.places[gam], self.known.facts[gam]
        applying = [scoped for scoped in self.known.rules if scoped.scope.covers(place)]
        self._drop_others(gam, {scoped.rule.pk for scoped in applying}, observation.at)
        raised: dict[int, dict[str, Alarm]] = {}
        for alarm in self.book.standing[gam].values():
            if alarm.rule_id is not None:
                raised.setdefault(alarm.rule_id, {})[alarm.key.split(":", 2)[2]] = alarm
        pending: dict[int, dict[str, RuleState]] = {}
        for (rule, key), state in self.known.states[gam].items():
            if rule is not None:
                pending.setdefault(rule, {})[key] = state
        values: dict[str, list[Found]] = {}
        for scoped in applying:
            label = scoped.rule.watches
            if label not in values:
                values[label] = watch(label, observation.reading, observation.measured, facts) if _exists(label) else []
            self._apply(gam, scoped, observation, values[label], raised.get(scoped.rule.pk, {}), pending.get(scoped.rule.pk, {}))

    def _drop_others(self, gam: int, applying: set[int], at: datetime) -> None:
        """Alarms and states of rules that are gone, switched off, or no longer for this GAM."""
        for alarm in list(self.book.standing[gam].values()):
            if alarm.source == AlarmSourceChoices.POLLING and alarm.rule_id not in applying:
                self.book.clear(alarm, at, text="No rule asks for it any more.")
        for (rule, _), state in self.known.states[gam].items():
            if rule is not None and rule not in applying:
                self.normal_again.append(state.pk)

    def _apply(
        self,
        gam: int,
        scoped: ScopedRule,
        observation: Observation,
        values: Iterable[Found],
        raised: Mapping[str, Alarm],
        pending: Mapping[str, RuleState],
    ) -> None:
        rule, limits = scoped.rule, scoped.rule.limits
        for found in values:
            key = f"{found.kind}:{found.key}"
            alarm, stored = raised.get(key), pending.get(key)
            if alarm is None and stored is None and (found.value is None or not limits.bad(found.value)):
                continue
            if alarm is not None:
                same = {"severity": rule.severity, "service_affecting": rule.service_affecting}
                self.book.change(alarm, observation.at, text="The rule was changed.", **same)
            before = _engine_state(alarm, stored)
            after, verdict = advance(before, limits, found.value, observation.at)
            if verdict is Verdict.RAISE:
                self._raise(gam, rule, found, observation)
            elif verdict is Verdict.CLEAR and alarm is not None:
                self.book.clear(alarm, observation.at, text=_in_words(rule, found, observation))
            self._keep(gam, rule, key, stored, after)
        self._forget_gone(rule, observation, raised, pending)

    def _raise(self, gam: int, rule: AlarmRule, found: Found, observation: Observation) -> None:
        endpoint = self.endpoints.get(found.key) if found.kind is MetricKind.ENDPOINT else None
        port = self.ports.get((gam, int(found.key))) if found.kind is MetricKind.PORT else None
        self.book.raise_alarm(
            gam,
            f"rule:{rule.pk}:{found.kind}:{found.key}",
            observation.at,
            source=AlarmSourceChoices.POLLING,
            rule=rule,
            entity=_entity(found, endpoint),
            condition=rule.condition,
            severity=rule.severity,
            service_affecting=rule.service_affecting,
            text=_in_words(rule, found, observation),
            endpoint=endpoint,
            port_id=endpoint.port_id if endpoint is not None and endpoint.gam_id == gam else port,
        )

    def _forget_gone(
        self, rule: AlarmRule, observation: Observation, raised: Mapping[str, Alarm], pending: Mapping[str, RuleState]
    ) -> None:
        """What a shelf no longer has cannot have anything wrong with it."""
        if not (raised or pending) or observation.reading is None:
            return
        for key in raised.keys() | pending.keys():
            kind, _, name = key.partition(":")
            there = objects(observation.reading, MetricKind(kind))
            if there is None or name in there:
                continue
            alarm = raised.get(key)
            if alarm is not None and alarm.state != AlarmStateChoices.CLEARED:
                self.book.clear(alarm, observation.at, text="The shelf no longer has it.")
            if key in pending:
                self.normal_again.append(pending[key].pk)

    def _keep(self, gam: int, rule: AlarmRule, key: str, stored: RuleState | None, after: EngineState) -> None:
        """Only what is neither normal nor simply raised has a row."""
        if after.phase in (Phase.NORMAL, Phase.RAISED):
            if stored is not None:
                self.normal_again.append(stored.pk)
        elif stored is None or (stored.phase, stored.since) != (after.phase, after.since):
            self.states.append(RuleState(gam_id=gam, rule=rule, key=key, phase=str(after.phase), since=after.since))

    def _write_states(self) -> None:
        if self.normal_again:
            RuleState.objects.filter(pk__in=self.normal_again).delete()
        if self.states:
            RuleState.objects.bulk_create(
                self.states, update_conflicts=True, unique_fields=["gam", "rule", "key"], update_fields=STATE_FIELDS
            )


def _exists(label: str) -> bool:
    """A rule may outlive what it watches."""
    return label in CHECKS or label in BY_LABEL


def _engine_state(alarm: Alarm | None, stored: RuleState | None) -> EngineState:
    if stored is not None and (stored.phase == Phase.CLEARING) == (alarm is not None):
        return EngineState(Phase(stored.phase), stored.since)
    return EngineState(Phase.RAISED) if alarm is not None else NORMAL


def _entity(found: Found, endpoint: Endpoint | None) -> str:
    if found.kind is MetricKind.PORT:
        return f"G.hn-{found.key}"
    if found.kind is MetricKind.ENDPOINT and endpoint is not None:
        return endpoint.name or found.key
    return found.key or "System"


def _in_words(rule: AlarmRule, found: Found, observation: Observation) -> str:
    """What was found, and against what."""
    if rule.watches == UNREACHABLE:
        failure = observation.result.failure
        return f"{failure.message} {failure.next_step}".strip() if failure else "It answers again."
    check = CHECKS.get(rule.watches)
    title, unit = (check.title, check.unit) if check else (BY_LABEL[rule.watches].title, BY_LABEL[rule.watches].unit)
    if check and check.yes_no:
        return " ".join(filter(None, (f"{title}." if found.value else f"No longer: {title}.", found.text)))
    value = "nothing" if found.value is None else f"{found.value:.4g} {unit}".strip()
    limit = f"{rule.threshold:.4g} {unit}".strip()
    return " ".join(filter(None, (f"{title}: {value} (limit {rule.get_operator_display()} {limit}).", found.text)))


# -------------------------------------------------------------------------------------------------------------- one by one


def standing(gam: GamDevice) -> dict[str, Alarm]:
    """The alarms of a GAM that are not cleared, by key."""
    return {alarm.key: alarm for alarm in Alarm.objects.filter(gam=gam).exclude(state=AlarmStateChoices.CLEARED)}


def follow_alarms(gam: GamDevice, reading: DeviceReading) -> list[AlarmEvent]:
    """As :func:`evaluate`, for one reading that was not taken by polling, and whose measurements nobody asked for."""
    from nornir_tasks.contracts import TargetResult

    return evaluate([Observation(gam, TargetResult(reading.name, value=reading), reading.taken_at)])


def raise_alarm(gam: GamDevice, *, key: str, condition: str, severity: str, raised: datetime | None = None, **values: Any) -> Alarm:
    """Raise an alarm, or bring the standing one of that key up to date.

    :param raised: when it came up, where that is known; now otherwise
    """
    values = {"source": AlarmSourceChoices.PROVISIONING, **values, "condition": condition, "severity": severity}
    now = raised or timezone.now()
    with transaction.atomic():
        book = Book([gam.pk], now)
        alarm = book.standing[gam.pk].get(key)
        if alarm is None:
            alarm = book.raise_alarm(gam.pk, key, now, **values)
        else:
            book.change(alarm, now, **values)
        book.write(now)
    return alarm


def clear_alarm(gam: GamDevice, *, key: str) -> bool:
    """Clear the standing alarm of that key; False when there is none."""
    now = timezone.now()
    with transaction.atomic():
        book = Book([gam.pk], now)
        alarm = book.standing[gam.pk].get(key)
        if alarm is None:
            return False
        book.clear(alarm, now)
        book.write(now)
    return True


# ------------------------------------------------------------------------------------------------------------------ what people do


def acknowledge(alarm: Alarm, *, user: Any) -> None:
    """A person has seen it.

    :raises InvalidState: it is cleared, shelved or acknowledged already
    """
    _act(
        alarm,
        (AlarmStateChoices.RAISED,),
        AlarmTransitionChoices.ACKNOWLEDGED,
        user,
        f"Acknowledged by {user}",
        state=AlarmStateChoices.ACKNOWLEDGED,
        acknowledged_by=user,
    )


def shelve(alarm: Alarm, *, until: datetime, user: Any) -> None:
    """Put an alarm aside until a date: nobody is told of it before.

    :raises InvalidState: it is cleared, or the date is not in the future
    """
    if until <= timezone.now():
        raise InvalidState(f"Shelved until {until:%Y-%m-%d %H:%M}: that is not in the future.", next_step="Choose a later date.")
    states = (AlarmStateChoices.RAISED, AlarmStateChoices.ACKNOWLEDGED, AlarmStateChoices.SHELVED)
    words = f"Shelved by {user} until {until:%Y-%m-%d %H:%M %Z}".strip()
    _act(alarm, states, AlarmTransitionChoices.SHELVED, user, words, state=AlarmStateChoices.SHELVED, shelved_until=until)


def unshelve(alarm: Alarm, *, user: Any) -> None:
    """Take a shelved alarm back.

    :raises InvalidState: it is not shelved
    """
    _act(
        alarm,
        (AlarmStateChoices.SHELVED,),
        AlarmTransitionChoices.UNSHELVED,
        user,
        f"Unshelved by {user}",
        state=_unshelved_state(alarm),
        shelved_until=None,
    )


def _unshelved_state(alarm: Alarm) -> str:
    return AlarmStateChoices.ACKNOWLEDGED if alarm.acknowledged_by_id else AlarmStateChoices.RAISED


def _act(alarm: Alarm, states: tuple[str, ...], transition: str, user: Any, words: str, **values: Any) -> None:
    """What a person did: a change-logged save and a row of history. The alarm given gets what is stored by then."""
    with transaction.atomic():
        # Serialised with the writers of polling; see alarm_book.
        list(GamDevice.objects.select_for_update(no_key=True, of=("self",)).filter(pk=alarm.gam_id).values_list("pk"))
        alarm.refresh_from_db()
        if alarm.state not in states:
            raise InvalidState(f"Alarm {alarm} is {alarm.get_state_display().lower()}.")
        update(alarm, message=words, **values)
        AlarmEvent.objects.create(
            alarm=alarm,
            gam_id=alarm.gam_id,
            at=timezone.now(),
            transition=transition,
            severity=alarm.severity,
            text=words[:300],
            user=user,
            announce=False,
        )


# ---------------------------------------------------------------------------------------------------------------- now and then


def sweep(now: datetime | None = None) -> dict[str, int]:
    """What time alone brings about: shelved alarms come back, flapping ones are calm, those of GAMs nobody polls any more clear,
    baselines are a day old. Called every minute or so.

    :returns: how many of each
    """
    now = now or timezone.now()
    return {
        "unshelved": _sweep(now, Q(state=AlarmStateChoices.SHELVED, shelved_until__lte=now), _come_back),
        "calm": _sweep(now, Q(flapping=True, last_change__lte=now - FLAPPING_WINDOW), _calm),
        "not_polled": _sweep(
            now,
            Q(gam__polling_enabled=False, source__in=(AlarmSourceChoices.SHELF, AlarmSourceChoices.POLLING))
            & ~Q(state=AlarmStateChoices.CLEARED),
            lambda book, alarm, now: book.clear(alarm, now, text="The GAM is no longer polled."),
        ),
        "rule_states": RuleState.objects.filter(rule__isnull=False).exclude(rule_id__in=AlarmRule.objects.values("pk")).delete()[0],
        "baselines": alarm_baseline.refresh(now),
    }


def _sweep(now: datetime, wanted: Q, act: Any) -> int:
    gams = set(Alarm.objects.filter(wanted).order_by().values_list("gam_id", flat=True))
    if not gams:
        return 0
    with transaction.atomic():
        book = Book(gams, now)
        chosen = set(Alarm.objects.filter(wanted, gam__in=gams).values_list("pk", flat=True))
        alarms = [alarm for alarm in book.all() if alarm.pk in chosen]
        for alarm in alarms:
            act(book, alarm, now)
        book.write(now)
    return len(alarms)


def _come_back(book: Book, alarm: Alarm, now: datetime) -> None:
    alarm.state, alarm.shelved_until = _unshelved_state(alarm), None
    told = not alarm.suppressed and not alarm.announced
    alarm.announced = alarm.announced or told
    book.touch(alarm)
    transition = AlarmTransitionChoices.RAISED if told else AlarmTransitionChoices.UNSHELVED
    book.note(alarm, transition, now, text="The time it was shelved for is over.", announce=told)


def _calm(book: Book, alarm: Alarm, now: datetime) -> None:
    """People were told that it flaps; now how it ended."""
    alarm.flapping = False
    book.touch(alarm)
    if alarm.state == AlarmStateChoices.CLEARED:
        book.note(alarm, AlarmTransitionChoices.CLEARED, now, text="Calm again: cleared.", announce=alarm.announced)
        alarm.announced = False
    else:
        told = alarm.announced and alarm.state != AlarmStateChoices.SHELVED
        book.note(alarm, AlarmTransitionChoices.CHANGED, now, text="Calm again: it stands.", announce=told)


__all__ = (
    "acknowledge", "clear_alarm", "evaluate", "follow_alarms", "raise_alarm", "shelve", "standing", "sweep", "unshelve",
)  # fmt: skip
