"""Address ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.addresses import Address, expand_ranges


def expanded(*ranges: str) -> list[str]:
    return [str(address) for address in expand_ranges(ranges)]


def test_every_form() -> None:
    assert expanded("10.0.0.5") == ["10.0.0.5"]
    assert expanded("127.0.1.1-127.0.1.3") == ["127.0.1.1", "127.0.1.2", "127.0.1.3"]
    assert expanded("10.0.0.254-10.0.1.1") == ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"]
    assert expanded("10.0.0.9-11") == ["10.0.0.9", "10.0.0.10", "10.0.0.11"]
    assert expanded("10.0.0.8/29") == [f"10.0.0.{last}" for last in range(9, 15)]
    assert expanded("10.0.0.10/31") == ["10.0.0.10", "10.0.0.11"]
    assert expanded("gam1.example") == ["gam1.example"]
    assert expanded("2001:db8::1-2001:db8::2") == ["2001:db8::1", "2001:db8::2"]
    assert expand_ranges(["10.0.0.1:1161", "gam1:162", "[2001:db8::1]:161", "10.0.0.1-2:99"]) == [
        Address("10.0.0.1", 1161),
        Address("gam1", 162),
        Address("2001:db8::1", 161),
        Address("10.0.0.1", 99),
        Address("10.0.0.2", 99),
    ]
    assert str(Address("2001:db8::1", 161)) == "[2001:db8::1]:161"


def test_each_address_comes_once_and_in_order() -> None:
    assert expanded("10.0.0.2", " ", "10.0.0.1-3", "10.0.0.2") == ["10.0.0.2", "10.0.0.1", "10.0.0.3"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10.0.0.300", "'10.0.0.300'"),
        ("10.0.0.0/33", "not a network"),
        ("10.0.0.9-10.0.0.1", "last address comes before"),
        ("10.0.0.9-2001:db8::1", "'10.0.0.9-2001:db8::1'"),
        ("10.0.0.1:0", "not a port"),
        ("10.0.0.1:http", "not a port"),
        ("10.0.0.1-x", "'x'"),
        ("shelf one", "neither an address"),
        ("10.0.0.0/8", "at most 4096"),
        ("2001:db8::/64", "at most 4096"),
        ("", "at least one"),
    ],
)
def test_what_makes_no_sense_is_named(text: str, words: str) -> None:
    with pytest.raises(ValueError, match="range") as caught:
        expand_ranges([text])
    assert words in str(caught.value)
    assert repr(text) in str(caught.value)


def test_the_limit_counts_all_ranges_together() -> None:
    assert len(expand_ranges(["10.0.0.1-4"], limit=4)) == 4
    with pytest.raises(ValueError, match="at most 4"):
        expand_ranges(["10.0.0.1-3", "10.0.0.4", "10.0.0.5"], limit=4)


@given(st.text(alphabet="0123456789abcdef.:-/[] x", max_size=24))
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        addresses = expand_ranges([text], limit=50)
    except ValueError:
        return
    assert 0 < len(addresses) <= 50
