"""Stand-ins for tests: a reader over recorded values, and a tiny SNMPv2c agent that misbehaves on request."""

from __future__ import annotations

import socket
import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto.api import v2c

from .connections.snmp import Oid, SnmpValue
from .errors import DeviceError


class RecordedReader:
    """A :class:`~nornir_tasks.connections.snmp.SnmpReader` over a dictionary.

    :param failures: subtrees whose reading raises the error given
    """

    def __init__(self, values: Mapping[Oid, SnmpValue], failures: Mapping[Oid, DeviceError] | None = None) -> None:
        self.values = dict(values)
        self.failures = dict(failures or {})

    def get(self, oids: Iterable[Oid]) -> dict[Oid, SnmpValue]:
        """Values of the given instances, those that exist."""
        wanted = list(oids)
        for oid in wanted:
            self._fail(oid)
        return {oid: self.values[oid] for oid in wanted if oid in self.values}

    def walk(self, base: Oid, after: Oid | None = None) -> list[tuple[Oid, SnmpValue]]:
        """All instances below ``base``, in order."""
        self._fail(base)
        start = after or base
        return sorted((oid, value) for oid, value in self.values.items() if oid[: len(base)] == base and oid > start)

    def close(self) -> None:
        """Nothing is held."""

    def _fail(self, oid: Oid) -> None:
        for base, error in self.failures.items():
            if oid[: len(base)] == base:
                raise error


@dataclass
class SnmpAgent:
    """A v2c agent: what it knows (pysnmp values by OID) and how it misbehaves.

    ``drop``: answer none of the next n requests; ``most_repetitions``: silent above that GETBULK size; ``wrap_at``: after this
    OID the first one comes again; ``error``: status answered to everything; ``garbage``: answer these octets.
    """

    values: dict[Oid, Any]
    community: str = "public"
    drop: int = 0
    most_repetitions: int = 100
    wrap_at: Oid | None = None
    error: int = 0
    too_big_above: int = 100
    garbage: bytes = b""
    seen: list[str] = field(default_factory=list)
    port: int = 0

    def answer(self, datagram: bytes) -> bytes | None:
        """The answer to one datagram, or None for silence."""
        message, _ = decoder.decode(datagram, asn1Spec=v2c.Message())
        if str(v2c.apiMessage.get_community(message)) != self.community:
            return None
        pdu = v2c.apiMessage.get_pdu(message)
        kind = pdu.__class__.__name__
        self.seen.append(kind)
        if self.drop:
            self.drop -= 1
            return None
        if self.garbage:
            return self.garbage
        reply = v2c.GetResponsePDU()
        v2c.apiPDU.set_defaults(reply)
        v2c.apiPDU.set_request_id(reply, v2c.apiPDU.get_request_id(pdu))
        names = [tuple(name) for name, _ in v2c.apiPDU.get_varbinds(pdu)]
        if kind == "GetBulkRequestPDU":
            size = int(v2c.apiBulkPDU.get_max_repetitions(pdu))
            if size > self.most_repetitions:
                return None
            rows = self._following(names[0], size)
        elif kind == "GetNextRequestPDU":
            rows = self._following(names[0], 1)
        else:
            rows = [(name, self.values.get(name, v2c.NoSuchInstance())) for name in names]
        status = self.error or (1 if len(rows) > self.too_big_above else 0)
        if status:
            v2c.apiPDU.set_error_status(reply, status)
            rows = []
        v2c.apiPDU.set_varbinds(reply, [(v2c.ObjectIdentifier(name), value) for name, value in rows])
        v2c.apiMessage.set_pdu(message, reply)
        encoded: bytes = encoder.encode(message)
        return encoded

    def _following(self, after: Oid, count: int) -> list[tuple[Oid, Any]]:
        order = sorted(self.values)
        rows: list[tuple[Oid, Any]] = []
        for _ in range(count):
            if self.wrap_at is not None and after >= self.wrap_at:
                after = ()
            at = bisect_right(order, after)
            if at == len(order):
                rows.append((after, v2c.EndOfMibView()))
                break
            after = order[at]
            rows.append((after, self.values[after]))
        return rows


@contextmanager
def serving(agent: SnmpAgent) -> Iterator[SnmpAgent]:
    """Serve an agent on a free loopback port until the block ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        agent.port = server.getsockname()[1]

        def serve() -> None:
            while True:
                datagram, sender = server.recvfrom(65535)
                if datagram == b"stop":
                    return
                answer = agent.answer(datagram)
                if answer is not None:
                    server.sendto(answer, sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield agent
        finally:
            server.sendto(b"stop", ("127.0.0.1", agent.port))
            thread.join(2)
