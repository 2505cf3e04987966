"""Rules about what needs a second person or a window, and the fingerprint an approval is bound to."""

from __future__ import annotations

from nornir_tasks.changes.approval import Demands, Extent, Rule, approval_digest, demands

BIG = Extent(subscribers=100, gams=50, interrupted=3, actions=frozenset({"set"}), kinds=frozenset({"subscriber"}))
SMALL = Extent(subscribers=1, gams=1, actions=frozenset({"add"}), kinds=frozenset({"subscriber"}))


def speaking(rule: Rule, extent: Extent, *, window_open: bool = False) -> bool:
    return demands([rule], extent, window_open=window_open) != Demands()


def test_every_condition_that_is_set_has_to_be_met() -> None:
    rule = Rule("many changes", min_subscribers=10, actions=frozenset({"set", "remove"}))
    assert speaking(rule, BIG)
    assert not speaking(rule, SMALL)
    assert not speaking(Rule("many adds", min_subscribers=10, actions=frozenset({"add"})), BIG)
    assert not speaking(Rule("more", min_gams=51), BIG)
    assert speaking(Rule("exactly", min_gams=50, min_interrupted=3), BIG)
    assert not speaking(Rule("profiles", kinds=frozenset({"profile"})), BIG)
    assert speaking(Rule("always"), Extent())


def test_a_rule_for_outside_of_windows_is_silent_inside() -> None:
    rule = Rule("by day", outside_windows=True)
    assert speaking(rule, SMALL)
    assert not speaking(rule, SMALL, window_open=True)


def test_rules_are_named_by_what_they_demand() -> None:
    rules = [Rule("four eyes"), Rule("night", second_person=False, needs_window=True), Rule("both", needs_window=True)]
    assert demands(rules, SMALL, window_open=True) == Demands(("four eyes", "both"), ("night", "both"))


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
