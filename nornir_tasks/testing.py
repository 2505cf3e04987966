"""Stand-ins for tests: a reader over recorded values, and a tiny SNMPv2c agent that misbehaves on request."""

from __future__ import annotations

import socket
import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto.api import v2c

from .connections.snmp import Oid, SnmpValue, cells_by_get
from .errors import DeviceError
from .gam import oids
from .gam.oids import Table


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

    def cells(self, entry: Oid, columns: Sequence[int], indexes: Sequence[Oid]) -> dict[Oid, dict[int, SnmpValue]]:
        """Cells of a table by index and column number."""
        return cells_by_get(self, entry, columns, indexes)

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
    OID the one behind ``wrap_to``, else the first, comes again; ``error``: status answered to everything; ``garbage``: answer
    these octets.
    """

    values: dict[Oid, Any]
    community: str = "public"
    drop: int = 0
    most_repetitions: int = 100
    wrap_at: Oid | None = None
    wrap_to: Oid = ()
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
                after = self.wrap_to
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


ENDPOINT_MAC = "00:0e:d8:19:97:e6"
UNKNOWN_MAC = "00:0e:d8:1c:95:08"


def recorded_shelf() -> dict[Oid, SnmpValue]:
    """A GAM-12-C, firmware 1.5.4, as an SNMP walk of a real one showed it, with one unknown endpoint and two alarms added.

    Endpoint 1 works on port 12; ``UNKNOWN_MAC`` is plugged into port 4 and not configured.
    """
    values: dict[Oid, SnmpValue] = {}

    def cells(table: Table, index: Oid, **row: SnmpValue) -> None:
        values.update({(*table.column(column), *index): value for column, value in row.items()})

    for group, scalars in ((oids.SYSTEM, _SYSTEM), (oids.BOARD, _BOARD)):
        values.update({group.oids[name]: value for name, value in scalars.items()})
    values[oids.SUBSCRIBER_MODEL] = 0
    for number, (name, tenths) in enumerate(_TEMPERATURES, start=1):
        cells(oids.TEMPERATURE, (number,), name=name, tenths=tenths)
    for number, rpm in enumerate((9299, 9165, 9433, 9433)):
        cells(oids.FAN, (number,), rpm=rpm)
    cells(oids.POWER, (1, 1), state=0, text=b"Main power supply")
    cells(oids.POWER, (1, 2), state=2, text=b"Redundant power supply")
    cells(oids.LED, (1,), text=b"System LED: green, solid, normal indication.")
    for image, name, version in ((0, b"RedBoot", b"version 1_4-23440"), (1, b"linux", _IMAGE), (2, b"linux.bk", _IMAGE)):
        cells(oids.IMAGE, (image,), name=name, version=version)
    for number in range(1, 13):
        live = number == 12
        index = (oids.IFINDEX_GHN + number,)
        mac = bytes.fromhex("000ed81a85ca")[:-1] + bytes([0xC9 + number])
        cells(oids.PORT_CONFIG, index, name=b"C#" if live else b"", mac=mac, medium=0, isolation=1)
        cells(oids.PORT_STATUS, index, enabled=1, mac=mac, endpoint_macs=b"00:0E:D8:19:97:E6" if live else b"")
        cells(oids.PORT_DETAIL, index, hardware=b"DCP962C", serial=b"0" * 63, uptime=b"53 days, 14h 28m 19s", firmware=_MODEM)
        cells(oids.PORT_DETAIL, index, usable_mbps=1362 if live else 0)
        cells(oids.IF, index, admin_status=1, oper_status=1 if live else 2, in_errors=0, out_errors=0)
        cells(
            oids.IFX, index, name=f"G.hn 1/{number}".encode(), in_octets=1000 * number, out_octets=2**40 + number, high_speed=2500
        )
    for number, name, speed in (
        (13, b"10GigabitEthernet 1/1", 10000),
        (14, b"10GigabitEthernet 1/2", 10000),
        (15, b"GigabitEthernet 1/1", 1000),
    ):
        index = (oids.IFINDEX_GHN + number,)
        cells(oids.IF, index, admin_status=1, oper_status=2 if number == 14 else 1, in_errors=1, out_errors=2)
        cells(oids.IFX, index, name=name, in_octets=5, out_octets=6, high_speed=speed)
    cells(oids.IFX, (100,), name=b"VLAN  100", in_octets=1, out_octets=1, high_speed=0)
    cells(oids.SFP, (oids.IFINDEX_GHN + 13,), **_SFP)
    known, unknown = (bytes.fromhex(mac.replace(":", "")) for mac in (ENDPOINT_MAC, UNKNOWN_MAC))
    cells(oids.ENDPOINT_CONFIG, (1,), mac=known, name=b"Positron_1997E6", port=1000012, auto_port=2)
    cells(oids.ENDPOINT_BY_ID, (1,), mac=known, **_KNOWN)
    cells(oids.ENDPOINT_DETAIL_BY_ID, (1,), **_KNOWN_DETAIL)
    cells(oids.ENDPOINT_BY_MAC, tuple(known), mac=known, **_KNOWN)
    cells(oids.ENDPOINT_DETAIL_BY_MAC, tuple(known), **_KNOWN_DETAIL)
    cells(oids.ENDPOINT_BY_MAC, tuple(unknown), mac=unknown, **_UNKNOWN)
    cells(oids.ENDPOINT_DETAIL_BY_MAC, tuple(unknown), **{**_KNOWN_DETAIL, "serial": b"0" * 63})
    for number, alarm in enumerate(_ALARMS, start=1):
        cells(oids.ACTIVE_ALARM, (number,), **alarm)
    return values


type _Row = dict[str, SnmpValue]

_MODEM = b"POS-GAM-HE-P2MP SPIRIT.v7_10_r713+7_positron_24260"
_IMAGE = b"GAM-12/24-C_v1.5.4"
_SYSTEM: _Row = {
    "description": b"GAM-12-C GigaBit Ethernet Switch, firmware GAM-12/24-C_v1.5.4",
    "object_id": (*oids.PRODUCTS, 14),
    "uptime": 463_109_912,
    "contact": b"",
    "name": b"shelf-1",
    "location": b"basement",
}
_BOARD: _Row = {
    "mac": bytes.fromhex("000ed81a85b2"),
    "serial": b"01234567",
    "type": b"GAM-12-C",
    "hardware_version": b"ASY-2100-25,R09",
    "cpu_100ms": 72,
    "cpu_1s": 76,
    "cpu_10s": 76,
    "uptime_text": b"53d 14:24:1\x0732",
}
_TEMPERATURES = ((b"Intake#1", 169), (b"Intake#2", 148), (b"Exhaust#1", 142), (b"Exhaust#2", 120), (b"CPU", 185))
_ETHERNET = ((b"10GigabitEthernet 1/1", 10000), (b"10GigabitEthernet 1/2", 10000), (b"GigabitEthernet 1/1", 1000))
_SFP: _Row = {
    "vendor": b"OEM",
    "part_number": b"SFP-10G-LR",
    "serial": b"A1234",
    "temperature_c": b"33.840",
    "voltage_v": b"3.2910",
    "tx_bias_ma": b"0.8864 +",
    "tx_power_dbm": b"-2.0321",
    "rx_power_dbm": b"-3.6041 ++",
}
_KNOWN: _Row = {
    "id": 1,
    "name": b"Positron_1997E6",
    "configured_port": 1000012,
    "auto_port": 2,
    "detected_port": 1000012,
    "subscriber_name": b"C#",
    "profile_name": b"500M",
    "state": 1,
    "model_type": 4,
    "model_text": b"G1001-C",
    "firmware_mismatch": 2,
}
_KNOWN_DETAIL: _Row = {
    "alive": 1,
    "device_name": b"G1001-C",
    "serial": b"ASY-2103-20,R12,01124908,23284",
    "uptime": b"4 days, 23h 13m 1s",
    "firmware": b"G1001C-CPE-P2MP SPIRIT.v7_10_r713+7_positron_24260",
    "wire_length_m": 0,
    "rx_phy_mbps": 1805,
    "tx_phy_mbps": 1744,
    "rx_max_mbps": 1410,
    "tx_max_mbps": 1362,
    "rx_usage_mbps": 0,
    "tx_usage_mbps": 0,
}
_UNKNOWN: _Row = {
    "id": 0,
    "name": b"",
    "configured_port": 0,
    "auto_port": 2,
    "detected_port": 1000004,
    "subscriber_name": b"",
    "profile_name": b"",
    "state": 3,
    "model_type": 15,
    "model_text": b"G1002-C+",
    "firmware_mismatch": 1,
}
_ALARMS: tuple[_Row, ...] = (
    {
        "if_index": 1000012,
        "uuid": bytes(range(16)),
        "entity": b"G.hn-12",
        "condition": 11,
        "severity": 3,
        "service_affecting": 1,
        "occurred": b"2024-11-27T17:03:21-05:00",
    },
    {
        "if_index": 1000000001,
        "uuid": bytes(range(16, 32)),
        "entity": b"",
        "condition": 15,
        "severity": 3,
        "service_affecting": 2,
        "occurred": bytes.fromhex("07e80b1b110315002d0500"),
    },
)
