"""What the clients ask and what the stand-ins answer, beside what the vendors document: else both could be wrong alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from graphql import GraphQLSchema, parse, validate

from development.fake_billing.sonar_schema import build_schema
from development.fake_billing.sonar_store import SonarStore
from development.fake_billing.splynx_data import SplynxTables
from development.fake_billing.testing import RunningBilling, running_billing
from development.fake_billing.world import World
from development.town import Town
from development.town_builder import SONAR, build_town
from nornir_tasks.billing import check_connection, fetch_accounts, fetch_changed, fetch_snapshot, sonar
from nornir_tasks.billing.http import HttpClient

from .support import town_target


@pytest.fixture(scope="module")
def town() -> Town:
    return build_town(7)


@pytest.fixture(scope="module")
def billing(town: Town) -> Iterator[RunningBilling]:
    with running_billing(town) as running:
        yield running


@pytest.fixture(scope="module")
def schema(town: Town) -> GraphQLSchema:
    return build_schema(SonarStore(World(town), lambda *_: None))


# --------------------------------------------------------------------------------------------------------------------- Sonar


@contextmanager
def listening() -> Iterator[dict[str, str]]:
    """Every GraphQL query that is sent meanwhile, by its label."""
    heard: dict[str, str] = {}
    send = HttpClient.send

    def spy(self: HttpClient, method: str, path: str, **words: Any) -> Any:
        if isinstance(payload := words.get("payload"), Mapping) and "query" in payload:
            heard[str(words.get("label"))] = payload["query"]
        return send(self, method, path, **words)

    with patch.object(HttpClient, "send", spy):
        yield heard


@pytest.fixture(scope="module")
def queries(billing: RunningBilling, town: Town) -> dict[str, str]:
    """All that the client asks: whole, some accounts, what changed, and the connection check."""
    target = town_target(billing, SONAR)
    with listening() as heard:
        whole = fetch_snapshot(target)
        number = next(person.number for person in town.people if person.system == SONAR)
        fetch_accounts(target, [str(number)])
        fetch_changed(target, whole.cursor, most=100)
        check_connection(target)
    return heard


@pytest.mark.parametrize("name", sorted(sonar.COLLECTIONS))
def test_the_query_of_each_collection_is_one_the_schema_allows(name: str, queries: dict[str, str], schema: GraphQLSchema) -> None:
    asked = [text for text in queries.values() if re.search(rf"\b{name}\(", text)]
    assert asked, f"{name} is never asked for"
    for text in asked:
        assert validate(schema, parse(text)) == []


def test_every_other_query_is_one_the_schema_allows_and_none_changes_anything(
    queries: dict[str, str], schema: GraphQLSchema
) -> None:
    assert {"login", "clock", "webhooks"} <= set(queries)
    for label, text in queries.items():
        document = parse(text)
        assert validate(schema, document) == [], label
        assert {getattr(item, "operation").value for item in document.definitions} == {"query"}, label  # noqa: B009
    broken = queries["login"].replace("username", "user_name")
    assert validate(schema, parse(broken)), "a field that is not in the schema is told"


# -------------------------------------------------------------------------------------------------------------------- Splynx

WHEN, DAY, TEXT, PRICE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", r"\d{4}-\d\d-\d\d", r".*", r"\d+\.\d{4}"
DOCUMENTED: dict[str, dict[str, Any]] = {
    "customers": {
        "ints": "id partner_id location_id parent_id added_by_id subdivision_id",
        "texts": "login status added_by name email billing_email phone category street_1 zip_code city gps billing_type password",
        "like": {"last_update": WHEN, "last_online": WHEN, "date_add": DAY, "mrr_total": PRICE, "daily_prepaid_cost": PRICE},
        "maybe": "conversion_date gdpr_agreed",
        "holds": "customer_labels additional_attributes",
    },
    "internet-services": {
        "ints": "id parent_id customer_id tariff_id bundle_service_id quantity period router_id sector_id access_device"
        " ipv4_pool_id ipv6_pool_id",
        "texts": "type status status_new description unit port_id login password taking_ipv4 ipv4 ipv4_route taking_ipv6 ipv6"
        " ipv6_delegated mac",
        "like": {"start_date": DAY, "end_date": DAY, "unit_price": PRICE},
        "maybe": "top_up_tariff_id",
        "holds": "additional_attributes geo",
    },
    "tariffs": {
        "ints": "id speed_download speed_upload speed_limit_at burst_limit_fixed_down burst_limit_fixed_up",
        "texts": "title service_name with_vat speed_limit_type burst_type available_for_services",
        "like": {"price": PRICE, "vat_percent": PRICE},
        "holds": "partners_ids billing_types customer_labels additional_attributes",
    },
    "online": {
        "ints": "id customer_id service_id tariff_id partner_id nas_id",
        "texts": "login username_real ipv4 ipv6 ipv6_prefix mac port type",
        "like": {"start_session": WHEN},
        "maybe": "time_on in_bytes out_bytes",
    },
    "items": {
        "ints": "id product_id supplier_invoices_item_id customer_id admin_id service_id stock_id invoice_id transaction_id",
        "texts": "barcode serial_number status mark notes",
        "like": {"cost_price": PRICE},
        "holds": "additional_attributes",
    },
    "changes": {
        "ints": "id customer_id service_id administrator_id",
        "texts": "old_status new_status",
        "like": {"date": DAY, "time": r"\d\d:\d\d:\d\d"},
        "maybe": "tariff_type old_tariff new_tariff",
    },
}
"""Fields of documented answers of 2025. ``maybe``: null, or types that differ by version; ``holds``: lists and objects."""


@pytest.fixture(scope="module")
def tables(town: Town) -> SplynxTables:
    world = World(town)
    person = next(item for item in town.people if item.system == "splynx" and item.status == "active" and not item.trap)
    for status in ("suspended", "active"):
        world.set_person(person.number, status=status)
    return SplynxTables(world)


@pytest.mark.parametrize("resource", sorted(DOCUMENTED))
def test_rows_have_the_documented_fields_and_types(resource: str, tables: SplynxTables) -> None:
    said, rows = DOCUMENTED[resource], tables.rows[resource]
    ints, texts, maybe, holds = (said.get(name, "").split() for name in ("ints", "texts", "maybe", "holds"))
    assert rows
    for row in rows:
        assert set(row) == {*ints, *texts, *maybe, *holds, *said["like"]}, resource
        assert {name for name in ints if type(row[name]) is not int} == set()
        assert {name for name in texts if type(row[name]) is not str} == set()
        assert {name for name in holds if not isinstance(row[name], dict | list)} == set()
        assert {name: row[name] for name, like in said["like"].items() if not re.fullmatch(like, row[name])} == {}


def test_a_deactivation_leaves_the_documented_twin(town: Town) -> None:
    world = World(town)
    person = next(item for item in town.people if item.system == "splynx" and item.status == "active" and not item.trap)
    world.set_person(person.number, status="terminated")
    rows = [row for row in SplynxTables(world).rows["internet-services"] if row["customer_id"] == person.number]
    assert [(row["status"], row["end_date"] == "0000-00-00") for row in rows] == [("disabled", False), ("stopped", True)]
    assert rows[0]["login"] == rows[1]["login"] and rows[0]["id"] < rows[1]["id"]
    assert (bool(rows[1]["mac"]), rows[1]["ipv4"]) == (False, rows[0]["ipv4"])
