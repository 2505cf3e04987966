"""Polling: everything one GAM says about itself over SNMP, as a :class:`DeviceReading`.

Only the subtrees needed are walked: a shelf with thousands of VLAN interfaces and a syslog of ten thousand lines makes a full
walk take minutes (SNMP walk of a real shelf: 4.6 MB).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nornir.core.task import Result, Task

from ..connections.snmp import CONNECTION_NAME, SnmpReader
from ..contracts import (
    AlarmReading,
    DeviceReading,
    EndpointReading,
    EthernetReading,
    PortReading,
    ReadProblem,
    SystemFacts,
)
from ..errors import DeviceError, ErrorKind
from ..gam import oids, snmp_decode
from ..gam.catalog import find_model
from ..gam.oids import Oid, Table
from ..gam.snmp_values import Row, Value, decode_mac, group_row, table_rows

MOST_TIMEOUTS = 2
"""After so many tables that timed out the rest is not tried: each costs the whole waiting time again."""


def poll_device(task: Task) -> Result:
    """Nornir task: read one GAM. The result is a :class:`DeviceReading`.

    :raises DeviceError: nothing could be read, or what answers is not a GAM; a section that fails is a problem in the reading
    """
    reader: SnmpReader = task.host.get_connection(CONNECTION_NAME, task.nornir.config)
    return Result(host=task.host, result=read_shelf(reader, task.host.name))


def read_identity(reader: SnmpReader) -> dict[Oid, Value]:
    """System group, board and subscriber model in one request: enough to tell what answers.

    :raises DeviceError: nothing answers
    """
    return reader.get([*oids.SYSTEM.oids.values(), *oids.BOARD.oids.values(), oids.SUBSCRIBER_MODEL])


def is_gam(identity: Mapping[Oid, Value]) -> bool:
    """Whether an identity is a GAM's: sysObjectID below the vendor's products, or a board the vendor's own table names."""
    object_id = identity.get(oids.SYSTEM.oids["object_id"])
    if not isinstance(object_id, tuple) or object_id[: len(oids.POSITRON)] != oids.POSITRON:
        return False
    below_products = object_id[: len(oids.PRODUCTS)] == oids.PRODUCTS
    return below_products or any(identity.get(oids.BOARD.oids[name]) for name in ("type", "serial"))


def describe(identity: Mapping[Oid, Value]) -> str:
    """What an identity says it is, for messages."""
    row = group_row(oids.SYSTEM, identity, [])
    return row.text("description")[:120] or snmp_decode.decode_object_id(row) or "no system description"


def read_shelf(reader: SnmpReader, name: str, identity: Mapping[Oid, Value] | None = None) -> DeviceReading:
    """Read everything there is about one shelf. ``identity`` saves asking for it again.

    :raises DeviceError: nothing answers (UNREACHABLE, AUTH, TIMEOUT), or what answers is not a GAM (UNSUPPORTED)
    """
    taken_at = datetime.now(UTC)
    known = read_identity(reader) if identity is None else identity
    if not is_gam(known):
        raise DeviceError(ErrorKind.UNSUPPORTED, f"answers SNMP but is not a GAM: {describe(known)}", target=name)
    return _ShelfReading(reader, known).read(name, taken_at)


@dataclass
class _ShelfReading:
    """One reading in the making: what was read, what could not be, and which sections lack rows for it."""

    reader: SnmpReader
    identity: Mapping[Oid, Value]
    problems: list[ReadProblem] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)
    timeouts: int = 0

    def read(self, name: str, taken_at: datetime) -> DeviceReading:
        system = self._system()
        interfaces = self._interfaces()
        ports = self._ports(interfaces or {}, system)
        sections: dict[str, object] = {
            "system": system,
            "ports": ports,
            "ethernet": self._ethernet(interfaces, ports),
            "endpoints": self._endpoints(ports),
            "alarms": self._alarms(),
        }
        read = {section: value for section, value in sections.items() if value is not None}
        return DeviceReading(
            name=name,
            taken_at=taken_at,
            problems=tuple(self.problems),
            sources=dict.fromkeys(read, "snmp"),
            incomplete=frozenset(self.incomplete & read.keys()),
            **read,  # type: ignore[arg-type]
        )

    # ------------------------------------------------------------------------------------------------------ sections

    def _system(self) -> SystemFacts | None:
        facts = snmp_decode.decode_system(
            group_row(oids.SYSTEM, self.identity, self.problems),
            group_row(oids.BOARD, self.identity, self.problems),
            images=self._walk(oids.IMAGE, "name", "version") or {},
            temperatures=self._walk(oids.TEMPERATURE) or {},
            fans=self._walk(oids.FAN) or {},
            power=self._walk(oids.POWER) or {},
            led=self._walk(oids.LED) or {},
        )
        if facts is None:
            self._problem("board", "neither board type nor serial number could be read", ErrorKind.INCOMPLETE)
        return facts

    def _interfaces(self) -> dict[Oid, Row] | None:
        """IF-MIB rows of the physical ports; VLAN interfaces come before them and are stepped over."""
        names = self._attempt(
            oids.IFX.name, lambda: self.reader.walk(oids.IFX.column("name"), (*oids.IFX.column("name"), oids.IFINDEX_GHN))
        )
        if names is None:
            return None
        rows = table_rows(oids.IFX, names, self.problems)
        indexes = [index for index in rows if oids.IFINDEX_GHN < index[0] <= oids.IFINDEX_PORT_LAST]
        standard = self._get(oids.IF, indexes, *oids.IF.columns) or {}
        extended = self._get(oids.IFX, indexes, "in_octets", "out_octets", "high_speed") or {}
        joined: dict[Oid, Row] = {}
        for index in indexes:
            parts = [rows[index], *(table[index] for table in (standard, extended) if index in table)]
            joined[index] = Row("interface", str(index[0]), {k: v for part in parts for k, v in part.values.items()}, self.problems)
        return joined

    def _ports(self, interfaces: Mapping[Oid, Row], system: SystemFacts | None) -> tuple[PortReading, ...] | None:
        status = self._walk(oids.PORT_STATUS)
        # The configuration's other columns are VLAN bitmaps of a kilobyte per port.
        columns = ("name", "medium", "isolation")
        config = self._get(oids.PORT_CONFIG, list(status), *columns) if status else self._walk(oids.PORT_CONFIG, *columns)
        if not status and not config:
            self._problem("ports", "the shelf gave no G.hn ports", ErrorKind.INCOMPLETE)
            return None
        ports = snmp_decode.decode_ports(config or {}, status or {}, interfaces)
        model = find_model(system.model) if system else None
        if not status or (model and len(ports) < model.ports):
            expected = f" of {model.ports}" if model else ""
            self._problem("ports", f"only {len(ports)}{expected} G.hn ports could be read", ErrorKind.INCOMPLETE)
            self.incomplete.add("ports")
        return ports or None

    def _ethernet(
        self, interfaces: Mapping[Oid, Row] | None, ports: tuple[PortReading, ...] | None
    ) -> tuple[EthernetReading, ...] | None:
        if not interfaces:
            return None
        ghn = {port.if_index for port in ports or ()}
        others = {
            index: row for index, row in interfaces.items() if index[0] not in ghn and not row.text("name").startswith("G.hn")
        }
        if not others:
            self._problem("ethernet", "the shelf gave neither uplinks nor MGMT", ErrorKind.INCOMPLETE)
            return None
        return snmp_decode.decode_ethernet(others, self._get(oids.SFP, list(others), *oids.SFP.columns) or {})

    def _endpoints(self, ports: tuple[PortReading, ...] | None) -> tuple[EndpointReading, ...] | None:
        if oids.SUBSCRIBER_MODEL not in self.identity:
            self._problem("endpoints", "the shelf shows no G.hn subtree; check the SNMP view", ErrorKind.INCOMPLETE)
            return None
        configured, seen = self._walk(oids.ENDPOINT_BY_ID, "mac"), self._indexed(oids.ENDPOINT_BY_MAC, "mac")
        if configured is None and seen is None:
            return None
        by_id, by_mac = configured or {}, seen or {}
        alone = [index for index, row in by_id.items() if _octets(row) not in by_mac]
        by_id = _joined(by_id, self._get(oids.ENDPOINT_BY_ID, alone, *_others(oids.ENDPOINT_BY_ID, "mac")) or {})
        detail_by_mac = self._get(oids.ENDPOINT_DETAIL_BY_MAC, list(by_mac), *oids.ENDPOINT_DETAIL_BY_MAC.columns) or {}
        undetailed = [index for index, row in by_id.items() if _octets(row) not in detail_by_mac]
        detail_by_id = self._get(oids.ENDPOINT_DETAIL_BY_ID, undetailed, *oids.ENDPOINT_DETAIL_BY_ID.columns) or {}
        nameless = [index for index, row in by_id.items() if not _octets(row)]
        config = self._get(oids.ENDPOINT_CONFIG, nameless, "mac") or {}
        endpoints = snmp_decode.decode_endpoints(by_id, by_mac, detail_by_id, detail_by_mac, config)
        if configured is None or seen is None or {index[0] for index in by_id} - {one.configured_id for one in endpoints}:
            self.incomplete.add("endpoints")
        self._compare_with_ports(endpoints, ports or ())
        return endpoints if endpoints or not (by_id or by_mac) else None

    def _compare_with_ports(self, endpoints: Sequence[EndpointReading], ports: Sequence[PortReading]) -> None:
        """Endpoints a port lists and the tables of endpoints lack: those tables were not given whole."""
        lacking = sorted({mac for port in ports for mac in port.endpoint_macs} - {endpoint.mac for endpoint in endpoints})
        if lacking:
            self._problem(
                "endpoints", f"listed at a port, but in no table of endpoints: {', '.join(lacking[:5])}", ErrorKind.INCOMPLETE
            )
            self.incomplete.add("endpoints")

    def _alarms(self) -> tuple[AlarmReading, ...] | None:
        rows = self._walk(oids.ACTIVE_ALARM)
        if rows is None:
            return None
        alarms = snmp_decode.decode_alarms(rows)
        if len(alarms) < len(rows):
            self.incomplete.add("alarms")
        return alarms if alarms or not rows else None

    # ------------------------------------------------------------------------------------------------------- reading

    def _walk(self, table: Table, *columns: str) -> dict[Oid, Row] | None:
        """A table's rows, only the columns named if any; None when it could not be read to its end."""
        bases = [table.column(column) for column in columns] or [table.entry]
        cells: list[tuple[Oid, Value]] = []
        for base in bases:
            part = self._attempt(table.name, lambda base=base: self.reader.walk(base))  # type: ignore[misc]
            if part is None:
                return None
            cells += part
        return table_rows(table, cells, self.problems)

    def _indexed(self, table: Table, key: str) -> dict[Oid, Row] | None:
        """A table's rows by walking one column and asking for the others: a quarter of the requests of walking them all."""
        keys = self._walk(table, key)
        return None if keys is None else _joined(keys, self._get(table, list(keys), *_others(table, key)) or {})

    def _get(self, table: Table, indexes: Sequence[Oid], *columns: str) -> dict[Oid, Row] | None:
        """The columns named of rows that are known to exist: fewer requests than walking; None when it fails."""
        wanted = [(*table.column(column), *index) for index in indexes for column in columns]
        values = self._attempt(table.name, lambda: self.reader.get(wanted))
        return None if values is None else table_rows(table, list(values.items()), self.problems)

    def _attempt[T](self, where: str, read: Callable[[], T]) -> T | None:
        if self.timeouts >= MOST_TIMEOUTS:
            self._problem(where, "not read, because the shelf had stopped answering", ErrorKind.TIMEOUT)
            return None
        try:
            return read()
        except DeviceError as error:
            self.timeouts += error.kind in (ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE)
            self._problem(where, error.message, error.kind)
            return None

    def _problem(self, where: str, message: str, kind: ErrorKind) -> None:
        self.problems.append(ReadProblem(where, message, kind))


def _others(table: Table, key: str) -> list[str]:
    return [column for column in table.columns if column != key]


def _joined(rows: Mapping[Oid, Row], more: Mapping[Oid, Row]) -> dict[Oid, Row]:
    return {
        index: Row(row.table, row.index, {**row.values, **more[index].values}, row.problems) if index in more else row
        for index, row in rows.items()
    }


def _octets(row: Row) -> Oid:
    """The index an endpoint has in the tables by MAC; empty without a usable MAC."""
    mac = decode_mac(row.values.get("mac", b""))
    return tuple(bytes.fromhex(mac.replace(":", ""))) if mac else ()
