"""Joins Splynx collections into billed services, and makes one service of the rows Splynx keeps of it over time.

When a customer stops, their service is ``disabled`` with an end date and a duplicate with a new id is made, ``stopped``; when they
pay, the duplicate becomes ``active``. A planned change of plan adds a ``pending`` row (vendor manual). The id of a service is
therefore not stable, but its login, MAC or address is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ..contracts import BillingPlan, BillingService, OrphanDevice
from .debts import Debts
from .fields import Row, day, host_list, id_key, ident, in_order, mac_list, money, whole, words
from .reading import Reading
from .states import SPLYNX_SERVICES, splynx_raw

ENTITY = "internet_service"
STATIC_IP = "1"
"""``taking_ipv4``: 0 assigned by the router, 1 permanent, 2 from a pool."""

RANKS = {"active": 4, "stopped": 3, "pending": 2, "disabled": 1, "hidden": 0, "archived": 0}
"""Which row speaks for a service: the one in service, then the one that would be again, then what is planned, then history."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Result of a join."""

    services: tuple[BillingService, ...]
    plans: tuple[BillingPlan, ...]
    orphans: tuple[OrphanDevice, ...]


@dataclass
class Lineage:
    """Rows of one service: the one that speaks for it, what came before, what is planned."""

    current: Row
    others: list[Row] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Id of the row that speaks for the service."""
        return ident(self.current["id"])

    @property
    def planned(self) -> list[Row]:
        """Rows that are to take over."""
        return [row for row in self.others if _status(row) == "pending" and _status(self.current) != "pending"]

    @property
    def replaced(self) -> list[Row]:
        """Rows it took over from, latest first."""
        rows = [row for row in self.others if row not in self.planned]
        return sorted(rows, key=lambda row: (day(row.get("start_date")), id_key(ident(row["id"]))), reverse=True)


def join(reading: Reading, debts: Debts) -> Joined:
    """Services, plans and unassigned equipment out of the collections of a reading."""
    customers = {id: row for id, row in reading.table("customers").items() if words(row.get("category")).lower() != "lead"}
    by_customer: dict[str, list[Row]] = {}
    for row in reading.table("internet_services").values():
        by_customer.setdefault(ident(row.get("customer_id")), []).append(row)
    lineages = {id: collapse(by_customer[id]) for id in in_order(by_customer) if id in customers}
    equipment = _Equipment(reading, lineages)
    services = [
        _service(customers[id], lineage, equipment, debts)
        for id, rows in lineages.items()
        for lineage in sorted(rows, key=lambda item: id_key(item.id))
    ]
    return Joined(tuple(services), _plans(reading), equipment.orphans)


def collapse(rows: list[Row]) -> list[Lineage]:
    """One lineage per service out of one customer's rows. A row with a status nobody knows always stands for itself."""
    rows = sorted(rows, key=_precedence, reverse=True)
    lineages: list[Lineage] = []
    for row in rows:
        home = next((item for item in lineages if _belongs(row, item)), None)
        if home is None:
            lineages.append(Lineage(row))
        else:
            home.others.append(row)
    return lineages


def _precedence(row: Row) -> tuple[int, str, tuple[int, str]]:
    return RANKS.get(_status(row), -1), day(row.get("start_date")), id_key(ident(row["id"]))


def _belongs(row: Row, lineage: Lineage) -> bool:
    status = _status(row)
    if status not in SPLYNX_SERVICES or _status(lineage.current) not in SPLYNX_SERVICES or status == "active":
        return False
    return any(_same_service(row, other) for other in (lineage.current, *lineage.others))


def _same_service(one: Row, other: Row) -> bool:
    """Same login, MAC or static address; or the same tariff without a gap, when a row has none of the three."""
    keys, more = _keys(one), _keys(other)
    if keys and more:
        return bool(keys & more)
    return ident(one.get("tariff_id")) == ident(other.get("tariff_id")) and (_follows(one, other) or _follows(other, one))


def _keys(row: Row) -> frozenset[tuple[str, str]]:
    keys = {("mac", mac) for mac in mac_list(row.get("mac"))}
    if login := words(row.get("login")).lower():
        keys.add(("login", login))
    keys.update(("ip", host) for host in _static_hosts(row))
    return frozenset(keys)


def _follows(earlier: Row, later: Row) -> bool:
    end, start = day(earlier.get("end_date")), day(later.get("start_date"))
    if not end or not start:
        return False
    return 0 <= (date.fromisoformat(start) - date.fromisoformat(end)).days <= 1


def _status(row: Row) -> str:
    return words(row.get("status")).lower()


def _static_hosts(row: Row) -> tuple[str, ...]:
    return host_list(row.get("ipv4")) if words(row.get("taking_ipv4")) == STATIC_IP else ()


class _Equipment:
    """Devices and sessions by the id of the service that speaks for them."""

    def __init__(self, reading: Reading, lineages: Mapping[str, list[Lineage]]) -> None:
        self.macs: dict[str, dict[str, None]] = {}
        self.serials: dict[str, dict[str, None]] = {}
        self.devices: dict[str, list[dict[str, list[str]]]] = {}
        self.acs: dict[str, list[str]] = {}
        self.online: dict[str, list[Row]] = {}
        self._home = {
            ident(row["id"]): item.id for items in lineages.values() for item in items for row in (item.current, *item.others)
        }
        self._main = {customer: items[0].id for customer, items in lineages.items() if items}
        orphans: list[OrphanDevice] = []
        for id in in_order(reading.table("inventory_items")):
            self._place_item(id, reading.table("inventory_items")[id], orphans)
        self.orphans = tuple(orphans)
        for row in reading.table("acs_devices").values():
            home = self._service_for(row, "internet_service_id")
            if home and (serial := words(row.get("serial_number"))):
                self.serials.setdefault(home, {})[serial] = None
                self.acs.setdefault(home, []).append(serial)
        for row in reading.table("customers_online").values():
            if home := self._home.get(ident(row.get("service_id")), ""):
                self.online.setdefault(home, []).append(row)

    def _service_for(self, row: Row, column: str) -> str:
        """The service a row names, or else the customer's main one; empty for none."""
        return self._home.get(ident(row.get(column)), "") or self._main.get(ident(row.get("customer_id")), "")

    def _place_item(self, id: str, row: Row, orphans: list[OrphanDevice]) -> None:
        # There is no MAC field; by convention the bar code is the MAC (migration scripts), else the serial number may be.
        macs = mac_list(row.get("barcode")) or mac_list(row.get("serial_number"))
        serial = words(row.get("serial_number"))
        serial = "" if mac_list(serial) else serial
        if ident(row.get("customer_id")) or ident(row.get("service_id")):
            if home := self._service_for(row, "service_id"):
                self.macs.setdefault(home, {}).update(dict.fromkeys(macs))
                self.serials.setdefault(home, {}).update(dict.fromkeys(filter(None, [serial])))
                self.devices.setdefault(home, []).append({"macs": list(macs), "serials": [serial] if serial else []})
        elif macs or serial:
            stock, status = ident(row.get("stock_id")), words(row.get("status"))
            where = f"{status}, stock {stock}" if stock else status
            orphans.append(OrphanDevice(id, macs[0] if macs else "", serial, where))


def _service(customer: Row, lineage: Lineage, equipment: _Equipment, debts: Debts) -> BillingService:
    row, customer_id = lineage.current, ident(customer["id"])
    rows = [row, *lineage.replaced, *lineage.planned]
    own_macs = next((macs for item in rows if (macs := mac_list(item.get("mac")))), ())
    sessions = equipment.online.get(lineage.id, [])
    live = [host for session in sessions for host in host_list(session.get("ipv4"))]
    status, service_status = words(customer.get("status")), words(row.get("status"))
    street = words(customer.get("street_1"))
    town = " ".join(filter(None, (words(customer.get("zip_code")), words(customer.get("city")))))
    raw = splynx_raw(status, service_status)
    return BillingService(
        entity=ENTITY,
        external_id=f"{customer_id}.{lineage.id}",
        account_id=customer_id,
        name=words(customer.get("name")),
        state=debts.state_of(raw, customer_id),
        raw_status=f"{status}/{service_status}",
        email=words(customer.get("email")).split(",")[0].strip(),
        phone=words(customer.get("phone")).split(",")[0].strip(),
        address=", ".join(filter(None, (street, town))),
        plan_id=ident(row.get("tariff_id")) or None,
        macs=tuple(dict.fromkeys((*own_macs, *equipment.macs.get(lineage.id, ())))),
        serials=tuple(equipment.serials.get(lineage.id, ())),
        login=next((login for item in rows if (login := words(item.get("login")))), ""),
        ipv4=tuple(dict.fromkeys((*_static_hosts(row), *live))),
        parent_account_id=ident(customer.get("parent_id")) or None,
        delinquent=raw.delinquent,
        raw=raw,
        delinquent_since=debts.since(raw, customer_id),
        replaces=tuple(f"{customer_id}.{ident(item['id'])}" for item in lineage.replaced),
        version=words(customer.get("last_update")),
        evidence={
            "customer_status": status,
            "service_status": service_status,
            "start_date": day(row.get("start_date")),
            "end_date": day(row.get("end_date")),
            "mac_text": words(row.get("mac")),
            "static_ipv4": list(_static_hosts(row)),
            "session_ipv4": live,
            "online_macs": [mac for session in sessions for mac in mac_list(session.get("mac"))],
            "devices": equipment.devices.get(lineage.id, []),
            "acs_serials": equipment.acs.get(lineage.id, []),
            "planned": [{"id": ident(item["id"]), "plan": ident(item.get("tariff_id"))} for item in lineage.planned],
        },
    )


def _plans(reading: Reading) -> tuple[BillingPlan, ...]:
    table = reading.table("tariffs")
    return tuple(
        BillingPlan(
            external_id=id,
            name=words(table[id].get("title")),
            download_kbps=whole(table[id].get("speed_download")),
            upload_kbps=whole(table[id].get("speed_upload")),
            price=money(table[id].get("price")),
        )
        for id in in_order(table)
    )
