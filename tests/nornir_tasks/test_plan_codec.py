"""Stored plans: whatever a plan holds comes back from JSON as it was, and what is no plan is named."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings

from nornir_tasks.contracts import ChangeKind, EndpointConfig, PoeMode, ProfileConfig, ShelfConfig, SubscriberConfig
from nornir_tasks.plan_codec import CLASSES, from_json, to_json

from .strategies import rpc_configs

SUBSCRIBER = SubscriberConfig(
    "Unit 7",
    117,
    endpoint="ep1",
    profile="100M",
    allowed_vlans=(200, 300),
    double_tag=True,
    outer_vlan=900,
    poe=PoeMode.FORCE,
    id=4,
)


def through_text(kind: ChangeKind, item: ProfileConfig | EndpointConfig | SubscriberConfig) -> object:
    """As the database does it: to JSON text and back."""
    return from_json(kind, json.loads(json.dumps(to_json(item))))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rpc_configs())
def test_everything_a_shelf_can_have_survives_the_way_through_text(config: ShelfConfig) -> None:
    for kind, items in (
        (ChangeKind.PROFILE, config.profiles),
        (ChangeKind.ENDPOINT, config.endpoints),
        (ChangeKind.SUBSCRIBER, config.subscribers),
    ):
        for item in items:
            back = through_text(kind, item)
            assert back == item
            assert back.id == item.id, "the id takes no part in comparing, but it must survive"


def test_types_come_back_as_they_were() -> None:
    back = through_text(ChangeKind.SUBSCRIBER, SUBSCRIBER)
    assert isinstance(back, SubscriberConfig)
    assert back.poe is PoeMode.FORCE
    assert back.allowed_vlans == (200, 300)
    assert all(type(getattr(back, item.name)) is type(getattr(SUBSCRIBER, item.name)) for item in fields(SUBSCRIBER))


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_nothing_stays_nothing(kind: ChangeKind) -> None:
    assert to_json(None) is None
    assert from_json(kind, None) is None


def test_every_kind_of_change_has_its_class() -> None:
    assert set(CLASSES) == set(ChangeKind)


def test_fields_left_out_get_their_defaults() -> None:
    assert from_json(ChangeKind.SUBSCRIBER, {"name": "a", "vlan": 100}) == SubscriberConfig("a", 100)


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_unknown_fields_are_named(kind: ChangeKind) -> None:
    with pytest.raises(ValueError, match=r"has no field colour, size"):
        from_json(kind, {"name": "a", "size": 1, "colour": "red"})


def test_fields_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match=r"endpoint has no field .*vlan"):
        from_json(ChangeKind.ENDPOINT, to_json(SUBSCRIBER))


def test_an_unknown_poe_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="warp"):
        from_json(ChangeKind.SUBSCRIBER, {"name": "a", "vlan": 100, "poe": "warp"})
