"""JSON-RPC methods of the G.hn configuration: profiles, endpoints and subscribers by name and by id, global, ports."""

from __future__ import annotations

from typing import Any

from .config import Kind
from .identity import json_name
from .refusals import Refused
from .rpc_fields import boolean, decode, encode, ghn_port, interface, mac_text, text, whole
from .rpc_params import PORT_MODES, Method, Params, exactly, fail, struct_of
from .rules import BAD_NAME, CONFIGURED, MISSING, NOT_UNIQUE
from .state import SimShelf

TABLES: dict[str, Kind] = {"bwProfile": "profile", "user": "subscriber", "endpoint": "endpoint"}


def _table_methods(word: str, kind: Kind) -> dict[str, Method]:
    def get_by_id(shelf: SimShelf, params: Params) -> Any:
        table = shelf.running.table(kind)
        if not params:
            return [{"key": ident, "val": encode(shelf, kind, item)} for ident, item in sorted(table.items())]
        return _found(shelf, kind, whole(exactly(params)[0]))

    def get_by_name(shelf: SimShelf, params: Params) -> Any:
        if not params:
            items = sorted(shelf.running.table(kind).values(), key=lambda item: item.name)
            return [{"key": item.name, "val": encode(shelf, kind, item)} for item in items]
        return _found(shelf, kind, shelf.identify(kind, text(exactly(params)[0])))

    def add_by_id(shelf: SimShelf, params: Params) -> None:
        ident, struct = whole(exactly(params, 2)[0]), params[1]
        changes = decode(shelf, kind, struct)
        ident = ident or shelf.rules.free_id(shelf.running, kind)
        if ident in shelf.running.table(kind):
            raise Refused(CONFIGURED[kind])
        shelf.put(kind, ident, changes)

    def add_by_name(shelf: SimShelf, params: Params) -> None:
        name, struct = text(exactly(params, 2)[0]), params[1]
        changes = {**decode(shelf, kind, struct), "name": name}
        if not name:
            raise Refused(BAD_NAME[kind])
        if shelf.running.find(kind, name):
            raise Refused((CONFIGURED if shelf.variants.add_existing == "configured" else NOT_UNIQUE)[kind])
        shelf.put(kind, shelf.rules.free_id(shelf.running, kind), changes)

    def set_by_id(shelf: SimShelf, params: Params) -> None:
        ident = whole(exactly(params, 2)[0])
        _found(shelf, kind, ident)
        shelf.put(kind, ident, decode(shelf, kind, params[1]))

    def set_by_name(shelf: SimShelf, params: Params) -> None:
        ident = shelf.identify(kind, text(exactly(params, 2)[0]))
        shelf.put(kind, ident, decode(shelf, kind, params[1]))

    def delete_by_id(shelf: SimShelf, params: Params) -> None:
        shelf.drop(kind, whole(exactly(params)[0]))

    def delete_by_name(shelf: SimShelf, params: Params) -> None:
        shelf.drop(kind, shelf.identify(kind, text(exactly(params)[0])))

    base = f"ghnAgent.config.{word}"
    return {
        f"{base}.get": get_by_id,
        f"{base}.add": add_by_id,
        f"{base}.set": set_by_id,
        f"{base}.del": delete_by_id,
        f"{base}ByName.get": get_by_name,
        f"{base}ByName.add": add_by_name,
        f"{base}ByName.set": set_by_name,
        f"{base}ByName.del": delete_by_name,
    }


def _found(shelf: SimShelf, kind: Kind, ident: int) -> dict[str, Any]:
    item = shelf.running.table(kind).get(ident)
    if item is None:
        raise Refused(MISSING[kind])
    return encode(shelf, kind, item)


def global_get(shelf: SimShelf, params: Params) -> dict[str, Any]:
    running = shelf.running
    return {
        "SubscriberModel": running.subscriber_model,
        "DefaultNNIIfIndex": json_name(running.default_nni),
        "EndpointAutoFwUpgrade": running.auto_fw_upgrade,
        "ShelfSeedIndex": running.shelf_seed,
    }


def global_set(shelf: SimShelf, params: Params) -> None:
    struct = struct_of(params, {"SubscriberModel", "DefaultNNIIfIndex", "EndpointAutoFwUpgrade", "ShelfSeedIndex"})
    if "DefaultNNIIfIndex" in struct:
        shelf.rules.check_nni(shelf.running, interface(struct["DefaultNNIIfIndex"]))
    if "SubscriberModel" in struct:
        shelf.set_subscriber_model(text(struct["SubscriberModel"]))
    if "DefaultNNIIfIndex" in struct:
        shelf.running.default_nni = interface(struct["DefaultNNIIfIndex"])
    if "EndpointAutoFwUpgrade" in struct:
        shelf.running.auto_fw_upgrade = boolean(struct["EndpointAutoFwUpgrade"])
    if "ShelfSeedIndex" in struct:
        shelf.running.shelf_seed = whole(struct["ShelfSeedIndex"])


def _port_struct(shelf: SimShelf, number: int) -> dict[str, Any]:
    port = shelf.running.ports[number]
    vlans = {2, 4094, *(view.subscriber.vlan for view in shelf.views() if view.subscriber and view.detected_port == number)}
    return {
        "IfIndex": shelf.identity.model.ghn_interface(number),
        "Name": port.name,
        "MacAddress": mac_text(shelf, shelf.identity.ghn_mac(number)),
        "PortMode": port.mode,
        "PortRole": "domainMaster",
        "Rfc5517Mode": PORT_MODES[port.isolation - 1],
        "Rfc5517Community": port.community,
        "AllowedVlans": sorted(vlans),
    }


def ghn_port_get(shelf: SimShelf, params: Params) -> Any:
    if params:
        return _port_struct(shelf, ghn_port(shelf, exactly(params)[0]) or fail(Refused(5)))
    return [{"key": shelf.identity.model.ghn_interface(n), "val": _port_struct(shelf, n)} for n in shelf.running.ports]


def ghn_port_set(shelf: SimShelf, params: Params) -> None:
    known = {"IfIndex", "Name", "MacAddress", "PortMode", "PortRole", "Rfc5517Mode", "Rfc5517Community", "AllowedVlans"}
    struct = struct_of(params, known, at=1)
    port = shelf.running.ports[ghn_port(shelf, params[0]) or fail(Refused(5))]
    name, mode = text(struct.get("Name", port.name)), struct.get("PortMode", port.mode)
    isolation = struct.get("Rfc5517Mode", PORT_MODES[port.isolation - 1])
    community = whole(struct.get("Rfc5517Community", port.community))
    if len(name) > 31 or (name and any(other.name == name for other in shelf.running.ports.values() if other is not port)):
        raise Refused(19 if len(name) <= 31 else 5)
    if mode not in (("coax",) if shelf.identity.model.coax else ("mimo", "siso")):
        raise Refused(37)
    if isolation not in PORT_MODES:
        raise Refused(39)
    if not 1 <= community <= 99:
        raise Refused(40)
    port.name, port.mode, port.isolation, port.community = name, mode, PORT_MODES.index(isolation) + 1, community


METHODS: dict[str, Method] = {
    **{name: method for word, kind in TABLES.items() for name, method in _table_methods(word, kind).items()},
    "ghnAgent.config.global.get": global_get,
    "ghnAgent.config.global.set": global_set,
    "ghnAgent.config.port.get": ghn_port_get,
    "ghnAgent.config.port.set": ghn_port_set,
}
