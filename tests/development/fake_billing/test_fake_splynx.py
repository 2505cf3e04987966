"""The Splynx stand-in over HTTP: authentication, query language, shapes, and its ways to misbehave."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from requests.auth import HTTPBasicAuth

from development.fake_billing.splynx_data import CUSTOMER_CANARY, RADIUS_CANARY, SERVICE_CANARY
from development.fake_billing.testing import RunningBilling
from development.town import Town, TownPerson

SERVICES = "customers/customer/0/internet-services"
ALL_STATUSES = {"main_attributes[status][0]": "!=", "main_attributes[status][1]": ""}


def people(town: Town, **wanted: str) -> list[TownPerson]:
    return [p for p in town.people if p.system == "splynx" and all(getattr(p, key) == value for key, value in wanted.items())]


def code(response: requests.Response) -> tuple[int, str]:
    error = response.json()["error"]
    assert error["code"] == response.status_code
    return response.status_code, error["internal_code"]


# ------------------------------------------------------------------------------------------------------ authentication


def test_check_answers_a_signed_request(splynx: Any) -> None:
    assert splynx.get("api/check") == {"status": "ok", "message": "API is valid", "same_server": 0}


def test_a_nonce_is_good_once(splynx: Any, billing: RunningBilling) -> None:
    fields = "&".join(f"{name}={value}" for name, value in splynx.signed().items())
    headers = {"Authorization": f"Splynx-EA ({fields})"}
    assert requests.get(f"{splynx.base}/api/check", headers=headers, timeout=30).status_code == 200
    assert code(requests.get(f"{splynx.base}/api/check", headers=headers, timeout=30)) == (401, "INVALID_NONCE")
    billing.set_mode("splynx", check_nonce=False)
    assert requests.get(f"{splynx.base}/api/check", headers=headers, timeout=30).status_code == 200


def test_a_wrong_signature_and_no_signature_are_refused(splynx: Any) -> None:
    splynx.secret = "other"
    assert code(splynx.request("GET", "api/check")) == (401, "INVALID_SIGNATURE")
    assert code(requests.get(f"{splynx.base}/api/check", timeout=30)) == (401, "UNAUTHORIZED")


def test_basic_only_with_unsecure_access(splynx: Any, billing: RunningBilling) -> None:
    auth = HTTPBasicAuth(splynx.key, splynx.secret)
    assert code(requests.get(f"{splynx.base}/api/check", auth=auth, timeout=30)) == (401, "UNSECURE_ACCESS_DISABLED")
    billing.set_mode("splynx", unsecure_access=True)
    assert requests.get(f"{splynx.base}/api/check", auth=auth, timeout=30).status_code == 200
    wrong = HTTPBasicAuth(splynx.key, "wrong")
    assert code(requests.get(f"{splynx.base}/api/check", auth=wrong, timeout=30)) == (401, "API_KEY_NOT_FOUND")


def test_tokens_are_issued_bound_renewed_and_revoked(splynx: Any, billing: RunningBilling) -> None:
    session = requests.Session()
    session.headers["User-Agent"] = "one"

    def check(token: dict[str, Any], agent: str = "one") -> requests.Response:
        headers = {"Authorization": f"Splynx-EA (access_token={token['access_token']})", "User-Agent": agent}
        return session.get(f"{splynx.base}/api/check", headers=headers, timeout=30)

    issued = session.post(f"{splynx.base}/auth/tokens", json={"auth_type": "api_key", **splynx.signed()}, timeout=30)
    assert issued.status_code == 201
    token = issued.json()
    assert token["access_token_expiration"] - time.time() == pytest.approx(1800, abs=30)
    assert check(token).status_code == 200
    assert code(check(token, agent="two")) == (401, "USER_AGENT_CHANGED")
    renewed = session.get(f"{splynx.base}/auth/tokens/{token['refresh_token']}", timeout=30).json()
    assert check(renewed).status_code == 200
    assert code(check(token)) == (401, "EXPIRED_ACCESS_TOKEN")
    assert session.delete(f"{splynx.base}/auth/tokens/{renewed['refresh_token']}", timeout=30).status_code == 204
    assert code(check(renewed)) == (401, "EXPIRED_ACCESS_TOKEN")
    billing.set_mode("splynx", token_seconds=0)
    short = session.post(f"{splynx.base}/auth/tokens", json={"auth_type": "api_key", **splynx.signed()}, timeout=30).json()
    assert code(check(short)) == (401, "EXPIRED_ACCESS_TOKEN")


# ------------------------------------------------------------------------------------------------------ query language


def test_all_services_need_a_filter(splynx: Any) -> None:
    assert splynx.request("GET", SERVICES).status_code == 500
    assert splynx.get(SERVICES, **{"main_attributes[status]": "active"})


def test_in_operator_order_limit_and_offset(splynx: Any) -> None:
    query = {
        "main_attributes[status][0]": "IN",
        "main_attributes[status][1][0]": "active",
        "main_attributes[status][1][1]": "stopped",
    }
    rows = splynx.get(SERVICES, **query)
    assert {row["status"] for row in rows} == {"active", "stopped"}
    pages = [
        splynx.get(SERVICES, **query, **{"order[id]": "DESC", "limit": 10, "offset": offset}) for offset in (0, 10, 20, 30, 40)
    ]
    ids = [row["id"] for page in pages for row in page]
    assert ids == sorted((row["id"] for row in rows), reverse=True)


@pytest.mark.parametrize(
    ("operator", "operand", "expected"),
    [
        ("=", "102400", {102_400}),
        (">=", "500000", {512_000, 1_000_000}),
        ("<", "100000", {75_000}),
        ("<>", "102400", {75_000, 100_000, 250_000, 512_000, 1_000_000}),
    ],
)
def test_comparisons(splynx: Any, operator: str, operand: str, expected: set[int]) -> None:
    query = {"main_attributes[speed_download][0]": operator, "main_attributes[speed_download][1]": operand}
    assert {row["speed_download"] for row in splynx.get("tariffs/internet", **query)} == expected


def test_text_operators(splynx: Any) -> None:
    def titles(operator: str, *operands: str) -> set[str]:
        query = {"main_attributes[title][0]": operator}
        if len(operands) == 1:
            query["main_attributes[title][1]"] = operands[0]
        else:
            query |= {f"main_attributes[title][1][{i}]": operand for i, operand in enumerate(operands)}
        return {row["title"] for row in splynx.get("tariffs/internet", **query)}

    assert titles("LIKE", "home%") == {"Home 100", "Home 250", "Home 500", "Home Giga"}
    assert titles("REGEXP", "^(Legacy|Business)") == {"Legacy 75", "Business 100"}
    assert titles("BETWEEN", "Home 200", "Home 600") == {"Home 250", "Home 500"}
    assert titles("FIND_IN_SET", "Home 100") == {"Home 100"}
    assert titles("IS", "NULL") == set()


def test_bad_queries_are_400(splynx: Any) -> None:
    for params in (
        {"main_attributes[nonsense]": "1"},
        {"main_attributes[id][0]": "ALMOST", "main_attributes[id][1]": "1"},
        {"limit": "x"},
    ):
        assert code(splynx.request("GET", "customers/customer", params=params)) == (400, "BAD_REQUEST")


def test_head_counts_with_the_same_filter(splynx: Any) -> None:
    response = splynx.request("HEAD", "customers/customer", params={"main_attributes[status]": "active"})
    assert response.status_code == 204
    assert int(response.headers["X-total-count"]) == len(splynx.get("customers/customer", **{"main_attributes[status]": "active"}))


def test_options_lists_columns_but_not_passwords(splynx: Any) -> None:
    paths = (
        "customers/customer",
        SERVICES,
        "tariffs/internet",
        "customers/customers-online",
        "inventory/items",
        "networking/routers",
    )
    for path in paths:
        schema = splynx.request("OPTIONS", path).json()
        names = {attribute["name"] for attribute in schema["attributes"]}
        assert "id" in names and not names & {"password", "radius_secret"}
        params = {} if path != SERVICES else ALL_STATUSES
        assert names <= set(splynx.get(path, **params)[0])


# -------------------------------------------------------------------------------------------------------------- shapes


def test_states_twins_and_lists_of_macs(splynx: Any, town: Town) -> None:
    services: dict[int, list[dict[str, Any]]] = {}
    for row in splynx.get(SERVICES, **ALL_STATUSES):
        services.setdefault(row["customer_id"], []).append(row)
    customers = {row["id"]: row for row in splynx.get("customers/customer")}
    for person in people(town):
        rows, customer = services[person.number], customers[person.number]
        if person.status == "suspended" and not person.trap:
            assert (customer["status"], rows[0]["status"]) == ("blocked", "active")
        if person.trap == "twin":
            last = "active" if person.status == "active" else "stopped"
            assert [row["status"] for row in rows] == ["disabled", last]
            assert rows[0]["end_date"] != "0000-00-00" and rows[1]["end_date"] == "0000-00-00"
            assert rows[0]["login"] == rows[1]["login"] and rows[0]["id"] != rows[1]["id"]
        if person.trap == "multi_mac":
            assert rows[0]["mac"] == ", ".join(mac.replace(":", "").upper() for mac in person.macs)
        if person.trap == "dual_service":
            assert [row["status"] for row in rows] == ["active", "active"] and rows[0]["login"] != rows[1]["login"]
        if person.trap == "child_account":
            assert customers[customer["parent_id"]]["status"] == "active" and customer["parent_id"] not in services
        if person.status == "odd":
            assert rows[0]["status"] not in {"active", "stopped", "disabled", "hidden", "pending"}
    assert {row["category"] for row in customers.values()} == {"person", "lead"}


def test_every_mac_and_serial_is_findable(splynx: Any, town: Town) -> None:
    rows = splynx.get(SERVICES, **ALL_STATUSES)
    items = splynx.get("inventory/items")
    macs = {mac for row in rows for mac in row["mac"].split(", ")} | {item["barcode"].rstrip(".") for item in items}
    serials = {item["serial_number"] for item in items}
    for person in people(town):
        assert {mac.replace(":", "").upper() for mac in person.macs} <= macs
        assert set(person.serials) <= serials
    loose = {item["serial_number"] for item in items if item["customer_id"] == 0 and item["status"] == "returned"}
    assert loose == {orphan.serial for orphan in town.orphans if orphan.system == "splynx"}
    assert any(row["mac"] == "" for row in rows)


def test_clear_text_secrets_are_there_to_be_leaked(splynx: Any) -> None:
    assert all(row["password"].startswith(CUSTOMER_CANARY) for row in splynx.get("customers/customer"))
    assert all(row["password"].startswith(SERVICE_CANARY) for row in splynx.get(SERVICES, **ALL_STATUSES))
    assert splynx.get("networking/routers")[0]["radius_secret"].startswith(RADIUS_CANARY)


def test_dynamic_addresses_are_only_in_the_sessions(splynx: Any) -> None:
    dynamic = {row["id"] for row in splynx.get(SERVICES, **{"main_attributes[taking_ipv4]": "2"})}
    online = {row["service_id"]: row["ipv4"] for row in splynx.get("customers/customers-online")}
    assert dynamic & set(online)
    assert all(online.values())


def test_string_typed_mode(splynx: Any, billing: RunningBilling) -> None:
    number = splynx.get("tariffs/internet")[0]
    assert isinstance(number["id"], int) and number["with_vat"] == "1"
    billing.set_mode("splynx", types="string")
    text = splynx.get("tariffs/internet")[0]
    assert text["id"] == str(number["id"]) and text["speed_download"] == str(number["speed_download"])
    assert text["partners_ids"] == [1]
    assert splynx.get(SERVICES, **ALL_STATUSES)[0]["top_up_tariff_id"] is None
    assert splynx.get(f"tariffs/internet/{text['id']}")["id"] == text["id"]


def test_single_objects(splynx: Any, town: Town) -> None:
    person = people(town, status="active")[0]
    assert splynx.get(f"customers/customer/{person.number}")["name"] == person.name
    (service, *_) = splynx.get(f"customers/customer/{person.number}/internet-services")
    assert splynx.get(f"customers/customer/{person.number}/internet-services--{service['id']}") == service
    assert code(splynx.request("GET", "customers/customer/5")) == (404, "NOT_FOUND")
    assert code(splynx.request("GET", "nonsense")) == (404, "NOT_FOUND")


def test_acs_module_is_off_until_bought(splynx: Any, billing: RunningBilling, town: Town) -> None:
    response = splynx.request("OPTIONS", "networking/acs-devices")
    assert code(response) == (405, "METHOD_DISABLED")
    assert response.json()["error"]["message"] == "Method is disabled!"
    billing.set_mode("splynx", acs_module=True)
    serials = {row["serial_number"] for row in splynx.get("networking/acs-devices")}
    assert serials == {serial for person in people(town) for serial in person.serials}


# -------------------------------------------------------------------------------------------------------------- life


def test_a_blocked_customer_keeps_an_active_service(splynx: Any, billing: RunningBilling, town: Town) -> None:
    person = next(p for p in people(town, status="active") if not p.trap)
    billing.set_person(person.number, status="suspended")
    assert splynx.get(f"customers/customer/{person.number}")["status"] == "blocked"
    (service,) = splynx.get(f"customers/customer/{person.number}/internet-services")
    assert service["status"] == "active"
    change = splynx.get("logs/changes", **{"main_attributes[customer_id]": str(person.number)})[-1]
    assert (change["old_status"], change["new_status"]) == ("active", "blocked")
    billing.set_person(person.number, status="active")


def test_deactivation_and_return_move_the_service_to_a_new_id(splynx: Any, billing: RunningBilling, town: Town) -> None:
    person = [p for p in people(town, status="active") if not p.trap][-1]
    path = f"customers/customer/{person.number}/internet-services"
    (first,) = splynx.get(path)
    billing.set_person(person.number, status="terminated")
    assert [row["status"] for row in splynx.get(path)] == ["disabled", "stopped"]
    billing.set_person(person.number, status="active", plan="home-500")
    old, new = splynx.get(path)
    assert (old["id"], old["status"], new["status"]) == (first["id"], "disabled", "active")
    billing.set_person(person.number, trap="", plan=person.plan)


def test_only_additional_attributes_may_be_written(splynx: Any, town: Town) -> None:
    number = people(town)[0].number
    path = f"customers/customer/{number}"
    assert splynx.request("PUT", path, json={"additional_attributes": {"netbox_id": "17"}}).status_code == 202
    assert splynx.get(path)["additional_attributes"] == {"netbox_id": "17", "contract_no": f"C-{number}"}
    assert code(splynx.request("PUT", path, json={"status": "blocked"})) == (403, "PERMISSION_DENIED")
    assert code(splynx.request("DELETE", path)) == (403, "PERMISSION_DENIED")


# ------------------------------------------------------------------------------------------------------ misbehaviour


def test_html_maintenance_and_too_many_requests(splynx: Any, billing: RunningBilling) -> None:
    billing.set_mode("splynx", html=True)
    assert splynx.request("GET", "customers/customer").headers["Content-Type"].startswith("text/html")
    billing.set_mode("splynx", html=False, maintenance=True)
    assert code(splynx.request("GET", "customers/customer")) == (500, "INTERNAL_ERROR")
    billing.set_mode("splynx", maintenance=False, rate_limited=1)
    assert splynx.request("GET", "customers/customer").status_code == 429
    assert splynx.request("GET", "customers/customer").status_code == 200


def test_a_failing_page(splynx: Any, billing: RunningBilling) -> None:
    billing.set_mode("splynx", failing_page={"collection": "customers", "page": 2})
    statuses = [splynx.request("GET", "customers/customer", params={"limit": 10, "offset": o}).status_code for o in (0, 10, 20)]
    assert statuses == [200, 500, 200]


def test_shifting_rows_skip_one(splynx: Any, billing: RunningBilling) -> None:
    whole = [row["id"] for row in splynx.get("customers/customer", **{"order[id]": "ASC"})]
    billing.set_mode("splynx", shifting=True)
    pages = [splynx.get("customers/customer", **{"order[id]": "ASC", "limit": 10, "offset": offset}) for offset in (0, 10)]
    assert [row["id"] for page in pages for row in page] == whole[:10] + whole[11:21]


def test_feed_modes(splynx: Any, billing: RunningBilling) -> None:
    whole = len(splynx.get("customers/customer"))
    billing.set_mode("splynx", feed_share=0.3)
    assert 0 < len(splynx.get("customers/customer")) < whole / 2
    billing.set_mode("splynx", feed_share=0.0)
    assert splynx.get(SERVICES, **ALL_STATUSES) == [] == splynx.get("inventory/items")


def test_a_partner_key_silently_sees_less(splynx: Any, billing: RunningBilling) -> None:
    whole = {row["id"] for row in splynx.get("customers/customer")}
    billing.set_mode("splynx", partner_only=1)
    seen = {row["id"] for row in splynx.get("customers/customer")}
    assert seen < whole
    assert {row["customer_id"] for row in splynx.get(SERVICES, **ALL_STATUSES)} <= seen
    hidden = (whole - seen).pop()
    assert splynx.request("GET", f"customers/customer/{hidden}").status_code == 404
