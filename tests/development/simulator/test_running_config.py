"""Configuration text: what it looks like, and that reading it back gives the same configuration."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from development.simulator import running_config
from development.simulator.refusals import Refused
from development.simulator.state import SimShelf
from development.simulator.words import SyntaxProblem, Word, vlan_list, vlan_text

from .conftest import town_shelf

NAMES = st.text(
    st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"], exclude_characters='"'), min_size=1, max_size=31
)
TEXTS = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"], exclude_characters='"'), max_size=63)
VLANS = st.integers(3, 4093).filter(lambda vlan: vlan not in range(3840, 3843))


def test_real_lines(shelf: SimShelf) -> None:
    rows = running_config.render(shelf, shelf.running).split("\n")
    assert 'ghn endpoint 1 name "ep1" mac-address 00:0e:d8:19:97:01 port 1' in rows
    assert 'ghn subscriber 2 name "C1002" vid 101 tagged endpoint 2 bw-profile unthrottled poe disable' in rows
    assert 'ghn subscriber 1 name "C1001" vid 100 endpoint 1 bw-profile 2 poe disable description "12 Elm Street"' in rows
    assert rows[-1] == "end"
    assert "username admin privilege 15 password encrypted c2hlbGYtcGFzcw==" in rows
    assert " switchport trunk allowed vlan 3-4094" in rows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=NAMES,
    description=TEXTS,
    vlan=VLANS,
    tagged=st.booleans(),
    remapped=st.one_of(st.just(0), VLANS),
    allowed=st.lists(VLANS, max_size=14, unique=True),
    poe=st.sampled_from(["disable", "enable", "force"]),
    profile=st.sampled_from([0, 1, 2, 3]),
)
def test_round_trip(
    shelf: SimShelf, name: str, description: str, vlan: int, tagged: bool, remapped: int, allowed: list[int], poe: str, profile: int
) -> None:
    shelf.running = shelf.startup.copy()
    changes = {
        "name": f"s{name}"[:31],
        "description": description,
        "vlan": vlan,
        "tagged": tagged,
        "remapped": remapped,
        "allowed": tuple(sorted(allowed)),
        "poe": poe,
        "profile_id": profile,
        "endpoint_id": 3,
    }
    shelf.put("subscriber", 9, changes)
    shelf.put("endpoint", 9, {"mac": "00:0e:d8:00:00:09", "auto_port": True, "name": f"e{name}"[:31], "allow_mgmt": tagged})
    assert running_config.parse(shelf, running_config.render(shelf, shelf.running)) == shelf.running


def test_round_trip_of_invented_keywords() -> None:
    shelf = SimShelf(town_shelf())
    shelf.variants.unknown_keywords = True
    shelf.put("subscriber", 1, {"double_tags": True, "outer": 120, "nni": "10GigabitEthernet 1/1", "trunk": True})
    text = running_config.render(shelf, shelf.running)
    assert 'double-tag-vid 120 nni "10G 1/1" trunk-mode' in text
    assert running_config.parse(shelf, text) == shelf.running


def test_parsing_changes_nothing_on_the_shelf(shelf: SimShelf) -> None:
    before = shelf.running.copy()
    with pytest.raises(SyntaxProblem):
        running_config.parse(shelf, "nonsense here")
    with pytest.raises(Refused):
        running_config.parse(shelf, 'ghn subscriber 1 name "x" vid 2')
    assert shelf.running == before


@given(st.sets(st.integers(1, 4095), max_size=40))
def test_vlan_lists(vlans: set[int]) -> None:
    if vlans:
        assert set(vlan_list(Word(vlan_text(vlans), 0))) == vlans
