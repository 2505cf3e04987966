"""Reading a GAM over SNMP: the reader interface, its complete implementation by pysnmp, and the Nornir plugin ``snmp``.

The interface is small so that a faster library can stand behind it (:mod:`.snmp_gufo`): GET of some OIDs, cells of a table,
walk of one subtree, values as plain integers, bytes and OIDs.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any, Protocol

from nornir.core.configuration import Config
from pyasn1.type import univ
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    Udp6TransportTarget,
    UdpTransportTarget,
    UsmUserData,
    bulk_cmd,
    get_cmd,
    next_cmd,
)
from pysnmp.proto.api import v2c

from ..contracts import SnmpCredential
from ..errors import DeviceError, ErrorKind
from .snmp_hub import SnmpHub, auth_data, get_hub

type Oid = tuple[int, ...]
type SnmpValue = int | bytes | Oid
"""An SNMP value without its ASN.1 type: numbers, octet strings, object identifiers."""

CONNECTION_NAME = "snmp"
DEFAULT_TIMEOUT = 2.0
DEFAULT_RETRIES = 2
DEFAULT_DEADLINE = 60.0
DEFAULT_MAX_REPETITIONS = 12
"""Rows per GETBULK. Some embedded agents time out above 16."""
OIDS_PER_GET = 30
WALK_LIMIT = 50_000

_TOO_BIG = 1
_NO_SUCH_NAME = 2
_ERROR_STATUS = {
    1: "tooBig", 2: "noSuchName", 3: "badValue", 4: "readOnly", 5: "genErr", 6: "noAccess", 13: "resourceUnavailable",
    16: "authorizationError",
}  # fmt: skip
_DENIED = frozenset(
    {
        "AuthenticationError", "AuthenticationFailure", "DecryptionError", "NoAccessEntry", "NoGroupName", "NoSuchView",
        "NotInView", "UnknownCommunityName", "UnknownSecurityName", "UnknownUserName", "UnsupportedAuthProtocol",
        "UnsupportedPrivProtocol", "UnsupportedSecurityLevel", "UnsupportedSecurityModel", "WrongDigest",
    }
)  # fmt: skip


class _PlainObject(ObjectType):  # type: ignore[misc]
    """An OID to ask for, without looking it up in MIBs: that lookup costs half a millisecond of CPU each, and nothing needs it."""

    def __init__(self, oid: Oid) -> None:
        super().__init__(ObjectIdentity(oid))
        self._pair = (univ.ObjectIdentifier(oid), v2c.null)

    def resolve_with_mib(self, *_args: Any, **_options: Any) -> tuple[Any, Any]:
        """The pair the PDU is made of, in the resolved object's place."""
        return self._pair


class SnmpReader(Protocol):
    """What reading a GAM needs of SNMP. Every method raises :class:`DeviceError`."""

    def get(self, oids: Iterable[Oid]) -> dict[Oid, SnmpValue]:
        """Values of the given instances; those that do not exist are left out."""
        ...

    def walk(self, base: Oid, after: Oid | None = None) -> list[tuple[Oid, SnmpValue]]:
        """All instances below ``base`` in order, only those after ``after`` when given. An absent subtree is an empty list.

        A walk that cannot be finished raises; half a table is never returned as a whole one.
        """
        ...

    def cells(self, entry: Oid, columns: Sequence[int], indexes: Sequence[Oid]) -> dict[Oid, dict[int, SnmpValue]]:
        """Cells of the table at ``entry`` by index and column number; those that do not exist are left out."""
        ...

    def close(self) -> None:
        """Release what the reader holds."""
        ...


def cells_by_get(reader: SnmpReader, entry: Oid, columns: Sequence[int], indexes: Sequence[Oid]) -> dict[Oid, dict[int, SnmpValue]]:
    """:meth:`SnmpReader.cells` by way of :meth:`SnmpReader.get`."""
    places = {(*entry, column, *index): (index, column) for index in indexes for column in columns}
    rows: dict[Oid, dict[int, SnmpValue]] = {}
    for oid, value in reader.get(places).items():
        index, column = places[oid]
        rows.setdefault(index, {})[column] = value
    return rows


class PysnmpReader:
    """:class:`SnmpReader` for one address over pysnmp. Usable from any thread but the hub's own.

    :param timeout: seconds before a request is repeated
    :param retries: repetitions before a request has failed
    :param deadline: seconds from construction after which every request fails
    :param max_repetitions: rows asked for at once; lowered by itself for agents that cannot answer that many
    :param answered: the address is known to answer, so that silence is a TIMEOUT and not UNREACHABLE
    """

    def __init__(
        self,
        address: str,
        port: int,
        credential: SnmpCredential,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        retries: int = DEFAULT_RETRIES,
        deadline: float = DEFAULT_DEADLINE,
        max_repetitions: int = DEFAULT_MAX_REPETITIONS,
        hub: SnmpHub | None = None,
        answered: bool = False,
    ) -> None:
        self.address = address
        self.port = port
        self.requests = 0
        self._credential = credential
        self._auth: CommunityData | UsmUserData = auth_data(credential)
        self._timeout = timeout
        self._retries = retries
        self._ends = time.monotonic() + deadline
        self._deadline = deadline
        self._max_repetitions = max_repetitions
        self._hub = hub or get_hub()
        self._transport: UdpTransportTarget | Udp6TransportTarget | None = None
        self._answered = answered

    def get(self, oids: Iterable[Oid]) -> dict[Oid, SnmpValue]:
        """Values of the given instances, asked for in portions; those that do not exist are left out."""
        wanted = list(dict.fromkeys(oids))
        return self._run(self._get_all(wanted))

    def walk(self, base: Oid, after: Oid | None = None) -> list[tuple[Oid, SnmpValue]]:
        """All instances below ``base``, in order."""
        return self._run(self._walk(base, after))

    def cells(self, entry: Oid, columns: Sequence[int], indexes: Sequence[Oid]) -> dict[Oid, dict[int, SnmpValue]]:
        """Cells of a table by index and column number; those that do not exist are left out."""
        return cells_by_get(self, entry, columns, indexes)

    def close(self) -> None:
        """Nothing is held per address; engine and loop belong to the process."""

    def _run[T](self, work: Coroutine[Any, Any, T]) -> T:
        left = self._ends - time.monotonic()
        try:
            if left <= 0:
                work.close()
                raise TimeoutError
            return self._hub.run(work, left)
        except TimeoutError:
            raise self._error(ErrorKind.TIMEOUT, f"reading took longer than the limit of {self._deadline:g} s") from None

    async def _get_all(self, oids: list[Oid]) -> dict[Oid, SnmpValue]:
        values: dict[Oid, SnmpValue] = {}
        portions = [oids[start : start + OIDS_PER_GET] for start in range(0, len(oids), OIDS_PER_GET)]
        while portions:
            portion = portions.pop(0)
            status, rows = await self._request(get_cmd, portion)
            if status == _TOO_BIG and len(portion) > 1:
                half = len(portion) // 2
                portions[:0] = [portion[:half], portion[half:]]
                continue
            self._refuse(status, portion[0])
            values.update((oid, value) for oid, value in rows if value is not None)
        return values

    async def _walk(self, base: Oid, after: Oid | None) -> list[tuple[Oid, SnmpValue]]:
        rows: list[tuple[Oid, SnmpValue]] = []
        last = after or base
        while True:
            answer = await self._next_rows(last)
            if not answer:
                return rows
            for oid, value in answer:
                if value is None:
                    return rows
                if oid <= last:
                    raise self._error(ErrorKind.UNPARSEABLE, f"SNMP agent repeats itself: {dotted(oid)} after {dotted(last)}")
                if oid[: len(base)] != base:
                    return rows
                rows.append((oid, value))
                last = oid
            if len(rows) > WALK_LIMIT:
                raise self._error(ErrorKind.UNPARSEABLE, f"more than {WALK_LIMIT} values below {dotted(base)}")

    async def _next_rows(self, last: Oid) -> list[tuple[Oid, SnmpValue | None]]:
        """The rows after ``last``; asks for fewer at a time when the agent cannot answer as many."""
        while True:
            size = self._max_repetitions
            try:
                if size > 1:
                    status, rows = await self._request(bulk_cmd, [last], 0, size)
                else:
                    status, rows = await self._request(next_cmd, [last])
            except DeviceError as error:
                if error.kind is not ErrorKind.TIMEOUT or size == 1:
                    raise
                self._max_repetitions = max(1, size // 3)
                continue
            if status == _TOO_BIG and size > 1:
                self._max_repetitions = max(1, size // 3)
                continue
            if status == _NO_SUCH_NAME:
                return []
            self._refuse(status, last)
            return rows

    async def _request(
        self, command: Callable[..., Awaitable[Any]], oids: list[Oid], *numbers: int, renewed: bool = False
    ) -> tuple[int, list[tuple[Oid, SnmpValue | None]]]:
        """One request; ``numbers`` are GETBULK's non-repeaters and repetitions.

        Returns the PDU's error status and its rows; a value of None is "no such instance" or "end of view".
        """
        engine = self._hub.renew_engine(self._credential) if renewed else self._hub.engine(self._credential)
        transport = await self._open()
        wanted = [_PlainObject(oid) for oid in oids]
        try:
            async with self._hub.slots:
                self.requests += 1
                indication, status, _index, rows = await command(
                    engine, self._auth, transport, ContextData(), *numbers, *wanted, lookupMib=False
                )
        except PySnmpError as error:
            raise self._error(ErrorKind.UNPARSEABLE, f"SNMP library refused the answer or the request: {error}") from error
        if indication:
            name = type(indication).__name__
            if name == "UnknownEngineID" and not renewed:
                return await self._request(command, oids, *numbers, renewed=True)
            raise self._indicated(name, str(indication))
        self._answered = True
        return int(status), [(tuple(row[0]), _plain(row[1])) for row in rows]

    async def _open(self) -> UdpTransportTarget | Udp6TransportTarget:
        if self._transport is None:
            kind = Udp6TransportTarget if ":" in self.address else UdpTransportTarget
            try:
                self._transport = await kind.create((self.address, self.port), timeout=self._timeout, retries=self._retries)
            except (PySnmpError, OSError) as error:
                raise self._error(ErrorKind.UNREACHABLE, f"address {self.address!r} cannot be resolved: {error}") from error
        return self._transport

    def _indicated(self, name: str, text: str) -> DeviceError:
        if name in _DENIED:
            return self._error(ErrorKind.AUTH, f"SNMP refused the credential: {text}")
        if name == "RequestTimedOut":
            waited = self._timeout * (self._retries + 1)
            if self._answered:
                return self._error(ErrorKind.TIMEOUT, f"SNMP stopped answering (waited {waited:g} s)")
            return self._error(
                ErrorKind.UNREACHABLE,
                f"no SNMP answer from {self.address} port {self.port} in {waited:g} s; a wrong community looks the same",
            )
        return self._error(ErrorKind.UNPARSEABLE, f"SNMP answer cannot be used: {text} ({name})")

    def _refuse(self, status: int, oid: Oid) -> None:
        if not status:
            return
        word = _ERROR_STATUS.get(status, f"error {status}")
        kind = ErrorKind.AUTH if word in ("noAccess", "authorizationError") else ErrorKind.REJECTED
        raise self._error(kind, f"SNMP agent answered {word} at {dotted(oid)}")

    def _error(self, kind: ErrorKind, message: str) -> DeviceError:
        return DeviceError(kind, message, target=self.address)


class SnmpConnection:
    """Nornir connection plugin ``snmp``; ``connection`` is a :class:`SnmpReader`.

    The extras are the keyword arguments of :func:`~nornir_tasks.connections.snmp_choice.open_reader`, ``credential`` among them.
    """

    def __init__(self) -> None:
        self.connection: Any = None

    def open(
        self,
        hostname: str | None,
        username: str | None,
        password: str | None,
        port: int | None,
        platform: str | None,
        extras: dict[str, Any] | None = None,
        configuration: Config | None = None,
    ) -> None:
        """Make the reader; nothing is sent yet."""
        from .snmp_choice import open_reader

        options = dict(extras or {})
        credential = options.pop("credential", None) or SnmpCredential()
        self.connection = open_reader(hostname or "", port or 161, credential, **options)

    def close(self) -> None:
        """Release the reader."""
        if self.connection is not None:
            self.connection.close()


def _plain(value: Any) -> SnmpValue | None:
    # pyasn1's Null is an OctetString, and the three "no such thing" answers of RFC 1905 are Nulls.
    if isinstance(value, univ.Null):
        return None
    if isinstance(value, univ.OctetString):
        return bytes(value.asOctets())
    if isinstance(value, univ.ObjectIdentifier):
        return tuple(value)
    return int(value)


def dotted(oid: Oid) -> str:
    """An OID as people write it: ``1.3.6.1``."""
    return ".".join(map(str, oid))
