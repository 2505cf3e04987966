"""Which alarms hide behind others, so that one fault is told once. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from ..contracts import AlarmSeverity
from .metrics import MetricKind

UNREACHABLE = "unreachable"
OUTAGE = "outage"
BEHIND_OUTAGE = frozenset({"los", "endpoint_lost", "portmismatch", "wrong_port"})
"""What an endpoint has when the port it belongs to serves none."""
BEHIND_LINKDOWN = frozenset({"sfp_limits", "sfp_rx_dbm", "sfp_tx_dbm", "in_errors_ps", "out_errors_ps"})
SAME_AS: Mapping[str, str] = {
    "endpoint_lost": "los",
    "wrong_port": "portmismatch",
    "firmware_mismatch": "swrevmismat",
    "temperature_c": "hightemp",
    "fan_rpm": "fanflt",
}
"""Condition of a rule to the shelf's own alarm that says the same of the same object."""
LOST = frozenset({"los", "endpoint_lost"})
OF_A_LOST_ENDPOINT = frozenset(
    {"plan_rate", "phy_asymmetry", "phy_falling", "errors", "rx_phy_mbps", "tx_phy_mbps", "rx_max_mbps", "tx_max_mbps"}
)
SEVERITY_ORDER = (
    AlarmSeverity.NOT_REPORTED,
    AlarmSeverity.NOT_ALARMED,
    AlarmSeverity.MINOR,
    AlarmSeverity.MAJOR,
    AlarmSeverity.CRITICAL,
)


@dataclass(frozen=True, slots=True)
class Node:
    """A standing alarm of one GAM. ``key`` is the object's: port number, interface name, MAC address. ``port``: an endpoint's own.

    ``rule``: whether a rule raised it rather than the shelf; ``age`` breaks ties, the lower stays visible.
    """

    id: Hashable
    condition: str
    severity: str
    kind: MetricKind | None
    key: str = ""
    port: int | None = None
    rule: bool = False
    age: int = 0


def parents(alarms: Iterable[Node]) -> dict[Hashable, Hashable]:
    """Alarm to the alarm it hides behind, for the standing alarms of one GAM. A parent is never hidden itself, unless by
    the GAM's being unreachable.
    """
    nodes = list(alarms)
    gone = next((node for node in nodes if node.condition == UNREACHABLE and node.rule), None)
    if gone is not None:
        return {node.id: gone.id for node in nodes if node is not gone}
    hidden: dict[Hashable, Hashable] = {}
    by_port = {node.key: node for node in nodes if node.kind is MetricKind.PORT and node.condition == OUTAGE}
    by_thing: dict[tuple[MetricKind | None, str], list[Node]] = {}
    for node in nodes:
        by_thing.setdefault((node.kind, node.key), []).append(node)
    for node in nodes:
        port = by_port.get(str(node.port)) if node.kind is MetricKind.ENDPOINT and node.port else None
        parent = port if port is not None and node.condition in BEHIND_OUTAGE else None
        if parent is None and node.kind is not None:
            parent = _beside(node, by_thing[node.kind, node.key])
        if parent is not None:
            hidden[node.id] = parent.id
    return {child: _top(child, hidden) for child in hidden}


def _beside(node: Node, others: list[Node]) -> Node | None:
    """What hides an alarm among those of the same object."""
    for other in others:
        if other is node:
            continue
        if node.rule and not other.rule and SAME_AS.get(node.condition) == other.condition:
            return other
        if node.condition in BEHIND_LINKDOWN and other.condition == "linkdown":
            return other
        if node.condition in OF_A_LOST_ENDPOINT and other.condition in LOST:
            return other
        if node.rule and other.rule and node.condition == other.condition and _rank(other) > _rank(node):
            return other
    return None


def _rank(node: Node) -> tuple[int, int]:
    return SEVERITY_ORDER.index(AlarmSeverity(node.severity)), -node.age


def _top(child: Hashable, hidden: Mapping[Hashable, Hashable]) -> Hashable:
    """The alarm at the top of a chain. Chains are short and have no loops: the relations above lead one way."""
    parent = hidden[child]
    while parent in hidden:
        parent = hidden[parent]
    return parent
