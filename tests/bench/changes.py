"""Subscriber changes on many shelves: planned, applied, verified and saved by ours; the same lines sent by plain nornir_scrapli."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner
from nornir_scrapli.tasks import send_command, send_configs

import nornir_tasks
from nornir_tasks.contracts import ApplyOutcome, DeviceTarget, ShelfConfig, ShelfPlan
from nornir_tasks.gam.catalog import find_model
from nornir_tasks.gam.commands import SAVE_COMMAND
from nornir_tasks.gam.platform import PLATFORM, scrapli_options

type Lines = Mapping[str, Sequence[str]]


def change(targets: Sequence[DeviceTarget], subscribers: int, vlan: int, workers: int) -> Lines:
    """Move the first ``subscribers`` of each shelf to VLANs from ``vlan`` on; the lines that took, by shelf."""
    plans = []
    for target, reading in zip(targets, nornir_tasks.read(targets, workers=workers), strict=True):
        assert reading.value is not None, reading
        plans.append((target, plan(target, reading.value, subscribers, vlan)))
    results = nornir_tasks.apply(plans, on_event=lambda _: None, workers=workers)
    for result in results:
        assert result.value is not None and result.value.outcome is ApplyOutcome.APPLIED and result.value.saved, result
    return {target.name: [line for step in made.steps for line in step.sends] for target, made in plans}


def plan(target: DeviceTarget, actual: ShelfConfig, subscribers: int, vlan: int) -> ShelfPlan:
    """One change per subscriber."""
    wish = tuple(replace(item, vlan=vlan + at) for at, item in enumerate(actual.subscribers[:subscribers]))
    made = nornir_tasks.plan(
        target.name, target.transport, actual, ShelfConfig(subscribers=wish), (), find_model(target.model), "bench"
    )
    assert len(made.steps) == subscribers, made
    return made


def send(targets: Sequence[DeviceTarget], lines: Lines, workers: int) -> None:
    """Send the lines and the save, look at nothing but whether it failed."""
    hosts = {
        target.name: Host(
            target.name,
            hostname=target.address,
            username=target.login.username,
            password=target.login.password,
            platform=PLATFORM,
            port=target.ssh_port,
            connection_options={"scrapli": ConnectionOptions(extras=scrapli_options(target))},
        )
        for target in targets
    }
    ConnectionPluginRegister.auto_register()
    nornir = Nornir(Inventory(Hosts(hosts), Groups(), Defaults()), runner=ThreadedRunner(workers), config=Config())

    def push(task: Task) -> Result:
        task.run(send_configs, configs=list(lines[task.host.name]))
        task.run(send_command, command=SAVE_COMMAND)
        return Result(task.host)

    done = nornir.run(push)
    nornir.close_connections()
    assert not done.failed, done.failed_hosts
