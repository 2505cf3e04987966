"""Rules of the shelf: single values, objects, whole configurations."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.contracts import EndpointConfig, ProfileConfig, ShelfConfig, SubscriberConfig, SubscriberModel
from nornir_tasks.errors import RuleViolation
from nornir_tasks.gam import rules
from tests.nornir_tasks.strategies import COPPER, MODEL, cli_configs, macs

EP = EndpointConfig("ep", "00:0e:d8:00:00:01", 1)


def rules_of(config: ShelfConfig, model=MODEL) -> set[tuple[str, str]]:
    return {(found.subject, found.field) for found in rules.check_config(config, model)}


@pytest.mark.parametrize(
    ("name", "word"),
    [("", "at least one"), ("x" * 32, "32"), ("caf\u00e9", "printable"), ('a"b', "quoted"), ("a\\b", "escape"), ("a?", "help"),
     ("a\tb", "printable"), (" a", "blanks"), ("a\n", "printable")],
)  # fmt: skip
def test_bad_names_say_why(name: str, word: str) -> None:
    with pytest.raises(RuleViolation, match=word):
        rules.valid_name("name", name)


@pytest.mark.parametrize("name", ["x", "x" * 31, "Unit 117D", "O'Brien & Sons #2", "C#", "(a) [b] {c} <d> | ! % $"])
def test_good_names(name: str) -> None:
    assert rules.valid_name("name", name) == name


def test_description_stops_at_63() -> None:
    assert rules.valid_description("description", "x" * 63)
    assert rules.valid_description("description", "") == ""
    with pytest.raises(RuleViolation, match="64"):
        rules.valid_description("description", "x" * 64)


@pytest.mark.parametrize("vlan", [-1, 0, 1, 2, 3840, 3841, 3842, 4094, 4095, 4096])
def test_reserved_vlans(vlan: int) -> None:
    assert rules.is_reserved_vlan(vlan)
    with pytest.raises(RuleViolation):
        rules.valid_service_vlan("vlan", vlan)


@pytest.mark.parametrize("vlan", [3, 100, 3839, 3843, 4093])
def test_service_vlans(vlan: int) -> None:
    assert not rules.is_reserved_vlan(vlan)
    assert rules.valid_service_vlan("vlan", vlan) == vlan


def test_4094_only_as_a_subscribers_own_vlan() -> None:
    assert rules.valid_subscriber_vlan("vlan", 4094) == rules.SUSPENDED_VLAN == 4094
    assert not rules.check_subscriber(SubscriberConfig("s", 4094))
    assert {v.field for v in rules.check_subscriber(SubscriberConfig("s", 10, remapped_vlan=4094, port2_vlan=4094))} == {
        "remapped_vlan",
        "port2_vlan",
    }


@given(macs, st.sampled_from(["colon", "dash", "dot", "bare"]), st.booleans())
def test_every_notation_of_a_mac_is_the_same_mac(mac: str, notation: str, upper: bool) -> None:
    digits = mac.replace(":", "")
    forms = {"colon": mac, "dash": mac.replace(":", "-"), "bare": digits, "dot": f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"}
    text = forms[notation]
    assert rules.canonical_mac(f" {text.upper() if upper else text} ") == mac


@pytest.mark.parametrize(
    "text",
    ["", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:0e:d8:19:97", "00:0e-d8:19:97:e6", "000ed81997eg",
     "00:0e:d8:19:97:e6:00", "0:e:d8:19:97:e6", "000e:d819:97e6"],
)  # fmt: skip
def test_what_is_no_endpoints_mac(text: str) -> None:
    with pytest.raises(RuleViolation):
        rules.canonical_mac(text)


def test_automatic_name_as_seen_on_real_shelves() -> None:
    assert rules.endpoint_auto_name("00:0E:D8:19:97:E6") == "Positron_1997E6"


@pytest.mark.parametrize(
    ("kbps", "overhead", "mbps"),
    [
        (100_000, 8, 108),
        (102_400, 8, 111),
        (500_000, 9, 545),
        (250_000, 8, 270),
        (1_000_000, 0, 1000),
        (100_001, 0, 101),
        (50_000, 7.5, 54),
    ],
)
def test_shelf_rate_rounds_up(kbps: int, overhead: float, mbps: int) -> None:
    assert rules.shelf_rate(kbps, overhead) == rules.ShelfRate(mbps)
    assert rules.shelf_rate_mbps(kbps, overhead) == mbps


def test_shelf_rate_says_when_it_clamps() -> None:
    assert rules.shelf_rate(1_000, 8).mbps == 10
    assert "2 Mbit/s" in rules.shelf_rate(1_000, 8).note
    assert rules.shelf_rate(2_500_000, 8).mbps == 1999
    assert "2700" in rules.shelf_rate(2_500_000, 8).note
    for wrong in ((0, 8), (-1, 8), (1000, -1)):
        with pytest.raises(RuleViolation):
            rules.shelf_rate(*wrong)


@given(st.integers(1, 1_800_000), st.integers(0, 30))
def test_nobody_gets_less_than_was_sold(kbps: int, overhead: int) -> None:
    rate = rules.shelf_rate(kbps, overhead)
    assert rate.note or rate.mbps * 100_000 >= kbps * (100 + overhead) > (rate.mbps - 1) * 100_000


@given(cli_configs())
def test_strategy_is_valid_by_every_rule(config: ShelfConfig) -> None:
    assert rules.check_config(config, MODEL) == ()


def test_object_rules() -> None:
    assert {v.field for v in rules.check_profile(ProfileConfig("", 9, 2000, id=16))} == {
        "name",
        "downstream_mbps",
        "upstream_mbps",
        "id",
    }
    assert {v.field for v in rules.check_endpoint(EndpointConfig("e", "nonsense", 0, id=385))} == {"mac", "port", "id"}
    found = rules.check_subscriber(SubscriberConfig("s", 10, "e", 3, port2_vlan=10, double_tag=True, outer_vlan=None, id=385))
    assert {v.field for v in found} == {"port2_vlan", "outer_vlan", "port", "id"}


def test_twelve_allowed_vlans_and_a_warning_for_what_older_firmware_took() -> None:
    def subscriber(count: int) -> SubscriberConfig:
        return SubscriberConfig("s", 10, allowed_vlans=tuple(range(100, 100 + count)))

    assert not rules.check_subscriber(subscriber(12))
    assert [v.field for v in rules.check_subscriber(subscriber(13))] == ["allowed_vlans"]
    assert [len(rules.warn_subscriber(subscriber(count))) for count in (12, 13, 14, 15)] == [0, 1, 1, 0]
    assert rules.check_subscriber(SubscriberConfig("s", 10, allowed_vlans=(20, 20)))
    assert rules.warn_subscriber(SubscriberConfig("s", 4093))


def test_cross_rules() -> None:
    twin = replace(EP, name="twin")
    assert ("twin", "mac") in rules_of(ShelfConfig((), (EP, twin)))
    assert ("ep", "name") in rules_of(ShelfConfig((), (EP, replace(EP, mac="00:0e:d8:00:00:02"))))
    two = (SubscriberConfig("a", 10, "ep"), SubscriberConfig("b", 10, "ep"))
    assert {("a", "endpoint"), ("b", "endpoint")} <= rules_of(ShelfConfig((), (EP,), two))
    lost = SubscriberConfig("a", 10, "nowhere", profile="nothing")
    assert rules_of(ShelfConfig((), (EP,), (lost,))) == {("a", "endpoint"), ("a", "profile")}
    ids = (ProfileConfig("a", 10, 10, id=2), ProfileConfig("b", 10, 10, id=2))
    assert rules_of(ShelfConfig(ids)) == {("a", "id"), ("b", "id")}


def test_limits_of_the_shelf() -> None:
    profiles = tuple(ProfileConfig(f"p{n}", 10, 10) for n in range(16))
    assert ("shelf", "profiles") in rules_of(ShelfConfig(profiles))
    crowd = tuple(EndpointConfig(f"e{n:03}", f"00:0e:d8:00:01:{n:02x}", 1) for n in range(17))
    assert {field for _, field in rules_of(ShelfConfig((), crowd))} == {"port"}
    assert not rules_of(ShelfConfig((), crowd[:16]))
    assert rules_of(ShelfConfig((), crowd[:2]), COPPER) == {("e000", "port"), ("e001", "port")}
    assert rules_of(ShelfConfig((), (replace(EP, port=13),))) == {("ep", "port")}
    many = tuple(EndpointConfig(f"e{n:03}", f"00:0e:d8:00:{n >> 8:02x}:{n & 255:02x}") for n in range(1, 386))
    assert rules_of(ShelfConfig((), many)) == {("shelf", "endpoints")}


def test_subscriber_model_decides_what_a_subscriber_is_bound_to() -> None:
    by_port = (SubscriberConfig("a", 10, port=1), SubscriberConfig("b", 10, port=1))
    assert {("a", "port"), ("b", "port")} <= rules_of(ShelfConfig((), (), by_port))
    aware = ShelfConfig((), (), by_port[:1], SubscriberModel.PORT_AWARE)
    assert not rules_of(aware, COPPER)
    assert rules_of(aware, MODEL) == {("shelf", "subscriber_model")}
    assert ("a", "nni") in rules_of(
        ShelfConfig((), (), (SubscriberConfig("a", 10, double_tag=True, outer_vlan=20, nni="10G 1/3"),))
    )
    fine = SubscriberConfig("a", 10, double_tag=True, outer_vlan=20, nni="10GigabitEthernet 1/2")
    assert not rules_of(ShelfConfig((), (), (fine,)))


def test_ids_are_hints_and_profile_1_is_never_given_out() -> None:
    config = ShelfConfig((rules.BUILTIN_PROFILE, ProfileConfig("a", 10, 10, id=2)), (replace(EP, id=1),))
    assert rules.allocate_id(config, ProfileConfig("b", 10, 10)) == 3
    assert rules.allocate_id(config, ProfileConfig("b", 10, 10, id=9)) == 9
    assert rules.allocate_id(config, ProfileConfig("b", 10, 10, id=2)) == 3
    assert rules.allocate_id(ShelfConfig(), ProfileConfig("b", 10, 10, id=1)) == 2
    assert rules.allocate_id(config, EP) == 2
    full = ShelfConfig(tuple(ProfileConfig(f"p{n}", 10, 10, id=n) for n in range(1, 16)))
    with pytest.raises(RuleViolation, match="2-15"):
        rules.allocate_id(full, ProfileConfig("b", 10, 10))
