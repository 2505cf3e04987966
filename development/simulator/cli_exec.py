"""Exec-mode commands that do something: configure, save, reload, firmware, clear, ping."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import running_config
from .cli_output import Output
from .command_log import CommandKind
from .refusals import Refused, RefusedText
from .rules import normal_mac
from .state import EndpointView, SimShelf
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


def _firmware_upgrade(session: CliSession, words: list[Word]) -> Output:
    load = session.shelf.firmware.load_now(words[0].text)
    return _output("Downloaded image, programming flash. The system will restart.", load, close=True)


def _firmware_swap(session: CliSession, words: list[Word]) -> Output:
    text = f"Alternate image activated, now rebooting: {session.shelf.firmware.alternate}"
    return _output(text, session.shelf.firmware.swap, close=True)


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


def _firmware_endpoint(session: CliSession, words: list[Word]) -> Output:
    view = _endpoint_up(session.shelf, words)
    return _output(
        f"% Starting firmware upgrade of G.hn Endpoint {view.mac}", lambda: session.shelf.firmware.upgrade_endpoint(view)
    )


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
