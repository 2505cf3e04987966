"""Firmware of a shelf: two partitions with a configuration each, downloads that take time, a long reboot, endpoints that follow.

Nothing runs by itself: :meth:`Firmware.settle` catches up with the shelf's clock whenever somebody looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .config import DeviceConfig
from .refusals import RefusedText

if TYPE_CHECKING:
    from .state import EndpointView, SimShelf

STATUSES = (
    "none", "success", "inProgress", "errIvalidIp", "errTftpFailed", "errBusy", "errMemoryInsufficient", "errInvalidImage",
    "errWriteFlash", "errSameImageExisted", "errUnknownImage", "errFlashImageNotFound", "errFlashEntryNotFound", "errCrc",
    "errImageSize", "errEraseFlash", "errIncompatibleTarget", "errDownloadUrl", "errInvalidUrl", "errInvalidPath",
    "errInvalidFilename",
)  # fmt: skip
"""Upload status in the MIB's order."""
TEXTS = {
    "errInvalidUrl": "Firmware download failed: invalid URL",
    "errIncompatibleTarget": "Firmware image is not compatible with this device",
    "errSameImageExisted": "Firmware image is already running",
    "errBusy": "Another file operation is in progress, please try again later",
}
STAGES = ("initial", "downloading", "validating", "upgrading")
AUTOMATIC_SINCE = (1, 6)
SPIRIT = "SPIRIT.v7_10_r713+7_positron_24260"
OLD_SPIRIT = "SPIRIT.v7_8_r600+4_positron_19589"


@dataclass(slots=True)
class FirmwareFaults:
    """What goes wrong with firmware. Times are seconds of the shelf's own clock."""

    download: str = ""
    """Every download ends with this status."""
    boots_old: bool = False
    """A swap boots the image that ran before."""
    stays_down: bool = False
    """A swap, and the shelf never comes back."""
    forgets_configuration: bool = False
    """Copying the configuration to the other partition is answered and not done."""
    stuck: set[str] = field(default_factory=set)
    """Endpoints, by address, that do not take the new firmware."""
    gone: set[str] = field(default_factory=set)
    """Endpoints that do not come back after a swap."""


@dataclass(slots=True)
class _Download:
    url: str
    ready_at: float
    swap: bool


def upgrade_words(shelf: SimShelf, mac: str) -> str:
    """An endpoint's upgrade as the shelf tells it. Only the first of these texts was seen on a real shelf."""
    stage = STAGES[shelf.firmware.stage(mac)]
    return "Ready: initial status" if stage == "initial" else f"Busy: {stage}"


class Firmware:
    """Partitions, download and endpoint upgrades of one shelf."""

    def __init__(self, shelf: SimShelf) -> None:
        self.shelf = shelf
        self.faults = FirmwareFaults()
        self.alternate = shelf.identity.software
        self.alternate_startup: DeviceConfig = shelf.startup.copy()
        self.status = "none"
        self.download: _Download | None = None
        self.upgrading: dict[str, float] = {}
        """Endpoints on their way to the shelf's firmware, and when each is done."""
        self._absent: dict[str, int] = {}
        self._back_at = 0.0

    # ------------------------------------------------------------------------------------------------------------ downloading

    def check(self, url: str) -> str:
        """How a download of ``url`` (``…/gam12-24_coax_1_8_2_r28146.mfip``) would end."""
        found = re.search(r"gam(12-24|4-8)_(coax|mimo)_(\d+)_(\d+)_(\d+)", url)
        if self.faults.download:
            return self.faults.download
        if not re.match(r"(https?|tftp|ftp)://", url) or not found:
            return "errInvalidUrl"
        family, version = self._named(url)
        if family != self.shelf.identity.model.firmware_family:
            return "errIncompatibleTarget"
        return "errSameImageExisted" if f"{family}_v{version}" == self.shelf.identity.software else "success"

    @staticmethod
    def _named(url: str) -> tuple[str, str]:
        found = re.search(r"gam(12-24|4-8)_(coax|mimo)_(\d+)_(\d+)_(\d+)", url)
        assert found is not None
        family = f"GAM-{found.group(1).replace('-', '/')}-{'C' if found.group(2) == 'coax' else 'M'}"
        return family, ".".join(found.groups()[2:])

    def begin(self, url: str, *, swap: bool) -> None:
        """Start a download. :raises RefusedText: one is going on"""
        self.settle()
        if self.download is not None:
            raise RefusedText(TEXTS["errBusy"], "errBusy")
        self.status = "inProgress"
        self.download = _Download(url, self.shelf.clock.now() + self.shelf.variants.download_seconds, swap)

    def load_now(self, url: str) -> Callable[[], None]:
        """For the command line, which waits: what loads and boots the image. :raises RefusedText: how the download failed"""
        self.settle()
        if self.download is not None:
            raise RefusedText(TEXTS["errBusy"], "errBusy")
        self.status = self.check(url)
        if self.status != "success":
            raise RefusedText(TEXTS.get(self.status, f"Firmware download failed: {self.status}"), self.status)
        return lambda: self._load(url, swap=True)

    def _load(self, url: str, *, swap: bool) -> None:
        self.alternate = "_v".join(self._named(url))
        if swap:
            self.copy_configuration()
            self.swap()

    # --------------------------------------------------------------------------------------------------------------- swapping

    def copy_configuration(self) -> None:
        """Give the other partition this one's configuration."""
        if not self.faults.forgets_configuration:
            self.alternate_startup = self.shelf.startup.copy()

    def swap(self) -> None:
        """Boot the other partition, with the configuration that lies there."""
        shelf = self.shelf
        if not self.faults.boots_old:
            active = shelf.identity.software
            shelf.identity = replace(shelf.identity, version=self.alternate.rpartition("_v")[2])
            self.alternate = active
            shelf.startup, self.alternate_startup = self.alternate_startup, shelf.startup
        # After a power cycle the status of the last download is gone.
        self.status, self.download = "none", None
        shelf.reboot(float("inf") if self.faults.stays_down else shelf.variants.firmware_boot_seconds)
        self._absent |= {mac: cpe.port for mac, cpe in shelf.cpes.items() if cpe.port}
        self._back_at = shelf.down_until + shelf.variants.endpoint_return_seconds
        for cpe in shelf.cpes.values():
            cpe.port = None
            if not self.faults.boots_old:
                cpe.firmware_mismatch = True
        self.upgrading.clear()
        shelf.changed(at=shelf.booted_at if not self.faults.stays_down else None)

    @property
    def automatic(self) -> bool:
        """Whether endpoints are upgraded without being told."""
        numbers = tuple(int(part) for part in self.shelf.identity.version.split(".")[:2])
        return numbers >= AUTOMATIC_SINCE and self.shelf.running.auto_fw_upgrade

    # -------------------------------------------------------------------------------------------------------------- endpoints

    def upgrade_endpoint(self, view: EndpointView) -> None:
        """Begin to give an endpoint the firmware that comes with the shelf's image."""
        if view.cpe is not None:
            last = max(self.upgrading.values(), default=self.shelf.clock.now())
            self.upgrading.setdefault(view.mac, last + self.shelf.variants.endpoint_upgrade_seconds)

    def stage(self, mac: str) -> int:
        """Place in :data:`STAGES` of an endpoint's upgrade."""
        done = self.upgrading.get(mac)
        left = None if done is None else done - self.shelf.clock.now()
        if left is None or left > self.shelf.variants.endpoint_upgrade_seconds:
            return 0
        return 1 + int(3 * (1 - max(0.0, left) / max(1e-9, self.shelf.variants.endpoint_upgrade_seconds))) % 3

    def settle(self) -> None:
        """Catch up with the clock."""
        now = self.shelf.clock.now()
        if self.download is not None and now >= self.download.ready_at:
            done, self.download = self.download, None
            self.status = self.check(done.url)
            if self.status == "success":
                self._load(done.url, swap=done.swap)
        changed = False
        if self._absent and now >= self._back_at:
            for mac, port in self._absent.items():
                if mac not in self.faults.gone:
                    self.shelf.cpes[mac].port = port
            self._absent, changed = {}, True
            if self.automatic:
                self.shelf.changed()
                for view in self.shelf.views():
                    if view.cpe is not None and view.cpe.firmware_mismatch:
                        self.upgrade_endpoint(view)
        for mac in [mac for mac, at in self.upgrading.items() if now >= at]:
            del self.upgrading[mac]
            cpe = self.shelf.cpes[mac]
            if mac not in self.faults.stuck:
                cpe.firmware = f"{cpe.model.replace('-', '')}-CPE-P2MP {SPIRIT}"
                cpe.firmware_mismatch = False
                cpe.booted_at = now
            changed = True
        if changed:
            self.shelf.changed()
