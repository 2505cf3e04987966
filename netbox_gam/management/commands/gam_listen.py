"""``netbox gam_listen``: read a GAM early when it sends an SNMP notification or a syslog message."""

from __future__ import annotations

import selectors
import signal
import socket
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, connection

from netbox_gam.workflows.hints import Hints

TICK_SECONDS = 1.0
LEARN_EVERY_SECONDS = 60.0
TELL_EVERY_SECONDS = 300.0
AT_A_TIME = 500
"""Datagrams taken between two looks at the clock, so that a flood of them starves nothing."""
LONGEST = 65_535


class Command(BaseCommand):
    """An optional process beside the workers. It writes nothing but when a GAM is read next."""

    help = "Listen for SNMP notifications and syslog of GAMs, and have the GAM that sent one read early"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="", help="address to listen on (default: all)")
        parser.add_argument("--trap-port", type=int, default=162, help="UDP port for SNMP notifications, 0 for none (default 162)")
        parser.add_argument("--syslog-port", type=int, default=514, help="UDP port for syslog, 0 for none (default 514)")

    def handle(self, *args: Any, **options: Any) -> None:
        ports = {name: options[f"{name}_port"] for name in ("trap", "syslog")}
        if not any(ports.values()):
            raise CommandError("--trap-port and --syslog-port are both 0: there is nothing to listen for.")
        sockets = []
        try:
            for name, port in ports.items():
                if port:
                    sockets.append(open_socket(options["address"], port, f"--{name}-port"))
            self.stdout.write(f"Listening on UDP port {' and '.join(str(port) for port in ports.values() if port)}.")
            stopped: list[int] = []
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda received, _frame: stopped.append(received))
            self.listen(sockets, Hints(), lambda: bool(stopped))
        finally:
            for each in sockets:
                each.close()

    def listen(self, sockets: Sequence[socket.socket], hints: Hints, stopped: Callable[[], bool]) -> None:
        """Take hints until told to stop. Where PostgreSQL is away they wait; where it hangs the kernel's buffer holds some."""
        learned = told = -1e9
        with selectors.DefaultSelector() as selector:
            for each in sockets:
                selector.register(each, selectors.EVENT_READ)
            while not stopped():
                now = time.monotonic()
                try:
                    if now - learned >= LEARN_EVERY_SECONDS:
                        hints.learn()
                        learned = now
                    self.take_for(selector, hints, TICK_SECONDS)
                    hints.flush()
                except (DatabaseError, InterfaceError) as error:
                    self.stderr.write(f"The database: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
                    connection.close()
                    time.sleep(TICK_SECONDS)
                if now - told >= TELL_EVERY_SECONDS:
                    self.stdout.write(str(hints.counts))
                    told = now
        self.stdout.write(str(hints.counts))

    @staticmethod
    def take_for(selector: selectors.BaseSelector, hints: Hints, seconds: float) -> None:
        """Take what comes in for some seconds."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for key, _events in selector.select(left):
                take_waiting(key.fileobj, hints)  # type: ignore[arg-type]


def take_waiting(source: socket.socket, hints: Hints) -> None:
    """Take the datagrams that wait in a socket."""
    for _ in range(AT_A_TIME):
        try:
            octets, sender = source.recvfrom(LONGEST)
        except (BlockingIOError, InterruptedError):
            return
        hints.take(sender[0], octets)


def open_socket(address: str, port: int, option: str) -> socket.socket:
    """A UDP socket on an address, or on all of IPv4 and IPv6.

    :raises CommandError: naming the option and what to do
    """
    if not 0 < port < 65536:
        raise CommandError(f"{option} is {port}: a UDP port from 1 to 65535 is needed, or 0 for none.")
    both = not address and socket.has_dualstack_ipv6()
    opened = socket.socket(socket.AF_INET6 if both or ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        if both:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        opened.setblocking(False)
        opened.bind((address, port))
    except PermissionError:
        opened.close()
        raise CommandError(
            f"{option} {port}: the system allows ports below 1024 to root only. Give the process CAP_NET_BIND_SERVICE, "
            "or take a higher port and have the shelves or a redirect use it."
        ) from None
    except OSError as error:
        opened.close()
        raise CommandError(f"{option} {port} on {address or 'all addresses'}: {error.strerror or error}.") from None
    return opened
