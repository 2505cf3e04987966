"""Discovery of address ranges: one target per address, and the credentials to try on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event
from typing import Any

from nornir.core.inventory import Host

from .addresses import expand_ranges
from .connections.snmp_hub import get_hub
from .contracts import DeviceTarget, Discovered, Login, Progress, SnmpCredential, TargetResult
from .runner import run_batch
from .tasks.discover import LOGIN_CANDIDATES, SNMP_CANDIDATES, discover_address

MANY_ADDRESSES = 256
"""An SNMP engine keeps some 20 KiB for every address it ever asked; after this many it is given up."""


def discover(
    ranges: Sequence[str],
    template: DeviceTarget | None = None,
    *,
    snmp: Sequence[SnmpCredential] = (),
    logins: Sequence[Login] = (),
    workers: int,
    deadline: float,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: Event | None = None,
) -> list[TargetResult[Discovered]]:
    """See :func:`nornir_tasks.discover`."""
    pattern = template or DeviceTarget(name="", address="")
    targets = [
        replace(pattern, name=str(address), address=address.host, snmp_port=address.port or pattern.snmp_port)
        for address in expand_ranges(ranges)
    ]

    def prepare(host: Host) -> None:
        host.data[SNMP_CANDIDATES] = tuple(snmp)
        host.data[LOGIN_CANDIDATES] = tuple(logins)

    results: list[TargetResult[Any]] = run_batch(
        discover_address, targets, workers=workers, deadline=deadline, on_progress=on_progress, cancel=cancel, prepare=prepare
    )
    if len(targets) > MANY_ADDRESSES:
        get_hub().retire_engines()
    return results
