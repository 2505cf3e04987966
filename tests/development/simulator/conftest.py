"""A small shelf of each medium, and a served fleet of both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from development.simulator.state import SimShelf
from development.simulator.testing import RunningFleet, running_fleet
from development.simulator.variants import Variants
from development.town import TownEndpoint, TownProfile, TownService, TownShelf

ACCOUNTS = {
    "gam_username": "admin",
    "gam_password": "shelf-pass",
    "snmp_community": "public",
    "snmp_v3_user": "poller",
    "snmp_v3_auth_key": "auth-key-of-tests",
    "snmp_v3_priv_key": "priv-key-of-tests",
}


def town_endpoint(number: int, **changes: object) -> TownEndpoint:
    """Endpoint ``number`` on port ``number``, plugged in and configured unless ``changes`` say otherwise."""
    values: dict[str, object] = {
        "mac": f"00:0e:d8:19:97:{number:02x}",
        "serial": f"011249{number:02d}",
        "model": "G1001-C",
        "port": number,
        "plugged_port": number,
        "name": f"ep{number}",
    }
    return TownEndpoint(**(values | changes))  # type: ignore[arg-type]


def town_shelf(index: int = 1, **changes: object) -> TownShelf:
    """A GAM-12-C: endpoints 1 and 2 in service, 3 configured, 4 absent, 5 on the wrong port, 6 unknown to the shelf."""
    values: dict[str, object] = {
        "index": index,
        "name": f"gam-{index}",
        "model": "GAM-12-C",
        "serial": f"0101{index:04d}",
        "base_mac": f"00:0e:d8:1a:{index:02x}:00",
        "firmware": "v1.5.4",
        "location": "Elm Street",
        "address": f"127.0.9.{index}",
        "endpoints": (
            town_endpoint(1),
            town_endpoint(2, firmware_mismatch=True),
            town_endpoint(3),
            town_endpoint(4, plugged_port=None),
            town_endpoint(5, plugged_port=7),
            town_endpoint(6, name="", configured=False),
        ),
        "profiles": (TownProfile(2, "100M", 108, 54), TownProfile(3, "500M", 545, 545)),
        "services": (
            TownService(1, "C1001", "ep1", 100, "100M", "12 Elm Street"),
            TownService(2, "C1002", "ep2", 101, None, tagged=True),
        ),
    }
    return TownShelf(**(values | changes))  # type: ignore[arg-type]


def copper_shelf(index: int = 2, **changes: object) -> TownShelf:
    """A GAM-24-M, spoken to by JSON-RPC and SNMP v3, with one endpoint in service."""
    return town_shelf(
        index,
        **{
            "model": "GAM-24-M",
            "jsonrpc": True,
            "snmp_v3": True,
            "endpoints": (town_endpoint(1, model="G1001-M"), town_endpoint(2, model="G1002-M+")),
            "services": (TownService(1, "C2001", "ep1", 200, "500M"),),
            **changes,
        },
    )


@pytest.fixture
def shelf() -> SimShelf:
    """A coax shelf without network."""
    return SimShelf(town_shelf(), password="shelf-pass")


@pytest.fixture
def copper() -> SimShelf:
    """A copper shelf without network."""
    return SimShelf(copper_shelf(), password="shelf-pass")


@pytest.fixture
def fleet() -> Iterator[RunningFleet]:
    """Both shelves on the network, with the control interface; fresh for each test."""
    shelves = [
        SimShelf(item, password=ACCOUNTS["gam_password"], variants=Variants(boot_seconds=0.2))
        for item in (town_shelf(), copper_shelf())
    ]
    with running_fleet(shelves, accounts=ACCOUNTS, control=0) as running:
        yield running
