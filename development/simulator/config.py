"""What a shelf is configured with: plain objects, keyed by id as the shelf does. No rules and no texts here."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, Literal

type Kind = Literal["profile", "endpoint", "subscriber"]

DEFAULT_PROFILE_ID = 1
DEFAULT_PROFILE_NAME = "Default BW Profile"
UNPROVISIONED_VLAN = 4094
NO_NNI = "NONE"


@dataclass(slots=True)
class Profile:
    """A bandwidth profile, Mbit/s. ``uid`` counts up per boot and is not kept."""

    id: int
    name: str = ""
    description: str = ""
    ds: int = 10
    us: int = 10
    service_limit: int = 0
    uid: int = field(default=0, compare=False)


@dataclass(slots=True)
class Endpoint:
    """An endpoint's configuration. ``port`` 0 is unassigned; ``mac`` is lower case with colons."""

    id: int
    mac: str = ""
    name: str = ""
    description: str = ""
    port: int = 0
    auto_port: bool = False
    allow_mgmt: bool = False


@dataclass(slots=True)
class Subscriber:
    """A subscriber. ``endpoint_id`` 0 none, ``profile_id`` 0 unthrottled, VLANs 0 none, ``port`` only when port-aware."""

    id: int
    name: str = ""
    description: str = ""
    endpoint_id: int = 0
    profile_id: int = DEFAULT_PROFILE_ID
    vlan: int = UNPROVISIONED_VLAN
    tagged: bool = False
    remapped: int = 0
    port2: int = 0
    port2_tagged: bool = False
    allowed: tuple[int, ...] = ()
    trunk: bool = False
    port: int = 0
    double_tags: bool = False
    nni: str = NO_NNI
    outer: int = 0
    poe: str = "enable"
    uid: int = field(default=0, compare=False)


@dataclass(slots=True)
class GhnPort:
    """A G.hn port. ``mode`` coax, mimo or siso; ``isolation`` is the RFC 5517 mode's number."""

    number: int
    name: str = ""
    mode: str = "coax"
    shutdown: bool = False
    isolation: int = 1
    community: int = 1


@dataclass(slots=True)
class SwitchPort:
    """VLAN configuration of an uplink or of MGMT. ``allowed`` is the list as text, e.g. ``3-4094``."""

    mode: str = "trunk"
    native: int = 1
    allowed: str = "3-4094"
    access: int = 1
    shutdown: bool = False
    isolation: int = 3


@dataclass(slots=True)
class VlanInterface:
    """A VLAN interface with a static address, or with DHCP when ``address`` is ``dhcp``."""

    address: str = ""
    mask: str = ""


@dataclass(slots=True)
class DeviceConfig:
    """A whole configuration, as running or as startup."""

    hostname: str = ""
    contact: str = ""
    location: str = ""
    subscriber_model: str = "endpointAware"
    default_nni: str = NO_NNI
    auto_fw_upgrade: bool = True
    shelf_seed: int = 1
    profiles: dict[int, Profile] = field(default_factory=dict)
    endpoints: dict[int, Endpoint] = field(default_factory=dict)
    subscribers: dict[int, Subscriber] = field(default_factory=dict)
    ports: dict[int, GhnPort] = field(default_factory=dict)
    switchports: dict[str, SwitchPort] = field(default_factory=dict)
    vlan_interfaces: dict[int, VlanInterface] = field(default_factory=dict)
    globals: dict[str, str] = field(default_factory=dict)

    def table(self, kind: Kind) -> dict[int, Any]:
        """The objects of one kind, by id."""
        tables: dict[Kind, dict[int, Any]] = {"profile": self.profiles, "endpoint": self.endpoints, "subscriber": self.subscribers}
        return tables[kind]

    def find(self, kind: Kind, name: str) -> int:
        """Id of the object of that kind and name, 0 when there is none."""
        return next((ident for ident, item in self.table(kind).items() if item.name == name), 0)

    def copy(self) -> DeviceConfig:
        """A deep copy."""
        return copy.deepcopy(self)


NEW = {"profile": Profile, "endpoint": Endpoint, "subscriber": Subscriber}
