"""Reading one GAM's configuration through the driver of its transport."""

from __future__ import annotations

from dataclasses import replace

from nornir.core.task import Result, Task

from ..drivers.choose import driver_for_host


def read_config(task: Task) -> Result:
    """Nornir task: the running configuration. The result is a :class:`ShelfConfig`, with what the firmware knows.

    :raises DeviceError: UNREACHABLE, AUTH, TIMEOUT, or UNPARSEABLE when the answer is not a whole configuration
    """
    with driver_for_host(task.host, task.nornir.config) as driver:
        return Result(host=task.host, result=replace(driver.read_running(), knows=driver.abilities()))
