"""Options of a billing system, checked before the first request goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..contracts import BillingTarget, DebtAction, DebtPolicy, ServiceState, StateRules
from ..errors import BillingError, ErrorKind
from .states import DEFAULT_DEBT

MOST_GRACE_DAYS = 365


def refuse(target: BillingTarget, field: str, value: object, rule: str) -> BillingError:
    """The error for an option that breaks a rule; names the option and the value."""
    return BillingError(
        ErrorKind.REJECTED,
        f"option {field} {value!r}: {rule}",
        target=target.name,
        next_step=f"Correct the option {field} of the billing system.",
    )


def number_option(target: BillingTarget, name: str, default: float, *, least: float, most: float) -> float:
    """A number within ``least`` and ``most``.

    :raises BillingError: REJECTED
    """
    value = target.options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise refuse(target, name, value, f"must be a number from {least:g} to {most:g}")
    return value


def names_option(target: BillingTarget, name: str, allowed: Sequence[str]) -> frozenset[str]:
    """A list of names out of ``allowed``; empty when not given.

    :raises BillingError: REJECTED
    """
    value = target.options.get(name, ())
    if isinstance(value, str) or not isinstance(value, (Sequence, set, frozenset)):
        raise refuse(target, name, value, "must be a list of names")
    for item in value:
        if item not in allowed:
            raise refuse(target, name, item, f"must be one of {', '.join(sorted(allowed))}")
    return frozenset(value)


def status_map_option(target: BillingTarget) -> dict[str, ServiceState]:
    """``status_map``: the system's word, lower case, to a :class:`ServiceState`.

    :raises BillingError: REJECTED
    """
    value = target.options.get("status_map", {})
    if not isinstance(value, Mapping):
        raise refuse(target, "status_map", value, "must map status names to states")
    result: dict[str, ServiceState] = {}
    for word, state in value.items():
        try:
            result[str(word).strip().lower()] = ServiceState(state)
        except ValueError:
            raise refuse(target, f"status_map[{word}]", state, f"must be one of {', '.join(ServiceState)}") from None
    return result


def debt_option(target: BillingTarget) -> DebtPolicy:
    """``debt``: what debt does, ``{"action": "keep"}``, ``{"action": "suspend"}`` or ``{"action": "grace", "days": 14}``.

    :raises BillingError: REJECTED
    """
    value = target.options.get("debt")
    if value is None:
        return DEFAULT_DEBT[target.type]
    if not isinstance(value, Mapping):
        raise refuse(target, "debt", value, "must be an object with an action")
    try:
        action = DebtAction(str(value.get("action")))
    except ValueError:
        raise refuse(target, "debt[action]", value.get("action"), f"must be one of {', '.join(DebtAction)}") from None
    days = value.get("days", 0)
    if type(days) is not int or not 0 <= days <= MOST_GRACE_DAYS or (action is DebtAction.GRACE and not days):
        raise refuse(target, "debt[days]", days, f"must be a whole number from 1 to {MOST_GRACE_DAYS}")
    return DebtPolicy(action, days if action is DebtAction.GRACE else 0)


def state_rules(target: BillingTarget) -> StateRules:
    """The rules that make states of raw statuses.

    :raises BillingError: REJECTED
    """
    return StateRules(target.type, debt_option(target), status_map_option(target))


def recurring_plans_option(target: BillingTarget) -> dict[str, tuple[int, int]]:
    """``recurring_plans``: id or name of a RECURRING service, lower case, to (downstream, upstream) in kbit/s.

    :raises BillingError: REJECTED
    """
    value = target.options.get("recurring_plans", {})
    if not isinstance(value, Mapping):
        raise refuse(target, "recurring_plans", value, "must map service names to [downstream, upstream] in kbit/s")
    result: dict[str, tuple[int, int]] = {}
    for name, rates in value.items():
        numbers = isinstance(rates, (list, tuple)) and len(rates) == 2 and all(type(rate) is int and rate > 0 for rate in rates)
        if not numbers:
            raise refuse(target, f"recurring_plans[{name}]", rates, "must be [downstream, upstream] in whole kbit/s")
        result[str(name).strip().lower()] = (rates[0], rates[1])
    return result
