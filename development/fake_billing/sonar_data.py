"""The people of the town as rows of Sonar's tables.

Expressed on purpose the way it hurts: a mailing address may come before the physical one, the field with the MAC is not always
called that, MACs are written four ways, a child account has no address, static addresses hang on different owners, and other
services (a router lease) stand beside the internet service.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from datetime import datetime
from typing import Any

from development.fake_billing.world import LONG_AGO, SONAR, World
from development.town import TownOrphan, TownPerson

type Row = dict[str, Any]

ACTIVE, INACTIVE, LEAD, DELINQUENT = 1, 2, 3, 4
INVISIBLE_STATUS = 77
"""A status row the token's role cannot see: what it means cannot be known."""

STATUS_IDS = {"active": ACTIVE, "suspended": DELINQUENT, "terminated": INACTIVE, "pending": LEAD, "odd": INVISIBLE_STATUS}
STATUS_NAMES = {ACTIVE: "Active", INACTIVE: "Inactive", LEAD: "Lead", DELINQUENT: "Delinquent Hold"}
FIRST_PLAN_ID = 31
ROUTER_LEASE_ID = 77
NETBOX_FIELD_ID = 4
PARENT_OFFSET = 9_000_000
MAC_FIELD, SERIAL_FIELD, LABEL_FIELD = 1, 2, 3
CPE_MODELS = ("G1001-C", "G1001-M", "G1002-C", "G1002-C+", "G1002-M", "G1002-M+")
MAC_FIELD_NAMES = {"G1001-C": "MAC Address", "G1001-M": "MAC Address"}
OTHER_MAC_FIELD_NAME = "Hardware address"
RADIUS_CANARY = "CANARY-sonar-radius-password"
"""Start of every clear-text RADIUS password, so that a search for it finds any leak."""


class Table:
    """Rows of one collection by id, with indexes made when first asked for."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._indexes: dict[str, dict[Any, list[Row]]] = {}

    def by(self, column: str, value: Any) -> list[Row]:
        """The rows with that value in a column."""
        if column not in self._indexes:
            index: dict[Any, list[Row]] = defaultdict(list)
            for row in self.rows:
                index[row.get(column)].append(row)
            self._indexes[column] = index
        return self._indexes[column].get(value, [])

    def one(self, id: Any) -> Row | None:
        """The row with that id."""
        return next(iter(self.by("id", id)), None)


class SonarTables:
    """All collections, built from a world.

    :param written: rows the API itself created (notes, custom field data, webhooks), by collection
    """

    def __init__(self, world: World, written: dict[str, list[Row]]) -> None:
        self.tables: dict[str, Table] = defaultdict(Table)
        self._models = {endpoint.mac: endpoint.model for shelf in world.town.shelves for endpoint in shelf.endpoints}
        self._changed = world.changed_at
        self._at: datetime = LONG_AGO
        self._static(world)
        for person in world.people_of(SONAR):
            self._at = self._changed.get(person.number, LONG_AGO)
            self._person(person)
        self._at = LONG_AGO
        for position, orphan in enumerate(world.orphans_of(SONAR)):
            self._orphan(PARENT_OFFSET * 2 + position, orphan)
        if world.sonar.feed_share > 0:
            self._item(PARENT_OFFSET * 3, "020000000042", "99000042", "InventoryLocation", 1, None)
        self._events(world)
        for collection, rows in written.items():
            self.tables[collection].rows += rows
        for table in self.tables.values():
            table.rows.sort(key=lambda row: row["id"])

    def _add(self, collection: str, id: int, **values: Any) -> Row:
        row = {"id": id, **stamps(collection, id, self._at), **values}
        self.tables[collection].rows.append(row)
        return row

    # ------------------------------------------------------------------------------------------------ set up once

    def _static(self, world: World) -> None:
        for id, name in STATUS_NAMES.items():
            self._add("account_statuses", id, name=name, activates_account=id == ACTIVE, color="#4caf50", icon="user")
        self._add("account_types", 3, name="Residential", type="RESIDENTIAL")
        self._add("companies", 1, name="Sampleton Broadband")
        self._add("phone_number_types", 1, name="Mobile")
        self._add("manufacturers", 2, name="Positron")
        self._add("custom_fields", NETBOX_FIELD_ID, entity_type="Account", name="NetBox URL", type="TEXT", unique=False)
        for position, plan in enumerate(world.town.plans):
            self._service(FIRST_PLAN_ID + position, plan.name, plan.sonar_type, plan.price, plan.download_kbps, plan.upload_kbps)
        self._service(ROUTER_LEASE_ID, "Router lease", "RECURRING", "5.00", 0, 0)
        self._plans = {plan.key: FIRST_PLAN_ID + position for position, plan in enumerate(world.town.plans)}
        for id, name in enumerate(CPE_MODELS, start=11):
            self._inventory_model(id, name)

    def _service(self, id: int, name: str, type: str, price: str, download: int, upload: int) -> None:
        detail = id if type == "DATA" else None
        amount = round(float(price) * 100)
        common = {"enabled": True, "application": "DEBIT", "company_id": 1}
        self._add("services", id, name=name, type=type, amount=amount, data_service_detail_id=detail, **common)
        if detail:
            speeds = {"download_speed_kilobits_per_second": download, "upload_speed_kilobits_per_second": upload}
            self._add("data_service_details", id, technology_code="OTHER", billing_frequency=1, **speeds)

    def _inventory_model(self, id: int, name: str) -> None:
        kind = {"manufacturer_id": 2, "device_type": "CUSTOMER", "generic": False, "enabled": True}
        self._add("inventory_models", id, name=f"Positron {name}", model_name=name, **kind)
        fields = (
            (LABEL_FIELD, "Machine label", "TEXT", False),
            (MAC_FIELD, MAC_FIELD_NAMES.get(name, OTHER_MAC_FIELD_NAME), "MAC", True),
            (SERIAL_FIELD, "Serial Number", "TEXT", False),
        )
        for number, label, type, primary in fields:
            rest = {"secondary_type": None, "required": False, "unique": "GLOBAL" if primary else "NONE", "regexp": None}
            self._add(
                "inventory_model_fields", id * 10 + number, inventory_model_id=id, name=label, type=type, primary=primary, **rest
            )

    # ------------------------------------------------------------------------------------------------ a person

    def _person(self, person: TownPerson) -> None:
        number, child = person.number, person.trap == "child_account"
        self._account(person, parent=PARENT_OFFSET + number if child else None)
        self._contacts(person)
        if child:
            self._parent(person)
        self._addresses(person, PARENT_OFFSET + number if child else number)
        service_id = self._services(person)
        item_id = self._equipment(person, service_id)
        canary = f"{RADIUS_CANARY}-{number}"
        self._add(
            "radius_accounts", number * 10, account_id=number, account_service_id=service_id, username=person.login, password=canary
        )
        if person.ipv4:
            self._static_ip(person, service_id, item_id)

    def _account(self, person: TownPerson, parent: int | None) -> None:
        archived = person.trap == "archived" and person.status == "terminated"
        self._account_row(
            person.number,
            person.name,
            STATUS_IDS[person.status],
            parent_account_id=parent,
            archived_at=iso(self._at) if archived else None,
            is_delinquent=person.status == "suspended" or person.trap == "delinquent_flag",
        )

    def _account_row(self, id: int, name: str, status: int, **values: Any) -> None:
        fixed = {"account_type_id": 3, "company_id": 1, "activation_date": "2024-05-02", "next_bill_date": "2026-04-01"}
        nothing = {"archived_by_user_id": None, "parent_account_id": None, "archived_at": None, "is_delinquent": False}
        billing = {"account_billing_parameter_id": id}
        self._add("accounts", id, name=name, account_status_id=status, **{**fixed, **nothing, **billing, **values})
        self._add(
            "account_billing_parameters",
            id,
            account_id=id,
            switch_status_after_delinquency=True,
            days_of_delinquency_for_status_switch=14,
            delinquency_account_status_id=DELINQUENT,
            delinquency_removal_account_status_id=ACTIVE,
            grace_days=0,
            grace_until=None,
        )

    def _parent(self, person: TownPerson) -> None:
        """The household a child account belongs to: it has the address and no service of its own."""
        self._account_row(PARENT_OFFSET + person.number, f"{person.name.split()[-1]} household", ACTIVE)

    def _contacts(self, person: TownPerson) -> None:
        owner = {"contactable_type": "Account", "contactable_id": person.number}
        if person.number % 5 == 0:
            other = {
                "role": "Neighbour",
                "primary": False,
                "email_address": f"neighbour.{person.number}@example.org",
                "username": None,
            }
            self._add("contacts", person.number * 10, name="A Neighbour", **other, **owner)
        first = {"role": "Primary", "primary": True, "email_address": person.email, "username": None}
        self._add("contacts", person.number * 10 + 1, name=person.name, **first, **owner)
        phone = person.phone
        pretty = f"({phone[:3]}) {phone[3:6]}-{phone[6:]}"
        rest = {"extension": None, "country": "US", "phone_number_type_id": 1}
        self._add(
            "phone_numbers", person.number * 10, contact_id=person.number * 10 + 1, number=phone, number_formatted=pretty, **rest
        )

    def _addresses(self, person: TownPerson, owner: int) -> None:
        if person.number % 4 == 0:
            self._address(person.number * 10, owner, "MAILING", f"PO Box {person.number}", person.city)
        self._address(person.number * 10 + 1, owner, "PHYSICAL", person.street, person.city)

    def _address(self, id: int, owner: int | None, type: str, line1: str, city: str) -> None:
        place = {"line1": line1, "line2": None, "city": city, "subdivision": "US_TX", "zip": "75001", "country": "US"}
        where = (
            {"latitude": "32.9600000", "longitude": "-96.8300000"} if type == "PHYSICAL" else {"latitude": None, "longitude": None}
        )
        rest = {"is_anchor": False, "anchor_address_id": None, "address_status_id": None, "serviceable": type == "PHYSICAL"}
        holder = {"addressable_type": "Account" if owner else None, "addressable_id": owner}
        self._add("addresses", id, type=type, **holder, **place, **where, **rest)

    def _services(self, person: TownPerson) -> int:
        """The account's services; the id of the internet service."""
        id = internet_service_id(person)
        if person.number % 3 == 0:
            self._account_service(id - 1, person.number, ROUTER_LEASE_ID)
        self._account_service(id, person.number, self._plans[person.plan])
        if person.trap == "dual_service":
            self._account_service(id + 1, person.number, self._plans[person.plan], additional=True)
        return id

    def _account_service(self, id: int, account: int, service: int, additional: bool | None = None) -> None:
        nothing = {"package_id": None, "name_override": None, "price_override": None}
        ours = {"account_id": account, "service_id": service, "quantity": 1, "is_additional": additional}
        self._add("account_services", id, next_bill_date="2026-04-01", **ours, **nothing)

    def _equipment(self, person: TownPerson, service_id: int) -> int | None:
        """Inventory at the address, linked to the service for every other account; some MACs are not in the inventory at all."""
        macs, serial = list(person.macs), next(iter(person.serials), "")
        item_id = None
        loose = not serial and person.number % 7 == 0 and person.trap != "dual_service"
        if (macs or serial) and not loose:
            item_id = person.number * 10
            linked = person.trap != "dual_service" and (person.number % 2 == 0 or person.trap == "child_account")
            mac = macs.pop(0) if macs else ""
            self._item(item_id, mac, serial, "Address", person.number * 10 + 1, service_id if linked else None)
        for position, mac in enumerate(macs):
            owner = {"account_id": person.number, "account_service_id": service_id}
            self._add("uninventoried_mac_addresses", person.number * 10 + position, mac_address=written(mac, 0), **owner)
        return item_id

    def _item(self, id: int, mac: str, serial: str, holder: str, holder_id: int, service_id: int | None) -> None:
        model = self._models.get(mac, CPE_MODELS[0])
        model_id = 11 + (CPE_MODELS.index(model) if model in CPE_MODELS else 0)
        nothing = {"parent_inventory_item_id": None, "deployment_type_id": None, "overall_status": None, "metadata": None}
        where = {"inventoryitemable_type": holder, "inventoryitemable_id": holder_id, "account_service_id": service_id}
        self._add("inventory_items", id, inventory_model_id=model_id, status="GOOD", **where, **nothing)
        values = ((LABEL_FIELD, f"Shelf {id % 50}"), (MAC_FIELD, written(mac, id // 10)), (SERIAL_FIELD, serial))
        for number, value in values:
            if value:
                field_id = model_id * 10 + number
                self._add(
                    "inventory_model_field_data",
                    id * 10 + number,
                    inventory_item_id=id,
                    inventory_model_field_id=field_id,
                    value=value,
                )

    def _static_ip(self, person: TownPerson, service_id: int, item_id: int | None) -> None:
        owners = [("Account", person.number), ("RadiusAccount", person.number * 10)]
        if item_id and person.macs:
            owners += [("InventoryItem", item_id), ("InventoryModelFieldData", item_id * 10 + MAC_FIELD)]
        type, id = owners[person.number % len(owners)]
        owner = {"ipassignmentable_type": type, "ipassignmentable_id": id, "account_service_id": service_id}
        nothing = {"ip_pool_id": None, "description": None, "reference": None}
        self._add("ip_assignments", person.number * 10, subnet=f"{person.ipv4}/32", soft=False, subnet_id=8, **owner, **nothing)

    def _orphan(self, id: int, orphan: TownOrphan) -> None:
        """Equipment left at an address whose account was disconnected: the address then belongs to nobody."""
        self._address(id * 10, None, "PHYSICAL", f"{id % 100 + 1} Vacant Row", "Sampleton")
        self._item(id * 10, orphan.mac, orphan.serial, "Address", id * 10, None)

    def _events(self, world: World) -> None:
        for position, change in enumerate(c for c in world.changes if c.after.system == SONAR):
            self._at = change.at
            event = "account.status" if change.before and change.before.status != change.after.status else "account.service"
            before = change.before.status if change.before else None
            what = {"event": event, "previous": before, "current": change.after.status}
            self._add("account_events", position + 1, account_id=change.after.number, event_datetime=iso(change.at), **what)


def internet_service_id(person: TownPerson) -> int:
    """Id of the account service that is the person's internet service."""
    return person.number * 10 + 1


def stamps(collection: str, id: int, at: datetime) -> Row:
    """The columns every entity has beside its id; ``_version`` changes with every change."""
    unique = base64.b64encode(f"{collection}-{id}".encode()).decode()
    version = f"{int(at.timestamp() * 1000):x}"[-8:]
    return {"sonar_unique_id": unique, "created_at": iso(LONG_AGO), "updated_at": iso(at), "_version": version}


def iso(at: datetime) -> str:
    """A time as Sonar writes it, with offset."""
    return at.isoformat(timespec="seconds")


def written(mac: str, style: int) -> str:
    """A MAC the way some clerk typed it; empty stays empty."""
    bare = mac.replace(":", "")
    if not bare:
        return ""
    pairs = [bare[i : i + 2] for i in range(0, 12, 2)]
    forms = (":".join(pairs).upper(), bare, "-".join(pairs).upper(), ".".join(bare[i : i + 4] for i in range(0, 12, 4)))
    return forms[style % len(forms)]
