"""JSON-RPC methods that read and control endpoints, and active alarms."""

from __future__ import annotations

from typing import Any

from . import texts
from .alarms import DESCRIPTIONS
from .refusals import Refused
from .rpc_fields import boolean, brief, ghn_port, mac_text, text, whole
from .rpc_params import Method, Params, exactly, fail, struct_of
from .rules import normal_mac
from .state import EndpointView, SimShelf


def _view(shelf: SimShelf, params: Params) -> EndpointView:
    mac = normal_mac(text(exactly(params)[0]))
    return next((view for view in shelf.views() if view.mac == mac), None) or fail(Refused(12))


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
    key = (whole(exactly(params, 2)[0]), whole(params[1]))
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
    struct = struct_of(params, {"Reboot", "StartFwUpgrade"}, at=1)
    view = _alive(shelf, whole(params[0]))
    if boolean(struct.get("StartFwUpgrade", False)):
        shelf.firmware.upgrade_endpoint(view)
    if boolean(struct.get("Reboot", False)) and view.cpe:
        view.cpe.booted_at = shelf.clock.now()


def endpoint_poe_set(shelf: SimShelf, params: Params) -> None:
    struct_of(params, {"CyclePower"}, at=1)
    view = _alive(shelf, whole(params[0]))
    if view.cpe and not view.cpe.model.endswith("+"):
        raise Refused(54)


def signal(shelf: SimShelf, params: Params) -> dict[str, Any]:
    struct = struct_of(params, {"PortIfIndex"})
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


METHODS: dict[str, Method] = {
    "ghnAgent.status.endpointByMac.brief.get": brief_get,
    "ghnAgent.status.endpointByMac.detailed.get": detailed_get,
    "ghnAgent.status.endpoint.link.get": link_get,
    "ghnAgent.control.endpoint.system.set": endpoint_system_set,
    "ghnAgent.control.endpoint.poe.set": endpoint_poe_set,
    "ghnAgent.diagnostics.signalMeasurement.get": signal,
    "alarm.status.active.get": alarms_active,
}
