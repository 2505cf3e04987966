"""One application of a plan in a process of its own, so that it can be killed. Its journal is a file, and it waits for leave after
each entry."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.plugins.runners import SerialRunner
from nornir_scrapli.tasks import send_command, send_configs

from nornir_tasks.contracts import DeviceTarget, ShelfPlan, StepEvent
from nornir_tasks.drivers.choose import driver_for_target
from nornir_tasks.errors import DeviceError
from nornir_tasks.gam.commands import SAVE_COMMAND
from nornir_tasks.gam.platform import PLATFORM, scrapli_options
from nornir_tasks.tasks.provision import Patience, apply_plan, recover_plan

SAVE_REFUSED = ["locked", "Another file operation", "Invalid"]
"""A save that is done says so behind a "%", too."""

LIMITS = {"connect": 2.0, "operation": 0.7}
PATIENCE = Patience(reconnects=12, reconnect_seconds=0.1, saves=3, save_seconds=0.02, settle_seconds=1.0)


def apply_or_recover(pipe: Connection, verb: str, target: DeviceTarget, plan: ShelfPlan, journal: str) -> None:
    """``verb``: apply or recover. Sends ("entry", phase, index, state) and waits for any answer; at the end ("result", ...)."""

    def store(entry: StepEvent) -> None:
        line = [entry.phase, entry.index, entry.state, list(entry.sent), entry.answered]
        with Path(journal).open("a") as file:
            file.write(json.dumps(line) + "\n")
        pipe.send(("entry", entry.phase, entry.index, str(entry.state or "")))
        pipe.recv()

    run = {"apply": apply_plan, "recover": recover_plan}[verb]
    try:
        with driver_for_target(replace(target, limits=LIMITS)) as driver:
            pipe.send(("result", run(driver, plan, store, PATIENCE)))
    except DeviceError as problem:
        pipe.send(("unopened", str(problem)))


def send_and_hope(pipe: Connection, target: DeviceTarget, lines: list[str]) -> None:
    """The same lines by plain nornir_scrapli, then the save: ("claimed", whether it looks well)."""
    logging.getLogger("nornir").setLevel(logging.CRITICAL)
    host = Host(
        target.name,
        hostname=target.address,
        username=target.login.username,
        password=target.login.password,
        platform=PLATFORM,
        port=target.ssh_port,
        connection_options={"scrapli": ConnectionOptions(extras=scrapli_options(replace(target, limits=LIMITS)))},
    )
    ConnectionPluginRegister.auto_register()
    nornir = Nornir(Inventory(Hosts({target.name: host}), Groups(), Defaults()), runner=SerialRunner(), config=Config())
    done = nornir.run(send_configs, configs=lines, stop_on_failed=True, failed_when_contains=["%"], raise_on_error=False)
    failed = done.failed or any(result.failed for results in done.values() for result in results)
    if not failed:
        saved = nornir.run(send_command, command=SAVE_COMMAND, failed_when_contains=SAVE_REFUSED, raise_on_error=False)
        failed = saved.failed or any(result.failed for results in saved.values() for result in results)
    pipe.send(("claimed", not failed))
