"""Rules about what needs a second person or a window, and the fingerprint an approval is bound to."""

from __future__ import annotations

from nornir_tasks.changes.approval import approval_digest, demands
from nornir_tasks.contracts import ApprovalDemands, ChangeExtent, ChangeRule

BIG = ChangeExtent(subscribers=100, gams=50, interrupted=3, actions=frozenset({"set"}), kinds=frozenset({"subscriber"}))
SMALL = ChangeExtent(subscribers=1, gams=1, actions=frozenset({"add"}), kinds=frozenset({"subscriber"}))


def speaking(rule: ChangeRule, extent: ChangeExtent, *, window_open: bool = False) -> bool:
    return demands([rule], extent, window_open=window_open) != ApprovalDemands()


def test_every_condition_that_is_set_has_to_be_met() -> None:
    rule = ChangeRule("many changes", min_subscribers=10, actions=frozenset({"set", "remove"}))
    assert speaking(rule, BIG)
    assert not speaking(rule, SMALL)
    assert not speaking(ChangeRule("many adds", min_subscribers=10, actions=frozenset({"add"})), BIG)
    assert not speaking(ChangeRule("more", min_gams=51), BIG)
    assert speaking(ChangeRule("exactly", min_gams=50, min_interrupted=3), BIG)
    assert not speaking(ChangeRule("profiles", kinds=frozenset({"profile"})), BIG)
    assert speaking(ChangeRule("always"), ChangeExtent())


def test_a_rule_for_outside_of_windows_is_silent_inside() -> None:
    rule = ChangeRule("by day", outside_windows=True)
    assert speaking(rule, SMALL)
    assert not speaking(rule, SMALL, window_open=True)


def test_rules_are_named_by_what_they_demand() -> None:
    rules = [
        ChangeRule("four eyes"),
        ChangeRule("night", second_person=False, needs_window=True),
        ChangeRule("both", needs_window=True),
    ]
    assert demands(rules, SMALL, window_open=True) == ApprovalDemands(("four eyes", "both"), ("night", "both"))


def test_the_fingerprint_is_of_the_state_and_of_every_line() -> None:
    lines = [(["vlan 117"], ["vlan 4094"]), (["end"], [])]
    said = approval_digest("gam 1", "ssh", "state", lines)
    others = [
        approval_digest("gam 2", "ssh", "state", lines),
        approval_digest("gam 1", "jsonrpc", "state", lines),
        approval_digest("gam 1", "ssh", "another", lines),
        approval_digest("gam 1", "ssh", "state", lines[:1]),
        approval_digest("gam 1", "ssh", "state", [(["vlan 117"], []), (["vlan 4094", "end"], [])]),
    ]
    assert said == approval_digest("gam 1", "ssh", "state", lines)
    assert said not in others
    assert len(set(others)) == len(others)
