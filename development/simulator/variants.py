"""What nobody knows for sure: per shelf, which of the plausible answers it gives.

The vendor's guides contradict each other and captures are few. Where that is so, the simulator takes the likelier answer by
default and can be told to give the other, so that drivers are tested against both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Variants:
    """Per-shelf answers to open questions."""

    empty_hostname_prompt: bool = False
    """Prompt is a bare ``#`` (one capture of a shelf shows that) instead of ``NAME#``."""
    rate_max: int = 1999
    """Highest rate accepted, Mbit/s: 1999 (MIB), 1000 (guide, copper) or 800 (guide, coax)."""
    allowed_vlans_max: int = 14
    """Most allowed tagged VLANs: 14 (API and CLI guides) or 12 (VLAN guide)."""
    description_max: int = 63
    """Longest description: 63 (API guide) or 127 (CLI guide, MIB)."""
    vlan_max: int = 4093
    """Highest service VLAN besides 4094 for "unprovisioned": 4093 (API guide) or 4094 (CLI guide)."""
    mac_style: Literal["upper-colon", "lower-colon", "lower-dash"] = "upper-colon"
    """How JSON-RPC writes MAC addresses."""
    set_result: Literal["null", "list"] = "null"
    """``result`` of a successful JSON-RPC set: null or an empty list."""
    http_status_on_error: int = 200
    """HTTP status of a JSON-RPC error."""
    add_existing: Literal["configured", "name"] = "configured"
    """By-name add of an existing name: errors 45-47 ("already configured") or 16-18 ("Non-unique name")."""
    delete_in_use: Literal["refuse", "detach"] = "refuse"
    """Deleting an endpoint or profile in use: refused, or done and the subscriber left without it."""
    poe_lines: Literal["always", "changed"] = "always"
    """Whether running-config prints ``poe`` for every subscriber or only where it is not ``enable``."""
    unknown_keywords: bool = False
    """Print invented keywords for double tagging, NNI and trunk (the real ones are not known) instead of nothing."""
    building_dots: bool = False
    """First line of running-config ends in three dots, as on sibling products."""
    unassigned_is_wrong_port: bool = True
    """State of a plugged endpoint whose port is unassigned: wrong port, or ok."""
    port2_tagged_field: bool = False
    """The ``Port2VlanIsTagged`` member of newer firmware exists."""
    vlan_rows_in_ifmib: bool = False
    """Every VLAN 1-4095 has an IF-MIB row (seen on a GAM-4-CX-AC: about 4100 interfaces)."""
    readonly_community: str = "public"
    readwrite_community: str = "private"
    legacy_ssh: bool = False
    """Offer only SHA-1 key exchange and CBC ciphers."""
    max_response: int = 1472
    """Largest SNMP response, octets."""
    syslog_size: int = 40
    """Rows of the syslog ring; a real shelf keeps about 10 000."""
    boot_seconds: float = 0.5
    """How long a reboot takes; nothing answers meanwhile."""
    firmware_boot_seconds: float = 480.0
    """How long a shelf is away when it boots another image: 7 to 10 minutes by the vendor's procedure."""
    download_seconds: float = 60.0
    """How long an image takes over JSON-RPC, which does not wait for it. The command line's takes no time here."""
    endpoint_return_seconds: float = 30.0
    """How long after such a boot endpoints are back."""
    endpoint_upgrade_seconds: float = 90.0
    """How long an endpoint's own upgrade takes, one after the other."""
