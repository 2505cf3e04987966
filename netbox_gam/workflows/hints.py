"""Traps and syslog messages of shelves, as hints that something happened: the shelf is read early, and the reading tells what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from .. import gateway, settings
from ..choices import AddressSourceChoices
from ..models import GamDevice
from . import scheduling


@dataclass
class HintCounts:
    """Datagrams since the start. ``unknown``: from addresses of no polled GAM; ``polls``: readings brought forward."""

    traps: int = 0
    syslog: int = 0
    unknown: int = 0
    garbage: int = 0
    polls: int = 0

    def __str__(self) -> str:
        return (
            f"{self.traps} SNMP notifications, {self.syslog} syslog messages, {self.polls} readings brought forward; "
            f"ignored: {self.unknown} of unknown senders, {self.garbage} not understood"
        )


class Hints:
    """Gathers hints between two looks at the database. Holds no more than the ids of the GAMs there are."""

    def __init__(self) -> None:
        self.counts = HintCounts()
        self._gams: dict[str, set[int]] = {}
        self._waiting: set[int] = set()

    def learn(self) -> int:
        """Look up which GAM has which address; how many addresses there are."""
        known: dict[str, set[int]] = {}
        gams = GamDevice.objects.filter(polling_enabled=True)
        for gam in gams.select_related("device__primary_ip4", "device__primary_ip6", "device__oob_ip"):
            for address in _addresses(gam):
                known.setdefault(address, set()).add(gam.pk)
        self._gams = known
        return len(known)

    def take(self, sender: str, octets: bytes) -> None:
        """Note one datagram. Of unknown senders nothing is even looked at."""
        gams = self._gams.get(plain(sender))
        if not gams:
            self.counts.unknown += 1
            return
        kind = gateway.recognise_hint(octets)
        if kind is None:
            self.counts.garbage += 1
            return
        if kind == "trap":
            self.counts.traps += 1
        else:
            self.counts.syslog += 1
        self._waiting |= gams

    def flush(self) -> int:
        """Have the GAMs read from which hints came; how many were brought forward. What fails is tried again next time."""
        if not self._waiting:
            return 0
        brought = scheduling.request_poll_from(self._waiting, not_within_seconds=settings.hint_seconds())
        self._waiting = set()
        self.counts.polls += brought
        return brought


def plain(address: str) -> str:
    """An address in its one spelling: without zone, an IPv4 address that came by an IPv6 socket as such."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(parsed)


def _addresses(gam: GamDevice) -> Iterator[str]:
    """Every address a GAM may send from: that it is asked at, and its device's others."""
    device = gam.device
    for ip in (device.primary_ip4, device.primary_ip6, device.oob_ip):
        if ip is not None:
            yield str(ip.address.ip)
    if gam.address_source == AddressSourceChoices.OVERRIDE:
        try:
            yield plain(gam.address_override)
        except ValueError:
            return  # A name: it sends from an address nobody told us.
