"""A fleet: shelves, and the servers that put them on the network, all in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import asyncssh
from aiohttp import web

from development.town import Town, TownShelf

from .http_server import ShelfHttp
from .ports import bind
from .snmp_agent import SnmpAgent
from .snmp_usm import UsmUser
from .ssh_server import LEGACY, ShelfSshServer, host_key
from .state import SimShelf
from .variants import Variants

ACCOUNTS = {"gam_username": "admin", "gam_password": "", "snmp_community": "public"}


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports of a served fleet, the same on all addresses. ``control`` is on 127.0.0.1 (0 when not served)."""

    ssh: int
    http: int
    snmp: int
    control: int = 0


class Fleet:
    """Shelves by name, and the accounts they share."""

    def __init__(self, shelves: Iterable[SimShelf], accounts: dict[str, str] | None = None) -> None:
        self.shelves = {shelf.name: shelf for shelf in shelves}
        self.accounts = ACCOUNTS | (accounts or {})
        self.ports: Ports | None = None

    @classmethod
    def from_town(cls, town: Town, *, base: str = "", vlan_rows: bool = True) -> Fleet:
        """All shelves of a town.

        :param base: first loopback address; without it each shelf has the town's
        :param vlan_rows: the first GAM-4-CX-AC lists every VLAN in IF-MIB, as the captured one did
        """
        return cls.from_shelves(town.shelves, town.accounts, base=base, vlan_rows=vlan_rows)

    @classmethod
    def from_shelves(
        cls, shelves: Iterable[TownShelf], accounts: dict[str, str] | None = None, *, base: str = "", vlan_rows: bool = False
    ) -> Fleet:
        """Shelves as the town describes them, with its accounts. See :meth:`from_town`."""
        known = ACCOUNTS | (accounts or {})
        placed = list(shelves)
        if base:
            first = ipaddress.IPv4Address(base)
            placed = [replace(shelf, address=str(first + at)) for at, shelf in enumerate(placed)]
        full = next((shelf.name for shelf in placed if shelf.model == "GAM-4-CX-AC"), None) if vlan_rows else None
        return cls(
            (
                SimShelf(
                    shelf,
                    username=known["gam_username"],
                    password=known["gam_password"],
                    variants=Variants(readonly_community=known["snmp_community"], vlan_rows_in_ifmib=shelf.name == full),
                )
                for shelf in placed
            ),
            known,
        )

    @property
    def usm_users(self) -> tuple[UsmUser, ...]:
        """The v3 user of the accounts, if there is one."""
        name = self.accounts.get("snmp_v3_user", "")
        if not name:
            return ()
        return (UsmUser(name, self.accounts["snmp_v3_auth_key"], self.accounts["snmp_v3_priv_key"]),)

    @contextlib.asynccontextmanager
    async def serve(self, *, ssh: int = 0, http: int = 0, snmp: int = 0, control: int | None = None) -> AsyncIterator[Ports]:
        """Put the fleet on the network for as long as the context lasts.

        Port 0 picks one that is free on all shelf addresses. ``control`` None: no control interface.

        :raises NoPort: a wanted port is taken
        """
        addresses = [shelf.identity.address for shelf in self.shelves.values()]
        async with contextlib.AsyncExitStack() as stack:
            ssh_port, ssh_sockets = bind(addresses, ssh, socket.SOCK_STREAM)
            _closing(stack, ssh_sockets)
            http_port, http_sockets = bind(addresses, http, socket.SOCK_STREAM)
            _closing(stack, http_sockets)
            snmp_port, snmp_sockets = bind(addresses, snmp, socket.SOCK_DGRAM)
            _closing(stack, snmp_sockets)
            for shelf, ssh_socket, http_socket, snmp_socket in zip(
                self.shelves.values(), ssh_sockets, http_sockets, snmp_sockets, strict=True
            ):
                await _serve_ssh(stack, shelf, ssh_socket)
                await _serve_http(stack, ShelfHttp(shelf), http_socket)
                await _serve_snmp(stack, shelf, self.usm_users, snmp_socket)
            control_port = 0
            if control is not None:
                from .control import ControlHttp

                control_port, (control_socket,) = bind(["127.0.0.1"], control, socket.SOCK_STREAM)
                _closing(stack, [control_socket])
                await _serve_http(stack, ControlHttp(self), control_socket)
            self.ports = Ports(ssh_port, http_port, snmp_port, control_port)
            yield self.ports

    def describe(self) -> list[dict[str, Any]]:
        """Name, address, model and transports of each shelf."""
        return [
            {
                "name": shelf.name,
                "address": shelf.identity.address,
                "model": shelf.identity.model.name,
                "serial": shelf.identity.serial,
                "jsonrpc": shelf.jsonrpc,
                "snmp_v3": shelf.snmp_v3,
            }
            for shelf in self.shelves.values()
        ]


def _closing(stack: contextlib.AsyncExitStack, sockets: list[socket.socket]) -> None:
    for item in sockets:
        stack.callback(item.close)


async def _serve_ssh(stack: contextlib.AsyncExitStack, shelf: SimShelf, bound: socket.socket) -> None:
    options: dict[str, Any] = LEGACY if shelf.variants.legacy_ssh else {}
    acceptor = await asyncssh.listen(
        sock=bound,
        server_factory=lambda: ShelfSshServer(shelf),
        server_host_keys=[host_key(shelf)],
        line_editor=False,
        encoding=None,
        allow_scp=False,
        login_timeout=30,
        **options,
    )
    stack.callback(acceptor.close)


async def _serve_http(stack: contextlib.AsyncExitStack, handler: Callable[[web.BaseRequest], Any], bound: socket.socket) -> None:
    protocol = web.Server(handler)
    server = await asyncio.get_running_loop().create_server(protocol, sock=bound)
    stack.push_async_callback(protocol.shutdown, 0.1)
    stack.callback(server.close)


async def _serve_snmp(stack: contextlib.AsyncExitStack, shelf: SimShelf, users: tuple[UsmUser, ...], bound: socket.socket) -> None:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: SnmpAgent(shelf, users), sock=bound)
    stack.callback(transport.close)
