"""The vendor's G.hn configuration tables: global, ports, endpoints, profiles, subscribers, row editors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nornir_tasks.gam.catalog import IFINDEX_BASE

from .config import NO_NNI, Endpoint, Profile, Subscriber
from .mib_values import GHN, Spec, bitmaps, fixed, if_index, mac_octets, part, scalars
from .snmp_codec import integer, octets, truth, unsigned
from .state import SimShelf

MODES = {"coax": 0, "mimo": 1, "siso": 2}
POE = {"disable": 0, "enable": 1, "force": 2}


def _nni(shelf: SimShelf, name: str) -> int:
    return 0 if name == NO_NNI else shelf.identity.model.if_index(name)


def ghn_config(shelf: SimShelf) -> list[Spec]:
    """All configuration tables."""
    running = lambda: shelf.running  # noqa: E731 - the running configuration is replaced as a whole on a reboot
    base = f"{GHN}.2"
    endpoint: dict[int, Callable[[Endpoint], bytes]] = {
        10: lambda row: unsigned(row.id),
        20: lambda row: mac_octets(row.mac or "00:00:00:00:00:00"),
        25: lambda row: integer(2),
        26: lambda row: integer(2),
        30: lambda row: octets(row.name),
        40: lambda row: octets(row.description),
        50: lambda row: integer(if_index(row.port)),
        55: lambda row: truth(row.auto_port),
        60: lambda row: truth(row.allow_mgmt),
        10000: lambda row: unsigned(0),
    }
    profile: dict[int, Callable[[Profile], bytes]] = {
        10: lambda row: unsigned(row.id),
        20: lambda row: unsigned(row.uid),
        30: lambda row: octets(row.name),
        40: lambda row: octets(row.description),
        50: lambda row: unsigned(row.ds),
        60: lambda row: unsigned(row.us),
        10000: lambda row: unsigned(0),
    }
    subscriber = _subscriber_columns(shelf)

    def editor(columns: dict[int, Callable[[Any], bytes]], kind: str, row: Callable[[], Any]) -> Spec:
        return f"{base}.{kind}", columns, lambda: [((0,), row())]

    def next_id(table: dict[int, Any], high: int) -> int:
        return next((ident for ident in range(1, high + 1) if ident not in table), 0)

    return [
        scalars(
            f"{base}.5",
            {
                10: lambda: integer(0 if running().subscriber_model == "endpointAware" else 1),
                20: lambda: integer(_nni(shelf, running().default_nni)),
                30: lambda: truth(running().auto_fw_upgrade),
                40: lambda: unsigned(running().shelf_seed),
            },
        ),
        _port_config(shelf),
        (f"{base}.20.1", endpoint, lambda: [((ident,), item) for ident, item in sorted(running().endpoints.items())]),
        editor(endpoint, "21", lambda: Endpoint(next_id(running().endpoints, 384))),
        (f"{base}.30.1", profile, lambda: [((ident,), item) for ident, item in sorted(running().profiles.items())]),
        editor(profile, "31", lambda: Profile(next_id(running().profiles, 15))),
        (f"{base}.40.1", subscriber, lambda: [((ident,), item) for ident, item in sorted(running().subscribers.items())]),
        editor(subscriber, "41", lambda: Subscriber(next_id(running().subscribers, 384))),
    ]


def _subscriber_columns(shelf: SimShelf) -> dict[int, Callable[[Subscriber], bytes]]:
    def name_of(table: dict[int, Any], ident: int) -> bytes:
        return octets(table[ident].name if ident in table else "")

    columns: dict[int, Callable[[Subscriber], bytes]] = {
        10: lambda row: unsigned(row.id),
        20: lambda row: unsigned(row.uid),
        30: lambda row: octets(row.name),
        40: lambda row: octets(row.description),
        50: lambda row: unsigned(row.endpoint_id),
        55: lambda row: name_of(shelf.running.endpoints, row.endpoint_id),
        70: lambda row: unsigned(row.profile_id),
        75: lambda row: name_of(shelf.running.profiles, row.profile_id),
        90: lambda row: unsigned(row.vlan),
        100: lambda row: truth(row.tagged),
        110: lambda row: unsigned(row.remapped),
        120: lambda row: unsigned(row.port2),
        170: lambda row: truth(row.trunk),
        180: lambda row: integer(if_index(row.port)),
        190: lambda row: truth(row.double_tags),
        200: lambda row: integer(_nni(shelf, row.nni)),
        210: lambda row: unsigned(row.outer),
        220: lambda row: integer(POE[row.poe]),
        10000: lambda row: unsigned(0),
    }
    for at in range(4):
        columns[130 + 10 * at] = part(lambda row: bitmaps(row.allowed), at)
    return columns


def _port_config(shelf: SimShelf) -> Spec:
    def vlans(number: int) -> list[bytes]:
        used = {2, 4094, *(view.subscriber.vlan for view in shelf.views() if view.subscriber and view.detected_port == number)}
        return bitmaps(used)

    columns: dict[int, Callable[[int], bytes]] = {
        30: lambda number: octets(shelf.running.ports[number].name),
        40: lambda number: mac_octets(shelf.identity.ghn_mac(number)),
        50: lambda number: integer(MODES[shelf.running.ports[number].mode]),
        60: lambda number: integer(0),
        71: lambda number: integer(shelf.running.ports[number].isolation),
        72: lambda number: unsigned(shelf.running.ports[number].community),
    }
    for at in range(4):
        columns[80 + 10 * at] = part(vlans, at)
        columns[120 + 10 * at] = lambda number: octets(bytes(128))
    return f"{GHN}.2.10.1", columns, fixed(((IFINDEX_BASE + n,), n) for n in range(1, shelf.identity.model.ports + 1))
