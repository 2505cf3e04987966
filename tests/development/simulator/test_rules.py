"""What a shelf accepts and refuses, by error number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from development.simulator.config import Kind
from development.simulator.refusals import MESSAGES, VTSS_BASE, Refused
from development.simulator.rules import automatic_name, normal_mac
from development.simulator.state import OK, SimShelf

from .conftest import town_shelf

REFUSALS: list[tuple[int, Kind, int, dict[str, object]]] = [
    (15, "subscriber", 9, {"name": ""}),
    (15, "subscriber", 9, {"name": "x" * 32}),
    (16, "subscriber", 9, {"name": "C1001"}),
    (17, "endpoint", 9, {"mac": "00:0e:d8:00:00:09", "name": "ep1"}),
    (18, "profile", 9, {"name": "100M"}),
    (22, "profile", 9, {"name": ""}),
    (22, "profile", 1, {"name": "Mine"}),
    (23, "profile", 9, {"name": "p", "ds": 9}),
    (23, "profile", 9, {"name": "p", "ds": 2000}),
    (24, "profile", 9, {"name": "p", "us": 2000}),
    (25, "subscriber", 9, {"name": "s", "vlan": 2}),
    (25, "subscriber", 9, {"name": "s", "vlan": 3841}),
    (25, "subscriber", 9, {"name": "s", "vlan": 4095}),
    (26, "subscriber", 9, {"name": "s", "remapped": 2}),
    (27, "subscriber", 9, {"name": "s", "port2": 3842}),
    (28, "subscriber", 9, {"name": "s", "vlan": 50, "port2": 50}),
    (29, "subscriber", 9, {"name": "s", "allowed": tuple(range(10, 25))}),
    (31, "endpoint", 9, {"mac": ""}),
    (31, "endpoint", 9, {"mac": "01:00:5e:00:00:01", "name": "multicast"}),
    (32, "endpoint", 9, {"mac": "00:0e:d8:19:97:01"}),
    (5, "endpoint", 9, {"mac": "00:0e:d8:00:00:09", "port": 13}),
    (9, "subscriber", 9, {"name": "s", "endpoint_id": 99}),
    (13, "subscriber", 9, {"name": "s", "endpoint_id": 1}),
    (21, "subscriber", 9, {"name": "s", "profile_id": 14}),
    (41, "subscriber", 9, {"name": "s", "nni": "10GigabitEthernet 1/9"}),
    (42, "subscriber", 9, {"name": "s", "double_tags": True}),
    (43, "subscriber", 9, {"name": "s", "nni": "GigabitEthernet 1/1"}),
    (43, "subscriber", 9, {"name": "s", "nni": "G.hn 1/1"}),
    (57, "subscriber", 9, {"name": "s", "port": 1}),
    (6, "subscriber", 385, {"name": "s"}),
    (20, "profile", 16, {"name": "p"}),
]


@pytest.mark.parametrize(("number", "kind", "ident", "changes"), REFUSALS)
def test_refused_and_nothing_changed(shelf: SimShelf, number: int, kind: Kind, ident: int, changes: dict[str, object]) -> None:
    before = shelf.running.copy()
    with pytest.raises(Refused) as refused:
        shelf.put(kind, ident, changes)
    assert refused.value.number == number
    assert shelf.running == before


def test_error_numbers_follow_the_vendors_arithmetic() -> None:
    assert sorted(MESSAGES) == list(range(1, 58))
    assert Refused(22).vtss_code == -9437162
    assert VTSS_BASE == -9437184


@pytest.mark.parametrize("vlan", [3, 100, 3839, 3843, 4093, 4094])
def test_service_vlans_accepted(shelf: SimShelf, vlan: int) -> None:
    shelf.put("subscriber", 9, {"name": "s", "vlan": vlan})
    assert shelf.running.subscribers[9].vlan == vlan


def test_new_subscriber_is_unprovisioned(shelf: SimShelf) -> None:
    shelf.put("subscriber", 9, {"name": "s"})
    new = shelf.running.subscribers[9]
    assert (new.vlan, new.profile_id, new.poe) == (4094, 1, "enable")


def test_sixteen_endpoints_per_coax_port(shelf: SimShelf) -> None:
    for number in range(16):
        shelf.put("endpoint", 100 + number, {"mac": f"00:0e:d8:00:01:{number:02x}", "port": 12})
    with pytest.raises(Refused) as refused:
        shelf.put("endpoint", 200, {"mac": "00:0e:d8:00:02:00", "port": 12})
    assert refused.value.number == 36


def test_one_endpoint_per_copper_port(copper: SimShelf) -> None:
    with pytest.raises(Refused) as refused:
        copper.put("endpoint", 9, {"mac": "00:0e:d8:00:00:09", "port": 1})
    assert refused.value.number == 36


def test_fifteen_profiles_and_384_endpoints(shelf: SimShelf) -> None:
    for ident in range(4, 16):
        shelf.put("profile", ident, {"name": f"p{ident}"})
    with pytest.raises(Refused) as refused:
        shelf.rules.free_id(shelf.running, "profile")
    assert refused.value.number == 34
    for ident in range(6, 385):
        shelf.put("endpoint", ident, {"mac": f"00:0e:d8:01:{ident >> 8:02x}:{ident & 255:02x}"})
    with pytest.raises(Refused) as refused:
        shelf.rules.free_id(shelf.running, "endpoint")
    assert refused.value.number == 33


def test_in_use_is_refused_or_detached(shelf: SimShelf) -> None:
    for kind in ("endpoint", "profile"):
        with pytest.raises(Refused):
            shelf.drop(kind, 1 if kind == "endpoint" else 2)
    shelf.variants.delete_in_use = "detach"
    shelf.drop("endpoint", 1)
    shelf.drop("profile", 2)
    assert (shelf.running.subscribers[1].endpoint_id, shelf.running.subscribers[1].profile_id) == (0, 1)


def test_the_default_profile_stays(shelf: SimShelf) -> None:
    with pytest.raises(Refused) as refused:
        shelf.drop("profile", 1)
    assert refused.value.number == 20


def test_port_aware_only_on_copper(shelf: SimShelf, copper: SimShelf) -> None:
    with pytest.raises(Refused) as refused:
        shelf.set_subscriber_model("portAware")
    assert refused.value.number == 57
    copper.set_subscriber_model("portAware")
    copper.put("subscriber", 9, {"name": "s", "port": 3})
    with pytest.raises(Refused) as refused:
        copper.put("subscriber", 10, {"name": "t", "port": 3})
    assert refused.value.number == 14


def test_automatic_name_and_automatic_port(shelf: SimShelf) -> None:
    shelf.put("endpoint", 9, {"mac": "00:0e:d8:19:97:06", "auto_port": True})
    shelf.changed()
    item = shelf.running.endpoints[9]
    assert (item.name, item.port) == ("Positron_199706", 6)
    assert next(view for view in shelf.views() if view.id == 9).state == OK


def test_variants_change_the_limits() -> None:
    shelf = SimShelf(town_shelf())
    shelf.variants.rate_max, shelf.variants.allowed_vlans_max, shelf.variants.vlan_max = 800, 12, 4094
    for changes in ({"name": "p", "ds": 801}, {"name": "p", "us": 801}):
        with pytest.raises(Refused):
            shelf.put("profile", 9, changes)
    with pytest.raises(Refused):
        shelf.put("subscriber", 9, {"name": "s", "allowed": tuple(range(10, 23))})
    shelf.put("subscriber", 9, {"name": "s", "port2": 4094, "vlan": 100})


@given(st.integers(0, 2**48 - 1), st.sampled_from([":", "-", "", "."]))
def test_any_notation_of_a_mac(value: int, separator: str) -> None:
    digits = f"{value:012X}"
    step = 4 if separator == "." else 2
    written = separator.join(digits[at : at + step] for at in range(0, 12, step))
    assert normal_mac(written).replace(":", "") == digits.lower()
    assert automatic_name(normal_mac(written)) == "Positron_" + digits[6:]
