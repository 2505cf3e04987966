"""One GAM's upgrade as a machine of short looks: read the row, read the shelf, do one thing, write the row.

What is sent is written down before it is sent. After a kill at any moment the next look finds what was meant in the row, and what
became of it on the shelf; where the two cannot be brought together, a person has to look.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from nornir_tasks.contracts import DeviceReading, Failure, FirmwareView
from nornir_tasks.errors import ErrorKind
from nornir_tasks.gam.firmware import AUTOMATIC_ENDPOINTS, UPLOAD_WORDS, Upload, same_software
from nornir_tasks.gam.versions import parse_version

from .. import gateway
from ..choices import AlarmSeverityChoices, AlarmSourceChoices, ChangePlanStatusChoices
from ..choices import FirmwareRolloutStatusChoices as Rollout
from ..choices import FirmwareUpgradeStatusChoices as Upgrade
from ..exceptions import WorkflowError
from ..models import ChangePlan, FirmwareUpgrade
from . import alarms, firmware_facts, firmware_quiet
from .provisioning import target_of
from .saving import update

LOOK = timedelta(seconds=15)
WAIT = timedelta(seconds=60)
UNREACHABLE_FOR = timedelta(minutes=5)
"""How long a GAM may be silent before anything was begun, and while it downloads."""
DOWNLOAD_WITHIN = timedelta(minutes=20)
DEPARTS_WITHIN = timedelta(minutes=3)
"""A GAM that was told to restart and still runs the old image after this has not done so."""
DOWNLOADS_AT_ONCE = 5
ANSWER_LENGTH = 2000
DOWNLOAD_DEADLINE_SECONDS = 1000.0
"""Over the command line one call lasts as long as the download."""


def alarm_key(upgrade: FirmwareUpgrade) -> str:
    """Key of the alarm that goes with an upgrade that needs attention."""
    return f"firmware:{upgrade.pk}"


def look(pk: int, now: datetime) -> None:
    """Do the next thing for one GAM. The caller holds its lock."""
    upgrade = (
        FirmwareUpgrade.objects.select_related(
            "rollout__image", "gam__device__site", "gam__device__role", "gam__device__primary_ip4", "gam__device__primary_ip6",
            "gam__device__oob_ip", "gam__credential_profile", "gam__snmp_profile",
        )
        .filter(pk=pk)
        .first()
    )  # fmt: skip
    step = STEPS.get(upgrade.status) if upgrade else None
    if upgrade is None or step is None:
        return
    if upgrade.rollout.status != Rollout.RUNNING and upgrade.status in (Upgrade.PLANNED, Upgrade.DOWNLOADED):
        return
    try:
        step(_Look(upgrade, now))
    except WorkflowError as error:
        # No address, or a secret that cannot be opened: before the restart that is a failure, afterwards somebody has to look.
        _Look(upgrade, now).give_up(error.message, error.next_step)


class _Look:
    """One look at one GAM."""

    def __init__(self, upgrade: FirmwareUpgrade, now: datetime) -> None:
        self.upgrade, self.now = upgrade, now
        self.rollout, self.image, self.gam = upgrade.rollout, upgrade.rollout.image, upgrade.gam
        self.version = parse_version(self.image.version)

    # ---------------------------------------------------------------------------------------------------------------- the row

    @property
    def in_status_for(self) -> timedelta:
        """How long the upgrade has been in its status."""
        return self.now - (self.upgrade.phase_since or self.now)

    def move(self, status: str, *, again: timedelta | None = LOOK, note: str = "", **values: Any) -> None:
        """Go to a status, change-logged."""
        if note:
            self.upgrade.journal = [*self.upgrade.journal, {"at": self.now.isoformat(), "note": gateway.redact(note)}]
        update(
            self.upgrade,
            message=note or f"Firmware: {status}",
            status=status,
            phase_since=self.now,
            next_look=self.now + again if again is not None else None,
            **values,
        )
        self.keep()

    def keep(self, again: timedelta | None = None) -> None:
        """Write the journal and the time of the next look; no entry in the change log."""
        if again is not None:
            self.upgrade.next_look = self.now + again
        FirmwareUpgrade.objects.filter(pk=self.upgrade.pk).update(
            journal=self.upgrade.journal,
            next_look=self.upgrade.next_look,
            endpoints_back=self.upgrade.endpoints_back,
            endpoints_mismatched=self.upgrade.endpoints_mismatched,
            endpoints_told=self.upgrade.endpoints_told,
        )

    def note(self, words: str) -> None:
        """Add to the journal, unless that is what it says last."""
        last = self.upgrade.journal[-1] if self.upgrade.journal else {}
        if last.get("note") != words:
            self.upgrade.journal = [*self.upgrade.journal, {"at": self.now.isoformat(), "note": gateway.redact(words)}]

    def fail(self, words: str, next_step: str) -> None:
        """It did not get the image, and what it runs is known."""
        self._end(Upgrade.FAILED, words, next_step)

    def attention(self, words: str, next_step: str) -> None:
        """Something is not as it should be: an alarm, and nothing more until a person has looked."""
        self._end(Upgrade.NEEDS_ATTENTION, words, next_step)
        alarms.raise_alarm(
            self.gam,
            key=alarm_key(self.upgrade),
            condition="needs attention",
            severity=AlarmSeverityChoices.CRITICAL,
            source=AlarmSourceChoices.PROVISIONING,
            text=f"Firmware upgrade to {self.image}: {words}",
        )

    def give_up(self, words: str, next_step: str) -> None:
        """As :meth:`fail` before the restart, as :meth:`attention` from then on."""
        (self.attention if self.upgrade.swapped else self.fail)(words, next_step)

    def done(self, note: str) -> None:
        """It runs the image."""
        self.move(Upgrade.DONE, again=None, note=note, finished=self.now)
        firmware_quiet.take_back(self.upgrade)

    def _end(self, status: str, words: str, next_step: str) -> None:
        words = gateway.redact(words)
        self.move(status, again=None, note=words, error=words, next_step=next_step, finished=self.now)
        firmware_quiet.take_back(self.upgrade)

    # -------------------------------------------------------------------------------------------------------------- the shelf

    @property
    def downloads_only(self) -> bool:
        """Whether what was shown has a download of its own."""
        return "download" in self.upgrade.sends

    def read(self, *, config: bool = False) -> tuple[FirmwareView | None, Failure | None]:
        """Images and download, perhaps with the configuration."""
        result = gateway.firmware(target_of(self.gam), "look", config=config)
        return result.value, result.failure

    def poll(self) -> DeviceReading | None:
        """One reading of everything; None when its endpoints could not be read."""
        result = gateway.poll([target_of(self.gam)])[0]
        reading = result.value
        return reading if reading is not None and reading.endpoints is not None else None

    def send(self, phase: str, verb: str, **arguments: Any) -> Failure | None:
        """Send what was shown for a phase. It is in the journal, without an answer, before it is sent."""
        entry: dict[str, Any] = {
            "at": self.now.isoformat(),
            "phase": phase,
            "sent": list(self.upgrade.sends.get(phase, [])),
            "answer": None,
        }
        self.upgrade.journal = [*self.upgrade.journal, entry]
        self.keep()
        result = gateway.firmware(target_of(self.gam), verb, deadline=DOWNLOAD_DEADLINE_SECONDS, **arguments)
        failure = result.failure
        entry["answer"] = gateway.redact(str(result.value if failure is None else failure.message))[:ANSWER_LENGTH]
        self.keep()
        return failure

    def was_answered(self, phase: str) -> bool:
        """Whether the last thing sent in a phase has an answer: if not, nobody knows whether it was sent."""
        sent = [entry for entry in self.upgrade.journal if entry.get("phase") == phase]
        return bool(sent) and sent[-1]["answer"] is not None

    def told(self) -> set[str]:
        """Endpoints that were told to upgrade; without those of a look that died before it had an answer."""
        entries = [entry for entry in self.upgrade.journal if entry.get("phase") == "endpoints" and entry["answer"] is not None]
        return {mac for entry in entries for mac in entry["sent"]}

    def runs_image(self, text: str) -> bool:
        """Whether a shelf's text names the rollout's image."""
        return same_software(text, self.image.family, self.version)


# ------------------------------------------------------------------------------------------------------------ before the restart


def _planned(it: _Look) -> None:
    """Look at the shelf, check every rule once more, begin the download."""
    upgrade = it.upgrade
    if upgrade.wave > it.rollout.wave and not it.rollout.download_first:
        return it.keep(WAIT)
    downloading = it.rollout.upgrades.filter(status=Upgrade.DOWNLOADING).count()
    if it.downloads_only and downloading >= DOWNLOADS_AT_ONCE:
        return it.keep(LOOK)
    view, failure = it.read()
    if view is None:
        return _silent(it, failure)
    facts = firmware_facts.shelf_facts([it.gam])[it.gam.pk]
    live = type(facts)(facts.name, facts.model, view.active, view.revision, facts.endpoint_models)
    broken = firmware_facts.check(it.image, live, allow_downgrade=it.rollout.allow_downgrade)
    started: dict[str, Any] = {"from_version": view.active, "started": it.now}
    if [item.field for item in broken] == ["same"]:
        return it.move(Upgrade.DONE, again=None, note="It runs the image already.", finished=it.now, **started)
    if broken or it.gam.transport != upgrade.transport:
        words = firmware_facts.in_words(broken) or [f"the transport is {it.gam.transport} now, not {upgrade.transport} as planned"]
        return it.fail("; ".join(words), "Correct it, then try again; or plan another rollout.")
    if not it.downloads_only:
        return it.move(Upgrade.DOWNLOADED, note="Downloads when it restarts: the command line knows no download alone.", **started)
    if it.runs_image(view.alternate):
        return it.move(Upgrade.DOWNLOADED, note="The other partition has the image already.", **started)
    it.move(Upgrade.DOWNLOADING, **started)
    return _download(it)


def _silent(it: _Look, failure: Failure | None) -> None:
    """Nothing was begun, or it downloads and can be asked again."""
    if it.upgrade.phase_since is None:
        it.upgrade.phase_since = it.now
        FirmwareUpgrade.objects.filter(pk=it.upgrade.pk).update(phase_since=it.now)
    message = failure.message if failure else "no answer"
    if it.in_status_for < UNREACHABLE_FOR:
        it.note(f"Cannot be read: {message}")
        return it.keep(WAIT)
    return it.fail(f"It cannot be read: {message}", failure.next_step if failure else "")


def _download(it: _Look) -> None:
    failure = it.send("download", "download", url=it.image.source_url)
    if failure is not None and failure.kind in (ErrorKind.REJECTED, ErrorKind.UNSUPPORTED, ErrorKind.AUTH):
        return it.fail(f"The download was refused: {failure.message}", failure.next_step)
    return it.keep(LOOK)


def _downloading(it: _Look) -> None:
    """Ask how far it is; begin again only where nobody knows whether it was begun."""
    view, failure = it.read()
    if view is None:
        return _silent(it, failure)
    if it.runs_image(view.alternate):
        return it.move(Upgrade.DOWNLOADED, note="Downloaded.")
    upload = Upload(view.upload) if view.upload else Upload.NONE
    if upload is Upload.IN_PROGRESS:
        it.note("Downloading.")
    elif not it.was_answered("download"):
        it.note("Nobody knows whether the download was begun; begun again.")
        return _download(it)
    elif upload.failed:
        words, next_step = UPLOAD_WORDS[upload]
        return it.fail(f"The download failed: {words} ({upload.value}).", next_step)
    elif upload is Upload.SUCCESS:
        words = f"The GAM says that it downloaded the image, but its other partition has {view.alternate or 'nothing'}."
        return it.fail(words, "Look at the file behind the URL: it may be another version.")
    if it.in_status_for > DOWNLOAD_WITHIN:
        minutes = int(DOWNLOAD_WITHIN.total_seconds() // 60)
        return it.fail(f"The download did not end within {minutes} minutes.", UPLOAD_WORDS[Upload.DOWNLOAD_URL][1])
    return it.keep(LOOK)


def _downloaded(it: _Look) -> None:
    """Wait for wave and window; then see that nothing is lost by a restart, and restart."""
    rollout = it.rollout
    early = rollout.not_before is not None and it.now < rollout.not_before
    if it.upgrade.wave > rollout.wave or early or (rollout.not_after is not None and it.now > rollout.not_after):
        return it.keep(WAIT)
    view, failure = it.read(config=True)
    if view is None or view.config is None:
        return _silent(it, failure)
    if problem := _not_ready(it, view):
        return it.fail(*problem)
    reading = it.poll()
    if reading is None:
        return _silent(it, None)
    present = sorted(item.mac for item in reading.endpoints or () if item.detected_port)
    it.move(
        Upgrade.SWAPPING,
        from_version=view.active,
        state_hash=gateway.state_hash(view.config),
        endpoints_before=present,
        swapped=it.now,
    )
    return _restart(it)


def _not_ready(it: _Look, view: FirmwareView) -> tuple[str, str] | None:
    """Why it must not be restarted now, and what to do about it."""
    if it.downloads_only and not it.runs_image(view.alternate):
        words = f"The other partition does not have the image any more, but {view.alternate or 'nothing'}."
        return words, "Somebody else downloaded an image; try again."
    if view.saved is None:
        return "The GAM does not tell its startup configuration.", "Save it by hand, and upgrade this GAM by hand."
    if not view.saved:
        changed = "; ".join(view.unsaved[:5])
        return (
            f"The running configuration is not saved and would be lost: {changed}.",
            "Look at what differs, save it, then try again.",
        )
    waiting = ChangePlan.objects.filter(
        gam=it.gam, status__in=(ChangePlanStatusChoices.APPLYING, ChangePlanStatusChoices.NEEDS_ATTENTION)
    ).first()
    if waiting is not None:
        return f"Change plan {waiting} is “{waiting.get_status_display()}”.", "Finish or cancel that plan, then try again."
    return None


def _restart(it: _Look) -> None:
    if it.downloads_only:
        failure = it.send("swap", "swap")
    else:
        failure = it.send("swap", "download", url=it.image.source_url)
    if failure is None:
        return it.move(Upgrade.AWAY, swapped=it.now)
    if failure.kind in (ErrorKind.REJECTED, ErrorKind.UNSUPPORTED, ErrorKind.AUTH):
        return it.fail(f"The GAM refused: {failure.message}", _next_step_of(failure))
    # Whether the words got through is not known: the next look asks the shelf.
    it.note(f"No answer: {failure.message}")
    return it.keep(LOOK)


def _next_step_of(failure: Failure) -> str:
    for status in Upload:
        if status.failed and status.value in failure.message:
            return UPLOAD_WORDS[status][1]
    return failure.next_step


# ------------------------------------------------------------------------------------------------------- restart and afterwards


def _swapping(it: _Look) -> None:
    """The worker died, or the answer got lost: the shelf tells what became of it."""
    view, _failure = it.read()
    if view is None:
        return it.move(Upgrade.AWAY, note="Does not answer: it restarts.")
    if it.runs_image(view.active):
        return _is_back(it)
    patience = DEPARTS_WITHIN if it.downloads_only else DOWNLOAD_WITHIN
    if it.in_status_for < patience:
        return it.keep(LOOK)
    if it.downloads_only and it.runs_image(view.alternate):
        words = "It was told to restart, or was about to be, and has not done so."
        return it.fail(words, "Nothing was lost: it runs what it ran before. Try again.")
    words = f"It was told to restart and still runs {view.active}; its other partition has {view.alternate or 'nothing'}."
    return it.attention(words, "Look at the GAM, then release it.")


def _away(it: _Look) -> None:
    """Wait until it is back, and see what it came back with."""
    view, failure = it.read()
    away_for = it.now - (it.upgrade.swapped or it.now)
    if view is None:
        if away_for <= timedelta(minutes=it.rollout.away_minutes):
            return it.keep(2 * LOOK)
        words = f"It did not come back within {it.rollout.away_minutes} minutes: {failure.message if failure else 'no answer'}"
        return it.attention(words, "Go and see: power, LEDs, serial console. Keep the power on for 10 more minutes first.")
    if it.runs_image(view.active):
        return _is_back(it)
    if view.active == it.upgrade.from_version:
        if away_for <= DEPARTS_WITHIN:
            # It has not gone down yet.
            return it.keep(LOOK)
        words = f"It came back with the version it had, {view.active}."
        return it.fail(words, "The image did not boot. Compare its checksum with the vendor's before trying again.")
    return it.attention(f"It came back with {view.active}, which nobody asked for.", "Look at the GAM, then release it.")


def _is_back(it: _Look) -> None:
    return it.move(Upgrade.VERIFYING, note="It is back and runs the image.", back=it.now, again=timedelta(seconds=1))


def _verifying(it: _Look) -> None:
    """Configuration as before; endpoints back, and with the firmware that goes with the image."""
    late = it.now - (it.upgrade.back or it.now) > timedelta(minutes=it.rollout.endpoint_minutes)
    view, failure = it.read(config=True)
    reading = it.poll() if view is not None else None
    if view is None or view.config is None or reading is None:
        if late:
            words = failure.message if failure else "its endpoints could not be read"
            return it.attention(f"It is back but could not be verified: {words}", "Look at the GAM, then release it.")
        return it.keep(LOOK)
    if not it.runs_image(view.active):
        return it.attention(f"It runs {view.active} now.", "Somebody or something booted another image; look at the GAM.")
    if gateway.state_hash(view.config) != it.upgrade.state_hash:
        words = "It came back with another configuration than it had."
        return it.attention(words, "Compare the running configuration with the last backup, restore it, then release the GAM.")
    told_to = view.auto_upgrade
    automatic = told_to if told_to is not None else not it.version < AUTOMATIC_ENDPOINTS
    return _endpoints(it, reading, late=late, automatic=automatic)


def _endpoints(it: _Look, reading: DeviceReading, *, late: bool, automatic: bool) -> None:
    """``automatic``: the shelf upgrades endpoints by itself, and is given half of the time for it."""
    upgrade = it.upgrade
    found = {item.mac: item for item in reading.endpoints or () if item.detected_port}
    missing = [mac for mac in upgrade.endpoints_before if mac not in found]
    behind = [mac for mac, item in found.items() if item.firmware_mismatch]
    upgrade.endpoints_back = len(upgrade.endpoints_before) - len(missing)
    upgrade.endpoints_mismatched = len(behind)
    if not missing and not behind:
        return it.done(f"All {len(upgrade.endpoints_before)} endpoints are back, none needs another firmware.")
    if late:
        words = [f"not back: {', '.join(missing[:10])}"] if missing else []
        words += [f"still with another firmware: {', '.join(behind[:10])}"] if behind else []
        counts = f"{len(missing)} of its endpoints are missing and {len(behind)} not upgraded"
        next_step = "Look at those endpoints: power, cabling, firmware; then release the GAM."
        return it.attention(f"The GAM runs the image, but {counts} ({'; '.join(words)}).", next_step)
    by_itself = automatic and it.in_status_for < timedelta(minutes=it.rollout.endpoint_minutes / 2)
    if it.rollout.upgrade_endpoints and not by_itself:
        told = it.told()
        _tell(it, [(mac, found[mac].configured_id) for mac in behind if mac not in told])
    it.note(f"{upgrade.endpoints_back} of {len(upgrade.endpoints_before)} endpoints are back, {len(behind)} have another firmware.")
    return it.keep(WAIT)


def _tell(it: _Look, endpoints: list[tuple[str, int]]) -> None:
    """Tell endpoints to take the image's firmware, each once."""
    if not endpoints:
        return
    it.upgrade.endpoints_told = sorted({*it.upgrade.endpoints_told, *(mac for mac, _ in endpoints)})
    entry: dict[str, Any] = {"at": it.now.isoformat(), "phase": "endpoints", "sent": [mac for mac, _ in endpoints], "answer": None}
    it.upgrade.journal = [*it.upgrade.journal, entry]
    it.keep()
    result = gateway.firmware(target_of(it.gam), "upgrade_endpoints", endpoints=endpoints)
    said = result.failure.message if result.failure else "; ".join(f"{mac}: {text}" for mac, text in (result.value or {}).items())
    entry["answer"] = gateway.redact(said)[:ANSWER_LENGTH]


STEPS: dict[str, Callable[[_Look], None]] = {
    Upgrade.PLANNED: _planned,
    Upgrade.DOWNLOADING: _downloading,
    Upgrade.DOWNLOADED: _downloaded,
    Upgrade.SWAPPING: _swapping,
    Upgrade.AWAY: _away,
    Upgrade.VERIFYING: _verifying,
}
