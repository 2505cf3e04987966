"""Rules about what changes: uplinks, rates by firmware, warnings; and which way a plan goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nornir_tasks.changes.planner import plan_shelf
from nornir_tasks.changes.transport import fallback_reason, features_of, refused
from nornir_tasks.contracts import (
    ChangeKind,
    EndpointConfig,
    ProfileConfig,
    ShelfConfig,
    ShelfPlan,
    SubscriberConfig,
    Transport,
)
from nornir_tasks.gam.parsers import parse_uplinks
from nornir_tasks.gam.rules import BUILTIN_PROFILE
from tests.nornir_tasks.strategies import COPPER, MODEL

EP = EndpointConfig("ep", "00:0e:d8:00:00:01", 1, id=1)
ADA = SubscriberConfig("ada", 10, "ep", id=1)
UPLINKS = """hostname x
interface 10GigabitEthernet 1/1
 switchport mode trunk
 switchport trunk native vlan 100
 switchport trunk allowed vlan 3-99,200
!
interface 10GigabitEthernet 1/2
 switchport mode trunk
 switchport trunk allowed vlan 300
!
interface GigabitEthernet 1/1
 switchport trunk allowed vlan 1000
end
"""
SHELF = ShelfConfig((BUILTIN_PROFILE,), (EP,), (ADA,), raw=UPLINKS)


def plan(wish: ShelfConfig, shelf: ShelfConfig = SHELF, transport: Transport = Transport.SSH, **more: object) -> ShelfPlan:
    return plan_shelf("gam", transport, shelf, wish, (), MODEL, **more)  # type: ignore[arg-type]


def wish_for(**changes: object) -> ShelfConfig:
    return ShelfConfig(subscribers=(replace(ADA, **changes),))


@pytest.mark.parametrize(
    ("lines", "carried"),
    [
        (("switchport mode trunk", "switchport trunk allowed vlan 3-5"), {3, 4, 5}),
        (("switchport mode hybrid", "switchport hybrid allowed vlan none"), set()),
        (("switchport mode trunk", "switchport hybrid allowed vlan 7"), set(range(1, 4096))),
        (("switchport mode access", "switchport access vlan 12"), {12}),
        (("switchport mode trunk", "switchport trunk allowed vlan all"), set(range(1, 4096))),
        (("switchport trunk allowed vlan 7",), set(range(1, 4096))),
        (("switchport mode trunk", "switchport trunk allowed vlan 7", "shutdown"), set()),
        ((), set(range(1, 4096))),
    ],
)
def test_what_an_uplink_carries(lines: tuple[str, ...], carried: set[int]) -> None:
    text = "\n".join(["interface 10GigabitEthernet 1/1", *(f" {line}" for line in lines), "!", "interface vlan 5", " shutdown"])
    assert parse_uplinks(text) == {"10G 1/1": carried}


def test_an_uplink_whose_lines_nobody_understands_is_not_judged() -> None:
    text = "interface 10GigabitEthernet 1/1\n switchport mode trunk\n switchport trunk allowed vlan except 7\nend\n"
    assert parse_uplinks(text) == {}
    assert plan(wish_for(vlan=4000), replace(SHELF, raw=text)).violations == ()
    assert plan(wish_for(vlan=4000), replace(SHELF, raw="")).violations == ()


def test_a_service_vlan_needs_an_uplink_that_carries_it() -> None:
    found = plan(wish_for(vlan=400, allowed_vlans=(20, 401), port2_vlan=402)).violations
    assert [(one.field, one.value) for one in found] == [("vlan", "400"), ("allowed_vlans", "401"), ("port2_vlan", "402")]
    assert found[0].rule == "no uplink carries this VLAN (10G 1/1, 10G 1/2): allow it there first"
    assert plan(wish_for(vlan=200, allowed_vlans=(300,))).violations == (), "one of the uplinks is enough"
    assert plan(wish_for(vlan=4094)).violations == (), "an unprovisioned subscriber's VLAN ends in the shelf"
    outer = {"double_tag": True, "outer_vlan": 300, "vlan": 1000}
    double = plan(wish_for(**outer), transport=Transport.JSONRPC)
    assert double.violations == (), "the inner VLAN is inside the outer one"
    there = plan(wish_for(**outer, nni="10GigabitEthernet 1/1"), transport=Transport.JSONRPC)
    assert [(one.field, one.rule) for one in there.violations] == [
        ("outer_vlan", "no uplink carries this VLAN (10G 1/1): allow it there first")
    ]


def test_a_vlan_that_was_not_carried_before_is_a_warning_and_stops_nothing() -> None:
    lost = replace(SHELF, subscribers=(replace(ADA, vlan=400),))
    made = plan(ShelfConfig(subscribers=(replace(ADA, vlan=400, description="new"),)), lost)
    assert (made.violations, len(made.steps)) == ((), 1)
    assert [(one.subject, one.field) for one in made.warnings] == [("ada", "vlan")]


def test_rates_above_what_old_firmware_limits() -> None:
    fast = ShelfConfig((ProfileConfig("fast", 1080, 900),))
    old = plan(fast, firmware="GAM-12/24-C_v1.4.2")
    assert [(one.field, one.value, one.rule) for one in old.violations] == [
        ("downstream_mbps", "1080", "firmware 1.4.2 of a GAM-12-C limits up to 800 Mbit/s and not above"),
        ("upstream_mbps", "900", "firmware 1.4.2 of a GAM-12-C limits up to 800 Mbit/s and not above"),
    ]
    copper = plan_shelf("gam", Transport.SSH, SHELF, fast, (), COPPER, firmware="GAM-12/24-M_v1.4.2")
    assert [one.field for one in copper.violations] == ["downstream_mbps"]
    for firmware in ("GAM-12/24-C_v1.5.4", "", "something else"):
        made = plan(fast, firmware=firmware)
        assert (made.violations, len(made.steps)) == ((), 1)
        assert [one.field for one in made.warnings] == ["downstream_mbps", "upstream_mbps"]
    there = replace(SHELF, profiles=(*SHELF.profiles, ProfileConfig("fast", 1080, 900, id=2)))
    assert plan(wish_for(profile="fast"), there, firmware="GAM-12/24-C_v1.4.2").violations == (), "a profile that is there stays"


def test_every_rule_that_is_broken_is_named_at_once() -> None:
    profiles = (ProfileConfig("fast", 1080, 5),)
    services = (SubscriberConfig("bob", 4000, "nowhere", profile="gone"), replace(ADA, vlan=2, port2_vlan=2))
    found = plan(ShelfConfig(profiles, (), services), firmware="GAM-12/24-C_v1.4.2").violations
    assert {(one.subject, one.field) for one in found} == {
        ("fast", "upstream_mbps"),
        ("fast", "downstream_mbps"),
        ("bob", "endpoint"),
        ("bob", "profile"),
        ("bob", "vlan"),
        ("ada", "vlan"),
        ("ada", "port2_vlan"),
    }
    assert all(one.value and one.rule for one in found)


def test_warnings_do_not_stop_a_plan() -> None:
    made = plan(
        ShelfConfig((), (replace(EP, name="new name"),), (replace(ADA, vlan=4093, endpoint="new name"),)), replace(SHELF, raw="")
    )
    assert made.violations == ()
    assert made.steps
    assert [(one.subject, one.field, one.value) for one in made.warnings] == [("ada", "vlan", "4093")]
    assert plan(ShelfConfig(subscribers=(ADA,))).warnings == (), "nothing changes, nothing is warned of"


# ------------------------------------------------------------------------------------------------------------- which way


def test_features_only_json_rpc_can_express() -> None:
    assert features_of(ADA) == {}
    assert features_of(replace(ADA, trunk=True, double_tag=True, outer_vlan=20)) == {
        "trunk": "yes",
        "double_tag": "yes",
        "outer_vlan": "20",
    }


def test_a_plan_the_command_line_cannot_express_goes_over_json_rpc_where_that_is_allowed() -> None:
    made = plan(wish_for(trunk=True, outer_vlan=20, double_tag=True))
    assert made.lacking == made.violations
    assert fallback_reason(made, allowed=False) == ""
    assert (
        fallback_reason(made, allowed=True)
        == "The command line cannot express trunk of ada, double tagged of ada, outer VLAN of ada"
    )
    assert plan(wish_for(trunk=True), transport=Transport.JSONRPC).violations == ()
    for problem, words in (
        ("", "let plans of this GAM fall back to JSON-RPC"),
        ("no answer", "JSON-RPC was tried and failed: no answer"),
    ):
        (first, *_) = refused(made, problem).violations
        assert (first.subject, first.field) == ("ada", "trunk")
        assert words in first.rule


def test_a_service_with_such_a_feature_goes_that_way_whatever_is_done_with_it() -> None:
    """Over SSH the trunk would stay although the service is suspended, and could not be restored when it is removed."""
    trunk = replace(ADA, trunk=True)
    suspended = plan(wish_for(vlan=4094), services=(trunk,))
    assert [(one.subject, one.field) for one in suspended.lacking] == [("ada", "trunk")]
    assert suspended.steps == ()
    gone = plan_shelf("gam", Transport.SSH, SHELF, ShelfConfig(), ((ChangeKind.SUBSCRIBER, "ada"),), MODEL, services=(trunk,))
    assert fallback_reason(gone, allowed=True)
    assert plan(wish_for(vlan=4094), transport=Transport.JSONRPC, services=(trunk,)).violations == ()


def test_a_rule_of_the_shelf_is_no_reason_to_go_another_way() -> None:
    both = plan(wish_for(trunk=True, vlan=2))
    assert fallback_reason(both, allowed=True) == ""
    assert any(one.field == "vlan" for one in refused(both).violations)
