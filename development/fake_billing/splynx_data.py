"""The people of the town as rows of Splynx' tables, with the habits of that product.

A blocked customer's service stays active. Deactivation leaves a twin: the old service ``disabled`` with an end date, a new one
with another id ``stopped`` (or ``active`` once they came back). ``mac`` is a comma-separated list of bare MACs and often empty,
with the MAC as the barcode of an inventory item instead. Rows carry clear-text passwords.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from development.fake_billing.world import LONG_AGO, SPLYNX, World
from development.town import TownEndpoint, TownPerson

type Row = dict[str, Any]

CUSTOMER_STATUS = {"active": "active", "suspended": "blocked", "terminated": "disabled", "pending": "new", "odd": "active"}
SERVICE_STATUS = {"active": "active", "suspended": "active", "terminated": "disabled", "pending": "pending", "odd": "frozen"}
ENDLESS = "0000-00-00"
FIRST_TARIFF_ID = 81
PARENT_OFFSET = 9_000_000
ROUTER_ID = 13
CUSTOMER_CANARY = "CANARY-splynx-customer-password"
SERVICE_CANARY = "CANARY-splynx-service-password"
RADIUS_CANARY = "CANARY-splynx-radius-secret"
"""Starts of the clear-text secrets in rows, so that a search for them finds any leak."""

RESOURCES = {
    "customers": "id:int login:varchar status:enum partner_id:int location_id:int parent_id:int name:varchar email:varchar "
    "billing_email:varchar phone:varchar category:enum street_1:varchar zip_code:varchar city:varchar "
    "subdivision_id:int gps:varchar "
    "date_add:date last_online:datetime last_update:datetime conversion_date:date billing_type:enum "
    "mrr_total:decimal password:varchar "
    "gdpr_agreed:enum daily_prepaid_cost:decimal added_by:enum added_by_id:int",
    "internet-services": "id:int type:enum parent_id:int customer_id:int tariff_id:int bundle_service_id:int status:varchar "
    "status_new:varchar description:varchar quantity:int unit:varchar unit_price:decimal start_date:date end_date:date period:int "
    "router_id:int sector_id:int access_device:int port_id:varchar login:varchar password:varchar taking_ipv4:enum ipv4:varchar "
    "ipv4_route:varchar ipv4_pool_id:int taking_ipv6:enum ipv6:varchar ipv6_delegated:varchar ipv6_pool_id:int mac:varchar "
    "top_up_tariff_id:int",
    "tariffs": "id:int title:varchar service_name:varchar price:decimal with_vat:boolean vat_percent:decimal speed_download:int "
    "speed_upload:int speed_limit_type:enum speed_limit_at:int burst_type:enum "
    "burst_limit_fixed_down:int burst_limit_fixed_up:int available_for_services:boolean",
    "online": "id:int customer_id:int service_id:int tariff_id:int partner_id:int nas_id:int login:varchar username_real:varchar "
    "ipv4:varchar ipv6:varchar ipv6_prefix:varchar mac:varchar port:varchar start_session:datetime time_on:int in_bytes:int "
    "out_bytes:int type:enum",
    "items": "id:int product_id:int supplier_invoices_item_id:int barcode:varchar serial_number:varchar status:enum mark:enum "
    "customer_id:int admin_id:int service_id:int stock_id:int invoice_id:int transaction_id:int cost_price:decimal notes:text",
    "products": "id:int name:varchar vendor_id:int sell_price:decimal",
    "acs-devices": "id:int customer_id:int internet_service_id:int serial_number:varchar oui:varchar product_class:varchar "
    "manufacturer:varchar model_name:varchar device_id:varchar software_version:varchar last_inform:datetime status:enum "
    "provisioned:boolean",
    "changes": "id:int customer_id:int service_id:int old_status:varchar new_status:varchar date:date time:time "
    "tariff_type:varchar "
    "old_tariff:int new_tariff:int administrator_id:int",
    "routers": "id:int title:varchar model:varchar location_id:int address:varchar ip:varchar gps_point:varchar "
    "authorization_method:enum accounting_method:enum nas_type:int nas_ip:varchar radius_secret:varchar status:enum",
}
"""Resource -> its columns as ``name:type`` words, as ``OPTIONS`` lists them (secrets are in the rows although not listed there)."""

UNLISTED = ("password", "radius_secret")
REQUIRED = ("name", "customer_id", "product_id", "tariff_id", "title")


class SplynxTables:
    """All resources, built from a world; rows by id.

    :param only: rows of this person alone, as what a change of theirs is told with
    """

    def __init__(self, world: World, only: TownPerson | None = None) -> None:
        self.rows: dict[str, list[Row]] = {name: [] for name in RESOURCES}
        self._endpoints = {endpoint.mac: endpoint for shelf in world.town.shelves for endpoint in shelf.endpoints}
        self._tariffs = {plan.key: FIRST_TARIFF_ID + position for position, plan in enumerate(world.town.plans)}
        self._prices = {plan.key: f"{plan.price}00" for plan in world.town.plans}
        self._titles = {plan.key: plan.name for plan in world.town.plans}
        changed = world.changed_at
        if only is not None:
            self._person(only, changed.get(only.number, LONG_AGO))
            return
        self._static(world)
        for person in world.people_of(SPLYNX):
            self._person(person, changed.get(person.number, LONG_AGO))
        for position, orphan in enumerate(world.orphans_of(SPLYNX)):
            self._item(PARENT_OFFSET + position, orphan.mac, orphan.serial, "returned", 0, 0)
        if world.splynx.feed_share > 0:
            self._item(PARENT_OFFSET * 2, "02:00:00:00:00:43", "99000043", "stock", 0, 0)
        self._changes(world)
        for rows in self.rows.values():
            rows.sort(key=lambda row: row["id"])

    # ------------------------------------------------------------------------------------------------ set up once

    def _static(self, world: World) -> None:
        for plan in world.town.plans:
            if plan.sonar_type == "DATA":
                self._tariff(self._tariffs[plan.key], plan.name, f"{plan.price}00", plan.download_kbps, plan.upload_kbps)
        for id, model in enumerate(("G1001-C", "G1001-M", "G1002-C", "G1002-C+", "G1002-M", "G1002-M+"), start=1):
            self.rows["products"].append({"id": id, "name": f"Positron {model}", "vendor_id": 2, "sell_price": "0.0000"})
        self.rows["routers"].append(
            {
                "id": ROUTER_ID,
                "title": "bng-1",
                "model": "CCR2116",
                "partners_ids": [1],
                "location_id": 1,
                "address": "1 Exchange Road",
                "ip": "198.51.100.1",
                "gps_point": "",
                "authorization_method": "ppp_radius",
                "accounting_method": "radius",
                "nas_type": 1,
                "nas_ip": "198.51.100.1",
                "radius_secret": f"{RADIUS_CANARY}-{ROUTER_ID}",
                "status": "ok",
                "pool_ids": [],
            }
        )
        self._customer_row(PARENT_OFFSET * 2, "Curious Caller", "new", LONG_AGO, category="lead")

    def _tariff(self, id: int, title: str, price: str, download: int, upload: int) -> None:
        self.rows["tariffs"].append(
            {
                "id": id,
                "title": title,
                "service_name": title,
                "price": price,
                "with_vat": "1",
                "vat_percent": "19.0000",
                "speed_download": download,
                "speed_upload": upload,
                "speed_limit_type": "none",
                "speed_limit_at": 10,
                "burst_type": "none",
                "burst_limit_fixed_down": 0,
                "burst_limit_fixed_up": 0,
                "available_for_services": "1",
                "partners_ids": [1],
                "billing_types": ["recurring"],
                "customer_labels": [],
                "additional_attributes": {},
            }
        )

    # -------------------------------------------------------------------------------------------------- a person

    def _person(self, person: TownPerson, at: datetime) -> None:
        parent = 0
        if person.trap == "child_account":
            parent = PARENT_OFFSET + person.number
            self._customer_row(parent, f"{person.name.split()[-1]} household", "active", LONG_AGO)
        status = CUSTOMER_STATUS[person.status]
        self._customer_row(
            person.number,
            person.name,
            status,
            at,
            login=f"{person.number:06d}",
            parent_id=parent,
            email=person.email,
            phone=person.phone,
            street_1=person.street,
            city=person.city,
        )
        self._services(person)
        serial = next(iter(person.serials), "")
        service_id = person.number * 10 + 1
        if serial:
            self._item(person.number, next(iter(person.macs), ""), serial, "assigned", person.number, service_id)
            self._acs(person, serial, service_id)
        self._online(person)

    def _customer_row(self, id: int, name: str, status: str, at: datetime, **values: Any) -> None:
        row: Row = {
            "id": id,
            "login": f"{id:06d}",
            "status": status,
            "partner_id": 1 + (id % 10 == 7),
            "location_id": 1,
            "parent_id": 0,
            "added_by": "admin",
            "added_by_id": 1,
            "password": f"{CUSTOMER_CANARY}-{id}",
            "name": name,
            "email": "",
            "billing_email": "",
            "phone": "",
            "category": "person",
            "street_1": "",
            "zip_code": "75001",
            "city": "",
            "subdivision_id": 0,
            "gps": "32.9600,-96.8300",
            "date_add": "2023-01-05",
            "last_online": ENDLESS + " 00:00:00",
            "last_update": at.strftime("%Y-%m-%d %H:%M:%S"),
            "conversion_date": None,
            "billing_type": "recurring",
            "mrr_total": "29.9000",
            "gdpr_agreed": "accept",
            "daily_prepaid_cost": "0.0000",
            "customer_labels": [{"id": 1, "label": "G.hn", "color": "#357bf2"}],
            "additional_attributes": {"netbox_id": "", "contract_no": f"C-{id}"},
        }
        self.rows["customers"].append({**row, **values})

    def _services(self, person: TownPerson) -> None:
        id = person.number * 10 + 1
        # Often empty, where only the login counts; two services that claim one endpoint both name it.
        silent = person.serials and person.number % 5 == 0 and person.trap != "dual_service"
        macs = "" if silent else mac_list(person.macs)
        if person.trap == "twin" and person.status != "odd":
            back = person.status == "active"
            status = person.status if person.status in ("active", "pending") else "stopped"
            self._service(person, id, "disabled", macs, end_date="2026-02-28")
            self._service(person, id + 1, status, macs if back else "", start_date="2026-03-01")
            return
        ended = {"end_date": "2026-02-28"} if person.status == "terminated" else {}
        self._service(person, id, SERVICE_STATUS[person.status], macs, **ended)
        if person.trap == "dual_service":
            self._service(
                person, id + 2, SERVICE_STATUS[person.status], macs, login=f"{person.number:06d}_2", ipv4="", taking_ipv4="2"
            )

    def _service(self, person: TownPerson, id: int, status: str, mac: str, **values: Any) -> None:
        place = f"{person.street}, {person.city}"
        row: Row = {
            "id": id,
            "type": "internet",
            "parent_id": 0,
            "customer_id": person.number,
            "tariff_id": self._tariffs[person.plan],
            "bundle_service_id": 0,
            "status": status,
            "status_new": "",
            "description": self._titles[person.plan],
            "quantity": 1,
            "unit": "",
            "unit_price": self._prices[person.plan],
            "start_date": "2023-03-01",
            "end_date": ENDLESS,
            "period": -1,
            "router_id": ROUTER_ID,
            "sector_id": 0,
            "access_device": 0,
            "port_id": "",
            "login": person.login,
            "password": f"{SERVICE_CANARY}-{id}",
            "taking_ipv4": "1" if person.ipv4 else "2",
            "ipv4": person.ipv4,
            "ipv4_route": "",
            "ipv4_pool_id": 0,
            "taking_ipv6": "0",
            "ipv6": "",
            "ipv6_delegated": "",
            "ipv6_pool_id": 0,
            "mac": mac,
            "top_up_tariff_id": None,
            "geo": {"address": place, "marker": "32.9600, -96.8300"},
            "additional_attributes": {},
        }
        self.rows["internet-services"].append({**row, **values})

    def _item(self, id: int, mac: str, serial: str, status: str, customer: int, service: int) -> None:
        barcode = mac.replace(":", "").upper() or f"INV-{id:06d}"
        self.rows["items"].append(
            {
                "id": id,
                "product_id": 1,
                "supplier_invoices_item_id": 9,
                # Clerks append dots where the product insists on unique barcodes.
                "barcode": barcode + ("." if id % 6 == 1 else ""),
                "serial_number": serial,
                "status": status,
                "mark": "used",
                "customer_id": customer,
                "admin_id": 0,
                "service_id": service,
                "stock_id": 0 if customer else 1,
                "invoice_id": 0,
                "transaction_id": 0,
                "cost_price": "45.0000",
                "notes": "",
                "additional_attributes": {},
            }
        )

    def _acs(self, person: TownPerson, serial: str, service_id: int) -> None:
        endpoint: TownEndpoint | None = next((self._endpoints[mac] for mac in person.macs if mac in self._endpoints), None)
        model = endpoint.model if endpoint else "G1001-C"
        self.rows["acs-devices"].append(
            {
                "id": person.number,
                "customer_id": person.number,
                "internet_service_id": service_id,
                "serial_number": serial,
                "oui": "000ED8",
                "product_class": model,
                "manufacturer": "Positron",
                "model_name": model,
                "device_id": f"000ED8-{model}-{serial}",
                "software_version": "1.5.4",
                "last_inform": "2026-03-01 00:00:00",
                "status": "online",
                "provisioned": "1",
            }
        )

    def _online(self, person: TownPerson) -> None:
        endpoint = next((self._endpoints[mac] for mac in person.macs if mac in self._endpoints), None)
        if person.status != "active" or endpoint is None or endpoint.plugged_port is None:
            return
        id = person.number
        live = f"100.{96 + id // 65536 % 16}.{id // 256 % 256}.{id % 256}"
        self.rows["online"].append(
            {
                "id": 50_000 + id,
                "customer_id": id,
                "service_id": id * 10 + (2 if person.trap == "twin" else 1),
                "tariff_id": self._tariffs[person.plan],
                "partner_id": 1,
                "nas_id": ROUTER_ID,
                "login": person.login,
                "username_real": person.login,
                "ipv4": live if person.trap == "other_address" else person.ipv4 or live,
                "ipv6": "",
                "ipv6_prefix": "",
                "mac": person.macs[0].upper(),
                "port": f"24_service{id}",
                "start_session": "2026-02-27 20:01:00",
                "time_on": 4184,
                "in_bytes": 100_125,
                "out_bytes": 100_998,
                "type": "radius",
            }
        )

    def _changes(self, world: World) -> None:
        edits = [(c.before, c.after, c.at) for c in world.changes if c.after.system == SPLYNX and c.before]
        for id, (before, after, at) in enumerate(edits, start=1):
            replanned = before.plan != after.plan
            self.rows["changes"].append(
                {
                    "id": id,
                    "customer_id": after.number,
                    "service_id": after.number * 10 + 1 if replanned else 0,
                    "old_status": CUSTOMER_STATUS[before.status],
                    "new_status": CUSTOMER_STATUS[after.status],
                    "date": at.strftime("%Y-%m-%d"),
                    "time": at.strftime("%H:%M:%S"),
                    "tariff_type": "internet" if replanned else None,
                    "old_tariff": self._tariffs[before.plan] if replanned else None,
                    "new_tariff": self._tariffs[after.plan] if replanned else None,
                    "administrator_id": 0,
                }
            )


def mac_list(macs: tuple[str, ...]) -> str:
    """MACs as the service form stores them: bare, upper case, separated by comma and blank."""
    return ", ".join(mac.replace(":", "").upper() for mac in macs)


def columns(resource: str) -> dict[str, str]:
    """Column name -> type of a resource."""
    return dict(word.split(":") for word in RESOURCES[resource].split())


def as_strings(value: Any) -> Any:
    """A row as Splynx 4.0 sent it: numbers as text; null, and numbers inside lists, as they are."""
    if isinstance(value, dict):
        return {key: as_strings(item) for key, item in value.items()}
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value
