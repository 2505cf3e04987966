"""``python -m development.simulator.canned``: many shelves that answer SNMP v2c from replies encoded once.

For benchmarks of polling, in which the simulator must not be what is measured. All shelves are copies of one simulated shelf but
for the MAC addresses of their endpoints. A request is answered by the simulator itself the first time any shelf sees it; from then
on its reply is a dictionary look-up with the request id put in. Values stand still but for that.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import resource
import selectors
import signal
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from development.town import TownEndpoint, TownProfile, TownService, TownShelf

from .ports import bind
from .snmp_agent import SnmpAgent
from .state import SimShelf
from .variants import Variants

ENDPOINTS = 6
COMMUNITY = "public"
# Place holders for the two octets that tell shelves apart, in octets, in OIDs and in text. Both are under 128, so that an arc of an
# OID stays one octet long; the third octet of the vendor's prefix is two octets long as an arc.
MARK = (0x55, 0x2A)
FORMS = (b"\x00\x0e\xd8%c%c", b"\x00\x0e\x81\x58%c%c")
TEXT = b"00:0E:D8:%02X:%02X"


def template_shelf(endpoints: int = ENDPOINTS) -> TownShelf:
    """A GAM-12-C with some endpoints, all in service: about 480 values to read."""
    prefix = f"00:0e:d8:{MARK[0]:02x}:{MARK[1]:02x}"
    boxes = [
        TownEndpoint(f"{prefix}:{at:02x}", f"0112{at:04d}", "G1001-C", at % 12 + 1, at % 12 + 1, f"house-{at}")
        for at in range(1, endpoints + 1)
    ]
    services = [TownService(at, f"customer-{at}", box.name, 100 + at, "500M") for at, box in enumerate(boxes, 1)]
    return TownShelf(
        index=0,
        name="canned",
        model="GAM-12-C",
        serial="01234567",
        base_mac="00:0e:d8:1a:85:b2",
        firmware="v1.5.4",
        location="bench",
        address="127.0.0.1",
        endpoints=tuple(boxes),
        profiles=(TownProfile(2, "500M", 545, 545),),
        services=tuple(services),
    )


@dataclass
class Replies:
    """Encoded replies by request, both without the request id and with the place holders."""

    agent: SnmpAgent
    known: dict[tuple[bytes, bytes, int], tuple[bytes, bytes] | None] = field(default_factory=dict)

    def template(self, head: bytes, tail: bytes, request_id: bytes) -> tuple[bytes, bytes] | None:
        """What comes before and behind the request id in the reply to a request with place holders; None for silence."""
        key = (head, tail, len(request_id))
        if key not in self.known:
            answer = self.agent.answer(head + request_id + tail)
            self.known[key] = None if answer is None else cut(answer)[::2]  # type: ignore[assignment]
        return self.known[key]


def cut(message: bytes) -> tuple[bytes, bytes, bytes]:
    """A v2c message before, at and behind the octets of its request id."""
    at = _inside(message, 0)  # version
    for _ in range(2):  # past version and community
        at += 2 + message[at + 1]
    at = _inside(message, at)
    length = message[at + 1]
    return message[: at + 2], message[at + 2 : at + 2 + length], message[at + 2 + length :]


def _inside(message: bytes, at: int) -> int:
    """Where the contents of a constructed element begin."""
    length = message[at + 1]
    return at + 2 + (length & 0x7F if length & 0x80 else 0)


@dataclass
class CannedShelf:
    """One address."""

    number: int
    replies: Replies
    delay: float = 0.0
    garbage: bool = False
    cache: dict[tuple[bytes, bytes], tuple[bytes, bytes] | None] = field(default_factory=dict)
    requests: int = 0

    def __post_init__(self) -> None:
        own, mark = (self.number >> 7, self.number & 0x7F), MARK
        self._pairs = [(form % own, form % mark) for form in (*FORMS, TEXT)]

    def answer(self, request: bytes) -> bytes | None:
        """The reply to one datagram."""
        self.requests += 1
        if self.garbage:
            return os.urandom(64)
        head, request_id, tail = cut(request)
        key = (head, tail)
        if key not in self.cache:
            self.cache[key] = self._first(head, tail, request_id)
        found = self.cache[key]
        return None if found is None else found[0] + request_id + found[1]

    def _first(self, head: bytes, tail: bytes, request_id: bytes) -> tuple[bytes, bytes] | None:
        asked = tail
        for own, mark in self._pairs:
            asked = asked.replace(own, mark)
        found = self.replies.template(head, asked, request_id)
        if found is None:
            return None
        before, behind = found
        for own, mark in self._pairs:
            behind = behind.replace(mark, own)
        return before, behind


def serve(options: argparse.Namespace) -> None:
    """Answer until stopped."""
    town = template_shelf(options.endpoints)
    replies = Replies(SnmpAgent(SimShelf(town, username="admin", password="", variants=Variants(readonly_community=COMMUNITY))))
    first = ipaddress.IPv4Address(options.base)
    addresses = [str(first + number) for number in range(options.shelves)]
    port, sockets = bind(addresses, options.port, socket.SOCK_DGRAM)
    selector = selectors.DefaultSelector()
    served = []
    for number, item in enumerate(sockets):
        kind = fault_of(number, options)
        if kind == "dead":
            continue  # bound, so that nothing refuses what is sent there
        shelf = CannedShelf(number, replies, options.slow_seconds if kind == "slow" else 0.0, kind == "garbage")
        selector.register(item, selectors.EVENT_READ, (item, shelf))
        served.append(shelf)
    ready = {"port": port, "addresses": addresses, "faults": [fault_of(number, options) for number in range(options.shelves)]}
    options.state_file.write_text(json.dumps(ready))
    running = [True]
    signal.signal(signal.SIGTERM, lambda *_: running.clear())
    loop(selector, running)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    options.state_file.with_suffix(".used").write_text(
        json.dumps({"cpu_seconds": usage.ru_utime + usage.ru_stime, "requests": sum(shelf.requests for shelf in served)})
    )


def loop(selector: selectors.BaseSelector, running: list[bool]) -> None:
    """Take every datagram there is, answer it, and send what is to be late when its time has come."""
    late: deque[tuple[float, socket.socket, bytes, Any]] = deque()
    while running:
        for key, _ in selector.select(0.02 if late else 0.5):
            item, shelf = key.data
            while True:
                try:
                    request, client = item.recvfrom(4096)
                except BlockingIOError:
                    break
                answer = shelf.answer(request)
                if answer is None:
                    continue
                if shelf.delay:
                    late.append((time.monotonic() + shelf.delay, item, answer, client))
                else:
                    item.sendto(answer, client)
        while late and late[0][0] <= time.monotonic():
            _, item, answer, client = late.popleft()
            item.sendto(answer, client)


def fault_of(number: int, options: argparse.Namespace) -> str:
    """``dead``, ``slow``, ``garbage`` or empty: each in its share, spread over the fleet."""
    place = number * 37 % 100
    if place < options.dead:
        return "dead"
    if place < options.dead + options.slow:
        return "slow"
    return "garbage" if place < options.dead + options.slow + options.garbage else ""


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m development.simulator.canned", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--shelves", type=int, default=1000)
    parser.add_argument("--endpoints", type=int, default=ENDPOINTS)
    parser.add_argument("--base", default="127.9.0.1", help="first address; the others follow")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dead", type=int, default=0, help="per cent that do not answer")
    parser.add_argument("--slow", type=int, default=0, help="per cent that answer late")
    parser.add_argument("--garbage", type=int, default=0, help="per cent that answer what is not SNMP")
    parser.add_argument("--slow-seconds", type=float, default=1.5)
    parser.add_argument("--state-file", type=Path, required=True)
    serve(parser.parse_args())
    return 0


if __name__ == "__main__":
    sys.exit(main())
