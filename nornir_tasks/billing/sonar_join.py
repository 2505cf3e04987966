"""Joins Sonar's flat tables into billed services.

A CPE reaches its account over an address or an account service, never directly; an IP hangs on one of six kinds of owner; a
service row without an end date is a subscription, and the account's status says whether it counts (schema introspection).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..contracts import BillingPlan, BillingService, OrphanDevice
from .debts import Debts
from .fields import Row, flag, host_list, id_key, ident, in_order, mac_list, whole, words
from .reading import Reading
from .states import sonar_raw

ENTITY = "account_service"
IP_PRECEDENCE = ("InventoryItem", "InventoryModelFieldData", "RadiusAccount", "Account", "UninventoriedMacAddress")
"""Owners of IP assignments whose addresses belong to a service, best first; the sixth kind, NetworkSite, is the operator's own."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Result of a join."""

    services: tuple[BillingService, ...]
    plans: tuple[BillingPlan, ...]
    orphans: tuple[OrphanDevice, ...]
    offers: tuple[BillingPlan, ...] = ()


@dataclass
class _Equipment:
    """What hangs on one service, each once and in order."""

    macs: dict[str, None] = field(default_factory=dict)
    serials: dict[str, None] = field(default_factory=dict)
    logins: dict[str, None] = field(default_factory=dict)
    hosts: dict[str, None] = field(default_factory=dict)
    static_hosts: dict[str, None] = field(default_factory=dict)
    devices: list[dict[str, list[str]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Device:
    """An inventory item's identity."""

    macs: tuple[str, ...]
    serials: tuple[str, ...]


def join(reading: Reading, debts: Debts, recurring: Mapping[str, tuple[int, int]]) -> Joined:
    """Services, plans and equipment without account out of the tables of a reading.

    A service whose account or product was not read is left out, and so are all when the statuses could not be read: the reading
    is incomplete then anyway. A status the token cannot see is UNKNOWN.
    """
    return _Join(reading, debts, recurring).run()


class _Join:
    """Indexes over the tables while they are joined."""

    def __init__(self, reading: Reading, debts: Debts, recurring: Mapping[str, tuple[int, int]]) -> None:
        self.reading = reading
        self.debts = debts
        self.accounts = reading.table("accounts")
        self.plans = {plan.external_id: plan for plan in _plans(reading, recurring)}
        self.offers = tuple(plan for plan in _recurring(reading) if plan.external_id not in self.plans)
        self.rows = {id: row for id, row in reading.table("account_services").items() if ident(row.get("service_id")) in self.plans}
        self.primary = self._primaries()
        self.address_of = self._addresses()
        self.children: dict[str, list[str]] = {}
        for id in in_order(self.accounts):
            self.children.setdefault(ident(self.accounts[id].get("parent_account_id")), []).append(id)
        items = reading.table("inventory_items").values()
        self.assigned = {ident(item.get("account_service_id")) for item in items} & set(self.rows)
        self.equipment: dict[str, _Equipment] = {id: _Equipment() for id in self.rows}
        self.owners_of: dict[tuple[str, str], tuple[str, ...]] = {}
        self.orphans: list[OrphanDevice] = []

    def run(self) -> Joined:
        """Join everything."""
        self._join_items()
        self._join_radius_and_macs()
        self._join_addresses()
        contacts = _contacts(self.reading)
        services = [self._service(id, contacts) for id in in_order(self.rows) if self._is_whole(id)]
        plans = tuple(self.plans[id] for id in in_order(self.plans))
        return Joined(tuple(services), plans, tuple(self.orphans), self.offers)

    # ------------------------------------------------------------------------------------------------------- indexes

    def _primaries(self) -> dict[str, str]:
        """Account id -> its first internet service; an additional one only when there is no other."""
        primary: dict[str, str] = {}
        for id in sorted(self.rows, key=lambda id: (flag(self.rows[id].get("is_additional")), id_key(id))):
            primary.setdefault(ident(self.rows[id].get("account_id")), id)
        return primary

    def _addresses(self) -> dict[str, Row]:
        """Account id -> its serviceable or physical address, not the mailing one unless there is no other."""
        found: dict[str, Row] = {}
        rows = self.reading.table("addresses")
        rank = sorted(
            rows, key=lambda id: (str(rows[id].get("type")).upper() == "MAILING", not flag(rows[id].get("serviceable")), id_key(id))
        )
        for id in rank:
            if rows[id].get("addressable_type") == "Account":
                found.setdefault(ident(rows[id].get("addressable_id")), rows[id])
        return found

    def _services_at(self, account_id: str) -> tuple[str, ...]:
        """The internet services that unassigned equipment at an account's address belongs to.

        With two services on an account it could be either's, so both claim it, unless one has equipment assigned to it. A child
        account without an address of its own is served at its parent's.
        """
        if account_id in self.primary:
            services = [id for id in in_order(self.rows) if ident(self.rows[id].get("account_id")) == account_id]
            return tuple(id for id in services if id not in self.assigned) or (self.primary[account_id],)
        children = [id for id in self.children.get(account_id, ()) if id in self.primary and id not in self.address_of]
        return (self.primary[children[0]],) if len(children) == 1 else ()

    def _service_for(self, row: Row) -> str:
        """The internet service a row with ``account_service_id`` or ``account_id`` belongs to."""
        direct = ident(row.get("account_service_id"))
        if direct in self.rows:
            return direct
        named = self.reading.table("account_services").get(direct, {})
        return self.primary.get(ident(row.get("account_id")) or ident(named.get("account_id")), "")

    # ----------------------------------------------------------------------------------------------------- equipment

    def _join_items(self) -> None:
        devices = _devices(self.reading)
        items = self.reading.table("inventory_items")
        for id in in_order(items):
            device = devices.get(id, _Device((), ()))
            owners = self._owners_of_item(items[id])
            self.owners_of["InventoryItem", id] = owners
            for owner in owners:
                self.equipment[owner].macs.update(dict.fromkeys(device.macs))
                self.equipment[owner].serials.update(dict.fromkeys(device.serials))
                self.equipment[owner].devices.append({"macs": list(device.macs), "serials": list(device.serials)})
            if owners:
                continue
            if (device.macs or device.serials) and self._is_unowned(items[id]):
                self.orphans.append(self._orphan(id, items[id], device))
        for id, row in self.reading.table("inventory_model_field_data").items():
            self.owners_of["InventoryModelFieldData", id] = self.owners_of.get(
                ("InventoryItem", ident(row.get("inventory_item_id"))), ()
            )

    def _owners_of_item(self, item: Row) -> tuple[str, ...]:
        owner = self._service_for(item)
        if not owner and item.get("inventoryitemable_type") == "Address":
            address = self.reading.table("addresses").get(ident(item.get("inventoryitemable_id")), {})
            if address.get("addressable_type") == "Account":
                return self._services_at(ident(address.get("addressable_id")))
        return (owner,) if owner else ()

    def _is_unowned(self, item: Row) -> bool:
        """Whether an item certainly hangs on no account. With addresses or accounts not read, nothing is certain."""
        if ident(item.get("account_service_id")) or self.reading.failed & {"addresses", "accounts", "account_services"}:
            return False
        if item.get("inventoryitemable_type") != "Address":
            return item.get("inventoryitemable_type") != "NetworkSite"
        address = self.reading.table("addresses").get(ident(item.get("inventoryitemable_id")))
        return address is not None and (address.get("addressable_type") != "Account" or not ident(address.get("addressable_id")))

    def _orphan(self, id: str, item: Row, device: _Device) -> OrphanDevice:
        kind, place = words(item.get("inventoryitemable_type")), ident(item.get("inventoryitemable_id"))
        at_address = kind == "Address"
        text = _address_text(self.reading.table("addresses").get(place, {})) if at_address else ""
        return OrphanDevice(
            external_id=id,
            mac=device.macs[0] if device.macs else "",
            serial=device.serials[0] if device.serials else "",
            where=f"address {place}: {text}" if text else f"{kind} {place}".strip(),
            at_address=at_address,
        )

    def _join_radius_and_macs(self) -> None:
        for id, row in _ordered(self.reading, "radius_accounts"):
            if owner := self._service_for(row):
                self.owners_of["RadiusAccount", id] = (owner,)
                if login := words(row.get("username")):
                    self.equipment[owner].logins[login] = None
        for id, row in _ordered(self.reading, "uninventoried_mac_addresses"):
            if owner := self._service_for(row):
                self.owners_of["UninventoriedMacAddress", id] = (owner,)
                self.equipment[owner].macs.update(dict.fromkeys(mac_list(row.get("mac_address"))))

    def _join_addresses(self) -> None:
        rows = [row for _, row in _ordered(self.reading, "ip_assignments") if row.get("ipassignmentable_type") in IP_PRECEDENCE]
        for row in sorted(rows, key=lambda row: IP_PRECEDENCE.index(row["ipassignmentable_type"])):
            owner, hosts = self._owner_of_address(row), dict.fromkeys(host_list(row.get("subnet")))
            if owner:
                self.equipment[owner].hosts.update(hosts)
                if not flag(row.get("soft")):
                    self.equipment[owner].static_hosts.update(hosts)

    def _owner_of_address(self, row: Row) -> str:
        direct = ident(row.get("account_service_id"))
        if direct in self.rows:
            return direct
        kind, id = row["ipassignmentable_type"], ident(row.get("ipassignmentable_id"))
        if kind == "Account":
            return self.primary.get(id, "")
        return next(iter(self.owners_of.get((kind, id), ())), "")

    # ------------------------------------------------------------------------------------------------------ services

    def _is_whole(self, id: str) -> bool:
        return ident(self.rows[id].get("account_id")) in self.accounts and "account_statuses" not in self.reading.failed

    def _service(self, id: str, contacts: Mapping[str, tuple[str, str]]) -> BillingService:
        row, equipment = self.rows[id], self.equipment[id]
        account_id = ident(row.get("account_id"))
        account = self.accounts[account_id]
        parent = ident(account.get("parent_account_id"))
        status_id = ident(account.get("account_status_id"))
        status = self.reading.table("account_statuses").get(status_id, {})
        archived = bool(account.get("archived_at"))
        email, phone = contacts.get(account_id) or contacts.get(parent) or ("", "")
        name, activates = words(status.get("name")) or f"status {status_id}", flag(status.get("activates_account"))
        raw = sonar_raw(name, activates, archived, flag(account.get("is_delinquent")))
        return BillingService(
            entity=ENTITY,
            external_id=f"{account_id}.{id}",
            account_id=account_id,
            name=words(account.get("name")),
            state=self.debts.state_of(raw, account_id),
            raw_status=f"{name}, archived" if archived else name,
            email=email,
            phone=phone,
            address=_address_text(self.address_of.get(account_id) or self.address_of.get(parent) or {}),
            plan_id=ident(row.get("service_id")),
            macs=tuple(equipment.macs),
            serials=tuple(equipment.serials),
            login=next(iter(equipment.logins), ""),
            ipv4=tuple(equipment.hosts),
            parent_account_id=parent or None,
            additional=flag(row.get("is_additional")),
            delinquent=raw.delinquent,
            raw=raw,
            delinquent_since=self.debts.since(raw, account_id),
            version=words(account.get("_version")),
            evidence={
                "account_status": name,
                "activates_account": activates,
                "archived_at": words(account.get("archived_at")),
                "service": self.plans[ident(row.get("service_id"))].name,
                "service_updated_at": words(row.get("updated_at")),
                "logins": list(equipment.logins),
                "static_ipv4": list(equipment.static_hosts),
                "devices": equipment.devices,
            },
        )


def _plans(reading: Reading, recurring: Mapping[str, tuple[int, int]]) -> Iterator[BillingPlan]:
    """Internet products: DATA services, and RECURRING ones the operator named, by id or name, with their speeds."""
    for id, row in reading.table("services").items():
        if row.get("type") == "DATA":
            detail = row.get("data_service_detail") or {}
            down, up = (
                whole(detail.get("download_speed_kilobits_per_second")),
                whole(detail.get("upload_speed_kilobits_per_second")),
            )
            yield BillingPlan(id, words(row.get("name")), down, up)
    for plan in _recurring(reading):
        rates = recurring.get(plan.external_id) or recurring.get(plan.name.lower())
        if rates:
            yield replace(plan, download_kbps=rates[0], upload_kbps=rates[1])


def _recurring(reading: Reading) -> Iterator[BillingPlan]:
    """RECURRING services, Internet access or not."""
    for id in in_order(reading.table("services")):
        row = reading.table("services")[id]
        if row.get("type") == "RECURRING":
            yield BillingPlan(id, words(row.get("name")), None, None, recurring=True)


def _devices(reading: Reading) -> dict[str, _Device]:
    """Inventory item id -> its identity. There is no MAC column: a MAC is the value of a field of the item's model."""
    names: dict[str, tuple[str, bool]] = {}
    for model in reading.table("inventory_models").values():
        for entity in (model.get("inventory_model_fields") or {}).get("entities") or ():
            names[ident(entity.get("id"))] = words(entity.get("name")).lower(), flag(entity.get("primary"))
    values: dict[str, list[tuple[str, bool, str]]] = {}
    for _, row in _ordered(reading, "inventory_model_field_data"):
        name, primary = names.get(ident(row.get("inventory_model_field_id")), ("", False))
        values.setdefault(ident(row.get("inventory_item_id")), []).append((name, primary, words(row.get("value"))))
    return {item: _device(fields) for item, fields in values.items()}


def _device(fields: list[tuple[str, bool, str]]) -> _Device:
    """Fields (name, primary, value) of an item: a MAC is what parses as one, fields named so and primary ones first.

    A field named for a serial number is none, even if twelve digits long.
    """
    serials = tuple(value for name, _, value in fields if value and _is_serial(name))
    candidates = sorted((f for f in fields if not _is_serial(f[0])), key=lambda f: ("mac" not in f[0], not f[1]))
    named = [mac for name, _, value in candidates if "mac" in name for mac in mac_list(value)]
    macs = named or [mac for _, _, value in candidates for mac in mac_list(value)]
    return _Device(tuple(dict.fromkeys(macs)), tuple(dict.fromkeys(serials)))


def _is_serial(name: str) -> bool:
    return ("serial" in name or name in ("s/n", "sn")) and "mac" not in name


def _contacts(reading: Reading) -> dict[str, tuple[str, str]]:
    """Account id -> (e-mail, phone), of the primary contact or else the first."""
    phones: dict[str, str] = {}
    for _, row in _ordered(reading, "phone_numbers"):
        phones.setdefault(ident(row.get("contact_id")), words(row.get("number_formatted")) or words(row.get("number")))
    found: dict[str, tuple[str, str]] = {}
    for id, row in sorted(_ordered(reading, "contacts"), key=lambda pair: not flag(pair[1].get("primary"))):
        if row.get("contactable_type") == "Account":
            found.setdefault(ident(row.get("contactable_id")), (words(row.get("email_address")), phones.get(id, "")))
    return found


def _ordered(reading: Reading, name: str) -> list[tuple[str, Row]]:
    table = reading.table(name)
    return [(id, table[id]) for id in in_order(table)]


def _address_text(address: Row) -> str:
    """An address on one line; ``US_TX`` is Texas in Sonar's enumeration."""
    street = " ".join(filter(None, (words(address.get("line1")), words(address.get("line2")))))
    state = words(address.get("subdivision")).rpartition("_")[2]
    return ", ".join(filter(None, (street, words(address.get("city")), " ".join(filter(None, (state, words(address.get("zip"))))))))
