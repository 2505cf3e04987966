"""Exec-mode commands that do something: configure, save, reload, firmware, clear, ping."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from . import running_config
from .cli_output import Output
from .command_log import CommandKind
from .refusals import Refused, RefusedText
from .rules import normal_mac
from .state import SPIRIT, EndpointView, SimShelf
from .words import Word, incomplete, invalid, keyword, number

if TYPE_CHECKING:
    from .cli import CliSession

type Run = Callable[["CliSession", list[Word]], Output]


def _output(text: str = "", then: Callable[[], None] | None = None, *, close: bool = False) -> Output:
    return Output(text, close, then)


def _configure(session: CliSession, words: list[Word]) -> Output:
    session.mode = "config"
    return _output()


def _leave(session: CliSession, words: list[Word]) -> Output:
    return _output(close=True)


def _nothing(session: CliSession, words: list[Word]) -> Output:
    return _output()


def _length(session: CliSession, words: list[Word]) -> Output:
    session.length = number(words[0], 0, 512)
    return _output()


def _width(session: CliSession, words: list[Word]) -> Output:
    session.width = number(words[0], 0, 512)
    return _output()


def _save(session: CliSession, words: list[Word]) -> Output:
    size = len(running_config.render(session.shelf, session.shelf.running))
    return _output(f"Building configuration...\n% Saving {size} bytes to flash:startup-config", session.shelf.save)


def _load(session: CliSession, words: list[Word]) -> Output:
    return _output(then=session.shelf.load_startup)


def _reload(session: CliSession, words: list[Word]) -> Output:
    return _output("% Cold reload in progress, please stand by.", session.shelf.reboot, close=True)


def _defaults(session: CliSession, words: list[Word]) -> Output:
    shelf = session.shelf

    def forget() -> None:
        kept = shelf.running.vlan_interfaces
        shelf.running = shelf.default_config()
        if words:
            shelf.running.vlan_interfaces = kept

    return _output("% Reloading defaults. Please stand by.", forget)


def upgrade(shelf: SimShelf, url: str) -> Callable[[], None]:
    """Load an image by its file name (``gam12-24_coax_1_8_2_r28146.mfip``) into the other partition.

    :raises RefusedText: not an image's URL, or one of another family
    """
    found = re.search(r"gam(12-24|4-8)_(coax|mimo)_(\d+)_(\d+)_(\d+)", url)
    if not re.match(r"(https?|tftp|ftp)://", url) or not found:
        raise RefusedText("Firmware download failed: invalid URL", "errInvalidUrl")
    family = f"GAM-{found.group(1).replace('-', '/')}-{'C' if found.group(2) == 'coax' else 'M'}"
    if family != shelf.identity.model.firmware_family:
        raise RefusedText("Firmware image is not compatible with this device", "errIncompatibleTarget")
    version = ".".join(found.groups()[2:])
    return lambda: setattr(shelf, "running_image_alternate", f"{family}_v{version}")


def swap(shelf: SimShelf) -> None:
    """Boot the other partition."""
    active = shelf.identity.software
    shelf.identity = replace(shelf.identity, version=shelf.running_image_alternate.rpartition("_v")[2])
    shelf.running_image_alternate = active
    shelf.reboot()


def _firmware_upgrade(session: CliSession, words: list[Word]) -> Output:
    load = upgrade(session.shelf, words[0].text)

    def run() -> None:
        load()
        swap(session.shelf)

    return _output("Downloaded image, programming flash. The system will restart.", run, close=True)


def _firmware_swap(session: CliSession, words: list[Word]) -> Output:
    text = f"Alternate image activated, now rebooting: {session.shelf.running_image_alternate}"
    return _output(text, lambda: swap(session.shelf), close=True)


def find_endpoint(shelf: SimShelf, words: list[Word]) -> EndpointView:
    """The endpoint that ``<id>`` or ``mac-address M`` names. :raises SyntaxProblem: :raises Refused: 9 or 12"""
    if not words:
        raise incomplete()
    if words[0].text.isdigit():
        ident = number(words[0], 1, 384)
        found = next((view for view in shelf.views() if view.id == ident), None)
        if found is None:
            raise Refused(9)
        return found
    keyword(words[0], ["mac-address"])
    if len(words) < 2:
        raise incomplete()
    try:
        mac = normal_mac(words[1].text)
    except Refused:
        raise invalid(words[1]) from None
    found = next((view for view in shelf.views() if view.mac == mac), None)
    if found is None:
        raise Refused(12)
    return found


def _endpoint_up(shelf: SimShelf, words: list[Word]) -> EndpointView:
    view = find_endpoint(shelf, words)
    if view.cpe is None:
        raise Refused(12)
    return view


def _reboot_endpoint(session: CliSession, words: list[Word]) -> Output:
    view = _endpoint_up(session.shelf, words)
    return _output(
        f"% Rebooting G.hn Endpoint {view.id} with MAC: {view.mac}",
        lambda: setattr(view.cpe, "booted_at", session.shelf.clock.now()),
    )


def upgrade_endpoint(shelf: SimShelf, view: EndpointView) -> None:
    """Give an endpoint the firmware that comes with the shelf's image."""
    if view.cpe:
        view.cpe.firmware = f"{view.cpe.model.replace('-', '')}-CPE-P2MP {SPIRIT}"
        view.cpe.firmware_mismatch = False
        view.cpe.booted_at = shelf.clock.now()


def _firmware_endpoint(session: CliSession, words: list[Word]) -> Output:
    view = _endpoint_up(session.shelf, words)
    return _output(f"% Starting firmware upgrade of G.hn Endpoint {view.mac}", lambda: upgrade_endpoint(session.shelf, view))


def _clear_port(session: CliSession, words: list[Word]) -> Output:
    port = number(words[0], 1, session.shelf.identity.model.ports)
    return _output(then=lambda: session.shelf.traffic.clear([session.shelf.identity.model.ghn_interface(port)]))


def _clear_endpoint(session: CliSession, words: list[Word]) -> Output:
    if words and keyword(words[-1], ["statistics"]):
        view = find_endpoint(session.shelf, words[:-1])
        return _output(then=lambda: session.shelf.traffic.clear([f"cpe {view.mac}"]))
    raise incomplete()


def _delete(session: CliSession, words: list[Word]) -> Output:
    name = words[0].text.removeprefix("flash:")
    if name != "startup-config":
        raise RefusedText("Permission denied" if name == "default-config" else "No such file")
    shelf = session.shelf
    return _output(then=lambda: setattr(shelf, "startup", shelf.default_config()))


def _ping(session: CliSession, words: list[Word]) -> Output:
    try:
        ipaddress.IPv4Address(words[0].text)
    except ValueError:
        raise invalid(words[0]) from None
    rows = [f"PING server {words[0].text}, 56 bytes of data."]
    rows += [f"64 bytes from {words[0].text}: icmp_seq={number_}, time=0ms" for number_ in range(5)]
    return _output("\n".join([*rows, "Sent 5 packets, received 5 OK, 0 bad"]))


COMMANDS: list[tuple[str, Run, CommandKind]] = [
    ("configure terminal", _configure, "read"),
    ("exit", _leave, "read"),
    ("logout", _leave, "read"),
    ("enable", _nothing, "read"),
    ("enable <level>", _nothing, "read"),
    ("disable", _nothing, "read"),
    ("help", _nothing, "read"),
    ("terminal length <lines>", _length, "read"),
    ("terminal width <columns>", _width, "read"),
    ("terminal editing", _nothing, "read"),
    ("no terminal editing", _nothing, "read"),
    ("copy running-config startup-config", _save, "save"),
    ("copy startup-config running-config", _load, "write"),
    ("reload cold", _reload, "write"),
    ("reload defaults", _defaults, "write"),
    ("reload defaults keep-ip", lambda session, words: _defaults(session, [Word("keep-ip", 0)]), "write"),
    ("firmware upgrade <url>", _firmware_upgrade, "write"),
    ("firmware swap", _firmware_swap, "write"),
    ("ghn firmware upgrade endpoint ...", _firmware_endpoint, "write"),
    ("reboot ghn endpoint ...", _reboot_endpoint, "write"),
    ("clear ghn port <number> statistics", _clear_port, "write"),
    ("clear ghn endpoint ...", _clear_endpoint, "write"),
    ("delete <file>", _delete, "write"),
    ("ping ip <address>", _ping, "read"),
    ("ping ip <address> ...", _ping, "read"),
]
