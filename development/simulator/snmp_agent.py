"""The SNMP agent of one shelf: v1, v2c and v3 over UDP on the shelf's own address."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from .command_log import SnmpAsked
from .mib import Tree
from .refusals import Refused, RefusedText
from .snmp_codec import (
    COUNTER64,
    END_OF_VIEW,
    GET,
    GETBULK,
    GETNEXT,
    NO_INSTANCE,
    NO_OBJECT,
    OCTETS,
    REPORT,
    RESPONSE,
    SEQUENCE,
    SET,
    BadMessage,
    Oid,
    Pdu,
    Reader,
    counter32,
    integer,
    octets,
    tlv,
)
from .snmp_usm import UsmKeys, UsmUser
from .state import Rebooting, SimShelf

USM_STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)
UNSUPPORTED_LEVEL, NOT_IN_WINDOW, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, DECRYPTION = 1, 2, 3, 4, 5, 6
NO_SUCH_NAME, GEN_ERR, NO_ACCESS, NOT_WRITABLE, TOO_BIG = 2, 5, 6, 17, 1
WINDOW = 150
OVERHEAD = 60
MAX_REPETITIONS = 200
_SYSTEM = (1, 3, 6, 1, 2, 1, 1)
_SYSUTIL = (1, 3, 6, 1, 4, 1, 20095, 2001, 24, 1, 2, 1)
WRITABLE: dict[Oid, str] = {
    (*_SYSTEM, 4, 0): "contact",
    (*_SYSTEM, 5, 0): "hostname",
    (*_SYSTEM, 6, 0): "location",
    (*_SYSUTIL, 1, 0): "hostname",
    (*_SYSUTIL, 2, 0): "contact",
    (*_SYSUTIL, 3, 0): "location",
}


class SnmpAgent(asyncio.DatagramProtocol):
    """Answers for one shelf.

    :param users: v3 users; each is accepted with SHA-1 or SHA-256 unless it names one
    """

    def __init__(self, shelf: SimShelf, users: tuple[UsmUser, ...] = ()) -> None:
        self.shelf = shelf
        self.tree = Tree(shelf)
        self.engine_id = bytes.fromhex("80004e7f03" + shelf.identity.base_mac.replace(":", ""))
        self._users = {user.name.encode(): user for user in users}
        self._keys: dict[tuple[bytes, str], UsmKeys] = {}
        self._transport: asyncio.DatagramTransport | None = None

    # ------------------------------------------------------------------------------------------------------ transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        self._transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Answer one datagram, unless a fault has it otherwise."""
        shelf = self.shelf
        shelf.log.snmp_requests += 1
        if not shelf.up or "snmp" in shelf.faults.dropped:
            return
        if "snmp" in shelf.faults.garbage:
            answer: bytes | None = os.urandom(48)
        else:
            try:
                answer = self.answer(data, str(addr[0]))
            except (BadMessage, UnicodeDecodeError, Rebooting):
                return
        if answer is None or self._transport is None:
            return
        log = shelf.log
        log.snmp_in_flight += 1
        log.snmp_most_in_flight = max(log.snmp_most_in_flight, log.snmp_in_flight)
        if delay := shelf.faults.slow.get("snmp"):
            asyncio.get_running_loop().call_later(delay, self._send, answer, addr)
        else:
            self._send(answer, addr)

    def _send(self, answer: bytes, addr: Any) -> None:
        self.shelf.log.snmp_in_flight -= 1
        if self._transport is not None:
            self._transport.sendto(answer, addr)

    # ------------------------------------------------------------------------------------------------------- messages

    def answer(self, data: bytes, client: str = "") -> bytes | None:
        """The answer to a message, None for none (wrong community, not a request).

        :raises BadMessage: not SNMP
        """
        _, message = Reader(data).inside(SEQUENCE)
        version = message.integer()
        if version == 3:
            return self._answer_v3(data, message, client)
        if version not in (0, 1):
            return None
        community = message.content(OCTETS).decode()
        variants = self.shelf.variants
        if community not in (variants.readonly_community, variants.readwrite_community):
            return None
        writable = community == variants.readwrite_community
        pdu = self._respond(Pdu.parse(message), version, writable, variants.max_response - OVERHEAD, community)
        return None if pdu is None else tlv(SEQUENCE, integer(version) + octets(community) + pdu.encode())

    def _respond(self, pdu: Pdu, version: int, writable: bool, room: int, user: str) -> Pdu | None:
        out = self._answer_pdu(pdu, version, writable, room, user)
        answered = tuple(name for name, _ in out.varbinds) if out else ()
        self.shelf.log.snmp_asked.append(SnmpAsked(pdu.kind, tuple(name for name, _ in pdu.varbinds), answered))
        return out

    def _answer_pdu(self, pdu: Pdu, version: int, writable: bool, room: int, user: str) -> Pdu | None:
        if pdu.kind in (GET, GETNEXT):
            return self._read(pdu, version, room)
        if pdu.kind == GETBULK and version > 0:
            return self._bulk(pdu, room)
        if pdu.kind == SET:
            return self._set(pdu, version, writable, user)
        return None

    def _read(self, pdu: Pdu, version: int, room: int) -> Pdu:
        out = Pdu(RESPONSE, pdu.request_id)
        for at, (name, _) in enumerate(pdu.varbinds, 1):
            if pdu.kind == GET:
                found, value = name, self.tree.get(name)
            else:
                found, value = self._next(name, skip_counter64=version == 0)
            if version == 0 and (value is None or value[0] in (COUNTER64, END_OF_VIEW[0])):
                return Pdu(RESPONSE, pdu.request_id, NO_SUCH_NAME, at, pdu.varbinds)
            if value is None:
                value = NO_INSTANCE if self.tree.next(name[:-1]) else NO_OBJECT
            out.varbinds.append((found, value))
            room -= len(value) + len(found) + 8
        if room < 0:
            return Pdu(RESPONSE, pdu.request_id, TOO_BIG, 0, [] if version else pdu.varbinds)
        return out

    def _next(self, name: Oid, *, skip_counter64: bool = False) -> tuple[Oid, bytes]:
        found = self.tree.next(name)
        while skip_counter64 and found and found[1][0] == COUNTER64:
            found = self.tree.next(found[0])
        return found or (name, END_OF_VIEW)

    def _bulk(self, pdu: Pdu, room: int) -> Pdu:
        out = Pdu(RESPONSE, pdu.request_id)
        single = max(0, pdu.status)
        row = [name for name, _ in pdu.varbinds]
        for name in row[:single]:
            room = self._append(out, self._next(name), room)
        repeated = row[single:]
        for _ in range(min(max(0, pdu.index), MAX_REPETITIONS)):
            ended = True
            for at, name in enumerate(repeated):
                found = self._next(name)
                room = self._append(out, found, room)
                if room < 0:
                    return out
                repeated[at] = found[0]
                ended = ended and found[1] == END_OF_VIEW
            if ended:
                break
        return out

    @staticmethod
    def _append(out: Pdu, found: tuple[Oid, bytes], room: int) -> int:
        room -= len(found[1]) + sum(1 if arc < 128 else 2 if arc < 16_384 else 3 if arc < 2_097_152 else 5 for arc in found[0]) + 8
        if room >= 0 or not out.varbinds:
            out.varbinds.append(found)
        return room

    def _set(self, pdu: Pdu, version: int, writable: bool, user: str) -> Pdu:
        shelf = self.shelf

        def refuse(status: int, at: int) -> Pdu:
            return Pdu(RESPONSE, pdu.request_id, NO_SUCH_NAME if version == 0 else status, at, pdu.varbinds)

        changes: dict[str, str] = {}
        for at, (name, value) in enumerate(pdu.varbinds, 1):
            if not writable:
                return refuse(NO_ACCESS, at)
            if name not in WRITABLE or value[0] != OCTETS:
                return refuse(NOT_WRITABLE, at)
            changes[WRITABLE[name]] = Reader(value).content(OCTETS).decode()

        def apply() -> None:
            for field, text in changes.items():
                setattr(shelf.running, field, text)

        command = "set " + ", ".join(f"{field}={text!r}" for field, text in changes.items())
        try:
            shelf.execute("snmp", user, command, apply)
        except (Refused, RefusedText):
            return refuse(GEN_ERR, 1)
        return Pdu(RESPONSE, pdu.request_id, 0, 0, pdu.varbinds)

    # ------------------------------------------------------------------------------------------------------- version 3

    def _answer_v3(self, data: bytes, message: Reader, client: str) -> bytes | None:
        _, header = message.inside(SEQUENCE)
        message_id, _, flags = header.integer(), header.integer(), header.content(OCTETS)[0]
        at = message.at
        security = message.content(OCTETS)
        _, usm = Reader(security).inside(SEQUENCE)
        engine, boots, time = usm.content(OCTETS), usm.integer(), usm.integer()
        user, digest, salt = usm.content(OCTETS), usm.content(OCTETS), usm.content(OCTETS)
        if engine != self.engine_id:
            return self._report(message_id, UNKNOWN_ENGINE, self._request_id(message, flags))
        known = self._users.get(user)
        if known is None:
            return self._report(message_id, UNKNOWN_USER, 0)
        if flags & 3 != 3:
            return self._report(message_id, UNSUPPORTED_LEVEL, 0)
        algorithm = "sha1" if len(digest) == 12 else "sha256"
        keys = self._user_keys(known, algorithm)
        where = data.find(digest, at) if digest else -1
        if where < 0 or keys.digest(data[:where] + bytes(len(digest)) + data[where + len(digest) :]) != digest:
            return self._report(message_id, WRONG_DIGEST, 0)
        if boots != self.shelf.boots or abs(time - int(self.shelf.uptime)) > WINDOW:
            return self._report(message_id, NOT_IN_WINDOW, 0, keys=keys, user=user)
        scoped = keys.decrypt(message.content(OCTETS), boots, time, salt)
        try:
            _, body = Reader(scoped).inside(SEQUENCE)
            context_engine, context = body.content(OCTETS), body.content(OCTETS)
            request = Pdu.parse(body)
        except BadMessage:
            return self._report(message_id, DECRYPTION, 0, keys=keys, user=user)
        room = self.shelf.variants.max_response - OVERHEAD - 110
        pdu = self._respond(request, 3, True, room, known.name)
        if pdu is None:
            return None
        return self._v3_message(message_id, 3, user, context_engine, context, pdu, keys)

    @staticmethod
    def _request_id(message: Reader, flags: int) -> int:
        if flags & 2:
            return 0
        _, body = message.inside(SEQUENCE)
        body.next()
        body.next()
        return Pdu.parse(body).request_id

    def _user_keys(self, user: UsmUser, algorithm: str) -> UsmKeys:
        key = (user.name.encode(), algorithm)
        if key not in self._keys:
            self._keys[key] = UsmKeys(user, algorithm, self.engine_id)
        return self._keys[key]

    def _report(self, message_id: int, what: int, request_id: int, *, keys: UsmKeys | None = None, user: bytes = b"") -> bytes:
        pdu = Pdu(REPORT, request_id, 0, 0, [((*USM_STATS, what, 0), counter32(self.shelf.log.snmp_requests))])
        return self._v3_message(message_id, 1 if keys else 0, user, self.engine_id, b"", pdu, keys)

    def _v3_message(
        self, message_id: int, flags: int, user: bytes, engine: bytes, context: bytes, pdu: Pdu, keys: UsmKeys | None
    ) -> bytes:
        boots, time = self.shelf.boots, int(self.shelf.uptime)
        scoped = tlv(SEQUENCE, octets(engine) + octets(context) + pdu.encode())
        salt = b""
        if flags & 2 and keys:
            encrypted, salt = keys.encrypt(scoped, boots, time)
            scoped = octets(encrypted)
        header = tlv(SEQUENCE, integer(message_id) + integer(65_507) + octets(bytes((flags,))) + integer(3))
        empty = bytes(keys.size) if flags & 1 and keys else b""
        front = octets(self.engine_id) + integer(boots) + integer(time) + octets(user)

        def whole(digest: bytes) -> bytes:
            security = octets(tlv(SEQUENCE, front + octets(digest) + octets(salt)))
            return tlv(SEQUENCE, integer(3) + header + security + scoped)

        return whole(keys.digest(whole(empty))) if empty and keys else whole(b"")
