"""Discovery: what answers at an address, and, when it is a GAM, everything it says about itself.

An address that is silent or belongs to something else is an outcome, not a failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from nornir.core.task import Result, Task

from ..connections.snmp import CONNECTION_NAME, SnmpReader
from ..contracts import DeviceReading, DeviceTarget, Discovered, DiscoveryOutcome, Login, SnmpCredential
from ..drivers.choose import driver_for_host
from ..errors import DeviceError, ErrorKind
from ..gam.snmp_values import Value
from ..inventory import snmp_extras
from .poll import describe, is_gam, read_identity, read_shelf

type Identity = Mapping[tuple[int, ...], Value]

SNMP_CANDIDATES = "snmp_candidates"
LOGIN_CANDIDATES = "login_candidates"
"""Keys of host data: more credentials than the target's own. They are on the host, because task arguments get logged."""

PROBE_TIMEOUT = 1.0
PROBE_RETRIES = 1
"""Most addresses of a range are silent, and each costs the whole waiting time."""


@dataclass(frozen=True, slots=True)
class _Contact:
    """How SNMP went: the identity and the credential that worked, or what was met instead."""

    outcome: DiscoveryOutcome
    detail: str = ""
    position: int | None = None
    identity: Identity | None = None


def discover_address(task: Task) -> Result:
    """Nornir task: find out what is at the host's address. The result is a :class:`Discovered`.

    SNMP identity first; a GAM is then read in full, and its configuration too where a login works.

    :raises DeviceError: an SNMP credential is impossible in itself
    """
    target: DeviceTarget = task.host["target"]
    snmp: Sequence[SnmpCredential] = task.host.get(SNMP_CANDIDATES) or (target.snmp,)
    logins: Sequence[Login] = task.host.get(LOGIN_CANDIDATES) or (target.login,)
    contact = _contact(task, target, snmp)
    if contact.position is None or contact.identity is None:
        empty = DeviceReading(name=target.name, taken_at=datetime.now(UTC))
        return Result(task.host, Discovered(target.address, empty, outcome=contact.outcome, detail=contact.detail))
    reader = _open_reader(task, snmp_extras(target, snmp[contact.position]))
    reading = read_shelf(reader, target.name, contact.identity)
    found = Discovered(target.address, reading, outcome=DiscoveryOutcome.GAM, snmp_used=contact.position)
    return Result(task.host, _with_configuration(task, logins, found))


def _contact(task: Task, target: DeviceTarget, credentials: Sequence[SnmpCredential]) -> _Contact:
    """Try the credentials in turn until one is answered."""
    met = _Contact(DiscoveryOutcome.SILENT)
    for position, credential in enumerate(credentials):
        extras = snmp_extras(target, credential)
        probe = {"timeout": min(PROBE_TIMEOUT, extras["timeout"]), "retries": min(PROBE_RETRIES, extras["retries"])}
        try:
            identity = read_identity(_open_reader(task, {**extras, **probe}))
        except DeviceError as error:
            if error.kind is ErrorKind.AUTH:
                met = _Contact(DiscoveryOutcome.DENIED, error.message)
            elif error.kind is not ErrorKind.UNREACHABLE:
                met = _Contact(DiscoveryOutcome.NOT_A_GAM, error.message)
            elif met.outcome is DiscoveryOutcome.SILENT:
                met = _Contact(DiscoveryOutcome.SILENT, error.message)
            continue
        if is_gam(identity):
            return _Contact(DiscoveryOutcome.GAM, "", position, identity)
        return _Contact(DiscoveryOutcome.NOT_A_GAM, f"answers SNMP but is not a GAM: {describe(identity)}")
    return met


def _open_reader(task: Task, extras: dict[str, object]) -> SnmpReader:
    if CONNECTION_NAME in task.host.connections:
        task.host.close_connection(CONNECTION_NAME)
    task.host.open_connection(CONNECTION_NAME, task.nornir.config, extras=extras)
    reader: SnmpReader = task.host.connections[CONNECTION_NAME].connection
    return reader


def _with_configuration(task: Task, logins: Sequence[Login], found: Discovered) -> Discovered:
    """With the configuration by the first login that is let in, which login that was, or why there is none."""
    detail = ""
    for position, login in enumerate(logins):
        task.host.username, task.host.password = login.username, login.password
        try:
            with driver_for_host(task.host, task.nornir.config) as driver:
                return replace(found, config=driver.read_running(), login_used=position, host_key=driver.host_key)
        except DeviceError as error:
            detail = f"the configuration could not be read: {error.message}"
            if error.kind is not ErrorKind.AUTH:
                break
    return replace(found, detail=detail)
