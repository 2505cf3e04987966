"""Rules of firmware: what an image is called, which shelf takes it, and by which steps. Pure.

Facts are the vendor's upgrade procedure's and MIB's: image families, the model check that shelves have only since 1.5.0 r22842, the
stop at 1.5.1 for old coax endpoints, the flash corruption before 1.2.0 r21298, and the automatic endpoint upgrade since 1.6.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from ..contracts import Violation
from .catalog import MODELS, find_model
from .versions import Version, parse_software

SCHEMES = ("http", "https", "tftp", "ftp")
"""How a shelf can fetch an image."""
FAMILIES = tuple(sorted({model.firmware_family for model in MODELS}))

_FILE = re.compile(r"gam(?P<size>12-24|4-8)_(?P<medium>coax|mimo)_(?P<version>\d+(?:_\d+){1,3})(?:_r(?P<revision>\d+))?\.mfip?$")


AUTOMATIC_ENDPOINTS = Version((1, 6, 0))
"""From here on shelves bring their endpoints' firmware up to date by themselves, unless told not to."""
CHECKS_MODEL = Version((1, 5, 0), 22842)
SAFE_FLASH = Version((1, 2, 0), 21298)
LEGACY_STOP = Version((1, 5, 1))
LEGACY_ENDPOINTS = frozenset({"G1000-C"})


def parse_file_name(name: str) -> tuple[str, Version] | None:
    """Family and version of a package, ``gam12-24_coax_1_8_2_r28146.mfip``; None when it is called otherwise."""
    found = _FILE.match(name.rpartition("/")[2])
    if found is None:
        return None
    family = f"GAM-{found['size'].replace('-', '/')}-{'C' if found['medium'] == 'coax' else 'M'}"
    revision = found["revision"]
    return family, Version(tuple(map(int, found["version"].split("_"))), int(revision) if revision else None)


def same_software(shown: str, family: str, version: Version) -> bool:
    """Whether a shelf's text for an image names this one; revisions are not in such texts."""
    parsed = parse_software(shown)
    return parsed is not None and parsed[0] == family and parsed[1].padded == version.padded


def url_problem(url: str) -> str:
    """Why a shelf could not fetch an image from there, or must not be told to; empty when nothing is wrong."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        return f"must begin with {', '.join(f'{name}://' for name in SCHEMES)} and name a host"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user name or password: it is shown, and written to the shelf's log"
    if re.search(r"[\s\"'?#|]", url) or not url.isascii():
        return "must not hold blanks, quotes or any of ? # |: a shelf's command line would take it apart"
    if not parts.path.endswith((".mfi", ".mfip")):
        return "must end in .mfip (older ones: .mfi)"
    return ""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of an image. ``models``: shelf models it is for, empty for all of its family."""

    family: str
    version: Version
    url: str = ""
    models: tuple[str, ...] = ()
    minimum: Version | None = None


@dataclass(frozen=True, slots=True)
class ShelfFacts:
    """What is known of a shelf: its own texts for its software, and the models of all endpoints that were seen on it."""

    name: str
    model: str
    software: str
    revision: str = ""
    endpoint_models: frozenset[str] = frozenset()


class Rule(StrEnum):
    """Rules an upgrade can break."""

    MODEL = "model"
    FAMILY = "family"
    VERSION = "version"
    SAME = "same"
    STEP = "step"
    DOWNGRADE = "downgrade"
    FLASH = "flash"
    URL = "url"


def violations(image: ImageFacts, shelf: ShelfFacts, *, allow_downgrade: bool = False) -> tuple[Violation, ...]:
    """Every rule that bringing ``shelf`` to ``image`` in one step would break, not only the first."""
    found = [*_hardware(image, shelf)]
    if problem := url_problem(image.url):
        found.append(Violation(shelf.name, Rule.URL, image.url, problem))
    if image.version < SAFE_FLASH:
        rule = f"an image older than {SAFE_FLASH} r{SAFE_FLASH.revision} can corrupt the flash memory; never load it"
        found.append(Violation(shelf.name, Rule.FLASH, str(image.version), rule))
    running = parse_software(shelf.software, shelf.revision)
    if running is None:
        rule = "the shelf does not say which version it runs; read it again before it is upgraded"
        found.append(Violation(shelf.name, Rule.VERSION, shelf.software, rule))
        return tuple(found)
    return (*found, *_steps(image, shelf, running[1], allow_downgrade=allow_downgrade))


def _hardware(image: ImageFacts, shelf: ShelfFacts) -> Iterable[Violation]:
    model = find_model(shelf.model)
    if model is None:
        yield Violation(shelf.name, Rule.MODEL, shelf.model, "this model is not in the catalogue, so no image is known to fit it")
        return
    parsed = parse_software(shelf.software)
    families = {model.firmware_family} | ({parsed[0]} if parsed else set())
    for family in sorted(families - {image.family}):
        # Older shelves would load it.
        yield Violation(shelf.name, Rule.FAMILY, family, f"an image of family {image.family} does not run on it")
    if image.models and model.name not in image.models:
        yield Violation(shelf.name, Rule.MODEL, model.name, f"the image is for {', '.join(image.models)} only")


def _steps(image: ImageFacts, shelf: ShelfFacts, running: Version, *, allow_downgrade: bool) -> Iterable[Violation]:
    target = image.version
    if running.padded == target.padded:
        yield Violation(shelf.name, Rule.SAME, str(running), "the shelf runs this version already")
        return
    if running < SAFE_FLASH:
        rule = f"upgrading from before {SAFE_FLASH} r{SAFE_FLASH.revision} can corrupt the flash memory; ask the vendor first"
        yield Violation(shelf.name, Rule.FLASH, str(running), rule)
    if target < running:
        if not allow_downgrade:
            yield Violation(
                shelf.name, Rule.DOWNGRADE, str(target), f"older than {running}, which it runs; downgrades must be allowed"
            )
        return
    if image.minimum is not None and running < image.minimum:
        yield Violation(shelf.name, Rule.STEP, str(running), f"the image needs {image.minimum} or later; load that first")
    old = sorted(LEGACY_ENDPOINTS & shelf.endpoint_models)
    if old and running < LEGACY_STOP < target:
        rule = f"with {', '.join(old)} endpoints the shelf has to go to {LEGACY_STOP} first, or they are lost"
        yield Violation(shelf.name, Rule.STEP, str(running), rule)


def warnings(image: ImageFacts, shelf: ShelfFacts) -> tuple[str, ...]:
    """What a person should know before, though it forbids nothing."""
    running = parse_software(shelf.software, shelf.revision)
    said = []
    if running and running[1] < CHECKS_MODEL:
        said.append(f"{running[1]} does not check itself that an image fits its model; only the rules here do.")
    if image.version < AUTOMATIC_ENDPOINTS:
        said.append(f"Shelves before {AUTOMATIC_ENDPOINTS} do not upgrade endpoints by themselves: they are told one by one.")
    return tuple(said)


def next_version(image: ImageFacts, shelf: ShelfFacts) -> Version | None:
    """The version to load first where one step is not enough; None where it is, or where the version is not known."""
    running = parse_software(shelf.software, shelf.revision)
    if running is None:
        return None
    stops = [LEGACY_STOP] if LEGACY_ENDPOINTS & shelf.endpoint_models else []
    if image.minimum is not None:
        stops.append(image.minimum)
    ahead = sorted(stop for stop in stops if running[1] < stop < image.version)
    return ahead[0] if ahead else None


# --------------------------------------------------------------------------------------------------------------------- downloads


class Upload(StrEnum):
    """How far the last download of an image got; the words are the shelf's own (``errIvalidIp`` is spelt so there)."""

    NONE = "none"
    SUCCESS = "success"
    IN_PROGRESS = "inProgress"
    INVALID_IP = "errIvalidIp"
    TFTP_FAILED = "errTftpFailed"
    BUSY = "errBusy"
    MEMORY = "errMemoryInsufficient"
    INVALID_IMAGE = "errInvalidImage"
    WRITE_FLASH = "errWriteFlash"
    SAME_IMAGE = "errSameImageExisted"
    UNKNOWN_IMAGE = "errUnknownImage"
    NO_FLASH_IMAGE = "errFlashImageNotFound"
    NO_FLASH_ENTRY = "errFlashEntryNotFound"
    CRC = "errCrc"
    SIZE = "errImageSize"
    ERASE_FLASH = "errEraseFlash"
    INCOMPATIBLE = "errIncompatibleTarget"
    DOWNLOAD_URL = "errDownloadUrl"
    INVALID_URL = "errInvalidUrl"
    INVALID_PATH = "errInvalidPath"
    INVALID_FILENAME = "errInvalidFilename"

    @property
    def failed(self) -> bool:
        """Whether it ended without an image."""
        return self.value.startswith("err")


_FILE_SERVER = "Check that the URL opens from the shelf's management network, and that the server has the file."
_WRONG_FILE = "Compare the file's checksum with the vendor's, and fetch it again from the vendor."
_FLASH = "The shelf's flash memory failed: leave the shelf alone and ask the vendor."

UPLOAD_WORDS: dict[Upload, tuple[str, str]] = {
    Upload.NONE: ("nothing was downloaded", "Start the download again."),
    Upload.SUCCESS: ("downloaded", ""),
    Upload.IN_PROGRESS: ("downloading", ""),
    Upload.INVALID_IP: ("the address in the URL is not valid", "Correct the URL of the image."),
    Upload.TFTP_FAILED: ("the TFTP transfer failed", _FILE_SERVER),
    Upload.BUSY: ("another file operation runs on the shelf", "Wait a minute, then resume."),
    Upload.MEMORY: ("the shelf has too little memory for the image", "Restart the shelf at a quiet hour, then resume."),
    Upload.INVALID_IMAGE: ("the file is not an image", _WRONG_FILE),
    Upload.WRITE_FLASH: ("writing the flash memory failed", _FLASH),
    Upload.SAME_IMAGE: ("the shelf has this image already", "Compare the versions on the shelf with the image's."),
    Upload.UNKNOWN_IMAGE: ("the shelf does not know this kind of image", _WRONG_FILE),
    Upload.NO_FLASH_IMAGE: ("the flash memory has no place for the image", _FLASH),
    Upload.NO_FLASH_ENTRY: ("the flash memory has no entry for the image", _FLASH),
    Upload.CRC: ("the file arrived damaged", _WRONG_FILE),
    Upload.SIZE: ("the file has the wrong size", _WRONG_FILE),
    Upload.ERASE_FLASH: ("erasing the flash memory failed", _FLASH),
    Upload.INCOMPATIBLE: ("the image is for another model", "Correct the family of the image."),
    Upload.DOWNLOAD_URL: ("the file could not be downloaded", _FILE_SERVER),
    Upload.INVALID_URL: ("the URL is not valid", "Correct the URL of the image."),
    Upload.INVALID_PATH: ("the path in the URL is not valid", "Correct the URL of the image."),
    Upload.INVALID_FILENAME: ("the file name in the URL is not valid", "Correct the URL of the image."),
}


def parse_upload(value: object) -> Upload | None:
    """An upload status as JSON-RPC (word) or SNMP (number) gives it; None when it is none of the known ones."""
    text = str(value).strip()
    if text.isdecimal():
        known = list(Upload)
        return known[int(text)] if int(text) < len(known) else None
    folded = {item.value.lower(): item for item in Upload}
    return folded.get(text.lower())
