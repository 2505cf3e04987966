"""Parsing and joining, without HTTP: coercion, states, lineages of services, equipment."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.billing.debts import Debts
from nornir_tasks.billing.fields import day, flag, host_list, ident, mac_list, pick, whole
from nornir_tasks.billing.reading import Reading
from nornir_tasks.billing.sonar_join import Joined
from nornir_tasks.billing.sonar_join import join as join_sonar
from nornir_tasks.billing.splynx_join import collapse
from nornir_tasks.billing.splynx_join import join as join_splynx
from nornir_tasks.billing.states import DEFAULT_DEBT
from nornir_tasks.contracts import BillingSystemType, ServiceState, StateRules
from nornir_tasks.gam.rules import canonical_mac

SONAR_RULES, SPLYNX_RULES = (Debts(StateRules(type, DEFAULT_DEBT[type])) for type in BillingSystemType)
macs = st.integers(1, 0xFFFFFF).map(lambda tail: f"00:0e:d8:{tail >> 16:02x}:{tail >> 8 & 255:02x}:{tail & 255:02x}")


def spelled(mac: str, style: int) -> str:
    """A MAC as some clerk may type it."""
    bare = mac.replace(":", "")
    forms = (mac, mac.upper(), mac.replace(":", "-"), bare, bare.upper() + "..", ".".join((bare[:4], bare[4:8], bare[8:])))
    return forms[style % len(forms)]


# ------------------------------------------------------------------------------------------------------------------ fields


@given(st.lists(st.tuples(macs, st.integers(0, 5)), max_size=6), st.sampled_from([",", ", ", ";", " ", "\n"]))
def test_mac_lists_are_canonical_whatever_the_spelling(entries: list[tuple[str, int]], separator: str) -> None:
    found = mac_list(separator.join(spelled(mac, style) for mac, style in entries))
    assert found == tuple(dict.fromkeys(mac for mac, _ in entries))
    assert all(canonical_mac(mac) == mac for mac in found)


@given(st.text(max_size=60) | st.none() | st.integers())
def test_any_text_gives_only_canonical_macs(text: object) -> None:
    assert all(canonical_mac(mac) == mac for mac in mac_list(text))


@pytest.mark.parametrize("text", ["000000000000", "ff:ff:ff:ff:ff:ff", "01005e000001", "INV-001234", "", None, 7, "02005E10004"])
def test_what_is_no_device_address_is_left_out(text: object) -> None:
    assert mac_list(text) == ()


@pytest.mark.parametrize(("value", "expected"), [("7", "7"), (7, "7"), (0, ""), ("0", ""), (None, ""), ("", ""), (True, "")])
def test_ids_are_text(value: object, expected: str) -> None:
    assert ident(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0000-00-00", ""), ("2026-02-28", "2026-02-28"), ("2026-02-31", ""), (None, ""), ("2026-02-28 10:00:00", "2026-02-28")],
)
def test_dates_without_meaning_are_none(value: object, expected: str) -> None:
    assert day(value) == expected


def test_numbers_flags_and_hosts() -> None:
    assert (whole("102400"), whole(7), whole("x"), whole(None)) == (102_400, 7, None, None)
    assert [flag(value) for value in (True, 1, "1", "true", "0", None, 0)] == [True, True, True, True, False, False, False]
    assert host_list("100.64.1.10/32, 2001:db8::/56, 10.0.0.0/24, 0.0.0.0, 100.64.1.11") == ("100.64.1.10", "100.64.1.11")


def test_rows_keep_allowed_fields_only() -> None:
    assert pick({"id": 7, "password": "hunter2", "name": "x"}, ("id", "name")) == {"id": 7, "name": "x"}
    for bad in ("unauthorized", ["id"], {"name": "x"}, {"id": None}):
        with pytest.raises(ValueError, match="row"):
            pick(bad, ("id",))


# ------------------------------------------------------------------------------------------------------- Splynx lineages


def service(id: int, status: str, **values: Any) -> dict[str, Any]:
    return {"id": id, "customer_id": 5, "tariff_id": 87, "status": status, "login": "5_1", "mac": "", "ipv4": "", **values}


def lineage_ids(rows: list[dict[str, Any]]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return sorted(
        (item.id, tuple(str(r["id"]) for r in item.replaced), tuple(str(r["id"]) for r in item.planned)) for item in collapse(rows)
    )


def test_a_deactivation_twin_is_one_service() -> None:
    rows = [service(1, "disabled", end_date="2026-02-28"), service(2, "stopped", start_date="2026-03-01")]
    assert lineage_ids(rows) == [("2", ("1",), ())]


def test_the_twin_takes_over_when_the_customer_comes_back() -> None:
    rows = [service(1, "disabled"), service(2, "disabled", start_date="2026-01-01"), service(3, "active", start_date="2026-03-01")]
    assert lineage_ids(rows) == [("3", ("2", "1"), ())]


def test_a_planned_change_of_plan_leaves_the_old_one_in_charge() -> None:
    rows = [service(1, "active", end_date="2026-12-31"), service(2, "pending", tariff_id=88, start_date="2027-01-01")]
    assert lineage_ids(rows) == [("1", (), ("2",))]


def test_two_active_services_stay_two() -> None:
    rows = [
        service(1, "active", mac="000ED8000001"),
        service(2, "active", login="5_2", mac="000ED8000001"),
        service(3, "disabled", login="5_2"),
    ]
    assert lineage_ids(rows) == [("1", (), ()), ("2", ("3",), ())]


def test_services_that_share_nothing_stay_apart() -> None:
    rows = [service(1, "disabled", login="5_1"), service(2, "stopped", login="5_2")]
    assert lineage_ids(rows) == [("1", (), ()), ("2", (), ())]


def test_rows_without_any_key_are_joined_by_adjacent_dates() -> None:
    rows = [service(1, "disabled", login="", end_date="2026-02-28"), service(2, "stopped", login="", start_date="2026-03-01")]
    assert lineage_ids(rows) == [("2", ("1",), ())]
    rows[1]["start_date"] = "2026-06-01"
    assert len(lineage_ids(rows)) == 2


def test_a_status_nobody_knows_stands_for_itself() -> None:
    assert len(lineage_ids([service(1, "frozen"), service(2, "active")])) == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["active", "stopped", "disabled", "pending", "hidden", "frozen"]), st.sampled_from(["a", "b", ""])
        ),
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_collapsing_keeps_every_row_once_in_any_order(drawn: list[tuple[str, str]], random: Any) -> None:
    rows = [service(id, status, login=login) for id, (status, login) in enumerate(drawn, start=1)]
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert lineage_ids(rows) == lineage_ids(shuffled)
    ids = [id for item in collapse(rows) for id in (item.current["id"], *(r["id"] for r in item.others))]
    assert sorted(ids) == [row["id"] for row in rows]
    assert sum(row["status"] == "active" for row in rows) == sum(item.current["status"] == "active" for item in collapse(rows))


# -------------------------------------------------------------------------------------------------------------- equipment


def sonar_tables(**tables: list[dict[str, Any]]) -> Joined:
    base: dict[str, list[dict[str, Any]]] = {
        "account_statuses": [{"id": 1, "name": "Active", "activates_account": True}],
        "services": [
            {"id": 31, "name": "100", "type": "DATA", "data_service_detail": speeds(100_000)},
            {"id": 77, "name": "Router lease", "type": "RECURRING", "data_service_detail": None},
        ],
        "inventory_models": [
            {
                "id": 11,
                "inventory_model_fields": {
                    "entities": [
                        {"id": 1, "name": "Label", "primary": False},
                        {"id": 2, "name": "Hardware address", "primary": True},
                        {"id": 3, "name": "Serial Number", "primary": False},
                    ]
                },
            }
        ],
    }
    reading = Reading({name: {str(row["id"]): row for row in rows} for name, rows in {**base, **tables}.items()})
    return join_sonar(reading, SONAR_RULES, {})


def speeds(kbps: int) -> dict[str, int]:
    return {"download_speed_kilobits_per_second": kbps, "upload_speed_kilobits_per_second": kbps}


def account(id: int, **values: Any) -> dict[str, Any]:
    return {"id": id, "name": f"A{id}", "account_status_id": 1, **values}


def item(id: int, address: int, service_id: int | None = None, kind: str = "Address") -> dict[str, Any]:
    place = {"inventoryitemable_type": kind, "inventoryitemable_id": address}
    return {"id": id, "inventory_model_id": 11, "account_service_id": service_id, **place}


def at(id: int, account_id: int | None, type: str = "PHYSICAL") -> dict[str, Any]:
    holder = {"addressable_type": "Account" if account_id else None, "addressable_id": account_id}
    return {"id": id, "type": type, "serviceable": type == "PHYSICAL", "line1": f"{id} Elm", **holder}


def value(id: int, item_id: int, field: int, text: str) -> dict[str, Any]:
    return {"id": id, "inventory_item_id": item_id, "inventory_model_field_id": field, "value": text}


MAC = "00:0e:d8:00:00:01"


def test_a_serial_of_twelve_digits_is_no_mac() -> None:
    joined = sonar_tables(
        accounts=[account(5)],
        account_services=[{"id": 50, "account_id": 5, "service_id": 31}],
        addresses=[at(8, 5)],
        inventory_items=[item(1, 8)],
        inventory_model_field_data=[value(1, 1, 3, "202012345678"), value(2, 1, 2, "000e.d800.0001"), value(3, 1, 1, "Shelf 4")],
    )
    (found,) = joined.services
    assert (found.external_id, found.macs, found.serials) == ("5.50", (MAC,), ("202012345678",))


def test_equipment_linked_to_another_service_of_the_account_still_counts() -> None:
    joined = sonar_tables(
        accounts=[account(5)],
        account_services=[{"id": 49, "account_id": 5, "service_id": 77}, {"id": 50, "account_id": 5, "service_id": 31}],
        addresses=[at(8, 5)],
        inventory_items=[item(1, 8, service_id=49)],
        inventory_model_field_data=[value(1, 1, 2, MAC)],
    )
    assert [(found.external_id, found.macs) for found in joined.services] == [("5.50", (MAC,))]


def test_with_two_services_unassigned_equipment_goes_to_the_one_without() -> None:
    other = "00:0e:d8:00:00:02"
    joined = sonar_tables(
        accounts=[account(5)],
        account_services=[
            {"id": 50, "account_id": 5, "service_id": 31},
            {"id": 51, "account_id": 5, "service_id": 31, "is_additional": True},
        ],
        addresses=[at(8, 5)],
        inventory_items=[item(1, 8, service_id=50), item(2, 8)],
        inventory_model_field_data=[value(1, 1, 2, MAC), value(2, 2, 2, other)],
    )
    assert [(found.external_id, found.macs, found.additional) for found in joined.services] == [
        ("5.50", (MAC,), False),
        ("5.51", (other,), True),
    ]


def test_a_child_account_without_address_is_served_at_its_parents() -> None:
    joined = sonar_tables(
        accounts=[account(4), account(5, parent_account_id=4)],
        account_services=[{"id": 50, "account_id": 5, "service_id": 31}],
        addresses=[at(7, 4, "MAILING"), at(8, 4)],
        inventory_items=[item(1, 8)],
        inventory_model_field_data=[value(1, 1, 2, MAC)],
    )
    (found,) = joined.services
    assert (found.macs, found.address, found.parent_account_id) == ((MAC,), "8 Elm", "4")


def test_equipment_at_an_address_of_nobody_is_without_account_and_stock_is_not_at_an_address() -> None:
    joined = sonar_tables(
        accounts=[account(5)],
        addresses=[at(8, None), at(9, 5), at(10, 99)],
        inventory_items=[item(1, 8), item(2, 3, kind="InventoryLocation"), item(3, 9), item(4, 10), item(5, 1, kind="NetworkSite")],
        inventory_model_field_data=[value(id, id, 2, f"00:0e:d8:00:00:0{id}") for id in range(1, 6)],
    )
    assert [(o.external_id, o.mac, o.at_address) for o in joined.orphans] == [
        ("1", "00:0e:d8:00:00:01", True),
        ("2", "00:0e:d8:00:00:02", False),
    ]


def test_addresses_of_all_owners_come_in_order_and_once() -> None:
    def given_to(id: int, type: str, owner: int, subnet: str, soft: bool = False) -> dict[str, Any]:
        return {"id": id, "ipassignmentable_type": type, "ipassignmentable_id": owner, "subnet": subnet, "soft": soft}

    joined = sonar_tables(
        accounts=[account(5)],
        account_services=[{"id": 50, "account_id": 5, "service_id": 31}],
        addresses=[at(8, 5)],
        inventory_items=[item(1, 8)],
        inventory_model_field_data=[value(1, 1, 2, MAC)],
        radius_accounts=[{"id": 3, "account_id": 5, "account_service_id": None, "username": "five"}],
        uninventoried_mac_addresses=[{"id": 4, "account_id": 5, "account_service_id": None, "mac_address": "02:00:5E:10:00:55"}],
        ip_assignments=[
            given_to(1, "UninventoriedMacAddress", 4, "100.64.0.5/32", soft=True),
            given_to(2, "Account", 5, "100.64.0.4/32"),
            given_to(3, "RadiusAccount", 3, "100.64.0.3/32"),
            given_to(4, "InventoryModelFieldData", 1, "100.64.0.2/32"),
            given_to(5, "InventoryItem", 1, "100.64.0.1/32"),
            given_to(6, "InventoryItem", 1, "100.64.0.3/32"),
            given_to(7, "NetworkSite", 5, "100.64.0.9/32"),
            given_to(8, "Account", 5, "2001:db8::/56"),
        ],
    )
    (found,) = joined.services
    assert found.ipv4 == ("100.64.0.1", "100.64.0.3", "100.64.0.2", "100.64.0.4", "100.64.0.5")
    assert found.evidence["static_ipv4"] == list(found.ipv4[:4])
    assert found.login == "five"
    assert found.macs == (MAC, "02:00:5e:10:00:55")


def test_services_are_left_out_when_the_statuses_could_not_be_read() -> None:
    reading = Reading({"accounts": {"5": account(5)}, "account_services": {"50": {"id": 50, "account_id": 5, "service_id": 31}}})
    reading.tables["services"] = {"31": {"id": 31, "name": "100", "type": "DATA", "data_service_detail": speeds(100_000)}}
    reading.fail("account_statuses", "account_statuses: no")
    assert join_sonar(reading, SONAR_RULES, {}).services == ()


def splynx_tables(**tables: list[dict[str, Any]]) -> Any:
    reading = Reading({name: {str(row["id"]): row for row in rows} for name, rows in tables.items()})
    return join_splynx(reading, SPLYNX_RULES)


def test_splynx_equipment_and_sessions_follow_the_service_that_speaks() -> None:
    joined = splynx_tables(
        customers=[{"id": "5", "status": "blocked", "name": "Ilse", "category": "person", "parent_id": "0"}],
        internet_services=[
            service(1, "disabled", mac="02005E100042, 02005E100043", taking_ipv4="1", ipv4="198.51.100.40"),
            service(2, "stopped", start_date="2026-03-01"),
        ],
        inventory_items=[
            {"id": 9, "barcode": "000ED8000001.", "serial_number": "S1", "status": "assigned", "customer_id": 5, "service_id": 1}
        ],
        customers_online=[{"id": 70, "customer_id": 5, "service_id": 1, "ipv4": "100.96.0.1", "mac": "02:00:5e:10:00:99"}],
        acs_devices=[{"id": 4, "customer_id": 5, "internet_service_id": 1, "serial_number": "ROUTER1"}],
    )
    (found,) = joined.services
    assert (found.external_id, found.replaces, found.state) == ("5.2", ("5.1",), ServiceState.SUSPENDED)
    assert found.macs == ("02:00:5e:10:00:42", "02:00:5e:10:00:43", MAC)
    assert found.serials == ("S1", "ROUTER1")
    assert found.evidence["acs_serials"] == ["ROUTER1"]
    assert found.evidence["online_macs"] == ["02:00:5e:10:00:99"]
    assert found.delinquent


def test_splynx_leads_are_no_customers_and_stock_is_an_orphan() -> None:
    joined = splynx_tables(
        customers=[{"id": 5, "status": "new", "category": "lead"}],
        internet_services=[service(1, "active")],
        inventory_items=[
            {
                "id": 9,
                "barcode": "INV-9",
                "serial_number": "000ED8000001",
                "status": "returned",
                "customer_id": 0,
                "service_id": 0,
                "stock_id": 2,
            }
        ],
    )
    assert joined.services == ()
    assert [(o.mac, o.serial, o.where, o.at_address) for o in joined.orphans] == [(MAC, "", "returned, stock 2", False)]
