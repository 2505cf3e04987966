"""What a shelf accepts: limits and rules of the vendor's guides and error table, as one checker per kind of object."""

from __future__ import annotations

import re

from nornir_tasks.gam.catalog import MAX_ENDPOINTS, MAX_PROFILES, MAX_SUBSCRIBERS, GamModel

from .config import (
    DEFAULT_PROFILE_ID,
    DEFAULT_PROFILE_NAME,
    NO_NNI,
    UNPROVISIONED_VLAN,
    DeviceConfig,
    Endpoint,
    Kind,
    Profile,
    Subscriber,
)
from .refusals import Refused
from .variants import Variants

NAME_MAX = 31
RESERVED_VLANS = range(3840, 3843)
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
MAXIMUM: dict[Kind, int] = {"profile": MAX_PROFILES, "endpoint": MAX_ENDPOINTS, "subscriber": MAX_SUBSCRIBERS}
FULL: dict[Kind, int] = {"endpoint": 33, "profile": 34, "subscriber": 35}
MISSING: dict[Kind, int] = {"subscriber": 7, "endpoint": 9, "profile": 21}
INVALID: dict[Kind, int] = {"subscriber": 6, "endpoint": 8, "profile": 20}
BAD_NAME: dict[Kind, int] = {"subscriber": 15, "profile": 22, "endpoint": 30}
NOT_UNIQUE: dict[Kind, int] = {"subscriber": 16, "endpoint": 17, "profile": 18}
CONFIGURED: dict[Kind, int] = {"endpoint": 45, "profile": 46, "subscriber": 47}


def normal_mac(text: str) -> str:
    """A MAC address in any notation (colons, dashes, dots, none) as lower case with colons.

    :raises Refused: 31, when it is not one
    """
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    if len(digits) != 12 or re.search(r"[^0-9A-Fa-f:.\-]", text):
        raise Refused(31)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def automatic_name(mac: str) -> str:
    """The name a shelf gives an endpoint: ``Positron_`` and the last three octets, upper-case hex (two captures agree)."""
    return "Positron_" + mac.replace(":", "")[6:].upper()


class Rules:
    """The rules of one shelf: its model's limits and its variants."""

    def __init__(self, model: GamModel, variants: Variants) -> None:
        self.model = model
        self.variants = variants

    def check_id(self, kind: Kind, ident: int) -> None:
        """Ids run from 1 to 15 (profiles) or 384. :raises Refused:"""
        if not 1 <= ident <= MAXIMUM[kind]:
            raise Refused(INVALID[kind])

    def free_id(self, config: DeviceConfig, kind: Kind) -> int:
        """The lowest free id. :raises Refused: 33-35 when the table is full"""
        table = config.table(kind)
        ident = next((number for number in range(1, MAXIMUM[kind] + 1) if number not in table), 0)
        if not ident:
            raise Refused(FULL[kind])
        return ident

    def check(self, config: DeviceConfig, kind: Kind, item: Profile | Endpoint | Subscriber) -> None:
        """Whether ``item`` may stand in ``config`` (in place of the one with its id, if any). :raises Refused:"""
        self.check_id(kind, item.id)
        if isinstance(item, Profile):
            self._profile(item)
        elif isinstance(item, Endpoint):
            self._endpoint(config, item)
        else:
            self._subscriber(config, item)
        self._names(config, kind, item)

    def _names(self, config: DeviceConfig, kind: Kind, item: Profile | Endpoint | Subscriber) -> None:
        name, longest = item.name, self.variants.description_max
        if not 1 <= len(name) <= NAME_MAX or not name.isprintable() or '"' in name:
            raise Refused(BAD_NAME[kind])
        if len(item.description) > longest or (item.description and not item.description.isprintable()):
            raise Refused(INVALID[kind])
        if config.find(kind, name) not in (0, item.id):
            raise Refused(NOT_UNIQUE[kind])

    def _profile(self, item: Profile) -> None:
        if item.id == DEFAULT_PROFILE_ID and item.name != DEFAULT_PROFILE_NAME:
            raise Refused(22)
        for rate, number in ((item.ds, 23), (item.us, 24)):
            if not 10 <= rate <= self.variants.rate_max:
                raise Refused(number)

    def _endpoint(self, config: DeviceConfig, item: Endpoint) -> None:
        if not MAC.fullmatch(item.mac) or item.mac == "00:00:00:00:00:00" or int(item.mac[:2], 16) & 1:
            raise Refused(31)
        others = [other for other in config.endpoints.values() if other.id != item.id]
        if any(other.mac == item.mac for other in others):
            raise Refused(32)
        if not 0 <= item.port <= self.model.ports:
            raise Refused(5)
        if item.port and sum(other.port == item.port for other in others) >= self.model.endpoints_per_port:
            raise Refused(36)

    def _service_vlan(self, vlan: int, number: int) -> None:
        if not 3 <= vlan <= self.variants.vlan_max or vlan in RESERVED_VLANS:
            raise Refused(number)

    def _subscriber(self, config: DeviceConfig, item: Subscriber) -> None:
        if item.vlan != UNPROVISIONED_VLAN:
            self._service_vlan(item.vlan, 25)
        if item.remapped and not 3 <= item.remapped <= self.variants.vlan_max:
            raise Refused(26)
        if item.port2:
            if item.port2 == item.vlan:
                raise Refused(28)
            self._service_vlan(item.port2, 27)
        if len(item.allowed) > self.variants.allowed_vlans_max:
            raise Refused(29)
        for vlan in item.allowed:
            self._service_vlan(vlan, 25)
        self._subscriber_place(config, item)
        if item.profile_id and item.profile_id not in config.profiles:
            raise Refused(21)
        self._double_tag(config, item)

    def _subscriber_place(self, config: DeviceConfig, item: Subscriber) -> None:
        others = [other for other in config.subscribers.values() if other.id != item.id]
        if item.endpoint_id:
            if item.endpoint_id not in config.endpoints:
                raise Refused(9)
            if any(other.endpoint_id == item.endpoint_id for other in others):
                raise Refused(13)
        if item.port:
            if config.subscriber_model != "portAware":
                raise Refused(57)
            if not 1 <= item.port <= self.model.ports:
                raise Refused(5)
            if any(other.port == item.port for other in others):
                raise Refused(14)

    def _double_tag(self, config: DeviceConfig, item: Subscriber) -> None:
        if item.nni != NO_NNI:
            self.check_nni(config, item.nni)
        if item.outer and not 3 <= item.outer <= self.variants.vlan_max:
            raise Refused(42)
        if item.double_tags and not item.outer:
            raise Refused(42)

    def check_nni(self, config: DeviceConfig, name: str) -> None:
        """An NNI is ``NONE`` or an Ethernet port in uplink mode. ``name`` is the CLI name. :raises Refused: 41 or 43"""
        if name == NO_NNI:
            return
        if name in self.model.ghn_interfaces:
            raise Refused(43)
        port = config.switchports.get(name)
        if port is None:
            raise Refused(41)
        if port.isolation != 3:
            raise Refused(43)

    def check_removal(self, config: DeviceConfig, kind: Kind, ident: int) -> None:
        """Whether an object may go. What a real shelf answers for one in use is not known; see the variants. :raises Refused:"""
        if ident not in config.table(kind):
            raise Refused(MISSING[kind])
        if kind == "profile" and ident == DEFAULT_PROFILE_ID:
            raise Refused(20)
        if self.variants.delete_in_use == "detach" or kind == "subscriber":
            return
        attribute = "endpoint_id" if kind == "endpoint" else "profile_id"
        if any(getattr(item, attribute) == ident for item in config.subscribers.values()):
            raise Refused(13 if kind == "endpoint" else 1)
