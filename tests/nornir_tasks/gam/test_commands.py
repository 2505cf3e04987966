"""Changes to exact lines of the command line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nornir_tasks.changes.state import kind_of
from nornir_tasks.contracts import (
    Change,
    ChangeAction,
    ConfigObject,
    EndpointConfig,
    PoeMode,
    ProfileConfig,
    ShelfConfig,
    SubscriberConfig,
)
from nornir_tasks.errors import DeviceError, ErrorKind, RuleViolation
from nornir_tasks.gam.commands import render, unsayable
from nornir_tasks.gam.rules import BUILTIN_PROFILE

P = ProfileConfig("100M", 108, 54, id=2)
E = EndpointConfig("ep 5", "00:0e:d8:19:97:e6", 3, id=5)
S = SubscriberConfig("Unit 117D", 120, "ep 5", profile="100M", id=4)
SHELF = ShelfConfig((P, BUILTIN_PROFILE), (E,), (S,))


def change(before: ConfigObject | None, after: ConfigObject | None) -> Change:
    present = after or before
    assert present is not None
    action = ChangeAction.ADD if before is None else ChangeAction.REMOVE if after is None else ChangeAction.SET
    return Change(action, kind_of(present), present.name, before, after)


@pytest.mark.parametrize(
    ("after", "line"),
    [
        (ProfileConfig("50M", 54, 27), 'ghn bw-profile 3 name "50M" rate-downstream 54 rate-upstream 27'),
        (ProfileConfig("50M", 54, 27, "x y"), 'ghn bw-profile 3 name "50M" description "x y" rate-downstream 54 rate-upstream 27'),
        (EndpointConfig("b", "00:0e:d8:00:00:01"), 'ghn endpoint 1 name "b" mac-address 00:0e:d8:00:00:01'),
        (EndpointConfig("b", "00:0e:d8:00:00:01", None, True, "", True),
         'ghn endpoint 1 name "b" mac-address 00:0e:d8:00:00:01 port auto allow-management-access'),
        (EndpointConfig("b", "00:0e:d8:00:00:01", 7, id=9), 'ghn endpoint 9 name "b" mac-address 00:0e:d8:00:00:01 port 7'),
        (SubscriberConfig("c", 10), 'ghn subscriber 1 name "c" vid 10 bw-profile unthrottled'),
        (SubscriberConfig("c", 10, "ep 5", None, "100M", "d e", True, 20, 30, (301, 302), poe=PoeMode.FORCE),
         'ghn subscriber 1 name "c" description "d e" vid 10 endpoint 5 bw-profile 2 tagged remapped-vid 20 allowed-vlan 301,302 '
         "port2-vid 30 poe force"),
    ],
)  # fmt: skip
def test_add(after: ConfigObject, line: str) -> None:
    assert render(change(None, after), SHELF) == (line,)


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (P, replace(P, upstream_mbps=60), ["ghn bw-profile 2 rate-upstream 60"]),
        (P, replace(P, name="Gold"), ['ghn bw-profile 2 name "Gold"']),
        (E, replace(E, port=None), ["ghn endpoint 5 port unassigned"]),
        (E, replace(E, port=None, auto_port=True), ["ghn endpoint 5 port auto"]),
        (E, replace(E, mac="00:0e:d8:00:00:09"), ["ghn endpoint 5 mac-address 00:0e:d8:00:00:09"]),
        (S, replace(S, vlan=4094), ["ghn subscriber 4 vid 4094"]),
        (S, replace(S, profile=None), ["ghn subscriber 4 bw-profile unthrottled"]),
        (S, replace(S, endpoint=None), ["no ghn subscriber 4 endpoint"]),
        (S, replace(S, endpoint=None, vlan=9), ["ghn subscriber 4 vid 9", "no ghn subscriber 4 endpoint"]),
        (replace(S, tagged=True, remapped_vlan=7, port2_vlan=8, allowed_vlans=(9,), description="x"), S,
         ['ghn subscriber 4 description "" untagged remapped-vid none allowed-vlan none port2-vid none']),
        (S, replace(S, poe=PoeMode.DISABLE), ["ghn subscriber 4 poe disable"]),
    ],
)  # fmt: skip
def test_set_sends_only_what_changes(before: ConfigObject, after: ConfigObject, lines: list[str]) -> None:
    assert list(render(change(before, after), SHELF)) == lines


@pytest.mark.parametrize(("item", "line"), [(P, "no ghn bw-profile 2"), (E, "no ghn endpoint 5"), (S, "no ghn subscriber 4")])
def test_remove(item: ConfigObject, line: str) -> None:
    assert render(change(item, None), SHELF) == (line,)


@pytest.mark.parametrize(
    ("field", "value"), [("trunk", True), ("double_tag", True), ("outer_vlan", 20), ("nni", "10G 1/1"), ("port", 3)]
)  # fmt: skip
def test_what_has_no_words_is_refused_by_name(field: str, value: object) -> None:
    for wish in (change(S, replace(S, **{field: value})), change(None, replace(S, name="new", **{field: value}))):
        assert [violation.field for violation in unsayable(wish)] == [field]
        with pytest.raises(DeviceError, match=f"{field}.*has no words") as caught:
            render(wish, SHELF)
        assert caught.value.kind is ErrorKind.UNSUPPORTED


def test_management_access_can_be_given_but_not_taken() -> None:
    given = replace(E, allow_management=True)
    assert render(change(E, given), SHELF) == ("ghn endpoint 5 allow-management-access",)
    with pytest.raises(DeviceError, match="allow_management"):
        render(change(given, E), SHELF)


def test_what_is_not_on_the_shelf_has_no_id() -> None:
    for wish in (change(replace(S, name="x"), None), change(None, SubscriberConfig("x", 10, "nowhere"))):
        with pytest.raises(DeviceError) as caught:
            render(wish, SHELF)
        assert caught.value.kind is ErrorKind.REJECTED
    full = ShelfConfig(tuple(ProfileConfig(f"p{n}", 10, 10, id=n) for n in range(1, 16)))
    with pytest.raises(RuleViolation):
        render(change(None, ProfileConfig("x", 10, 10)), full)
