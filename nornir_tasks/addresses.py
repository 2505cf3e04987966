"""Address ranges as people write them, to single addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .errors import RuleViolation

MOST_ADDRESSES = 4096
_HOST_NAME = re.compile(r"^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?$")
_NUMBERS_ONLY = re.compile(r"^[0-9.]+$")

type IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Address:
    """One address to look at; ``port`` is its SNMP port when the range named one."""

    host: str
    port: int | None = None

    def __str__(self) -> str:
        if self.port is None:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def expand_ranges(ranges: Iterable[str], *, limit: int = MOST_ADDRESSES) -> list[Address]:
    """Every address of the ranges, in order, each once.

    A range is an address or host name (``10.0.0.5``, ``gam1.example``), a network (``10.0.0.0/29``, without network and broadcast
    address), or first and last address (``10.0.0.1-10.0.0.20``, ``10.0.0.1-20``). Addresses, names and ranges may name an SNMP
    port behind a colon, IPv6 addresses in brackets then.

    :raises RuleViolation: (a ValueError) naming the range that makes no sense, or that there are more than ``limit`` addresses
    """
    found: dict[Address, None] = {}
    given = [text.strip() for text in ranges if text.strip()]
    if not given:
        raise RuleViolation("range", "", "give at least one address, network or range")
    for text in given:
        for address in _expand(text):
            found[address] = None
            if len(found) > limit:
                raise RuleViolation("range", text, f"too many addresses; at most {limit} at once")
    return list(found)


def _expand(text: str) -> Iterator[Address]:
    if "/" in text:
        yield from _network(text)
        return
    host, port = _split_port(text)
    first, dash, last = host.partition("-")
    if dash and _is_ip(first):
        yield from _between(text, _ip(text, first), last, port)
    elif _is_ip(host):
        yield Address(str(_ip(text, host)), port)
    elif _HOST_NAME.match(host) and not _NUMBERS_ONLY.match(host):
        yield Address(host, port)
    else:
        raise RuleViolation("range", text, "neither an address, a network, a range of addresses nor a host name")


def _network(text: str) -> Iterator[Address]:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise RuleViolation("range", text, f"not a network: {error}") from error
    for address in network.hosts():
        yield Address(str(address))


def _between(text: str, first: IpAddress, last_text: str, port: int | None) -> Iterator[Address]:
    if last_text.isdigit() and first.version == 4:
        last_text = f"{str(first).rpartition('.')[0]}.{last_text}"
    last = _ip(text, last_text)
    if last.version != first.version or int(last) < int(first):
        raise RuleViolation("range", text, "its last address comes before its first")
    for number in range(int(first), int(last) + 1):
        yield Address(str(type(first)(number)), port)


def _split_port(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        return text, None
    if not port:
        return host, None
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise RuleViolation("range", text, f"{port!r} is not a port from 1 to 65535")
    return host, int(port)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _ip(text: str, part: str) -> IpAddress:
    try:
        return ipaddress.ip_address(part)
    except ValueError as error:
        raise RuleViolation("range", text, str(error)) from error
