"""The OID tree: order, quirks, and what stands where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from development.simulator import snmp_codec as ber
from development.simulator.mib import Tree
from development.simulator.snmp_agent import SnmpAgent
from development.simulator.snmp_codec import Oid, Pdu, Reader
from development.simulator.snmp_usm import localised_key
from development.simulator.state import SimShelf

GAM = "1.3.6.1.4.1.20095.2001"


def oid(text: str) -> Oid:
    """A dotted OID as a tuple."""
    return tuple(map(int, text.split(".")))


def walk(tree: Tree, below: str = "1") -> list[tuple[Oid, bytes]]:
    """All instances below an OID."""
    base, rows, name = oid(below), [], oid(below)
    while (found := tree.next(name)) is not None and found[0][: len(base)] == base:
        rows.append(found)
        name = found[0]
    return rows


def text(value: bytes | None) -> bytes:
    """An octet string's content."""
    assert value is not None
    return Reader(value).content(ber.OCTETS)


def test_walk_only_goes_up_and_get_agrees(shelf: SimShelf) -> None:
    tree = Tree(shelf)
    rows = walk(tree)
    names = [name for name, _ in rows]
    assert names == sorted(set(names))
    assert len(names) > 2000
    assert [name for name in names if tree.get(name) is None] == []


def test_next_of_any_oid_is_the_first_one_after_it(shelf: SimShelf) -> None:
    tree = Tree(shelf)
    names = [name for name, _ in walk(tree)]
    for at in range(0, len(names) - 1, 7):
        for probe in (names[at], names[at][:-1], (*names[at], 0), (*names[at][:-2], names[at][-2] + 1)):
            found = tree.next(probe)
            wanted = next((name for name in names if name > probe), None)
            assert (found[0] if found else None) == wanted


def test_truncated_uptime_with_stale_octets(shelf: SimShelf) -> None:
    shelf.booted_at = shelf.clock.now() - (53 * 86_400 + 14 * 3600 + 24 * 60 + 17)
    value = text(Tree(shelf).get(oid(f"{GAM}.24.1.3.4.1.0")))
    assert value.startswith(b"53d 14:24:1")
    assert value[11:12] != b"7"
    with pytest.raises(UnicodeDecodeError):
        value.decode()


def test_identity_is_in_sysutil_not_in_entity(shelf: SimShelf) -> None:
    tree = Tree(shelf)
    assert text(tree.get(oid(f"{GAM}.24.1.3.5.4.0"))) == b"GAM-12-C"
    assert text(tree.get(oid(f"{GAM}.24.1.3.5.3.0"))) == b"01010001"
    assert text(tree.get(oid("1.3.6.1.2.1.47.1.1.1.1.11.1"))) == b"System MAC: 00-0e-d8-1a-01-00"
    assert text(tree.get(oid("1.3.6.1.2.1.1.1.0"))) == b"GAM-12-C GigaBit Ethernet Switch, firmware GAM-12/24-C_v1.5.4"
    assert tree.get(oid("1.3.6.1.2.1.1.2.0")) == ber.oid(oid("1.3.6.1.4.1.20095.2000.1.14"))


def test_endpoints_by_id_and_by_mac(shelf: SimShelf) -> None:
    tree = Tree(shelf)
    assert [name[-1] for name, _ in walk(tree, f"{GAM}.143.1.3.20.10.1.90")] == [1, 2, 3, 4, 5]
    by_mac = walk(tree, f"{GAM}.143.1.3.30.10.1.90")
    assert [Reader(value).integer() for _, value in by_mac] == [1, 1, 1, 0, 2, 3]
    assert by_mac[5][0][-6:] == (0, 0x0E, 0xD8, 0x19, 0x97, 6)


def test_serial_zeros_and_ddmi_flags(shelf: SimShelf) -> None:
    tree = Tree(shelf)
    assert text(tree.get(oid(f"{GAM}.143.1.3.10.20.1.50.1000001"))) == b"0" * 63
    assert text(tree.get(oid(f"{GAM}.143.1.3.20.20.1.50.4"))) == b"0" * 63
    assert text(tree.get(oid(f"{GAM}.121.1.3.2.1.1018.1000014"))) == b"0.8864 +"
    assert text(tree.get(oid(f"{GAM}.121.1.3.2.1.1023.1000014"))).endswith(b" ++")


def test_interface_names(shelf: SimShelf) -> None:
    tree = Tree(shelf)
    names = {name[-1]: text(value) for name, value in walk(tree, "1.3.6.1.2.1.31.1.1.1.1")}
    assert names[1] == b"VLAN    1"
    assert (names[1000001], names[1000013], names[1000015]) == (b"G.hn 1/1", b"10GigabitEthernet 1/1", b"GigabitEthernet 1/1")
    assert text(tree.get(oid("1.3.6.1.2.1.2.2.1.2.1000012"))) == b"Port G.hn-12"
    shelf.variants.vlan_rows_in_ifmib = True
    assert len(walk(Tree(shelf), "1.3.6.1.2.1.2.2.1.1")) == 4095 + 15


def test_counters_count(shelf: SimShelf) -> None:
    tree, name = Tree(shelf), oid("1.3.6.1.2.1.31.1.1.1.10.1000001")
    first = tree.get(name)
    shelf.clock.advance(10)
    assert first is not None
    assert first[0] == ber.COUNTER64
    assert tree.get(name) != first


def test_vlan_bitmap_is_least_significant_bit_first(shelf: SimShelf) -> None:
    shelf.put("subscriber", 1, {"allowed": (9, 1024)})
    shelf.changed()
    tree = Tree(shelf)
    first = text(tree.get(oid(f"{GAM}.143.1.2.40.1.130.1")))
    assert (len(first), first[1]) == (128, 0b10)
    assert text(tree.get(oid(f"{GAM}.143.1.2.40.1.140.1")))[0] == 1


def test_alarm_log_rows(shelf: SimShelf) -> None:
    tree = Tree(shelf)
    assert {name[-2] for name, _ in walk(tree, f"{GAM}.145.1.3.2.1")} == {2, 3, 4, 5, 10, 11, 12, 13, 14}
    assert len(text(tree.get(oid(f"{GAM}.145.1.3.2.1.3.1")))) == 16
    assert len(text(tree.get(oid(f"{GAM}.145.1.3.2.1.13.1")))) == 8


def test_syslog_is_a_ring(shelf: SimShelf) -> None:
    for number in range(100):
        shelf.say(6, f"line {number}")
    shelf.changed()
    rows = walk(Tree(shelf), f"{GAM}.37.1.3.1.1.5")
    assert len(rows) == shelf.variants.syslog_size
    assert text(rows[-1][1]) == b"line 99"


def test_half_a_table(shelf: SimShelf) -> None:
    tree = Tree(shelf)
    shelf.faults.change({"half": ["snmp"]})
    assert len(walk(tree, f"{GAM}.143.1.3.30.10.1.10")) == 6
    assert len(walk(tree, f"{GAM}.143.1.3.30.10.1.90")) == 3


@pytest.mark.parametrize("cap", [484, 1472])
def test_responses_stay_below_the_cap(shelf: SimShelf, cap: int) -> None:
    shelf.variants.max_response = cap
    agent = SnmpAgent(shelf)
    for below in ("1.3.6.1.2.1", f"{GAM}.24", f"{GAM}.143.1.3.30", f"{GAM}.145"):
        pdu = Pdu(ber.GETBULK, 1, 0, 200, [(oid(below), b"\x05\x00")])
        message = ber.tlv(ber.SEQUENCE, ber.integer(1) + ber.octets("public") + pdu.encode())
        answer = agent.answer(message)
        assert answer is not None
        assert cap * 0.7 < len(answer) <= cap


@given(st.integers(-(2**31), 2**31 - 1))
def test_integers_round_trip(value: int) -> None:
    assert Reader(ber.integer(value)).integer() == value


@given(st.lists(st.integers(0, 2**32 - 1), max_size=20))
def test_oids_round_trip(arcs: list[int]) -> None:
    name = (1, 3, *arcs)
    assert ber.parse_oid(Reader(ber.oid(name)).content(ber.OID)) == name


@given(st.binary(max_size=300))
def test_pdus_round_trip(data: bytes) -> None:
    pdu = Pdu(ber.GET, 77, 1, 2, [((1, 3, 6), ber.octets(data)), ((1, 3, 6, 1), ber.unsigned(2**32 - 1))])
    assert Pdu.parse(Reader(pdu.encode())) == pdu


def test_key_localisation_as_in_rfc_3414() -> None:
    engine = bytes.fromhex("000000000000000000000002")
    assert localised_key("maplesyrup", "sha1", engine).hex() == "6695febc9288e36282235fc7151f128497b38f3f"
