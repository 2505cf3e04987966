"""The SNMP reader against an agent that behaves and misbehaves."""

from __future__ import annotations

import multiprocessing
import socket
import time
from typing import Any

import pytest
from pysnmp.proto.api import v2c

from nornir_tasks.connections.snmp import SnmpConnection, SnmpReader
from nornir_tasks.connections.snmp_choice import open_reader
from nornir_tasks.connections.snmp_hub import get_hub
from nornir_tasks.contracts import SnmpCredential
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.testing import SnmpAgent, serving

BASE = (1, 3, 6, 1, 4, 1, 20095, 9)
TABLE = {(*BASE, column, row): v2c.Integer32(column * 100 + row) for column in (1, 2) for row in range(1, 31)}
SCALARS = {
    (1, 3, 6, 1, 2, 1, 1, 1, 0): v2c.OctetString(b"a\x00\xff"),
    (1, 3, 6, 1, 2, 1, 1, 2, 0): v2c.ObjectIdentifier((1, 3, 6, 1, 4, 1, 20095, 2000, 1, 14)),
    (1, 3, 6, 1, 2, 1, 1, 3, 0): v2c.TimeTicks(4711),
    (1, 3, 6, 1, 4, 1, 20095, 10, 0): v2c.Counter64(2**63 + 1),
    (1, 3, 6, 1, 4, 1, 20095, 11, 0): v2c.IpAddress("192.0.2.1"),
}


def agent(**options: Any) -> SnmpAgent:
    return SnmpAgent({**TABLE, **SCALARS}, **options)


class MakeReader:
    """Makes readers of one implementation."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, served: SnmpAgent, **options: Any) -> SnmpReader:
        return self.at(served.port, **options)

    def at(self, port: int, address: str = "127.0.0.1", **options: Any) -> SnmpReader:
        credential = options.pop("credential", SnmpCredential())
        return open_reader(address, port, credential, reader=self.name, **{"timeout": 2, "retries": 2, **options})


@pytest.fixture(params=["pysnmp", "gufo"])
def reader(request: pytest.FixtureRequest) -> MakeReader:
    """The contract holds for both."""
    return MakeReader(request.param)


def test_get_returns_plain_values_and_leaves_out_what_does_not_exist(reader: MakeReader) -> None:
    with serving(agent()) as served:
        values = reader(served).get([*SCALARS, (1, 3, 6, 1, 99, 0)])
    assert values == {
        (1, 3, 6, 1, 2, 1, 1, 1, 0): b"a\x00\xff",
        (1, 3, 6, 1, 2, 1, 1, 2, 0): (1, 3, 6, 1, 4, 1, 20095, 2000, 1, 14),
        (1, 3, 6, 1, 2, 1, 1, 3, 0): 4711,
        (1, 3, 6, 1, 4, 1, 20095, 10, 0): 2**63 + 1,
        (1, 3, 6, 1, 4, 1, 20095, 11, 0): b"\xc0\x00\x02\x01",
    }


def test_a_value_of_a_rare_type_does_not_cost_its_neighbours(reader: MakeReader) -> None:
    odd = {(*BASE, 3, 1): v2c.Opaque(b"\x9f\x78\x04\x42\xf6\x00\x00"), (*BASE, 3, 2): v2c.Integer32(7)}
    with serving(SnmpAgent({**TABLE, **SCALARS, **odd})) as served:
        opened = reader(served, timeout=0.5, retries=1)
        assert opened.get([*odd, (*BASE, 1, 1)])[(*BASE, 1, 1)] == 101
        assert dict(opened.walk((*BASE, 3)))[(*BASE, 3, 2)] == 7


def test_a_shelf_without_sysuptime_is_read_in_as_few_requests(reader: MakeReader) -> None:
    with serving(SnmpAgent(dict(TABLE))) as served:
        values = reader(served).get([*TABLE, (1, 3, 6, 1, 99, 0)])
    assert len(values) == len(TABLE)
    assert len(served.seen) == 3


def test_get_of_many_is_asked_in_portions_and_smaller_ones_when_too_big(reader: MakeReader) -> None:
    with serving(agent(too_big_above=6)) as served:
        values = reader(served).get(TABLE)
    assert values == {oid: int(value) for oid, value in TABLE.items()}


def test_walk_returns_the_subtree_in_order(reader: MakeReader) -> None:
    with serving(agent()) as served:
        rows = reader(served).walk(BASE)
        assert rows == sorted((oid, int(value)) for oid, value in TABLE.items())
        assert len(served.seen) == 6
        assert reader(served).walk((*BASE, 2), after=(*BASE, 2, 28)) == [((*BASE, 2, 29), 229), ((*BASE, 2, 30), 230)]
        assert reader(served).walk((1, 3, 6, 1, 4, 1, 20095, 9, 7)) == []


def test_walk_falls_back_to_fewer_rows_and_to_getnext(reader: MakeReader) -> None:
    with serving(agent(most_repetitions=0)) as served:
        slow = reader(served, timeout=1, retries=0)
        slow.get([(1, 3, 6, 1, 2, 1, 1, 3, 0)])
        assert len(slow.walk((*BASE, 1))) == 30
    assert served.seen.count("GetBulkRequestPDU") == 2
    assert served.seen.count("GetNextRequestPDU") == 31


def test_lost_packets_are_asked_for_again(reader: MakeReader) -> None:
    with serving(agent(drop=2)) as served:
        assert len(reader(served, timeout=0.5, retries=5).walk(BASE)) == 60


def test_an_agent_that_goes_round_is_stopped(reader: MakeReader) -> None:
    with (
        serving(agent(wrap_at=(*BASE, 1, 20), wrap_to=(*BASE, 1, 3))) as served,
        pytest.raises(DeviceError, match="repeats itself") as caught,
    ):
        reader(served).walk(BASE)
    assert caught.value.kind is ErrorKind.UNPARSEABLE


def test_silence_is_unreachable_and_a_wrong_community_looks_the_same(reader: MakeReader) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(DeviceError, match=r"wrong community looks the same|nothing listens there") as caught:
        reader.at(port, timeout=0.1, retries=0).get(SCALARS)
    assert caught.value.kind is ErrorKind.UNREACHABLE
    with serving(agent()) as served, pytest.raises(DeviceError) as caught:
        reader(served, timeout=0.1, retries=0, credential=SnmpCredential(community="s3cret-c0mmunity")).get(SCALARS)
    assert caught.value.kind is ErrorKind.UNREACHABLE
    assert "s3cret" not in repr(caught.value)


def test_falling_silent_later_is_a_timeout(reader: MakeReader) -> None:
    with serving(agent()) as served:
        one = reader(served, timeout=1, retries=0)
        one.get(SCALARS)
        served.drop = 1000
        with pytest.raises(DeviceError, match="stopped answering") as caught:
            one.walk(BASE)
    assert caught.value.kind is ErrorKind.TIMEOUT


def test_the_deadline_ends_a_slow_reading(reader: MakeReader) -> None:
    with serving(agent(drop=1000)) as served:
        started = time.monotonic()
        one = reader(served, timeout=5, retries=5, deadline=0.2)
        for _ in range(2):
            with pytest.raises(DeviceError, match=r"limit of 0\.2 s") as caught:
                one.get(SCALARS)
            assert caught.value.kind is ErrorKind.TIMEOUT
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(("status", "kind"), [(5, ErrorKind.REJECTED), (16, ErrorKind.AUTH)])
def test_an_agents_refusal_names_its_word(reader: MakeReader, status: int, kind: ErrorKind) -> None:
    with (
        serving(agent(error=status)) as served,
        pytest.raises(DeviceError, match=r"answered (genErr|authorizationError)") as caught,
    ):
        reader(served).get(SCALARS)
    assert caught.value.kind is kind


@pytest.mark.parametrize("garbage", [b"<html>no</html>", b"\x30\x82\xff\xff", b"\x00", b"\x30\x81"])
def test_garbage_is_no_answer(reader: MakeReader, garbage: bytes) -> None:
    with serving(agent(garbage=garbage)) as served, pytest.raises(DeviceError) as caught:
        reader(served, timeout=0.1, retries=0).get(SCALARS)
    assert caught.value.kind in (ErrorKind.UNREACHABLE, ErrorKind.UNPARSEABLE)


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        (SnmpCredential(version="1"), "version '1'"),
        (SnmpCredential(version="3", username="u", auth_protocol="SHA9", auth_key="12345678"), "auth_protocol 'SHA9'"),
        (SnmpCredential(version="3", username="u", auth_protocol="SHA", auth_key="short"), "auth_key is shorter"),
        (SnmpCredential(version="3", username="u", priv_protocol="AES", priv_key="12345678"), "without auth_protocol"),
    ],
)
def test_an_impossible_credential_names_its_field(reader: MakeReader, credential: SnmpCredential, words: str) -> None:
    with pytest.raises(DeviceError, match=words) as caught:
        reader.at(1, credential=credential)
    assert caught.value.kind is ErrorKind.AUTH


def test_an_unresolvable_name_says_so(reader: MakeReader) -> None:
    with pytest.raises(DeviceError, match=r"'gam\.invalid' cannot be resolved") as caught:
        reader.at(161, "gam.invalid").get(SCALARS)
    assert caught.value.kind is ErrorKind.UNREACHABLE


def test_a_forked_child_gets_a_hub_of_its_own(reader: MakeReader) -> None:
    with serving(agent()) as served:
        reader(served).get(SCALARS)
        hub = get_hub()
        context = multiprocessing.get_context("fork")
        answers = context.Queue()

        def child() -> None:
            answers.put((get_hub() is hub, len(reader(served, timeout=2).get(SCALARS))))

        process = context.Process(target=child)
        process.start()
        same, values = answers.get(timeout=20)
        process.join(10)
    assert (same, values, process.exitcode) == (False, len(SCALARS), 0)


def test_the_nornir_connection_makes_a_reader_from_its_extras() -> None:
    with serving(agent(community="town")) as served:
        plugin = SnmpConnection()
        plugin.open("127.0.0.1", None, None, served.port, None, {"credential": SnmpCredential(community="town"), "timeout": 2})
        assert len(plugin.connection.get(SCALARS)) == len(SCALARS)
        plugin.close()
