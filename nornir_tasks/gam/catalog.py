"""Catalogue of GAM models: ports, medium, limits, identity. Facts from the vendor's guides and MIBs and from walks of real shelves.

Where a figure was inferred rather than documented (uplinks of the 8-port outdoor shelves) the smaller one is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..contracts import Medium

MANUFACTURER = "Positron"
MANUFACTURER_SLUG = "positron"
DEVICE_ROLE = "G.hn access multiplexer"
DEVICE_ROLE_SLUG = "ghn-access-multiplexer"
PRODUCTS_OID = "1.3.6.1.4.1.20095.2000.1"
IFINDEX_BASE = 1_000_000

MAX_ENDPOINTS = 384
MAX_SUBSCRIBERS = 384
MAX_PROFILES = 15
ENDPOINTS_PER_COAX_PORT = 16
ENDPOINTS_PER_COPPER_PORT = 1


@dataclass(frozen=True, slots=True)
class GamModel:
    """One shelf model. ``object_ids``: last arcs below :data:`PRODUCTS_OID` the model answers with (may be empty)."""

    name: str
    ports: int
    coax: bool
    uplinks: int
    object_ids: tuple[int, ...] = ()
    outdoor: bool = False

    @property
    def slug(self) -> str:
        """NetBox slug of the device type."""
        return f"positron-{self.name.lower()}"

    @property
    def default_medium(self) -> Medium:
        """Medium of a port nobody configured."""
        return Medium.COAX if self.coax else Medium.MIMO

    @property
    def endpoints_per_port(self) -> int:
        """Most endpoints one G.hn port serves: 16 on coax, 1 on copper."""
        return ENDPOINTS_PER_COAX_PORT if self.coax else ENDPOINTS_PER_COPPER_PORT

    @property
    def firmware_family(self) -> str:
        """Image family, e.g. ``GAM-12/24-C``; an image of another family must not be loaded."""
        size = "12/24" if self.ports > 8 else "4/8"
        return f"GAM-{size}-{'C' if self.coax else 'M'}"

    def ghn_interface(self, number: int) -> str:
        """CLI and NetBox name of G.hn port ``number`` (1-based)."""
        return f"G.hn 1/{number}"

    @property
    def ghn_interfaces(self) -> tuple[str, ...]:
        """Names of all G.hn ports in order."""
        return tuple(self.ghn_interface(number) for number in range(1, self.ports + 1))

    @property
    def uplink_interfaces(self) -> tuple[str, ...]:
        """Names of the 10G uplinks in order."""
        return tuple(f"10GigabitEthernet 1/{number}" for number in range(1, self.uplinks + 1))

    @property
    def mgmt_interface(self) -> str:
        """Name of the MGMT port."""
        return "GigabitEthernet 1/1"

    def if_index(self, interface: str) -> int:
        """ifIndex of an interface name: G.hn ports first, then 10G, then MGMT, from 1 000 001.

        :raises KeyError: the model has no such interface
        """
        order = (*self.ghn_interfaces, *self.uplink_interfaces, self.mgmt_interface)
        if interface not in order:
            raise KeyError(f"{self.name} has no interface {interface!r}")
        return IFINDEX_BASE + 1 + order.index(interface)


MODELS: tuple[GamModel, ...] = (
    GamModel("GAM-12-M", 12, False, 2, (13,)),
    GamModel("GAM-24-M", 24, False, 2, (15,)),
    GamModel("GAM-12-C", 12, True, 2, (14,)),
    GamModel("GAM-24-C", 24, True, 2, (16,)),
    GamModel("GAM-4-CX", 4, True, 1, (18,), outdoor=True),
    GamModel("GAM-4-CX-AC", 4, True, 1, (18,), outdoor=True),
    GamModel("GAM-8-CX", 8, True, 1, (20,), outdoor=True),
    GamModel("GAM-4-MX", 4, False, 1, (17,), outdoor=True),
    GamModel("GAM-8-MX", 8, False, 1, (19,), outdoor=True),
    GamModel("GAM-4-MRX", 4, False, 1, (1,), outdoor=True),
    GamModel("GAM-8-MRX", 8, False, 1, (7,), outdoor=True),
    GamModel("GAM-4-CRX", 4, True, 1, (2,), outdoor=True),
    GamModel("GAM-8-CRX", 8, True, 1, (10,), outdoor=True),
    GamModel("GAM-8-MVX", 8, False, 1, (21, 22), outdoor=True),
    GamModel("GAM-8-MDVX", 8, False, 1, (23, 24), outdoor=True),
)

BY_NAME: dict[str, GamModel] = {model.name: model for model in MODELS}


def find_model(board_type: str) -> GamModel | None:
    """The model for a BoardType string as a shelf reports it; None when it is not in the catalogue."""
    return BY_NAME.get(board_type.strip().upper())


ENDPOINT_MODELS: dict[int, str] = {
    0: "GAM port (M)", 1: "G1000-M", 2: "G1000-C", 3: "G1001-M", 4: "G1001-C", 5: "generic coax", 6: "generic MIMO", 7: "SFP",
    8: "G1001-MR", 9: "G1001-CR", 10: "GAM port (C)", 11: "G1001-MP", 12: "G2002-M", 13: "G1002-C", 14: "G2002-M+",
    15: "G1002-C+", 16: "G1002-M", 17: "G1002-M+", 255: "unknown",
}  # fmt: skip
"""MIB enumeration of endpoint (CPE) models. Names ending in "+" can feed PoE."""
