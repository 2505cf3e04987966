"""JSON-RPC methods of the box: Ethernet ports, system, firmware, configuration files."""

from __future__ import annotations

from typing import Any

from . import running_config, texts
from .refusals import RefusedText
from .rpc_fields import BadParams, boolean, mac_text, text
from .rpc_params import PORT_MODES, Method, Params, exactly, per_interface, struct_of
from .state import SimShelf
from .words import SyntaxProblem


def port_status(shelf: SimShelf, params: Params) -> Any:
    def row(name: str) -> dict[str, Any]:
        up, ten = shelf.link_up(name), name.startswith("10G")
        speed = ("speed10G" if ten else "speed2G5" if name.startswith("G.hn") else "speed1G") if up else "undefined"
        sfp = {
            "SFPType": "10g_lr",
            "SFPVendorName": "FS",
            "SFPVendorPN": "SFP-10GLR-31",
            "SFPVendorRev": "A",
            "SFPVendorSN": f"S{shelf.identity.serial}{name[-1]}",
        }
        none = dict.fromkeys(sfp, "") | {"SFPType": "none"}
        return {
            "Link": up,
            "Fdx": up,
            "Fiber": ten,
            "Speed": speed,
            **(sfp if ten else none),
            "Present": ten,
            "LossOfSignal": ten and not up,
            "TxFault": False,
        }

    return per_interface(shelf, params, row)


def port_config(shelf: SimShelf, params: Params) -> Any:
    def row(name: str) -> dict[str, Any]:
        port = shelf.running.switchports.get(name)
        ghn = shelf.running.ports.get(int(name.rpartition("/")[2])) if port is None else None
        target = port or ghn
        speed = "force10GModeFdx" if name.startswith("10G") else "force2G5ModeFdx" if ghn else "autoNegMode"
        return {
            "Shutdown": bool(target and target.shutdown),
            "Speed": speed,
            "MediaType": "sfp" if name.startswith("10G") else "rj45",
            "FC": "off",
            "MTU": 2014 if ghn else 2048,
            "Rfc5517Mode": PORT_MODES[(target.isolation if target else 1) - 1],
        }

    return per_interface(shelf, params, row)


def port_statistics(shelf: SimShelf, params: Params) -> Any:
    def row(name: str) -> dict[str, Any]:
        rx, tx, errors = shelf.traffic.read(name, shelf.clock.now())
        return {"RxOctets": rx, "TxOctets": tx, "RxPackets": rx // 800, "TxPackets": tx // 800, "RxErrors": errors, "TxErrors": 0}

    return per_interface(shelf, params, row)


def board(shelf: SimShelf, params: Params) -> dict[str, Any]:
    who = shelf.identity
    return {
        "MacAddress": mac_text(shelf, who.base_mac),
        "BoardSerial": who.serial,
        "BoardType": who.model.name,
        "HardwareVersion": who.hardware_version,
        "Fpga1Version": 24,
        "Fpga2Version": -1,
    }


def system_info(shelf: SimShelf, params: Params) -> dict[str, Any]:
    return {"Hostname": shelf.running.hostname, "Contact": shelf.running.contact, "Location": shelf.running.location}


def system_info_set(shelf: SimShelf, params: Params) -> None:
    struct = struct_of(params, {"Hostname", "Contact", "Location"})
    for name, value in struct.items():
        setattr(shelf.running, name.lower(), text(value))


def images(shelf: SimShelf, params: Params) -> list[dict[str, Any]]:
    who = shelf.identity
    rows = (("linux", who.software), ("linux.bk", shelf.firmware.alternate))
    return [
        {"key": at, "val": {"Name": name, "Version": version, "BuiltDate": who.build_date, "CodeRevision": str(who.revision)}}
        for at, (name, version) in enumerate(rows, 1)
    ]


def switch_image(shelf: SimShelf, params: Params) -> list[dict[str, Any]]:
    who = shelf.identity
    return [
        {
            "key": 1,
            "val": {
                "ChipId": "VSC7468",
                "BoardType": "Jaguar2-cu8sfp16",
                "PortCnt": len(who.interfaces),
                "Product": who.product,
                "Version": who.software,
                "BuiltDate": who.build_date,
            },
        }
    ]


def image_upload(shelf: SimShelf, params: Params) -> None:
    struct = struct_of(params, {"DoUpload", "ImageType", "Url", "NoSwap"})
    if not boolean(struct.get("DoUpload", False)):
        return
    shelf.firmware.begin(text(struct.get("Url", "")), swap=not boolean(struct.get("NoSwap", False)))


def image_swap(shelf: SimShelf, params: Params) -> None:
    if boolean(struct_of(params, {"SwapFirmware"}).get("SwapFirmware", False)):
        shelf.firmware.swap()


def upload_status(shelf: SimShelf, params: Params) -> dict[str, Any]:
    return {"Status": shelf.firmware.status}


def config_copy(shelf: SimShelf, params: Params) -> None:
    if boolean(struct_of(params, {"ConfigCopy"}).get("ConfigCopy", False)):
        shelf.firmware.copy_configuration()


def copy_set(shelf: SimShelf, params: Params) -> None:
    names = {"Copy", "SourceConfigType", "SourceConfigFile", "DestinationConfigType", "DestinationConfigFile", "Merge"}
    struct = struct_of(params, names)
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
    struct = struct_of(params, {"SourceConfigType", "SourceConfigFile"})
    source = f"{struct.get('SourceConfigType', '')} {struct.get('SourceConfigFile', '')}"
    if "default-config" in source:
        return running_config.render(shelf, shelf.default_config())
    if "startup" in source:
        return running_config.render(shelf, shelf.startup)
    return running_config.render(shelf, shelf.running)


def upload(shelf: SimShelf, params: Params) -> None:
    try:
        shelf.running = running_config.parse(shelf, text(exactly(params)[0]))
    except SyntaxProblem as problem:
        raise RefusedText(str(problem).removeprefix("% "), "errLoadSrc") from None


def files(shelf: SimShelf, params: Params) -> list[dict[str, Any]]:
    sizes = (len(running_config.render(shelf, shelf.default_config())), len(running_config.render(shelf, shelf.startup)))
    rows = (("default-config", sizes[0], "r-"), ("startup-config", sizes[1], "rw"))
    return [
        {"key": at, "val": {"FileName": name, "Bytes": size, "Attribute": attribute}}
        for at, (name, size, attribute) in enumerate(rows, 1)
    ]


def reboot_set(shelf: SimShelf, params: Params) -> None:
    if len(params) not in (1, 2) or not isinstance(params[-1], dict):
        raise BadParams("object expected")
    if params[-1].get("Type", "coldReboot") != "noReboot":
        shelf.reboot()


METHODS: dict[str, Method] = {
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
    "firmware.status.imageUpload.get": upload_status,
    "firmware.control.configCopy.set": config_copy,
    "icfg.control.copy.set": copy_set,
    "icfg.status.copy.get": copy_status,
    "icfg.control.download.get": download,
    "icfg.control.upload.set": upload,
    "icfg.status.file.get": files,
}
