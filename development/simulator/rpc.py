"""JSON-RPC methods of a shelf: a method and its parameters in, a result out. HTTP is somewhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from . import cli_exec, running_config, texts
from .alarms import DESCRIPTIONS
from .config import Kind
from .identity import json_name
from .refusals import MODULE_GHN, MODULE_ICFG, Refused, RefusedText
from .rpc_fields import STRUCTS, BadParams, boolean, brief, decode, encode, ghn_port, interface, mac_text, members, text, whole
from .rules import BAD_NAME, CONFIGURED, MISSING, NOT_UNIQUE, normal_mac
from .state import EndpointView, SimShelf
from .words import SyntaxProblem

type Params = list[Any]
type Method = Callable[[SimShelf, Params], Any]

PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, INTERNAL = -32700, -32600, -32601, -32602, -32603
STANDARD = {
    PARSE_ERROR: "Parse error",
    INVALID_REQUEST: "Invalid Request",
    NO_METHOD: "Method not found",
    INVALID_PARAMS: "Invalid params",
}
READS = {"get"}
TABLES: dict[str, Kind] = {"bwProfile": "profile", "user": "subscriber", "endpoint": "endpoint"}


def error(code: int, message: str = "", data: object = None) -> dict[str, Any]:
    """An error object."""
    out: dict[str, Any] = {"code": code, "message": message or STANDARD[code]}
    if data is not None:
        out["data"] = data
    return out


def refusal(problem: Refused) -> dict[str, Any]:
    """The error object of a refused change, with the vendor's codes."""
    data = {
        "vtss-error-code": problem.vtss_code,
        "vtss-failing-function-ptr": 67_234_856,
        "vtss-failing-module": MODULE_GHN,
        "vtss-module-code": -problem.number,
    }
    return error(INTERNAL, str(problem), data)


def _one(params: Params, count: int = 1) -> Params:
    if len(params) != count:
        raise BadParams(f"{count} parameters expected, not {len(params)}")
    return params


# ------------------------------------------------------------------------------------------------- configuration tables


def _table_methods(word: str, kind: Kind) -> dict[str, Method]:
    def get_by_id(shelf: SimShelf, params: Params) -> Any:
        table = shelf.running.table(kind)
        if not params:
            return [{"key": ident, "val": encode(shelf, kind, item)} for ident, item in sorted(table.items())]
        return _found(shelf, kind, whole(_one(params)[0]))

    def get_by_name(shelf: SimShelf, params: Params) -> Any:
        if not params:
            items = sorted(shelf.running.table(kind).values(), key=lambda item: item.name)
            return [{"key": item.name, "val": encode(shelf, kind, item)} for item in items]
        return _found(shelf, kind, shelf.identify(kind, text(_one(params)[0])))

    def add_by_id(shelf: SimShelf, params: Params) -> None:
        ident, struct = whole(_one(params, 2)[0]), params[1]
        changes = decode(shelf, kind, struct)
        ident = ident or shelf.rules.free_id(shelf.running, kind)
        if ident in shelf.running.table(kind):
            raise Refused(CONFIGURED[kind])
        shelf.put(kind, ident, changes)

    def add_by_name(shelf: SimShelf, params: Params) -> None:
        name, struct = text(_one(params, 2)[0]), params[1]
        changes = {**decode(shelf, kind, struct), "name": name}
        if not name:
            raise Refused(BAD_NAME[kind])
        if shelf.running.find(kind, name):
            raise Refused((CONFIGURED if shelf.variants.add_existing == "configured" else NOT_UNIQUE)[kind])
        shelf.put(kind, shelf.rules.free_id(shelf.running, kind), changes)

    def set_by_id(shelf: SimShelf, params: Params) -> None:
        ident = whole(_one(params, 2)[0])
        _found(shelf, kind, ident)
        shelf.put(kind, ident, decode(shelf, kind, params[1]))

    def set_by_name(shelf: SimShelf, params: Params) -> None:
        ident = shelf.identify(kind, text(_one(params, 2)[0]))
        shelf.put(kind, ident, decode(shelf, kind, params[1]))

    def delete_by_id(shelf: SimShelf, params: Params) -> None:
        shelf.drop(kind, whole(_one(params)[0]))

    def delete_by_name(shelf: SimShelf, params: Params) -> None:
        shelf.drop(kind, shelf.identify(kind, text(_one(params)[0])))

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


# ------------------------------------------------------------------------------------------------------ global and ports


def global_get(shelf: SimShelf, params: Params) -> dict[str, Any]:
    running = shelf.running
    return {
        "SubscriberModel": running.subscriber_model,
        "DefaultNNIIfIndex": json_name(running.default_nni),
        "EndpointAutoFwUpgrade": running.auto_fw_upgrade,
        "ShelfSeedIndex": running.shelf_seed,
    }


def global_set(shelf: SimShelf, params: Params) -> None:
    struct = _struct(params, {"SubscriberModel", "DefaultNNIIfIndex", "EndpointAutoFwUpgrade", "ShelfSeedIndex"})
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


def _struct(params: Params, known: set[str], at: int = 0) -> dict[str, Any]:
    struct = _one(params, at + 1)[at]
    if not isinstance(struct, dict) or not set(struct) <= known:
        raise BadParams(f"object with some of {', '.join(sorted(known))} expected")
    return struct


PORT_MODES = ("isolated", "community", "uplink", "stacking", "stackingIsolated")


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
        return _port_struct(shelf, ghn_port(shelf, _one(params)[0]) or _raise(Refused(5)))
    return [{"key": shelf.identity.model.ghn_interface(n), "val": _port_struct(shelf, n)} for n in shelf.running.ports]


def _raise(problem: Exception) -> Any:
    raise problem


def ghn_port_set(shelf: SimShelf, params: Params) -> None:
    known = {"IfIndex", "Name", "MacAddress", "PortMode", "PortRole", "Rfc5517Mode", "Rfc5517Community", "AllowedVlans"}
    struct = _struct(params, known, at=1)
    port = shelf.running.ports[ghn_port(shelf, params[0]) or _raise(Refused(5))]
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


def port_status(shelf: SimShelf, params: Params) -> Any:
    def row(name: str) -> dict[str, Any]:
        up, ten = shelf.link_up(name), name.startswith("10G")
        speed = ("speed10G" if ten else "speed2G5" if name.startswith("G.hn") else "speed1G") if up else "undefined"
        sfp = {"SFPType": "10g_lr", "SFPVendorName": "FS", "SFPVendorPN": "SFP-10GLR-31", "SFPVendorRev": "A",
               "SFPVendorSN": f"S{shelf.identity.serial}{name[-1]}"}  # fmt: skip
        none = dict.fromkeys(sfp, "") | {"SFPType": "none"}
        return {"Link": up, "Fdx": up, "Fiber": ten, "Speed": speed, **(sfp if ten else none), "Present": ten,
                "LossOfSignal": ten and not up, "TxFault": False}  # fmt: skip

    return _per_interface(shelf, params, row)


def _per_interface(shelf: SimShelf, params: Params, row: Callable[[str], dict[str, Any]]) -> Any:
    if not params:
        return [{"key": json_name(name), "val": row(name)} for name in shelf.identity.interfaces]
    name = interface(_one(params)[0])
    if name not in shelf.identity.interfaces:
        raise BadParams(f"no interface {name}")
    return row(name)


def port_config(shelf: SimShelf, params: Params) -> Any:
    def row(name: str) -> dict[str, Any]:
        port = shelf.running.switchports.get(name)
        ghn = shelf.running.ports.get(int(name.rpartition("/")[2])) if port is None else None
        target = port or ghn
        speed = "force10GModeFdx" if name.startswith("10G") else "force2G5ModeFdx" if ghn else "autoNegMode"
        return {"Shutdown": bool(target and target.shutdown), "Speed": speed, "MediaType": "sfp" if name.startswith("10G") else "rj45",
                "FC": "off", "MTU": 2014 if ghn else 2048, "Rfc5517Mode": PORT_MODES[(target.isolation if target else 1) - 1]}  # fmt: skip

    return _per_interface(shelf, params, row)


def port_statistics(shelf: SimShelf, params: Params) -> Any:
    def row(name: str) -> dict[str, Any]:
        rx, tx, errors = shelf.traffic.read(name, shelf.clock.now())
        return {"RxOctets": rx, "TxOctets": tx, "RxPackets": rx // 800, "TxPackets": tx // 800, "RxErrors": errors, "TxErrors": 0}

    return _per_interface(shelf, params, row)


# --------------------------------------------------------------------------------------------------------------- status


def _view(shelf: SimShelf, params: Params) -> EndpointView:
    mac = normal_mac(text(_one(params)[0]))
    return next((view for view in shelf.views() if view.mac == mac), None) or _raise(Refused(12))


def brief_get(shelf: SimShelf, params: Params) -> Any:
    if params:
        return brief(shelf, _view(shelf, params))
    return [{"key": mac_text(shelf, view.mac), "val": brief(shelf, view)} for view in shelf.views()]


def _detailed(shelf: SimShelf, view: EndpointView) -> dict[str, Any]:
    cpe = view.cpe
    down, up = shelf.usage(view)
    return {
        "MacAddress": mac_text(shelf, view.mac),
        "Alive": cpe is not None,
        "DeviceName": cpe.model if cpe else "",
        "HwProduct": "DCP962C" if cpe else "",
        "SerialNumber": texts.device_serial(view),
        "Uptime": texts.days(shelf.clock.now() - cpe.booted_at) if cpe else "",
        "FwVersion": cpe.firmware if cpe else "",
        "XputIndicator": cpe.rx_max if cpe else 0,
        "Mode": "mimo" if cpe and cpe.copper else "coax",
        "WireLengthMeters": cpe.wire_length_m if cpe else 0,
        "WireLengthFeet": round(cpe.wire_length_m * 3.2808) if cpe else 0,
        "RxPhyRate": cpe.rx_phy if cpe else 0,
        "TxPhyRate": cpe.tx_phy if cpe else 0,
        "RxAllocBands": 1 if cpe and cpe.copper else 0,
        "TxAllocBands": 1 if cpe and cpe.copper else 0,
        "RxMaxXput": cpe.rx_max if cpe else 0,
        "TxMaxXput": cpe.tx_max if cpe else 0,
        "RxUsage": int(down),
        "TxUsage": int(up),
    }


def detailed_get(shelf: SimShelf, params: Params) -> Any:
    if params:
        return _detailed(shelf, _view(shelf, params))
    return [{"key": mac_text(shelf, view.mac), "val": _detailed(shelf, view)} for view in shelf.views()]


def link_get(shelf: SimShelf, params: Params) -> Any:
    def row(view: EndpointView) -> dict[str, Any]:
        up = bool(view.cpe and view.cpe.ethernet_up)
        return {"Valid": view.cpe is not None, "State": up, "Link": up, "Fdx": up, "Speed": "speed1G" if up else "undefined"}

    rows = {(view.id, at): view for view in shelf.views() if view.id and view.cpe for at in range(1, view.cpe.ethernet_ports + 1)}
    if not params:
        return [{"key": list(key), "val": row(view)} for key, view in sorted(rows.items())]
    key = (whole(_one(params, 2)[0]), whole(params[1]))
    if key not in rows:
        raise Refused(9 if key[0] not in shelf.running.endpoints else 53)
    return row(rows[key])


def _alive(shelf: SimShelf, ident: int) -> EndpointView:
    view = next((view for view in shelf.views() if view.id == ident), None)
    if not ident or view is None:
        raise Refused(9)
    if view.cpe is None:
        raise Refused(53)
    return view


def endpoint_system_set(shelf: SimShelf, params: Params) -> None:
    struct = _struct(params, {"Reboot", "StartFwUpgrade"}, at=1)
    view = _alive(shelf, whole(params[0]))
    if boolean(struct.get("StartFwUpgrade", False)):
        cli_exec.upgrade_endpoint(shelf, view)
    if boolean(struct.get("Reboot", False)) and view.cpe:
        view.cpe.booted_at = shelf.clock.now()


def endpoint_poe_set(shelf: SimShelf, params: Params) -> None:
    _struct(params, {"CyclePower"}, at=1)
    view = _alive(shelf, whole(params[0]))
    if view.cpe and not view.cpe.model.endswith("+"):
        raise Refused(54)


def signal(shelf: SimShelf, params: Params) -> dict[str, Any]:
    struct = _struct(params, {"PortIfIndex"})
    number = ghn_port(shelf, struct["PortIfIndex"])
    cpe = next((view.cpe for view in shelf.views() if view.cpe and view.detected_port == number), None)
    if cpe is None:
        raise Refused(53)
    return {"PortIfIndex": shelf.identity.model.ghn_interface(number), "MaxSnr": min(52, 12 + cpe.rx_phy // 45), "Noise": -128}


def alarms_active(shelf: SimShelf, params: Params) -> list[dict[str, Any]]:
    severities = ("nr", "na", "mn", "mj", "cr")
    return [
        {
            "key": alarm.number,
            "val": {
                "IfIndex": alarm.cause.entity,
                "UUID": alarm.uuid.hex(),
                "IfDescr": alarm.cause.entity,
                "CondType": alarm.cause.condition,
                "Severity": severities[alarm.cause.severity],
                "ServAff": alarm.cause.service_affecting,
                "OccurTime": shelf.clock.text(alarm.occurred),
                "Description": DESCRIPTIONS[alarm.cause.condition],
            },
        }
        for alarm in shelf.alarms.active.values()
    ]


# ------------------------------------------------------------------------------------------------------ system and files


def board(shelf: SimShelf, params: Params) -> dict[str, Any]:
    who = shelf.identity
    return {"MacAddress": mac_text(shelf, who.base_mac), "BoardSerial": who.serial, "BoardType": who.model.name,
            "HardwareVersion": who.hardware_version, "Fpga1Version": 24, "Fpga2Version": -1}  # fmt: skip


def system_info(shelf: SimShelf, params: Params) -> dict[str, Any]:
    return {"Hostname": shelf.running.hostname, "Contact": shelf.running.contact, "Location": shelf.running.location}


def system_info_set(shelf: SimShelf, params: Params) -> None:
    struct = _struct(params, {"Hostname", "Contact", "Location"})
    for name, value in struct.items():
        setattr(shelf.running, name.lower(), text(value))


def images(shelf: SimShelf, params: Params) -> list[dict[str, Any]]:
    who = shelf.identity
    rows = (("linux", who.software), ("linux.bk", shelf.running_image_alternate))
    return [
        {"key": at, "val": {"Name": name, "Version": version, "BuiltDate": who.build_date, "CodeRevision": str(who.revision)}}
        for at, (name, version) in enumerate(rows, 1)
    ]


def switch_image(shelf: SimShelf, params: Params) -> list[dict[str, Any]]:
    who = shelf.identity
    return [{"key": 1, "val": {"ChipId": "VSC7468", "BoardType": "Jaguar2-cu8sfp16", "PortCnt": len(who.interfaces),
                               "Product": who.product, "Version": who.software, "BuiltDate": who.build_date}}]  # fmt: skip


def image_upload(shelf: SimShelf, params: Params) -> None:
    struct = _struct(params, {"DoUpload", "ImageType", "Url", "NoSwap"})
    if not boolean(struct.get("DoUpload", False)):
        return
    cli_exec.upgrade(shelf, text(struct.get("Url", "")))()
    if not struct.get("NoSwap", False):
        cli_exec.swap(shelf)


def image_swap(shelf: SimShelf, params: Params) -> None:
    if boolean(_struct(params, {"SwapFirmware"}).get("SwapFirmware", False)):
        cli_exec.swap(shelf)


def copy_set(shelf: SimShelf, params: Params) -> None:
    names = {"Copy", "SourceConfigType", "SourceConfigFile", "DestinationConfigType", "DestinationConfigFile", "Merge"}
    struct = _struct(params, names)
    if not boolean(struct.get("Copy", False)):
        return
    way = (struct.get("SourceConfigType"), struct.get("DestinationConfigType"))
    if way == ("runningConfig", "startupConfig"):
        shelf.save()
    elif way == ("startupConfig", "runningConfig"):
        shelf.load_startup()
    else:
        raise RefusedText("No such file", "errNoSuchFile")


def copy_status(shelf: SimShelf, params: Params) -> dict[str, Any]:
    words = ("none", "success", "inProgress", "errOtherInProcessing")
    return {"Status": words[shelf.copy_status]}


def download(shelf: SimShelf, params: Params) -> str:
    struct = _struct(params, {"SourceConfigType", "SourceConfigFile"})
    source = f"{struct.get('SourceConfigType', '')} {struct.get('SourceConfigFile', '')}"
    if "default-config" in source:
        return running_config.render(shelf, shelf.default_config())
    if "startup" in source:
        return running_config.render(shelf, shelf.startup)
    return running_config.render(shelf, shelf.running)


def upload(shelf: SimShelf, params: Params) -> None:
    try:
        shelf.running = running_config.parse(shelf, text(_one(params)[0]))
    except SyntaxProblem as problem:
        raise RefusedText(str(problem).removeprefix("% "), "errLoadSrc") from None


def files(shelf: SimShelf, params: Params) -> list[dict[str, Any]]:
    sizes = (len(running_config.render(shelf, shelf.default_config())), len(running_config.render(shelf, shelf.startup)))
    rows = (("default-config", sizes[0], "r-"), ("startup-config", sizes[1], "rw"))
    return [
        {"key": at, "val": {"FileName": name, "Bytes": size, "Attribute": attribute}} for at, (name, size, attribute) in enumerate(rows, 1)
    ]


def reboot_set(shelf: SimShelf, params: Params) -> None:
    if len(params) not in (1, 2) or not isinstance(params[-1], dict):
        raise BadParams("object expected")
    if params[-1].get("Type", "coldReboot") != "noReboot":
        shelf.reboot()


METHODS: dict[str, Method] = {
    **{name: method for word, kind in TABLES.items() for name, method in _table_methods(word, kind).items()},
    "ghnAgent.config.global.get": global_get,
    "ghnAgent.config.global.set": global_set,
    "ghnAgent.config.port.get": ghn_port_get,
    "ghnAgent.config.port.set": ghn_port_set,
    "ghnAgent.status.endpointByMac.brief.get": brief_get,
    "ghnAgent.status.endpointByMac.detailed.get": detailed_get,
    "ghnAgent.status.endpoint.link.get": link_get,
    "ghnAgent.control.endpoint.system.set": endpoint_system_set,
    "ghnAgent.control.endpoint.poe.set": endpoint_poe_set,
    "ghnAgent.diagnostics.signalMeasurement.get": signal,
    "port.status.get": port_status,
    "port.config.get": port_config,
    "port.statistics.ifGroup.get": port_statistics,
    "port.statistics.rmon.get": port_statistics,
    "systemUtility.status.systemUptime.get": lambda shelf, params: {"SystemUptime": texts.days(shelf.uptime, "short")},
    "systemUtility.status.boardinfo.get": board,
    "systemUtility.status.cpuLoad.get": lambda shelf, params: dict(
        zip(("Average100msec", "Average1sec", "Average10sec"), texts.cpu(shelf), strict=True)
    ),
    "systemUtility.config.systemInfo.get": system_info,
    "systemUtility.config.systemInfo.set": system_info_set,
    "systemUtility.control.reboot.set": reboot_set,
    "firmware.status.image.get": images,
    "firmware.status.switch.get": switch_image,
    "firmware.control.imageUpload.set": image_upload,
    "firmware.control.global.set": image_swap,
    "firmware.control.configCopy.set": lambda shelf, params: None,
    "icfg.control.copy.set": copy_set,
    "icfg.status.copy.get": copy_status,
    "icfg.control.download.get": download,
    "icfg.control.upload.set": upload,
    "icfg.status.file.get": files,
    "alarm.status.active.get": alarms_active,
}


def inventory(shelf: SimShelf, params: Params) -> dict[str, Any]:
    """What this firmware offers. The real document's shape was never captured; this is the one of sibling products."""
    kinds: dict[str, Kind] = {f"ghnAgent.config.{word}": kind for word, kind in TABLES.items()}
    methods = []
    for name in sorted(METHODS):
        base = name.rpartition(".")[0].removesuffix("ByName")
        kind = kinds.get(base)
        result = [{"name": "Argument2", "type": STRUCTS[kind]}] if kind else []
        methods.append({"method-name": name, "params": [], "result": result, "web-privilege": {"id": "GhnAgent"}})
    types = [
        {"type-name": STRUCTS[kind], "encoding-type": "Object",
         "encoding": [{"name": member.name, "type": member.type} for member in members(shelf, kind)]}
        for kind in TABLES.values()
    ]  # fmt: skip
    return {"groups": [], "types": types, "methods": methods}


METHODS["jsonRpc.status.introspection.generic.inventory.get"] = inventory
SAVES = {"icfg.control.copy.set"}


def call(shelf: SimShelf, user: str, request: object) -> dict[str, Any]:
    """Answer a request object. Every call is recorded; sets go through the shelf's gate.

    :returns: ``id``, ``error``, ``result``
    :raises Rebooting: the shelf went down instead of answering
    """
    if not isinstance(request, dict) or not isinstance(request.get("method"), str) or not isinstance(request.get("params", []), list):
        return {"id": request.get("id") if isinstance(request, dict) else None, "error": error(INVALID_REQUEST), "result": None}
    method, params, ident = request["method"], request.get("params", []), request.get("id")
    command = f"{method} {json.dumps(params)}"
    run = METHODS.get(method)
    if run is None:
        shelf.note("jsonrpc", user, command, STANDARD[NO_METHOD])
        return {"id": ident, "error": error(NO_METHOD), "result": None}
    problem, result = None, None
    try:
        if method.rpartition(".")[2] in READS:
            shelf.note("jsonrpc", user, command)
            result = run(shelf, params)
        else:
            shelf.execute("jsonrpc", user, command, lambda: run(shelf, params), "save" if method in SAVES else "write")
            result = [] if shelf.variants.set_result == "list" else None
    except BadParams:
        problem = error(INVALID_PARAMS)
    except Refused as refused:
        problem = refusal(refused)
    except RefusedText as refused:
        problem = error(INTERNAL, str(refused), {"vtss-failing-module": MODULE_ICFG} if refused.status else None)
    return {"id": ident, "error": problem, "result": result}



