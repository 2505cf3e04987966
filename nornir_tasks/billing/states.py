"""What a billing system's words mean for the network: the effective state of a service. Pure.

The operator's matrix wins over every default here. A word nobody mapped is UNKNOWN: a finding, never an action.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ..contracts import BillingSystemType, DebtAction, DebtPolicy, EffectiveState, RawStatus, ServiceState, StateRules

SONAR_WORDS: tuple[tuple[tuple[str, ...], ServiceState], ...] = (
    (("delinq", "hold", "suspend"), ServiceState.SUSPENDED),
    (("inactive", "disconnect", "cancel"), ServiceState.TERMINATED),
    (("lead", "prospect"), ServiceState.PENDING),
)
"""Parts of the names of account statuses that do not activate. Statuses are made by the tenant, so these are only customary."""

SPLYNX_ENDED = frozenset({"disabled", "hidden", "archived"})
SPLYNX_CUSTOMERS = ("active", "blocked", "new", "disabled")
SPLYNX_SERVICES = ("active", "stopped", "pending", "disabled", "hidden", "archived")
BLOCKED = "blocked"

DEFAULT_DEBT: Mapping[BillingSystemType, DebtPolicy] = {
    BillingSystemType.SONAR: DebtPolicy(DebtAction.KEEP),
    BillingSystemType.SPLYNX: DebtPolicy(DebtAction.SUSPEND),
}
"""Sonar flags an account ``is_delinquent`` while its service is still on and switches its status when its own days are over;
Splynx blocks a customer when its own days are over, and leaves the service ``active`` (vendor manuals)."""


def sonar_raw(name: str, activates: bool, archived: bool, delinquent: bool) -> RawStatus:
    """Raw status of a service of a Sonar account.

    :param name: name of the account's status
    :param activates: its ``activates_account``
    :param archived: the account is archived, which cannot be undone there
    :param delinquent: the account's ``is_delinquent``
    """
    return RawStatus(name.strip().lower(), activates, archived, delinquent)


def splynx_raw(customer: str, service: str) -> RawStatus:
    """Raw status of a Splynx service: customer status by service status.

    A blocked customer's services stay ``active`` there, and a customer who does not use services any more is ``disabled`` and has
    ``stopped`` ones (vendor manual).
    """
    customer = customer.strip().lower()
    return RawStatus(f"{customer}/{service.strip().lower()}", delinquent=customer == BLOCKED)


def effective_state(raw: RawStatus, rules: StateRules, debt_days: int = 0) -> EffectiveState:
    """What a raw status means by an operator's rules.

    An archived account is terminated whatever anybody says. The operator's word for a status wins over the default. Debt then
    acts on what would be in service, except where the word itself tells the debt, as Splynx' ``blocked`` does, and the operator
    said what it means.

    :param debt_days: for how many days the debt is known
    """
    if raw.archived:
        return EffectiveState(ServiceState.TERMINATED, "default")
    said = said_of(raw, rules)
    state = said if said is not None else default_state(raw, rules.type)
    source = "operator" if said is not None else "default"
    if state is not ServiceState.IN_SERVICE or not raw.delinquent or (said is not None and rules.type is BillingSystemType.SPLYNX):
        return EffectiveState(state, source)
    return EffectiveState(ServiceState.SUSPENDED, "debt") if cuts(rules.debt, debt_days) else EffectiveState(state, source)


def said_of(raw: RawStatus, rules: StateRules) -> ServiceState | None:
    """What the operator said of a status, the most exact first; for Splynx also ``*/service`` and ``customer/*``."""
    keys = [raw.word]
    if rules.type is BillingSystemType.SPLYNX:
        customer, _, service = raw.word.partition("/")
        keys += [f"*/{service}", f"{customer}/*"]
    return next((rules.status_map[key] for key in keys if key in rules.status_map), None)


def default_state(raw: RawStatus, type: BillingSystemType) -> ServiceState:
    """What a status means unless the operator says otherwise, its debt left aside."""
    if type is BillingSystemType.SONAR:
        if raw.activates:
            return ServiceState.IN_SERVICE
        return next((state for parts, state in SONAR_WORDS if any(part in raw.word for part in parts)), ServiceState.UNKNOWN)
    customer, _, service = raw.word.partition("/")
    if customer not in SPLYNX_CUSTOMERS or service not in SPLYNX_SERVICES:
        return ServiceState.UNKNOWN
    if customer == "disabled" or service in SPLYNX_ENDED:
        return ServiceState.TERMINATED
    if customer == "new" or service == "pending":
        return ServiceState.PENDING
    return ServiceState.SUSPENDED if service == "stopped" else ServiceState.IN_SERVICE


def cuts(policy: DebtPolicy, debt_days: int) -> bool:
    """Whether debt of that many days suspends."""
    return policy.action is DebtAction.SUSPEND or (policy.action is DebtAction.GRACE and debt_days >= policy.days)


def debt_days(since: date | None, today: date) -> int:
    """Days of debt; a clock that was put back makes none."""
    return max((today - since).days, 0) if since else 0


def known_statuses(type: BillingSystemType) -> tuple[RawStatus, ...]:
    """Statuses a system is known to have, seen or not. Sonar's are the tenant's own; three come with it."""
    if type is BillingSystemType.SPLYNX:
        return tuple(splynx_raw(customer, service) for customer in SPLYNX_CUSTOMERS for service in SPLYNX_SERVICES)
    return (
        sonar_raw("active", True, False, False),
        sonar_raw("inactive", False, False, False),
        sonar_raw("lead", False, False, False),
    )
