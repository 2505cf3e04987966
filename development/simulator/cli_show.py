"""``show …`` commands. Layouts are the vendor CLI guide's samples; where there is none, a plain table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import running_config, texts
from .cli_output import Output
from .refusals import RefusedText
from .state import SimShelf
from .words import Word, incomplete, invalid, keyword, vlan_list

if TYPE_CHECKING:
    from .cli import CliSession

from . import cli_show_ghn as ghn

type Show = Callable[[SimShelf, list[Word]], str]


def version(shelf: SimShelf, words: list[Word]) -> str:
    who, running = shelf.identity, shelf.running
    name = running.hostname
    rows = [
        f"MAC Address      : {who.base_mac.replace(':', '-')}",
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
        f"Version          : {shelf.firmware.alternate}",
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
    rows = [
        "Interface                Mode   Speed & Duplex  Flow Control  Max Frame  Excessive  Link",
        "---------------------------------------------------------------------------------------",
    ]
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
        rows += [
            f"{name} Statistics:",
            "",
            f"Rx Packets: {rx // 800:>19}   Tx Packets: {tx // 800:>19}",
            f"Rx Octets:  {rx:>19}   Tx Octets:  {tx:>19}",
            f"Rx Errors:  {errors:>19}",
            "",
        ]
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


def _of(show: Show) -> Callable[[CliSession, list[Word]], Output]:
    return lambda session, words: Output(show(session.shelf, words))


def _terminal(session: CliSession, words: list[Word]) -> Output:
    return Output(
        f"Line is vty 0.\n    * You are at this line now.\n    Alive from ssh.\n    Default privileged level is 15.\n"
        f"    Terminal length is {session.length} lines.\n    Terminal width is {session.width} columns."
    )


def _history(session: CliSession, words: list[Word]) -> Output:
    return Output("\n".join(session.history[-32:]))


def _myself(session: CliSession, words: list[Word]) -> Output:
    return Output(
        "Line is vty 0.\n    * You are at this line now.\n    Connection is from 127.0.0.1 by SSH.\n"
        f"    User name is {session.user}."
    )


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
    ("show ghn discover all", _of(ghn.discover)),
    ("show ghn endpoint ...", _of(ghn.endpoint)),
    ("show ghn port ...", _of(ghn.port)),
    ("show ghn subscriber ...", _of(ghn.subscriber)),
    ("show ghn bw-profile ...", _of(ghn.profile)),
    ("show ghn firmware upgrade endpoint ...", _of(ghn.firmware_endpoint)),
    ("show ghn maxsnr endpoint-mac ...", _of(ghn.max_snr)),
    ("show alarm active", _of(ghn.alarm_active)),
    ("show alarm log", _of(ghn.alarm_log)),
    ("show ddmi", _of(ghn.ddmi)),
    ("show lldp neighbors", _of(ghn.lldp)),
    ("show vlan", _of(ghn.vlan_brief)),
    ("show vlan brief", _of(ghn.vlan_brief)),
    ("show terminal", _terminal),
    ("show history", _history),
    ("show users myself", _myself),
]
