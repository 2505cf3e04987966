"""Alarm entities and the tables of words."""

from __future__ import annotations

import pytest

from nornir_tasks.gam.alarms import CONDITIONS, AlarmEntity, EntityKind, entity_name, parse_entity


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("System", AlarmEntity(EntityKind.SYSTEM)),
        ("G.hn-12", AlarmEntity(EntityKind.PORT, 12)),
        ("G.hn 1/3", AlarmEntity(EntityKind.PORT, 3)),
        ("10G 1/2", AlarmEntity(EntityKind.ETHERNET, 2)),
        ("CPE-384", AlarmEntity(EntityKind.ENDPOINT, 384)),
        ("Fan 1", AlarmEntity(EntityKind.OTHER)),
        ("", AlarmEntity(EntityKind.OTHER)),
    ],
)
def test_entities_are_recognised(name: str, entity: AlarmEntity) -> None:
    assert parse_entity(name) == entity


@pytest.mark.parametrize(
    ("if_index", "name"), [(0, "System"), (1_000_012, "G.hn-12"), (1_000_000_001, "CPE-1"), (100, "ifIndex 100")]
)
def test_an_entity_without_a_name_is_named_by_its_ifindex(if_index: int, name: str) -> None:
    assert entity_name(if_index) == name


def test_conditions_are_numbered_without_gaps() -> None:
    assert list(CONDITIONS) == list(range(24))
    assert len({word for word, _ in CONDITIONS.values()}) == 24
