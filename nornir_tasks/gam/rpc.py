"""A change -> JSON-RPC calls, and the shelf's structs -> dataclasses. Pure.

Methods, field names and the error table are from the vendor's API overview. Objects are addressed by name. Decoding accepts
numbers as text and the reverse, because firmware and third-party notes disagree about which one a shelf sends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..contracts import (
    Change,
    ChangeAction,
    ConfigObject,
    EndpointConfig,
    PoeMode,
    ProfileConfig,
    ShelfConfig,
    SubscriberConfig,
    SubscriberModel,
    Violation,
)
from ..errors import DeviceError, ErrorKind, RuleViolation
from .catalog import IFINDEX_BASE
from .parsers import parse_vlan_list
from .rules import UNPROVISIONED_VLAN, canonical_mac, short_uplink

PROFILES = "ghnAgent.config.bwProfileByName"
ENDPOINTS = "ghnAgent.config.endpointByName"
SUBSCRIBERS = "ghnAgent.config.userByName"
GLOBAL = "ghnAgent.config.global"
NONE_IFINDEX = "NONE"

VTSS_BASE = -9_437_184
"""A shelf's own error code is this plus the number in :data:`MESSAGES`."""

MESSAGES: Mapping[int, str] = {
    1: "G.hn generic error",
    2: "G.hn internal error",
    3: "G.hn function not implemented",
    4: "Invalid G.hn port or endpoint",
    5: "Invalid G.hn port",
    6: "Invalid G.hn subscriber",
    7: "Non-existing G.hn subscriber",
    8: "Invalid G.hn endpoint",
    9: "Non-existing G.hn endpoint (no such endpoint configured)",
    10: "No user for endpoint",
    11: "Endpoint not found on specified port",
    12: "Endpoint not found on any ports",
    13: "G.hn endpoint is already assigned to another subscriber",
    14: "G.hn port is already assigned to another subscriber",
    15: "Invalid G.hn subscriber name",
    16: "Non-unique G.hn subscriber name",
    17: "Non-unique G.hn endpoint name",
    18: "Non-unique G.hn bandwidth profile name",
    19: "Non-unique G.hn port name",
    20: "Invalid G.hn bandwidth profile",
    21: "Non-existing G.hn bandwidth profile",
    22: "Invalid G.hn bandwidth profile name",
    23: "Invalid G.hn bandwidth profile downstream bandwidth",
    24: "Invalid G.hn bandwidth profile upstream bandwidth",
    25: "Invalid G.hn data VLAN id",
    26: "Invalid G.hn remapped data VLAN id",
    27: "Invalid G.hn port #2 VLAN id",
    28: "G.hn VLAN cannot be the same as port #2 VLAN id",
    29: "Too many allowed tagged VLAN",
    30: "Invalid G.hn endpoint name",
    31: "Invalid G.hn endpoint MAC address",
    32: "Non-unique G.hn endpoint MAC address",
    33: "Maximum number of G.hn endpoint reached for the system",
    34: "Maximum number of G.hn banbdwidth profile reached for the system",
    35: "Maximum number of G.hn subscriber reached for the system",
    36: "Maximum number of G.hn endpoint reached for that port",
    37: "Invalid G.hn port mode",
    38: "Invalid G.hn port role",
    39: "Invalid G.hn port RFC 5517 mode",
    40: "Invalid G.hn port RFC 5517 community number",
    41: "Invalid NNI port",
    42: "Invalid outer tag VID",
    43: "Specified NNI port is not uplink",
    44: "G.hn bandwidth profile is not supported on this platform yet",
    45: "G.hn endpoint is already configured",
    46: "G.hn bandwidth profile is already configured",
    47: "G.hn subscriber is already configured",
    48: "Invalid G.hn VectorBoost parameter",
    49: "Invalid G.hn powermask notch Id",
    50: "Invalid G.hn powermask notch parameter",
    51: "Invalid measurement averaging value",
    52: "Device not found",
    53: "Error querying G.hn device.  May be missing or busy.",
    54: "Error device not in valid state",
    55: "Error device model requiered manual upgrade",
    56: "Auto-endpoint subscriber already assigned to another port",
    57: "Invalid G.hn subscriber model",
}
"""The shelf's own error numbers, misspellings included."""

_KINDS: Mapping[int, ErrorKind] = {3: ErrorKind.UNSUPPORTED, 44: ErrorKind.UNSUPPORTED, 53: ErrorKind.TIMEOUT}
_STANDARD_KINDS: Mapping[int, ErrorKind] = {
    -32700: ErrorKind.UNPARSEABLE,
    -32600: ErrorKind.UNPARSEABLE,
    -32601: ErrorKind.UNSUPPORTED,
    -32602: ErrorKind.REJECTED,
    -32603: ErrorKind.REJECTED,
}


@dataclass(frozen=True, slots=True)
class RpcCall:
    """One call. ``text`` is the request body without its id: compact, always the same for the same call."""

    method: str
    params: tuple[Any, ...] = ()

    @property
    def text(self) -> str:
        """The body as JSON text."""
        body = {"jsonrpc": "2.0", "method": self.method, "params": list(self.params)}
        return json.dumps(body, separators=(",", ":"), ensure_ascii=True)

    @classmethod
    def from_text(cls, text: str) -> RpcCall:
        """The call that :attr:`text` came from.

        :raises DeviceError: UNPARSEABLE when it is not such a text
        """
        try:
            body = json.loads(text)
            return cls(str(body["method"]), tuple(body["params"]))
        except (ValueError, TypeError, KeyError) as problem:
            raise DeviceError(ErrorKind.UNPARSEABLE, f"not the text of a JSON-RPC call: {text[:80]!r}") from problem


SAVE = RpcCall(
    "icfg.control.copy.set",
    (
        {
            "Copy": True,
            "SourceConfigType": "runningConfig",
            "SourceConfigFile": "runningConfig",
            "DestinationConfigType": "startupConfig",
            "DestinationConfigFile": "startupConfig",
            "Merge": False,
        },
    ),
)


SAVE_STATUS = RpcCall("icfg.status.copy.get")
"""How the last copy went; named after the MIB's object, not documented. Shelves without it answer "Method not found"."""


def download(config_type: str) -> RpcCall:
    """The call that returns a configuration as text; ``config_type`` is ``runningConfig`` or ``startupConfig``."""
    return RpcCall("icfg.control.download.get", ({"SourceConfigType": config_type, "SourceConfigFile": config_type},))


# ---------------------------------------------------------------------------------------------------------------- errors


def error_number(error: Mapping[str, Any]) -> int | None:
    """The shelf's own error number (1-57), None when the error carries none."""
    data = error.get("data")
    if not isinstance(data, Mapping):
        return None
    for key, base in (("vtss-error-code", VTSS_BASE), ("vtss-module-code", 0)):
        code = data.get(key)
        if isinstance(code, int | str) and re.fullmatch(r"-?\d+", str(code)):
            number = int(code) - base if base else -int(code)
            if number in MESSAGES:
                return number
    return None


def to_device_error(error: object, call: RpcCall, target: str = "") -> DeviceError:
    """The typed error for the ``error`` member of an answer."""
    subject = f" {call.params[0]!r}" if call.params and isinstance(call.params[0], str) else ""
    where = f"{call.method}{subject}"
    if not isinstance(error, Mapping):
        return DeviceError(ErrorKind.UNPARSEABLE, f"{where}: the error is not an object: {str(error)[:80]!r}", target=target)
    number = error_number(error)
    code = error.get("code")
    message = str(error.get("message") or MESSAGES.get(number or 0, "refused without a reason"))
    if number is not None:
        kind = _KINDS.get(number, ErrorKind.REJECTED)
        return DeviceError(kind, f"{where}: {message} (error {number})", target=target)
    kind = _STANDARD_KINDS.get(code, ErrorKind.REJECTED) if isinstance(code, int) else ErrorKind.REJECTED
    return DeviceError(kind, f"{where}: {message} (code {code})", target=target)


# -------------------------------------------------------------------------------------------------------------- encoding


def calls(change: Change) -> tuple[RpcCall, ...]:
    """The calls that make a change. A set sends only the fields that change.

    :raises DeviceError: UNSUPPORTED when a set changes nothing that can be sent
    """
    item = change.after if change.after is not None else change.before
    if item is None:
        raise DeviceError(ErrorKind.UNSUPPORTED, f"{change.kind} {change.name!r}: a change needs an object")
    table = _table(item)
    if change.after is None:
        return (RpcCall(f"{table}.del", (item.name,)),)
    if change.action is ChangeAction.ADD:
        return (RpcCall(f"{table}.add", (item.name, _struct(None, item))),)
    key = change.before.name if change.before is not None else item.name
    struct = _struct(change.before, item)
    return (RpcCall(f"{table}.set", (key, struct)),) if struct else ()


INVENTORY = RpcCall("jsonRpc.status.introspection.generic.inventory.get", ("",))
"""A firmware's own list of what it offers."""
_ANCHORS = {PROFILES: "DsBw", ENDPOINTS: "MacAddress", SUBSCRIBERS: "VlanId"}
"""Per table a field every firmware has: an inventory that does not name it lists no fields of that table at all."""
_NEUTRAL: tuple[object, ...] = (False, 0, "", [], NONE_IFINDEX)
"""Values that mean "not used", which a firmware without the field has anyway."""


def inventory_words(answer: object) -> frozenset[str]:
    """Every name in an inventory, whatever its shape, which was never captured from a GAM."""
    match answer:
        case str():
            return frozenset((answer,))
        case Mapping():
            return frozenset().union(*map(inventory_words, (*answer.keys(), *answer.values())))
        case list() | tuple():
            return frozenset().union(*map(inventory_words, answer))
        case _:
            return frozenset()


def lacking(change: Change, knows: Collection[str]) -> tuple[Violation, ...]:
    """Methods and fields a change needs and the firmware does not name in its inventory; an unknown inventory lacks nothing."""
    if not knows:
        return ()
    rule = "this shelf's firmware does not have it, by its own inventory; upgrade the firmware or leave it out"
    found = [Violation(change.name, "method", call.method, rule) for call in calls(change) if call.method not in knows]
    if change.after is None or _ANCHORS[_table(change.after)] not in knows:
        return tuple(found)
    struct = _struct(change.before, change.after)
    missing = [key for key, value in struct.items() if key not in knows and value is not None and value not in _NEUTRAL]
    return (*found, *(Violation(change.name, key, str(struct[key]), rule) for key in missing))


def render(change: Change, config: ShelfConfig) -> tuple[str, ...]:
    """The exact text of :func:`calls`; ``config`` is not needed, since everything is addressed by name."""
    return tuple(call.text for call in calls(change))


def _table(item: ConfigObject) -> str:
    match item:
        case ProfileConfig():
            return PROFILES
        case EndpointConfig():
            return ENDPOINTS
        case SubscriberConfig():
            return SUBSCRIBERS


def _struct(before: ConfigObject | None, after: ConfigObject) -> dict[str, Any]:
    new = encode(after)
    if before is not None:
        old = encode(before)
        changed = {key: value for key, value in new.items() if old.get(key) != value and value is not None}
        return changed | _cleared(before, after)
    new.pop("Name")
    if isinstance(after, SubscriberConfig) and after.endpoint is None:
        new.pop("EndpointName")
    if isinstance(after, SubscriberConfig) and after.profile is None:
        new.pop("BwProfileName")
        new["BwProfileId"] = 0
    if isinstance(after, SubscriberConfig) and after.port is None:
        new.pop("PortIfIndex")
    return new


def _cleared(before: ConfigObject, after: ConfigObject) -> dict[str, Any]:
    """A reference is taken away by id 0; an empty name would be an unknown one."""
    cleared: dict[str, Any] = {}
    if isinstance(before, SubscriberConfig) and isinstance(after, SubscriberConfig):
        if before.endpoint is not None and after.endpoint is None:
            cleared["EndpointId"] = 0
        if before.profile is not None and after.profile is None:
            cleared["BwProfileId"] = 0
    return cleared


def encode(item: ConfigObject) -> dict[str, Any]:
    """An object as the shelf's struct, without ids. References that are not set are left out."""
    match item:
        case ProfileConfig():
            return {"Name": item.name, "Description": item.description, "DsBw": item.downstream_mbps, "UsBw": item.upstream_mbps}
        case EndpointConfig():
            return {
                "Name": item.name,
                "Description": item.description,
                "MacAddress": item.mac,
                "PortIfIndex": _port_name(item.port),
                "AutoPort": item.auto_port and item.port is None,
                "AllowMgmtVlan": item.allow_management,
            }
        case SubscriberConfig():
            return _encode_subscriber(item)


def _encode_subscriber(item: SubscriberConfig) -> dict[str, Any]:
    struct: dict[str, Any] = {
        "Name": item.name,
        "Description": item.description,
        "EndpointName": item.endpoint,
        "BwProfileName": item.profile,
        "PortIfIndex": _port_name(item.port),
        "VlanId": item.vlan,
        "VlanIsTagged": item.tagged,
        "RemappedVlanId": item.remapped_vlan or 0,
        "Port2VlanId": item.port2_vlan or 0,
        "AllowedTaggedVlans": list(item.allowed_vlans),
        "TrunkMode": item.trunk,
        "DoubleTags": item.double_tag,
        "OuterTagVlanId": item.outer_vlan or 0,
        "NNIIfIndex": short_uplink(item.nni) if item.nni else NONE_IFINDEX,
    }
    if item.poe is not None:
        struct["PoeModeCtrl"] = str(item.poe)
    return struct


def _port_name(port: int | None) -> str:
    return NONE_IFINDEX if port is None else f"G.hn 1/{port}"


# -------------------------------------------------------------------------------------------------------------- decoding


def decode_config(global_struct: object, profiles: object, endpoints: object, subscribers: object) -> ShelfConfig:
    """A shelf's configuration from the answers of the four ``get`` calls with ``[]``.

    :raises DeviceError: UNPARSEABLE, naming table, row and field, when an answer is not what the API overview describes
    """
    decoded_profiles = [_decode_profile(key, row) for key, row in rows(profiles, PROFILES)]
    decoded_endpoints = [_decode_endpoint(key, row) for key, row in rows(endpoints, ENDPOINTS)]
    profile_names = {item.id: item.name for item in decoded_profiles}
    endpoint_names = {item.id: item.name for item in decoded_endpoints}
    decoded_subscribers = [
        _decode_subscriber(key, row, endpoint_names, profile_names) for key, row in rows(subscribers, SUBSCRIBERS)
    ]
    shelf = global_struct if isinstance(global_struct, Mapping) else None
    if shelf is None:
        raise _unparseable(GLOBAL, f"the answer is not an object: {str(global_struct)[:80]!r}")
    return ShelfConfig(
        profiles=tuple(sorted(decoded_profiles, key=lambda item: item.name)),
        endpoints=tuple(sorted(decoded_endpoints, key=lambda item: item.name)),
        subscribers=tuple(sorted(decoded_subscribers, key=lambda item: item.name)),
        subscriber_model=_model(shelf.get("SubscriberModel", SubscriberModel.ENDPOINT_AWARE)),
        default_nni=_uplink(shelf.get("DefaultNNIIfIndex")),
    )


def rows(answer: object, table: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Key and struct of every row of a ``get`` with ``[]``.

    :raises DeviceError: UNPARSEABLE when the answer is not a list of ``{"key": …, "val": {…}}``
    """
    if not isinstance(answer, Sequence) or isinstance(answer, str):
        raise _unparseable(table, f"the answer is not a list: {str(answer)[:80]!r}")
    found: list[tuple[str, Mapping[str, Any]]] = []
    for index, row in enumerate(answer):
        if not isinstance(row, Mapping) or not isinstance(row.get("val"), Mapping):
            raise _unparseable(table, f"row {index} is not a key with a struct: {str(row)[:80]!r}")
        found.append((str(row.get("key", "")), row["val"]))
    return found


def _unparseable(where: str, seen: str) -> DeviceError:
    return DeviceError(ErrorKind.UNPARSEABLE, f"{where}: {seen}")


def _number(row: Mapping[str, Any], field: str, where: str, default: int | None = None) -> int:
    value = row.get(field, default)
    if isinstance(value, bool) or not re.fullmatch(r"\d+", str(value)):
        raise _unparseable(where, f"{field} {value!r} is not a number")
    return int(str(value))


def _flag(row: Mapping[str, Any], field: str, where: str) -> bool:
    value = row.get(field, False)
    words = {"true": True, "1": True, "false": False, "0": False, "2": False}
    text = str(value).lower()
    if text not in words:
        raise _unparseable(where, f"{field} {value!r} is neither true nor false")
    return words[text]


def _port(value: object, where: str) -> int | None:
    """Port number of ``G.hn 1/4`` (or 4, or 1000004); None for none."""
    if value in (None, "", 0, "0", NONE_IFINDEX):
        return None
    match = re.fullmatch(r"(?:G\.hn \d+/)?(\d+)", str(value))
    number = int(match[1]) % IFINDEX_BASE if match is not None else 0
    if not 1 <= number <= 99:
        raise _unparseable(where, f"PortIfIndex {value!r} is no G.hn port")
    return number


def _uplink(value: object) -> str | None:
    return None if value in (None, "", 0, "0", NONE_IFINDEX) else short_uplink(str(value))


def _model(value: object) -> SubscriberModel:
    words = {str(model): model for model in SubscriberModel} | {
        "0": SubscriberModel.ENDPOINT_AWARE,
        "1": SubscriberModel.PORT_AWARE,
    }
    if str(value) not in words:
        raise _unparseable(GLOBAL, f"SubscriberModel {value!r} is unknown")
    return words[str(value)]


def _vlans(value: object, where: str) -> tuple[int, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return parse_vlan_list(value)
    if not isinstance(value, Sequence) or not all(re.fullmatch(r"\d+", str(item)) for item in value):
        raise _unparseable(where, f"AllowedTaggedVlans {value!r} is no list of VLAN ids")
    return tuple(sorted({int(item) for item in value}))


def _decode_profile(key: str, row: Mapping[str, Any]) -> ProfileConfig:
    name = str(row.get("Name") or key)
    where = f"{PROFILES} {name!r}"
    return ProfileConfig(
        name=name,
        downstream_mbps=_number(row, "DsBw", where),
        upstream_mbps=_number(row, "UsBw", where),
        description=str(row.get("Description") or ""),
        id=_number(row, "Id", where, 0),
    )


def _decode_endpoint(key: str, row: Mapping[str, Any]) -> EndpointConfig:
    name = str(row.get("Name") or key)
    where = f"{ENDPOINTS} {name!r}"
    try:
        mac = canonical_mac(str(row.get("MacAddress", "")))
    except RuleViolation as problem:
        raise _unparseable(where, f"MacAddress {problem.value!r}: {problem.rule}") from problem
    port = _port(row.get("PortIfIndex"), where)
    return EndpointConfig(
        name=name,
        mac=mac,
        port=port,
        # the flag only acts while no port is assigned, and the command line does not print it after that
        auto_port=port is None and _flag(row, "AutoPort", where),
        description=str(row.get("Description") or ""),
        allow_management=_flag(row, "AllowMgmtVlan", where),
        id=_number(row, "Id", where, 0),
    )


def _decode_subscriber(
    key: str, row: Mapping[str, Any], endpoints: Mapping[int, str], profiles: Mapping[int, str]
) -> SubscriberConfig:
    name = str(row.get("Name") or key)
    where = f"{SUBSCRIBERS} {name!r}"
    poe = row.get("PoeModeCtrl")
    return SubscriberConfig(
        name=name,
        vlan=_number(row, "VlanId", where, UNPROVISIONED_VLAN),
        endpoint=_reference(row, "EndpointName", "EndpointId", where, endpoints),
        port=_port(row.get("PortIfIndex"), where),
        profile=_reference(row, "BwProfileName", "BwProfileId", where, profiles),
        description=str(row.get("Description") or ""),
        tagged=_flag(row, "VlanIsTagged", where),
        remapped_vlan=_number(row, "RemappedVlanId", where, 0) or None,
        port2_vlan=_number(row, "Port2VlanId", where, 0) or None,
        allowed_vlans=_vlans(row.get("AllowedTaggedVlans"), where),
        trunk=_flag(row, "TrunkMode", where),
        double_tag=_flag(row, "DoubleTags", where),
        outer_vlan=_number(row, "OuterTagVlanId", where, 0) or None,
        nni=_uplink(row.get("NNIIfIndex")),
        poe=None if poe is None else _poe(poe, where),
        id=_number(row, "Id", where, 0),
    )


def _poe(value: object, where: str) -> PoeMode:
    words = {"0": PoeMode.DISABLE, "1": PoeMode.ENABLE, "2": PoeMode.FORCE, **{str(mode): mode for mode in PoeMode}}
    if str(value).lower() not in words:
        raise _unparseable(where, f"PoeModeCtrl {value!r} is unknown")
    return words[str(value).lower()]


def _reference(row: Mapping[str, Any], by_name: str, by_id: str, where: str, names: Mapping[int, str]) -> str | None:
    """The name a row refers to; the id counts where both are given, since a name may be left over."""
    if by_id in row:
        number = _number(row, by_id, where)
        if not number:
            return None
        if number in names:
            return names[number]
        raise _unparseable(where, f"{by_id} {number} is not in the shelf's table")
    name = str(row.get(by_name) or "")
    if name and name not in names.values():
        raise _unparseable(where, f"{by_name} {name!r} is not in the shelf's table")
    return name or None
