"""The demo town: one made-up place that the simulated shelves, the fake billing systems and the demo's checks all share.

Same seed, same town. Shelves and what is configured on them, endpoints and where they are plugged in, people and what they pay
for in Sonar or Splynx, and the differences planted between those worlds with the finding each must lead to.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TownEndpoint:
    """A customer-premises bridge. ``configured`` false: the shelf does not know it (quarantinedUnknownMAC).

    ``plugged_port`` differs from ``port`` for an endpoint on the wrong port; None means it is absent (unplugged).
    """

    mac: str
    serial: str
    model: str
    port: int
    plugged_port: int | None
    name: str
    configured: bool = True
    rx_phy_mbps: int = 1700
    tx_phy_mbps: int = 1650
    firmware_mismatch: bool = False


@dataclass(frozen=True)
class TownProfile:
    """A bandwidth profile configured on a shelf, whole Mbit/s. The built-in default (id 1, 10/10) is not listed."""

    id: int
    name: str
    downstream_mbps: int
    upstream_mbps: int


@dataclass(frozen=True)
class TownService:
    """A subscriber already configured on a shelf; ``profile`` None is unthrottled."""

    id: int
    name: str
    endpoint: str
    vlan: int
    profile: str | None
    description: str = ""
    tagged: bool = False


@dataclass(frozen=True)
class TownShelf:
    """A GAM. ``address`` is its own loopback address; the ports are the fleet's."""

    index: int
    name: str
    model: str
    serial: str
    base_mac: str
    firmware: str
    location: str
    address: str
    jsonrpc: bool = False
    snmp_v3: bool = False
    endpoints: tuple[TownEndpoint, ...] = ()
    profiles: tuple[TownProfile, ...] = ()
    services: tuple[TownService, ...] = ()


@dataclass(frozen=True)
class TownPlan:
    """A product sold, in kbit/s as entered in the billing system (100000 or 102400 for the same 100 Mbit/s)."""

    key: str
    name: str
    download_kbps: int
    upload_kbps: int
    price: str
    sonar_type: str = "DATA"


@dataclass(frozen=True)
class TownPerson:
    """A customer of one billing system with one internet service.

    ``status`` is the town's word: ``active``, ``suspended`` (not paying), ``terminated``, ``pending`` or ``odd`` (a status the
    operator has not mapped); each fake expresses it the way that system does. ``macs``/``serials`` are what billing believes.
    ``trap`` names the billing-side oddity to express: ``twin`` (Splynx deactivation twin), ``multi_mac``, ``dual_service``,
    ``child_account``, ``delinquent_flag``, ``no_equipment``, ``recurring_plan``, ``archived``, ``other_address`` (a session with
    another address than the static one) or empty.
    """

    number: int
    system: str
    name: str
    email: str
    phone: str
    street: str
    city: str
    status: str
    plan: str
    macs: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    login: str = ""
    ipv4: str = ""
    trap: str = ""


@dataclass(frozen=True)
class TownOrphan:
    """Equipment in a billing system's stock or at an address without account."""

    system: str
    mac: str
    serial: str


@dataclass(frozen=True)
class Expectation:
    """A planted difference: running reconciliation must yield exactly this finding. ``key`` is a MAC or a person's number."""

    system: str
    kind: str
    key: str
    note: str = ""


@dataclass(frozen=True)
class Town:
    """Everything there is."""

    seed: int
    shelves: tuple[TownShelf, ...]
    plans: tuple[TownPlan, ...]
    people: tuple[TownPerson, ...]
    orphans: tuple[TownOrphan, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    accounts: dict[str, str] = field(default_factory=dict)
