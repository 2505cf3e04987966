"""Firmware of one GAM, a short step at a time: whoever calls keeps what was begun, and calls again after a reboot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nornir.core.task import Result, Task

from ..changes.state import differences, sayable
from ..contracts import DeviceTarget, FirmwareView, Transport
from ..drivers.base import GamDriver
from ..drivers.choose import driver_for_host
from ..drivers.firmware import DOWNLOAD_SECONDS, JsonRpcFirmware, SshFirmware, firmware_of
from ..errors import DeviceError, ErrorKind

REFUSED = "refused: "


def look(task: Task, *, config: bool = False) -> Result:
    """Nornir task: images and download; with ``config`` also the configuration and whether it is saved. A :class:`FirmwareView`.

    :raises DeviceError: through Nornir, as the task's exception
    """
    with driver_for_host(task.host, task.nornir.config) as driver:
        view = firmware_of(driver).read()
        return Result(host=task.host, result=_with_config(driver, view) if config else view)


def _with_config(driver: GamDriver, view: FirmwareView) -> FirmwareView:
    running = driver.read_running()
    try:
        unsaved = differences(driver.read_startup(), sayable(running))
    except DeviceError as problem:
        if problem.kind is not ErrorKind.UNSUPPORTED:
            raise
        return replace(view, config=running)
    return replace(view, config=running, saved=not unsaved, unsaved=unsaved)


def download(task: Task, *, url: str) -> Result:
    """Nornir task: begin a download, or over the command line download and boot; the shelf's answer.

    :raises DeviceError: REJECTED with the shelf's words
    """
    target: DeviceTarget = task.host.data["target"]
    with driver_for_host(task.host, task.nornir.config) as driver:
        answer = firmware_of(driver, target.limits.get("download", DOWNLOAD_SECONDS)).download(url)
    return Result(host=task.host, result=answer)


def swap(task: Task) -> Result:
    """Nornir task: boot the other image; the shelf's answer.

    :raises DeviceError: REJECTED with the shelf's words
    """
    with driver_for_host(task.host, task.nornir.config) as driver:
        return Result(host=task.host, result=firmware_of(driver).swap())


def upgrade_endpoints(task: Task, *, endpoints: Sequence[tuple[str, int]]) -> Result:
    """Nornir task: tell endpoints (address, number on the shelf) to take the shelf's firmware; answers by address.

    One that is refused does not keep the others from it: its answer is the shelf's words behind :data:`REFUSED`.

    :raises DeviceError: the shelf went away meanwhile
    """
    answers: dict[str, str] = {}
    with driver_for_host(task.host, task.nornir.config) as driver:
        firmware = firmware_of(driver)
        for mac, number in endpoints:
            try:
                answers[mac] = firmware.upgrade_endpoint(mac, number)
            except DeviceError as problem:
                if problem.kind not in (ErrorKind.REJECTED, ErrorKind.UNSUPPORTED):
                    raise
                answers[mac] = f"{REFUSED}{problem.message}"
    return Result(host=task.host, result=answers)


def downloads_only(transport: Transport) -> bool:
    """Whether a transport can download an image without booting it."""
    return (JsonRpcFirmware if transport is Transport.JSONRPC else SshFirmware).downloads_only


def render(transport: Transport, url: str) -> dict[str, tuple[str, ...]]:
    """What will be sent to bring a shelf to an image, by phase (``download``, ``swap``), exactly. Opens nothing.

    Over the command line there is no phase of its own for the download, and nothing that would copy the configuration to the other
    partition, so ``firmware swap`` alone is not used: ``firmware upgrade`` does all of it.
    """
    if transport is Transport.JSONRPC:
        driver = JsonRpcFirmware.__new__(JsonRpcFirmware)
        return {"download": driver.render_download(url), "swap": driver.render_swap()}
    return {"swap": SshFirmware.__new__(SshFirmware).render_download(url)}
