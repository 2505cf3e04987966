"""What a billing system's words mean for the network: the effective state of a service.

The operator's ``status_map`` wins over every rule here. A word nobody mapped is UNKNOWN: a finding, never an action.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..contracts import ServiceState

SONAR_WORDS: tuple[tuple[tuple[str, ...], ServiceState], ...] = (
    (("delinq", "hold", "suspend"), ServiceState.SUSPENDED),
    (("inactive", "disconnect", "cancel"), ServiceState.TERMINATED),
    (("lead", "prospect"), ServiceState.PENDING),
)
"""Parts of the names of account statuses that do not activate. Statuses are made by the tenant, so these are only customary."""

SPLYNX_ENDED = frozenset({"disabled", "hidden", "archived"})
SPLYNX_CUSTOMERS = frozenset({"new", "active", "blocked", "disabled"})
SPLYNX_SERVICES = frozenset({"active", "stopped", "pending"}) | SPLYNX_ENDED


def sonar_state(name: str, activates: bool, archived: bool, status_map: Mapping[str, ServiceState]) -> ServiceState:
    """State of a service of a Sonar account.

    :param name: name of the account's status
    :param activates: its ``activates_account``
    :param archived: the account is archived, which cannot be undone there
    """
    if archived:
        return ServiceState.TERMINATED
    word = name.strip().lower()
    if word in status_map:
        return status_map[word]
    if activates:
        return ServiceState.IN_SERVICE
    return next((state for parts, state in SONAR_WORDS if any(part in word for part in parts)), ServiceState.UNKNOWN)


def splynx_state(customer: str, service: str, status_map: Mapping[str, ServiceState]) -> ServiceState:
    """State of a Splynx service: customer status by service status.

    A blocked customer's services stay ``active`` there, and a customer who does not use services any more is ``disabled`` and has
    ``stopped`` ones (vendor manual). ``status_map`` keys: ``customer/service``, ``*/service``, ``customer/*``.
    """
    customer, service = customer.strip().lower(), service.strip().lower()
    for key in (f"{customer}/{service}", f"*/{service}", f"{customer}/*"):
        if key in status_map:
            return status_map[key]
    if customer not in SPLYNX_CUSTOMERS or service not in SPLYNX_SERVICES:
        return ServiceState.UNKNOWN
    if customer == "disabled" or service in SPLYNX_ENDED:
        return ServiceState.TERMINATED
    if customer == "new" or service == "pending":
        return ServiceState.PENDING
    return ServiceState.SUSPENDED if customer == "blocked" or service == "stopped" else ServiceState.IN_SERVICE
