"""JSON-RPC members of the G.hn objects: names, types and encodings, and how they map to configuration fields.

Member names and encodings are the vendor's JSON-RPC overview's: interfaces are strings, VLAN lists arrays, enums words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .config import NO_NNI, Kind
from .identity import cli_name, json_name
from .refusals import Refused, RefusedText
from .rules import normal_mac
from .state import STATE_NAMES, EndpointView, SimShelf


class BadParams(RefusedText):
    """Parameters of the wrong shape or type: JSON-RPC error -32602."""


def boolean(value: object) -> bool:
    """A JSON boolean, nothing that looks like one."""
    if not isinstance(value, bool):
        raise BadParams(f"boolean expected, not {value!r}")
    return value


def whole(value: object) -> int:
    """A number, or digits in a string (a third party sends rates so)."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadParams(f"number expected, not {value!r}")
    return value


def text(value: object) -> str:
    """A JSON string."""
    if not isinstance(value, str):
        raise BadParams(f"string expected, not {value!r}")
    return value


def vlans(value: object) -> tuple[int, ...]:
    """An array of numbers."""
    if not isinstance(value, list):
        raise BadParams(f"array expected, not {value!r}")
    return tuple(sorted({whole(item) for item in value}))


def interface(value: object) -> str:
    """An interface by name; integers are refused, as on the real device. Gives the CLI name, or ``NONE``."""
    return cli_name(text(value))


def ghn_port(shelf: SimShelf, value: object) -> int:
    """Number of the G.hn port an interface names, 0 for ``NONE``. :raises Refused: 5"""
    name = interface(value)
    if name == NO_NNI:
        return 0
    if name not in shelf.identity.model.ghn_interfaces:
        raise Refused(5)
    return int(name.rpartition("/")[2])


def port_name(shelf: SimShelf, number: int) -> str:
    """The interface of a G.hn port number, ``NONE`` for 0."""
    return shelf.identity.model.ghn_interface(number) if number else NO_NNI


def mac_text(shelf: SimShelf, mac: str) -> str:
    """A MAC address as this shelf writes them in JSON."""
    style = shelf.variants.mac_style
    if style == "lower-dash":
        return mac.replace(":", "-")
    return mac.upper() if style == "upper-colon" else mac


def _poe(value: object) -> str:
    if value not in ("disable", "enable", "force"):
        raise BadParams(f"PoeModeCtrl {value!r}")
    return str(value)


def _endpoint_id(shelf: SimShelf, value: object) -> int:
    ident = whole(value)
    if ident and ident not in shelf.running.endpoints:
        raise Refused(9)
    return ident


def _by_name(kind: Kind, nothing: tuple[str, ...] = ("",)) -> Callable[[SimShelf, object], int]:
    def read(shelf: SimShelf, value: object) -> int:
        name = text(value)
        return 0 if name in nothing else shelf.identify(kind, name)

    return read


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a struct: how it is read out, and into which field it is written (empty: read only)."""

    name: str
    read: Callable[[SimShelf, Any], Any]
    field: str = ""
    write: Callable[[SimShelf, object], Any] | None = None
    type: str = "string"


def _plain(name: str, field: str, convert: Callable[[object], Any], kind: str) -> Member:
    return Member(name, lambda shelf, item: getattr(item, field), field, lambda shelf, value: convert(value), kind)


def _only(name: str, read: Callable[[SimShelf, Any], Any], kind: str = "uint32_t") -> Member:
    return Member(name, read, "", None, kind)


PROFILE = (
    _only("Id", lambda shelf, item: item.id),
    _only("Uid", lambda shelf, item: item.uid),
    _plain("Name", "name", text, "string"),
    _plain("Description", "description", text, "string"),
    _plain("DsBw", "ds", whole, "uint32_t"),
    _plain("UsBw", "us", whole, "uint32_t"),
)
ENDPOINT = (
    _only("Id", lambda shelf, item: item.id),
    Member(
        "MacAddress",
        lambda shelf, item: mac_text(shelf, item.mac),
        "mac",
        lambda shelf, value: normal_mac(text(value)),
        "mesa_mac_t",
    ),
    _plain("Name", "name", text, "string"),
    _plain("Description", "description", text, "string"),
    Member("PortIfIndex", lambda shelf, item: port_name(shelf, item.port), "port", ghn_port, "vtss_ifindex_t"),
    _plain("AutoPort", "auto_port", boolean, "vtss_bool_t"),
    _plain("AllowMgmtVlan", "allow_mgmt", boolean, "vtss_bool_t"),
)


def _name_of(table: str, field: str) -> Callable[[SimShelf, Any], str]:
    def read(shelf: SimShelf, item: Any) -> str:
        found = getattr(shelf.running, table).get(getattr(item, field))
        return found.name if found else ""

    return read


def _endpoint_mac(shelf: SimShelf, item: Any) -> str:
    found = shelf.running.endpoints.get(item.endpoint_id)
    return mac_text(shelf, found.mac if found else "00:00:00:00:00:00")


def _profile_uid(shelf: SimShelf, item: Any) -> int:
    found = shelf.running.profiles.get(item.profile_id)
    return found.uid if found else 0


SUBSCRIBER = (
    _only("Id", lambda shelf, item: item.id),
    _only("Uid", lambda shelf, item: item.uid),
    _plain("Name", "name", text, "string"),
    _plain("Description", "description", text, "string"),
    Member("EndpointId", lambda shelf, item: item.endpoint_id, "endpoint_id", _endpoint_id, "uint32_t"),
    Member("EndpointName", _name_of("endpoints", "endpoint_id"), "endpoint_id", _by_name("endpoint")),
    _only("EndpointMacAddress", _endpoint_mac, "mesa_mac_t"),
    _plain("BwProfileId", "profile_id", whole, "uint32_t"),
    Member("BwProfileName", _name_of("profiles", "profile_id"), "profile_id", _by_name("profile")),
    _only("BwProfileUid", _profile_uid),
    _plain("VlanId", "vlan", whole, "uint16_t"),
    _plain("VlanIsTagged", "tagged", boolean, "vtss_bool_t"),
    _plain("RemappedVlanId", "remapped", whole, "uint16_t"),
    _plain("Port2VlanId", "port2", whole, "uint16_t"),
    _plain("Port2VlanIsTagged", "port2_tagged", boolean, "vtss_bool_t"),
    Member(
        "AllowedTaggedVlans",
        lambda shelf, item: list(item.allowed),
        "allowed",
        lambda shelf, value: vlans(value),
        "vtss_vid_list_t",
    ),
    _plain("TrunkMode", "trunk", boolean, "vtss_bool_t"),
    Member("PortIfIndex", lambda shelf, item: port_name(shelf, item.port), "port", ghn_port, "vtss_ifindex_t"),
    _plain("DoubleTags", "double_tags", boolean, "vtss_bool_t"),
    Member("NNIIfIndex", lambda shelf, item: json_name(item.nni), "nni", lambda shelf, value: interface(value), "vtss_ifindex_t"),
    _plain("OuterTagVlanId", "outer", whole, "uint16_t"),
    Member("PoeModeCtrl", lambda shelf, item: item.poe, "poe", lambda shelf, value: _poe(value)),
)
MEMBERS: dict[Kind, tuple[Member, ...]] = {"profile": PROFILE, "endpoint": ENDPOINT, "subscriber": SUBSCRIBER}
STRUCTS: dict[Kind, str] = {
    "profile": "vtss_appl_ghn_agent_bw_profile_config_t",
    "endpoint": "vtss_appl_ghn_agent_endpoint_config_t",
    "subscriber": "vtss_appl_ghn_agent_user_config_t",
}


def members(shelf: SimShelf, kind: Kind) -> list[Member]:
    """The members this shelf's firmware has."""
    return [item for item in MEMBERS[kind] if item.name != "Port2VlanIsTagged" or shelf.variants.port2_tagged_field]


def encode(shelf: SimShelf, kind: Kind, item: Any) -> dict[str, Any]:
    """A configured object as a struct."""
    return {member.name: member.read(shelf, item) for member in members(shelf, kind)}


def decode(shelf: SimShelf, kind: Kind, struct: object) -> dict[str, Any]:
    """Field changes of a partial struct. Read-only members are ignored.

    :raises BadParams: no struct, an unknown member, a value of the wrong type
    :raises Refused: a reference to something that is not there
    """
    if not isinstance(struct, dict):
        raise BadParams(f"object expected, not {struct!r}")
    known = {member.name: member for member in members(shelf, kind)}
    changes: dict[str, Any] = {}
    for name, value in struct.items():
        if name not in known:
            raise BadParams(f"unknown member {name}")
        member = known[name]
        if member.write is None:
            continue
        if name in ("EndpointName", "BwProfileName") and value == "" and member.field in changes:
            continue
        changes[member.field] = member.write(shelf, value)
    if changes.get("port") and kind == "endpoint" and "auto_port" not in changes:
        changes["auto_port"] = False
    return changes


def brief(shelf: SimShelf, view: EndpointView) -> dict[str, Any]:
    """Brief status of an endpoint."""
    endpoint, subscriber, profile, cpe = view.endpoint, view.subscriber, view.profile, view.cpe
    return {
        "MacAddress": mac_text(shelf, view.mac),
        "ConfEndpointId": view.id,
        "ConfEndpointName": endpoint.name if endpoint else "",
        "ConfPortIfIndex": port_name(shelf, endpoint.port if endpoint else 0),
        "ConfAutoPort": bool(endpoint and endpoint.auto_port),
        "DetectedPortIfIndex": port_name(shelf, view.detected_port),
        "ConfUserId": subscriber.id if subscriber else 0,
        "ConfUserName": subscriber.name if subscriber else "",
        "ConfUserUid": subscriber.uid if subscriber else 0,
        "ConfBwProfileId": profile.id if profile else 0,
        "ConfBwProfileName": profile.name if profile else "",
        "ConfBwProfileUid": profile.uid if profile else 0,
        "State": STATE_NAMES[view.state],
        "ModelType": _model_word(cpe.model if cpe else ""),
        "ModelString": cpe.model if cpe else "",
        "FwMismatch": bool(cpe and cpe.firmware_mismatch),
    }


def _model_word(model: str) -> str:
    if not model:
        return "unknown"
    return model.replace("-", "").replace("+", "Plus").lower().replace("plus", "Plus")
