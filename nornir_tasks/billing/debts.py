"""The rules of one reading: what a raw status means today, and since when an account's debt is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from ..contracts import BillingTarget, RawStatus, ServiceState, StateRules
from .options import state_rules
from .states import debt_days, effective_state


@dataclass(frozen=True, slots=True)
class Debts:
    """Rules, and the first day each account in debt was seen so: neither system's collections tell when a debt began.

    A debt nobody saw yet begins today, so that days of grace are never shorter than promised.
    """

    rules: StateRules
    known: Mapping[str, date] = field(default_factory=dict)
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    @classmethod
    def of(cls, target: BillingTarget) -> Debts:
        """Out of a target's options.

        :raises BillingError: REJECTED: an option is wrong
        """
        return cls(state_rules(target), target.debts)

    def since(self, raw: RawStatus, account_id: str) -> date | None:
        """The day an account's debt was first seen; None without debt."""
        return self.known.get(account_id, self.today) if raw.delinquent else None

    def state_of(self, raw: RawStatus, account_id: str) -> ServiceState:
        """The effective state of a service of an account."""
        return effective_state(raw, self.rules, debt_days(self.since(raw, account_id), self.today)).state
