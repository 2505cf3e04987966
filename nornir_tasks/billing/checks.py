"""Checks of the connection to a billing system, one by one, each with what to do when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..contracts import BillingSystemType, BillingTarget
from ..errors import BillingError, ErrorKind
from .http import Clock, SystemClock, base_url
from .sonar import SonarClient
from .splynx import COLLECTIONS as SPLYNX_COLLECTIONS
from .splynx import SplynxClient


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """One check: its name, whether it held, what was found, and what to do (empty when it held)."""

    name: str
    ok: bool
    detail: str
    next_step: str = ""


def check_connection(target: BillingTarget, *, clock: Clock | None = None) -> list[ConnectionCheck]:
    """Check settings, transport, login and every collection that a reading needs. Never raises for what it checks.

    Checks after one that makes them pointless are left out.
    """
    clock = clock or SystemClock()
    checks: list[ConnectionCheck] = []
    client: SonarClient | SplynxClient | None = None
    try:
        base_url(target)
        client = SonarClient(target, clock=clock) if target.type is BillingSystemType.SONAR else SplynxClient(target, clock=clock)
        checks.append(ConnectionCheck("settings", True, "URL, credential and options are well-formed"))
        checks.append(_transport(target))
        if isinstance(client, SonarClient):
            _check_sonar(client, checks)
        else:
            _check_splynx(client, checks)
    except BillingError as error:
        checks.append(_failed("login" if checks else "settings", error))
    finally:
        if client is not None:
            client.close()
    return checks


def _check_sonar(client: SonarClient, checks: list[ConnectionCheck]) -> None:
    _, username = client.me()
    checks.append(ConnectionCheck("login", True, f"the token belongs to {username or 'a user without name'}"))
    for name in client.wanted:
        checks.append(_counted(name, partial(_sonar_count, client, name)))


def _check_splynx(client: SplynxClient, checks: list[ConnectionCheck]) -> None:
    client.check()
    checks.append(ConnectionCheck("login", True, f"the API accepts the key, authentication {client.target.credential.auth}"))
    for name in client.wanted:
        checks.append(_counted(name, partial(client.count, name), SPLYNX_COLLECTIONS[name].optional))


def _sonar_count(client: SonarClient, name: str) -> int:
    return client.counts([name])[name]


def _transport(target: BillingTarget) -> ConnectionCheck:
    if not target.url.startswith("https:"):
        return ConnectionCheck("transport", False, "the key travels in clear text over http", "Use the https address.")
    if not target.verify_tls:
        return ConnectionCheck(
            "transport", False, "the certificate is not verified", "Switch verification on and give the CA file."
        )
    return ConnectionCheck("transport", True, "https, certificate verified")


def _counted(name: str, count: Callable[[], int], optional: bool = False) -> ConnectionCheck:
    try:
        return ConnectionCheck(name, True, f"{count()} visible")
    except BillingError as error:
        if optional and error.kind is ErrorKind.UNSUPPORTED:
            return ConnectionCheck(name, True, "switched off there, so not read")
        return _failed(name, error)


def _failed(name: str, error: BillingError) -> ConnectionCheck:
    return ConnectionCheck(name, False, error.message, error.next_step)
