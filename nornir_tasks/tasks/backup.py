"""Backing up a shelf's configuration."""

from __future__ import annotations

from nornir.core.task import Result, Task

from ..drivers.base import GamDriver
from ..drivers.choose import driver_for_host
from ..gam.redaction import redact

__all__ = ["backup", "backup_config", "redact"]


def backup_config(driver: GamDriver) -> str:
    """The running configuration's text from an open driver. It may contain secrets; :func:`redact` it before showing it.

    :raises DeviceError: UNPARSEABLE when it is not a whole configuration
    """
    return driver.backup()


def backup(task: Task) -> Result:
    """Nornir task: the running configuration as text (``result``), secrets included.

    :raises DeviceError: through Nornir, as the task's exception
    """
    with driver_for_host(task.host, task.nornir.config) as driver:
        return Result(host=task.host, result=backup_config(driver))
