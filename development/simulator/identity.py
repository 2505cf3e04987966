"""Who a shelf is: model, firmware texts and MAC addresses as real shelves print them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from development.town import TownShelf
from nornir_tasks.gam.catalog import BY_NAME, PRODUCTS_OID, GamModel

BUILDS = {
    "1.1.0": ("2020-03-19T06:41:53-04:00", 20028),
    "1.5.4": ("2023-10-14T00:08:11-04:00", 24791),
    "1.8.2": ("2025-09-08T02:14:40-04:00", 28146),
}
"""Build date and code revision per version; 1.5.4 is from a walk, 1.8.2's revision from its package name, its date made up."""
CHIPSET = "VSC7468"
BOARD = "Jaguar2-cu8sfp16"


@dataclass(frozen=True, slots=True)
class Identity:
    """Facts of a shelf that configuration does not change."""

    name: str
    model: GamModel
    serial: str
    base_mac: str
    version: str
    address: str

    @classmethod
    def of(cls, shelf: TownShelf) -> Identity:
        """From a shelf of the town. :raises KeyError: an unknown model"""
        found = re.search(r"\d+(?:\.\d+)+", shelf.firmware)
        version = found.group() if found else "1.5.4"
        return cls(shelf.name, BY_NAME[shelf.model], shelf.serial, shelf.base_mac.lower().replace("-", ":"), version, shelf.address)

    @property
    def software(self) -> str:
        """Version text, e.g. ``GAM-12/24-C_v1.5.4``."""
        return f"{self.model.firmware_family}_v{self.version}"

    @property
    def build_date(self) -> str:
        """Date of the image."""
        return BUILDS.get(self.version, BUILDS["1.5.4"])[0]

    @property
    def revision(self) -> int:
        """Code revision of the image."""
        return BUILDS.get(self.version, BUILDS["1.5.4"])[1]

    @property
    def product(self) -> str:
        """Product text, e.g. ``Positron GAM-12/24-C Switch``."""
        return f"Positron {self.model.firmware_family} Switch"

    @property
    def system(self) -> str:
        """First half of sysDescr."""
        return f"{self.model.name} GigaBit Ethernet Switch"

    @property
    def object_id(self) -> str:
        """sysObjectID. A model whose number is not known answers with the products' root."""
        return f"{PRODUCTS_OID}.{self.model.object_ids[0]}" if self.model.object_ids else PRODUCTS_OID

    @property
    def hardware_version(self) -> str:
        """Hardware version text (form of a captured GAM-12-C)."""
        return f"ASY-2100-{25 if self.model.coax else 15},R09"

    @property
    def interfaces(self) -> tuple[str, ...]:
        """CLI names in ifIndex order: G.hn ports, uplinks, MGMT."""
        return (*self.model.ghn_interfaces, *self.model.uplink_interfaces, self.model.mgmt_interface)

    def mac(self, offset: int) -> str:
        """The shelf's MAC number ``offset`` from its base; switch ports are base+1…, G.hn domain masters base+0x18…."""
        value = int(self.base_mac.replace(":", ""), 16) + offset
        return ":".join(f"{value >> shift & 0xFF:02x}" for shift in range(40, -8, -8))

    def ghn_mac(self, port: int) -> str:
        """Domain master MAC of a G.hn port."""
        return self.mac(0x17 + port)


def json_name(interface: str) -> str:
    """An interface's name in JSON-RPC: ``10GigabitEthernet 1/1`` is ``10G 1/1``, ``GigabitEthernet 1/1`` is ``Gi 1/1``."""
    return interface.replace("10GigabitEthernet", "10G").replace("GigabitEthernet", "Gi")


def cli_name(json: str) -> str:
    """The inverse of :func:`json_name`."""
    return re.sub(r"^Gi ", "GigabitEthernet ", re.sub(r"^10G ", "10GigabitEthernet ", json))


def descr_name(interface: str) -> str:
    """ifDescr and ifAlias: ``Port G.hn-3``, ``Port 10G-1``, ``Port MGMT``."""
    if interface.startswith("Gi"):
        return "Port MGMT"
    return "Port " + json_name(interface).replace(" 1/", "-")


def alarm_name(interface: str) -> str:
    """Entity text in alarms: ``G.hn-12`` but ``10G 1/2`` (both in a walked alarm log)."""
    return interface.replace(" 1/", "-") if interface.startswith("G.hn") else json_name(interface)
