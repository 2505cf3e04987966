"""The second reader: what a GAM says over JSON-RPC, as the same :class:`DeviceReading`.

It is asked only where SNMP did not answer at all, or for sections SNMP could not give; never for what was read already. It has no
temperatures, fans, power supplies, optical readings and alarm log. Signal-to-noise ratios are only here, and only on demand: the
shelf measures for seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ..connections.json_rpc import JsonRpcClient
from ..contracts import DeviceReading, EndpointReading, ReadProblem
from ..errors import DeviceError, ErrorKind
from ..gam import rpc_reading
from ..gam.rpc_reading import Fields

SOURCE = "jsonrpc"
SECTIONS = ("system", "ports", "ethernet", "endpoints", "alarms")
SIGNAL = "ghnAgent.diagnostics.signalMeasurement.get"


def read_sections(client: JsonRpcClient, name: str, wanted: Collection[str] = SECTIONS) -> DeviceReading:
    """A reading with the sections wanted.

    :raises DeviceError: not one of them could be read: the error of the first call
    """
    return _RpcReading(client).read(name, wanted)


def completed(reading: DeviceReading, client: JsonRpcClient) -> DeviceReading:
    """A reading with the sections it lacks taken from JSON-RPC, where that has them; otherwise as it was, with the reason."""
    lacking = [section for section in SECTIONS if getattr(reading, section) is None]
    if not lacking:
        return reading
    try:
        more = read_sections(client, reading.name, lacking)
    except DeviceError as error:
        return replace(reading, problems=(*reading.problems, ReadProblem(SOURCE, error.message, error.kind)))
    found = {section: getattr(more, section) for section in lacking if getattr(more, section) is not None}
    return replace(
        reading,
        **found,
        problems=(*reading.problems, *more.problems),
        sources={**reading.sources, **dict.fromkeys(found, SOURCE)},
        incomplete=(reading.incomplete - found.keys()) | (more.incomplete & found.keys()),
    )


def with_snr(reading: DeviceReading, client: JsonRpcClient) -> DeviceReading:
    """A reading with the signal-to-noise ratios of its endpoints, one measurement per port with a single endpoint on it.

    What a measurement says of a port with several endpoints cannot be told apart, so those are left out.
    """
    alone: dict[int, EndpointReading] = {}
    crowded: set[int] = set()
    for endpoint in reading.endpoints or ():
        if endpoint.detected_port and endpoint.alive:
            if endpoint.detected_port in alone:
                crowded.add(endpoint.detected_port)
            alone[endpoint.detected_port] = endpoint
    measured: dict[str, EndpointReading] = {}
    problems: list[ReadProblem] = []
    for port, endpoint in sorted(alone.items()):
        if port in crowded:
            continue
        try:
            down, up = rpc_reading.decode_snr(client.call(SIGNAL, {"PortIfIndex": f"G.hn 1/{port}"}))
        except DeviceError as error:
            problems.append(ReadProblem(f"snr.{port}", error.message, error.kind))
            if error.kind is not ErrorKind.TIMEOUT or "error 53" not in error.message:
                break
            continue
        measured[endpoint.mac] = replace(endpoint, snr_down_db=down, snr_up_db=up)
    endpoints = reading.endpoints and tuple(measured.get(endpoint.mac, endpoint) for endpoint in reading.endpoints)
    sources = {**reading.sources, **({"snr": SOURCE} if measured else {})}
    return replace(reading, endpoints=endpoints, problems=(*reading.problems, *problems), sources=sources)


@dataclass
class _RpcReading:
    client: JsonRpcClient
    problems: list[ReadProblem] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)
    answers: dict[str, Any] = field(default_factory=dict)
    first_error: DeviceError | None = None

    def read(self, name: str, wanted: Collection[str]) -> DeviceReading:
        taken_at = datetime.now(UTC)
        readers: dict[str, Callable[[], object]] = {
            "system": self._system,
            "ports": self._ports,
            "ethernet": self._ethernet,
            "endpoints": self._endpoints,
            "alarms": self._alarms,
        }
        sections: dict[str, Any] = {}
        for section in SECTIONS:
            if section in wanted and (value := readers[section]()) is not None:
                sections[section] = value
            elif self.first_error is not None and not self.answers:
                # Nothing answered the first call; the others would each wait as long.
                break
        if not sections and self.first_error is not None:
            raise self.first_error
        return DeviceReading(
            name=name,
            taken_at=taken_at,
            problems=tuple(self.problems),
            sources=dict.fromkeys(sections, SOURCE),
            incomplete=frozenset(self.incomplete & sections.keys()),
            **sections,
        )

    def _system(self) -> object:
        board = self._struct("systemUtility.status.boardinfo.get")
        if board is None:
            return None
        nothing = Fields("", {})
        return rpc_reading.decode_system(
            board,
            self._struct("systemUtility.config.systemInfo.get") or nothing,
            self._struct("systemUtility.status.cpuLoad.get") or nothing,
            self._struct("systemUtility.status.systemUptime.get") or nothing,
            self._struct("ghnAgent.config.global.get") or nothing,
            self._ask("firmware.status.image.get"),
            self._ask("icfg.status.file.get"),
            self.problems,
        )

    def _ports(self) -> object:
        config, links = self._ask("ghnAgent.config.port.get"), self._ask("port.status.get")
        if config is None:
            return None
        return rpc_reading.decode_ports(config, links or [], self._ask("port.statistics.ifGroup.get"), self.problems) or None

    def _ethernet(self) -> object:
        links = self._ask("port.status.get")
        if not isinstance(links, Sequence) or isinstance(links, str):
            return None
        ghn = sum(isinstance(row, dict) and str(row.get("key", "")).startswith("G.hn") for row in links)
        return rpc_reading.decode_ethernet(links, self._ask("port.statistics.ifGroup.get"), ghn, self.problems) or None

    def _endpoints(self) -> object:
        brief = self._ask("ghnAgent.status.endpointByMac.brief.get")
        if not isinstance(brief, list):
            return None
        found = rpc_reading.decode_endpoints(brief, self._ask("ghnAgent.status.endpointByMac.detailed.get"), self.problems)
        if len(found) < len(brief):
            self.incomplete.add("endpoints")
        return found if found or not brief else None

    def _alarms(self) -> object:
        rows = self._ask("alarm.status.active.get")
        if not isinstance(rows, list):
            return None
        found = rpc_reading.decode_alarms(rows, self.problems)
        if len(found) < len(rows):
            self.incomplete.add("alarms")
        return found if found or not rows else None

    def _struct(self, method: str) -> Fields | None:
        answer = self._ask(method)
        if answer is None:
            return None
        if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], dict):
            answer = answer[0].get("val", answer[0])
        if not isinstance(answer, dict):
            self.problems.append(ReadProblem(method, f"the answer is not a struct: {str(answer)[:60]!r}"))
            return None
        return Fields(method.removesuffix(".get"), answer, self.problems)

    def _ask(self, method: str) -> Any:
        """The answer of a call, asked once; None when it failed, which is a problem unless the firmware has no such method."""
        if method in self.answers:
            return self.answers[method]
        if self.first_error is not None and not self.answers:
            return None
        try:
            answer = self.client.call(method)
        except DeviceError as error:
            self.first_error = self.first_error or error
            self.problems.append(ReadProblem(method, error.message, error.kind))
            if error.kind in (ErrorKind.UNSUPPORTED, ErrorKind.REJECTED):
                self.answers[method] = None
            return None
        self.answers[method] = answer
        return answer
