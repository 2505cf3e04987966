"""What billing tests share: a clock nobody waits for, targets of the stand-ins, and NetBox's view of the demo town."""

from __future__ import annotations

from typing import Any

from development.fake_billing.testing import RunningBilling
from development.town import Town
from development.town_builder import SONAR, plan_catalogue
from nornir_tasks.contracts import (
    BillingCredential,
    BillingSystemType,
    BillingTarget,
    IntentEndpoint,
    IntentPlan,
    IntentSubscriber,
    IntentView,
)


class FakeClock:
    """A clock on which sleeping takes no time but counts."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Seconds since the start of the epoch, as the fake has it."""
        return self.now

    def time(self) -> float:
        """As monotonic."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let that time pass at once."""
        self.slept.append(seconds)
        self.now += seconds


def sonar_target(url: str, token: str, **options: Any) -> BillingTarget:
    """A Sonar target."""
    return BillingTarget("sonar", BillingSystemType.SONAR, url, BillingCredential("bearer", token=token), options=options)


def splynx_target(url: str, key: str, secret: str, auth: str = "signature", **options: Any) -> BillingTarget:
    """A Splynx target."""
    return BillingTarget("splynx", BillingSystemType.SPLYNX, url, BillingCredential(auth, key=key, secret=secret), options=options)


def town_target(billing: RunningBilling, system: str, auth: str = "signature", **options: Any) -> BillingTarget:
    """The target of one of the town's stand-ins."""
    accounts = billing.town.accounts
    if system == SONAR:
        return sonar_target(billing.sonar_url, accounts["sonar_token"], **options)
    return splynx_target(billing.splynx_url, accounts["splynx_key"], accounts["splynx_secret"], auth, **options)


def town_intent(town: Town, system: str) -> IntentView:
    """NetBox after discovery of that system's shelves: every endpoint seen or configured, every service on a shelf active."""
    plans = tuple(
        IntentPlan(key, name, down, up, unthrottled=name == "1G")
        for key, (name, down, up) in enumerate(plan_catalogue(town), start=1)
    )
    plan_keys = {plan.name: plan.key for plan in plans}
    endpoints: list[IntentEndpoint] = []
    subscribers: list[IntentSubscriber] = []
    for shelf in (shelf for shelf in town.shelves if (shelf.index % 2 == 1) == (system == SONAR)):
        keys: dict[str, int] = {}
        for endpoint in shelf.endpoints:
            key = keys[endpoint.name] = len(endpoints) + 1
            # A shelf tells the serial only of an endpoint it knows and reaches.
            serial = endpoint.serial if endpoint.configured and endpoint.plugged_port else ""
            seen = endpoint.plugged_port is not None
            endpoints.append(IntentEndpoint(key, endpoint.mac, endpoint.name, serial, shelf.name, endpoint.port, seen=seen))
        for service in shelf.services:
            key, plan = len(subscribers) + 1001, plan_keys.get(service.profile or "1G")
            subscribers.append(IntentSubscriber(key, service.name, "active", shelf.name, keys[service.endpoint], plan))
    return IntentView(tuple(subscribers), tuple(endpoints), plans)
