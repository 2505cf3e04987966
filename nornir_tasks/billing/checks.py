"""Checks of the connection to a billing system, one by one, each with what to do when it fails.

Read-only, and few: about thirty requests. What the clients assume of a system without documentation is tried where reading can
try it; the numbers (``S1``, ``P1``) are those of the table in docs/dev/billing-assumptions.md.
"""

from __future__ import annotations

from collections.abc import Callable

from ..contracts import BillingSystemType, BillingTarget, CheckState, ConnectionCheck, Progress
from ..errors import BillingError
from .check_tools import Checks
from .checks_sonar import check_sonar
from .checks_splynx import check_splynx
from .http import Clock, SystemClock, base_url
from .sonar import SonarClient
from .splynx import SplynxClient


def check_connection(
    target: BillingTarget, *, on_progress: Callable[[Progress], None] | None = None, clock: Clock | None = None
) -> list[ConnectionCheck]:
    """Check settings, transport, login, clock, the right to read every collection, and what is assumed of the system.

    Never raises for what it checks. Checks after one that makes them pointless are left out.
    """
    clock = clock or SystemClock()
    checks = Checks(on_progress)
    client: SonarClient | SplynxClient | None = None
    try:
        base_url(target)
        client = SonarClient(target, clock=clock) if target.type is BillingSystemType.SONAR else SplynxClient(target, clock=clock)
        checks.add("settings", CheckState.OK, "URL, credential and options are well-formed")
        _transport(target, checks)
        if isinstance(client, SonarClient):
            check_sonar(client, checks)
        else:
            check_splynx(client, checks)
    except BillingError as error:
        checks.fail("login" if checks.done else "settings", error)
    finally:
        if client is not None:
            client.close()
    return checks.done


def _transport(target: BillingTarget, checks: Checks) -> None:
    if not target.url.startswith("https:"):
        checks.add("transport", CheckState.WARNING, "the key travels in clear text over http", "Use the https address.")
    elif not target.verify_tls:
        step = "Switch verification on and give the CA file."
        checks.add("transport", CheckState.WARNING, "the certificate is not verified", step)
    else:
        checks.add("transport", CheckState.OK, "https, certificate verified")
