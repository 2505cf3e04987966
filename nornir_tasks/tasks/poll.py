"""Polling: everything one GAM says about itself over SNMP, as a :class:`DeviceReading`.

What is asked for, and nothing else, is in :mod:`nornir_tasks.gam.read_plan`. Where SNMP is closed or has nothing, JSON-RPC is the
second reader: see :mod:`.poll_rpc`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from nornir.core.task import Result, Task

from ..connections import json_rpc
from ..connections.json_rpc import JsonRpcClient
from ..connections.snmp import CONNECTION_NAME, SnmpReader
from ..contracts import (
    AlarmLogReading,
    AlarmReading,
    DeviceReading,
    DeviceTarget,
    EndpointReading,
    EthernetReading,
    PortReading,
    ReadProblem,
    SystemFacts,
    Transport,
)
from ..errors import DeviceError, ErrorKind
from ..gam import oids, read_plan, snmp_decode
from ..gam.catalog import ENDPOINT_MODELS, find_model
from ..gam.oids import Oid, Table
from ..gam.read_plan import TablePlan
from ..gam.snmp_decode import EndpointTables
from ..gam.snmp_values import Row, Value, cell_rows, decode_mac, group_row, table_rows
from . import poll_rpc

CLOSED = frozenset({ErrorKind.UNREACHABLE, ErrorKind.AUTH, ErrorKind.TIMEOUT, ErrorKind.UNPARSEABLE})
"""How SNMP fails on a shelf where it is closed; a device that is no GAM is not asked again another way."""
MOST_TIMEOUTS = 2
"""After so many tables that timed out the rest is not tried: each costs the whole waiting time again."""
MOST_LOG_ROWS = 2_000
WITHOUT_POE = frozenset(number for number, name in ENDPOINT_MODELS.items() if name != "unknown" and not name.endswith("+"))
"""Numbers of endpoint models that cannot feed PoE; nothing is asked about it."""


def poll_device(task: Task, alarm_log: bool | int = False, jsonrpc: bool | None = None, snr: bool = False) -> Result:
    """Nornir task: read one GAM. The result is a :class:`DeviceReading`.

    :param alarm_log: as in :func:`read_shelf`
    :param jsonrpc: whether JSON-RPC is asked for what SNMP does not give; None: on shelves whose transport it is
    :param snr: also measure signal-to-noise ratios, over JSON-RPC; takes seconds per port
    :raises DeviceError: nothing could be read, or what answers is not a GAM; a section that fails is a problem in the reading
    """
    target: DeviceTarget = task.host["target"]
    second = target.transport is Transport.JSONRPC if jsonrpc is None else jsonrpc
    reader: SnmpReader = task.host.get_connection(CONNECTION_NAME, task.nornir.config)
    try:
        reading = read_shelf(reader, task.host.name, alarm_log=alarm_log)
        if second:
            reading = poll_rpc.completed(reading, _rpc(task))
    except DeviceError as error:
        if not second or error.kind not in CLOSED:
            raise
        reading = _by_rpc_alone(task, error)
    if snr:
        reading = poll_rpc.with_snr(reading, _rpc(task))
    return Result(host=task.host, result=reading)


def _by_rpc_alone(task: Task, error: DeviceError) -> DeviceReading:
    """The reading of a shelf whose SNMP is closed.

    :raises DeviceError: SNMP's own error when JSON-RPC gives nothing either
    """
    try:
        reading = poll_rpc.read_sections(_rpc(task), task.host.name)
    except DeviceError:
        raise error from None
    if not reading.sources:
        raise error
    return replace(reading, problems=(ReadProblem("snmp", error.message, error.kind), *reading.problems))


def _rpc(task: Task) -> JsonRpcClient:
    client: JsonRpcClient = task.host.get_connection(json_rpc.CONNECTION, task.nornir.config)
    return client


def read_identity(reader: SnmpReader) -> dict[Oid, Value]:
    """System group, board and other scalars in one request: enough to tell what answers.

    :raises DeviceError: nothing answers
    """
    return reader.get([oid for group in read_plan.IDENTITY for oid in group.oids.values()])


def is_gam(identity: Mapping[Oid, Value]) -> bool:
    """Whether an identity is a GAM's: sysObjectID below the vendor's products, or what only the vendor's own tables have."""
    object_id = identity.get(oids.SYSTEM.oids["object_id"])
    own = any(oid[: len(oids.POSITRON)] == oids.POSITRON and value != b"" for oid, value in identity.items())
    if not isinstance(object_id, tuple):
        return own
    if object_id[: len(oids.POSITRON)] != oids.POSITRON:
        return False
    return own or object_id[: len(oids.PRODUCTS)] == oids.PRODUCTS


def describe(identity: Mapping[Oid, Value]) -> str:
    """What an identity says it is, for messages."""
    row = group_row(oids.SYSTEM, identity, [])
    return row.text("description")[:120] or snmp_decode.decode_object_id(row) or "no system description"


def read_shelf(
    reader: SnmpReader, name: str, identity: Mapping[Oid, Value] | None = None, *, alarm_log: bool | int = False
) -> DeviceReading:
    """Read everything there is about one shelf. ``identity`` saves asking for it again.

    :param alarm_log: True reads the newest rows of the alarm log, which has to be walked; a number is the index of the last row
        known and costs one request while there is nothing newer; False leaves it
    :raises DeviceError: nothing answers (UNREACHABLE, AUTH, TIMEOUT), or what answers is not a GAM (UNSUPPORTED)
    """
    taken_at = datetime.now(UTC)
    known = read_identity(reader) if identity is None else identity
    if not is_gam(known):
        raise DeviceError(ErrorKind.UNSUPPORTED, f"answers SNMP but is not a GAM: {describe(known)}", target=name)
    return _ShelfReading(reader, known, alarm_log).read(name, taken_at)


@dataclass
class _ShelfReading:
    """One reading in the making: what was read, what could not be, and which sections lack rows for it."""

    reader: SnmpReader
    identity: Mapping[Oid, Value]
    alarm_log: bool | int = False
    problems: list[ReadProblem] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)
    timeouts: int = 0

    def read(self, name: str, taken_at: datetime) -> DeviceReading:
        system = self._system()
        interfaces = self._interfaces(system)
        ports = self._ports(interfaces or {}, system)
        sections: dict[str, object] = {
            "system": system,
            "ports": ports,
            "ethernet": self._ethernet(interfaces, ports),
            "endpoints": self._endpoints(ports),
        }
        log = sections["alarm_log"] = None if self.alarm_log is False else self._alarm_log()
        alarms = sections["alarms"] = self._alarms()
        if log == () and alarms == () and self.alarm_log is True:
            # Not even a log: the shelf does not show its alarms, which is not the same as having none.
            sections["alarms"] = sections["alarm_log"] = None
            self._problem("alarms", "the shelf shows neither alarms nor a log of them; check the SNMP view", ErrorKind.INCOMPLETE)
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
        profiles = self._walk(read_plan.PROFILES)
        facts = snmp_decode.decode_system(
            group_row(oids.SYSTEM, self.identity, self.problems),
            group_row(oids.BOARD, self.identity, self.problems),
            group_row(oids.MORE, self.identity, self.problems),
            images=self._table(read_plan.IMAGES) or {},
            files=self._table(read_plan.FILES) or {},
            temperatures=self._table(read_plan.TEMPERATURES) or {},
            fans=self._table(read_plan.FANS) or {},
            power=self._table(read_plan.POWER) or {},
            led=self._table(read_plan.LED) or {},
            profiles_used=len(profiles) if profiles else None,
        )
        if facts is None:
            self._problem("board", "neither board type nor serial number could be read", ErrorKind.INCOMPLETE)
        return facts

    def _interfaces(self, system: SystemFacts | None) -> dict[Oid, Row] | None:
        """IF-MIB rows of the physical ports, which are asked for by number: VLAN interfaces are never touched."""
        indexes = read_plan.interfaces(find_model(system.model) if system else None)
        standard, extended = self._get(oids.IF, indexes), self._get(oids.IFX, indexes)
        if standard is None or extended is None:
            return None
        indexes = [index for index in indexes if index in standard or index in extended]
        lacking = [index for index in indexes if index not in extended or not extended[index].has("in_octets")]
        old = self._get(oids.IF_OLD, lacking) or {}
        joined: dict[Oid, Row] = {}
        for index in indexes:
            values: dict[str, Value] = dict(standard[index].values) if index in standard else {}
            if index in old:
                values.update(old[index].values)
                values["counter_bits"] = 32
            if index in extended:
                values.update(extended[index].values)
            joined[index] = Row("interface", str(index[0]), values, self.problems)
        return joined

    def _ports(self, interfaces: Mapping[Oid, Row], system: SystemFacts | None) -> tuple[PortReading, ...] | None:
        status = self._table(read_plan.PORTS)
        config = self._get(oids.PORT_CONFIG, list(status)) if status else self._table(read_plan.PORT_CONFIG)
        known = list(status or config or ())
        detail = self._get(oids.PORT_DETAIL, known) if known else self._table(read_plan.PORT_DETAIL)
        if not status and not config and not detail:
            self._problem("ports", "the shelf gave no G.hn ports", ErrorKind.INCOMPLETE)
        ports = snmp_decode.decode_ports(config or {}, status or {}, detail or {}, interfaces)
        model = find_model(system.model) if system else None
        if not status or (model and len(ports) < model.ports):
            if ports:
                expected = f" of {model.ports}" if model else ""
                words = "be read" if status else "be read, and not their status"
                self._problem("ports", f"only {len(ports)}{expected} G.hn ports could {words}", ErrorKind.INCOMPLETE)
            self.incomplete.add("ports")
        return ports or None

    def _ethernet(
        self, interfaces: Mapping[Oid, Row] | None, ports: tuple[PortReading, ...] | None
    ) -> tuple[EthernetReading, ...] | None:
        if interfaces is None:
            return None
        ghn = {port.if_index for port in ports or ()}
        others = {index: row for index, row in interfaces.items() if index[0] not in ghn and not snmp_decode.is_ghn(row)}
        if not others:
            self._problem("ethernet", "the shelf gave neither uplinks nor MGMT", ErrorKind.INCOMPLETE)
            return None
        sfps, status = self._get(oids.SFP, list(others)), self._get(oids.ETHERNET_STATUS, list(others))
        return snmp_decode.decode_ethernet(others, sfps or {}, status or {})

    def _endpoints(self, ports: tuple[PortReading, ...] | None) -> tuple[EndpointReading, ...] | None:
        configured, seen = self._walk(read_plan.ENDPOINTS_BY_ID), self._table(read_plan.ENDPOINTS_BY_MAC)
        if configured is None and seen is None:
            return None
        if not configured and not seen and oids.SUBSCRIBER_MODEL not in self.identity:
            self._problem("endpoints", "the shelf shows no G.hn subtree; check the SNMP view", ErrorKind.INCOMPLETE)
            return None
        by_id, by_mac = configured or {}, seen or {}
        alone = [index for index, row in by_id.items() if _octets(row) not in by_mac]
        by_id = _joined(by_id, self._get(oids.ENDPOINT_BY_ID, alone, read_plan.ENDPOINTS_BY_ID.others) or {})
        tables = self._endpoint_tables(by_id, by_mac, alone)
        nameless = [index for index, row in by_id.items() if not _octets(row)]
        config = self._get(oids.ENDPOINT_CONFIG, nameless, ("mac",)) or {}
        endpoints = snmp_decode.decode_endpoints(by_id, by_mac, tables, config)
        if configured is None or seen is None or {index[0] for index in by_id} - {one.configured_id for one in endpoints}:
            self.incomplete.add("endpoints")
        self._compare_with_ports(endpoints, ports or ())
        return endpoints if endpoints or not (by_id or by_mac) else None

    def _endpoint_tables(self, by_id: Mapping[Oid, Row], by_mac: Mapping[Oid, Row], alone: list[Oid]) -> EndpointTables:
        """The other tables about endpoints: by MAC, and by id for those the tables by MAC lack."""
        macs = list(by_mac)
        detail_by_mac = self._get(oids.ENDPOINT_DETAIL_BY_MAC, macs) or {}
        undetailed = [index for index, row in by_id.items() if _octets(row) not in detail_by_mac]
        here = [octets for octets in macs if octets not in detail_by_mac or detail_by_mac[octets].values.get("alive") != 2]
        feeding = [octets for octets in here if by_mac[octets].values.get("model_type") not in WITHOUT_POE]
        feeding_alone = [index for index in alone if by_id[index].values.get("model_type") not in WITHOUT_POE]
        return EndpointTables(
            detail_by_id=self._get(oids.ENDPOINT_DETAIL_BY_ID, undetailed) or {},
            detail_by_mac=detail_by_mac,
            ethernet_by_id=(self._table(read_plan.ETHERNET_BY_ID) or {}) if alone else {},
            ethernet_by_mac=(self._table(read_plan.ETHERNET_BY_MAC) or {}) if macs else {},
            upgrade_by_id=self._get(oids.ENDPOINT_UPGRADE_BY_ID, alone) or {},
            upgrade_by_mac=self._get(oids.ENDPOINT_UPGRADE_BY_MAC, here) or {},
            poe_by_id=self._get(oids.ENDPOINT_POE_BY_ID, feeding_alone) or {},
            poe_by_mac=self._get(oids.ENDPOINT_POE_BY_MAC, feeding) or {},
            frames_by_id=self._get(oids.ENDPOINT_FRAMES_BY_ID, alone) or {},
            frames_by_mac=self._get(oids.ENDPOINT_FRAMES_BY_MAC, here) or {},
        )

    def _compare_with_ports(self, endpoints: Sequence[EndpointReading], ports: Sequence[PortReading]) -> None:
        """Endpoints a port lists and the tables of endpoints lack: those tables were not given whole."""
        lacking = sorted({mac for port in ports for mac in port.endpoint_macs} - {endpoint.mac for endpoint in endpoints})
        if lacking:
            self._problem(
                "endpoints", f"listed at a port, but in no table of endpoints: {', '.join(lacking[:5])}", ErrorKind.INCOMPLETE
            )
            self.incomplete.add("endpoints")

    def _alarms(self) -> tuple[AlarmReading, ...] | None:
        rows = self._table(read_plan.ALARMS)
        if rows is None:
            return None
        alarms = snmp_decode.decode_alarms(rows)
        if len(alarms) < len(rows):
            self.incomplete.add("alarms")
        return alarms if alarms or not rows else None

    def _alarm_log(self) -> tuple[AlarmLogReading, ...] | None:
        """The newest rows, or those behind the last one known.

        The log has no "newest" and keeps thousands of rows. Where the last index is known, the next few are asked for by name;
        otherwise its first column is walked for the indexes and the newest rows are read.
        """
        rows = self._walk(read_plan.ALARM_LOG) if self.alarm_log is True else self._log_after(int(self.alarm_log))
        if rows is None:
            return None
        newest = dict(list(rows.items())[-read_plan.NEWEST_ALARMS :]) if self.alarm_log is True else rows
        others = self._get(oids.ALARM_LOG, list(newest), read_plan.ALARM_LOG.others)
        if others is None:
            return None
        log = snmp_decode.decode_alarm_log(_joined(newest, others))
        if len(log) < len(newest):
            self.incomplete.add("alarm_log")
        return log if log or not newest else None

    def _log_after(self, last: int) -> dict[Oid, Row] | None:
        """The rows after index ``last``, as far as they follow without a gap of a whole step."""
        rows: dict[Oid, Row] = {}
        while True:
            indexes = [(last + step,) for step in range(1, read_plan.ALARM_LOG_STEP + 1)]
            more = self._get(oids.ALARM_LOG, indexes, (read_plan.ALARM_LOG.key,))
            if more is None:
                return None
            rows.update(more)
            if not more or len(rows) >= MOST_LOG_ROWS:
                return rows
            last = indexes[-1][0]

    # ------------------------------------------------------------------------------------------------------- reading

    def _walk(self, plan: TablePlan) -> dict[Oid, Row] | None:
        """The rows of a table with only the column that is walked; None when it could not be read to its end."""
        cells = self._attempt(plan.table.name, lambda: self.reader.walk(plan.walked))
        return None if cells is None else table_rows(plan.table, cells, self.problems, (plan.key,))

    def _table(self, plan: TablePlan) -> dict[Oid, Row] | None:
        """A table's rows by walking one column and asking for the others: a fraction of the requests of walking them all."""
        keys = self._walk(plan)
        if not keys or not plan.others:
            return keys
        return _joined(keys, self._get(plan.table, list(keys), plan.others) or {})

    def _get(self, table: Table, indexes: Sequence[Oid], columns: Sequence[str] = ()) -> dict[Oid, Row] | None:
        """The columns named, by default all of the plan's, of the rows given; None when that fails. No rows: nothing is asked."""
        if not indexes:
            return {}
        numbers = [table.columns[column] for column in columns or table.columns]
        cells = self._attempt(table.name, lambda: self.reader.cells(table.entry, numbers, indexes))
        return None if cells is None else cell_rows(table, cells, self.problems)

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


def _joined(rows: Mapping[Oid, Row], more: Mapping[Oid, Row]) -> dict[Oid, Row]:
    return {
        index: Row(row.table, row.index, {**row.values, **more[index].values}, row.problems) if index in more else row
        for index, row in rows.items()
    }


def _octets(row: Row) -> Oid:
    """The index an endpoint has in the tables by MAC; empty without a usable MAC."""
    mac = decode_mac(row.values.get("mac", b""))
    return tuple(bytes.fromhex(mac.replace(":", ""))) if mac else ()
