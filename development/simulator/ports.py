"""Ports that are free on many addresses at once: sockets are bound first and handed to the servers."""

from __future__ import annotations

import random
import socket

TRIES = 200
LOW, HIGH = 20_000, 32_000
"""Below the range the kernel takes outgoing ports from."""


class NoPort(OSError):
    """No port could be had on all addresses."""


def bind(addresses: list[str], port: int, kind: socket.SocketKind) -> tuple[int, list[socket.socket]]:
    """Sockets bound to the same port on all addresses, listening when TCP.

    :param port: 0 picks one that is free everywhere
    :returns: the port and a socket per address, in order
    :raises NoPort: none free, or the wanted one is taken
    """
    choices = [port] if port else random.sample(range(LOW, HIGH), TRIES)
    for choice in choices:
        sockets: list[socket.socket] = []
        try:
            for address in addresses:
                sockets.append(_bound(address, choice, kind))
        except OSError as problem:
            for item in sockets:
                item.close()
            if port:
                raise NoPort(f"port {port} on {address}: {problem.strerror}") from problem
            continue
        return choice, sockets
    raise NoPort(f"no port from {LOW} to {HIGH} free on all of {len(addresses)} addresses in {TRIES} tries")


def _bound(address: str, port: int, kind: socket.SocketKind) -> socket.socket:
    item = socket.socket(socket.AF_INET, kind)
    try:
        if kind == socket.SOCK_STREAM:
            item.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        item.bind((address, port))
        if kind == socket.SOCK_STREAM:
            item.listen(128)
        item.setblocking(False)
    except OSError:
        item.close()
        raise
    return item
