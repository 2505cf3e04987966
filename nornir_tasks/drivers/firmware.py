"""Firmware of one shelf over either transport: read images, download, boot the other image, upgrade endpoints.

The command line has no words for downloading without booting (``firmware upgrade`` does both) nor for a download's progress;
JSON-RPC has both. What an own transport cannot say is refused as UNSUPPORTED, never replaced by something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

from ..contracts import FirmwareView
from ..errors import DeviceError, ErrorKind
from ..gam import parsers
from ..gam.firmware import Upload, parse_upload
from ..gam.rpc import GLOBAL, RpcCall
from .base import GamDriver
from .json_rpc import JsonRpcDriver
from .ssh import SshDriver

DOWNLOAD_SECONDS = 900.0
"""Longest a shelf may take to fetch an image and write it, over a slow line."""
IMAGES = "firmware.status.image.get"
UPLOAD_STATUS = "firmware.status.imageUpload.get"
"""Named after the MIB's object, not documented. Shelves without it answer "Method not found"."""
UPLOAD = "firmware.control.imageUpload.set"
CONFIG_COPY = RpcCall("firmware.control.configCopy.set", ({"ConfigCopy": True},))
SWAP = RpcCall("firmware.control.global.set", ({"SwapFirmware": True},))
BRIEF = "ghnAgent.status.endpointByMac.brief.get"
_BLOCK = re.compile(r"^(Active|Backup) Image\s*$", re.MULTILINE)
_LINE = re.compile(r"^\s*Version\s*:\s*(\S.*?)\s*$", re.MULTILINE)
_REVISION = re.compile(r"^\s*Code Revision\s*:\s*(\d+)", re.MULTILINE)


class FirmwareDriver(Protocol):
    """The firmware side of an open driver. Every method raises only ``DeviceError``."""

    @property
    def downloads_only(self) -> bool:
        """Whether an image can be downloaded without booting it."""

    def read(self) -> FirmwareView:
        """Images, and how far a download got where the transport tells."""

    def render_download(self, url: str) -> tuple[str, ...]:
        """Exactly what :meth:`download` sends."""

    def download(self, url: str) -> str:
        """Fetch an image into the other partition. Over the command line the shelf boots it at once.

        :raises DeviceError: REJECTED with the shelf's words; anything else leaves open whether it began
        """

    def render_swap(self) -> tuple[str, ...]:
        """Exactly what :meth:`swap` sends."""

    def swap(self) -> str:
        """Boot the other image; losing the connection is how that looks and no error.

        :raises DeviceError: REJECTED with the shelf's words
        """

    def render_endpoint(self, mac: str, number: int) -> tuple[str, ...]:
        """Exactly what :meth:`upgrade_endpoint` sends."""

    def upgrade_endpoint(self, mac: str, number: int) -> str:
        """Give an endpoint (its address, its number on the shelf) the firmware the shelf's image holds.

        :raises DeviceError: REJECTED, UNSUPPORTED for one without a number over JSON-RPC
        """


class SshFirmware:
    """Firmware over the command line. See :class:`FirmwareDriver`."""

    downloads_only = False

    def __init__(self, driver: SshDriver, download_seconds: float = DOWNLOAD_SECONDS) -> None:
        self._driver = driver
        self._download_seconds = download_seconds

    def read(self) -> FirmwareView:
        """From ``show version``."""
        return parse_show_version(self._driver.show("show version"), self._driver.target)

    def render_download(self, url: str) -> tuple[str, ...]:
        """``firmware upgrade``."""
        return (f"firmware upgrade {url}",)

    def download(self, url: str) -> str:
        """The shell is silent until the image is written; then the shelf restarts."""
        return self._driver.depart(*self.render_download(url), seconds=self._download_seconds)

    def render_swap(self) -> tuple[str, ...]:
        """``firmware swap``."""
        return ("firmware swap",)

    def swap(self) -> str:
        """``firmware swap``."""
        return self._driver.depart(*self.render_swap())

    def render_endpoint(self, mac: str, number: int) -> tuple[str, ...]:
        """``ghn firmware upgrade endpoint``, by address, which cannot mean another one meanwhile."""
        return (f"ghn firmware upgrade endpoint mac-address {mac}",)

    def upgrade_endpoint(self, mac: str, number: int) -> str:
        """``ghn firmware upgrade endpoint``."""
        return self._driver.show(*self.render_endpoint(mac, number))


class JsonRpcFirmware:
    """Firmware over JSON-RPC. See :class:`FirmwareDriver`."""

    downloads_only = True

    def __init__(self, driver: JsonRpcDriver) -> None:
        self._driver = driver

    def read(self) -> FirmwareView:
        """From ``firmware.status``."""
        answer = self._driver.send(RpcCall(IMAGES))
        found: dict[str, Mapping[str, Any]] = {}
        for row in answer if isinstance(answer, list) else ():
            if isinstance(row, Mapping) and isinstance(row.get("val"), Mapping):
                found[str(row.get("key"))] = row["val"]
        if "1" not in found or "2" not in found:
            words = f"{IMAGES}: the answer has no active and alternate image: {str(answer)[:80]!r}"
            raise DeviceError(ErrorKind.UNPARSEABLE, words, target=self._driver.target)
        return FirmwareView(
            active=str(found["1"].get("Version", "")),
            alternate=str(found["2"].get("Version", "")),
            revision=str(found["1"].get("CodeRevision", "")),
            upload=self._upload(),
            auto_upgrade=self._auto_upgrade(),
        )

    def _upload(self) -> Upload | None:
        answer = self._optional(UPLOAD_STATUS)
        return parse_upload(answer.get("Status", "")) if isinstance(answer, Mapping) else None

    def _auto_upgrade(self) -> bool | None:
        answer = self._optional(f"{GLOBAL}.get")
        said = answer.get("EndpointAutoFwUpgrade") if isinstance(answer, Mapping) else None
        return said if isinstance(said, bool) else None

    def _optional(self, method: str) -> Any:
        try:
            return self._driver.send(RpcCall(method))
        except DeviceError as problem:
            if problem.kind is ErrorKind.UNSUPPORTED:
                return None
            raise

    def render_download(self, url: str) -> tuple[str, ...]:
        """``imageUpload`` without a swap."""
        struct = {"DoUpload": True, "ImageType": "firmware", "Url": url, "NoSwap": True}
        return (RpcCall(UPLOAD, (struct,)).text,)

    def download(self, url: str) -> str:
        """Begins; :meth:`read` tells how far it got."""
        return self._send(self.render_download(url))

    def render_swap(self) -> tuple[str, ...]:
        """The configuration lives with the image, so it is copied first."""
        return (CONFIG_COPY.text, SWAP.text)

    def swap(self) -> str:
        """Copy the configuration to the other partition and boot it."""
        copied = self._send((CONFIG_COPY.text,))
        try:
            return f"{copied}\n{self._send((SWAP.text,))}"
        except DeviceError as problem:
            if problem.kind not in (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT):
                raise
            return f"{copied}\nthe connection was lost"

    def render_endpoint(self, mac: str, number: int) -> tuple[str, ...]:
        """``control.endpoint.system`` by number."""
        return (RpcCall("ghnAgent.control.endpoint.system.set", (number, {"Reboot": False, "StartFwUpgrade": True})).text,)

    def upgrade_endpoint(self, mac: str, number: int) -> str:
        """Checked first to be the one that is meant: numbers are used again."""
        if not number or not self._is(mac, number):
            words = f"endpoint {mac} has no number on the shelf (any more), and JSON-RPC upgrades by number only"
            raise DeviceError(ErrorKind.UNSUPPORTED, words, target=self._driver.target, next_step="Configure the endpoint first.")
        return self._send(self.render_endpoint(mac, number))

    def _is(self, mac: str, number: int) -> bool:
        for row in self._driver.send(RpcCall(BRIEF)) or ():
            value = row.get("val") if isinstance(row, Mapping) else None
            if isinstance(value, Mapping) and str(value.get("ConfEndpointId")) == str(number):
                said = re.sub(r"[^0-9a-f]", "", str(value.get("MacAddress") or row.get("key")).lower())
                return said == mac.lower().replace(":", "")
        return False

    def _send(self, texts: tuple[str, ...]) -> str:
        return "\n".join(json.dumps(self._driver.send(RpcCall.from_text(text))) for text in texts)


def firmware_of(driver: GamDriver, download_seconds: float = DOWNLOAD_SECONDS) -> FirmwareDriver:
    """The firmware side of an open driver."""
    if isinstance(driver, JsonRpcDriver):
        return JsonRpcFirmware(driver)
    if isinstance(driver, SshDriver):
        return SshFirmware(driver, download_seconds)
    raise TypeError(f"no firmware over {driver.transport}")


def parse_show_version(text: str, target: str = "") -> FirmwareView:
    """Images from ``show version``: a block for the active and one for the backup image.

    :raises DeviceError: UNPARSEABLE without a version of the active image
    """
    cleaned = parsers.clean_output(text)
    starts = list(_BLOCK.finditer(cleaned))
    versions: dict[str, str] = {}
    for at, start in enumerate(starts):
        end = starts[at + 1].start() if at + 1 < len(starts) else len(cleaned)
        line = _LINE.search(cleaned, start.end(), end)
        if line:
            versions[start[1]] = line[1]
    if "Active" not in versions:
        raise DeviceError(ErrorKind.UNPARSEABLE, f"'show version' names no active image: {cleaned[:80]!r}", target=target)
    revision = _REVISION.search(cleaned)
    return FirmwareView(versions["Active"], versions.get("Backup", ""), revision[1] if revision else "")
