"""What is checked of a Sonar instance."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..contracts import CheckState
from ..errors import BillingError
from .check_tools import Checks
from .fields import ident, words
from .reading import Table
from .sonar import COLLECTIONS, ENDPOINT, SonarClient, equals
from .write_back import NOTE

NEEDED = ("accounts", "account_statuses", "account_services", "services")
"""An ISP has some of each: none visible means that the role may not see them."""

WEBHOOKS = "query { webhook_endpoints(paginator: {page: 1, records_per_page: 100}) { entities { endpoint enabled } } }"
ME = "query { me { id username } }"


def check_sonar(client: SonarClient, checks: Checks) -> None:
    """About twenty requests.

    :raises BillingError: the login fails
    """
    _, username = client.me()
    checks.add("login", CheckState.OK, f"the token belongs to {username or 'a user without name'}")
    checks.clock(client.http.send("POST", ENDPOINT, label="clock", payload={"query": ME, "variables": {}}))
    for name in client.wanted:
        _collection(client, checks, name)
    _search(client, checks)
    _mac_fields(client, checks)
    _webhooks(client, checks)
    if client.target.write_fields:
        _write_back(client, checks)


def _collection(client: SonarClient, checks: Checks, name: str) -> None:
    """One row, sorted by id, with every field that is read: the right to read it, and two assumptions."""
    right = f"In Sonar, let the role of the token's user read {name.replace('_', ' ')}."
    try:
        _, total = client.first(name, 1)
    except BillingError as error:
        optional = f" Or leave it out with the option skip_collections: {name}." if COLLECTIONS[name].optional else ""
        checks.fail(name, error, right + optional, ("S1",))
        return
    if total is None:
        step = "Nothing: pages are read until one comes short, and rows that come and go meanwhile are noticed less surely."
        checks.add(name, CheckState.WARNING, "read, but it cannot be asked how many rows there are", step, ("S1", "S2"))
    elif not total and name in NEEDED:
        checks.add(name, CheckState.WARNING, "no row is visible: the role may not see them", right, ("S1", "S2"))
    else:
        checks.add(name, CheckState.OK, f"{total} visible", assumes=("S1", "S2"))


def _search(client: SonarClient, checks: Checks) -> None:
    """Two accounts asked for at once: several search objects mean "or"."""
    assumes = ("S3", "S4")
    try:
        rows, _ = client.first("accounts", 2)
        ids = {ident(row.get("id")) for row in rows}
        if len(ids) < 2:
            checks.add("search", CheckState.OK, "fewer than two accounts are visible, so it was not tried", assumes=assumes)
            return
        found, _ = client.first("accounts", 2, equals("id", ids))
    except BillingError as error:
        checks.fail("search", error, "Events are left to the next full run; report it with the text shown.", assumes)
        return
    if {ident(row.get("id")) for row in found} == ids:
        checks.add("search", CheckState.OK, "several accounts can be asked for at once", assumes=assumes)
    else:
        step = "Report it: events and changes would be read incompletely. Full runs are not concerned."
        checks.add("search", CheckState.FAILED, f"{len(ids)} accounts were asked for and {len(found)} came", step, assumes)


def _mac_fields(client: SonarClient, checks: Checks) -> None:
    """MAC addresses are values of model fields, known by their name."""
    if "inventory_models" not in client.wanted:
        return
    try:
        models, _ = client.first("inventory_models", client.size)
    except BillingError as error:
        checks.fail("mac_fields", error, assumes=("S8",))
        return
    named = [model for model in models if any("mac" in words(field.get("name")).lower() for field in _fields(model))]
    detail = f"{len(named)} of {len(models)} inventory models have a field named like a MAC address"
    if named or not models:
        checks.add("mac_fields", CheckState.OK, detail, assumes=("S8",))
    else:
        step = "Name the field that holds it “MAC Address” in Sonar; until then it is looked for in all fields of a model."
        checks.add("mac_fields", CheckState.WARNING, detail, step, ("S8",))


def _fields(model: dict[str, object]) -> list[dict[str, object]]:
    nested = model.get("inventory_model_fields")
    rows = nested.get("entities") if isinstance(nested, dict) else None
    return [row for row in rows or [] if isinstance(row, dict)]


def _webhooks(client: SonarClient, checks: Checks) -> None:
    """Hosts only: the addresses have a secret part."""
    step = "Enter the webhook address of this system's page in Sonar; until then changes are noticed at the next run."
    try:
        block = client.query(WEBHOOKS, {}, "webhooks").get("webhook_endpoints")
    except BillingError:
        step = f"Let the role of the token's user read webhook endpoints, to see here whether they are set up. {step}"
        checks.add("webhooks", CheckState.WARNING, "webhook endpoints cannot be listed", step, ("S7",))
        return
    rows = block.get("entities") if isinstance(block, dict) else None
    enabled = [row for row in rows or [] if isinstance(row, dict) and row.get("enabled")]
    hosts = {urlsplit(str(row.get("endpoint"))).hostname or "?" for row in enabled}
    if enabled:
        checks.add("webhooks", CheckState.OK, f"{len(enabled)} enabled, to {', '.join(sorted(hosts))}", assumes=("S7",))
    else:
        checks.add("webhooks", CheckState.WARNING, "none is enabled", step, ("S7",))


def _write_back(client: SonarClient, checks: Checks) -> None:
    """The custom fields that are written back exist and can be read. Whether they may be written is only known by writing."""
    role = "let the role of the token's user see and edit accounts' custom fields and, for notes, create notes"
    step, assumes = f"In Sonar, {role}.", ("S15", "S16")
    wanted = [place for place in client.target.write_fields if place != NOTE]
    fields: Table = {}
    try:
        client.collect("custom_fields", fields)
        if wanted:
            client.first("custom_field_data", 1, equals("custom_field_id", wanted))
    except BillingError as error:
        checks.fail("write_back", error, step, assumes)
        return
    missing = [place for place in wanted if fields.get(place, {}).get("entity_type") != "Account"]
    if missing:
        there = ", ".join(f"{id} {words(row.get('name'))}" for id, row in fields.items() if row.get("entity_type") == "Account")
        make = f"Make it in Sonar as a text of accounts, or choose another. There are: {there or 'none'}. {step}"
        checks.add("write_back", CheckState.FAILED, f"no custom field of accounts with number {', '.join(missing)}", make, assumes)
    else:
        detail = "the custom fields are there; whether they may be written shows the first write"
        checks.add("write_back", CheckState.OK, detail, assumes=assumes)
