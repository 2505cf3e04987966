"""The protocol every driver of a GAM speaks, whatever the transport."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from ..contracts import Change, ShelfConfig, Transport


def open_on_host(host: Any, name: str, configuration: Any) -> Any:
    """A Nornir host's connection, opened if need be. What could not be opened is forgotten, so that it can be tried again.

    Nornir itself keeps the failed connection and then hands it out as if it were open.
    """
    opened = False
    try:
        connection = host.get_connection(name, configuration)
        opened = True
    finally:
        if not opened:
            host.connections.pop(name, None)
    return connection


class GamDriver(Protocol):
    """Reads one shelf's configuration and writes it change by change. Every method raises only ``DeviceError``.

    ``host_key`` is the SSH fingerprint the shelf showed, empty for other transports and before opening.
    """

    @property
    def transport(self) -> Transport:
        """How this driver talks."""

    @property
    def target(self) -> str:
        """The shelf's name, for messages."""

    @property
    def host_key(self) -> str:
        """Fingerprint the shelf showed."""

    def open(self) -> None:
        """Connect and log in; after a dropped session, connect again."""

    def close(self) -> None:
        """Disconnect; never raises, also after a failure."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def read_running(self) -> ShelfConfig:
        """The running configuration, with ids.

        :raises DeviceError: UNPARSEABLE rather than an empty configuration when the answer is not a whole one
        """

    def abilities(self) -> frozenset[str]:
        """Names of what the firmware offers, by its own inventory; empty where the transport has none. Not needed to write."""

    def read_startup(self) -> ShelfConfig:
        """The configuration the shelf will boot with.

        :raises DeviceError: UNSUPPORTED where the transport cannot read it
        """

    def render(self, change: Change, config: ShelfConfig) -> tuple[str, ...]:
        """The exact text :meth:`apply` will send for ``change`` on a shelf with ``config``.

        :raises DeviceError: UNSUPPORTED when this transport cannot say it
        """

    def apply(self, sends: Sequence[str]) -> str:
        """Send rendered text, in order, and return what the shelf answered. Stops at the first refusal.

        :raises DeviceError: REJECTED with the shelf's own words; anything else leaves open whether the text took effect
        """

    def save(self) -> str:
        """Copy running to startup and return what the shelf answered.

        :raises DeviceError: REJECTED when the shelf refuses, e.g. because it is busy
        """

    def backup(self) -> str:
        """The running configuration as text. It may contain secrets.

        :raises DeviceError: UNPARSEABLE when it is not a whole one
        """
