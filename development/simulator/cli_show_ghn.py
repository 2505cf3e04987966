"""``show ghn …``, ``show alarm …`` and ``show ddmi``: endpoints, ports, subscribers, profiles, alarms, optics."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import alarms as al
from . import texts
from .cli_exec import find_endpoint
from .firmware import upgrade_words
from .refusals import Refused, RefusedText
from .state import STATE_NAMES, EndpointView, SimShelf
from .words import Word, incomplete, keyword, number

if TYPE_CHECKING:
    pass

type Show = Callable[[SimShelf, list[Word]], str]


def discover(shelf: SimShelf, words: list[Word]) -> str:
    """Everything discovered or configured, by port. An endpoint that is configured and absent shows at its configured port."""
    rows = [" Port  MACAddress         Configured  IsUP", " -----------------------------------------"]
    found = [(view.detected_port or (view.endpoint.port if view.endpoint else 0), view) for view in shelf.views()]
    for port, view in sorted(found, key=lambda pair: (pair[0], pair[1].mac)):
        if port:
            rows.append(f" {port:>2}    {view.mac.upper()}  {'yes' if view.endpoint else 'no':<11} {'yes' if view.cpe else 'no'}")
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
        [
            f" MAC: {item.mac}",
            f" Name: {item.name}",
            f" Description: {item.description}",
            f" Management Access: {'Yes' if item.allow_mgmt else 'No'}",
            f" GAM port Id: {place}",
        ]
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
    return (
        f" {title}\n Rx bytes  : {rx}\n Tx bytes  : {tx}\n Rx frames : {rx // 800}\n Tx frames : {tx // 800}\n Rx errors : {errors}"
    )


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
            [
                f" Enable: {'No' if item.shutdown else 'Yes'}",
                f" Name: {item.name}",
                f" MAC: {shelf.identity.ghn_mac(at)}",
                f" Mode: {item.mode.upper()}",
            ]
        )
    there = [view for view in shelf.views() if view.detected_port == at]
    return "\n".join([f" Active Links: {len(there)}", " Discovered Endpoint MAC:", *(f"       {view.mac}" for view in there)])


def subscriber(shelf: SimShelf, words: list[Word]) -> str:
    item = shelf.running.subscribers.get(_id(words, 384))
    if item is None:
        raise Refused(7)
    rows = [
        f" Name: {item.name}",
        f" Description: {item.description}",
        f" Vlan: {item.vlan} {'Tagged' if item.tagged else 'Untagged'}",
    ]
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
    mismatch = "Yes" if view.cpe and view.cpe.firmware_mismatch else "No"
    return f" Endpoint MAC: {view.mac}\n Status: {upgrade_words(shelf, view.mac)}\n Mismatch: {mismatch}"


def max_snr(shelf: SimShelf, words: list[Word]) -> str:
    if len(words) < 2:
        raise incomplete()
    view = find_endpoint(shelf, [Word("mac-address", 0), words[0]])
    if view.cpe is None:
        raise RefusedText("Error querying G.hn device.  May be missing or busy.")
    rate = view.cpe.rx_phy if keyword(words[1], ["upstream", "downstream"]) == "downstream" else view.cpe.tx_phy
    return f" Max SNR: {min(52, 12 + rate // 45)} dB"


def alarm_active(shelf: SimShelf, words: list[Word]) -> str:
    rows = [
        " Sev  SvAff  Entity      Alarm            Occurrence Date/Time       Description",
        " ---  -----  ----------  ---------------  -------------------------  -----------",
    ]
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
        affecting = "YES" if cause.service_affecting else "NO"
        rows.append(
            f" {states[row.state]:<9}  {al.SHORT[cause.severity]:<3}  {affecting:<5}  {cause.entity:<10}  "
            f"{al.CLI_NAMES[cause.condition]:<15}  {shelf.clock.text(row.reported)}"
        )
    return "\n".join(rows)


def ddmi(shelf: SimShelf, words: list[Word]) -> str:
    rows = []
    for name in shelf.identity.model.uplink_interfaces:
        celsius, volt, bias, tx, rx = texts.ddmi(shelf, name)
        rows += [
            f"{name}",
            f" Temperature(C) : {celsius}",
            f" Voltage(V)     : {volt}",
            f" Tx Bias(mA)    : {bias}",
            f" Tx Power(dBm)  : {tx}",
            f" Rx Power(dBm)  : {rx}",
        ]
    return "\n".join(rows)


def lldp(shelf: SimShelf, words: list[Word]) -> str:
    return "No LLDP neighbor information available"


def vlan_brief(shelf: SimShelf, words: list[Word]) -> str:
    used = {1, *shelf.running.vlan_interfaces, *(item.vlan for item in shelf.running.subscribers.values())}
    rows = ["VLAN  Name                              Interfaces", "----  --------------------------------  ----------"]
    return "\n".join(rows + [f"{vid:<4}  {'default' if vid == 1 else f'VLAN{vid:04d}':<32}" for vid in sorted(used)])
