"""Notifications of every version and syslog are recognised; requests, noise and damaged messages are not, and break nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.proto import api

from nornir_tasks import recognise_hint

V1, V2C = 0, 1
# Discovery of an engine as net-snmp sends it: SNMPv3, noAuthNoPriv, reportable.
V3 = bytes.fromhex(
    "303a020103300f02024a69020300ffe30401040201030410300e0400020100020100040004000400301204000400a00c020237f00201000201003000"
)


def message(version: int, pdu: str) -> bytes:
    """An SNMP message as a shelf or a manager sends it."""
    protocol = api.PROTOCOL_MODULES[version]
    made = getattr(protocol, pdu)()
    (protocol.apiTrapPDU if "Trap" in pdu or "Inform" in pdu else protocol.apiPDU).set_defaults(made)
    whole = protocol.Message()
    protocol.apiMessage.set_defaults(whole)
    protocol.apiMessage.set_community(whole, "public")
    protocol.apiMessage.set_pdu(whole, made)
    return bytes(encoder.encode(whole))


@pytest.mark.parametrize(("version", "pdu"), [(V1, "TrapPDU"), (V2C, "SNMPv2TrapPDU"), (V2C, "InformRequestPDU")])
def test_notifications(version: int, pdu: str) -> None:
    assert recognise_hint(message(version, pdu)) == "trap"


def test_version_3_is_taken_as_it_is() -> None:
    assert recognise_hint(V3) == "trap"


@pytest.mark.parametrize("version", [V1, V2C])
def test_requests_are_no_hints(version: int) -> None:
    assert recognise_hint(message(version, "GetRequestPDU")) is None


@pytest.mark.parametrize("octets", [b"<34>Oct 11 22:14:15 gam su: failed", b"<191>1 - - - - - -", b"<0>"])
def test_syslog(octets: bytes) -> None:
    assert recognise_hint(octets) == "syslog"


@pytest.mark.parametrize("octets", [b"", b"<192>too high", b"<>", b"<1234>", b"hello", b"0\x80", b"\x30\x84\xff\xff\xff\xff"])
def test_noise(octets: bytes) -> None:
    assert recognise_hint(octets) is None


@given(st.binary(max_size=200))
def test_anything_is_answered(octets: bytes) -> None:
    assert recognise_hint(octets) in {"syslog", None} or octets.startswith(b"0")


@given(st.integers(0, 66), st.integers(0, 255), st.integers(0, 67))
def test_damage_breaks_nothing(place: int, value: int, length: int) -> None:
    octets = bytearray(message(V2C, "SNMPv2TrapPDU"))
    octets[place % len(octets)] = value
    assert recognise_hint(bytes(octets[:length])) in {"trap", None}
