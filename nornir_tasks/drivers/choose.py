"""The driver for a target: its transport decides."""

from __future__ import annotations

from typing import Any

from ..contracts import DeviceTarget, Transport
from .base import GamDriver
from .json_rpc import JsonRpcDriver
from .ssh import SshDriver


def driver_for_target(target: DeviceTarget) -> GamDriver:
    """A driver with a connection of its own, not yet open."""
    if target.transport is Transport.JSONRPC:
        return JsonRpcDriver.from_target(target)
    return SshDriver.from_target(target)


def driver_for_host(host: Any, configuration: Any) -> GamDriver:
    """A driver on the connection of a Nornir host, not yet open; ``host.data["target"]`` is its :class:`DeviceTarget`."""
    target: DeviceTarget = host.data["target"]
    if target.transport is Transport.JSONRPC:
        return JsonRpcDriver.from_host(host, configuration)
    return SshDriver.from_host(host, configuration)
