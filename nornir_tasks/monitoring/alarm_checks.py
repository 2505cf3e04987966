"""What rules can watch: every metric, and the checks below, each a number per object out of one reading. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ..contracts import DeviceReading, EndpointReading, EndpointState, PortReading
from .metrics import BY_LABEL, Measured, MetricKind

QUARTER_HOUR = 15.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What NetBox knows of one GAM that its reading does not say. MAC addresses in the contracts' form.

    ``served``: endpoints with an active subscriber. ``plan_mbps``: what their plans promise, down and up; None is unthrottled.
    ``usual_phy_mbps``: PHY rates down and up of an endpoint's own last week. ``default_credentials``: a blank password or a
    community everybody knows, None where nobody could tell. ``unsaved_plan``: a change plan was applied and not saved.
    ``supplies``: power supplies that were there before; a bay that was always empty is none.
    """

    served: frozenset[str] = frozenset()
    plan_mbps: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    usual_phy_mbps: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    default_credentials: bool | None = None
    unsaved_plan: bool = False
    coax: bool = True
    supplies: frozenset[str] = frozenset()


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Found:
    """The value of a check or metric for one object: ``key`` as in a series of measurements. ``text`` says more than the value."""

    kind: MetricKind
    key: str
    value: float | None
    text: str = ""


type Rule = Callable[[DeviceReading, Facts], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Check:
    """Something to watch that is no metric. ``unit`` empty with ``yes_no``: 1 is yes, 0 is no."""

    name: str
    title: str
    kind: MetricKind
    find: Rule
    unit: str = ""
    yes_no: bool = False

    @property
    def label(self) -> str:
        """``check.coax_endpoints``: unique over checks and metrics."""
        return f"check.{self.name}"


UNREACHABLE = "check.unreachable"


def watch(label: str, reading: DeviceReading | None, measured: Iterable[Measured], facts: Facts) -> list[Found]:
    """Values of what a rule watches, per object of one GAM; only :data:`UNREACHABLE` has one without a reading.

    :raises KeyError: no such metric or check
    """
    if label == UNREACHABLE:
        return [Found(MetricKind.DEVICE, "", 0.0 if reading else 1.0)]
    if label in CHECKS:
        return list(CHECKS[label].find(reading, facts)) if reading else []
    metric = BY_LABEL[label]
    return [Found(item.kind, item.key, item.get(metric.name)) for item in measured if item.kind is metric.kind]


def kind_of(label: str) -> MetricKind:
    """What kind of object a metric or check is about. :raises KeyError: no such metric or check"""
    return CHECKS[label].kind if label in CHECKS else BY_LABEL[label].kind


def objects(reading: DeviceReading, kind: MetricKind) -> frozenset[str] | None:
    """Keys of all objects of a kind that a shelf has; None where that is not known: not read, or not whole."""
    if kind is MetricKind.DEVICE:
        return frozenset({""})
    sections = {
        MetricKind.PORT: ("ports", [str(item.number) for item in reading.ports or ()]),
        MetricKind.ETHERNET: ("ethernet", [item.name for item in reading.ethernet or ()]),
        MetricKind.ENDPOINT: ("endpoints", [item.mac for item in reading.endpoints or ()]),
    }
    section, keys = sections[kind]
    if getattr(reading, section) is None or section in reading.incomplete:
        return None
    return frozenset(keys)


# --------------------------------------------------------------------------------------------------------------------- endpoints


def _endpoint_check(value: Callable[[EndpointReading, Facts], float | bool | None]) -> Rule:
    def find(reading: DeviceReading, facts: Facts) -> Iterable[Found]:
        for endpoint in reading.endpoints or ():
            found = value(endpoint, facts)
            yield Found(MetricKind.ENDPOINT, endpoint.mac, None if found is None else float(found))

    return find


def _in_state(wanted: EndpointState) -> Callable[[EndpointReading, Facts], bool | None]:
    return lambda endpoint, _: None if endpoint.state is EndpointState.UNKNOWN else endpoint.state is wanted


def _lost(endpoint: EndpointReading, facts: Facts) -> bool | None:
    if not endpoint.configured_id or endpoint.mac not in facts.served:
        return False
    return None if endpoint.state is EndpointState.UNKNOWN else endpoint.state is EndpointState.NOT_DETECTED


def _percent(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole * 100


def _lower(*values: float | None) -> float | None:
    return min((value for value in values if value is not None), default=None)


def _of_plan(endpoint: EndpointReading, facts: Facts) -> float | None:
    down, up = facts.plan_mbps.get(endpoint.mac, (None, None))
    return _lower(_percent(endpoint.rx_max_mbps, down), _percent(endpoint.tx_max_mbps, up))


def _asymmetry(endpoint: EndpointReading, _: Facts) -> float | None:
    rates = (endpoint.rx_phy_mbps, endpoint.tx_phy_mbps)
    return None if rates[0] is None or rates[1] is None else _percent(min(rates[0], rates[1]), max(rates[0], rates[1]))


def _of_usual(endpoint: EndpointReading, facts: Facts) -> float | None:
    down, up = facts.usual_phy_mbps.get(endpoint.mac, (None, None))
    return _lower(_percent(endpoint.rx_phy_mbps, down), _percent(endpoint.tx_phy_mbps, up))


def _errors(endpoint: EndpointReading, _: Facts) -> float | None:
    values = [value for value in (endpoint.error_percent_down, endpoint.error_percent_up) if value is not None]
    return max(values, default=None)


# ----------------------------------------------------------------------------------------------------------------- ports, uplinks


def _coax(reading: DeviceReading, facts: Facts) -> Iterable[Found]:
    for port in reading.ports or ():
        if _is_coax(port, facts):
            yield Found(MetricKind.PORT, str(port.number), float(len(port.endpoint_macs)))


def _is_coax(port: PortReading, facts: Facts) -> bool:
    return facts.coax if port.medium is None else port.medium == "coax"


def _sfp(reading: DeviceReading, _: Facts) -> Iterable[Found]:
    for port in reading.ethernet or ():
        if port.sfp is not None:
            marks = port.sfp.flagged
            worst = 2.0 if "alarm" in marks.values() else 1.0 if marks else 0.0
            words = ", ".join(f"{name} ({mark})" for name, mark in sorted(marks.items()))
            yield Found(MetricKind.ETHERNET, port.name, worst, words)


# ------------------------------------------------------------------------------------------------------------------------- device


def _device(value: Callable[[DeviceReading, Facts], tuple[float | bool | None, str]]) -> Rule:
    def find(reading: DeviceReading, facts: Facts) -> Iterable[Found]:
        found, text = value(reading, facts)
        yield Found(MetricKind.DEVICE, "", None if found is None else float(found), text)

    return find


def _supplies(reading: DeviceReading, facts: Facts) -> tuple[float | None, str]:
    if reading.system is None or not reading.system.power_supplies:
        return None, ""
    states = reading.system.power_supplies
    bad = {
        name: state
        for name, state in states.items()
        if state not in GOOD_SUPPLIES and (state != EMPTY_BAY or name in facts.supplies)
    }
    return len(bad), ", ".join(f"{name}: {state}" for name, state in bad.items())


def _unsaved(reading: DeviceReading, facts: Facts) -> tuple[bool | None, str]:
    saved = reading.system.config_saved if reading.system else None
    if saved is None and facts.unsaved_plan:
        return True, "A change plan was applied and not saved."
    return (None if saved is None else not saved), ""


def _clock(reading: DeviceReading, _: Facts) -> tuple[float | None, str]:
    clock = reading.system.clock if reading.system else None
    if clock is None:
        return None, ""
    return clock_off_minutes(clock, reading.taken_at), f"It says {clock:%Y-%m-%d %H:%M}."


def clock_off_minutes(clock: datetime, taken: datetime) -> float:
    """How far a shelf's clock is off. It names no zone, so within a day of ours whole quarters of an hour do not count."""
    off = (clock.replace(tzinfo=clock.tzinfo or UTC) - taken).total_seconds() / 60
    if abs(off) > 26 * 60:
        return abs(off)
    rest = abs(off) % QUARTER_HOUR
    return min(rest, QUARTER_HOUR - rest)


GOOD_SUPPLIES = ("active", "standby")
EMPTY_BAY = "not present"


def present_supplies(reading: DeviceReading) -> frozenset[str]:
    """Power supplies that a reading shows to be there."""
    states = reading.system.power_supplies if reading.system else {}
    return frozenset(name for name, state in states.items() if state in GOOD_SUPPLIES)


_E, _D = MetricKind.ENDPOINT, MetricKind.DEVICE
ALL: tuple[Check, ...] = (
    Check("unreachable", "GAM does not answer", _D, lambda reading, facts: (), yes_no=True),
    Check("endpoint_lost", "Endpoint of an active subscriber is not detected", _E, _endpoint_check(_lost), yes_no=True),
    Check(
        "wrong_port", "Endpoint quarantined: wrong port", _E,
        _endpoint_check(_in_state(EndpointState.QUARANTINED_WRONG_PORT)), yes_no=True,
    ),
    Check(
        "unknown_mac", "Endpoint quarantined: unknown MAC", _E,
        _endpoint_check(_in_state(EndpointState.QUARANTINED_UNKNOWN_MAC)), yes_no=True,
    ),
    Check("plan_rate", "Usable rate against the subscriber's plan", _E, _endpoint_check(_of_plan), "%"),
    Check("phy_asymmetry", "Slower PHY rate against the faster", _E, _endpoint_check(_asymmetry), "%"),
    Check("phy_falling", "PHY rate against its own last week", _E, _endpoint_check(_of_usual), "%"),
    Check("errors", "Errors in either direction", _E, _endpoint_check(_errors), "%"),
    Check(
        "firmware_mismatch", "Endpoint firmware does not match", _E,
        _endpoint_check(lambda endpoint, _: endpoint.firmware_mismatch), yes_no=True,
    ),
    Check("coax_endpoints", "Endpoints on a coax port", MetricKind.PORT, _coax),
    Check("sfp_limits", "SFP values marked by the shelf (1 warning, 2 alarm)", MetricKind.ETHERNET, _sfp),
    Check("supplies", "Power supplies that do not deliver", _D, _device(_supplies)),
    Check(
        "default_credentials", "Factory password or community", _D,
        _device(lambda _, facts: (facts.default_credentials, "")), yes_no=True,
    ),
    Check("unsaved_config", "Configuration is not saved", _D, _device(_unsaved), yes_no=True),
    Check("clock", "Clock is off", _D, _device(_clock), "min"),
    Check(
        "profile_slots", "Bandwidth profile slots in use", _D,
        _device(lambda reading, _: (reading.system.profiles_used if reading.system else None, "")),
    ),
)  # fmt: skip
CHECKS: Mapping[str, Check] = {check.label: check for check in ALL}
