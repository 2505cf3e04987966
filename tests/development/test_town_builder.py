"""The demo town holds what its documentation promises, for any seed and size."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from development.town import Town, TownEndpoint, TownService, TownShelf
from development.town_builder import SONAR, SPLYNX, build_town, plan_catalogue
from nornir_tasks.contracts import FindingKind
from nornir_tasks.gam.catalog import BY_NAME, MAX_PROFILES

SEEDS = (1, 7, 2024)
RESERVED_VLANS = {1, 2, 3840, 3841, 3842, 4094, 4095}
NOT_OF_THE_TOWN = (
    "source_incomplete",
    "stale_link",
    "ip_mismatch",
    "vlan_mismatch",
    "speed_on_shelf",
    "live_while_off",
    "rule_held",
)
PLANTED = set(FindingKind) - {FindingKind(kind) for kind in NOT_OF_THE_TOWN}


@pytest.fixture(params=SEEDS, ids=lambda seed: f"seed{seed}")
def town(request: pytest.FixtureRequest) -> Town:
    return build_town(request.param)


def endpoints(town: Town) -> dict[str, tuple[TownShelf, TownEndpoint, TownService | None]]:
    """MAC -> shelf, endpoint, service on it."""
    found = {}
    for shelf in town.shelves:
        services = {service.endpoint: service for service in shelf.services}
        for endpoint in shelf.endpoints:
            found[endpoint.mac] = (shelf, endpoint, services.get(endpoint.name))
    return found


def expected(town: Town, kind: FindingKind, system: str) -> set[str]:
    return {e.key for e in town.expectations if e.kind == kind and e.system == system}


def test_same_seed_same_town() -> None:
    assert build_town(7) == build_town(7)
    assert build_town(7) != build_town(8)


def test_shelves_obey_the_limits_of_their_models(town: Town) -> None:
    assert len({shelf.address for shelf in town.shelves}) == len({shelf.serial for shelf in town.shelves}) == len(town.shelves)
    assert sum(shelf.jsonrpc for shelf in town.shelves) == 1
    assert any(shelf.snmp_v3 for shelf in town.shelves)
    for shelf in town.shelves:
        model = BY_NAME[shelf.model]
        assert re.fullmatch(r"[a-z0-9-]{1,31}", shelf.name)
        assert len(shelf.profiles) < MAX_PROFILES
        assert max(Counter(e.port for e in shelf.endpoints).values()) <= model.endpoints_per_port
        assert max(Counter(e.plugged_port for e in shelf.endpoints if e.plugged_port).values()) <= model.endpoints_per_port
        for endpoint in shelf.endpoints:
            assert 1 <= endpoint.port <= model.ports
            assert endpoint.plugged_port is None or 1 <= endpoint.plugged_port <= model.ports
            assert ("-C" in endpoint.model) == model.coax


def test_services_are_valid_and_unique_on_their_shelf(town: Town) -> None:
    for shelf in town.shelves:
        configured = {endpoint.name for endpoint in shelf.endpoints if endpoint.configured}
        assert len(configured) == sum(endpoint.configured for endpoint in shelf.endpoints)
        names = [service.name for service in shelf.services]
        assert len(set(names)) == len(names)
        for service in shelf.services:
            assert 1 <= len(service.name) <= 31
            assert 3 <= service.vlan <= 4093 and service.vlan not in RESERVED_VLANS
            assert service.endpoint in configured
            assert service.profile is None or service.profile in {profile.name for profile in shelf.profiles}


@pytest.mark.parametrize("system", [SONAR, SPLYNX])
def test_every_kind_is_planted_in_both_systems(town: Town, system: str) -> None:
    assert {e.kind for e in town.expectations if e.system == system} == PLANTED
    active = expected(town, FindingKind.ACTIVE_NOT_ON_NETWORK, system)
    assert len(active) >= 4


def test_provisioning_cases_exist_on_copper_coax_and_the_jsonrpc_shelf(town: Town) -> None:
    where = endpoints(town)
    people = {str(p.number): p for p in town.people}
    keys = expected(town, FindingKind.ACTIVE_NOT_ON_NETWORK, SONAR) | expected(town, FindingKind.ACTIVE_NOT_ON_NETWORK, SPLYNX)
    cases = [where[people[key].macs[0]] for key in keys]
    assert all(service is None and endpoint.plugged_port == endpoint.port for _, endpoint, service in cases)
    ready = [shelf for shelf, endpoint, _ in cases if endpoint.configured]
    assert any(shelf.jsonrpc for shelf in ready)
    assert {BY_NAME[shelf.model].coax for shelf in ready} == {True, False}
    assert sum(not endpoint.configured for _, endpoint, _ in cases) == 2


def test_odd_shelves_are_sonars_and_even_ones_splynxs(town: Town) -> None:
    where = endpoints(town)
    for person in town.people:
        for mac in person.macs:
            if mac in where:
                assert person.system == (SONAR if where[mac][0].index % 2 else SPLYNX)


def test_network_oddities_exist(town: Town) -> None:
    everything = [endpoint for _, endpoint, _ in endpoints(town).values()]
    claimed = {mac for person in town.people for mac in person.macs} | {orphan.mac for orphan in town.orphans}
    assert sum(e.plugged_port not in (None, e.port) for e in everything) >= 2
    assert sum(e.plugged_port is None for e in everything) >= 2
    unknown = [e for e in everything if not e.configured]
    assert len(unknown) >= 6
    assert sum(e.mac not in claimed for e in unknown) >= 2
    assert 70 <= len(everything) <= 95 and 65 <= len(town.people) <= 90


def test_nobody_has_two_expectations_and_nobody_else_a_difference(town: Town) -> None:
    """An independent reading of the rules: everyone without an expectation is clean on both sides."""
    keys = [(e.system, e.key) for e in town.expectations]
    assert len(set(keys)) == len(keys)
    where = endpoints(town)
    serials = {endpoint.serial: mac for mac, (_, endpoint, _) in where.items()}
    planted = {key for _, key in keys}
    claims = Counter(mac for person in town.people for mac in person.macs)
    addresses = Counter(person.ipv4 for person in town.people if person.ipv4)
    profiles = {"home-100": "100M", "business-100": "100M", "home-250": "250M", "home-500": "500M", "home-1000": None}
    paid = set()
    for person in town.people:
        known = {mac for mac in person.macs if mac in where} | {serials[s] for s in person.serials if s in serials}
        paid |= known
        if {str(person.number), person.ipv4, *person.macs} & planted:
            continue
        assert max((claims[mac] for mac in person.macs), default=1) == 1
        assert not person.ipv4 or addresses[person.ipv4] == 1
        assert all(serial in serials for serial in person.serials)
        service = where[next(iter(known))][2] if known else None
        assert (service is not None) == (person.status == "active")
        if service:
            assert service.profile == profiles[person.plan]
    unpaid = {mac for mac, (_, _, service) in where.items() if service and mac not in paid}
    assert unpaid <= planted


def test_plan_catalogue_leaves_the_unmapped_plan_out(town: Town) -> None:
    assert [name for name, _, _ in plan_catalogue(town)] == ["100M", "250M", "500M", "1G"]
    assert all(abs(down - 75_000) > 10_000 for _, down, _ in plan_catalogue(town))


@pytest.mark.parametrize("shelves", [1, 2, 3, 25, 250])
def test_any_size(shelves: int) -> None:
    town = build_town(3, shelves)
    assert len({shelf.name for shelf in town.shelves}) == shelves
    assert sum(shelf.jsonrpc for shelf in town.shelves) >= 1
    macs = [endpoint.mac for shelf in town.shelves for endpoint in shelf.endpoints]
    assert len(set(macs)) == len(macs)


def test_no_shelves_is_refused() -> None:
    with pytest.raises(ValueError, match="shelves 0"):
        build_town(1, 0)
