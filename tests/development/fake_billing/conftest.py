"""The stand-ins, up for a module, and the smallest clients that can talk to them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from development.fake_billing.splynx_auth import sign
from development.fake_billing.testing import RunningBilling, running_billing
from development.town import Town
from development.town_builder import build_town


@pytest.fixture(scope="session")
def town() -> Town:
    return build_town(7)


@pytest.fixture(scope="module")
def running(town: Town) -> Iterator[RunningBilling]:
    with running_billing(town) as billing:
        yield billing


@pytest.fixture
def billing(running: RunningBilling) -> Iterator[RunningBilling]:
    """The running stand-ins, in normal mode before and after."""
    running.clear_requests()
    yield running
    running.reset_modes()


type Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(billing: RunningBilling) -> Ask:
    """Run a GraphQL query; its whole body."""

    def send(query: str, **variables: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {billing.town.accounts['sonar_token']}"}
        body = {"query": query, "variables": variables}
        response = requests.post(f"{billing.sonar_url}/api/graphql", json=body, headers=headers, timeout=30)
        assert response.status_code == 200
        return response.json()

    return send


NONCES = itertools.count(int(time.time() * 100))


class SplynxClient:
    """Signed requests."""

    def __init__(self, billing: RunningBilling) -> None:
        self.base = f"{billing.splynx_url}/api/2.0/admin"
        self.key, self.secret = billing.town.accounts["splynx_key"], billing.town.accounts["splynx_secret"]

    def signed(self) -> dict[str, str]:
        """The fields of a signature, with a nonce never used before."""
        nonce = str(next(NONCES))
        return {"key": self.key, "nonce": nonce, "signature": sign(self.secret, self.key, nonce)}

    def request(self, method: str, path: str, **arguments: Any) -> requests.Response:
        fields = "&".join(f"{name}={value}" for name, value in self.signed().items())
        headers = {"Authorization": f"Splynx-EA ({fields})"}
        return requests.request(method, f"{self.base}/{path}", headers=headers, timeout=30, **arguments)

    def get(self, path: str, **params: Any) -> Any:
        response = self.request("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def splynx(billing: RunningBilling) -> SplynxClient:
    return SplynxClient(billing)
