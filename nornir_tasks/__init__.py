"""The network side: reads and writes GAMs, reads billing systems. Knows neither Django nor NetBox's code.

This module is the public interface; nothing else is imported from outside but :mod:`contracts`, :mod:`errors` and the
catalogue. Every function that talks to shelves takes targets and returns one :class:`TargetResult` per target, in their order,
and never raises per device. The libraries behind them are loaded on first use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from threading import Event
from typing import TYPE_CHECKING, Any

from . import contracts, errors

if TYPE_CHECKING:
    from nornir.core.inventory import Host

    from .billing import WebhookHint
    from .billing.writer import BillingWriter
    from .contracts import (
        ApplyResult,
        BillingSnapshot,
        BillingSystemType,
        BillingTarget,
        ChangedAccounts,
        ChangeKind,
        Comparison,
        ConnectionCheck,
        DeviceReading,
        DeviceTarget,
        Difference,
        Discovered,
        GuardVerdict,
        IntentView,
        Login,
        PortIntent,
        ProfileConfig,
        Progress,
        ReadScope,
        ShelfConfig,
        ShelfPlan,
        SnmpCredential,
        StepEvent,
        SubscriberConfig,
        TargetResult,
        Transport,
    )
    from .gam.catalog import GamModel
    from .reconcile import GuardLimits

type OnProgress = Callable[[Progress], None]
type OnEvent = Callable[[StepEvent], None]

__all__ = [
    "apply",
    "backup",
    "billing_writer",
    "check_connection",
    "compare",
    "compare_config",
    "compare_reading",
    "contracts",
    "discover",
    "errors",
    "fetch_accounts",
    "fetch_changed",
    "fetch_snapshot",
    "firmware",
    "firmware_lines",
    "guard",
    "parse_config",
    "plan",
    "plan_restore",
    "poll",
    "preload",
    "read",
    "read_webhook",
    "recognise_hint",
    "recover",
]

WORKERS = 20
HEAVY = (
    "billing",
    "reconcile",
    "runner",
    "connections.json_rpc",
    "connections.snmp",
    "connections.snmp_choice",
    "tasks.discover",
    "tasks.provision",
)
DISCOVERY_WORKERS = 32
"""As many as may be in flight: a silent address costs waiting, not work."""
READ_SECONDS = 120.0
APPLY_SECONDS = 300.0


def preload() -> None:
    """Load the libraries behind this interface now, for a process that forks for every job. Starts no thread, opens nothing."""
    for name in HEAVY:
        import_module(f".{name}", __name__)
    import_module(".connections.snmp_choice", __name__).gufo_installed()


# ------------------------------------------------------------------------------------------------------------------- shelves


def recognise_hint(octets: bytes) -> str | None:
    """What a datagram from a shelf is: ``trap`` (or inform, any version), ``syslog``, or None for anything else."""
    from .connections.hints import recognise

    return recognise(octets)


def discover(
    ranges: Sequence[str],
    template: DeviceTarget | None = None,
    *,
    snmp: Sequence[SnmpCredential] = (),
    logins: Sequence[Login] = (),
    workers: int = DISCOVERY_WORKERS,
    deadline: float = READ_SECONDS,
    on_progress: OnProgress | None = None,
    cancel: Event | None = None,
) -> list[TargetResult[Discovered]]:
    """Look for GAMs at every address of ``ranges``; silent addresses and other devices are outcomes, not failures.

    :param ranges: ``10.0.0.0/29``, ``10.0.0.1-10.0.0.20``, ``10.0.0.5``, ``host``, each but the first also with ``:port``
    :param template: ports, transport and credentials every address is tried with
    :param snmp: credentials to try in turn instead of the template's
    :param logins: logins to try in turn instead of the template's
    :param deadline: seconds for one address
    :raises ValueError: a range that cannot be understood, or more than 4096 addresses, named
    """
    from . import discovery

    return discovery.discover(
        ranges, template, snmp=snmp, logins=logins, workers=workers, deadline=deadline, on_progress=on_progress, cancel=cancel
    )


def poll(
    targets: Sequence[DeviceTarget],
    *,
    workers: int = WORKERS,
    deadline: float = READ_SECONDS,
    on_progress: OnProgress | None = None,
    cancel: Event | None = None,
    reader: str = "auto",
    alarm_log: bool | Mapping[str, int] = False,
    jsonrpc: bool | None = None,
    snr: bool = False,
) -> list[TargetResult[DeviceReading]]:
    """Read state, counters, endpoints and alarms of every target, once.

    :param reader: SNMP implementation: ``gufo``, ``pysnmp``, or ``auto`` for the fastest that can do it
    :param alarm_log: True: the newest rows of every alarm log; by target's name the last index known: only what came after it
    :param jsonrpc: ask JSON-RPC for what SNMP does not give; None: on targets whose transport it is
    :param snr: also measure signal-to-noise ratios over JSON-RPC, which takes seconds per port
    """
    from .runner import run_batch
    from .tasks.poll import poll_device

    def prepare(host: Host) -> None:
        host.connection_options["snmp"].extras["reader"] = reader  # type: ignore[index]

    def log_of(name: str) -> bool | int:
        return alarm_log if isinstance(alarm_log, bool) else alarm_log.get(name, True)

    return run_batch(
        poll_device,
        targets,
        task_args_by_target={one.name: {"alarm_log": log_of(one.name), "jsonrpc": jsonrpc, "snr": snr} for one in targets},
        workers=workers,
        deadline=deadline,
        on_progress=on_progress,
        cancel=cancel,
        prepare=prepare,
    )


def read(
    targets: Sequence[DeviceTarget],
    *,
    workers: int = WORKERS,
    deadline: float = READ_SECONDS,
    on_progress: OnProgress | None = None,
    cancel: Event | None = None,
) -> list[TargetResult[ShelfConfig]]:
    """Read the running configuration of every target by its transport."""
    from .runner import run_batch
    from .tasks.read import read_config

    return run_batch(read_config, targets, workers=workers, deadline=deadline, on_progress=on_progress, cancel=cancel)


def backup(
    targets: Sequence[DeviceTarget],
    *,
    workers: int = WORKERS,
    deadline: float = READ_SECONDS,
    on_progress: OnProgress | None = None,
    cancel: Event | None = None,
) -> list[TargetResult[str]]:
    """The running configuration of every target as text. It may hold secrets: :func:`nornir_tasks.gam.redaction.redact` it."""
    from .runner import run_batch
    from .tasks import backup as tasks

    return run_batch(tasks.backup, targets, workers=workers, deadline=deadline, on_progress=on_progress, cancel=cancel)


def plan(
    target: str,
    transport: Transport,
    actual: ShelfConfig,
    desired: ShelfConfig,
    removals: Iterable[tuple[ChangeKind, str]] = (),
    model: GamModel | None = None,
    reason: str = "",
    *,
    firmware: str = "",
    services: Iterable[SubscriberConfig] = (),
    renames: Mapping[str, str] | None = None,
) -> ShelfPlan:
    """The steps that bring ``actual`` to what ``desired`` names and take ``removals`` away. Pure; see the planner."""
    from .changes.planner import plan_shelf

    return plan_shelf(
        target, transport, actual, desired, removals, model, reason, firmware=firmware, services=services, renames=renames
    )


def plan_restore(
    target: str, transport: Transport, actual: ShelfConfig, saved: ShelfConfig, model: GamModel | None = None, reason: str = ""
) -> ShelfPlan:
    """The steps that bring ``actual`` back to ``saved``, with removals; see ``changes.restore``. Pure."""
    from .changes.restore import restored

    wanted, removals = restored(actual, saved)
    return plan(target, transport, actual, wanted, removals, model, reason)


def parse_config(text: str) -> ShelfConfig:
    """The configuration that a text of a shelf says. Pure.

    :raises DeviceError: UNPARSEABLE, naming what was seen
    """
    from .gam import parsers

    return parsers.parse_config(text)


def apply(
    plans: Sequence[tuple[DeviceTarget, ShelfPlan]],
    *,
    on_event: OnEvent | None = None,
    on_events: Callable[[Sequence[StepEvent]], None] | None = None,
    workers: int = WORKERS,
    deadline: float = APPLY_SECONDS,
    on_progress: OnProgress | None = None,
    cancel: Event | None = None,
    on_results: Callable[[Sequence[TargetResult[ApplyResult]]], None] | None = None,
    places: Mapping[str, str] | None = None,
    per_place: int = 0,
) -> list[TargetResult[ApplyResult]]:
    """Write one plan per shelf: re-read, compare, steps, read back, save; undone where something fails.

    :param on_event: called in this thread before each thing is sent; while it runs the shelf waits. What it raises stops that
        shelf before the thing is sent.
    :param on_events: in its place, called with the entries that several shelves wait for; stores all of them, or none and raises
    :param on_results: called in this thread with what shelves came to, as soon as they are done with or a little later
    :param places: where a shelf is, by its target's name; ``per_place`` of one place are written to at a time, 0: no such limit
    :param deadline: seconds after which a shelf that has not begun is left alone; one that has may take as long again
    :raises ValueError: neither ``on_event`` nor ``on_events``: what nobody records is not sent
    """
    from .runner import run_batch
    from .tasks.provision import provision

    if on_event is None and on_events is None:
        raise ValueError("apply() needs on_event or on_events: what nobody records is not sent")
    return run_batch(
        provision,
        [target for target, _ in plans],
        task_args_by_target={target.name: {"plan": shelf_plan} for target, shelf_plan in plans},
        workers=workers,
        deadline=deadline,
        on_progress=on_progress,
        on_event=on_event,
        on_events=on_events,
        cancel=cancel,
        on_results=on_results,
        places=places,
        per_place=per_place,
    )


def recover(
    plans: Sequence[tuple[DeviceTarget, ShelfPlan]],
    *,
    on_event: OnEvent,
    workers: int = WORKERS,
    deadline: float = APPLY_SECONDS,
    on_progress: OnProgress | None = None,
) -> list[TargetResult[ApplyResult]]:
    """Finish or undo plans whose worker died; how far they got is found out from the shelves. Parameters as for :func:`apply`."""
    from .runner import run_batch
    from .tasks import provision

    return run_batch(
        provision.recover,
        [target for target, _ in plans],
        task_args_by_target={target.name: {"plan": shelf_plan} for target, shelf_plan in plans},
        workers=workers,
        deadline=deadline,
        on_progress=on_progress,
        on_event=on_event,
    )


def firmware(
    target: DeviceTarget,
    verb: str,
    *,
    config: bool = False,
    url: str = "",
    endpoints: Sequence[tuple[str, int]] = (),
    deadline: float = READ_SECONDS,
) -> TargetResult[Any]:
    """One step of a firmware upgrade on one shelf; see :mod:`nornir_tasks.tasks.firmware`.

    :param verb: ``look`` (with ``config`` also at the configuration; a :class:`FirmwareView`), ``download`` (of ``url``; the
        shelf's answer), ``swap`` (the shelf's answer), ``upgrade_endpoints`` (of ``endpoints``; answers by address)
    """
    from .runner import run_batch
    from .tasks import firmware as tasks

    work: dict[str, tuple[Any, dict[str, Any]]] = {
        "look": (tasks.look, {"config": config}),
        "download": (tasks.download, {"url": url}),
        "swap": (tasks.swap, {}),
        "upgrade_endpoints": (tasks.upgrade_endpoints, {"endpoints": endpoints}),
    }
    task, arguments = work[verb]
    return run_batch(task, [target], task_args_by_target={target.name: arguments}, workers=1, deadline=deadline)[0]


def firmware_lines(transport: Transport, url: str) -> dict[str, tuple[str, ...]]:
    """What bringing a shelf to an image will send, exactly, by phase; without ``download`` the transport cannot download only."""
    from .tasks.firmware import render

    return render(transport, url)


# ------------------------------------------------------------------------------------------------------------------- billing


def fetch_snapshot(
    target: BillingTarget, on_progress: OnProgress | None = None, *, cancelled: Callable[[], bool] | None = None
) -> BillingSnapshot:
    """Read everything of one billing system.

    :raises BillingError: nothing could be read
    """
    from .billing import fetch_snapshot as fetch

    return fetch(target, on_progress=on_progress, cancelled=cancelled)


def fetch_changed(
    target: BillingTarget, cursor: Mapping[str, str], *, most: int, cancelled: Callable[[], bool] | None = None
) -> ChangedAccounts:
    """Which accounts of a billing system changed since a cursor; they are not read yet.

    :param most: how many are worth to be read one by one
    :raises BillingError: any part of it could not be read
    """
    from .billing import fetch_changed as fetch

    return fetch(target, cursor, most=most, cancelled=cancelled)


def fetch_accounts(target: BillingTarget, ids: Sequence[str]) -> BillingSnapshot:
    """Read some accounts of a billing system as they are now; says nothing about the others.

    :raises BillingError: any part of it could not be read
    """
    from .billing import fetch_accounts as fetch

    return fetch(target, ids)


def read_webhook(type: BillingSystemType, body: bytes, secret: str, proof: str, *, content_type: str, digest: str) -> WebhookHint:
    """Check and read a webhook of a billing system.

    :param proof: Sonar: the secret part of the path; Splynx: the header with the signature
    :raises BillingError: AUTH for a forged one, UNPARSEABLE for another shape
    """
    from .billing import read_sonar_hook, read_splynx_hook

    if type is contracts.BillingSystemType.SONAR:
        return read_sonar_hook(body, proof, secret)
    return read_splynx_hook(body, proof, secret, content_type=content_type, digest=digest)


def check_connection(target: BillingTarget, on_progress: OnProgress | None = None) -> list[ConnectionCheck]:
    """Named checks of a billing system's connection, each with how it ended and, where something is to be done, what."""
    from .billing import check_connection as check

    return check(target, on_progress=on_progress)


def billing_writer(target: BillingTarget, fields: Iterable[str], *, cancelled: Callable[[], bool] | None = None) -> BillingWriter:
    """A billing system open for writing custom fields, notes and additional attributes, and nothing else; to be closed.

    :param fields: the custom fields (Sonar, by number) or additional attributes (Splynx, by name) it is about
    :raises BillingError: an option is wrong, the credential lacks something
    """
    from .billing.writer import BillingWriter

    return BillingWriter(target, fields, cancelled=cancelled)


def compare(
    snapshot: BillingSnapshot,
    intent: IntentView,
    *,
    tolerance_percent: float = 5.0,
    previous_scope: str = "",
    all_systems_read: bool = False,
) -> Comparison:
    """What differs between a snapshot and NetBox's view of it. Pure; parameters as in :func:`reconcile.compare_snapshot`."""
    from .reconcile import compare_snapshot

    return compare_snapshot(
        snapshot, intent, tolerance_percent=tolerance_percent, previous_scope=previous_scope, all_systems_read=all_systems_read
    )


def guard(
    snapshot: BillingSnapshot,
    previous_counts: Mapping[str, int],
    pending: Mapping[str, int],
    limits: GuardLimits | None = None,
) -> GuardVerdict:
    """Whether a snapshot may be used for changes. Pure; parameters as in :func:`reconcile.guard.check`."""
    from .reconcile.guard import check

    return check(snapshot, previous_counts, pending, limits)


def compare_config(desired: ShelfConfig, actual: ShelfConfig) -> tuple[Difference, ...]:
    """The differences between a shelf's whole configuration and everything it should have. Pure; see ``changes.drift``."""
    from .changes import drift

    return drift.compare_config(desired, actual)


def compare_reading(
    desired: ShelfConfig,
    reading: DeviceReading,
    profiles: Sequence[ProfileConfig] = (),
    ports: Iterable[PortIntent] = (),
) -> tuple[tuple[Difference, ...], tuple[ReadScope, ...]]:
    """The differences that a poll shows, of configuration and of ports, and what it says something about. Pure."""
    from .changes import drift

    found, scope = drift.compare_reading(desired, reading, profiles)
    of_ports, port_scope = drift.compare_ports(ports, reading.ports)
    return (*found, *of_ports), (scope, port_scope)
