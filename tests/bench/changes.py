"""The peer of change benchmarks: the same lines pushed with nornir_scrapli as it comes."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner
from nornir_scrapli.tasks import send_command, send_configs

from nornir_tasks.contracts import DeviceTarget
from nornir_tasks.gam.commands import SAVE_COMMAND

PLATFORM = "cisco_iosxe"
"""scrapli's own platform whose prompts and modes are those of a GAM's shell."""

# It tells of every socket that was closed under it.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

type Lines = Mapping[str, Sequence[str]]


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
            connection_options={"scrapli": ConnectionOptions(extras={"transport": "paramiko", "auth_strict_key": False})},
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
