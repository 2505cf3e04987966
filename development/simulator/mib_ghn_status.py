"""The vendor's G.hn status and statistics tables, by id and by MAC, and its alarm tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nornir_tasks.gam.catalog import ENDPOINT_MODELS, IFINDEX_BASE

from . import texts
from .alarms import CONDITIONS
from .firmware import upgrade_words
from .identity import alarm_name
from .mib_values import GAM, GHN, Spec, date_and_time, fixed, if_index, mac_index, mac_octets, scalars
from .snmp_codec import Oid, counter64, integer, octets, truth, unsigned
from .state import OK, EndpointView, SimShelf

MODEL_NUMBERS = {name: number for number, name in ENDPOINT_MODELS.items()}


def ghn_ports(shelf: SimShelf) -> list[Spec]:
    """Brief and detailed status of ports, and their counters."""
    letter = "C" if shelf.identity.model.coax else "M"
    rows = fixed(((IFINDEX_BASE + n,), n) for n in range(1, shelf.identity.model.ports + 1))

    def there(number: int) -> list[EndpointView]:
        return [view for view in shelf.views() if view.detected_port == number]

    def outage(number: int, affecting: bool) -> bytes:
        name = alarm_name(shelf.identity.model.ghn_interface(number))
        causes = [alarm.cause for alarm in shelf.alarms.active.values() if alarm.cause.entity == name]
        return truth(any(cause.condition == "outage" and cause.service_affecting == affecting for cause in causes))

    brief: dict[int, Callable[[int], bytes]] = {
        20: lambda number: truth(not shelf.running.ports[number].shutdown),
        30: lambda number: mac_octets(shelf.identity.ghn_mac(number)),
        40: lambda number: octets(",".join(view.mac.upper() for view in there(number))[:287]),
        50: lambda number: outage(number, False),
        60: lambda number: outage(number, True),
        70: lambda number: truth(False),
    }
    detailed: dict[int, Callable[[int], bytes]] = {
        30: lambda number: octets(f"GAM-{letter}"),
        40: lambda number: octets("DCP962C"),
        50: lambda number: octets(texts.NO_SERIAL),
        60: lambda number: octets(texts.days(max(0, shelf.uptime - 60 + number))),
        70: lambda number: octets("POS-GAM-HE-P2MP SPIRIT.v7_10_r713+7_positron_24260"),
        80: lambda number: unsigned(max((view.cpe.tx_max for view in there(number) if view.cpe), default=0)),
        90: lambda number: integer(0),
        100: lambda number: unsigned(0),
        105: lambda number: unsigned(0),
    }

    def counted(at: int, divide: int = 1) -> Callable[[int], bytes]:
        return lambda number: counter64(
            shelf.traffic.read(shelf.identity.model.ghn_interface(number), shelf.clock.now())[at] // divide
        )

    statistics: dict[int, Callable[[int], bytes]] = {
        10: lambda number: integer(1),
        20: counted(0),
        30: counted(1),
        40: counted(0, 800),
        50: counted(1, 800),
        60: counted(2),
    }
    return [
        (f"{GHN}.3.10.10.1", brief, rows),
        (f"{GHN}.3.10.20.1", detailed, rows),
        (f"{GHN}.4.10.20.1", {10: lambda number: truth(False)}, rows),
        (f"{GHN}.5.10.10.1", statistics, rows),
        scalars(f"{GHN}.3.40", {10: lambda: integer(0)}),
    ]


def ghn_status(shelf: SimShelf) -> list[Spec]:
    """Endpoints by id (configured ones) and by MAC (unknown ones, too)."""

    def by_id() -> list[tuple[Oid, EndpointView]]:
        return sorted((((view.id,), view) for view in shelf.views() if view.id), key=lambda pair: pair[0])

    def by_mac() -> list[tuple[Oid, EndpointView]]:
        return [(mac_index(view.mac), view) for view in shelf.views()]

    def ethernet(rows: Callable[[], list[tuple[Oid, EndpointView]]]) -> Callable[[], list[tuple[Oid, EndpointView]]]:
        return lambda: [((*index, at), view) for index, view in rows() if view.cpe for at in range(1, view.cpe.ethernet_ports + 1)]

    specs: list[Spec] = []
    for part, rows in ((20, by_id), (30, by_mac)):
        specs += [
            (f"{GHN}.3.{part}.10.1", _brief_columns(shelf), rows),
            (f"{GHN}.3.{part}.20.1", _detailed_columns(shelf), rows),
            (f"{GHN}.3.{part}.30.1", _ethernet_columns(), ethernet(rows)),
            (
                f"{GHN}.3.{part}.40.1",
                {
                    10: lambda view: octets(upgrade_words(shelf, view.mac)),
                    20: lambda view: integer(0),
                    30: lambda view: integer(shelf.firmware.stage(view.mac)),
                },
                rows,
            ),
            (f"{GHN}.3.{part}.50.1", _poe_columns(), rows),
            (f"{GHN}.4.{part}.10.1", {10: lambda view: truth(False), 20: lambda view: truth(False)}, rows),
            (f"{GHN}.4.{part}.20.1", {10: lambda view: truth(False), 20: lambda view: truth(False)}, rows),
            (f"{GHN}.5.{part}.10.1", _endpoint_counters(shelf), ethernet(rows)),
            (f"{GHN}.5.{part}.20.1", _frame_counters(shelf), rows),
        ]
    return specs


def _brief_columns(shelf: SimShelf) -> dict[int, Callable[[EndpointView], bytes]]:
    def of(view: EndpointView, part: str, field: str, default: Any) -> Any:
        item = getattr(view, part)
        return getattr(item, field) if item else default

    return {
        10: lambda view: mac_octets(view.mac),
        20: lambda view: unsigned(view.id),
        25: lambda view: octets(of(view, "endpoint", "name", "")),
        30: lambda view: integer(if_index(of(view, "endpoint", "port", 0))),
        35: lambda view: truth(of(view, "endpoint", "auto_port", False)),
        40: lambda view: integer(if_index(view.detected_port)),
        50: lambda view: unsigned(of(view, "subscriber", "id", 0)),
        55: lambda view: octets(of(view, "subscriber", "name", "")),
        60: lambda view: unsigned(of(view, "subscriber", "uid", 0)),
        70: lambda view: unsigned(of(view, "profile", "id", 0)),
        75: lambda view: octets(of(view, "profile", "name", "")),
        80: lambda view: unsigned(of(view, "profile", "uid", 0)),
        90: lambda view: integer(view.state),
        100: lambda view: integer(MODEL_NUMBERS.get(of(view, "cpe", "model", ""), 255)),
        110: lambda view: octets(of(view, "cpe", "model", "")),
        120: lambda view: truth(of(view, "cpe", "firmware_mismatch", False)),
    }


def _detailed_columns(shelf: SimShelf) -> dict[int, Callable[[EndpointView], bytes]]:
    def number(field: str) -> Callable[[EndpointView], bytes]:
        return lambda view: unsigned(getattr(view.cpe, field) if view.cpe else 0)

    def text(read: Callable[[Any], str]) -> Callable[[EndpointView], bytes]:
        return lambda view: octets(read(view.cpe) if view.cpe else "")

    return {
        10: lambda view: mac_octets(view.mac),
        20: lambda view: truth(view.cpe),
        30: text(lambda cpe: cpe.model),
        40: text(lambda cpe: "DCP962C"),
        50: lambda view: octets(texts.device_serial(view)),
        60: text(lambda cpe: texts.days(shelf.clock.now() - cpe.booted_at)),
        70: text(lambda cpe: cpe.firmware),
        80: number("rx_max"),
        90: lambda view: integer(1 if view.cpe and view.cpe.copper else 0),
        100: number("wire_length_m"),
        105: lambda view: unsigned(round(view.cpe.wire_length_m * 3.2808) if view.cpe else 0),
        110: number("rx_phy"),
        120: number("tx_phy"),
        130: lambda view: unsigned(1 if view.cpe and view.cpe.copper else 0),
        140: lambda view: unsigned(1 if view.cpe and view.cpe.copper else 0),
        150: number("rx_max"),
        160: number("tx_max"),
        170: lambda view: unsigned(int(shelf.usage(view)[0])),
        180: lambda view: unsigned(int(shelf.usage(view)[1])),
    }


def _ethernet_columns() -> dict[int, Callable[[EndpointView], bytes]]:
    def up(view: EndpointView) -> bool:
        return bool(view.cpe and view.cpe.ethernet_up)

    return {
        10: lambda view: truth(view.cpe),
        15: lambda view: integer(1),
        20: lambda view: truth(up(view)),
        30: lambda view: truth(up(view)),
        40: lambda view: integer(3 if up(view) else 0),
    }


def _poe_columns() -> dict[int, Callable[[EndpointView], bytes]]:
    def feeds(view: EndpointView) -> bool:
        return bool(view.cpe and view.cpe.model.endswith("+"))

    return {
        10: lambda view: unsigned(1 if feeds(view) else 0),
        15: lambda view: truth(feeds(view) and view.subscriber and view.subscriber.poe != "disable"),
        20: lambda view: integer(1 if feeds(view) else 2),
        **{column: (lambda view: integer(2)) for column in (30, 40, 50, 60)},
    }


def _endpoint_counters(shelf: SimShelf) -> dict[int, Callable[[EndpointView], bytes]]:
    def counted(at: int, divide: int = 1) -> Callable[[EndpointView], bytes]:
        return lambda view: counter64(shelf.traffic.read(f"cpe {view.mac}", shelf.clock.now())[at] // divide)

    return {10: lambda view: integer(1), 20: counted(1), 30: counted(0), 40: counted(1, 800), 50: counted(0, 800), 60: counted(2)}


def _frame_counters(shelf: SimShelf) -> dict[int, Callable[[EndpointView], bytes]]:
    def counted(at: int, divide: int) -> Callable[[EndpointView], bytes]:
        return lambda view: unsigned(shelf.traffic.read(f"cpe {view.mac}", shelf.clock.now())[at] // divide % 2**32)

    def percent(view: EndpointView) -> bytes:
        return unsigned(0 if view.state == OK and view.cpe and view.cpe.rx_phy >= 400 else 3 if view.cpe else 0)

    return {
        10: counted(1, 800),
        20: counted(1, 250),
        30: percent,
        40: lambda view: unsigned(0),
        1010: counted(0, 800),
        1020: counted(0, 250),
        1030: percent,
        1040: lambda view: unsigned(0),
    }


def alarms(shelf: SimShelf) -> list[Spec]:
    """Active alarms and the alarm log."""
    common: dict[int, Callable[[Any], bytes]] = {
        2: lambda row: integer(row.cause.if_index),
        3: lambda row: octets(row.uuid),
        4: lambda row: octets(row.cause.entity),
        5: lambda row: integer(CONDITIONS[row.cause.condition]),
    }
    # Columns 6-9 (software fault file, line, module, hardware fault id) gave nothing on the walked shelf.
    active = common | {
        10: lambda row: integer(row.cause.severity),
        11: lambda row: truth(row.cause.service_affecting),
        12: lambda row: date_and_time(row.occurred),
    }
    log = common | {
        10: lambda row: integer(row.state),
        11: lambda row: integer(row.cause.severity),
        12: lambda row: truth(row.cause.service_affecting),
        13: lambda row: date_and_time(row.occurred),
        14: lambda row: date_and_time(row.reported),
    }
    return [
        (
            f"{GAM}.145.1.3.1.1",
            active,
            lambda: sorted((((alarm.number,), alarm) for alarm in shelf.alarms.active.values()), key=lambda pair: pair[0]),
        ),
        (f"{GAM}.145.1.3.2.1", log, lambda: [((row.number,), row) for row in shelf.alarms.log]),
        scalars(f"{GAM}.145.1.4.1", {1: lambda: truth(False)}),
    ]
