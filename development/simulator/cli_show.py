"""``show …`` commands. Layouts are the vendor CLI guide's samples; where there is none, a plain table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import alarms as al
from . import running_config, texts
from .cli_exec import find_endpoint
from .cli_output import Output
from .refusals import Refused, RefusedText
from .state import STATE_NAMES, EndpointView, SimShelf
from .words import Word, incomplete, invalid, keyword, number, vlan_list

if TYPE_CHECKING:
    from .cli import CliSession

type Show = Callable[[SimShelf, list[Word]], str]


def upper(mac: str) -> str:
    """A MAC address as lists print it."""
    return mac.upper()


def dashed(mac: str) -> str:
    """A MAC address as system texts print it."""
    return mac.replace(":", "-")


# ------------------------------------------------------------------------------------------------------------ system


def version(shelf: SimShelf, words: list[Word]) -> str:
    who, running = shelf.identity, shelf.running
    name = running.hostname
    rows = [
        f"MAC Address      : {dashed(who.base_mac)}",
        "Previous Restart : Cold",
        "",
        f"System Contact   : {running.contact}",
        f"System Name      : {name}",
        f"System Location  : {running.location}",
        f"System Time      : {shelf.clock.text()}",
        f"System Uptime    : {texts.days(shelf.uptime, 'short')}",
        "",
        "",
        "Bootloader",
        "----------",
        "Image            : RedBoot (bootloader)",
        "Version          : version 1_4-23440",
        "Date             : 2022-06-01T09:12:44-04:00",
        "",
        "Active Image",
        "------------",
        "Image            : linux (primary)",
        f"Version          : {who.software}",
        f"Date             : {who.build_date}",
        "",
        "Backup Image",
        "------------",
        "Image            : linux.bk (backup)",
        f"Version          : {shelf.running_image_alternate}",
        f"Date             : {who.build_date}",
        "",
        "------------------",
        "SID : 1",
        "------------------",
        "Chipset ID       : VSC7468",
        "Board Type       : Jaguar2-cu8sfp16",
        f"Port Count       : {len(who.interfaces)}",
        f"Product          : {who.product}",
        f"Software Version : {who.software}",
        f"Build Date       : {who.build_date}",
        f"Code Revision    : {who.revision}",
    ]
    return "\n".join(rows)


def running(shelf: SimShelf, words: list[Word]) -> str:
    feature = ""
    if words:
        what = keyword(words[0], ["all-defaults", "feature", "interface", "vlan"])
        if what == "feature":
            if len(words) < 2:
                raise incomplete()
            feature = words[1].text.lower()
            if feature not in ("ghn", "ghn-agent"):
                raise invalid(words[1])
            feature = "ghn"
    head = "Building configuration" + ("..." if shelf.variants.building_dots else "")
    return f"{head}\n{running_config.render(shelf, shelf.running, feature)}"


def startup(shelf: SimShelf, words: list[Word]) -> str:
    return running_config.render(shelf, shelf.startup)


def clock(shelf: SimShelf, words: list[Word]) -> str:
    return f"System Time: {shelf.clock.text()}"


def directory(shelf: SimShelf, words: list[Word]) -> str:
    default = len(running_config.render(shelf, shelf.default_config()))
    saved = len(running_config.render(shelf, shelf.startup))
    return (
        f"Directory of flash:\n    r- 1970-01-01 00:00:00 {default:>8} default-config\n"
        f"    rw 2024-10-10 00:39:26 {saved:>8} startup-config\n2 files, {default + saved} bytes total."
    )


def more(shelf: SimShelf, words: list[Word]) -> str:
    name = words[0].text.removeprefix("flash:")
    if name == "default-config":
        return running_config.render(shelf, shelf.default_config())
    if name == "startup-config":
        return running_config.render(shelf, shelf.startup)
    raise RefusedText(f"Cannot open {words[0].text}: No such file or directory")


def cpu_status(shelf: SimShelf, words: list[Word]) -> str:
    loads = zip(("100 ms", "  1 sec", " 10 sec"), texts.cpu(shelf), strict=True)
    return "\n".join(f"    Average load in {name:<7} : {load}%" for name, load in loads)


def led_status(shelf: SimShelf, words: list[Word]) -> str:
    return texts.led(shelf)


def temperature_status(shelf: SimShelf, words: list[Word]) -> str:
    line = "-" * 37
    rows = [line, "Sensor Location   Current Temperature", line]
    readings = list(zip(texts.SENSORS, texts.temperatures(shelf), strict=True))
    for name, celsius in readings[-1:] + readings[:-1]:
        place, number_sign, count = name.partition("#")
        label = f"{place:<8}#{count}:" if number_sign else f"{place}:"
        rows.append(f"{label:<17} {celsius:.1f}(C), {celsius * 1.8 + 32:.1f}(F)")
    return "\n".join(rows)


def fan_status(shelf: SimShelf, words: list[Word]) -> str:
    return "\n".join(f"Fan #{at}: {rpm} RPM" for at, rpm in enumerate(texts.fans(shelf), 1)) or "No fan in this system"


def logging(shelf: SimShelf, words: list[Word]) -> str:
    rows = ["Switch logging host mode is disabled", "", "ID       Level    Time                       Message", "-" * 80]
    names = {3: "Error", 4: "Warning", 5: "Notice", 6: "Info"}
    rows += [f"{row.id:<8} {names[row.level]:<8} {shelf.clock.text(row.time)}  {row.text}" for row in shelf.syslog]
    return "\n".join(rows)


def controller(shelf: SimShelf, words: list[Word]) -> str:
    rows = ["Period : 5 minutes"]
    kept = [line.split(" ", 4)[-1] for line in shelf.running.globals.values() if line.startswith("controller announcement url")]
    return "\n".join(rows + [f"URL #{at} : {kept[at - 1] if at <= len(kept) else ''}" for at in range(1, 5)])


def ip_brief(shelf: SimShelf, words: list[Word]) -> str:
    rows = ["Interface  Address              Method   Status", "---------  -------------------  -------  ------"]
    for vid, item in sorted(shelf.running.vlan_interfaces.items()):
        bits = sum(f"{int(part):b}".count("1") for part in item.mask.split(".")) if item.mask else 0
        method = "DHCP" if item.address == "dhcp" else "Manual"
        rows.append(f"{f'VLAN {vid}':<10} {f'{item.address}/{bits}':<20} {method:<8} UP")
    return "\n".join(rows)


def ip_route(shelf: SimShelf, words: list[Word]) -> str:
    rows = []
    for vid, item in sorted(shelf.running.vlan_interfaces.items()):
        if item.mask:
            net = ".".join(str(int(a) & int(b)) for a, b in zip(item.address.split("."), item.mask.split("."), strict=True))
            rows += [f"0.0.0.0/0 via {net.rpartition('.')[0]}.1", f"{net}/24 via VLAN{vid}"]
    return "\n".join(rows)


def interface_status(shelf: SimShelf, words: list[Word]) -> str:
    names = _interfaces(shelf, words)
    rows = ["Interface                Mode   Speed & Duplex  Flow Control  Max Frame  Excessive  Link",
            "---------------------------------------------------------------------------------------"]  # fmt: skip
    for name in names:
        speed = "10G FDX" if name.startswith("10G") else "2.5G FDX" if name.startswith("G.hn") else "Auto"
        frame = 2014 if name.startswith("G.hn") else 2048
        link = speed.replace(" ", "").replace("Auto", "1Gfdx") if shelf.link_up(name) else "Down"
        rows.append(f"{name:<24} {'enabled':<8}{speed:<15} {'disabled':<13} {frame:<10} {'Discard':<10} {link}")
    return "\n".join(rows)


def interface_statistics(shelf: SimShelf, words: list[Word]) -> str:
    rows = []
    for name in _interfaces(shelf, words):
        rx, tx, errors = shelf.traffic.read(name, shelf.clock.now())
        rows += [f"{name} Statistics:", "", f"Rx Packets: {rx // 800:>19}   Tx Packets: {tx // 800:>19}",
                 f"Rx Octets:  {rx:>19}   Tx Octets:  {tx:>19}", f"Rx Errors:  {errors:>19}", ""]  # fmt: skip
    return "\n".join(rows)


def _interfaces(shelf: SimShelf, words: list[Word]) -> list[str]:
    if words[0].text == "*":
        return list(shelf.identity.interfaces)
    kind, place = words[0], words[1]
    if place.text == "*":
        return [name for name in shelf.identity.interfaces if name.startswith(kind.text + " ")]
    ports = vlan_list(Word(place.text.partition("/")[2], place.column))
    names = [f"{kind.text} 1/{port}" for port in ports]
    if any(name not in shelf.identity.interfaces for name in names):
        raise invalid(place)
    return names


# --------------------------------------------------------------------------------------------------------- endpoints


def discover(shelf: SimShelf, words: list[Word]) -> str:
    """Everything discovered or configured, by port. An endpoint that is configured and absent shows at its configured port."""
    rows = [" Port  MACAddress         Configured  IsUP", " -----------------------------------------"]
    found = [(view.detected_port or (view.endpoint.port if view.endpoint else 0), view) for view in shelf.views()]
    for port, view in sorted(found, key=lambda pair: (pair[0], pair[1].mac)):
        if port:
            rows.append(f" {port:>2}    {upper(view.mac)}  {'yes' if view.endpoint else 'no':<11} {'yes' if view.cpe else 'no'}")
    return "\n".join(rows)


def endpoint(shelf: SimShelf, words: list[Word]) -> str:
    what, rest = _split_what(words, ["configuration", "statistics", "status", "detail"])
    view = find_endpoint(shelf, rest)
    if what[:1] == ["configuration"]:
        return _endpoint_configuration(view)
    if what[:1] == ["statistics"]:
        return _statistics(shelf, f"cpe {view.mac}", f"Endpoint {view.id} ({view.mac})")
    if what[:1] == ["status"]:
        return _endpoint_status(shelf, view, detail="detail" in what)
    raise incomplete()


def _split_what(words: list[Word], known: list[str]) -> tuple[list[str], list[Word]]:
    at = 2 if words and not words[0].text.isdigit() else 1
    return [keyword(word, known) for word in words[at:]], words[:at]


def _endpoint_configuration(view: EndpointView) -> str:
    item = view.endpoint
    if item is None:
        raise Refused(9)
    place = str(item.port) if item.port else "Auto" if item.auto_port else "Unassigned"
    return "\n".join(
        [f" MAC: {item.mac}", f" Name: {item.name}", f" Description: {item.description}",
         f" Management Access: {'Yes' if item.allow_mgmt else 'No'}", f" GAM port Id: {place}"]  # fmt: skip
    )


def _endpoint_status(shelf: SimShelf, view: EndpointView, *, detail: bool) -> str:
    if view.cpe is None:
        raise Refused(12)
    cpe = view.cpe
    rows = [f" Discovered Endpoint on G.hn port {view.detected_port}", f" Endpoint MAC: {view.mac}"]
    if not detail:
        return "\n".join([*rows, f" State: {STATE_NAMES[view.state]}"])
    down, up = (int(value) for value in shelf.usage(view))
    pairs: list[tuple[str, str]] = [
        ("Model", cpe.model),
        ("Serial no", texts.serial_short(view)),
        ("FW Version", cpe.firmware),
        ("Downstream Current Allocated Bandwidth", f"{cpe.rx_phy:>4} Mbps"),
        ("Upstream Current Allocated Bandwidth", f"{cpe.tx_phy:>4} Mbps"),
        ("Downstream Max Allocatable Bandwidth", f"{cpe.rx_max:>4} Mbps"),
        ("Upstream Max Allocatable Bandwidth", f"{cpe.tx_max:>4} Mbps"),
        ("Downstream Current Usage", f"{down:>4} Mbps"),
        ("Upstream Current Usage", f"{up:>4} Mbps"),
        ("Downstream Number of Allocated Bands", "1" if cpe.copper else "0"),
        ("Upstream Number of Allocated Bands", "1" if cpe.copper else "0"),
        ("Estimated Wire Length", f"{cpe.wire_length_m} m"),
        ("Uptime", texts.days(shelf.clock.now() - cpe.booted_at)),
    ]
    return "\n".join([*rows, *(f" {name:<39}: {value}" for name, value in pairs)])


def _statistics(shelf: SimShelf, key: str, title: str) -> str:
    rx, tx, errors = shelf.traffic.read(key, shelf.clock.now())
    return f" {title}\n Rx bytes  : {rx}\n Tx bytes  : {tx}\n Rx frames : {rx // 800}\n Tx frames : {tx // 800}\n Rx errors : {errors}"


def port(shelf: SimShelf, words: list[Word]) -> str:
    at = number(words[0], 1, shelf.identity.model.ports) if words else 0
    if not at or len(words) < 2:
        raise incomplete()
    item = shelf.running.ports[at]
    what = keyword(words[1], ["configuration", "statistics", "status"])
    if what == "statistics":
        return _statistics(shelf, shelf.identity.model.ghn_interface(at), f"G.hn port {at}")
    if what == "configuration":
        return "\n".join(
            [f" Enable: {'No' if item.shutdown else 'Yes'}", f" Name: {item.name}", f" MAC: {shelf.identity.ghn_mac(at)}",
             f" Mode: {item.mode.upper()}"]  # fmt: skip
        )
    there = [view for view in shelf.views() if view.detected_port == at]
    return "\n".join([f" Active Links: {len(there)}", " Discovered Endpoint MAC:", *(f"       {view.mac}" for view in there)])


def subscriber(shelf: SimShelf, words: list[Word]) -> str:
    item = shelf.running.subscribers.get(_id(words, 384))
    if item is None:
        raise Refused(7)
    rows = [f" Name: {item.name}", f" Description: {item.description}", f" Vlan: {item.vlan} {'Tagged' if item.tagged else 'Untagged'}"]
    if item.remapped:
        rows.append(f" Remapped Vlan: {item.remapped}")
    if item.port2:
        rows.append(f" Port 2 Vlan: {item.port2}")
    rows += [f" Endpoint Id: {item.endpoint_id or 'None'}", f" BW profile Id: {item.profile_id or 'None'}"]
    return "\n".join([*rows, " Allowed Vlan: " + ",".join(map(str, item.allowed))])


def profile(shelf: SimShelf, words: list[Word]) -> str:
    item = shelf.running.profiles.get(_id(words, 15))
    if item is None:
        raise Refused(21)
    return "\n".join([f" Name: {item.name}", f" Description: {item.description}", f" DS: {item.ds} Mbps", f" US: {item.us} Mbps"])


def _id(words: list[Word], high: int) -> int:
    if not words:
        raise incomplete()
    if len(words) > 1:
        keyword(words[1], ["configuration"])
    return number(words[0], 1, high)


def firmware_endpoint(shelf: SimShelf, words: list[Word]) -> str:
    view = find_endpoint(shelf, words)
    return f" Endpoint MAC: {view.mac}\n Status: Ready: initial status\n Mismatch: {'Yes' if view.cpe and view.cpe.firmware_mismatch else 'No'}"


def max_snr(shelf: SimShelf, words: list[Word]) -> str:
    if len(words) < 2:
        raise incomplete()
    view = find_endpoint(shelf, [Word("mac-address", 0), words[0]])
    if view.cpe is None:
        raise RefusedText("Error querying G.hn device.  May be missing or busy.")
    rate = view.cpe.rx_phy if keyword(words[1], ["upstream", "downstream"]) == "downstream" else view.cpe.tx_phy
    return f" Max SNR: {min(52, 12 + rate // 45)} dB"


def alarm_active(shelf: SimShelf, words: list[Word]) -> str:
    rows = [" Sev  SvAff  Entity      Alarm            Occurrence Date/Time       Description",
            " ---  -----  ----------  ---------------  -------------------------  -----------"]  # fmt: skip
    for alarm in shelf.alarms.active.values():
        cause = alarm.cause
        name = al.CLI_NAMES[cause.condition]
        rows.append(
            f" {al.SHORT[cause.severity]:<3}  {'YES' if cause.service_affecting else 'NO':<5}  {cause.entity:<10}  {name:<15}  "
            f"{shelf.clock.text(alarm.occurred)}  {al.DESCRIPTIONS[cause.condition]}"
        )
    return "\n".join(rows)


def alarm_log(shelf: SimShelf, words: list[Word]) -> str:
    states = ("RAISE", "CLEAR", "CHANGE", "TRANSIENT")
    rows = [" State      Sev  SvAff  Entity      Alarm            Report Date/Time"]
    for row in shelf.alarms.log:
        cause = row.cause
        rows.append(
            f" {states[row.state]:<9}  {al.SHORT[cause.severity]:<3}  {'YES' if cause.service_affecting else 'NO':<5}  {cause.entity:<10}  "
            f"{al.CLI_NAMES[cause.condition]:<15}  {shelf.clock.text(row.reported)}"
        )
    return "\n".join(rows)


def ddmi(shelf: SimShelf, words: list[Word]) -> str:
    rows = []
    for name in shelf.identity.model.uplink_interfaces:
        celsius, volt, bias, tx, rx = texts.ddmi(shelf, name)
        rows += [f"{name}", f" Temperature(C) : {celsius}", f" Voltage(V)     : {volt}", f" Tx Bias(mA)    : {bias}",
                 f" Tx Power(dBm)  : {tx}", f" Rx Power(dBm)  : {rx}"]  # fmt: skip
    return "\n".join(rows)


def lldp(shelf: SimShelf, words: list[Word]) -> str:
    return "No LLDP neighbor information available"


def vlan_brief(shelf: SimShelf, words: list[Word]) -> str:
    used = {1, *shelf.running.vlan_interfaces, *(item.vlan for item in shelf.running.subscribers.values())}
    rows = ["VLAN  Name                              Interfaces", "----  --------------------------------  ----------"]
    return "\n".join(rows + [f"{vid:<4}  {'default' if vid == 1 else f'VLAN{vid:04d}':<32}" for vid in sorted(used)])


def _of(show: Show) -> Callable[[CliSession, list[Word]], Output]:
    return lambda session, words: Output(show(session.shelf, words))


def _terminal(session: CliSession, words: list[Word]) -> Output:
    return Output(f"Line is vty 0.\n    * You are at this line now.\n    Alive from ssh.\n    Default privileged level is 15.\n"
                  f"    Terminal length is {session.length} lines.\n    Terminal width is {session.width} columns.")  # fmt: skip


def _history(session: CliSession, words: list[Word]) -> Output:
    return Output("\n".join(session.history[-32:]))


def _myself(session: CliSession, words: list[Word]) -> Output:
    return Output(f"Line is vty 0.\n    * You are at this line now.\n    Connection is from 127.0.0.1 by SSH.\n    User name is {session.user}.")


_INTERFACE = "show interface G.hn|10GigabitEthernet|GigabitEthernet <list>"
COMMANDS: list[tuple[str, Callable[[CliSession, list[Word]], Output]]] = [
    ("show version", _of(version)),
    ("show running-config", _of(running)),
    ("show running-config ...", _of(running)),
    ("show startup-config", _of(startup)),
    ("show clock", _of(clock)),
    ("dir", _of(directory)),
    ("more <file>", _of(more)),
    ("show system cpu status", _of(cpu_status)),
    ("show system led status", _of(led_status)),
    ("show system temperature status", _of(temperature_status)),
    ("show system fan status", _of(fan_status)),
    ("show logging", _of(logging)),
    ("show controller announcement", _of(controller)),
    ("show ip interface brief", _of(ip_brief)),
    ("show ip route", _of(ip_route)),
    ("show interface * status", lambda session, words: Output(interface_status(session.shelf, [Word("*", 0)]))),
    ("show interface * statistics", lambda session, words: Output(interface_statistics(session.shelf, [Word("*", 0)]))),
    (f"{_INTERFACE} status", _of(interface_status)),
    (f"{_INTERFACE} statistics", _of(interface_statistics)),
    ("show ghn discover all", _of(discover)),
    ("show ghn endpoint ...", _of(endpoint)),
    ("show ghn port ...", _of(port)),
    ("show ghn subscriber ...", _of(subscriber)),
    ("show ghn bw-profile ...", _of(profile)),
    ("show ghn firmware upgrade endpoint ...", _of(firmware_endpoint)),
    ("show ghn maxsnr endpoint-mac ...", _of(max_snr)),
    ("show alarm active", _of(alarm_active)),
    ("show alarm log", _of(alarm_log)),
    ("show ddmi", _of(ddmi)),
    ("show lldp neighbors", _of(lldp)),
    ("show vlan", _of(vlan_brief)),
    ("show vlan brief", _of(vlan_brief)),
    ("show terminal", _terminal),
    ("show history", _history),
    ("show users myself", _myself),
]
