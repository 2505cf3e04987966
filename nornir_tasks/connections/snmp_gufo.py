"""Reading a GAM over SNMP with gufo-snmp: compiled, a fiftieth of pysnmp's cost, and what it lacks added here.

gufo repeats nothing, believes an agent that goes round, resolves no names, and does not tell an error in the answer from the end of
the table. So this reader repeats lost requests, checks that OIDs grow, and hands whatever gufo cannot tell to
:class:`PysnmpReader`, which also finds the words for a refused credential.
"""

from __future__ import annotations

import functools
import os
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from operator import methodcaller
from typing import Any

from gufo.snmp import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    DesKey,
    Md5Key,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    SnmpAuthError,
    SnmpDecodeError,
    SnmpError,
    User,
)
from gufo.snmp._fast import GetIter, SnmpV2cClientSocket, SnmpV3ClientSocket
from gufo.snmp.user import BaseAuthKey, BasePrivKey, KeyType

from ..contracts import SnmpCredential
from ..errors import DeviceError, ErrorKind
from .snmp import (
    DEFAULT_DEADLINE,
    DEFAULT_MAX_REPETITIONS,
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    OIDS_PER_GET,
    WALK_LIMIT,
    Oid,
    PysnmpReader,
    SnmpValue,
    dotted,
)
from .snmp_hub import auth_data

AUTH_KEYS: dict[str, type[BaseAuthKey]] = {
    "MD5": Md5Key, "SHA": Sha1Key, "SHA224": Sha224Key, "SHA256": Sha256Key, "SHA384": Sha384Key, "SHA512": Sha512Key,
}  # fmt: skip
PRIV_KEYS: dict[str, type[BasePrivKey]] = {"DES": DesKey, "AES": Aes128Key, "AES192": Aes192Key, "AES256": Aes256Key}
SHORT_PRIV = frozenset({"DES", "AES"})
"""Privacy whose key every authentication protocol is long enough for. For the others key expansion differs between makers."""

ANCHOR: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
"""sysUpTime, asked for in every GET, so that an answer without any value is an error (tooBig, genErr) and not a shelf without the
rest. Where a shelf lacks it, something it has answered takes its place."""
NANOSECONDS = 1_000_000_000
PANIC = "PanicException"
"""What a panic of gufo's Rust code is raised as: no Exception, and of a class that cannot be imported."""
REMEMBERED_ENGINES = 20_000

_engine_ids: dict[tuple[str, int], bytes] = {}
"""Engine id last seen at an address; a replaced shelf is noticed by its silence and asked anew."""


class GufoReader:
    """:class:`~nornir_tasks.connections.snmp.SnmpReader` for one address over gufo-snmp. For one thread at a time.

    One request is in flight at a time. Parameters as for :class:`PysnmpReader`.

    :raises DeviceError: AUTH, the credential is impossible in itself
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
        oids_per_get: int = OIDS_PER_GET,
    ) -> None:
        if credential.version == "3":
            auth_data(credential)  # says which field cannot be used
        self.address = address
        self.port = port
        self.requests = 0
        self._credential = credential
        self._timeout = timeout
        self._retries = retries
        self._deadline = deadline
        self._ends = time.monotonic() + deadline
        self._max_repetitions = max_repetitions
        self._oids_per_get = oids_per_get
        self._socket: Any = None
        self._socket_timeout = 0.0
        self._answered = False
        self._engine_remembered = False
        self._garbage = ""
        self._hopeless = False
        self._where = ""
        self._anchor = dotted(ANCHOR)
        self._fallback: PysnmpReader | None = None

    # ------------------------------------------------------------------------------------------------------- interface

    def get(self, oids: Iterable[Oid]) -> dict[Oid, SnmpValue]:
        """Values of the given instances, asked for in portions; those that do not exist are left out."""
        texts = {dotted(oid): oid for oid in oids}
        found = self._get_texts(list(texts))
        return {texts[text]: value for text, value in found.items()}

    def cells(self, entry: Oid, columns: Sequence[int], indexes: Sequence[Oid]) -> dict[Oid, dict[int, SnmpValue]]:
        """Cells of a table by index and column number; those that do not exist are left out."""
        start = dotted(entry)
        prefixes = [(column, f"{start}.{column}.") for column in columns]
        places = {
            prefix + tail: (index, column)
            for index, tail in zip(indexes, map(dotted, indexes), strict=True)
            for column, prefix in prefixes
        }
        rows: dict[Oid, dict[int, SnmpValue]] = {}
        for text, value in self._get_texts(list(places)).items():
            index, column = places[text]
            row = rows.get(index)
            if row is None:
                row = rows[index] = {}
            row[column] = value
        return rows

    def walk(self, base: Oid, after: Oid | None = None) -> list[tuple[Oid, SnmpValue]]:
        """All instances below ``base``, in order. gufo cannot begin in the middle, so ``after`` is left to pysnmp."""
        if after is not None:
            return self._pysnmp().walk(base, after)
        rows: list[tuple[Oid, SnmpValue]] = []
        steps = GetIter(dotted(base), self._max_repetitions)
        last = base
        while True:
            try:
                answer = self._request(methodcaller("get_bulk", steps))
            except StopAsyncIteration:
                # An error in the answer, or the end of everything: gufo does not say.
                return rows + self._pysnmp().walk(base, last)
            except DeviceError as error:
                if error.kind is ErrorKind.UNPARSEABLE:
                    return [*rows, *self._second_opinion(error, methodcaller("walk", base, last))]
                if error.kind is not ErrorKind.TIMEOUT or self._max_repetitions == 1 or time.monotonic() >= self._ends:
                    raise
                # Perhaps so many rows at once are too many; pysnmp goes down to single ones.
                self._max_repetitions = max(1, self._max_repetitions // 3)
                return rows + self._pysnmp().walk(base, last)
            for row in answer:
                if row is None:
                    return rows
                oid = tuple(map(int, row[0].split(".")))
                if oid <= last:
                    raise self._error(ErrorKind.UNPARSEABLE, f"SNMP agent repeats itself: {row[0]} after {dotted(last)}")
                value = row[1]
                if value.__class__ is str or value.__class__ is float:
                    value = _plain(value)
                if value is not None:
                    rows.append((oid, value))
                last = oid
            if len(rows) > WALK_LIMIT:
                raise self._error(ErrorKind.UNPARSEABLE, f"more than {WALK_LIMIT} values below {dotted(base)}")

    def close(self) -> None:
        """Close the socket."""
        self._socket = None
        if self._fallback is not None:
            self._fallback.close()

    # -------------------------------------------------------------------------------------------------------- requests

    def _get_texts(self, texts: list[str]) -> dict[str, SnmpValue]:
        """Values by dotted OID, in portions that shrink for an agent that finds them too big."""
        values: dict[str, SnmpValue] = {}
        at = 0
        while at < len(texts):
            portion = texts[at : at + self._oids_per_get]
            anchored = portion if self._anchor in portion else [*portion, self._anchor]
            answer = self._get_many(anchored)
            if answer and self._anchor not in answer:
                self._anchor = next(iter(answer))
            if not answer:
                if len(portion) > 1:
                    self._oids_per_get = max(1, len(portion) // 2)
                    continue
                answer = {dotted(oid): value for oid, value in self._pysnmp().get([_oid(portion[0])]).items()}
            for text in portion:
                value = answer.get(text)
                if value.__class__ is str or value.__class__ is float:
                    value = _plain(value)
                if value is not None:
                    values[text] = value
            at += len(portion)
        return values

    def _get_many(self, texts: list[str]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._request(methodcaller("get_many", texts))
        except DeviceError as error:
            found = self._second_opinion(error, lambda pysnmp: pysnmp.get(map(_oid, texts)))
            return {dotted(oid): value for oid, value in found.items()}
        return answer

    def _second_opinion(self, error: DeviceError, ask: Callable[[PysnmpReader], Any]) -> Any:
        """What pysnmp makes of an answer gufo cannot decode; gufo's error when that is nothing either, or the error another."""
        if error.kind is not ErrorKind.UNPARSEABLE or self._hopeless:
            raise error
        try:
            return ask(self._pysnmp())
        except DeviceError:
            self._hopeless = True
            raise error from None

    def _request(self, ask: Callable[[Any], Any]) -> Any:
        """One request, repeated while it is lost.

        :raises DeviceError: UNREACHABLE, TIMEOUT, AUTH, UNPARSEABLE
        :raises StopAsyncIteration: gufo's "no more rows"
        """
        refused = False
        self._garbage = ""
        tries = 0
        while True:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise self._error(ErrorKind.TIMEOUT, f"reading took longer than the limit of {self._deadline:g} s")
            try:
                sock = self._open(left)
                self.requests += 1
                answer = ask(sock)
            except BlockingIOError:
                if self._engine_remembered and not self._answered:
                    # Silence may mean that another shelf, with another engine id, is at the address now.
                    self._forget_engine()
                    continue
            except SnmpDecodeError as error:
                self._garbage = str(error)
            except SnmpAuthError as error:
                # Once is a clock out of step, which gufo has now learnt.
                if refused:
                    raise self._diagnosed(str(error)) from error
                refused = True
                continue
            except TimeoutError as error:
                raise self._error(
                    ErrorKind.UNREACHABLE, f"{self.address} port {self.port} refuses SNMP: nothing listens there"
                ) from error
            except SnmpError as error:
                raise self._error(ErrorKind.UNPARSEABLE, f"SNMP library refused the answer or the request: {error}") from error
            except StopAsyncIteration:
                self._answered = True
                raise
            except OSError as error:
                raise self._error(ErrorKind.UNREACHABLE, f"{self.address} port {self.port}: {error}") from error
            except BaseException as error:
                if type(error).__name__ != PANIC:
                    raise
                # Some octets that end in the middle of a length; the socket is in an unknown state after it.
                self._garbage = f"gufo-snmp panicked: {error}"
                self._socket = None
            else:
                self._answered = True
                return answer
            tries += 1
            if tries > self._retries:
                raise self._silent()

    def _silent(self) -> DeviceError:
        waited = self._timeout * (self._retries + 1)
        if self._ends <= time.monotonic():
            return self._error(ErrorKind.TIMEOUT, f"reading took longer than the limit of {self._deadline:g} s")
        if self._garbage:
            return self._error(ErrorKind.UNPARSEABLE, f"what {self.address} port {self.port} answers is not SNMP: {self._garbage}")
        if self._answered:
            return self._error(ErrorKind.TIMEOUT, f"SNMP stopped answering (waited {waited:g} s)")
        if self._credential.version == "3" and (self.address, self.port) in _engine_ids:
            return self._diagnosed("no answer to an authenticated request")
        return self._error(
            ErrorKind.UNREACHABLE,
            f"no SNMP answer from {self.address} port {self.port} in {waited:g} s; a wrong community looks the same",
        )

    def _diagnosed(self, seen: str) -> DeviceError:
        """What is wrong with a v3 session: gufo is silent about reports, so pysnmp asks once and names it."""
        try:
            self._pysnmp().get([ANCHOR])
        except DeviceError as error:
            return error
        return self._error(ErrorKind.TIMEOUT, f"SNMP lost its authenticated session ({seen})")

    # --------------------------------------------------------------------------------------------------------- session

    def _open(self, left: float) -> Any:
        """The socket, made on first use, and anew when less time is left than it would wait."""
        timeout = min(self._timeout, left)
        if self._socket is not None and timeout >= self._socket_timeout:
            return self._socket
        if not self._where:
            self._where = _socket_address(self.address, self.port)
        nanoseconds = max(1, int(timeout * NANOSECONDS))
        self._socket_timeout = timeout
        if self._credential.version == "3":
            self._socket = self._open_v3(nanoseconds)
        else:
            self._socket = SnmpV2cClientSocket(self._where, self._credential.community, 0, 0, 0, nanoseconds)
        return self._socket

    def _open_v3(self, nanoseconds: int) -> SnmpV3ClientSocket:
        user = _user(self._credential)
        keys = (user.name, user.get_auth_alg(), user.get_auth_key(), user.get_priv_alg(), user.get_priv_key())
        place = (self.address, self.port)
        engine = _engine_ids.get(place)
        if engine is None:
            sock = SnmpV3ClientSocket(self._where, b"", "", 0, b"", 0, b"", 0, 0, 0, nanoseconds)
            self.requests += 1
            sock.refresh()
            if len(_engine_ids) >= REMEMBERED_ENGINES:
                _engine_ids.clear()
            _engine_ids[place] = sock.get_engine_id()
            sock.set_keys(*keys)
        else:
            self._engine_remembered = True
            sock = SnmpV3ClientSocket(self._where, engine, *keys, 0, 0, 0, nanoseconds)
        if user.require_auth():
            self.requests += 1
            sock.refresh()
        return sock

    def _forget_engine(self) -> None:
        _engine_ids.pop((self.address, self.port), None)
        self._engine_remembered = False
        self._socket = None

    def _pysnmp(self) -> PysnmpReader:
        """The complete reader, for what gufo cannot do; it shares what is left of the deadline."""
        if self._fallback is None:
            self._fallback = PysnmpReader(
                self.address,
                self.port,
                self._credential,
                timeout=self._timeout,
                retries=self._retries,
                deadline=max(0.001, self._ends - time.monotonic()),
                max_repetitions=self._max_repetitions,
                answered=self._answered,
            )
        return self._fallback

    def _error(self, kind: ErrorKind, message: str) -> DeviceError:
        return DeviceError(kind, message, target=self.address)


def can_read(credential: SnmpCredential) -> bool:
    """Whether gufo speaks a credential's version and protocols; impossible ones are left to pysnmp's words."""
    if credential.version != "3":
        return credential.version == "2c"
    auth, priv = credential.auth_protocol.upper(), credential.priv_protocol.upper()
    return (not auth or auth in AUTH_KEYS) and (not priv or (priv in SHORT_PRIV and bool(auth)))


def forget_engines() -> None:
    """Forget what is remembered of v3 addresses."""
    _engine_ids.clear()


@functools.lru_cache(maxsize=256)
def _user(credential: SnmpCredential) -> User:
    """A credential as gufo's user with master keys: deriving those takes 8 ms of CPU, so once per process will do."""
    if not credential.auth_protocol:
        return User(credential.username)
    auth = AUTH_KEYS[credential.auth_protocol.upper()]
    auth_key = auth(auth.get_master_key(credential.auth_key.encode()), KeyType.Master)
    if not credential.priv_protocol:
        return User(credential.username, auth_key=auth_key)
    # Both keys are derived with the authentication protocol's hash (RFC 3826).
    priv = PRIV_KEYS[credential.priv_protocol.upper()]
    return User(
        credential.username,
        auth_key=auth_key,
        priv_key=priv(auth.get_master_key(credential.priv_key.encode()), KeyType.Master),
    )


def _socket_address(address: str, port: int) -> str:
    """``host:port`` with the name resolved, which gufo does not do.

    :raises OSError: it cannot be resolved
    """
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise OSError(f"address {address!r} cannot be resolved: {error}") from error
    host = str(found[0][4][0])
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _plain(value: str | float) -> SnmpValue | None:
    """gufo's text of an OID or an IP address as this project has them; floats (Opaque) are no value a GAM has."""
    if isinstance(value, float):
        return int(value) if value == value and abs(value) < 2**64 else None
    arcs = _oid(value) if value else ()
    if len(arcs) == 4 and arcs[0] > 2:
        return bytes(arcs)
    return arcs


def _oid(text: str) -> Oid:
    return tuple(map(int, text.split(".")))


os.register_at_fork(after_in_child=forget_engines)
