"""Alarms of a GAM: conditions, severities, and what the entity names mean. Numbers from the vendor's alarm MIB."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ..contracts import AlarmSeverity
from .oids import IFINDEX_ENDPOINT, IFINDEX_GHN, IFINDEX_PORT_LAST

SEVERITIES: dict[int, AlarmSeverity] = {
    0: AlarmSeverity.NOT_REPORTED,
    1: AlarmSeverity.NOT_ALARMED,
    2: AlarmSeverity.MINOR,
    3: AlarmSeverity.MAJOR,
    4: AlarmSeverity.CRITICAL,
}

CONDITIONS: dict[int, tuple[str, str]] = {
    0: ("other", "Other condition"),
    1: ("hwflt", "Hardware fault"),
    2: ("swflt", "Software fault"),
    3: ("fanflt", "Fan fault"),
    4: ("hightemp", "Temperature too high"),
    5: ("thermalshutdown", "Shut down because of temperature"),
    6: ("restart", "System restarted"),
    7: ("clkchange", "Clock was changed"),
    8: ("linkdown", "Ethernet link is down"),
    9: ("sfprmvd", "SFP was removed"),
    10: ("sfpmismatch", "SFP does not fit the port"),
    11: ("outage", "G.hn port serves no endpoint"),
    12: ("lowsnr", "Signal-to-noise ratio is low"),
    13: ("los", "Endpoint is missing (loss of signal)"),
    14: ("portmismatch", "Endpoint is on another port than configured"),
    15: ("hwmismatch", "Endpoint model is unknown or not supported"),
    16: ("swrevmismat", "Software revision does not match"),
    17: ("swdl", "Software download"),
    18: ("fwupg", "Firmware upgrade"),
    19: ("lockoutconsole", "Console login is locked out"),
    20: ("lockouthost", "Logins from a host are locked out"),
    21: ("lockoutglobal", "All logins are locked out"),
    22: ("lpbkfacility", "Facility loopback is on"),
    23: ("lpbkterm", "Terminal loopback is on"),
}
"""CondType number to the shelf's word and what it means."""


class EntityKind(StrEnum):
    """What an alarm is about."""

    SYSTEM = "system"
    PORT = "port"
    ETHERNET = "ethernet"
    ENDPOINT = "endpoint"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class AlarmEntity:
    """The thing an alarm is about; ``number`` is the G.hn port, the Ethernet port or the endpoint's id (0 for the others)."""

    kind: EntityKind
    number: int = 0


_ENTITIES: tuple[tuple[EntityKind, re.Pattern[str]], ...] = (
    (EntityKind.SYSTEM, re.compile(r"^System$", re.IGNORECASE)),
    (EntityKind.PORT, re.compile(r"^(?:Port )?G\.hn[ -](?:1/)?(\d+)$", re.IGNORECASE)),
    (EntityKind.ENDPOINT, re.compile(r"^CPE-(\d+)$", re.IGNORECASE)),
    (EntityKind.ETHERNET, re.compile(r"^(?:10G|Gi|10GigabitEthernet|GigabitEthernet) 1/(\d+)$", re.IGNORECASE)),
)


def parse_entity(name: str) -> AlarmEntity:
    """What an entity name (``G.hn-12``, ``10G 1/2``, ``CPE-1``, ``System``) stands for; OTHER when it is none of these."""
    for kind, pattern in _ENTITIES:
        found = pattern.match(name.strip())
        if found:
            return AlarmEntity(kind, int(found.group(1)) if pattern.groups else 0)
    return AlarmEntity(EntityKind.OTHER)


def entity_name(if_index: int) -> str:
    """The name a shelf would give to an alarm's ifIndex; ``ifIndex n`` for one outside the known ranges."""
    if if_index == 0:
        return "System"
    if IFINDEX_GHN < if_index <= IFINDEX_PORT_LAST:
        return f"G.hn-{if_index - IFINDEX_GHN}"
    if if_index > IFINDEX_ENDPOINT:
        return f"CPE-{if_index - IFINDEX_ENDPOINT}"
    return f"ifIndex {if_index}"
