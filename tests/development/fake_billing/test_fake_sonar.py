"""The Sonar stand-in over HTTP: shapes, arguments, joins, and its ways to misbehave."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import Any

import pytest
import requests

from development.fake_billing.sonar_data import RADIUS_CANARY
from development.fake_billing.sonar_types import COLLECTIONS, NESTED_ONLY
from development.fake_billing.testing import RunningBilling
from development.town import Town, TownPerson

PAGE_INFO = "page_info { page total_pages total_count records_per_page }"
FLAT = {
    "accounts": "id sonar_unique_id _version updated_at archived_at name account_status_id account_type_id company_id "
    "parent_account_id is_delinquent activation_date",
    "account_statuses": "id name activates_account",
    "account_types": "id name type",
    "account_services": "id updated_at account_id service_id package_id is_additional quantity name_override",
    "services": "id name type application enabled data_service_detail{download_speed_kilobits_per_second "
    "upload_speed_kilobits_per_second}",
    "addresses": "id updated_at addressable_type addressable_id type serviceable line1 line2 city subdivision zip country latitude "
    "longitude",
    "contacts": "id contactable_type contactable_id name role primary email_address",
    "phone_numbers": "id contact_id number number_formatted country extension phone_number_type_id",
    "inventory_models": "id name model_name device_type manufacturer_id "
    "inventory_model_fields{entities{id name type secondary_type primary unique required}}",
    "inventory_items": "id updated_at status inventory_model_id inventoryitemable_type inventoryitemable_id account_service_id "
    "parent_inventory_item_id",
    "inventory_model_field_data": "id updated_at inventory_item_id inventory_model_field_id value",
    "ip_assignments": "id updated_at ipassignmentable_type ipassignmentable_id account_service_id subnet soft description",
    "radius_accounts": "id updated_at account_id account_service_id username",
    "uninventoried_mac_addresses": "id updated_at account_id account_service_id mac_address",
    "custom_field_data": "id custom_field_id customfielddataable_type customfielddataable_id value",
    "account_events": "id account_id event event_datetime previous current",
}


def everything(ask: Any, collection: str, size: int = 20) -> list[dict[str, Any]]:
    """All rows of a collection, page by page, ids as text."""
    rows: list[dict[str, Any]] = []
    for page in range(1, 1000):
        query = f'query($p: Paginator) {{ {collection}(paginator: $p, sorter: [{{attribute: "id", direction: ASC}}]) '
        query += f"{{ entities {{ {FLAT[collection]} }} {PAGE_INFO} }} }}"
        answer = ask(query, p={"page": page, "records_per_page": size})
        assert "errors" not in answer, answer
        found = answer["data"][collection]
        rows += found["entities"]
        if page >= found["page_info"]["total_pages"]:
            assert len(rows) == found["page_info"]["total_count"]
            break
    return [{key: str(value) if key.endswith("id") and value is not None else value for key, value in row.items()} for row in rows]


def people(town: Town, **wanted: str) -> list[TownPerson]:
    return [p for p in town.people if p.system == "sonar" and all(getattr(p, key) == value for key, value in wanted.items())]


@pytest.mark.parametrize("collection", sorted(FLAT))
def test_every_flat_collection_pages_to_its_count(ask: Any, collection: str) -> None:
    rows = everything(ask, collection, size=7)
    assert len({row["id"] for row in rows}) == len(rows)


def test_me_and_the_schema_is_introspectable(ask: Any) -> None:
    assert ask("{ me { id name username } }")["data"]["me"]["username"] == "netbox"
    names = {t["name"] for t in ask("{ __schema { types { name } } }")["data"]["__schema"]["types"]}
    assert {entity.name for entity in COLLECTIONS.values()} <= names
    roots = {f["name"] for f in ask('{ __type(name: "Query") { fields { name } } }')["data"]["__type"]["fields"]}
    assert set(COLLECTIONS) - set(NESTED_ONLY) <= roots
    assert ask("{ webhook_model_events { model events } }")["data"]["webhook_model_events"][0]["events"][0] == "CREATED"


def test_a_person_can_be_joined_from_the_flat_tables_to_their_macs_and_serials(ask: Any, town: Town) -> None:
    """The way a client has to go: field value -> item -> address or service -> account."""
    addresses = {row["id"]: row["addressable_id"] for row in everything(ask, "addresses")}
    services = {row["id"]: row["account_id"] for row in everything(ask, "account_services")}
    items = {row["id"]: row for row in everything(ask, "inventory_items")}
    values: dict[str, set[str]] = {}
    for row in everything(ask, "inventory_model_field_data"):
        item = items[row["inventory_item_id"]]
        at_address = addresses[item["inventoryitemable_id"]] if item["inventoryitemable_type"] == "Address" else None
        account = services[item["account_service_id"]] if item["account_service_id"] else at_address
        values.setdefault(account or "", set()).add(plain(row["value"]))
    for row in everything(ask, "uninventoried_mac_addresses"):
        values.setdefault(row["account_id"], set()).add(plain(row["mac_address"]))
    for person in people(town):
        wanted = {mac.replace(":", "") for mac in person.macs} | set(person.serials)
        assert wanted <= values.get(str(person.number), set()), person
    for orphan in (o for o in town.orphans if o.system == "sonar"):
        assert {orphan.mac.replace(":", ""), orphan.serial} <= values[""]


def plain(value: str) -> str:
    bare = re.sub(r"[.:-]", "", value).lower()
    return bare if re.fullmatch(r"[0-9a-f]{12}", bare) else value


def test_statuses_and_traps_are_expressed_as_the_product_does(ask: Any, town: Town) -> None:
    accounts = {row["id"]: row for row in everything(ask, "accounts")}
    activates = {row["id"]: row["activates_account"] for row in everything(ask, "account_statuses")}
    for person in people(town):
        row = accounts[str(person.number)]
        expected = None if person.status == "odd" else person.status == "active"
        assert activates.get(row["account_status_id"]) == expected
        assert row["is_delinquent"] == (person.status == "suspended" or person.trap == "delinquent_flag")
        assert (row["archived_at"] is not None) == (person.trap == "archived")
    child = people(town, trap="child_account")[0]
    parent = accounts[accounts[str(child.number)]["parent_account_id"]]
    owners = Counter(row["addressable_id"] for row in everything(ask, "addresses") if row["addressable_id"])
    assert owners[str(child.number)] == 0 and owners[parent["id"]] >= 1
    services = Counter(row["account_id"] for row in everything(ask, "account_services") if row["service_id"] != "77")
    assert services[str(people(town, trap="dual_service")[0].number)] == 2
    assert services[parent["id"]] == 0
    assert all(services[str(p.number)] == 1 for p in people(town) if p.trap != "dual_service")


def test_speeds_and_types_of_products(ask: Any, town: Town) -> None:
    rows = {row["name"]: row for row in everything(ask, "services")}
    assert rows["Router lease"]["type"] == rows["Flat Internet 100"]["type"] == "RECURRING"
    assert rows["Flat Internet 100"]["data_service_detail"] is None
    for plan in town.plans:
        if plan.sonar_type == "DATA":
            detail = rows[plan.name]["data_service_detail"]
            assert detail["download_speed_kilobits_per_second"] == plan.download_kbps


def test_static_addresses_hang_on_several_owner_types(ask: Any, town: Town) -> None:
    rows = everything(ask, "ip_assignments")
    assert {row["subnet"] for row in rows} == {f"{p.ipv4}/32" for p in people(town) if p.ipv4}
    assert len({row["ipassignmentable_type"] for row in rows}) >= 3


def test_nested_single_account(ask: Any, town: Town) -> None:
    person = next(p for p in people(town, status="active") if p.serials and p.macs and not p.trap)
    query = """query($id: Int64Bit) { accounts(id: $id) { entities { id name
        account_status { name activates_account } account_type { name } parent_account { id } child_accounts { entities { id } }
        contacts { entities { primary email_address phone_numbers { entities { number phone_number_type { name } } } } }
        addresses { entities { type line1 inventory_items { entities { inventory_model { name manufacturer { name } }
            inventory_model_field_data { entities { value inventory_model_field { name primary } } }
            ip_assignments { entities { subnet } } } } } }
        account_services { entities { is_additional
            service { name type data_service_detail { download_speed_kilobits_per_second } } } }
        radius_accounts { entities { username ip_assignments { entities { subnet soft } } } }
        ip_assignments { entities { subnet } } uninventoried_mac_addresses { entities { mac_address } }
        custom_field_data { entities { value custom_field { name } } } account_billing_parameter { delinquency_account_status_id }
    } page_info { total_count } } }"""
    answer = ask(query, id=str(person.number))
    assert "errors" not in answer, answer
    found = answer["data"]["accounts"]
    assert found["page_info"]["total_count"] == 1
    account = found["entities"][0]
    assert account["name"] == person.name
    assert any(c["primary"] and c["email_address"] == person.email for c in account["contacts"]["entities"])
    assert account["radius_accounts"]["entities"][0]["username"] == person.login
    assert ask(query, id=123456)["data"]["accounts"]["entities"] == []


def search(ask: Any, collection: str, condition: str) -> list[str]:
    answer = ask(f"{{ {collection}({condition}, paginator: {{page: 1, records_per_page: 500}}) {{ entities {{ id }} }} }}")
    assert "errors" not in answer, answer
    return [str(row["id"]) for row in answer["data"][collection]["entities"]]


def test_search_is_and_inside_an_object_and_or_between_objects(ask: Any) -> None:
    status = '{attribute: "account_status_id", operator: EQ, search_value: %d}'
    both_in_one = search(ask, "accounts", f"search: [{{integer_fields: [{status % 1}, {status % 2}]}}]")
    either = search(ask, "accounts", f"search: [{{integer_fields: [{status % 1}]}}, {{integer_fields: [{status % 2}]}}]")
    assert both_in_one == [] and len(either) > 20


def test_strings_match_partially_unless_told_otherwise(ask: Any) -> None:
    partial = search(ask, "services", 'search: [{string_fields: [{attribute: "name", search_value: "home"}]}]')
    exact = search(
        ask, "services", 'search: [{string_fields: [{attribute: "name", search_value: "home", partial_matching: false}]}]'
    )
    inverse = search(ask, "services", 'search: [{string_fields: [{attribute: "name", search_value: "home", match: false}]}]')
    assert len(partial) == 4 and exact == [] and len(inverse) == 4


def test_other_conditions(ask: Any, town: Town, billing: RunningBilling) -> None:
    assert search(ask, "accounts", 'search: [{boolean_fields: [{attribute: "is_delinquent", search_value: true}]}]')
    unset = search(ask, "accounts", 'search: [{unset_fields: ["archived_at"]}]')
    exists = search(ask, "accounts", 'search: [{exists: ["archived_at"]}]')
    assert len(exists) == 1 and not set(exists) & set(unset)
    assert search(ask, "addresses", 'search: [{unset_fields: ["addressable_id"]}]')
    relation = 'reverse_relation_filters: [{relation: "addresses.inventory_items", is_empty: true}]'
    without = search(ask, "accounts", relation)
    assert str(people(town, trap="no_equipment")[0].number) in without
    last_descending = search(ask, "accounts", 'sorter: [{attribute: "id", direction: DESC}]')
    assert [int(id) for id in last_descending] == sorted((int(id) for id in last_descending), reverse=True)
    number = people(town, status="active")[0].number
    billing.set_person(number, phone="5550199999")
    changed = 'search: [{datetime_fields: [{attribute: "updated_at", operator: GTE, search_value: "2026-02-01T00:00:00+00:00"}]}]'
    assert search(ask, "accounts", changed) == [str(number)]


def test_an_unknown_column_is_an_error_with_status_200(ask: Any) -> None:
    answer = ask('{ accounts(search: [{unset_fields: ["nonsense"]}]) { entities { id } } }')
    assert "nonsense" in answer["errors"][0]["message"]
    assert ask("{ accounts { entities { foo } } }")["errors"][0]["message"].startswith("Cannot query field 'foo'")
    assert "errors" in ask("{ accounts {")


def test_page_size_is_small_without_paginator_and_capped_with_one(ask: Any, billing: RunningBilling) -> None:
    billing.set_mode("sonar", max_page_size=30)
    plain = ask(f"{{ accounts {{ entities {{ id }} {PAGE_INFO} }} }}")["data"]["accounts"]
    assert len(plain["entities"]) == 25
    capped = ask(f"{{ accounts(paginator: {{page: 1, records_per_page: 500}}) {{ entities {{ id }} {PAGE_INFO} }} }}")["data"][
        "accounts"
    ]
    assert capped["page_info"]["records_per_page"] == 30 == len(capped["entities"])
    billing.set_mode("sonar", default_page_size=1)
    nested = ask("{ inventory_models { entities { inventory_model_fields { entities { name } page_info { total_count } } } } }")
    fields = nested["data"]["inventory_models"]["entities"][0]["inventory_model_fields"]
    assert len(fields["entities"]) == 1 and fields["page_info"]["total_count"] == 3


@pytest.mark.parametrize(("mode", "types"), [("string", {str}), ("int", {int}), ("mixed", {str, int})])
def test_ids_come_in_three_ways(ask: Any, billing: RunningBilling, mode: str, types: set[type]) -> None:
    billing.set_mode("sonar", ids=mode)
    rows = ask("{ accounts { entities { id account_type_id } } }")["data"]["accounts"]["entities"]
    assert {type(row["id"]) for row in rows} == types


def test_radius_passwords_are_there_to_be_leaked(ask: Any) -> None:
    rows = ask("{ radius_accounts { entities { password } } }")["data"]["radius_accounts"]["entities"]
    assert all(row["password"].startswith(RADIUS_CANARY) for row in rows)


def test_without_the_token_nothing(billing: RunningBilling) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        response = requests.post(f"{billing.sonar_url}/api/graphql", json={"query": "{ me { id } }"}, headers=headers, timeout=30)
        assert response.status_code == 401 and "data" not in response.json()


# ------------------------------------------------------------------------------------------------------ misbehaviour


def test_rate_limit_body(ask: Any, billing: RunningBilling) -> None:
    billing.set_mode("sonar", rate_limited=2)
    assert ask("{ me { id } }") == {"error": "Request limit of 400/min reached."}
    assert "error" in ask("{ me { id } }")
    assert "data" in ask("{ me { id } }")


def test_requests_per_minute_are_counted(ask: Any, billing: RunningBilling) -> None:
    billing.set_mode("sonar", requests_per_minute=3)
    answers = [ask("{ me { id } }") for _ in range(8)]
    assert {"error": "Request limit of 3/min reached."} in answers


def test_a_failing_page_has_errors_and_status_200(ask: Any, billing: RunningBilling) -> None:
    billing.set_mode("sonar", failing_page={"collection": "accounts", "page": 2})
    query = "query($p: Paginator) { accounts(paginator: $p) { entities { id } } }"
    assert "errors" not in ask(query, p={"page": 1, "records_per_page": 10})
    failed = ask(query, p={"page": 2, "records_per_page": 10})
    assert failed["data"]["accounts"] is None and failed["errors"]
    assert "errors" not in ask(query, p={"page": 3, "records_per_page": 10})


def test_shifting_rows_skip_one_and_lower_the_count(ask: Any, billing: RunningBilling) -> None:
    query = f'query($p: Paginator) {{ accounts(paginator: $p, sorter: [{{attribute: "id"}}]) {{ entities {{ id }} {PAGE_INFO} }} }}'
    normal = [ask(query, p={"page": page, "records_per_page": 10})["data"]["accounts"] for page in (1, 2)]
    billing.set_mode("sonar", shifting=True)
    shifted = [ask(query, p={"page": page, "records_per_page": 10})["data"]["accounts"] for page in (1, 2)]
    assert shifted[0] == normal[0]
    assert shifted[1]["page_info"]["total_count"] == normal[1]["page_info"]["total_count"] - 1
    assert normal[1]["entities"][0] not in shifted[0]["entities"] + shifted[1]["entities"]


def test_feed_modes(ask: Any, billing: RunningBilling) -> None:
    full = len(everything(ask, "accounts"))
    billing.set_mode("sonar", feed_share=0.3)
    assert 0 < len(everything(ask, "accounts")) < full / 2
    billing.set_mode("sonar", feed_share=0.0)
    assert everything(ask, "accounts") == [] == everything(ask, "inventory_items")


def test_page_info_that_fails_and_collections_a_role_cannot_see(ask: Any, billing: RunningBilling) -> None:
    billing.set_mode("sonar", without_page_info=["services"], hidden_collections=["contacts"])
    assert "aggregation" in ask(f"{{ services {{ entities {{ id }} {PAGE_INFO} }} }}")["errors"][0]["message"]
    assert ask("{ services { entities { id } } }")["data"]["services"]["entities"]
    assert everything(ask, "contacts") == []


def test_partial_errors_come_beside_full_data(ask: Any, billing: RunningBilling) -> None:
    billing.set_mode("sonar", partial_errors=True)
    answer = ask("{ me { id } }")
    assert answer["errors"] and answer["data"]["me"]


@pytest.mark.parametrize(("mode", "status"), [("html", 200), ("blocked", 403)])
def test_html_instead_of_json(billing: RunningBilling, mode: str, status: int) -> None:
    billing.set_mode("sonar", **{mode: True})
    headers = {"Authorization": f"Bearer {billing.town.accounts['sonar_token']}"}
    response = requests.post(f"{billing.sonar_url}/api/graphql", json={"query": "{ me { id } }"}, headers=headers, timeout=30)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")


def test_slow_mode_makes_a_short_time_out_fire(billing: RunningBilling) -> None:
    billing.set_mode("sonar", slow_seconds=30)
    started = time.monotonic()
    with pytest.raises(requests.Timeout):
        requests.post(f"{billing.sonar_url}/api/graphql", json={"query": "{ me { id } }"}, timeout=0.2)
    assert time.monotonic() - started < 10


# --------------------------------------------------------------------------------------------------------- write back


def test_custom_fields_and_notes_are_written_and_read_back(ask: Any, town: Town) -> None:
    number = people(town)[0].number
    mutation = """mutation($i: UpdateEntityCustomFieldsMutationInput!) { updateEntityCustomFields(input: $i) { value } }"""
    for value in ("https://netbox.example.net/1", "https://netbox.example.net/2"):
        field = {"entity_type": "Account", "entity_id": number, "custom_field_data": [{"custom_field_id": 4, "value": value}]}
        assert ask(mutation, i=field)["data"]["updateEntityCustomFields"] == [{"value": value}]
    rows = everything(ask, "custom_field_data")
    assert [row["value"] for row in rows] == ["https://netbox.example.net/2"]
    note = {"noteable_type": "Account", "noteable_id": number, "message": "seen"}
    assert ask("mutation($i: CreateNoteMutationInput!) { createNote(input: $i) { message } }", i=note)["data"]["createNote"] == {
        "message": "seen"
    }
    nested = ask("query($id: Int64Bit) { accounts(id: $id) { entities { notes { entities { message } } } } }", id=number)
    assert nested["data"]["accounts"]["entities"][0]["notes"]["entities"] == [{"message": "seen"}]
    field["entity_id"] = 5
    assert "No Account" in ask(mutation, i=field)["errors"][0]["message"]


def test_the_request_log_names_operations_and_no_token(ask: Any, billing: RunningBilling) -> None:
    ask("{ accounts { entities { id } } services { entities { id } } }")
    (entry,) = billing.requests("sonar")
    assert entry.detail == "query accounts services" and entry.status == 200
    assert billing.town.accounts["sonar_token"] not in repr(billing.requests())
