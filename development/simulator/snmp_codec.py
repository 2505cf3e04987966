"""BER for SNMP messages: just enough to be an agent. Values travel as encoded TLVs, so that encoding happens once."""

from __future__ import annotations

from dataclasses import dataclass, field

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TIMETICKS, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x46
NO_OBJECT, NO_INSTANCE, END_OF_VIEW = b"\x80\x00", b"\x81\x00", b"\x82\x00"
GET, GETNEXT, RESPONSE, SET, GETBULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA8

type Oid = tuple[int, ...]


class BadMessage(ValueError):
    """Octets that are no SNMP message."""


def tlv(tag: int, content: bytes) -> bytes:
    """Tag, length, content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A signed integer, or with another tag an unsigned one (a leading zero octet keeps it positive)."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def unsigned(value: int) -> bytes:
    """Unsigned32 (Gauge32)."""
    return integer(value, GAUGE32)


def counter64(value: int) -> bytes:
    """Counter64, wrapping."""
    return integer(value % 2**64, COUNTER64)


def counter32(value: int) -> bytes:
    """Counter32, wrapping."""
    return integer(value % 2**32, COUNTER32)


def ticks(seconds: float) -> bytes:
    """TimeTicks from seconds."""
    return integer(int(seconds * 100) % 2**32, TIMETICKS)


def octets(value: bytes | str) -> bytes:
    """An octet string; text as UTF-8."""
    return tlv(OCTETS, value.encode() if isinstance(value, str) else value)


def truth(value: object) -> bytes:
    """TruthValue: 1 true, 2 false."""
    return integer(1 if value else 2)


def _arc(value: int) -> bytes:
    if value < 0x80:
        return bytes((value,))
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(0x80 | value & 0x7F)
    return bytes(reversed(out))


def oid(value: Oid) -> bytes:
    """An object identifier with its tag."""
    return tlv(OID, bytes((value[0] * 40 + value[1],)) + b"".join(map(_arc, value[2:])))


def parse_oid(content: bytes) -> Oid:
    """An object identifier's content. :raises BadMessage:"""
    if not content:
        raise BadMessage("empty object identifier")
    arcs = [content[0] // 40, content[0] % 40] if content[0] < 80 else [2, content[0] - 80]
    value = 0
    for octet in content[1:]:
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            arcs.append(value)
            value = 0
    return tuple(arcs)


class Reader:
    """Reads TLVs one after the other."""

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    def next(self) -> tuple[int, int, int]:
        """(tag, start, end) of the next element's content. :raises BadMessage:"""
        try:
            tag, size = self.data[self.at], self.data[self.at + 1]
        except IndexError:
            raise BadMessage("message ends in the middle") from None
        start = self.at + 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(self.data[start : start + count])
            start += count
        if start + size > self.end:
            raise BadMessage("length runs over the end")
        self.at = start + size
        return tag, start, self.at

    def content(self, wanted: int) -> bytes:
        """Content of the next element, which must have this tag. :raises BadMessage:"""
        tag, start, end = self.next()
        if tag != wanted:
            raise BadMessage(f"tag {tag:#x} where {wanted:#x} belongs")
        return self.data[start:end]

    def integer(self) -> int:
        """The next element as an integer. :raises BadMessage:"""
        return int.from_bytes(self.content(INTEGER), signed=True)

    def inside(self, wanted: int | None = None) -> tuple[int, Reader]:
        """(tag, reader of the content) of the next element. :raises BadMessage:"""
        tag, start, end = self.next()
        if wanted is not None and tag != wanted:
            raise BadMessage(f"tag {tag:#x} where {wanted:#x} belongs")
        return tag, Reader(self.data, start, end)

    @property
    def more(self) -> bool:
        """Whether anything is left."""
        return self.at < self.end


@dataclass(slots=True)
class Pdu:
    """A PDU. For GETBULK ``status`` is non-repeaters and ``index`` max-repetitions. Values are encoded TLVs."""

    kind: int
    request_id: int
    status: int = 0
    index: int = 0
    varbinds: list[tuple[Oid, bytes]] = field(default_factory=list)

    @classmethod
    def parse(cls, reader: Reader) -> Pdu:
        """The next element as a PDU. :raises BadMessage:"""
        kind, body = reader.inside()
        pdu = cls(kind, body.integer(), body.integer(), body.integer())
        _, rows = body.inside(SEQUENCE)
        while rows.more:
            _, row = rows.inside(SEQUENCE)
            name = parse_oid(row.content(OID))
            at = row.at
            row.next()
            pdu.varbinds.append((name, row.data[at : row.at]))
        return pdu

    def encode(self) -> bytes:
        """The PDU with its tag."""
        rows = b"".join([tlv(SEQUENCE, oid(name) + value) for name, value in self.varbinds])
        return tlv(self.kind, integer(self.request_id) + integer(self.status) + integer(self.index) + tlv(SEQUENCE, rows))
