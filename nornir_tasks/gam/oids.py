"""Object identifiers a GAM is read by: the subtrees and columns this project needs, under its own names.

OIDs and meanings from the vendor's MIBs and from an SNMP walk of a GAM-12-C, firmware 1.5.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

type Oid = tuple[int, ...]

POSITRON: Oid = (1, 3, 6, 1, 4, 1, 20095)
PRODUCTS: Oid = (*POSITRON, 2000, 1)
"""sysObjectID of every GAM is below this."""
GAM: Oid = (*POSITRON, 2001)

IFINDEX_GHN = 1_000_000
"""G.hn port n has ifIndex 1 000 000 + n; uplinks and MGMT follow the last G.hn port."""
IFINDEX_PORT_LAST = 1_000_999
IFINDEX_ENDPOINT = 1_000_000_000
"""In alarms only: endpoint id n is ifIndex 1 000 000 000 + n."""


@dataclass(frozen=True, slots=True)
class Group:
    """Scalars by name; each OID includes the trailing ``.0``."""

    name: str
    oids: Mapping[str, Oid]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: ``entry`` is the OID before the column number; ``index_length`` is how many arcs name a row."""

    name: str
    entry: Oid
    columns: Mapping[str, int]
    index_length: int = 1

    def column(self, name: str) -> Oid:
        """OID of one column."""
        return (*self.entry, self.columns[name])


SYSTEM = Group(
    "system",
    {
        "description": (1, 3, 6, 1, 2, 1, 1, 1, 0),
        "object_id": (1, 3, 6, 1, 2, 1, 1, 2, 0),
        "uptime": (1, 3, 6, 1, 2, 1, 1, 3, 0),
        "contact": (1, 3, 6, 1, 2, 1, 1, 4, 0),
        "name": (1, 3, 6, 1, 2, 1, 1, 5, 0),
        "location": (1, 3, 6, 1, 2, 1, 1, 6, 0),
    },
)

BOARD = Group(
    "board",
    {
        "mac": (*GAM, 24, 1, 3, 5, 1, 0),
        "serial": (*GAM, 24, 1, 3, 5, 3, 0),
        "type": (*GAM, 24, 1, 3, 5, 4, 0),
        "hardware_version": (*GAM, 24, 1, 3, 5, 5, 0),
        "cpu_100ms": (*GAM, 24, 1, 3, 1, 1, 0),
        "cpu_1s": (*GAM, 24, 1, 3, 1, 2, 0),
        "cpu_10s": (*GAM, 24, 1, 3, 1, 3, 0),
        "uptime_text": (*GAM, 24, 1, 3, 4, 1, 0),
    },
)

MORE = Group(
    "system",
    {
        "clock": (*GAM, 24, 1, 2, 2, 1, 0),
        "flash_bytes": (*GAM, 101, 1, 3, 1, 3, 0),
        "flash_free_bytes": (*GAM, 101, 1, 3, 1, 4, 0),
        "subscriber_model": (*GAM, 143, 1, 2, 5, 10, 0),
    },
)

POWER = Table("power", (*GAM, 24, 1, 3, 2, 1), {"state": 3, "text": 4}, index_length=2)
LED = Table("led", (*GAM, 24, 1, 3, 3, 1), {"text": 2})
TEMPERATURE = Table("temperature", (*GAM, 24, 1, 3, 7, 1), {"name": 2, "tenths": 3})
FAN = Table("fan", (*GAM, 24, 1, 3, 8, 1), {"rpm": 2})
IMAGE = Table("image", (*GAM, 28, 1, 3, 1, 1), {"name": 3, "version": 4, "built": 5, "revision": 6})
IMAGE_SLOTS = {0: "boot", 1: "active", 2: "alternate"}
FILE = Table("file", (*GAM, 101, 1, 3, 2, 1), {"name": 2, "size_bytes": 3, "modified": 4, "attributes": 5})

IF = Table(
    "ifTable",
    (1, 3, 6, 1, 2, 1, 2, 2, 1),
    {"admin_status": 7, "oper_status": 8, "in_discards": 13, "in_errors": 14, "out_discards": 19, "out_errors": 20},
)
IF_OLD = Table("ifTable", IF.entry, {"description": 2, "speed_bps": 5, "in_octets": 10, "out_octets": 16})
"""What ifXTable says better: asked for only of rows that lack it there."""
IFX = Table("ifXTable", (1, 3, 6, 1, 2, 1, 31, 1, 1, 1), {"name": 1, "in_octets": 6, "out_octets": 10, "high_speed": 15})

ETHERNET_STATUS = Table("ethernetStatus", (*GAM, 11, 1, 3, 1, 1), {"full_duplex": 3})

SFP = Table(
    "sfp",
    (*GAM, 121, 1, 3, 2, 1),
    {
        "vendor": 4,
        "part_number": 5,
        "serial": 6,
        "temperature_c": 1003,
        "voltage_v": 1008,
        "tx_bias_ma": 1013,
        "tx_power_dbm": 1018,
        "rx_power_dbm": 1023,
    },
)

GHN: Oid = (*GAM, 143, 1)
SUBSCRIBER_MODEL: Oid = (*GHN, 2, 5, 10, 0)

PORT_CONFIG = Table("portConfig", (*GHN, 2, 10, 1), {"name": 30, "mac": 40, "medium": 50, "isolation": 71})
PORT_STATUS = Table(
    "portStatus", (*GHN, 3, 10, 10, 1), {"enabled": 20, "mac": 30, "endpoint_macs": 40, "outage_nsa": 50, "outage_sa": 60}
)

PORT_DETAIL = Table(
    "portDetail", (*GHN, 3, 10, 20, 1), {"hardware": 40, "serial": 50, "uptime": 60, "firmware": 70, "usable_mbps": 80}
)

ENDPOINT_CONFIG = Table("endpointConfig", (*GHN, 2, 20, 1), {"mac": 20, "name": 30, "port": 50, "auto_port": 55})

PROFILE = Table("profile", (*GHN, 2, 30, 1), {"id": 10})

_ENDPOINT_BRIEF = {
    "mac": 10,
    "id": 20,
    "name": 25,
    "configured_port": 30,
    "auto_port": 35,
    "detected_port": 40,
    "subscriber_name": 55,
    "profile_name": 75,
    "state": 90,
    "model_type": 100,
    "model_text": 110,
    "firmware_mismatch": 120,
}
_ENDPOINT_DETAIL = {
    "alive": 20,
    "device_name": 30,
    "hardware": 40,
    "serial": 50,
    "uptime": 60,
    "firmware": 70,
    "wire_length_m": 100,
    "rx_phy_mbps": 110,
    "tx_phy_mbps": 120,
    "rx_max_mbps": 150,
    "tx_max_mbps": 160,
    "rx_usage_mbps": 170,
    "tx_usage_mbps": 180,
}
ENDPOINT_BY_ID = Table("endpointById", (*GHN, 3, 20, 10, 1), _ENDPOINT_BRIEF)
ENDPOINT_DETAIL_BY_ID = Table("endpointDetailById", (*GHN, 3, 20, 20, 1), _ENDPOINT_DETAIL)
ENDPOINT_BY_MAC = Table("endpointByMac", (*GHN, 3, 30, 10, 1), _ENDPOINT_BRIEF, index_length=6)
ENDPOINT_DETAIL_BY_MAC = Table("endpointDetailByMac", (*GHN, 3, 30, 20, 1), _ENDPOINT_DETAIL, index_length=6)

_ETHERNET = {"valid": 10, "link_up": 20, "full_duplex": 30, "speed": 40}
_POE = {"port": 10, "enabled": 15, "mode": 20, "overload": 30}
_UPGRADE = {"status": 10}
_FRAMES = {"frames_up": 10, "error_percent_up": 30, "frames_down": 1010, "error_percent_down": 1030}
ENDPOINT_ETHERNET_BY_ID = Table("endpointEthernetById", (*GHN, 3, 20, 30, 1), _ETHERNET, index_length=2)
ENDPOINT_ETHERNET_BY_MAC = Table("endpointEthernetByMac", (*GHN, 3, 30, 30, 1), _ETHERNET, index_length=7)
ENDPOINT_UPGRADE_BY_ID = Table("endpointUpgradeById", (*GHN, 3, 20, 40, 1), _UPGRADE)
ENDPOINT_UPGRADE_BY_MAC = Table("endpointUpgradeByMac", (*GHN, 3, 30, 40, 1), _UPGRADE, index_length=6)
ENDPOINT_POE_BY_ID = Table("endpointPoeById", (*GHN, 3, 20, 50, 1), _POE)
ENDPOINT_POE_BY_MAC = Table("endpointPoeByMac", (*GHN, 3, 30, 50, 1), _POE, index_length=6)
ENDPOINT_FRAMES_BY_ID = Table("endpointFramesById", (*GHN, 5, 20, 20, 1), _FRAMES)
ENDPOINT_FRAMES_BY_MAC = Table("endpointFramesByMac", (*GHN, 5, 30, 20, 1), _FRAMES, index_length=6)

ACTIVE_ALARM = Table(
    "activeAlarm",
    (*GAM, 145, 1, 3, 1, 1),
    {
        "if_index": 2,
        "uuid": 3,
        "entity": 4,
        "condition": 5,
        "severity": 10,
        "service_affecting": 11,
        "occurred": 12,
    },
)

ALARM_LOG = Table(
    "alarmLog",
    (*GAM, 145, 1, 3, 2, 1),
    {
        "if_index": 2,
        "uuid": 3,
        "entity": 4,
        "condition": 5,
        "state": 10,
        "severity": 11,
        "service_affecting": 12,
        "occurred": 13,
        "reported": 14,
    },
)
