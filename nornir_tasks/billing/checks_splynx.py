"""What is checked of a Splynx."""

from __future__ import annotations

from collections.abc import Mapping

from ..contracts import CheckState
from ..errors import BillingError, ErrorKind
from .check_tools import Checks
from .fields import ident
from .splynx import COLLECTIONS, SplynxClient

RIGHTS = {
    "customers": "Customers: Customer (view)",
    "internet_services": "Customers: Customer Internet services (view)",
    "tariffs": "Tariff plans: Internet (view)",
    "customers_online": "Customers: Customers Online (view)",
    "inventory_items": "Inventory: Items (view)",
    "acs_devices": "Networking: ACS devices (view)",
}
"""Where a right is ticked on the API key, under Administration, API keys (the wording of the vendor's lists for other tools)."""

NEEDED = ("customers", "internet_services", "tariffs")
BY_CUSTOMER = ("internet_services", "customers_online", "inventory_items", "acs_devices")


def check_splynx(client: SplynxClient, checks: Checks) -> None:
    """About thirty requests.

    :raises BillingError: the login fails
    """
    answer = client.check()
    checks.add("login", CheckState.OK, f"the API accepts the key, authentication {client.target.credential.auth}")
    checks.clock(answer)
    totals = {name: total for name in client.wanted if (total := _collection(client, checks, name)) is not None}
    _customer_fields(client, checks)
    _services_of_all(client, checks)
    _by_customer(client, checks, totals)
    _types(client, checks)
    if client.target.write_fields:
        _write_back(client, checks)


def _collection(client: SplynxClient, checks: Checks, name: str) -> int | None:
    """The count by HEAD and a first row; None when it cannot be read."""
    right = f"In Splynx, tick “{RIGHTS[name]}” on the API key."
    assumes = ("P3",)
    try:
        total = client.count(name)
        rows = client.first(name, 1)
    except BillingError as error:
        if error.kind is ErrorKind.UNSUPPORTED and COLLECTIONS[name].optional:
            checks.add(name, CheckState.OK, "switched off there, so not read")
        elif name == "internet_services" and error.kind in (ErrorKind.REJECTED, ErrorKind.UNPARSEABLE):
            return None
        else:
            checks.fail(name, error, right if error.kind is ErrorKind.AUTH else "", assumes)
        return None
    if bool(total) != bool(rows):
        step = "Report it: a reading compares both and would be void."
        checks.add(name, CheckState.FAILED, f"{total} counted, and the first page has {len(rows)}", step, assumes)
    elif not total and name in NEEDED:
        detail = "no row is visible: the key may not see them, or is for another partner"
        checks.add(name, CheckState.WARNING, detail, right, assumes)
    else:
        checks.add(name, CheckState.OK, f"{total} visible", assumes=assumes)
    return total


def _customer_fields(client: SplynxClient, checks: Checks) -> None:
    """The list of attributes Splynx gives of customers: all that are read should be in it."""
    try:
        known = client.attributes("customers")
    except BillingError as error:
        checks.add("customer_fields", CheckState.WARNING, error.message, "Nothing: it is only asked here.", ("P8",))
        return
    missing = [name for name in COLLECTIONS["customers"].fields if name not in known]
    if missing:
        step = "Nothing, if customers have them nevertheless; else update Splynx."
        checks.add("customer_fields", CheckState.WARNING, f"not in its list: {', '.join(missing)}", step, ("P8",))
    else:
        checks.add("customer_fields", CheckState.OK, f"{len(known)} known, all that are read are among them", assumes=("P8",))


def _services_of_all(client: SplynxClient, checks: Checks) -> None:
    """Customer 0 means everybody; known statuses are compared with all there are."""
    name = "internet_services"
    try:
        known, everything = client.count(name), client.count(name, {"id": [">", 0]})
    except BillingError as error:
        step = "Nothing: services are read status by status, and those with a status nobody knows are not seen."
        checks.add("services_of_all", CheckState.WARNING, error.message, step, ("P1",))
        return
    if everything > known:
        step = "Map their statuses with the option status_map; until then each is a finding “unknown status”."
        detail = f"{everything - known} of {everything} services have a status that is not documented"
        checks.add("services_of_all", CheckState.WARNING, detail, step, ("P1",))
    else:
        checks.add("services_of_all", CheckState.OK, "all services can be asked for at once", assumes=("P1",))


def _by_customer(client: SplynxClient, checks: Checks, totals: Mapping[str, int]) -> None:
    """What an event needs: everything of one customer, and of nobody else."""
    step = "Report it: events would be worked off incompletely. Full runs are not concerned."
    wrong: list[str] = []
    try:
        ids = [ident(row.get("id")) for row in client.first("customers", 1)]
        for name in [name for name in BY_CUSTOMER if name in totals and ids]:
            rows = client.first(name, 5, {"customer_id": ["IN", ids]})
            wrong += [name for row in rows if ident(row.get("customer_id")) not in ids][:1]
    except BillingError as error:
        checks.fail("by_customer", error, step, ("P2",))
        return
    if wrong:
        checks.add("by_customer", CheckState.FAILED, f"rows of others came of {', '.join(wrong)}", step, ("P2",))
    else:
        checks.add("by_customer", CheckState.OK, "the rows of one customer can be asked for", assumes=("P2",))


def _types(client: SplynxClient, checks: Checks) -> None:
    """Whether numbers come as text (4.x) or as numbers; both are understood."""
    try:
        rows = client.first("customers", 1)
    except BillingError as error:
        checks.fail("types", error)
        return
    kinds = {"text, as of version 4" if isinstance(row.get("id"), str) else "numbers" for row in rows}
    checks.add("types", CheckState.OK, f"ids come as {' and '.join(kinds) or 'nothing: there is no customer'}", assumes=("P9",))


def _write_back(client: SplynxClient, checks: Checks) -> None:
    """The additional attributes that are written back exist. Whether the key may write them is only known by writing."""
    step = (
        "In Splynx, tick “Customers: Customer (update)” on the API key, and make each as an additional field of customers, a text."
    )
    assumes = ("P15",)
    try:
        known = client.attributes("customers", "additional_attributes")
    except BillingError as error:
        checks.fail("write_back", error, step, assumes)
        return
    missing = [place for place in client.target.write_fields if place not in known]
    if missing:
        there = f"There are: {', '.join(sorted(known)) or 'none'}."
        detail = f"customers have no additional attribute {', '.join(missing)}"
        checks.add("write_back", CheckState.FAILED, detail, f"{step} {there}", assumes)
    else:
        detail = "the additional attributes are there; whether the key may write them shows the first write"
        checks.add("write_back", CheckState.OK, detail, assumes=assumes)
