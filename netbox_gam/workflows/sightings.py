"""What readings tell of endpoints for the first time, or anew: the only thing polling writes to change-logged objects.

Intent stays what it is. An endpoint never seen before is recorded; facts of one that changed (serial number, model) are updated;
that it moved or got another firmware goes into its journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from extras.choices import JournalEntryKindChoices
from extras.models import JournalEntry

from nornir_tasks.contracts import DeviceReading, EndpointReading
from nornir_tasks.contracts import EndpointState as ReadState

from ..choices import EndpointStatusChoices
from ..models import Endpoint, EndpointState, GamPort
from .observation import Observation
from .saving import create, update

type Read = Sequence[tuple[Observation, DeviceReading]]
type Places = Mapping[str, tuple[int, int | None, str]]


def note(read: Read, known: Mapping[str, Endpoint]) -> dict[str, Endpoint]:
    """Record what is new in some readings; one query more where there is something new, and as many saves as there are news.

    :param known: the endpoints there are, by MAC
    :returns: the endpoints that were made, by MAC
    """
    places = _places(known)
    ports: dict[int, dict[int, GamPort]] = {}
    made: dict[str, Endpoint] = {}
    for item, reading in read:
        for seen in reading.endpoints or ():
            if not _counts(seen):
                continue
            endpoint = known.get(seen.mac) or made.get(seen.mac)
            if endpoint is None:
                made[seen.mac] = _first_seen(item, seen, _ports(item.gam.pk, ports))
            else:
                _facts(item, seen, endpoint, ports)
                _journal(item, seen, endpoint, places.get(seen.mac))
    return made


def note_firmware(read: Read, before: Mapping[int, str]) -> None:
    """Write into the journal of GAMs that they run another firmware than when they were last read.

    :param before: firmware as last read, by GAM
    """
    for item, reading in read:
        was, now = before.get(item.gam.pk, ""), reading.system.firmware if reading.system else ""
        if was and now and was != now:
            words = f"Firmware changed from {was} to {now}."
            JournalEntry(assigned_object=item.gam, kind=JournalEntryKindChoices.KIND_INFO, comments=words).save()


def _counts(seen: EndpointReading) -> bool:
    return bool(seen.configured_id or seen.state == ReadState.QUARANTINED_UNKNOWN_MAC or seen.alive)


def _places(known: Mapping[str, Endpoint]) -> Places:
    """Where endpoints were last seen: GAM, port and firmware by MAC."""
    rows = EndpointState.objects.filter(mac__in=list(known)).order_by("read_at")
    return {
        mac: (gam, port, firmware) for mac, gam, port, firmware in rows.values_list("mac", "gam_id", "detected_port", "firmware")
    }


def _ports(gam: int, loaded: dict[int, dict[int, GamPort]]) -> dict[int, GamPort]:
    if gam not in loaded:
        loaded[gam] = {port.number: port for port in GamPort.objects.filter(gam_id=gam)}
    return loaded[gam]


def _configured(seen: EndpointReading, ports: Mapping[int, GamPort]) -> dict[str, Any]:
    port = ports.get(seen.configured_port) if seen.configured_port else None
    return {
        "status": EndpointStatusChoices.CONFIGURED,
        "name": seen.name,
        "port": port,
        "auto_port": seen.auto_port and port is None,
    }


def _first_seen(item: Observation, seen: EndpointReading, ports: Mapping[int, GamPort]) -> Endpoint:
    values: dict[str, Any] = {"status": EndpointStatusChoices.DISCOVERED}
    if seen.configured_id:
        values = _configured(seen, ports)
    return create(
        Endpoint,
        message=f"First seen by {item.gam}",
        mac_address=seen.mac,
        gam=item.gam,
        model=_fitting("model", seen.model),
        serial=_fitting("serial", seen.serial),
        **values,
    )


def _facts(item: Observation, seen: EndpointReading, endpoint: Endpoint, ports: dict[int, dict[int, GamPort]]) -> None:
    facts: dict[str, Any] = {
        name: value
        for name in ("serial", "model")
        if (value := _fitting(name, getattr(seen, name))) and value != getattr(endpoint, name)
    }
    if endpoint.status == EndpointStatusChoices.DISCOVERED:
        if endpoint.gam_id != item.gam.pk:
            facts["gam"] = item.gam
        if seen.configured_id:
            facts |= _configured(seen, _ports(item.gam.pk, ports))
    if facts:
        update(endpoint, message=f"Seen by {item.gam}", **facts)


def _fitting(name: str, value: str) -> str:
    return value.replace("\0", "")[: Endpoint._meta.get_field(name).max_length]


def _journal(item: Observation, seen: EndpointReading, endpoint: Endpoint, place: tuple[int, int | None, str] | None) -> None:
    if place is None:
        return
    gam, port, firmware = place
    words = []
    if port and seen.detected_port and (gam, port) != (item.gam.pk, seen.detected_port):
        where = f"port {seen.detected_port}" if gam == item.gam.pk else f"{item.gam} port {seen.detected_port}"
        words.append(f"Moved from port {port} to {where}.")
    if firmware and seen.firmware and firmware != seen.firmware:
        words.append(f"Firmware changed from {firmware} to {seen.firmware}.")
    if words:
        JournalEntry(assigned_object=endpoint, kind=JournalEntryKindChoices.KIND_INFO, comments=" ".join(words)).save()
